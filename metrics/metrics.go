// Package metrics tells operators how the node does: /metrics in the text format
// that Prometheus reads, /healthz (the process answers) and /readyz (the store
// answers too).
package metrics

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/member"
)

// Metrics counts requests and reads the rest when it is asked.
type Metrics struct {
	x     *exchange.Exchange
	start time.Time

	mu       sync.Mutex // guards requests
	requests map[key]*count
}

type key struct {
	route string
	code  int
}

type count struct {
	n    int64
	took time.Duration
}

// New makes the metrics of a node.
func New(x *exchange.Exchange) *Metrics {
	return &Metrics{x: x, start: time.Now().UTC(), requests: map[key]*count{}}
}

// Count counts each request by its route and code: both are few.
func (m *Metrics) Count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now().UTC()
		c := &coder{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(c, r)
		took := time.Since(began)
		m.mu.Lock()
		defer m.mu.Unlock()
		k := key{r.Pattern, c.code}
		if m.requests[k] == nil {
			m.requests[k] = &count{}
		}
		m.requests[k].n++
		m.requests[k].took += took
	})
}

type coder struct {
	http.ResponseWriter
	code int
}

func (c *coder) WriteHeader(code int) {
	c.code = code
	c.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController find flushing and deadlines.
func (c *coder) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Handler serves /metrics to auditors and operators.
func (m *Metrics) Handler(d *door.Door) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := d.Session(r)
		if err == nil {
			err = s.May(member.ActAudit)
		}
		var text string
		if err == nil {
			text, err = m.text(r.Context())
		}
		if err != nil {
			d.Problem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprint(w, text)
	})
}

func (m *Metrics) text(ctx context.Context) (string, error) {
	head, err := m.x.Head(ctx)
	if err != nil {
		return "", err
	}
	waiting, err := m.x.WaitingPassages(ctx)
	if err != nil {
		return "", err
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	var b strings.Builder
	gauge := func(name, help string, v any) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s %v\n", name, help, name, name, v)
	}
	gauge("tocsin_log_entries", "Entries in the log.", head.Size)
	gauge("tocsin_log_last_added_seconds", "Time of the last position of the log.", float64(head.Added)/1e6)
	gauge("tocsin_held_passages", "Passages that wait for a person.", waiting)
	gauge("tocsin_heap_bytes", "Bytes of live heap.", mem.HeapAlloc)
	gauge("tocsin_goroutines", "Goroutines.", runtime.NumGoroutine())
	gauge("tocsin_uptime_seconds", "Seconds since the node started.", int64(time.Since(m.start).Seconds()))
	m.counters(&b)
	return b.String(), nil
}

func (m *Metrics) counters(b *strings.Builder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := make([]key, 0, len(m.requests))
	for k := range m.requests {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y key) int { return cmp.Or(cmp.Compare(x.route, y.route), cmp.Compare(x.code, y.code)) })
	for _, name := range []string{"tocsin_requests_total", "tocsin_request_seconds_total"} {
		fmt.Fprintf(b, "# TYPE %s counter\n", name)
		for _, k := range keys {
			c := m.requests[k]
			value := fmt.Sprint(c.n)
			if name == "tocsin_request_seconds_total" {
				value = fmt.Sprintf("%.6f", c.took.Seconds())
			}
			fmt.Fprintf(b, "%s{route=%q,code=\"%d\"} %s\n", name, k.route, k.code, value)
		}
	}
}

// Health answers as long as the process does.
func (m *Metrics) Health() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
}

// Ready answers 200 while the store answers within two seconds, else 503.
func (m *Metrics) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if _, err := m.x.Head(ctx); err != nil {
			http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
}
