package exchange

import (
	"context"

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
	if shown.Size < head.Size {
		return fault.New(fault.Refused, "the checkpoint is of %d entries, the backup holds %d: give a newer one", shown.Size, head.Size)
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return x.seq.SetFingerprint(ctx, tx, next.Fingerprint()) }); err != nil {
		return err
	}
	return restored(ctx, db, old, next, checkpoint)
}

// restored makes the first entry of the new log.
func restored(ctx context.Context, db *store.DB, old, next *ledger.Keys, checkpoint []byte) error {
	x, err := New(ctx, db, next)
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
	j.write = func(context.Context, *store.Tx, store.Place) error { return nil }
	_, _, err = x.seq.Do(ctx, j)
	return err
}
