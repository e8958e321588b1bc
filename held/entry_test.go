package held

import (
	"testing"

	"tocsin/store"
)

// TestOfEntry: all passages of one entry, whatever became of them, and no others.
func TestOfEntry(t *testing.T) {
	engines(t, func(t *testing.T, q queued) {
		ids := q.wait(t, "indicator--a", 7, "Tom", "Ann")
		q.wait(t, "indicator--b", 8, "Eve")
		must(t, q.write(t, func(tx *store.Tx) error { return q.Decide(t.Context(), tx, ids[0], Removed, 9, 3) }))
		all, err := q.OfEntry(t.Context(), q.db.Reader(), 7, 10)
		must(t, err)
		if len(all) != 2 || all[0].ID != ids[0] || all[0].State != Removed || all[0].Decided != 9 || all[1].State != Waiting {
			t.Errorf("%+v", all)
		}
		if some, err := q.OfEntry(t.Context(), q.db.Reader(), 7, 1); err != nil || len(some) != 1 {
			t.Errorf("one at most: %d, %v", len(some), err)
		}
		if none, err := q.OfEntry(t.Context(), q.db.Reader(), 9, 10); err != nil || len(none) != 0 {
			t.Errorf("of an entry without passages: %v, %v", none, err)
		}
	})
}
