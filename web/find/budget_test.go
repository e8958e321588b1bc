package find_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// maxPage is what a page has at most, in bytes: 60 kB with style and script.
const maxPage = 36 << 10

// TestBudget: whatever is asked, the answer stays within the budget of a page, and
// says when something isn't put back.
func TestBudget(t *testing.T) {
	w := newWorld(t, indicator("1", "a.test", "x"))
	var short, long, known []string
	for i := range 1000 {
		short = append(short, fmt.Sprintf("v%d.test", i))
		long = append(long, fmt.Sprintf("https://h%d.test/%s", i, strings.Repeat("p", 60)))
		known = append(known, "a.test")
	}
	quotes := strings.TrimSuffix(strings.Repeat(`"a b" OR `, 1000), " OR ")
	for name, q := range map[string]string{
		"a line of 1 MB": strings.Repeat("x", 1<<20), "a line of quotes": strings.Repeat(`"`, 60_000), "words": strings.Repeat("word ", 12_000),
		"60,000 characters": strings.Repeat("x", 60_000), "quotes and ORs": quotes, "characters of 4 bytes": strings.Repeat("\U0001f514", 15_000),
		"2 kB of quotes": strings.Repeat(`"`, 2<<10), "2 kB of words": strings.Repeat(`a" `, 680), "a short list": strings.Join(short, "\n"),
		"a long list": strings.Join(long, "\n"), "a list of known values": strings.Join(known, "\n"), "a list of junk": strings.Repeat("<\"'&>\n", 1000), "below the bound": strings.Repeat("x", 2<<10), "one over": strings.Repeat("x", 2<<10+1),
	} {
		for method, do := range map[string]func() (int, string){
			"GET":  func() (int, string) { c, _, p := w.Page(w.ana, "/search?q="+url.QueryEscape(q), nil); return c, p },
			"POST": func() (int, string) { c, _, p := w.Page(w.ana, "/search", url.Values{"q": {q}}); return c, p },
		} {
			if method == "GET" && len(q) > 100_000 {
				continue
			}
			code, page := do()
			if code != 200 && code != 422 && code != 431 && code != 414 || len(page) > maxPage {
				t.Errorf("%s of %s: %d, %d bytes", method, name, code, len(page))
			}
			if code == 422 && strings.Contains(text(page), "put back here") != (len(q) > 2<<10) {
				t.Errorf("%s of %s: what is cut isn't said", method, name)
			}
		}
	}
	// Fields beside the question.
	for _, field := range []string{"from", "to", "type", "in", "state"} {
		if _, _, page := w.Page(w.ana, "/search", url.Values{"q": {"x"}, field: {strings.Repeat(`"`, 60_000)}}); len(page) > maxPage {
			t.Errorf("%s: %d bytes", field, len(page))
		}
	}
	// A list that isn't sent back still has its file: pasted again.
	_, _, page := w.Page(w.ana, "/search", url.Values{"q": {strings.Join(long, "\n")}})
	if !strings.Contains(page, `action="/search/list.csv"`) || !strings.Contains(text(page), "Paste it again") || strings.Contains(page, `id="listed"`) || strings.Count(page, "data-row") < 20 {
		t.Errorf("a long list:\n%s", text(page))
	}
	// A short one has it in the page.
	_, _, page = w.Page(w.ana, "/search", url.Values{"q": {strings.Join(short, "\n")}})
	if !regexp.MustCompile(`<button class="btn" formaction="/search/list.csv">`).MatchString(page) || strings.Count(page, `name="q" value="v0.test`) != 1 {
		t.Errorf("a short list:\n%s", text(page))
	}
}
