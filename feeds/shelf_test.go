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
)

type writer = func(context.Context, io.Writer) (defence.View, error)

// says gives a writer of a text at a serial that takes a while.
func says(serial int64, takes time.Duration, n *atomic.Int32) writer {
	return func(ctx context.Context, w io.Writer) (defence.View, error) {
		n.Add(1)
		time.Sleep(takes)
		_, err := fmt.Fprintf(w, "state %d", serial)
		return defence.View{ID: 1, Serial: serial}, err
	}
}

func read(t *testing.T, s *shelf, key string, serial int64, w writer) string {
	t.Helper()
	f, err := s.get(t.Context(), key, serial, w)
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
	if _, err := s.get(t.Context(), "a", 1, fails); !errors.Is(err, broken) {
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
			if _, err := s.get(ctx, "a", 1, says(1, time.Second, &n)); !errors.Is(err, context.Canceled) {
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

// TestShelfIsBounded: what nobody asked for longest goes, and its space with it,
// once the last client has read it.
func TestShelfIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		var n atomic.Int32
		first, err := s.get(t.Context(), "first", 1, says(1, 0, &n))
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
