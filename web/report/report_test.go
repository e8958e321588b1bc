package report_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

const stamp = `"spec_version":"2.1","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z",`

func uuid(n string) string { return fmt.Sprintf("00000000-0000-4000-8000-%012s", n) }

// object writes a STIX object with the usual properties.
func object(typ, n, more string) string {
	return fmt.Sprintf(`{"type":%q,%s"id":"%s--%s",%s}`, typ, stamp, typ, uuid(n), more)
}

// story writes a report with a text about one indicator.
func story(n, name, text, value string) string {
	q := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	return apptest.Bundle(apptest.Indicator(n+"1", value),
		object("report", n+"2", `"name":`+q(name)+`,"description":`+q(text)+`,"published":"2026-11-01T08:00:00Z","object_refs":["indicator--`+uuid(n+"1")+`"]`))
}

func wantNot(t *testing.T, page string, hides ...string) {
	t.Helper()
	for _, s := range hides {
		if strings.Contains(page, s) {
			t.Errorf("the page says %q", s)
		}
	}
}

func TestReport(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana, bo := n.Person("Harbor Bank"), n.Person("Lakeside Hospital")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?tlp=amber", story("a", "Quota phish", "The mail came to a desk, phone +1 415 555 0132. Otto Lang clicked. It came [sic] from owa.quota.example.", "owa.quota.example"))
	code, _, page := n.Page(ana, "/report/0", nil)
	if code != 200 {
		t.Fatalf("%d %s", code, page)
	}
	n.Says(page, "Report 0 Quota phish", "2 objects that you may see. Your organisation filed it.", "Domain 1", "removed: person 1 clicked", "phone removed: phone number .", "[sic]", "Taken out before it left", "1 phone number", "1 person", "Indicators owa.quota[.]example In force 0.0", "3 organisations", "Filed, receipt signed")
	wantNot(t, page, "Otto", "555", ">owa.quota.example<", `href="http`)
	if !strings.Contains(page, `href="/recall?ref=report-0"`) || !strings.Contains(page, `href="/receipt/0"`) || !strings.Contains(page, `href="/i/`) {
		t.Error("its own member is offered its receipt, and to take it back")
	}
	for _, link := range []string{`<a href="#in-phone">1 phone number</a>`, `<del class="cut" id="in-phone">`, `<a href="#in-person">1 person</a>`, `<del class="cut" id="in-person">`, `<a href="/report/0?kind=domain#objects">1</a>`} {
		if strings.Count(page, link) != 1 {
			t.Errorf("there is %d times %s", strings.Count(page, link), link)
		}
	}
	code, _, theirs := n.Page(bo, "/report/report-0", nil)
	if code != 200 {
		t.Fatalf("another member: %d", code)
	}
	n.Says(theirs, "Quota phish", "2 objects that you may see.", "removed: person 1")
	wantNot(t, theirs, "/recall", `href="/receipt/`, "Taken out before it left", "Harbor Bank", "Your organisation")
	// Each number leads to what it counts.
	_, _, some := n.Page(ana, "/report/0?type=indicator", nil)
	n.Says(some, "Quota phish", "1 to 1 of 1")
	if strings.Contains(apptest.Text(some), "Reports Quota") {
		t.Error("a page of indicators lists a report")
	}
	for _, bad := range []string{"/report/0?from=-1", "/report/0?from=x"} {
		if code, _, _ := n.Page(ana, bad, nil); code != 400 {
			t.Errorf("%s: %d", bad, code)
		}
	}
}

// TestKinds: each number leads to exactly what it counts, in words of one and of many.
func TestKinds(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", strings.Join([]string{"value", "one.example", "two.example", "198.51.100.7", "https://three.example/a", strings.Repeat("a1", 32)}, "\n"), "Content-Type", "text/csv")
	_, _, page := n.Page(ana, "/report/0", nil)
	n.Says(page, "Domains 2", "IPv4 address 1", "Web address 1", "File hash (SHA-256) 1")
	for kind, rows := range map[string]int{"domain": 2, "ipv4": 1, "url": 1, "sha256": 1} {
		link := "/report/0?kind=" + kind
		if !strings.Contains(page, `href="`+link+`#objects">`+fmt.Sprint(rows)+`</a>`) {
			t.Errorf("no number leads to %s", link)
		}
		_, _, some := n.Page(ana, link, nil)
		n.Says(some, fmt.Sprintf("1 to %d of %d", rows, rows))
		if got := strings.Count(some, `href="/report/0/object/`); got != rows {
			t.Errorf("%s: %d rows, not %d", link, got, rows)
		}
	}
	// What was taken back is counted no more, nor listed.
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"one.example","reason":"a mistake"}`)
	_, _, page = n.Page(ana, "/report/0?kind=domain", nil)
	n.Says(page, "Domain 1", "1 to 1 of 1", "two[.]example")
	if _, _, page = n.Page(ana, "/report/0?kind=nonsense", nil); strings.Contains(page, `href="/report/0/object/`) {
		t.Error("a kind that isn't there lists objects")
	}
}

// TestObject: the bytes as they are kept, to keep and not to run.
func TestObject(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	code, h, raw := n.Page(ana, "/report/0/object/0", nil)
	if code != 200 || !json.Valid([]byte(raw)) || !strings.Contains(raw, "evil.example") || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || !strings.Contains(h.Get("Content-Type"), "json") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v %s", code, h, raw)
	}
	for _, path := range []string{"/report/0/object/1", "/report/0/object/-1", "/report/0/object/x", "/report/9/object/0", "/report/x/object/0"} {
		if code, _, _ := n.Page(ana, path, nil); code != 404 {
			t.Errorf("%s: %d", path, code)
		}
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"report-0","reason":"a mistake"}`)
	if code, _, page := n.Page(ana, "/report/0/object/0", nil); code != 410 || strings.Contains(page, "evil") {
		t.Errorf("what was taken back: %d", code)
	}
	_, _, page := n.Page(ana, "/report/0", nil)
	n.Says(page, "Report 0", "No object of it is here. 1 was taken back.", "1 object taken back", "Everything that you could see here was taken back")
	wantNot(t, page, "evil", "/recall?ref=report-0")
	_, _, page = n.Page(ana, "/report/1", nil)
	n.Says(page, "Recall 1", "It took back 1 object that you could see.", "a mistake", "Came with Report 0", "Indicators evil[.]example Taken back 1.1")
	if strings.Contains(page, `href="/i/`) {
		t.Error("a filler is shown as a value")
	}
}

// TestRights: what a reader sees nothing of is answered as what isn't there, to the letter.
func TestRights(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital", "Port City")
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), "finance", []string{"Harbor Bank", "Port City"}); err != nil {
		t.Fatal(err)
	}
	red := strings.Replace(apptest.Indicator("1", "red.example"), `"pattern_type"`, `"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],"pattern_type"`, 1)
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?group=finance", apptest.Bundle(red))
	out, in, reviewer := n.Person("Lakeside Hospital"), n.Person("Port City"), n.PersonAs(member.RoleReviewer)
	_, _, page := n.Page(in, "/report/0", nil)
	n.Says(page, "red[.]example", "Group finance")
	for name, secret := range map[string]string{"another member": out, "reviewer": reviewer} {
		code, _, there := n.Page(secret, "/report/0", nil)
		gone, _, missing := n.Page(secret, "/report/99", nil)
		if code != 404 || gone != 404 || there != missing {
			t.Errorf("%s can tell a report that isn't theirs (%d) from none (%d)", name, code, gone)
		}
		if code, _, _ := n.Page(secret, "/report/0/object/0", nil); code != 404 {
			t.Errorf("%s and the object: %d", name, code)
		}
	}
	if code, _, _ := n.Page(reviewer, "/reports", nil); code != 403 {
		t.Errorf("a reviewer files nothing, so has no reports: %d", code)
	}
}

// hostile are texts that would do something if a page obeyed them.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{template "main"}} {{.B}}`, "right\u202eto left", "null\u0001byte", `javascript:alert(1)`, "'; drop table entry; --", strings.Repeat("x", 100_000), "\u200bzero",
}

// TestHostile: whatever somebody wrote is shown and never obeyed, on every page that
// shows it, within the budget.
func TestHostile(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	for i, bad := range hostile {
		n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", story(fmt.Sprintf("a%d", i), bad, bad+" and "+bad+" as words", fmt.Sprintf("host%d.example", i)))
		code, _, page := n.Page(ana, fmt.Sprintf("/report/%d", i), nil)
		if code != 200 {
			t.Fatalf("%.40q: %d %.300s", bad, code, page)
		}
		wantNot(t, page, "<script>alert", "<img", "\u202e", "\u0001", "\u200b", `href="javascript`, "onerror=alert(1)>\"")
		if len(page) > 60<<10 {
			t.Errorf("%.40q: a page of %d bytes", bad, len(page))
		}
	}
	code, _, page := n.Page(ana, "/reports", nil)
	if code != 200 || len(page) > 60<<10 {
		t.Errorf("the list: %d, %d bytes", code, len(page))
	}
	wantNot(t, page, "<script>alert", "<img", "\u202e", "\u0001", "\u200b")
	n.Says(page, "U+202E", `{{template "main"}}`)
}

// TestLarge: a page of 10,000 objects has the budget of every page.
func TestLarge(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	objects := make([]string, 10_000)
	for i := range objects {
		objects[i] = apptest.Indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("host-number-%d.some-longer-name.example", i))
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(objects...))
	code, _, page := n.Page(ana, "/report/0", nil)
	if code != 200 || len(page) > 60<<10 {
		t.Errorf("%d, %d bytes", code, len(page))
	}
	t.Logf("a page of 100 of 10,000 objects: %d bytes", len(page))
	n.Says(page, "10,000 objects", "1 to 100 of 10,000", "host-number-0.some-longer-name[.]example and 9,999 more")
	for from, next := range map[int]string{0: "100", 100: "200", 9800: "9900", 9900: ""} {
		_, _, page := n.Page(ana, fmt.Sprintf("/report/0?from=%d", from), nil)
		rows := strings.Count(page, `href="/report/0/object/`)
		_, link, _ := strings.Cut(page, `<a rel="next" href="/report/0?from=`)
		if link, _, _ = strings.Cut(link, `"`); rows != 100 || link != next {
			t.Errorf("from %d: %d objects, then %q", from, rows, link)
		}
	}
}

// TestPartly: a report of which some was taken back says what is in force all the same.
func TestPartly(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	var objects []string
	for i := range 7 {
		objects = append(objects, apptest.Indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("host%d.example", i)))
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(objects...))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"host0.example","reason":"a mistake"}`)
	_, _, page := n.Page(n.Person("Harbor Bank"), "/reports", nil)
	n.Says(page, "1 taken back 6 in force")
	for _, link := range []string{`<a href="/report/0#objects">7</a>`, `href="/report/0#past"`, `href="/report/0?type=indicator#objects"`} {
		if !strings.Contains(page, link) {
			t.Errorf("there is no %s", link)
		}
	}
}

func TestMine(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	_, _, page := n.Page(ana, "/reports", nil)
	n.Says(page, "Your organisation has filed nothing yet")
	if strings.Count(page, `class="btn primary"`) != 1 || !strings.Contains(page, `href="/ring"`) {
		t.Error("an empty list has one act")
	}
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("ffff", "theirs.example")))
	for i := range 120 {
		n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("host%d.example", i))))
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"report-120","reason":"a mistake"}`)
	var pages [][]string
	links := func(page string) (out []string) {
		for _, part := range strings.Split(page, `<tr data-row><td><a`)[1:] {
			_, part, _ = strings.Cut(part, `href="/report/`)
			idx, _, _ := strings.Cut(part, `"`)
			out = append(out, idx)
		}
		return out
	}
	follow := func(page, rel string) string {
		_, link, _ := strings.Cut(page, `<a rel="`+rel+`" href="`)
		link, _, _ = strings.Cut(link, `"`)
		return link
	}
	at := "/reports"
	for at != "" && len(pages) < 5 {
		_, _, page = n.Page(ana, at, nil)
		pages = append(pages, links(page))
		at = follow(page, "next")
	}
	if len(pages) != 3 || len(pages[0]) != 50 || len(pages[2]) != 20 || pages[0][0] != "120" || pages[2][19] != "1" {
		t.Fatalf("pages: %v", pages)
	}
	wantNot(t, page, "theirs")
	back := follow(page, "prev")
	_, _, page = n.Page(ana, back, nil)
	if got := links(page); !slices.Equal(got, pages[1]) {
		t.Errorf("newer leads to %v, not %v", got, pages[1])
	}
	_, _, page = n.Page(ana, follow(page, "prev"), nil)
	if got := links(page); !slices.Equal(got, pages[0]) {
		t.Errorf("newer again leads to %v", got)
	}
	n.Says(page, "Taken back", "In force")
	for _, bad := range []string{"?before=x", "?after=-1"} {
		if code, _, _ := n.Page(ana, "/reports"+bad, nil); code != 400 {
			t.Errorf("%s: %d", bad, code)
		}
	}
	if code, h, _ := n.Page(ana, "/reports?after=100000", nil); code != 303 || h.Get("Location") != "/reports" {
		t.Errorf("after the newest: %d %s", code, h.Get("Location"))
	}
	if code, _, _ := n.Page("", "/reports", url.Values{}); code != 405 && code != 401 && code != 404 {
		t.Errorf("posting to the list: %d", code)
	}
}
