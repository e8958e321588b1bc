package exchange

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
	"tocsin/thing"
)

// roundSize bounds an expiry round (architecture, "Words": an expiry round names
// up to 10,000 positions).
const roundSize = 10000

// roundEvery is how often the exchange looks for indicators that ended.
const roundEvery = time.Second

// Follow does what happens by itself after reports were kept. It returns when
// ctx ends and everything that it began has ended.
func (x *Exchange) Follow(ctx context.Context, log *slog.Logger, views func(context.Context, *slog.Logger)) {
	var followers sync.WaitGroup
	defer followers.Wait()
	// Step 8 views: what one kind of defence reads is folded from the log; expiries are entries that are made here.
	followers.Go(func() { views(ctx, log) })
	followers.Go(func() { x.expireAll(ctx, log) })
	// What people look for is indexed beside: nothing waits for it.
	followers.Go(func() { x.index.Follow(ctx, log) })
	// Step 9 push: nothing runs for readers of the stream; each waits for the log itself (Wait, Events).
}

// expireAll makes rounds of expiry when validity ends, commits to the audit record,
// and deletes what is past its time.
func (x *Exchange) expireAll(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	swept, audited := time.Time{}, time.Now().UTC()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for {
			n, err := x.ExpireRound(ctx)
			if err != nil {
				if ctx.Err() == nil {
					log.Error("expiry round", "err", err)
				}
				break
			}
			if n < roundSize {
				break
			}
		}
		var err error
		if audited, err = x.auditDue(ctx, audited); err != nil && ctx.Err() == nil {
			log.Error("committing to the audit record", "err", err)
		}
		if x.erasing.Swap(false) {
			// An erasure is done when the pages that it replaced are out of the write-ahead log too.
			if err := x.db.Checkpoint(ctx); err != nil {
				x.erasing.Store(true)
				if ctx.Err() == nil && fault.KindOf(err) != fault.Busy {
					log.Error("finishing an erasure", "err", err)
				}
			}
		}
		if time.Since(swept) > time.Hour {
			swept = time.Now().UTC()
			if err := x.db.Write(ctx, func(tx *store.Tx) error { return x.book.Sweep(ctx, tx, swept) }); err != nil && ctx.Err() == nil {
				log.Error("sweeping old submissions", "err", err)
			}
		}
	}
}

// ExpireRound takes up to 10,000 indicators out of force whose validity ended,
// as one entry of the log, and gives their number.
func (x *Exchange) ExpireRound(ctx context.Context) (int, error) {
	at := now()
	due, err := x.things.Due(ctx, x.db.Reader(), at, roundSize)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	self := member.Session{Member: member.Member{Name: "exchange"}, Exchange: true}
	f := facts{Format: "expiry", Objects: len(due)}
	j, err := x.newJob(ctx, self, archive.Expiry, nil, int64(len(due)), []ledger.Part{text(ledger.PartFacts, f)})
	if err != nil {
		return 0, err
	}
	j.fresh = func(ctx context.Context, tx *store.Tx) error {
		again, err := x.things.Due(ctx, tx, at, roundSize)
		if err == nil && !slices.Equal(again, due) {
			err = errStale // another node was first, or something was taken back: the next round sees
		}
		return err
	}
	j.write = func(ctx context.Context, tx *store.Tx, p store.Place) error { return x.expire(ctx, tx, p, due) }
	if _, _, err := x.seq.Do(ctx, j); errors.Is(err, errStale) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	return len(due), nil
}

func (x *Exchange) expire(ctx context.Context, tx *store.Tx, p store.Place, due []thing.Support) error {
	ws := make([]archive.Withdrawal, len(due))
	ats := make([]int64, len(due))
	for i, d := range due {
		ats[i] = d.At
		ws[i] = archive.Withdrawal{At: p.Added + int64(i), Index: p.Index, Aud: d.Aud, Target: d.At, Kind: archive.Expiry}
	}
	if err := x.things.Expire(ctx, tx, ats, p.Added); err != nil {
		return err
	}
	return x.archive.PutWithdrawals(ctx, tx, ws)
}
