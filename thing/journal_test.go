package thing

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/observable"
	"tocsin/store"
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
		r.write(t, func(tx *store.Tx) error { return r.SetMember(t.Context(), tx, 17, 9, 104) })
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
		r.write(t, func(tx *store.Tx) error { return r.Forget(t.Context(), tx, 103) })
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
