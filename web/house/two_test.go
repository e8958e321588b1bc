package house_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

// person gives the number of somebody on a member's page.
func (h *house) person(page, name string) string {
	h.Helper()
	m := regexp.MustCompile(`/remove/person/(\d+)"[^>]*>Remove<span class="vh"> ` + name).FindStringSubmatch(page)
	if m == nil {
		h.Fatalf("%s isn't there: %s", name, text(page))
	}
	return m[1]
}

func TestTwoMakeAnOperatorsKey(t *testing.T) {
	h := newHouse(t)
	office := fmt.Sprintf("/members/%d", h.id(apptest.Operator))
	h.says(h.page(200, h.first, office), "A full key of this member takes a second person")
	shown := h.page(200, h.first, office+"/keys", "kind", "feed")
	h.says(shown, "it reads lists and nothing else")
	h.says(h.page(422, h.first, office+"/keys", "kind", "full"), "Say why")
	where := h.page(303, h.first, office+"/keys", "kind", "full", "reason", "For the nightly backup.")
	h.says(h.page(200, h.second, where), "A new key that acts as the operator: operator", "For the nightly backup.", "does alone what takes two people")
	if page := h.page(403, h.first, where, "do", "approve"); key.MatchString(page) {
		t.Error("one person alone has a key")
	}
	shown = h.page(200, h.second, where, "do", "approve")
	h.Keys["new"] = key.FindString(shown)
	h.says(shown, "You won't see it again.", "Give it to whoever asked")
	h.Want(200, "new", "GET", "/api/v1/groups", "")
	for _, who := range []string{h.first, h.second} {
		if page := h.page(200, who, where) + h.page(200, who, "/approvals"); key.MatchString(page) {
			t.Error("the key is shown twice")
		}
	}
}

func TestRolePage(t *testing.T) {
	h := newHouse(t)
	office := fmt.Sprintf("/members/%d", h.id(apptest.Operator))
	if page := h.page(200, h.first, office); strings.Contains(page, `<option value="operator"`) {
		t.Error("an operator can be invited by one of two")
	}
	h.says(h.page(422, h.first, office+"/invite", "login", "cleo", "name", "Cleo", "role", "operator"), "it takes two of them")
	h.page(200, h.first, office+"/invite", "login", "cleo", "name", "Cleo", "role", "reviewer")
	cleo := "/people/" + h.person(h.page(200, h.first, office), "Cleo") + "/role"
	h.says(h.page(200, h.first, cleo), "Cleo (operator)", "They aren't signed in.", "2 of 8 kinds of acts: read, review.", "8 of 8", "takes two people")
	h.says(h.page(422, h.first, cleo, "role", "emperor"), "Choose one of the roles")
	h.page(303, h.first, cleo, "role", "auditor") // one is enough for that
	h.says(h.page(200, h.first, cleo), "auditor now", "2 of 8 kinds of acts: read, read the audit record.")
	h.says(h.page(422, h.first, cleo, "role", "operator"), "Say why")
	where := h.page(303, h.first, cleo, "role", "operator", "reason", "We need a third.")
	h.says(h.page(200, h.second, where), "Give the role of operator: Cleo", "May everything here")
	h.page(303, h.second, where, "do", "approve")
	// What two gave takes two to take.
	h.says(h.page(200, h.first, cleo), "operator now")
	where = h.page(303, h.first, cleo, "role", "auditor", "reason", "We don't.")
	h.says(h.page(200, h.second, where), "Take an operator's role: Cleo", "May read, and see the audit record")
	h.page(303, h.second, where, "do", "approve")
	h.says(h.page(200, h.first, cleo), "auditor now")
	for _, path := range []string{"/people/999/role", "/people/x/role"} {
		h.page(404, h.first, path)
	}
	for _, who := range []string{h.ana, h.PersonAs(member.RoleReviewer)} {
		for _, f := range []url.Values{nil, {"role": {"operator"}, "reason": {"mine"}}} {
			if code, _, _ := h.Page(who, cleo, f); code != 403 {
				t.Errorf("not an operator at the page of roles: %d", code)
			}
		}
	}
}

// The only operator makes the second alone, and is told so.
func TestTheOnlyOperatorsPages(t *testing.T) {
	n := apptest.Start(t, bank)
	h := &house{Node: n, first: n.Person(apptest.Operator)}
	office := fmt.Sprintf("/members/%d", h.id(apptest.Operator))
	h.says(h.page(200, h.first, office), "so you may make the second alone", "so you make this key alone", "It is recorded.")
	if !key.MatchString(h.page(200, h.first, office+"/keys", "kind", "full")) {
		t.Error("no key is shown")
	}
	h.page(200, h.first, office+"/invite", "login", "cleo", "name", "Cleo", "role", "operator")
	h.says(h.page(200, h.first, "/audit"), "Made a key", "Invited a person")
	h.says(h.page(422, h.first, office+"/invite", "login", "dora", "name", "Dora", "role", "operator"), "it takes two of them")
	page := h.page(200, h.first, office)
	if strings.Contains(text(page), "you are the only") || strings.Contains(page, `/link"`) {
		t.Errorf("with two operators the page says %s", text(page))
	}
}

func TestTrustWords(t *testing.T) {
	h := newHouse(t)
	own := fmt.Sprintf("/members/%d", h.id(bank))
	h.says(h.page(200, h.ana, own), "You said nothing of anybody")
	h.Want(204, hospital, "PUT", "/api/v1/members/"+url.PathEscape(hospital)+"/consent", `{"named":true}`)
	h.page(303, h.ana, own+"/trust", "source", hospital, "trust", "alert")
	page := h.page(200, h.ana, own)
	source := regexp.MustCompile(`name="source" value="([^"]+)"`).FindStringSubmatch(page)
	if source == nil || !strings.Contains(page, `<option value="alert" selected>`) {
		t.Fatalf("the word isn't listed: %s", text(page))
	}
	h.says(page, hospital)
	h.page(303, h.ana, own+"/trust", "source", source[1], "trust", "none")
	if page := h.page(200, h.ana, own); !strings.Contains(page, `<option value="none" selected>`) {
		t.Errorf("the word didn't change: %s", text(page))
	}
	h.page(303, h.ana, own+"/trust", "source", source[1], "trust", "block")
	h.says(h.page(200, h.ana, own), "You said nothing of anybody")
	// An operator doesn't see whom another member distrusts.
	h.page(303, h.ana, own+"/trust", "source", hospital, "trust", "none")
	if page := h.page(200, h.first, own); strings.Contains(page, hospital) {
		t.Error("an operator sees a member's words")
	}
}

func TestRotatePage(t *testing.T) {
	h := newHouse(t)
	own := fmt.Sprintf("/members/%d", h.id(bank))
	h.Keys["old"] = key.FindString(h.page(200, h.ana, own+"/keys", "kind", "feed"))
	h.says(h.page(200, h.ana, own), "never Replace")
	h.Want(200, "old", "GET", "/feeds/domains.txt", "")
	page := h.page(200, h.ana, own)
	h.says(page, "Last used", h.Keys["old"][:len("tocsin_feed_")+4])
	rotate := regexp.MustCompile(`/keys/\d+/rotate`).FindString(page)
	h.says(h.page(200, h.ana, rotate), "The old one works for 24 hours more")
	shown := h.page(200, h.ana, rotate, "x", "y")
	h.says(shown, "You won't see it again.", "it reads lists and nothing else")
	h.Keys["new"] = key.FindString(shown)
	for _, who := range []string{"old", "new"} {
		h.Want(200, who, "GET", "/feeds/domains.txt", "")
	}
	h.says(h.page(200, h.ana, own), "ends ")
	h.says(h.page(422, h.ana, rotate, "x", "y"), "rotated already")
	other := regexp.MustCompile(`/keys/\d+/rotate`).FindString(h.page(200, h.first, fmt.Sprintf("/members/%d", h.id(hospital))))
	for _, path := range []string{other, "/keys/999/rotate", "/keys/x/rotate"} {
		h.page(404, h.ana, path)
		h.page(404, h.ana, path, "x", "y")
	}
	// An operator's key: two.
	office := regexp.MustCompile(`/keys/\d+/rotate`).FindString(h.page(200, h.first, fmt.Sprintf("/members/%d", h.id(apptest.Operator))))
	h.says(h.page(422, h.first, office, "reason", " "), "Say why")
	where := h.page(303, h.first, office, "reason", "It is a year old.")
	h.says(h.page(200, h.second, where), "Replace a key that acts as the operator: operator", "works for 24 hours more")
	h.Keys["office"] = key.FindString(h.page(200, h.second, where, "do", "approve"))
	h.Want(200, "office", "GET", "/api/v1/groups", "")
	h.Want(200, apptest.Operator, "GET", "/api/v1/groups", "")
}
