// Package public is what everybody may see without signing in: what the exchange
// does, its figures, its log, the check of a receipt and the privacy notice, in
// English and Spanish, without script and without cookies.
//
// Nothing of what somebody sends here is kept. The pages are the same for all who
// aren't signed in, so caches may hold most of them for a minute.
package public

import (
	"embed"
	"net/http"
	"net/mail"

	"golang.org/x/sync/semaphore"

	"tocsin/exchange"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

type pages struct {
	site    *frame.Site
	set     *frame.Pages
	figures *exchange.Figures
	tree    *exchange.TreeCheck
	checks  *semaphore.Weighted // receipts that are checked at once
}

// Routes is the public pages.
func Routes(s *frame.Site) []frame.Route {
	p := &pages{site: s, set: s.Pages(files), figures: exchange.NewFigures(s.Exchange), tree: exchange.NewTreeCheck(s.Exchange), checks: semaphore.NewWeighted(checksAtOnce)}
	return []frame.Route{
		{Pattern: "GET /public", Open: true, Serve: p.start},
		{Pattern: "GET /public/check", Open: true, Serve: p.form},
		{Pattern: "POST /public/check", Open: true, Serve: p.check},
		{Pattern: "GET /public/log", Open: true, Serve: p.log},
		{Pattern: "POST /public/log", Open: true, Serve: p.recompute},
		{Pattern: "GET /public/figures", Open: true, Serve: p.numbers},
		{Pattern: "GET /public/privacy", Open: true, Serve: p.privacy},
	}
}

// all is what every public page has.
type all struct {
	Q       string // "?lang=es" when the language was asked for, so that links keep it
	Here    string // the page among the five
	Name    string // of the exchange
	Base    string // address of the exchange, for commands
	Contact string
	Mail    bool   // the contact is an address of mail and nothing else
	Runs    string // who runs it
}

func (p *pages) all(v *frame.Visit, here string) all {
	a := all{Here: here, Name: p.site.Name, Base: p.site.Origin, Contact: p.site.Contact, Runs: p.site.Responsible}
	m, err := mail.ParseAddress(a.Contact)
	a.Mail = err == nil && m.Address == a.Contact
	if l := v.R.URL.Query().Get("lang"); l != "" && l == v.Lang(p.set) {
		a.Q = "?lang=" + l
	}
	if a.Base == "" {
		a.Base = "https://EXCHANGE" // never the Host that a client sent
	}
	return a
}

// show shows a page. One that is still true in a minute may be kept so long by
// caches, unless it shows who is signed in.
func (p *pages) show(v *frame.Visit, name string, keep bool, body any) error {
	if keep && !v.In() {
		v.W.Header().Set("Cache-Control", "public, max-age=60")
		v.W.Header().Add("Vary", "Cookie")
	}
	return p.showAs(v, http.StatusOK, name, body)
}

func (p *pages) showAs(v *frame.Visit, code int, name string, body any) error {
	title := p.set.Word(v, name+".title")
	if code != http.StatusOK {
		title = p.set.Word(v, "error.prefix") + ": " + title
	}
	err := v.ShowAs(code, p.set, name, frame.Page{Title: title, Active: "public", Bare: !v.In(), Body: body})
	if err != nil {
		v.W.Header().Set("Cache-Control", "no-store") // the page of the error
	}
	return err
}

func (p *pages) start(v *frame.Visit) error {
	c, err := p.figures.Read(v.R.Context())
	if err != nil {
		return err
	}
	return p.show(v, "start", c.Upto == c.Size, struct {
		all
		Month exchange.Month
		exchange.Counted
	}{p.all(v, "start"), thisMonth(c), c})
}

func (p *pages) privacy(v *frame.Visit) error { return p.show(v, "privacy", true, p.all(v, "privacy")) }
