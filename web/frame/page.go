package frame

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin/member"
)

// Page is what a handler says about a page beside its name.
type Page struct {
	Title   string   // "Error: ..." when a form has errors
	Active  string   // the key of the navigation item that it belongs to; "" for none
	Bare    bool     // without navigation and search: for those who aren't signed in
	Wide    bool     // the main part may take the whole width
	Refresh int      // seconds after which a browser without script asks again; 0 for never
	Scripts []string // addresses of the page's own, loaded for everybody who sees it
	Body    any
}

// View is what a template gets.
type View struct {
	Page
	B       any // the page's own data
	In      bool
	Visitor Someone
	Theme   string
	NoKeys  bool // the visitor switched single keys off (WCAG 2.2, 2.1.4)
	Lang    string
	Langs   []string // of the page, when there are several
	Path    string   // of the request, with its query
	Site    string
	Style   string
	Script  string
	Icon    string
	WayBack bool // who came by a link has set up no way to sign in again
	Nav     []NavGroup
	Head    int64 // entries of the log
}

// Someone is the visitor as pages name them.
type Someone struct{ Name, Member, Role string }

// Pages are the templates and words of one folder.
type Pages struct {
	site  *Site
	langs map[string]map[string]*template.Template // by language and name
	words map[string]words
}

// Pages reads a folder of pages: each NAME.html that defines "main" is a page; a
// file whose name begins with _ holds parts that all of them share. A word that is
// missing in any language is a mistake in the program: it panics.
func (s *Site) Pages(f fs.FS) *Pages {
	p := &Pages{site: s, langs: map[string]map[string]*template.Template{}, words: map[string]words{}}
	for _, name := range must(fs.Glob(f, "words.*.txt")) {
		lang := strings.Split(name, ".")[1]
		p.words[lang] = must(readWords(f, lang))
		p.langs[lang] = map[string]*template.Template{}
	}
	common := must(parseWords(string(must(own.ReadFile("templates/words.en.txt")))))
	parts := must(fs.Glob(f, "_*.html"))
	for lang, w := range p.words {
		all := maps.Clone(common)
		if b, err := own.ReadFile("templates/words." + lang + ".txt"); err == nil {
			maps.Copy(all, must(parseWords(string(b))))
		}
		maps.Copy(all, w)
		p.words[lang] = all
		for _, file := range must(fs.Glob(f, "*.html")) {
			if strings.HasPrefix(file, "_") || file == "layout.html" {
				continue
			}
			t := template.New("layout.html").Funcs(s.funcs(lang, all))
			t = must(t.ParseFS(own, "templates/layout.html"))
			for _, one := range append(slices.Clone(parts), file) {
				text := string(must(fs.ReadFile(f, one)))
				must(0, missing(one, text, lang, all))
				t = must(t.Parse(text))
			}
			p.langs[lang][strings.TrimSuffix(path.Base(file), ".html")] = t
		}
	}
	return p
}

// wordUses finds the words that a template asks for by name.
const wordUses = `[({ |](t|n) "([^"]+)"`

// missing tells which words of a template are not there.
func missing(file, text, lang string, w words) error {
	var errs []error
	for _, m := range regexp.MustCompile(wordUses).FindAllStringSubmatch(text, -1) {
		keys := []string{m[2]}
		if m[1] == "n" {
			keys = []string{m[2] + ".one", m[2] + ".other"}
		}
		for _, k := range keys {
			if _, ok := w[k]; !ok {
				errs = append(errs, fmt.Errorf("%s: there is no word %q in %s", file, k, lang))
			}
		}
	}
	return errors.Join(errs...)
}

func (p *Pages) has(lang string) bool { return p.langs[lang] != nil }

// Word gives a word of the pages in the visitor's language, with its places filled
// in: for titles and messages.
func (p *Pages) Word(v *Visit, key string, pairs ...any) string {
	lang := v.Lang(p)
	text, ok := p.words[lang][key]
	if !ok {
		return key
	}
	if out, err := fill(text, lang, pairs); err == nil {
		return out
	}
	return text
}

// show writes a page whole before anything is sent: a template that fails gives
// an error page, not half of one.
func (p *Pages) show(v *Visit, code int, name string, page Page) error {
	lang := v.Lang(p)
	t := p.langs[lang][name]
	if t == nil {
		return fmt.Errorf("there is no page %q", name)
	}
	view, err := p.site.view(v, page)
	if err != nil {
		return err
	}
	view.Lang = lang
	view.Langs = slices.Sorted(maps.Keys(p.langs))
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	h := v.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	if len(view.Langs) > 1 {
		h.Add("Vary", "Accept-Language")
	}
	h.Set("Server-Timing", fmt.Sprintf("page;dur=%.1f", float64(time.Since(v.began).Microseconds())/1000))
	if page.Refresh > 0 {
		h.Set("Refresh", fmt.Sprint(page.Refresh))
	}
	v.W.WriteHeader(code)
	if v.R.Method != http.MethodHead {
		v.W.Write(b.Bytes()) // an error is a client that went away
	}
	return nil
}

// view puts together what the layout shows around a page.
func (s *Site) view(v *Visit, page Page) (*View, error) {
	view := &View{Page: page, B: page.Body, In: v.In(), Theme: v.Theme(), NoKeys: v.NoKeys(), Path: v.R.URL.RequestURI(), Site: s.Name, Style: s.style, Script: s.script, Icon: s.icon}
	head, err := s.Exchange.Head(v.R.Context())
	if err != nil {
		return nil, err
	}
	view.Head = head.Size
	if v.In() {
		who := v.Visitor
		view.Visitor = Someone{who.Person.Name, who.Session.Member.Name, string(who.Person.Role)}
		waits := int64(0)
		if who.Session.May(member.ActReview) == nil {
			if waits, err = s.passages(v); err != nil {
				return nil, err
			}
		}
		_, err := v.R.Cookie(WayBackCookie)
		view.WayBack = err == nil
		view.Nav = nav(who.Session, waits)
	}
	return view, nil
}

// WayBackCookie is there, for as long as a session lasts, while somebody who came by
// a link has no way to sign in again; package signin sets and ends it.
const WayBackCookie = "way-back"

// countFor is how old the number of waiting passages beside "Review" may be.
const countFor = 2 * time.Second

func (s *Site) passages(v *Visit) (int64, error) {
	s.mu.Lock()
	n, at := s.waiting, s.counted
	s.mu.Unlock()
	if time.Since(at) < countFor {
		return n, nil
	}
	n, err := s.Exchange.WaitingPassages(v.R.Context())
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting, s.counted = n, time.Now().UTC()
	return n, nil
}
