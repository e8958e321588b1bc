package defence

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// Bounds of the journal and of views that nobody reads.
const (
	journalFor  = 30 * 24 * time.Hour
	journalRows = 1_000_000
	unreadFor   = 7 * 24 * time.Hour
)

const (
	upkeepEvery = time.Hour
	tidyEvery   = time.Minute
	idleFor     = time.Second // the longest wait before it looks again by itself
)

// Follow makes the views that readers ask for and folds the log into them, within
// milliseconds of a commit; it returns when ctx ends. Any number of processes may
// follow one log: they take turns.
func (v *Views) Follow(ctx context.Context, log *slog.Logger) {
	var tidying sync.WaitGroup
	defer tidying.Wait()
	tidying.Go(func() { v.tidyUp(ctx, log) })
	cared := time.Now().UTC()
	for ctx.Err() == nil {
		size, err := v.catchUp(ctx)
		if err == nil && time.Since(cared) > upkeepEvery {
			cared = time.Now().UTC()
			err = v.Upkeep(ctx, cared)
		}
		if err != nil {
			if ctx.Err() == nil {
				log.Error("views", "err", err)
			}
			wait(ctx, idleFor, nil)
			continue
		}
		v.idle(ctx, size)
	}
}

// catchUp makes wished views and folds until nothing is left; it gives the size
// of the log that this covers.
func (v *Views) catchUp(ctx context.Context) (int64, error) {
	for size := int64(-1); ; {
		head, err := v.log.Head(ctx)
		if err != nil {
			return 0, err
		}
		busy := size >= 0 && head.Size > size
		size = head.Size
		made, err := v.grant(ctx, head.Added)
		if err != nil {
			return 0, err
		}
		began := time.Now()
		did, err := v.fold(ctx)
		if err != nil {
			return 0, err
		}
		if made || did {
			v.mu.Lock()
			close(v.folded)
			v.folded = make(chan struct{})
			v.mu.Unlock()
		}
		if !did {
			return head.Size, nil
		}
		if busy {
			// Reports wait for the same writer: under a stream of them folding takes two thirds of the time at most,
			// and the next step has more to fold at once.
			wait(ctx, time.Since(began)/2, nil)
		}
	}
}

// grant makes the views that readers wait for, and tells whether there were any.
func (v *Views) grant(ctx context.Context, born int64) (bool, error) {
	v.mu.Lock()
	wishes := v.wishes
	v.wishes = map[[32]byte]spec{}
	v.mu.Unlock()
	if len(wishes) == 0 {
		return false, nil
	}
	return true, v.db.Write(ctx, func(tx *store.Tx) error {
		if err := v.take(ctx, tx); err != nil {
			return err
		}
		for _, sp := range wishes {
			if err := v.create(ctx, tx, &sp, born); err != nil {
				return err
			}
		}
		return nil
	})
}

// idle waits for an entry, a wish, or a second.
func (v *Views) idle(ctx context.Context, size int64) {
	ctx, cancel := context.WithTimeout(ctx, idleFor)
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait(ctx, idleFor, v.wake)
		cancel()
	}()
	_, _ = v.log.Wait(ctx, size) // an error is seen again by the next reading
	cancel()
	<-done
}

func wait(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-wake:
	}
}

// Upkeep bounds what views take: journals end after 30 days or 1,000,000 rows, and
// views that nobody read for 7 days are deleted. Follow calls it every hour.
func (v *Views) Upkeep(ctx context.Context, now time.Time) error {
	if err := v.noteAsked(ctx, now); err != nil {
		return err
	}
	all, err := v.rows(ctx, v.db.Reader(), "")
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].gone {
			err = v.clear(ctx, all[i].id)
		} else {
			err = v.prune(ctx, &all[i], now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellFor is how long after a recall a value can still be named to who asks what
// changed; who asks later is given the whole list anew. After it the value is
// erased among things.
const tellFor = 10 * time.Minute

// tidyUp calls tidy every minute until ctx ends, beside the folding, which must not wait for it.
func (v *Views) tidyUp(ctx context.Context, log *slog.Logger) {
	for wait(ctx, tidyEvery, nil); ctx.Err() == nil; wait(ctx, tidyEvery, nil) {
		if err := v.tidy(ctx, time.Now().UTC()); err != nil && ctx.Err() == nil && fault.KindOf(err) != fault.Busy {
			log.Error("tidying views", "err", err)
		}
	}
}

// tidy deletes views that were left, and erases what was taken back long enough
// ago: that is done when the pages that it replaced are out of the write-ahead log
// too. fault.Busy while a reader is in the way; the next call tries again.
func (v *Views) tidy(ctx context.Context, now time.Time) error {
	if err := errors.Join(v.dropLeft(ctx), v.forget(ctx, now)); err != nil {
		return err
	}
	if !v.erasing.Swap(false) {
		return nil
	}
	err := v.db.Checkpoint(ctx)
	if err != nil {
		v.erasing.Store(true)
	}
	return err
}

// forget deletes the marks of touched things that all views have passed and that
// are older than tellFor, and with them the values that were taken back.
func (v *Views) forget(ctx context.Context, now time.Time) error {
	head, err := v.log.Head(ctx)
	if err != nil {
		return err
	}
	for more := true; more && ctx.Err() == nil; {
		gone := 0
		err := v.db.Write(ctx, func(tx *store.Tx) error {
			if err := v.take(ctx, tx); err != nil {
				return err
			}
			all, err := v.rows(ctx, tx, ` AND gone = 0`)
			if err != nil {
				return err
			}
			passed := min(head.Added, now.Add(-tellFor).UnixMicro())
			for _, r := range all {
				passed = min(passed, r.pos)
			}
			gone, more, err = v.things.Forget(ctx, tx, passed)
			return err
		})
		if err != nil {
			return err
		}
		if gone > 0 {
			v.erasing.Store(true)
		}
	}
	return nil
}

// dropLeft deletes the views that members of this process went away from with a new
// policy, and that no member of it reads. Where another process has a reader of
// one, that reader's next request makes it anew.
func (v *Views) dropLeft(ctx context.Context) error {
	v.mu.Lock()
	left := v.left
	v.left = map[[32]byte]bool{}
	for _, r := range v.reads {
		delete(left, r.hash)
	}
	v.mu.Unlock()
	if len(left) == 0 {
		return nil
	}
	var ended []int64
	err := v.db.Write(ctx, func(tx *store.Tx) error {
		ended = nil
		if err := v.take(ctx, tx); err != nil {
			return err
		}
		for hash := range left {
			r, err := v.byHash(ctx, tx, hash)
			if err == nil && r.id != 0 {
				ended = append(ended, r.id)
				err = v.end(ctx, tx, r.id)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, id := range ended {
		if err == nil {
			err = v.clear(ctx, id) // if not, Upkeep does
		}
	}
	return err
}

// end marks a view as gone: nobody reads or folds it any more; clear deletes what
// is left of it. The hash is overwritten by the number, which no hash is: another
// view of the same spec may be made at once.
func (v *Views) end(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.Exec(ctx, `UPDATE defence_view SET gone = 1, hash = $1 WHERE log_id = $2 AND id = $3`, fmt.Append(nil, id), v.logID, id)
	return err
}

// noteAsked writes down which views were read, and marks those that nobody reads
// any more: readers that come after this wish for a new one.
func (v *Views) noteAsked(ctx context.Context, now time.Time) error {
	v.mu.Lock()
	asked := v.asked
	v.asked = map[int64]time.Time{}
	v.mu.Unlock()
	return v.db.Write(ctx, func(tx *store.Tx) error {
		if err := v.take(ctx, tx); err != nil {
			return err
		}
		for id, when := range asked {
			if _, err := tx.Exec(ctx, `UPDATE defence_view SET asked = $1 WHERE log_id = $2 AND id = $3`, when.Unix(), v.logID, id); err != nil {
				return err
			}
		}
		rows, err := v.unread(ctx, tx, now.Add(-unreadFor).Unix())
		for _, id := range rows {
			if err := v.end(ctx, tx, id); err != nil {
				return err
			}
		}
		return err
	})
}

func (v *Views) unread(ctx context.Context, q store.Querier, before int64) (out []int64, err error) {
	rows, err := q.QueryContext(ctx, `SELECT id FROM defence_view WHERE log_id = $1 AND asked < $2 AND gone = 0`, v.logID, before)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// deleteAtOnce bounds a transaction that deletes.
const deleteAtOnce = 10_000

// clear deletes what is left of a view, a bounded piece at a time.
func (v *Views) clear(ctx context.Context, id int64) error {
	for _, table := range [...]struct{ name, key string }{{"defence_item", "kind, value"}, {"defence_change", "serial, t"}} {
		text := fmt.Sprintf(`DELETE FROM %[1]s WHERE log_id = $1 AND view = $2 AND (%[2]s) IN (SELECT %[2]s FROM %[1]s WHERE log_id = $1 AND view = $2 LIMIT %[3]d)`, table.name, table.key, deleteAtOnce)
		for {
			var n int64
			err := v.db.Write(ctx, func(tx *store.Tx) (err error) {
				n, err = tx.Exec(ctx, text, v.logID, id)
				return err
			})
			if err != nil {
				return fmt.Errorf("deleting a view: %w", err)
			}
			if n < deleteAtOnce {
				break
			}
		}
	}
	return v.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM defence_view WHERE log_id = $1 AND id = $2`, v.logID, id)
		return err
	})
}

// prune ends a view's journal at its bounds.
func (v *Views) prune(ctx context.Context, r *row, now time.Time) error {
	return v.pruneTo(ctx, r, now.Add(-journalFor).Unix(), journalRows)
}

func (v *Views) pruneTo(ctx context.Context, r *row, before int64, keep int) error {
	// A serial is never below the second in which it was given.
	cut := before - 1
	rows, err := v.db.Reader().QueryContext(ctx, fmt.Sprintf(`SELECT serial FROM defence_change WHERE log_id = $1 AND view = $2 ORDER BY serial DESC LIMIT 1 OFFSET %d`, keep), v.logID, r.id)
	if err != nil {
		return err
	}
	for rows.Next() {
		var s int64
		if err := rows.Scan(&s); err != nil {
			rows.Close()
			return err
		}
		cut = max(cut, s)
	}
	rows.Close()
	if err := rows.Err(); err != nil || cut <= r.pruned {
		return err
	}
	return v.db.Write(ctx, func(tx *store.Tx) error {
		if err := v.take(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM defence_change WHERE log_id = $1 AND view = $2 AND serial <= $3`, v.logID, r.id, cut); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE defence_view SET pruned = $1 WHERE log_id = $2 AND id = $3 AND pruned < $1`, cut, v.logID, r.id)
		return err
	})
}
