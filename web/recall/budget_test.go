package recall_test

import (
	"net/url"
	"strings"
	"testing"

	"tocsin/apptest"
)

// TestBudget: whatever is typed, a page stays within its budget (36 kB of HTML, 60
// with style and script), and says when something isn't put back.
func TestBudget(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	check := func(what string, cut bool, code int, page string) {
		t.Helper()
		if code != 200 && code != 409 && code != 422 || len(page) > 36<<10 {
			t.Errorf("%s: %d, %d bytes", what, code, len(page))
		}
		if strings.Contains(apptest.Text(page), "put back here") != cut {
			t.Errorf("%s: it is said that something is cut: %v", what, !cut)
		}
	}
	for name, c := range map[string]struct {
		ref string
		cut bool
	}{
		"letters": {strings.Repeat("x", 60_000), true}, "quotes": {strings.Repeat(`"`, 60_000), true}, "a report": {"report-" + strings.Repeat("%", 60_000), true},
		"4 bytes each": {strings.Repeat("\U0001f514", 5000), true}, "just what is shown": {strings.Repeat("x", 2<<10), false}, "one more": {strings.Repeat("x", 2<<10+1), true},
	} {
		code, _, page := n.Page(ana, "/recall?ref="+url.QueryEscape(c.ref), nil)
		if code != 431 { // longer than the door lets in
			check(name, c.cut, code, page)
		}
		code, _, page = n.Page(ana, "/recall", url.Values{"ref": {c.ref}, "reason": {"why"}})
		if code != 413 { // longer, as a form writes it, than the frame lets in
			check(name+", posted", c.cut, code, page)
		}
	}
	code, _, page := n.Page(ana, "/recall", url.Values{"ref": {"report-0"}, "reason": {strings.Repeat(`"`, 10_000)}})
	check("a reason", true, code, page)
	code, _, page = n.Page(ana, "/recall", url.Values{"ref": {"report-0"}, "reason": {strings.Repeat("x", 1000)}})
	check("a reason that may be", false, code, page)
	code, _, page = n.Page(ana, "/recall?i="+strings.Repeat("a", 60_000), nil)
	check("a name", false, code, page)
}
