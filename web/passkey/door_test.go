package passkey

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/apptest/core"
	"tocsin/web/frame"
	"tocsin/web/pending"
)

// TestWhere: passkeys work at the exchange's name, without one at localhost; anywhere
// else the answer says where to go.
func TestWhere(t *testing.T) {
	configured, plain := newWorld(t, home), newWorld(t, "")
	for name, c := range map[string]struct {
		w        *world
		at, host string
		rp       string // "" when it is refused
		says     string
	}{
		"at home":                           {configured, home, rpID, rpID, ""},
		"at home, behind a proxy":           {configured, home, "10.0.0.7:8470", rpID, ""},
		"at home, in capitals":              {configured, "https://EXCHANGE.example", rpID, rpID, ""},
		"at home, an old browser":           {configured, "", rpID, rpID, ""},
		"by its address":                    {configured, "https://192.0.2.7", "192.0.2.7", "", "Passkeys belong to https://exchange.example: open the page there"},
		"at another port":                   {configured, home + ":8443", "exchange.example:8443", "", "Passkeys belong to https://exchange.example"},
		"without TLS":                       {configured, "http://exchange.example", rpID, "", "Passkeys belong to https://exchange.example"},
		"no origin, at localhost":           {plain, "http://localhost:8470", "localhost:8470", "localhost", ""},
		"no origin, at localhost's port 80": {plain, "http://localhost", "localhost", "localhost", ""},
		"no origin, at 127.0.0.1":           {plain, "http://127.0.0.1:8470", "127.0.0.1:8470", "", "open it as http://localhost:8470"},
		"no origin, at ::1":                 {plain, "http://[::1]:8470", "[::1]:8470", "", "open it as http://localhost:8470"},
		"no origin, at ::1's port 80":       {plain, "http://[::1]", "[::1]", "", "open it as http://localhost;"},
		"no origin, at an address":          {plain, "http://192.0.2.7:8470", "192.0.2.7:8470", "", "open it by its name"},
		"no origin, at a name":              {plain, "http://exchange.example", "exchange.example", "", "the operator sets site.origin"},
		"no origin, at a name like it":      {plain, "http://localhost.evil.example", "localhost.evil.example", "", "the operator sets site.origin"},
	} {
		b := c.w.browser()
		b.at, b.host = c.at, c.host
		a := b.post("sign-in/begin", nil)
		if a.Options.RPID != c.rp || (a.Code == http.StatusOK) != (c.rp != "") || !strings.Contains(a.Error, c.says) {
			t.Errorf("%s: %d %s", name, a.Code, a.text)
		}
		if a.Code != http.StatusOK && (a.Code >= 500 || !strings.HasSuffix(a.Error, "nothing was done.")) {
			t.Errorf("%s: %d %q", name, a.Code, a.Error)
		}
	}
	// What was begun at localhost ends there.
	b := plain.browser()
	b.at, b.host = "http://localhost:8470", "localhost:8470"
	b.cookies = plain.ana.cookies
	k := b.add(newKey(t, b.at, "localhost"))
	b.ok("step-up/finish", answerOf(k.get(t, b.ok("step-up/begin", nil).Options.Challenge)))
	k.origin = "http://localhost:8471"
	if a := b.post("step-up/finish", answerOf(k.get(t, b.ok("step-up/begin", nil).Options.Challenge))); a.Code != http.StatusUnauthorized {
		t.Errorf("another port of localhost: %d %s", a.Code, a.text)
	}
}

// TestDoor: what isn't the script's request is refused before anything looks at it.
func TestDoor(t *testing.T) {
	w := newWorld(t, home)
	for _, path := range []string{"add/begin", "add/finish", "step-up/begin", "step-up/finish"} {
		if rec := w.browser().send(path, "application/json", []byte("{}")); rec.Code != http.StatusUnauthorized {
			t.Errorf("%s for nobody: %d", path, rec.Code)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json-seq"} {
		if rec := w.browser().send("sign-in/begin", kind, []byte("{}")); rec.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%q: %d", kind, rec.Code)
		}
	}
	fill := func(n int) []byte { return []byte(`{"x":"` + strings.Repeat("x", n-8) + `"}`) }
	for n, code := range map[int]int{maxAnswer: http.StatusBadRequest, maxAnswer + 1: http.StatusRequestEntityTooLarge} {
		if rec := w.browser().send("sign-in/finish", "application/json; charset=utf-8", fill(n)); rec.Code != code {
			t.Errorf("%d bytes: %d %s", n, rec.Code, rec.Body)
		}
	}
	for _, body := range []string{"", "null", "[]", "{", `{"credential":`, `{"name":7,"credential":{}}`} {
		b := w.browser()
		b.ok("sign-in/begin", nil)
		if rec := b.send("sign-in/finish", "application/json", []byte(body)); rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "nothing was done") {
			t.Errorf("%q: %d %s", body, rec.Code, rec.Body)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, home+"/passkey/sign-in/begin", nil)
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if rec.Code != http.StatusForbidden || len(rec.Result().Cookies()) != 0 {
		t.Errorf("from another site: %d", rec.Code)
	}
}

// TestCookie: the ceremony's cookie is for no script and no other site.
func TestCookie(t *testing.T) {
	for origin, name := range map[string]string{home: "__Host-tocsin-passkey", "http://localhost": "tocsin-passkey"} {
		b := newWorld(t, origin).browser()
		b.at, b.host = origin, strings.SplitN(origin, "//", 2)[1]
		cookies := b.send("sign-in/begin", "application/json", []byte("{}")).Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%s: cookies %v", origin, cookies)
		}
		c := cookies[0]
		if c.Name != name || !c.HttpOnly || c.Secure != (origin == home) || c.SameSite != http.SameSiteStrictMode || c.MaxAge != 300 || c.Path != "/" || c.Domain != "" || len(c.Value) < 22 {
			t.Errorf("%s: %+v", origin, c)
		}
	}
}

// TestTooLate: an answer that comes after five minutes opens nothing.
func TestTooLate(t *testing.T) {
	w := newWorld(t, home)
	k := w.ana.add(newKey(t, home, rpID))
	for life, code := range map[time.Duration]int{time.Minute: http.StatusOK, 0: http.StatusGone} {
		w.desk.strangers, w.desk.known = pending.New[ceremony](life, 10), pending.New[ceremony](life, 10)
		phone := w.browser()
		if a := phone.post("sign-in/finish", answerOf(k.get(t, phone.ok("sign-in/begin", nil).Options.Challenge))); a.Code != code {
			t.Errorf("signing in, with %s left: %d %s", life, a.Code, a.text)
		}
		if a := w.ana.post("add/finish", answerOf(newKey(t, home, rpID).create(t, w.ana.ok("add/begin", nil).Options))); a.Code != code {
			t.Errorf("adding, with %s left: %d %s", life, a.Code, a.text)
		}
	}
}

// TestTimes: a ceremony counts for five minutes, of strangers and of people who are
// known; of too many the oldest ends.
func TestTimes(t *testing.T) {
	for _, what := range []string{add, signIn} {
		var p *pending.Set[ceremony]
		synctest.Test(t, func(t *testing.T) {
			p = newDesk(frame.New(frame.Config{})).of(what)
			early, late := p.Put(ceremony{what: what}), p.Put(ceremony{})
			time.Sleep(5*time.Minute - time.Nanosecond)
			if c, ok := p.Take(early); !ok || c.what != what {
				t.Errorf("%s ended too early", what)
			}
			time.Sleep(time.Nanosecond)
			if _, ok := p.Take(late); ok {
				t.Errorf("%s counts for too long", what)
			}
		})
		for range maxCeremonies + 1 {
			p.Put(ceremony{})
		}
		if p.Len() != maxCeremonies {
			t.Errorf("%s: %d are kept", what, p.Len())
		}
	}
}

// TestStrangersEndNothing: however many sign-ins strangers begin, somebody who is
// signed in can finish what they began.
func TestStrangersEndNothing(t *testing.T) {
	w := newWorld(t, home)
	o := w.ana.ok("add/begin", nil).Options
	for range maxCeremonies {
		w.desk.strangers.Put(ceremony{what: signIn})
	}
	w.ana.ok("add/finish", answerOf(newKey(t, home, rpID).create(t, o)))
}

// TestNotFresh: a page that was left open gives nobody a way back in.
func TestNotFresh(t *testing.T) {
	w := newWorld(t, home)
	w.ana.add(newKey(t, home, rpID))
	for _, c := range []struct {
		who     *browser
		ago     time.Duration
		refused bool
	}{{w.ana, time.Minute, false}, {w.ana, 11 * time.Minute, true}, {w.bob, 11 * time.Minute, false}} {
		visitor, _ := c.who.who()
		visitor.Fresh = time.Now().UTC().Add(-c.ago)
		rec := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, home+"/passkey/add/begin", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		if err := w.desk.json(w.desk.beginAdd)(&frame.Visit{W: rec, R: r, Visitor: visitor}); err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if refused := a.To == "/step-up?next=%2Faccount" && rec.Code == http.StatusUnauthorized; refused != c.refused || !refused && rec.Code != http.StatusOK {
			t.Errorf("%s ago: %d %s", c.ago, rec.Code, rec.Body)
		}
	}
}

// TestMost: as many passkeys as one may have, and not one more.
func TestMost(t *testing.T) {
	w := newWorld(t, home)
	for range 20 {
		w.ana.add(newKey(t, home, rpID))
	}
	if a := w.ana.post("add/begin", nil); a.Code != http.StatusForbidden && a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Error, "as many as one may") {
		t.Errorf("%d %s", a.Code, a.text)
	}
}

// TestNames: a passkey is called what its person says, within bounds.
func TestNames(t *testing.T) {
	w := newWorld(t, home)
	for name, code := range map[string]int{"": 200, strings.Repeat("a", 100): 200, strings.Repeat("a", 101): 400, "Ana's \u202ephone": 200} {
		o := w.ana.ok("add/begin", nil).Options
		a := w.ana.post("add/finish", map[string]any{"name": name, "credential": newKey(t, home, rpID).create(t, o)})
		if a.Code != code {
			t.Errorf("%q: %d %s", name, a.Code, a.text)
		}
	}
}

// TestScript: the script is small, brings its words, and nothing from elsewhere.
func TestScript(t *testing.T) {
	w := newWorld(t, home)
	path := Script(w.site)
	if again := Script(w.site); again != path {
		t.Errorf("the address is %s, then %s", path, again)
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	script := rec.Body.String()
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(rec.Header().Get("Cache-Control"), "immutable") {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	if len(script) >= 5<<10 {
		t.Errorf("it has %d bytes with its words", len(script))
	}
	if own, err := files.ReadFile("passkey.js"); err != nil || len(own) >= 4<<10 {
		t.Errorf("it has %d bytes, %v", len(own), err)
	}
	for _, bad := range []string{"http:", "https:", "eval(", "innerHTML", "document.write", `"WORDS"`, "protected"} {
		if strings.Contains(script, bad) {
			t.Errorf("it has %q in it", bad)
		}
	}
	text, err := files.ReadFile("words.en.txt")
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range words(string(text)) {
		if !strings.Contains(script, fmt.Sprintf("%q:%q", key, value)) {
			t.Errorf("the word %s is not in it", key)
		}
		if !strings.Contains(script, "words."+key) && !strings.Contains(script, `: "`+key+`"`) {
			t.Errorf("nothing says %s", key)
		}
	}
	if got := words("# a: b\n\na: b: c\nno word\n"); len(got) != 1 || got["a"] != "b: c" {
		t.Errorf("%v", got)
	}
}

// FuzzFinish: whatever a browser sends is refused in JSON, and opens nothing.
func FuzzFinish(f *testing.F) {
	w := newWorld(f, home)
	k := w.ana.add(newKey(f, home, rpID))
	good, err := json.Marshal(answerOf(k.get(f, b64(make([]byte, 32)))))
	if err != nil {
		f.Fatal(err)
	}
	var o options
	o.Challenge, o.User.ID = b64(make([]byte, 32)), b64(k.handle)
	made, err := json.Marshal(answerOf(k.create(f, o)))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, made, []byte("{}"), []byte(`{"credential":{"id":"","rawId":"AA","type":"public-key","response":{}}}`), []byte(`{"credential":null}`)} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, adding bool) {
		here := &world{Core: &core.Core{TB: t, Exchange: w.Exchange, People: w.People}, handler: w.handler}
		b, what := here.browser(), signIn
		if adding {
			b, what = w.bob.clone(), add
			b.world = here
		}
		b.ok(what+"/begin", nil)
		rec := b.send(what+"/finish", "application/json", body)
		if rec.Code < 400 || rec.Code >= 500 || !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
	})
}
