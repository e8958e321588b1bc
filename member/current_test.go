package member

import (
	"context"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/store/storetest"
)

// noSeal stands for the ledger, which this test doesn't need.
type noSeal struct{}

func (noSeal) Seal(context.Context, *store.Tx, store.Head, []store.Job) error { return nil }

// TestAReadingThatAChangeOvertookIsNotKept: who reads the counter just before a
// change commits, and puts it back just after, would give everybody the rights
// from before for 100 ms more.
func TestAReadingThatAChangeOvertookIsNotKept(t *testing.T) {
	ctx := t.Context()
	db := storetest.Open(t)
	if err := Migrate(ctx, db); err != nil {
		t.Fatal(err)
	}
	seq, err := store.NewSequencer(ctx, db, 1, noSeal{})
	if err != nil {
		t.Fatal(err)
	}
	defer seq.Close()
	r := New(db, 1, func(string, ...[]byte) [32]byte { return [32]byte{} })
	began, changes := time.Now().UTC(), r.changes
	old, err := r.readRights(ctx, db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.change(ctx, func(*store.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	r.keepRights(old, began, changes)
	if got, err := r.currentRights(ctx); err != nil || got != old+1 {
		t.Errorf("after the change the counter is %d, %v; it was %d before", got, err, old)
	}
	// A reading that nothing overtook is kept: each key would cost a query otherwise.
	r.keepRights(old+7, time.Now().UTC(), r.changes)
	if got, err := r.currentRights(ctx); err != nil || got != old+7 {
		t.Errorf("the counter is %d, %v; a fresh reading was not kept", got, err)
	}
}
