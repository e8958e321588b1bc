package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed axe.js
var runAxe string

//go:embed overflow.js
var findOverflow string

// Axe fails the test with everything that axe-core finds against WCAG 2.0 to 2.2,
// levels A and AA, and against its best practice, in the page as it is now.
func (p *Page) Axe() *Page {
	p.t.Helper()
	p.report(p.axe())
	return p
}

// Overflow fails the test with everything that scrolls sideways, or is cut off, at
// the window's width. What may scroll is a region that the keyboard reaches:
// role=region and tabindex=0.
func (p *Page) Overflow() *Page {
	p.t.Helper()
	p.report(p.overflow())
	return p
}

func (p *Page) report(findings []string) {
	p.t.Helper()
	for _, f := range findings {
		p.t.Errorf("%s: %s", p.Path(), f)
	}
}

func (p *Page) overflow() []string { p.t.Helper(); return Eval[[]string](p, findOverflow) }

// axeFile is where axe-core is. Without it the test is skipped, in CI it fails.
func axeFile(t testing.TB) string {
	t.Helper()
	file := os.Getenv("TOCSIN_AXE")
	if file == "" {
		missing(t, "no axe-core: name its axe.min.js (npm's axe-core) in TOCSIN_AXE")
	}
	return file
}

// axe runs in a world of its own: the page's policy doesn't stop it there, and its scripts don't meet.
func (p *Page) axe() (out []string) {
	p.t.Helper()
	library, err := os.ReadFile(axeFile(p.t))
	p.must("reading TOCSIN_AXE", err)
	if !p.script { // what the page's scripts would have done at its start stays undone
		p.setScript(true)
		defer p.setScript(false)
	}
	var answer struct {
		Rules int
		Found []struct{ Rule, Help, Target, HTML, Why string }
	}
	p.step("running axe-core", func(ctx context.Context) error {
		tree, err := chromedp.Call(ctx, page.GetFrameTree, struct{}{})
		if err != nil {
			return err
		}
		world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.Frame.ID, WorldName: "axe"})
		if err != nil {
			return err
		}
		// The world stays as long as the page: what is in it already is most of the work.
		there, err := evaluate(ctx, world.ExecutionContextID, "typeof axe")
		if err == nil && string(there) != `"object"` {
			_, err = evaluate(ctx, world.ExecutionContextID, string(library)+";0")
		}
		if err != nil {
			return err
		}
		said, err := evaluate(ctx, world.ExecutionContextID, runAxe)
		if err != nil {
			return err
		}
		var text string
		if err := json.Unmarshal(said, &text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &answer)
	})
	if answer.Rules == 0 {
		p.t.Fatal("axe-core applied no rule: it didn't see the page")
	}
	for _, f := range answer.Found {
		out = append(out, fmt.Sprintf("axe %s at %s: %s\n\t%s\n\t%s", f.Rule, f.Target, f.Help, f.HTML, strings.ReplaceAll(f.Why, "\n", "\n\t")))
	}
	return out
}

func evaluate(ctx context.Context, world runtime.ExecutionContextID, expression string) ([]byte, error) {
	r, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ContextID: world, ReturnByValue: new(true), AwaitPromise: new(true)})
	if err != nil {
		return nil, err
	}
	if x := r.ExceptionDetails; x != nil {
		what := x.Text
		if x.Exception != nil {
			what += " " + x.Exception.Description
		}
		return nil, fmt.Errorf("the script failed: %s", what)
	}
	return r.Result.Value, nil
}

// Shot takes a picture of the whole page: NAME.png in the folder TOCSIN_SHOTS, else among the test's artifacts.
func (p *Page) Shot(name string) *Page {
	p.t.Helper()
	folder := os.Getenv("TOCSIN_SHOTS")
	if folder == "" {
		folder = p.t.ArtifactDir()
	}
	p.must("making the folder of pictures", os.MkdirAll(folder, 0o755))
	var picture []byte
	p.step("taking a picture", func(ctx context.Context) error {
		r, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: new(true), OptimizeForSpeed: new(true)})
		picture = r.Data
		return err
	})
	p.must("keeping a picture", os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644))
	return p
}

// Check is one page of a sweep: a short name for its pictures, its path, and the
// cookie that signs its reader in, if it needs one.
type Check struct {
	Name, URL          string
	CookieName, Cookie string
	Status             int    // of the answer; 0 means 200
	Ready              string // a CSS selector to wait for, where a script brings something in
	Expected           string // a regular expression of findings that are the point of the page
}

// sizes and schemes are what every page must pass in.
var (
	sizes   = [][2]int{{1440, 900}, {390, 844}, {320, 640}}
	schemes = []string{"light", "dark"}
)

// sizesIn gives the sizes to look at in a scheme: all of them in CI and for pictures;
// elsewhere the widest in one scheme and the narrowest in the other, so that everybody's
// go test stays quick.
func sizesIn(scheme string) [][2]int {
	switch {
	case os.Getenv("CI") != "" || os.Getenv("TOCSIN_SHOTS") != "":
		return sizes
	case scheme == schemes[0]:
		return sizes[:1]
	}
	return sizes[len(sizes)-1:]
}

// Sweep opens each page in both schemes, looks at it at 1440x900, 390x844 and 320x640 (sizesIn), and fails
// the test with everything that is wrong with any of them, each once with where it
// was seen: what axe-core finds, what scrolls sideways, what the console says,
// requests to other hosts, another status than expected. With TOCSIN_SHOTS set it
// takes a picture of each.
func (b *Browser) Sweep(t *testing.T, base string, checks []Check) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.Name, func(t *testing.T) {
			findings := b.sweep(t, base, c)
			for _, finding := range slices.Sorted(maps.Keys(findings)) {
				t.Errorf("%s (%s): %s", c.URL, strings.Join(findings[finding], ", "), finding)
			}
		})
	}
}

// sweep gives what is wrong with a page and where each was seen.
func (b *Browser) sweep(t testing.TB, base string, c Check) map[string][]string {
	t.Helper()
	p := b.Page(t, base)
	if c.Cookie != "" {
		p.Cookie(c.CookieName, c.Cookie)
	}
	if c.Expected != "" {
		p.Expect(c.Expected)
	}
	findings := map[string][]string{}
	for _, scheme := range schemes {
		sizes := sizesIn(scheme)
		found := p.Scheme(scheme).Size(sizes[0][0], sizes[0][1]).open(c)
		for _, size := range sizes { // as a window that is made smaller
			where := fmt.Sprintf("%s %dx%d", scheme, size[0], size[1])
			found = append(found, p.Size(size[0], size[1]).look()...)
			if os.Getenv("TOCSIN_SHOTS") != "" || len(found) > 0 {
				p.Shot(fmt.Sprintf("%s-%d-%s", c.Name, size[0], scheme))
			}
			for _, finding := range found {
				if at := findings[finding]; !slices.Contains(at, where) {
					findings[finding] = append(at, where)
				}
			}
			found = nil
		}
	}
	return findings
}

// check opens a page and gives all that is wrong with it.
func (p *Page) check(c Check) []string {
	p.t.Helper()
	return append(p.open(c), p.look()...)
}

// open opens a page, and says when that isn't answered as it should be.
func (p *Page) open(c Check) (out []string) {
	p.t.Helper()
	want := c.Status
	if want == 0 {
		want = 200
	}
	if got := p.Go(c.URL); got != want {
		out = append(out, fmt.Sprintf("the answer has status %d, not %d", got, want))
	}
	if c.Ready != "" {
		p.Wait(c.Ready)
	}
	return out
}

// look gives all that is wrong with the page as it is now.
func (p *Page) look() []string {
	p.t.Helper()
	out := append(p.axe(), p.overflow()...)
	p.settle()
	return append(out, p.watch.take()...)
}
