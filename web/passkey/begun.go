package passkey

import (
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/fault"
	"tocsin/web/frame"
	"tocsin/web/pending"
)

const (
	// ceremonyLife is how long a ceremony may take: WebAuthn level 3 section 15.1
	// recommends 5 minutes where the user is verified.
	ceremonyLife = 5 * time.Minute
	// maxCeremonies is how many may be under way in each of the two sets: about 1 kB
	// each. Over it the oldest ends.
	maxCeremonies = 20_000
)

// ceremony is what somebody began, with all that the end of it is checked against.
type ceremony struct {
	what    string
	session int64 // of the visitor; 0 for who isn't signed in
	origin  string
	data    webauthn.SessionData
}

// begin keeps a ceremony for the visitor's browser.
func (d *desk) begin(v *frame.Visit, c ceremony) {
	c.session = v.Visitor.ID
	if c.what == signIn {
		c.session = 0
	}
	d.cookie(v, d.of(c.what).Put(c), int(ceremonyLife/time.Second))
}

// end gives the ceremony that the visitor's browser began, if it was this one: once,
// whatever comes of it.
func (d *desk) end(v *frame.Visit, what string) (ceremony, error) {
	over := fault.New(fault.Gone, "this took longer than %d minutes, or was sent before; nothing was done; begin again", int(ceremonyLife/time.Minute))
	k, err := v.R.Cookie(d.cookieName())
	if err != nil {
		return ceremony{}, over
	}
	d.cookie(v, "", -1)
	c, ok := d.of(what).Take(k.Value)
	if !ok || c.what != what || what != signIn && c.session != v.Visitor.ID {
		return ceremony{}, over
	}
	return c, nil
}

// of keeps strangers, who may begin as many as they like, from ending those of
// people who are signed in.
func (d *desk) of(what string) *pending.Set[ceremony] {
	if what == signIn {
		return d.strangers
	}
	return d.known
}

func (d *desk) cookieName() string {
	if d.site.Secure {
		return "__Host-tocsin-passkey"
	}
	return "tocsin-passkey"
}

func (d *desk) cookie(v *frame.Visit, value string, life int) {
	http.SetCookie(v.W, &http.Cookie{Name: d.cookieName(), Value: value, Path: "/", MaxAge: life, HttpOnly: true, Secure: d.site.Secure, SameSite: http.SameSiteStrictMode})
}
