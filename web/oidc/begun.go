package oidc

import (
	"crypto/subtle"
	"net/http"
	"time"

	"tocsin/fault"
	"tocsin/web/frame"
)

const (
	// loginLife is how long somebody may take at the provider, with a second factor
	// to look for.
	loginLife = 10 * time.Minute
	// maxLogins is how many may be under way: about 600 bytes each. Over it the
	// oldest ends.
	maxLogins = 20_000
)

// login is what somebody began, with all that the end of it is checked against.
type login struct {
	what, next             string
	session                int64 // of the visitor, for a step-up or a link
	state, nonce, verifier string
	began                  time.Time
}

// end gives the login that the visitor's browser began, once, if the state that came
// back is the one that was sent and the session is the one that it was begun in.
func (d *desk) end(v *frame.Visit, state string) (login, error) {
	over := fault.New(fault.Gone, "this sign-in took longer than %d minutes, was used before, or was begun in another tab or browser; nothing was done; begin again", int(loginLife/time.Minute))
	k, err := v.R.Cookie(d.cookieName())
	if err != nil {
		return login{}, over
	}
	d.cookie(v, "", -1)
	l, ok := d.pending.Take(k.Value)
	if !ok || subtle.ConstantTimeCompare([]byte(l.state), []byte(state)) != 1 || l.what != signIn && l.session != v.Visitor.ID {
		return login{}, over
	}
	return l, nil
}

func (d *desk) cookieName() string {
	if d.site.Secure {
		return "__Host-tocsin-oidc"
	}
	return "tocsin-oidc"
}

// cookie sets the login's cookie. It is Lax, not Strict: the provider sends people
// back from another site.
func (d *desk) cookie(v *frame.Visit, value string, life int) {
	http.SetCookie(v.W, &http.Cookie{Name: d.cookieName(), Value: value, Path: "/", MaxAge: life, HttpOnly: true, Secure: d.site.Secure, SameSite: http.SameSiteLaxMode})
}
