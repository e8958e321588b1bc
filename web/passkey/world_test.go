package passkey

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/apptest/core"
	"tocsin/person"
	"tocsin/web/frame"
)

// home is where the tests' exchange is.
const (
	home = "https://exchange.example"
	rpID = "exchange.example"
)

// world is the endpoints over a store, with two people of a company.
type world struct {
	*core.Core
	site     *frame.Site
	desk     *desk
	handler  http.Handler
	log      bytes.Buffer
	ana, bob *browser
}

func newWorld(t testing.TB, origin string) *world {
	t.Helper()
	w := &world{Core: core.Start(t)}
	w.site = frame.New(frame.Config{Exchange: w.Exchange, People: w.People, Secure: strings.HasPrefix(origin, "https"), Origin: origin, Log: slog.New(slog.NewTextHandler(&w.log, nil))})
	w.desk = newDesk(w.site)
	w.handler = w.site.Handler(w.desk.routes())
	w.ana, w.bob = w.someone("Harbor Bank"), w.someone("Lakeside Hospital")
	return w
}

// browser is what somebody has in front of them: cookies and an address.
type browser struct {
	*world
	at      string // the origin of the page; "" sends none
	host    string // of the request
	cookies map[string]string
}

func (w *world) browser() *browser {
	return &browser{w, home, rpID, map[string]string{}}
}

// someone is the first person of a new member, signed in.
func (w *world) someone(name string) *browser {
	w.Helper()
	b, secret := w.browser(), w.Someone(name)
	b.cookies["__Host-tocsin"], b.cookies["tocsin"] = secret, secret
	return b
}

func (b *browser) clone() *browser {
	c := *b
	c.cookies = maps.Clone(b.cookies)
	return &c
}

type answer struct {
	Code    int
	Options options
	Done    bool
	Error   string
	To      string
	text    string
}

func (b *browser) send(path, kind string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/passkey/"+path, bytes.NewReader(body))
	r.Host = b.host
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if b.at != "" {
		r.Header.Set("Origin", b.at)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	rec := httptest.NewRecorder()
	b.handler.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return rec
}

// post sends what the script sends.
func (b *browser) post(path string, body any) (a answer) {
	b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	rec := b.send(path, "application/json", text)
	a.text = rec.Body.String()
	if rec.Header().Get("Content-Type") == "application/json" {
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
			b.Fatalf("%s answers %q", path, a.text)
		}
	}
	a.Code = rec.Code
	return a
}

// ok fails the test unless a request was answered with 200.
func (b *browser) ok(path string, body any) answer {
	b.Helper()
	a := b.post(path, body)
	if a.Code != http.StatusOK || a.Error != "" {
		b.Fatalf("%s: %d %s", path, a.Code, a.text)
	}
	return a
}

func answerOf(credential map[string]any) map[string]any {
	return map[string]any{"credential": credential}
}

// add gives somebody a passkey.
func (b *browser) add(k *key) *key {
	b.Helper()
	o := b.ok("add/begin", nil).Options
	if !b.ok("add/finish", map[string]any{"name": "Phone", "credential": k.create(b, o)}).Done {
		b.Error("the end of adding says nothing")
	}
	return k
}

// who gives the visitor of the browser's session; false when it has none.
func (b *browser) who() (person.Visitor, bool) {
	v, err := b.People.Authenticate(b.Context(), b.cookies["__Host-tocsin"])
	return v, err == nil
}
