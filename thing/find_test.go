package thing

import (
	"strings"
	"testing"
	"time"

	"tocsin/observable"
	"tocsin/store"
	"tocsin/store/storetest"
)

// One value is looked up through its own index, not by walking through all supports.
func TestSupportsReadsOneThing(t *testing.T) {
	r := newRegister(t, storetest.Open(t))
	for _, text := range []string{supportsOf([]int32{1, 2, 3, 4}), supportsOf([]int32{1})} {
		rows, err := r.db.Reader().QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+text, 1, 2)
		must(t, err)
		var plan strings.Builder
		for rows.Next() {
			var a, b, c int
			var line string
			must(t, rows.Scan(&a, &b, &c, &line))
			plan.WriteString(line + "\n")
		}
		must(t, rows.Err())
		if !strings.Contains(plan.String(), "support_thing (log_id=? AND t=?)") {
			t.Errorf("SQLite would do this:\n%s", plan.String())
		}
	}
}

// Many at once are what one after the other is.
func TestLookMany(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		var supports []Support
		var ts []observable.Thing
		for i := range 2*keysAtOnce + 3 {
			ts = append(ts, numbered(i))
			for j := range i % 4 {
				supports = append(supports, Support{At: int64(1000*i + j), Thing: numbered(i), Aud: int32(1 + j%2), Member: int64(j), Until: noon.Add(time.Duration(i) * time.Hour), State: j % 3})
			}
		}
		r.put(t, supports...)
		for _, auds := range [][]int32{{1}, {2}, {1, 2}, {3}, nil} {
			many, err := r.LookMany(t.Context(), r.db.Reader(), append(ts, ts[1]), auds)
			must(t, err)
			for _, one := range ts {
				want, err := r.Look(t.Context(), r.db.Reader(), one, auds)
				got, known := many[one]
				if got.Taken > 0 && got.All == 0 { // alone it is not found any more
					known, got.Thing, got.Taken = false, observable.Thing{}, 0
				}
				if known != (err == nil) || known && got != want {
					t.Errorf("%v in %v: %+v and %v together, %+v and %v alone", one, auds, got, known, want, err)
				}
			}
		}
	})
}

func TestAt(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		r.put(t, Support{At: 1, Thing: bad, Aud: 1, Member: 5, Until: noon}, Support{At: 1, Thing: worse, Aud: 1, Member: 5, Until: noon}, Support{At: 2, Thing: bad, Aud: 2, Member: 6, Until: noon})
		r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{2}, Taken, 10) })
		got, err := r.At(t.Context(), r.db.Reader(), []int64{2, 1, 2, 77})
		must(t, err)
		if len(got) != 3 || got[0].T != r.Key(bad) || got[1].T != r.Key(worse) || got[2].At != 2 || got[2].State != Taken || got[2].Member != 6 || !got[2].Until.Equal(noon) {
			t.Errorf("%+v", got)
		}
		if got, err := r.At(t.Context(), r.db.Reader(), nil); err != nil || len(got) != 0 {
			t.Errorf("of nothing: %v, %v", got, err)
		}
	})
}
