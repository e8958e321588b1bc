package web

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

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
