package pending_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/web/pending"
)

const life = 5 * time.Minute

// TestOnce: an id gives what was put, once, until its life is over.
func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pending.New[string](life, 10)
		id := s.Put("a")
		time.Sleep(life - time.Nanosecond)
		if of, ok := s.Take(id); !ok || of != "a" {
			t.Errorf("just before its end: %q, %v", of, ok)
		}
		if of, ok := s.Take(id); ok || of != "" {
			t.Errorf("it counts twice: %q", of)
		}
		id = s.Put("b")
		time.Sleep(life)
		if of, ok := s.Take(id); ok || of != "" {
			t.Errorf("it counts for too long: %q", of)
		}
		for _, wrong := range []string{"", "a", id + "x"} {
			if of, ok := s.Take(wrong); ok {
				t.Errorf("%q gives %q", wrong, of)
			}
		}
	})
}

// TestRoom: what is over makes room, and of too many the oldest does.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pending.New[int](life, 3)
		s.Put(0)
		s.Put(0)
		time.Sleep(life)
		if s.Put(0); s.Len() != 1 {
			t.Errorf("%d are kept; all but one are over", s.Len())
		}
	})
	const most = 100
	s := pending.New[int](life, most)
	ids := []string{}
	for i := range most + 1 {
		ids = append(ids, s.Put(i))
	}
	if s.Len() != most {
		t.Errorf("%d are kept, not %d", s.Len(), most)
	}
	if _, ok := s.Take(ids[0]); ok {
		t.Error("the oldest is still there")
	}
	for i, id := range ids[1:] {
		if of, ok := s.Take(id); !ok || of != i+1 {
			t.Errorf("number %d: %d, %v", i+1, of, ok)
		}
	}
	if s.Len() != 0 {
		t.Errorf("%d are kept of none", s.Len())
	}
}

// TestTogether: of many who take the same at once one gets it.
func TestTogether(t *testing.T) {
	s := pending.New[string](life, 1000)
	var wg sync.WaitGroup
	var got atomic.Int64
	for i := range 50 {
		id := s.Put(fmt.Sprint(i))
		for range 4 {
			wg.Go(func() {
				if of, ok := s.Take(id); ok && of == fmt.Sprint(i) {
					got.Add(1)
				}
			})
		}
	}
	wg.Wait()
	if got.Load() != 50 {
		t.Errorf("%d were given of 50", got.Load())
	}
}
