// Package auto tells the formats of reports apart, unpacks gzip, and cuts large
// reports into parts that are read as a stream.
//
//	r, err := auto.Open(body, "", o)
//	for batch, err := r.Next(); err == nil; batch, err = r.Next() { ... }
//
// What a report is, its contents say first, and its file name only where they
// leave a choice. A format that the sender names wins, unless the contents can't
// be in it: that is said instead of guessed at.
package auto

import (
	"bufio"
	"errors"
	"io"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/intake/bundle"
	"tocsin/intake/csv"
	"tocsin/intake/eml"
	"tocsin/intake/misp"
	"tocsin/intake/text"
)

// headBytes is how much of a report is looked at to find out its format.
const headBytes = 64 << 10

// parts is a report that is read part by part.
type parts interface {
	Next() (intake.Batch, error)
}

// Reader gives a report part by part.
type Reader struct {
	parts  parts
	format intake.Format
	raw    *recorder // what was unpacked, before it was made UTF-8; nil: it was already
	first  bool
	ahead  *intake.Batch
	err    error // what came after ahead
}

// Open begins to read a report. format "" means to find out, also from the file name in Options.Name.
//
// An empty report, and one that contradicts the format named, are fault.Invalid;
// a format that is not read here is fault.Unsupported and names those that are.
func Open(body io.Reader, format intake.Format, o intake.Options) (*Reader, error) {
	plain, name, err := unpack(body, o.Name)
	if err != nil {
		return nil, err
	}
	rec := &recorder{r: plain}
	decoded, changed, err := utf8Reader(rec)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(decoded, headBytes)
	head, err := in.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, brokenOff(err)
	}
	found, err := detect(head, name)
	if format, err = agree(format, found, head, err); err != nil {
		return nil, err
	}
	r := &Reader{format: format, first: true}
	if changed {
		r.raw = rec
	} else {
		rec.stop()
	}
	switch format {
	case intake.STIX:
		r.parts = bundle.NewReader(in, o)
	case intake.MISP:
		r.parts = misp.NewReader(in, o)
	case intake.CSV:
		r.parts = csv.NewReader(in, o)
	case intake.EML:
		r.parts = &whole{body: in, options: o, read: eml.Read}
	default:
		r.format, r.parts = intake.Text, &whole{body: in, options: o, read: text.Read}
	}
	return r, nil
}

// Format gives the format that the report is read as.
func (r *Reader) Format() intake.Format { return r.format }

// Next gives the next part, and io.EOF after the last. Of a report of one part,
// Input is the unpacked body.
func (r *Reader) Next() (intake.Batch, error) {
	if r.ahead != nil {
		b := *r.ahead
		r.ahead = nil
		return b, nil
	}
	if r.err != nil {
		return intake.Batch{}, r.err
	}
	b, err := r.parts.Next()
	if err != nil {
		r.err = err
		return intake.Batch{}, err
	}
	if r.raw == nil || !r.first {
		return b, nil
	}
	// The parts were read from decoded bytes. If there is only one, the record
	// shall speak of the bytes that came.
	r.first = false
	next, err := r.parts.Next()
	switch {
	case err == nil:
		r.ahead = &next
	case errors.Is(err, io.EOF):
		if whole, ok := r.raw.all(); ok {
			b.Input = whole
		}
		fallthrough
	default:
		r.err = err
	}
	r.raw.stop()
	return b, nil
}

// whole reads a format that is not cut into parts.
type whole struct {
	body    io.Reader
	options intake.Options
	read    func([]byte, intake.Options) (intake.Batch, error)
	done    bool
}

// Next reads everything.
func (w *whole) Next() (intake.Batch, error) {
	if w.done {
		return intake.Batch{}, io.EOF
	}
	w.done = true
	src := intake.NewSource(w.body)
	for src.More() {
	}
	if err := src.Err(); err != nil {
		return intake.Batch{}, err
	}
	if !src.Ended() && src.Full() {
		var one [1]byte
		if n, err := io.ReadFull(w.body, one[:]); n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return intake.Batch{}, fault.New(fault.TooLarge, "a text or an e-mail is read whole and may have %d MiB; send the indicators in it as a list, which may be longer", intake.MaxBytes>>20)
		}
	}
	b, err := w.read(src.Bytes(), w.options)
	if err == nil && len(b.Input) == 0 {
		b.Input = src.Bytes()
	}
	return b, err
}

// brokenOff gives an error of the body's reader its kind.
func brokenOff(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return fault.Because(err, fault.Invalid, "the report broke off before its end; send it again")
}
