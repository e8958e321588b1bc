package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tocsin/archive"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/store"
)

// Finding is something that fsck found wrong: where, and what.
type Finding struct {
	Place  string `json:"place"`
	Detail string `json:"detail"`
}

// Checked is what fsck looked at.
type Checked struct {
	Entries  int64     `json:"entries"`
	Objects  int64     `json:"objects"`
	Receipts int64     `json:"receipts"`
	Unread   int64     `json:"unread"` // entries of months whose key was destroyed on purpose
	Audit    int64     `json:"audit"`  // rows of the audit record
	Findings []Finding `json:"findings"`
}

// maxFindings bounds what a broken store makes fsck say.
const maxFindings = 1000

// Fsck reads the whole log and checks that every entry is there with the record
// that its leaf commits to, every object with the bytes that the record commits
// to, the tree that follows from the leaves, and a receipt of every entry that
// verifies; and the audit record. It reads one entry at a time and writes nothing. progress is called
// now and then with the entries done and the log's size.
func (x *Exchange) Fsck(ctx context.Context, progress func(done, size int64)) (c Checked, err error) {
	c.Findings = []Finding{}
	err = x.db.Snapshot(ctx, func(q store.Querier) error {
		head, err := x.seq.HeadIn(ctx, q)
		if err != nil {
			return err
		}
		f := &fsck{x: x, q: q, size: head.Size, c: &c}
		err = x.archive.Entries(ctx, q, 0, func(e archive.Entry) error {
			progress(c.Entries, head.Size)
			return f.entry(ctx, e)
		})
		if err != nil {
			return err
		}
		if c.Entries != head.Size {
			f.find("log", "the head counts %d entries, the log has %d", head.Size, c.Entries)
		}
		if err := f.audit(ctx); err != nil {
			return err
		}
		return f.tree(ctx)
	})
	return c, err
}

type fsck struct {
	x    *Exchange
	q    store.Querier
	size int64
	last int64 // date of the last position so far
	c    *Checked

	commits []audit.Commit // that entries make to the audit record
}

func (f *fsck) find(place, format string, args ...any) {
	if len(f.c.Findings) < maxFindings {
		f.c.Findings = append(f.c.Findings, Finding{place, fmt.Sprintf(format, args...)})
	}
}

// entry checks one entry: its place, record, leaf, objects and receipt.
func (f *fsck) entry(ctx context.Context, e archive.Entry) error {
	place := fmt.Sprintf("entry %d", e.Index)
	if e.Index != f.c.Entries {
		f.find(place, "entry %d is missing", f.c.Entries)
		f.c.Entries = e.Index
	}
	f.c.Entries++
	if e.Added <= f.last {
		f.find(place, "its date is not after the one before")
	}
	f.last = e.Added + e.N - 1
	r, err := f.x.recordOf(e)
	switch {
	case fault.KindOf(err) == fault.Gone:
		f.c.Unread++
		return nil
	case err != nil:
		f.find(place, "its record can't be opened: %v", err)
		return nil
	}
	receipt, err := f.x.tree.Receipt(ctx, f.q, f.x.keys, e.Index, e.Size, &r, nil)
	if err != nil {
		f.find(place, "no receipt can be made: %v", err)
		return nil
	}
	for _, check := range ledger.Verify(receipt, f.x.keys.VerifierKey(), nil) {
		// One part of a report by itself is complete here: its other parts are entries of their own.
		if !check.OK && check.Name != "complete" {
			f.find(place, "receipt: %s: %s", check.Name, check.Detail)
		}
	}
	f.c.Receipts++
	return f.objects(ctx, e, &r)
}

// objects checks that an entry's slots hold what its record commits to, and
// that the index finds each.
func (f *fsck) objects(ctx context.Context, e archive.Entry, r *ledger.Record) error {
	place := fmt.Sprintf("entry %d", e.Index)
	refs := []ledger.ObjectRef{}
	for _, p := range r.Parts {
		if said := (auditFacts{}); e.Kind == archive.Audit && p.Name == ledger.PartFacts && json.Unmarshal(p.Body, &said) == nil {
			f.commits = append(f.commits, audit.Commit{Upto: said.Upto, Hash: said.Chain})
		}
		if p.Name == ledger.PartObjects {
			var err error
			if refs, err = ledger.UnmarshalObjects(p.Body); err != nil {
				f.find(place, "the list of its objects can't be read")
				return nil
			}
		}
	}
	parts, err := f.x.archive.Contents(ctx, f.q, e)
	if err != nil {
		f.find(place, "its blocks can't be read: %v", err)
		return nil
	}
	if len(parts) != len(refs) {
		f.find(place, "its record names %d objects, its blocks have %d", len(refs), len(parts))
		return nil
	}
	for i, p := range parts {
		at := fmt.Sprintf("object %d.%d", e.Index, p.N)
		f.c.Objects++
		sum := p.Hash
		if !p.Erased {
			sum = r.ObjectHash(p.Raw)
		}
		if refs[i].N != p.N || refs[i].Audience != p.Aud || !bytes.Equal(refs[i].Hash[:], sum[:]) {
			f.find(at, "it is not what the record commits to")
		}
		if p.Erased {
			continue
		}
		found, err := f.x.archive.Find(ctx, f.q, []int32{p.Aud}, []string{p.ID}, e.Added+p.N-1)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(found, func(s archive.Stored) bool { return s.At == e.Added+p.N && s.State != archive.Taken }) {
			f.find(at, "the index does not find it")
		}
	}
	return nil
}

// tree recomputes the whole tree from the leaves that the records give.
func (f *fsck) tree(ctx context.Context) error {
	err := f.x.tree.Check(ctx, f.q, f.size, func(i int64) ([32]byte, error) {
		e, err := f.x.archive.Entry(ctx, f.q, i)
		if err != nil {
			return [32]byte{}, err
		}
		r, err := f.x.recordOf(e)
		if err != nil {
			return [32]byte{}, err
		}
		return r.Leaf(), nil
	})
	if err != nil {
		f.find("tree", "%v", err)
	}
	return ctx.Err()
}
