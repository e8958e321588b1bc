package exchange

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
	"tocsin/thing"
)

// RecallPreview is what a recall would do, computed by the code that does it.
type RecallPreview struct {
	Ref     string
	Objects int // that go, each once
	Stay    int // of them: others filed them too, so that they stay for everybody
	Types   []Count
	InForce int // values that indicators which go name, and that are in force through them
	Still   int // of them: in force through another indicator all the same
	Since   time.Time
	Waiting int // reports of which passages wait: nobody decides on those any more
	Places  []Readers
	Members int      // that see something of it, its own member included
	Names   []string // what names the first objects, as written by whoever filed them
	Mark    string   // of what would go: for asking whether it is still that
}

// previewNames is how many objects a preview of a recall names.
const previewNames = 5

// RecallPreview says what Recall would do with a reference; fault.NotFound when it
// would find nothing of the session's member.
func (x *Exchange) RecallPreview(ctx context.Context, s member.Session, ref string) (p RecallPreview, err error) {
	if err := s.May(member.ActRecall); err != nil {
		return p, err
	}
	what, err := x.targets(ctx, s, ref)
	if err != nil {
		return p, err
	}
	p = RecallPreview{Ref: ref, Waiting: len(what.waiting)}
	err = x.db.Snapshot(ctx, func(q store.Querier) error { return x.previewRecall(ctx, q, s, what.targets, &p) })
	return p, err
}

func (x *Exchange) previewRecall(ctx context.Context, q store.Querier, s member.Session, ts []target, p *RecallPreview) error {
	type object struct {
		id  string
		aud int32
	}
	counted, stays := map[object]bool{}, map[object]bool{}
	var ats []int64
	var f Filed
	for _, t := range ts {
		o := object{t.id, t.aud}
		if len(t.filers) > 0 {
			stays[o] = true
		} else {
			ats = append(ats, t.at)
		}
		if counted[o] {
			continue
		}
		counted[o] = true
		p.Types = count(p.Types, typeOf(t.id), 1)
		f.Objects = append(f.Objects, ObjectResult{Collection: member.CollectionName(s, member.Audience(t.aud))})
		if len(p.Names) < previewNames && !Furniture(t.id) {
			e := EntryObject{Object: archive.Object{ID: t.id}, Type: typeOf(t.id)}
			if e.describe(t.raw); e.Name != "" {
				p.Names = append(p.Names, e.Name)
			}
		}
	}
	p.Objects, p.Stay = len(counted), len(stays)
	slices.SortFunc(p.Types, func(a, b Count) int { return b.N - a.N })
	var err error
	if p.Places, err = x.ReadersOf(ctx, s, &f); err != nil {
		return err
	}
	for _, r := range p.Places {
		p.Members = max(p.Members, r.Members) // a group's members are members
	}
	p.Mark = x.recallMark(ts)
	return x.inForce(ctx, q, s, ats, p)
}

// inForce counts what would fall out of force with the indicators at some dates.
func (x *Exchange) inForce(ctx context.Context, q store.Querier, s member.Session, ats []int64, p *RecallPreview) error {
	supports, err := x.things.At(ctx, q, ats)
	if err != nil {
		return err
	}
	by := map[int64]int{} // how many of the supports that go a thing has
	var ts []int64
	for _, k := range supports {
		if k.State != thing.InForce {
			continue
		}
		if at := time.UnixMicro(k.At).UTC(); p.Since.IsZero() || at.Before(p.Since) {
			p.Since = at
		}
		if by[k.T]++; by[k.T] == 1 {
			ts = append(ts, k.T)
		}
	}
	records, err := x.things.LookKeys(ctx, q, ts, audiences(s))
	if err != nil {
		return err
	}
	p.InForce = len(ts)
	for _, t := range ts {
		if records[t].Reports > by[t] {
			p.Still++
		}
	}
	return nil
}

// recallMark names what a recall would take back.
func (x *Exchange) recallMark(ts []target) string {
	var b []byte
	for _, t := range ts {
		b = time.UnixMicro(t.at).UTC().AppendFormat(b, "20060102150405.000000")
		if len(t.filers) > 0 {
			b = append(b, '+')
		}
	}
	sum := x.keys.MAC("recall preview", b)
	return hex.EncodeToString(sum[:8])
}

// RecallReason gives a reason as its readers would get it: without personal values, and
// without what tells who takes back.
func (x *Exchange) RecallReason(s member.Session, reason string) (string, error) {
	if err := checkReason(reason); err != nil {
		return "", err
	}
	return x.scrub(s.Member, reason), nil
}

func checkReason(reason string) error {
	if len(reason) > maxReason {
		return fault.New(fault.Invalid, "nothing was taken back: a reason has at most 1,000 characters")
	}
	for _, r := range reason {
		if r > ' ' {
			return nil
		}
	}
	return fault.New(fault.Invalid, "nothing was taken back: say why, since everyone who acted on it will ask")
}

const maxReason = 1000 // bytes, as Recall has it
