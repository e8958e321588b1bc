package feeds

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"tocsin/defence"
	"tocsin/feeds/wire"
	"tocsin/observable"
	"tocsin/thing"
)

const jsonLines = "application/x-ndjson"

// form is one feed: which kinds of things it holds and how it writes them.
type form struct {
	name  string
	media string
	kinds func() []observable.Kind
	write func(w *bufio.Writer, r *defence.Reading, kinds []observable.Kind) error
}

// forms are the feeds (contract, "Keys and doors"). Plain lists have no comment
// line, since some that read them take it for a value (facts/defences.md,
// section 12): what there is to say about the list is in the headers.
var forms = []form{
	{"domains.txt", "text/plain; charset=utf-8", domainKinds, writeList},
	{"ips.txt", "text/plain; charset=utf-8", addressKinds, writeList},
	{"urls.txt", "text/plain; charset=utf-8", urlKinds, writeList},
	{"indicators.csv", "text/csv; charset=utf-8; header=present", thing.Kinds, writeCSV},
	{"indicators.jsonl", jsonLines, thing.Kinds, writeJSON},
	{"rpz.zone", "text/dns", zoneKinds, writeZone},
}

func domainKinds() []observable.Kind { return []observable.Kind{observable.Domain} }
func addressKinds() []observable.Kind {
	return []observable.Kind{observable.IPv4, observable.IPv6, observable.CIDR}
}
func urlKinds() []observable.Kind  { return []observable.Kind{observable.URL} }
func zoneKinds() []observable.Kind { return append(domainKinds(), addressKinds()...) }

// write writes what was asked for, and gives the view that it is of.
func (h *handler) write(ctx context.Context, out io.Writer, a asked, id int64) (view defence.View, err error) {
	b := bufio.NewWriterSize(out, 32<<10)
	var z *gzip.Writer
	if a.packed {
		z, _ = gzip.NewWriterLevel(out, gzip.BestSpeed) // the level is a constant
		b.Reset(z)
	}
	err = h.views.Read(ctx, id, func(r *defence.Reading) error {
		view = r.View
		if a.delta {
			return writeDelta(b, r, a.form.kinds(), a.since)
		}
		return a.form.write(b, r, a.form.kinds())
	})
	if err == nil {
		err = b.Flush()
	}
	if err == nil && z != nil {
		err = z.Close()
	}
	return view, err
}

// writeList writes one value a line.
func writeList(w *bufio.Writer, r *defence.Reading, kinds []observable.Kind) error {
	return r.Items(kinds, func(i defence.Item) error {
		if !wire.OneLine(i.Thing.Value) {
			return nil
		}
		w.WriteString(i.Thing.Value) // errors stay with the writer until Flush
		return w.WriteByte('\n')
	})
}

// writeCSV writes a header row and one row for each value: kind, value,
// reporters (how many members report it), valid_until (RFC 3339, UTC). RFC 4180
// with line feeds. A value with a line end in it is left out.
func writeCSV(w *bufio.Writer, r *defence.Reading, kinds []observable.Kind) error {
	c := csv.NewWriter(w)
	c.Write([]string{"kind", "value", "reporters", "valid_until"}) // errors stay with the writer
	err := r.Items(kinds, func(i defence.Item) error {
		if strings.ContainsAny(i.Thing.Value, wire.LineEnds) {
			return nil
		}
		return c.Write([]string{string(i.Thing.Kind), wire.Cell(i.Thing.Value), strconv.Itoa(i.Members), stamp(i.Until)})
	})
	c.Flush()
	return err
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// line is one line of JSON.
type line struct {
	Op     string          `json:"op,omitempty"`
	Kind   observable.Kind `json:"kind,omitempty"`
	Value  string          `json:"value,omitempty"`
	Count  int             `json:"reporters,omitempty"`
	Until  string          `json:"valid_until,omitempty"`
	Serial string          `json:"serial,omitempty"`
}

func lineOf(op string, i defence.Item) line {
	l := line{Op: op, Kind: i.Thing.Kind, Value: i.Thing.Value, Count: i.Members}
	if !i.Until.IsZero() {
		l.Until = stamp(i.Until)
	}
	return l
}

func encoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// writeJSON writes {"kind","value","reporters","valid_until"} for each value.
func writeJSON(w *bufio.Writer, r *defence.Reading, kinds []observable.Kind) error {
	e := encoder(w)
	return r.Items(kinds, func(i defence.Item) error { return e.Encode(lineOf("", i)) })
}

// The operations of ?since= lines.
const (
	opReset  = "reset"  // forget everything: the whole list follows
	opAdd    = "add"    // is in force; replaces what was said of the value before
	opRemove = "remove" // isn't in force any more
	opEnd    = "end"    // the last line, with the token to ask with next
)

// writeDelta writes what changed since a token, in order, one operation a line. A
// token that is unknown, of other rights or older than the journal gives the
// whole list after a line "reset".
func writeDelta(w *bufio.Writer, r *defence.Reading, kinds []observable.Kind, since string) error {
	e := encoder(w)
	t, ok := wire.ParseToken(since)
	var err error
	if ok = ok && t.View == r.Name; ok {
		if ok, err = r.Since(t.Serial); err != nil {
			return err
		}
	}
	if ok {
		err = r.Changes(t.Serial, kinds, func(c defence.Change) error {
			if c.Op == defence.Removed {
				return e.Encode(lineOf(opRemove, c.Item))
			}
			return e.Encode(lineOf(opAdd, c.Item))
		})
	} else if err = e.Encode(line{Op: opReset}); err == nil {
		err = r.Items(kinds, func(i defence.Item) error { return e.Encode(lineOf(opAdd, i)) })
	}
	if err != nil {
		return err
	}
	return e.Encode(line{Op: opEnd, Serial: token(r.View)})
}
