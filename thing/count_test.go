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
		want := []Count{{2, 0, 2, 1}, {2, 7, 0, 1}, {16, 0, 1, 1}, {16, 7, 0, 1}}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
		if got, err := r.Counts(t.Context(), r.db.Reader(), 41); err != nil || len(got) != 2 || got[0].Since+got[1].Since != 0 {
			t.Errorf("since after the last: %v, %v", got, err)
		}
		// Each count has a list with just what it counts; an indicator with two values, or two members, is one.
		r.put(t, Support{At: 60, Thing: name("d.example"), Aud: 2, Member: 1, Until: until}, Support{At: 60, Thing: name("e.example"), Aud: 2, Member: 1, Until: until},
			Support{At: 70, Thing: name("f.example"), Aud: 2, Member: 1, Until: until})
		r.write(t, func(tx *store.Tx) error {
			if err := r.Join(t.Context(), tx, 60, 7, 80); err != nil {
				return err
			}
			return r.Expire(t.Context(), tx, []int64{70}, 81)
		})
		for _, c := range []struct {
			wish Wish
			want []int64
		}{
			{Wish{Auds: []int32{2}, InForce: true, Limit: 9}, []int64{60, 30, 10}},
			{Wish{Auds: []int32{2}, Since: 20, Limit: 9}, []int64{70, 60, 30}},
			{Wish{Auds: []int32{2}, Since: 20, Member: 1, Limit: 9}, []int64{70, 60}},
			{Wish{Auds: []int32{2, 16}, Before: 60, Limit: 2}, []int64{40, 30}},
			{Wish{Limit: 9}, nil},
		} {
			list, err := r.List(t.Context(), r.db.Reader(), c.wish)
			var ats []int64
			for _, l := range list {
				ats = append(ats, l.At)
			}
			if err != nil || !slices.Equal(ats, c.want) {
				t.Errorf("%+v: %v, %v; want %v", c.wish, ats, err, c.want)
			}
		}
		if got, err := r.Counts(t.Context(), r.db.Reader(), 20); err != nil || got[0] != (Count{2, 0, 3, 3}) || got[1] != (Count{2, 1, 0, 2}) {
			t.Errorf("counted %v, %v", got, err)
		}
	})
}
