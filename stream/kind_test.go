package stream

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/member"
)

// other is a stream of another kind, over the same log: it says only where things
// happened, and nothing at all of amber.
func other(log Log, p *people) http.Handler {
	d := door.New(p, discard())
	s := New(log, Kind{OfMember: 10, OfPerson: 10, Moved: "event: moved\ndata: {\"kind\":\"moved\",\"object\":{\"id\":\"x\"}}\n\n", Encode: func(b []byte, e *exchange.Event, collection string) []byte {
		if collection == "amber" {
			return b
		}
		return fmt.Appendf(b, "event: at\ndata: {\"index\":%d,\"n\":%d,\"kind\":\"at\",\"object\":{\"id\":\"x\"}}\n\n", e.Position.Index, e.Position.N)
	}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := d.Session(r)
		if err == nil {
			err = s.Follow(w, r, who, func() (member.Session, error) { return d.Session(r) })
		}
		if err != nil {
			d.Problem(w, r, err)
		}
	})
}

// TestOwnEncoding: what an encoder leaves out isn't sent, not even as an id, and
// nothing after it is lost.
func TestOwnEncoding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		c := connect(t, other(log, newPeople(green, amber)), "").opened()
		log.add(amber, object(0))
		log.add(green, object(1))
		log.add(amber, object(2))
		log.add(green, object(3))
		c.want("1.0 at", "3.0 at")
	})
}

// TestMoved: a stream that doesn't tell again what a change of rights means says
// that there was one, and goes on with what may be seen now.
func TestMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, p := newLog(), newPeople(green)
		c := connect(t, other(log, p), "").opened()
		log.add(member.Audience(16), object(0))
		synctest.Wait()
		p.set(1, true, green, 16)
		log.setRights(1)
		time.Sleep(second)
		log.add(16, object(1))
		if got := c.event(); !strings.Contains(got, "moved") {
			t.Fatalf("after a change of rights: %q", got)
		}
		c.want("1.0 at")
	})
}

// TestSessionEndsByItself: a session that runs out changes no rights; the stream
// ends within a minute of it all the same, and not because the store is away.
func TestSessionEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeople(green)
		c := connect(t, other(newLog(), p), "").opened()
		go io.Copy(io.Discard, c.lines) // heartbeats
		time.Sleep(lookEvery + time.Second)
		synctest.Wait()
		select {
		case <-c.ended:
			t.Fatal("ended while the session stands")
		default:
		}
		p.set(0, false)
		time.Sleep(lookEvery + time.Second)
		synctest.Wait()
		select {
		case <-c.ended:
		default:
			t.Error("the stream outlives its session")
		}
	})
}
