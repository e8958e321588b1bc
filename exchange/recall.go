package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/thing"
)

// target is one version of an object that is to be taken back.
type target struct {
	id     string
	aud    int32
	at     int64
	newest bool
	raw    []byte
	filers []int64 // others who filed it too: then it only changes hands
	seen   []int64 // all who filed it after its first filer, as it was looked up
}

// recalled is what one recall is about.
type recalled struct {
	targets []target
	waiting []int64 // entries of a report of which passages wait: they are never decided then
}

// Recall takes back everywhere what this member reported: ref is an object's
// identifier, a report's (report-INDEX or INDEX), or a value. What others
// reported too stays in force through them.
func (x *Exchange) Recall(ctx context.Context, s member.Session, ref, reason string) (Filed, error) {
	about := strings.TrimSpace(ref) // a value doesn't get into the audit record: audit.Ref
	if idx, ok := reportIndex(about); ok {
		about = fmt.Sprintf("report-%d", idx)
	}
	return x.recall(ctx, s, about, reason, func() (recalled, error) { return x.targets(ctx, s, ref) })
}

// RecallIn takes back what this member reported under an identifier in one audience only.
func (x *Exchange) RecallIn(ctx context.Context, s member.Session, aud member.Audience, id, reason string) (Filed, error) {
	return x.recall(ctx, s, id, reason, func() (out recalled, err error) {
		out.targets, err = x.targetsOfID(ctx, s, id)
		out.targets = slices.DeleteFunc(out.targets, func(t target) bool { return t.aud != int32(aud) })
		if err == nil && len(out.targets) == 0 {
			err = errNothingOfYours
		}
		return out, err
	})
}

// recall takes back what find finds, again when the log changed meanwhile.
func (x *Exchange) recall(ctx context.Context, s member.Session, about, reason string, find func() (recalled, error)) (f Filed, err error) {
	err = x.act(ctx, s, member.ActRecall, audit.Recall, about, func() (did string, err error) {
		f, err = x.takeBack(ctx, s, reason, find)
		return f.ID, err
	})
	return f, err
}

func (x *Exchange) takeBack(ctx context.Context, s member.Session, reason string, find func() (recalled, error)) (Filed, error) {
	if strings.TrimSpace(reason) == "" || len(reason) > 1000 {
		return Filed{}, fault.New(fault.Invalid, "say why, in at most 1,000 characters: everyone who acted on it will ask")
	}
	// The reason is read by everyone who acted on the report: it goes through the gate like any text.
	reason = x.scrub(s.Member, reason)
	for range tries {
		what, err := find()
		if err != nil {
			return Filed{}, err
		}
		f, err := x.withdraw(ctx, s, what, reason)
		if !errors.Is(err, errStale) {
			return f, err
		}
	}
	return Filed{}, errContended
}

var errNothingOfYours = fault.New(fault.NotFound, "you have nothing in force under this identifier or value; only the member that reported a thing can take its report back")

// targets finds what a reference of a recall means.
func (x *Exchange) targets(ctx context.Context, s member.Session, ref string) (out recalled, err error) {
	ref = strings.TrimSpace(ref)
	idx, isReport := reportIndex(ref)
	_, isID := stix.CheckID(ref)
	switch {
	case isReport:
		out, err = x.targetsOfReport(ctx, s, idx)
	case isID:
		out.targets, err = x.targetsOfID(ctx, s, ref)
	default:
		out.targets, err = x.targetsOfValue(ctx, s, ref)
	}
	if err != nil {
		return out, err
	}
	if len(out.targets) == 0 && len(out.waiting) == 0 {
		return out, errNothingOfYours
	}
	return out, nil
}

func reportIndex(ref string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(ref, "report-"), 10, 64)
	return n, err == nil && n >= 0
}

func (x *Exchange) targetsOfID(ctx context.Context, s member.Session, id string) ([]target, error) {
	ids := []string{id}
	pub, err := x.book.Published(ctx, x.db.Reader(), int64(s.Member.ID), ids)
	if err != nil {
		return nil, err
	}
	if p := pub[id]; p != "" && p != ownMark {
		ids = append(ids, p)
	}
	return x.targetsOfIDs(ctx, s, ids, nil)
}

// targetsOfIDs finds all versions of some objects that are this member's to take
// back; bytes that are at hand already, by date, are not read again.
func (x *Exchange) targetsOfIDs(ctx context.Context, s member.Session, ids []string, raws map[int64][]byte) ([]target, error) {
	q := x.db.Reader()
	found, err := x.archive.Find(ctx, q, audiences(s), ids, 0)
	if err != nil {
		return nil, err
	}
	var out []target
	others := false
	for _, f := range found {
		if f.State == archive.Taken || x.implied(s, f) {
			continue
		}
		t, mine, err := x.targetAt(ctx, q, s, f, raws[f.At])
		if fault.KindOf(err) == fault.Gone {
			continue // taken back between two looks
		}
		if err != nil {
			return nil, err
		}
		if others = others || !mine; mine && !revoked(t.raw) {
			out = append(out, t)
		}
	}
	if len(out) == 0 && others {
		return nil, fault.New(fault.Forbidden, "another member filed this object; only its filer can take it back")
	}
	return out, nil
}

// revoked tells a revoked version: it is what a recall leaves, and stays so that
// whoever comes later hears of it.
func revoked(raw []byte) bool {
	if !bytes.Contains(raw, []byte(`"revoked"`)) {
		return false
	}
	o, err := stix.Parse(raw, stix.Limits{})
	return err == nil && o.Revoked
}

// implied tells the identities that the exchange adds by itself: other reports
// name them as their creator, so no recall takes them.
func (x *Exchange) implied(s member.Session, f archive.Stored) bool {
	own, _ := x.members.Pseudonym(s.Member, member.Audience(f.Aud))
	named := s.Member
	named.Named = true
	registered, _ := x.members.Pseudonym(named, member.Audience(f.Aud))
	return f.ID == x.identity || f.ID == own || f.ID == registered
}

// targetAt reads a stored version and tells whether it is this member's to take back.
func (x *Exchange) targetAt(ctx context.Context, q store.Querier, s member.Session, f archive.Stored, raw []byte) (t target, mine bool, err error) {
	filers, err := x.archive.Filers(ctx, q, f.At)
	if err != nil {
		return t, false, err
	}
	who := int64(s.Member.ID)
	if f.Member != who && !slices.Contains(filers, who) {
		return t, false, nil
	}
	if raw == nil {
		o, err := x.archive.At(ctx, q, f.Aud, f.At)
		if err != nil {
			return t, false, err
		}
		raw = o.Raw
	}
	t = target{id: f.ID, aud: f.Aud, at: f.At, newest: f.State == archive.Newest, raw: raw, filers: filers, seen: filers}
	if f.Member != who {
		t.filers = []int64{who} // only this member's own report of it goes
	}
	return t, true, nil
}

func (x *Exchange) targetsOfValue(ctx context.Context, s member.Session, value string) ([]target, error) {
	t, ok := observable.Guess(value)
	if !ok {
		return nil, fault.New(fault.Invalid, "this is neither an identifier (TYPE--UUID), a report (report-INDEX), nor a value such as a domain, an address, a URL or a hash")
	}
	q := x.db.Reader()
	supports, err := x.things.Supports(ctx, q, t, audiences(s))
	if err != nil {
		return nil, err
	}
	var out []target
	for _, sup := range supports {
		if sup.State == thing.Taken || sup.Member != int64(s.Member.ID) {
			continue
		}
		o, err := x.archive.At(ctx, q, sup.Aud, sup.At)
		if err != nil {
			return nil, err
		}
		more, err := x.targetsOfID(ctx, s, o.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return uniqueTargets(out), nil
}

func (x *Exchange) targetsOfReport(ctx context.Context, s member.Session, idx int64) (out recalled, err error) {
	q := x.db.Reader()
	report := ""
	err = x.archive.Entries(ctx, q, idx, func(e archive.Entry) error {
		if e.Member != int64(s.Member.ID) || e.Kind != archive.Report {
			if e.Index == idx {
				return fault.New(fault.NotFound, "you have no report under this number")
			}
			return nil
		}
		part, err := x.partOf(e)
		if err != nil {
			return err
		}
		if report == "" {
			report = part.Report
		}
		if part.Report != report {
			return nil
		}
		contents, err := x.archive.Contents(ctx, q, e)
		if err != nil {
			return err
		}
		ids, raws := []string{}, map[int64][]byte{}
		for _, c := range contents {
			if !c.Erased {
				ids = append(ids, c.ID)
				raws[e.Added+c.N] = c.Raw
			}
		}
		more, err := x.targetsOfIDs(ctx, s, ids, raws)
		if err != nil && fault.KindOf(err) != fault.Forbidden {
			return err
		}
		out.targets = append(out.targets, more...)
		if wait, err := x.queue.WaitingOf(ctx, q, e.Index); err != nil {
			return err
		} else if wait > 0 {
			out.waiting = append(out.waiting, e.Index)
		}
		if part.Last {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return out, err
	}
	out.targets = uniqueTargets(out.targets)
	return out, nil
}

var errEnough = errors.New("the last part was read")

// partOf reads which part of which report an entry is.
func (x *Exchange) partOf(e archive.Entry) (p ledger.PartOf, err error) {
	r, err := ledger.UnmarshalRecord(e.Record)
	if err != nil {
		return p, fmt.Errorf("record of entry %d: %w", e.Index, err)
	}
	for _, part := range r.Parts {
		if part.Name == ledger.PartPart {
			err = json.Unmarshal(part.Body, &p)
		}
	}
	return p, err
}

func uniqueTargets(ts []target) []target {
	slices.SortFunc(ts, func(a, b target) int { return int(a.at - b.at) })
	return slices.CompactFunc(ts, func(a, b target) bool { return a.at == b.at })
}

func audiences(s member.Session) []int32 {
	out := make([]int32, len(s.Audiences))
	for i, a := range s.Audiences {
		out[i] = int32(a)
	}
	return out
}

// withdraw makes and keeps the entry of a recall.
func (x *Exchange) withdraw(ctx context.Context, s member.Session, what recalled, reason string) (Filed, error) {
	ts := what.targets
	var gone []target // taken back for everyone
	var slots []archive.Slot
	for _, t := range ts {
		if len(t.filers) > 0 {
			continue
		}
		gone = append(gone, t)
		if slot, ok := x.revocation(s, &t); ok {
			slots = append(slots, slot)
		}
	}
	slots = archive.Arrange(slots)
	f := facts{Format: "recall", Objects: len(ts), Reason: reason}
	j, err := x.newJob(ctx, s, archive.Recall, slots, int64(len(gone)), []ledger.Part{text(ledger.PartRefers, refers(gone)), text(ledger.PartFacts, f)})
	if err != nil {
		return Filed{}, err
	}
	j.fresh = func(ctx context.Context, tx *store.Tx) error { return x.stillThere(ctx, tx, ts) }
	j.write = func(ctx context.Context, tx *store.Tx, p store.Place) error {
		if err := x.handOver(ctx, tx, s, p, ts); err != nil {
			return err
		}
		for _, idx := range what.waiting {
			if err := x.queue.VoidEntry(ctx, tx, idx, p.Index); err != nil {
				return err
			}
		}
		return x.takeOut(ctx, tx, j, p, gone)
	}
	place, size, err := x.seq.Do(ctx, j)
	if err != nil {
		return Filed{}, err
	}
	x.erasing.Store(true)
	out := Filed{ID: fmt.Sprintf("report-%d", place.Index), Index: place.Index}
	if out.Receipt, err = x.tree.Receipt(ctx, x.db.Reader(), x.keys, place.Index, size, &j.record, nil); err != nil {
		return Filed{}, err
	}
	out.Parts = []Part{{Index: place.Index, Receipt: out.Receipt}}
	for _, t := range ts {
		out.Objects = append(out.Objects, ObjectResult{ID: t.id, Collection: member.CollectionName(s, member.Audience(t.aud))})
	}
	return out, nil
}

// refers names what a recall is about by position only: its values are to go.
func refers(ts []target) []int64 {
	out := make([]int64, len(ts))
	for i, t := range ts {
		out[i] = t.at
	}
	return out
}

// revocation makes the revoked version of an object that the submitter or the
// exchange created. What somebody else created disappears like an unversioned
// object, since only its creator may revoke it (STIX 2.1 section 3.6.2).
func (x *Exchange) revocation(s member.Session, t *target) (archive.Slot, bool) {
	o, err := stix.Parse(t.raw, stix.Limits{})
	if err != nil || !t.newest || o.Family == stix.SCO || o.Modified == "" || o.Revoked {
		return archive.Slot{}, false
	}
	named := s.Member
	named.Named = true
	registered, _ := x.members.Pseudonym(named, member.Audience(t.aud))
	pseudonym, _ := x.members.Pseudonym(s.Member, member.Audience(t.aud))
	if o.CreatedBy != "" && o.CreatedBy != x.identity && o.CreatedBy != pseudonym && o.CreatedBy != registered {
		return archive.Slot{}, false
	}
	when := now().Truncate(time.Millisecond)
	if m, err := stix.ParseTime(o.Modified); err == nil && !when.After(m) {
		when = m.Truncate(time.Millisecond).Add(time.Millisecond)
	}
	raw := stix.Revocation(&o, when)
	return archive.Slot{Aud: t.aud, ID: o.ID, Version: stix.FormatTime(when), Raw: raw}, true
}

// stillThere makes sure that nothing of it was taken back meanwhile.
func (x *Exchange) stillThere(ctx context.Context, tx *store.Tx, ts []target) error {
	for _, t := range ts {
		found, err := x.archive.Find(ctx, tx, []int32{t.aud}, []string{t.id}, t.at-1)
		if err != nil {
			return err
		}
		filers, err := x.archive.Filers(ctx, tx, t.at)
		if err != nil {
			return err
		}
		if !slices.Equal(filers, t.seen) {
			return errStale
		}
		for _, f := range found {
			if f.At == t.at && f.State == archive.Taken || t.newest && f.At > t.at && f.State != archive.Taken && !slices.ContainsFunc(ts, func(o target) bool { return o.at == f.At }) {
				return errStale
			}
		}
	}
	return nil
}

// handOver gives what others filed too into their hands.
func (x *Exchange) handOver(ctx context.Context, tx *store.Tx, s member.Session, p store.Place, ts []target) error {
	who := int64(s.Member.ID)
	for _, t := range ts {
		if len(t.filers) == 0 {
			continue
		}
		if err := x.things.Leave(ctx, tx, t.at, who, p.Added); err != nil {
			return err
		}
		if t.filers[0] == who {
			if err := x.archive.DropFiler(ctx, tx, t.at, who); err != nil {
				return err
			}
			continue
		}
		if err := x.archive.SetMember(ctx, tx, t.id, t.at, t.filers[0]); err != nil {
			return err
		}
	}
	return nil
}

// takeOut empties the slots, ends the support, voids what waits, and writes the
// withdrawals and the revoked versions.
func (x *Exchange) takeOut(ctx context.Context, tx *store.Tx, j *job, p store.Place, gone []target) error {
	ws := make([]archive.Withdrawal, len(gone))
	ats := make([]int64, len(gone))
	in := map[int32][]int64{}
	for i, t := range gone {
		ats[i] = t.at
		in[t.aud] = append(in[t.aud], t.at)
		ws[i] = archive.Withdrawal{At: p.Added + int64(i), Index: p.Index, Aud: t.aud, Target: t.at, Kind: archive.Recall, Ref: t.id}
		if err := x.archive.SetState(ctx, tx, t.id, t.at, archive.Taken); err != nil {
			return err
		}
		if err := x.queue.Void(ctx, tx, t.id, t.aud, p.Index); err != nil {
			return err
		}
	}
	for _, aud := range slices.Sorted(maps.Keys(in)) {
		if err := x.archive.Erase(ctx, tx, aud, in[aud], x.erasedHash(ctx, tx)); err != nil {
			return err
		}
	}
	if err := x.things.SetState(ctx, tx, ats, thing.Taken, p.Added); err != nil {
		return err
	}
	if err := x.archive.PutWithdrawals(ctx, tx, ws); err != nil {
		return err
	}
	return x.archive.Put(ctx, tx, p.Index, p.Added, j.packed, int64(j.session.Member.ID), nil)
}

// erasedHash gives what an emptied slot keeps: the keyed hash under which the
// record of its entry committed to the object.
func (x *Exchange) erasedHash(ctx context.Context, q store.Querier) func(idx int64, raw []byte) ([32]byte, error) {
	var r ledger.Record
	of := int64(-1) // slots come entry by entry
	return func(idx int64, raw []byte) ([32]byte, error) {
		if idx != of {
			e, err := x.archive.Entry(ctx, q, idx)
			if err != nil {
				return [32]byte{}, err
			}
			if r, err = x.recordOf(e); err != nil {
				return [32]byte{}, err
			}
			of = idx
		}
		return r.ObjectHash(raw), nil
	}
}
