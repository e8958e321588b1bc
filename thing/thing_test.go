package thing

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// register is a register in a database.
type register struct {
	*Things
	db *store.DB
}

func newRegister(t testing.TB, db *store.DB) register {
	t.Helper()
	must(t, Migrate(t.Context(), db))
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	must(t, err)
	return register{New(1, keys), db}
}

func engines(t *testing.T, f func(t *testing.T, r register)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { f(t, newRegister(t, open(t))) })
}

func (r register) write(t testing.TB, f func(tx *store.Tx) error) {
	t.Helper()
	must(t, r.db.Write(t.Context(), f))
}

func (r register) put(t testing.TB, supports ...Support) {
	t.Helper()
	r.write(t, func(tx *store.Tx) error { return r.Put(t.Context(), tx, supports) })
}

func (r register) look(t testing.TB, th observable.Thing, auds ...int32) Record {
	t.Helper()
	rec, err := r.Look(t.Context(), r.db.Reader(), th, auds)
	if fault.KindOf(err) == fault.NotFound {
		return Record{}
	}
	must(t, err)
	return rec
}

var (
	bad   = observable.Thing{Kind: observable.Domain, Value: "bad.example"}
	worse = observable.Thing{Kind: observable.Domain, Value: "worse.example"}
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

// counts are the numbers of a record, for comparison.
type counts struct{ reporters, reports, all int }

func (rec Record) counts() counts { return counts{rec.Reporters, rec.Reports, rec.All} }

func TestCounting(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		r.put(t,
			Support{At: 10, Thing: bad, Aud: 1, Member: 5, Until: noon},
			Support{At: 11, Thing: bad, Aud: 1, Member: 5, Until: noon.Add(time.Hour)},
			Support{At: 12, Thing: bad, Aud: 2, Member: 6, Until: noon.Add(3 * time.Hour)},
			Support{At: 12, Thing: worse, Aud: 2, Member: 6, Until: noon},
			Support{At: 13, Thing: bad, Aud: 3, Member: 7, Until: noon.Add(2 * time.Hour)},
		)
		for _, c := range []struct {
			auds        []int32
			want        counts
			first, last int64
			until       time.Time
		}{
			{[]int32{1}, counts{1, 2, 2}, 10, 11, noon.Add(time.Hour)},
			{[]int32{2}, counts{1, 1, 1}, 12, 12, noon.Add(3 * time.Hour)},
			{[]int32{1, 3}, counts{2, 3, 3}, 10, 13, noon.Add(2 * time.Hour)},
			{[]int32{1, 2, 3, 99}, counts{3, 4, 4}, 10, 13, noon.Add(3 * time.Hour)},
		} {
			rec := r.look(t, bad, c.auds...)
			if rec.counts() != c.want || rec.First != c.first || rec.Last != c.last || !rec.Until.Equal(c.until) || !rec.InForce() || rec.Thing != bad {
				t.Errorf("over audiences %v: %+v", c.auds, rec)
			}
		}
		for _, auds := range [][]int32{{4}, {}, nil, {-1}} {
			if _, err := r.Look(t.Context(), r.db.Reader(), bad, auds); fault.KindOf(err) != fault.NotFound {
				t.Errorf("over audiences %v: %v", auds, err)
			}
		}
		if _, err := r.Look(t.Context(), r.db.Reader(), observable.Thing{Kind: observable.URL, Value: "bad.example"}, []int32{1}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the same value of another kind: %v", err)
		}
	})
}

// A thing is in force while one indicator that was not taken back supports it.
func TestStates(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		for at := range int64(3) {
			r.put(t, Support{At: at, Thing: bad, Aud: 1, Member: 5 + at, Until: noon})
		}
		steps := []struct {
			name string
			do   func(tx *store.Tx) error
			want counts
		}{
			{"one expires", func(tx *store.Tx) error { return r.Expire(t.Context(), tx, []int64{0}, 100) }, counts{2, 2, 3}},
			{"one is taken back", func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{1}, Taken, 101) }, counts{1, 1, 2}},
			{"expiry of what was taken back", func(tx *store.Tx) error { return r.Expire(t.Context(), tx, []int64{1}, 102) }, counts{1, 1, 2}},
			{"the last expires", func(tx *store.Tx) error { return r.Expire(t.Context(), tx, []int64{2}, 103) }, counts{0, 0, 2}},
			{"the rest is taken back", func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{0, 2}, Taken, 104) }, counts{0, 0, 0}},
			{"one comes back", func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{2}, InForce, 106) }, counts{1, 1, 1}},
		}
		for _, s := range steps {
			r.write(t, s.do)
			rec := r.look(t, bad, 1)
			if rec.counts() != s.want || rec.InForce() != (s.want.reports > 0) {
				t.Errorf("after %s: %+v, not %+v", s.name, rec.counts(), s.want)
			}
		}
	})
}

// An indicator that names several things, or one thing twice, supports each; its
// state is changed for all of them.
func TestSeveralThingsOfOneIndicator(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		r.put(t,
			Support{At: 1, Thing: bad, Aud: 1, Member: 5, Until: noon}, Support{At: 1, Thing: worse, Aud: 1, Member: 5, Until: noon},
			Support{At: 1, Thing: bad, Aud: 1, Member: 5, Until: noon}, Support{At: 2, Thing: worse, Aud: 1, Member: 6, Until: noon})
		all, err := r.Supports(t.Context(), r.db.Reader(), worse, []int32{1})
		must(t, err)
		if len(all) != 2 || all[0].At != 1 || all[1].At != 2 || all[1].Member != 6 || !all[0].Until.Equal(noon) {
			t.Errorf("the supports are %+v", all)
		}
		r.write(t, func(tx *store.Tx) error { return r.SetState(t.Context(), tx, []int64{1}, Taken, 50) })
		if rec := r.look(t, bad, 1); rec.All != 0 {
			t.Errorf("of what was taken back: %+v", rec)
		}
		if rec := r.look(t, worse, 1); rec.counts() != (counts{1, 1, 1}) {
			t.Errorf("of what another indicator supports: %+v", rec)
		}
	})
}

// Two members that file one indicator are two reporters of one report; each takes
// back its own, and may file it again.
func TestJoinAndLeave(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		r.put(t, Support{At: 1, Thing: bad, Aud: 1, Member: 5, Until: noon}, Support{At: 1, Thing: worse, Aud: 1, Member: 5, Until: noon}, Support{At: 2, Thing: bad, Aud: 1, Member: 6, Until: noon})
		for i, c := range []struct {
			what func(tx *store.Tx) error
			want counts
		}{
			{func(tx *store.Tx) error { return r.Join(t.Context(), tx, 1, 7, 50) }, counts{3, 2, 2}},
			{func(tx *store.Tx) error { return r.Join(t.Context(), tx, 1, 7, 51) }, counts{3, 2, 2}},
			{func(tx *store.Tx) error { return r.Leave(t.Context(), tx, 1, 5, 52) }, counts{2, 2, 2}},
			{func(tx *store.Tx) error { return r.Join(t.Context(), tx, 1, 5, 53) }, counts{3, 2, 2}},
			{func(tx *store.Tx) error { return r.Leave(t.Context(), tx, 1, 7, 54) }, counts{2, 2, 2}},
			{func(tx *store.Tx) error { return r.Leave(t.Context(), tx, 1, 5, 55) }, counts{1, 1, 1}},
			{func(tx *store.Tx) error { return r.Join(t.Context(), tx, 9, 5, 56) }, counts{1, 1, 1}},
		} {
			r.write(t, c.what)
			if rec := r.look(t, bad, 1); rec.counts() != c.want {
				t.Errorf("after step %d: %+v, not %+v", i, rec, c.want)
			}
		}
	})
}

func TestDue(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		r.put(t,
			Support{At: 1, Thing: bad, Aud: 1, Member: 5, Until: noon.Add(-time.Second)},
			Support{At: 2, Thing: bad, Aud: 2, Member: 5, Until: noon}, Support{At: 2, Thing: worse, Aud: 2, Member: 5, Until: noon},
			Support{At: 3, Thing: bad, Aud: 1, Member: 5, Until: noon.Add(time.Second)},
			Support{At: 4, Thing: bad, Aud: 1, Member: 5, Until: noon, State: Taken},
			Support{At: 5, Thing: bad, Aud: 1, Member: 5, Until: noon, State: Expired},
		)
		due := func(now time.Time, limit int) (ats []int64, auds []int32) {
			t.Helper()
			all, err := r.Due(t.Context(), r.db.Reader(), now, limit)
			must(t, err)
			for _, s := range all {
				ats, auds = append(ats, s.At), append(auds, s.Aud)
			}
			return ats, auds
		}
		if ats, auds := due(noon, 10); !slices.Equal(ats, []int64{1, 2}) || !slices.Equal(auds, []int32{1, 2}) {
			t.Errorf("at noon %v of audiences %v are due", ats, auds)
		}
		if ats, _ := due(noon, 1); !slices.Equal(ats, []int64{1}) {
			t.Errorf("at most one: %v", ats)
		}
		if ats, _ := due(noon.Add(-2*time.Second), 10); len(ats) != 0 {
			t.Errorf("before noon %v are due", ats)
		}
		r.write(t, func(tx *store.Tx) error { return r.Expire(t.Context(), tx, []int64{1, 2}, 50) })
		if ats, _ := due(noon, 10); len(ats) != 0 {
			t.Errorf("expired twice: %v", ats)
		}
		if ats, _ := due(noon.Add(time.Second), 10); !slices.Equal(ats, []int64{3}) {
			t.Errorf("a second later %v are due", ats)
		}
	})
}

// Whatever happens in whatever order, a record is what a simple count says.
func TestCountsAreTheModels(t *testing.T) {
	r := newRegister(t, storetest.Open(t))
	run := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		run++
		th := observable.Thing{Kind: observable.Domain, Value: "model.example"}
		base := run * 1000
		offset := int32(run * 10) // audiences of this run alone
		model := map[int64]*Support{}
		for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			at := base + int64(rapid.IntRange(0, len(model)).Draw(rt, "at"))
			s := model[at]
			r.write(t, func(tx *store.Tx) error {
				if s == nil {
					s = &Support{At: at, Thing: th, Aud: offset + int32(rapid.IntRange(0, 2).Draw(rt, "aud")), Member: int64(rapid.IntRange(1, 3).Draw(rt, "member")), Until: noon.Add(time.Duration(i) * time.Hour)}
					model[at] = s
					return r.Put(t.Context(), tx, []Support{*s})
				}
				switch cause := base + 500 + int64(i); rapid.IntRange(0, 2).Draw(rt, "what") {
				case 0:
					s.State = Taken
					return r.SetState(t.Context(), tx, []int64{at}, Taken, cause)
				case 1:
					if s.State == InForce {
						s.State = Expired
					}
					return r.Expire(t.Context(), tx, []int64{at}, cause)
				default:
					was := s.Member
					s.Member = 9
					if err := r.Join(t.Context(), tx, at, 9, cause); err != nil || was == 9 {
						return err
					}
					return r.Leave(t.Context(), tx, at, was, cause)
				}
			})
		}
		auds := []int32{offset, offset + 1}
		var want counts
		who := map[int64]bool{}
		for _, s := range model {
			if s.State == Taken || !slices.Contains(auds, s.Aud) {
				continue
			}
			want.all++
			if s.State == InForce {
				want.reports++
				who[s.Member] = true
			}
		}
		want.reporters = len(who)
		if got := r.look(t, th, auds...).counts(); got != want {
			rt.Fatalf("counted %+v, not %+v", got, want)
		}
	})
}

// The register's key hides which thing it is from who lacks the keys folder.
func TestKeyIsKeyed(t *testing.T) {
	a, b := newRegister(t, storetest.Open(t)), newRegister(t, storetest.Open(t))
	if a.Key(bad) == b.Key(bad) {
		t.Error("two keys folders give one key")
	}
	seen := map[int64]observable.Thing{}
	for _, th := range []observable.Thing{bad, worse, {Kind: observable.URL, Value: "bad.example"}, {Kind: "domainb", Value: "ad.example"}} {
		k := a.Key(th)
		if k < 0 {
			t.Errorf("the key of %v is negative", th)
		}
		if other, ok := seen[k]; ok {
			t.Errorf("%v and %v have one key", th, other)
		}
		seen[k] = th
	}
}

func TestKinds(t *testing.T) {
	for i, k := range Kinds() {
		code, err := KindCode(k)
		if err != nil || code != i+1 || KindOf(code) != k {
			t.Errorf("kind %s has number %d, %v", k, code, err)
		}
	}
	if _, err := KindCode("nonsense"); err == nil {
		t.Error("a kind that doesn't exist has a number")
	}
	if KindOf(0) != "" || KindOf(len(Kinds())+1) != "" {
		t.Error("numbers beyond the list have a kind")
	}
	engines(t, func(t *testing.T, r register) {
		err := r.db.Write(t.Context(), func(tx *store.Tx) error {
			return r.Put(t.Context(), tx, []Support{{At: 1, Thing: observable.Thing{Kind: "nonsense", Value: "x"}, Aud: 1, Until: noon}})
		})
		if err == nil {
			t.Error("a thing of an unknown kind was kept")
		}
	})
}

// What was filed as taken back left no mark, so only asking erases it.
func TestEraseWhatLeftNoMark(t *testing.T) {
	engines(t, func(t *testing.T, r register) {
		r.put(t, Support{At: 10, Thing: bad, Aud: 1, Member: 5, Until: noon, State: Taken})
		h := NewHolder(r.Things)
		items, err := h.Find(t.Context(), r.db.Reader(), []string{bad.Value})
		must(t, err)
		if len(items) != 1 {
			t.Fatalf("found %+v", items)
		}
		r.write(t, func(tx *store.Tx) error { return h.Erase(t.Context(), tx, items[0]) })
		all, err := r.Supports(t.Context(), r.db.Reader(), bad, []int32{1})
		must(t, err)
		if items, err = h.Find(t.Context(), r.db.Reader(), []string{bad.Value}); err != nil || len(items) != 0 || len(all) != 0 {
			t.Errorf("left are %+v and %d supports, %v", items, len(all), err)
		}
	})
}
