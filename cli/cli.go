// Package cli is the command line of the contract: one struct of commands, each
// in the file of its subject, each a few lines over the API or the spine.
//
//	os.Exit(cli.Main(ctx, os.Args[1:], cli.Standard()))
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"tocsin/fault"
)

// Streams are what a command reads from and writes to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal bool // Err is a terminal: long work shows its progress
}

// Standard gives the process's own streams.
func Standard() Streams {
	info, err := os.Stderr.Stat()
	return Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// The exit codes of the contract.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitUnreachable = 4
	exitPartly      = 5
)

// commands is the whole command line.
type commands struct {
	Config kong.ConfigFlag `help:"JSON file of flags by their names: {\"data\": \"...\", \"listen\": \"...\"}." placeholder:"FILE"`

	Demo    demoCmd    `cmd:"" help:"See the whole way of a report, on a real node with two companies."`
	Serve   serveCmd   `cmd:"" help:"Run a node."`
	Init    initCmd    `cmd:"" help:"Make a node without starting it, and show its keys, once."`
	Member  memberCmd  `cmd:"" help:"Add, list, remove members."`
	Person  personCmd  `cmd:"" help:"Invite, list, remove people; make one-time links."`
	Key     keyCmd     `cmd:"" help:"Add, list, rotate, remove keys."`
	Group   groupCmd   `cmd:"" help:"Add, list, remove sharing groups."`
	Trust   trustCmd   `cmd:"" help:"Say what a source may do at your defences."`
	Defence defenceCmd `cmd:"" help:"Register what is told of changes."`
	Report  reportCmd  `cmd:"" help:"File a report and get a receipt."`
	Preview previewCmd `cmd:"" help:"See what a report would share, without sending it."`
	Recall  recallCmd  `cmd:"" help:"Take your report of something back, everywhere."`
	Review  reviewCmd  `cmd:"" help:"Decide passages that wait for a person."`
	Audit   auditCmd   `cmd:"" help:"Print who did what, and who looked at what."`
	Verify  verifyCmd  `cmd:"" help:"Check a receipt offline."`
	Watch   watchCmd   `cmd:"" help:"Follow, live, what you may see, as JSON lines."`
	Feed    feedCmd    `cmd:"" help:"Print one feed."`
	Gate    gateCmd    `cmd:"" help:"Judge texts: JSON lines in, JSON lines out."`
	Extract extractCmd `cmd:"" help:"Find indicators in texts."`
	Stix    stixCmd    `cmd:"" help:"Check STIX objects."`
	Pattern patternCmd `cmd:"" help:"Check and match STIX patterns."`
	Fsck    fsckCmd    `cmd:"" help:"Check every object, entry, hash and receipt of a node."`
	Backup  backupCmd  `cmd:"" help:"Write a consistent copy of a node's store, also while it runs."`
	Restore restoreCmd `cmd:"" help:"Make a node from a backup, as a new log."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// call is what every command gets beside its flags.
type call struct {
	ctx context.Context
	Streams
}

// Main runs one command line and gives its exit code.
func Main(ctx context.Context, args []string, s Streams) (code int) {
	type exit int
	defer func() {
		if e, ok := recover().(exit); ok {
			code = int(e)
		} else if r := recover(); r != nil {
			panic(r)
		}
	}()
	c := &call{ctx: ctx, Streams: s}
	var cmds commands
	k, err := kong.New(&cmds,
		kong.Name("tocsin"), kong.Description("A cyber-threat exchange: share what attacks you in a second, keep people out of it, prove it."),
		kong.Writers(s.Out, s.Err), kong.Configuration(kong.JSON), kong.Bind(c),
		kong.Exit(func(code int) { panic(exit(code)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(s.Err, "tocsin:", err) // the struct above is wrong: every test sees it
		return exitFailed
	}
	parsed, err := k.Parse(args)
	if err != nil {
		fmt.Fprintf(s.Err, "tocsin: %v; `tocsin --help` lists what there is\n", err)
		return exitUsage
	}
	return c.end(parsed.Run(c))
}

// ended is an exit code that a command chose itself; what it had to say is said.
type ended int

func (e ended) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// end says what went wrong on one line and gives the code.
func (c *call) end(err error) int {
	if err == nil {
		return exitDone
	}
	if e, ok := errors.AsType[ended](err); ok {
		return int(e)
	}
	text := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		text = f.Public()
		if f.Err != nil {
			text += " (" + f.Err.Error() + ")"
		}
	}
	fmt.Fprintf(c.Err, "tocsin: %s\n", oneLine(text))
	return exitCode(err)
}

// exitCode is the table from kinds to exit codes.
func exitCode(err error) int {
	switch fault.KindOf(err) {
	case fault.Refused, fault.Forbidden, fault.Unauthenticated:
		return exitRefused
	case fault.Unreachable, fault.Busy:
		return exitUnreachable
	default:
		return exitFailed
	}
}

// oneLine keeps a message on one line, whatever an error of the system holds.
func oneLine(s string) string {
	b := []rune(s)
	for i, r := range b {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			b[i] = ' '
		}
	}
	return string(b)
}

// json prints a value as one line of JSON.
func (c *call) json(v any) error {
	e := json.NewEncoder(c.Out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func (c *call) say(format string, args ...any) { fmt.Fprintf(c.Out, format+"\n", args...) }

// open opens a file to read; - is standard input.
func (c *call) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.In), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.Because(err, fault.NotFound, "%s can't be read", name)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fault.New(fault.Invalid, "%s is a folder; name the files in it", name)
	}
	return f, nil
}

type versionCmd struct{}

func (versionCmd) Run(c *call) error {
	c.say("tocsin %s", programVersion())
	return nil
}
