package web_test

import (
	"html"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/apptest"
	"tocsin/web"
)

func TestPage(t *testing.T) {
	n := apptest.Start(t)
	page := html.UnescapeString(n.Want(200, "", "GET", "/", ""))
	if !strings.Contains(page, "Tocsin is running") || !strings.Contains(page, n.App.Node().Keys.VerifierKey()) {
		t.Errorf("the page is %s", page)
	}
	for _, bad := range []string{"<script", "style=", "http://", "https://"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
	n.Want(404, "", "GET", "/nothing", "")
	n.Want(404, "", "GET", "/index.php", "")
}

// TestLinkOnce: a link works once, for one, and never after a day.
func TestLinkOnce(t *testing.T) {
	n := apptest.Start(t)
	link := strings.TrimPrefix(n.App.SignInLink("Harbor <Bank>"), n.URL)
	if page := n.Want(200, "", "GET", link, ""); !strings.Contains(page, "Welcome, Harbor &lt;Bank&gt;") {
		t.Errorf("the page is %s", page)
	}
	n.Want(410, "", "GET", link, "")
	n.Want(410, "", "GET", "/welcome/guess", "")
}

func TestLinkEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := web.NewLinks()
		fresh, old := l.Make("a"), l.Make("b")
		token := func(path string) string { return strings.TrimPrefix(path, "/welcome/") }
		if fresh == old {
			t.Error("two links are the same")
		}
		time.Sleep(24*time.Hour - time.Second)
		if m, ok := l.Take(token(fresh)); !ok || m != "a" {
			t.Errorf("just below a day: %q, %v", m, ok)
		}
		time.Sleep(2 * time.Second)
		if _, ok := l.Take(token(old)); ok {
			t.Error("a link older than a day was taken")
		}
	})
}
