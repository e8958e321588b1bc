package live

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/exchange"
	"tocsin/member"
)

// slow is a count that takes a while, and how often it ran.
type slow struct {
	takes time.Duration
	err   error
	runs  atomic.Int64
	size  atomic.Int64
}

func (c *slow) tally() *tally {
	return &tally{count: func(_ context.Context, since time.Time) (*exchange.Tally, error) {
		c.runs.Add(1)
		time.Sleep(c.takes)
		return &exchange.Tally{Size: c.size.Load(), Since: since}, c.err
	}}
}

// TestCountsOfASmallLog are anew for every page.
func TestCountsOfASmallLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &slow{takes: time.Millisecond}
		tl := c.tally()
		for size := range int64(5) {
			c.size.Store(size)
			if _, ok := tl.of(t.Context(), member.Session{}, size, time.Now()); !ok || c.runs.Load() != size+1 {
				t.Errorf("after %d entries: %v, counted %d times", size, ok, c.runs.Load())
			}
		}
		if tl.of(t.Context(), member.Session{}, 4, time.Now()); c.runs.Load() != 5 {
			t.Errorf("nothing new, and counted %d times", c.runs.Load())
		}
	})
}

// TestCountsOfALargeLog: no page waits for them but a moment, and they are counted
// at most a tenth of the time.
func TestCountsOfALargeLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &slow{takes: 2 * time.Second}
		tl := c.tally()
		began := time.Now()
		for range 3 {
			if _, ok := tl.of(t.Context(), member.Session{}, 1, time.Now()); ok {
				t.Error("there are counts before anything was counted")
			}
		}
		if took := time.Since(began); took != 3*patience || c.runs.Load() != 1 {
			t.Errorf("three pages took %v and counted %d times", took, c.runs.Load())
		}
		c.size.Store(1)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		began = time.Now()
		for size := range int64(1000) {
			if _, ok := tl.of(t.Context(), member.Session{}, size+2, time.Now()); !ok {
				t.Fatal("the counts of a moment ago are gone")
			}
		}
		if took := time.Since(began); took != 0 || c.runs.Load() != 1 {
			t.Errorf("a thousand pages waited %v, and it was counted %d times", took, c.runs.Load())
		}
		time.Sleep(21 * time.Second)
		tl.of(t.Context(), member.Session{}, 2000, time.Now())
		time.Sleep(3 * time.Second)
		if c.runs.Load() != 2 {
			t.Errorf("after 21 s counted %d times, want twice", c.runs.Load())
		}
		// The next day begins with counts of its own.
		time.Sleep(24 * time.Hour)
		if _, ok := tl.of(t.Context(), member.Session{}, 2000, time.Now()); ok {
			t.Error("yesterday's counts stand for today's")
		}
		time.Sleep(3 * time.Second)
	})
}

// TestCountFails: the counts before stay.
func TestCountFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &slow{takes: time.Millisecond}
		tl := c.tally()
		tl.of(t.Context(), member.Session{}, 0, time.Now())
		c.err = errors.New("the store is away")
		if _, ok := tl.of(t.Context(), member.Session{}, 1, time.Now()); !ok {
			t.Error("the counts are gone")
		}
		c.err = nil
		c.size.Store(2)
		if _, ok := tl.of(t.Context(), member.Session{}, 2, time.Now()); !ok || c.runs.Load() != 3 {
			t.Errorf("afterwards: %v, %d", ok, c.runs.Load())
		}
	})
}

// TestCountThatBeganBefore: a count that began before the log grew isn't taken for
// one of the log as it is now, by whoever can wait for the next.
func TestCountThatBeganBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for takes, want := range map[time.Duration]int{patience / 3: 2, patience: 1} {
			c := &slow{takes: takes}
			c.size.Store(1)
			tl := c.tally()
			tl.count = func(ctx context.Context, since time.Time) (*exchange.Tally, error) {
				size := c.size.Load()
				c.runs.Add(1)
				time.Sleep(c.takes)
				return &exchange.Tally{Size: size, Since: since}, nil
			}
			go tl.of(t.Context(), member.Session{}, 1, time.Now())
			time.Sleep(time.Millisecond)
			c.size.Store(2)
			tl.of(t.Context(), member.Session{}, 2, time.Now())
			if tl.mu.Lock(); tl.last == nil || tl.last.Size != int64(want) {
				t.Errorf("a count of %v: the page shows %+v, want one of size %d", takes, tl.last, want)
			}
			tl.mu.Unlock()
			time.Sleep(time.Second)
		}
	})
}
