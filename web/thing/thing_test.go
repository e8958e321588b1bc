package thing_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
	"tocsin/observable"
)

func thingOf(t *testing.T, value string) observable.Thing {
	t.Helper()
	th, ok := observable.Guess(value)
	if !ok {
		t.Fatalf("%s is no value", value)
	}
	return th
}

func TestThing(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital", "Port City")
	value := story(n)
	ana, bo, cy := n.Person("Harbor Bank"), n.Person("Lakeside Hospital"), n.Person("Port City")
	at := address(n, ana, value)
	if other := address(n, bo, "OWA.quota-alert[.]example"); other != at {
		t.Errorf("the same value, written another way, is at %s, not %s", other, at)
	}
	code, _, page := n.Page(ana, at, nil)
	if code != 200 {
		t.Fatalf("%d %s", code, page)
	}
	n.Says(page, "Domain owa.quota-alert[.]example 2 organisations report it. Yours is one of them.", "In force TLP:", "Confidence 85 of 100, high", "Indicators 2 in force, of 2",
		"Filed Your organisation TLP:AMBER", "Expires, unless somebody renews it", "indicates Harrow loader of the 6th kind malware TLP:AMBER Harrow loader of the 3th kind malware", "Quota phish, 23 November report", "3 times", "I saw it too", "Take it back…")
	for _, bad := range []string{`href="http`, `>owa.quota-alert.example</h1>`, "Lakeside", `<svg width="700"`} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if !strings.Contains(page, `data-copy="`+value+`"`) {
		t.Error("the plain value can't be copied")
	}
	// Each number leads to what it counts, and the confidence to where it is said.
	for _, link := range []string{`<a href="#past">2 organisations report it.</a>`, `<a href="#past">2 organisations</a>`, `<a href="#past">2 in force, of 2</a>`, `<a href="/report/0">85 of 100, high</a>`, `<h2 id="past">`} {
		if !strings.Contains(page, link) {
			t.Errorf("the page has no %s", link)
		}
	}
	if got := strings.Count(page, `">Filed</a>`); got != 2 {
		t.Errorf("2 organisations and 2 indicators lead to %d lines of the timeline", got)
	}
	if title, _, _ := strings.Cut(page, "</title>"); strings.Contains(title, "quota") {
		t.Error("the title names the value")
	}
	// Whoever reports nothing takes nothing back, and sees the same.
	_, _, page = n.Page(cy, at, nil)
	n.Says(page, "2 organisations report it.", "I saw it too")
	if strings.Contains(page, "/recall") || strings.Contains(apptest.Text(page), "Yours is one") {
		t.Error("one who reports nothing is told otherwise")
	}
	// Who may not file sees no act that files.
	_, _, page = n.Page(n.PersonAs(member.RoleReviewer), at, nil)
	n.Says(page, "2 organisations report it.")
	for _, act := range []string{"I saw it too", "Ring the bell", "Take it back"} {
		if strings.Contains(apptest.Text(page), act) {
			t.Errorf("a reviewer is offered %q", act)
		}
	}
}

func TestDrawing(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	at := address(n, ana, story(n))
	_, _, page := n.Page(ana, at+"?graph=1", nil)
	if strings.Count(page, "<circle ") != 10 || !strings.Contains(page, `role="img" aria-label="The value in the middle, 9 neighbours; the list below says the same."`) || strings.Contains(page, "style=") {
		t.Errorf("the drawing of 9 neighbours: %d circles", strings.Count(page, "<circle "))
	}
	n.Says(page, "indicates Harrow loader of the 6th kind malware TLP:AMBER Harrow loader of the 3th kind malware", "Without the drawing")
}

// TestMany: at most 40 neighbours are drawn, and it is said how many are not.
func TestMany(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	objects := []string{apptest.Indicator("1", "hub.example")}
	for i := range 45 {
		objects = append(objects, object("malware", fmt.Sprintf("a%d", i), fmt.Sprintf(`"name":"<b>{{.}} %d %s","is_family":true`, i, strings.Repeat("long", 200))),
			object("relationship", fmt.Sprintf("b%d", i), fmt.Sprintf(`"relationship_type":"indicates","source_ref":"indicator--%s","target_ref":"malware--%s"`, uuid("1"), uuid(fmt.Sprintf("a%d", i)))))
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(objects...))
	if err := n.App.Node().Exchange.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, _, page := n.Page(ana, address(n, ana, "hub.example")+"?graph=1", nil)
	if got := strings.Count(page, "<h3"); got != 1 {
		t.Errorf("what is related in one way stands under %d headings", got)
	}
	if got := strings.Count(page, "<circle "); got != 41 {
		t.Errorf("%d circles; 40 neighbours and the value are most", got)
	}
	n.Says(page, "5 more have no place in the drawing", "{{.}} 44")
	if strings.Contains(page, "<b>{{") || len(page) > 60<<10 {
		t.Errorf("a page of %d bytes that obeys a name: %v", len(page), strings.Contains(page, "<b>{{"))
	}
}

// TestRights: what a reader sees nothing of is answered as a value that nobody filed.
func TestRights(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), "finance", []string{"Harbor Bank"}); err != nil {
		t.Fatal(err)
	}
	red := strings.Replace(apptest.Indicator("1", "red.example"), `"pattern_type"`, `"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],"pattern_type"`, 1)
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?group=finance", apptest.Bundle(red))
	ana, bo := n.Person("Harbor Bank"), n.Person("Lakeside Hospital")
	at := address(n, ana, "red.example")
	_, _, page := n.Page(ana, at, nil)
	n.Says(page, "red[.]example", "Group finance")
	answers := map[string]string{}
	for _, path := range []string{at, "/i/red.example", "/i/never.example", "/i/0123456789abcdef", "/i/x", "/i/", "/i/a/b/c", "/i/domain/" + at[3:], "/i/" + strings.Repeat("f", 5000)} {
		for _, form := range []url.Values{nil, {}} {
			code, _, page := n.Page(bo, path, form)
			if code != 404 || strings.Contains(page, "red[.]") {
				t.Errorf("%.60s: %d", path, code)
			}
			answers[apptest.Text(page)] = path
		}
	}
	if len(answers) != 1 {
		t.Errorf("values that aren't there are told apart: %v", answers)
	}
	_, _, page = n.Page(bo, "/i/never.example", nil)
	n.Says(page, "Nobody has filed this", "That doesn't make it harmless", "Ring the bell", "Look for something else")
	if _, _, page = n.Page(n.PersonAs(member.RoleReviewer), "/i/never.example", nil); strings.Contains(page, `<a class="btn" href="/ring">`) {
		t.Error("a reviewer is offered to ring the bell")
	}
}

// TestSaw: a sighting goes where the indicator is, and no wider; it stands on the page.
func TestSaw(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital", "Port City")
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), "finance", []string{"Harbor Bank", "Port City"}); err != nil {
		t.Fatal(err)
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?tlp=amber", apptest.Bundle(apptest.Indicator("1", "amber.example")))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?group=finance", apptest.Bundle(apptest.Indicator("2", "group.example")))
	cy := n.Person("Port City")
	for value, marking := range map[string]string{"amber.example": "TLP:AMBER", "group.example": "Group finance"} {
		at := address(n, cy, value)
		code, h, page := n.Page(cy, at, url.Values{})
		if code != 303 || !strings.HasPrefix(h.Get("Location"), "/receipt/") {
			t.Fatalf("%s: %d %s", value, code, apptest.Text(page))
		}
		_, _, page = n.Page(cy, h.Get("Location"), nil)
		n.Says(page, "The bell has rung", "To "+marking)
		if err := n.App.Node().Exchange.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, _, page = n.Page(n.Person("Harbor Bank"), at, nil)
		n.Says(page, "1 time", "Seen "+marking)
	}
	// A reviewer files nothing; of what is out of force there is nothing to have seen.
	at := address(n, cy, "amber.example")
	if code, _, _ := n.Page(n.PersonAs(member.RoleReviewer), at, url.Values{}); code != 403 {
		t.Errorf("a reviewer: %d", code)
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"amber.example","reason":"a mistake"}`)
	code, _, page := n.Page(cy, at, url.Values{})
	if code != 409 {
		t.Errorf("of what was taken back: %d %s", code, apptest.Text(page))
	}
	_, _, page = n.Page(cy, at, nil)
	n.Says(page, "Whoever reported it has taken it back", "Taken back TLP:AMBER a mistake")
	if !regexp.MustCompile(`<time datetime="[^"]*">[^<]*</time><a href="/report/\d+">Taken back</a>`).MatchString(page) {
		t.Error("the taking back has no time, or doesn't lead to its entry")
	}
	if strings.Contains(apptest.Text(page), "I saw it too") {
		t.Error("a sighting of what is out of force is offered")
	}
}

// TestHostileValues: values that would do something are shown and lead nowhere.
func TestHostileValues(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	for i, value := range []string{"http://evil.example/?q=<script>alert(1)</script>", "http://evil.example/" + strings.Repeat("a", 7000), "javascript.example", "http://evil.example/\u202egpj.exe"} {
		pattern := fmt.Sprintf(`"pattern":"[url:value = '%s']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"`, value)
		if !strings.Contains(value, "/") {
			pattern = fmt.Sprintf(`"pattern":"[domain-name:value = '%s']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"`, value)
		}
		n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(object("indicator", fmt.Sprintf("c%d", i), pattern)))
		_, _, page := n.Page(ana, fmt.Sprintf("/report/%d", i), nil)
		_, link, ok := strings.Cut(page, `href="/i/`)
		if !ok {
			t.Errorf("%.30q has no page", value)
			continue
		}
		id, _, _ := strings.Cut(link, `"`)
		code, _, page := n.Page(ana, "/i/"+id, nil)
		if code != 200 || strings.Contains(page, "<script>alert") || strings.Contains(page, "\u202e") || strings.Contains(page, `href="http`) || len(page) > 60<<10 {
			t.Errorf("%.30q: %d, %d bytes", value, code, len(page))
		}
	}
}
