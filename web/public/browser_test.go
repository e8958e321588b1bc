package public_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/browser"
)

// TestInBrowser: every page in both languages, schemes and three sizes.
func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	w := newWorld(t)
	var checks []browser.Check
	for _, path := range paths {
		name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")
		checks = append(checks, browser.Check{Name: name, URL: path}, browser.Check{Name: name + "-es", URL: path + "?lang=es"})
	}
	b.Sweep(t, w.url, append(checks, browser.Check{Name: "public-missing-es", URL: "/public/nowhere?lang=es", Status: 404}, browser.Check{Name: "public-log-checked", URL: w.recomputed()}))
}

// look is what Sweep asks of a page, for one that a form leads to.
func look(p *browser.Page, name string) {
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{1440, 390, 320} {
			p.Scheme(scheme).Size(width, 900).Axe().Overflow().Shot(fmt.Sprintf("%s-%d-%s", name, width, scheme))
		}
	}
}

// TestCheckedInBrowser: what the check of a receipt leads to, in both languages: it
// holds, it doesn't, it isn't one, and there is none.
func TestCheckedInBrowser(t *testing.T) {
	b := browser.Start(t)
	w := newWorld(t)
	p := b.Page(t, w.url).Expect("422")
	for _, c := range []struct{ name, lang, text string }{
		{"holds", "es", w.receipt}, {"fails", "en", strings.Replace(w.receipt, "index 0", "index 1", 1)}, {"no-receipt", "en", strings.Repeat("receipt", 100)}, {"missing", "es", ""},
	} {
		p.Go("/public/check?lang=" + c.lang)
		p.Type("#text", c.text)
		p.Follow(func() { p.Click("form .primary") })
		look(p, "public-check-"+c.name+"-"+c.lang)
	}
}

// recomputed has the tree checked and gives the page that shows it.
func (w *world) recomputed() string {
	w.Helper()
	if code, _, _ := w.ask("POST", "/public/log", "application/x-www-form-urlencoded", strings.NewReader("")); code != 303 {
		w.Errorf("checking the tree: %d", code)
	}
	return "/public/log"
}

// TestReceiptByKeyboard: somebody without script and without a mouse checks a
// receipt, one that was changed, and sends an empty form, at 400 % in the dark.
func TestReceiptByKeyboard(t *testing.T) {
	b := browser.Start(t)
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "report-0.receipt")
	if err := os.WriteFile(file, []byte(w.receipt), 0o600); err != nil {
		t.Fatal(err)
	}
	p := b.Page(t, w.url).NoScript().Zoom().Scheme("dark")
	p.Go("/public")
	p.TabTo("Check a receipt")
	p.Follow(func() { p.Key("Enter") })
	if p.Path() != "/public/check" || p.Title() != "Check a receipt - Northwater" {
		t.Fatalf("the link leads to %s, %q", p.Path(), p.Title())
	}
	for _, f := range p.FocusPath(40) {
		if !f.Ring || f.Name == "" {
			t.Errorf("%v has no name or doesn't show the focus", f)
		}
	}

	p.Go("/public/check")
	p.Upload("#receipt", file)
	p.TabTo("Check")
	p.Follow(func() { p.Key("Enter") })
	if got := p.Text("#result"); got != "The receipt holds" {
		t.Errorf("the result is %q", got)
	}
	p.Axe().Overflow().Shot("public-check-holds-320-dark")

	p.Type("#text", strings.Replace(w.receipt, "index 0", "index 1", 1))
	p.TabTo("Check")
	p.Follow(func() { p.Key("Enter") })
	if got := p.Text("#result"); got != "The receipt does not hold" {
		t.Errorf("the result of a changed receipt is %q", got)
	}
	p.Axe().Overflow().Shot("public-check-fails-320-dark")

	p.TabTo("Check")
	p.Follow(func() { p.Key("Enter") })
	if p.Text("#errors") != "What is missing or wrong" {
		t.Errorf("an empty form says %q", p.Text("main"))
	}
	p.Axe().Overflow().Shot("public-check-empty-320-dark")
	p.TabTo("There is no receipt. Choose a file or paste the text.")
	p.Key("Enter", "Tab")
	if c := p.Cookies(); len(c) > 0 {
		t.Errorf("the public pages set the cookies %v", c)
	}

	q := b.Page(t, w.url)
	q.Go("/public/check?lang=es")
	q.Upload("#receipt", file)
	q.Follow(func() { q.Click("form .primary") })
	if got := q.Text("#result"); got != "El recibo es válido" {
		t.Errorf("in Spanish the result is %q", got)
	}
	q.Axe().Overflow().Shot("public-check-holds-es-1440-light")
}
