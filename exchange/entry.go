package exchange

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/thing"
)

// Bounds of what is shown of one entry.
const (
	EntryObjects  = 100 // objects of one page
	entryPassages = 100
	entryCauses   = 50
)

// EntryView is an entry of the log as one reader may see it.
type EntryView struct {
	Index   int64
	Kind    archive.Kind
	Filed   time.Time
	Own     bool   // the reader's member filed it
	By      string // who filed it, as its objects say it to the reader; "" when they don't
	Title   string // what names it best, as written by whoever filed it; "" for nothing
	Named   int    // of what is of the type of the object that Title names
	Part    ledger.PartOf
	Reason  string // of a recall or decision; it went through the gate
	Counts  []Count
	Values  []Count // values that its indicators name, by kind
	Places  []Readers
	Total   int     // objects that are there, of those that are asked for
	Gone    int     // objects that were taken back
	Took    int     // of a recall: objects that the reader could see and that it took back
	About   []int64 // of a recall: entries that they came with
	From    int     // of Objects, within Total
	Objects []EntryObject
	History []Happening
	// What only its own member sees, and who decides on passages.
	Removed []Count
	Held    []held.Passage
}

// EntryObject is one object of an entry.
type EntryObject struct {
	archive.Object
	Type       string
	Collection string
	Name       string           // its value, or what names it; "" when nothing does
	Thing      observable.Thing // the first value that it names; zero for none
	More       int              // further values
	Revoked    bool             // it only tells that the object was taken back
	Newer      bool             // a newer version stands in for it
	State      string           // of an indicator: StateInForce, StateExpired
	Source     string           // of a relationship: what names its ends
	Verb       string
	Target     string
}

// Happening is something that became of an entry.
type Happening struct {
	At    time.Time
	Kind  string // accepted, recall, expiry, decision, released, removed, void
	Index int64  // of the entry that did it
	N     int    // objects or passages that it concerned
}

// typeOrder is the order in which the types of an entry's objects are shown: what
// tells the story first, what is acted on next, furniture last. The rest comes between.
var typeOrder = []string{"report", "grouping", "incident", "campaign", "note", "opinion", "indicator", "", "observed-data", "sighting", "relationship", "marking-definition", "identity"}

func typeRank(typ string) int {
	if i := slices.Index(typeOrder, typ); i >= 0 {
		return i
	}
	return slices.Index(typeOrder, "")
}

// seen is an entry that somebody may see something of.
type seen struct {
	archive.Entry
	record ledger.Record
	facts  facts
	part   ledger.PartOf
	all    int                // objects that went out
	refs   []ledger.ObjectRef // of the audiences that the reader sees
	back   []archive.Withdrawal
	auds   []int32
	own    bool
}

// errNoEntry doesn't tell whether there is an entry.
var errNoEntry = fault.New(fault.NotFound, "there is no such report, or it isn't yours to see")

// see reads an entry; one of which the reader sees nothing looks like one that isn't there.
func (x *Exchange) see(ctx context.Context, q store.Querier, s member.Session, idx int64) (v seen, err error) {
	if err := s.May(member.ActRead); err != nil {
		return v, err
	}
	if v.Entry, err = x.archive.Entry(ctx, q, idx); fault.KindOf(err) == fault.NotFound && err != nil {
		return v, errNoEntry
	}
	if err == nil {
		err = v.read(s)
	}
	if err == nil && v.Kind != archive.Report {
		v.back, err = x.archive.TargetsOf(ctx, q, v.Entry, audiences(s), entryWithdrawn)
	}
	if err == nil && !v.own && len(v.refs) == 0 && len(v.back) == 0 {
		err = errNoEntry
	}
	return v, err
}

// entryWithdrawn bounds the withdrawals that are read of one entry.
const entryWithdrawn = 20_000

// read opens the record of an entry as far as it is kept in the clear.
func (v *seen) read(s member.Session) (err error) {
	v.own = v.Member == int64(s.Member.ID)
	if v.record, err = ledger.UnmarshalRecord(v.Record); err != nil {
		return fmt.Errorf("record of entry %d: %w", v.Index, err)
	}
	for name, to := range map[ledger.PartName]any{ledger.PartFacts: &v.facts, ledger.PartPart: &v.part} {
		if body, ok := v.record.Part(name); ok && err == nil {
			err = json.Unmarshal(body, to)
		}
	}
	if body, ok := v.record.Part(ledger.PartObjects); ok && err == nil {
		v.refs, err = ledger.UnmarshalObjects(body)
	}
	if err != nil {
		return fmt.Errorf("record of entry %d: %w", v.Index, err)
	}
	v.all = len(v.refs)
	v.refs = slices.DeleteFunc(v.refs, func(r ledger.ObjectRef) bool { return !s.CanRead(member.Audience(r.Audience)) })
	for _, r := range v.refs {
		if !slices.Contains(v.auds, r.Audience) {
			v.auds = append(v.auds, r.Audience)
		}
	}
	return nil
}

// EntryOf gives what a reader may see of an entry: of its objects those that are asked
// for from a place on, at most EntryObjects.
func (x *Exchange) EntryOf(ctx context.Context, s member.Session, idx int64, a EntryPart, from int) (out EntryView, err error) {
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		v, err := x.see(ctx, q, s, idx)
		if err != nil {
			return err
		}
		out = EntryView{Index: v.Index, Kind: v.Kind, Filed: time.UnixMicro(v.Added).UTC(), Own: v.own, Part: v.part, Reason: v.facts.Reason}
		heads, err := x.heads(ctx, q, &v)
		if err != nil {
			return err
		}
		out.Gone = len(v.refs) - len(heads)
		if out.Took, out.About, err = x.took(ctx, q, &v); err != nil {
			return err
		}
		if out.Values, err = x.valuesOf(ctx, q, &v, heads); err != nil {
			return err
		}
		asked, err := x.asked(ctx, q, &v, heads, a)
		if err != nil {
			return err
		}
		if err := x.fill(ctx, q, s, &out, heads, asked, from); err != nil {
			return err
		}
		if out.Places, err = x.placesOf(ctx, s, v.refs); err != nil {
			return err
		}
		return x.past(ctx, q, s, &v, &out)
	})
	return out, err
}

// heads gives the objects of an entry that are there, without their bytes, as they
// are shown.
func (x *Exchange) heads(ctx context.Context, q store.Querier, v *seen) (out []archive.Object, err error) {
	for _, aud := range v.auds {
		err := x.archive.Scan(ctx, q, aud, v.Added-1, archive.Want{Versions: true, Until: v.Added + v.N - 1}, func(o archive.Object) bool {
			if o.Index == v.Index {
				out = append(out, o)
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b archive.Object) int {
		ta, tb := typeOf(a.ID), typeOf(b.ID)
		return cmp.Or(cmp.Compare(typeRank(ta), typeRank(tb)), strings.Compare(ta, tb), cmp.Compare(a.At, b.At))
	})
	return out, nil
}

func typeOf(id string) string {
	typ, _, _ := strings.Cut(id, "--")
	return typ
}

// valuesOf counts the values that the indicators of an entry name which are there, each once.
func (x *Exchange) valuesOf(ctx context.Context, q store.Querier, v *seen, heads []archive.Object) (out []Count, err error) {
	if len(heads) == len(v.refs) { // nothing of it was taken back: the store counts
		counts, err := x.things.CountNamed(ctx, q, v.Added, v.Added+v.N-1, v.auds)
		for _, c := range counts {
			out = append(out, Count{string(c.Kind), c.N})
		}
		return sorted(out), err
	}
	names, err := x.namedBy(ctx, q, v, heads)
	once := make(map[int64]bool, len(names))
	for _, n := range names {
		if !once[n.T] {
			once[n.T] = true
			out = count(out, string(n.Kind), 1)
		}
	}
	return sorted(out), err
}

func sorted(out []Count) []Count {
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Kind, b.Kind)) })
	return out
}

// namedBy gives what the indicators of an entry name which are there.
func (x *Exchange) namedBy(ctx context.Context, q store.Querier, v *seen, heads []archive.Object) ([]thing.Name, error) {
	there := make(map[int64]bool, len(heads))
	for _, o := range heads {
		there[o.At] = true
	}
	names, err := x.things.Named(ctx, q, v.Added, v.Added+v.N-1, v.auds)
	return slices.DeleteFunc(names, func(n thing.Name) bool { return !there[n.At] }), err
}

// EntryPart is which objects of an entry are asked for: all, those of a type, or the
// indicators that name a value of a kind.
type EntryPart struct{ Type, Kind string }

// asked gives those of the objects of an entry that are asked for.
func (x *Exchange) asked(ctx context.Context, q store.Querier, v *seen, heads []archive.Object, a EntryPart) ([]archive.Object, error) {
	if a.Type != "" {
		heads = slices.DeleteFunc(slices.Clone(heads), func(o archive.Object) bool { return typeOf(o.ID) != a.Type })
	}
	if a.Kind == "" {
		return heads, nil
	}
	names, err := x.namedBy(ctx, q, v, heads)
	if err != nil {
		return nil, err
	}
	of := map[int64]bool{}
	for _, n := range names {
		of[n.At] = of[n.At] || string(n.Kind) == a.Kind
	}
	return slices.DeleteFunc(slices.Clone(heads), func(o archive.Object) bool { return !of[o.At] }), nil
}

// fill adds one page of those objects that are asked for, and what names the entry.
func (x *Exchange) fill(ctx context.Context, q store.Querier, s member.Session, out *EntryView, heads, asked []archive.Object, from int) error {
	for _, o := range heads {
		out.Counts = count(out.Counts, typeOf(o.ID), 1)
	}
	out.Total = len(asked)
	out.From = max(0, min(from, len(asked)))
	asked = asked[out.From:min(len(asked), out.From+EntryObjects)]
	// What names the entry is its first object, whichever page is shown.
	read := slices.Clone(asked)
	if len(heads) > 0 && !slices.ContainsFunc(read, func(o archive.Object) bool { return o.At == heads[0].At }) {
		read = append(read, heads[0])
	}
	objects, err := x.described(ctx, q, s, read)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if len(heads) > 0 && o.At == heads[0].At {
			out.Title, out.Named = o.Name, named(o.Type, out.Counts)
		}
	}
	out.Objects = objects[:len(asked)]
	out.By, err = x.filedAs(ctx, q, s, out.Index, objects)
	return err
}

// named gives how many objects a title stands for: a story for itself, a value for
// all values beside it.
func named(typ string, counts []Count) int {
	if typ != "indicator" && typeRank(typ) < typeRank("indicator") {
		return 1
	}
	for _, c := range counts {
		if c.Kind == typ {
			return c.N
		}
	}
	return 1
}

// described reads objects, and says what each is and how it stands.
func (x *Exchange) described(ctx context.Context, q store.Querier, s member.Session, heads []archive.Object) ([]EntryObject, error) {
	ids, byAud, place := make([]string, len(heads)), map[int32][]int64{}, map[int64]int{}
	var ats []int64
	out := make([]EntryObject, len(heads))
	for i, o := range heads {
		ids[i], place[o.At] = o.ID, i
		byAud[o.Aud] = append(byAud[o.Aud], o.At)
		out[i] = EntryObject{Object: o, Type: typeOf(o.ID), Collection: member.CollectionName(s, member.Audience(o.Aud))}
		if isIndicator(o.ID) {
			ats = append(ats, o.At)
		}
	}
	for aud, some := range byAud {
		err := x.archive.Pick(ctx, q, aud, some, func(o archive.Object, gone bool) error {
			if !gone {
				out[place[o.At]].describe(o.Raw)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if err := x.named(ctx, q, s, out); err != nil {
		return nil, err
	}
	stored, err := x.archive.Find(ctx, q, audiences(s), ids, 0)
	if err != nil {
		return nil, err
	}
	for _, f := range stored {
		if i, ok := place[f.At]; ok {
			out[i].Newer = f.State == archive.Older
		}
	}
	if slices.ContainsFunc(out, func(o EntryObject) bool { return o.Revoked && o.Name == "" }) {
		former, err := x.formerNames(ctx, q, stored)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if out[i].Revoked {
				out[i].Name = cmp.Or(out[i].Name, former[out[i].ID])
			}
		}
	}
	supports, err := x.things.At(ctx, q, ats)
	for _, k := range supports {
		o := &out[place[k.At]]
		switch {
		case k.State == thing.InForce:
			o.State = StateInForce
		case k.State == thing.Expired && o.State == "":
			o.State = StateExpired
		}
	}
	return out, err
}

// nameProperties name an object that has no value of its own, the best first.
var nameProperties = []string{"name", "value", "abstract", "content", "path", "display_name", "account_login", "subject", "explanation", "product", "key"}

// describe reads what an object is, from its bytes.
func (o *EntryObject) describe(raw []byte) {
	o.Raw = slices.Clone(raw)
	obj, err := stix.Parse(o.Raw, stix.Limits{})
	if err != nil {
		return // it was parsed before it was kept
	}
	if o.Revoked = obj.Revoked; o.Revoked {
		return // what it says is a filler
	}
	if o.Type == "relationship" {
		o.Verb, o.Source, o.Target = topText(raw, "relationship_type"), topText(raw, "source_ref"), topText(raw, "target_ref")
		return
	}
	if o.Type == "sighting" {
		o.Target = topText(raw, "sighting_of_ref")
		return
	}
	if ts := observable.FromObject(&obj); len(ts) > 0 {
		o.Thing, o.Name, o.More = ts[0], ts[0].Value, len(ts)-1
		return
	}
	for _, p := range nameProperties {
		if o.Name = strings.TrimSpace(topText(raw, p)); o.Name != "" {
			return
		}
	}
}

// named puts names in the place of the identifiers of what is related.
func (x *Exchange) named(ctx context.Context, q store.Querier, s member.Session, objects []EntryObject) error {
	var ids []string
	for _, o := range objects {
		for _, id := range []string{o.Source, o.Target} {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	names, err := x.labelsOf(ctx, q, s, slices.Compact(ids))
	if err != nil {
		return err
	}
	for i := range objects {
		for _, end := range []*string{&objects[i].Source, &objects[i].Target} {
			if name := names[*end]; name != "" {
				*end = name
			}
		}
	}
	return nil
}

// labelsOf gives what names the newest versions of some objects: a value, else a name.
func (x *Exchange) labelsOf(ctx context.Context, q store.Querier, s member.Session, ids []string) (map[string]string, error) {
	stored, err := x.archive.Find(ctx, q, audiences(s), ids, 0)
	if err != nil {
		return nil, err
	}
	out, byAud := map[string]string{}, map[int32][]int64{}
	for _, f := range stored {
		if f.State == archive.Newest {
			byAud[f.Aud] = append(byAud[f.Aud], f.At)
		}
	}
	for aud, ats := range byAud {
		err := x.archive.Pick(ctx, q, aud, ats, func(o archive.Object, gone bool) error {
			if !gone {
				e := EntryObject{Object: o, Type: typeOf(o.ID)}
				e.describe(o.Raw)
				out[o.ID] = e.Name
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	former, err := x.formerNames(ctx, q, slices.DeleteFunc(stored, func(f archive.Stored) bool { return out[f.ID] != "" }))
	for id, name := range former {
		out[id] = cmp.Or(out[id], name)
	}
	return out, err
}
