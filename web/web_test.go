package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

// TestHeaders: whatever is asked for, by whomever, the answer lets nothing run
// that isn't ours, is framed by nobody and kept by no cache.
func TestHeaders(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	for _, path := range []string{"/keys", "/nothing", "/i/<script>", "/assets/0/x"} {
		_, h, page := n.Page(ana, path, nil)
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, h)
		}
		for _, bad := range []string{"style=", "<script>", "onclick", "http://", "https://"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the page has %q in it", path, bad)
			}
		}
	}
}

func TestStart(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	for secret, want := range map[string]string{"": "/public", "guess": "/public", n.Person("Harbor Bank"): "/live"} {
		if code, h, _ := n.Page(secret, "/", nil); code != 303 || h.Get("Location") != want {
			t.Errorf("/ leads to %d %q; want %s", code, h.Get("Location"), want)
		}
	}
	// Who isn't signed in comes back to where they wanted to go.
	if code, h, _ := n.Page("", "/keys?x=%2F%2Fevil.example", nil); code != 303 || h.Get("Location") != "/sign-in?next="+url.QueryEscape("/keys?x=%2F%2Fevil.example") {
		t.Errorf("%d %q", code, h.Get("Location"))
	}
}

// TestErrors: an error is a page that says what was not done, and shows nothing of
// what is inside.
func TestErrors(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	code, _, page := n.Page(n.Person("Harbor Bank"), "/nothing<b>", nil)
	if code != 404 || !strings.Contains(page, "There is nothing here for you") || strings.Contains(page, "nothing<b") {
		t.Errorf("%d %s", code, page)
	}
	n.Want(404, "", "GET", "/index.php", "")
}

// TestCrossOrigin: what another site sends is refused before anything looks at it.
func TestCrossOrigin(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	for _, headers := range [][]string{
		{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", n.URL, "Sec-Fetch-Site", "same-site"},
	} {
		code, _, page := n.Page(ana, "/sign-out", url.Values{}, headers...)
		if code != 403 || !strings.Contains(page, "another site") {
			t.Errorf("%v: %d %s", headers, code, page)
		}
	}
	if code, _, _ := n.Page(ana, "/keys", nil); code != 200 {
		t.Errorf("the session was ended by another site: %d", code)
	}
}

// TestNavigation: everybody sees what they may use, and nothing else.
func TestNavigation(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	all := []string{`href="/ring"`, `href="/live"`, `href="/search"`, `href="/reports"`, `href="/review"`, `href="/members"`, `href="/audit"`, `href="/operator"`}
	for secret, sees := range map[string]string{
		n.Person("Harbor Bank"):         "/ring /live /search /reports /members",
		n.Person(apptest.Operator):      "/ring /live /search /reports /review /members /audit /operator",
		n.PersonAs(member.RoleReviewer): "/live /search /review",
		n.PersonAs(member.RoleAuditor):  "/live /search /audit",
	} {
		_, _, page := n.Page(secret, "/keys", nil)
		for _, link := range all {
			want := strings.Contains(" "+sees+" ", " "+link[6:len(link)-1]+" ")
			if got := strings.Contains(page, link); got != want {
				t.Errorf("who may see %s: %s shown %v", sees, link, got)
			}
		}
	}
}

// TestKeysOff: single keys are switched off for one browser, and on again.
func TestKeysOff(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	code, h, _ := n.Page(ana, "/keys", url.Values{"keys": {"off"}})
	if code != 303 || !strings.HasPrefix(h.Get("Set-Cookie"), "keys=off; Path=/; Max-Age=") {
		t.Fatalf("%d %v", code, h)
	}
	_, _, page := n.Page(ana, "/keys", nil, "Cookie", "keys=off; tocsin="+ana)
	if !strings.Contains(page, `data-keys="off"`) || !strings.Contains(page, "Switch single keys on") {
		t.Errorf("the keys are on: %s", page)
	}
	if _, h, _ := n.Page(ana, "/keys", url.Values{"keys": {"on"}}); !strings.Contains(h.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("they stay off: %v", h)
	}
}

// TestSlowForm: who is removed while their form is still on its way is nobody when
// it has come: nothing of it is done.
func TestSlowForm(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	people := n.App.Node().People
	ana := n.Person("Harbor Bank")
	v, err := people.Authenticate(t.Context(), ana)
	if err != nil {
		t.Fatal(err)
	}
	operator, err := people.Authenticate(t.Context(), n.Person(apptest.Operator))
	if err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), "POST", n.URL+"/members/"+strconv.FormatInt(int64(v.Person.Member), 10)+"/keys", read)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", n.URL)
	r.AddCookie(&http.Cookie{Name: "tocsin", Value: ana})
	answer := make(chan int)
	go func() {
		a, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			answer <- 0
			return
		}
		a.Body.Close()
		answer <- a.StatusCode
	}()
	write.Write([]byte("kind="))
	if err := people.Remove(t.Context(), operator.Session, v.Person.ID); err != nil {
		t.Fatal(err)
	}
	write.Write([]byte("full"))
	write.Close()
	if code := <-answer; code != 401 {
		t.Errorf("somebody who was removed got %d", code)
	}
	keys, err := n.App.Node().Exchange.Members().Keys(t.Context(), "Harbor Bank")
	if err != nil || len(keys) != 1 {
		t.Errorf("%d keys, %v; want the one that was there", len(keys), err)
	}
}
