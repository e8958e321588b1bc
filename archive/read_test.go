package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

// both runs a test on both engines with an archive of its own.
func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { test(t, begin(t, open(t))) })
}

// scan gives everything that a scan gives.
func (w *world) scan(t testing.TB, aud int32, after int64, want Want) (out []Object) {
	t.Helper()
	err := w.a.Scan(t.Context(), w.db.Reader(), aud, after, want, func(o Object) bool {
		o.Raw = slices.Clone(o.Raw)
		out = append(out, o)
		return true
	})
	if err != nil {
		t.Fatalf("scan: %v", err)
	}
	return out
}

// kept is a slot with the place where it must be found.
type kept struct {
	Slot
	at, idx, n int64
}

// fill files envelopes for three audiences, several blocks each, and gives what
// must be there, per audience in the order of the log.
func (w *world) fill(t testing.TB) map[int32][]kept {
	t.Helper()
	g := newGenerator(42)
	out := map[int32][]kept{}
	for i, n := range []int{1, 250, 40, 400, 3} {
		var slots []Slot
		for k := range n {
			slots = append(slots, g.object(int32(1+(i+k)%3)))
		}
		slots = Arrange(slots)
		p := w.file(t, slots)
		for k, s := range slots {
			out[s.Aud] = append(out[s.Aud], kept{s, p.Added + int64(k), p.Index, int64(k)})
		}
	}
	return out
}

func same(t testing.TB, what string, got []Object, want []kept, bytes bool) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d objects, want %d", what, len(got), len(want))
		return
	}
	for i, o := range got {
		k := want[i]
		if o.At != k.at || o.Index != k.idx || o.N != k.n || o.Aud != k.Aud || o.ID != k.ID || o.Version != k.Version {
			t.Errorf("%s: object %d is %+v, want %+v", what, i, o, k)
			return
		}
		if bytes && string(o.Raw) != string(k.Raw) || !bytes && o.Raw != nil {
			t.Errorf("%s: object %d has other bytes: %.80s", what, i, o.Raw)
			return
		}
		if o.Position() != (Position{k.idx, k.n}) {
			t.Errorf("%s: object %d is at %v", what, i, o.Position())
		}
	}
}

func TestAScanGivesAnAudienceItsObjectsInOrder(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		all := w.fill(t)
		for aud, want := range all {
			same(t, "with bytes", w.scan(t, aud, 0, Want{Bytes: true}), want, true)
			same(t, "without bytes", w.scan(t, aud, 0, Want{}), want, false)
			for _, i := range []int{0, 1, len(want) / 2, len(want) - 2, len(want) - 1} {
				same(t, fmt.Sprintf("after object %d", i), w.scan(t, aud, want[i].at, Want{Bytes: true}), want[i+1:], true)
				same(t, fmt.Sprintf("until object %d", i), w.scan(t, aud, 0, Want{Until: want[i].at}), want[:i+1], false)
			}
			same(t, "between", w.scan(t, aud, want[10].at, Want{Until: want[20].at}), want[11:21], false)
			same(t, "until just before the first", w.scan(t, aud, 0, Want{Until: want[0].at - 1}), nil, false)
		}
		if got := w.scan(t, 9, 0, Want{}); len(got) != 0 {
			t.Errorf("an audience without objects has %d", len(got))
		}
	})
}

func TestAScanStopsWhenItIsTold(t *testing.T) {
	w := open(t)
	want := w.fill(t)[2]
	for _, n := range []int{1, 2, 100} {
		got := 0
		err := w.a.Scan(t.Context(), w.db.Reader(), 2, 0, Want{}, func(Object) bool { got++; return got < n })
		if err != nil || got != n {
			t.Errorf("%d objects of %d, %v; was to stop after %d", got, len(want), err, n)
		}
	}
}

func TestAScanOfSomeTypes(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		all := w.fill(t)[1]
		rare := Slot{Aud: 1, ID: "x-rare--" + "11111111-1111-4111-8111-111111111111", Raw: []byte(`{"type":"x-rare"}`)}
		p := w.file(t, []Slot{rare})
		all = append(all, kept{rare, p.Added, p.Index, 0})
		for _, types := range [][]string{{"indicator"}, {"report", "malware"}, {"x-rare"}, {"tool"}, {"indicator", "relationship", "malware", "report", "x-rare"}} {
			var want []kept
			for _, k := range all {
				if slices.Contains(types, typeOf(k.ID)) {
					want = append(want, k)
				}
			}
			same(t, fmt.Sprint(types), w.scan(t, 1, 0, Want{Types: TypeMask(types), Bytes: true}), want, true)
		}
	})
}

func TestOlderVersionsAreLeftOutUnlessAsked(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id := "indicator--22222222-2222-4222-8222-222222222222"
		version := func(n int) Slot {
			v := fmt.Sprintf("2026-01-0%dT00:00:00Z", n)
			return Slot{Aud: 1, ID: id, Version: v, Raw: []byte(`{"modified":"` + v + `"}`)}
		}
		first := w.file(t, []Slot{version(2), newGenerator(1).object(1)})
		f := w.filing(t, []Slot{version(3)})
		f.write = func(ctx context.Context, tx *store.Tx, p store.Place) error {
			return w.a.Supersede(ctx, tx, id, 1, first.Added)
		}
		second := w.keep(t, f)
		// A version that comes late is older from its first moment.
		f = w.filing(t, []Slot{version(1)})
		f.older = func(p store.Place) map[int64]int32 { return map[int64]int32{p.Added: 1} }
		third := w.keep(t, f)
		var newest, every []int64
		for _, o := range w.scan(t, 1, 0, Want{}) {
			newest = append(newest, o.At)
		}
		for _, o := range w.scan(t, 1, 0, Want{Versions: true}) {
			every = append(every, o.At)
		}
		if want := []int64{first.Added + 1, second.Added}; !slices.Equal(newest, want) {
			t.Errorf("newest versions at %v, want %v", newest, want)
		}
		if want := []int64{first.Added, first.Added + 1, second.Added, third.Added}; !slices.Equal(every, want) {
			t.Errorf("all versions at %v, want %v", every, want)
		}
		found, err := w.a.Find(t.Context(), w.db.Reader(), []int32{1}, []string{id}, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := []Stored{
			{ID: id, At: first.Added, Aud: 1, Ver: VersionMicro("2026-01-02T00:00:00Z"), Member: 5, State: Older},
			{ID: id, At: second.Added, Aud: 1, Ver: VersionMicro("2026-01-03T00:00:00Z"), Member: 5, State: Newest},
			{ID: id, At: third.Added, Aud: 1, Ver: VersionMicro("2026-01-01T00:00:00Z"), Member: 5, State: Older},
		}
		if !slices.Equal(found, want) {
			t.Errorf("found %+v, want %+v", found, want)
		}
	})
}

func TestFindLooksInTheAudiencesThatItIsGiven(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		all := w.fill(t)
		var ids []string
		for i, k := range all[1] {
			if i%2 == 0 { // more than one statement's worth
				ids = append(ids, k.ID, k.ID)
			}
		}
		ids = append(ids, all[2][0].ID, "indicator--unknown")
		find := func(auds []int32, after int64) []Stored {
			out, err := w.a.Find(t.Context(), w.db.Reader(), auds, ids, after)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		got := find([]int32{1}, 0)
		if want := (len(all[1]) + 1) / 2; len(got) != want || !slices.IsSortedFunc(got, func(a, b Stored) int { return int(a.At - b.At) }) {
			t.Errorf("%d found, want %d, by date", len(got), want)
		}
		for _, s := range got {
			if s.Aud != 1 || !slices.Contains(ids, s.ID) {
				t.Errorf("%+v was not asked for", s)
			}
		}
		if n := len(find([]int32{1, 2}, 0)); n != len(got)+1 {
			t.Errorf("%d found in two audiences, want %d", n, len(got)+1)
		}
		if n := len(find(nil, 0)) + len(find([]int32{7}, 0)); n != 0 {
			t.Errorf("%d found in no audience", n)
		}
		if n := len(find([]int32{1}, got[0].At)); n != len(got)-1 {
			t.Errorf("%d found after the first, want %d", n, len(got)-1)
		}
	})
}

func TestAtGivesOneObject(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		all := w.fill(t)
		for aud, ks := range all {
			for _, i := range []int{0, 1, len(ks) / 2, len(ks) - 1} {
				o, err := w.a.At(t.Context(), w.db.Reader(), aud, ks[i].at)
				if err != nil {
					t.Fatal(err)
				}
				same(t, "at", []Object{o}, ks[i:i+1], true)
			}
		}
		last := all[1][len(all[1])-1].at
		for name, at := range map[string]int64{"before all": 1, "after all": last + 1_000_000, "of another audience": all[2][5].at} {
			if o, err := w.a.At(t.Context(), w.db.Reader(), 1, at); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %+v, %v; want not found", name, o.ID, err)
			}
		}
	})
}

func TestEntriesAndTheirContents(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		all := w.fill(t)
		counts := map[int64]int{}
		for _, ks := range all {
			for _, k := range ks {
				counts[k.idx]++
			}
		}
		next := int64(0)
		err := w.a.Entries(t.Context(), w.db.Reader(), 0, func(e Entry) error {
			if e.Index != next || e.Kind != Report || e.Member != 5 || e.Month != month() || len(e.Record) != 300 || e.Size <= e.Index {
				t.Errorf("entry %d: %+v", next, e)
			}
			next++
			parts, err := w.a.Contents(t.Context(), w.db.Reader(), e)
			if err != nil || len(parts) != counts[e.Index] || int64(len(parts)) != e.N {
				t.Errorf("entry %d has %d parts, %v; want %d", e.Index, len(parts), err, counts[e.Index])
			}
			for n, p := range parts {
				i := slices.IndexFunc(all[p.Aud], func(k kept) bool { return k.idx == e.Index && k.n == int64(n) })
				if i < 0 || p.N != int64(n) || p.ID != all[p.Aud][i].ID || string(p.Raw) != string(all[p.Aud][i].Raw) || p.Erased {
					t.Errorf("entry %d: part %d is not what was filed", e.Index, n)
				}
			}
			return nil
		})
		if err != nil || next != 5 {
			t.Errorf("%d entries, %v", next, err)
		}
		stop := errors.New("enough")
		if err := w.a.Entries(t.Context(), w.db.Reader(), 2, func(e Entry) error {
			if e.Index != 2 {
				t.Errorf("from entry 2 on came %d", e.Index)
			}
			return stop
		}); !errors.Is(err, stop) {
			t.Errorf("the caller's error came back as %v", err)
		}
		if _, err := w.a.Entry(t.Context(), w.db.Reader(), 5); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an entry that the log doesn't have: %v", err)
		}
	})
}

func TestEntriesGoesOverPages(t *testing.T) {
	w := open(t)
	for range entriesAtOnce + 1 {
		w.file(t, nil)
	}
	n := 0
	if err := w.a.Entries(t.Context(), w.db.Reader(), 0, func(Entry) error { n++; return nil }); err != nil || n != entriesAtOnce+1 {
		t.Errorf("%d entries of %d, %v", n, entriesAtOnce+1, err)
	}
}

func TestAnEntryIsFoundByItsToken(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		f := w.filing(t, newGenerator(1).envelope(3, 1))
		p := w.keep(t, f)
		w.file(t, nil)
		e, ok, err := w.a.Token(t.Context(), w.db.Reader(), f.token, p.Index)
		if err != nil || !ok || e.Index != p.Index || e.Added != p.Added || e.Token != f.token {
			t.Errorf("%+v, %v, %v; want entry %d", e, ok, err, p.Index)
		}
		if _, ok, err := w.a.Token(t.Context(), w.db.Reader(), f.token, p.Index+1); ok || err != nil {
			t.Errorf("found after itself: %v, %v", ok, err)
		}
		if _, ok, err := w.a.Token(t.Context(), w.db.Reader(), [16]byte{1}, 0); ok || err != nil {
			t.Errorf("a token that was never used: %v, %v", ok, err)
		}
	})
}

// A reader that resumes after a position gets the next object, whatever the position.
func TestDatesOfPositions(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		at := func(p Position) int64 {
			d, err := w.a.Date(t.Context(), w.db.Reader(), p)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		if d := at(Position{3, 3}); d != 0 {
			t.Errorf("in an empty log position 3.3 has date %d", d)
		}
		g := newGenerator(3)
		a, b := w.file(t, g.envelope(3, 1)), w.file(t, g.envelope(2, 1))
		for p, want := range map[Position]int64{
			{0, 0}: a.Added, {0, 2}: a.Added + 2, {0, 3}: a.Added + 2, {0, 99}: a.Added + 2,
			{1, 0}: b.Added, {1, 1}: b.Added + 1, {1, 2}: b.Added + 1,
			{2, 0}: b.Added + 1, {99, 99}: b.Added + 1,
		} {
			if d := at(p); d != want {
				t.Errorf("position %v has date %d, want %d (entries at %d and %d)", p, d, want, a.Added, b.Added)
			}
		}
		for k := range int64(3) {
			if got := len(w.scan(t, 1, at(Position{0, k}), Want{})); got != int(4-k) {
				t.Errorf("after 0.%d come %d objects, want %d", k, got, 4-k)
			}
		}
	})
}

func TestWithdrawalsReachTheirAudience(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		g := newGenerator(4)
		a := w.file(t, Arrange(append(g.envelope(3, 1), g.envelope(2, 2)...)))
		entry := func(idx int64) Entry {
			e, err := w.a.Entry(t.Context(), w.db.Reader(), idx)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		recalled := func(idx int64) bool {
			back, err := w.a.Recalled(t.Context(), w.db.Reader(), entry(idx))
			if err != nil {
				t.Fatal(err)
			}
			return back
		}
		take := func(kind Kind, ws ...Withdrawal) []Withdrawal {
			f := w.filing(t, nil)
			f.kind, f.n = kind, len(ws)
			f.write = func(ctx context.Context, tx *store.Tx, p store.Place) error {
				for i := range ws {
					ws[i].At, ws[i].Index, ws[i].Kind = p.Added+int64(i), p.Index, kind
				}
				return w.a.PutWithdrawals(ctx, tx, ws)
			}
			w.keep(t, f)
			return ws
		}
		expired := take(Expiry, Withdrawal{Aud: 1, Target: a.Added, Ref: "x"})
		if recalled(0) {
			t.Error("an expiry is no recall")
		}
		taken := take(Recall, Withdrawal{Aud: 2, Target: a.Added + 3, Ref: "y"}, Withdrawal{Aud: 1, Target: a.Added + 2, Ref: "z"})
		if !recalled(0) || recalled(1) {
			t.Error("the entry whose object was recalled must say so, and no other")
		}
		want := append(expired, taken...)
		for _, c := range []struct {
			auds         []int32
			after, until int64
			limit        int
			want         []Withdrawal
		}{
			{[]int32{1, 2}, 0, 1 << 60, 10, want},
			{[]int32{1, 2, 3}, 0, 1 << 60, 10, want},
			{[]int32{1, 2}, 0, 1 << 60, 2, want[:2]},
			{[]int32{1, 2}, want[0].At, 1 << 60, 10, want[1:]},
			{[]int32{1, 2}, 0, want[1].At, 10, want[:2]},
			{[]int32{1}, 0, 1 << 60, 10, []Withdrawal{want[0], want[2]}},
			{[]int32{7}, 0, 1 << 60, 10, nil},
			{nil, 0, 1 << 60, 10, nil},
		} {
			got, err := w.a.Withdrawals(t.Context(), w.db.Reader(), c.auds, c.after, c.until, c.limit)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("audiences %v from %d to %d: %+v, %v; want %+v", c.auds, c.after, c.until, got, err, c.want)
			}
		}
	})
}

func TestWhoFiledTheSameObject(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		s := newGenerator(5).object(1)
		p := w.file(t, []Slot{s})
		write := func(f func(tx *store.Tx) error) {
			if err := w.db.Write(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		check := func(member int64, filers ...int64) {
			t.Helper()
			found, err := w.a.Find(t.Context(), w.db.Reader(), []int32{1}, []string{s.ID}, 0)
			if err != nil || len(found) != 1 || found[0].Member != member {
				t.Errorf("%+v, %v; want member %d", found, err, member)
			}
			got, err := w.a.Filers(t.Context(), w.db.Reader(), p.Added)
			if err != nil || !slices.Equal(got, filers) {
				t.Errorf("others who filed it: %v, %v; want %v", got, err, filers)
			}
		}
		check(5)
		for _, m := range []int64{9, 7, 9} { // the same again is no news
			write(func(tx *store.Tx) error { return w.a.AddFiler(t.Context(), tx, p.Added, m) })
		}
		check(5, 7, 9)
		write(func(tx *store.Tx) error { return w.a.SetMember(t.Context(), tx, s.ID, p.Added, 7) })
		check(7, 9)
		write(func(tx *store.Tx) error { return w.a.DropFiler(t.Context(), tx, p.Added, 9) })
		check(7)
	})
}
