package exchange

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/privacy"
)

// Bounds of what a preview shows.
const (
	MaxShown      = 200 << 10 // bytes of text, all together
	maxShownTexts = 1000
	maxValues     = 1000 // values that are named; more are only counted
)

// Shown is what a person sees of a report before it is filed: computed by the code
// that files it, from the same run of the gate.
type Shown struct {
	Texts   []MarkedText
	Cut     int            // bytes of text that are not shown
	Shared  []Count        // values that become things, each once
	Removed []Count        // values of the account (Filed.Removed), as the receipt counts them
	NotSent int            // values marked in Texts that stand in no object, and so in no account
	Objects []ObjectResult // that would be written, as the receipt counts them: with the identities that the exchange adds, without what waits whole or is there already
	Held    []Count        // passages that would wait for a person
	Values  []Value        // the first 1,000 of Shared, in the order of the report
	Benign  []Benign       // what is never blocked, and why
	Readers []Readers      // who would see it
	Format  intake.Format  // that it was read as
	Seen    []string       // for Options.Seen: one for each part

	counted map[observable.Thing]bool
	benign  map[observable.Thing]bool
	size    int
}

// Count is how many values there are of a kind.
type Count struct {
	Kind string
	N    int
}

// Value is a value that goes out.
type Value struct {
	observable.Thing
	Object     string // that names it first
	Collection string
	Reporters  int // members that report it already, as far as the reader may know
}

// Benign is a value that stands in the report and that nothing will ever block.
type Benign struct {
	observable.Thing
	Reason string // as observable.Special gives it
}

// MarkedText is a text of a report as it was submitted, with the verdicts in it. What
// others get is the text with every removed and held span replaced by its label.
type MarkedText struct {
	Object string // identifier as published; "" for the submitted text itself
	Type   string // of the object
	Path   string // of the field
	Text   string
	Spans  []Span // sorted; they don't overlap
	Source bool   // the submitted text itself: others get it in pieces, as objects
	Waits  bool   // the whole object is held
	Cut    int    // bytes that are not shown
}

// The verdicts of a span.
const (
	VerdictShare  = "share"
	VerdictRemove = "remove"
	VerdictHold   = "hold"
)

// Span is part of a text, by its bytes, and what becomes of it.
type Span struct {
	Start, End int
	Verdict    string
	Type       string // person, email, ... of what goes; the kind of what is shared
	Label      string // what others see there; "" of what is shared, and of what others see nothing of
	Reason     string // stable reason code of the gate
	Passage    string // of what is held, or was taken out by its submitter: for Options.TakeOut
}

// TakeOut is the submitter's choice on doubtful passages: what is named becomes a
// removal and never waits for a person.
type TakeOut struct {
	All      bool
	Passages []string // as Span.Passage names them
}

func (t TakeOut) none() bool { return !t.All && len(t.Passages) == 0 }

// Show does steps 1 to 5 as Preview does, and gives what a person should see
// before it is filed.
func (x *Exchange) Show(ctx context.Context, s member.Session, body io.Reader, o Options) (f Filed, shown *Shown, err error) {
	shown = &Shown{counted: map[observable.Thing]bool{}, benign: map[observable.Thing]bool{}}
	f, err = x.accept(ctx, s, body, o, func(ctx context.Context, w *work) (*kept, error) {
		w.shown = shown
		k, err := x.prepare(ctx, w)
		if err == nil {
			shown.Seen = append(shown.Seen, x.seenMark(w))
			shown.Format = w.batch.Format
			shown.add(x, k)
		}
		return k, err
	})
	if err != nil {
		return f, nil, err
	}
	for _, h := range f.Held {
		shown.Held = count(shown.Held, h.Type, 1)
	}
	for _, r := range f.Removed {
		shown.Removed = count(shown.Removed, r.Type, r.Count)
	}
	for _, list := range [][]Count{shown.Shared, shown.Removed, shown.Held} {
		slices.SortFunc(list, func(a, b Count) int { return strings.Compare(a.Kind, b.Kind) })
	}
	if shown.Readers, err = x.ReadersOf(ctx, s, &f); err != nil {
		return f, nil, err
	}
	return f, shown, x.known(ctx, s, shown.Values)
}

func count(list []Count, kind string, n int) []Count {
	for i := range list {
		if list[i].Kind == kind {
			list[i].N += n
			return list
		}
	}
	return append(list, Count{kind, n})
}

// known says of values who reports them already.
func (x *Exchange) known(ctx context.Context, s member.Session, values []Value) error {
	for i := range values {
		rec, err := x.things.Look(ctx, x.db.Reader(), values[i].Thing, audiences(s))
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return err
		}
		values[i].Reporters = rec.Reporters
	}
	return nil
}

// seenMark names what a part would share: the policy, its bytes and every choice of
// its submitter. Two parts of one mark are answered alike.
func (x *Exchange) seenMark(w *work) string {
	policy, m := x.gate.PolicyHash(), w.session.Member
	o := w.options
	choices := fmt.Appendf(nil, "%d %q %q %d %d %q %d %t %q %q %t %q %t", m.ID, m.Name, m.Domains, w.part, o.TLP, o.Group, o.Collection, o.Named || m.Named, o.Format, o.Name,
		o.TakeOut.All, o.TakeOut.Passages, m.Publisher)
	sum := x.keys.MAC("preview", policy[:], w.batch.Input, choices)
	return hex.EncodeToString(sum[:16])
}

// asSeen refuses a part that is not what its submitter was shown.
func (x *Exchange) asSeen(w *work) error {
	seen := w.options.Seen
	if len(seen) == 0 || w.shown != nil {
		return nil
	}
	if w.part > len(seen) || w.last != (w.part == len(seen)) || seen[w.part-1] != x.seenMark(w) {
		return fault.New(fault.Conflict, "this is not what you were shown before; nothing of it was shared; look at it again")
	}
	return nil
}

// passageID names a doubtful passage: by its place and the text it stands in, so
// that a choice on it is void once the text is another.
func (x *Exchange) passageID(w *work, place, path string, from, to int, value string) string {
	at := fmt.Appendf(nil, "%d %q %q %d %d", w.session.Member.ID, place, path, from, to)
	sum := x.keys.MAC("preview passage", at, []byte(value))
	return fmt.Sprintf("%d.%s", w.part, hex.EncodeToString(sum[:8]))
}

// order is what the gate is asked for: the fields for a preview, and the
// submitter's choice. left gives, afterwards, an error if it named passages that
// are not there.
func (x *Exchange) order(k *kept, items []*item) (o privacy.Order, left func() error) {
	w := k.work
	o.Texts = w.shown != nil
	choice := w.options.TakeOut
	if choice.none() {
		return o, func() error { return nil }
	}
	open := map[string]bool{}
	part := fmt.Sprintf("%d.", w.part)
	for _, id := range choice.Passages {
		n := 0
		_, _ = fmt.Sscanf(id, "%d.", &n) // what is no number is in no part
		if strings.HasPrefix(id, part) || n < 1 || w.last && n > w.part {
			open[id] = true
		}
	}
	o.TakeOut = func(i int, p privacy.Passage, value string) bool {
		id := x.passageID(w, items[i].place, p.Path, p.From, p.To, value)
		chosen := choice.All || open[id]
		delete(open, id)
		return chosen
	}
	return o, func() error {
		if len(open) > 0 {
			return fault.New(fault.Conflict, "a passage that was to be taken out is not in this report; nothing of it was shared; look at it again")
		}
		return nil
	}
}
