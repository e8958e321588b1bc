package passkey_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/apptest"
	chromium "tocsin/browser"
)

// TestPages: on the pages themselves, in a whole node: somebody who came by a link
// adds a passkey, signs out, signs in by it and is where they wanted to go.
func TestPages(t *testing.T) {
	b := chromium.Start(t)
	n := apptest.Start(t, "Harbor Bank")
	p := b.Page(t, strings.Replace(n.URL, "127.0.0.1", "localhost", 1)).Authenticator()
	p.Cookie("tocsin", n.Person("Harbor Bank"))
	p.Go("/account")
	if name := chromium.Eval[string](p, `document.querySelector("[data-passkey-name]").value`); name != "Chrome, Linux" {
		t.Errorf("unless one says another name it is %q", name)
	}
	p.Click("#passkey-name").Type("#passkey-name", " of the office")
	p.Follow(func() { p.Click(`[data-passkey="add"]`) })
	if text := p.Text("main"); !p.Has(`form[action="/account/passkey/remove"]`) || !strings.Contains(text, "Passkey: Chrome, Linux of the office") {
		t.Fatalf("no passkey on the account: %s", text)
	}
	p.Follow(func() { p.Click(`form[action="/sign-out"] button`) })
	if p.Has(`form[action="/sign-out"]`) {
		t.Fatal("still signed in")
	}
	p.Go("/keys")
	if p.Path() != "/sign-in?next=%2Fkeys" {
		t.Fatalf("nobody is at %s", p.Path())
	}
	p.Follow(func() { p.Click(`[data-passkey="sign-in"]`) })
	if p.Path() != "/keys" || !p.Has(`form[action="/sign-out"]`) {
		t.Errorf("signed in, at %s", p.Path())
	}
}

// TestRefusalOnPage: what the script says stands below the button, whole, on a phone too.
func TestRefusalOnPage(t *testing.T) {
	b := chromium.Start(t)
	n := apptest.Start(t, "Harbor Bank")
	p := b.Page(t, n.URL).Cookie("tocsin", n.Person("Harbor Bank")).Expect("422") // by its IP address
	for _, width := range []int{1440, 390, 320} {
		p.Size(width, 900).Go("/account")
		p.Click(`[data-passkey="add"]`).Wait(".why:not(:empty)")
		if said := p.Text(".why"); !strings.Contains(said, "opened by an IP address") {
			t.Errorf("it says %q", said)
		}
		p.Axe().Overflow().Shot(fmt.Sprintf("account-refused-%d-light", width))
	}
}
