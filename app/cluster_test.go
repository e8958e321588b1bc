package app_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/archive"
	"tocsin/store/storetest"
)

// TestTwoNodesOneDatabase: two nodes on one PostgreSQL under load, one is killed.
// Indexes are dense, no reader skips or repeats, every acknowledged receipt holds.
func TestTwoNodesOneDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are not under the race detector")
	}
	dir := t.TempDir()
	w := begin(t, app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys"), DB: storetest.Postgres(t)})
	one, two := serve(t, w.args...), serve(t, w.args...)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var readers sync.WaitGroup
	steady, moved := &reader{objects: map[string]int{}, last: "0.0"}, &reader{objects: map[string]int{}, last: "0.0"}
	l := newLoad()
	first := newLoad() // one report before anyone reads, so that 0.0 is a position
	first.writer("first", one.url, w.bank)
	first.reach(t, 1)
	close(first.stop)
	first.wg.Wait()
	l.acked = first.acked

	readers.Go(func() { steady.follow(ctx, two.url, w.hospital) })
	readers.Go(func() {
		moved.follow(ctx, one.url, w.hospital) // until it is killed
		moved.follow(ctx, two.url, w.hospital)
	})
	for i := range 3 {
		l.writer(fmt.Sprintf("one-%d", i), one.url, w.bank)
		l.writer(fmt.Sprintf("two-%d", i), two.url, w.bank)
	}
	l.reach(t, 120)
	one.kill()
	l.reach(t, l.count()+60)
	close(l.stop)
	l.wg.Wait()

	last := int64(0)
	for _, a := range l.acked {
		last = max(last, a.Index)
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if caught(steady, last) && caught(moved, last) {
			break
		}
	}
	cancel()
	readers.Wait()
	for name, r := range map[string]*reader{"the steady reader": steady, "the reader that moved": moved} {
		before := archive.Position{Index: -1}
		for _, id := range r.ids {
			p, err := archive.ParsePosition(id)
			if err != nil || p.Index < before.Index || p.Index == before.Index && p.N <= before.N {
				t.Errorf("%s got %s after %s: %v", name, id, before, err)
			}
			before = p
		}
		missing := 0
		for _, a := range l.acked {
			for i, o := range a.Objects {
				// What was there before 0.0 was passed is not its to see again.
				if r.objects[o.ID] == 0 && !(a.Index == 0 && i == 0) {
					missing++
				}
			}
		}
		if missing > 0 {
			t.Errorf("%s never saw %d acknowledged objects", name, missing)
		}
	}
	w.check(t, l.acked)
}

// caught tells whether a reader has come to an entry.
func caught(r *reader, index int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := archive.ParsePosition(r.last)
	return err == nil && p.Index >= index
}
