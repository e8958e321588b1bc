// Package text is not here yet.
package text

import (
	"tocsin/fault"
	"tocsin/intake"
)

// Read is not here yet.
func Read(raw []byte, o intake.Options) (intake.Batch, error) {
	return intake.Batch{}, fault.New(fault.Unsupported, "this format is not read yet")
}
