package review_test

import (
	"fmt"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

// fill files what a reviewer finds in the morning.
func fill(n *apptest.Node, reports int) {
	n.Helper()
	for i := range reports {
		n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", withText(fmt.Sprintf("c%d", i), fmt.Sprintf("h%d.evil.example", i),
			`Victim jane.doe@harbor-bank.example called 203.0.113.80. `+doubtful+` The rest of the note tells how the loader writes to C:\\Users\\jdoe\\AppData\\Roaming\\winupd.exe and where it calls.`))
	}
}

func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	empty, n := apptest.Start(t), apptest.Start(t, "Harbor Bank")
	fill(n, 4)
	rev := n.PersonAs(member.RoleReviewer)
	_, _, page := n.Page(rev, "/review", nil)
	id := link.FindStringSubmatch(page)[1]
	b.Sweep(t, empty.URL, []browser.Check{{Name: "review-empty", URL: "/review", CookieName: "tocsin", Cookie: empty.PersonAs(member.RoleReviewer)}})
	b.Sweep(t, n.URL, []browser.Check{
		{Name: "review-queue", URL: "/review", CookieName: "tocsin", Cookie: rev},
		{Name: "review-passage", URL: "/review/" + id, CookieName: "tocsin", Cookie: rev},
		{Name: "review-done", URL: "/review/" + id + "?was=released&entry=48213", CookieName: "tocsin", Cookie: rev},
	})
}
