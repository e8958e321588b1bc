// Package intake turns a report in any format that the field writes into STIX 2.1
// objects. Each format is a folder with one pure function; package
// tocsin/intake/auto tells the formats apart and cuts large reports into parts.
package intake

import (
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/observable"
)

// Format names a format of reports.
type Format string

// The formats.
const (
	STIX Format = "stix"
	MISP Format = "misp"
	CSV  Format = "csv" // also plain lists
	Text Format = "text"
	EML  Format = "eml"
)

// Bounds of one part of a report.
const (
	MaxBytes   = 16 << 20 // bytes of one part, after unpacking
	MaxObjects = 10000
)

// Options is what a reader needs beside the bytes.
type Options struct {
	Now       time.Time
	NewID     func(typ string) string // gives TYPE--UUIDv4
	CreatedBy string                  // identity id of the submitter, put into objects that are made here; "" leaves it out
	Marking   string                  // marking-definition id put into objects made here; "" leaves it out
	Name      string                  // file name, for titles; may be ""

	// Ours tells values of the submitter itself, which give no object; nil for none.
	Ours func(observable.Thing) bool
}

// Item is one object of a report: either as it came (STIX 2.1) or made here.
type Item struct {
	Raw   []byte
	Made  bool   // made or upgraded here, not as received
	Place string // where in the input, such as objects[3] or row 12
}

// Problem is a part of the input that was not taken, and why.
type Problem struct {
	Kind   fault.Kind // Internal, the zero value, means Invalid
	Place  string     // such as objects[3] or row 12
	ID     string     // of the object, when it has one
	Detail string     // never quotes a value
}

// Batch is what one part of a report yielded. It has at most MaxObjects items.
type Batch struct {
	Format   Format
	Items    []Item
	Problems []Problem
	Input    []byte // the bytes that this part was read from, for the keyed hash in the record
}

// ParseFormat reads the name of a format; "" and "auto" mean to find out.
func ParseFormat(s string) (Format, error) {
	switch f := Format(strings.ToLower(s)); f {
	case "", "auto":
		return "", nil
	case STIX, MISP, CSV, Text, EML:
		return f, nil
	}
	return "", fault.At(fault.Invalid, "format", "is auto, stix, misp, csv, text or eml")
}
