package person

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// The bounds of guessing passwords. They are counted in memory, each node for
// itself, and forgotten when it ends; none of them touches passkeys, links or
// OpenID. A wait never grows while one waits, and nothing is ever locked.
//
//   - A stranger at one network (an IPv4 address, an IPv6 /64) who tries one login
//     has 5 failures free. Then each further one doubles a wait, from 1 s to 15 min.
//   - A network has 50 failures of strangers' and others' free over all logins, then
//     strangers there wait the same.
//   - One login has 100 failures of strangers a day from all networks (NIST SP
//     800-63B section 5.2.2 allows 100 in a row). Then strangers wait until it is
//     fewer: one more try each 14 min 24 s.
//   - Where the person signed in with the password before, none of these counts:
//     each try is looked at, one at a time of a login, and only what is wrong is
//     refused. So nobody who doesn't know the password shuts a person out of where
//     they work, also not from the same network: they can only make them wait in
//     line, a hash (some 50 ms) for each try before theirs. Who floods that line, with
//     more tries than are hashed in hashWait (some 100), makes a part of all tries
//     busy while the flood lasts, and no longer.
//   - Wherever it comes from, the right password with a wrong code has 100 failures a
//     day of one login, one more each 14 min 24 s; then no code is looked at. As one
//     of a million codes, and the two beside it, is right, who guesses finds it in a
//     day with 3 in 10,000, however many passwords a known network tries. The answer
//     is that to a wrong password: another would tell that the password is right.
//   - Who proves again who they are, in a session, is counted by that session alone,
//     as at one network: 5 failures free, then the waits.
const (
	freeAtNetwork = 5
	freeOfNetwork = 50
	freeOfLogin   = 100
	firstWait     = time.Second
	longestWait   = 15 * time.Minute
	forgetAfter   = time.Hour // without a failure
	loginRefill   = 24 * time.Hour / freeOfLogin
	freeOfCodes   = 100 // with the right password
	codeRefill    = 24 * time.Hour / freeOfCodes
	maxTallies    = 50_000 // of each kind; the ones that matter least make room
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
	codes    map[[32]byte]tally // wrong codes with the right password, of a login
	turns    [64]chan struct{}  // a place for the one try of a login that is known where it comes from
	taken    map[[32]byte]tally // who chose logins that are somebody else's
}

func newGuard() *guard {
	g := &guard{pairs: map[[32]byte]tally{}, networks: map[[32]byte]tally{}, logins: map[[32]byte]tally{}, codes: map[[32]byte]tally{}, taken: map[[32]byte]tally{}}
	for i := range g.turns {
		g.turns[i] = make(chan struct{}, 1)
	}
	return g
}

// try is who tries what.
type try struct {
	pair, network, login [32]byte // of a session, pair is that session
	known                bool     // the person of this login signed in from this network before
	session              bool     // it is to prove again who has a session
}

// enter counts a failure before it is known whether it is one, so that many tries
// at once are no way around; passed and undo take it back. Over a bound it gives
// how long to wait, and counts nothing. Who is known never waits.
func (g *guard) enter(t try, now time.Time) (wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.session || !t.known {
		wait = waitOf(g.pairs[t.pair], freeAtNetwork, now)
	}
	if t.stranger() {
		wait = max(wait, waitOf(g.networks[t.network], freeOfNetwork, now), full(g.logins[t.login], freeOfLogin, loginRefill, now))
	}
	if wait > 0 {
		return wait
	}
	add(g.pairs, t.pair, now)
	if !t.session {
		add(g.networks, t.network, now)
	}
	if t.stranger() {
		more(g.logins, t.login, loginRefill, now)
	}
	return 0
}

func (t try) stranger() bool { return !t.known && !t.session }

// code counts a wrong code with the right password before it is known whether it is
// one; rightCode takes it back. False is that no code is looked at.
func (g *guard) code(t try, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if full(g.codes[t.login], freeOfCodes, codeRefill, now) > 0 {
		return false
	}
	more(g.codes, t.login, codeRefill, now)
	return true
}

func (g *guard) rightCode(t try) {
	g.mu.Lock()
	defer g.mu.Unlock()
	less(g.codes, t.login)
}

// turn waits until no other try is looked at of a login that is known where it comes
// from, so that who guesses there leaves the other places of hashing to others.
func (g *guard) turn(ctx context.Context, t try) (done func(), err error) {
	if !t.known || t.session {
		return func() {}, nil
	}
	place := g.turns[int(t.login[0])%len(g.turns)]
	timer := time.NewTimer(hashWait)
	defer timer.Stop()
	select {
	case place <- struct{}{}:
		return func() { <-place }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, errCrowded
	}
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
	if !t.session {
		less(g.networks, t.network)
	}
	if t.stranger() {
		less(g.logins, t.login)
	}
}

// full gives how long one waits for the next of free failures a day, each of which
// is forgotten after every.
func full(t tally, free int, every time.Duration, now time.Time) time.Duration {
	if t = refilled(t, every, now); t.n >= free {
		return every - now.Sub(t.last)
	}
	return 0
}

// more counts one of them.
func more(m map[[32]byte]tally, k [32]byte, every time.Duration, now time.Time) {
	t := refilled(m[k], every, now)
	t.n++
	makeRoom(m, k)
	m[k] = t
}

func less(m map[[32]byte]tally, k [32]byte) {
	if t := m[k]; t.n > 1 {
		t.n--
		m[k] = t
	} else {
		delete(m, k)
	}
}

// Who chooses a login that is somebody else's learns that it is taken: that tells who
// is here, of all members. A person has 5 such answers a day, and the people whom a
// member invites and who rename themselves 5 together; then one more each 4 h 48 min,
// and until then no login is looked at, taken or free. What remains: a member learns
// of 5 logins a day whether they are somebody's, not whose, nor of which member; a
// node that starts anew has forgotten the count.
const (
	freeOfTaken = 5
	takenRefill = 24 * time.Hour / freeOfTaken
)

// ask gives how long somebody waits before choosing another login, and hit counts
// one that was taken.
func (g *guard) ask(who [32]byte, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return full(g.taken[who], freeOfTaken, takenRefill, now)
}

func (g *guard) hit(who [32]byte, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	more(g.taken, who, takenRefill, now)
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

// refilled gives a tally with one failure fewer for each time every that passed.
func refilled(t tally, every time.Duration, now time.Time) tally {
	if t.n == 0 {
		return tally{last: now}
	}
	n := min(int(now.Sub(t.last)/every), t.n)
	t.n -= n
	t.last = t.last.Add(time.Duration(n) * every)
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
