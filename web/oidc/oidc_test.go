package oidc

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/web/frame"
	"tocsin/web/pending"
)

// begin begins a login without going to the provider, and gives its state.
func (b *browser) begin() string {
	b.Helper()
	return b.asked("/oidc/start").Get("state")
}

// asked gives what the provider is asked when somebody starts.
func (b *browser) asked(path string) url.Values {
	b.Helper()
	code, to, page := b.step(path, "Sec-Fetch-Site", "same-origin")
	if code != http.StatusSeeOther {
		b.Fatalf("%s answers %d: %s", path, code, page)
	}
	return to.Query()
}

// step asks for a page and follows no redirect.
func (b *browser) step(path string, headers ...string) (code int, to *url.URL, page string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, b.origin+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	still := *b.Client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a, err := still.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		b.Fatal(err)
	}
	to, _ = a.Location() // nil for a page
	return a.StatusCode, to, string(text)
}

// TestStart: who may begin what, and from where.
func TestStart(t *testing.T) {
	w, h, ana := under(t, "")
	stranger := w.browser()
	same := []string{"Sec-Fetch-Site", "same-origin"}
	for name, c := range map[string]struct {
		who     *browser
		query   string
		headers []string
		code    int
		to      string // prefix; "" for a page
	}{
		"a sign-in":                      {stranger, "?for=sign-in", same, 303, h.URL + "/auth?"},
		"a sign-in from a portal":        {stranger, "?for=sign-in", []string{"Sec-Fetch-Site", "cross-site"}, 303, h.URL + "/auth?"},
		"nothing said":                   {stranger, "", nil, 303, h.URL + "/auth?"},
		"a step-up of nobody":            {stranger, "?for=step-up", same, 303, w.origin + "/sign-in?next="},
		"a link of nobody":               {stranger, "?for=link", same, 303, w.origin + "/sign-in?next="},
		"something else":                 {stranger, "?for=everything", same, 400, ""},
		"a step-up":                      {ana, "?for=step-up", same, 303, h.URL + "/auth?"},
		"a link":                         {ana, "?for=link", same, 303, h.URL + "/auth?"},
		"a link from another site":       {ana, "?for=link", []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		"a link from a sibling site":     {ana, "?for=link", []string{"Sec-Fetch-Site", "same-site"}, 403, ""},
		"a link that was typed":          {ana, "?for=link", []string{"Sec-Fetch-Site", "none"}, 403, ""},
		"a link from an old browser":     {ana, "?for=link", []string{"Referer", w.origin + "/account"}, 303, h.URL + "/auth?"},
		"the same, from another site":    {ana, "?for=link", []string{"Referer", "https://evil.example/" + w.origin}, 403, ""},
		"the same, from who knows where": {ana, "?for=link", nil, 403, ""},
	} {
		code, to, page := c.who.step("/oidc/start"+c.query, c.headers...)
		at := ""
		if to != nil {
			at = to.String()
		}
		if code != c.code || (c.to == "") != (at == "") || !strings.HasPrefix(at, c.to) {
			t.Errorf("%s: %d %s %s", name, code, at, page)
		}
	}
}

// TestNext: afterwards one is on this site, whatever was asked for.
func TestNext(t *testing.T) {
	w, h, _ := under(t, "")
	for next, want := range map[string]string{
		"/ring?x=1": "/ring?x=1", "": "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
		"/" + strings.Repeat("a", maxNext-1): "/" + strings.Repeat("a", maxNext-1), "/" + strings.Repeat("a", maxNext): "/",
	} {
		phone := w.browser()
		asked := phone.asked("/oidc/start?next=" + url.QueryEscape(next))
		h.answers(h.sign(t, "ES256", h.claims(asked)))
		if a := phone.back(h, asked); a.page != "you are at "+want {
			t.Errorf("next=%.40q leads to %s: %.60s", next, a.at, a.page)
		}
	}
}

// TestState: an answer without the state that was sent, or without the browser that
// began, counts for nothing, and the login is over then.
func TestState(t *testing.T) {
	w, h, ana := under(t, "")
	for name, spoil := range map[string]func(url.Values){
		"another state": func(q url.Values) { q.Set("state", "ABCDEFGHIJKLMNOPQRSTUVWXYZ") },
		"no state":      func(q url.Values) { q.Del("state") },
		"half a state":  func(q url.Values) { q.Set("state", q.Get("state")[:13]) },
	} {
		phone := w.browser()
		asked := phone.asked("/oidc/start")
		q := url.Values{"code": {"a-code"}, "state": {asked.Get("state")}, "iss": {h.URL}}
		spoil(q)
		phone.want(name, phone.get("/oidc/callback?"+q.Encode()), http.StatusGone, "begin again")
		phone.want(name+", then the right one", phone.back(h, asked), http.StatusGone, "begin again")
	}
	// A proof that was begun in one session doesn't end in another.
	asked := ana.asked("/oidc/start?for=step-up")
	bob := w.someone("Lakeside Hospital")
	for _, c := range ana.Jar.Cookies(ana.here()) {
		if c.Name == "tocsin-oidc" {
			bob.Jar.SetCookies(bob.here(), []*http.Cookie{c})
		}
	}
	bob.want("another session's proof", bob.back(h, asked), http.StatusGone, "begin again")
	if len(h.asked) != 0 {
		t.Errorf("%d codes were redeemed", len(h.asked))
	}
}

// TestNotFresh: another way in is set up by somebody who has just proved who they
// are; the first one in the session of the link.
func TestNotFresh(t *testing.T) {
	w, _, ana := under(t, "")
	bob := w.someone("Lakeside Hospital")
	d := &desk{people: w.People}
	for _, c := range []struct {
		who *browser
		ago time.Duration
		to  string
	}{{ana, time.Minute, ""}, {ana, 11 * time.Minute, "/step-up?next=%2Faccount"}, {bob, 11 * time.Minute, ""}} {
		v, _ := c.who.who()
		v.Fresh = time.Now().UTC().Add(-c.ago)
		visit := &frame.Visit{R: httptest.NewRequestWithContext(t.Context(), "GET", "/oidc/start?for=link", nil), Visitor: v}
		if to, err := d.fresh(visit); to != c.to || err != nil {
			t.Errorf("%s ago: %q, %v", c.ago, to, err)
		}
	}
}

// TestOutage: a provider that is down stops neither the node nor other ways in, says
// so, and is asked again.
func TestOutage(t *testing.T) {
	h := newHostile(t)
	h.set(func() { h.broken = http.StatusServiceUnavailable })
	p := newProvider(Config{Issuer: h.URL, ClientID: "tocsin", Name: "Northwater login"}, "https://exchange.example/oidc/callback")
	ask := func(what string, up bool) {
		t.Helper()
		f, err := p.find(t.Context())
		if up != (err == nil) || up != (f != nil) {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && !strings.Contains(err.Error(), "Northwater login doesn't answer as it should") {
			t.Errorf("%s says %v", what, err)
		}
	}
	ask("down", false)
	h.set(func() { h.broken = 0 })
	ask("up, too soon", false)
	p.asked = p.asked.Add(-retry)
	ask("up", true)
	h.set(func() { h.broken = http.StatusServiceUnavailable })
	ask("down, but it was up just now", true)
	p.asked = p.asked.Add(-stale)
	ask("down again", false)

	w := newWorld(t, func(string) Config {
		return Config{Issuer: "http://127.0.0.1:1", ClientID: "tocsin", ClientSecret: secret, Name: "Northwater login"}
	})
	stranger := w.browser()
	stranger.want("nobody listens there", stranger.get("/oidc/start"), http.StatusBadGateway, "sign in another way")
	stranger.want("another page", stranger.get("/public"), http.StatusOK, "you are at /public")
}

// TestSafe: secrets go to https, or to this machine.
func TestSafe(t *testing.T) {
	for address, want := range map[string]bool{
		"https://login.example": true, "http://127.0.0.1:8080": true, "http://localhost/x": true, "http://[::1]:80": true,
		"http://login.example": false, "http://localhost.evil.example": false, "ftp://login.example": false, "https://": false, "": false, "://": false, "/keys": false,
	} {
		if safe(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
	for name, spoil := range map[string]func(*hostile){
		"another issuer":    func(h *hostile) { h.discovery["issuer"] = "https://login.example" },
		"tokens in clear":   func(h *hostile) { h.discovery["token_endpoint"] = "http://login.example/token" },
		"keys in clear":     func(h *hostile) { h.discovery["jwks_uri"] = "http://login.example/keys" },
		"nowhere to go":     func(h *hostile) { delete(h.discovery, "authorization_endpoint") },
		"too long":          func(h *hostile) { h.discovery["more"] = strings.Repeat("x", maxAnswer) },
		"of another kind":   func(h *hostile) { h.discovery["authorization_response_iss_parameter_supported"] = "yes" },
		"an error":          func(h *hostile) { h.broken = http.StatusNotFound },
		"a place elsewhere": func(h *hostile) { h.discovery["authorization_endpoint"] = "javascript:alert(1)" },
	} {
		h := newHostile(t)
		spoil(h)
		if f, err := newProvider(Config{Issuer: h.URL, Name: "x"}, "").find(t.Context()); err == nil {
			t.Errorf("%s: found %+v", name, f)
		}
	}
	if _, err := newProvider(Config{Issuer: "http://login.example", Name: "x"}, "").find(t.Context()); err == nil {
		t.Error("an issuer in clear was asked")
	}
}

// TestTimes: a login counts for ten minutes, and of too many the oldest ends.
func TestTimes(t *testing.T) {
	var p *pending.Set[login]
	synctest.Test(t, func(t *testing.T) {
		p = newDesk(frame.New(frame.Config{Origin: "https://exchange.example"}), Config{Issuer: "https://login.example"}).pending
		early, late := p.Put(login{state: "a"}), p.Put(login{})
		time.Sleep(10*time.Minute - time.Nanosecond)
		if l, ok := p.Take(early); !ok || l.state != "a" {
			t.Error("it ended too early")
		}
		time.Sleep(time.Nanosecond)
		if _, ok := p.Take(late); ok {
			t.Error("it counts for too long")
		}
	})
	for range maxLogins + 1 {
		p.Put(login{})
	}
	if p.Len() != maxLogins {
		t.Errorf("%d are kept", p.Len())
	}
}

func TestConfig(t *testing.T) {
	for want, c := range map[string]Config{"": {}, "Northwater login": {Issuer: "https://login.example", Name: "Northwater login"}, "login.example": {Issuer: "https://login.example/realm"}} {
		if c.Provider() != want {
			t.Errorf("%+v is called %q", c, c.Provider())
		}
	}
	site := frame.New(frame.Config{Origin: "https://exchange.example"})
	nowhere := frame.New(frame.Config{})
	if n := len(Routes(site, Config{})) + len(Routes(nowhere, Config{Issuer: "https://login.example"})); n != 0 {
		t.Errorf("%d addresses without a provider, or without one's own address", n)
	}
	secure := &desk{site: frame.New(frame.Config{Secure: true})}
	if got := secure.cookieName(); got != "__Host-tocsin-oidc" {
		t.Errorf("by HTTPS the cookie is %s", got)
	}
	rec := httptest.NewRecorder()
	secure.cookie(&frame.Visit{W: rec}, "x", 600)
	if c := rec.Result().Cookies()[0]; !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %+v", c)
	}
}

// FuzzCut: whatever a provider calls its error, what we log of it is short and plain.
func FuzzCut(f *testing.F) {
	for _, seed := range []string{"invalid_grant", "<script>", "a\nb", "\u202e", strings.Repeat("x", 61), ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		got := cut(code)
		if len(got) > 60 || strings.ContainsFunc(got, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789_-", r) }) {
			t.Errorf("%q", got)
		}
	})
}
