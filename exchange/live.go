package exchange

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
	"tocsin/thing"
)

// Arrival is one row of what arrived: an object as the log took it, and what
// became of it since.
type Arrival struct {
	Event // of the object, or of its recall when that is asked for; Raw is nil when it was taken back
	Filed time.Time
	Gone  string    // recall, expiry or decision: what took it out of force; else ""
	Ended time.Time // when that was
	Filer member.ID // who filed it first; 0 when that isn't known any more
}

// Ask says which part of what arrived a reader wants, newest first. Before and
// After are dates, as Date gives them; at most one of them is set.
type Ask struct {
	Audiences []member.Audience // of those that the reader may see; nil for all
	Before    int64             // what came before
	After     int64             // what came after, the oldest of it
	Recalled  bool              // only what was recalled, by when that was
	Own       bool              // only what the reader's own member filed first; not with After
	Limit     int               // at most 200

	// The lists behind the numbers of a Day, the recalls among them with Recalled:
	InForce bool      // only indicators that are in force
	Since   time.Time // only indicators that arrived since and weren't taken back; with Own, those of the reader's member
}

// furniture are the types that only hold others together: a list for people
// leaves them out.
var furniture = []string{"relationship", "identity", "marking-definition", "extension-definition", "language-content"}

// Furniture tells whether a list for people leaves out the object of an identifier.
func Furniture(id string) bool {
	typ, _, _ := strings.Cut(id, "--")
	return slices.Contains(furniture, typ)
}

// Arrived gives what arrived in the audiences of a reader.
func (x *Exchange) Arrived(ctx context.Context, s member.Session, ask Ask) (out []Arrival, err error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, err
	}
	auds, err := asked(s, ask.Audiences)
	if err != nil || len(auds) == 0 {
		return nil, err
	}
	ask.Limit = min(max(ask.Limit, 1), 200)
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		if ask.Recalled {
			out, err = x.recalls(ctx, q, auds, ask)
			return err
		}
		if ask.InForce || !ask.Since.IsZero() {
			out, err = x.indicators(ctx, q, s.Member.ID, auds, ask)
			return err
		}
		get := x.places
		if ask.Own {
			get = func(ctx context.Context, q store.Querier, auds []int32, ask Ask) ([]archive.Place, error) {
				return x.ownPlaces(ctx, q, s.Member.ID, auds, ask)
			}
		}
		places, err := get(ctx, q, auds, ask)
		if err != nil {
			return err
		}
		out, err = x.arrivals(ctx, q, places)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, x.Filers(ctx, out)
}

// Filers finds who filed some arrivals first. Whoever shows it shows the member as
// the audience of the arrival knows it, and no further.
func (x *Exchange) Filers(ctx context.Context, as []Arrival) error {
	ids, auds, oldest := make([]string, 0, len(as)), map[int32]bool{}, int64(math.MaxInt64)
	for i := range as {
		if as[i].ID != "" {
			ids = append(ids, as[i].ID)
			auds[int32(as[i].Aud)] = true
			oldest = min(oldest, as[i].Filed.UnixMicro())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	all, err := x.archive.Find(ctx, x.db.Reader(), slices.Collect(maps.Keys(auds)), ids, oldest-1)
	if err != nil {
		return err
	}
	by := make(map[int64]member.ID, len(all))
	for _, f := range all {
		by[f.At] = member.ID(f.Member)
	}
	for i := range as {
		as[i].Filer = by[as[i].Filed.UnixMicro()]
	}
	return nil
}

// asked gives the audiences that are asked for; one that the reader may not see
// looks like one that isn't there.
func asked(s member.Session, want []member.Audience) ([]int32, error) {
	if want == nil {
		return audiences(s), nil
	}
	out := make([]int32, 0, len(want))
	for _, a := range want {
		if !s.CanRead(a) {
			return nil, fault.New(fault.NotFound, "no such collection, or not for you")
		}
		out = append(out, int32(a))
	}
	return out, nil
}

func newestFirst(a, b archive.Place) int { return cmp.Compare(b.At, a.At) }

// places gives the positions that are asked for, newest first.
func (x *Exchange) places(ctx context.Context, q store.Querier, auds []int32, ask Ask) (out []archive.Place, err error) {
	if ask.After == 0 {
		for _, a := range auds {
			some, err := x.archive.Back(ctx, q, a, ask.Before, ^archive.TypeMask(furniture), ask.Limit)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
		slices.SortFunc(out, newestFirst)
		return out[:min(len(out), ask.Limit)], nil
	}
	for _, a := range auds {
		n := 0
		err := x.archive.Scan(ctx, q, a, ask.After, archive.Want{Versions: true, Types: ^archive.TypeMask(furniture)}, func(o archive.Object) bool {
			out = append(out, archive.Place{Object: o})
			n++
			return n < ask.Limit
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, newestFirst)
	return out[max(0, len(out)-ask.Limit):], nil
}

// ownPlaces gives the positions of a member's reports, entry by entry.
func (x *Exchange) ownPlaces(ctx context.Context, q store.Querier, who member.ID, auds []int32, ask Ask) (out []archive.Place, err error) {
	before := int64(math.MaxInt64)
	if ask.Before != 0 {
		e, err := x.archive.EntryAround(ctx, q, ask.Before)
		if err != nil {
			return nil, err
		}
		before = e.Index + 1 // the entry in which the cursor stands may have more before it
	}
	for len(out) < ask.Limit && before > 0 {
		entries, err := x.archive.EntriesBy(ctx, q, int64(who), archive.Report, before, -1, ask.Limit)
		if err != nil || len(entries) == 0 {
			return out, err
		}
		for _, e := range entries {
			if before = e.Index; len(out) >= ask.Limit {
				break
			}
			some, err := x.archive.PlacesOf(ctx, q, e.Index, ^archive.TypeMask(furniture))
			if err != nil {
				return nil, err
			}
			out = append(out, slices.DeleteFunc(some, func(p archive.Place) bool {
				return ask.Before != 0 && p.At >= ask.Before || !slices.Contains(auds, p.Aud)
			})...)
		}
	}
	return out[:min(len(out), ask.Limit)], nil
}

// arrivals reads the objects at some places, audience by audience in one walk each.
func (x *Exchange) arrivals(ctx context.Context, q store.Querier, places []archive.Place) ([]Arrival, error) {
	raws, err := x.bytesOf(ctx, q, places)
	if err != nil {
		return nil, err
	}
	ats := make([]int64, 0, len(places))
	for _, p := range places {
		ats = append(ats, p.At)
	}
	gone, err := x.archive.WithdrawalsOf(ctx, q, ats)
	if err != nil {
		return nil, err
	}
	out := make([]Arrival, 0, len(places))
	for _, p := range places {
		a := Arrival{Event: Event{At: p.At, Position: p.Position(), Aud: member.Audience(p.Aud), ID: p.ID, Raw: raws[p.At]}, Filed: time.UnixMicro(p.At).UTC()}
		if w, ok := gone[p.At]; ok {
			a.end(w)
		}
		// What is gone without a word was a version in whose place another one stands.
		if p.Erased && (a.Gone == "" || a.Gone == archive.Decision.String()) || p.Erased && a.ID != "" && Furniture(a.ID) {
			continue
		}
		out = append(out, a)
	}
	return out, nil
}

// indicators gives the indicators that a number of a Day counts.
func (x *Exchange) indicators(ctx context.Context, q store.Querier, who member.ID, auds []int32, ask Ask) ([]Arrival, error) {
	wish := thing.Wish{Auds: auds, InForce: ask.InForce, Before: ask.Before, Limit: ask.Limit}
	if !ask.Since.IsZero() {
		wish.Since = ask.Since.UnixMicro()
	}
	if ask.Own {
		wish.Member = int64(who)
	}
	list, err := x.things.List(ctx, q, wish)
	if err != nil {
		return nil, err
	}
	ats, of := make([]int64, 0, len(list)), map[int32][]int64{}
	for _, l := range list {
		ats = append(ats, l.At)
		of[l.Aud] = append(of[l.Aud], l.At)
	}
	gone, err := x.archive.WithdrawalsOf(ctx, q, ats)
	if err != nil {
		return nil, err
	}
	out := make([]Arrival, 0, len(list))
	for aud, ats := range of {
		err := x.archive.Pick(ctx, q, aud, ats, func(o archive.Object, _ bool) error {
			a := Arrival{Event: Event{At: o.At, Position: o.Position(), Aud: member.Audience(o.Aud), ID: o.ID, Raw: slices.Clone(o.Raw)}, Filed: time.UnixMicro(o.At).UTC()}
			if w, ok := gone[o.At]; ok {
				a.end(w)
			}
			out = append(out, a)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Arrival) int { return cmp.Compare(b.At, a.At) })
	return out, nil
}

func (a *Arrival) end(w archive.Withdrawal) {
	a.Gone, a.Ended = w.Kind.String(), time.UnixMicro(w.At).UTC()
	if a.ID == "" {
		a.ID = w.Ref
	}
}

func (x *Exchange) bytesOf(ctx context.Context, q store.Querier, places []archive.Place) (map[int64][]byte, error) {
	type span struct{ from, to int64 }
	spans := map[int32]span{}
	wanted := map[int64]bool{}
	for _, p := range places {
		if p.Erased {
			continue
		}
		s, ok := spans[p.Aud]
		if !ok {
			s = span{math.MaxInt64, 0}
		}
		spans[p.Aud] = span{min(s.from, p.At), max(s.to, p.At)}
		wanted[p.At] = true
	}
	out := make(map[int64][]byte, len(wanted))
	for aud, s := range spans {
		err := x.archive.Scan(ctx, q, aud, s.from-1, archive.Want{Bytes: true, Versions: true, Types: ^archive.TypeMask(furniture), Until: s.to}, func(o archive.Object) bool {
			if wanted[o.At] {
				out[o.At] = slices.Clone(o.Raw)
			}
			return o.At < s.to
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recalls gives what was recalled, by when that was.
func (x *Exchange) recalls(ctx context.Context, q store.Querier, auds []int32, ask Ask) ([]Arrival, error) {
	ws, err := x.archive.RecallsBack(ctx, q, auds, furniture, ask.Before, ask.Limit)
	if err != nil {
		return nil, err
	}
	out := make([]Arrival, 0, len(ws))
	for _, w := range ws {
		if !ask.Since.IsZero() && w.At < ask.Since.UnixMicro() {
			break
		}
		entry, err := x.archive.Entry(ctx, q, w.Index)
		if err != nil {
			return nil, err
		}
		a := Arrival{Event: Event{At: w.At, Position: archive.Position{Index: w.Index, N: w.At - entry.Added}, Aud: member.Audience(w.Aud), ID: w.Ref}, Filed: time.UnixMicro(w.Target).UTC()}
		a.end(w)
		out = append(out, a)
	}
	return out, nil
}

// Together gives how many objects of an entry a list for people shows in one audience
// that the caller may see, and the one that says what the others are about, such as
// a report; nil when none does.
func (x *Exchange) Together(ctx context.Context, idx int64, aud member.Audience) (n int, head *archive.Object, err error) {
	q := x.db.Reader()
	all, err := x.archive.PlacesOf(ctx, q, idx, ^archive.TypeMask(furniture))
	if err != nil {
		return 0, nil, err
	}
	var best *archive.Place
	for i := range all {
		p := &all[i]
		if p.Erased || p.Aud != int32(aud) {
			continue
		}
		if n++; best == nil || typeRank(typeOf(p.ID)) < typeRank(typeOf(best.ID)) {
			best = p
		}
	}
	if n < 2 || typeRank(typeOf(best.ID)) > typeRank("campaign") {
		return n, nil, nil
	}
	o, err := x.archive.At(ctx, q, best.Aud, best.At)
	if err != nil {
		return n, nil, err
	}
	return n, &o, nil
}

// Day is what is in force and what a day brought so far, as one reader may know it.
type Day struct {
	InForce  int64 // indicators in force that name a value
	New      int64 // such indicators added since midnight UTC that weren't taken back
	Yours    int64 // of New, by the reader's own member
	Recalled int64 // objects taken back since midnight UTC
}

// Tally counts over the whole log for all readers at once: its caller keeps it.
type Tally struct {
	Size   int64     // of the log
	Rights int64     // of the log
	Since  time.Time // midnight UTC
	things []thing.Count
	back   map[int32]int64
}

// Tally counts what is in force and what came since a midnight.
func (x *Exchange) Tally(ctx context.Context, since time.Time) (*Tally, error) {
	head, err := x.seq.Head(ctx)
	if err != nil {
		return nil, err
	}
	t := &Tally{Size: head.Size, Rights: head.Rights, Since: since}
	if t.things, err = x.things.Counts(ctx, x.db.Reader(), since.UnixMicro()); err != nil {
		return nil, err
	}
	t.back, err = x.archive.Recalls(ctx, x.db.Reader(), since.UnixMicro(), furniture)
	return t, err
}

// Of gives what one reader may know of a tally.
func (t *Tally) Of(s member.Session) (d Day) {
	for _, c := range t.things {
		if !s.CanRead(member.Audience(c.Aud)) {
			continue
		}
		switch c.Member {
		case 0:
			d.InForce += c.InForce
			d.New += c.Since
		case int64(s.Member.ID):
			d.Yours += c.Since
		}
	}
	for aud, n := range t.back {
		if s.CanRead(member.Audience(aud)) {
			d.Recalled += n
		}
	}
	return d
}
