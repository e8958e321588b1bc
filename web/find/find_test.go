package find_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/apptest"
)

const (
	bank     = "Harbor Bank"
	hospital = "Lakeside Hospital"
)

// world is a node on which a bank has filed something.
type world struct {
	*apptest.Node
	ana string // of the hospital
}

func newWorld(t *testing.T, objects ...string) *world {
	n := apptest.Start(t, bank, hospital)
	w := &world{n, n.Person(hospital)}
	if len(objects) > 0 {
		n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(objects...))
	}
	return w
}

// search asks, and gives the text of the page's main part.
func (w *world) search(code int, params string) string {
	w.Helper()
	got, _, page := w.Page(w.ana, "/search?"+params, nil)
	if got != code {
		w.Fatalf("/search?%.100s is answered with %d, not %d", params, got, code)
	}
	return main(page)
}

// until searches until the page says something: the index follows the log within a second.
func (w *world) until(params, says string) string {
	w.Helper()
	var page string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if page = w.search(200, params); strings.Contains(page, says) {
			return page
		}
		<-time.After(20 * time.Millisecond)
	}
	w.Fatalf("%s never says %q:\n%s", params, says, page)
	return ""
}

func main(page string) string {
	_, page, _ = strings.Cut(page, "<main")
	return page
}

func text(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " "))), " ")
}

func heading(page string) string {
	_, h, _ := strings.Cut(page, "<h1>")
	h, _, _ = strings.Cut(h, "</h1>")
	return text(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(h, "")) // links within a sentence
}

func indicator(id, domain, name string) string {
	return strings.Replace(apptest.Indicator(id, domain), `"pattern":`, fmt.Sprintf(`"name":%q,"pattern":`, name), 1)
}

func TestNothingAsked(t *testing.T) {
	w := newWorld(t)
	page := w.search(200, "")
	if heading(page) != "Search" || !strings.Contains(page, `name="q"`) || strings.Contains(page, "Nothing known") {
		t.Errorf("the empty page:\n%s", text(page))
	}
	for path, form := range map[string]url.Values{"/search?q=x": nil, "/search": {"q": {"x"}}, "/search/list.csv": {"q": {"a.example b.example"}}} {
		if code, _, page := w.Page("", path, form); code != 303 && code != 401 || strings.Contains(page, "Nothing known") {
			t.Errorf("%s answers nobody with %d", path, code)
		}
	}
}

func TestValue(t *testing.T) {
	w := newWorld(t, indicator("1", "owa.quota.test", "Quota phish"))
	w.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(indicator("2", "owa.quota.test", "Seen here")))
	page := w.until("q=owa[.]quota[.]test", "Objects that name it")
	if heading(page) != "owa.quota[.]test" {
		t.Errorf("the heading is %q", heading(page))
	}
	for _, says := range []string{"Read as a domain", "In force", "TLP:GREEN", "yours too", "Quota phish"} {
		if !strings.Contains(text(page), says) {
			t.Errorf("the page doesn't say %q:\n%s", says, text(page))
		}
	}
	link := regexp.MustCompile(`href="(/i/[0-9a-f]{16})"`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("nothing leads to the value's page:\n%s", page)
	}
	if strings.Contains(page, "owa.quota.test<") || strings.Contains(page, `href="http`) {
		t.Error("a hostile value stands there as it could be clicked")
	}
	page = w.search(200, "q=never.heard.test")
	if heading(page) != "Nothing known" || !strings.Contains(text(page), "doesn't make it harmless") || !strings.Contains(page, `href="/ring"`) {
		t.Errorf("an unknown value:\n%s", text(page))
	}
	if page := w.search(200, "q=8.8.8.8"); !strings.Contains(text(page), "well-known public resolver") {
		t.Errorf("a resolver:\n%s", text(page))
	}
}

func TestWords(t *testing.T) {
	w := newWorld(t, indicator("1", "a.test", "Autumn lure"), indicator("2", "b.test", "Autumn relay"),
		`{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000003","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Autumn report","published":"2026-11-01T08:00:00Z","object_refs":["indicator--00000000-0000-4000-8000-000000000001"]}`)
	page := w.until("q=autumn", "Autumn report")
	if heading(page) != "2 indicators, 1 report" || !strings.Contains(page, `href="/report/0"`) || strings.Contains(page, `rel="next"`) {
		t.Errorf("the page of words, %q:\n%s", heading(page), text(page))
	}
	if got := heading(w.search(200, "q=autumn&type=report")); got != "1 report" {
		t.Errorf("only reports: %q", got)
	}
	if got := heading(w.search(200, "q=autumn&state=in-force")); got != "2 indicators" {
		t.Errorf("only what is in force: %q", got)
	}
	if got := text(w.search(200, "q=autumn&in=amber")); !strings.Contains(got, "Nothing fits the filters") {
		t.Errorf("in another collection: %s", got)
	}
	if got := heading(w.search(200, "type=indicator")); got != "2 indicators" {
		t.Errorf("a filter alone: %q", got)
	}
	day := time.Now().UTC().Format("2006-01-02")
	if got := heading(w.search(200, "q=autumn&from="+day+"&to="+day)); got != "2 indicators, 1 report" {
		t.Errorf("filed today: %q", got)
	}
	if got := heading(w.search(200, "q=indicator--00000000-0000-4000-8000-000000000001")); got != "1 indicator, 1 report" {
		t.Errorf("an identifier, and what refers to it: %q", got)
	}
	for params, says := range map[string]string{
		"q=autumn&from=soon": "Filed from, UTC: write a date as", "q=autumn&type=nonsense": "Of what kind: choose one", "q=autumn&state=lost": "State: choose one", "q=autumn&older=!": "no place among results",
		"q=" + url.QueryEscape(strings.Repeat("word ", 17)): "16 words", "q=...": "Type a word, a value or an identifier to look for.",
	} {
		page := w.search(422, params)
		if !strings.Contains(text(page), says) || !strings.Contains(page, `role="alert"`) || heading(page) != "Nothing was looked for" {
			t.Errorf("%s:\n%s", params, text(page))
		}
	}
	if page := w.search(422, "q=autumn+lure&from=soon"); !strings.Contains(page, ">autumn lure</textarea>") {
		t.Error("what was typed is lost")
	}
	// A group of others is as one that isn't there.
	if _, err := w.App.Node().Exchange.Members().AddGroup(t.Context(), "secret", []string{bank}); err != nil {
		t.Fatal(err)
	}
	theirs, none := w.search(422, "q=autumn&in=secret"), w.search(422, "q=autumn&in=nowhere")
	if theirs != none || !strings.Contains(text(none), "Shared in: choose one") || !strings.Contains(none, `<a href="#in">`) || strings.Contains(none, "data-row") {
		t.Errorf("a collection of others:\n%s\none that isn't there:\n%s", text(theirs), text(none))
	}
}

// Each count leads to those that it counts alone.
func TestCountsLead(t *testing.T) {
	object := func(typ, id, more string) string {
		return fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":"%s--00000000-0000-4000-8000-%012s","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z",%s}`, typ, typ, id, more)
	}
	w := newWorld(t, indicator("1", "a.test", "Autumn lure"), indicator("2", "b.test", "Autumn relay"),
		object("tool", "3", `"name":"Autumn tool"`), object("attack-pattern", "4", `"name":"Autumn pattern"`),
		object("report", "6", `"name":"The same season","description":"It came in autumn.","published":"2026-11-01T08:00:00Z","object_refs":["tool--00000000-0000-4000-8000-000000000003"]`),
		`{"type":"email-message","spec_version":"2.1","id":"email-message--00000000-0000-4000-8000-000000000007","is_multipart":false,"subject":"Autumn greetings"}`)
	const all = "2 indicators, 1 report, 1 attack technique, 1 tool, 1 e-mail"
	page := w.until("q=autumn", "1 e-mail")
	if heading(page) != all {
		t.Errorf("the counts are %q, not %q", heading(page), all)
	}
	if strings.Contains(text(page), "other object") || !strings.Contains(text(page), "e-mail TLP") {
		t.Errorf("an e-mail has no word of its own:\n%s", text(page))
	}
	_, h1, _ := strings.Cut(page, "<h1>")
	h1, _, _ = strings.Cut(h1, "</h1>")
	links := regexp.MustCompile(`<a href="/search\?([^"]*)">(\d+) ([^<]*)</a>`).FindAllStringSubmatch(h1, -1)
	if len(links) != 4 {
		t.Fatalf("%d of the counts lead somewhere, not those of the 4 types that can be asked for: %s", len(links), h1)
	}
	for _, m := range links {
		to := w.search(200, html.UnescapeString(m[1]))
		if heading(to) != m[2]+" "+m[3] || fmt.Sprint(strings.Count(to, "data-row")) != m[2] {
			t.Errorf("%s %s leads to %q", m[2], m[3], heading(to))
		}
	}
	// One of a value's numbers leads to each part of its page.
	page = w.search(200, "q=a.test")
	for _, part := range []string{"past", "seen", "relations"} {
		if !regexp.MustCompile(`<dd><a href="/i/[0-9a-f]{16}#` + part + `">`).MatchString(page) {
			t.Errorf("no number leads to #%s:\n%s", part, page)
		}
	}
	if strings.Contains(page, "<dd>0") || strings.Contains(page, "<dd>1") {
		t.Error("a number leads nowhere")
	}
}

// What was asked stands above an answer that doesn't name it, as nothing that could be clicked.
func TestQuestionRepeated(t *testing.T) {
	w := newWorld(t, indicator("1", "a.test", "x"))
	eyebrow := func(page string) string {
		m := regexp.MustCompile(`<p class="eyebrow[^"]*">([^<]*)</p>`).FindStringSubmatch(page)
		if m == nil {
			return ""
		}
		return html.UnescapeString(m[1])
	}
	for q, want := range map[string]string{
		"never.heard.test": "never.heard[.]test", "<b>lure</b>": "<b>lure</b>", "a.test": "", "x.test\ny.test": "", "": "",
		"\u202eevil": "⟨U+202E⟩evil", strings.Repeat("word", 60): strings.Repeat("word", 60)[:90] + "…",
	} {
		if got := eyebrow(w.search(200, "q="+url.QueryEscape(q))); got != want {
			t.Errorf("%.20q is repeated as %q, not %q", q, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	var objects []string
	for i := range 120 {
		objects = append(objects, indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("p%d.test", i), "paged"))
	}
	w := newWorld(t, objects...)
	seen := map[string]bool{}
	next := "q=paged"
	w.until(next, `rel="next"`)
	for n := range 3 {
		page := w.search(200, next)
		for _, m := range regexp.MustCompile(`href="(/i/[0-9a-f]{16})"`).FindAllStringSubmatch(page, -1) {
			seen[m[1]] = true
		}
		if (n > 0) != strings.Contains(page, `rel="prev"`) || (n < 2) != strings.Contains(page, `rel="next"`) {
			t.Errorf("page %d has the wrong neighbours", n)
		}
		if m := regexp.MustCompile(`rel="next" href="/search\?([^"]*)"`).FindStringSubmatch(page); m != nil {
			next = html.UnescapeString(m[1])
		}
		if n == 0 && len(page) > 60_000 {
			t.Errorf("a page has %d bytes", len(page))
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 are on the pages", len(seen))
	}
}

// What is typed for a report or a receipt leads there.
func TestLeads(t *testing.T) {
	w := newWorld(t, indicator("1", "a.test", "x"))
	receipt := w.Want(200, bank, "GET", "/api/v1/receipts/0", "")
	for _, c := range []struct {
		q, to string
	}{{"report-7", "/report/7"}, {receipt, "/receipt/0"}} {
		code, h, _ := w.Page(w.ana, "/search", url.Values{"q": {c.q}})
		if code != 303 || h.Get("Location") != c.to {
			t.Errorf("%.20q leads to %d %s, not %s", c.q, code, h.Get("Location"), c.to)
		}
	}
	if page := w.search(200, "q=0"); heading(page) != "Receipt 0" || !strings.Contains(page, `href="/receipt/0"`) {
		t.Errorf("a receipt's number:\n%s", text(page))
	}
	if page := w.search(200, "q=1"); heading(page) != "Nothing known" || strings.Contains(page, "/receipt/") {
		t.Errorf("a number that no receipt has yet:\n%s", text(page))
	}
}

func TestList(t *testing.T) {
	w := newWorld(t, indicator("1", "a.test", "x"), indicator("2", "b.test", "y"))
	q := url.QueryEscape("a[.]test\nb.test\nc.test\nwhat is this\n9.9.9.9\nd.test")
	page := w.search(200, "q="+q)
	if heading(page) != "2 known, 3 unknown" || !strings.Contains(text(page), "1 line is of no kind") || strings.Count(page, "data-row") != 6 {
		t.Errorf("the list, %q:\n%s", heading(page), text(page))
	}
	if page := w.search(200, "show=known&q="+q); strings.Count(page, "data-row") != 2 || !strings.Contains(page, `aria-current="true">Known 2`) {
		t.Errorf("known ones:\n%s", text(page))
	}
	if page := w.search(200, "show=unknown&q="+q); strings.Count(page, "data-row") != 3 || !strings.Contains(page, `aria-current="true">Unknown 3`) {
		t.Errorf("unknown ones:\n%s", text(page))
	}
	if page := w.search(200, "show=unread&q="+q); strings.Count(page, "data-row") != 1 || !strings.Contains(page, `aria-current="true">Not a value 1`) || !strings.Contains(page, "what is this") {
		t.Errorf("what is no value:\n%s", text(page))
	}
	// Of a list too long to be sent back what is known comes first: no other page can be asked for.
	var urls []string
	for i := range 300 {
		urls = append(urls, fmt.Sprintf("https://h%d.test/%s", i, strings.Repeat("p", 60)))
	}
	_, _, page = w.Page(w.ana, "/search", url.Values{"q": {"what is this\n" + strings.Join(urls, "\n") + "\na.test"}})
	rows := regexp.MustCompile(`(?s)<tr data-row>.*?</tr>`).FindAllString(page, -1)
	if len(rows) < 20 || !strings.Contains(rows[0], "a[.]test") || !strings.Contains(rows[1], "h0[.]test") || strings.Contains(page, `id="listed"`) {
		t.Errorf("a long list begins with %q", text(strings.Join(rows[:min(2, len(rows))], "")))
	}
	if page := w.search(200, "q="+url.QueryEscape("a.test\nb.test")); strings.Contains(page, "Not a value") {
		t.Errorf("a list of values only has a tab for what is none:\n%s", text(page))
	}
	var many []string
	for i := range 1001 {
		many = append(many, fmt.Sprintf("v%d.test", i))
	}
	many[3] = "a.test"
	code, _, long := w.Page(w.ana, "/search", url.Values{"q": {strings.Join(many[:1000], "\n")}, "show": {"known"}})
	if code != 200 || heading(long) != "1 known, 999 unknown" || strings.Count(long, "data-row") != 1 || !strings.Contains(long, `<button class="link" name="show"`) {
		t.Errorf("1,000 values: %d %q", code, heading(long))
	}
	// All rows can be reached, page by page, and a page says which it has.
	for _, n := range []int{3, 200, 1000} {
		seen := map[string]bool{}
		row, pages := "", 0
		for ; pages < 100; pages++ {
			_, _, page := w.Page(w.ana, "/search", url.Values{"q": {strings.Join(many[:n], "\n")}, "row": {row}})
			for _, m := range regexp.MustCompile(`class="mono"[^>]*>([^<]*)<`).FindAllStringSubmatch(page, -1) {
				seen[m[1]] = true
			}
			if n > 3 && !strings.Contains(text(page), map[int]string{200: "of 200", 1000: "of 1,000"}[n]+"; the file has them all") {
				t.Errorf("a page of %d values doesn't say which it has", n)
			}
			m := regexp.MustCompile(`form="listed" name="row" value="([0-9]+)">Go on`).FindStringSubmatch(page)
			if m == nil {
				break
			}
			row = m[1]
		}
		if len(seen) != n || (pages > 0) != (n > 3) {
			t.Errorf("of %d values %d are shown on %d pages", n, len(seen), pages+1)
		}
	}
	code, _, long = w.Page(w.ana, "/search", url.Values{"q": {strings.Join(many, "\n")}})
	if code != 422 || !strings.Contains(text(main(long)), "at most 1000 values; this one has 1001") {
		t.Errorf("1,001 values: %d %s", code, text(main(long)))
	}
	if code, _, _ := w.Page(w.ana, "/search", url.Values{"q": {strings.Repeat("x", 9<<20)}}); code != 413 {
		t.Errorf("a body that is too large: %d", code)
	}
}

func TestCSV(t *testing.T) {
	w := newWorld(t, indicator("1", "a.test", "x"))
	code, h, body := w.Page(w.ana, "/search/list.csv", url.Values{"q": {"a.test\nb.test\n=1+1\n@cmd\n+15550100\n-2\n8.8.8.8\n1.2.3.4\n5.6.7.8\n9.9.9.9"}})
	if code != 200 || !strings.HasPrefix(h.Get("Content-Type"), "text/csv") || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v\n%s", code, h, body)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 11 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet computes %q", cell)
			}
		}
	}
	if rows[1][0] != "a.test" || rows[1][3] != "known" || rows[1][4] != "in-force" || rows[1][5] != "1" || rows[2][3] != "unknown" || rows[3][0] != "'=1+1" || rows[3][3] != "not read" || rows[7][9] != "resolver" {
		t.Errorf("%q", rows)
	}
	if code, _, _ := w.Page(w.ana, "/search/list.csv", url.Values{"q": {"no list"}}); code != 400 && code != 422 {
		t.Errorf("no list: %d", code)
	}
}

// TestTakenBackInList: a value that was taken back says so, has no date, and leads to
// its page, which says the same; in the file it has neither dates nor members.
func TestTakenBackInList(t *testing.T) {
	w := newWorld(t, indicator("1", "a.test", "x"), indicator("2", "b.test", "y"))
	w.Want(201, bank, "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-000000000001","reason":"a mistake"}`)
	const q = "a.test\nb.test\nc.test"
	page := w.search(200, "q="+url.QueryEscape(q))
	if heading(page) != "2 known, 1 unknown" {
		t.Errorf("the list is %q", heading(page))
	}
	rows := regexp.MustCompile(`(?s)<tr data-row>.*?</tr>`).FindAllString(page, -1)
	if len(rows) != 3 {
		t.Fatalf("%d rows:\n%s", len(rows), page)
	}
	if got := text(rows[0]); got != "a[.]test a domain Taken back" {
		t.Errorf("what was taken back stands there as %q", got)
	}
	if !strings.Contains(text(rows[1]), "In force 1 organisation "+time.Now().UTC().Format("2 Jan 2006")) {
		t.Errorf("what stays stands there as %q", text(rows[1]))
	}
	if strings.Contains(rows[0], "<time") || strings.Contains(rows[0], "data-l=\"Last") {
		t.Errorf("what was taken back has a date: %s", rows[0])
	}
	link := regexp.MustCompile(`href="(/i/[0-9a-f]{16})"`).FindStringSubmatch(rows[0])
	if link == nil {
		t.Fatalf("what was taken back leads nowhere: %s", rows[0])
	}
	if code, _, of := w.Page(w.ana, link[1], nil); code != 200 || !strings.Contains(text(main(of)), "Taken back") || !strings.Contains(of, "a[.]test") {
		t.Errorf("it leads to %d:\n%s", code, text(main(of)))
	}
	_, _, body := w.Page(w.ana, "/search/list.csv", url.Values{"q": {q}})
	cells, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(cells) != 4 {
		t.Fatalf("%q, %v", cells, err)
	}
	if got := strings.Join(cells[1], "|"); got != "a.test|a.test|domain|known|taken-back|0||||" {
		t.Errorf("in the file it is %s", got)
	}
}

// Nothing that anybody wrote runs, or changes how the page reads.
func TestHostileTexts(t *testing.T) {
	evil := `</title><script>alert(1)</script>{{.}} \u202egnp.exe`
	w := newWorld(t, `{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","is_family":false,"name":"murmur `+strings.ReplaceAll(evil, `"`, `\"`)+`"}`)
	page := w.until("q=murmur", "murmur &lt;/title")
	if strings.Contains(page, "<script>") || strings.Contains(page, "\u202e") || !strings.Contains(text(page), "U+202E") {
		t.Errorf("the text is there as it was written:\n%s", page)
	}
	for _, q := range []string{`"><script>alert(1)</script>`, "{{.B}}", "\u202eevil", "a\x00b", "javascript:alert(1)", "%ff%fe"} {
		code, _, page := w.Page(w.ana, "/search?q="+url.QueryEscape(q), nil)
		if code != 200 && code != 422 || strings.Contains(main(page), "<script>") || strings.Contains(page, `href="javascript`) {
			t.Errorf("%q: %d", q, code)
		}
	}
}
