package door

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"tocsin/fault"
)

// Status gives the HTTP status code of a kind of fault: the one table of all shells.
func Status(k fault.Kind) int {
	if int(k) < len(statuses) {
		return statuses[k]
	}
	return http.StatusServiceUnavailable
}

var statuses = [...]int{
	fault.Internal:        http.StatusServiceUnavailable, // whatever it was, the client may try again
	fault.Invalid:         http.StatusBadRequest,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.NotAcceptable:   http.StatusNotAcceptable,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Refused:         http.StatusUnprocessableEntity,
	fault.Busy:            http.StatusServiceUnavailable,
	fault.Full:            http.StatusInsufficientStorage,
	fault.Unreachable:     http.StatusBadGateway,
	fault.Gone:            http.StatusGone,
}

// retryAfter is what a client that was told Busy waits, in seconds.
const retryAfter = "5"

// Problem answers with an error as RFC 9457 says: application/problem+json with
// title, status, detail, and as own members kind (a word of package fault) and
// place (where in the input).
func (d *Door) Problem(w http.ResponseWriter, r *http.Request, err error) {
	code := d.Begin(w, r, err)
	kind := fault.KindOf(err)
	p := struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Kind   string `json:"kind"`
		Place  string `json:"place,omitempty"`
	}{http.StatusText(code), code, fault.Public(err), kind.String(), ""}
	if e, ok := errors.AsType[*fault.Error](err); ok && kind != fault.Internal {
		p.Detail, p.Place = e.Detail, e.Place
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and a number always marshal
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		w.Write(append(body, '\n')) // a client that has gone needs no answer
	}
}

// Begin does what every error answer needs before its body, whatever form that
// has: it logs what must not leave, sets the headers that go with the code, and
// gives the code. It does not write the header.
func (d *Door) Begin(w http.ResponseWriter, r *http.Request, err error) int {
	kind := fault.KindOf(err)
	code := Status(kind)
	if kind == fault.Internal && !gone(r) {
		// The pattern, not the path: a feed key may stand in the path.
		d.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "err", err)
	}
	h := w.Header()
	for _, name := range []string{"Etag", "Last-Modified", "Content-Encoding", "Content-Length"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	switch kind {
	case fault.Unauthenticated:
		h.Add("WWW-Authenticate", `Bearer realm="tocsin"`)
		h.Add("WWW-Authenticate", `Basic realm="tocsin", charset="UTF-8"`)
	case fault.Busy, fault.Internal:
		h.Set("Retry-After", retryAfter)
	}
	return code
}

// gone tells whether the client has left: then its error is nobody's fault.
func gone(r *http.Request) bool { return errors.Is(r.Context().Err(), context.Canceled) }
