package oidc

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tocsin/apptest/core"
	"tocsin/person"
	"tocsin/web/frame"
)

// secret is the client's, in the tests.
const secret = "a-secret-of-the-tests-that-no-log-may-hold"

// world is the two addresses on a port of the loopback, over a store.
type world struct {
	*core.Core
	server *httptest.Server
	origin string
	log    logged
}

// logged is what the node logs: by several requests at once.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newWorld starts the pages; configure gives the provider once the pages' origin is
// known, which its operator registers.
func newWorld(t *testing.T, configure func(origin string) Config) *world {
	t.Helper()
	w := &world{Core: core.Start(t)}
	w.server = httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(w.server.Listener.Addr().String(), ":")
	w.origin = "http://localhost:" + port // not the provider's host: cookies know no ports
	site := frame.New(frame.Config{Exchange: w.Exchange, People: w.People, Origin: w.origin, Log: slog.New(slog.NewTextHandler(&w.log, nil))})
	routes := append(Routes(site, configure(w.origin)), frame.Route{Pattern: "GET /{place...}", Open: true, Serve: func(v *frame.Visit) error {
		_, err := io.WriteString(v.W, "you are at "+v.R.URL.RequestURI())
		return err
	}})
	w.server.Config.Handler = site.Handler(routes)
	w.server.Start()
	t.Cleanup(w.server.Close)
	t.Cleanup(func() {
		if strings.Contains(w.log.String(), secret) || strings.Contains(w.log.String(), "eyJ") {
			t.Errorf("a secret or a token stands in the log: %s", w.log.String())
		}
	})
	return w
}

// browser is what somebody has in front of them.
type browser struct {
	*world
	*http.Client
}

// answer is a page that somebody got, after all redirects.
type answer struct {
	code int
	at   *url.URL
	page string
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	return &browser{w, &http.Client{Jar: jar}}
}

// someone is the first person of a new member, signed in.
func (w *world) someone(name string) *browser {
	w.Helper()
	b := w.browser()
	b.Jar.SetCookies(w.here(), []*http.Cookie{{Name: "tocsin", Value: w.Someone(name), Path: "/"}})
	return b
}

func (w *world) here() *url.URL {
	u, err := url.Parse(w.origin)
	if err != nil {
		w.Fatal(err)
	}
	return u
}

// get opens an address as a link of our own page does.
func (b *browser) get(address string) answer {
	b.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.origin + address
	}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func (b *browser) do(r *http.Request) answer {
	b.Helper()
	a, err := b.Client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Body.Close()
	page, err := io.ReadAll(a.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{a.StatusCode, a.Request.URL, string(page)}
}

// who gives the visitor of the browser's session; false when it has none.
func (b *browser) who() (person.Visitor, bool) {
	for _, c := range b.Jar.Cookies(b.here()) {
		if c.Name == "tocsin" {
			v, err := b.People.Authenticate(b.Context(), c.Value)
			return v, err == nil
		}
	}
	return person.Visitor{}, false
}

// want checks the end of a login.
func (b *browser) want(what string, a answer, code int, text string) {
	b.Helper()
	if a.code != code || !strings.Contains(a.page, text) {
		b.Errorf("%s: %d at %s, not %d with %q:\n%s", what, a.code, a.at.Path, code, text, a.page)
	}
}
