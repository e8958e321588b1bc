// Package pending holds what somebody began in a browser and has still to end, such
// as a sign-in that goes by way of another site.
//
//	logins := pending.New[login](10*time.Minute, 20_000)
//	id := logins.Put(login{...})  // into a cookie
//	l, ok := logins.Take(id)      // once
//
// It is kept in this process only: what was begun at one node ends there, and what
// was under way when it stops has to be begun again.
package pending

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// Set holds what is under way, each by the hash of its id. All live equally long,
// so the first of the list is the first to end. It is safe for concurrent use.
type Set[T any] struct {
	life time.Duration
	most int

	mu    sync.Mutex
	order *list.List
	byKey map[[32]byte]*list.Element
}

type entry[T any] struct {
	of    T
	key   [32]byte
	until time.Time
}

// New makes a set in which each lives for life, and of more than most the oldest ends.
func New[T any](life time.Duration, most int) *Set[T] {
	return &Set[T]{life: life, most: most, order: list.New(), byKey: map[[32]byte]*list.Element{}}
}

// Put keeps of and gives its id, of 128 random bits or more.
func (s *Set[T]) Put(of T) (id string) {
	id = rand.Text()
	now := time.Now().UTC()
	n := entry[T]{of, sha256.Sum256([]byte(id)), now.Add(s.life)}
	s.mu.Lock()
	defer s.mu.Unlock()
	for e := s.order.Front(); e != nil && (s.order.Len() >= s.most || !now.Before(e.Value.(entry[T]).until)); e = s.order.Front() {
		s.drop(e)
	}
	s.byKey[n.key] = s.order.PushBack(n)
	return id
}

// Take gives what has an id, once; false when it was taken, lived too long or never was.
func (s *Set[T]) Take(id string) (of T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byKey[sha256.Sum256([]byte(id))]
	if !ok {
		return of, false
	}
	s.drop(e)
	n := e.Value.(entry[T])
	if !time.Now().UTC().Before(n.until) {
		return of, false
	}
	return n.of, true
}

// Len is how many are kept; some of them may have lived too long.
func (s *Set[T]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byKey)
}

func (s *Set[T]) drop(e *list.Element) {
	delete(s.byKey, e.Value.(entry[T]).key)
	s.order.Remove(e)
}
