// Package auto tells the formats of reports apart, unpacks gzip, and cuts large
// reports into parts that are read as a stream.
package auto

import (
	"io"

	"tocsin/intake"
)

// Reader gives a report part by part.
type Reader struct{}

// Open begins to read a report. format "" means to find out, also from the file name in Options.Name.
func Open(body io.Reader, format intake.Format, o intake.Options) (*Reader, error) {
	panic("stub")
}

// Next gives the next part, and io.EOF after the last.
func (r *Reader) Next() (intake.Batch, error) { panic("stub") }
