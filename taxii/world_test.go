package taxii_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
	"tocsin/taxii"
)

const media = "application/taxii+json;version=2.1"

// world is a node with the TAXII door: Alpha and Beta are members, Alpha alone is
// in the group Finance.
type world struct {
	t                 *testing.T
	db                *store.DB
	x                 *exchange.Exchange
	h                 http.Handler
	log               *logText
	alpha, beta, feed string // keys
}

// logText collects what the door writes to the operator's log.
type logText struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t *testing.T, with ...func(*store.Config)) *world {
	t.Helper()
	db := storetest.Open(t, with...)
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "tocsin.example/test")
	if err == nil {
		err = exchange.Migrate(t.Context(), db)
	}
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(t.Context(), db, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Errorf("closing the exchange: %v", err)
		}
	})
	w := &world{t: t, db: db, x: x, log: &logText{}}
	w.h = taxii.Handler(x, door.New(x.Members(), slog.New(slog.NewTextHandler(w.log, nil))))
	w.alpha, w.beta = w.member("Alpha Bank", false), w.member("Beta Energy", false)
	w.feed = w.key("Beta Energy", true)
	if _, err := x.Members().AddGroup(t.Context(), "Finance", []string{"Alpha Bank"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) member(name string, publisher bool) string {
	w.t.Helper()
	if _, err := w.x.Members().AddMember(w.t.Context(), member.NewMember{Name: name, Publisher: publisher}); err != nil {
		w.t.Fatal(err)
	}
	return w.key(name, false)
}

func (w *world) key(name string, feed bool) string {
	w.t.Helper()
	secret, _, err := w.x.Members().AddKey(w.t.Context(), name, feed)
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// answer is what came back.
type answer struct {
	code   int
	header http.Header
	body   []byte
}

// do makes a request; headers come in pairs and go over the usual ones, an empty value takes one away.
func (w *world) do(key, method, path string, body []byte, headers ...string) answer {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, bytes.NewReader(body))
	if body == nil {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header.Set("Accept", media)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", media)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	a := answer{rec.Code, rec.Header(), rec.Body.Bytes()}
	if a.code >= 500 {
		w.t.Errorf("%s %s: %d %s\nlog: %s", method, path, a.code, a.body, w.log)
	}
	return a
}

func (w *world) get(key, path string, headers ...string) answer {
	w.t.Helper()
	return w.do(key, http.MethodGet, path, nil, headers...)
}

// wantCode checks the code, and of each error its form: TAXII's media type,
// title, and http_status as a string.
func (a answer) wantCode(t *testing.T, what string, want int) answer {
	t.Helper()
	if a.code != want {
		t.Errorf("%s: %d %.300s; want %d", what, a.code, a.body, want)
	}
	if got := a.header.Get("Content-Type"); got != media && a.code != http.StatusNotModified {
		t.Errorf("%s: Content-Type %q", what, got)
	}
	if a.code >= 400 {
		var e map[string]any
		if err := json.Unmarshal(a.body, &e); err != nil {
			t.Fatalf("%s: error body %.300s: %v", what, a.body, err)
		}
		if e["title"] == "" || e["http_status"] != fmt.Sprint(a.code) || e["description"] == "" {
			t.Errorf("%s: error body %s", what, a.body)
		}
		if got := a.header.Get("Cache-Control"); a.code != 405 && got != "no-store" {
			t.Errorf("%s: an error with Cache-Control %q", what, got)
		}
	}
	return a
}

// json decodes an answer; empty lists and null are nowhere (TAXII 2.1 section 1.6.3).
func (a answer) json(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%.300s: %v", a.body, err)
	}
	for _, bad := range []string{`:[]`, `:null`} {
		if bytes.Contains(a.body, []byte(bad)) {
			t.Errorf("holds %s: %.300s", bad, a.body)
		}
	}
}

// envelopeJSON is what a list of objects, a manifest or versions look like.
type envelopeJSON struct {
	More     bool
	Next     string
	Objects  []json.RawMessage
	Versions []string
}

func (w *world) envelope(key, path string) (e envelopeJSON, a answer) {
	w.t.Helper()
	a = w.get(key, path).wantCode(w.t, path, 200)
	a.json(w.t, &e)
	if e.More != (e.Next != "") {
		w.t.Errorf("%s: more %v with next %q", path, e.More, e.Next)
	}
	return e, a
}

// ids gives the identifiers of a page in order.
func (e envelopeJSON) ids() string {
	var out []string
	for _, raw := range e.Objects {
		var o struct{ ID string }
		if err := json.Unmarshal(raw, &o); err != nil {
			return err.Error()
		}
		out = append(out, o.ID)
	}
	return strings.Join(out, " ")
}

// post files objects and gives the status.
func (w *world) post(key, collection string, objects ...string) exchange.Status {
	w.t.Helper()
	a := w.do(key, "POST", "/exchange/collections/"+collection+"/objects/", envelopeOf(objects...)).wantCode(w.t, "adding", 202)
	var s exchange.Status
	a.json(w.t, &s)
	if s.Total != s.Success+s.Failure+s.Pending || s.Success != len(s.Successes) || s.Failure != len(s.Failures) || s.Status != "complete" {
		w.t.Errorf("status %s", a.body)
	}
	return s
}

func envelopeOf(objects ...string) []byte {
	return []byte(`{"objects":[` + strings.Join(objects, ",") + `]}`)
}

func newUUID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

const (
	markClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
	markGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
	markAmber = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
	markRed   = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
)

// indicator makes an invented indicator; more is written into it, such as `"name":"x"`.
func indicator(more ...string) (id, raw string) {
	id = "indicator--" + newUUID()
	b := make([]byte, 6)
	rand.Read(b)
	props := append([]string{`"type":"indicator"`, `"spec_version":"2.1"`, `"id":"` + id + `"`, `"created":"2026-11-01T08:00:00.000Z"`, `"modified":"2026-11-01T08:00:00.000Z"`,
		`"pattern":"[domain-name:value = 'c` + hex.EncodeToString(b) + `.example']"`, `"pattern_type":"stix"`, `"valid_from":"2026-11-01T08:00:00Z"`}, more...)
	return id, "{" + strings.Join(props, ",") + "}"
}

func marked(ids ...string) string {
	return `"object_marking_refs":["` + strings.Join(ids, `","`) + `"]`
}

// version gives the same object with another modified, and a name that says which.
func version(raw, modified string) string {
	return strings.Replace(strings.Replace(raw, `"modified":"2026-11-01T08:00:00.000Z"`, `"modified":"`+modified+`"`, 1), `"pattern_type"`, `"name":"as of `+modified+`","pattern_type"`, 1)
}
