package signin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	chromium "tocsin/browser"
	"tocsin/person"
	"tocsin/web/signin"
)

// Every page, in every width and both schemes, full, empty and with errors.
func TestPagesInBrowser(t *testing.T) {
	b := chromium.Start(t)
	word := strings.Repeat("Waterworks", 6) // where nothing says how a name breaks
	s := start(t, signin.Config{Passkeys: "yes", Provider: "Northwater login of " + word}, false, word)
	ana := s.in("Harbor Bank")
	none := s.in("operator")
	long := s.in(word)
	ctx := t.Context()
	ana.enrol()
	for _, err := range []error{
		s.people().AddPasskey(ctx, 1, "Phone of Ana, which has a long name "+strings.Repeat("that goes on ", 4), []byte{1}, nil),
		s.people().LinkIdentity(ctx, 1, "https://login.example", "1815"),
		s.people().Rename(ctx, 3, strings.Repeat("a", person.MaxLogin), strings.Repeat("W", person.MaxName)),
		s.people().AddPasskey(ctx, 3, strings.Repeat("M", 100), []byte{2}, nil),
		s.people().LinkIdentity(ctx, 3, "https://login.example/"+strings.Repeat("realm", 40), "1816"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		other := s.browser()
		other.agent = fmt.Sprintf("Other-Client/%d %s", i, strings.Repeat("x", 60))
		other.post(http.StatusSeeOther, s.link("Harbor Bank"))
	}
	in, empty := ana.cookies["tocsin"], none.cookies["tocsin"]
	b.Sweep(t, s.url, []chromium.Check{
		{Name: "sign-in", URL: "/sign-in?next=/ring"},
		{Name: "welcome", URL: s.link("Harbor Bank")},
		{Name: "welcome-else", URL: s.link("Harbor Bank"), CookieName: "tocsin", Cookie: empty},
		{Name: "welcome-gone", URL: "/welcome/x", Status: 410},
		{Name: "account", URL: "/account", CookieName: "tocsin", Cookie: in},
		{Name: "account-empty", URL: "/account", CookieName: "tocsin", Cookie: empty},
		{Name: "account-long", URL: "/account", CookieName: "tocsin", Cookie: long.cookies["tocsin"]},
		{Name: "welcome-long", URL: s.link(word)},
		{Name: "missing", URL: "/nowhere", Status: 404, CookieName: "tocsin", Cookie: in},
		{Name: "password", URL: "/account/password", CookieName: "tocsin", Cookie: in},
		{Name: "step-up", URL: "/step-up?next=/ring", CookieName: "tocsin", Cookie: in},
		{Name: "step-up-empty", URL: "/step-up", CookieName: "tocsin", Cookie: empty},
	})
}

// look is what Sweep asks of a page, for one that a form leads to.
func look(p *chromium.Page, name string) {
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{1440, 390, 320} {
			p.Scheme(scheme).Size(width, 900).Axe().Overflow().Shot(fmt.Sprintf("%s-%d-%s", name, width, scheme))
		}
	}
	p.Scheme("light").Size(1440, 900)
}

// A person comes by a link, sets a password up and signs in again, by keyboard
// alone; without script nothing is missing.
func TestWholeWay(t *testing.T) {
	b := chromium.Start(t)
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("script %v", script), func(t *testing.T) {
			s := start(t, signin.Config{}, false)
			p := b.Page(t, s.url).Expect("404|401|422|429|503") // the pages of other folders aren't here; errors are the point
			if !script {
				p.NoScript()
			}
			look := func(name string) {
				if script { // without script the pages are the same
					look(p, name)
				}
			}
			send := func(button string) { p.TabTo(button); p.Follow(func() { p.Key("Enter") }) }
			p.Go(s.link("Harbor Bank"))
			p.TabTo("Your name")
			p.Key("Ana Roe")
			send("Sign in")
			p.Go("/account")
			if !strings.Contains(p.Text("main"), "Set up a way back in") {
				t.Errorf("no notice: %s", p.Text("main"))
			}
			send("Set up a password")
			p.TabTo("New password")
			p.Key("aaaaaaaaaaaa")
			p.TabTo("The same again")
			p.Key("aaaaaaaaaaaa")
			send("Go on to the authenticator")
			p.Wait(":focus") // without script the browser moves it when it has drawn the page
			if f := p.Focused(); script && !strings.Contains(p.Text(".errors"), "easy to guess") || f.Role == "RootWebArea" {
				t.Errorf("after an error the focus is on %s", f)
			}
			look("password-error")
			p.TabTo("New password")
			p.Key(goodPassword)
			p.TabTo("The same again")
			p.Key(goodPassword)
			send("Go on to the authenticator")
			if f := p.Focused(); script && f.Name != "Connect your authenticator" {
				t.Errorf("after an act the focus is on %s", f)
			}
			look("enrol")
			phone := s.browser().phone("<code>" + p.Text("main code") + "</code>")
			p.TabTo("Code that your authenticator shows")
			p.Key("000000")
			send("Turn it on")
			look("enrol-error")
			p.TabTo("Code that your authenticator shows")
			p.Key(phone.code())
			send("Turn it on")
			look("codes")
			if got := strings.Fields(p.Text("main ul")); len(got) != 10 {
				t.Errorf("recovery codes %q", got)
			}
			send("I have them")
			p.Type("#login", "?")
			p.Follow(func() { p.Key("Enter") })
			look("account-error")
			if !strings.Contains(p.Text(".bad"), "A login has 3 to 64") {
				t.Errorf("at the field it doesn't say what is wrong: %s", p.Text("main"))
			}
			p.Go("/account")
			p.Follow(func() { p.Click(`form[action="/account/password/remove"] button`) })
			look("remove-last")
			if !strings.Contains(p.Text("main"), "your last way to sign in") {
				t.Errorf("it doesn't say that it is the last: %s", p.Text("main"))
			}
			send("Leave it as it is")
			send("Sign out")
			if len(p.Cookies()) != 0 {
				t.Errorf("signed out there are cookies %q", p.Cookies())
			}
			p.Go("/sign-in?next=/account")
			for _, password := range []string{"wrong lantern oath", goodPassword} {
				if password != goodPassword { // the second time it stands there
					p.Type("#login", "ana.roe")
				}
				p.Type("#password", password)
				p.Type("#code", phone.next())
				p.Follow(func() { p.Key("Enter") })
				if password != goodPassword {
					look("sign-in-error")
				}
			}
			if p.Path() != "/account" {
				t.Errorf("signed in, one is at %s", p.Path())
			}
		})
	}
}
