package member_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

// opens tells whether a key lets somebody in; another fault than an unknown key fails the test.
func opens(t *testing.T, r *member.Registry, key string) bool {
	t.Helper()
	_, err := r.Authenticate(t.Context(), key)
	if err != nil && fault.KindOf(err) != fault.Unauthenticated {
		t.Fatal(err)
	}
	return err == nil
}

func TestRotate(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, _ *store.DB) {
		ctx := t.Context()
		add(t, r, "Harbor Bank")
		for _, feed := range []bool{false, true} {
			old, first, err := r.AddKey(ctx, "Harbor Bank", feed)
			if err != nil {
				t.Fatal(err)
			}
			secret, k, err := r.RotateKey(ctx, first.ID)
			if err != nil || k.Feed != feed || k.Member != "Harbor Bank" || k.ID == first.ID || !k.Until.IsZero() || secret == old {
				t.Fatalf("rotated gives %+v, %v", k, err)
			}
			if !opens(t, r, old) || !opens(t, r, secret) {
				t.Error("within the day not both keys work")
			}
			if _, _, err := r.RotateKey(ctx, first.ID); fault.KindOf(err) != fault.Conflict {
				t.Errorf("rotated twice: %v", err)
			}
			keys, err := r.Keys(ctx, "Harbor Bank")
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range keys {
				if left := time.Until(k.Until); k.ID == first.ID && (left > member.Overlap || left < member.Overlap-time.Minute) {
					t.Errorf("it ends in %v", left)
				}
			}
			// Who doesn't want to wait removes it.
			if err := r.RemoveKey(ctx, first.ID); err != nil || opens(t, r, old) {
				t.Errorf("removed within the day: %v", err)
			}
		}
		if _, _, err := r.RotateKey(ctx, 99); fault.KindOf(err) != fault.NotFound {
			t.Errorf("no such key: %v", err)
		}
		if _, _, err := r.RotateKey(ctx, 1); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a removed key: %v", err)
		}
	})
}

// Two rotate one key at once: there is one new key.
func TestRotatedAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, _ *store.DB) {
		add(t, r, "Harbor Bank")
		_, k, err := r.AddKey(t.Context(), "Harbor Bank", false)
		if err != nil {
			t.Fatal(err)
		}
		var done atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, _, err := r.RotateKey(t.Context(), k.ID); err == nil {
					done.Add(1)
				}
			})
		}
		all.Wait()
		if keys, err := r.Keys(t.Context(), ""); err != nil || done.Load() != 1 || len(keys) != 2 {
			t.Errorf("%d rotations, %d keys, %v", done.Load(), len(keys), err)
		}
	})
}

// The old key ends 24 hours later, to the second: cached, read anew, within a
// transaction that began before, and in the list.
func TestTheOldKeyEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), store.Config{URL: t.TempDir() + "/db"})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := member.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		seq, err := store.NewSequencer(t.Context(), db, logID, noLeaves{})
		if err != nil {
			t.Fatal(err)
		}
		defer seq.Close()
		r, other := member.New(db, logID, mac), member.New(db, logID, mac)
		add(t, r, "Harbor Bank")
		old, k, err := r.AddKey(t.Context(), "Harbor Bank", false)
		if err != nil {
			t.Fatal(err)
		}
		secret, _, err := r.RotateKey(t.Context(), k.ID)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(member.Overlap - time.Second)
		s, err := r.Authenticate(t.Context(), old) // it is cached now
		if err != nil {
			t.Fatalf("a second before: %v", err)
		}
		recheck := func() error {
			return db.Write(t.Context(), func(tx *store.Tx) error { return r.Recheck(t.Context(), tx, s) })
		}
		if err := recheck(); err != nil {
			t.Errorf("a second before, within the transaction: %v", err)
		}
		time.Sleep(time.Second)
		if opens(t, r, old) || opens(t, other, old) {
			t.Error("the old key works after 24 hours")
		}
		if err := recheck(); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("what was in work when it ended: %v", err)
		}
		if !opens(t, r, secret) || !opens(t, other, secret) {
			t.Error("the new key doesn't work")
		}
		if keys, err := r.Keys(t.Context(), ""); err != nil || len(keys) != 1 {
			t.Errorf("the list has %+v, %v", keys, err)
		}
		if _, _, err := r.RotateKey(t.Context(), k.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a key that has ended is rotated: %v", err)
		}
	})
}

// When keys were last used is kept in batches: reading writes nothing.
func TestLastUse(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, db *store.DB) {
		ctx := t.Context()
		add(t, r, "Harbor Bank")
		key, _, err := r.AddKey(ctx, "Harbor Bank", false)
		if err != nil {
			t.Fatal(err)
		}
		used := func(r *member.Registry) time.Time {
			keys, err := r.Keys(ctx, "Harbor Bank")
			if err != nil || len(keys) != 1 {
				t.Fatalf("%+v, %v", keys, err)
			}
			return keys[0].Used
		}
		other := member.New(db, logID, mac)
		if !used(r).IsZero() {
			t.Errorf("a new key was used at %v", used(r))
		}
		for range 3 {
			opens(t, r, key)
		}
		opens(t, r, key[:len(key)-1]+"a") // nobody's
		if time.Since(used(r)) > time.Minute || !used(other).IsZero() {
			t.Errorf("before it is written it was used at %v here and %v elsewhere", used(r), used(other))
		}
		for range 2 { // the second finds nothing to write
			if err := r.KeepUsed(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if !used(other).Equal(used(r)) || used(r).IsZero() {
			t.Errorf("written is %v, here %v", used(other), used(r))
		}
		// The last round, when the process ends.
		opens(t, other, key)
		ended, end := context.WithCancel(ctx)
		end()
		other.Run(ended, func(err error) { t.Error(err) })
		if used(r).Before(used(other).Truncate(time.Microsecond)) {
			t.Errorf("the end of a process loses that it was used: %v, %v", used(r), used(other))
		}
	})
}
