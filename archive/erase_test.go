package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

// sum stands for the keyed hash of an object under its record's key.
func sum(_ int64, raw []byte) ([32]byte, error) { return sha256.Sum256(raw), nil }

func (w *world) erase(t testing.TB, aud int32, ats ...int64) {
	t.Helper()
	if err := w.db.Write(t.Context(), func(tx *store.Tx) error { return w.a.Erase(t.Context(), tx, aud, ats, sum) }); err != nil {
		t.Fatalf("erasing: %v", err)
	}
}

func TestErasingEmptiesSlotsAndMovesNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		all := w.fill(t)
		// One alone in its entry, neighbours, a block's first and last, some twice, in no order.
		gone := []int{7, 0, 8, len(all[1]) - 1, 8, 120, 9}
		var ats []int64
		for _, i := range gone {
			ats = append(ats, all[1][i].at)
		}
		w.erase(t, 1, ats...)
		w.erase(t, 1, ats[0]) // again: nothing to do
		var rest []kept
		for i, k := range all[1] {
			if !slices.Contains(gone, i) {
				rest = append(rest, k)
			}
		}
		same(t, "what is left", w.scan(t, 1, 0, Want{Bytes: true}), rest, true)
		same(t, "another audience", w.scan(t, 2, 0, Want{Bytes: true}), all[2], true)
		for i, k := range all[1] {
			o, err := w.a.At(t.Context(), w.db.Reader(), 1, k.at)
			if slices.Contains(gone, i) != (fault.KindOf(err) == fault.Gone) {
				t.Errorf("object %d: %s, %v", i, o.ID, err)
			}
		}
		for _, i := range gone {
			k := all[1][i]
			e, err := w.a.Entry(t.Context(), w.db.Reader(), k.idx)
			if err != nil {
				t.Fatal(err)
			}
			parts, err := w.a.Contents(t.Context(), w.db.Reader(), e)
			if err != nil {
				t.Fatal(err)
			}
			p := parts[k.n]
			if !p.Erased || p.Hash != sha256.Sum256(k.Raw) || len(p.Raw) != 0 || p.ID != "" {
				t.Errorf("the slot of object %d keeps %+v; want the hash and nothing else", i, p)
			}
		}
	})
}

func TestErasingABlockWhollyAndWhatIsNotThere(t *testing.T) {
	w := open(t)
	p := w.file(t, newGenerator(1).envelope(5, 1))
	other := w.file(t, newGenerator(2).envelope(1, 1))
	w.erase(t, 1, p.Added, p.Added+1, p.Added+2, p.Added+3, p.Added+4)
	if got := w.scan(t, 1, 0, Want{Bytes: true}); len(got) != 1 || got[0].At != other.Added {
		t.Errorf("%d objects are left, want the one of the other entry", len(got))
	}
	if got := w.scan(t, 1, 0, Want{Types: TypeMask([]string{"indicator", "malware", "report", "relationship"}), Until: other.Added - 1}); len(got) != 0 {
		t.Errorf("an emptied block still gives %d objects", len(got))
	}
	for name, at := range map[string]int64{"before all": 5, "after all": other.Added + 10} {
		err := w.db.Write(t.Context(), func(tx *store.Tx) error { return w.a.Erase(t.Context(), tx, 1, []int64{at}, sum) })
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v; want not found", name, err)
		}
	}
	failed := errors.New("no record")
	err := w.db.Write(t.Context(), func(tx *store.Tx) error {
		return w.a.Erase(t.Context(), tx, 1, []int64{other.Added}, func(int64, []byte) ([32]byte, error) { return [32]byte{}, failed })
	})
	if !errors.Is(err, failed) {
		t.Errorf("the caller's failure came back as %v", err)
	}
	if got := w.scan(t, 1, 0, Want{}); len(got) != 1 {
		t.Error("a failed erasure erased something")
	}
}

// secret gives the encrypted columns of a block as they stand in the table.
func (w *world) secret(t testing.TB, aud int32, at int64) [][]byte {
	t.Helper()
	r, err := w.a.blockAt(t.Context(), w.db.Reader(), aud, at)
	if err != nil {
		t.Fatal(err)
	}
	return [][]byte{r.wkey, r.dir, r.data}
}

// everywhereIn says where in a database's files bytes are found.
func everywhereIn(t testing.TB, file string, what []byte) (in []string) {
	t.Helper()
	names, err := filepath.Glob(file + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, what) {
			in = append(in, filepath.Base(name))
		}
	}
	return in
}

// The attacker has the keys and the files. Before the erasure the old block is
// there, key and all; after it and a checkpoint none of it is, in no page, free
// page or frame of the log, so there is nothing for the keys to open.
func TestAfterErasureAndCheckpointTheFilesHoldNoTrace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	w := begin(t, storetest.OpenURL(t, file))
	g := newGenerator(9)
	places := []store.Place{w.file(t, g.envelope(100, 1)), w.file(t, g.envelope(1, 1)), w.file(t, g.envelope(300, 1))}
	for i, p := range places {
		old := w.secret(t, 1, p.Added)
		probe := func() (found []string) {
			for _, column := range old {
				// A page or overflow page holds a column in pieces: any 24 bytes of it are a trace.
				for off := 0; off+24 <= len(column); off += 24 {
					found = append(found, everywhereIn(t, file, column[off:off+24])...)
				}
			}
			return found
		}
		if len(probe()) == 0 {
			t.Fatal("the block is nowhere, so this test can't fail")
		}
		w.erase(t, 1, p.Added)
		if len(probe()) == 0 {
			t.Fatal("before the checkpoint the write-ahead log must still have the old block")
		}
		if err := w.db.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found := probe(); len(found) > 0 {
			t.Errorf("entry %d: %d pieces of the old block are left, in %v", i, len(found), slices.Compact(found))
		}
	}
}

// Whoever edits the table is found out when the block is read, and never served.
func TestTamperedBlocksAreRefused(t *testing.T) {
	flip := func(b []byte) []byte { c := bytes.Clone(b); c[len(c)/2] ^= 1; return c }
	for _, c := range []struct {
		name, set string
		arg       func(r *row) any
	}{
		{"key", "wkey", func(r *row) any { return flip(r.wkey) }},
		{"directory", "dir", func(r *row) any { return flip(r.dir) }},
		{"objects", "data", func(r *row) any { return flip(r.data) }},
		{"objects cut off", "data", func(r *row) any { return r.data[:len(r.data)-1] }},
		{"no objects", "data", func(*row) any { return []byte{} }},
		{"the directory as objects", "data", func(r *row) any { return r.dir }},
		{"the objects as directory", "dir", func(r *row) any { return r.data }},
		{"count", "n", func(r *row) any { return r.n + 1 }},
		{"month", "month", func(*row) any { return "2020-01" }},
		{"audience", "aud", func(*row) any { return 2 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			p := w.file(t, newGenerator(6).envelope(20, 1))
			r, err := w.a.blockAt(t.Context(), w.db.Reader(), 1, p.Added)
			if err != nil {
				t.Fatal(err)
			}
			err = w.db.Write(t.Context(), func(tx *store.Tx) error {
				n, err := tx.Exec(t.Context(), `UPDATE block SET `+c.set+` = $1 WHERE log_id = 1 AND aud = 1 AND last = $2`, c.arg(r), r.last)
				if err == nil && n != 1 {
					err = errors.New("the block was not found")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			served := 0
			for _, aud := range []int32{1, 2} {
				err = errors.Join(err, w.a.Scan(t.Context(), w.db.Reader(), aud, 0, Want{Bytes: true}, func(Object) bool { served++; return true }))
			}
			if err == nil || served > 0 {
				t.Errorf("%d objects of a block whose %s was changed were served, %v", served, c.name, err)
			}
			if err != nil && !strings.Contains(err.Error(), "block") {
				t.Errorf("the error doesn't say which block: %v", err)
			}
			e, err := w.a.Entry(t.Context(), w.db.Reader(), p.Index)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.a.Contents(t.Context(), w.db.Reader(), e); err == nil {
				t.Error("and its contents can be had for a receipt")
			}
		})
	}
}

// Another log's keys open nothing.
func TestWithoutItsKeysTheArchiveIsClosed(t *testing.T) {
	w := open(t)
	w.fill(t)
	stranger := New(1, newTestKeys())
	err := stranger.Scan(t.Context(), w.db.Reader(), 1, 0, Want{}, func(Object) bool { t.Error("an object was read"); return false })
	if fault.KindOf(err) != fault.Gone {
		t.Errorf("%v; want gone, as the wrapper says of keys that it doesn't have", err)
	}
}

func TestNothingOfAFailedEntryIsKept(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		f := w.filing(t, newGenerator(8).envelope(50, 1))
		late := errors.New("a later step failed")
		f.write = func(context.Context, *store.Tx, store.Place) error { return late }
		if _, _, err := w.seq.Do(t.Context(), f); !errors.Is(err, late) {
			t.Fatal(err)
		}
		f.write = nil
		p := w.keep(t, f) // the same job again: Keep may be called twice
		if got := w.scan(t, 1, 0, Want{Bytes: true}); len(got) != 50 || got[0].At != p.Added || p.Index != 0 {
			t.Errorf("%d objects from index %d on", len(got), p.Index)
		}
	})
}
