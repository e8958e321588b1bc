package live

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/stream"
	"tocsin/web/frame"
)

// How many open pages there may be: a person's next tab is told to use another
// one. HTTP/1.1 gives a browser six connections to a host, so the script also
// lets go of its stream while its tab is hidden.
const (
	tabsOfPerson = 10
	tabsOfMember = 1000
)

// moved says that what a reader may see has changed: the page must be read again.
const moved = "event: moved\ndata: {}\n\n"

// full says that the person follows in too many places.
const full = "event: full\ndata: {}\n\n"

// anew says that the log isn't empty any more, as it was when the page was read:
// what came in between is on no position to go on from.
const anew = "event: anew\ndata: {}\n\n"

// newStream is the events of the log as rows, encoded once for all who see the same.
func newStream(x *exchange.Exchange, t *teller) *stream.Stream {
	return stream.New(x, stream.Kind{Encode: t.encode, OfMember: tabsOfMember, OfPerson: tabsOfPerson, Moved: moved})
}

// events follows the log for an open page. A browser that asks for a page is led
// to the page.
func (l *live) events(v *frame.Visit) error {
	if !strings.Contains(v.R.Header.Get("Accept"), "text/event-stream") {
		return v.Go("/live")
	}
	r := v.R
	if r.URL.Query().Get("since") == sinceStart && r.Header.Get("Last-Event-ID") == "" {
		head, err := l.x.Head(r.Context())
		if err != nil {
			return err
		}
		if head.Size > 0 {
			return only(v.W, anew)
		}
		r = r.Clone(r.Context())
		r.URL.RawQuery = ""
	}
	secret, people := v.Secret(), v.Site().People
	err := l.stream.Follow(v.W, r, v.Visitor.Session, func() (member.Session, error) {
		now, err := people.Authenticate(v.R.Context(), secret)
		if err == nil {
			err = now.Session.May(member.ActRead)
		}
		return now.Session, err
	})
	if fault.KindOf(err) != fault.Busy {
		return err
	}
	// A script doesn't see why a stream was refused: so it is a stream that says it.
	return only(v.W, full)
}

// only answers with a stream of one event.
func only(w http.ResponseWriter, event string) error {
	stream.Headers(w.Header())
	w.WriteHeader(http.StatusOK)
	w.Write([]byte(event)) // an error is a client that went away
	return nil
}

// encode writes an event as the script reads it: a row, or what became of one.
func (t *teller) encode(b []byte, e *exchange.Event, collection string) []byte {
	if e.ID == "" || exchange.Furniture(e.ID) {
		return b
	}
	name, what := "row", any(nil)
	if e.Withdraw() {
		t.forget()
		gone := goneOf(e.Kind)
		if gone == "" {
			return b // another version takes its place
		}
		name, what = "gone", map[string]string{"id": e.ID, "gone": gone, "in": collection}
	} else {
		one := []exchange.Arrival{{Event: *e, Filed: time.UnixMicro(e.At)}}
		_ = t.x.Filers(context.Background(), one) // else it is told without who filed it
		what = t.row(one[0], collection)
	}
	text, err := json.Marshal(what)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	b = append(b, "event: "+name+"\ndata: "...)
	return append(append(b, text...), "\n\n"...)
}
