package live

import (
	"context"
	"sync"
	"time"

	"tocsin/exchange"
	"tocsin/member"
)

// tally keeps the counts of the whole log for everybody: they are counted again
// when the log has grown, so that the figures agree with the rows beside them. Over
// a log that takes longer to count than a page waits, a page says for a moment that
// it is being counted, then what was so a moment ago, and counting takes at most a
// tenth of the time.
type tally struct {
	count func(ctx context.Context, since time.Time) (*exchange.Tally, error)

	mu      sync.Mutex
	last    *exchange.Tally
	counted time.Time
	cost    time.Duration
	failed  bool          // the last count did
	busy    chan struct{} // closed when the count that runs is done; nil when none does
}

// patience is how long a page waits for a count. A count that takes less is made
// for each page after the log has grown.
const patience = 200 * time.Millisecond

// of gives the counts of one reader over a log of a size; false while there are none.
func (t *tally) of(ctx context.Context, s member.Session, size int64, now time.Time) (exchange.Day, bool) {
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for tries := 0; ; tries++ {
		busy := t.fresh(ctx, size, now, tries)
		if busy == nil {
			break
		}
		select {
		case <-busy:
			continue // it may have begun before the log had this size
		case <-enough.C:
		case <-ctx.Done():
		}
		break
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil || t.last.Since != midnight(now) {
		return exchange.Day{}, false
	}
	return t.last.Of(s), true
}

// fresh sees to it that the log is counted, and gives what to wait for; nil for nothing.
func (t *tally) fresh(ctx context.Context, size int64, now time.Time, tries int) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	none := t.last == nil || t.last.Since != midnight(now)
	if !none && t.last.Size >= size || tries > 0 && t.failed || tries > 1 {
		return nil
	}
	slow := !none && t.cost >= patience
	if t.busy == nil && !(slow && now.Sub(t.counted) <= 10*t.cost) {
		t.busy = make(chan struct{})
		go t.run(context.WithoutCancel(ctx), now, t.busy)
	}
	if slow {
		return nil
	}
	return t.busy
}

// run counts; when it fails the old counts stay, and a later reader sets it off again.
func (t *tally) run(ctx context.Context, now time.Time, done chan struct{}) {
	began := time.Now()
	last, err := t.count(ctx, midnight(now))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed = err != nil; !t.failed {
		t.last = last
	}
	t.counted, t.cost = now, time.Since(began)
	t.busy = nil
	close(done)
}
