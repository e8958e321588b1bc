package archive

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

// TestFiled: whose an entry is, where a date stands, and what became of an entry, on
// both engines.
func TestFiled(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open(t))
		slot := func(n int) Slot {
			return Slot{Aud: int32(1 + n%2), ID: fmt.Sprintf("indicator--00000000-0000-4000-8000-%012d", n), Version: "2026-11-01T08:00:00.000Z", Raw: []byte(`{"type":"indicator"}`)}
		}
		var places []store.Place
		for i := range 7 {
			f := w.filing(t, Arrange([]Slot{slot(10 * i), slot(10*i + 1), slot(10*i + 2)}))
			f.member = int64(5 + i%2)
			if i == 4 {
				f.kind = Decision
			}
			places = append(places, w.keep(t, f))
		}
		q := w.db.Reader()
		by := func(member int64, kind Kind, before, after int64, limit int) (out []int64) {
			t.Helper()
			es, err := w.a.EntriesBy(t.Context(), q, member, kind, before, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range es {
				if e.Member != member || e.Kind != kind || len(e.Record) == 0 {
					t.Errorf("entry %d is of member %d, kind %s, with %d bytes", e.Index, e.Member, e.Kind, len(e.Record))
				}
				out = append(out, e.Index)
			}
			return out
		}
		for _, c := range []struct {
			member        int64
			kind          Kind
			before, after int64
			limit         int
			want          []int64
		}{
			{5, Report, 0, -1, 10, []int64{6, 2, 0}}, {5, Report, 0, -1, 2, []int64{6, 2}}, {5, Report, 2, -1, 10, []int64{0}}, {5, Report, 6, -1, 1, []int64{2}},
			{5, Report, 0, 0, 10, []int64{6, 2}}, {5, Report, 0, 0, 1, []int64{2}}, {5, Report, 0, 6, 10, nil}, {5, Decision, 0, -1, 10, []int64{4}}, {6, Report, 0, -1, 10, []int64{5, 3, 1}}, {7, Report, 0, -1, 10, nil},
		} {
			if got := by(c.member, c.kind, c.before, c.after, c.limit); !slices.Equal(got, c.want) {
				t.Errorf("member %d, %s, before %d, after %d, %d at most: %v, not %v", c.member, c.kind, c.before, c.after, c.limit, got, c.want)
			}
		}
		for i, p := range places {
			for _, at := range []int64{p.Added, p.Added + 2} {
				if e, err := w.a.EntryAround(t.Context(), q, at); err != nil || e.Index != int64(i) {
					t.Errorf("the date %d of entry %d stands in %d, %v", at-p.Added, i, e.Index, err)
				}
			}
		}
		for _, at := range []int64{places[0].Added - 1, places[6].Added + 3} {
			if _, err := w.a.EntryAround(t.Context(), q, at); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a date at which nothing stands: %v", err)
			}
		}
		took := w.filing(t, nil)
		took.kind, took.n = Recall, 3
		took.write = func(ctx context.Context, tx *store.Tx, p store.Place) error {
			var ws []Withdrawal
			for i, target := range []int64{places[1].Added, places[1].Added + 1, places[2].Added} {
				ws = append(ws, Withdrawal{At: p.Added + int64(i), Index: p.Index, Aud: int32(1 + i%2), Target: target, Kind: Recall, Ref: "x"})
			}
			return w.a.PutWithdrawals(ctx, tx, ws)
		}
		place := w.keep(t, took)
		e, err := w.a.Entry(t.Context(), q, 1)
		if err != nil {
			t.Fatal(err)
		}
		for auds, want := range map[string][]Cause{"1 2": {{place.Index, place.Added, Recall, 2}}, "1": {{place.Index, place.Added, Recall, 1}}, "3": nil, "": nil} {
			var list []int32
			for _, a := range []int32{1, 2, 3} {
				if slices.Contains([]byte(auds), byte('0'+a)) {
					list = append(list, a)
				}
			}
			got, err := w.a.CausesOf(t.Context(), q, e, list, 10)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("what became of entry 1 in %q: %v, %v; want %v", auds, got, err, want)
			}
		}
		recall, err := w.a.Entry(t.Context(), q, place.Index)
		if err != nil {
			t.Fatal(err)
		}
		if ws, err := w.a.TargetsOf(t.Context(), q, recall, []int32{1, 2}, 10); err != nil || len(ws) != 3 || ws[2].Target != places[2].Added {
			t.Errorf("what it took: %v, %v", ws, err)
		}
		if ws, err := w.a.TargetsOf(t.Context(), q, recall, []int32{2}, 10); err != nil || len(ws) != 1 {
			t.Errorf("what it took in one audience: %v, %v", ws, err)
		}
	})
}
