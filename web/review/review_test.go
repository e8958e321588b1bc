package review_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/apptest"
	"tocsin/held"
	"tocsin/member"
	"tocsin/web/review"
)

const bank = "Harbor Bank"

// doubtful is a text of which the gate holds two passages.
const doubtful = `Sent from the compromised account of a supplier, tom.baker@supplier.example; the indicted suspect is named Viktor Petrovich Sokolov.`

func withText(id, domain, text string) string {
	return strings.Replace(apptest.Indicator(id, domain), `"type":"indicator"`, `"type":"indicator","description":"`+text+`"`, 1)
}

var link = regexp.MustCompile(`/review/(held-[0-9a-f]+)`)

// desk is a node with a reviewer and passages that wait.
type desk struct {
	*apptest.Node
	reviewer string
}

func newDesk(t *testing.T, reports int) desk {
	n := apptest.Start(t, bank)
	fill(n, reports)
	return desk{n, n.PersonAs(member.RoleReviewer)}
}

// page gives a page, which must be there.
func (d desk) page(path string) string {
	d.Helper()
	code, h, text := d.Page(d.reviewer, path, nil)
	if code != 200 {
		d.Fatalf("%s: %d %s", path, code, h.Get("Location"))
	}
	return text
}

// queue gives the ids of the list, in its order.
func (d desk) queue() (ids []string) {
	d.Helper()
	for _, m := range regexp.MustCompile(`<li><a href="/review/(held-[0-9a-f]+)"`).FindAllStringSubmatch(d.page("/review"), -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// decide sends the form, and gives where it leads.
func (d desk) decide(id, verdict, why string) (code int, to, text string) {
	d.Helper()
	code, h, text := d.Page(d.reviewer, "/review/"+id, url.Values{"verdict": {verdict}, "why": {why}})
	return code, h.Get("Location"), text
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

// TestOnlyReviewers: nobody else sees the queue, a passage, or its decision.
func TestOnlyReviewers(t *testing.T) {
	d := newDesk(t, 1)
	id := d.queue()[0]
	ana, auditor, operator := d.Person(bank), d.PersonAs(member.RoleAuditor), d.Person(apptest.Operator)
	for _, path := range []string{"/review", "/review/" + id} {
		for name, who := range map[string]string{"analyst": ana, "auditor": auditor} {
			if code, _, text := d.Page(who, path, nil); code != 403 || strings.Contains(text, "tom.baker") {
				t.Errorf("%s as %s: %d", path, name, code)
			}
		}
		if code, _, _ := d.Page(operator, path, nil); code != 200 {
			t.Errorf("%s as operator: %d", path, code)
		}
		if code, h, _ := d.Page("", path, nil); code != 303 || !strings.HasPrefix(h.Get("Location"), "/sign-in") {
			t.Errorf("%s as nobody: %d", path, code)
		}
	}
	form := url.Values{"verdict": {"release"}, "why": {"needed"}}
	if code, _, _ := d.Page(ana, "/review/"+id, form); code != 403 {
		t.Errorf("an analyst decides: %d", code)
	}
	if code, _, _ := d.Page(d.reviewer, "/review/"+id, form, "Origin", "https://elsewhere.example"); code != 403 {
		t.Errorf("another site decides: %d", code)
	}
	if got := d.queue(); len(got) != 2 {
		t.Errorf("%d passages wait; want both", len(got))
	}
	if code, _, _ := d.Page(d.reviewer, "/review/held-0000000000000000", nil); code != 404 {
		t.Errorf("a passage that never was: %d", code)
	}
}

// TestFiguresLead: each figure leads to a list of as many as it says.
func TestFiguresLead(t *testing.T) {
	d := newDesk(t, 3)
	older(d.Node, 2, 5*time.Hour)
	ids := d.queue()
	text := d.page("/review")
	for name, want := range map[string]int{"Waiting": 6, "Late": 2} {
		m := regexp.MustCompile(`<dt>` + name + `</dt><dd><b><a href="([^"]+)">(\d+)</a>`).FindStringSubmatch(text)
		if m == nil || m[2] != fmt.Sprint(want) {
			t.Errorf("%s: %q, not %d", name, m, want)
			continue
		}
		if rows := link.FindAllString(d.page(m[1])[strings.Index(d.page(m[1]), "<ol"):], -1); len(rows) != want {
			t.Errorf("%s says %s and leads to %d rows", name, m[2], len(rows))
		}
	}
	has(t, text, "none yet")
	has(t, d.page("/review?show=decided"), "Nothing was decided yet")
	// The median wait leads to the decisions that it is of.
	for _, id := range ids[:2] {
		d.decide(id, "remove", "bystander")
	}
	text = d.page("/review?show=late")
	has(t, text, "No passage is late", `<dt>Median wait</dt><dd><b><a href="/review?show=decided">5 h`)
	lately := d.page("/review?show=decided")
	has(t, lately, "The last 2 decisions", "Removed</span>", `href="/review/`+ids[0]+`"`, `href="/review/`+ids[1]+`"`)
	if got := strings.Count(lately, "<tr data-row>"); got != 2 {
		t.Errorf("%d decisions", got)
	}
	hasNot(t, lately, "tom.baker", "Sokolov", ids[2])
	if code, _, _ := d.Page(d.reviewer, "/review?show=else", nil); code != 404 {
		t.Errorf("a list that isn't there: %d", code)
	}
	if code, _, _ := d.Page(d.Person(bank), "/review?show=decided", nil); code != 403 {
		t.Errorf("an analyst sees the decisions: %d", code)
	}
}

// TestPassage: in its context, with what was removed hidden; no verdict is the
// default.
func TestPassage(t *testing.T) {
	d := newDesk(t, 1)
	ids := d.queue()
	texts := d.page("/review/"+ids[0]) + d.page("/review/"+ids[1])
	has(t, texts, `<span class="vh">held for a person: </span>tom.baker@supplier.example<`, `<span class="vh">held for a person: </span>Viktor Petrovich Sokolov<`,
		"TLP:GREEN", "1 of 2", "2 of 2", "Opened by you. That is recorded.", "[email]", "description")
	hasNot(t, texts, "jane.doe", `btn primary" name="verdict"`, "autofocus")
	if n := strings.Count(texts, "tom.baker"); n != 1 {
		t.Errorf("a held passage stands %d times on two pages; want it on its own only", n)
	}
	for _, w := range held.Whys() {
		has(t, texts, `<option value="`+w.Code+`"`)
	}
	// The first choice is none: a browser sends no reason that nobody chose.
	has(t, texts, `required aria-describedby="whyhint"><option value="">`)
}

// TestDecide: a decision leads to the next passage, says what was done and where it
// stands, and keeps its reason.
func TestDecide(t *testing.T) {
	d := newDesk(t, 2)
	ids := d.queue()
	if len(ids) != 4 {
		t.Fatalf("%d passages wait", len(ids))
	}
	code, to, _ := d.decide(ids[0], "release", "needed")
	if code != 303 || !strings.HasPrefix(to, "/review/"+ids[1]+"?was=released&entry=") {
		t.Fatalf("after the first: %d %s", code, to)
	}
	text := d.page(to)
	_, entry, _ := strings.Cut(to, "entry=")
	has(t, text, "Released:", `href="/receipt/`+entry+`"`, "1 of 3", "3 passages wait")
	// The last one leads back to what was skipped, then to the queue.
	if _, to, _ = d.decide(ids[3], "remove", "bystander"); !strings.HasPrefix(to, "/review/"+ids[2]+"?was=removed") {
		t.Errorf("after the last: %s", to)
	}
	d.decide(ids[1], "remove", "cannot-tell")
	if _, to, _ = d.decide(ids[2], "remove", "unneeded"); !strings.HasPrefix(to, "/review?was=removed&entry=") {
		t.Errorf("after all: %s", to)
	}
	text = d.page(to)
	has(t, text, "Removed:", "No passage waits", "The last was decided at", "/review/"+ids[2])
	hasNot(t, text, "none yet")
	text = d.page("/review/" + ids[0])
	has(t, text, "This passage is decided", "Released, next version of the object", "The attack is recognised or blocked by it", `href="/receipt/`+entry+`"`)
	if strings.Contains(text, "tom.baker") && strings.Contains(text, "Sokolov") {
		t.Error("the text of a decided passage is still on the desk")
	}
}

// TestSlips: without a verdict, without a reason, or where the two don't fit,
// nothing is decided, and what was chosen is kept.
func TestSlips(t *testing.T) {
	d := newDesk(t, 1)
	id := d.queue()[0]
	for _, c := range []struct{ verdict, why, says string }{
		{"", "needed", "Choose Release or Remove."},
		{"skip", "needed", "Choose Release or Remove."},
		{"release", "", "Choose a reason."},
		{"release", "bystander", "speaks for Remove"},
		{"release", "cannot-tell", "speaks for Remove"},
		{"remove", "needed", "speaks for Release"},
		{"remove", "no such word", "speaks for Release"},
	} {
		code, _, text := d.decide(id, c.verdict, c.why)
		if code != 422 || !strings.Contains(text, c.says) || !strings.Contains(text, "<title>Error: ") {
			t.Errorf("%s with %q: %d, without %q", c.verdict, c.why, code, c.says)
		}
		if c.why == "needed" {
			has(t, text, `<option value="needed" data-n="1" selected>`)
		}
	}
	if got := d.queue(); len(got) != 2 {
		t.Errorf("%d passages wait; want both", len(got))
	}
}

// TestSomebodyWasFirst says so, keeps the first decision, and shows it.
func TestSomebodyWasFirst(t *testing.T) {
	d := newDesk(t, 1)
	ids := d.queue()
	d.decide(ids[0], "remove", "bystander")
	code, _, text := d.decide(ids[0], "release", "needed")
	if code != 409 {
		t.Errorf("the second decision: %d", code)
	}
	has(t, text, "Somebody decided this first", "Your decision was not kept", "Removed for good", "A person who is not part of the attack")
	// A report that was taken back closes what waits of it.
	d.Want(201, bank, "POST", "/api/v1/recalls", `{"ref":"report-0","reason":"a mistake"}`)
	code, _, text = d.decide(ids[1], "release", "needed")
	if code != 409 {
		t.Errorf("a decision on what was taken back: %d", code)
	}
	has(t, text, "Closed: its report was taken back")
}

// TestHostilePassage: what is held is shown, not obeyed.
func TestHostilePassage(t *testing.T) {
	d := desk{Node: apptest.Start(t, bank)}
	d.reviewer = d.PersonAs(member.RoleReviewer)
	d.Want(201, bank, "POST", "/api/v1/reports", withText("1", "evil.example",
		`<script>alert(1)</script>{{.B}}\u202e\u0007 <img src=x onerror=alert(2)> `+doubtful+` http://evil.example/a`))
	for _, id := range d.queue() {
		text := d.page("/review/" + id)
		hasNot(t, text, "<script>alert", "<img", "\u202e", "\x07", `href="http`)
		has(t, text, "&lt;script&gt;alert(1)&lt;/script&gt;", "⟨U&#43;202E⟩⟨U&#43;0007⟩")
	}
}

// TestForgedNotice: an address can't make the page say what wasn't done in words of
// somebody else's.
func TestForgedNotice(t *testing.T) {
	d := newDesk(t, 1)
	for _, query := range []string{"?was=<b>x&entry=1", "?was=released&entry=x", "?was=released&entry=-1", "?was=released"} {
		hasNot(t, d.page("/review"+query), `class="banner`, "<b>x")
	}
}

// TestGroupPassage: a group that the reviewer isn't in is not named.
func TestGroupPassage(t *testing.T) {
	d := desk{Node: apptest.Start(t, bank)}
	d.reviewer = d.PersonAs(member.RoleReviewer)
	if _, err := d.App.Node().Exchange.Members().AddGroup(t.Context(), "quiet circle", []string{bank}); err != nil {
		t.Fatal(err)
	}
	d.Want(201, bank, "POST", "/api/v1/reports?group=quiet+circle", withText("1", "evil.example", doubtful))
	text := d.page("/review/" + d.queue()[0])
	has(t, text, "A sharing group")
	hasNot(t, text, "quiet circle", bank)
}

// TestTwoToRelease: where the release of a name takes two, the page says so before,
// asks for the second, and the passage waits until then.
func TestTwoToRelease(t *testing.T) {
	n := apptest.StartSite(t, app.Site{TwoForNames: true}, bank)
	fill(n, 1)
	d := desk{n, n.PersonAs(member.RoleReviewer)}
	asked := 0
	for _, id := range d.queue() {
		name := strings.Contains(d.page("/review/"+id), "takes two")
		_, to, _ := d.decide(id, "release", "needed")
		if name != strings.Contains(to, "was=asked") {
			t.Errorf("%s: said before %v, then %s", id, name, to)
		}
		if name {
			asked++
			has(t, d.page(to), "Asked for a second reviewer", `href="/approvals"`)
		}
	}
	if got := d.queue(); asked != 1 || len(got) != 1 {
		t.Errorf("%d asked for, %d wait; want the name alone", asked, len(got))
	}
	request := regexp.MustCompile(`/approvals/\d+`).FindString(d.page("/approvals"))
	approve := url.Values{"do": {"approve"}}
	if code, _, _ := d.Page(d.reviewer, request, approve); code != 403 || len(d.queue()) != 1 {
		t.Errorf("who asked approves %q: %d", request, code)
	}
	if code, _, text := d.Page(d.Person(apptest.Operator), request, approve); code != 303 || len(d.queue()) != 0 {
		t.Errorf("a second one approves %q: %d %s", request, code, text)
	}
}

func TestTarget(t *testing.T) {
	if review.Target != 4*time.Hour {
		t.Errorf("the target is %v; the words of the page say 4 hours", review.Target)
	}
}

// TestLongQueue: the list shows what stands around the passage, and says how many more wait.
func TestLongQueue(t *testing.T) {
	d := newDesk(t, 40)
	text := d.page("/review")
	has(t, text, "80 passages wait", `<a rel="next" href="/review?from=50">and 30 more</a>`)
	if len(text) > 60_000 {
		t.Errorf("the page has %d bytes", len(text))
	}
	ids := d.queue()
	if len(ids) != 50 {
		t.Fatalf("%d in the list", len(ids))
	}
	rest := d.page("/review?from=50")
	hasNot(t, rest, "more</a>", ids[49])
	has(t, rest, `<a rel="prev" href="/review">From the oldest</a>`)
	if got := strings.Count(rest, " data-row"); got != 30 {
		t.Errorf("%d of the 30 that are left", got)
	}
	text = d.page("/review/" + ids[49])
	has(t, text, "50 of 80", fmt.Sprintf(`<a href="/review/%s" data-row aria-current="true">`, ids[49]))
	has(t, text, `<a rel="next" href="/review">and 68 more</a>`)
	if got := strings.Count(text, " data-row"); got != 12 {
		t.Errorf("%d in the list around the fiftieth", got)
	}
}
