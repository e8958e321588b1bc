package live_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/apptest"
	"tocsin/browser"
)

var longName = strings.Repeat("group", 12)

// fill files what a day brings: kinds of all sorts, a recall, another's words.
func fill(n *apptest.Node) {
	n.Helper()
	group := func(id, domain, extra string) string {
		return strings.Replace(apptest.Indicator(id, domain), `"pattern_type"`, extra+`"pattern_type"`, 1)
	}
	for i := range 12 {
		n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(group(fmt.Sprintf("a%d", i), fmt.Sprintf("host%d.evil.example", i), `"indicator_types":["malicious-activity"],`)))
	}
	long := `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-00000000f001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","pattern":"[file:hashes.'SHA-256' = '` + strings.Repeat("9f2c4be077d141ab", 4) + `']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"}`
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports?tlp=amber", apptest.Bundle(long))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("b1", "mine.example"),
		`{"type":"url","spec_version":"2.1","id":"url--00000000-0000-4000-8000-00000000f002","value":"http://very.long.example/`+strings.Repeat("path/", 40)+`"}`,
		`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-00000000f003","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Harrow loader","is_family":true}`))
	// The longest there is: a group, a title without a space, a domain.
	if _, err := n.App.Node().Exchange.Members().AddGroup(n.Context(), longName, []string{"Harbor Bank", "Lakeside Hospital"}); err != nil {
		n.Fatal(err)
	}
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports?group="+longName, apptest.Bundle(
		`{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-00000000f004","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"`+strings.Repeat("Title", 200)+`","published":"2026-11-01T08:00:00Z","object_refs":["indicator--00000000-0000-4000-8000-00000000f005"]}`,
		apptest.Indicator("f005", strings.Repeat("long-label-of-a-host.", 11)+"example")))
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-0000000000a7","reason":"a mistake"}`)
}

func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	empty, full := apptest.Start(t, "Harbor Bank"), apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	n := full
	fill(n)
	nobody, ana := empty.Person("Harbor Bank"), n.Person("Harbor Bank")
	b.Sweep(t, empty.URL, []browser.Check{{Name: "live-empty", URL: "/live", CookieName: "tocsin", Cookie: nobody}})
	b.Sweep(t, n.URL, []browser.Check{
		{Name: "live-full", URL: "/live", CookieName: "tocsin", Cookie: ana},
		{Name: "live-back", URL: "/live?show=back", CookieName: "tocsin", Cookie: ana},
		{Name: "live-today", URL: "/live?show=in-force", CookieName: "tocsin", Cookie: ana},
		{Name: "live-none", URL: "/live?show=in:amber-strict", CookieName: "tocsin", Cookie: ana},
	})
}

// file files one indicator.
func file(n *apptest.Node, id, domain string) {
	n.Helper()
	n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(id, domain)))
}

// TestItMoves: rows come by themselves, a recall is tagged in place, and nothing
// moves under whoever reads: by focus, by the button and by its key.
func TestItMoves(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank, hospital)
	ana := n.Person(bank)
	p := b.Page(t, n.URL).Cookie("tocsin", ana)
	p.Go("/live")
	file(n, "1", "first.example")
	p.WaitText("#ticker", "first[.]example")
	if p.Has("#empty") {
		t.Error("the page still says that nothing has arrived")
	}
	file(n, "2", "second.example")
	p.WaitText("#ticker > :first-child", "second[.]example")
	if role := browser.Eval[string](p, `document.querySelector("#ticker").getAttribute("aria-live")`); role != "off" {
		t.Errorf("the list is read out: %s", role)
	}
	n.Want(201, hospital, "POST", "/api/v1/recalls", `{"ref":"`+id1+`","reason":"a mistake"}`)
	p.WaitText("#ticker > :last-child", "Taken back")
	if got := browser.Eval[int](p, `document.querySelectorAll("#ticker small a").length`); got != 0 {
		t.Errorf("%d rows that came alone are part of something", got)
	}
	if rows := browser.Eval[int](p, `document.querySelectorAll("#ticker > li").length`); rows != 2 {
		t.Errorf("%d rows after a recall; want it in place", rows)
	}

	// Held by its key, and let go by it.
	p.Key("Space")
	if pressed := browser.Eval[string](p, `document.getElementById("hold").getAttribute("aria-pressed")`); pressed != "true" {
		t.Fatalf("after space the button is pressed: %s", pressed)
	}
	file(n, "3", "third.example")
	p.WaitText("#more", "1 new, show")
	p.Axe().Overflow().Shot("live-held")
	p.Size(320, 640).Axe().Overflow().Shot("live-held-320").Size(1440, 900)
	file(n, "4", "fourth.example")
	p.WaitText("#more", "2 new, show")
	if got := p.Text("#ticker"); strings.Contains(got, "third") {
		t.Errorf("the list moved while it was held: %s", got)
	}
	p.Click("#more")
	p.WaitText("#ticker > :first-child", "fourth[.]example")
	p.Key("Space")

	// Held by the focus of whoever walks through the rows.
	p.Key("j")
	if f := p.Focused(); f.Name != "fourth[.]example" {
		t.Fatalf("j leads to %v", f)
	}
	file(n, "5", "fifth.example")
	p.WaitText("#more", "1 new, show")
	if f := p.Focused(); f.Name != "fourth[.]example" {
		t.Errorf("the focus moved to %v", f)
	}
	p.Axe()
	p.TabTo("1 new, show")
	p.Key("Enter")
	p.WaitText("#ticker > :first-child", "fifth[.]example")
	if f := p.Focused(); f.Name != "fifth[.]example" {
		t.Errorf("after showing what is new the focus is on %v", f)
	}
}

// TestFirstRow: what came between an empty page and its stream is not lost.
func TestFirstRow(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank, hospital)
	p := b.Page(t, n.URL).Cookie("tocsin", n.Person(bank))
	p.Go("/live")
	browser.Eval[bool](p, `dispatchEvent(new PageTransitionEvent("pagehide"))`) // the stream is closed
	file(n, "1", "first.example")
	browser.Eval[bool](p, `dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}))`)
	p.WaitText("#ticker", "first[.]example")
	if p.Has("#empty") {
		t.Error("the page still says that nothing has arrived")
	}
}

// TestStreamEnds: who is signed out is told that the list stands still.
func TestStreamEnds(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank, hospital)
	ana := n.Person(bank)
	p := b.Page(t, n.URL).Cookie("tocsin", ana)
	p.Go("/live")
	file(n, "1", "first.example")
	p.WaitText("#ticker", "first[.]example")
	people := n.App.Node().People
	v, err := people.Authenticate(t.Context(), ana)
	if err != nil {
		t.Fatal(err)
	}
	if err := people.End(t.Context(), v.Person.ID, v.ID); err != nil {
		t.Fatal(err)
	}
	p.Expect(".") // the browser says in its console that the stream was refused
	p.Wait(`[data-state="end"]:not([hidden])`)
	p.Axe()
}

// TestHundredASecond: a flood is shown as it comes, the list stays short, and the
// page answers all the while.
func TestHundredASecond(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank, hospital)
	p := b.Page(t, n.URL).Cookie("tocsin", n.Person(bank))
	p.Go("/live")
	browser.Eval[int](p, `(() => { window.worst = 0; let last = performance.now(); setInterval(() => { const now = performance.now(); worst = Math.max(worst, now - last - 20); last = now; }, 20); return 1; })()`)
	const seconds = 3
	tick := time.NewTicker(time.Second / 20)
	defer tick.Stop()
	for i := range seconds * 20 {
		var objects []string
		for k := range 5 {
			objects = append(objects, apptest.Indicator(fmt.Sprintf("%x", i*5+k+1), fmt.Sprintf("h%d.example", i*5+k)))
		}
		n.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(objects...))
		<-tick.C
	}
	p.WaitText("#ticker > :first-child", fmt.Sprintf("h%d[.]example", seconds*100-1))
	rows, worst := browser.Eval[int](p, `document.querySelectorAll("#ticker > li").length`), browser.Eval[float64](p, `worst`)
	if rows != 200 {
		t.Errorf("%d rows, want 200", rows)
	}
	t.Logf("%d events in %d s: %d rows; the page was busy for at most %.0f ms at once", seconds*100, seconds, rows, worst)
	if worst > 1000 {
		t.Errorf("the page didn't answer for %.0f ms", worst)
	}
}

// TestNoScript: the list is there, with a way to ask again and to stop asking.
func TestNoScript(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, bank, hospital)
	file(n, "1", "first.example")
	p := b.Page(t, n.URL).Cookie("tocsin", n.Person(bank)).NoScript()
	p.Go("/live?still=1")
	if got := p.Text("main"); !strings.Contains(got, "first[.]example") || !strings.Contains(got, "Reload") || !strings.Contains(got, "Let it move") || strings.Contains(got, "Hold still space") {
		t.Errorf("without script: %s", got)
	}
	p.Axe().Overflow()
}
