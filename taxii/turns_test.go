package taxii

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
)

// TestAMemberWaitsForItsOwnTurnsOnly: eight at once, the ninth waits and is told
// to come again after ten seconds; another member never waits.
func TestAMemberWaitsForItsOwnTurnsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turns
		var done []func()
		for i := range pagesAtOnce {
			d, err := turns.take(t.Context(), 1)
			if err != nil {
				t.Fatalf("turn %d: %v", i+1, err)
			}
			done = append(done, d)
		}
		start := time.Now()
		_, err := turns.take(t.Context(), 1)
		if fault.KindOf(err) != fault.Busy || err == nil || time.Since(start) != pageWait {
			t.Errorf("one turn more: %v after %v", err, time.Since(start))
		}
		start = time.Now()
		other, err := turns.take(t.Context(), 2)
		if err != nil || time.Since(start) != 0 {
			t.Errorf("another member: %v after %v", err, time.Since(start))
		}
		other()
		go func() {
			time.Sleep(3 * time.Second)
			done[0]()
		}()
		last, err := turns.take(t.Context(), 1)
		if err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("a turn that came free after 3 s: %v after %v", err, time.Since(start))
		}
		gone, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := turns.take(gone, 1); err == nil {
			t.Error("a client that left got a turn")
		}
		last()
		for _, d := range done[1:] {
			d()
		}
		if len(turns.of[1]) != 0 {
			t.Errorf("%d turns were not given back", len(turns.of[1]))
		}
	})
}
