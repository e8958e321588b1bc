package search

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

const (
	flushDocs = 4096
	mergeOf   = 8
	maxDocs   = 1 << 19 // two of the largest are looked through sooner than one twice as large is written
)

// Times of the follower.
const (
	pace        = 100 * time.Millisecond // between two looks: what came meanwhile is read in one go
	idleFor     = time.Second
	forgetEvery = time.Hour
)

func process() int64 { return rand.Int64N(1<<62) + 1 }

// Follow keeps the index: within a second of a commit its objects are found. It
// returns when ctx ends. Any number of processes may follow one log: each holds
// the tail, whoever is first makes it a segment, and one at a time merges.
func (x *Index) Follow(ctx context.Context, log *slog.Logger) {
	var merging sync.WaitGroup
	defer merging.Wait()
	flushed := make(chan struct{}, 1)
	merging.Go(func() { x.care(ctx, log, flushed) })
	for ctx.Err() == nil {
		head, err := x.src.Head(ctx)
		if err == nil {
			err = x.catchUp(ctx, func() {
				select {
				case flushed <- struct{}{}:
				default:
				}
			})
		}
		if err != nil {
			if ctx.Err() == nil {
				log.Error("search index", "err", err)
			}
			pause(ctx, idleFor)
			continue
		}
		pause(ctx, pace)
		_, _ = x.src.Wait(ctx, head.Size) // an error is seen again by the next look
	}
}

// care merges segments after new ones were made, and forgets what was taken back
// every hour, beside the taking in, which must not wait for it.
func (x *Index) care(ctx context.Context, log *slog.Logger, flushed <-chan struct{}) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		err := error(nil)
		select {
		case <-ctx.Done():
			return
		case <-flushed:
			err = x.Merge(ctx)
		case <-tick.C:
			err = x.Forget(ctx)
		}
		if err != nil && ctx.Err() == nil {
			log.Error("merging the search index", "err", err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// CatchUp takes in all that the log has now. It is called by one goroutine at a
// time: by Follow, or by a test instead of it.
func (x *Index) CatchUp(ctx context.Context) error { return x.catchUp(ctx, func() {}) }

func (x *Index) catchUp(ctx context.Context, flushed func()) (err error) {
	defer fault.Wrap(&err, "keeping the search index")
	for {
		t, full, err := x.read(ctx)
		if err != nil || !full {
			return err
		}
		if err := x.flush(ctx, t); err != nil {
			return err
		}
		flushed()
	}
}

// read takes objects into the tail until nothing is left or a segment is due.
func (x *Index) read(ctx context.Context) (t tail, full bool, err error) {
	done, err := store.Cursor(ctx, x.db.Reader(), x.logID, cursorName)
	if err != nil {
		return t, false, err
	}
	x.mu.Lock()
	if x.tail.after < done { // another process made a segment
		x.tail.trim(done)
	}
	t = x.tail
	x.mu.Unlock()
	err = x.src.Since(ctx, t.upTo, func(d Doc) bool {
		t.add(x.lex, d)
		return len(t.docs) < x.flushDocs
	})
	if err != nil {
		return t, false, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tail = t
	return t, len(t.docs) >= x.flushDocs, nil
}

// flush makes the tail a segment of each audience in it, unless another process
// has made one meanwhile: then the next reading drops what is in that.
func (x *Index) flush(ctx context.Context, t tail) error {
	segs, blocks, err := t.cut()
	if err != nil {
		return err
	}
	gone, err := x.withdrawn(ctx, t.after, t.upTo)
	if err != nil {
		return err
	}
	first := false
	err = x.db.Write(ctx, func(tx *store.Tx) error {
		n, err := x.numbers(ctx, tx, len(segs))
		if err != nil {
			return err
		}
		done, err := store.Cursor(ctx, tx, x.logID, cursorName)
		if first = done == t.after; err != nil || !first {
			return err
		}
		for i, s := range segs {
			s.seg = n + int64(i)
			if err := x.insert(ctx, tx, s, inUse, blocks[i]); err != nil {
				return err
			}
		}
		if err := x.putGone(ctx, tx, gone); err != nil {
			return err
		}
		return store.MoveCursor(ctx, tx, x.logID, cursorName, t.upTo)
	})
	if err != nil || !first {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tail.trim(t.upTo)
	return nil
}
