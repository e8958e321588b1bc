package feeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/defence"
	"tocsin/fault"
	"tocsin/member"
)

// says gives a writer of a text at a serial that takes a while.
func says(serial int64, takes time.Duration, n *atomic.Int32) write {
	return func(ctx context.Context, w io.Writer) (defence.View, error) {
		n.Add(1)
		time.Sleep(takes)
		_, err := fmt.Fprintf(w, "state %d", serial)
		return defence.View{ID: 1, Serial: serial}, err
	}
}

// list orders a whole list of view 1 for member 1.
func list(key string, serial int64) order { return order{key: key, view: 1, serial: serial, who: 1} }

// since orders what changed, for a member.
func since(token string, who member.ID) order {
	return order{key: token, view: 1, serial: 1, who: who, delta: true}
}

func read(t *testing.T, s *shelf, key string, serial int64, w write) string {
	t.Helper()
	f, err := s.get(t.Context(), list(key, serial), w)
	if err != nil {
		t.Fatal(err)
	}
	defer f.release()
	b, err := io.ReadAll(f.open())
	if err != nil || int64(len(b)) != f.size() {
		t.Fatalf("%q, %v of %d bytes", b, err, f.size())
	}
	return string(b)
}

// TestOneWriting: however many ask for one state, it is written once.
func TestOneWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		var n atomic.Int32
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if got := read(t, s, "a", 7, says(7, time.Second, &n)); got != "state 7" {
					t.Errorf("got %q", got)
				}
			})
		}
		wg.Wait()
		if n.Load() != 1 {
			t.Errorf("written %d times", n.Load())
		}
		read(t, s, "b", 7, says(7, time.Second, &n))
		if n.Load() != 2 {
			t.Error("another key is another file")
		}
	})
}

// TestStale: a file stands in for a newer state only for a few times as long as
// it took to write, and never for more than half a second.
func TestStale(t *testing.T) {
	for _, c := range []struct{ takes, stands time.Duration }{{10 * time.Millisecond, 40 * time.Millisecond}, {time.Second, maxStale}} {
		synctest.Test(t, func(t *testing.T) {
			s := newShelf()
			var n atomic.Int32
			read(t, s, "a", 1, says(1, c.takes, &n))
			time.Sleep(c.stands - 1)
			if got := read(t, s, "a", 2, says(2, c.takes, &n)); got != "state 1" {
				t.Errorf("just before %v: %q", c.stands, got)
			}
			time.Sleep(time.Nanosecond)
			if got := read(t, s, "a", 2, says(2, c.takes, &n)); got != "state 2" {
				t.Errorf("at %v: %q", c.stands, got)
			}
			time.Sleep(time.Hour)
			if got := read(t, s, "a", 2, says(2, c.takes, &n)); got != "state 2" || n.Load() != 2 {
				t.Errorf("a file of the present state was written again: %d", n.Load())
			}
		})
	}
}

// TestFailedWriting: an error is told to who waits, and is not kept.
func TestFailedWriting(t *testing.T) {
	s := newShelf()
	broken := errors.New("broken")
	fails := func(context.Context, io.Writer) (defence.View, error) { return defence.View{}, broken }
	if _, err := s.get(t.Context(), list("a", 1), fails); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	var n atomic.Int32
	if got := read(t, s, "a", 1, says(1, 0, &n)); got != "state 1" {
		t.Errorf("after a failure %q", got)
	}
}

// TestClientLeaves: who leaves while a file is written doesn't keep others from it.
func TestClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		var n atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			if _, err := s.get(ctx, list("a", 1), says(1, time.Second, &n)); !errors.Is(err, context.Canceled) {
				t.Errorf("who left got %v", err)
			}
		}()
		synctest.Wait()
		cancel()
		if got := read(t, s, "a", 1, says(1, time.Second, &n)); got != "state 1" || n.Load() != 1 {
			t.Errorf("%q after %d writings", got, n.Load())
		}
	})
}

// slow gives a writer that goes on until it is stopped, and says so.
func slow(began, ended *atomic.Int32) write {
	return func(ctx context.Context, w io.Writer) (defence.View, error) {
		began.Add(1)
		<-ctx.Done()
		ended.Add(1)
		return defence.View{}, ctx.Err()
	}
}

// TestOneDeltaAMember: each token that a client makes up is a file of its own, so
// one is written at a time for each member; what has no reader left is ended.
func TestOneDeltaAMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		var began, ended, n atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 2 { // the same one may be asked for twice
			wg.Go(func() {
				if _, err := s.get(ctx, since("1-1", 1), slow(&began, &ended)); !errors.Is(err, context.Canceled) {
					t.Errorf("who left got %v", err)
				}
			})
		}
		synctest.Wait()
		if _, err := s.get(t.Context(), since("1-2", 1), slow(&began, &ended)); fault.KindOf(err) != fault.Busy || err == nil {
			t.Errorf("another token of the same member: %v", err)
		}
		if began.Load() != 1 {
			t.Errorf("%d writers", began.Load())
		}
		f, err := s.get(t.Context(), since("1-3", 2), says(1, time.Second, &n))
		if err != nil {
			t.Fatalf("another member: %v", err)
		}
		f.release()
		read(t, s, "list", 1, says(1, time.Second, &n)) // the member's lists go on
		cancel()
		wg.Wait()
		synctest.Wait()
		if ended.Load() != 1 {
			t.Error("a delta outlives its last client")
		}
		for _, token := range []string{"1-1", "1-2"} {
			f, err := s.get(t.Context(), since(token, 1), says(1, time.Second, &n))
			if err != nil {
				t.Fatalf("%s once the first is ended: %v", token, err)
			}
			f.release()
		}
	})
}

// TestOneViewLeavesRoom: the lists of one view never take all turns, and who gets
// no turn within ten seconds is told to come again, not that something broke.
func TestOneViewLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		var began, ended, n atomic.Int32
		ask := func(name string, view int64) error {
			f, err := s.get(t.Context(), order{key: name, view: view, serial: 1, who: member.ID(view)}, says(1, 0, &n))
			if err == nil {
				f.release()
			}
			return err
		}
		busy := func(what string, err error) {
			t.Helper()
			if err == nil || fault.KindOf(err) != fault.Busy {
				t.Errorf("%s: %v", what, err)
			}
		}
		var wg sync.WaitGroup
		for i := range viewAtOnce {
			wg.Go(func() {
				_, err := s.get(t.Context(), list(fmt.Sprint("slow", i), 1), slow(&began, &ended))
				busy("a list that takes two minutes", err)
			})
		}
		synctest.Wait()
		start := time.Now()
		if err := ask("other", 2); err != nil || time.Since(start) != 0 {
			t.Errorf("another view: %v after %v", err, time.Since(start))
		}
		busy("one more of the same view", ask("third", 1))
		if time.Since(start) != turnTime {
			t.Errorf("told after %v", time.Since(start))
		}
		wg.Wait()
		if took := time.Since(start); took != writeTime || ended.Load() != viewAtOnce {
			t.Errorf("%d lists were ended after %v", ended.Load(), took)
		}
		if err := ask("third", 1); err != nil {
			t.Errorf("once there is room: %v", err)
		}
		if len(s.lanes) != 0 || len(s.deltas) != 0 {
			t.Errorf("left over: %v, %v", s.lanes, s.deltas)
		}
	})
}

// TestClose: nothing reads the database after the feeds were closed.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		var began, ended, n atomic.Int32
		var wg sync.WaitGroup
		for i := range viewAtOnce + 1 { // one of them waits for its turn
			wg.Go(func() {
				if _, err := s.get(t.Context(), list(fmt.Sprint(i), 1), slow(&began, &ended)); fault.KindOf(err) != fault.Busy || err == nil {
					t.Errorf("who waits when the node stops got %v", err)
				}
			})
		}
		synctest.Wait()
		s.close()
		if began.Load() != viewAtOnce || ended.Load() != viewAtOnce {
			t.Errorf("%d of %d writers have ended", ended.Load(), began.Load())
		}
		wg.Wait()
		if len(s.files) != 0 {
			t.Errorf("%d files are kept", len(s.files))
		}
		if _, err := s.get(t.Context(), list("later", 1), says(1, 0, &n)); fault.KindOf(err) != fault.Busy || err == nil || n.Load() != 0 {
			t.Errorf("after it: %v, %d writings", err, n.Load())
		}
	})
}

// TestShelfIsBounded: what nobody asked for longest goes, and its space with it,
// once the last client has read it.
func TestShelfIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		var n atomic.Int32
		first, err := s.get(t.Context(), list("first", 1), says(1, 0, &n))
		if err != nil {
			t.Fatal(err)
		}
		for i := range filesKept {
			time.Sleep(time.Second)
			read(t, s, fmt.Sprint(i), 1, says(1, 0, &n))
		}
		if len(s.files) != filesKept || s.files["first"] != nil {
			t.Errorf("%d files are kept, of at most %d", len(s.files), filesKept)
		}
		if b, _ := io.ReadAll(first.open()); string(b) != "state 1" {
			t.Errorf("a file that is being read became %q", b)
		}
		first.release()
		if first.refs != 0 || first.buf != nil {
			t.Error("the space was not given back")
		}
	})
}

func TestSpool(t *testing.T) {
	for _, n := range []int{0, 1, inMemory - 1, inMemory, inMemory + 1, 3 * inMemory} {
		var s spool
		want := bytes.Repeat([]byte("tocsin "), n/7+1)[:n]
		for part := want; len(part) > 0; {
			k := min(len(part), 100_000)
			if _, err := s.Write(part[:k]); err != nil {
				t.Fatal(err)
			}
			part = part[k:]
		}
		if (s.file != nil) != (n > inMemory) {
			t.Errorf("%d bytes: in a file %v", n, s.file != nil)
		}
		for range 2 {
			if got, err := io.ReadAll(s.open()); err != nil || !bytes.Equal(got, want) || s.size() != int64(n) {
				t.Errorf("%d bytes came back as %d, %v", n, len(got), err)
			}
		}
		s.close()
	}
}

// TestNoRoom: a machine without room for temporary files still gives large lists,
// whole ones; what can't be known before is not claimed.
func TestNoRoom(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	w := newWorld(t)
	var names []string
	var want strings.Builder
	for i := range 2 * inMemory / 100 {
		names = append(names, fmt.Sprintf("h%06d.%s.example", i, strings.Repeat("x", 60)))
		want.WriteString(names[i] + "\n")
	}
	w.file(domains(names...)...)
	w.until("the list", func() bool { return w.get("/feeds/domains.txt") == want.String() })
	a := w.ask("GET", "/feeds/domains.txt", "Accept-Encoding", "gzip")
	if got := unpack(t, a.Body.Bytes()); got != want.String() {
		t.Errorf("packed it has %d bytes of %d", len(got), len(want.String()))
	}
	plain := w.ask("GET", "/feeds/domains.txt", "Accept-Encoding", "identity")
	for _, h := range []string{"Etag", "Last-Modified", "Content-Length"} {
		if v := plain.Header().Get(h); v != "" {
			t.Errorf("%s is claimed: %s", h, v)
		}
	}
	if head := w.ask("HEAD", "/feeds/domains.txt", "Accept-Encoding", "identity"); head.Code != 200 || head.Body.Len() != 0 {
		t.Errorf("HEAD: %d, %d bytes", head.Code, head.Body.Len())
	}
}
