package defence

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
	"tocsin/thing"
)

func openSQLite(t testing.TB) *store.DB { return storetest.Open(t) }

// model is what a view must hold, computed the slow way from all supports.
type model struct {
	at     int64
	value  string
	aud    member.Audience
	member int64
	until  time.Time
	gone   bool
}

func expected(w *world, all []model, s member.Session, distrusted map[int64]bool) []string {
	items := map[string]Item{}
	who := map[string]map[int64]bool{}
	for _, m := range all {
		if m.gone || !slices.Contains(s.Audiences, m.aud) || distrusted[m.member] && m.aud < member.FirstGroup {
			continue
		}
		i := items[m.value]
		i.Thing = w.thing(m.value)
		if m.until.After(i.Until) {
			i.Until = m.until
		}
		if who[m.value] == nil {
			who[m.value] = map[int64]bool{}
		}
		who[m.value][m.member] = true
		i.Members = len(who[m.value])
		items[m.value] = i
	}
	out := []string{}
	for _, v := range slices.Sorted(maps.Keys(items)) {
		out = append(out, show(items[v]))
	}
	return out
}

// TestFoldingEqualsCounting: whatever is filed, taken back, expired or handed
// over, in whatever steps it is folded, each view holds what counting all
// supports anew gives; and who applies the changes since any earlier state to
// that state has the present one.
func TestFoldingEqualsCounting(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	w := newWorld(t, db, newKeys(t))
	acme, borg, cyan := w.member("acme"), w.member("borg"), w.member("cyan")
	g, err := w.members.AddGroup(t.Context(), "banks", []string{"acme", "borg"})
	if err != nil {
		t.Fatal(err)
	}
	w.trust("cyan", "borg", member.TrustAlert)
	who := []member.Session{w.session(acme.Member.Name), w.session(borg.Member.Name), w.session(cyan.Member.Name)}
	distrust := []map[int64]bool{nil, nil, {int64(borg.Member.ID): true}}
	var all []model
	rapid.Check(t, func(rt *rapid.T) {
		w.TB = t
		before := make([]View, len(who))
		lists := make([]map[string]string, len(who))
		for i, s := range who {
			before[i] = w.view(s)
			lists[i] = byValue(w.list(before[i].ID))
		}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			step(rt, w, who, g.Audience, &all)
		}
		for i, s := range who {
			v := w.view(s)
			got := w.list(v.ID)
			if want := expected(w, all, s, distrust[i]); !slices.Equal(got, want) {
				rt.Fatalf("%s has\n%q, want\n%q", s.Member.Name, got, want)
			}
			cs, ok := w.changes(v.ID, before[i].Serial)
			if !ok {
				rt.Fatalf("the changes since %d are not known", before[i].Serial)
			}
			if len(cs) > 0 && v.Serial <= before[i].Serial {
				rt.Fatalf("the serial went from %d to %d with changes", before[i].Serial, v.Serial)
			}
			for _, c := range cs {
				lists[i][c.Item.Thing.Value] = show(c.Item)
				if c.Op == Removed {
					delete(lists[i], c.Item.Thing.Value)
				}
			}
			if now := byValue(got); !maps.Equal(lists[i], now) {
				rt.Fatalf("applying %v gives %v, not %v", cs, lists[i], now)
			}
		}
	})
}

func byValue(list []string) map[string]string {
	out := map[string]string{}
	for _, l := range list {
		var kind, value string
		fmt.Sscan(l, &kind, &value)
		out[value] = l
	}
	return out
}

func step(rt *rapid.T, w *world, who []member.Session, group member.Audience, all *[]model) {
	s := rapid.SampledFrom(who).Draw(rt, "who")
	inForce := []int{}
	for i, m := range *all {
		if !m.gone {
			inForce = append(inForce, i)
		}
	}
	what := rapid.SampledFrom([]string{"file", "file", "recall", "expire", "hand over", "fold"}).Draw(rt, "what")
	if len(inForce) == 0 {
		what = "file"
	}
	switch what {
	case "file":
		aud := rapid.SampledFrom([]member.Audience{member.AudienceGreen, member.AudienceAmber, group}).Draw(rt, "audience")
		value := rapid.SampledFrom([]string{"a.example", "b.example", "192.0.2.1", "http://c.example/x", "198.51.100.0/24"}).Draw(rt, "value")
		until := inAYear().AddDate(0, 0, rapid.IntRange(0, 2).Draw(rt, "days"))
		at := w.file(s, aud, until, value)
		*all = append(*all, model{at: at, value: value, aud: aud, member: int64(s.Member.ID), until: until})
	case "fold":
		if _, err := w.views.catchUp(w.Context()); err != nil {
			rt.Fatal(err)
		}
	default:
		m := &(*all)[rapid.SampledFrom(inForce).Draw(rt, "which")]
		switch what {
		case "recall":
			w.recall(m.at)
			m.gone = true
		case "expire":
			w.expire(m.at)
			m.gone = true
		default:
			w.handOver(m.at, s)
			m.member = int64(s.Member.ID)
		}
	}
}

// TestInPieces: more than one transaction's worth, in one report and in one
// recall, arrives whole; a view that is made later is the same.
func TestInPieces(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme := w.member("acme")
		first := w.view(acme)
		const n = 2*foldAtOnce + 7
		values := make([]string, n)
		for i := range values {
			values[i] = fmt.Sprintf("h%05d.example", i)
		}
		at := w.file(acme, member.AudienceGreen, inAYear(), values...)
		if got := len(w.list(w.view(acme).ID)); got != n {
			t.Fatalf("%d of %d values", got, n)
		}
		if cs, ok := w.changes(first.ID, first.Serial); !ok || len(cs) != n {
			t.Errorf("the journal has %d changes of %d, %v", len(cs), n, ok)
		}
		ats := make([]int64, n-1)
		for i := range ats {
			ats[i] = at + int64(i)
		}
		w.recall(ats...)
		if got := w.values(acme); got != values[n-1] {
			t.Errorf("after the recall %q", got)
		}
		// Another view reads all of it from the start.
		w.member("borg")
		w.trust("borg", "acme", member.TrustNone)
		w.file(w.session("borg"), member.AudienceGreen, inAYear(), "own.example")
		if got := w.values(w.session("borg")); got != "own.example" {
			t.Errorf("a later view of one that ignores acme has %q", got)
		}
	})
}

// TestOneIndicatorManyThings: what one indicator names is never cut in two.
func TestOneIndicatorManyThings(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme := w.member("acme")
		const n = foldAtOnce + 50
		w.do(1, func(ctx ctxt, tx *store.Tx, p store.Place) error {
			var out []thing.Support
			for i := range n {
				out = append(out, thing.Support{At: p.Added, Thing: w.thing(fmt.Sprintf("h%05d.example", i)), Aud: 2, Member: int64(acme.Member.ID), Until: inAYear()})
			}
			return w.things.Put(ctx, tx, out)
		})
		w.file(acme, member.AudienceGreen, inAYear(), "last.example")
		if got := len(w.list(w.view(acme).ID)); got != n+1 {
			t.Errorf("%d of %d values", got, n+1)
		}
	})
}

func TestPick(t *testing.T) {
	at := func(id, pos int64) row { return row{id: id, pos: pos} }
	young := func(id, pos int64) row { return row{id: id, pos: pos, born: 100} }
	for _, c := range []struct {
		name string
		all  []row
		head int64
		want []int64
	}{
		{"none", nil, 5, nil},
		{"all at the head", []row{at(1, 5), at(2, 5)}, 5, nil},
		{"those that lag most", []row{at(1, 4), at(2, 3), at(3, 3)}, 5, []int64{2, 3}},
		{"those that are read before those that are made", []row{young(1, 0), at(2, 4), young(3, 4)}, 5, []int64{2}},
		{"the furthest of those that are made", []row{young(1, 0), at(2, 5), young(3, 4), young(4, 4)}, 5, []int64{3, 4}},
		{"ahead of what this process has seen", []row{at(1, 9), at(2, 3)}, 5, []int64{2}},
	} {
		var got []int64
		for _, r := range pick(c.all, c.head) {
			got = append(got, r.id)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestManyViews: more views than one transaction may write are all brought to the head.
func TestManyViews(t *testing.T) {
	w := newWorld(t, openSQLite(t), newKeys(t))
	acme := w.member("acme")
	const views, n = 12, foldAtOnce
	var who []member.Session
	for i := range views {
		name := fmt.Sprintf("m%d", i)
		w.member(name)
		if _, err := w.members.AddGroup(t.Context(), "g"+name, []string{name}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range views {
		s := w.session(fmt.Sprintf("m%d", i))
		w.view(s)
		who = append(who, s)
	}
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("h%05d.example", i)
	}
	w.file(acme, member.AudienceGreen, inAYear(), values...)
	steps := 0
	for did := true; did; steps++ {
		var err error
		if did, err = w.views.fold(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := views*n/itemsAtOnce + 1; steps != want {
		t.Errorf("%d transactions for %d views, want %d", steps, views, want)
	}
	for _, s := range who {
		if got := len(w.list(w.view(s).ID)); got != n {
			t.Errorf("%s has %d of %d values", s.Member.Name, got, n)
		}
	}
}
