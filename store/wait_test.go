package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/store"
	"tocsin/store/storetest"
)

func TestWaitersWakeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, sqliteOpener(t))
		const waiters = 1000
		began := time.Now()
		var wg sync.WaitGroup
		for range waiters {
			wg.Go(func() {
				if n, err := w.seq.Wait(t.Context(), 0); n != 1 || err != nil {
					t.Errorf("woke at %d, %v", n, err)
				}
			})
		}
		synctest.Wait()
		w.do(t, newJob(1))
		wg.Wait()
		if d := time.Since(began); d != 0 {
			t.Errorf("a commit of this process was seen after %v", d)
		}
		if n, err := w.seq.Wait(t.Context(), 0); n != 1 || err != nil {
			t.Errorf("what is there already: %d, %v", n, err)
		}
	})
}

func TestWaitersSeeOtherProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := sqliteOpener(t)
		a, b := begin(t, open), begin(t, open)
		var wg sync.WaitGroup
		wg.Go(func() {
			if n, err := a.seq.Wait(t.Context(), 0); n != 1 || err != nil {
				t.Errorf("woke at %d, %v", n, err)
			}
		})
		time.Sleep(time.Second)
		began := time.Now()
		b.do(t, newJob(1))
		wg.Wait()
		if d := time.Since(began); d > store.DefaultPoll {
			t.Errorf("a commit of another process was seen after %v, later than one poll", d)
		}
		// What happened while nobody waited is seen at once.
		b.do(t, newJob(1))
		time.Sleep(time.Minute)
		began = time.Now()
		if n, err := a.seq.Wait(t.Context(), 1); n != 2 || err != nil || time.Since(began) > store.DefaultPoll {
			t.Errorf("woke at %d after %v, %v", n, time.Since(began), err)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, sqliteOpener(t))
		w.do(t, newJob(1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if n, err := w.seq.Wait(ctx, 1); n != 1 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d, %v; want 1 and the end of the context", n, err)
		}
	})
}

// A waiter costs no query of its own, and nobody waiting costs none at all.
func TestOnePollerForAllWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &storetest.Breaker{}
		w := begin(t, sqliteOpener(t), b.Config)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { _, _ = w.seq.Wait(ctx, 0) }) // ends with ctx
		}
		synctest.Wait()
		before := b.Reads()
		time.Sleep(10 * store.DefaultPoll)
		if n := b.Reads() - before; n < 9 || n > 11 {
			t.Errorf("%d looks at the head row in the time of 10", n)
		}
		cancel()
		wg.Wait()
		time.Sleep(store.DefaultPoll)
		before = b.Reads()
		time.Sleep(time.Hour)
		if n := b.Reads() - before; n != 0 {
			t.Errorf("%d looks while nobody waited", n)
		}
	})
}

// A database that can't be read for a while wakes nobody and loses nobody.
func TestWaitOutlastsADatabaseThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := sqliteOpener(t)
		b := &storetest.Breaker{}
		a, other := begin(t, open, b.Config), begin(t, open)
		var wg sync.WaitGroup
		wg.Go(func() {
			if n, err := a.seq.Wait(t.Context(), 0); n != 1 || err != nil {
				t.Errorf("woke at %d, %v", n, err)
			}
		})
		synctest.Wait()
		b.FailOn(1, storetest.Before)
		if _, _, err := a.seq.Do(t.Context(), newJob(1)); err == nil {
			t.Error("kept in a database that is away")
		}
		other.do(t, newJob(1))
		time.Sleep(time.Minute)
		b.Heal()
		wg.Wait()
	})
}

func TestNotificationsAreOnlyAHint(t *testing.T) {
	url := storetest.Postgres(t)
	for _, c := range []struct {
		name string
		with func(*store.Config)
	}{
		{"with notifications and hardly a poll", func(c *store.Config) { c.Poll = time.Hour }},
		{"without notifications", func(c *store.Config) { c.NoNotify = true; c.Poll = 10 * time.Millisecond }},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := begin(t, opener(url), c.with), begin(t, opener(url), c.with)
			h, err := a.seq.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			woke := make(chan error, 1)
			go func() { _, err := a.seq.Wait(ctx, h.Size); woke <- err }()
			// The listener may not have begun yet, so it is told until it hears.
			for {
				b.do(t, newJob(1))
				select {
				case err := <-woke:
					if err != nil {
						t.Errorf("a commit of another process was not seen: %v", err)
					}
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		})
	}
}
