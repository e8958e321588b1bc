package frame

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/person"
)

// Visit is one request of somebody, signed in or not.
type Visit struct {
	W       http.ResponseWriter
	R       *http.Request
	Visitor person.Visitor // zero when nobody is signed in

	site       *Site
	began      time.Time
	redirected bool
}

// In tells whether somebody is signed in.
func (v *Visit) In() bool { return v.Visitor.Person.ID != 0 }

// Site gives the frame.
func (v *Visit) Site() *Site { return v.site }

// Form is the form that was sent as text: the frame has read it whole, within the
// bound of its route. A request without one has an empty one.
func (v *Visit) Form() url.Values { return v.R.PostForm }

// identify finds who a session's cookie belongs to. A session that is unknown or
// over is nobody's; any other failure is one.
func (s *Site) identify(v *Visit) error {
	c, err := v.R.Cookie(s.cookieName())
	if err != nil {
		return nil
	}
	v.Visitor, err = s.People.Authenticate(v.R.Context(), c.Value)
	if fault.KindOf(err) == fault.Unauthenticated {
		return nil
	}
	return err
}

// cookieName binds the cookie to this host and to HTTPS where there is HTTPS (RFC
// 6265bis section 4.1.3.2).
func (s *Site) cookieName() string {
	if s.Secure {
		return "__Host-tocsin"
	}
	return "tocsin"
}

// signIn gives the visitor's browser the secret of the session that was opened.
func (v *Visit) signIn(secret string) { v.cookie(v.site.cookieName(), secret, 0) }

// SignOut takes the secret of the session out of the visitor's browser.
func (v *Visit) SignOut() { v.cookie(v.site.cookieName(), "", -1) }

// Secret is the secret of the session that the request came with; "" for none.
func (v *Visit) Secret() string {
	if c, err := v.R.Cookie(v.site.cookieName()); err == nil {
		return c.Value
	}
	return ""
}

// cookie sets a cookie that no script reads and no other site's form sends. A life
// of 0 is until the browser ends, -1 ends it.
func (v *Visit) cookie(name, value string, life int) {
	http.SetCookie(v.W, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: life, HttpOnly: true, Secure: v.site.Secure, SameSite: http.SameSiteLaxMode})
}

// Theme is the visitor's choice: light, dark, or "" for the system's.
func (v *Visit) Theme() string {
	if c, err := v.R.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// SetTheme keeps a choice for a year; any other word than light or dark ends it.
func (v *Visit) SetTheme(theme string) {
	if theme == "light" || theme == "dark" {
		v.cookie("theme", theme, 365*24*3600)
		return
	}
	v.cookie("theme", "", -1)
}

// NoKeys tells whether the visitor switched single keys off.
func (v *Visit) NoKeys() bool {
	c, err := v.R.Cookie("keys")
	return err == nil && c.Value == "off"
}

// SetKeys keeps for a year whether single keys do anything.
func (v *Visit) SetKeys(on bool) {
	if on {
		v.cookie("keys", "", -1)
		return
	}
	v.cookie("keys", "off", 365*24*3600)
}

// Lang is the language of the page, of those that its words have: as asked for by
// ?lang=, else as the browser prefers.
func (v *Visit) Lang(p *Pages) string {
	if l := v.R.URL.Query().Get("lang"); p.has(l) {
		return l
	}
	for part := range strings.SplitSeq(v.R.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if p.has(base) {
			return base
		}
	}
	return "en"
}

// Go answers with another address of this site; Local makes sure that it is one.
func (v *Visit) Go(path string) error {
	v.redirected = true
	http.Redirect(v.W, v.R, Local(path), http.StatusSeeOther)
	return nil
}

// Local gives a path of this site as it is, and / for anything that a browser
// might take for another site's address.
func Local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	return path
}

// here is where a visitor comes back to after signing in or proving a factor: the
// page, for a form the page that it stood on.
func (v *Visit) here() string {
	if v.R.Method == http.MethodGet || v.R.Method == http.MethodHead {
		return v.R.URL.RequestURI()
	}
	if u, err := url.Parse(v.R.Referer()); err == nil && u.Host == v.R.Host {
		return u.RequestURI()
	}
	return "/"
}

func (v *Visit) toSignIn() {
	if v.R.URL.Path == "/" {
		v.Go("/public")
		return
	}
	v.Go("/sign-in?next=" + url.QueryEscape(Local(v.here())))
}

func (v *Visit) toStepUp() { v.Go("/step-up?next=" + url.QueryEscape(Local(v.here()))) }

// Show answers 200 with a page.
func (v *Visit) Show(p *Pages, name string, page Page) error {
	return p.show(v, http.StatusOK, name, page)
}

// ShowAs answers with a page and another code, such as 422 for a form with errors.
func (v *Visit) ShowAs(code int, p *Pages, name string, page Page) error {
	return p.show(v, code, name, page)
}
