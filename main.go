package main

import (
	"context"
	"os"

	"tocsin/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), os.Args[1:], cli.Standard()))
}
