package live

import (
	"context"
	"sync"
	"time"

	"tocsin/exchange"
	"tocsin/member"
)

// tally keeps the counts of the whole log for everybody: they are counted again
// when the log has grown, but only so often that counting takes at most a hundredth
// of the time. Nobody waits long for it: over a large log a page says for a moment
// that it is being counted, then what was so a moment ago.
type tally struct {
	count func(ctx context.Context, since time.Time) (*exchange.Tally, error)

	mu      sync.Mutex
	last    *exchange.Tally
	counted time.Time
	cost    time.Duration
	busy    chan struct{} // closed when the count that runs is done; nil when none does
}

// quick is what counting may take for each page to have it anew; patience is how
// long a page waits for a count.
const (
	quick    = 5 * time.Millisecond
	patience = 100 * time.Millisecond
)

// of gives the counts of one reader over a log of a size; false while there are none.
func (t *tally) of(ctx context.Context, s member.Session, size int64, now time.Time) (exchange.Day, bool) {
	t.mu.Lock()
	none := t.last == nil || t.last.Since != midnight(now)
	if (none || t.last.Size != size) && t.busy == nil && (none || t.cost < quick || now.Sub(t.counted) > 100*t.cost) {
		t.busy = make(chan struct{})
		go t.run(context.WithoutCancel(ctx), now, t.busy)
	}
	busy, wait := t.busy, none || t.cost < quick
	t.mu.Unlock()
	if busy != nil && wait {
		enough := time.NewTimer(patience)
		defer enough.Stop()
		select {
		case <-busy:
		case <-enough.C:
		case <-ctx.Done():
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil || t.last.Since != midnight(now) {
		return exchange.Day{}, false
	}
	return t.last.Of(s), true
}

// run counts; when it fails the old counts stay, and a later reader sets it off again.
func (t *tally) run(ctx context.Context, now time.Time, done chan struct{}) {
	began := time.Now()
	last, err := t.count(ctx, midnight(now))
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.last = last
	}
	t.counted, t.cost = now, time.Since(began)
	t.busy = nil
	close(done)
}
