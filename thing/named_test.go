package thing

import (
	"slices"
	"testing"
	"testing/fstest"

	"tocsin/observable"
	"tocsin/store"
	"tocsin/store/storetest"
)

// What a run of indicators names: each value once, only of the audiences and dates
// that were asked for, also what was taken back.
func TestNamed(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		hash := observable.Thing{Kind: observable.MD5, Value: "d41d8cd98f00b204e9800998ecf8427e"}
		r.put(t,
			Support{At: 9, Thing: numbered(1), Aud: 1, Member: 5, Until: noon},
			Support{At: 10, Thing: numbered(2), Aud: 1, Member: 5, Until: noon},
			Support{At: 10, Thing: hash, Aud: 1, Member: 5, Until: noon},
			Support{At: 11, Thing: numbered(2), Aud: 1, Member: 6, Until: noon, State: Expired},
			Support{At: 12, Thing: numbered(3), Aud: 2, Member: 6, Until: noon},
			Support{At: 13, Thing: numbered(4), Aud: 1, Member: 6, Until: noon})
		r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{11}, Taken, 20) })
		kind := numbered(1).Kind
		for _, c := range []struct {
			from, until int64
			auds        []int32
			want        []KindCount
		}{
			{10, 12, []int32{1}, []KindCount{{kind, 1}, {observable.MD5, 1}}},
			{10, 12, []int32{1, 2}, []KindCount{{kind, 2}, {observable.MD5, 1}}},
			{9, 13, []int32{1}, []KindCount{{kind, 3}, {observable.MD5, 1}}},
			{11, 11, []int32{1}, []KindCount{{kind, 1}}},
			{14, 99, []int32{1}, nil},
			{9, 13, nil, nil},
		} {
			got, err := r.CountNamed(t.Context(), r.db.Reader(), c.from, c.until, c.auds)
			must(t, err)
			slices.SortFunc(got, func(a, b KindCount) int { return codeOf(t, a.Kind) - codeOf(t, b.Kind) })
			slices.SortFunc(c.want, func(a, b KindCount) int { return codeOf(t, a.Kind) - codeOf(t, b.Kind) })
			if !slices.Equal(got, c.want) {
				t.Errorf("%d to %d in %v: %v, not %v", c.from, c.until, c.auds, got, c.want)
			}
			each, err := r.Named(t.Context(), r.db.Reader(), c.from, c.until, c.auds)
			must(t, err)
			seen, n := map[int64]bool{}, 0
			for _, one := range each {
				if one.At < c.from || one.At > c.until {
					t.Errorf("%d stands outside", one.At)
				}
				if !seen[one.T] {
					seen[one.T], n = true, n+1
				}
			}
			for _, k := range c.want {
				n -= k.N
			}
			if n != 0 {
				t.Errorf("%d to %d in %v: %v one by one", c.from, c.until, c.auds, each)
			}
		}
	})
}

func codeOf(t *testing.T, k observable.Kind) int {
	t.Helper()
	n, err := KindCode(k)
	must(t, err)
	return n
}

// What was kept before the kind stood beside it is counted like the rest.
func TestKindOfOldSupports(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		first, err := schema.ReadFile("schema/0001_thing.sql")
		must(t, err)
		must(t, db.Migrate(t.Context(), "thing", fstest.MapFS{"0001_thing.sql": {Data: first}}))
		must(t, db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO thing (log_id, t, kind, value) VALUES (1, 7, 2, 'a.example')`)
			if err == nil {
				_, err = tx.Exec(t.Context(), `INSERT INTO support (log_id, at, k, t, aud, member, until, state) VALUES (1, 10, 0, 7, 1, 5, 0, 0), (1, 11, 0, 8, 1, 5, 0, 2)`)
			}
			return err
		}))
		r := newRegister(t, db)
		got, err := r.Named(t.Context(), db.Reader(), 0, 20, []int32{1})
		must(t, err)
		if want := []Name{{10, 7, KindOf(2)}, {11, 8, ""}}; !slices.Equal(got, want) {
			t.Errorf("%v, not %v", got, want)
		}
	})
}
