package house_test

import (
	"testing"

	"tocsin/apptest"
)

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
	h.page(404, h.first, "/remove/join/99", "member", hospital, "typed", "x")
	h.page(403, h.ana, "/groups/16/members", "member", hospital, "do", "in")
}
