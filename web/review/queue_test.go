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
		left  time.Duration
	}{
		{0, false, Target}, {Target, false, 0}, {Target + time.Microsecond, true, -time.Microsecond}, {30 * time.Hour, true, Target - 30*time.Hour},
		{-time.Minute, false, Target}, // a clock that runs before
	} {
		w := waiting{Since: since}
		if w.at(since.Add(c.after)); w.Late != c.late || w.Left != c.left {
			t.Errorf("after %v: late %v, left %v", c.after, w.Late, w.Left)
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
		s := side{Waiting: int64(n), Place: place}
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
		if here != min(place, 1) || len(s.Queue) != min(n, queueMax) || int64(len(s.Queue))+s.More != int64(n) || s.Previous != name(place-1) || s.Next != name(place+1) {
			t.Fatalf("%d of %d: %d in the list, %d more, %q before, %q after", place, n, len(s.Queue), s.More, s.Previous, s.Next)
		}
	})
}
