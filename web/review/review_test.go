package review_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

// doubtful is a text of which the gate holds two passages.
const doubtful = `Sent from the compromised account of a supplier, tom.baker@supplier.example; the indicted suspect is named Viktor Petrovich Sokolov.`

func withText(id, domain, text string) string {
	return strings.Replace(apptest.Indicator(id, domain), `"type":"indicator"`, `"type":"indicator","description":"`+text+`"`, 1)
}

var link = regexp.MustCompile(`/review/(held-[0-9a-f]+)`)

func TestDecide(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	rev := n.PersonAs(member.RoleReviewer)
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", withText("1", "evil.example", doubtful))
	code, _, page := n.Page(rev, "/review", nil)
	t.Log(code, page)
	id := link.FindStringSubmatch(page)[1]
	code, _, page = n.Page(rev, "/review/"+id, nil)
	t.Log(code, page)
	code, h, page := n.Page(rev, "/review/"+id, url.Values{"verdict": {"release"}, "why": {"needed"}})
	t.Log(code, h.Get("Location"))
	code, _, page = n.Page(rev, "/review/"+id, url.Values{"verdict": {"release"}, "why": {"needed"}})
	t.Log(code, page)
}
