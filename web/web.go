// Package web is the door for people. Until the pages come it has one plain page
// that says what runs, and the one-time links that will sign people in.
package web

import (
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"html/template"
	"net/http"
	"sync"
	"time"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/fault"
)

//go:embed page.html
var pages embed.FS

// linkLife is how long a one-time link may be used.
const linkLife = 24 * time.Hour

// Links are the one-time links of this process: hashed, used once, gone when it ends.
type Links struct {
	mu    sync.Mutex
	links map[[32]byte]link
}

type link struct {
	member string
	until  time.Time
}

// NewLinks makes an empty set.
func NewLinks() *Links { return &Links{links: map[[32]byte]link{}} }

// Make makes a link for a member's person and gives its path.
func (l *Links) Make(member string) string {
	token := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.links[sha256.Sum256([]byte(token))] = link{member, time.Now().UTC().Add(linkLife)}
	return "/welcome/" + token
}

// Take uses a link up; false when it is unknown, was used, or is too old.
func (l *Links) Take(token string) (member string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := sha256.Sum256([]byte(token))
	found, ok := l.links[k]
	delete(l.links, k)
	return found.member, ok && time.Now().UTC().Before(found.until)
}

type page struct {
	Member, Version, Origin, Key string
	Size                         int64
}

// Handler serves the plain page.
func Handler(x *exchange.Exchange, d *door.Door, links *Links, version string) http.Handler {
	t := template.Must(template.ParseFS(pages, "page.html"))
	show := func(w http.ResponseWriter, r *http.Request, member string) {
		head, err := x.Head(r.Context())
		if err != nil {
			d.Problem(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		// An error here is a client that went away: the page is a few hundred bytes.
		_ = t.Execute(w, page{Member: member, Version: version, Origin: x.Keys().Origin(), Key: x.Keys().VerifierKey(), Size: head.Size})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { show(w, r, "") })
	mux.HandleFunc("GET /welcome/{token}", func(w http.ResponseWriter, r *http.Request) {
		member, ok := links.Take(r.PathValue("token"))
		if !ok {
			d.Problem(w, r, fault.New(fault.Gone, "this link was used already, or is older than a day; ask the operator for a new one"))
			return
		}
		show(w, r, member)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.Problem(w, r, fault.New(fault.NotFound, "there is nothing here; the doors are /taxii2/, /feeds/, /api/v1/, /log/"))
	})
	return mux
}
