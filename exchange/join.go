package exchange

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
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
	creators, err := x.creators(ctx, k, items)
	if err != nil {
		return nil, err
	}
	out := make([]*item, 0, len(items))
	inPart := map[string][]*item{}
	for _, it := range items {
		key := placeKey(it.aud, it.obj.ID)
		it.versions = there[it.obj.ID]
		again, err := x.place(ctx, k, it, inPart[key])
		if err == nil && !again {
			err = creators.check(it)
		}
		if err == nil && !again {
			err = x.hold(k, it)
		}
		if errors.Is(err, errRenewed) {
			continue
		}
		if fault.KindOf(err) == fault.Gone {
			return nil, errStale // taken back between two looks
		}
		if err != nil {
			k.failItem(it, err)
			continue
		}
		k.result(it, again)
		k.account(it)
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
				return true, nil
			}
			return false, fault.New(fault.Conflict, "the same report holds another content under this identifier and version; the first was kept")
		}
	}
	if it.stripped.Whole {
		if waits, err := x.waitsWhole(ctx, it); waits || err != nil {
			return waits, err
		}
	}
	m := k.work.session.Member
	taken, same := false, (*archive.Stored)(nil)
	for i := range it.versions {
		s := &it.versions[i]
		switch {
		case s.Aud != int32(it.aud):
			if err := x.elsewhere(ctx, it, s, ver, m); err != nil {
				return false, err
			}
		case s.State == archive.Taken:
			// What was taken back is not there: it may come again, also from another member.
			taken = true
		case s.Ver == ver:
			same = s
		case it.previous == nil || s.Ver > it.previous.Ver:
			it.previous = s
		}
	}
	if same != nil {
		return true, x.sameVersion(ctx, k, it, same)
	}
	if it.previous == nil {
		return false, nil
	}
	return false, x.nextVersion(ctx, k, it, ver, taken)
}

// nextVersion decides whether an object may be another version of what is there.
func (x *Exchange) nextVersion(ctx context.Context, k *kept, it *item, ver int64, taken bool) error {
	m := k.work.session.Member
	o, err := x.archive.At(ctx, x.db.Reader(), it.previous.Aud, it.previous.At)
	if err != nil {
		return err
	}
	last, err := stix.Parse(o.Raw, stix.Limits{})
	if err != nil {
		return err
	}
	mine := it.previous.Member == int64(m.ID)
	switch {
	case last.Revoked && taken && mine:
		// Its member took it back, which is final (STIX 2.1 section 3.6.1), and files it
		// again: as a new object.
		k.work.renew(it.submitted, NewID(it.obj.Type))
		return errRenewed
	case last.Revoked && mine:
		return fault.New(fault.Conflict, "this object is revoked, which is final; file a new object")
	case !mine && !(m.Publisher && last.CreatedBy != "" && last.CreatedBy == it.creator):
		// A publisher's material is its creator's: its versions come first, whoever filed one before.
		return errNotFiler
	}
	it.older = ver < it.previous.Ver
	return nil
}

// errRenewed says that an object needs a fresh identifier, which the next round gives it.
var errRenewed = errors.New("filed again after its recall")

// renew gives a submitted identifier a fresh one.
func (w *work) renew(submitted, fresh string) {
	if w.renewals == nil {
		w.renewals = map[string]string{}
	}
	w.renewals[submitted] = fresh
}

// elsewhere: another audience has its own versions; but nobody revokes or changes
// there what another filed where he sees it.
func (x *Exchange) elsewhere(ctx context.Context, it *item, s *archive.Stored, ver int64, m member.Member) error {
	if s.Member == int64(m.ID) || s.State == archive.Taken || m.Publisher {
		return nil
	}
	if s.Ver == ver {
		o, err := x.archive.At(ctx, x.db.Reader(), s.Aud, s.At)
		if err != nil || bytes.Equal(o.Raw, it.obj.Raw) {
			return err
		}
	}
	return errNotFiler
}

var errNotFiler = fault.New(fault.Forbidden, "only the member that first filed an object may file new versions of it; file your own object and a relationship to this one")

// sameVersion: an exact duplicate is a success and nothing is stored; another
// content under the same identifier and version is refused and the first kept
// (TAXII facts 7.4, 7.5). One of which a person released a passage since is a
// duplicate too.
func (x *Exchange) sameVersion(ctx context.Context, k *kept, it *item, s *archive.Stored) error {
	o, err := x.archive.At(ctx, x.db.Reader(), s.Aud, s.At)
	if err != nil {
		return err
	}
	if !bytes.Equal(o.Raw, it.obj.Raw) && len(it.stripped.Held) == 0 {
		return fault.New(fault.Conflict, "another content is kept under this identifier and version; raise `modified` for a new version")
	}
	if s.Member != int64(k.work.session.Member.ID) {
		k.filers = append(k.filers, filedAgain{s.ID, s.Aud, s.At})
	}
	return nil
}

// waitsWhole tells whether an object waits already whose very value is in doubt.
func (x *Exchange) waitsWhole(ctx context.Context, it *item) (bool, error) {
	all, err := x.queue.OfObject(ctx, x.db.Reader(), it.obj.ID)
	return slices.ContainsFunc(all, func(p held.Passage) bool { return p.Whole && p.State == held.Waiting && p.Aud == int32(it.aud) }), err
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

// account writes down what the gate did to an object: a line for each place, kind
// and reason, with how often.
func (k *kept) account(it *item) {
	if k.lines == nil {
		k.lines = map[Removed]int{}
	}
	for _, r := range it.stripped.Removed {
		line := Removed{Object: it.obj.ID, Removal: r}
		i, there := k.lines[line]
		if !there {
			i = len(k.removed)
			k.lines[line] = i
			k.removed = append(k.removed, line)
		}
		k.removed[i].Count++
	}
}

// countRemoved is how many values an account speaks of.
func countRemoved(account []Removed) (n int) {
	for _, r := range account {
		n += r.Count
	}
	return n
}

// maxHeld bounds the passages of one object that wait: more would wait for ever.
const maxHeld = 1000

// hold queues the held passages of an object. Of one whose very value is held
// only that waits, for the whole object; what else was doubtful in it is removed.
func (x *Exchange) hold(k *kept, it *item) error {
	if len(it.stripped.Held) > maxHeld {
		return fault.New(fault.Refused, "more than %d passages of this object would wait for a person; file it without its texts", maxHeld)
	}
	values := fieldsOf(it.original, it.stripped.Held)
	out := fieldsOf(it.obj.Raw, it.stripped.Held)
	ord := map[string]int{}
	for _, h := range it.stripped.Held {
		if it.stripped.Whole && (!h.Very || ord[""] > 0) {
			it.stripped.Removed = append(it.stripped.Removed, privacy.Removal{Path: h.Path, Type: h.Type, Reason: h.Reason})
			continue
		}
		p := held.Passage{ID: held.NewID(), Aud: int32(it.aud), Member: int64(k.work.session.Member.ID), Object: it.obj.ID,
			Path: h.Path, Kind: h.Type, Reason: h.Reason, Whole: it.stripped.Whole}
		// Which of the placeholders of its field it is, as the field goes out: the input may have had some of its own.
		p.Ord = ord[h.Path] + strings.Count(values[h.Path][:min(h.From, len(values[h.Path]))], privacy.HeldPlaceholder)
		ord[h.Path]++
		s := held.Secret{}
		if h.From <= h.To && h.To <= len(values[h.Path]) {
			s.Text = values[h.Path][h.From:h.To]
		}
		s.Before, s.After = contextOf(out[h.Path], p.Ord)
		if p.Whole {
			ord[""]++
			var ok bool
			if s.Object, ok = putBack(it.obj.Raw, h.Path, p.Ord, s.Text); !ok {
				return fault.New(fault.Refused, "the value of this object is in doubt and can't be held; file it without that")
			}
		}
		if err := x.queue.Seal(&p, month(), s); err != nil {
			return err
		}
		k.passages = append(k.passages, p)
	}
	return nil
}

// fieldsOf gives the strings that passages stand in, by path, in one walk.
func fieldsOf(raw []byte, passages []privacy.Passage) map[string]string {
	if len(passages) == 0 {
		return nil
	}
	out := make(map[string]string, len(passages))
	for _, h := range passages {
		out[h.Path] = ""
	}
	_ = stix.Walk(raw, func(f stix.Field) error { // parsed before
		if f.IsKey || f.Kind != stix.String {
			return nil
		}
		path := f.Path.String()
		if _, asked := out[path]; asked {
			out[path] = f.Value
		}
		return nil
	})
	return out
}

// contextOf gives some text around the n-th placeholder of a field as it goes out:
// what was removed from it is hidden from whoever decides, too.
func contextOf(value string, n int) (before, after string) {
	const around = 240
	from := 0
	for ; ; n-- {
		i := strings.Index(value[from:], privacy.HeldPlaceholder)
		if i < 0 {
			return "", ""
		}
		if from += i; n == 0 {
			break
		}
		from += len(privacy.HeldPlaceholder)
	}
	to := from + len(privacy.HeldPlaceholder)
	before, after = value[max(0, from-around):from], value[to:min(len(value), to+around)]
	return strings.ToValidUTF8(before, ""), strings.ToValidUTF8(after, "") // a character may have been cut
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
