package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tocsin/store"
	"tocsin/store/storetest"
)

// leafNo makes the i-th leaf of tests.
func leafNo(i int64) (out [32]byte) {
	binary.BigEndian.PutUint64(out[:], uint64(i)+1)
	return out
}

// reference is the tree as x/mod's own code keeps it: every hash in a list.
type reference struct {
	hashes []tlog.Hash
	size   int64
}

func (l *reference) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = l.hashes[x]
	}
	return out, nil
}

func (l *reference) add(t testing.TB, leaf [32]byte) {
	t.Helper()
	hs, err := tlog.StoredHashes(l.size, leaf[:], l)
	must(t, err)
	l.hashes = append(l.hashes, hs...)
	l.size++
}

func (l *reference) upTo(t testing.TB, size int64) *reference {
	t.Helper()
	for l.size < size {
		l.add(t, leafNo(l.size))
	}
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// memory is the table of rows without a database.
type memory map[row][]byte

func (m memory) grow(t interface{ Fatalf(string, ...any) }, size, n int64) int64 {
	var leaves []byte
	for i := range n {
		leaf := leafNo(size + i)
		leaves = append(leaves, leaf[:]...)
	}
	changed, err := grow(size, leaves, func(r row) ([]byte, error) { return m[r], nil })
	if err != nil {
		t.Fatalf("growing from %d by %d: %v", size, n, err)
	}
	maps.Copy(m, changed)
	return size + n
}

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) { return hashesFrom(m, indexes) }

// Batches of any size give every hash that x/mod computes leaf by leaf.
func TestGrowIsTheTree(t *testing.T) {
	want := (&reference{}).upTo(t, 20000)
	rapid.Check(t, func(t *rapid.T) {
		m, size := memory{}, int64(0)
		for size < 6000 && (size == 0 || rapid.Float64Range(0, 1).Draw(t, "more") < 0.9) {
			size = m.grow(t, size, rapid.OneOf(rapid.Int64Range(1, 40), rapid.Int64Range(200, 4500)).Draw(t, "batch"))
		}
		for index := range tlog.StoredHashCount(size) {
			got, err := m.ReadHashes([]int64{index})
			if err != nil {
				t.Fatalf("size %d: %v", size, err)
			}
			if got[0] != want.hashes[index] {
				level, n := tlog.SplitStoredHashIndex(index)
				t.Fatalf("size %d: hash %d of level %d is wrong", size, n, level)
			}
		}
		for r, b := range m {
			if int64(len(b)) != r.held(size)*hashSize {
				t.Fatalf("size %d: %s has %d bytes", size, r, len(b))
			}
		}
	})
}

// A row that doesn't fit the head row is refused, not built upon.
func TestGrowRefusesDamage(t *testing.T) {
	for _, damage := range []func(m memory){
		func(m memory) { delete(m, row{0, 1}) },
		func(m memory) { m[row{0, 1}] = m[row{0, 1}][:32] },
		func(m memory) { m[row{0, 1}] = append(m[row{0, 1}], make([]byte, 32)...) },
	} {
		m := memory{}
		m.grow(t, 0, 20)
		damage(m)
		if _, err := grow(20, make([]byte, 32), func(r row) ([]byte, error) { return m[r], nil }); err == nil {
			t.Error("a tree that doesn't fit its size was built upon")
		}
	}
}

func TestRowNames(t *testing.T) {
	for _, r := range []row{{0, 0}, {0, 1<<48 - 1}, {1, 0}, {13, 7}} {
		if got := rowOf(r.key()); got != r {
			t.Errorf("%v comes back as %v", r, got)
		}
	}
}

// entry is a job with some leaves.
type entry struct {
	n      int
	leaves [][32]byte
	fail   bool
}

func (e *entry) Entries() int { return e.n }
func (e *entry) Objects() int { return e.n }
func (e *entry) Keep(_ context.Context, _ *store.Tx, p store.Place) error {
	if e.fail {
		return fmt.Errorf("this job fails")
	}
	e.leaves = nil
	for i := range e.n {
		e.leaves = append(e.leaves, leafNo(p.Index+int64(i)))
	}
	return nil
}
func (e *entry) Kept(context.Context, store.Querier) (store.Place, int64, bool, error) {
	return store.Place{}, 0, false, nil
}
func (e *entry) Leaves() [][32]byte { return e.leaves }

// logged is a log in a database.
type logged struct {
	db   *store.DB
	tree *Tree
	seq  *store.Sequencer
	keys *Keys
}

func newLog(t testing.TB, db *store.DB) *logged {
	t.Helper()
	must(t, Migrate(t.Context(), db))
	l := &logged{db: db, tree: NewTree(1), keys: newKeys(t)}
	var err error
	l.seq, err = store.NewSequencer(t.Context(), db, 1, l.tree)
	must(t, err)
	t.Cleanup(func() { l.seq.Close() })
	return l
}

func (l *logged) add(t testing.TB, n int) int64 {
	t.Helper()
	_, size, err := l.seq.Do(t.Context(), &entry{n: n})
	must(t, err)
	return size
}

func engines(t *testing.T, f func(t *testing.T, l *logged)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { f(t, newLog(t, open(t))) })
}

// Every entry of every tree from 1 to 300 has a proof, out of the rows of the newest one.
func TestEveryProof(t *testing.T) {
	m, want := memory{}, (&reference{}).upTo(t, 300)
	m.grow(t, 0, 300)
	for size := int64(1); size <= 300; size++ {
		root, err := tlog.TreeHash(size, m)
		must(t, err)
		for i := range size {
			p, err := tlog.ProveRecord(size, i, m)
			must(t, err)
			if err := tlog.CheckRecord(p, size, root, i, want.hashes[tlog.StoredHashIndex(0, i)]); err != nil {
				t.Fatalf("size %d, entry %d: %v", size, i, err)
			}
		}
	}
}

// The same out of the database, as the log grows.
func TestProofs(t *testing.T) {
	engines(t, func(t *testing.T, l *logged) {
		want := &reference{}
		for size := int64(0); size < 300; {
			size = l.add(t, 1+int(size)%40)
			want.upTo(t, size)
			for i := int64(0); i < size; i += 1 + size/9 {
				for at := size; at > i; at -= 1 + size/4 {
					p, leaf, err := l.tree.proof(t.Context(), l.db.Reader(), l.keys, i, at)
					must(t, err)
					expect, err := tlog.ProveRecord(at, i, want)
					must(t, err)
					c, err := OpenCheckpoint(p.Checkpoint, l.keys.VerifierKey())
					must(t, err)
					root, err := tlog.TreeHash(at, want)
					must(t, err)
					if leaf != leafNo(i) || !slices.Equal(p.Hashes, plain(expect)) || c.Root != root || c.Size != at {
						t.Fatalf("size %d: the proof of entry %d is wrong", at, i)
					}
				}
			}
		}
		t.Run("consistency", func(t *testing.T) { consistency(t, l) })
		t.Run("damage", func(t *testing.T) { damageIsRefused(t, l) })
	})
}

// The log has at least 300 entries.
func consistency(t *testing.T, l *logged) {
	want := (&reference{}).upTo(t, 300)
	for to := int64(1); to <= 300; to += 23 {
		for from := int64(1); from <= to; from += 7 {
			got, err := l.tree.Consistency(t.Context(), l.db.Reader(), from, to)
			must(t, err)
			expect, err := tlog.ProveTree(to, from, want)
			must(t, err)
			if !slices.Equal(got, plain(expect)) {
				t.Fatalf("the proof from %d to %d is wrong", from, to)
			}
		}
	}
	if p, err := l.tree.Consistency(t.Context(), l.db.Reader(), 0, 300); err != nil || len(p) != 0 {
		t.Errorf("from the empty tree: %v, %v", p, err)
	}
	for _, c := range [][2]int64{{-1, 5}, {6, 5}, {1, 1 << 60}} {
		if _, err := l.tree.Consistency(t.Context(), l.db.Reader(), c[0], c[1]); err == nil {
			t.Errorf("a proof from %d to %d", c[0], c[1])
		}
	}
}

// Many at once, some failing: the tree is that of the order in which they were kept.
func TestSealTogether(t *testing.T) {
	engines(t, func(t *testing.T, l *logged) {
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				_, _, err := l.seq.Do(t.Context(), &entry{n: 1 + i%20, fail: i%8 == 3})
				if (err != nil) != (i%8 == 3) {
					t.Errorf("job %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		head, err := l.seq.Head(t.Context())
		must(t, err)
		want := (&reference{}).upTo(t, head.Size)
		root, err := tlog.TreeHash(head.Size, want)
		must(t, err)
		text, err := l.tree.Checkpoint(t.Context(), l.db.Reader(), l.keys, head.Size)
		must(t, err)
		c, err := OpenCheckpoint(text, l.keys.VerifierKey())
		must(t, err)
		if c.Root != root {
			t.Error("the root is not that of the leaves in the order of their indexes")
		}
		again, err := l.tree.Checkpoint(t.Context(), l.db.Reader(), l.keys, head.Size)
		must(t, err)
		if !bytes.Equal(text, again) {
			t.Error("the same size gave two checkpoints")
		}
		must(t, l.db.Snapshot(t.Context(), func(q store.Querier) error {
			return l.tree.Check(t.Context(), q, head.Size, func(i int64) ([32]byte, error) { return leafNo(i), nil })
		}))
	})
}

// Two nodes of one log, each with its own sequencer: one tree comes of it.
func TestTwoNodes(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		one := newLog(t, open(t))
		db := open(t)
		two := &logged{db: db, tree: NewTree(1), keys: one.keys}
		var err error
		two.seq, err = store.NewSequencer(t.Context(), db, 1, two.tree)
		must(t, err)
		t.Cleanup(func() { two.seq.Close() })
		var wg sync.WaitGroup
		for i := range 24 {
			node := []*logged{one, two}[i%2]
			wg.Go(func() {
				if _, _, err := node.seq.Do(t.Context(), &entry{n: 1 + i%5}); err != nil {
					t.Errorf("job %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		head, err := two.seq.Head(t.Context())
		must(t, err)
		if head.Size != 70 {
			t.Errorf("the log has %d entries, not 70", head.Size)
		}
		must(t, one.check(t, head.Size, trueLeaf))
	})
}

// A job whose leaves are not those of its entries spoils nothing but itself.
func TestSealCountsLeaves(t *testing.T) {
	engines(t, func(t *testing.T, l *logged) {
		l.add(t, 3)
		if _, _, err := l.seq.Do(t.Context(), &short{entry{n: 2}}); err == nil {
			t.Error("a job with fewer leaves than entries was kept")
		}
		if got := l.add(t, 1); got != 4 {
			t.Errorf("the log has %d entries, not 4", got)
		}
	})
}

type short struct{ entry }

func (s *short) Leaves() [][32]byte { return s.entry.Leaves()[1:] }
