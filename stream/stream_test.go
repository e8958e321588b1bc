package stream

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/member"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

const green, amber = member.AudienceGreen, member.AudienceAmber

func TestFrames(t *testing.T) {
	for _, c := range []struct {
		name string
		e    exchange.Event
		want string
	}{
		{"an object, its bytes as they are", exchange.Event{Position: archive.Position{Index: 17, N: 2}, Raw: []byte(`{"id":"x", "b":"<é\u00e9>"}`)},
			"id: 17.2\nevent: object\ndata: {\"index\":17,\"n\":2,\"kind\":\"object\",\"collection\":\"default\",\"object\":{\"id\":\"x\", \"b\":\"<é\\u00e9>\"}}\n\n"},
		{"line ends between tokens", exchange.Event{Raw: []byte("{\r\n\"id\":\n\"x\"}")},
			"id: 0.0\nevent: object\ndata: {\"index\":0,\"n\":0,\"kind\":\"object\",\"collection\":\"default\",\"object\":{  \"id\": \"x\"}}\n\n"},
		{"a withdrawal", exchange.Event{Position: archive.Position{Index: 3}, Kind: "recall", ID: "indicator--1"},
			"id: 3.0\nevent: withdraw\ndata: {\"index\":3,\"n\":0,\"kind\":\"withdraw\",\"collection\":\"default\",\"cause\":\"recall\",\"object\":{\"id\":\"indicator--1\"}}\n\n"},
	} {
		if got := string(appendFrame(nil, appendEvent, &c.e, "default")); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	e := exchange.Event{Raw: []byte(`{}`)}
	if got := string(appendFrame(nil, appendEvent, &e, "a \"b\"\n")); !strings.Contains(got, `"collection":"a \"b\"\n",`) || strings.Count(got, "\n") != 4 {
		t.Errorf("a group's name is not escaped: %s", got)
	}
}

func TestWhereItBegins(t *testing.T) {
	log := newLog()
	for i := range 3 {
		log.add(green, object(i))
	}
	h := handlerOf(log, newPeople(green))
	for _, c := range []struct {
		name, query, id string
		want            []string
	}{
		{"at the head", "", "", nil},
		{"after a position", "?since=0.0", "", []string{"1.0 object", "2.0 object"}},
		{"where it was cut off", "", "1.0", []string{"2.0 object"}},
		{"Last-Event-ID is newer than the address", "?since=0.0", "1.0", []string{"2.0 object"}},
		{"past the end", "?since=99.0", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := connect(t, h, c.query, "Last-Event-ID", c.id).opened()
			client.want(c.want...)
			if client.head.Get("Content-Type") != "text/event-stream" {
				t.Errorf("headers %v", client.head)
			}
			next := log.add(green, object(9))
			client.want(next + " object")
			gone := log.add(green, "")
			client.want(gone + " withdraw")
		})
		log.mu.Lock()
		log.events = log.events[:3]
		log.mu.Unlock()
	}
}

func TestRefused(t *testing.T) {
	p := newPeople(green)
	h := handlerOf(newLog(), p)
	ask := func(query, id string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/api/v1/stream"+query, nil)
		r.Header.Set("Authorization", "Bearer key")
		r.Header.Set("Last-Event-ID", id)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, bad := range []string{"x", "1", "1.", ".1", "-1.0", "1.0.0", "1.-1", "99999999999999999999.0"} {
		if w := ask("?since="+bad, ""); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "since") {
			t.Errorf("since=%s: %d %s", bad, w.Code, w.Body)
		}
		if w := ask("", bad); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "Last-Event-ID") {
			t.Errorf("Last-Event-ID %s: %d %s", bad, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest("HEAD", "/api/v1/stream", nil)
	r.Header.Set("Authorization", "Bearer key")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
	for path, want := range map[string]int{"POST /api/v1/stream": 405, "GET /api/v1/stream/x": 404} {
		method, path, _ := strings.Cut(path, " ")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, httptest.NewRequest(method, path, nil)); w.Code != want {
			t.Errorf("%s %s: %d, want %d", method, path, w.Code, want)
		}
	}
	p.s.FeedOnly = true
	if w := ask("", ""); w.Code != http.StatusForbidden {
		t.Errorf("a feed key: %d", w.Code)
	}
	p.set(0, false)
	if w := ask("", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("no key: %d", w.Code)
	}
}

// TestOnlyWhatItMaySee, and what happens when that changes.
func TestRights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, p := newLog(), newPeople(green, amber)
		c := connect(t, handlerOf(log, p), "").opened()
		log.add(member.Audience(16), object(0)) // a group that it isn't in
		log.add(amber, object(1))
		c.want("1.0 object")
		// It loses amber: what is filed in the same moment is not sent, what it has of it is withdrawn.
		p.set(1, true, green)
		log.setRights(1)
		log.add(amber, object(2))
		log.add(green, object(3))
		c.want("~1.0 withdraw", "3.0 object")
		// It gains a group: it gets what was filed there before, and sees what is filed from then on.
		p.set(2, true, green, 16)
		log.setRights(2)
		time.Sleep(second)
		log.add(16, object(4))
		c.want("~0.0 object", "4.0 object")
		// Its key is removed: the stream ends although nothing is filed.
		p.set(3, false)
		log.setRights(3)
		time.Sleep(second)
		synctest.Wait()
		select {
		case <-c.ended:
		default:
			t.Error("the stream goes on without a key")
		}
	})
}

// TestStaleSession: a session that is kept for a moment after the change of
// rights is not taken for the present one.
func TestStaleSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, p := newLog(), newPeople(green, amber)
		c := connect(t, handlerOf(log, p), "").opened()
		log.setRights(1)
		log.add(amber, object(0))
		time.Sleep(100 * time.Millisecond) // the register still gives the old session
		p.set(1, true, green)
		log.add(green, object(1))
		c.want("1.0 object")
	})
}

func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		c := connect(t, handlerOf(log, newPeople(green)), "").opened()
		start := time.Now()
		for i := 1; i <= 3; i++ {
			if got, err := c.lines.ReadString('\n'); got != ": \n" || err != nil {
				t.Fatalf("got %q, %v", got, err)
			}
			c.lines.ReadString('\n')
			if took := time.Since(start); took != time.Duration(i)*heartbeat {
				t.Errorf("heartbeat %d after %v", i, took)
			}
		}
	})
}

// TestStall: a reader that takes nothing is ended after 30 s; until then it costs
// the others nothing, and everything that runs for it ends with it.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		h := handlerOf(log, newPeople(green))
		stalled, other := connect(t, h, "").opened(), connect(t, h, "").opened()
		for i := range 500 {
			log.add(green, object(i))
			other.want(fmt.Sprintf("%d.0 object", i))
		}
		time.Sleep(writeTime - time.Millisecond)
		synctest.Wait()
		select {
		case <-stalled.ended:
			t.Error("ended before its time")
		default:
		}
		go other.event() // the heartbeats that it gets meanwhile
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		select {
		case <-stalled.ended:
		default:
			t.Error("a reader that takes nothing goes on")
		}
	})
}

// TestReadOnce: what a thousand readers get, of several members, is read and encoded once.
func TestReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, p := newLog(), newPeople(green)
		h := handlerOf(log, p)
		const readers, events = 1000, 5
		var clients []*client
		for i := range readers {
			p.become(member.ID(1 + i/memberMax))
			clients = append(clients, connect(t, h, "").opened())
		}
		for i := range events {
			log.add(green, object(i))
			synctest.Wait()
		}
		var wg sync.WaitGroup
		for _, c := range clients {
			wg.Go(func() {
				for i := range events {
					c.want(fmt.Sprintf("%d.0 object", i))
				}
			})
		}
		wg.Wait()
		if log.reads > events {
			t.Errorf("the log was read %d times for %d events", log.reads, events)
		}
	})
}

// TestFarBehind: a reader that is further behind than what is kept for all gets
// everything all the same, in order and once.
func TestFarBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		h := handlerOf(log, newPeople(green))
		slow := connect(t, h, "").opened()
		big := strings.Repeat("y", 64<<10)
		const n = 3 * windowBytes / (64 << 10)
		for i := range n {
			log.add(green, fmt.Sprintf(`{"id":"note--%d","pad":%q}`, i, big))
			synctest.Wait()
		}
		fromStart := connect(t, h, "?since=0.0").opened()
		for i := range n {
			slow.want(fmt.Sprintf("%d.0 object", i))
			if i > 0 {
				fromStart.want(fmt.Sprintf("%d.0 object", i))
			}
		}
		log.add(green, object(n))
		slow.want(fmt.Sprintf("%d.0 object", n))
		fromStart.want(fmt.Sprintf("%d.0 object", n))
	})
}

// TestBrokenForAWhile: when the log can't be read, readers wait and lose nothing.
func TestBrokenForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		c := connect(t, handlerOf(log, newPeople(green)), "").opened()
		synctest.Wait()
		log.mu.Lock()
		log.broken = fmt.Errorf("the database is away")
		log.mu.Unlock()
		log.add(green, object(0))
		time.Sleep(3 * second)
		log.mu.Lock()
		log.broken = nil
		log.mu.Unlock()
		c.want("0.0 object")
	})
}
