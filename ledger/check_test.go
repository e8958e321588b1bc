package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/store"
)

func (l *logged) check(t *testing.T, size int64, leafAt func(int64) ([32]byte, error)) error {
	t.Helper()
	return l.db.Snapshot(t.Context(), func(q store.Querier) error { return l.tree.Check(t.Context(), q, size, leafAt) })
}

func trueLeaf(i int64) ([32]byte, error) { return leafNo(i), nil }

func TestCheckFindsNothing(t *testing.T) {
	engines(t, func(t *testing.T, l *logged) {
		must(t, l.check(t, 0, trueLeaf))
		for _, n := range []int{1, 14, 1, 1, 238, 1, 3800, 40, 1} { // 1, 15, 16, 17, 255, 256, 4056, 4096, 4097
			must(t, l.check(t, l.add(t, n), trueLeaf))
		}
		must(t, l.check(t, 4097, nil))
		gone := func(i int64) ([32]byte, error) {
			if i%3 == 0 {
				return [32]byte{}, fault.New(fault.Gone, "the key was destroyed")
			}
			return leafNo(i), nil
		}
		must(t, l.check(t, 4097, gone))
	})
}

func TestCheckNames(t *testing.T) {
	engines(t, func(t *testing.T, l *logged) {
		l.add(t, 5000)
		t.Run("entry", func(t *testing.T) { checkNamesTheEntry(t, l) })
		t.Run("row", func(t *testing.T) { checkNamesTheRow(t, l) })
	})
}

func checkNamesTheEntry(t *testing.T, l *logged) {
	for _, bad := range []int64{0, 17, 4095, 4096, 4999} {
		err := l.check(t, 5000, func(i int64) ([32]byte, error) {
			if i == bad {
				return [32]byte{1}, nil
			}
			return leafNo(i), nil
		})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("entry %d:", bad)) {
			t.Errorf("a wrong record of entry %d: %v", bad, err)
		}
	}
	broken := errors.New("the row can't be read")
	if err := l.check(t, 5000, func(int64) ([32]byte, error) { return [32]byte{}, broken }); !errors.Is(err, broken) {
		t.Errorf("a record that can't be read: %v", err)
	}
}

// Whatever is changed in the table is found and named.
func checkNamesTheRow(t *testing.T, l *logged) {
	const size = 5000
	flip := func(i int) func(b []byte) []byte {
		return func(b []byte) []byte { b[i] ^= 1; return b }
	}
	cases := []struct {
		name   string
		row    row
		change func(b []byte) []byte // nil result: the row goes
		want   string
	}{
		{"a leaf", row{0, 3}, flip(33), "entry 49:"},
		{"the last leaf", row{0, 312}, flip(7 * 32), "entry 4999:"},
		{"a root of leaves", row{1, 2}, flip(5 * 32), "row 2 of level 1 of the tree: hash 5 is not the root of row 37 of level 0"},
		{"a root of roots", row{2, 0}, flip(0), "row 0 of level 2 of the tree: hash 0 is not the root of row 0 of level 1"},
		{"a root in a row that isn't full", row{2, 1}, flip(2 * 32), "row 1 of level 2"},
		{"a row that is gone", row{1, 4}, func([]byte) []byte { return nil }, "row 4 of level 1 of the tree has 0 bytes"},
		{"a row of leaves that is gone", row{0, 100}, func([]byte) []byte { return nil }, "row 100 of level 0 of the tree has 0 bytes"},
		{"a row cut short", row{0, 312}, func(b []byte) []byte { return b[:32] }, "row 312 of level 0 of the tree has 32 bytes, not 256"},
		{"a row that is too long", row{3, 0}, func(b []byte) []byte { return append(b, b...) }, "row 0 of level 3 of the tree has 64 bytes, not 32"},
		{"a row too many", row{0, 313}, func([]byte) []byte { return make([]byte, 32) }, "the head row was set back"},
	}
	for _, c := range cases {
		before := l.damage(t, c.row, c.change)
		if err := l.check(t, size, trueLeaf); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: found %v, not %q", c.name, err, c.want)
		}
		l.damage(t, c.row, func([]byte) []byte { return before })
	}
	must(t, l.check(t, size, trueLeaf))
}

// damage changes a row behind the program's back, and gives what it was (nil: not there).
func (l *logged) damage(t *testing.T, r row, change func([]byte) []byte) (before []byte) {
	t.Helper()
	must(t, l.db.Write(t.Context(), func(tx *store.Tx) error {
		stored, err := l.tree.read(t.Context(), tx, []row{r})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `DELETE FROM tree WHERE log_id = $1 AND k = $2`, 1, r.key()); err != nil {
			return err
		}
		before = stored[r]
		b := change(slices.Clone(before))
		if b == nil {
			return nil
		}
		_, err = tx.Exec(t.Context(), `INSERT INTO tree (log_id, k, hashes) VALUES ($1,$2,$3)`, 1, r.key(), b)
		return err
	}))
	return before
}

// A damaged tree gives no proofs, tiles or new entries where the damage is; elsewhere it goes on.
func damageIsRefused(t *testing.T, l *logged) {
	l.damage(t, row{0, 2}, func([]byte) []byte { return nil })
	q := l.db.Reader()
	if _, err := l.tree.Proof(t.Context(), q, l.keys, 33, 100); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("a proof over a hole: %v", err)
	}
	if _, err := l.tree.Tile(t.Context(), q, 100, "tile/0/000.p/100"); err == nil {
		t.Error("a tile over a hole")
	}
	if _, err := l.tree.Proof(t.Context(), q, l.keys, 80, 100); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
	head, err := l.seq.Head(t.Context())
	must(t, err)
	l.damage(t, row{0, head.Size / width}, func([]byte) []byte { return nil })
	if _, _, err := l.seq.Do(t.Context(), &entry{n: 1}); err == nil {
		t.Error("the log grows over a hole")
	}
}

// recorded is a job with the leaf of a real record.
type recorded struct {
	entry
	record *Record
}

func (r *recorded) Leaves() [][32]byte { return [][32]byte{r.record.Leaf()} }

func TestReceiptOfTheTree(t *testing.T) {
	engines(t, func(t *testing.T, l *logged) {
		l.add(t, 300)
		r := &Record{Key: [32]byte{1}}
		object := []byte(`{"type":"indicator"}`)
		r.Parts = []Part{{Name: PartKind, Body: []byte(`"recall"`)}, {Name: PartObjects, Body: MarshalObjects([]ObjectRef{{N: 0, Audience: 1, Hash: r.ObjectHash(object)}})}}
		place, size, err := l.seq.Do(t.Context(), &recorded{entry{n: 1}, r})
		must(t, err)
		text, err := l.tree.Receipt(t.Context(), l.db.Reader(), l.keys, place.Index, size, r, nil)
		must(t, err)
		for _, c := range Verify(text, l.keys.VerifierKey(), object) {
			if !c.OK {
				t.Errorf("%s: %s", c.Name, c.Detail)
			}
		}
		l.add(t, 500)
		again, err := l.tree.Receipt(t.Context(), l.db.Reader(), l.keys, place.Index, size, r, nil)
		must(t, err)
		if !bytes.Equal(text, again) {
			t.Error("the receipt is another one after the log grew")
		}
		other := *r
		other.Key[0]++
		if _, err := l.tree.Receipt(t.Context(), l.db.Reader(), l.keys, place.Index, size, &other, nil); err == nil {
			t.Error("a receipt for a record that isn't in the log")
		}
		if _, err := l.tree.Receipt(t.Context(), l.db.Reader(), l.keys, place.Index+1, size, r, nil); err == nil {
			t.Error("a receipt for an entry beyond the tree")
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	for _, n := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m, size := memory{}, int64(0)
			for b.Loop() {
				size = m.grow(b, size, int64(n))
			}
		})
	}
}
