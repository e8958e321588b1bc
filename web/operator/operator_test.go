package operator_test

import (
	"net/url"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/exchange"
	"tocsin/member"
	"tocsin/store"
)

const bank = "Harbor Bank"

func shows(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// TestOperatorPage: it shows what the node has, and moves with it.
func TestOperatorPage(t *testing.T) {
	n := apptest.Start(t, bank)
	olga := n.Person(apptest.Operator)
	code, _, page := n.Page(olga, "/operator", nil)
	if code != 200 {
		t.Fatal(code)
	}
	shows(t, page, "nothing was filed yet", "Not checked since this node started", "tocsin backup FILE --data DIR", "It is the one that this log is under", "Write-ahead log", "doesn&#39;t know of copies")
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	_, _, page = n.Page(olga, "/operator", nil)
	shows(t, page, `<a href="/public/log">1</a><small>the last at <time datetime=`, "<h1>The node keeps up</h1>", `<a href="#storage">`, `<a href="/review">0</a>`)
	if strings.Contains(page, "evil.example") || strings.Contains(page, n.Keys[bank]) {
		t.Error("the page shows what was filed, or a key")
	}
}

// TestFollowersShown: one that is more than ten seconds behind the log lags, one that is ten is not.
func TestFollowersShown(t *testing.T) {
	n := apptest.Start(t, bank)
	olga := n.Person(apptest.Operator)
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	node := n.App.Node()
	head, err := node.Exchange.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, behind := range map[string]int64{"ten": 10_000_000, "eleven": 11_000_000} {
		if err := node.DB.Write(t.Context(), func(tx *store.Tx) error {
			return store.MoveCursor(t.Context(), tx, exchange.LogID, name, head.Added-behind)
		}); err != nil {
			t.Fatal(err)
		}
	}
	_, _, page := n.Page(olga, "/operator", nil)
	shows(t, page, `Behind the log">10 s</td>`, "Lags</span> 11 s</td>", "<h1>1 follower lags</h1>", `<a href="#followers">`, `<a href="/receipt/0">entry 0</a>`)
	if strings.Count(page, "Lags</span>") != 1 {
		t.Errorf("%d followers lag, one does", strings.Count(page, "Lags</span>"))
	}
}

// TestTreeChecked: the operator has the tree checked and sees what came of it.
func TestTreeChecked(t *testing.T) {
	n := apptest.Start(t, bank)
	olga := n.Person(apptest.Operator)
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	code, h, _ := n.Page(olga, "/operator/tree", url.Values{})
	if code != 303 || h.Get("Location") != "/operator#tree" {
		t.Fatalf("%d %q", code, h.Get("Location"))
	}
	_, _, page := n.Page(olga, "/operator", nil)
	shows(t, page, "All entries make the root that the checkpoint signs", `<dd><a href="/public/log">1</a></dd>`)
}

// TestNotForOthers: nobody else sees how the node does, nor has it work.
func TestNotForOthers(t *testing.T) {
	n := apptest.Start(t, bank)
	for _, secret := range []string{n.Person(bank), n.PersonAs(member.RoleReviewer), n.PersonAs(member.RoleAuditor)} {
		if code, _, page := n.Page(secret, "/operator", nil); code != 403 || strings.Contains(page, "Write-ahead") {
			t.Errorf("the page: %d", code)
		}
		if code, _, _ := n.Page(secret, "/operator/tree", url.Values{}); code != 403 {
			t.Errorf("the check: %d", code)
		}
	}
	if code, h, _ := n.Page("", "/operator", nil); code != 303 || !strings.HasPrefix(h.Get("Location"), "/sign-in") {
		t.Errorf("nobody: %d %q", code, h.Get("Location"))
	}
}

// TestInBrowser: in every size and scheme, before and after the tree was checked.
func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank)
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	olga := n.Person(apptest.Operator)
	empty := apptest.Start(t)
	b.Sweep(t, empty.URL, []browser.Check{{Name: "operator-empty", URL: "/operator", CookieName: "tocsin", Cookie: empty.Person(apptest.Operator)}})
	node := n.App.Node()
	for name, at := range map[string]int64{"search": 1, "a-follower-with-a-long-name": 1_000_000} {
		if err := node.DB.Write(t.Context(), func(tx *store.Tx) error {
			return store.MoveCursor(t.Context(), tx, exchange.LogID, name, at)
		}); err != nil {
			t.Fatal(err)
		}
	}
	b.Sweep(t, n.URL, []browser.Check{{Name: "operator", URL: "/operator", CookieName: "tocsin", Cookie: olga}})
	p := b.Page(t, n.URL).Zoom().Cookie("tocsin", olga)
	p.Go("/operator")
	p.TabTo("Check the tree now")
	p.Follow(func() { p.Key("Enter") })
	if !strings.Contains(p.Text("main"), "All entries make the root") {
		t.Errorf("after the check the page says %q", p.Text("main"))
	}
	p.Axe().Overflow().Shot("operator-checked-320")
}
