package oidc

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"sync"
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
	key                    [32]byte
}

// pending holds the logins that are under way, in this process only, hashed by the
// id that the browser's cookie carries. Since all live equally long, the first of
// the list is the first to end.
type pending struct {
	mu    sync.Mutex
	order *list.List
	byKey map[[32]byte]*list.Element
}

func newPending() *pending {
	return &pending{order: list.New(), byKey: map[[32]byte]*list.Element{}}
}

func (l login) over(now time.Time) bool { return now.Sub(l.began) >= loginLife }

// put keeps a login and gives its id.
func (p *pending) put(l login) (id string) {
	id = rand.Text()
	l.key, l.began = sha256.Sum256([]byte(id)), time.Now().UTC()
	p.mu.Lock()
	defer p.mu.Unlock()
	for e := p.order.Front(); e != nil && (p.order.Len() >= maxLogins || e.Value.(login).over(l.began)); e = p.order.Front() {
		p.drop(e)
	}
	p.byKey[l.key] = p.order.PushBack(l)
	return id
}

// take gives a login, once.
func (p *pending) take(id string) (login, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.byKey[sha256.Sum256([]byte(id))]
	if !ok {
		return login{}, false
	}
	p.drop(e)
	l := e.Value.(login)
	return l, !l.over(time.Now().UTC())
}

func (p *pending) drop(e *list.Element) {
	delete(p.byKey, e.Value.(login).key)
	p.order.Remove(e)
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
	l, ok := d.pending.take(k.Value)
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
