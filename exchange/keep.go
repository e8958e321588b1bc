package exchange

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
	"tocsin/submission"
	"tocsin/thing"
)

// shield is step 5.
func (x *Exchange) shield(k *kept) facts {
	m := k.work.session.Member
	f := facts{Door: k.work.options.Door, Format: string(k.work.batch.Format), Objects: len(k.results), Removed: countRemoved(k.removed),
		Held: len(k.passages), Recorded: k.recorded, Refused: len(k.failures), Named: m.Named || k.work.options.Named, Publisher: m.Publisher}
	for _, r := range k.results {
		if len(r.ID) > 9 && r.ID[:9] == "indicator" {
			f.Indicator++
		}
	}
	return f
}

// job is one entry waiting to be kept (store.Job, ledger.Leaver).
type job struct {
	x        *Exchange
	session  member.Session
	kind     archive.Kind
	token    [16]byte
	reportID string
	since    int64 // size of the log when the job was made: its entry can't be before that
	from     int64 // ordinal of the first slot; withdrawals stand before
	packed   []archive.Packed
	slots    []archive.Slot
	record   ledger.Record // without its time
	base     int           // parts of record that don't depend on the place
	month    string
	wkey     []byte
	write    func(ctx context.Context, tx *store.Tx, p store.Place) error // rows beside entry, blocks and leaf
	fresh    func(ctx context.Context, tx *store.Tx) error                // what must still be so; errStale if not
	leaf     [32]byte
	under    string // fingerprint that the log must have; "" for that of the exchange's keys
}

// newJob makes a job with a fresh token and record key.
func (x *Exchange) newJob(ctx context.Context, s member.Session, kind archive.Kind, slots []archive.Slot, from int64, parts []ledger.Part) (*job, error) {
	head, err := x.seq.Head(ctx)
	if err != nil {
		return nil, err
	}
	return x.jobSince(head.Size, s, kind, slots, from, parts)
}

// jobSince makes a job whose entry can't be before an index.
func (x *Exchange) jobSince(since int64, s member.Session, kind archive.Kind, slots []archive.Slot, from int64, parts []ledger.Part) (*job, error) {
	j := &job{x: x, session: s, kind: kind, since: since, slots: slots, from: from, month: month()}
	rand.Read(j.token[:])
	rand.Read(j.record.Key[:])
	var id [32]byte
	copy(id[:], j.token[:])
	j.reportID = uuid4(id)
	copy(j.token[:], id[:])
	var err error
	if j.packed, err = x.archive.Pack(slots, from); err != nil {
		return nil, err
	}
	if j.wkey, err = x.keys.Wrap(j.month, j.record.Key[:]); err != nil {
		return nil, fmt.Errorf("wrapping a record's key: %w", err)
	}
	refs, hash := make([]ledger.ObjectRef, len(slots)), j.record.ObjectHasher()
	for i, s := range slots {
		refs[i] = ledger.ObjectRef{N: from + int64(i), Audience: s.Aud, Hash: hash(s.Raw)}
	}
	j.record.Parts = append([]ledger.Part{
		text(ledger.PartKind, kind.String()), text(ledger.PartMember, s.Member.Name), {Name: ledger.PartObjects, Body: ledger.MarshalObjects(refs)},
	}, parts...)
	j.base = len(j.record.Parts)
	return j, nil
}

// text makes a part that holds a JSON string.
func text(name ledger.PartName, v any) ledger.Part {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and the structs of this package always marshal
	}
	return ledger.Part{Name: name, Body: b}
}

// Entries is one: a job is an entry.
func (j *job) Entries() int { return 1 }

// Objects is how many positions the entry takes.
func (j *job) Objects() int { return max(1, int(j.from)+len(j.slots)) }

// Keep writes the entry with everything that belongs to it.
func (j *job) Keep(ctx context.Context, tx *store.Tx, p store.Place) error {
	if p.Fingerprint != cmp.Or(j.under, j.x.keys.Fingerprint()) {
		return fault.New(fault.Refused, "the log is kept under other keys now; this node must be given the current keys folder")
	}
	if p.Rights != j.session.Rights {
		if err := j.x.members.Recheck(ctx, tx, j.session); err != nil {
			return err
		}
	}
	if j.fresh != nil {
		if err := j.fresh(ctx, tx); err != nil {
			return err
		}
	}
	j.record.Parts = append(j.record.Parts[:j.base], text(ledger.PartTime, stixMicro(p.Added)))
	j.leaf = j.record.Leaf()
	err := j.x.archive.PutEntry(ctx, tx, archive.Entry{Index: p.Index, Added: p.Added, N: int64(j.Objects()), Kind: j.kind, Member: int64(j.session.Member.ID),
		Size: p.Size, Token: j.token, Month: j.month, WKey: j.wkey, Record: ledger.MarshalRecord(j.record)})
	if err != nil {
		return err
	}
	return j.write(ctx, tx, p)
}

// Kept finds the entry of this job by its token.
func (j *job) Kept(ctx context.Context, q store.Querier) (store.Place, int64, bool, error) {
	e, ok, err := j.x.archive.Token(ctx, q, j.token, j.since)
	return store.Place{Index: e.Index, Added: e.Added, Size: e.Size}, e.Size, ok, err
}

// Leaves gives the one leaf of the entry, after Keep.
func (j *job) Leaves() [][32]byte { return [][32]byte{j.leaf} }

// pack makes the job of a part from what steps 2 to 5 left of it.
func (x *Exchange) pack(k *kept, items []*item) error {
	for _, it := range items {
		if it.stripped.Whole {
			continue
		}
		k.items = append(k.items, it)
	}
	k.arrange()
	parts := []ledger.Part{
		{Name: ledger.PartPolicy, Body: quoteHex(x.gate.PolicyHash())}, text(ledger.PartFacts, k.facts), text(ledger.PartHeld, len(k.passages)),
	}
	if len(k.removed) > 0 {
		parts = append(parts, text(ledger.PartAccount, k.removed))
	}
	j, err := x.jobSince(k.since, k.work.session, archive.Report, k.slots, 0, parts)
	if err != nil {
		return err
	}
	if len(k.work.report.Parts) > 0 {
		k.reportID = k.work.report.uuid
	} else {
		k.reportID = j.reportID
	}
	input := j.record.ObjectHash(k.work.batch.Input)
	j.record.Parts = append(j.record.Parts, ledger.Part{Name: ledger.PartInput, Body: quoteHex(input)},
		text(ledger.PartPart, ledger.PartOf{Report: k.reportID, Part: k.work.part, Last: k.work.last}))
	j.base = len(j.record.Parts)
	j.reportID = k.reportID
	j.fresh = func(ctx context.Context, tx *store.Tx) error { return x.unchanged(ctx, tx, k) }
	j.write = func(ctx context.Context, tx *store.Tx, p store.Place) error { return x.write(ctx, tx, k, p) }
	k.job = j
	return nil
}

// unchanged makes sure that nothing that steps 3 and 4 built on changed since they
// looked: no version of the part's objects came in, what was filed again is still
// there, no identifier got another name, and the report wasn't filed meanwhile.
func (x *Exchange) unchanged(ctx context.Context, tx *store.Tx, k *kept) error {
	ids := make([]string, 0, len(k.items))
	for _, it := range k.items {
		ids = append(ids, it.obj.ID)
	}
	found, err := x.archive.Find(ctx, tx, audiences(k.work.session), ids, k.snapshot)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return errStale
	}
	for _, f := range k.filers {
		living, err := x.living(ctx, tx, f)
		if err != nil {
			return err
		}
		if !living {
			return errStale
		}
	}
	if err := x.sameNames(ctx, tx, k); err != nil {
		return err
	}
	if k.work.options.Door == DoorTAXII {
		return nil
	}
	_, repeat, err := x.repeatOf(ctx, tx, k.work)
	if err == nil && repeat {
		return errStale
	}
	return err
}

// living tells whether a version is there and was not taken back.
func (x *Exchange) living(ctx context.Context, q store.Querier, f filedAgain) (bool, error) {
	found, err := x.archive.Find(ctx, q, []int32{f.aud}, []string{f.id}, f.at-1)
	for _, s := range found {
		if s.At == f.at && s.State != archive.Taken {
			return true, err
		}
	}
	return false, err
}

// sameNames makes sure that what the part publishes under other identifiers was
// not given others meanwhile.
func (x *Exchange) sameNames(ctx context.Context, tx *store.Tx, k *kept) error {
	if len(k.published) == 0 {
		return nil
	}
	now, err := x.book.Published(ctx, tx, int64(k.work.session.Member.ID), slices.Collect(maps.Keys(k.published)))
	if err != nil {
		return err
	}
	for id := range k.published {
		if now[id] != k.before[id] {
			return errStale
		}
	}
	return nil
}

// write is what a part writes beside its entry: blocks, things, the queue, the book.
func (x *Exchange) write(ctx context.Context, tx *store.Tx, k *kept, p store.Place) error {
	older := map[int64]int32{}
	for i, it := range k.items {
		at := p.Added + int64(i)
		switch {
		case it.older:
			older[at] = int32(it.aud)
		case it.previous != nil:
			if err := x.supersede(ctx, tx, it, at); err != nil {
				return err
			}
		}
	}
	who := int64(k.work.session.Member.ID)
	if err := x.archive.Put(ctx, tx, p.Index, p.Added, k.job.packed, who, older); err != nil {
		return err
	}
	if err := x.things.Put(ctx, tx, k.supports(p.Added)); err != nil {
		return err
	}
	for _, f := range k.filers {
		if err := x.archive.AddFiler(ctx, tx, f.at, who); err != nil {
			return err
		}
		if err := x.things.Join(ctx, tx, f.at, who, p.Added); err != nil {
			return err
		}
	}
	if len(k.passages) > 0 {
		if err := x.queue.Put(ctx, tx, k.placed(p)); err != nil {
			return err
		}
	}
	if err := x.book.PutPublished(ctx, tx, who, k.published); err != nil {
		return err
	}
	if err := x.book.PutPublished(ctx, tx, everybody, k.taken); err != nil {
		return err
	}
	return x.remember(ctx, tx, k, p)
}

// supersede marks the version that was the newest as an older one, and ends its support.
func (x *Exchange) supersede(ctx context.Context, tx *store.Tx, it *item, at int64) error {
	if err := x.archive.Supersede(ctx, tx, it.obj.ID, it.previous.Aud, it.previous.At); err != nil {
		return err
	}
	return x.things.SetState(ctx, tx, []int64{it.previous.At}, thing.Taken, at)
}

// remember keeps what is needed to answer the same report the same way again.
func (x *Exchange) remember(ctx context.Context, tx *store.Tx, k *kept, p store.Place) error {
	if k.work.options.StatusID != "" {
		body, err := x.statusOf(k)
		if err != nil {
			return err
		}
		return x.book.PutStatus(ctx, tx, k.work.options.StatusID, int64(k.work.session.Member.ID), now(), body)
	}
	past, err := json.Marshal(pastPart{ReportID: k.reportID, Objects: k.results, Failures: k.failures, Removed: k.removed, Held: k.heldResults()})
	if err != nil {
		return fmt.Errorf("remembering a report: %w", err)
	}
	return x.book.Put(ctx, tx, x.submissionKey(k.work), submission.Past{Index: p.Index, Made: now(), Result: x.compress(past)})
}

// keepStatus keeps the status of an Add that brought nothing new.
func (x *Exchange) keepStatus(ctx context.Context, w *work, k *kept) error {
	if w.options.StatusID == "" {
		return nil
	}
	body, err := x.statusOf(k)
	if err != nil {
		return err
	}
	return x.db.Write(ctx, func(tx *store.Tx) error {
		return x.book.PutStatus(ctx, tx, w.options.StatusID, int64(w.session.Member.ID), now(), body)
	})
}
