package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

// Each write of a batch breaks in turn, before and after it took effect, the
// commit too. Whatever was acknowledged is there, once; whatever failed is not; and
// the next report is kept.
func TestEveryWriteMayBreak(t *testing.T) {
	for _, mode := range []struct {
		name string
		mode storetest.Mode
	}{{"before it took effect", storetest.Before}, {"after it took effect", storetest.After}, {"and take effect late", storetest.Late}} {
		t.Run(mode.name, func(t *testing.T) {
			storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
				b := &storetest.Breaker{}
				w := begin(t, open, b.Config)
				kept, refused := 0, 0
				for n := 1; ; n++ {
					jobs := []*job{newJob(1), newJob(2), newJob(3)}
					places, errs := w.together(t, jobs, func() { b.Fail(n, mode.mode) })
					broke := b.Heal()
					all := items(t, open(t)) // another process sees the same
					for i, j := range jobs {
						mustHold(t, all, j, places[i], errs[i])
						if errs[i] == nil {
							kept++
						} else {
							refused++
						}
					}
					if w.do(t, newJob(1)); !broke {
						if n < 9 {
							t.Fatalf("only %d writes were broken; two batches with head row, items, leaves and commit have more", n-1)
						}
						break
					}
				}
				if kept == 0 {
					t.Error("nothing was ever kept")
				}
				t.Logf("%d kept, %d refused, %d writes", kept, refused, b.Writes())
			})
		})
	}
}

// together keeps the first job in a batch of its own and the others in the next one; ready runs
// while the first is being kept and the others wait.
func (w *world) together(t testing.TB, jobs []*job, ready func()) ([]store.Place, []error) {
	t.Helper()
	places, errs := make([]store.Place, len(jobs)), make([]error, len(jobs))
	started, gate := make(chan struct{}), make(chan struct{})
	once := sync.OnceFunc(func() { close(started); <-gate })
	jobs[0].keep = func(context.Context, *store.Tx, store.Place) error { once(); return nil }
	var wg sync.WaitGroup
	for i, j := range jobs {
		wg.Go(func() { places[i], _, errs[i] = w.seq.Do(t.Context(), j) })
		if i == 0 {
			<-started
		}
		w.untilQueued(t, i)
	}
	ready()
	close(gate)
	wg.Wait()
	return places, errs
}

func TestACommitOfUnknownOutcomeIsLookedUp(t *testing.T) {
	for _, mode := range []struct {
		name string
		mode storetest.Mode
	}{{"not kept", storetest.Before}, {"kept", storetest.After}, {"kept while it is asked", storetest.Late}} {
		t.Run(mode.name, func(t *testing.T) {
			storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
				b := &storetest.Breaker{}
				w := begin(t, open, b.Config)
				w.do(t, newJob(1))
				before := b.Writes()
				w.do(t, newJob(1))
				each := b.Writes() - before // the commit is the last of them
				j := newJob(2)
				asked := 0
				j.kept = func() error {
					if asked++; asked < 3 {
						return errors.New("the answer is lost too")
					}
					return nil
				}
				b.Fail(each, mode.mode)
				p, _, err := w.seq.Do(t.Context(), j)
				if err != nil || !b.Broke() || asked != 3 {
					t.Fatalf("%v; broke %v; asked %d times, want 3", err, b.Broke(), asked)
				}
				all := items(t, w.db)
				mustHold(t, all, j, p, err)
				if len(all) != 3 {
					t.Errorf("%d items, want 3: once each", len(all))
				}
			})
		})
	}
}

func TestAnOutcomeThatCannotBeKnownStopsTheSequencer(t *testing.T) {
	for _, mode := range []storetest.Mode{storetest.Before, storetest.After} {
		synctest.Test(t, func(t *testing.T) {
			b := &storetest.Breaker{}
			open := sqliteOpener(t)
			w := begin(t, open, b.Config)
			w.do(t, newJob(1))
			b.FailOn(4, mode) // head row, item, leaf, commit
			j := newJob(1)
			began := time.Now()
			_, _, err := w.seq.Do(t.Context(), j)
			if fault.KindOf(err) != fault.Unreachable || time.Since(began) < 30*time.Second {
				t.Fatalf("%v after %v; want unreachable after 30 s of asking", err, time.Since(began))
			}
			b.Heal()
			if _, _, err := w.seq.Do(t.Context(), newJob(1)); fault.KindOf(err) != fault.Unreachable {
				t.Errorf("the sequencer went on: %v", err)
			}
			again := sequencer(t, open(t))
			if _, _, err := again.Do(t.Context(), newJob(1)); err != nil {
				t.Errorf("a restarted node: %v", err)
			}
			want := 2
			if mode == storetest.After {
				want = 3
			}
			if n := len(items(t, w.db)); n != want {
				t.Errorf("%d items, want %d", n, want)
			}
		})
	}
}

func TestADatabaseThatIsAwayRefusesAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &storetest.Breaker{}
		w := begin(t, sqliteOpener(t), b.Config)
		b.FailOn(1, storetest.Before)
		j := newJob(1)
		if _, _, err := w.seq.Do(t.Context(), j); err == nil {
			t.Fatal("kept in a database that is away")
		}
		b.Heal()
		p := w.do(t, j)
		mustHold(t, items(t, w.db), j, p, nil)
	})
}

func TestALostConnectionIsTriedAgain(t *testing.T) {
	open := opener(storetest.Postgres(t))
	w := begin(t, open)
	other := open(t)
	for _, when := range []string{"in a batch", "in a write", "between two batches"} {
		t.Run(when, func(t *testing.T) {
			cut := sync.OnceValue(func() error {
				return other.Write(t.Context(), func(tx *store.Tx) error {
					_, err := tx.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()`)
					return err
				})
			})
			j := newJob(1)
			switch when {
			case "in a batch":
				j.keep = func(context.Context, *store.Tx, store.Place) error { return cut() }
			case "in a write":
				err := w.db.Write(t.Context(), func(tx *store.Tx) error {
					if err := cut(); err != nil {
						return err
					}
					return store.MoveCursor(t.Context(), tx, 1, "f", 7)
				})
				if err != nil {
					t.Errorf("the write was not tried again: %v", err)
				}
				if at, err := store.Cursor(t.Context(), w.db.Reader(), 1, "f"); at != 7 || err != nil {
					t.Errorf("cursor at %d, %v", at, err)
				}
			default:
				if err := cut(); err != nil {
					t.Fatal(err)
				}
			}
			p := w.do(t, j)
			mustHold(t, items(t, w.db), j, p, nil)
		})
	}
}

func TestAWriteWhoseCommitIsLostSaysSo(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		b := &storetest.Breaker{}
		w := begin(t, open, b.Config)
		b.Fail(2, storetest.After)
		calls := 0
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			calls++
			return store.MoveCursor(t.Context(), tx, 1, "f", 7)
		})
		if fault.KindOf(err) != fault.Unreachable || calls != 1 {
			t.Errorf("%v after %d calls; want unreachable after one: trying again could do it twice", err, calls)
		}
	})
}

func opener(url string) storetest.Opener {
	return func(t testing.TB, with ...func(*store.Config)) *store.DB { return storetest.OpenURL(t, url, with...) }
}
