package browser

import (
	"context"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Page is one tab with cookies and storage of its own. Every step fails the test
// at once when it can't be done. It is for one goroutine.
type Page struct {
	t      testing.TB
	ctx    context.Context
	base   *url.URL
	watch  *watch
	media  map[string]string // CSS media features as set so far
	width  int64
	height int64
	script bool
}

// Page opens an empty tab for the pages of one node, whose address is base. It is
// 1440x900 and light until told otherwise, and closes with the test.
func (b *Browser) Page(t testing.TB, base string) *Page {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		t.Fatalf("%q is no address of a node", base)
	}
	p := &Page{t: t, base: u, watch: &watch{host: u.Host}, media: map[string]string{}, script: true}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.watch.see))
	p.ctx = ctx
	t.Cleanup(func() {
		for _, finding := range p.watch.findings() {
			t.Errorf("%s: %s", base, finding)
		}
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("closing a page: %v", err)
		}
		cancel()
	})
	p.must("opening a page", chromedp.Do(ctx))
	return p.Size(1440, 900).Scheme("light")
}

func (p *Page) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// step runs f with an end to the patience.
func (p *Page) step(what string, f func(context.Context) error) {
	p.t.Helper()
	ctx, done := context.WithTimeout(p.ctx, patience)
	defer done()
	p.must(what, f(ctx))
}

func (p *Page) do(what string, a ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.step(what, func(ctx context.Context) error { return chromedp.Do(ctx, a...) })
}

// Size sets the window in CSS pixels.
func (p *Page) Size(width, height int) *Page {
	p.t.Helper()
	p.width, p.height = int64(width), int64(height)
	p.step("setting the size", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: p.width, Height: p.height, DeviceScaleFactor: 1})
		return err
	})
	return p
}

// Zoom is 400 % on a screen of 1280x1024: 320 CSS pixels across, WCAG 2.2 success
// criterion 1.4.10 (Reflow).
func (p *Page) Zoom() *Page { p.t.Helper(); return p.Size(320, 256) }

// feature sets one CSS media feature beside those that are set.
func (p *Page) feature(name, value string) *Page {
	p.t.Helper()
	p.media[name] = value
	var all []*emulation.MediaFeature
	for name, value := range p.media {
		all = append(all, &emulation.MediaFeature{Name: name, Value: value})
	}
	p.step("setting "+name, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: all})
		return err
	})
	return p
}

// Scheme sets what the person prefers: "light" or "dark".
func (p *Page) Scheme(scheme string) *Page {
	p.t.Helper()
	return p.feature("prefers-color-scheme", scheme)
}

// ReducedMotion asks for no motion.
func (p *Page) ReducedMotion() *Page {
	p.t.Helper()
	return p.feature("prefers-reduced-motion", "reduce")
}

// ForcedColors gives the page the few colours of a system's high contrast.
func (p *Page) ForcedColors() *Page { p.t.Helper(); return p.feature("forced-colors", "active") }

// NoScript turns the page's scripts off, for the pages opened from now on; Eval still works.
func (p *Page) NoScript() *Page {
	p.t.Helper()
	p.script = false
	p.setScript(false)
	return p
}

func (p *Page) setScript(on bool) {
	p.t.Helper()
	p.step("turning scripts on or off", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	})
}

// Cookie sets a cookie of the node, such as a session.
func (p *Page) Cookie(name, value string) *Page {
	p.t.Helper()
	c := network.SetCookieParams{Name: name, Value: value, URL: p.base.String()}
	if strings.HasPrefix(name, "__") { // __Host- and __Secure- are refused without
		c.Secure, c.Path = new(true), "/"
	}
	p.step("setting a cookie", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.SetCookie, c)
		return err
	})
	return p
}

// Cookies gives the names of the node's cookies.
func (p *Page) Cookies() (names []string) {
	p.t.Helper()
	p.step("reading cookies", func(ctx context.Context) error {
		r, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{p.base.String()}})
		for _, c := range r.Cookies {
			names = append(names, c.Name)
		}
		return err
	})
	return names
}

// Go opens a path of the node, or a whole address, and gives the status of the answer.
func (p *Page) Go(to string) (status int) {
	p.t.Helper()
	u, err := p.base.Parse(to)
	p.must("opening "+to, err)
	p.step("opening "+to, func(ctx context.Context) error {
		r, err := chromedp.Run(ctx, chromedp.NavigateResponse(u.String()))
		if r != nil {
			status = int(r.Status)
		}
		return err
	})
	return status
}

// Follow does what leads to another page, and waits until that one is there.
func (p *Page) Follow(act func()) *Page {
	p.t.Helper()
	ctx, done := context.WithTimeout(p.ctx, patience)
	defer done()
	loads := chromedp.Events(ctx, page.LoadEventFired)
	act()
	for _, err := range loads {
		p.must("waiting for the next page", err)
		return p
	}
	p.t.Fatal("no next page")
	return p
}

// Path is where the page is: path and query.
func (p *Page) Path() string {
	p.t.Helper()
	return Eval[string](p, "location.pathname+location.search")
}

// Title is the page's title.
func (p *Page) Title() string { p.t.Helper(); return Eval[string](p, "document.title") }

// Text is the text that the first match of a CSS selector shows, with its white space as single spaces.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	text := Eval[*string](p, "document.querySelector("+strconv.Quote(selector)+")?.innerText")
	if text == nil {
		p.t.Fatalf("%s has no %s", p.Path(), selector)
	}
	return strings.Join(strings.Fields(*text), " ")
}

// Has says whether anything matches a CSS selector.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	return Eval[bool](p, "document.querySelector("+strconv.Quote(selector)+")!==null")
}

// Wait waits until something matches a CSS selector: for what a script brings in.
func (p *Page) Wait(selector string) *Page {
	p.t.Helper()
	p.until(selector+" to come", func() bool { return p.Has(selector) })
	return p
}

// WaitText waits until the first match of a CSS selector shows a text.
func (p *Page) WaitText(selector, text string) *Page {
	p.t.Helper()
	p.until(selector+" to show "+text, func() bool { return p.Has(selector) && strings.Contains(p.Text(selector), text) })
	return p
}

func (p *Page) until(what string, holds func() bool) {
	p.t.Helper()
	end, done := context.WithTimeout(p.ctx, patience)
	defer done()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-end.Done():
			p.t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// Click presses the mouse on the first match of a CSS selector; within Follow when it leads to another page.
func (p *Page) Click(selector string) *Page {
	p.t.Helper()
	p.do("clicking "+selector, chromedp.Click(chromedp.CSS(selector)))
	return p
}

// Type puts the keyboard's focus on the first match of a CSS selector and types the text there.
func (p *Page) Type(selector, text string) *Page {
	p.t.Helper()
	p.do("going to "+selector, chromedp.Focus(chromedp.CSS(selector)))
	p.step("typing", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
	return p
}

// Upload chooses files in the file input that a CSS selector names, as dropping them on it would.
func (p *Page) Upload(selector string, files ...string) *Page {
	p.t.Helper()
	for i, f := range files {
		whole, err := filepath.Abs(f)
		p.must("choosing "+f, err)
		files[i] = whole
	}
	p.do("choosing files", chromedp.SetUploadFiles(chromedp.CSS(selector), files))
	return p
}

// Eval runs an expression in the page and gives its value; a promise is waited for.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	var value T
	p.step("evaluating", func(ctx context.Context) (err error) {
		value, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	return value
}
