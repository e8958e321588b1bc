package signin_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/apptest"
	"tocsin/store"
	"tocsin/web/signin"
)

const goodPassword = "copper lantern oath"

// authenticator is a phone of our own. Each code works once, so the store is made
// to forget which was used.
type authenticator struct {
	s      *site
	secret []byte
}

func (a authenticator) code() string {
	m := hmac.New(sha1.New, a.secret)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := m.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// next is the code of the next half minute, for a test that can't wait for it.
func (a authenticator) next() string {
	a.s.Helper()
	err := a.s.App.Node().DB.Write(a.s.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(a.s.Context(), `UPDATE person_password SET step = 0`)
		return err
	})
	if err != nil {
		a.s.Fatal(err)
	}
	return a.code()
}

// phone reads the secret off the page that shows it.
func (b *browser) phone(page string) authenticator {
	b.Helper()
	m := regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(page)
	if m == nil {
		b.Fatalf("no secret on the page: %s", page)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(m[1], " ", ""))
	if err != nil {
		b.Fatal(err)
	}
	return authenticator{b.site, secret}
}

// enrol sets a password up as a person does.
func (b *browser) enrol() authenticator {
	b.Helper()
	a := b.phone(b.post(http.StatusOK, "/account/password", "password", goodPassword, "again", goodPassword).body)
	b.post(http.StatusOK, "/account/password/confirm", "code", a.code())
	return a
}

func TestSetUpAPassword(t *testing.T) {
	s := start(t, signin.Config{}, false)
	b := s.in("Harbor Bank")
	second := s.in("Harbor Bank")
	b.shows(b.get(http.StatusOK, "/account/password"), "New password", "At least 12 characters")
	for _, c := range [][3]string{{"short", "short", "A password has 12"}, {"password1234", "password1234", "easy to guess"}, {"harbor bank harbor", "harbor bank harbor", "easy to guess"}, {goodPassword, "another lantern oath", "The two are not the same"}} {
		page := b.post(http.StatusUnprocessableEntity, "/account/password", "password", c[0], "again", c[1]).body
		b.shows(page, "<title>Error: ", c[2], `class="errors `)
		if strings.Contains(page, c[0]) && c[0] != "short" {
			t.Error("the page shows what was typed as a password")
		}
	}
	page := b.post(http.StatusOK, "/account/password", "password", goodPassword, "again", goodPassword).body
	b.shows(page, "<svg role=\"img\"", "Scan this")
	phone := b.phone(page)
	b.shows(b.get(http.StatusOK, "/account"), "Nothing is set up yet") // nothing has changed
	page = b.post(http.StatusUnprocessableEntity, "/account/password/confirm", "code", "000000").body
	b.shows(page, "clock of its device")
	if strings.Contains(page, "<svg role") {
		t.Error("the secret is shown again")
	}
	second.get(http.StatusOK, "/account")
	page = b.post(http.StatusOK, "/account/password/confirm", "code", phone.code()).body
	codes := regexp.MustCompile(`<li>([A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4})</li>`).FindAllStringSubmatch(page, -1)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes: %s", len(codes), page)
	}
	if b.cookies["way-back"] != "" {
		t.Error("the notice stays though there is a way back")
	}
	second.get(http.StatusSeeOther, "/account") // the other session ended
	b.shows(b.get(http.StatusOK, "/account"), "Password with a code", "10 recovery codes left")
	b.post(http.StatusGone, "/account/password/confirm", "code", phone.code())

	// And back in, from another browser, with a recovery code and with the phone.
	other := s.browser()
	other.shows(other.get(http.StatusOK, "/sign-in?next=%2Fring"), `name="next" value="/ring"`)
	other.goes(other.post(http.StatusSeeOther, "/sign-in", "login", "Ana.Roe", "password", goodPassword, "code", strings.ToLower(codes[3][1]), "next", "/ring"), "/ring")
	other.shows(other.get(http.StatusOK, "/account"), "9 recovery codes left", "You are signed in on 2 browsers")
	s.browser().post(http.StatusUnauthorized, "/sign-in", "login", "ana.roe", "password", goodPassword, "code", codes[3][1])
	s.browser().goes(s.browser().post(http.StatusSeeOther, "/sign-in", "login", "ana.roe", "password", goodPassword, "code", phone.next()), "/")
}

// Whatever is wrong, the page is the same to the byte.
func TestEnumeration(t *testing.T) {
	s := start(t, signin.Config{BehindProxy: true}, false)
	phone := s.in("Harbor Bank").enrol()
	s.in(apptest.Operator) // is here without a password; its login is ana.roe-2
	pages := map[string]string{}
	for i, c := range [][3]string{{"ana.roe", "wrong lantern oath", phone.next()}, {"ana.roe", goodPassword, "000000"}, {"ana.roe-2", goodPassword, phone.next()}, {"nobody1", goodPassword, phone.next()}, {"ana.roe", "x", "x"}} {
		f := []string{"login", c[0], "password", c[1], "code", c[2], "next", "/"}
		b := s.browser()
		b.cookies = map[string]string{}
		a := b.send(http.MethodPost, "/sign-in", "login="+f[1]+"&password="+strings.ReplaceAll(f[3], " ", "+")+"&code="+f[5]+"&next=/", "X-Forwarded-For", fmt.Sprintf("203.0.113.9, 192.0.2.%d", i))
		if a.code != http.StatusUnauthorized || len(a.header.Values("Set-Cookie")) > 0 {
			t.Errorf("case %d: %d", i, a.code)
		}
		pages[strings.ReplaceAll(a.body, html.EscapeString(c[0]), "LOGIN")] = c[0]
	}
	if len(pages) != 1 {
		t.Errorf("%d different pages", len(pages))
	}
	for page := range pages {
		s.browser().shows(page, "The login, the password or the code is wrong")
		if strings.Contains(page, goodPassword) || strings.Contains(page, "lantern") {
			t.Error("the page shows a password")
		}
	}
}

// Five guesses are free; then even the right password waits, and a link doesn't.
func TestGuessing(t *testing.T) {
	if testing.Short() {
		t.Skip("the wait of a second is real, and shorter than a hash under the race detector")
	}
	s := start(t, signin.Config{BehindProxy: true}, false)
	phone := s.in("Harbor Bank").enrol()
	guess := func(login, password, code, from string) answer {
		return s.browser().send(http.MethodPost, "/sign-in", "login="+login+"&password="+strings.ReplaceAll(password, " ", "+")+"&code="+code, "X-Forwarded-For", from)
	}
	for _, login := range []string{"ana.roe", "nobody"} {
		for range 5 {
			if a := guess(login, "wrong lantern oath", "000000", "192.0.2.1"); a.code != http.StatusUnauthorized {
				t.Errorf("a guess: %d", a.code)
			}
		}
		a := guess(login, "wrong lantern oath", "000000", "192.0.2.1")
		if a.code == http.StatusUnauthorized || a.code < 400 || !strings.Contains(a.body, "Too many wrong tries; wait 1 s") {
			t.Errorf("the sixth: %d %s", a.code, a.body)
		}
		if login == "ana.roe" {
			if a := guess(login, goodPassword, phone.next(), "192.0.2.1"); a.code == http.StatusSeeOther {
				t.Error("the right password doesn't wait")
			}
		}
	}
	if a := guess("ana.roe", goodPassword, phone.next(), "192.0.2.1, 192.0.2.2"); a.code != http.StatusSeeOther {
		t.Errorf("from another network: %d", a.code)
	}
	s.in("Harbor Bank")
}

func TestStepUp(t *testing.T) {
	s := start(t, signin.Config{Passkeys: "/assets/passkey.js", Provider: "Northwater"}, false)
	b := s.in("Harbor Bank")
	s.stale()
	// With nothing to prove by, the first way is set up all the same; nothing else is fresh.
	b.shows(b.get(http.StatusOK, "/step-up"), "You have nothing to prove it with yet")
	phone := b.enrol()
	s.stale()
	for _, path := range []string{"/account/password", "/account/password/change", "/account/password/remove", "/account/recovery", "/account/passkey/remove", "/account/identity/remove"} {
		b.goes(b.post(http.StatusSeeOther, path, "password", "seven quiet gulls", "again", "seven quiet gulls"), "/step-up?next=%2Faccount")
	}
	b.goes(b.send(http.MethodGet, "/account/password", ""), "/step-up?next=%2Faccount%2Fpassword")
	page := b.get(http.StatusOK, "/step-up?next=/account/password")
	b.shows(page, `name="next" value="/account/password"`)
	if strings.Contains(page, "data-passkey") || strings.Contains(page, "Northwater") {
		t.Error("ways are offered that the person doesn't have")
	}
	b.shows(b.post(http.StatusUnauthorized, "/step-up", "password", goodPassword, "code", "000000", "next", "/ring").body, "is wrong", `name="next" value="/ring"`)
	b.goes(b.send(http.MethodGet, "/account/password", ""), "/step-up?next=%2Faccount%2Fpassword")
	secret := b.cookies["tocsin"]
	b.goes(b.post(http.StatusSeeOther, "/step-up", "password", goodPassword, "code", phone.next(), "next", "/account/password"), "/account/password")
	b.get(http.StatusOK, "/account/password")
	if b.cookies["tocsin"] != secret {
		t.Error("the session changed")
	}
	b.goes(b.post(http.StatusSeeOther, "/account/password/change", "password", "seven quiet gulls", "again", "seven quiet gulls"), "/account#ways")
	b.post(http.StatusUnauthorized, "/step-up", "password", goodPassword, "code", phone.next())
	b.shows(b.post(http.StatusUnprocessableEntity, "/account/password/change", "password", "seven quiet gulls", "again", "six quiet gulls").body, "not the same")
	b.shows(b.post(http.StatusOK, "/account/recovery").body, "Keep these recovery codes")
	b.shows(b.post(http.StatusOK, "/account/password/remove").body, "This is your last way to sign in", "recovery codes let you in no more")
	b.goes(b.post(http.StatusSeeOther, "/account/password/remove", "sure", "last"), "/account#ways")
	b.shows(b.get(http.StatusOK, "/account"), "Nothing is set up yet")
	b.post(http.StatusNotFound, "/account/recovery")
}

func TestAccount(t *testing.T) {
	s := start(t, signin.Config{Passkeys: "/assets/passkey.js", Provider: "Northwater"}, false)
	b := s.in("Harbor Bank")
	ctx := t.Context()
	for _, err := range []error{
		s.people().AddPasskey(ctx, 1, `<script>alert("phone")</script>`, []byte{0, 250, 251}, nil),
		s.people().LinkIdentity(ctx, 1, "https://login.example/<x>", "subject&1"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	evil := s.browser()
	evil.agent = `"><img src=x onerror=alert(1)>` + strings.Repeat("x", 500)
	evil.post(http.StatusSeeOther, s.link("Harbor Bank"))
	page := b.get(http.StatusOK, "/account")
	b.shows(page, `&lt;script&gt;alert(&#34;phone&#34;)`, "https://login.example/&lt;x&gt;", "&lt;img src=x", `data-passkey="add"`, `value="Firefox, Linux" maxlength="100" autocomplete="off" aria-describedby="passkey-name-hint" data-passkey-name`, "Connect Northwater", "/oidc/start?for=link&amp;next=%2Faccount", "You are signed in on 2 browsers")
	if strings.Contains(page, "<img") || strings.Contains(page, "<script>") {
		t.Error("what somebody else wrote runs")
	}

	// Who one is.
	b.goes(b.post(http.StatusSeeOther, "/account/name", "name", "Ana \u202e<b>Roe", "login", "Ana@Bank.example"), "/account")
	b.shows(b.get(http.StatusOK, "/account"), "Ana &lt;b&gt;Roe", `value="ana@bank.example"`)
	s.in(apptest.Operator) // its login is ana.roe
	page = b.post(http.StatusUnprocessableEntity, "/account/name", "name", "Ana", "login", "ana.roe").body
	b.shows(page, "This login is taken", `href="#login"`, `value="ana.roe"`, "<title>Error: Your account")
	b.shows(b.post(http.StatusUnprocessableEntity, "/account/name", "name", "", "login", "ana").body, "The name is empty", `href="#name"`)

	// Colours: a cookie of the server, so that no page flashes.
	for theme, want := range map[string]string{"dark": `<html lang="en" data-theme="dark">`, "light": `<html lang="en" data-theme="light">`, "": `<html lang="en">`, "\"><script>": `<html lang="en">`} {
		b.goes(b.post(http.StatusSeeOther, "/account/theme", "theme", theme), "/account#look")
		b.shows(b.get(http.StatusOK, "/account"), want)
	}

	// Sessions.
	b.goes(b.post(http.StatusSeeOther, "/account/sessions", "end", "others"), "/account#sessions")
	evil.get(http.StatusSeeOther, "/account")
	third := s.in("Harbor Bank")
	list, err := s.people().List(ctx, 1)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	b.post(http.StatusSeeOther, "/account/sessions", "end", fmt.Sprint(list[0].ID))
	third.get(http.StatusSeeOther, "/account")
	b.goes(b.post(http.StatusSeeOther, "/account/sessions", "end", fmt.Sprint(list[1].ID)), "/public") // one's own
	b.get(http.StatusSeeOther, "/account")
}

// The page of signing in offers what there is, and the rest works without script.
func TestWaysOffered(t *testing.T) {
	s := start(t, signin.Config{}, false)
	page := s.browser().get(http.StatusOK, "/sign-in")
	if strings.Contains(page, "passkey\"") || strings.Contains(page, "/oidc/") || strings.Contains(page, "<script") {
		t.Errorf("ways that aren't there are offered: %s", page)
	}
	s = start(t, signin.Config{Passkeys: "/assets/passkey.js", Provider: "North & Water"}, false)
	page = s.browser().get(http.StatusOK, "/sign-in?next=/ring")
	s.browser().shows(page, `data-passkey="sign-in" data-next="/ring" hidden`, "Sign in with North &amp; Water", `href="/oidc/start?for=sign-in&amp;next=%2Fring"`)
	// Its button does nothing without its script: neither at first nor after a try that failed.
	for _, page := range []string{page, s.browser().post(http.StatusUnauthorized, "/sign-in", "login", "nobody", "password", "x", "code", "x").body} {
		if !strings.Contains(page, "/passkey.js\" defer") || strings.Contains(page, "/tocsin.js") {
			t.Errorf("the scripts of a page of signing in: %s", page)
		}
	}
}
