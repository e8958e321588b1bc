// Package misp reads MISP events.
package misp

import (
	"io"

	"tocsin/fault"
	"tocsin/intake"
)

// Reader gives a report part by part.
type Reader struct{}

// NewReader begins to read.
func NewReader(body io.Reader, o intake.Options) *Reader { return &Reader{} }

// Next gives the next part.
func (r *Reader) Next() (intake.Batch, error) {
	return intake.Batch{}, fault.New(fault.Unsupported, "MISP events are not read yet")
}
