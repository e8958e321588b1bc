package help_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

const bank = "Harbor Bank"

// TestKeys: whoever is signed in finds the keys that the role may use, and no other.
func TestKeys(t *testing.T) {
	n := apptest.Start(t, bank)
	all := []string{"to the search box", "ring the bell", "<dd>Our reports</dd>", "<dd>Review</dd>", "release the passage", "<dd>Live</dd>", "hold the list still", "Members and keys</dd>", "your account</dd>", "send the form"}
	for name, c := range map[string]struct {
		secret string
		not    []string // of all
	}{
		"analyst":  {n.Person(bank), []string{"<dd>Review</dd>", "release the passage"}},
		"reviewer": {n.PersonAs(member.RoleReviewer), []string{"ring the bell", "<dd>Our reports</dd>", "Members and keys</dd>"}},
		"operator": {n.Person(apptest.Operator), nil},
	} {
		code, _, page := n.Page(c.secret, "/keys", nil)
		if code != 200 {
			t.Fatalf("%s: %d", name, code)
		}
		for _, what := range all {
			if want := !slices.Contains(c.not, what); strings.Contains(page, what) != want {
				t.Errorf("%s is told %q: %v, want %v", name, what, !want, want)
			}
		}
	}
	if code, h, _ := n.Page("", "/keys", nil); code != 303 || !strings.HasPrefix(h.Get("Location"), "/sign-in") {
		t.Errorf("nobody: %d", code)
	}
}

func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank)
	b.Sweep(t, n.URL, []browser.Check{{Name: "keys", URL: "/keys", CookieName: "tocsin", Cookie: n.Person(bank)}})
}
