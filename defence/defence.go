// Package defence is what defences read: views. A view is the log folded under
// one set of rights and one policy into the values that are in force now, with a
// journal of what changed and a counter that only rises. Members with equal
// rights and policy share one view.
//
// Nobody who reads writes: a view is made and kept up to date by [Views.Follow],
// which runs once in each process; a reader asks for its view and reads it, and
// what changed since a counter, in one consistent snapshot:
//
//	view, err := views.View(ctx, session)
//	err = views.Read(ctx, view.ID, func(r *defence.Reading) error {
//		return r.Items(kinds, func(i defence.Item) error { ... })
//	})
//
// A value is in force in a view while at least one indicator supports it that
// was neither taken back nor has expired, in an audience of the view, filed by a
// member that the receiver lets block (package member, Trust).
package defence

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/thing"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("defence schema: %w", err)
	}
	return db.Migrate(ctx, "defence", sub)
}

// Log is the log that is folded; *exchange.Exchange is one.
type Log interface {
	Head(ctx context.Context) (store.Head, error)
	// Wait returns when the log has more than size entries, or ctx ends.
	Wait(ctx context.Context, size int64) (int64, error)
	Members() *member.Registry
	Keys() *ledger.Keys
}

// Views is the set of views of one log. It is safe for concurrent use.
type Views struct {
	db     *store.DB
	logID  int64
	log    Log
	things *thing.Things
	wake   chan struct{} // a wish is there

	erasing atomic.Bool // something was erased, and may still stand in the write-ahead log

	mu     sync.Mutex
	wishes map[[32]byte]spec   // views that readers wait for
	asked  map[int64]time.Time // when each view was last read, since the last note in its row
	reads  map[member.ID]reads // what each member reads
	left   map[[32]byte]bool   // views of its own policy that a member went away from
	folded chan struct{}       // closed when something was folded
}

// New makes the views of a log; Migrate must have run once, and Follow must run
// for views to come into being.
func New(db *store.DB, logID int64, log Log) *Views {
	return &Views{db: db, logID: logID, log: log, things: thing.New(logID, log.Keys()), wake: make(chan struct{}, 1),
		wishes: map[[32]byte]spec{}, asked: map[int64]time.Time{}, reads: map[member.ID]reads{}, left: map[[32]byte]bool{}, folded: make(chan struct{})}
}

// spec is what makes a view: two readers with equal specs share one.
type spec struct {
	Auds       []int32           `json:"audiences"`
	Distrusted []member.Distrust `json:"distrusted,omitempty"`
	Floor      int               `json:"floor"` // members that must report a value
}

// defaultFloor: one member's word is enough until a receiver says otherwise.
const defaultFloor = 1

// specOf gives what a session's member may see and whom it lets block.
func (v *Views) specOf(ctx context.Context, s member.Session) (spec, error) {
	out := spec{Floor: defaultFloor}
	for _, a := range s.Audiences {
		out.Auds = append(out.Auds, int32(a))
	}
	slices.Sort(out.Auds)
	var err error
	out.Distrusted, err = v.log.Members().Distrusted(ctx, v.db.Reader(), s.Member.ID)
	return out, err
}

func (s *spec) text() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // numbers always marshal
	}
	return b
}

// hash is what a view is found by. A log that was restored has other keys, and so
// other views: who read a state that is lost is given everything anew.
func (v *Views) hash(s *spec) [32]byte {
	return sha256.Sum256(append(s.text(), v.log.Keys().Fingerprint()...))
}

// counts tells whether a backing counts under the spec.
func (s *spec) counts(b *thing.Backing) bool {
	_, sees := slices.BinarySearch(s.Auds, b.Aud)
	return sees && !member.Ignores(s.Distrusted, member.ID(b.Member), member.Audience(b.Aud))
}

// weigh gives what the backings of one thing make of it in the view; ok is false
// when it isn't in force there.
func (s *spec) weigh(bs []thing.Backing) (it Item, ok bool) {
	who := map[int64]bool{}
	for i := range bs {
		if b := &bs[i]; s.counts(b) {
			who[b.Member] = true
			if b.Until.After(it.Until) {
				it.Until = b.Until
			}
		}
	}
	it.Members = len(who)
	return it, it.Members > 0 && it.Members >= s.Floor
}

// Item is a value in force in a view.
type Item struct {
	Thing   observable.Thing
	Until   time.Time // when its last indicator ends
	Members int       // how many members report it, of those that count in the view
}

// View is a view as it stands. Name stands for it outside (a random number, so
// that none is ever given twice, also not after a restore). The counter of its
// content rises by each change, is at least the seconds since 1970 at the time of
// the change, and is never given twice.
type View struct {
	ID     int64 // for Read
	Name   int64
	Serial int64
}

// Op is what happened to a value.
type Op int

// The operations. Their numbers are stored.
const (
	Added   Op = 1
	Changed Op = 2 // another end or other reporters; still in force
	Removed Op = 3
)

// patience is how long a reader waits for a view that isn't there yet.
const patience = 2 * time.Second

// pollEvery finds what another process folded.
const pollEvery = 100 * time.Millisecond

// View gives the view that a member reads. One that isn't there yet is made by
// the follower; fault.Busy when that takes longer than 2 seconds, as on a large log.
func (v *Views) View(ctx context.Context, s member.Session) (View, error) {
	if err := s.MayFeeds(); err != nil {
		return View{}, err
	}
	sp, err := v.specOf(ctx, s)
	if err != nil {
		return View{}, err
	}
	hash := v.hash(&sp)
	v.reading(s.Member.ID, reads{hash, len(sp.Distrusted) > 0})
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		v.mu.Lock()
		folded := v.folded
		v.mu.Unlock()
		r, err := v.byHash(ctx, v.db.Reader(), hash)
		if err != nil {
			return View{}, err
		}
		if r.ready() {
			v.note(r.id)
			return r.view(), nil
		}
		v.wish(hash, sp)
		poll := time.NewTimer(pollEvery)
		select {
		case <-folded:
		case <-poll.C:
		case <-end.C:
			poll.Stop()
			return View{}, fault.New(fault.Busy, "this list is being made for the first time under your present rights; ask again in a few seconds, and keep the list that you have until then")
		case <-ctx.Done():
			poll.Stop()
			return View{}, ctx.Err()
		}
		poll.Stop()
	}
}

// maxWishes bounds what is wished at once; a reader repeats its wish.
const maxWishes = 10_000

func (v *Views) wish(hash [32]byte, sp spec) {
	v.mu.Lock()
	if len(v.wishes) < maxWishes {
		v.wishes[hash] = sp
	}
	v.mu.Unlock()
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// reads is the view that a member reads; own tells that it is of a policy that is
// hardly anybody else's.
type reads struct {
	hash [32]byte
	own  bool
}

// reading notes what a member reads now. The view of its own policy that it read
// before is dropped soon (dropLeft): each one is a copy of the whole list.
func (v *Views) reading(who member.ID, now reads) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if was := v.reads[who]; was != now && was.own {
		v.left[was.hash] = true
	}
	v.reads[who] = now
}

func (v *Views) note(id int64) {
	v.mu.Lock()
	v.asked[id] = time.Now().UTC()
	v.mu.Unlock()
}
