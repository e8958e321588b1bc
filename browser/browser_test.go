package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; connect-src 'self'"

// good is a page that nothing is wrong with.
const good = `<main><h1>Harbour</h1><p>Every ship is listed.</p>
<form method="post" action="/said"><label for="ship">Ship</label> <input id="ship" name="ship">
<button>Look up</button></form><p><a href="/next">Next page of ships</a></p></main>`

// site serves pages by path, with a policy as strict as the product's.
func site(t *testing.T, pages map[string]string) string {
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, status int, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Ships</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"><body>%s</body></html>`, body)
	}
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = fmt.Fprint(w, `:root{color-scheme:light dark}body{background:light-dark(#fff,#111);color:light-dark(#111,#eee);font:16px/1.5 sans-serif;margin:1rem}
a,button,input{display:inline-block;min-height:32px}a{color:light-dark(#00f,#9cf)}
.pale{color:#aaa;background:#fff}.wide{width:900px;height:20px}.scroll{overflow-x:auto}.cut{overflow:hidden;height:20px}
@media (prefers-color-scheme:dark){.dim{color:#333;background:#111}}
@media (prefers-reduced-motion:reduce){.calm::after{content:"calm"}}
@media (forced-colors:active){.forced::after{content:"forced"}}
.noring:focus{outline:none}`)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	mux.HandleFunc("GET /hello.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, `document.querySelector("main").insertAdjacentHTML("beforeend","<p id=late>by script</p>")`)
	})
	mux.HandleFunc("GET /throws.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, `console.error("a planted complaint"); nothing.at.all()`)
	})
	mux.HandleFunc("POST /said", func(w http.ResponseWriter, r *http.Request) {
		write(w, 200, "<main><h1>"+r.FormValue("ship")+"</h1></main>")
	})
	mux.HandleFunc("POST /file", func(w http.ResponseWriter, r *http.Request) {
		_, h, err := r.FormFile("file")
		if err != nil {
			write(w, 400, "<main><h1>nothing came</h1></main>")
			return
		}
		write(w, 200, fmt.Sprintf("<main><h1>%s of %d bytes</h1></main>", h.Filename, h.Size))
	})
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("who")
		write(w, 200, fmt.Sprintf("<main><h1>%v %v</h1></main>", c, err))
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.Path]
		if !ok {
			write(w, 404, "<main><h1>No such page</h1></main>")
			return
		}
		write(w, 200, body)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// TestFaultsAreFound plants one fault a page: each must be found, and named.
func TestFaultsAreFound(t *testing.T) {
	faults := map[string]struct{ body, want string }{
		"contrast":        {`<p class="pale">Nobody reads this.</p>`, "axe color-contrast at p"},
		"dark contrast":   {`<p class="dim">Nobody reads this at night.</p>`, "axe color-contrast at p"},
		"label":           {`<input name="harbour">`, "axe label at input"},
		"inline style":    {`<p style="color:red">Red.</p>`, "style-src"},
		"heading order":   {`<h4>Too deep</h4>`, "axe heading-order at h4"},
		"sideways":        {`<div class="wide">wide</div>`, "px wide in a window of 320"},
		"scroller":        {`<div class="scroll"><div class="wide">wide</div></div>`, "div.scroll scrolls sideways"},
		"cut off":         {`<div class="cut"><div class="wide">wide</div></div>`, "div.cut cuts off"},
		"inline script":   {`<script>document.title="x"</script>`, "script-src"},
		"script error":    {`<script src="/throws.js"></script>`, "nothing is not defined"},
		"console error":   {`<script src="/throws.js"></script>`, "a planted complaint"},
		"foreign request": {`<img src="http://tracker.example/dot.png" alt="">`, "tracker.example"},
		"missing part":    {`<img src="/gone.png" alt="">`, "404"},
		"no landmark":     {`</main><p>Beside the landmarks.</p><main hidden>`, "axe region"},
	}
	pages := map[string]string{}
	for name, f := range faults {
		pages["/"+strings.ReplaceAll(name, " ", "-")] = `<main><h1>Harbour</h1>` + f.body + `</main>`
	}
	axeFile(t) // without it the whole is skipped, not a part of it
	p := Start(t).Page(t, site(t, pages)).Size(320, 640).Scheme("dark")
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			found := p.check(Check{Name: "fault", URL: "/" + strings.ReplaceAll(name, " ", "-")})
			if !slices.ContainsFunc(found, func(finding string) bool { return strings.Contains(finding, f.want) }) {
				t.Errorf("%s was planted, %q not found in %q", f.body, f.want, found)
			}
		})
	}
}

// TestWhereAFaultIs says in which scheme and at which size a fault shows.
func TestWhereAFaultIs(t *testing.T) {
	t.Setenv("TOCSIN_SHOTS", t.TempDir()) // pictures are taken of every size
	url := site(t, map[string]string{"/": `<main><h1>Harbour</h1><p class="dim">At night.</p></main>`})
	found := Start(t).sweep(t, url, Check{Name: "where", URL: "/"})
	for finding, where := range found {
		if !slices.Equal(where, []string{"dark 1440x900", "dark 390x844", "dark 320x640"}) {
			t.Errorf("%s: seen at %v", finding, where)
		}
	}
	if len(found) != 1 {
		t.Errorf("found %d faults, planted one: %v", len(found), found)
	}
}

func TestGoodPagePasses(t *testing.T) {
	region := good[:len(good)-len("</main>")] + `<div class="scroll" role="region" aria-label="Ships" tabindex="0"><div class="wide">wide</div></div></main>`
	url, b := site(t, map[string]string{"/": good, "/region": region}), Start(t)
	b.Sweep(t, url, []Check{
		{Name: "region", URL: "/region"}, {Name: "gone", URL: "/gone", Status: 404},
	})
	p := b.Page(t, url).Zoom()
	if got := p.Go("/"); got != 200 || p.Title() != "Ships" || p.Text("p") != "Every ship is listed." || p.Has("table") {
		t.Errorf("status %d, title %q", got, p.Title())
	}
	p.Axe().Overflow()
	if width := Eval[int](p, "innerWidth"); width != 320 {
		t.Errorf("zoomed to %d px, not 320", width)
	}
	if e, r := p.ConsoleErrors(), p.Requests(); len(e) != 0 || !slices.Contains(r, url+"/style.css") {
		t.Errorf("errors %q, requests %q", e, r)
	}
}

// TestAnotherStatusIsFound needs no axe rule: the sweep itself says it.
func TestAnotherStatusIsFound(t *testing.T) {
	found := Start(t).Page(t, site(t, nil)).check(Check{Name: "gone", URL: "/gone"})
	if !slices.Contains(found, "the answer has status 404, not 200") {
		t.Errorf("found %v", found)
	}
}

func TestKeyboardAlone(t *testing.T) {
	url := site(t, map[string]string{"/": good, "/next": `<main><h1>Next</h1></main>`, "/dull": `<main><h1>Dull</h1><button class="noring">Dull</button></main>`})
	b := Start(t)
	p := b.Page(t, url)
	p.Go("/")
	if f := p.Focused(); f.Role != "RootWebArea" {
		t.Errorf("before any key the focus is at %v", f)
	}
	var path []string
	for _, f := range p.FocusPath(10) {
		path = append(path, f.String())
		if !f.Ring {
			t.Errorf("%v doesn't show the focus", f)
		}
	}
	if want := []string{`textbox "Ship"`, `button "Look up"`, `link "Next page of ships"`}; !slices.Equal(path, want) {
		t.Errorf("the keyboard goes to %v, want %v", path, want)
	}
	p.Go("/")
	p.Key("Tab", "Gull")
	p.Follow(func() { p.Key("Enter") })
	if p.Text("h1") != "Gull" {
		t.Errorf("typed Gull, the page says %q", p.Text("h1"))
	}
	p.Go("/")
	p.TabTo("Next page of ships")
	p.Key("Shift+Tab")
	if f := p.Focused(); f.Name != "Look up" {
		t.Errorf("back from the link the focus is at %v", f)
	}
	p.Key("Tab")
	if p.Follow(func() { p.Key("Enter") }).Path() != "/next" {
		t.Errorf("Enter on the link leads to %s", p.Path())
	}
	p.Go("/dull")
	if f := p.Key("Tab").Focused(); f.Ring || f.Name != "Dull" {
		t.Errorf("%v without an outline shows the focus: %v", f, f.Ring)
	}
}

func TestMouseFormsAndFiles(t *testing.T) {
	url := site(t, map[string]string{"/": good, "/upload": `<main><h1>Upload</h1><form method="post" action="/file" enctype="multipart/form-data"><label>File <input type="file" name="file"></label><button>Send</button></form></main>`})
	p := Start(t).Page(t, url)
	p.Go("/")
	p.Type("#ship", "Albatross")
	if p.Follow(func() { p.Click("button") }).Text("h1") != "Albatross" {
		t.Errorf("the page says %q", p.Text("h1"))
	}
	file := filepath.Join(t.TempDir(), "cargo.txt")
	if err := os.WriteFile(file, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Go("/upload")
	p.Upload("input", file)
	if p.Follow(func() { p.Click("button") }).Text("h1") != "cargo.txt of 5 bytes" {
		t.Errorf("the page says %q", p.Text("h1"))
	}
}

// TestPagesShareNothing is what fresh cookies for each page mean.
func TestPagesShareNothing(t *testing.T) {
	url, b := site(t, nil), Start(t)
	p, q := b.Page(t, url).Cookie("who", "anna"), b.Page(t, url)
	p.Go("/who")
	q.Go("/who")
	if !strings.Contains(p.Text("h1"), "who=anna") || strings.Contains(q.Text("h1"), "anna") {
		t.Errorf("the page with the cookie says %q, the one without %q", p.Text("h1"), q.Text("h1"))
	}
	if c := q.Cookies(); len(c) != 0 {
		t.Errorf("a page that no cookie was set on has %v", c)
	}
	if c := p.Cookies(); !slices.Equal(c, []string{"who"}) {
		t.Errorf("a page with one cookie has %v", c)
	}
}

func TestWithAndWithoutScript(t *testing.T) {
	url := site(t, map[string]string{"/": `<main><h1>Harbour</h1></main><script src="/hello.js"></script>`})
	b := Start(t)
	p := b.Page(t, url)
	p.Go("/")
	p.Wait("#late").WaitText("#late", "script")
	q := b.Page(t, url).NoScript()
	q.Go("/")
	if q.Has("#late") {
		t.Error("a script ran on a page without scripts")
	}
	q.Axe() // which is a script of ours
	q.Go("/")
	if q.Has("#late") {
		t.Error("after axe, scripts run on a page without scripts")
	}
}

func TestPreferences(t *testing.T) {
	url := site(t, map[string]string{"/": `<main><h1 class="calm">Calm</h1><p class="forced">Forced</p></main>`})
	b := Start(t)
	p := b.Page(t, url).Scheme("dark").ReducedMotion().ForcedColors()
	p.Go("/")
	for _, media := range []string{"(prefers-color-scheme:dark)", "(prefers-reduced-motion:reduce)", "(forced-colors:active)"} {
		if !Eval[bool](p, `matchMedia("`+media+`").matches`) {
			t.Errorf("%s doesn't hold", media)
		}
	}
	q := b.Page(t, url)
	q.Go("/")
	if Eval[bool](q, `matchMedia("(prefers-color-scheme:dark)").matches||matchMedia("(forced-colors:active)").matches`) {
		t.Error("a new page has another page's preferences")
	}
}

func TestShots(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "shots")
	t.Setenv("TOCSIN_SHOTS", folder)
	p := Start(t).Page(t, site(t, map[string]string{"/": good}))
	p.Go("/")
	p.Shot("harbour")
	picture, err := os.ReadFile(filepath.Join(folder, "harbour.png"))
	if err != nil || !strings.HasPrefix(string(picture), "\x89PNG") {
		t.Errorf("%d bytes of picture, %v", len(picture), err)
	}
}

// A recorder is a test that fails without failing this one.
type recorder struct {
	testing.TB
	cleanups []func()
	errors   []string
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(f string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(f, args...))
}
func (r *recorder) end() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

// TestUnaskedFaultsFail: nobody asks about the console or about requests, and the
// test fails at its end; unless the fault was expected.
func TestUnaskedFaultsFail(t *testing.T) {
	url := site(t, map[string]string{"/": `<main><h1>x</h1><img src="http://tracker.example/dot.png" alt=""></main><script src="/throws.js"></script>`})
	b := Start(t)
	r := &recorder{TB: t}
	p := b.Page(r, url)
	p.Go("/")
	p.settle()
	r.end()
	for _, want := range []string{"tracker.example", "nothing is not defined", "a planted complaint"} {
		if !strings.Contains(strings.Join(r.errors, "\n"), want) {
			t.Errorf("%s is not among %q", want, r.errors)
		}
	}
	r = &recorder{TB: t}
	p = b.Page(r, url).Expect("tracker.example|img-src").Expect("nothing is not defined").Expect("planted complaint")
	p.Go("/")
	p.settle()
	r.end()
	if len(r.errors) != 0 {
		t.Errorf("expected, and still: %q", r.errors)
	}
}

func TestFind(t *testing.T) {
	have := func(names ...string) func(string) (string, error) {
		return func(name string) (string, error) {
			if slices.Contains(names, name) {
				return "/bin/" + name, nil
			}
			return "", exec.ErrNotFound
		}
	}
	for _, c := range []struct {
		named string
		have  []string
		want  string
	}{
		{"", []string{"google-chrome", "chromium"}, "/bin/chromium"},
		{"", []string{"google-chrome"}, "/bin/google-chrome"},
		{"", nil, ""},
		{"my-chromium", []string{"chromium", "my-chromium"}, "/bin/my-chromium"},
		{"my-chromium", []string{"chromium"}, ""},
	} {
		if got := find(c.named, have(c.have...)); got != c.want {
			t.Errorf("named %q, have %v: %q, want %q", c.named, c.have, got, c.want)
		}
	}
}
