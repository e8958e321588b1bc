package exchange

import (
	"context"
	"errors"

	"tocsin/archive"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
)

// Restore turns a database that came from a backup into a new log: it goes on in
// the same tree under the next keys, and its first own entry commits to a
// checkpoint of the old log. checkpoint is the newest one that anybody has shown,
// or nil for the one of the backup itself.
func Restore(ctx context.Context, db *store.DB, old, next *ledger.Keys, checkpoint []byte) error {
	x, err := New(ctx, db, old)
	if err != nil {
		return err
	}
	defer x.Close()
	head, err := x.Head(ctx)
	if err != nil {
		return err
	}
	if checkpoint == nil {
		if head.Size == 0 {
			return fault.New(fault.Invalid, "the backup holds an empty log; begin a new one with `tocsin init`")
		}
		if checkpoint, err = x.Checkpoint(ctx); err != nil {
			return err
		}
	}
	shown, err := ledger.OpenCheckpoint(checkpoint, old.VerifierKey())
	if err != nil {
		return err
	}
	if own, err := x.Checkpoint(ctx); err != nil {
		return err
	} else if c, err := ledger.OpenCheckpoint(own, old.VerifierKey()); err != nil || shown.Size == head.Size && shown.Root != c.Root {
		return errors.Join(err, fault.New(fault.Refused, "the checkpoint is of another tree than the backup's: one of the two was changed"))
	}
	if shown.Size < head.Size {
		return fault.New(fault.Refused, "the checkpoint is of %d entries, the backup holds %d: give a newer one", shown.Size, head.Size)
	}
	return restored(ctx, db, old, next, checkpoint)
}

// restored makes the first entry of the new log; the log is under the next keys
// from this very transaction on.
func restored(ctx context.Context, db *store.DB, old, next *ledger.Keys, checkpoint []byte) error {
	x, _, err := begin(ctx, db, next)
	if err != nil {
		return err
	}
	defer x.Close()
	part, err := ledger.RestorePart(checkpoint, old.VerifierKey())
	if err != nil {
		return err
	}
	self := member.Session{Member: member.Member{Name: "exchange"}, Exchange: true}
	j, err := x.newJob(ctx, self, archive.Restored, nil, 0, []ledger.Part{part})
	if err != nil {
		return err
	}
	j.under = old.Fingerprint()
	j.write = func(ctx context.Context, tx *store.Tx, _ store.Place) error {
		return x.seq.SetFingerprint(ctx, tx, next.Fingerprint())
	}
	_, _, err = x.seq.Do(ctx, j)
	return err
}
