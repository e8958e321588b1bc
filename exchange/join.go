package exchange

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/privacy"
	"tocsin/stix"
	"tocsin/thing"
)

// errStale says that another report changed what this one builds on.
var errStale = errors.New("the log changed meanwhile")

// join is step 4: it finds what is there already of each object, and which
// things the indicators name until when.
func (x *Exchange) join(ctx context.Context, k *kept, items []*item) ([]*item, error) {
	head, err := x.seq.Head(ctx)
	if err != nil {
		return nil, err
	}
	k.snapshot, k.since = head.Added, head.Size
	if items, err = x.withIdentities(ctx, k, items); err != nil {
		return nil, err
	}
	there, err := x.versionsThere(ctx, k.work.session, items)
	if err != nil {
		return nil, err
	}
	out := make([]*item, 0, len(items))
	inPart := map[string][]*item{}
	for _, it := range items {
		key := placeKey(it.aud, it.obj.ID)
		it.versions = there[it.obj.ID]
		again, err := x.place(ctx, k, it, inPart[key])
		if err != nil {
			k.failItem(it, err)
			continue
		}
		x.account(k, it)
		if again {
			continue
		}
		inPart[key] = append(inPart[key], it)
		out = append(out, it)
	}
	for _, versions := range inPart {
		markOlder(versions)
	}
	for _, it := range out {
		it.nameThings()
	}
	return out, nil
}

// markOlder marks all but the newest of several versions of one object.
func markOlder(versions []*item) {
	if len(versions) < 2 {
		return
	}
	newest := slices.MaxFunc(versions, func(a, b *item) int {
		return cmp.Compare(archive.VersionMicro(a.obj.Version()), archive.VersionMicro(b.obj.Version()))
	})
	for _, it := range versions {
		it.older = it.older || it != newest
	}
}

func placeKey(aud member.Audience, id string) string { return string(rune(aud)) + id }

// versionsThere looks up all versions of the items that the archive has in the
// audiences that their member may see: no answer depends on any other.
func (x *Exchange) versionsThere(ctx context.Context, s member.Session, items []*item) (map[string][]archive.Stored, error) {
	var ids []string
	for _, it := range items {
		ids = append(ids, it.obj.ID)
	}
	found, err := x.archive.Find(ctx, x.db.Reader(), audiences(s), ids, 0)
	if err != nil {
		return nil, err
	}
	there := map[string][]archive.Stored{}
	for _, f := range found {
		there[f.ID] = append(there[f.ID], f)
	}
	return there, nil
}

// place decides what an object is to the audience: new, a version, or there
// already (again). An error refuses this object only.
func (x *Exchange) place(ctx context.Context, k *kept, it *item, inPart []*item) (again bool, err error) {
	ver := archive.VersionMicro(it.obj.Version())
	for _, p := range inPart {
		if archive.VersionMicro(p.obj.Version()) == ver {
			if bytes.Equal(p.obj.Raw, it.obj.Raw) {
				k.result(it, true)
				return true, nil
			}
			return false, fault.New(fault.Conflict, "the same report holds another content under this identifier and version; the first was kept")
		}
	}
	who := int64(k.work.session.Member.ID)
	for i := range it.versions {
		s := &it.versions[i]
		if s.Aud != int32(it.aud) {
			// Another audience has its own versions; but nobody revokes or changes there what another filed here.
			if s.Member != who && s.State != archive.Taken && s.Ver != ver {
				return false, errNotFiler
			}
			continue
		}
		if s.State == archive.Taken {
			if err := x.renew(k, it, s, who); err != nil {
				return false, err
			}
			return false, nil
		}
		if s.Ver == ver {
			return true, x.sameVersion(ctx, k, it, s, who)
		}
		if s.Member != who {
			return false, errNotFiler
		}
		if it.previous == nil || s.Ver > it.previous.Ver {
			it.previous = s
		}
	}
	if it.previous != nil {
		if err := x.notRevoked(ctx, it); err != nil {
			return false, err
		}
		it.older = ver < it.previous.Ver
	}
	k.result(it, false)
	return false, nil
}

var errNotFiler = fault.New(fault.Forbidden, "only the member that first filed an object may file new versions of it; file your own object and a relationship to this one")

// sameVersion: an exact duplicate is a success and nothing is stored; another
// content under the same identifier and version is refused and the first kept
// (TAXII facts 7.4, 7.5).
func (x *Exchange) sameVersion(ctx context.Context, k *kept, it *item, s *archive.Stored, who int64) error {
	o, err := x.archive.At(ctx, x.db.Reader(), s.Aud, s.At)
	if err != nil {
		return err
	}
	if !bytes.Equal(o.Raw, it.obj.Raw) {
		return fault.New(fault.Conflict, "another content is kept under this identifier and version; raise `modified` for a new version")
	}
	if s.Member != who {
		k.filers = append(k.filers, s.At)
	}
	k.result(it, true)
	return nil
}

// renew: what its filer took back may be filed again by the same member, as a
// new object under a fresh identifier, since a revoked one is final (STIX 2.1
// section 3.6.1).
func (x *Exchange) renew(k *kept, it *item, s *archive.Stored, who int64) error {
	if s.Member != who {
		return fault.New(fault.Conflict, "this object was taken back by the member that filed it; file your own observation as an object of your own")
	}
	raw := stix.WithID(it.obj.Raw, NewID(it.obj.Type))
	if !it.own && it.obj.Family != stix.SCO {
		raw = stix.WithCreator(raw, x.identity)
	}
	obj, err := stix.Parse(raw, stix.Limits{})
	if err != nil {
		return err
	}
	it.obj, it.renamed, it.versions, it.previous = obj, true, nil, nil
	k.publishedAs(it.submitted, obj.ID)
	k.result(it, false)
	return nil
}

func (x *Exchange) notRevoked(ctx context.Context, it *item) error {
	o, err := x.archive.At(ctx, x.db.Reader(), it.previous.Aud, it.previous.At)
	if err != nil {
		return err
	}
	last, err := stix.Parse(o.Raw, stix.Limits{})
	if err != nil {
		return err
	}
	if last.Revoked {
		return fault.New(fault.Conflict, "this object is revoked, which is final; file a new object")
	}
	return nil
}

// result says of an object what its submitter is answered.
func (k *kept) result(it *item, duplicate bool) {
	if it.implied {
		return
	}
	r := ObjectResult{ID: it.obj.ID, Version: it.obj.Version(), Collection: member.CollectionName(k.work.session, it.aud), Duplicate: duplicate, Raw: it.obj.Raw}
	if it.submitted != it.obj.ID {
		r.Submitted = it.submitted
	}
	k.results = append(k.results, r)
}

// account writes down what the gate did to an object, and queues its held passages.
func (x *Exchange) account(k *kept, it *item) {
	for _, r := range it.stripped.Removed {
		k.removed = append(k.removed, Removed{Object: it.obj.ID, Removal: r})
	}
	it.stripped.Removed = nil
	ord := map[string]int{}
	for _, h := range it.stripped.Held {
		text, before, after := contextOf(it.original, h.Path, h.From, h.To)
		p := held.Passage{ID: held.NewID(), Aud: int32(it.aud), Member: int64(k.work.session.Member.ID), Object: it.obj.ID,
			Path: h.Path, Kind: h.Type, Reason: h.Reason, Ord: ord[h.Path], Whole: it.stripped.Whole}
		ord[h.Path]++
		s := held.Secret{Text: text, Before: before, After: after}
		if p.Whole {
			s.Object = it.wholeObject()
		}
		if err := x.queue.Seal(&p, month(), s); err != nil {
			k.fail(Failure{Place: it.place, ID: it.submitted, Kind: fault.Internal, Detail: "a held passage could not be encrypted"})
			continue
		}
		k.passages = append(k.passages, p)
		if p.Whole {
			break // one decision for the whole object
		}
	}
	it.stripped.Held = nil
}

// wholeObject is what goes out if a person releases an object whose very value
// was held: the original content under the published identifier.
func (it *item) wholeObject() []byte { return stix.WithID(it.original, it.obj.ID) }

// contextOf gives a passage of a string field and some text around it.
func contextOf(raw []byte, path string, from, to int) (text, before, after string) {
	const around = 240
	_ = stix.Walk(raw, func(f stix.Field) error { // parsed before
		if f.IsKey || f.Kind != stix.String || f.Path.String() != path || to > len(f.Value) {
			return nil
		}
		text, before, after = f.Value[from:to], f.Value[max(0, from-around):from], f.Value[to:min(len(f.Value), to+around)]
		return nil
	})
	return text, before, after
}

// nameThings finds the things that an indicator supports, and until when. An
// older version and a revoked one support nothing; a value that is special by
// nature (a private address, a public resolver) never becomes a thing, nor does
// one of which the gate took a part: nothing would match it.
func (it *item) nameThings() {
	if it.obj.Type != "indicator" || it.obj.Revoked || it.older || it.stripped.Whole {
		return
	}
	for _, t := range observable.FromObject(&it.obj) {
		if reason, special := observable.Special(t); special && reason != "documentation" || it.stripped.Changed && privacy.HasPlaceholder(t.Value) {
			continue
		}
		it.things = append(it.things, t)
	}
	it.until = validity(&it.obj, it.things)
	it.expired = !it.until.After(now())
}

// validity is when an indicator ends: as it says itself, else after the time
// that its kind is usually worth something (defaultValidity).
func validity(o *stix.Object, ts []observable.Thing) time.Time {
	if o.ValidUntil != "" {
		if t, err := stix.ParseTime(o.ValidUntil); err == nil {
			return t
		}
	}
	days := 0
	for _, t := range ts {
		days = max(days, defaultValidity(t.Kind))
	}
	from, err := stix.ParseTime(o.ValidFrom)
	if err != nil || from.Before(now().AddDate(0, 0, -1)) {
		from = now() // reported today as a threat of today, whenever it began
	}
	return from.AddDate(0, 0, days)
}

// defaultValidity gives the days that an indicator without valid_until stays in
// force. Addresses change hands within weeks, names within months, the hash of a
// file never: MISP's decay models use the same order of magnitudes
// (facts/peers.md, 1b).
func defaultValidity(k observable.Kind) int {
	switch k {
	case observable.IPv4, observable.IPv6, observable.CIDR:
		return 30
	case observable.URL:
		return 60
	case observable.Domain, observable.Email, observable.Onion:
		return 120
	default:
		return 3650
	}
}

// supports are the things of the kept items; added is the date of the first slot.
func (k *kept) supports(added int64) []thing.Support {
	var out []thing.Support
	for i, it := range k.items {
		state := thing.InForce
		if it.expired {
			state = thing.Expired
		}
		for _, t := range it.things {
			out = append(out, thing.Support{At: added + int64(i), Thing: t, Aud: int32(it.aud), Member: int64(k.work.session.Member.ID), Until: it.until, State: state})
		}
	}
	return out
}

func now() time.Time { return time.Now().UTC() }

func month() string { return now().Format("2006-01") }
