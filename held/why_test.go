package held

import (
	"slices"
	"testing"

	"tocsin/fault"
	"tocsin/store"
)

// TestWhys: each reason speaks for one verdict, none for either, and no other word
// is one.
func TestWhys(t *testing.T) {
	for _, w := range Whys() {
		if err := CheckWhy(w.Code, w.Release); err != nil {
			t.Errorf("%s: %v", w.Code, err)
		}
		if err := CheckWhy(w.Code, !w.Release); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s for the other verdict: %v", w.Code, err)
		}
	}
	for _, release := range []bool{true, false} {
		if err := CheckWhy("", release); err != nil {
			t.Errorf("no reason: %v", err)
		}
		if err := CheckWhy("because", release); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a reason of one's own: %v", err)
		}
	}
}

// TestDecided: the newest decisions first; what waits, and what went with its
// report, is none.
func TestDecided(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		ids := q.wait(t, "note--1", 3, "a", "b", "c", "d")
		decide := func(id string, state int, entry int64) {
			t.Helper()
			must(t, q.write(t, func(tx *store.Tx) error { return q.Decide(t.Context(), tx, id, state, entry, 9) }))
		}
		decide(ids[1], Released, 5)
		decide(ids[0], Removed, 6)
		decide(ids[3], Released, 7)
		ps, err := q.Decided(t.Context(), q.db.Reader(), 2)
		if want := []string{ids[3], ids[0]}; err != nil || !slices.Equal(idsOf(ps), want) {
			t.Errorf("%v, %v; want %v", idsOf(ps), err, want)
		}
		must(t, q.write(t, func(tx *store.Tx) error { return q.VoidEntry(t.Context(), tx, 3, 8) }))
		if ps, err := q.Decided(t.Context(), q.db.Reader(), 10); err != nil || len(ps) != 3 {
			t.Errorf("with one that went: %v, %v", idsOf(ps), err)
		}
	})
}
