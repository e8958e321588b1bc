package defence

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/ledger"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/store/storetest"
	"tocsin/thing"
)

// world is a log with members and things, without reports: what views are made of.
type world struct {
	testing.TB
	db      *store.DB
	seq     *store.Sequencer
	members *member.Registry
	keys    *ledger.Keys
	things  *thing.Things
	views   *Views
}

type noLeaves struct{}

func (noLeaves) Seal(context.Context, *store.Tx, store.Head, []store.Job) error { return nil }

func newWorld(t testing.TB, db *store.DB, keys *ledger.Keys) *world {
	t.Helper()
	ctx := t.Context()
	for _, migrate := range []func(context.Context, *store.DB) error{member.Migrate, thing.Migrate, Migrate} {
		if err := migrate(ctx, db); err != nil {
			t.Fatal(err)
		}
	}
	seq, err := store.NewSequencer(ctx, db, 1, noLeaves{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { seq.Close() })
	w := &world{TB: t, db: db, seq: seq, members: member.New(db, 1, keys.MAC), keys: keys, things: thing.New(1, keys)}
	w.views = New(db, 1, w)
	return w
}

func newKeys(t testing.TB) *ledger.Keys {
	t.Helper()
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "tocsin.example/test")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// onBoth runs a test on each engine; other gives another process on the same database.
func onBoth(t *testing.T, f func(t *testing.T, w *world, other func() *world)) {
	t.Helper()
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		keys := newKeys(t)
		f(t, newWorld(t, open(t), keys), func() *world { return newWorld(t, open(t), keys) })
	})
}

// world is the Log of its views.
func (w *world) Head(ctx context.Context) (store.Head, error) { return w.seq.Head(ctx) }
func (w *world) Wait(ctx context.Context, size int64) (int64, error) {
	return w.seq.Wait(ctx, size)
}
func (w *world) Members() *member.Registry { return w.members }
func (w *world) Keys() *ledger.Keys        { return w.keys }

// entry is one entry of the log with n positions.
type jobOf struct {
	n    int
	keep func(ctx context.Context, tx *store.Tx, p store.Place) error
}

func (j jobOf) Entries() int { return 1 }
func (j jobOf) Objects() int { return max(1, j.n) }
func (j jobOf) Keep(ctx context.Context, tx *store.Tx, p store.Place) error {
	return j.keep(ctx, tx, p)
}
func (j jobOf) Kept(context.Context, store.Querier) (store.Place, int64, bool, error) {
	return store.Place{}, 0, false, nil
}

func (w *world) do(n int, keep func(ctx context.Context, tx *store.Tx, p store.Place) error) store.Place {
	w.Helper()
	p, _, err := w.seq.Do(context.Background(), jobOf{n, keep})
	if err != nil {
		w.Fatal(err)
	}
	return p
}

func (w *world) member(name string) member.Session {
	w.Helper()
	if _, err := w.members.AddMember(context.Background(), member.NewMember{Name: name}); err != nil {
		w.Fatal(err)
	}
	return w.session(name)
}

func (w *world) session(name string) member.Session {
	w.Helper()
	s, err := w.members.Session(context.Background(), name)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// trust sets what a receiver lets a source do, as it sees it in the community.
func (w *world) trust(receiver, source string, to member.Trust) {
	w.Helper()
	id, _ := w.members.Pseudonym(w.session(source).Member, member.AudienceClear)
	if err := w.members.SetTrust(context.Background(), receiver, id, to); err != nil {
		w.Fatal(err)
	}
}

// inAYear is when indicators of these tests end.
func inAYear() time.Time { return time.Now().UTC().AddDate(1, 0, 0).Truncate(time.Second) }

// file files one indicator for each value and gives the date of the first.
func (w *world) file(s member.Session, aud member.Audience, until time.Time, values ...string) int64 {
	w.Helper()
	return w.do(len(values), func(ctx context.Context, tx *store.Tx, p store.Place) error {
		var out []thing.Support
		for i, v := range values {
			out = append(out, thing.Support{At: p.Added + int64(i), Thing: w.thing(v), Aud: int32(aud), Member: int64(s.Member.ID), Until: until})
		}
		return w.things.Put(ctx, tx, out)
	}).Added
}

func (w *world) thing(value string) observable.Thing {
	w.Helper()
	t, ok := observable.Guess(value)
	if !ok {
		w.Fatalf("%q is no value", value)
	}
	return t
}

func (w *world) recall(ats ...int64) {
	w.Helper()
	w.do(len(ats), func(ctx context.Context, tx *store.Tx, p store.Place) error {
		return w.things.SetState(ctx, tx, ats, thing.Taken, p.Added)
	})
}

func (w *world) expire(ats ...int64) {
	w.Helper()
	w.do(len(ats), func(ctx context.Context, tx *store.Tx, p store.Place) error {
		return w.things.Expire(ctx, tx, ats, p.Added)
	})
}

func (w *world) handOver(at int64, to member.Session) {
	w.Helper()
	w.do(1, func(ctx context.Context, tx *store.Tx, p store.Place) error {
		var from int64
		if err := tx.QueryRowContext(ctx, `SELECT member FROM support WHERE at = $1 AND state = 0`, at).Scan(&from); err != nil {
			return err
		}
		if err := w.things.Join(ctx, tx, at, int64(to.Member.ID), p.Added); err != nil || from == int64(to.Member.ID) {
			return err
		}
		return w.things.Leave(ctx, tx, at, from, p.Added)
	})
}

// view gives a member's view with everything folded in, without a follower.
func (w *world) view(s member.Session) View {
	w.Helper()
	ctx := context.Background()
	sp, err := w.views.specOf(ctx, s)
	if err != nil {
		w.Fatal(err)
	}
	w.views.wish(w.views.hash(&sp), sp)
	if _, err := w.views.catchUp(ctx); err != nil {
		w.Fatal(err)
	}
	v, err := w.views.View(ctx, s)
	if err != nil {
		w.Fatal(err)
	}
	return v
}

// list reads a view as value lines, in the order in which it gives them.
func (w *world) list(id int64) []string {
	w.Helper()
	var out []string
	err := w.views.Read(context.Background(), id, func(r *Reading) error {
		return r.Items(thing.Kinds(), func(i Item) error { out = append(out, show(i)); return nil })
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func show(i Item) string {
	return fmt.Sprintf("%s %s x%d until %d", i.Thing.Kind, i.Thing.Value, i.Members, i.Until.Unix())
}

// values is list without all but the values.
func (w *world) values(s member.Session) string {
	w.Helper()
	var out []string
	for _, l := range w.list(w.view(s).ID) {
		out = append(out, strings.Fields(l)[1])
	}
	return strings.Join(out, " ")
}

// changes reads what changed since a serial; ok is false when that isn't known any more.
func (w *world) changes(id, serial int64) (out []Change, ok bool) {
	w.Helper()
	err := w.views.Read(context.Background(), id, func(r *Reading) error {
		var err error
		if ok, err = r.Since(serial); !ok || err != nil {
			return err
		}
		return r.Changes(serial, thing.Kinds(), func(c Change) error { out = append(out, c); return nil })
	})
	if err != nil {
		w.Fatal(err)
	}
	return out, ok
}

// follow runs a follower until the test ends.
func (w *world) follow() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.views.Follow(ctx, slog.New(slog.DiscardHandler))
	}()
	w.Cleanup(func() { cancel(); <-done })
}
