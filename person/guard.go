package person

import (
	"net/netip"
	"sync"
	"time"
)

// The bounds of guessing passwords. They are counted in memory, each node for
// itself, and forgotten when it ends; none of them touches passkeys, links or
// OpenID. A wait never grows while one waits, and nothing is ever locked.
//
//   - Somebody at one network (an IPv4 address, an IPv6 /64) who tries one login
//     has 5 failures free. Then each further one doubles a wait, from 1 s to 15 min.
//   - One network has 50 failures free over all logins, then the same waits.
//   - One login has 100 failures a day from all networks (NIST SP 800-63B section
//     5.2.2 allows 100 in a row). Then strangers wait until it is fewer: one more
//     try each 14 min 24 s. Where the person signed in with the password before
//     neither this bound nor that of a network counts, so nobody can shut a person
//     out of where they work.
const (
	freeAtNetwork = 5
	freeOfNetwork = 50
	freeOfLogin   = 100
	firstWait     = time.Second
	longestWait   = 15 * time.Minute
	forgetAfter   = time.Hour // without a failure
	loginRefill   = 24 * time.Hour / freeOfLogin
	maxTallies    = 50_000 // of each kind; the ones that matter least make room
	freeOfTaken   = 20     // logins that were taken, of one person or member, before the same waits
)

// tally counts failures.
type tally struct {
	n    int
	last time.Time // the newest; of a login: when the oldest that counts was forgotten
}

// guard counts the failures of signing in with a password. It keeps keyed hashes only.
type guard struct {
	mu       sync.Mutex
	pairs    map[[32]byte]tally // login at a network
	networks map[[32]byte]tally
	logins   map[[32]byte]tally
	taken    map[[32]byte]tally // who chose logins that are somebody else's
}

func newGuard() *guard {
	return &guard{pairs: map[[32]byte]tally{}, networks: map[[32]byte]tally{}, logins: map[[32]byte]tally{}, taken: map[[32]byte]tally{}}
}

// try is who tries what.
type try struct {
	pair, network, login [32]byte
	known                bool // the person of this login signed in from this network before
}

// enter counts a failure before it is known whether it is one, so that many tries
// at once are no way around; passed and undo take it back. Over a bound it gives
// how long to wait, and counts nothing.
func (g *guard) enter(t try, now time.Time) (wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait = waitOf(g.pairs[t.pair], freeAtNetwork, now)
	if !t.known {
		wait = max(wait, waitOf(g.networks[t.network], freeOfNetwork, now))
		if l := refilled(g.logins[t.login], now); l.n >= freeOfLogin {
			wait = max(wait, loginRefill-now.Sub(l.last))
		}
	}
	if wait > 0 {
		return wait
	}
	add(g.pairs, t.pair, now)
	add(g.networks, t.network, now)
	if !t.known {
		l := refilled(g.logins[t.login], now)
		l.n++
		makeRoom(g.logins, t.login)
		g.logins[t.login] = l
	}
	return 0
}

// passed takes back what enter counted, and forgives the login at this network.
func (g *guard) passed(t try) {
	g.undo(t)
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.pairs, t.pair)
}

// undo takes back what enter counted, when nothing was looked at.
func (g *guard) undo(t try) {
	g.mu.Lock()
	defer g.mu.Unlock()
	less(g.pairs, t.pair)
	less(g.networks, t.network)
	if !t.known {
		less(g.logins, t.login)
	}
}

func less(m map[[32]byte]tally, k [32]byte) {
	if t := m[k]; t.n > 1 {
		t.n--
		m[k] = t
	} else {
		delete(m, k)
	}
}

// ask gives how long somebody waits before choosing another login, and hit counts
// one that was taken: that a login is taken tells who is here.
func (g *guard) ask(who [32]byte, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return waitOf(g.taken[who], freeOfTaken, now)
}

func (g *guard) hit(who [32]byte, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	add(g.taken, who, now)
}

// waitOf gives how long is still to wait after n failures.
func waitOf(t tally, free int, now time.Time) time.Duration {
	if t.n < free || now.Sub(t.last) >= forgetAfter {
		return 0
	}
	wait := longestWait
	if shift := t.n - free; shift < 10 { // 2^10 s are over a quarter of an hour
		wait = min(longestWait, firstWait<<shift)
	}
	return max(0, wait-now.Sub(t.last))
}

// refilled gives a login's tally with one failure fewer for each loginRefill that passed.
func refilled(t tally, now time.Time) tally {
	if t.n == 0 {
		return tally{last: now}
	}
	n := min(int(now.Sub(t.last)/loginRefill), t.n)
	t.n -= n
	t.last = t.last.Add(time.Duration(n) * loginRefill)
	if t.n == 0 {
		t.last = now
	}
	return t
}

func add(m map[[32]byte]tally, k [32]byte, now time.Time) {
	t := m[k]
	if now.Sub(t.last) >= forgetAfter {
		t.n = 0
	}
	makeRoom(m, k)
	m[k] = tally{n: t.n + 1, last: now}
}

// makeRoom drops, of a few, the tally that matters least, when there is no room for k.
func makeRoom(m map[[32]byte]tally, k [32]byte) {
	if _, ok := m[k]; ok || len(m) < maxTallies {
		return
	}
	const looked = 16
	var least [32]byte
	var of tally
	n := 0
	for key, t := range m { // in no order
		if n == 0 || t.n < of.n || t.n == of.n && t.last.Before(of.last) {
			least, of = key, t
		}
		if n++; n == looked {
			break
		}
	}
	delete(m, least)
}

// networkOf gives what counts as one network: an IPv4 address, an IPv6 /64. addr
// may have a port; what is no address counts as one network together.
func networkOf(addr string) string {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		ap, err := netip.ParseAddrPort(addr)
		if err != nil {
			return ""
		}
		a = ap.Addr()
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	prefix, err := a.Prefix(64)
	if err != nil {
		return ""
	}
	return prefix.String()
}
