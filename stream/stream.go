// Package stream is the shell for the event stream: GET /api/v1/stream, as
// server-sent events. A member sees what is released and withdrawn in its
// audiences, its own reports too, within milliseconds:
//
//	id: 17.0
//	event: object
//	data: {"index":17,"n":0,"kind":"object","collection":"default","object":{...}}
//
// A withdrawal has event and kind "withdraw", {"id":...} as object, and its cause:
// recall, expiry or decision. Last-Event-ID, or ?since=INDEX.N, resumes after a
// position; without either the stream begins at the head.
//
// Events are read and encoded once for all readers with the same audiences
// (source.go); a reader that is slow reads on alone from where it is (reader.go).
package stream

import (
	"context"
	"net/http"
	"time"

	"tocsin/archive"
	"tocsin/door"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

// Log is what the stream reads; *exchange.Exchange is one.
type Log interface {
	Head(ctx context.Context) (store.Head, error)
	// Wait returns when the log has more than size entries, or ctx ends.
	Wait(ctx context.Context, size int64) (int64, error)
	// Date gives the date of a position.
	Date(ctx context.Context, p archive.Position) (int64, error)
	// Events gives what happened in audiences after a date, and the date up to which that is all.
	Events(ctx context.Context, auds []member.Audience, after, head int64) ([]exchange.Event, int64, error)
}

// Door finds who asks, and answers errors; *door.Door is one.
type Door interface {
	Session(r *http.Request) (member.Session, error)
	Problem(w http.ResponseWriter, r *http.Request, err error)
}

var _ Door = (*door.Door)(nil)

// The times and bounds of a stream.
const (
	heartbeat  = 15 * time.Second // a comment, so that proxies and clients know that the line stands
	writeTime  = 30 * time.Second // a client that takes nothing for so long is ended
	maxReaders = 10_000           // on one node
	memberMax  = 200              // of them of one member, by the contract's door
	lookEvery  = time.Minute      // how often a session is looked at while nothing changes
)

// Kind is how the readers of one door get events, and how many there may be.
type Kind struct {
	Encode   Encode
	OfMember int    // readers at once
	OfPerson int    // readers at once of somebody who signed in
	Moved    string // sent when a reader's audiences changed, in place of what was gained and lost
}

// contract is the kind of GET /api/v1/stream.
func contract() Kind { return Kind{Encode: appendEvent, OfMember: memberMax, OfPerson: memberMax} }

// Handler serves the event stream of the contract.
func Handler(log Log, d Door) http.Handler {
	h := &handler{door: d, stream: New(log, contract())}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/stream", h.serve)
	return mux
}

type handler struct {
	door   Door
	stream *Stream
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) {
	s, err := h.door.Session(r)
	if err == nil {
		err = h.stream.Follow(w, r, s, func() (member.Session, error) { return h.door.Session(r) })
	}
	if err != nil {
		h.door.Problem(w, r, err)
	}
}

// Stream is the events of one log for the readers of one door.
type Stream struct{ hub *hub }

// New makes a stream; it costs nothing while nobody follows it.
func New(log Log, k Kind) *Stream { return &Stream{newHub(log, k)} }

// Follow sends events to a client until it leaves or may see nothing any more. An
// error means that nothing was sent yet. renew reads the session anew: it is asked
// when rights have changed, and each minute.
func (st *Stream) Follow(w http.ResponseWriter, r *http.Request, s member.Session, renew func() (member.Session, error)) error {
	if err := s.May(member.ActRead); err != nil {
		return err
	}
	after, err := st.begin(r)
	if err != nil {
		return err
	}
	slots, leave, err := st.hub.enter(s)
	if err != nil {
		return err
	}
	defer leave()
	Headers(w.Header())
	if r.Method == http.MethodHead {
		return nil
	}
	rd := &reader{hub: st.hub, out: w, control: http.NewResponseController(w), after: after, session: s, slots: slots, renew: renew}
	rd.run(r.Context())
	return nil
}

// Headers are those of server-sent events.
func Headers(h http.Header) {
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	h.Set("X-Content-Type-Options", "nosniff")
}

// begin gives the date after which a reader wants events.
func (st *Stream) begin(r *http.Request) (int64, error) {
	place, from := "Last-Event-ID", r.Header.Get("Last-Event-ID")
	if from == "" {
		place, from = "since", r.URL.Query().Get("since")
	}
	head, err := st.hub.log.Head(r.Context())
	if err != nil || from == "" {
		return head.Added, err
	}
	p, err := archive.ParsePosition(from)
	if err != nil {
		return 0, fault.Within(place, err)
	}
	after, err := st.hub.log.Date(r.Context(), p)
	return min(after, head.Added), err
}
