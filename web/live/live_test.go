package live_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

const bank, hospital = "Harbor Bank", "Lakeside Hospital"

// page gives a page, which must be there.
func page(n *apptest.Node, who, path string) string {
	n.Helper()
	code, h, text := n.Page(who, path, nil)
	if code != 200 {
		n.Fatalf("%s: %d %s", path, code, h.Get("Location"))
	}
	return text
}

func has(t testing.TB, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("the page has no %q:\n%s", w, text)
		}
	}
}

func hasNot(t testing.TB, text string, not ...string) {
	t.Helper()
	for _, w := range not {
		if strings.Contains(text, w) {
			t.Errorf("the page has %q", w)
		}
	}
}

// values gives the values of the list, in its order.
func values(text string) (out []string) {
	for _, m := range regexp.MustCompile(`<li data-row data-id="[^"]+".*?<span class="row">(?:<a class="mono"[^>]*>([^<]*)</a>)?`).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// figures holds the head of the page to what it should say, and each figure to the
// list that it leads to: as many rows as it says.
func figures(n *apptest.Node, who string, want ...int) {
	n.Helper()
	text := page(n, who, "/live")
	for i, name := range []string{"In force now", "New today", "Yours today", "Taken back today"} {
		m := regexp.MustCompile(`<dt>` + name + `</dt><dd><a [^>]*href="([^"]+)"[^>]*>([^<]*)</a>`).FindStringSubmatch(text)
		if m == nil || m[2] != fmt.Sprint(want[i]) {
			n.Errorf("%s: %v, want %d", name, m, want[i])
			continue
		}
		if rows := values(page(n, who, m[1])); len(rows) != want[i] {
			n.Errorf("%s says %s and leads to %d rows: %q", name, m[2], len(rows), rows)
		}
	}
}

func TestWhatArrives(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	ana := n.Person(bank)
	empty := page(n, ana, "/live")
	has(t, empty, "Nothing has arrived yet", `<ol class="tick up" id="ticker" aria-label="Latest entries, newest first" aria-live="off" hidden`)
	n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"),
		`{"type":"relationship","spec_version":"2.1","id":"relationship--00000000-0000-4000-8000-000000000009","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","relationship_type":"indicates","source_ref":"indicator--00000000-0000-4000-8000-000000000001","target_ref":"malware--00000000-0000-4000-8000-000000000001"}`,
		`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Harrow","is_family":false}`))
	n.Want(201, bank, "POST", "/api/v1/reports?tlp=amber", apptest.Bundle(strings.Replace(apptest.Indicator("2", "worse.example"), `"pattern_type"`, `"indicator_types":["malicious-activity"],"pattern_type"`, 1)))
	text := page(n, ana, "/live")
	if got := strings.Join(values(text), " "); got != "worse[.]example Harrow evil[.]example" {
		t.Errorf("the rows are %s; want the newest first, relationships left out", got)
	}
	has(t, text, `href="/i/`, "TLP:AMBER", "TLP:GREEN", "Domain, malicious", ">Malware")
	figures(n, ana, 2, 2, 1, 0)
	if got := strings.Join(values(page(n, ana, "/live?show=mine")), " "); got != "worse[.]example" {
		t.Errorf("its own rows are %s", got)
	}
	if code, _, _ := n.Page(n.PersonAs(member.RoleReviewer), "/live?show=mine", nil); code != 404 {
		t.Errorf("what a reviewer filed: %d", code)
	}
	if len(text) > 60_000 {
		t.Errorf("the page has %d bytes", len(text))
	}
}

// TestOnlyOwnAudiences: what a group shares is on its members' pages and nobody else's.
func TestOnlyOwnAudiences(t *testing.T) {
	n := apptest.Start(t, bank, hospital, "Third Mill")
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), "finance <b>", []string{bank, "Third Mill"}); err != nil {
		t.Fatal(err)
	}
	n.Want(201, bank, "POST", "/api/v1/reports?group=finance+%3Cb%3E", apptest.Bundle(apptest.Indicator("1", "secret.example")))
	in, out := page(n, n.Person("Third Mill"), "/live"), page(n, n.Person(hospital), "/live")
	has(t, in, "secret[.]example", "finance &lt;b&gt;")
	hasNot(t, in, "finance <b>")
	hasNot(t, out, "secret", "finance")
	figures(n, n.Person(bank), 1, 1, 1, 0)
	figures(n, n.Person(hospital), 0, 0, 0, 0)
	eve := n.Person(hospital)
	if code, _, _ := n.Page(eve, "/live?show=in:finance+%3Cb%3E", nil); code != 404 {
		t.Errorf("a group of others: %d, want 404 as for one that isn't there", code)
	}
	has(t, page(n, n.Person("Third Mill"), "/live?show=in:finance+%3Cb%3E"), "secret[.]example")
	hasNot(t, page(n, n.Person("Third Mill"), "/live?show=in:default"), "secret[.]example")
}

// TestTakenBack stays in place with its tag, without its value, and stands in a
// list of its own.
func TestTakenBack(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	ana := n.Person(bank)
	for i := range 3 {
		n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprint(i+1), fmt.Sprintf("h%d.example", i))))
	}
	has(t, page(n, ana, "/live?show=back"), "Nothing was taken back")
	n.Want(201, hospital, "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-000000000002","reason":"a mistake"}`)
	text := page(n, ana, "/live")
	if got := strings.Join(values(text), "|"); got != "h2[.]example||h0[.]example" {
		t.Errorf("the rows are %q; want the second without its value, in its place, and no row more", got)
	}
	has(t, text, `<a class="gone" href="/report/1">Its value was taken back with it</a>`, "Taken back</span>")
	has(t, page(n, ana, "/report/1"), "1 object taken back")
	figures(n, ana, 2, 2, 0, 1)
	if got := values(page(n, ana, "/live?show=back")); len(got) != 1 {
		t.Errorf("%d rows in the list of what was taken back", len(got))
	}
	// A recall whose object stands on an older page is a row of its own on the newest.
	for i := range 60 {
		n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprintf("a%d", i), fmt.Sprintf("x%d.example", i))))
	}
	n.Want(201, hospital, "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-000000000001","reason":"a mistake"}`)
	if got := values(page(n, ana, "/live")); len(got) != 50 || got[0] != "" {
		t.Errorf("the newest page begins with %q of %d rows", got[0], len(got))
	}
}

// TestPages: older and newer meet without a gap or a repeat.
func TestPages(t *testing.T) {
	n := apptest.Start(t, bank)
	ana := n.Person(bank)
	var objects []string
	for i := range 120 {
		objects = append(objects, apptest.Indicator(fmt.Sprintf("%d", i+1), fmt.Sprintf("h%d.example", i)))
	}
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(objects[:70]...))
	for _, o := range objects[70:] {
		n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(o))
	}
	link := func(text, rel string) string {
		m := regexp.MustCompile(`rel="` + rel + `" href="([^"]+)"`).FindStringSubmatch(text)
		if m == nil {
			return ""
		}
		return strings.ReplaceAll(m[1], "&amp;", "&")
	}
	var all []string
	var pages []string
	for path := "/live"; path != ""; {
		text := page(n, ana, path)
		pages = append(pages, text)
		all = append(all, values(text)...)
		path = link(text, "next")
	}
	if len(pages) != 3 || len(all) != 120 {
		t.Fatalf("%d pages with %d rows", len(pages), len(all))
	}
	for i, v := range all {
		if want := fmt.Sprintf("h%d[.]example", 119-i); v != want {
			t.Fatalf("row %d is %s, want %s", i, v, want)
		}
	}
	hasNot(t, pages[1], `data-follow`, `http-equiv="refresh"`) // only the newest page goes on
	if got := values(page(n, ana, link(pages[2], "prev"))); strings.Join(got, " ") != strings.Join(all[50:100], " ") {
		t.Errorf("newer than the last page: %v", got)
	}
	// Newer than the second page is the newest page, at its own address.
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("fff", "late.example")))
	if got := values(page(n, ana, link(pages[1], "prev"))); len(got) != 50 || got[49] != all[49] {
		t.Errorf("newer than the second page: %v", got)
	}
	for _, bad := range []string{"0", "-1", "x y", "zzzzzzzzzzzzzz", strings.Repeat("9", 40)} {
		if code, _, text := n.Page(ana, "/live?before="+strings.ReplaceAll(bad, " ", "+"), nil); code != 400 || !strings.Contains(text, "no place in the list") {
			t.Errorf("before=%s: %d", bad, code)
		}
	}
	if code, _, _ := n.Page(ana, "/live?show=nothing", nil); code != 404 {
		t.Errorf("show=nothing: %d", code)
	}
}

// TestWithoutScript: the page asks again by itself, unless it is told to hold still.
func TestWithoutScript(t *testing.T) {
	n := apptest.Start(t, bank)
	ana := n.Person(bank)
	has(t, page(n, ana, "/live"), `<noscript><meta http-equiv="refresh" content="30">`, `<a href="/live">Reload</a>`, `<a href="/live?still=1">Hold still</a>`)
	still := page(n, ana, "/live?still=1")
	has(t, still, `<a href="/live">Let it move</a>`, `<a href="/live?still=1">Reload</a>`)
	hasNot(t, still, `http-equiv="refresh"`)
	if _, h, _ := n.Page(ana, "/live", nil); h.Get("Refresh") != "" {
		t.Errorf("a browser with script would be sent back, too: Refresh %s", h.Get("Refresh"))
	}
}

// TestHostile: what others write is shown, not obeyed.
func TestHostile(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	ana := n.Person(bank)
	name := `<script>alert(1)</script>{{.B}}\u202egnp.exe\u0000\u0007 ` + strings.Repeat("long ", 200)
	n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(
		`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","is_family":false,"name":"`+name+`"}`,
		`{"type":"x-odd","spec_version":"2.1","id":"x-odd--00000000-0000-4000-8000-000000000002","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"javascript:alert(2)"}`,
		`{"type":"url","spec_version":"2.1","id":"url--00000000-0000-4000-8000-000000000003","value":"http://evil.example/\"><img src=x onerror=alert(3)>"}`))
	text := page(n, ana, "/live")
	has(t, text, `data-single="{n} new, show"`)
	hasNot(t, text, "<script>alert", "<img", "\u202e", "\x00", "\x07", `href="javascript`, `href="http`, "http://evil.example")
	has(t, text, "&lt;script&gt;alert(1)&lt;/script&gt;{{.B}}⟨U&#43;202E⟩", "hxxp://evil[.]example", "Object of another kind")
	for _, v := range values(text) {
		if len([]rune(v)) > 120 {
			t.Errorf("a row has %d characters", len([]rune(v)))
		}
	}
}

// TestNamed: whoever agreed to be named is named, everybody else by pseudonym, and
// one's own rows say so.
func TestNamed(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	x := n.App.Node().Exchange
	if err := x.Members().SetNamed(t.Context(), hospital, true); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, name := range []string{bank, hospital} {
		s, err := x.Members().Session(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		id, _ := x.Members().Pseudonym(s.Member, member.AudienceGreen)
		ids = append(ids, id)
		n.Want(201, name, "POST", "/api/v1/reports", apptest.Bundle(strings.Replace(apptest.Indicator(fmt.Sprint(len(ids)), fmt.Sprintf("h%d.example", len(ids))),
			`"pattern_type"`, `"created_by_ref":"`+id+`","pattern_type"`, 1)))
	}
	own, other := page(n, n.Person(bank), "/live"), page(n, n.Person(hospital), "/live")
	has(t, own, "Domain, you", "Domain, "+hospital)
	has(t, other, "Domain, you")
	if !regexp.MustCompile(`Domain, Member [0-9A-F]{6}`).MatchString(other) {
		t.Errorf("no pseudonym of the other: %s", other)
	}
	hasNot(t, other, bank)
}

// TestTogether: rows of one report lead to it under its title, its own row and what
// came alone don't; and so does the stream.
func TestTogether(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	ana := n.Person(bank)
	f := follow(n, ana, "", "")
	n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "one.example"), apptest.Indicator("2", "two.example"),
		`{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000003","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","published":"2026-11-01T08:00:00.000Z","name":"Harrow <wave>","object_refs":["indicator--00000000-0000-4000-8000-000000000001"]}`))
	n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("4", "alone.example")))
	n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("5", "left.example"), apptest.Indicator("6", "right.example")))
	text := page(n, ana, "/live")
	if got := strings.Count(text, `, part of <a href="/report/0">Harrow &lt;wave&gt;</a>`); got != 2 {
		t.Errorf("%d rows are part of the report, want 2", got)
	}
	if got := strings.Count(text, `, part of <a href="/report/2">a report of 2</a>`); got != 2 || strings.Contains(text, `part of <a href="/report/1"`) {
		t.Errorf("%d rows are part of the one without a title, want 2", got)
	}
	for range 3 {
		if e, ok := f.next(); !ok || (e.Data.Of == "Harrow <wave>") == strings.HasPrefix(e.Data.ID, "report--") {
			t.Errorf("told as %+v", e.Data)
		}
	}
	n.Want(201, hospital, "POST", "/api/v1/recalls", `{"ref":"report--00000000-0000-4000-8000-000000000003","reason":"a mistake"}`)
	text = page(n, ana, "/live")
	hasNot(t, text, "Harrow") // a title goes with what it was the title of
	has(t, text, `, part of <a href="/report/0">a report of 2</a>`)
}
