package thing

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tocsin/observable"
	"tocsin/store"
	"tocsin/store/storetest"
)

func numbered(i int) observable.Thing {
	return observable.Thing{Kind: observable.Domain, Value: fmt.Sprintf("n%d.example", i)}
}

// all walks the journal in pages and gives what was touched, in pages of at most limit rows.
func (r register) all(t testing.TB, after, until int64, limit int) (out []int64, pages int) {
	t.Helper()
	for after < until {
		ts, upTo, err := r.Touched(t.Context(), r.db.Reader(), after, until, limit)
		must(t, err)
		if upTo <= after {
			t.Fatalf("the walk stands still at %d", after)
		}
		out, after = append(out, ts...), upTo
		pages++
	}
	slices.Sort(out)
	return slices.Compact(out), pages
}

// forget forgets all there is, and gives in how many pieces.
func (r register) forget(t testing.TB, until int64) (pieces int) {
	t.Helper()
	for more := true; more; pieces++ {
		r.write(t, func(tx *store.Tx) (err error) { _, more, err = r.Forget(t.Context(), tx, until); return err })
	}
	return pieces
}

// Whatever the page size, a reader learns of every thing that was touched.
func TestTouched(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		const n = 30
		var supports []Support
		for i := range n {
			supports = append(supports, Support{At: int64(10 + i), Thing: numbered(i), Aud: 1, Member: 5, Until: noon})
			if i%4 == 0 { // several things of one indicator
				for j := range 5 {
					supports = append(supports, Support{At: int64(10 + i), Thing: numbered(100 + 10*i + j), Aud: 1, Member: 5, Until: noon})
				}
			}
		}
		r.put(t, supports...)
		r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{10, 14, 15}, Taken, 100) })
		r.write(t, func(tx *store.Tx) error { return r.Expire(t.Context(), tx, []int64{16}, 103) })
		r.write(t, func(tx *store.Tx) error { return r.Join(t.Context(), tx, 17, 9, 104) })
		var every, changed []int64
		for _, s := range supports {
			every = append(every, r.Key(s.Thing))
			if s.At == 10 || s.At >= 14 && s.At <= 17 {
				changed = append(changed, r.Key(s.Thing))
			}
		}
		slices.Sort(every)
		slices.Sort(changed)
		for _, limit := range []int{1, 2, 3, 7, 1000} {
			got, pages := r.all(t, 0, 200, limit)
			if !slices.Equal(got, every) {
				t.Errorf("in pages of %d (%d of them): %d things were touched, not %d", limit, pages, len(got), len(every))
			}
			if got, _ := r.all(t, 99, 200, limit); !slices.Equal(got, changed) {
				t.Errorf("in pages of %d: %d things were changed, not %d", limit, len(got), len(changed))
			}
		}
		if got, _ := r.all(t, 104, 200, 10); len(got) != 0 {
			t.Errorf("after all of it %d were touched", len(got))
		}
		if got, _ := r.all(t, 103, 104, 10); !slices.Equal(got, []int64{r.Key(numbered(7))}) {
			t.Errorf("at 104 %v were touched", got)
		}
		// What was taken back up to then is gone, with its supports: it was touched no more.
		r.forget(t, 103)
		if got, _ := r.all(t, 99, 200, 10); !slices.Equal(got, []int64{r.Key(numbered(7))}) {
			t.Errorf("after forgetting up to 103: %v", got)
		}
	})
}

func TestBackings(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		r.put(t,
			Support{At: 1, Thing: bad, Aud: 1, Member: 5, Until: noon}, Support{At: 2, Thing: bad, Aud: 1, Member: 5, Until: noon.Add(time.Hour)},
			Support{At: 3, Thing: bad, Aud: 1, Member: 6, Until: noon}, Support{At: 4, Thing: bad, Aud: 2, Member: 5, Until: noon},
			Support{At: 5, Thing: bad, Aud: 2, Member: 6, Until: noon, State: Taken}, Support{At: 6, Thing: worse, Aud: 1, Member: 5, Until: noon, State: Expired})
		got, err := r.Backings(t.Context(), r.db.Reader(), []int64{r.Key(bad), r.Key(worse), 12345})
		must(t, err)
		want := []Backing{{r.Key(bad), 1, 5, noon.Add(time.Hour)}, {r.Key(bad), 1, 6, noon}, {r.Key(bad), 2, 5, noon}}
		if !slices.Equal(got, want) {
			t.Errorf("%+v back the thing, not %+v", got, want)
		}
		if got, err := r.Backings(t.Context(), r.db.Reader(), nil); err != nil || len(got) != 0 {
			t.Errorf("of nothing: %v, %v", got, err)
		}
	})
}

// More keys than one statement asks for.
func TestNames(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		var supports []Support
		var keys []int64
		for i := range 3*keysAtOnce + 5 {
			supports = append(supports, Support{At: int64(i), Thing: numbered(i), Aud: 1, Member: 5, Until: noon})
			keys = append(keys, r.Key(numbered(i)))
		}
		r.put(t, supports...)
		for _, n := range []int{0, 1, keysAtOnce - 1, keysAtOnce, keysAtOnce + 1, len(keys)} {
			got, err := r.Names(t.Context(), r.db.Reader(), append(keys[:n:n], 12345))
			must(t, err)
			if len(got) != n {
				t.Errorf("%d of %d things have a name", len(got), n)
			}
			for i := range n {
				if got[keys[i]] != numbered(i) {
					t.Errorf("thing %d is named %v", i, got[keys[i]])
				}
			}
			backings, err := r.Backings(t.Context(), r.db.Reader(), keys[:n])
			must(t, err)
			if len(backings) != n {
				t.Errorf("%d of %d things are backed", len(backings), n)
			}
		}
	})
}

// A value that was taken back is gone once all readers have passed that; one that
// somebody still reports, that only expired, or that changed again, is not.
func TestForgetDropsWhatWasTakenBack(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		sup := func(at int64, i int) Support {
			return Support{At: at, Thing: numbered(i), Aud: 1, Member: 5, Until: noon}
		}
		const gone, shared, expired, again, anew, late = 1, 2, 3, 4, 5, 6
		r.put(t, sup(10, gone), sup(11, shared), sup(12, shared), sup(13, expired), sup(14, again), sup(15, again), sup(16, anew), sup(17, late))
		r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{10, 11, 14, 16}, Taken, 100) })
		r.write(t, func(tx *store.Tx) error { return r.Expire(t.Context(), tx, []int64{13}, 104) })
		r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{15, 17}, Taken, 200) })
		r.put(t, sup(201, anew))
		there := func(when string, want ...int) {
			t.Helper()
			var keys, supported []int64
			for i := range 7 {
				keys = append(keys, r.Key(numbered(i)))
			}
			names, err := r.Names(t.Context(), r.db.Reader(), keys)
			must(t, err)
			var got []int
			for i, k := range keys {
				if _, ok := names[k]; ok {
					got = append(got, i)
				}
				all, err := r.Supports(t.Context(), r.db.Reader(), numbered(i), []int32{1})
				must(t, err)
				if len(all) > 0 {
					supported = append(supported, k)
				}
				if (len(all) > 0) != slices.Contains(want, i) {
					t.Errorf("%s, thing %d has %d supports", when, i, len(all))
				}
			}
			if !slices.Equal(got, want) || len(supported) != len(want) {
				t.Errorf("%s, things %v are there, not %v", when, got, want)
			}
		}
		r.forget(t, 99)
		there("before any change was passed", gone, shared, expired, again, anew, late)
		r.forget(t, 150)
		there("once the first changes were passed", shared, expired, again, anew, late)
		if rec := r.look(t, numbered(shared), 1); rec.All != 1 || rec.Reports != 1 {
			t.Errorf("what one of two takes back has %+v", rec)
		}
		if rec := r.look(t, numbered(expired), 1); rec.All != 1 || rec.Reports != 0 {
			t.Errorf("what expired has %+v", rec)
		}
		r.forget(t, 201)
		there("at the end", shared, expired, anew)
		r.put(t, sup(300, gone))
		if rec := r.look(t, numbered(gone), 1); rec.All != 1 || rec.First != 300 {
			t.Errorf("filed again it has %+v", rec)
		}
	})
}

// However many there are, in pieces.
func TestForgetInPieces(t *testing.T) {
	r := newRegister(t, storetest.Open(t))
	const n = 2*forgetAtOnce + 3
	var supports []Support
	for i := range n { // three indicators: the dates of two are cut
		supports = append(supports, Support{At: int64(10 + i/(n/3+1)), Thing: numbered(i), Aud: 1, Member: 5, Until: noon})
	}
	r.put(t, supports...)
	r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{10, 11, 12}, Taken, 100) })
	if pieces := r.forget(t, 200); pieces != 3 {
		t.Errorf("%d pieces", pieces)
	}
	for _, table := range []string{"thing", "support", "thing_change"} {
		var left int
		must(t, r.db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&left))
		if left != 0 {
			t.Errorf("%d rows are left in %s", left, table)
		}
	}
}

// What was taken back is in no page of the file, once it is forgotten and the log
// is folded in.
func TestTheFileForgets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	r := newRegister(t, storetest.OpenURL(t, file))
	secret := observable.Thing{Kind: observable.Email, Value: "jane.roe@mail.example"}
	r.put(t, Support{At: 10, Thing: secret, Aud: 1, Member: 5, Until: noon}, Support{At: 11, Thing: bad, Aud: 1, Member: 5, Until: noon})
	holds := func(value string) bool {
		t.Helper()
		must(t, r.db.Checkpoint(t.Context()))
		found := false
		for _, name := range []string{file, file + "-wal"} {
			b, err := os.ReadFile(name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			found = found || bytes.Contains(b, []byte(value))
		}
		return found
	}
	if !holds(secret.Value) {
		t.Fatal("the value is not found while it is kept: this test sees nothing")
	}
	r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{10}, Taken, 100) })
	r.forget(t, 100)
	if holds(secret.Value) || !holds(bad.Value) {
		t.Error("the file still holds a value that was taken back, or lost another one")
	}
}
