package web_test

import (
	"os"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

// TestNewcomer is somebody who was told only "something phished us, here is the
// mail": a link, the mail, a look, the bell; a colleague elsewhere finds it; and it
// is taken back. Every step is what the page itself offers next.
func TestNewcomer(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t)
	n.Add(member.NewMember{Name: "Harbor Bank", Domains: []string{"harborbank.example"}})
	n.Add(member.NewMember{Name: "Lakeside Hospital"})
	mail, err := os.ReadFile("../cli/demo/report.eml")
	if err != nil {
		t.Fatal(err)
	}

	// The link from the operator, a name, and in.
	p := b.Page(t, n.URL)
	link, err := n.App.SignInLink(t.Context(), "Harbor Bank")
	if err != nil {
		t.Fatal(err)
	}
	p.Go(strings.TrimPrefix(link, n.URL))
	p.Type("#name", "Marta")
	p.Follow(func() { p.Key("Enter") })
	if p.Path() != "/live" {
		t.Fatalf("after the welcome one is at %s", p.Path())
	}

	// The mail is pasted and checked by keyboard alone; nothing has left yet.
	p.Follow(func() { p.Key("n") })
	p.Type("#text", string(mail))
	p.Follow(func() { p.Key("Ctrl+Enter") })
	text := p.Text("main")
	for _, want := range []string{"Check before it leaves", "login-harborbank", "removed: Jonas Brandt"} {
		if !strings.Contains(text, want) {
			t.Errorf("the check doesn't show %q:\n%s", want, text)
		}
	}
	if code, _ := n.Do("Lakeside Hospital", "GET", "/api/v1/things?value=login-harborbank.example", ""); code != 404 {
		t.Errorf("before the bell rang the other company got %d", code)
	}
	p.Follow(func() { p.Key("Ctrl+Enter") })
	if text := p.Text("main"); !strings.Contains(text, "The bell has rung") {
		t.Fatalf("the receipt is not there: %s\n%s", p.Path(), text)
	}
	receipt := p.Path()

	// At the other company somebody searches for what they saw in their own mail.
	other := b.Page(t, n.URL)
	other.Cookie("tocsin", n.Person("Lakeside Hospital"))
	other.Go("/live")
	if live := other.Text("main"); !strings.Contains(live, "login-harborbank[.]example") || strings.Contains(live, "Harbor Bank") {
		t.Errorf("the other company's page: %s", live)
	}
	other.Type("#q", "hxxps://login-harborbank[.]example/payroll/verify")
	other.Follow(func() { other.Key("Enter") })
	other.Type("#q", "login-harborbank[.]example")
	other.Follow(func() { other.Key("Enter") })
	found := other.Text("main")
	if !strings.Contains(found, "login-harborbank[.]example") || !strings.Contains(found, "In force") {
		t.Errorf("the other company finds: %s", found)
	}
	for _, secret := range []string{"Jonas", "Brandt", "901820", "Marta"} {
		if strings.Contains(found, secret) {
			t.Errorf("the other company sees %q", secret)
		}
	}

	// Taken back by way of the receipt, with a reason.
	p.Go(receipt)
	p.Follow(func() { p.Click("a.danger") })
	p.Type("textarea, input[name=reason]", "our own test campaign")
	p.Follow(func() { p.Click("button.danger") })
	if text := p.Text("main"); !strings.Contains(strings.ToLower(text), "taken back") {
		t.Errorf("after taking it back: %s\n%s", p.Path(), text)
	}
	other.Go("/search?q=login-harborbank.example")
	if text := other.Text("main"); strings.Contains(text, "In force") {
		t.Errorf("the other company still sees it in force: %s", text)
	}
}
