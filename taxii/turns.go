package taxii

import (
	"context"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/member"
)

// Bounds of what pages hold in memory: one member has so many at once. A page is a
// megabyte of objects, or a single larger one (8 MB at most); reading it holds 2 MB
// of packed blocks and one that is unpacked. The member's next request waits, then
// is told to come again; a reader that stalls costs its own member turns and
// nobody else's.
const (
	pagesAtOnce = 8
	pageWait    = 10 * time.Second
)

// turns hands out the turns of each member. It is safe for concurrent use.
type turns struct {
	mu sync.Mutex
	of map[member.ID]chan struct{} // one for each member that ever read; some bytes each
}

// take waits for a turn of a member and gives what ends it; fault.Busy when none
// comes free in time.
func (t *turns) take(ctx context.Context, who member.ID) (done func(), err error) {
	t.mu.Lock()
	if t.of == nil {
		t.of = map[member.ID]chan struct{}{}
	}
	c, ok := t.of[who]
	if !ok {
		c = make(chan struct{}, pagesAtOnce)
		t.of[who] = c
	}
	t.mu.Unlock()
	timer := time.NewTimer(pageWait)
	defer timer.Stop()
	select {
	case c <- struct{}{}:
		return func() { <-c }, nil
	case <-timer.C:
		return nil, fault.New(fault.Busy, "%d pages are on their way to this member already; read those first", pagesAtOnce)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
