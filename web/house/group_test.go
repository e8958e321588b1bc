package house_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/apptest"
)

// TestGroupPage: a group has a page; what can't be done there is said there.
func TestGroupPage(t *testing.T) {
	h := newHouse(t)
	where := h.page(303, h.first, "/groups", "name", "harbour")
	if !strings.HasSuffix(where, "/groups/16") {
		t.Fatalf("after a group is added: %s", where)
	}
	h.says(h.page(200, h.first, "/groups/16"), "harbour", "Nobody is in it.", "Nothing was shared with it yet.")
	h.says(h.page(200, h.first, "/groups"), "nothing yet", "nobody is in it")
	for _, full := range []bool{false, true} {
		h.says(h.page(422, h.first, "/groups/16/members", "member", "Nobody At All", "do", "in"), "There is no member of this name.", "Nothing was done.")
		h.says(h.page(422, h.first, "/groups/16/members", "member", hospital, "do", "out"), "This member isn't in the group.")
		if !full {
			h.page(303, h.first, "/groups/16/members", "member", bank, "do", "in")
			h.Want(201, bank, "POST", "/api/v1/reports?group=harbour", apptest.Bundle(apptest.Indicator("1", "grouped.example")))
		}
		h.says(h.page(422, h.first, "/groups/16/members", "member", "harbor  bank", "do", "in"), "This member is in the group already.")
	}
	page := h.page(200, h.first, "/groups/16")
	h.says(page, "1 member is in it.", "Something was shared with it", "Take out Harbor Bank")
	if !strings.Contains(page, fmt.Sprintf(`href="/members/%d"`, h.id(bank))) || strings.Contains(page, `<option value="Harbor Bank">`) || !strings.Contains(page, `<option value="Lakeside Hospital">`) {
		t.Error("its member isn't linked, or is suggested, or the other isn't")
	}
	if page := h.page(200, h.ana, "/members"); strings.Contains(page, `href="/groups/`) {
		t.Error("an analyst is led to a page that isn't theirs")
	}
	h.page(403, h.ana, "/groups/16")
	for _, path := range []string{"/groups/17", "/groups/x", "/groups/-1", "/groups/3"} {
		h.page(404, h.first, path)
	}
}

// TestFindAMember: part of a name, in any letter case, finds its members.
func TestFindAMember(t *testing.T) {
	h := newHouse(t)
	page := h.page(200, h.first, "/members?name=LAKE")
	h.says(page, hospital, "3 members share here", "Show all")
	if strings.Contains(page, ">"+bank+"<") {
		t.Errorf("others are there: %s", text(page))
	}
	h.says(h.page(200, h.first, "/members?name=%3Cb%3E"), `No member has "<b>" in its name.`)
	h.page(200, h.first, "/members?name="+strings.Repeat("%22", 5000))
}

// TestMembersParts: the lists of a member are its own people's and the operator's.
func TestMembersParts(t *testing.T) {
	h := newHouse(t)
	own, other := fmt.Sprintf("/members/%d", h.id(bank)), fmt.Sprintf("/members/%d", h.id(hospital))
	for _, part := range []string{"/people", "/keys", "/groups", "/trust"} {
		h.says(h.page(200, h.ana, own+part), bank, "Back to the member")
		h.page(404, h.ana, other+part)
	}
	h.page(404, h.first, own+"/trust") // whom it distrusts is its own affair
	h.page(404, h.ana, own+"/secrets")
	h.says(h.page(200, h.first, other+"/keys"), "1 key.")
}

// TestManyRequests: 20 requests stand on a page, and all that wait are counted.
func TestManyRequests(t *testing.T) {
	h := newHouse(t)
	office := fmt.Sprintf("/members/%d", h.id(apptest.Operator))
	ask := func(who string) {
		h.page(303, who, office+"/keys", "kind", "full", "reason", "For the backup.")
	}
	for range 20 {
		ask(h.first)
	}
	if page := h.page(200, h.first, "/approvals"); strings.Contains(page, "after=") || strings.Count(page, "<tr role") != 20 {
		t.Errorf("20 requests: %s", text(page))
	}
	ask(h.second)
	h.says(h.page(200, h.first, "/approvals"), "21 acts wait for a second person.")
	if found, pages := h.walk(h.first, "/approvals", `<a href="/approvals/(\d+)">`); len(pages) != 2 || pages[0] != 20 || pages[1] != 1 {
		t.Errorf("21 requests: %v on pages of %v", found, pages)
	}
}

// TestGroupWithContent: who comes into a group that something was shared with reads
// all of it: that has a page of its own, and for the operator's own office it takes
// two; so does taking the last member out, which is as good as closing it.
func TestGroupWithContent(t *testing.T) {
	h := newHouse(t)
	h.page(303, h.first, "/groups", "name", "harbour")
	h.page(303, h.first, "/groups/16/members", "member", bank, "do", "in")
	h.Want(201, bank, "POST", "/api/v1/reports?group=harbour&tlp=red", apptest.Bundle(apptest.Indicator("1", "red.example")))

	// Another company: a page, and one person.
	where := h.page(303, h.first, "/groups/16/members", "member", hospital, "do", "in")
	h.says(h.page(200, h.first, where), "Put it into the group", "1 member is in the group now", "also what was shared before")
	h.says(h.page(422, h.first, "/remove/join/16", "member", hospital, "typed", "harbor"), "harbour")
	h.page(303, h.first, "/remove/join/16", "member", hospital, "typed", "harbour")
	h.says(h.page(200, h.first, "/groups/16"), "Take out "+hospital)

	// The operator's own office: two people.
	if code, _ := h.Do(apptest.Operator, "GET", "/api/v1/things?value=red.example", ""); code != 404 {
		t.Fatalf("before that the operator reads it: %d", code)
	}
	where = h.page(303, h.first, "/groups/16/members", "member", apptest.Operator, "do", "in")
	h.says(h.page(200, h.first, where), "takes a second person")
	ask := h.page(303, h.first, "/remove/join/16", "member", apptest.Operator, "typed", "harbour", "reason", "An audit of the group.")
	h.says(h.page(200, h.second, ask), "Put the operator's own office into a group", "harbour", "An audit of the group.")
	h.page(403, h.first, ask, "do", "approve")
	if code, _ := h.Do(apptest.Operator, "GET", "/api/v1/things?value=red.example", ""); code != 404 {
		t.Errorf("one person alone reads it: %d", code)
	}
	h.page(303, h.second, ask, "do", "approve")
	h.Want(200, apptest.Operator, "GET", "/api/v1/things?value=red.example", "")

	// Out again, one by one; the last takes two.
	h.page(303, h.first, "/remove/leave/16", "member", apptest.Operator, "typed", "harbour")
	h.page(303, h.first, "/remove/leave/16", "member", hospital, "typed", "harbour")
	ask = h.page(303, h.first, "/remove/leave/16", "member", bank, "typed", "harbour", "reason", "It is over.")
	h.says(h.page(200, h.second, ask), "Take the last member out of a group")
	h.says(h.page(200, h.first, "/groups/16"), "Take out "+bank)
	// While it waits, the group says so; when it was refused, no more.
	h.says(h.page(200, h.first, "/groups"), "something", "open")
	ask = h.page(303, h.first, "/remove/group/16", "typed", "harbour", "reason", "It is over.")
	for _, path := range []string{"/groups", "/groups/16"} {
		page := h.page(200, h.first, path)
		h.says(page, "Closing waits for a second person")
		if !strings.Contains(page, `href="`+ask+`"`) || strings.Contains(page, "/remove/group/16") {
			t.Errorf("%s doesn't lead to the request alone", path)
		}
	}
	h.page(303, h.second, ask, "do", "refuse")
	if page := h.page(200, h.first, "/groups/16"); !strings.Contains(page, `href="/remove/group/16"`) {
		t.Error("after the refusal there is no way to close it")
	}
	h.page(404, h.first, "/remove/join/99", "member", hospital, "typed", "x")
	h.page(403, h.ana, "/groups/16/members", "member", hospital, "do", "in")
}
