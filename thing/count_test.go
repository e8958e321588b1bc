package thing

import (
	"slices"
	"testing"
	"time"

	"tocsin/observable"
	"tocsin/store"
)

func TestCounts(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		until := time.Now().Add(time.Hour)
		name := func(v string) observable.Thing { return observable.Thing{Kind: observable.Domain, Value: v} }
		r.put(t,
			Support{At: 10, Thing: name("a.example"), Aud: 2, Member: 1, Until: until},
			Support{At: 20, Thing: name("b.example"), Aud: 2, Member: 1, Until: until},
			Support{At: 20, Thing: name("c.example"), Aud: 2, Member: 1, Until: until},
			Support{At: 30, Thing: name("a.example"), Aud: 2, Member: 7, Until: until},
			Support{At: 40, Thing: name("a.example"), Aud: 16, Member: 7, Until: until})
		r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{20}, Taken, 50) })
		got, err := r.Counts(t.Context(), r.db.Reader(), 20)
		want := []Count{{2, 1, 1, 2}, {2, 7, 1, 1}, {16, 7, 1, 1}}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
		if got, err := r.Counts(t.Context(), r.db.Reader(), 41); err != nil || len(got) != 3 || got[0].Since+got[1].Since+got[2].Since != 0 {
			t.Errorf("since after the last: %v, %v", got, err)
		}
	})
}
