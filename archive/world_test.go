package archive

import (
	"context"
	"crypto/rand"
	"testing"

	"tocsin/store"
	"tocsin/store/storetest"
)

// world is an archive in a database, with a sequencer that needs no ledger.
type world struct {
	db  *store.DB
	seq *store.Sequencer
	a   *Archive
}

func begin(t testing.TB, db *store.DB) *world {
	t.Helper()
	if err := Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	seq, err := store.NewSequencer(t.Context(), db, 1, noLedger{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = seq.Close() }) // it has nothing to report
	return &world{db, seq, New(1, newTestKeys())}
}

func open(t testing.TB) *world { return begin(t, storetest.Open(t)) }

type noLedger struct{}

func (noLedger) Seal(context.Context, *store.Tx, store.Head, []store.Job) error { return nil }

// filing is an entry that is being kept.
type filing struct {
	w      *world
	kind   Kind
	packed []Packed
	n      int
	token  [16]byte
	member int64
	older  func(p store.Place) map[int64]int32                          // may be nil
	write  func(ctx context.Context, tx *store.Tx, p store.Place) error // may be nil
}

func (f *filing) Entries() int { return 1 }
func (f *filing) Objects() int { return max(1, f.n) }

func (f *filing) Keep(ctx context.Context, tx *store.Tx, p store.Place) error {
	wkey, err := f.w.a.keys.Wrap(month(), make([]byte, 32))
	if err != nil {
		return err
	}
	err = f.w.a.PutEntry(ctx, tx, Entry{Index: p.Index, Added: p.Added, N: int64(f.Objects()), Kind: f.kind, Member: f.member, Size: p.Size, Token: f.token,
		Month: month(), WKey: wkey, Record: make([]byte, 300)})
	if err != nil {
		return err
	}
	var older map[int64]int32
	if f.older != nil {
		older = f.older(p)
	}
	if err := f.w.a.Put(ctx, tx, p.Index, p.Added, f.packed, f.member, older); err != nil {
		return err
	}
	if f.write != nil {
		return f.write(ctx, tx, p)
	}
	return nil
}

func (f *filing) Kept(ctx context.Context, q store.Querier) (store.Place, int64, bool, error) {
	e, ok, err := f.w.a.Token(ctx, q, f.token, 0)
	return store.Place{Index: e.Index, Added: e.Added, Size: e.Size}, e.Size, ok, err
}

// filing prepares an entry.
func (w *world) filing(t testing.TB, slots []Slot) *filing {
	t.Helper()
	packed, err := w.a.Pack(slots, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := &filing{w: w, kind: Report, packed: packed, n: len(slots), member: 5}
	rand.Read(f.token[:])
	return f
}

// keep keeps it.
func (w *world) keep(t testing.TB, f *filing) store.Place {
	t.Helper()
	p, _, err := w.seq.Do(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// file keeps slots as one report.
func (w *world) file(t testing.TB, slots []Slot) store.Place {
	t.Helper()
	return w.keep(t, w.filing(t, slots))
}
