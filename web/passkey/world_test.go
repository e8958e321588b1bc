package passkey

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store/storetest"
	"tocsin/web/frame"
)

// home is where the tests' exchange is.
const (
	home = "https://exchange.example"
	rpID = "exchange.example"
)

// world is the endpoints over a store, with two people of a company.
type world struct {
	testing.TB
	people   *person.People
	site     *frame.Site
	desk     *desk
	handler  http.Handler
	members  *member.Registry
	log      bytes.Buffer
	ana, bob *browser
}

func newWorld(t testing.TB, origin string) *world {
	t.Helper()
	ctx, db := t.Context(), storetest.Open(t)
	for _, err := range []error{exchange.Migrate(ctx, db), person.Migrate(ctx, db)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(ctx, db, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	w := &world{TB: t, members: x.Members(), people: person.New(db, exchange.LogID, x.Members(), keys)}
	w.site = frame.New(frame.Config{Exchange: x, People: w.people, Secure: strings.HasPrefix(origin, "https"), Origin: origin, Log: slog.New(slog.NewTextHandler(&w.log, nil))})
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

// someone adds a member and signs its first person in by a link.
func (w *world) someone(name string) *browser {
	w.Helper()
	if _, err := w.members.AddMember(w.Context(), member.NewMember{Name: name}); err != nil {
		w.Fatal(err)
	}
	token, err := w.people.Welcome(w.Context(), name)
	if err != nil {
		w.Fatal(err)
	}
	secret, err := w.people.TakeLink(w.Context(), token, "Someone of "+name, "a test")
	if err != nil {
		w.Fatal(err)
	}
	b := w.browser()
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
	v, err := b.people.Authenticate(b.Context(), b.cookies["__Host-tocsin"])
	return v, err == nil
}
