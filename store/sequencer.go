package store

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"tocsin/fault"
)

// Place is where a job stands in the log.
type Place struct {
	Index int64 // of its first entry
	Added int64 // date_added of its first object, microseconds; the following objects have the next microseconds
	Size  int64 // of the tree after the whole batch
	// Rights and Fingerprint are those of the head row in this transaction.
	Rights      int64
	Fingerprint string
}

// Job is one submission waiting to be kept.
type Job interface {
	// Entries and Objects are how many indexes and microseconds it needs. Objects counts at least one per entry.
	Entries() int
	Objects() int
	// Keep writes its rows. It may be called again after a failed batch, so it must not keep state from an earlier call.
	Keep(ctx context.Context, tx *Tx, p Place) error
	// Kept reports whether this very job is already in the log (looked up by the job's own random token), for a commit whose outcome is unknown.
	Kept(ctx context.Context, q Querier) (p Place, size int64, found bool, err error)
}

// Sealer is called once per batch, last before the commit, in the same transaction: the ledger appends the leaves of the jobs here.
// before.Size is the size of the tree without the batch; before.Added is the date just before the batch's first object.
type Sealer interface {
	Seal(ctx context.Context, tx *Tx, before Head, jobs []Job) error
}

// The bounds of one batch: how long others wait for it and what it holds in memory.
const (
	maxJobs    = 256
	maxObjects = 10_000
)

// Sequencer is the group commit of one log: whoever waits while a batch commits forms the next one.
type Sequencer struct {
	db     *DB
	logID  int64
	sealer Sealer
	watch  watch

	mu      sync.Mutex
	queue   []*ticket
	running bool  // a goroutine is writing batches
	stopped error // what who comes now is told: closed, or an outcome that can't be known
	ctx     context.Context
	stop    context.CancelFunc
	work    sync.WaitGroup // all goroutines of the sequencer
}

// ticket is a job that waits; the results are written before done is closed.
type ticket struct {
	job   Job
	done  chan struct{}
	place Place
	err   error
}

// NewSequencer makes the sequencer of log logID (creating its head row when missing).
func NewSequencer(ctx context.Context, db *DB, logID int64, s Sealer) (*Sequencer, error) {
	if err := db.ensureOwn(ctx); err != nil {
		return nil, err
	}
	if err := makeHead(ctx, db, logID); err != nil {
		return nil, err
	}
	h, err := readHead(ctx, db.read, logID)
	if err != nil {
		return nil, err
	}
	q := &Sequencer{db: db, logID: logID, sealer: s}
	q.ctx, q.stop = context.WithCancel(context.Background())
	q.watch.begin(h.Size)
	if db.pg != nil {
		q.work.Go(q.listen)
		q.work.Go(q.notify)
	}
	return q, nil
}

// Do keeps the job and returns after its commit is known to be durable: its place and the size of the tree after its batch.
// When a batch fails its jobs are tried one by one; an error is the job's own, and then nothing of it was kept, except where
// the error says that the outcome isn't known. ctx ends the wait for a batch, not the batch.
func (s *Sequencer) Do(ctx context.Context, j Job) (p Place, size int64, err error) {
	if j.Entries() < 1 || j.Objects() < j.Entries() {
		return p, 0, fmt.Errorf("a job of %d entries and %d objects", j.Entries(), j.Objects())
	}
	t := &ticket{job: j, done: make(chan struct{})}
	if err := s.enqueue(t); err != nil {
		return p, 0, err
	}
	select {
	case <-t.done:
	case <-ctx.Done():
		if s.withdraw(t) {
			return p, 0, ctx.Err()
		}
		<-t.done
	}
	return t.place, t.place.Size, t.err
}

func (s *Sequencer) enqueue(t *ticket) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped != nil {
		return s.stopped
	}
	s.queue = append(s.queue, t)
	if !s.running {
		s.running = true
		s.work.Go(s.run)
	}
	return nil
}

// withdraw takes a ticket out of the queue, unless a batch has it.
func (s *Sequencer) withdraw(t *ticket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.queue {
		if other == t {
			s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
			return true
		}
	}
	return false
}

// run writes batches while somebody waits.
func (s *Sequencer) run() {
	for {
		batch := s.take()
		if len(batch) == 0 {
			return
		}
		s.settle(batch)
	}
}

// take takes the next batch, in the order in which the jobs came.
func (s *Sequencer) take() []*ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, objects := 0, 0
	for n < len(s.queue) && n < maxJobs {
		objects += s.queue[n].job.Objects()
		if n > 0 && objects > maxObjects {
			break
		}
		n++
	}
	batch := s.queue[:n:n]
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	s.running = n > 0
	return batch
}

// settle keeps the jobs of a batch, together or else one by one.
func (s *Sequencer) settle(batch []*ticket) {
	err := s.keep(batch)
	if err == nil {
		return
	}
	// Who can't reach the database together can't alone either.
	alone := len(batch) > 1 && !conflicted(err) && !lost(err)
	for _, t := range batch {
		switch {
		case t.settled():
		case !alone:
			t.finish(Place{}, explain(err))
		default:
			if err := s.keep([]*ticket{t}); err != nil {
				t.finish(Place{}, explain(err))
			}
		}
	}
}

func (t *ticket) finish(p Place, err error) {
	t.place, t.err = p, err
	close(t.done)
}

func (t *ticket) settled() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// keep keeps jobs in one transaction, trying again after conflicts, lost
// connections and commits that turn out not to have happened. After an error
// the jobs that are not settled are not in the log.
func (s *Sequencer) keep(batch []*ticket) error {
	for r := newRetry(); ; {
		places, stage, err := s.write(batch)
		if err == nil {
			for i, t := range batch {
				t.finish(places[i], nil)
			}
			s.announce(places[0].Size)
			return nil
		}
		if stage == inCommit {
			if batch, err = s.resolve(batch, err); len(batch) == 0 {
				return nil
			}
		}
		if stage != inCommit && !conflicted(err) && !lost(err) || !r.again(s.ctx, patience) {
			return err
		}
	}
}

// write writes one batch: the head row first, which fences off every other
// process, then the jobs, then the leaves.
func (s *Sequencer) write(batch []*ticket) (places []Place, _ stage, err error) {
	ctx, cancel := s.batchContext()
	defer cancel()
	entries, objects := int64(0), int64(0)
	jobs := make([]Job, len(batch))
	for i, t := range batch {
		jobs[i] = t.job
		entries += int64(t.job.Entries())
		objects += int64(t.job.Objects())
	}
	st, err := s.db.once(ctx, func(tx *Tx) error {
		h, first, err := takeHead(ctx, tx, s.logID, entries, objects, time.Now().UTC().UnixMicro())
		if err != nil {
			return err
		}
		places = places[:0]
		before := Head{Size: h.Size - entries, Added: first - 1, Rights: h.Rights, Fingerprint: h.Fingerprint}
		p := Place{Index: before.Size, Added: first, Size: h.Size, Rights: h.Rights, Fingerprint: h.Fingerprint}
		for _, j := range jobs {
			if err := guard(func() error { return j.Keep(ctx, tx, p) }); err != nil {
				return err
			}
			places = append(places, p)
			p.Index += int64(j.Entries())
			p.Added += int64(j.Objects())
		}
		return guard(func() error { return s.sealer.Seal(ctx, tx, before, jobs) })
	})
	return places, st, err
}

// guard turns a panic into an error: one job's defect must not end a node that
// others use.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a defect while a batch was written: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// batchTimeout bounds one batch on a server, which may have gone silent.
const batchTimeout = time.Minute

// batchContext gives the context of a batch: nobody's who waits for it. An
// embedded engine always answers, and watching a context costs it a goroutine
// per statement.
func (s *Sequencer) batchContext() (context.Context, context.CancelFunc) {
	if s.db.engine == SQLite {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), batchTimeout)
}

// Close ends the sequencer: who waits gets an error, a batch that is being written is finished.
func (s *Sequencer) Close() error {
	s.halt(fault.New(fault.Busy, "this node is stopping; file it again"))
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.work.Wait()
	return nil
}

// halt refuses all that is not in a batch yet, from now on.
func (s *Sequencer) halt(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped == nil {
		s.stopped = why
	}
	for _, t := range s.queue {
		t.finish(Place{}, s.stopped)
	}
	s.queue = nil
}
