package ring_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

// TestInBrowser: every state of the pages, in both schemes and at three widths.
func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	s := start(t)
	long := strings.Repeat("FederationOfHarbours", 3) // 60 characters that no line can break
	members := []string{bank, hospital}
	for i := range 15 {
		members = append(members, fmt.Sprintf("%s%02d", long[:58], i))
		s.Add(member.NewMember{Name: members[len(members)-1]})
	}
	for _, name := range []string{"Health sector", long} {
		if _, err := s.App.Node().Exchange.Members().AddGroup(t.Context(), name, members); err != nil {
			t.Fatal(err)
		}
	}
	var checks []browser.Check
	who := s.Person(members[2]) // nobody has more than 5 drafts
	add := func(name, path string, status int) {
		checks = append(checks, browser.Check{Name: "ring-" + name, URL: path, CookieName: "tocsin", Cookie: who, Status: status})
	}
	add("empty", "/ring", 0)
	who = s.ana
	add("paste", "/ring?discarded", 0)
	mail := s.draft(s.ana, "file:quota-phish.eml", phish)
	add("check", mail, 0)
	add("others", mail+"&view=others", 0)
	add("stix", mail+"&view=stix", 0)
	add("red", "/ring/"+idOf(mail)+"?tlp=red", 422)
	add("group", mail+"&group="+long, 0)
	add("held", s.draft(s.ana, "text", doubt("1", "evil.example")), 0)
	add("nothing", s.draft(s.ana, "text", "Fox\n\nevil[.]example called 198.51.100.7.\n"), 0)
	who = s.bo
	add("long", s.draft(s.bo, "file:\u202egpj."+strings.Repeat("quota", 30)+".txt", "Fox\n\nevil[.]example 8.8.8.8\n"+strings.Repeat("a", 3000)+strings.Repeat(" victim a@customer.example \u202e", 7000)), 0)
	// What can't be read is held whole; some objects of it are not taken, and many are.
	many := []string{`{"type":"artifact","spec_version":"2.1","id":"artifact--00000000-0000-4000-8000-000000000001","payload_bin":"` + strings.Repeat("//79", 250) + `"}`}
	for i := range 60 {
		many = append(many, `{"type":"indicator","id":"`+strings.Repeat("indicator", i+1)+`"}`, apptest.Indicator(fmt.Sprintf("a%x", i), strings.Repeat("long-", 10)+fmt.Sprintf("%d.example", i)))
	}
	add("parts", s.draft(s.bo, "text", apptest.Bundle(many...)), 0)
	add("refused", s.draft(s.bo, "text", apptest.Bundle(`{"type":"indicator","id":"x"}`, `{"type":"report","id":"y"}`)), 422)
	add("unread", s.draft(s.bo, "text", "<b>Hello</b>, nothing happened.", "format", "stix"), 422)
	add("unread-file", s.draft(s.bo, "file:x.json", "{\"a\":"+strings.Repeat("1", 70_000)), 422)
	add("paste-long", "/ring", 0)
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
