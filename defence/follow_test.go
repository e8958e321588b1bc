package defence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store/storetest"
)

type ctxt = context.Context

// until waits until f is true.
func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// TestFollow: a filed value reaches the list by itself, soon.
func TestFollow(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme := w.member("acme")
		w.follow()
		v, err := w.views.View(t.Context(), acme)
		if err != nil {
			t.Fatal(err)
		}
		var took []time.Duration
		for i := range 20 {
			start := time.Now()
			w.file(acme, member.AudienceGreen, inAYear(), fmt.Sprintf("h%d.example", i))
			filed := time.Now()
			until(t, "the value is in the view", func() bool { return len(w.list(v.ID)) == i+1 })
			took = append(took, time.Since(filed))
			_ = start
		}
		slices.Sort(took)
		t.Logf("accepted to in the view: p50 %v, max %v", took[10], took[19])
		if took[10] > time.Second {
			t.Errorf("half of the values took more than %v", took[10])
		}
	})
}

// TestTwoProcesses: two followers on one database take turns; both give the same
// list, and the journal has each change once.
func TestTwoProcesses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, other func() *world) {
		acme := w.member("acme")
		o := other()
		w.follow()
		o.follow()
		v, err := w.views.View(t.Context(), acme)
		if err != nil {
			t.Fatal(err)
		}
		const writers, each = 3, 15
		var wg sync.WaitGroup
		for i := range writers {
			from := w
			if i == 1 {
				from = o
			}
			wg.Go(func() {
				for k := range each {
					from.file(acme, member.AudienceGreen, inAYear(), fmt.Sprintf("w%d-%d.example", i, k))
				}
			})
		}
		wg.Wait()
		until(t, "everything is in the view", func() bool { return len(w.list(v.ID)) == writers*each })
		if got := o.list(v.ID); !slices.Equal(got, w.list(v.ID)) {
			t.Errorf("the other process reads %d values", len(got))
		}
		cs, ok := w.changes(v.ID, v.Serial)
		seen := map[string]bool{}
		for _, c := range cs {
			if c.Op != Added || seen[c.Item.Thing.Value] {
				t.Errorf("change %v of %q comes twice or is no addition", c.Op, c.Item.Thing.Value)
			}
			seen[c.Item.Thing.Value] = true
		}
		if !ok || len(seen) != writers*each {
			t.Errorf("%d changes, %v", len(seen), ok)
		}
	})
}

// TestJournalEnds: at its bounds the journal forgets, and says so to who asks for more.
func TestJournalEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme := w.member("acme")
		w.view(acme)
		var at []View
		for i := range 5 {
			w.file(acme, member.AudienceGreen, inAYear(), fmt.Sprintf("h%d.example", i))
			at = append(at, w.view(acme))
		}
		prune := func(before int64, keep int) {
			r, err := w.views.byID(t.Context(), w.db.Reader(), at[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.views.pruneTo(t.Context(), &r, before, keep); err != nil {
				t.Fatal(err)
			}
		}
		known := func() (out []bool) {
			for _, v := range at {
				_, ok := w.changes(v.ID, v.Serial)
				out = append(out, ok)
			}
			return out
		}
		for _, c := range []struct {
			name   string
			before int64
			keep   int
			want   []bool
		}{
			{"as many rows as may be", 0, 5, []bool{true, true, true, true, true}},
			{"one row more than may be", 0, 3, []bool{false, true, true, true, true}},
			{"nothing old enough", at[1].Serial + 1, 100, []bool{false, true, true, true, true}},
			{"one is too old", at[2].Serial + 1, 100, []bool{false, false, true, true, true}},
		} {
			if prune(c.before, c.keep); !slices.Equal(known(), c.want) {
				t.Errorf("%s: %v, want %v", c.name, known(), c.want)
			}
		}
		if cs, _ := w.changes(at[2].ID, at[2].Serial); len(cs) != 2 {
			t.Errorf("%d changes are left, not the last two", len(cs))
		}
		if got := len(w.list(at[0].ID)); got != 5 {
			t.Errorf("forgetting changes changed the list: %d values", got)
		}
		if _, ok := w.changes(at[4].ID, at[4].Serial+1); ok {
			t.Error("changes since a serial that was never given")
		}
	})
}

// TestUnread: a view that nobody read for a week is deleted with all its rows;
// who comes back gets a new one, under a number and a serial of its own.
func TestUnread(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme := w.member("acme")
		at := w.file(acme, member.AudienceGreen, inAYear(), "a.example", "b.example")
		old := w.view(acme)
		w.recall(at)
		w.view(acme)
		upkeep := func(after time.Duration) {
			t.Helper()
			for range 2 { // marked first, deleted the next time
				if err := w.views.Upkeep(t.Context(), time.Now().UTC().Add(after)); err != nil {
					t.Fatal(err)
				}
			}
		}
		upkeep(unreadFor - time.Minute)
		if got := w.view(acme); got.ID != old.ID {
			t.Fatal("the view was deleted before its time")
		}
		upkeep(0) // writes down that it was read
		upkeep(unreadFor + time.Minute)
		if err := w.views.forget(t.Context(), afterTold()); err != nil {
			t.Fatal(err)
		}
		if err := w.views.Read(t.Context(), old.ID, func(*Reading) error { return nil }); fault.KindOf(err) != fault.Busy {
			t.Errorf("reading a deleted view: %v", err)
		}
		for _, table := range []string{"defence_view", "defence_item", "defence_change", "thing_change"} {
			var n int
			if err := w.db.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d rows are left in %s, %v", n, table, err)
			}
		}
		next := w.view(acme)
		if next.ID == old.ID || next.Serial < old.Serial {
			t.Errorf("the new view is %+v after %+v", next, old)
		}
		if got := w.values(acme); got != "b.example" {
			t.Errorf("the new view has %q", got)
		}
	})
}

// afterTold is when what was recalled now needs no name any more.
func afterTold() time.Time { return time.Now().UTC().Add(tellFor + time.Second) }

// TestForget: the marks of touched things go once every view has passed them, not before.
func TestForget(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		marks := func() (n int) {
			t.Helper()
			if err := w.views.forget(t.Context(), afterTold()); err != nil {
				t.Fatal(err)
			}
			if err := w.db.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM thing_change").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		acme := w.member("acme")
		w.recall(w.file(acme, member.AudienceGreen, inAYear(), "a.example"))
		if n := marks(); n != 0 {
			t.Errorf("%d marks are left although there is no view", n)
		}
		w.view(acme)
		w.recall(w.file(acme, member.AudienceGreen, inAYear(), "b.example"))
		if n := marks(); n != 1 {
			t.Errorf("%d marks before the view has passed it", n)
		}
		w.view(acme)
		if n := marks(); n != 0 {
			t.Errorf("%d marks after it", n)
		}
	})
}

// TestTheFileForgets: a value that was taken back, and its view has passed that, is
// in no page of the file nor of its log; not in the views' tables either.
func TestTheFileForgets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	w := newWorld(t, storetest.OpenURL(t, file), newKeys(t))
	acme := w.member("acme")
	at := w.file(acme, member.AudienceGreen, inAYear(), "secret.example", "open.example")
	w.view(acme)
	holds := func(value string) (found bool) {
		t.Helper()
		for _, name := range []string{file, file + "-wal"} {
			b, err := os.ReadFile(name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			found = found || bytes.Contains(b, []byte(value))
		}
		return found
	}
	tidy := func(now time.Time) {
		t.Helper()
		if err := w.views.tidy(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	w.recall(at)
	w.view(acme)
	tidy(time.Now().UTC())
	if !holds("secret.example") {
		t.Fatal("the value is not found while it can be told: this test sees nothing")
	}
	tidy(afterTold())
	if holds("secret.example") {
		t.Error("the file still holds a value that was taken back")
	}
	if !holds("open.example") || w.values(acme) != "open.example" {
		t.Errorf("another value was lost: %q", w.values(acme))
	}
}

// TestTidying: it runs beside the folding, every minute, and ends with it.
func TestTidying(t *testing.T) {
	w := newWorld(t, openSQLite(t), newKeys(t))
	acme := w.member("acme")
	w.recall(w.file(acme, member.AudienceGreen, inAYear(), "a.example"))
	synctest.Test(t, func(t *testing.T) {
		// The time of a bubble is long ago, so the marks are never old enough there; views that were left are dropped all the same.
		w.views.left[w.views.hash(&spec{})] = true
		left := func() int {
			w.views.mu.Lock()
			defer w.views.mu.Unlock()
			return len(w.views.left)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.views.tidyUp(ctx, slog.New(slog.DiscardHandler)) }()
		time.Sleep(tidyEvery - time.Nanosecond)
		synctest.Wait()
		if left() != 1 {
			t.Error("tidied before a minute had passed")
		}
		time.Sleep(2 * time.Nanosecond)
		synctest.Wait()
		if left() != 0 {
			t.Error("not tidied after a minute")
		}
		cancel()
		<-done
	})
}

// TestOtherKeys: a log that was restored goes on under other keys, and a reader
// from before gets another view, whose name was never given.
func TestOtherKeys(t *testing.T) {
	w := newWorld(t, openSQLite(t), newKeys(t))
	acme := w.member("acme")
	before := w.view(acme)
	w.keys = newKeys(t)
	after := w.view(acme)
	if after.Name == before.Name || after.ID == before.ID || after.Serial < before.Serial {
		t.Errorf("%+v became %+v", before, after)
	}
}
