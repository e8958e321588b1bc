package store

import (
	"context"
	"sync"
	"time"

	"tocsin/fault"
)

// watch is what the waiters of a log share: the size that is known, and one
// poller for all of them while there are any.
type watch struct {
	mu      sync.Mutex
	size    int64
	grown   chan struct{} // closed when size grows
	waiters int
	polling bool
	poke    chan struct{} // look at the head row now
	tell    chan struct{} // other processes are to be told
}

func (w *watch) begin(size int64) {
	w.size = size
	w.grown = make(chan struct{})
	w.poke = make(chan struct{}, 1)
	w.tell = make(chan struct{}, 1)
}

// publish wakes the waiters when the log is larger than was known.
func (w *watch) publish(size int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if size > w.size {
		w.size = size
		close(w.grown)
		w.grown = make(chan struct{})
	}
}

// nudge leaves one word in a channel of capacity 1.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// announce says that a batch of this process was committed.
func (s *Sequencer) announce(size int64) {
	s.watch.publish(size)
	nudge(s.watch.tell)
}

// Wait returns when the log's size is over size, or ctx ends. It is woken by commits of this process and polls the head row every 200 ms for those of others.
func (s *Sequencer) Wait(ctx context.Context, size int64) (int64, error) {
	w := &s.watch
	for {
		w.mu.Lock()
		known, grown := w.size, w.grown
		if known > size {
			w.mu.Unlock()
			return known, nil
		}
		w.waiters++
		start := !w.polling
		w.polling = true
		w.mu.Unlock()
		if start && !s.startPoller() {
			return known, errClosed
		}
		var err error
		select {
		case <-grown:
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.ctx.Done():
			err = errClosed
		}
		w.mu.Lock()
		w.waiters--
		w.mu.Unlock()
		if err != nil {
			return known, err
		}
	}
}

var errClosed = fault.New(fault.Busy, "this node is stopping")

// startPoller starts the poller unless the sequencer was closed.
func (s *Sequencer) startPoller() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.work.Go(s.poll)
	return true
}

// poll looks for commits of other processes while anybody waits. A failure to
// read is not reported: who waits goes on waiting, and the next look may succeed.
func (s *Sequencer) poll() {
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-s.watch.poke:
		case <-s.ctx.Done():
			return
		}
		if !s.watch.wanted() {
			return
		}
		if h, err := s.Head(s.ctx); err == nil {
			s.watch.publish(h.Size)
		}
		t.Reset(s.db.poll)
	}
}

// wanted says whether anybody waits; if not, the poller that asked must end.
func (w *watch) wanted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.polling = w.waiters > 0
	return w.polling
}
