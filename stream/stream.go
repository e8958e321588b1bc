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
	memberMax  = 200              // of them of one member
)

// Handler serves the event stream.
func Handler(log Log, d Door) http.Handler {
	h := &handler{door: d, hub: newHub(log)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/stream", h.serve)
	return mux
}

type handler struct {
	door Door
	hub  *hub
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) {
	s, err := h.door.Session(r)
	if err != nil {
		h.door.Problem(w, r, err)
		return
	}
	after, err := h.begin(r)
	if err != nil {
		h.door.Problem(w, r, err)
		return
	}
	slots, leave, err := h.hub.enter(s.Member.ID)
	if err != nil {
		h.door.Problem(w, r, err)
		return
	}
	defer leave()
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodHead {
		return
	}
	rd := &reader{hub: h.hub, out: w, control: http.NewResponseController(w), after: after, session: s, slots: slots}
	rd.renew = func() (member.Session, error) { return h.door.Session(r) }
	rd.run(r.Context())
}

// begin gives the date after which a reader wants events.
func (h *handler) begin(r *http.Request) (int64, error) {
	place, from := "Last-Event-ID", r.Header.Get("Last-Event-ID")
	if from == "" {
		place, from = "since", r.URL.Query().Get("since")
	}
	head, err := h.hub.log.Head(r.Context())
	if err != nil || from == "" {
		return head.Added, err
	}
	p, err := archive.ParsePosition(from)
	if err != nil {
		return 0, fault.Within(place, err)
	}
	after, err := h.hub.log.Date(r.Context(), p)
	return min(after, head.Added), err
}
