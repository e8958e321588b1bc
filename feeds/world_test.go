package feeds

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"tocsin/defence"
	"tocsin/door"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/store/storetest"
	"tocsin/thing"
)

// world is a log with members, things and followed views behind the real handler.
type world struct {
	*testing.T
	seq     *store.Sequencer
	members *member.Registry
	keys    *ledger.Keys
	things  *thing.Things
	views   *defence.Views
	http    http.Handler
	acme    member.Session
	key     string // acme's
	feedKey string
	log     bytes.Buffer
}

type noLeaves struct{}

func (noLeaves) Seal(context.Context, *store.Tx, store.Head, []store.Job) error { return nil }

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := t.Context()
	w := &world{T: t}
	db := storetest.Open(t)
	for _, migrate := range []func(context.Context, *store.DB) error{member.Migrate, thing.Migrate, defence.Migrate} {
		w.must(migrate(ctx, db))
	}
	var err error
	w.keys, err = ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "tocsin.example/test")
	w.must(err)
	w.seq, err = store.NewSequencer(ctx, db, 1, noLeaves{})
	w.must(err)
	t.Cleanup(func() { w.seq.Close() })
	w.members = member.New(db, 1, w.keys.MAC)
	w.things = thing.New(1, w.keys)
	w.views = defence.New(db, 1, w)
	w.acme, w.key = w.member("acme")
	w.feedKey, _, err = w.members.AddKey(ctx, "acme", true)
	w.must(err)
	logger := slog.New(slog.NewTextHandler(&w.log, nil))
	lists := Handler(w.views, door.New(w.members, logger))
	t.Cleanup(func() { lists.Close() })
	w.http = lists
	run, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.views.Follow(run, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { stop(); <-done })
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) member(name string) (member.Session, string) {
	w.Helper()
	_, err := w.members.AddMember(w.Context(), member.NewMember{Name: name})
	w.must(err)
	key, _, err := w.members.AddKey(w.Context(), name, false)
	w.must(err)
	s, err := w.members.Session(w.Context(), name)
	w.must(err)
	return s, key
}

func (w *world) Head(ctx context.Context) (store.Head, error) { return w.seq.Head(ctx) }
func (w *world) Wait(ctx context.Context, size int64) (int64, error) {
	return w.seq.Wait(ctx, size)
}
func (w *world) Members() *member.Registry { return w.members }
func (w *world) Keys() *ledger.Keys        { return w.keys }

type jobOf struct {
	n    int
	keep func(ctx context.Context, tx *store.Tx, p store.Place) error
}

func (j jobOf) Entries() int { return 1 }
func (j jobOf) Objects() int { return j.n }
func (j jobOf) Keep(ctx context.Context, tx *store.Tx, p store.Place) error {
	return j.keep(ctx, tx, p)
}
func (j jobOf) Kept(context.Context, store.Querier) (store.Place, int64, bool, error) {
	return store.Place{}, 0, false, nil
}

// end is when indicators of these tests end.
func end() time.Time { return time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC) }

// file files an indicator for each thing, and gives the date of the first.
func (w *world) file(ts ...observable.Thing) int64 {
	w.Helper()
	p, _, err := w.seq.Do(w.Context(), jobOf{len(ts), func(ctx context.Context, tx *store.Tx, p store.Place) error {
		var out []thing.Support
		for i, t := range ts {
			out = append(out, thing.Support{At: p.Added + int64(i), Thing: t, Aud: int32(member.AudienceGreen), Member: int64(w.acme.Member.ID), Until: end()})
		}
		return w.things.Put(ctx, tx, out)
	}})
	w.must(err)
	return p.Added
}

func (w *world) recall(ats ...int64) {
	w.Helper()
	_, _, err := w.seq.Do(w.Context(), jobOf{len(ats), func(ctx context.Context, tx *store.Tx, p store.Place) error {
		return w.things.SetState(ctx, tx, ats, thing.Taken, p.Added)
	}})
	w.must(err)
}

// domains makes things of names.
func domains(names ...string) (out []observable.Thing) {
	for _, n := range names {
		out = append(out, observable.Thing{Kind: observable.Domain, Value: n})
	}
	return out
}

// ask makes a request with acme's key; headers are pairs of name and value.
func (w *world) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), method, path, nil)
	r.Header.Set("Authorization", "Bearer "+w.key)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del("Authorization")
		if headers[i] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	if r.Header.Get("Authorization") == "" && (len(headers) == 0 || headers[0] != "") {
		r.Header.Set("Authorization", "Bearer "+w.key)
	}
	out := httptest.NewRecorder()
	w.http.ServeHTTP(out, r)
	return out
}

// get gets a feed, and fails unless that is a 200.
func (w *world) get(path string) string {
	w.Helper()
	a := w.ask("GET", path)
	// A list that is made for the first time may take longer than a request waits, on a slow machine.
	for end := time.Now().Add(30 * time.Second); a.Code == http.StatusServiceUnavailable && time.Now().Before(end); {
		a = w.ask("GET", path)
	}
	if a.Code != http.StatusOK {
		w.Fatalf("GET %s: %d %s", path, a.Code, a.Body)
	}
	return a.Body.String()
}

// until waits until f is true.
func (w *world) until(what string, f func() bool) {
	w.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-end.C:
			w.Fatalf("not within 20 s: %s", what)
		}
	}
}

// lists waits until a feed has just this content.
func (w *world) lists(path, want string) {
	w.Helper()
	got := ""
	tick := time.Now()
	for got = w.get(path); got != want && time.Since(tick) < 10*time.Second; got = w.get(path) {
	}
	if got != want {
		w.Fatalf("%s is\n%s\nnot\n%s", path, got, want)
	}
}

func unpack(t *testing.T, b []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
