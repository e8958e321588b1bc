package house_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

// full fills a house: members with long names, groups, keys, people, a request
// that waits, one that was decided, a long record.
func full(t *testing.T) (h *house, waiting, decided string) {
	t.Helper()
	h = newHouse(t)
	for _, m := range []string{"Port City", strings.Repeat("Northern Water Supply and Sewage Association ", 2) + "Ltd", "Öffentliche Nahverkehrsbetriebe"} {
		h.Add(member.NewMember{Name: m})
	}
	h.page(303, h.first, "/groups", "name", "harbour")
	h.page(303, h.first, "/groups/16/members", "member", bank, "do", "in")
	h.page(303, h.first, "/groups/16/members", "member", hospital, "do", "in")
	h.page(303, h.first, "/groups", "name", "hospitals")
	h.Want(201, bank, "POST", "/api/v1/reports?group=harbour", apptest.Bundle(apptest.Indicator("1", "grouped.example")))
	own := fmt.Sprintf("/members/%d", h.id(bank))
	h.page(200, h.ana, own+"/keys", "kind", "feed")
	h.page(200, h.ana, own+"/invite", "login", "bo.lund", "name", "Bo Lund", "role", "analyst")
	decided = h.page(303, h.first, "/remove/group/16", "typed", "harbour", "reason", "Its members left.")
	h.page(303, h.second, decided, "do", "refuse")
	waiting = h.page(303, h.first, fmt.Sprintf("/remove/member/%d", h.id(hospital)), "typed", hospital, "reason", "It left the exchange at the end of the month, as agreed.")
	if err := h.App.Node().Exchange.AuditRound(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h, waiting, decided
}

// long is a name of 100 characters without a space.
var long = strings.Repeat("Wasserversorgung", 6) + "Nord"

// crowd fills a house with long names, long reasons and many rows.
func crowd(t *testing.T) (h *house, own, waiting string) {
	t.Helper()
	h, own = town(t, 60, 12, 12, 12, 3, func(i int) string { return fmt.Sprintf("Water Supply of District %d", i) })
	h.page(303, h.first, "/groups", "name", long)
	h.Add(member.NewMember{Name: long})
	h.page(303, h.first, "/groups/28/members", "member", long, "do", "in")
	h.page(303, h.first, "/groups/28/members", "member", bank, "do", "in")
	h.page(200, h.ana, own+"/invite", "login", strings.Repeat("w", 64), "name", long, "role", "analyst")
	h.Want(201, bank, "POST", "/api/v1/reports?group="+long, apptest.Bundle(apptest.Indicator("1", "grouped.example")))
	waiting = h.page(303, h.first, "/remove/group/28", "typed", long, "reason", strings.Repeat("n", 1000))
	h.page(303, h.first, fmt.Sprintf("/remove/member/%d", h.id(long)), "typed", long, "reason", strings.Repeat("It left. ", 100))
	return h, own, waiting
}

// TestLongInBrowser: long names, long reasons and full lists break nothing.
func TestLongInBrowser(t *testing.T) {
	b := browser.Start(t)
	h, own, waiting := crowd(t)
	at := func(name, path, who string) browser.Check {
		return browser.Check{Name: "house-long-" + name, URL: path, CookieName: "tocsin", Cookie: who}
	}
	person := "/remove/person/" + h.person(h.page(200, h.ana, own), "Wasser")
	b.Sweep(t, h.URL, []browser.Check{
		at("members", "/members", h.first), at("members-none", "/members?name=zzz", h.first), at("own", own, h.ana), at("people", own+"/people", h.first), at("groups", "/groups", h.first),
		at("group", "/groups/28", h.first), at("remove-group", "/remove/group/28", h.first), at("remove-person", person, h.ana), at("join", "/remove/join/28?member="+url.QueryEscape(hospital), h.first),
		at("approvals", "/approvals", h.second), at("approval", waiting, h.second), at("audit", "/audit", h.first),
	})
}

// TestErrorsInBrowser: a form that wasn't taken, and what is shown once, pass what every page passes.
func TestErrorsInBrowser(t *testing.T) {
	b := browser.Start(t)
	h := newHouse(t)
	h.page(303, h.first, "/groups", "name", "harbour")
	own := fmt.Sprintf("/members/%d", h.id(bank))
	p := b.Page(t, h.URL).Cookie("tocsin", h.first)
	q := b.Page(t, h.URL).Zoom().Scheme("dark").Cookie("tocsin", h.ana)
	for _, c := range []struct {
		name, path, field, text string
		p                       *browser.Page
		says                    string
	}{
		{"group", "/groups/16", "#member", "Nobody At All", p, "There is no member of this name. Nothing was done."},
		{"groups", "/groups", "#name", "red", p, "This name is the community's"},
		{"members", "/members", "#name", bank, p, "A member of this name is there already"},
		{"remove", "/remove/group/16", "#typed", "harbor", p, "This is not its name. Type harbour to go on. Nothing was done."},
		{"trust", own, "#source", "Nobody At All", q, "You see no one source under this name"},
	} {
		c.p.Go(c.path)
		c.p.Type(c.field, c.text)
		c.p.Follow(func() { c.p.Key("Enter") })
		if !strings.Contains(c.p.Text(".errors"), c.says) || !strings.HasPrefix(c.p.Title(), "Error: ") {
			t.Errorf("%s: %q says %q", c.name, c.p.Title(), c.p.Text("main"))
		}
		c.p.Axe().Overflow().Shot("house-error-" + c.name)
	}
	q.Go(own)
	q.TabTo("Make the key")
	q.Follow(func() { q.Key("Enter") })
	q.Axe().Overflow().Shot("house-once-320")
}

func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	h, waiting, decided := full(t)
	empty := apptest.Start(t)
	operator := empty.Person(apptest.Operator)
	b.Sweep(t, empty.URL, []browser.Check{
		{Name: "house-groups-empty", URL: "/groups", CookieName: "tocsin", Cookie: operator},
		{Name: "house-approvals-empty", URL: "/approvals", CookieName: "tocsin", Cookie: operator},
		{Name: "house-audit-nothing", URL: "/audit?since=2099-01-01", CookieName: "tocsin", Cookie: operator},
	})
	at := func(name, path, who string) browser.Check {
		return browser.Check{Name: "house-" + name, URL: path, CookieName: "tocsin", Cookie: who}
	}
	h.Want(204, hospital, "PUT", "/api/v1/members/"+url.PathEscape(hospital)+"/consent", `{"named":true}`)
	h.page(303, h.ana, fmt.Sprintf("/members/%d/trust", h.id(bank)), "source", hospital, "trust", "alert")
	rotate := regexp.MustCompile(`/keys/\d+/rotate`).FindString(h.page(200, h.ana, "/members"))
	h.page(200, h.ana, rotate, "x", "y")
	office := fmt.Sprintf("/members/%d", h.id(apptest.Operator))
	page := h.page(200, h.first, office)
	role := "/people/" + h.person(page, "Bo") + "/role"
	officeKey := regexp.MustCompile(`/keys/\d+/rotate`).FindString(page)
	raise := h.page(303, h.first, office+"/keys", "kind", "full", "reason", "For the nightly backup.")
	remove := regexp.MustCompile(`/remove/key/\d+`).FindString(h.page(200, h.ana, "/members"))
	b.Sweep(t, h.URL, []browser.Check{
		at("members", "/members", h.first), at("own", "/members", h.ana), at("groups", "/groups", h.first), at("group", "/groups/16", h.first), at("group-empty", "/groups/17", h.first), at("other", fmt.Sprintf("/members/%d", h.id("Port City")), h.first), at("remove-member", fmt.Sprintf("/remove/member/%d", h.id(bank)), h.first),
		at("remove-key", remove, h.ana), at("approvals", "/approvals", h.second), at("approval", waiting, h.second), at("approval-done", decided, h.first), at("audit", "/audit", h.first),
		at("office", office, h.first), at("role", role, h.first), at("rotate", officeKey, h.first), at("approval-key", raise, h.second),
	})
}

// TestByKeyboard: a page that removes something has no focus on its button, and
// the keyboard reaches "Keep it" before it.
func TestByKeyboard(t *testing.T) {
	b := browser.Start(t)
	h := newHouse(t)
	p := b.Page(t, h.URL).Cookie("tocsin", h.first)
	p.Go(fmt.Sprintf("/remove/member/%d", h.id(bank)))
	if f := p.Focused(); f.Role == "button" {
		t.Errorf("the focus begins on %v", f)
	}
	keep := false
	for range 60 {
		p.Key("Tab")
		f := p.Focused()
		if f.Name == "Keep it" {
			keep = true
		}
		if f.Name == "Ask a second person" {
			break
		}
	}
	if !keep {
		t.Error("the button that removes comes before the one that doesn't")
	}
}
