package exchange

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/search"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/thing"
)

// MaxLooked is how many values one list may have.
const MaxLooked = 1000

// Looked is what is known of one value of a list.
type Looked struct {
	Asked  string // as it was written
	Thing  observable.Thing
	Read   bool // it is a value of a kind that is known here
	Known  bool // an indicator that the reader may see names it, or did until it ended or was taken back
	Record thing.Record
	State  string // StateInForce, StateExpired, StateTaken; "" when it isn't known
	Never  string // why nobody blocks it, such as resolver; "" for most
}

// LookMany gives what the reader may know of each value of a list, in its order.
// What is written twice is answered twice. fault.Invalid above MaxLooked values.
func (x *Exchange) LookMany(ctx context.Context, s member.Session, values []string) ([]Looked, error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, err
	}
	if len(values) > MaxLooked {
		return nil, fault.New(fault.Invalid, "a list has at most %d values; this one has %d", MaxLooked, len(values))
	}
	out := make([]Looked, len(values))
	var ts []observable.Thing
	for i, v := range values {
		l := &out[i]
		l.Asked = v
		if l.Thing, l.Read = observable.Guess(v); l.Read {
			l.Never = neverBlocked(l.Thing)
			ts = append(ts, l.Thing)
		}
	}
	records, err := x.things.LookMany(ctx, x.db.Reader(), ts, audiences(s))
	if err != nil {
		return nil, err
	}
	for i := range out {
		l := &out[i]
		if !l.Read {
			continue
		}
		if l.Record, l.Known = records[l.Thing]; l.Known {
			l.State = stateOf(l.Record)
		}
	}
	return out, nil
}

// neverBlocked gives why nobody's defences block a value; what is reserved for
// examples is blocked like any other (step 4 of the way of a report).
func neverBlocked(t observable.Thing) string {
	if reason, special := observable.Special(t); special && reason != "documentation" {
		return reason
	}
	return ""
}

func stateOf(r thing.Record) string {
	switch {
	case r.InForce():
		return StateInForce
	case r.All > 0:
		return StateExpired
	case r.Taken > 0:
		return StateTaken
	}
	return ""
}

// FindID gives the newest version of an object by its identifier, or by the one
// under which the reader's own member submitted it, in each collection that has it.
func (x *Exchange) FindID(ctx context.Context, s member.Session, id string) ([]Found, error) {
	if err := s.May(member.ActRead); err != nil {
		return nil, err
	}
	var out []Found
	err := x.db.Snapshot(ctx, func(q store.Querier) error {
		ids := []string{id}
		pub, err := x.book.Published(ctx, q, int64(s.Member.ID), ids)
		if err != nil {
			return err
		}
		if p := pub[id]; p != "" && p != ownMark {
			ids = append(ids, p)
		}
		stored, err := x.archive.Find(ctx, q, audiences(s), ids, 0)
		if err != nil {
			return err
		}
		var hits []search.Hit
		for _, v := range stored {
			if v.State == archive.Newest {
				hits = append(hits, search.Hit{At: v.At, Aud: v.Aud})
			}
		}
		out, err = x.open(ctx, q, s, hits, nil)
		out = slices.DeleteFunc(out, func(f Found) bool { return !slices.Contains(ids, f.ID) })
		return err
	})
	return out, err
}

// What the page of a thing shows at most.
const (
	thingIndicators = 100
	thingRefers     = 200
	thingMentions   = 20
	thingNamed      = 20 // of its newest indicators it is looked for who refers to them
)

// ThingPage is what a reader may know of a value.
type ThingPage struct {
	ID         string // names the value in an address without showing it
	Record     thing.Record
	State      string // StateInForce, StateExpired, StateTaken; "" when nothing names it
	Own        bool   // the reader's member has an indicator in force on it
	Never      string // why nobody blocks it; "" for most
	Indicators []Found
	All        int // of Indicators, taken back ones too
	Sightings  []Found
	Relations  []Relation
	Mentions   []Found // other objects that refer to it or have it in their text
	More       bool    // there are more sightings, relations or mentions than these
}

// Relation is a relationship between an indicator or observable of a thing and another object.
type Relation struct {
	Found
	Verb  string // relationship_type
	Out   bool   // from the thing to the other one
	Other string // identifier of the other one
	Name  string // of the other one; "" where it has none or the reader can't see it
}

// ThingID gives the name of a value in addresses: a keyed hash, so that an address
// that somebody sees doesn't show the value.
func (x *Exchange) ThingID(t observable.Thing) string { return fmt.Sprintf("%016x", x.things.Key(t)) }

// ThingOf gives the value of an address; fault.NotFound when nothing that the
// reader may see names it.
func (x *Exchange) ThingOf(ctx context.Context, s member.Session, id string) (observable.Thing, error) {
	none := fault.New(fault.NotFound, "nobody has filed this value, or not for you; it may have been taken back")
	if err := s.May(member.ActRead); err != nil {
		return observable.Thing{}, err
	}
	key, err := strconv.ParseInt(id, 16, 64)
	if err != nil || len(id) != 16 {
		return observable.Thing{}, none
	}
	names, err := x.things.Names(ctx, x.db.Reader(), []int64{key})
	if err != nil {
		return observable.Thing{}, err
	}
	t, ok := names[key]
	if !ok {
		return t, none
	}
	all, err := x.things.Supports(ctx, x.db.Reader(), t, audiences(s))
	if err == nil && len(all) == 0 {
		return observable.Thing{}, none
	}
	return t, err
}

// Thing gives what the reader may know of a value, with bounded lists, the newest
// first. A value that nobody named has an empty page; fault.Invalid for what is no value.
func (x *Exchange) Thing(ctx context.Context, s member.Session, value string) (p ThingPage, err error) {
	if err := s.May(member.ActRead); err != nil {
		return p, err
	}
	t, ok := observable.Guess(value)
	if !ok {
		return p, fault.New(fault.Invalid, "this is no value that is known here: a domain, an address, a URL, a hash ...")
	}
	return x.ThingPage(ctx, s, t)
}

// ThingPage is Thing for a value that was read already.
func (x *Exchange) ThingPage(ctx context.Context, s member.Session, t observable.Thing) (p ThingPage, err error) {
	if err := s.May(member.ActRead); err != nil {
		return p, err
	}
	v := x.index.View()
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		p = ThingPage{ID: x.ThingID(t)}
		p.Never = neverBlocked(t)
		if err := x.indicatorsOf(ctx, q, s, t, &p); err != nil {
			return err
		}
		p.Record.Thing = t
		if err := x.refersTo(ctx, q, s, v, &p); err != nil {
			return err
		}
		return x.mentions(ctx, q, s, v, &p)
	})
	return p, err
}

// indicatorsOf fills in who supports the thing, and how it stands.
func (x *Exchange) indicatorsOf(ctx context.Context, q store.Querier, s member.Session, t observable.Thing, p *ThingPage) error {
	all, err := x.things.Supports(ctx, q, t, audiences(s))
	if err != nil {
		return err
	}
	p.Record = thing.RecordOf(all)
	p.State = stateOf(p.Record)
	places := map[int64]*Found{}
	for _, sup := range slices.Backward(all) {
		mine := sup.Member == int64(s.Member.ID) && sup.State != thing.Taken
		p.Own = p.Own || mine && sup.State == thing.InForce
		f := places[sup.At]
		if f == nil {
			f = &Found{Object: archive.Object{At: sup.At, Aud: sup.Aud}, Collection: member.CollectionName(s, member.Audience(sup.Aud)), Filed: time.UnixMicro(sup.At).UTC(), State: StateTaken}
			p.All++
			if places[sup.At] = f; len(places) > thingIndicators {
				delete(places, sup.At)
				continue
			}
		}
		f.Own = f.Own || mine
		switch {
		case sup.State == thing.InForce:
			f.State = StateInForce
			f.Members++
		case sup.State == thing.Expired && f.State == StateTaken:
			f.State = StateExpired
		}
		if sup.Until.After(f.Until) {
			f.Until = sup.Until
		}
	}
	byAud := map[int32][]int64{}
	for at, f := range places {
		byAud[f.Aud] = append(byAud[f.Aud], at)
	}
	for aud, ats := range byAud {
		err := x.archive.Pick(ctx, q, aud, ats, func(o archive.Object, _ bool) error {
			places[o.At].Object = o
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, f := range places {
		p.Indicators = append(p.Indicators, *f)
	}
	slices.SortFunc(p.Indicators, func(a, b Found) int { return int(b.At - a.At) })
	return nil
}

// refersTo fills in what refers to the thing's indicators or to its observable.
func (x *Exchange) refersTo(ctx context.Context, q store.Querier, s member.Session, v search.View, p *ThingPage) error {
	ids := map[string]bool{}
	for _, f := range p.Indicators {
		if f.ID != "" && len(ids) < thingNamed {
			ids[f.ID] = true
		}
	}
	if k := p.Record.Thing.Kind; k != observable.CVE && k != observable.Attack { // theirs have no identifier that follows from the value
		if raw, ok := (observable.Draft{Thing: p.Record.Thing}).Object(); ok {
			ids[topText(raw, "id")] = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	lex := x.index.Lexicon()
	w := search.Wish{Audiences: audiences(s)}
	for id := range ids {
		w.Any = append(w.Any, lex.Ref(id))
	}
	found, more, err := x.page(ctx, q, s, v, w, nil, thingRefers, func(f *Found) bool {
		return slices.ContainsFunc(stix.References(f.Raw), func(r stix.Reference) bool { return ids[r.ID] })
	})
	if err != nil {
		return err
	}
	p.More = more != 0
	var others []string
	for _, f := range found {
		switch typ, _, _ := strings.Cut(f.ID, "--"); typ {
		case "sighting":
			p.Sightings = append(p.Sightings, f)
		case "relationship":
			r := Relation{Found: f, Verb: topText(f.Raw, "relationship_type"), Out: ids[topText(f.Raw, "source_ref")]}
			if r.Other = topText(f.Raw, "target_ref"); !r.Out {
				r.Other = topText(f.Raw, "source_ref")
			}
			p.Relations = append(p.Relations, r)
			others = append(others, r.Other)
		case "indicator": // based on the same observable
		default:
			p.Mentions = append(p.Mentions, f)
		}
	}
	names, err := x.namesOf(ctx, q, s, others)
	for i := range p.Relations {
		p.Relations[i].Name = names[p.Relations[i].Other]
	}
	return err
}

// namesOf gives the names of the newest versions of some objects.
func (x *Exchange) namesOf(ctx context.Context, q store.Querier, s member.Session, ids []string) (map[string]string, error) {
	stored, err := x.archive.Find(ctx, q, audiences(s), ids, 0)
	if err != nil {
		return nil, err
	}
	out, byAud := map[string]string{}, map[int32][]int64{}
	for _, v := range stored {
		if v.State == archive.Newest {
			byAud[v.Aud] = append(byAud[v.Aud], v.At)
		}
	}
	for aud, ats := range byAud {
		err := x.archive.Pick(ctx, q, aud, ats, func(o archive.Object, gone bool) error {
			if !gone {
				out[o.ID] = topText(o.Raw, "name")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mentions fills in what has the value in its text.
func (x *Exchange) mentions(ctx context.Context, q store.Querier, s member.Session, v search.View, p *ThingPage) error {
	lex := x.index.Lexicon()
	terms, err := lex.Terms(`"` + strings.ReplaceAll(p.Record.Thing.Value, `"`, " ") + `"`)
	if err != nil {
		return nil // nothing in it is a word
	}
	w := search.Wish{Audiences: audiences(s)}
	for _, t := range terms {
		w.Words = append(w.Words, t.Words...)
	}
	for _, t := range []string{"report", "note", "grouping", "incident", "observed-data", "campaign", "malware", "infrastructure", "opinion"} {
		w.Any = append(w.Any, lex.Type(t))
	}
	found, more, err := x.page(ctx, q, s, v, w, terms, thingMentions, func(f *Found) bool {
		return !slices.ContainsFunc(p.Mentions, func(m Found) bool { return m.At == f.At })
	})
	p.Mentions = append(p.Mentions, found...)
	slices.SortFunc(p.Mentions, func(a, b Found) int { return int(b.At - a.At) })
	p.More = p.More || more != 0
	return err
}

// topText gives a text property of an object itself; "" when it has none.
func topText(raw []byte, name string) (value string) {
	_ = stix.Walk(raw, func(f stix.Field) error { // it was parsed when it came in
		if !f.IsKey && f.Kind == stix.String && len(f.Path) == 1 && f.Path[0].Key == name {
			value = f.Value
		}
		return nil
	})
	return value
}
