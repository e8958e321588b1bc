package exchange

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/stix"
	"tocsin/store"
)

// This file is who is behind an entry, who sees it, and what became of it.

// filedAs gives who filed an entry as its objects say it: only the identity that
// stands in one of them tells a reader who it was.
func (x *Exchange) filedAs(ctx context.Context, q store.Querier, s member.Session, idx int64, objects []EntryObject) (string, error) {
	e, err := x.archive.Entry(ctx, q, idx)
	if err != nil {
		return "", err
	}
	m, err := x.filerOf(ctx, e.Member)
	if err != nil {
		return "", err
	}
	for _, o := range objects {
		obj, err := stix.Parse(o.Raw, stix.Limits{})
		if err != nil || obj.CreatedBy == "" {
			continue
		}
		for _, m.Named = range []bool{false, true} {
			if id, name := x.members.Pseudonym(m, member.Audience(o.Aud)); id == obj.CreatedBy {
				return name, nil
			}
		}
	}
	return "", nil
}

// filerOf gives a member by number; one that was removed has no name any more.
func (x *Exchange) filerOf(ctx context.Context, id int64) (member.Member, error) {
	all, err := x.members.Members(ctx)
	if err != nil {
		return member.Member{}, err
	}
	if i := slices.IndexFunc(all, func(m member.Member) bool { return int64(m.ID) == id }); i >= 0 {
		return all[i], nil
	}
	return member.Member{ID: member.ID(id)}, nil
}

// placesOf says where the objects of an entry are, and how many members see them.
func (x *Exchange) placesOf(ctx context.Context, s member.Session, refs []ledger.ObjectRef) ([]Readers, error) {
	var f Filed
	for _, r := range refs {
		f.Objects = append(f.Objects, ObjectResult{Collection: member.CollectionName(s, member.Audience(r.Audience))})
	}
	return x.ReadersOf(ctx, s, &f)
}

// past adds what became of an entry, and what its own member may know.
func (x *Exchange) past(ctx context.Context, q store.Querier, s member.Session, v *seen, out *EntryView) (err error) {
	if v.own || s.May(member.ActReview) == nil {
		if out.Held, err = x.queue.OfEntry(ctx, q, v.Index, entryPassages); err != nil {
			return err
		}
	}
	if v.own {
		out.Removed = removedCounts(&v.record)
	}
	out.History, err = x.history(ctx, q, audiences(s), v.Entry, out.Held)
	return err
}

// removedCounts reads the account of removals of a record, by kind.
func removedCounts(r *ledger.Record) (out []Count) {
	body, ok := r.Part(ledger.PartAccount)
	if !ok {
		return nil
	}
	var account []Removed
	if json.Unmarshal(body, &account) != nil {
		return nil // it was written by this program
	}
	for _, line := range account {
		out = count(out, line.Type, max(1, line.Count))
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Kind, b.Kind)) })
	return out
}

// history gives what became of an entry in some audiences, in the order of the log.
func (x *Exchange) history(ctx context.Context, q store.Querier, auds []int32, e archive.Entry, passages []held.Passage) ([]Happening, error) {
	out := []Happening{{At: time.UnixMicro(e.Added).UTC(), Kind: "accepted", Index: e.Index, N: int(e.N)}}
	causes, err := x.archive.CausesOf(ctx, q, e, auds, entryCauses)
	if err != nil {
		return nil, err
	}
	for _, c := range causes {
		if c.Kind != archive.Decision || len(passages) == 0 { // told by the passage itself
			out = append(out, Happening{At: time.UnixMicro(c.At).UTC(), Kind: c.Kind.String(), Index: c.Index, N: int(c.N)})
		}
	}
	decided := map[int64]int{}
	for _, p := range passages {
		if p.State == held.Waiting || p.Decided == 0 {
			continue
		}
		if i, ok := decided[p.Decided]; ok {
			out[i].N++
			continue
		}
		by, err := x.archive.Entry(ctx, q, p.Decided)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		decided[p.Decided] = len(out)
		out = append(out, Happening{At: time.UnixMicro(by.Added).UTC(), Kind: held.StateName(p.State), Index: p.Decided, N: 1})
	}
	slices.SortStableFunc(out, func(a, b Happening) int { return a.At.Compare(b.At) })
	return out, nil
}

// took gives how many objects a recall took back of what the reader sees, and with
// which entries they had come.
func (x *Exchange) took(ctx context.Context, q store.Querier, v *seen) (n int, about []int64, err error) {
	if v.Kind != archive.Recall {
		return 0, nil, nil
	}
	var last archive.Entry
	for _, w := range v.back {
		if w.Target >= last.Added && w.Target < last.Added+last.N || len(about) == maxAbout {
			continue
		}
		if last, err = x.archive.EntryAround(ctx, q, w.Target); err != nil {
			return 0, nil, err
		}
		if !slices.Contains(about, last.Index) {
			about = append(about, last.Index)
		}
	}
	return len(v.back), about, nil
}

// formerNames gives the first value that indicators named, some versions of which are
// known, by identifier: of one that was taken back only the register of things says
// it, until every view has heard of that.
func (x *Exchange) formerNames(ctx context.Context, q store.Querier, versions []archive.Stored) (map[string]string, error) {
	ids := map[int64]string{}
	for _, v := range versions {
		if isIndicator(v.ID) {
			ids[v.At] = v.ID
		}
	}
	keyed, err := x.things.At(ctx, q, slices.Collect(maps.Keys(ids)))
	if err != nil || len(keyed) == 0 {
		return nil, err
	}
	of, ts := map[string]int64{}, []int64{}
	for _, k := range keyed {
		if id := ids[k.At]; of[id] == 0 {
			of[id] = k.T
			ts = append(ts, k.T)
		}
	}
	names, err := x.things.Names(ctx, q, ts)
	out := make(map[string]string, len(of))
	for id, t := range of {
		out[id] = names[t].Value
	}
	return out, err
}

// TakenBack is the recall that took an object back.
type TakenBack struct {
	At     time.Time
	Index  int64  // of its entry
	Reason string // it went through the gate
}

// TakenBackBy gives, by date of the object, what took objects back; one that a newer
// version replaced is left out. The caller may see that they were there.
func (x *Exchange) TakenBackBy(ctx context.Context, objects []Found) (map[int64]TakenBack, error) {
	q, ats := x.db.Reader(), []int64{}
	for _, f := range objects {
		if f.State == StateTaken {
			ats = append(ats, f.At)
		}
	}
	out, reasons := map[int64]TakenBack{}, map[int64]string{}
	for some := range slices.Chunk(ats, targetsAtOnce) {
		of, err := x.archive.WithdrawalsOf(ctx, q, some)
		if err != nil {
			return nil, err
		}
		for at, w := range of {
			if w.Kind != archive.Recall {
				continue
			}
			if _, ok := reasons[w.Index]; !ok {
				if reasons[w.Index], err = x.reasonOf(ctx, q, w.Index); err != nil {
					return nil, err
				}
			}
			out[at] = TakenBack{time.UnixMicro(w.At).UTC(), w.Index, reasons[w.Index]}
		}
	}
	return out, nil
}

// reasonOf reads the reason of a recall or decision.
func (x *Exchange) reasonOf(ctx context.Context, q store.Querier, idx int64) (string, error) {
	e, err := x.archive.Entry(ctx, q, idx)
	if err != nil {
		return "", err
	}
	v := seen{Entry: e}
	err = v.read(member.Session{})
	return v.facts.Reason, err
}

// EntryObjectOf gives one object of an entry, by its ordinal; fault.NotFound also for
// what the reader may not see, fault.Gone when it was taken back.
func (x *Exchange) EntryObjectOf(ctx context.Context, s member.Session, idx, n int64) (o archive.Object, err error) {
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		v, err := x.see(ctx, q, s, idx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(v.refs, func(r ledger.ObjectRef) bool { return r.N == n })
		if i < 0 {
			return errNoEntry
		}
		o, err = x.archive.At(ctx, q, v.refs[i].Audience, v.Added+n)
		return err
	})
	return o, err
}

// FiledAs gives who filed some objects, by date, as the objects themselves say it:
// the name of the identity in created_by_ref, when it is that of who filed them.
// The caller may see the objects.
func (x *Exchange) FiledAs(ctx context.Context, found []Found) (map[int64]string, error) {
	ids, auds := make([]string, 0, len(found)), []int32{}
	for _, f := range found {
		if f.ID != "" {
			ids = append(ids, f.ID)
		}
		if !slices.Contains(auds, f.Aud) {
			auds = append(auds, f.Aud)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	stored, err := x.archive.Find(ctx, x.db.Reader(), auds, ids, 0)
	if err != nil {
		return nil, err
	}
	filer := make(map[int64]int64, len(stored))
	for _, s := range stored {
		filer[s.At] = s.Member
	}
	all, err := x.members.Members(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[int64]member.Member, len(all))
	for _, m := range all {
		by[int64(m.ID)] = m
	}
	out := make(map[int64]string, len(found))
	for _, f := range found {
		m, ok := by[filer[f.At]]
		if creator := topText(f.Raw, "created_by_ref"); ok && creator != "" {
			for _, m.Named = range []bool{false, true} {
				if id, name := x.members.Pseudonym(m, member.Audience(f.Aud)); id == creator {
					out[f.At] = name
				}
			}
		}
	}
	return out, nil
}
