// Package misp reads MISP events as they come out of MISP: from its API, its
// export and its feeds, one or many.
//
// What MISP marks for detection becomes indicators, the rest observables, notes
// and relations, all named by a report. Identifiers follow from the UUIDs of the
// event, so that filing it again is filing the same, and a later state of it is
// a new version. An attribute that is not taken is a problem with its place.
//
// Of an event that is about people or was written by them (who created it, whom
// it hit, documents, bank accounts), and of files that are attached, nothing is taken.
//
//	r := misp.NewReader(body, o)
//	for batch, err := r.Next(); err == nil; batch, err = r.Next() { ... }
package misp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/intake"
)

// Read reads a report of one part. A larger one is fault.TooLarge.
func Read(raw []byte, o intake.Options) (intake.Batch, error) {
	r := NewReader(bytes.NewReader(raw), o)
	batch, err := r.Next()
	if err != nil {
		return intake.Batch{}, err
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		if err != nil {
			return intake.Batch{}, err
		}
		return intake.Batch{}, fault.New(fault.TooLarge, "the report is larger than one part of %d objects", intake.MaxObjects)
	}
	return batch, nil
}

// Reader gives a report event by event: an event has at most intake.MaxBytes
// bytes, and is cut where it makes more than intake.MaxObjects objects.
type Reader struct {
	in      *window
	dec     *jsontext.Decoder
	options intake.Options
	depth   int // lists and objects around the events
	bare    int // the depth at which an object is an event, -1 where events have a name
	events  int
	ready   []intake.Batch
	err     error
}

// maxAround is how many lists and objects may stand around events.
const maxAround = 4

// NewReader begins to read a report.
func NewReader(body io.Reader, o intake.Options) *Reader {
	head := bufio.NewReaderSize(body, readAhead)
	in := &window{r: head}
	first, _ := head.Peek(readAhead) // an error comes again with the bytes
	return &Reader{in: in, dec: jsontext.NewDecoder(in), options: o, bare: bareAt(first)}
}

// Next gives the next part, and io.EOF after the last. A report without an
// event is fault.Invalid. After an error there is nothing more.
func (r *Reader) Next() (intake.Batch, error) {
	for len(r.ready) == 0 && r.err == nil {
		if r.err = r.step(); errors.Is(r.err, io.EOF) && r.events == 0 {
			r.err = fault.New(fault.Invalid, "there is no MISP event in this report")
		}
	}
	if len(r.ready) == 0 {
		return intake.Batch{}, r.err
	}
	b := r.ready[0]
	r.ready = r.ready[1:]
	return b, nil
}

// step goes on to the end of the next event.
func (r *Reader) step() error {
	for {
		switch r.dec.PeekKind() {
		case '[':
			if _, err := r.dec.ReadToken(); err != nil {
				return r.broken(err)
			}
			if r.depth++; r.depth > maxAround {
				return fault.New(fault.Invalid, "there is no MISP event within the first lists of this report")
			}
		case ']', '}':
			if _, err := r.dec.ReadToken(); err != nil {
				return r.broken(err)
			}
			r.depth--
		case '{':
			found, err := r.object()
			if found || err != nil {
				return err
			}
		case '"': // a further name of an object around events
			found, err := r.name()
			if found || err != nil {
				return err
			}
		default:
			_, err := r.dec.ReadToken()
			if errors.Is(err, io.EOF) {
				return io.EOF
			}
			if err != nil {
				return r.broken(err)
			}
			return fault.At(fault.Invalid, fmt.Sprintf("byte %d", r.dec.InputOffset()), "this is no MISP event")
		}
	}
}

// object reads an object: one around events, or an event without anything around it.
func (r *Reader) object() (found bool, err error) {
	if r.depth == r.bare {
		v, err := r.dec.ReadValue()
		if err != nil {
			return false, r.broken(err)
		}
		return true, r.event(v)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return false, r.broken(err)
	}
	if r.depth++; r.depth > maxAround {
		return false, fault.New(fault.Invalid, "there is no MISP event within the first objects of this report")
	}
	return false, nil
}

// bareAt looks at the beginning of a report and gives how many lists and
// objects stand around events that have no "Event" before them, -1 when they have.
func bareAt(head []byte) int {
	dec := jsontext.NewDecoder(bytes.NewReader(head))
	depth := 0
	for depth <= maxAround {
		switch dec.PeekKind() {
		case '[':
			depth++
			_, _ = dec.ReadToken() // peeked
		case '{':
			depth++
			_, _ = dec.ReadToken()
		case '"':
			t, err := dec.ReadToken()
			if err != nil {
				return -1
			}
			switch t.String() {
			case "Attribute", "Object", "info", "uuid", "Orgc", "threat_level_id":
				return depth - 1
			case "response":
				continue
			case "Event":
				return -1
			}
			if dec.SkipValue() != nil {
				return -1
			}
		default:
			return -1
		}
	}
	return -1
}

// name reads a name in an object around events, and its value unless events are in it.
func (r *Reader) name() (found bool, err error) {
	t, err := r.dec.ReadToken()
	if err != nil {
		return false, r.broken(err)
	}
	switch t.String() {
	case "Event":
		v, err := r.dec.ReadValue()
		if err != nil {
			return false, r.broken(err)
		}
		return true, r.event(v)
	case "response":
		return false, nil
	}
	if err := r.dec.SkipValue(); err != nil {
		return false, r.broken(err)
	}
	return false, nil
}

// event converts one event into parts.
func (r *Reader) event(v jsontext.Value) error {
	if len(v) > intake.MaxBytes {
		return tooLarge()
	}
	c := newConversion(fmt.Sprintf("Event[%d]", r.events), r.options)
	r.events++
	c.run(v)
	for r.depth > 0 { // what only closes belongs to the last event's bytes
		if k := r.dec.PeekKind(); k != ']' && k != '}' {
			break
		}
		if _, err := r.dec.ReadToken(); err != nil {
			return r.broken(err)
		}
		r.depth--
	}
	r.dec.PeekKind() // reads white space up to the end of the input
	input := r.in.cut(r.dec.InputOffset())
	if r.depth == 0 && r.in.ended {
		input = append(input, r.in.cut(r.in.base+int64(len(r.in.buf)))...)
	}
	r.ready = c.batches(input)
	return nil
}

// broken gives an error of reading its words.
func (r *Reader) broken(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Because(err, fault.Invalid, "the JSON ends too early, in or behind Event[%d]; send the whole file", r.events)
	}
	if s, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		what := "this is not valid JSON in UTF-8"
		if errors.Is(err, jsontext.ErrDuplicateName) {
			what = "a property name occurs twice in one object"
		}
		return fault.At(fault.Invalid, fmt.Sprintf("byte %d", s.ByteOffset), "%s", what)
	}
	return fault.Because(err, fault.Invalid, "the report broke off before its end; send it again")
}

// window remembers the bytes of the event that is being read, and refuses one
// that is larger than a part.
type window struct {
	r     io.Reader
	buf   []byte
	base  int64 // bytes before buf
	ended bool
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "a MISP event has more than %d MiB; split it, or send its attributes as a list (CSV), which may be longer", intake.MaxBytes>>20)
}

// readAhead is how much more than one event the decoder may have asked for.
const readAhead = 64 << 10

// Read passes on what it reads.
func (w *window) Read(p []byte) (int, error) {
	if len(w.buf) > intake.MaxBytes+readAhead {
		return 0, tooLarge()
	}
	n, err := w.r.Read(p[:min(len(p), readAhead)])
	w.buf = append(w.buf, p[:n]...)
	w.ended = w.ended || errors.Is(err, io.EOF)
	return n, err
}

// cut gives the bytes up to an offset of the input.
func (w *window) cut(offset int64) []byte {
	n := min(int(offset-w.base), len(w.buf))
	out := slices.Clone(w.buf[:n])
	w.buf = append([]byte(nil), w.buf[n:]...)
	w.base += int64(n)
	return out
}
