package review_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
	"tocsin/store"
)

// fill files what a reviewer finds in the morning.
func fill(n *apptest.Node, reports int) {
	n.Helper()
	for i := range reports {
		n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", withText(fmt.Sprintf("c%d", i), fmt.Sprintf("h%d.evil.example", i),
			`Victim jane.doe@harbor-bank.example called 203.0.113.80. `+doubtful+` The rest of the note tells how the loader writes to C:\\Users\\jdoe\\AppData\\Roaming\\winupd.exe and where it calls.`))
	}
}

// older makes the oldest passages older.
func older(n *apptest.Node, passages int, by time.Duration) {
	n.Helper()
	err := n.App.Node().DB.Write(n.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(n.Context(), `UPDATE held SET created = created - $1 WHERE id IN (SELECT id FROM held ORDER BY created, id LIMIT $2)`, by.Microseconds(), passages)
		return err
	})
	if err != nil {
		n.Fatal(err)
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
	long := apptest.Start(t, "Harbor Bank")
	fill(long, 23)
	text := strings.Repeat(`The loader writes to C:\\Users\\jdoe and calls 203.0.113.80 again. `, 60)
	long.Want(201, "Harbor Bank", "POST", "/api/v1/reports", withText("d1", "long.evil.example", text+doubtful+" "+strings.Repeat("unbroken", 100)+" "+text))
	older(long, 20, 190*time.Minute)
	older(long, 10, 110*time.Minute)
	bo := long.PersonAs(member.RoleReviewer)
	_, _, page = long.Page(bo, "/review", nil)
	// The release of a name would take two.
	mailboxes := regexp.MustCompile(`<li><a href="/review/(held-[0-9a-f]+)"[^>]*><b>Mailbox`).FindAllStringSubmatch(page, -1)
	first, second, last := mailboxes[0][1], mailboxes[1][1], mailboxes[len(mailboxes)-1][1]
	for id, form := range map[string]url.Values{first: {"verdict": {"release"}, "why": {"needed"}}, second: {"verdict": {"remove"}, "why": {"bystander"}}} {
		if code, _, text := long.Page(bo, "/review/"+id, form); code != 303 {
			t.Fatalf("deciding: %d %s", code, text)
		}
	}
	var checks []browser.Check
	for name, address := range map[string]string{"review-many": "/review", "review-lately": "/review?show=decided", "review-decided": "/review/" + first, "review-long": "/review/" + last} {
		checks = append(checks, browser.Check{Name: name, URL: address, CookieName: "tocsin", Cookie: bo})
	}
	b.Sweep(t, long.URL, checks)
	b.Sweep(t, n.URL, []browser.Check{
		{Name: "review-none-late", URL: "/review?show=late", CookieName: "tocsin", Cookie: rev},
		{Name: "review-passage", URL: "/review/" + id, CookieName: "tocsin", Cookie: rev},
		{Name: "review-done", URL: "/review/" + id + "?was=released&entry=48213", CookieName: "tocsin", Cookie: rev},
	})
}

// TestByKeyboard: a morning's queue with the keyboard alone: one key opens, two
// decide, and the next passage is there.
func TestByKeyboard(t *testing.T) {
	b := browser.Start(t)
	d := newDesk(t, 5)
	p := b.Page(t, d.URL).Cookie("tocsin", d.reviewer)
	p.Go("/review")
	keys := 0
	key := func(k string) { p.Key(k); keys++ }
	p.Follow(func() { key("Enter") })
	ids := d.queue()
	if p.Path() != "/review/"+ids[0] {
		t.Fatalf("Enter opens %s", p.Path())
	}
	if f := p.Focused(); f.Name != "The passage in its context" {
		t.Errorf("the focus begins on %v; want the passage, no verdict", f)
	}
	key("Enter") // decides nothing
	key("r")     // nor does a verdict without its reason
	if got := d.queue(); len(got) != 10 {
		t.Fatalf("%d wait after Enter and a verdict without a reason", len(got))
	}
	p.Go(p.Path())
	keys = 1
	for i := range ids {
		why, verdict := "1", "r"
		if i%2 == 1 {
			why, verdict = "4", "x"
		}
		p.Follow(func() { key(why); key(verdict) })
	}
	if p.Path() == "" || len(d.queue()) != 0 {
		t.Fatalf("at the end: %s, %d wait", p.Path(), len(d.queue()))
	}
	t.Logf("%d passages opened and decided with %d keys", len(ids), keys)
	if keys != 1+2*len(ids) {
		t.Errorf("%d keys for %d passages", keys, len(ids))
	}
}

// TestKeysOfTheDesk: j and k walk through the list, s skips, and a reason that
// doesn't fit the verdict decides nothing.
func TestKeysOfTheDesk(t *testing.T) {
	b := browser.Start(t)
	d := newDesk(t, 2)
	ids := d.queue()
	p := b.Page(t, d.URL).Cookie("tocsin", d.reviewer)
	p.Go("/review/" + ids[0])
	p.Follow(func() { p.Key("s") })
	if p.Path() != "/review/"+ids[1] {
		t.Errorf("s leads to %s", p.Path())
	}
	p.Go("/review/" + ids[0])
	p.Key("j", "j")
	p.Follow(func() { p.Key("Enter") })
	if p.Path() == "/review/"+ids[0] {
		t.Error("j, j and Enter lead nowhere else")
	}
	p.Go("/review/" + ids[0])
	p.Follow(func() { p.Key("6", "r") })
	if got := p.Text(".errors"); !strings.Contains(got, "speaks for Remove") {
		t.Errorf("a reason to remove with the key to release: %s", got)
	}
	p.Axe().Shot("review-error").Size(320, 640).Overflow().Axe().Shot("review-error-320")
	if len(d.queue()) != 4 {
		t.Error("something was decided")
	}
}

// TestDeskWithoutScript: complete: choose, press, the next one.
func TestDeskWithoutScript(t *testing.T) {
	b := browser.Start(t)
	d := newDesk(t, 1)
	ids := d.queue()
	p := b.Page(t, d.URL).Cookie("tocsin", d.reviewer).NoScript()
	p.Go("/review/" + ids[0])
	p.TabTo("Reason, kept with the decision")
	p.Key("1")
	p.TabTo("Release")
	p.Follow(func() { p.Key("Enter") })
	if got := p.Text(".banner"); !strings.Contains(got, "Released: entry") || !strings.HasPrefix(p.Path(), "/review/"+ids[1]) {
		t.Errorf("at %s: %s", p.Path(), got)
	}
}
