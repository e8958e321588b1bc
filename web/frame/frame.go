// Package frame is what every page has: the layout with its navigation, the style
// sheet and the script, who is looking and what they may do, the words, the
// headers that keep a page from running what it shows, and the page for an error.
//
// A folder of pages embeds its templates and its words, and lists its routes:
//
//	//go:embed *.html words.*.txt
//	var files embed.FS
//
//	func Routes(s *frame.Site) []frame.Route {
//		p := s.Pages(files)
//		return []frame.Route{
//			{Pattern: "GET /ring", Act: member.ActFile, Serve: func(v *frame.Visit) error {
//				return v.Show(p, "ring", frame.Page{Title: p.Word(v, "title"), Active: "ring", Body: body})
//			}},
//		}
//	}
//
// Each file NAME.html defines the template "main", which gets a *frame.View; the
// page's own data is .B. In a template:
//
//	{{t "heading"}} {{t "lede" "n" 7}}   words of the page (words.en.txt: "heading: ...", {n} is filled in)
//	{{n "values" .B.Count}}               "values.one" or "values.other", with {n}
//	{{num 48213}} {{when .T}} {{clock .T}} {{val .Foreign}} {{defang .Value}}
//	{{marking .Collection}} {{state "in-force"}} {{icon "bell"}}
//
// Whatever somebody else wrote passes through val or defang: control and bidi
// characters are shown, not obeyed. A handler that fails returns the fault: the
// frame shows it as a page.
package frame

import (
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"sync"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
)

// Config is what the pages stand on.
type Config struct {
	Exchange *exchange.Exchange
	People   *person.People
	Log      *slog.Logger
	Secure   bool   // reached by HTTPS, here or at the proxy: cookies are marked so
	Name     string // of the exchange, as its pages call it; "" for Tocsin
	Version  string
	Origin   string // such as https://exchange.example, where passkeys and links are bound; "" when unknown
	// Who runs the exchange and how to reach them, for the privacy notice; "" when the operator hasn't said.
	Responsible, Contact string
}

// Site is the frame of one node. It is safe for concurrent use.
type Site struct {
	Config
	own    *Pages // the frame's own: error
	assets map[string]asset
	style  string // its address
	script string
	icon   string

	mu      sync.Mutex
	waiting int64 // held passages, as read at counted
	counted time.Time
}

// New makes the frame.
func New(c Config) *Site {
	if c.Name == "" {
		c.Name = "Tocsin"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Site{Config: c, assets: map[string]asset{}}
	s.style = s.Asset("style.css", "text/css; charset=utf-8", must(own.ReadFile("assets/style.css")))
	s.script = s.Asset("tocsin.js", "text/javascript; charset=utf-8", must(own.ReadFile("assets/tocsin.js")))
	s.icon = s.Asset("icon.svg", "image/svg+xml", must(own.ReadFile("assets/icon.svg")))
	s.own = s.Pages(sub(own, "templates"))
	return s
}

// Route is one address and what it takes to see it.
type Route struct {
	Pattern string // of http.ServeMux, with its method
	Act     member.Act
	Open    bool // for everybody; a visitor who is signed in is known all the same
	Anyone  bool // for everybody who is signed in, whatever the role
	Fresh   bool // needs a factor proven within person.FreshFor: else by way of /step-up
	// Most bounds a form that is sent as text, in bytes; 0 for maxForm. Files come in
	// another form and are bounded by their page.
	Most  int64
	Serve func(*Visit) error
}

// Handler serves the routes. One without Open, Anyone or an Act is refused to
// everybody: a forgotten rule shows nothing.
func (s *Site) Handler(routes []Route) http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.HandleFunc(r.Pattern, func(w http.ResponseWriter, req *http.Request) { s.serve(w, req, &r) })
	}
	mux.HandleFunc("GET /assets/{hash}/{name}", s.serveAsset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, &Route{Open: true, Serve: func(*Visit) error {
			return fault.New(fault.NotFound, "there is no page at this address")
		}})
	})
	protect := http.NewCrossOriginProtection()
	protect.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, &Route{Open: true, Serve: func(*Visit) error {
			return fault.New(fault.Forbidden, "this came from another site; nothing was done; open the page here and send it again")
		}})
	}))
	return protect.Handler(mux)
}

func (s *Site) serve(w http.ResponseWriter, r *http.Request, route *Route) {
	headers(w.Header())
	v := &Visit{W: w, R: r, site: s, began: time.Now().UTC()}
	err := readForm(w, r, route)
	if err == nil {
		err = s.admit(v, route)
	}
	if err != nil {
		s.fail(v, err)
		return
	}
	if v.redirected {
		return
	}
	if err := route.Serve(v); err != nil {
		s.fail(v, err)
	}
}

// maxForm bounds a form that is sent as text, in bytes, where its route says nothing
// else: a reference of 8 kB and a reason of 1,000 characters, both in the form's
// encoding, have room.
const maxForm = 64 << 10

// readForm reads a whole form before anybody asks who sent it: who was removed while
// their form was still on its way is nobody when it has come.
func readForm(w http.ResponseWriter, r *http.Request, route *Route) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || kind != "application/x-www-form-urlencoded" {
		return nil
	}
	most := route.Most
	if most == 0 {
		most = maxForm
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	err := r.ParseForm()
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return fault.New(fault.TooLarge, "this form has at most %d kB; nothing was done", most>>10)
	}
	if err != nil {
		return fault.New(fault.Invalid, "the form broke off or can't be read; nothing was done")
	}
	return nil
}

// admit finds out who is looking, and whether they may.
func (s *Site) admit(v *Visit, route *Route) error {
	err := s.identify(v)
	if route.Open {
		return nil // a session that is over is no reason to refuse what everybody sees
	}
	if err != nil {
		return err
	}
	if !v.In() {
		if v.R.Method == http.MethodGet || v.R.Method == http.MethodHead {
			v.toSignIn()
			return nil
		}
		return fault.New(fault.Unauthenticated, "you are not signed in any more; nothing was done")
	}
	if !route.Anyone {
		if err := v.Visitor.Session.May(route.Act); err != nil {
			return err
		}
	}
	if route.Fresh && time.Since(v.Visitor.Fresh) > person.FreshFor {
		v.toStepUp()
	}
	return nil
}

// headers are on every answer (interface.md section 9).
func headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
