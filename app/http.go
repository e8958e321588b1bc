package app

import (
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"tocsin/api"
	"tocsin/door"
	"tocsin/feeds"
	"tocsin/metrics"
	"tocsin/stream"
	"tocsin/taxii"
	"tocsin/web"
	"tocsin/web/frame"
)

// silence is how long a client may send nothing of a body, or take nothing of an
// answer, before its connection is ended: a client that stalls costs a
// connection for so long and nothing else.
const silence = 30 * time.Second

// handler is all doors on one port.
func (a *App) handler() http.Handler {
	x := a.node.Exchange
	d := door.New(x.Members(), a.cfg.Log)
	m := metrics.New(x)
	mux := http.NewServeMux()
	collections := taxii.Handler(x, d)
	mux.Handle("/taxii2/", collections)
	mux.Handle("/exchange/", collections)
	lists := feeds.Handler(a.views, d)
	a.undo = append(a.undo, lists.Close)
	mux.Handle("/feeds/", lists)
	mux.Handle("/k/", lists)
	mux.Handle("/api/v1/stream", stream.Handler(x, d))
	mux.Handle("/api/", api.Handler(x, d))
	mux.Handle("/log/", api.LogHandler(x, d))
	mux.Handle("/metrics", m.Handler(d))
	mux.Handle("/healthz", m.Health())
	mux.Handle("/readyz", m.Ready())
	mux.Handle("/", web.Handler(a.site(), web.Parts{Drafts: a.node.Drafts, BehindProxy: a.cfg.BehindProxy, Provider: a.cfg.Site.OIDC}))
	return m.Count(a.logged(patient(mux)))
}

// site is the frame of the pages.
func (a *App) site() *frame.Site {
	c := a.cfg
	return frame.New(frame.Config{
		Exchange: a.node.Exchange, People: a.node.People, Log: c.Log, Version: Version(), Secure: c.TLSCert != "" || c.BehindProxy,
		Name: c.Site.Name, Origin: c.Site.Origin, Contact: c.Site.Contact, Responsible: c.Site.Responsible,
	})
}

// patient ends connections that stand still.
func patient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &patientBody{ReadCloser: r.Body, c: c, began: time.Now().UTC()}
		}
		next.ServeHTTP(&patientWriter{w, c}, r)
	})
}

// After silence a body must have come at slowest at minRate bytes a second: what
// is reserved for it is others' too.
const minRate = 1 << 10

type patientBody struct {
	io.ReadCloser
	c     *http.ResponseController
	began time.Time
	n     int64
}

func (b *patientBody) Read(p []byte) (int, error) {
	if took := time.Since(b.began); took > silence && b.n < minRate*int64(took/time.Second) {
		return 0, os.ErrDeadlineExceeded
	}
	b.c.SetReadDeadline(time.Now().Add(silence)) // not supported: then there is no connection to end
	n, err := b.ReadCloser.Read(p)
	b.c.SetReadDeadline(time.Time{})
	b.n += int64(n)
	return n, err
}

type patientWriter struct {
	http.ResponseWriter
	c *http.ResponseController
}

func (w *patientWriter) Write(p []byte) (int, error) {
	w.c.SetWriteDeadline(time.Now().Add(silence))
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find flushing and deadlines.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// logged writes one line for each request: the route, never the path, since a
// feed key may stand in it.
func (a *App) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now().UTC()
		s := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(s, r)
		a.cfg.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("route", r.Pattern),
			slog.Int("status", s.status), slog.Duration("took", time.Since(start)))
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController find flushing and deadlines.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
