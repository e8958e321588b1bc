// Package bundle reads reports in STIX: bundles of 2.1 and 2.0, envelopes of
// TAXII, JSON lists, single objects, and objects one after the other or one a line.
//
// Objects of 2.1 come out as the bytes that went in; those of 2.0 are upgraded.
// An object that breaks a rule is a problem with its place, and the others are
// taken. A [Reader] holds one part at a time, so a bundle may be of any length:
//
//	r := bundle.NewReader(body, o)
//	for batch, err := r.Next(); err == nil; batch, err = r.Next() { ... }
package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/stix"
)

// Read reads a report of one part. A larger one is fault.TooLarge.
func Read(raw []byte, o intake.Options) (intake.Batch, error) {
	if len(raw) > intake.MaxBytes {
		return intake.Batch{}, fault.New(fault.TooLarge, "the report has %d bytes; at most %d are read at once", len(raw), intake.MaxBytes)
	}
	r := NewReader(bytes.NewReader(raw), o)
	batch, err := r.Next()
	if err != nil {
		return intake.Batch{}, err
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		if err != nil {
			return intake.Batch{}, err
		}
		return intake.Batch{}, fault.New(fault.TooLarge, "the report has more than %d objects; they are not read at once", intake.MaxObjects)
	}
	return batch, nil
}

// Reader gives a report part by part: each has at most intake.MaxBytes bytes
// and intake.MaxObjects objects.
type Reader struct {
	src   *intake.Source
	doc   document
	taken bool // some object was taken or refused
	bad   int  // objects refused, over the whole report
	done  bool
	err   error

	part part
}

// part is what has been read since the last cut. Places are kept as offsets
// because the buffer moves while it grows.
type part struct {
	end      int // behind the last object
	entries  []entry
	problems []intake.Problem
}

type entry struct {
	start, end int
	made       []byte // upgraded bytes; nil: as received
	place      string
}

// NewReader begins to read a report.
func NewReader(body io.Reader, _ intake.Options) *Reader {
	src := intake.NewSource(body)
	return &Reader{src: src, doc: document{src: src}}
}

// Next gives the next part, and io.EOF after the last. A report in which there
// is no object at all is fault.Invalid. After an error there is nothing more.
func (r *Reader) Next() (intake.Batch, error) {
	if r.err == nil && r.done {
		r.err = io.EOF
	}
	for r.err == nil {
		v, err := r.doc.next()
		switch {
		case errors.Is(err, errFull):
			if r.part.end > 0 {
				return r.cut(r.part.end), nil
			}
			r.err = r.oversize(v)
		case errors.Is(err, io.EOF):
			if r.done = true; !r.taken {
				r.err = fault.New(fault.Invalid, "there are no STIX objects in this report")
				break
			}
			return r.cut(len(r.src.Bytes())), nil
		case err != nil:
			r.err = err
		default:
			if !r.add(v) {
				r.doc.again(v)
				return r.cut(r.part.end), nil
			}
		}
	}
	return intake.Batch{}, r.err
}

// room tells how many more objects and problems the part may have.
func (p *part) room() int { return intake.MaxObjects - len(p.entries) - len(p.problems) }

// add takes an object into the part; false means that it belongs to the next one.
func (r *Reader) add(v value) bool {
	p := &r.part
	if p.room() == 0 {
		return false
	}
	raw := r.src.Bytes()[v.start:v.end]
	o, err := stix.Parse(raw, stix.Limits{})
	var made []upgraded
	if err != nil && old(&o, err) && r.doc.is20() {
		raw = r.src.Bytes()[v.start:v.end] // is20 may have read on
		made, err = upgrade(raw, v.place)
		if err == nil && len(made) > p.room() && len(made) <= intake.MaxObjects {
			return false
		}
		if len(made) > intake.MaxObjects {
			err = fault.New(fault.TooLarge, "the object holds more than %d observables", intake.MaxObjects)
		}
	}
	r.taken, p.end = true, v.end
	switch {
	case err != nil:
		r.refuse(intake.Problem{Kind: fault.KindOf(err), Place: v.place, ID: o.ID, Detail: fault.Public(err)})
	case made == nil:
		p.entries = append(p.entries, entry{start: v.start, end: v.end, place: v.place})
	}
	for _, m := range made {
		if _, err := stix.Parse(m.raw, stix.Limits{}); err != nil {
			r.refuse(intake.Problem{Kind: fault.KindOf(err), Place: m.place, ID: o.ID, Detail: fault.Public(err)})
			continue
		}
		p.entries = append(p.entries, entry{made: m.raw, place: m.place})
	}
	return true
}

// maxBad is how many objects of one report may be refused: a report with more is
// none, and naming each would take more memory than the report does.
const maxBad = intake.MaxObjects

// refuse notes an object that is not taken.
func (r *Reader) refuse(p intake.Problem) {
	r.part.problems = append(r.part.problems, p)
	if r.bad++; r.bad > maxBad {
		r.err = fault.At(fault.Invalid, p.Place, "is the last of more than %d objects that can't be taken; nothing from here on was read", maxBad)
	}
}

// old tells whether an object was refused only because it does not say that it
// is of 2.1, as those of 2.0 never do.
func old(o *stix.Object, err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Place == "spec_version" && o.SpecVersion == "" && o.Type != "" && o.Family != stix.SCO
}

// cut ends the part after n bytes of the input.
func (r *Reader) cut(n int) intake.Batch {
	input := r.src.Cut(n)
	r.doc.shift(n)
	b := intake.Batch{Format: intake.STIX, Problems: r.part.problems, Input: input, Items: make([]intake.Item, len(r.part.entries))}
	for i, e := range r.part.entries {
		b.Items[i] = intake.Item{Raw: e.made, Made: e.made != nil, Place: e.place}
		if e.made == nil {
			b.Items[i].Raw = slices.Clip(input[e.start:e.end])
		}
	}
	r.part = part{}
	return b
}

// oversize makes room when a full part holds no whole object: what stands
// before the object is let go, or the object itself, which is a problem then.
func (r *Reader) oversize(v value) error {
	switch {
	case v.start > 0:
		r.src.Cut(v.start)
		r.doc.shift(v.start)
		return nil
	case v.place == "":
		return fault.New(fault.TooLarge, "%d bytes went by without one whole STIX object", intake.MaxBytes)
	}
	var e extent
	for b := r.src.Bytes(); ; b = r.src.Bytes() {
		end, done := e.run(b, 0)
		if done {
			r.src.Cut(end)
			break
		}
		if r.src.Cut(len(b)); !r.src.More() {
			return r.doc.broken()
		}
	}
	r.doc.passed()
	r.taken = true
	r.refuse(intake.Problem{Kind: fault.TooLarge, Place: v.place, Detail: fmt.Sprintf("the object has more than %d bytes", intake.MaxBytes)})
	return nil
}
