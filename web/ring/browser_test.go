package ring_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/browser"
)

// TestInBrowser: every state of the pages, in both schemes and at three widths.
func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	s := start(t)
	if _, err := s.App.Node().Exchange.Members().AddGroup(t.Context(), "Health sector", []string{bank, hospital}); err != nil {
		t.Fatal(err)
	}
	var checks []browser.Check
	add := func(name, path string, status int) {
		checks = append(checks, browser.Check{Name: "ring-" + name, URL: path, CookieName: "tocsin", Cookie: s.ana, Status: status})
	}
	add("paste", "/ring", 0)
	mail := s.draft(s.ana, "file:quota-phish.eml", phish)
	add("check", mail, 0)
	add("others", mail+"&view=others", 0)
	add("stix", mail+"&view=stix", 0)
	add("red", "/ring/"+idOf(mail)+"?tlp=red", 422)
	add("held", s.draft(s.ana, "text", doubt("1", "evil.example")), 0)
	add("long", s.draft(s.ana, "text", "Fox\n\nevil[.]example 8.8.8.8\n"+strings.Repeat("a", 3000)+strings.Repeat(" victim a@customer.example \u202e", 400)), 0)
	add("unread", s.draft(s.ana, "text", "<b>Hello</b>, nothing happened.", "format", "stix"), 422)
	add("gone", "/ring/00", 404)
	b.Sweep(t, s.URL, checks)
}

// TestByKeyboard: a mail is chosen, checked and filed with nothing but keys, with
// script and without.
func TestByKeyboard(t *testing.T) {
	b := browser.Start(t)
	s := start(t)
	file := filepath.Join(t.TempDir(), "quota.eml")
	if err := os.WriteFile(file, []byte(phish), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]bool{"script": true, "no script": false} {
		t.Run(name, func(t *testing.T) {
			p := b.Page(t, s.URL).Cookie("tocsin", s.ana)
			if !script {
				p.NoScript()
			}
			p.Go("/ring")
			if script {
				p.Upload("#file", file)
			} else {
				p.Type("#text", "Fox\n\nother[.]example")
			}
			p.Follow(func() { p.Click("form[data-main] button.primary") })
			if got := p.Text("h1"); got != "Check before it leaves" {
				t.Fatalf("at %s: %q", p.Path(), got)
			}
			if script {
				// A choice is shown at once.
				p.Follow(func() { p.Click("input[name=named]") })
				if !strings.Contains(p.Path(), "named=1") {
					t.Errorf("the choice leads to %s", p.Path())
				}
			}
			p.Follow(func() { p.Click("form[data-main] button.primary") })
			if !strings.HasPrefix(p.Path(), "/receipt/") {
				t.Errorf("filing leads to %s", p.Path())
			}
		})
	}
}
