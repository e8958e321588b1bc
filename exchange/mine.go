package exchange

import (
	"context"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
	"tocsin/thing"
)

// OwnReport is a line of what a member filed.
type OwnReport struct {
	Index       int64
	Filed       time.Time
	Title       string // as written by whoever filed it; "" when nothing names it
	Named       int    // of what is of the type of the object that Title names
	Part        ledger.PartOf
	Objects     int // that went out
	Removed     int // values
	Waiting     int // passages that wait for a person
	Gone        int // objects that were taken back
	InForce     int // of a report of which some was taken back: indicators in force all the same; 0 also when there are too many to look at
	State       string
	Collections []string
}

// States of a report beside those of an indicator.
const (
	StatePartly = "partly" // some of it was taken back
	StateWaits  = "waits"  // nothing of it is out before a person decides
	StateOut    = "shared" // it has no indicator
	StateRepeat = "repeat" // all of it was there already
	maxOwn      = 100      // lines of one page
	titleHeads  = 200      // objects that are looked at for a title
)

// OwnReports gives what a member filed, newest first: before an index, or (after at
// least 0) the ones after it. more tells whether there are further ones that way.
func (x *Exchange) OwnReports(ctx context.Context, s member.Session, before, after int64, limit int) (out []OwnReport, more bool, err error) {
	if err := s.May(member.ActFile); err != nil {
		return nil, false, err
	}
	if limit < 1 || limit > maxOwn || before < 0 {
		return nil, false, fault.New(fault.Invalid, "ask for 1 to %d reports, from one place", maxOwn)
	}
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		entries, err := x.archive.EntriesBy(ctx, q, int64(s.Member.ID), archive.Report, before, after, limit+1)
		if err != nil {
			return err
		}
		if more = len(entries) > limit; more && after >= 0 {
			entries = entries[1:]
		} else if more {
			entries = entries[:limit]
		}
		out = make([]OwnReport, 0, len(entries))
		for _, e := range entries {
			r, err := x.ownReport(ctx, q, s, e)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, more, err
}

func (x *Exchange) ownReport(ctx context.Context, q store.Querier, s member.Session, e archive.Entry) (r OwnReport, err error) {
	v := seen{Entry: e}
	if err := v.read(s); err != nil {
		return r, err
	}
	r = OwnReport{Index: e.Index, Filed: time.UnixMicro(e.Added).UTC(), Part: v.part, Objects: len(v.refs), Removed: v.facts.Removed}
	for _, a := range v.auds {
		r.Collections = append(r.Collections, member.CollectionName(s, member.Audience(a)))
	}
	waiting, err := x.queue.WaitingOf(ctx, q, e.Index)
	if err != nil {
		return r, err
	}
	r.Waiting = int(waiting)
	causes, err := x.archive.CausesOf(ctx, q, e, v.auds, entryCauses)
	if err != nil {
		return r, err
	}
	ended := 0
	for _, c := range causes {
		switch c.Kind {
		case archive.Recall:
			r.Gone += int(c.N)
		case archive.Expiry:
			ended += int(c.N)
		}
	}
	switch {
	case r.Objects == 0 && r.Waiting > 0:
		r.State = StateWaits
	case r.Objects == 0:
		r.State = StateRepeat
	case r.Gone >= r.Objects:
		r.State = StateTaken
	case r.Gone > 0:
		r.State = StatePartly
	case v.facts.Indicator == 0:
		r.State = StateOut
	case ended >= v.facts.Indicator:
		r.State = StateExpired
	default:
		r.State = StateInForce
	}
	heads, err := x.someHeads(ctx, q, &v)
	if err != nil {
		return r, err
	}
	if r.State == StateInForce && len(v.refs) <= len(heads)+r.Gone {
		// All of it is at hand: what had ended when it came was never told as an expiry.
		if r.State, err = x.stateOfHeads(ctx, q, heads); err != nil {
			return r, err
		}
	}
	if r.State == StatePartly && len(v.refs) <= len(heads)+r.Gone {
		if r.InForce, err = x.inForceOfHeads(ctx, q, heads); err != nil {
			return r, err
		}
	}
	return r, x.title(ctx, q, s, &r, &v, heads)
}

// someHeads gives the first objects of an entry that are there, without their bytes.
func (x *Exchange) someHeads(ctx context.Context, q store.Querier, v *seen) (out []archive.Object, err error) {
	for _, aud := range v.auds {
		err := x.archive.Scan(ctx, q, aud, v.Added-1, archive.Want{Versions: true, Until: v.Added + v.N - 1}, func(o archive.Object) bool {
			if o.Index == v.Index {
				out = append(out, o)
			}
			return len(out) < titleHeads
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stateOfHeads tells whether some of the indicators among objects is in force.
func (x *Exchange) stateOfHeads(ctx context.Context, q store.Querier, heads []archive.Object) (string, error) {
	var ats []int64
	for _, o := range heads {
		if isIndicator(o.ID) {
			ats = append(ats, o.At)
		}
	}
	all, err := x.things.At(ctx, q, ats)
	for _, k := range all {
		if k.State == thing.InForce {
			return StateInForce, err
		}
	}
	if len(all) == 0 {
		return StateOut, err // indicators that name no value that is known here
	}
	return StateExpired, err
}

// inForceOfHeads counts the indicators among objects that are in force.
func (x *Exchange) inForceOfHeads(ctx context.Context, q store.Querier, heads []archive.Object) (int, error) {
	var ats []int64
	for _, o := range heads {
		ats = append(ats, o.At)
	}
	all, err := x.things.At(ctx, q, ats)
	in := map[int64]bool{}
	for _, k := range all {
		if k.State == thing.InForce {
			in[k.At] = true
		}
	}
	return len(in), err
}

// title says what names a report best, of its first objects.
func (x *Exchange) title(ctx context.Context, q store.Querier, s member.Session, r *OwnReport, v *seen, heads []archive.Object) error {
	if len(heads) == 0 {
		return nil
	}
	best := heads[0]
	for _, o := range heads {
		if typeRank(typeOf(o.ID)) < typeRank(typeOf(best.ID)) {
			best = o
		}
	}
	objects, err := x.described(ctx, q, s, []archive.Object{best})
	if err != nil {
		return err
	}
	if r.Title = objects[0].Name; isIndicator(best.ID) {
		r.Named = v.facts.Indicator
	}
	return nil
}
