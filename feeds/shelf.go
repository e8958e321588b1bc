package feeds

import (
	"context"
	"io"
	"sync"
	"time"

	"tocsin/defence"
	"tocsin/fault"
	"tocsin/member"
)

// The bounds of what is kept ready: so many files, so many being written at once,
// so many of them of one view, so long for one and for its turn to come, and how
// long an older one may stand in for a newer state. A member has one answer to
// ?since= in writing at once, since each token is a file of its own.
const (
	filesKept  = 64
	atOnce     = 3
	viewAtOnce = 2
	writeTime  = 2 * time.Minute
	turnTime   = 10 * time.Second
	maxStale   = 500 * time.Millisecond
	staleShare = 4 // an old file serves for so many times the time that writing it took
)

// shelf keeps files that were written, so that a thousand clients who poll one
// list cost one reading of the view for each of its states; and under a stream of
// changes no more than a fifth of the time goes into writing one file anew (until
// that would make it older than half a second).
type shelf struct {
	run  context.Context // ends with close
	stop context.CancelFunc
	work sync.WaitGroup // writers

	mu     sync.Mutex
	files  map[string]*file
	deltas map[member.ID]bool // members with an answer to ?since= in writing
	lanes  map[int64]*lane    // of views with writers
	slots  chan struct{}
}

// lane hands out the turns of one view.
type lane struct {
	slots chan struct{}
	refs  int // guarded by shelf.mu
}

func newShelf() *shelf {
	s := &shelf{files: map[string]*file{}, deltas: map[member.ID]bool{}, lanes: map[int64]*lane{}, slots: make(chan struct{}, atOnce)}
	s.run, s.stop = context.WithCancel(context.Background())
	return s
}

// close ends what is being written and waits for that; whoever asks afterwards is
// told to come again.
func (s *shelf) close() {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.work.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		s.drop(f)
	}
}

// order is what a reader wants of the shelf.
type order struct {
	key    string
	view   int64
	serial int64     // where its view stands
	who    member.ID // who asks
	delta  bool      // an answer to ?since=, which hardly anybody else wants
}

type write func(context.Context, io.Writer) (defence.View, error)

// file is a feed's bytes at one state of its view. It is shared, and its space is
// given back when the last one releases it.
type file struct {
	spool
	s     *shelf
	order order
	stop  context.CancelFunc
	ready chan struct{} // closed when the following are set
	view  defence.View
	err   error
	made  time.Time
	took  time.Duration

	refs    int       // guarded by s.mu, as are the next two
	waiters int       // readers that wait for it
	used    time.Time // when it was last asked for
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

// get gives the file of an order, written by w unless there is a good one. Who
// asks while it is being written waits for it. The caller releases it. fault.Busy
// when the member has another delta in writing, or no turn comes in time.
func (s *shelf) get(ctx context.Context, o order, w write) (*file, error) {
	f, err := s.ask(o, w)
	if err != nil {
		return nil, err
	}
	select {
	case <-f.ready:
	case <-ctx.Done():
		f.leave()
		return nil, ctx.Err()
	}
	if f.err != nil {
		f.release()
		return nil, f.err
	}
	return f, nil
}

// ask gives the file of an order, ready or in writing, with a hold on it.
func (s *shelf) ask(o order, w write) (*file, error) {
	now := time.Now().UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[o.key]
	if f == nil || !f.good(o.serial, now) {
		switch {
		case s.run.Err() != nil:
			return nil, errStopping()
		case o.delta && s.deltas[o.who]:
			return nil, fault.New(fault.Busy, "another answer to ?since= is being written for this member; take that one first")
		case f != nil:
			s.drop(f)
		}
		f = s.begin(o, w)
	}
	f.refs++
	f.waiters++
	f.used = now
	return f, nil
}

// begin puts a file on the shelf and has it written; s.mu is held. A list is
// written to its end whether its client stays or not, since others wait for it
// too; a delta only while somebody waits.
func (s *shelf) begin(o order, w write) *file {
	f := &file{s: s, order: o, ready: make(chan struct{}), refs: 2} // the shelf's and the writer's
	ctx, cancel := context.WithTimeout(s.run, writeTime)
	f.stop = cancel
	s.files[o.key] = f
	s.evict()
	if o.delta {
		s.deltas[o.who] = true
	}
	l := s.lanes[o.view]
	if l == nil {
		l = &lane{slots: make(chan struct{}, viewAtOnce)}
		s.lanes[o.view] = l
	}
	l.refs++
	s.work.Go(func() {
		defer cancel()
		f.write(ctx, l, w)
		s.mu.Lock()
		if o.delta {
			delete(s.deltas, o.who)
		}
		if l.refs--; l.refs == 0 {
			delete(s.lanes, o.view)
		}
		s.mu.Unlock()
		close(f.ready)
		f.release()
	})
	return f
}

func errStopping() error {
	return fault.New(fault.Busy, "the node is stopping; ask again in a few seconds")
}

// write writes the file when it is its turn.
func (f *file) write(ctx context.Context, l *lane, w write) {
	turn := time.NewTimer(turnTime)
	defer turn.Stop()
	for _, slots := range [...]chan struct{}{l.slots, f.s.slots} {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-turn.C:
			f.err = fault.New(fault.Busy, "many lists are being written; ask again in a few seconds, and keep the list that you have until then")
			return
		case <-ctx.Done():
			f.err = f.ended(ctx.Err())
			return
		}
	}
	began := time.Now().UTC()
	if f.view, f.err = w(ctx, &f.spool); f.err != nil && ctx.Err() != nil {
		f.err = f.ended(f.err)
	}
	f.made = time.Now().UTC()
	f.took = f.made.Sub(began)
}

// ended says why a file was not written to its end.
func (f *file) ended(err error) error {
	if f.s.run.Err() != nil {
		return errStopping()
	}
	return fault.Because(err, fault.Busy, "writing this list takes too long now; ask again in a minute, and keep the list that you have until then")
}

// leave is release for a reader that doesn't wait any longer.
func (f *file) leave() {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if f.waiters--; f.waiters == 0 && f.order.delta && !f.done() {
		f.stop()
		if f.s.files[f.order.key] == f {
			f.s.drop(f)
		}
	}
	f.s.unref(f)
}

// drop takes a file off the shelf; s.mu is held.
func (s *shelf) drop(f *file) {
	delete(s.files, f.order.key)
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
