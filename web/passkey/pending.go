package passkey

import (
	"container/list"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/fault"
	"tocsin/web/frame"
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
	until   time.Time
	key     [32]byte
}

// pending holds the ceremonies that are under way, in this process only, hashed by
// the id that the browser's cookie carries. Since all live equally long, the first
// of the list is the first to end.
type pending struct {
	mu    sync.Mutex
	order *list.List
	byKey map[[32]byte]*list.Element
}

func newPending() *pending {
	return &pending{order: list.New(), byKey: map[[32]byte]*list.Element{}}
}

// put keeps a ceremony and gives its id.
func (p *pending) put(c ceremony) (id string) {
	id = rand.Text()
	c.key, c.until = sha256.Sum256([]byte(id)), time.Now().UTC().Add(ceremonyLife)
	p.mu.Lock()
	defer p.mu.Unlock()
	for e := p.order.Front(); e != nil && (p.order.Len() >= maxCeremonies || !time.Now().UTC().Before(e.Value.(ceremony).until)); e = p.order.Front() {
		p.drop(e)
	}
	p.byKey[c.key] = p.order.PushBack(c)
	return id
}

// take gives a ceremony, once.
func (p *pending) take(id string) (ceremony, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.byKey[sha256.Sum256([]byte(id))]
	if !ok {
		return ceremony{}, false
	}
	p.drop(e)
	c := e.Value.(ceremony)
	return c, time.Now().UTC().Before(c.until)
}

func (p *pending) drop(e *list.Element) {
	delete(p.byKey, e.Value.(ceremony).key)
	p.order.Remove(e)
}

// begin keeps a ceremony for the visitor's browser.
func (d *desk) begin(v *frame.Visit, c ceremony) {
	c.session = v.Visitor.ID
	if c.what == signIn {
		c.session = 0
	}
	d.cookie(v, d.of(c.what).put(c), int(ceremonyLife/time.Second))
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
	c, ok := d.of(what).take(k.Value)
	if !ok || c.what != what || what != signIn && c.session != v.Visitor.ID {
		return ceremony{}, over
	}
	return c, nil
}

// of keeps strangers, who may begin as many as they like, from ending those of
// people who are signed in.
func (d *desk) of(what string) *pending {
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
