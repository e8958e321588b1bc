package recall_test

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

// inForce tells whether a value stands in what others get.
func inForce(n *apptest.Node, value string) bool {
	n.Helper()
	s, err := n.App.Node().Exchange.Members().Session(n.Context(), "Lakeside Hospital")
	if err != nil {
		n.Fatal(err)
	}
	r, err := n.App.Node().Exchange.Look(n.Context(), s, value)
	return err == nil && r.InForce()
}

func TestTakeBack(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"), apptest.Indicator("2", "worse.example")))
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("3", "worse.example")))
	code, _, page := n.Page(ana, "/recall?ref=report-0", nil)
	if code != 200 {
		t.Fatalf("%d %s", code, page)
	}
	n.Says(page, "2 objects go", "Nothing is taken back yet", "Goes 2 2 indicators", "In force through it 2 1 of them stays in force through others", "Others that have it 2 TLP:GREEN", "What goes evil[.]example worse[.]example", "In force since", "Take it back from 2 organisations")
	for _, link := range []string{`<a href="/report/0#objects">2</a>`, `<a href="/report/0?type=indicator#objects">2</a>`, `<a href="/report/0?type=indicator#objects">2 indicators</a>`} {
		if !strings.Contains(page, link) {
			t.Errorf("a number leads nowhere: there is no %s", link)
		}
	}
	if strings.Contains(page, "data-focus") || strings.Contains(page, "autofocus") {
		t.Error("the focus starts on something of a page that takes back")
	}
	if !inForce(n, "evil.example") {
		t.Fatal("looking took it back")
	}
	form := apptest.Hidden(page)
	form.Set("reason", "It was our own relay.")
	code, h, _ := n.Page(ana, "/recall", form)
	if code != 303 || h.Get("Location") != "/receipt/2?new=1" {
		t.Fatalf("%d %s", code, h.Get("Location"))
	}
	_, _, page = n.Page(ana, h.Get("Location"), nil)
	n.Says(page, "Taken back", "It was our own relay.")
	if inForce(n, "evil.example") || !inForce(n, "worse.example") {
		t.Error("it was to go, and what the other reports was to stay")
	}
	// The same form a second time finds nothing.
	code, _, page = n.Page(ana, "/recall", form)
	if code != 422 {
		t.Errorf("a second time: %d", code)
	}
	n.Says(page, "You have nothing in force")
}

// TestByValue: the address of a value shows nothing of it.
func TestByValue(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	_, h, _ := n.Page(ana, "/i/evil.example", nil)
	id := strings.TrimPrefix(h.Get("Location"), "/i/")
	_, _, page := n.Page(ana, "/recall?i="+id, nil)
	n.Says(page, "1 object goes", "evil[.]example")
	form := apptest.Hidden(page)
	if form.Get("i") != id || form.Get("ref") != "" {
		t.Errorf("the form names it %v", form)
	}
	form.Set("reason", "ours")
	if code, _, _ := n.Page(ana, "/recall", form); code != 303 || inForce(n, "evil.example") {
		t.Errorf("%d", code)
	}
}

// TestReason: without one nothing goes, and what was typed is kept; a personal one is
// shown as it will read before it is sent.
func TestReason(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	_, _, page := n.Page(ana, "/recall?ref=report-0", nil)
	form := apptest.Hidden(page)
	for reason, says := range map[string]string{"": "say why", " \n\t": "say why", strings.Repeat("<u>", 334): "at most 1,000 characters"} {
		form.Set("reason", reason)
		code, _, page := n.Page(ana, "/recall", form)
		if code != 422 || !strings.Contains(page, "<title>Error: ") || strings.Contains(page, "<u>") || !strings.Contains(page, `href="#reason"`) || !strings.Contains(page, `aria-invalid="true"`) {
			t.Errorf("%.10q: %d", reason, code)
		}
		n.Says(page, says, strings.TrimSpace(reason))
		if strings.Contains(page, "href=\"#ref\"") {
			t.Error("the error is about another field")
		}
	}
	form.Set("reason", strings.Repeat("y", 1000))
	if code, _, page := n.Page(ana, "/recall", url.Values{"ref": {"report-0"}, "reason": form["reason"]}); code != 409 || !inForce(n, "evil.example") {
		t.Errorf("a form that showed no numbers: %d %s", code, apptest.Text(page))
	}
	form.Set("reason", "It is the relay of our colleague, call +1 415 555 0132")
	code, _, page := n.Page(ana, "/recall", form)
	if code != 422 || !inForce(n, "evil.example") {
		t.Fatalf("a personal reason went out unseen: %d", code)
	}
	n.Says(page, "It will read as below", "How it will read It is the relay of our colleague, call [phone]")
	if !strings.Contains(page, "555 0132</textarea>") {
		t.Error("what was typed is not kept")
	}
	again := apptest.Hidden(page)
	again.Set("reason", form.Get("reason"))
	code, h, _ := n.Page(ana, "/recall", again)
	if code != 303 {
		t.Fatalf("%d", code)
	}
	_, _, page = n.Page(ana, h.Get("Location"), nil)
	n.Says(page, "call [phone]")
	if strings.Contains(page, "555 0132") {
		t.Error("the reason kept what is personal")
	}
}

// TestChanged: only what was shown is taken back.
func TestChanged(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"), apptest.Indicator("2", "worse.example")))
	_, _, page := n.Page(ana, "/recall?ref=report-0", nil)
	form := apptest.Hidden(page)
	form.Set("reason", "ours")
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	code, _, page := n.Page(ana, "/recall", form)
	if code != 409 || !inForce(n, "worse.example") {
		t.Fatalf("%d: it went though it was something else by then", code)
	}
	n.Says(page, "It is not what you saw a moment ago", "1 of it was filed by others too")
	form = apptest.Hidden(page)
	form.Set("reason", "ours")
	if code, _, _ := n.Page(ana, "/recall", form); code != 303 || inForce(n, "worse.example") || !inForce(n, "evil.example") {
		t.Errorf("%d", code)
	}
}

// TestNothing: what isn't one's own can't be told from what isn't there.
func TestNothing(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	bo := n.Person("Lakeside Hospital")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	code, _, page := n.Page(bo, "/recall", nil)
	if code != 200 || !strings.Contains(page, `name="ref"`) || strings.Contains(page, "Error") {
		t.Errorf("asking: %d", code)
	}
	answers := map[string]string{}
	for _, ref := range []string{"report-0", "report-7", "evil.example", "never.example", "no value at all", `"><script>alert(1)</script>`, "{{.B}}", "x\u202ey"} {
		code, _, page := n.Page(bo, "/recall?"+url.Values{"ref": {ref}}.Encode(), nil)
		if code != 422 || !strings.Contains(page, "<title>Error: ") || strings.Contains(page, "<script>alert") {
			t.Errorf("%q: %d", ref, code)
		}
		if !strings.Contains(page, `value="`+html.EscapeString(ref)+`"`) && !strings.Contains(page, `value="`) {
			t.Errorf("%q is not kept", ref)
		}
		_, answers[ref], _ = strings.Cut(page, `<a href="#ref">`)
		answers[ref], _, _ = strings.Cut(answers[ref], "</a>")
	}
	if answers["report-0"] != answers["report-7"] || answers["evil.example"] != answers["never.example"] {
		t.Errorf("another's can be told from none: %q", answers)
	}
	for name, secret := range map[string]string{"reviewer": n.PersonAs(member.RoleReviewer), "auditor": n.PersonAs(member.RoleAuditor)} {
		for _, form := range []url.Values{nil, {}} {
			if code, _, _ := n.Page(secret, "/recall", form); code != 403 {
				t.Errorf("%s: %d", name, code)
			}
		}
	}
	for size, want := range map[int]int{60 << 10: 422, 100 << 10: 413} { // what the page reads, and what the frame lets in
		if code, _, _ := n.Page(bo, "/recall", url.Values{"ref": {"report-0"}, "reason": {strings.Repeat("x", size)}}); code != want {
			t.Errorf("a form of %d bytes: %d", size, code)
		}
	}
	if !inForce(n, "evil.example") {
		t.Error("somebody took another's report back")
	}
}

// TestLarge: a report of thousands is counted, not listed.
func TestLarge(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	objects := make([]string, 3000)
	for i := range objects {
		objects[i] = apptest.Indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("host%d.example", i))
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(objects...))
	_, _, page := n.Page(ana, "/recall?ref=report-0", nil)
	n.Says(page, "3,000 objects go", "In force through it 3,000")
	if len(page) > 20<<10 {
		t.Errorf("%d bytes", len(page))
	}
	form := apptest.Hidden(page)
	form.Set("reason", "a feed gone wrong")
	if code, _, _ := n.Page(ana, "/recall", form); code != 303 || inForce(n, "host2999.example") {
		t.Errorf("%d", code)
	}
}
