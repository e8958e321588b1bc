package stream

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/archive"
	"tocsin/door"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

// shortLog is a log in memory. Each entry has one position; dates are 100 apart.
type shortLog struct {
	mu     sync.Mutex
	events []exchange.Event
	rights int64
	reads  int // calls of Events
	broken error
	grown  chan struct{}
}

func newLog() *shortLog { return &shortLog{grown: make(chan struct{})} }

// add files an event and gives its position as text.
func (l *shortLog) add(aud member.Audience, raw string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := int64(len(l.events))
	e := exchange.Event{At: 100 * (i + 1), Position: archive.Position{Index: i}, Aud: aud, ID: fmt.Sprintf("note--%d", i), Raw: []byte(raw)}
	if raw == "" {
		e.Kind = "recall"
	}
	l.events = append(l.events, e)
	l.wake()
	return e.Position.String()
}

func (l *shortLog) wake() {
	close(l.grown)
	l.grown = make(chan struct{})
}

func (l *shortLog) setRights(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rights = n
}

func (l *shortLog) Head(context.Context) (store.Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := int64(len(l.events))
	return store.Head{Size: n, Added: 100 * n, Rights: l.rights}, nil
}

func (l *shortLog) Wait(ctx context.Context, size int64) (int64, error) {
	for {
		l.mu.Lock()
		n, grown := int64(len(l.events)), l.grown
		l.mu.Unlock()
		if n > size {
			return n, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return n, ctx.Err()
		}
	}
}

func (l *shortLog) Date(_ context.Context, p archive.Position) (int64, error) {
	return 100*(p.Index+1) + p.N, nil
}

// eventsAtOnce is small, so that readers read on in several pieces.
const eventsAtOnce = 50

func (l *shortLog) Events(_ context.Context, auds []member.Audience, after, head int64) (out []exchange.Event, upTo int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	if l.broken != nil {
		return nil, 0, l.broken
	}
	i, _ := slices.BinarySearchFunc(l.events, after+1, func(e exchange.Event, at int64) int { return cmp.Compare(e.At, at) })
	for ; i < len(l.events) && l.events[i].At <= head; i++ {
		if slices.Contains(auds, l.events[i].Aud) {
			if out = append(out, l.events[i]); len(out) == eventsAtOnce {
				return out, l.events[i].At, nil
			}
		}
	}
	return out, head, nil
}

// people is a door with one session, that a test may change.
type people struct {
	mu sync.Mutex
	s  member.Session
	ok bool
}

func newPeople(auds ...member.Audience) *people {
	return &people{ok: true, s: member.Session{Member: member.Member{ID: 1, Name: "acme", Role: member.RoleMember}, Audiences: auds}}
}

func (p *people) Authenticate(context.Context, string) (member.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ok {
		return member.Session{}, fault.New(fault.Unauthenticated, "no such key")
	}
	return p.s, nil
}

func (p *people) set(rights int64, ok bool, auds ...member.Audience) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ok, p.s.Rights, p.s.Audiences = ok, rights, auds
}

// become makes the next readers those of another member.
func (p *people) become(id member.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.s.Member.ID = id
}

// client reads a stream over an in-memory connection, so that it may stall, and
// time may be that of synctest.
type client struct {
	t      testing.TB
	in     net.Conn
	lines  *bufio.Reader
	ended  chan struct{}
	cancel context.CancelFunc
	head   http.Header
	code   int
}

type response struct {
	net.Conn
	c *client
}

func (r response) Header() http.Header { return r.c.head }
func (r response) WriteHeader(code int) {
	r.c.code = code
}
func (r response) FlushError() error { return nil }

func connect(t testing.TB, h http.Handler, query string, headers ...string) *client {
	t.Helper()
	in, out := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	c := &client{t: t, in: in, lines: bufio.NewReader(in), ended: make(chan struct{}), cancel: cancel, head: http.Header{}, code: 200}
	r := httptest.NewRequestWithContext(ctx, "GET", "/api/v1/stream"+query, nil)
	r.Header.Set("Authorization", "Bearer key")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	go func() {
		defer close(c.ended)
		h.ServeHTTP(response{out, c}, r)
		out.Close()
	}()
	t.Cleanup(c.close)
	return c
}

func (c *client) close() {
	c.cancel()
	c.in.Close()
	<-c.ended
}

// event reads the next event and gives "ID EVENT", or "~POSITION EVENT" of one
// without an id, checking its form; "" at the end.
func (c *client) event() string {
	c.t.Helper()
	id, event := "", ""
	for {
		text, err := c.lines.ReadString('\n')
		if err != nil {
			return ""
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(text, "\n"), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			event = value
		case "data":
			var d struct {
				Index, N         int64
				Kind, Collection string
				Object           struct{ ID string }
			}
			if err := json.Unmarshal([]byte(value), &d); err != nil || d.Kind != event || id != "" && fmt.Sprintf("%d.%d", d.Index, d.N) != id || d.Object.ID == "" {
				c.t.Errorf("id %s, event %s: %s (%v)", id, event, value, err)
			}
			if id == "" {
				id = fmt.Sprintf("~%d.%d", d.Index, d.N)
			}
			return id + " " + event
		}
	}
}

func (c *client) want(events ...string) {
	c.t.Helper()
	for _, want := range events {
		if got := c.event(); got != want {
			c.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func (c *client) opened() *client {
	c.t.Helper()
	for _, want := range []string{"retry: 2000\n", ": tocsin\n", "\n"} {
		if got, err := c.lines.ReadString('\n'); got != want {
			c.t.Fatalf("the stream begins with %q, %v", got, err)
		}
	}
	return c
}

func handlerOf(log Log, p *people) http.Handler { return Handler(log, door.New(p, discard())) }

func object(i int) string {
	return fmt.Sprintf(`{"id":"note--%d","pad":%q}`, i, strings.Repeat("x", 100))
}

// second is longer than any time that a source waits between two looks at the rights.
const second = rightsEvery + time.Millisecond
