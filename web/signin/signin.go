// Package signin is the pages by which people come in and go: sign in, the welcome
// of a one-time link, one's own account, the proof before a grave act. All of them
// work without script but passkeys, which need one.
//
//	routes := signin.Routes(site, signin.Config{Provider: "Northwater login", Passkeys: passkey.Script})
//
// What other packages add is found by name. The script of package web/passkey takes
// the buttons with data-passkey="sign-in", "add" or "step-up", which are hidden
// until it has run; data-next says where to go then. A link to
// /oidc/start?for=sign-in, link or step-up, with next, begins with the OpenID provider.
package signin

import (
	"embed"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/audit"
	"tocsin/door"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

// Config says which ways to sign in there are besides links and passwords.
type Config struct {
	Passkeys    string // address of the script of passkeys; "" when passkeys are not offered
	Provider    string // name of the OpenID provider; "" for none
	BehindProxy bool   // the client's address is the last one of X-Forwarded-For
}

// hint is a cookie that says for as long as a session lasts that somebody came by a
// link and has no way back yet: the frame shows a notice while it is there.
const hint = frame.WayBackCookie

// desk serves the pages.
type desk struct {
	Config
	site     *frame.Site
	p        *frame.Pages
	people   *person.People
	failures *failures
}

// Routes gives the pages.
func Routes(s *frame.Site, c Config) []frame.Route {
	d := &desk{Config: c, site: s, p: s.Pages(files), people: s.People, failures: &failures{exchange: s.Exchange, people: s.People, log: s.Log}}
	return []frame.Route{
		{Pattern: "GET /sign-in", Open: true, Serve: d.signIn},
		{Pattern: "POST /sign-in", Open: true, Serve: d.trySignIn},
		{Pattern: "POST /sign-out", Open: true, Serve: d.signOut},
		{Pattern: "GET /welcome/{token}", Open: true, Serve: d.welcome},
		{Pattern: "POST /welcome/{token}", Open: true, Serve: d.take},
		{Pattern: "GET /step-up", Anyone: true, Serve: d.stepUp},
		{Pattern: "POST /step-up", Anyone: true, Serve: d.tryStepUp},
		{Pattern: "GET /account", Anyone: true, Serve: d.account},
		{Pattern: "POST /account/name", Anyone: true, Serve: d.rename},
		{Pattern: "POST /account/theme", Anyone: true, Serve: d.theme},
		{Pattern: "POST /account/sessions", Anyone: true, Serve: d.endSessions},
		{Pattern: "GET /account/password", Anyone: true, Serve: d.fresh(d.password)},
		{Pattern: "POST /account/password", Anyone: true, Serve: d.fresh(d.beginPassword)},
		{Pattern: "POST /account/password/confirm", Anyone: true, Serve: d.confirmPassword},
		{Pattern: "POST /account/password/change", Anyone: true, Serve: d.fresh(d.changePassword)},
		{Pattern: "POST /account/password/remove", Anyone: true, Serve: d.fresh(d.removePassword)},
		{Pattern: "POST /account/recovery", Anyone: true, Serve: d.fresh(d.recovery)},
		{Pattern: "POST /account/passkey/remove", Anyone: true, Serve: d.fresh(d.removePasskey)},
		{Pattern: "POST /account/identity/remove", Anyone: true, Serve: d.fresh(d.removeIdentity)},
	}
}

// address is the client's, for counting failures.
func (d *desk) address(r *http.Request) string {
	if d.BehindProxy {
		all := r.Header.Values("X-Forwarded-For")
		if len(all) > 0 { // the last one is what the proxy itself saw
			list := strings.Split(all[len(all)-1], ",")
			return strings.TrimSpace(list[len(list)-1])
		}
	}
	return r.RemoteAddr
}

// problem is what a form says when it wasn't taken: where, and what.
type problem struct{ Field, Text string }

// again tells whether a failed form is shown again with what is wrong, and with
// which code; anything that its sender can't mend is an error page.
func again(err error, field string) (problem, int, bool) {
	kind := fault.KindOf(err)
	switch kind {
	case fault.Invalid, fault.Conflict, fault.Unauthenticated, fault.Busy:
		e, _ := errors.AsType[*fault.Error](err)
		if e.Place != "" {
			field = e.Place
		}
		code := door.Status(kind)
		if kind == fault.Invalid || kind == fault.Conflict {
			code = http.StatusUnprocessableEntity
		}
		return problem{field, frame.Said(err)}, code, true
	}
	return problem{}, 0, false
}

// ways is which ways a page offers.
type ways struct {
	Passkeys bool
	Provider string
	Next     string
	OIDC     string // address to begin at
}

func (d *desk) ways(what, next string) ways {
	return ways{d.Passkeys != "", d.Provider, next, "/oidc/start?" + url.Values{"for": {what}, "next": {next}}.Encode()}
}

// page puts a page together that may load the script of passkeys.
func (d *desk) page(v *frame.Visit, title string, body any) frame.Page {
	pg := frame.Page{Title: d.p.Word(v, title), Bare: !v.In(), Body: body}
	if d.Passkeys != "" {
		pg.Scripts = []string{d.Passkeys}
	}
	return pg
}

// failed is page for a form that wasn't taken.
func (d *desk) failed(v *frame.Visit, title string, body any) frame.Page {
	pg := d.page(v, title, body)
	pg.Title = d.p.Word(v, "error.prefix") + ": " + pg.Title
	return pg
}

// next is where to go afterwards: a path of this site, whatever was asked for.
func next(values url.Values) string {
	n := values.Get("next")
	if n == "" || len(n) > 2000 {
		return "/"
	}
	return frame.Local(n)
}

type signInPage struct {
	Problem problem
	Login   string
	Ways    ways
}

func (d *desk) signIn(v *frame.Visit) error {
	to := next(v.R.URL.Query())
	if v.In() {
		return v.Go(to)
	}
	return v.Show(d.p, "signin", d.page(v, "signin.title", signInPage{Ways: d.ways("sign-in", to)}))
}

func (d *desk) trySignIn(v *frame.Visit) error {
	f := v.Form()
	secret, err := d.people.SignInPassword(v.R.Context(), f.Get("login"), f.Get("password"), f.Get("code"), d.address(v.R), v.R.UserAgent())
	if fault.KindOf(err) == fault.Unauthenticated {
		d.failures.tell(f.Get("login"))
	}
	if err != nil {
		p, code, ok := again(err, "login")
		if !ok {
			return err
		}
		pg := d.failed(v, "signin.title", signInPage{p, cut(f.Get("login")), d.ways("sign-in", next(f))})
		pg.Bare = true
		return v.ShowAs(code, d.p, "signin", pg)
	}
	if _, err := v.Enter(secret, func(s member.Session) error { return d.noteRecovery(v, s, f.Get("code")) }); err != nil {
		return err
	}
	return v.Go(next(f))
}

// cut keeps of what was typed what the field takes.
func cut(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "\uFFFD")); len(r) > person.MaxLogin {
		return string(r[:person.MaxLogin])
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func (d *desk) signOut(v *frame.Visit) error {
	if err := v.Leave(audit.SignOut); err != nil {
		return err
	}
	v.SignOut()
	d.hint(v, false)
	return v.Go("/public")
}

// hint sets or ends the cookie that says somebody has no way back yet.
func (d *desk) hint(v *frame.Visit, on bool) {
	c := &http.Cookie{Name: hint, Value: "1", Path: "/", MaxAge: int(person.SessionLife / time.Second), HttpOnly: true, Secure: d.site.Secure, SameSite: http.SameSiteLaxMode}
	if _, err := v.R.Cookie(hint); !on && err != nil {
		return
	}
	if !on {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(v.W, c)
}

type welcomePage struct {
	Problem problem
	Link    person.Link
	First   bool   // the link makes the member's first person
	Name    string // as typed
	Else    string // who is signed in in this browser
}

// welcome shows whom a link lets in; it doesn't use it up: mail scanners open links.
func (d *desk) welcome(v *frame.Visit) error {
	return d.showWelcome(v, http.StatusOK, problem{}, "")
}

func (d *desk) showWelcome(v *frame.Visit, code int, p problem, name string) error {
	l, err := d.people.LookLink(v.R.Context(), v.R.PathValue("token"))
	if err != nil {
		return err
	}
	body := welcomePage{Problem: p, Link: l, First: l.Person.ID == 0, Name: name}
	if v.In() && v.Visitor.Person.ID != l.Person.ID {
		body.Else = v.Visitor.Person.Name
	}
	pg := d.page(v, "welcome.title", body)
	if p.Text != "" {
		pg = d.failed(v, "welcome.title", body)
	}
	pg.Bare = true
	return v.ShowAs(code, d.p, "welcome", pg)
}

// take uses the link up and opens the session.
func (d *desk) take(v *frame.Visit) error {
	f := v.Form()
	secret, err := d.people.TakeLink(v.R.Context(), v.R.PathValue("token"), f.Get("name"), v.R.UserAgent())
	if err != nil {
		if p, code, ok := again(err, "name"); ok {
			return d.showWelcome(v, code, p, cut(f.Get("name")))
		}
		return err
	}
	in, err := v.Enter(secret, nil)
	if err != nil {
		return err
	}
	factors, err := d.people.Factors(v.R.Context(), in.Person.ID)
	if err != nil {
		return err
	}
	d.hint(v, factors.None())
	return v.Go("/")
}

type stepUpPage struct {
	Problem problem
	Factors person.Factors
	Ways    ways
}

func (d *desk) stepUp(v *frame.Visit) error {
	return d.showStepUp(v, http.StatusOK, problem{}, next(v.R.URL.Query()))
}

func (d *desk) showStepUp(v *frame.Visit, code int, p problem, to string) error {
	f, err := d.people.Factors(v.R.Context(), v.Visitor.Person.ID)
	if err != nil {
		return err
	}
	body := stepUpPage{p, f, d.ways("step-up", to)}
	pg := d.page(v, "stepup.title", body)
	if p.Text != "" {
		pg = d.failed(v, "stepup.title", body)
	}
	return v.ShowAs(code, d.p, "stepup", pg)
}

func (d *desk) tryStepUp(v *frame.Visit) error {
	f := v.Form()
	ctx := v.R.Context()
	err := d.record(v, audit.StepUp, "", func() error {
		return d.people.ProvePassword(ctx, v.Visitor, f.Get("password"), f.Get("code"), d.address(v.R))
	})
	if err == nil {
		err = d.noteRecovery(v, v.Visitor.Session, f.Get("code"))
	}
	if err != nil {
		if p, code, ok := again(err, "password"); ok {
			return d.showStepUp(v, code, p, next(f))
		}
		return err
	}
	return v.Go(next(f))
}

// fresh lets a page be used by somebody who has just proved who they are. Whoever
// has no way to prove it yet may set up the first one in the session that their
// link opened: there is nothing to prove by.
func (d *desk) fresh(serve func(*frame.Visit) error) func(*frame.Visit) error {
	return func(v *frame.Visit) error {
		if !v.Visitor.Recent(time.Now()) {
			f, err := d.people.Factors(v.R.Context(), v.Visitor.Person.ID)
			if err != nil {
				return err
			}
			if !f.None() {
				to := "/account"
				if v.R.Method == http.MethodGet {
					to = v.R.URL.Path
				}
				return v.Go("/step-up?next=" + url.QueryEscape(to))
			}
		}
		return serve(v)
	}
}
