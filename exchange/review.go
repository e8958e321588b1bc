package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/privacy"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/thing"
)

// ReviewQueue gives the passages that wait, oldest first, without their text.
func (x *Exchange) ReviewQueue(ctx context.Context, s member.Session, limit int) ([]held.Passage, error) {
	if err := s.May(member.ActReview); err != nil {
		return nil, err
	}
	return x.queue.Waiting(ctx, x.db.Reader(), limit)
}

// ReviewShow gives one passage with its text in context. That it was looked at is
// recorded before.
func (x *Exchange) ReviewShow(ctx context.Context, s member.Session, id string) (p held.Passage, secret held.Secret, err error) {
	err = x.act(ctx, s, member.ActReview, audit.LookHeld, id, func() (did string, err error) {
		if p, err = x.queue.Get(ctx, x.db.Reader(), id); err == nil {
			secret, err = x.queue.Open(p)
		}
		return "", err
	})
	return p, secret, err
}

// Decide releases or removes a held passage: an entry of its own, whose receipt
// names the entry that the passage came with. A released passage is the next
// version of its object. why is one of held.Whys, or "".
func (x *Exchange) Decide(ctx context.Context, s member.Session, id string, release bool, why string) (Filed, error) {
	return x.decideAs(ctx, s, id, release, why, false)
}

// decideAs is Decide; second says that a second person approves.
func (x *Exchange) decideAs(ctx context.Context, s member.Session, id string, release bool, why string, second bool) (f Filed, err error) {
	a := audit.Remove
	if release {
		a = audit.Release
	}
	err = x.act(ctx, s, member.ActReview, a, id, func() (did string, err error) {
		if err := held.CheckWhy(why, release); err != nil {
			return "", err
		}
		for range tries {
			p, err := x.queue.Get(ctx, x.db.Reader(), id)
			if err != nil {
				return "", err
			}
			if p.State != held.Waiting {
				return "", fault.New(fault.Conflict, "this passage has been decided already, or its report was taken back")
			}
			if release && !second && x.takesTwo(p) {
				return "", errTwo
			}
			f, err = x.decide(ctx, s, p, release, why)
			if !errors.Is(err, errStale) {
				return f.ID, err
			}
		}
		return "", errContended
	})
	return f, err
}

// next is what a released passage makes of its object.
type next struct {
	obj      stix.Object
	previous int64 // date of the version before; 0 for an object that wasn't out yet
	replaces bool  // an unversioned object: the one before is withdrawn
}

func (x *Exchange) decide(ctx context.Context, s member.Session, p held.Passage, release bool, why string) (Filed, error) {
	var n *next
	var slots []archive.Slot
	state, verdict := held.Removed, "removed"
	if release {
		state, verdict = held.Released, "released"
		var err error
		if n, err = x.releasedObject(ctx, p); err != nil {
			return Filed{}, err
		}
		slots = []archive.Slot{{Aud: p.Aud, ID: n.obj.ID, Version: n.obj.Version(), Raw: n.obj.Raw}}
	}
	from := int64(0)
	if n != nil && n.replaces {
		from = 1 // the withdrawal stands before
	}
	parts := []ledger.Part{text(ledger.PartRefers, []int64{p.Index}), {Name: ledger.PartPolicy, Body: quoteHex(x.gate.PolicyHash())},
		text(ledger.PartFacts, facts{Format: "decision", Reason: verdict + ": " + p.Reason, Why: why})}
	j, err := x.newJob(ctx, s, archive.Decision, slots, from, parts)
	if err != nil {
		return Filed{}, err
	}
	j.fresh = func(ctx context.Context, tx *store.Tx) error { return x.stillNewest(ctx, tx, p, n) }
	j.write = func(ctx context.Context, tx *store.Tx, at store.Place) error {
		if err := x.queue.Decide(ctx, tx, p.ID, state, at.Index, int64(s.Member.ID)); err != nil || n == nil {
			return err
		}
		return x.putReleased(ctx, tx, j, at, p, n)
	}
	place, size, err := x.seq.Do(ctx, j)
	if err != nil {
		return Filed{}, err
	}
	x.erasing.Store(true)
	out := Filed{ID: fmt.Sprintf("decision-%d", place.Index), Index: place.Index}
	if out.Receipt, err = x.tree.Receipt(ctx, x.db.Reader(), x.keys, place.Index, size, &j.record, nil); err != nil {
		return Filed{}, err
	}
	out.Parts = []Part{{Index: place.Index, Receipt: out.Receipt}}
	if n != nil {
		out.Objects = []ObjectResult{{ID: n.obj.ID, Version: n.obj.Version(), Collection: member.CollectionName(s, member.Audience(p.Aud))}}
	}
	return out, nil
}

// releasedObject puts a passage back into the newest version of its object.
func (x *Exchange) releasedObject(ctx context.Context, p held.Passage) (*next, error) {
	secret, err := x.queue.Open(p)
	if err != nil {
		return nil, err
	}
	if p.Whole {
		obj, err := stix.Parse(secret.Object, stix.Limits{})
		return &next{obj: obj}, err
	}
	q := x.db.Reader()
	found, err := x.archive.Find(ctx, q, []int32{p.Aud}, []string{p.Object}, 0)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found, func(f archive.Stored) bool { return f.State == archive.Newest })
	switch {
	case i < 0:
		return nil, fault.New(fault.Gone, "the object of this passage was taken back")
	case found[i].At != p.At:
		return nil, fault.New(fault.Conflict, "its member filed a newer version of the object since; remove this passage: what the newer version says stands for itself")
	}
	o, err := x.archive.At(ctx, q, p.Aud, found[i].At)
	if err != nil {
		return nil, err
	}
	ord, err := x.placeholderOrd(ctx, q, p)
	if err != nil {
		return nil, err
	}
	raw, ok := putBack(o.Raw, p.Path, ord, secret.Text)
	if !ok {
		return nil, fault.New(fault.Conflict, "a newer version of the object has no place for this passage; remove it, or ask its member to file it again")
	}
	n := &next{previous: found[i].At}
	if o.Version == "" {
		n.replaces = true
	} else {
		when := now().Truncate(time.Millisecond)
		if v, err := stix.ParseTime(o.Version); err == nil && !when.After(v) {
			when = v.Truncate(time.Millisecond).Add(time.Millisecond)
		}
		raw = stix.WithVersion(raw, when)
	}
	n.obj, err = stix.Parse(raw, stix.Limits{})
	return n, err
}

// placeholderOrd gives which placeholder of its field a passage is now: those
// before it that were released no longer stand there.
func (x *Exchange) placeholderOrd(ctx context.Context, q store.Querier, p held.Passage) (int, error) {
	all, err := x.queue.OfObject(ctx, q, p.Object)
	if err != nil {
		return 0, err
	}
	n := p.Ord
	for _, o := range all {
		if o.Path == p.Path && o.Aud == p.Aud && o.Index == p.Index && o.Ord < p.Ord && o.State == held.Released {
			n--
		}
	}
	return n, nil
}

// putBack replaces the n-th placeholder of held text in a field.
func putBack(raw []byte, path string, n int, with string) (out []byte, ok bool) {
	_ = stix.Walk(raw, func(f stix.Field) error { // parsed before
		if ok || f.IsKey || f.Kind != stix.String || f.Path.String() != path {
			return nil
		}
		from := 0
		for ; n >= 0; n-- {
			i := strings.Index(f.Value[from:], privacy.HeldPlaceholder)
			if i < 0 {
				return nil
			}
			if from += i; n > 0 {
				from += len(privacy.HeldPlaceholder)
			}
		}
		e := stix.EditString(raw, f.Start, f.End, from, from+len(privacy.HeldPlaceholder), with)
		out, ok = stix.Splice(raw, []stix.Edit{e}), true
		return nil
	})
	return out, ok
}

// stillNewest makes sure that the version which the passage goes into is the newest.
func (x *Exchange) stillNewest(ctx context.Context, tx *store.Tx, p held.Passage, n *next) error {
	if n == nil {
		return nil
	}
	found, err := x.archive.Find(ctx, tx, []int32{p.Aud}, []string{n.obj.ID}, max(n.previous-1, 0))
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.At > n.previous || f.State == archive.Taken {
			return errStale
		}
	}
	return nil
}

// putReleased writes the object with its passage, as the next version or in
// place of the unversioned one.
func (x *Exchange) putReleased(ctx context.Context, tx *store.Tx, j *job, at store.Place, p held.Passage, n *next) error {
	switch {
	case n.replaces:
		if err := x.archive.SetState(ctx, tx, n.obj.ID, n.previous, archive.Taken); err != nil {
			return err
		}
		if err := x.archive.Erase(ctx, tx, p.Aud, []int64{n.previous}, x.erasedHash(ctx, tx)); err != nil {
			return err
		}
		w := archive.Withdrawal{At: at.Added, Index: at.Index, Aud: p.Aud, Target: n.previous, Kind: archive.Decision, Ref: n.obj.ID}
		if err := x.archive.PutWithdrawals(ctx, tx, []archive.Withdrawal{w}); err != nil {
			return err
		}
	case n.previous != 0:
		if err := x.archive.Supersede(ctx, tx, n.obj.ID, p.Aud, n.previous); err != nil {
			return err
		}
		if err := x.things.SetState(ctx, tx, []int64{n.previous}, thing.Taken, at.Added); err != nil {
			return err
		}
	}
	if n.previous != 0 {
		if err := x.queue.Move(ctx, tx, n.obj.ID, p.Aud, n.previous, at.Added+j.from); err != nil {
			return err
		}
	}
	// The object stays its member's: the one who filed it may version it and take it back.
	if err := x.archive.Put(ctx, tx, at.Index, at.Added, j.packed, p.Member, nil); err != nil {
		return err
	}
	it := &item{obj: n.obj, aud: member.Audience(p.Aud)}
	it.nameThings()
	k := &kept{work: &work{session: member.Session{Member: member.Member{ID: member.ID(p.Member)}}}, items: []*item{it}}
	return x.things.Put(ctx, tx, k.supports(at.Added+j.from))
}

// WaitingPassages counts the passages that wait, for the node's metrics.
func (x *Exchange) WaitingPassages(ctx context.Context) (int64, error) {
	return x.queue.Count(ctx, x.db.Reader())
}

// Decision is what became of a held passage.
type Decision struct {
	Passage held.Passage
	At      time.Time
	Entry   int64
	Why     string // one of held.Whys; "" when none was given
}

// Decided gives the newest decisions, newest first, at most limit.
func (x *Exchange) Decided(ctx context.Context, s member.Session, limit int) ([]Decision, error) {
	if err := s.May(member.ActReview); err != nil {
		return nil, err
	}
	ps, err := x.queue.Decided(ctx, x.db.Reader(), limit)
	if err != nil {
		return nil, err
	}
	out := make([]Decision, 0, len(ps))
	for _, p := range ps {
		d, err := x.decision(ctx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// DecisionOn gives what became of one passage that doesn't wait any more.
func (x *Exchange) DecisionOn(ctx context.Context, s member.Session, id string) (Decision, error) {
	if err := s.May(member.ActReview); err != nil {
		return Decision{}, err
	}
	p, err := x.queue.Get(ctx, x.db.Reader(), id)
	if err != nil {
		return Decision{}, err
	}
	if p.State == held.Waiting {
		return Decision{}, fault.New(fault.Conflict, "this passage waits for a decision")
	}
	return x.decision(ctx, p)
}

func (x *Exchange) decision(ctx context.Context, p held.Passage) (Decision, error) {
	d := Decision{Passage: p, Entry: p.Decided}
	e, err := x.archive.Entry(ctx, x.db.Reader(), p.Decided)
	if err != nil {
		return d, err
	}
	d.At = time.UnixMicro(e.Added).UTC()
	f, err := x.factsOf(e)
	d.Why = f.Why
	return d, err
}

// factsOf reads the facts in an entry's record.
func (x *Exchange) factsOf(e archive.Entry) (f facts, err error) {
	r, err := ledger.UnmarshalRecord(e.Record)
	if err != nil {
		return f, fmt.Errorf("record of entry %d: %w", e.Index, err)
	}
	for _, part := range r.Parts {
		if part.Name == ledger.PartFacts {
			err = json.Unmarshal(part.Body, &f)
		}
	}
	return f, err
}

// TakesTwo tells whether releasing a passage takes a second reviewer, whom Ask asks.
func (x *Exchange) TakesTwo(p held.Passage) bool { return x.takesTwo(p) }
