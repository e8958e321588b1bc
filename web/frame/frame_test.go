package frame_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"tocsin/apptest"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
	"tocsin/web/frame"
)

// site is a frame over a real node, with a log that the test reads.
func site(t *testing.T, n *apptest.Node, secure bool) (*frame.Site, *strings.Builder) {
	t.Helper()
	var log strings.Builder
	node := n.App.Node()
	return frame.New(frame.Config{Exchange: node.Exchange, People: node.People, Log: slog.New(slog.NewTextHandler(&log, nil)), Name: "North <Exchange>", Secure: secure}), &log
}

func ask(t *testing.T, h http.Handler, method, path, cookie string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestForgottenRule: a page whose route says nothing about who may see it is shown
// to nobody, the operator included.
func TestForgottenRule(t *testing.T) {
	n := apptest.Start(t)
	s, _ := site(t, n, false)
	shown := false
	h := s.Handler([]frame.Route{{Pattern: "GET /x", Serve: func(*frame.Visit) error { shown = true; return nil }}})
	for _, cookie := range []string{"", "tocsin=" + n.Person(apptest.Operator)} {
		if r := ask(t, h, "GET", "/x", cookie); r.StatusCode == 200 || shown {
			t.Errorf("a page without a rule was shown: %d", r.StatusCode)
		}
	}
}

// TestErrorPages: each kind of fault has its page and code; of an internal one
// nothing is shown but a reference, which the log has too.
func TestErrorPages(t *testing.T) {
	n := apptest.Start(t)
	s, log := site(t, n, false)
	var fails error
	h := s.Handler([]frame.Route{{Pattern: "GET /x", Open: true, Serve: func(*frame.Visit) error { return fails }}})
	for kind, want := range map[fault.Kind]int{fault.Invalid: 400, fault.TooLarge: 413, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409, fault.Refused: 422,
		fault.Busy: 503, fault.Full: 507, fault.Unreachable: 502, fault.Gone: 410, fault.Unauthenticated: 401, fault.Unsupported: 415, fault.NotAcceptable: 406} {
		fails = fault.Because(errors.New("row 3 of secret_table"), kind, "say <b>this</b> \u202Eto them")
		r := ask(t, h, "GET", "/x", "")
		page := text(t, r)
		if r.StatusCode != want || !strings.Contains(page, "Say &lt;b&gt;this&lt;/b&gt; ⟨U&#43;202E⟩to them.") || strings.Contains(page, "secret_table") {
			t.Errorf("%v: %d %s", kind, r.StatusCode, page)
		}
		if !strings.Contains(page, "<h1 id=\"h\">") || !strings.Contains(page, "North &lt;Exchange&gt;") {
			t.Errorf("%v has no heading, or no name: %s", kind, page)
		}
	}
	for _, said := range []string{"this is over; nothing was done; begin again", "this is over"} {
		fails = fault.New(fault.Gone, "%s", said)
		if page := strings.ToLower(text(t, ask(t, h, "GET", "/x", ""))); strings.Count(page, "nothing was done") != 1 {
			t.Errorf("%q: once it is said that nothing was done: %s", said, page)
		}
	}
	fails = errors.New("disk sector 7 of /var/lib")
	r := ask(t, h, "GET", "/x", "")
	page := text(t, r)
	_, rest, ok := strings.Cut(page, "<code>")
	reference, _, _ := strings.Cut(rest, "</code>")
	if r.StatusCode != 503 || !ok || len(reference) != 8 || strings.Contains(page, "sector") || !strings.Contains(page, "Nothing was shared") {
		t.Errorf("an internal error shows %d %s", r.StatusCode, page)
	}
	if !strings.Contains(log.String(), reference) || !strings.Contains(log.String(), "sector 7") {
		t.Errorf("the log says nothing of %s: %s", reference, log)
	}
}

// TestSecureCookie: with HTTPS the session's cookie is bound to this host and to
// HTTPS, and one that isn't is nobody's.
func TestSecureCookie(t *testing.T) {
	n := apptest.Start(t)
	s, _ := site(t, n, true)
	secret := n.Person(apptest.Operator)
	h := s.Handler([]frame.Route{
		{Pattern: "GET /in", Anyone: true, Serve: func(v *frame.Visit) error { v.W.WriteHeader(204); return nil }},
		{Pattern: "GET /sign", Open: true, Serve: func(v *frame.Visit) error {
			if _, err := v.Enter(secret, nil); err != nil {
				return err
			}
			v.SetTheme("dark")
			return v.Go("/")
		}},
		{Pattern: "GET /out", Open: true, Serve: func(v *frame.Visit) error { v.SignOut(); v.SetTheme("pink"); return v.Go("//evil.example") }},
	})
	if r := ask(t, h, "GET", "/in", "tocsin="+secret); r.StatusCode != 303 {
		t.Errorf("a cookie that any host of the domain can set was taken: %d", r.StatusCode)
	}
	if r := ask(t, h, "GET", "/in", "__Host-tocsin="+secret); r.StatusCode != 204 {
		t.Errorf("the session was not known: %d", r.StatusCode)
	}
	cookies := ask(t, h, "GET", "/sign", "").Header.Values("Set-Cookie")
	if len(cookies) != 2 || cookies[0] != "__Host-tocsin="+secret+"; Path=/; HttpOnly; Secure; SameSite=Lax" || !strings.HasPrefix(cookies[1], "theme=dark; Path=/; Max-Age=") {
		t.Errorf("cookies %q", cookies)
	}
	r := ask(t, h, "GET", "/out", "")
	if cookies := r.Header.Values("Set-Cookie"); len(cookies) != 2 || !strings.Contains(cookies[0], "Max-Age=0") || !strings.Contains(cookies[1], "Max-Age=0") || r.Header.Get("Location") != "/" {
		t.Errorf("signing out: %q, to %s", cookies, r.Header.Get("Location"))
	}
}

// TestStepUp: what needs a fresh factor leads to proving one, and back to the page
// that the form stood on.
func TestStepUp(t *testing.T) {
	n := apptest.Start(t)
	s, _ := site(t, n, false)
	done := 0
	route := frame.Route{Pattern: "POST /grave", Act: member.ActAdminister, Fresh: true, Serve: func(v *frame.Visit) error { done++; v.W.WriteHeader(204); return nil }}
	secret := n.Person(apptest.Operator)
	if r := ask(t, s.Handler([]frame.Route{route}), "POST", "/grave", "tocsin="+secret); r.StatusCode != 204 || done != 1 {
		t.Errorf("right after signing in: %d", r.StatusCode)
	}
	// The proof of long ago.
	node := n.App.Node()
	err := node.DB.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Exec(t.Context(), `UPDATE person_session SET fresh = 1`); err != nil {
			return err
		}
		return store.RaiseRights(t.Context(), tx, exchange.LogID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := node.People.EndOthers(t.Context(), 999, 0); err != nil { // this process looks at once
		t.Fatal(err)
	}
	r := ask(t, s.Handler([]frame.Route{route}), "POST", "/grave", "tocsin="+secret)
	if r.StatusCode != 303 || !strings.HasPrefix(r.Header.Get("Location"), "/step-up?next=") || done != 1 {
		t.Errorf("with a proof of long ago: %d, to %s, done %d times", r.StatusCode, r.Header.Get("Location"), done)
	}
}

// TestPages: words fill in by language, a word that is missing stops the program,
// and a template that fails gives an error, not half a page.
func TestPages(t *testing.T) {
	n := apptest.Start(t)
	s, _ := site(t, n, false)
	files := fstest.MapFS{
		"hello.html":   {Data: []byte(`{{define "main"}}<h1>{{t "hello" "n" .B}}</h1>{{n "things" .B}} {{marking "amber-strict"}} {{marking "Group <x>"}}{{end}}`)},
		"bad.html":     {Data: []byte(`{{define "main"}}<h1>start</h1>{{.B.Nothing}}{{end}}`)},
		"words.en.txt": {Data: []byte("hello: Hello {n}\nthings.one: {n} thing\nthings.other: {n} things\n")},
		"words.es.txt": {Data: []byte("hello: Hola {n}\nthings.one: {n} cosa\nthings.other: {n} cosas\n")},
	}
	p := s.Pages(files)
	h := s.Handler([]frame.Route{
		{Pattern: "GET /hello", Open: true, Serve: func(v *frame.Visit) error {
			return v.Show(p, "hello", frame.Page{Title: p.Word(v, "hello", "n", 1), Bare: true, Body: 1204})
		}},
		{Pattern: "GET /bad", Open: true, Serve: func(v *frame.Visit) error { return v.Show(p, "bad", frame.Page{Bare: true, Body: 1}) }},
	})
	for path, wants := range map[string][]string{
		"/hello":         {`lang="en"`, "Hello 1,204", "1,204 things", `<span class="tlp amber">TLP:AMBER+STRICT</span>`, "Group &lt;x&gt;"},
		"/hello?lang=es": {`lang="es"`, "Hola 1.204", "1.204 cosas"},
		"/hello?lang=xx": {`lang="en"`},
	} {
		page := text(t, ask(t, h, "GET", path, ""))
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %q: %s", path, want, page)
			}
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/hello", nil)
	r.Header.Set("Accept-Language", "fr;q=0.9, es-MX;q=0.8, en;q=0.5")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if got := w.Result(); !strings.Contains(text(t, got), "Hola") || got.Header.Get("Content-Language") != "es" || got.Header.Get("Vary") == "" {
		t.Errorf("a browser that prefers Spanish got %v", got.Header)
	}
	if r := ask(t, h, "GET", "/bad", ""); r.StatusCode != 503 || strings.Contains(text(t, r), "<h1>start") {
		t.Errorf("half a page was shown: %d", r.StatusCode)
	}
	files["words.es.txt"] = &fstest.MapFile{Data: []byte("hello: Hola {n}\n")}
	defer func() {
		if fail := recover(); fail == nil || !strings.Contains(fail.(error).Error(), "things.other") {
			t.Errorf("a missing word was not found: %v", fail)
		}
	}()
	s.Pages(files)
}

// TestAssets: what pages load is kept for ever under an address that changes with
// it, packed where the browser unpacks, and there is nothing else to be had.
func TestAssets(t *testing.T) {
	n := apptest.Start(t)
	s, _ := site(t, n, false)
	path := s.Asset("extra.js", "text/javascript", []byte("1;"))
	if again := s.Asset("extra.js", "text/javascript", []byte("2;")); again == path {
		t.Error("another content has the same address")
	}
	h := s.Handler(nil)
	if r := ask(t, h, "GET", path, ""); r.StatusCode != 404 {
		t.Errorf("an old address gives %d", r.StatusCode)
	}
	now := s.Asset("extra.js", "text/javascript", []byte("1;"))
	r := ask(t, h, "GET", now, "")
	if r.StatusCode != 200 || text(t, r) != "1;" || r.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	req := httptest.NewRequestWithContext(t.Context(), "GET", now, nil)
	req.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("not packed: %v", w.Header())
	}
	for _, bad := range []string{"/assets/0000000000000000/extra.js", "/assets/x/../../etc/passwd", "/assets/" + strings.Repeat("a", 16) + "/nothing"} {
		if r := ask(t, h, "GET", bad, ""); r.StatusCode == 200 {
			t.Errorf("%s gives %d", bad, r.StatusCode)
		}
	}
}

// TestForms: a form is bounded, more widely where its route says so, and one that breaks
// off does nothing.
func TestForms(t *testing.T) {
	n := apptest.Start(t)
	s, _ := site(t, n, false)
	done := func(v *frame.Visit) error { v.W.WriteHeader(204); return nil }
	h := s.Handler([]frame.Route{{Pattern: "POST /open", Open: true, Serve: done}, {Pattern: "POST /list", Anyone: true, Most: 1 << 20, Serve: done}})
	secret := n.Person(apptest.Operator)
	for _, c := range []struct {
		path string
		size int
		want int
	}{{"/open", 64 << 10, 204}, {"/open", 64<<10 + 1, 413}, {"/list", 1 << 20, 204}, {"/list", 1<<20 + 1, 413}} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", c.path, strings.NewReader("a="+strings.Repeat("x", c.size-2)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		r.Header.Set("Cookie", "tocsin="+secret)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s with %d bytes: %d, want %d", c.path, c.size, w.Code, c.want)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/open", io.MultiReader(strings.NewReader("a=1"), iotest.ErrReader(errors.New("gone"))))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != 400 {
		t.Errorf("a form that broke off: %d", w.Code)
	}
}
