package feeds

import (
	"context"
	"io"
	"sync"
	"time"

	"tocsin/defence"
)

// The bounds of what is kept ready: so many files, so many being written at once,
// so long for one, and how long an older one may stand in for a newer state.
const (
	filesKept  = 64
	atOnce     = 3
	writeTime  = 2 * time.Minute
	maxStale   = 500 * time.Millisecond
	staleShare = 4 // an old file serves for so many times the time that writing it took
)

// shelf keeps files that were written, so that a thousand clients who poll one
// list cost one reading of the view for each of its states; and under a stream of
// changes no more than a fifth of the time goes into writing one file anew (until
// that would make it older than half a second).
type shelf struct {
	mu    sync.Mutex
	files map[string]*file
	slots chan struct{}
}

func newShelf() *shelf { return &shelf{files: map[string]*file{}, slots: make(chan struct{}, atOnce)} }

// file is a feed's bytes at one state of its view. It is shared, and its space is
// given back when the last one releases it.
type file struct {
	spool
	s     *shelf
	key   string
	ready chan struct{} // closed when the following are set
	view  defence.View
	err   error
	made  time.Time
	took  time.Duration

	refs int       // guarded by s.mu, as is used
	used time.Time // when it was last asked for
}

func (f *file) done() bool {
	select {
	case <-f.ready:
		return true
	default:
		return false
	}
}

// good tells whether a file serves a reader whose view stands at a serial.
func (f *file) good(serial int64, now time.Time) bool {
	return !f.done() || f.err == nil && (f.view.Serial >= serial || now.Sub(f.made) < min(staleShare*f.took, maxStale))
}

// get gives the file of a key, written by write unless there is a good one. Who
// asks while it is being written waits for it. The caller releases it.
func (s *shelf) get(ctx context.Context, key string, serial int64, write func(context.Context, io.Writer) (defence.View, error)) (*file, error) {
	now := time.Now().UTC()
	s.mu.Lock()
	f := s.files[key]
	mine := f == nil || !f.good(serial, now)
	if mine {
		if f != nil {
			s.drop(f)
		}
		f = &file{s: s, key: key, ready: make(chan struct{}), refs: 2} // the shelf's and the writer's
		s.files[key] = f
		s.evict()
	}
	f.refs++
	f.used = now
	s.mu.Unlock()
	if mine {
		// Others wait for it too: it is written to its end whether this client stays or not.
		go f.write(context.WithoutCancel(ctx), write)
	}
	select {
	case <-f.ready:
	case <-ctx.Done():
		f.release()
		return nil, ctx.Err()
	}
	if f.err != nil {
		f.release()
		return nil, f.err
	}
	return f, nil
}

func (f *file) write(ctx context.Context, write func(context.Context, io.Writer) (defence.View, error)) {
	defer f.release()
	defer close(f.ready)
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	select {
	case f.s.slots <- struct{}{}:
	case <-ctx.Done():
		f.err = ctx.Err()
		return
	}
	defer func() { <-f.s.slots }()
	began := time.Now().UTC()
	f.view, f.err = write(ctx, &f.spool)
	f.made = time.Now().UTC()
	f.took = f.made.Sub(began)
}

// drop takes a file off the shelf; s.mu is held.
func (s *shelf) drop(f *file) {
	delete(s.files, f.key)
	s.unref(f)
}

// evict makes room: what was asked for longest ago goes; s.mu is held.
func (s *shelf) evict() {
	for len(s.files) > filesKept {
		var oldest *file
		for _, f := range s.files {
			if f.done() && (oldest == nil || f.used.Before(oldest.used)) {
				oldest = f
			}
		}
		if oldest == nil {
			return
		}
		s.drop(oldest)
	}
}

func (f *file) release() {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	f.s.unref(f)
}

// unref gives one hold back; s.mu is held.
func (s *shelf) unref(f *file) {
	if f.refs--; f.refs == 0 {
		f.close()
	}
}
