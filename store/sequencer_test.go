package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

func TestWritersGetDenseIndexesAndRisingDates(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		const writers, each = 50, 8
		var mu sync.Mutex
		told := map[*job]store.Place{}
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				for k := range each {
					j := newJob(1 + (i+k)%5)
					p, size, err := w.seq.Do(t.Context(), j)
					if err != nil || size != p.Size {
						t.Errorf("writer %d: size %d of %d, %v", i, size, p.Size, err)
						return
					}
					mu.Lock()
					told[j] = p
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		all := items(t, w.db)
		if len(all) != writers*each {
			t.Fatalf("%d items of %d", len(all), writers*each)
		}
		for j, p := range told {
			mustHold(t, all, j, p, nil)
		}
	})
}

func TestJobsThatWaitShareABatch(t *testing.T) {
	w := begin(t, sqliteOpener(t))
	started, gate := make(chan struct{}), make(chan struct{})
	first := newJob(1)
	first.keep = func(context.Context, *store.Tx, store.Place) error { close(started); <-gate; return nil }
	var wg sync.WaitGroup
	wg.Go(func() { w.do(t, first) })
	<-started
	places := make([]store.Place, 20)
	for i := range places {
		wg.Go(func() { places[i] = w.do(t, newJob(1)) })
	}
	w.untilQueued(t, len(places))
	close(gate)
	wg.Wait()
	for _, p := range places {
		if p.Size != 21 {
			t.Errorf("a job that waited was kept at size %d, want 21: all that wait form one batch", p.Size)
		}
	}
}

func TestBatchesAreBounded(t *testing.T) {
	for _, c := range []struct {
		name          string
		jobs, objects int
		want          int64 // size after the first batch of those that waited
	}{
		{"as many jobs as fit", 256, 1, 1 + 256},
		{"one job more", 257, 1, 1 + 256},
		{"as many objects as fit", 2, 5_000, 1 + 2},
		{"more objects", 2, 5_001, 1 + 1},
		{"one job over the bound stands alone", 2, 10_001, 1 + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, sqliteOpener(t))
			started, gate := make(chan struct{}), make(chan struct{})
			first := newJob(1)
			first.keep = func(context.Context, *store.Tx, store.Place) error { close(started); <-gate; return nil }
			var wg sync.WaitGroup
			wg.Go(func() { w.do(t, first) })
			<-started
			var mu sync.Mutex
			smallest := int64(1 << 40)
			for range c.jobs {
				wg.Go(func() {
					p := w.do(t, newJob(c.objects))
					mu.Lock()
					defer mu.Unlock()
					smallest = min(smallest, p.Size)
				})
			}
			w.untilQueued(t, c.jobs)
			close(gate)
			wg.Wait()
			if smallest != c.want {
				t.Errorf("the first batch ended at size %d, want %d", smallest, c.want)
			}
			items(t, w.db)
		})
	}
}

var errOwn = errors.New("this job's own failure")

func TestAFailingJobHarmsNobodyElse(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		bad := map[string]func(ctx context.Context, tx *store.Tx, p store.Place) error{
			"returns an error": func(context.Context, *store.Tx, store.Place) error { return errOwn },
			"breaks a rule of the schema": func(ctx context.Context, tx *store.Tx, p store.Place) error {
				_, err := tx.Exec(ctx, `INSERT INTO leaf (log_id, idx) VALUES (1, NULL)`)
				return err
			},
			"writes and then fails": func(ctx context.Context, tx *store.Tx, p store.Place) error {
				_, err := tx.Exec(ctx, `INSERT INTO item (log_id, idx, at, n, size, token) VALUES (1, 1000, 1, 1, 1, 'stray')`)
				return errors.Join(err, errOwn)
			},
			"panics": func(context.Context, *store.Tx, store.Place) error { panic("defect") },
		}
		started, gate := make(chan struct{}), make(chan struct{})
		first := newJob(1)
		first.keep = func(context.Context, *store.Tx, store.Place) error { close(started); <-gate; return nil }
		var wg sync.WaitGroup
		wg.Go(func() { w.do(t, first) })
		<-started
		type answer struct {
			j   *job
			p   store.Place
			err error
		}
		answers := make(chan answer, 40)
		ask := func(j *job) { p, _, err := w.seq.Do(t.Context(), j); answers <- answer{j, p, err} }
		n := 0
		for name, keep := range bad {
			j := newJob(1)
			j.keep = keep
			j.token = "bad " + name
			good := newJob(2)
			n += 2
			wg.Go(func() { ask(j) })
			wg.Go(func() { ask(good) })
		}
		w.untilQueued(t, n)
		close(gate)
		wg.Wait()
		close(answers)
		all := items(t, w.db)
		for a := range answers {
			if failed := strings.HasPrefix(a.j.token, "bad "); failed != (a.err != nil) {
				t.Errorf("job %q: %v", a.j.token, a.err)
			}
			mustHold(t, all, a.j, a.p, a.err)
		}
	})
}

func TestTheClockMayStandOrGoBack(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		ahead := time.Now().UTC().Add(time.Hour).UnixMicro()
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE head SET added = $1 WHERE log_id = 1`, ahead)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p := w.do(t, newJob(3))
		if p.Added != ahead+1 {
			t.Errorf("the first object is dated %d after %d: not the next microsecond", p.Added, ahead)
		}
		if p := w.do(t, newJob(1)); p.Added != ahead+4 {
			t.Errorf("the object after three is dated %d, want %d", p.Added, ahead+4)
		}
		before := time.Now().UTC().UnixMicro()
		w2 := begin(t, sqliteOpener(t))
		if p := w2.do(t, newJob(1)); p.Added < before || p.Added > time.Now().UTC().UnixMicro() {
			t.Errorf("a new log's first object is dated %d, now is %d", p.Added, before)
		}
	})
}

func TestWhoGoesAwayBeforeABatchIsNotKept(t *testing.T) {
	w := begin(t, sqliteOpener(t))
	started, gate := make(chan struct{}), make(chan struct{})
	first := newJob(1)
	first.keep = func(context.Context, *store.Tx, store.Place) error { close(started); <-gate; return nil }
	taken, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := w.seq.Do(taken, first); err != nil {
			t.Errorf("a job in a batch must wait for its outcome, got %v", err)
		}
	})
	<-started
	leave() // too late for this one
	gone, cancel := context.WithCancel(t.Context())
	late := newJob(1)
	wg.Go(func() {
		if _, _, err := w.seq.Do(gone, late); !errors.Is(err, context.Canceled) {
			t.Errorf("a job that waited: %v, want context.Canceled", err)
		}
	})
	w.untilQueued(t, 1)
	cancel()
	w.untilQueued(t, 0)
	close(gate)
	wg.Wait()
	all := items(t, w.db)
	if _, found := find(all, late); found || len(all) != 1 {
		t.Errorf("%d items; the job whose caller had gone is among them: %v", len(all), found)
	}
}

func TestClosingFinishesTheBatchAndRefusesTheRest(t *testing.T) {
	before := runtime.NumGoroutine()
	db := storetest.Open(t)
	if err := db.Migrate(t.Context(), "item", schema()); err != nil {
		t.Fatal(err)
	}
	seq, err := store.NewSequencer(t.Context(), db, 1, sealer{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{db, seq}
	started, gate := make(chan struct{}), make(chan struct{})
	first := newJob(1)
	first.keep = func(context.Context, *store.Tx, store.Place) error { close(started); <-gate; return nil }
	var wg sync.WaitGroup
	wg.Go(func() { w.do(t, first) })
	<-started
	wg.Go(func() {
		if _, _, err := seq.Do(t.Context(), newJob(1)); fault.KindOf(err) != fault.Busy {
			t.Errorf("a job that waited for a batch: %v, want busy", err)
		}
	})
	wg.Go(func() {
		if _, err := seq.Wait(t.Context(), 100); fault.KindOf(err) != fault.Busy {
			t.Errorf("a waiter: %v, want busy", err)
		}
	})
	w.untilQueued(t, 1)
	wg.Go(func() {
		if err := seq.Close(); err != nil {
			t.Error(err)
		}
	})
	w.untilQueued(t, 0)
	close(gate)
	wg.Wait()
	if _, _, err := seq.Do(t.Context(), newJob(1)); fault.KindOf(err) != fault.Busy {
		t.Errorf("after the end: %v, want busy", err)
	}
	if _, err := seq.Wait(t.Context(), 100); fault.KindOf(err) != fault.Busy {
		t.Errorf("waiting after the end: %v, want busy", err)
	}
	if err := seq.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if n := len(items(t, db)); n != 1 {
		t.Errorf("%d items, want the one whose batch was being written", n)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	for range 1000 { // database/sql's own goroutines end a moment after Close
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines before and %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
}

func TestAJobNeedsAnObjectPerEntry(t *testing.T) {
	w := begin(t, sqliteOpener(t))
	if _, _, err := w.seq.Do(t.Context(), newJob(0)); err == nil {
		t.Error("a job without objects was kept: its entry would share a date with the next one")
	}
	if len(items(t, w.db)) != 0 {
		t.Error("it left something behind")
	}
}

func TestTwoProcessesShareOneLog(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		a := begin(t, open)
		b := begin(t, open)
		const writers, each = 8, 15
		var wg sync.WaitGroup
		for i := range writers {
			w := a
			if i%2 == 1 {
				w = b
			}
			wg.Go(func() {
				for range each {
					if _, _, err := w.seq.Do(t.Context(), newJob(2)); err != nil {
						t.Errorf("writer %d: %v", i, err)
						return
					}
				}
			})
		}
		wg.Wait()
		if n := len(items(t, a.db)); n != writers*each {
			t.Errorf("%d items of %d", n, writers*each)
		}
	})
}

func TestRightsAndFingerprintReachEachJob(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		if p := w.do(t, newJob(1)); p.Rights != 0 || p.Fingerprint != "" {
			t.Fatalf("a new log has rights %d and fingerprint %q", p.Rights, p.Fingerprint)
		}
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(store.RaiseRights(t.Context(), tx, 1), w.seq.SetFingerprint(t.Context(), tx, "keys-a"))
		})
		if err != nil {
			t.Fatal(err)
		}
		p := w.do(t, newJob(1))
		h, err := w.seq.Head(t.Context())
		want := store.Head{Size: 2, Added: p.Added, Rights: 1, Fingerprint: "keys-a"}
		if err != nil || h != want || p.Rights != 1 || p.Fingerprint != "keys-a" {
			t.Errorf("head %+v, %v, want %+v; the job saw rights %d, fingerprint %q", h, err, want, p.Rights, p.Fingerprint)
		}
	})
}

func TestRightsMayBeRaisedBeforeTheLogBegins(t *testing.T) {
	db := storetest.Open(t)
	if err := db.Migrate(t.Context(), "item", schema()); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return store.RaiseRights(t.Context(), tx, 1) }); err != nil {
		t.Fatal(err)
	}
	if h, err := sequencer(t, db).Head(t.Context()); err != nil || h.Rights != 1 || h.Size != 0 {
		t.Errorf("head %+v, %v: the change was lost, so a session from before it would not be checked again", h, err)
	}
}

// untilQueued waits until so many jobs wait for a batch.
func (w *world) untilQueued(t testing.TB, n int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); w.seq.Queued() != n; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs wait, want %d", w.seq.Queued(), n)
		}
	}
}

func sqliteOpener(t testing.TB) storetest.Opener {
	file := fmt.Sprintf("%s/store.db", t.TempDir())
	return func(t testing.TB, with ...func(*store.Config)) *store.DB { return storetest.OpenURL(t, file, with...) }
}
