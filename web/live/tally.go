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
// of the time.
type tally struct {
	x *exchange.Exchange

	mu      sync.Mutex
	last    *exchange.Tally
	counted time.Time
	cost    time.Duration
	busy    bool
}

// quick is what counting may take while somebody waits for the page.
const quick = 5 * time.Millisecond

// of gives the counts of one reader.
func (t *tally) of(ctx context.Context, s member.Session) (exchange.Day, error) {
	head, err := t.x.Head(ctx)
	if err != nil {
		return exchange.Day{}, err
	}
	now := time.Now().UTC()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.last == nil || t.last.Since != midnight(now) || t.last.Size != head.Size && t.cost < quick:
		// The first reader of a day waits, and others with it, rather than count as well.
		if err := t.count(ctx, now); err != nil {
			return exchange.Day{}, err
		}
	case t.last.Size != head.Size && !t.busy && now.Sub(t.counted) > 100*t.cost:
		t.busy = true
		go t.behind(context.WithoutCancel(ctx))
	}
	return t.last.Of(s), nil
}

func (t *tally) count(ctx context.Context, now time.Time) error {
	began := time.Now()
	last, err := t.x.Tally(ctx, midnight(now))
	if err != nil {
		return err
	}
	t.last, t.counted, t.cost = last, now, time.Since(began)
	return nil
}

// behind counts while nobody waits; when it fails the old counts stay, and the
// next reader sets it off again.
func (t *tally) behind(ctx context.Context) {
	began := time.Now().UTC()
	last, err := t.x.Tally(ctx, midnight(began))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
	if err == nil {
		t.last = last
	}
	t.counted, t.cost = time.Now().UTC(), time.Since(began)
}
