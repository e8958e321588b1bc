package signin_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"tocsin/apptest"
	"tocsin/person"
	"tocsin/store"
	"tocsin/web/frame"
	"tocsin/web/signin"
)

// site is a node's pages of signing in on a server of their own.
type site struct {
	*apptest.Node
	url    string
	routes []frame.Route
}

func start(t *testing.T, c signin.Config, secure bool, members ...string) *site {
	t.Helper()
	n := apptest.Start(t, append([]string{"Harbor Bank"}, members...)...)
	node := n.App.Node()
	s := frame.New(frame.Config{Exchange: node.Exchange, People: node.People, Secure: secure})
	if c.Passkeys != "" { // what the script does, as far as these pages go
		c.Passkeys = s.Asset("passkey.js", "text/javascript; charset=utf-8", []byte(`document.querySelectorAll("[data-passkey]").forEach(b => b.hidden = false);document.querySelectorAll("[data-passkey-name]").forEach(f => f.closest("p").hidden = false)`))
	}
	routes := signin.Routes(s, c)
	srv := httptest.NewServer(s.Handler(routes))
	t.Cleanup(srv.Close)
	return &site{n, srv.URL, routes}
}

func (s *site) people() *person.People { return s.App.Node().People }

// link makes a welcome link of a member.
func (s *site) link(member string) string {
	s.Helper()
	token, err := s.people().Welcome(s.Context(), member)
	if err != nil {
		s.Fatal(err)
	}
	return "/welcome/" + token
}

// a browser keeps cookies and follows nothing by itself.
type browser struct {
	*site
	cookies map[string]string
	agent   string
}

func (s *site) browser() *browser {
	return &browser{s, map[string]string{}, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
}

type answer struct {
	code   int
	body   string
	header http.Header
}

func (b *browser) send(method, path string, body string, headers ...string) answer {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("User-Agent", b.agent)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.Fatalf("%s %s: %v", method, path, err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range a.Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	if strings.Contains(string(text), "style=") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(string(text)) {
		b.Errorf("%s %s has an inline style or script", method, path)
	}
	return answer{a.StatusCode, string(text), a.Header}
}

func (b *browser) get(want int, path string) string {
	b.Helper()
	a := b.send(http.MethodGet, path, "")
	if a.code != want {
		b.Fatalf("GET %s: %d, not %d: %s", path, a.code, want, a.body)
	}
	return a.body
}

// post sends a form: name, value, ...
func (b *browser) post(want int, path string, fields ...string) answer {
	b.Helper()
	f := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		f.Add(fields[i], fields[i+1])
	}
	a := b.send(http.MethodPost, path, f.Encode())
	if a.code != want {
		b.Fatalf("POST %s: %d, not %d: %s", path, a.code, want, a.body)
	}
	return a
}

// goes checks where an answer leads.
func (b *browser) goes(a answer, want string) {
	b.Helper()
	if got := a.header.Get("Location"); got != want {
		b.Errorf("it leads to %q, not %q", got, want)
	}
}

func (b *browser) shows(body string, texts ...string) {
	b.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			b.Errorf("the page doesn't show %q: %s", text, body)
		}
	}
}

// in signs a browser in by a link.
func (s *site) in(member string) *browser {
	s.Helper()
	b := s.browser()
	b.goes(b.post(http.StatusSeeOther, s.link(member), "name", "Ana Roe"), "/")
	return b
}

// stale makes every session's proof old, as if ten minutes had passed.
func (s *site) stale() {
	s.Helper()
	err := s.App.Node().DB.Write(s.Context(), func(tx *store.Tx) error {
		if _, err := tx.Exec(s.Context(), `UPDATE person_session SET fresh = 1`); err != nil {
			return err
		}
		return store.RaiseRights(s.Context(), tx, 1)
	})
	if err != nil {
		s.Fatal(err)
	}
	s.people().EndOthers(s.Context(), 999, 0) // this process looks at once
}

func TestWelcome(t *testing.T) {
	s := start(t, signin.Config{}, false)
	link := s.link("Harbor Bank")
	b := s.browser()
	for range 3 { // a mail scanner first
		b.shows(b.get(http.StatusOK, link), "Welcome, Harbor Bank", `name="name"`)
	}
	if len(b.cookies) != 0 {
		t.Errorf("a look sets cookies: %v", b.cookies)
	}
	b.shows(b.post(http.StatusUnprocessableEntity, link, "name", strings.Repeat("x", 101)).body, "<title>Error: ", "at most 100 are kept", "aria-describedby")
	a := b.post(http.StatusSeeOther, link, "name", "Ana \u202eRoe")
	b.goes(a, "/")
	page := b.get(http.StatusOK, "/account")
	b.shows(page, "Ana Roe", "Harbor Bank, analyst", "Set up a way back in", "Firefox, Linux", "Where your links were used")
	if b.cookies["way-back"] == "" {
		t.Error("nothing says that the person has no way back")
	}
	for _, other := range []*browser{b, s.browser()} {
		a := other.post(http.StatusGone, link, "name", "Somebody Else")
		other.shows(a.body, "This was taken back or used up", "used already")
		other.get(http.StatusGone, link)
	}
	b.get(http.StatusGone, "/welcome/x")
	// The second link knows who it is for, and whom it signs out.
	second := s.link("Harbor Bank")
	b.shows(s.browser().get(http.StatusOK, second), "Welcome, Ana Roe", "for Harbor Bank")
	other := s.in(apptest.Operator)
	old := other.cookies["tocsin"]
	other.shows(other.get(http.StatusOK, second), "signed in as Ana Roe", "ends that session")
	other.post(http.StatusSeeOther, second)
	if _, err := s.people().Authenticate(t.Context(), old); err == nil {
		t.Error("the session before still stands")
	}
	other.shows(other.get(http.StatusOK, "/account"), "Harbor Bank")
}

func TestWelcomeFromTwoPlaces(t *testing.T) {
	s := start(t, signin.Config{}, false)
	link := s.link("Harbor Bank")
	codes := make([]int, 6)
	var wg sync.WaitGroup
	for i := range codes {
		wg.Go(func() { codes[i] = s.browser().send(http.MethodPost, link, "name=Ana").code })
	}
	wg.Wait()
	won := 0
	for _, c := range codes {
		switch c {
		case http.StatusSeeOther:
			won++
		case http.StatusGone:
		default:
			t.Errorf("an answer %d", c)
		}
	}
	if won != 1 {
		t.Errorf("%d got in", won)
	}
}

func TestCookies(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := start(t, signin.Config{}, secure)
		a := s.browser().post(http.StatusSeeOther, s.link("Harbor Bank"), "name", "Ana")
		name := map[bool]string{false: "tocsin", true: "__Host-tocsin"}[secure]
		found := false
		for _, c := range (&http.Response{Header: a.header}).Cookies() {
			found = found || c.Name == name
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure {
				t.Errorf("secure %v: cookie %s", secure, c.Raw)
			}
			if c.Name == name && c.MaxAge != 0 {
				t.Errorf("the session's cookie outlives the browser: %s", c.Raw)
			}
		}
		if !found {
			t.Errorf("secure %v: no cookie %s", secure, name)
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Error("the answer may be kept")
		}
	}
}

// A secret that somebody put into the browser beforehand never counts, and each
// sign-in makes a new one and ends the one before.
func TestFixedSession(t *testing.T) {
	s := start(t, signin.Config{}, false)
	b := s.browser()
	planted := strings.Repeat("a", 40)
	b.cookies["tocsin"] = planted
	b.post(http.StatusSeeOther, s.link("Harbor Bank"), "name", "Ana")
	first := b.cookies["tocsin"]
	if first == planted || first == "" {
		t.Fatal("the planted secret counts")
	}
	b.post(http.StatusSeeOther, s.link("Harbor Bank"))
	second := b.cookies["tocsin"]
	if second == first {
		t.Error("a second sign-in has the same secret")
	}
	// An attacker's own session, planted: the victim's sign-in leaves it.
	attacker := s.in(apptest.Operator)
	victim := s.browser()
	victim.cookies["tocsin"] = attacker.cookies["tocsin"]
	victim.post(http.StatusSeeOther, s.link("Harbor Bank"))
	if victim.cookies["tocsin"] == attacker.cookies["tocsin"] {
		t.Error("the attacker's session is the victim's")
	}
	attacker.get(http.StatusSeeOther, "/account")
}

func TestSignOut(t *testing.T) {
	s := start(t, signin.Config{}, false)
	b := s.in("Harbor Bank")
	secret := b.cookies["tocsin"]
	b.goes(b.post(http.StatusSeeOther, "/sign-out"), "/public")
	if len(b.cookies) != 0 {
		t.Errorf("cookies are left: %v", b.cookies)
	}
	b.cookies["tocsin"] = secret
	b.goes(b.send(http.MethodGet, "/account", ""), "/sign-in?next=%2Faccount")
	b.goes(b.post(http.StatusSeeOther, "/sign-out"), "/public") // nobody signs out
}

// Wherever a next may come from, it leads to this site.
func TestNoOpenRedirect(t *testing.T) {
	s := start(t, signin.Config{Provider: "Northwater"}, false)
	ana := s.in("Harbor Bank")
	key := ana.enrol()
	for _, c := range [][2]string{
		{"/ring", "/ring"}, {"/search?q=a%20b&x=1#y", "/search?q=a%20b&x=1#y"}, {"", "/"}, {"ring", "/"},
		{"https://evil.example/", "/"}, {"//evil.example", "/"}, {"/\\evil.example", "/"}, {"\\\\evil.example", "/"}, {"/\t/evil.example", "/"}, {"\t//evil.example", "/"},
		{"javascript:alert(1)", "/"}, {"/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"}, {"/\r\nSet-Cookie: x=1", "/"}, {" /ring", "/"}, {"http:/ring", "/"}, {"///evil.example", "/"},
		{"@evil.example", "/"}, {".evil.example", "/"}, {"/" + strings.Repeat("x", 3000), "/"},
	} {
		q := url.QueryEscape(c[0])
		ana.goes(ana.send(http.MethodGet, "/sign-in?next="+q, ""), c[1])
		page := s.browser().get(http.StatusOK, "/sign-in?next="+q)
		if strings.Contains(page, "evil") {
			t.Errorf("next %q stands in the page: %s", c[0], page)
		}
		page = ana.get(http.StatusOK, "/step-up?next="+q)
		if strings.Contains(page, "evil") {
			t.Errorf("next %q stands in the page: %s", c[0], page)
		}
		a := s.browser().post(http.StatusSeeOther, "/sign-in", "login", "ana.roe", "password", goodPassword, "code", key.next(), "next", c[0])
		ana.goes(a, c[1])
		a = ana.post(http.StatusSeeOther, "/step-up", "password", goodPassword, "code", key.next(), "next", c[0])
		ana.goes(a, c[1])
	}
}

// Another site's form does nothing, whatever address it is sent to.
func TestCrossOrigin(t *testing.T) {
	s := start(t, signin.Config{}, false)
	b := s.in("Harbor Bank")
	tried := 0
	for _, r := range s.routes {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodPost {
			continue
		}
		tried++
		path = strings.Replace(path, "{token}", strings.TrimPrefix(s.link("Harbor Bank"), "/welcome/"), 1)
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, {"Sec-Fetch-Site", "", "Origin", "null"}} {
			a := b.send(http.MethodPost, path, "name=x&login=xyz&password="+goodPassword+"&theme=dark&end=others", headers...)
			if a.code != http.StatusForbidden || len(a.header.Values("Set-Cookie")) > 0 {
				t.Errorf("POST %s with %v: %d %v", path, headers, a.code, a.header)
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d addresses tried", tried)
	}
	b.shows(b.get(http.StatusOK, "/account"), "Ana Roe")
}

// What is another person's, and whoever isn't signed in.
func TestForms(t *testing.T) {
	s := start(t, signin.Config{}, false)
	for _, r := range s.routes {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if r.Open {
			continue
		}
		want := map[string]int{http.MethodGet: http.StatusSeeOther, http.MethodPost: http.StatusUnauthorized}[method]
		if a := s.browser().send(method, path, ""); a.code != want {
			t.Errorf("%s as nobody: %d", r.Pattern, a.code)
		}
	}
	b := s.in("Harbor Bank")
	long := "name=Ana&login=ana.roe&x=" + strings.Repeat("x", 64<<10)
	if a := b.send(http.MethodPost, "/account/name", long); a.code != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of over 64 kB: %d", a.code)
	}
	for _, bad := range []string{"%zz", "a;b=%", "\x00=%"} {
		if a := b.send(http.MethodPost, "/account/name", bad); a.code != http.StatusBadRequest {
			t.Errorf("a form %q: %d", bad, a.code)
		}
	}
	for i, bad := range []string{"", "x", "-1", "99999999999999999999", "9"} {
		if a := b.send(http.MethodPost, "/account/sessions", "end="+bad); a.code != http.StatusBadRequest && a.code != http.StatusNotFound {
			t.Errorf("ending session %d: %d", i, a.code)
		}
	}
	op := s.in(apptest.Operator)
	list, err := s.people().List(t.Context(), 1)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	op.post(http.StatusNotFound, "/account/sessions", "end", fmt.Sprint(list[0].ID))
	b.get(http.StatusOK, "/account")
}
