package store

import (
	"context"
	"sync"
	"time"

	"tocsin/fault"
)

// snapshotLife is how long a snapshot may keep a Checkpoint waiting.
const snapshotLife = 5 * time.Second

var errSnapshotEnded = fault.New(fault.Busy, "reading took too long while something had to be erased; try again")

// snapshots are the read transactions that are open, so that an erasure can end
// those that keep old pages alive.
type snapshots struct {
	mu   sync.Mutex
	open map[*snapshot]struct{}
}

type snapshot struct {
	since time.Time
	end   context.CancelCauseFunc
}

// begin enters a snapshot; the func returned must be called at its end.
func (s *snapshots) begin(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	one := &snapshot{since: time.Now().UTC(), end: cancel}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*snapshot]struct{}{}
	}
	s.open[one] = struct{}{}
	return ctx, func() {
		s.mu.Lock()
		delete(s.open, one)
		s.mu.Unlock()
		cancel(nil)
	}
}

// endOld ends the snapshots that began before t.
func (s *snapshots) endOld(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.open {
		if one.since.Before(t) {
			one.end(errSnapshotEnded)
		}
	}
}
