// Package csv reads lists of indicators: CSV in its dialects, tables without a
// header, and plain lists of one value a line, with remarks and columns of
// counts or without.
//
// Columns are known by their names, values by a type column or by their shape.
// Each value becomes one indicator, however often it occurs. A row that should
// have given something and did not is a problem with its number, which is that
// of its first line in the file. A [Reader] holds one part at a time:
//
//	r := csv.NewReader(body, o)
//	for batch, err := r.Next(); err == nil; batch, err = r.Next() { ... }
package csv

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"strings"

	"tocsin/fault"
	"tocsin/intake"
)

// Read reads a list of one part. A larger one is fault.TooLarge.
func Read(raw []byte, o intake.Options) (intake.Batch, error) {
	if len(raw) > intake.MaxBytes {
		return intake.Batch{}, fault.New(fault.TooLarge, "the list has %d bytes; at most %d are read at once", len(raw), intake.MaxBytes)
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
		return intake.Batch{}, fault.New(fault.TooLarge, "the list has more than %d indicators; they are not read at once", intake.MaxObjects)
	}
	return batch, nil
}

// Bounds of a list.
const (
	sampleBytes = 64 << 10 // looked at to find out separator and columns
	maxProblems = 100      // named one by one; the others are counted
	maxSeen     = 500_000  // values remembered over the whole list, to fold repeats
	maxLine     = 1 << 20  // bytes of one line
)

// Reader gives a list part by part: each has at most intake.MaxBytes bytes and
// intake.MaxObjects indicators.
type Reader struct {
	src     *intake.Source
	options intake.Options
	table   *table
	at      int // the next byte, in the current part
	line    int // lines before it, over the whole list
	literal int // up to this line a quote that is not closed on its line is a letter
	header  bool
	done    bool
	err     error

	batch   intake.Batch
	seen    map[uint64]struct{} // what the list gave so far, so that repeats are folded
	seed    maphash.Seed
	taken   int // indicators, over the whole list
	refused int // rows that gave nothing and should have
}

// NewReader begins to read a list.
func NewReader(body io.Reader, o intake.Options) *Reader {
	return &Reader{src: intake.NewSource(body), options: o, seen: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// Next gives the next part, and io.EOF after the last. A list without a single
// indicator is fault.Invalid, one of infected hosts fault.Unsupported. After an error there is nothing more.
func (r *Reader) Next() (intake.Batch, error) {
	if r.err == nil && r.done {
		r.err = io.EOF
	}
	if r.err == nil && r.table == nil {
		for len(r.src.Bytes()) < sampleBytes && r.src.More() {
		}
		r.table = survey(r.src.Bytes()[:min(len(r.src.Bytes()), sampleBytes)])
		if r.table.victims {
			r.err = fault.New(fault.Unsupported, "this is a report about infected or open hosts (the columns are those of Shadowserver): its addresses are those of whom it hit, so they are not taken as indicators")
		}
	}
	for r.err == nil {
		r.skipBlank()
		rec, err := r.record()
		switch {
		case errors.Is(err, errFull):
			if r.at > 0 {
				return r.cut(r.at), nil
			}
			r.err = fault.At(fault.TooLarge, r.place(), "the line has more than %d bytes", maxLine)
		case errors.Is(err, io.EOF):
			r.done = true
			return r.last()
		case err != nil:
			r.err = err
		default:
			if !r.add(rec) {
				return r.cut(r.at), nil
			}
			r.at += rec.bytes
			r.line += rec.lines
		}
	}
	return intake.Batch{}, r.err
}

// skipBlank steps over empty lines, of which a report may be made to have millions.
func (r *Reader) skipBlank() {
	for b := r.src.Bytes(); r.at < len(b) && b[r.at] == '\n'; r.at++ {
		r.line++
	}
}

// errFull says that the part has no room for the next record.
var errFull = errors.New("the part is full")

// record is one row of the list.
type record struct {
	text  string // as it stands, without its end
	cells []string
	bytes int // with its end
	lines int
}

// record reads the next row. It does not step over it.
func (r *Reader) record() (record, error) {
	rec := record{}
	for {
		line, width, err := r.next(rec.bytes)
		if err != nil {
			if rec.lines > 0 && errors.Is(err, io.EOF) {
				return r.firstLine()
			}
			return rec, err
		}
		if rec.lines > 0 {
			rec.text += "\n"
		}
		rec.text += decode(line)
		rec.bytes += len(line) + width
		rec.lines++
		var open bool
		if rec.cells, open = split(rec.text, r.table.sep); !open {
			return rec, nil
		}
		if rec.bytes > maxQuoted || rec.lines == maxLines || r.line < r.literal {
			// None of the lines that were looked through begins such a search again.
			r.literal = max(r.literal, r.line+rec.lines)
			return r.firstLine()
		}
	}
}

// next gives the line that begins offset bytes behind the place of reading.
func (r *Reader) next(offset int) (line []byte, width int, err error) {
	for {
		b := r.src.Bytes()[r.at+offset:]
		end, width, ok := lineEnd(b)
		// A CR at the very end may have its LF still to come.
		if ok && (end+width < len(b) || b[end] == '\n' || r.src.Ended()) || r.src.Ended() && len(b) > 0 {
			if end > maxLine {
				return nil, 0, fault.At(fault.TooLarge, r.place(), "the line has more than %d bytes", maxLine)
			}
			return b[:end], width, nil
		}
		if !ok && len(b) > maxLine {
			return nil, 0, fault.At(fault.TooLarge, r.place(), "the line has more than %d bytes", maxLine)
		}
		if r.src.More() {
			continue
		}
		switch {
		case r.src.Full():
			return nil, 0, errFull
		case r.src.Err() != nil:
			return nil, 0, r.src.Err()
		case !r.src.Ended() || len(b) == 0:
			return nil, 0, io.EOF
		}
	}
}

// firstLine takes a quote that nobody closes for a letter like any other.
func (r *Reader) firstLine() (record, error) {
	line, width, err := r.next(0)
	if err != nil {
		return record{}, err
	}
	text := decode(line)
	rec := record{text: text, bytes: len(line) + width, lines: 1}
	for c := range strings.SplitSeq(text, string(r.table.sep)) {
		if len(rec.cells) == maxCells {
			break
		}
		rec.cells = append(rec.cells, strings.Trim(c, " \""))
	}
	return rec, nil
}

func (r *Reader) place() string { return fmt.Sprintf("row %d", r.line+1) }

// add takes a row into the part; false means that it belongs to the next one.
func (r *Reader) add(rec record) bool {
	if strings.TrimSpace(rec.text) == "" || comment(rec.text, r.table.sep) {
		return true
	}
	if r.table.header && !r.header {
		r.header = true
		return true
	}
	found := r.table.row(rec, r.options)
	if found.problem != "" {
		r.problem(found.problem)
		return true
	}
	var fresh []finding
	for _, f := range found.findings {
		if _, repeated := r.seen[r.key(f)]; !repeated {
			fresh = append(fresh, f)
		}
	}
	if len(fresh) > intake.MaxObjects {
		r.problem(fmt.Sprintf("the row has more than %d values", intake.MaxObjects))
		return true
	}
	if len(r.batch.Items)+len(fresh) > intake.MaxObjects {
		return false
	}
	for _, f := range fresh {
		k := r.key(f)
		if _, repeated := r.seen[k]; repeated {
			continue // twice in one row
		}
		raw, ok := found.draft(f, r.options)
		if !ok {
			r.problem(fmt.Sprintf("values of the kind %s have no place in STIX", f.thing.Kind))
			continue
		}
		if len(r.seen) < maxSeen {
			r.seen[k] = struct{}{}
		}
		r.batch.Items = append(r.batch.Items, intake.Item{Raw: raw, Made: true, Place: r.place()})
		r.taken++
	}
	return true
}

func (r *Reader) key(f finding) uint64 {
	return maphash.String(r.seed, string(f.thing.Kind)+"\x00"+f.thing.Value)
}

// problem notes a row that gave nothing and should have.
func (r *Reader) problem(detail string) {
	if r.refused++; r.refused <= maxProblems {
		r.batch.Problems = append(r.batch.Problems, intake.Problem{Place: r.place(), Detail: detail})
	}
}

// cut ends the part after n bytes of the input.
func (r *Reader) cut(n int) intake.Batch {
	b := r.batch
	b.Format, b.Input = intake.CSV, r.src.Cut(n)
	r.at -= n
	r.batch = intake.Batch{}
	return b
}

// last ends the list.
func (r *Reader) last() (intake.Batch, error) {
	if r.refused > maxProblems {
		r.batch.Problems = append(r.batch.Problems, intake.Problem{Place: r.place(), Detail: fmt.Sprintf("%d more rows gave nothing either", r.refused-maxProblems)})
	}
	if r.taken == 0 && r.refused == 0 {
		r.err = fault.New(fault.Invalid, "there are no indicators in this list")
		return intake.Batch{}, r.err
	}
	return r.cut(len(r.src.Bytes())), nil
}
