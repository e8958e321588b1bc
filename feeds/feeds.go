// Package feeds is the shell for what defences fetch as files: lists of domains,
// addresses and URLs, CSV, JSON lines and a response policy zone, each a reading
// of the view (package defence) of the member whose key asks.
//
//	GET, HEAD  /feeds/NAME                 with a key in a header
//	GET, HEAD  /k/FEEDKEY/feeds/NAME       for programs that can send no header
//
// Every answer is a whole file: of one state of the view, sorted, with a strong
// ETag, packed if the client takes gzip. With ?since=TOKEN it is what changed, as
// JSON lines (form.go); the token is in X-Tocsin-Serial and in the last line.
package feeds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/defence"
	"tocsin/door"
	"tocsin/fault"
	"tocsin/feeds/wire"
	"tocsin/member"
)

// Feeds serves the feeds.
type Feeds struct {
	http.Handler
	kept *shelf
}

// Handler makes the feeds of some views; Close ends them.
func Handler(views *defence.Views, d *door.Door) *Feeds {
	h := &handler{views: views, door: d, kept: newShelf()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feeds/{name}", h.byHeader)
	mux.HandleFunc("GET /k/{key}/feeds/{name}", h.byPath)
	return &Feeds{mux, h.kept}
}

// Close ends what is being written, waits for that, and gives its space back. It
// must come before the database is closed.
func (f *Feeds) Close() error {
	f.kept.close()
	return nil
}

type handler struct {
	views *defence.Views
	door  *door.Door
	kept  *shelf
}

func (h *handler) byHeader(w http.ResponseWriter, r *http.Request) {
	s, err := h.door.Any(r)
	h.answer(w, r, s, err)
}

func (h *handler) byPath(w http.ResponseWriter, r *http.Request) {
	s, err := h.door.InPath(r.Context(), r.PathValue("key"))
	h.answer(w, r, s, err)
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request, s member.Session, err error) {
	if err == nil {
		err = h.serve(w, r, s)
	}
	if err != nil {
		h.door.Problem(w, r, err)
	}
}

// asked is what a request wants, beside whose view.
type asked struct {
	form   form
	packed bool
	delta  bool
	since  string // token; only with delta
}

func parse(r *http.Request) (asked, error) {
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == r.PathValue("name") })
	if i < 0 {
		return asked{}, fault.New(fault.NotFound, "there is no feed of this name; the feeds are %s", strings.Join(names(), ", "))
	}
	q := r.URL.Query()
	return asked{form: forms[i], packed: door.Accepts(r, "gzip"), delta: q.Has("since"), since: q.Get("since")}, nil
}

func names() []string {
	out := make([]string, len(forms))
	for i, f := range forms {
		out[i] = f.name
	}
	return out
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, s member.Session) error {
	a, err := parse(r)
	if err != nil {
		return err
	}
	view, err := h.views.View(r.Context(), s)
	if err != nil {
		return err
	}
	a.settle(view)
	header := w.Header()
	if a.head(header, view); unchanged(r, header) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	f, err := h.kept.get(r.Context(), order{a.key(view), view.ID, view.Serial, s.Member.ID, a.delta}, func(ctx context.Context, out io.Writer) (defence.View, error) {
		return h.write(ctx, out, a, view.ID)
	})
	if errors.Is(err, errNoRoom) {
		return h.direct(w, r, a, view)
	}
	if err != nil {
		return err
	}
	defer f.release()
	if a.head(header, f.view); unchanged(r, header) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	header.Set("Content-Length", strconv.FormatInt(f.size(), 10))
	if a.packed {
		header.Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, f.open()) // a client that has gone needs no answer
	}
	return nil
}

// direct writes an answer while the view is read: on a machine without room for a
// temporary file reading goes on, at the cost of a database reader for as long as
// the client takes. How long the answer is, and of which state, is not known before it.
func (h *handler) direct(w http.ResponseWriter, r *http.Request, a asked, view defence.View) error {
	for _, name := range []string{"Etag", "Last-Modified", "X-Tocsin-Serial"} {
		w.Header().Del(name)
	}
	if a.packed {
		w.Header().Set("Content-Encoding", "gzip")
	}
	if r.Method == http.MethodHead {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), writeTime)
	defer cancel()
	if _, err := h.write(ctx, w, a, view.ID); err != nil {
		panic(http.ErrAbortHandler) // the client must not take half a list for a whole one
	}
	return nil
}

// settle drops a token that can't be of this view: it is all the same then which
// one it was, and its answer is everything anew.
func (a *asked) settle(view defence.View) {
	if t, ok := wire.ParseToken(a.since); a.delta && (!ok || t.View != view.Name || t.Serial > view.Serial) {
		a.since = ""
	}
}

func token(v defence.View) string { return wire.Token{View: v.Name, Serial: v.Serial}.String() }

// key names what is the same for all who ask for it.
func (a *asked) key(view defence.View) string {
	return fmt.Sprintf("%d %s %t %t %s", view.ID, a.form.name, a.packed, a.delta, a.since)
}

// generation is raised when the bytes of a form change without its content.
const generation = 1

// head sets the headers of an answer with the content of a view.
func (a *asked) head(h http.Header, view defence.View) {
	tag := fmt.Sprintf("%d-%s-%s", generation, token(view), a.form.name)
	h.Set("Content-Type", a.form.media)
	if a.delta {
		tag += "-since-" + a.since
		h.Set("Content-Type", jsonLines)
	}
	if a.packed {
		tag += "-gz"
	}
	h.Set("Etag", `"`+tag+`"`)
	h.Set("X-Tocsin-Serial", token(view))
	h.Set("Cache-Control", "private, no-cache")
	h["Vary"] = []string{"Authorization, X-Api-Key, Accept-Encoding"}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Del("Last-Modified")
	if made, ok := view.Made(time.Now().UTC()); ok {
		h.Set("Last-Modified", made.Format(http.TimeFormat))
	}
}

// unchanged tells whether the client has what the headers describe (RFC 9110
// section 13.2.2: a date counts only without a tag; it must be the very same one,
// since a view never has two contents with one date).
func unchanged(r *http.Request, h http.Header) bool {
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 {
		for _, list := range tags {
			for tag := range strings.SplitSeq(list, ",") {
				if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == "*" || tag == h.Get("Etag") {
					return true
				}
			}
		}
		return false
	}
	made := h.Get("Last-Modified")
	return made != "" && r.Header.Get("If-Modified-Since") == made
}
