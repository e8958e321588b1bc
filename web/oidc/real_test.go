package oidc

import (
	"bufio"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/person"
)

// realProvider starts realclients/oidc on the loopback: TOCSIN_OIDC names a folder
// in which `npm ci` was run. Without one the test is skipped; in CI it fails.
func realProvider(t *testing.T, origin string) (issuer string, stop func()) {
	t.Helper()
	folder := os.Getenv("TOCSIN_OIDC")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "oidc-provider")); folder == "" || err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no OpenID provider: CI must have one (TOCSIN_OIDC names a folder with realclients/oidc's node_modules)")
		}
		t.Skip("no OpenID provider: TOCSIN_OIDC names a folder with realclients/oidc's node_modules")
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("..", "..", "realclients", "oidc", "provider.mjs"), folder, origin+"/oidc/callback")
	cmd.Env = append(os.Environ(), "CLIENT_SECRET="+secret)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		in.Close() // it ends by itself
		cmd.Wait() // once: a second call is an error of no interest
	}
	t.Cleanup(stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "http://") {
			return lines.Text(), stop
		}
	}
	stop()
	t.Fatalf("the provider didn't start: %s", complaints.String())
	return "", nil
}

// real is a world with the real provider, which can be stopped.
func real(t *testing.T) (w *world, stop func()) {
	t.Helper()
	w = newWorld(t, func(origin string) Config {
		issuer, end := realProvider(t, origin)
		stop = end
		return Config{Issuer: issuer, ClientID: "tocsin", ClientSecret: secret, Name: "Northwater login"}
	})
	return w, stop
}

// What a form of the provider's pages says: where it goes, and what it sends along.
const (
	action = `<form [^>]*action="([^"]+)"`
	hidden = `<input type="hidden" name="([^"]+)" value="([^"]*)"`
)

// fill goes through the provider's forms as somebody: login, then leave to tell us.
func (b *browser) fill(a answer, login string) answer {
	b.Helper()
	for range 4 {
		form := regexp.MustCompile(action).FindStringSubmatch(a.page)
		if a.at.Host == b.here().Host || form == nil {
			return a
		}
		values := url.Values{}
		for _, m := range regexp.MustCompile(hidden).FindAllStringSubmatch(a.page, -1) {
			values.Set(m[1], m[2])
		}
		if strings.Contains(a.page, `name="login"`) {
			values.Set("login", login)
			values.Set("password", "any")
		}
		to, err := a.at.Parse(strings.ReplaceAll(form[1], "&amp;", "&"))
		if err != nil {
			b.Fatal(err)
		}
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, to.String(), strings.NewReader(values.Encode()))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a = b.do(r)
	}
	b.Fatalf("the provider asks on and on: %s", a.page)
	return a
}

// TestRealProvider: an invitation, the account connected to it, a sign-in in another
// browser and a step-up, with a certified provider.
func TestRealProvider(t *testing.T) {
	w, stop := real(t)
	ana := w.someone("Harbor Bank")
	stranger := w.browser()
	stranger.want("before anything is connected", stranger.fill(stranger.get("/oidc/start?for=sign-in&next=/ring"), "ana.northwater"), http.StatusForbidden, "nobody here has connected that account")
	if _, in := stranger.who(); in {
		t.Fatal("somebody whom nobody knows got in")
	}

	ana.want("connecting", ana.fill(ana.get("/oidc/start?for=link&next=/account"), "ana.northwater"), http.StatusOK, "you are at /account")
	v, _ := ana.who()
	ids, err := w.People.Identities(t.Context(), v.Person.ID)
	if err != nil || len(ids) != 1 || ids[0].Subject != "ana.northwater" {
		t.Fatalf("connected: %+v, %v", ids, err)
	}

	phone := w.browser()
	a := phone.fill(phone.get("/oidc/start?for=sign-in&next=/ring"), "ana.northwater")
	phone.want("signing in", a, http.StatusOK, "you are at /ring")
	here, in := phone.who()
	if !in || here.Person.ID != v.Person.ID || !here.Recent(time.Now().UTC()) {
		t.Fatalf("signed in: %+v, %v", here.Person, in)
	}
	sessions, err := w.People.List(t.Context(), v.Person.ID)
	if err != nil || len(sessions) != 2 || sessions[0].How != person.ByOIDC {
		t.Errorf("the sessions are %+v, %v", sessions, err)
	}

	// The provider remembers the login, and asks again all the same.
	a = phone.get("/oidc/start?for=step-up&next=/members")
	if !strings.Contains(a.page, `name="login"`) {
		t.Errorf("at a step-up the provider doesn't ask: %s", a.page)
	}
	phone.want("proving", phone.fill(a, "ana.northwater"), http.StatusOK, "you are at /members")
	if again, _ := phone.who(); !again.Fresh.After(here.Fresh) {
		t.Error("the proof doesn't count")
	}
	// A login that the provider remembers needs no form.
	phone.want("again", phone.get("/oidc/start?for=sign-in&next=/live"), http.StatusOK, "you are at /live")
	phone.want("proving as another", phone.fill(phone.get("/oidc/start?for=step-up"), "bob.northwater"), http.StatusForbidden, "That is not your account")

	bob := w.someone("Lakeside Hospital")
	bob.want("somebody else's account", bob.fill(bob.get("/oidc/start?for=link&next=/account"), "ana.northwater"), http.StatusConflict, "belongs to somebody else")

	state := phone.begin()
	stop()
	phone.want("with the provider down since", phone.get("/oidc/callback?code=x&state="+state+"&iss="+url.QueryEscape(ids[0].Issuer)), http.StatusBadGateway, "sign in another way")
}

// TestRealCallback: what comes back counts once, in the browser that began it.
func TestRealCallback(t *testing.T) {
	w, _ := real(t)
	ana := w.someone("Harbor Bank")
	ana.want("connecting", ana.fill(ana.get("/oidc/start?for=link&next=/account"), "ana.northwater"), http.StatusOK, "you are at /account")

	var last *url.URL // where the provider sent the browser back to
	phone := w.browser()
	phone.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/oidc/callback" {
			last = r.URL
		}
		return nil
	}
	phone.want("signing in", phone.fill(phone.get("/oidc/start?next=/ring"), "ana.northwater"), http.StatusOK, "you are at /ring")
	if last == nil || last.Query().Get("iss") == "" || last.Query().Get("code") == "" {
		t.Fatalf("the provider sends back %v", last)
	}
	phone.want("the same answer again", phone.get(last.String()), http.StatusGone, "begin again")
	other := w.browser()
	other.want("the answer in another browser", other.get(last.String()), http.StatusGone, "begin again")

	// The answer of one login in the place of another's.
	hold := w.browser()
	hold.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a := hold.get("/oidc/start"); a.code != http.StatusSeeOther {
		t.Fatalf("the start answers %d", a.code)
	}
	hold.want("another login's answer", hold.get(last.String()), http.StatusGone, "begin again")
	if _, in := hold.who(); in {
		t.Error("another login's answer opens a session")
	}
	// A code that was used, with a state that is right.
	state := hold.begin()
	q := last.Query()
	q.Set("state", state)
	hold.want("a used code", hold.get("/oidc/callback?"+q.Encode()), http.StatusUnauthorized, "was not accepted")
}
