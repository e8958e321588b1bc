package exchange

import (
	"cmp"
	"context"
	"slices"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/thing"
)

// Scan calls f for each object of an audience that the reader may see, added
// after a date (microseconds), in the order of the log, until f returns false.
func (x *Exchange) Scan(ctx context.Context, s member.Session, aud member.Audience, after int64, w archive.Want, f func(archive.Object) bool) error {
	if err := s.May(member.ActRead); err != nil {
		return err
	}
	if !s.CanRead(aud) {
		return fault.New(fault.NotFound, "no such collection, or not for you")
	}
	return x.archive.Scan(ctx, x.db.Reader(), int32(aud), after, w, f)
}

// Versions gives all versions that an audience has of some objects, by date;
// the submitter's own identifiers find what was published for them.
func (x *Exchange) Versions(ctx context.Context, s member.Session, aud member.Audience, ids []string) ([]archive.Stored, error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, err
	}
	if !s.CanRead(aud) {
		return nil, fault.New(fault.NotFound, "no such collection, or not for you")
	}
	q := x.db.Reader()
	pubs, err := x.book.Published(ctx, q, int64(s.Member.ID), ids)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(ids)
	for _, p := range pubs {
		if p != ownMark {
			all = append(all, p)
		}
	}
	found, err := x.archive.Find(ctx, q, []int32{int32(aud)}, all, 0)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(f archive.Stored) bool { return f.State == archive.Taken }), nil
}

// Object reads one stored version.
func (x *Exchange) Object(ctx context.Context, s member.Session, f archive.Stored) (archive.Object, error) {
	if err := s.May(member.ActRead); err != nil {
		return archive.Object{}, err
	}
	if !s.CanRead(member.Audience(f.Aud)) {
		return archive.Object{}, fault.New(fault.NotFound, "no such object, or not for you")
	}
	return x.archive.At(ctx, x.db.Reader(), f.Aud, f.At)
}

// Event is something that the event stream tells: an object, or the withdrawal of one.
type Event struct {
	At       int64 // its own position as a date
	Position archive.Position
	Aud      member.Audience
	Kind     string // of a withdrawal: recall, expiry or decision; else ""
	ID       string // of the object
	Raw      []byte // of an object
}

// Withdraw tells whether the event takes something back.
func (e *Event) Withdraw() bool { return e.Kind != "" }

// What one call of Events holds at most of each audience: so many events, or so
// many bytes and one object more.
const (
	eventsAtOnce = 1000
	eventBytes   = 2 << 20
)

// Events gives what happened in some audiences after a date, in the order of
// the log, at most about 1,000 events, and the date up to which that is all. The
// caller has checked that its reader may see the audiences.
func (x *Exchange) Events(ctx context.Context, auds []member.Audience, after, head int64) (out []Event, upTo int64, err error) {
	upTo = head
	ints := make([]int32, 0, len(auds))
	for _, a := range auds {
		ints = append(ints, int32(a))
	}
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		for _, a := range ints {
			n, size := 0, 0
			err := x.archive.Scan(ctx, q, a, after, archive.Want{Bytes: true, Versions: true, Until: upTo}, func(o archive.Object) bool {
				out = append(out, Event{At: o.At, Position: o.Position(), Aud: member.Audience(o.Aud), ID: o.ID, Raw: slices.Clone(o.Raw)})
				n, size = n+1, size+len(o.Raw)
				if full := n == eventsAtOnce || size >= eventBytes; full {
					upTo = min(upTo, o.At)
					return false
				}
				return true
			})
			if err != nil {
				return err
			}
		}
		ws, err := x.archive.Withdrawals(ctx, q, ints, after, upTo, eventsAtOnce)
		if err != nil {
			return err
		}
		if len(ws) == eventsAtOnce {
			upTo = min(upTo, ws[len(ws)-1].At)
		}
		for _, w := range ws {
			e, err := x.withdrawEvent(ctx, q, w)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	out = slices.DeleteFunc(out, func(e Event) bool { return e.At > upTo })
	slices.SortFunc(out, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	return out, upTo, err
}

func (x *Exchange) withdrawEvent(ctx context.Context, q store.Querier, w archive.Withdrawal) (Event, error) {
	e := Event{At: w.At, Aud: member.Audience(w.Aud), Kind: w.Kind.String(), ID: w.Ref}
	entry, err := x.archive.Entry(ctx, q, w.Index)
	if err != nil {
		return e, err
	}
	e.Position = archive.Position{Index: w.Index, N: w.At - entry.Added}
	if e.ID == "" {
		o, err := x.archive.At(ctx, q, w.Aud, w.Target)
		switch fault.KindOf(err) {
		case fault.Gone: // taken back after it had expired
		default:
			if err != nil {
				return e, err
			}
			e.ID = o.ID
		}
	}
	return e, nil
}

// Date gives the date that belongs to a position, for readers that resume.
func (x *Exchange) Date(ctx context.Context, p archive.Position) (int64, error) {
	return x.archive.Date(ctx, x.db.Reader(), p)
}

// Head gives the size of the log and the date of its last position.
func (x *Exchange) Head(ctx context.Context) (store.Head, error) { return x.seq.Head(ctx) }

// Wait returns when the log has more than size entries, or ctx ends.
func (x *Exchange) Wait(ctx context.Context, size int64) (int64, error) { return x.seq.Wait(ctx, size) }

// Look gives what the reader may know of a value.
func (x *Exchange) Look(ctx context.Context, s member.Session, value string) (thing.Record, error) {
	if err := s.May(member.ActRead); err != nil {
		return thing.Record{}, err
	}
	t, ok := observable.Guess(value)
	if !ok {
		return thing.Record{}, fault.New(fault.Invalid, "this is no value that is known here: a domain, an address, a URL, a hash ...")
	}
	return x.things.Look(ctx, x.db.Reader(), t, audiences(s))
}

// Receipt makes the receipt of an entry again for the member that filed it, or
// for the operator.
func (x *Exchange) Receipt(ctx context.Context, s member.Session, idx int64) ([]byte, error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, err
	}
	q := x.db.Reader()
	e, err := x.archive.Entry(ctx, q, idx)
	if err != nil {
		return nil, err
	}
	if e.Member != int64(s.Member.ID) && s.May(member.ActAdminister) != nil {
		return nil, fault.New(fault.NotFound, "you have no receipt for entry %d", idx)
	}
	return x.receiptOf(ctx, q, e)
}

// Checkpoint gives the signed checkpoint of the log as it is now.
func (x *Exchange) Checkpoint(ctx context.Context) ([]byte, error) {
	head, err := x.seq.Head(ctx)
	if err != nil {
		return nil, err
	}
	return x.tree.Checkpoint(ctx, x.db.Reader(), x.keys, head.Size)
}

// Tile gives a tile of the log, below /log/ (C2SP tlog-tiles).
func (x *Exchange) Tile(ctx context.Context, path string) ([]byte, error) {
	head, err := x.seq.Head(ctx)
	if err != nil {
		return nil, err
	}
	return x.tree.Tile(ctx, x.db.Reader(), head.Size, path)
}

// Proof gives the inclusion proof of an entry in the tree of a size, as text.
func (x *Exchange) Proof(ctx context.Context, index, size int64) ([]byte, error) {
	head, err := x.seq.Head(ctx)
	if err != nil {
		return nil, err
	}
	if size < 1 || size > head.Size || index < 0 || index >= size {
		return nil, fault.New(fault.NotFound, "the log has %d entries; an index is below the size that it is proven in", head.Size)
	}
	return x.tree.Proof(ctx, x.db.Reader(), x.keys, index, size)
}
