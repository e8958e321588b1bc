package review

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/exchange"
	"tocsin/held"
)

// TestLate: at the target a passage is in time still, a moment after it isn't.
func TestLate(t *testing.T) {
	since := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		after time.Duration
		late  bool
		soon  bool
		left  time.Duration
	}{
		{0, false, false, Target}, {Target - time.Hour, false, false, time.Hour}, {Target - time.Hour + time.Microsecond, false, true, time.Hour - time.Microsecond},
		{Target, false, true, 0}, {Target + time.Microsecond, true, false, -time.Microsecond}, {30 * time.Hour, true, false, Target - 30*time.Hour},
		{-time.Minute, false, false, Target}, // a clock that runs before
	} {
		w := waiting{Since: since}
		if w.at(since.Add(c.after)); w.Late != c.late || w.Soon != c.soon || w.Left != c.left {
			t.Errorf("after %v: late %v, soon %v, left %v", c.after, w.Late, w.Soon, w.Left)
		}
	}
}

func TestMedian(t *testing.T) {
	var ds []exchange.Decision
	for i, wait := range []time.Duration{9, 1, 5} {
		at := time.Unix(int64(i)*1000, 0)
		ds = append(ds, exchange.Decision{Passage: held.Passage{Created: at.UnixMicro()}, At: at.Add(wait * time.Minute)})
	}
	if got := median(ds); got != 5*time.Minute {
		t.Errorf("the median of 9, 1 and 5 minutes is %v", got)
	}
}

// TestNeighbours: whichever passage is shown, it is in the list, and the list is
// as long as it may be.
func TestNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 130).Draw(t, "n")
		place := rapid.IntRange(0, n).Draw(t, "place")
		s := side{Waiting: int64(n), Place: place, Aside: true}
		for i := range n {
			s.Queue = append(s.Queue, waiting{Passage: held.Passage{ID: fmt.Sprint(i + 1)}, Here: i+1 == place})
		}
		s.neighbours()
		here := 0
		for _, w := range s.Queue {
			if w.Here {
				here++
			}
		}
		name := func(i int) string {
			if place == 0 || i < 1 || i > n {
				return ""
			}
			return fmt.Sprint(i)
		}
		if here != min(place, 1) || len(s.Queue) != min(n, asideMax) || int64(len(s.Queue))+s.More != int64(n) || s.Previous != name(place-1) || s.Next != name(place+1) {
			t.Fatalf("%d of %d: %d in the list, %d more, %q before, %q after", place, n, len(s.Queue), s.More, s.Previous, s.Next)
		}
	})
}

// TestCut: page by page each passage is listed once, and what is left is said; a place
// that isn't there is the nearest one that is.
func TestCut(t *testing.T) {
	for _, n := range []int{0, 1, 49, 50, 51, 100, 101} {
		seen, at := 0, 0
		for range 5 {
			s := side{Waiting: int64(n)}
			for i := range n {
				s.Queue = append(s.Queue, waiting{Passage: held.Passage{ID: fmt.Sprint(i)}})
			}
			s.cut(at, queueMax, s.Waiting)
			for i, w := range s.Queue {
				if w.ID != fmt.Sprint(at+i) {
					t.Fatalf("of %d, from %d on: %s at %d", n, at, w.ID, i)
				}
			}
			seen += len(s.Queue)
			if int(s.More) != n-seen {
				t.Fatalf("of %d, %d were listed and %d are left", n, seen, s.More)
			}
			if want := fmt.Sprintf("/review?from=%d", seen); s.More > 0 && s.MoreLink() != want {
				t.Errorf("it goes on at %s, not %s", s.MoreLink(), want)
			}
			if at = seen; s.More == 0 {
				break
			}
		}
		if seen != n {
			t.Errorf("of %d, %d are listed", n, seen)
		}
	}
	for from, want := range map[int]int{-1: 0, 3: 2, 1 << 62: 2} {
		s := side{Waiting: 3, Show: showLate, Queue: make([]waiting, 3)}
		if s.cut(from, queueMax, 3); s.Skipped != want || len(s.Queue) != 3-want || s.FirstLink() != "/review?show=late" {
			t.Errorf("from %d: %d on, %d rows, %s", from, s.Skipped, len(s.Queue), s.FirstLink())
		}
	}
}
