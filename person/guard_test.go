package person

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"tocsin/fault"
)

func aTry(login, network string, known bool) try {
	k := func(s string) (h [32]byte) { copy(h[:], s); return h }
	return try{pair: k(login + "|" + network), network: k(network), login: k(login), known: known}
}

// At one network: 5 failures free, then 1 s, 2 s, 4 s ... and never over 15 min.
func TestWaitAtANetwork(t *testing.T) {
	g, now := newGuard(), time.Now()
	one := aTry("jane", "192.0.2.1", false)
	for i := range freeAtNetwork {
		if wait := g.enter(one, now); wait != 0 {
			t.Fatalf("failure %d waits %s", i+1, wait)
		}
	}
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900} {
		want *= time.Second
		if wait := g.enter(one, now); wait != want {
			t.Fatalf("the wait is %s, not %s", wait, want)
		}
		if wait := g.enter(one, now.Add(want-1)); wait != 1 { // trying meanwhile adds nothing
			t.Fatalf("just before: %s", wait)
		}
		if now = now.Add(want); g.enter(one, now) != 0 {
			t.Fatal("it isn't over in its time")
		}
	}
	if wait := g.enter(aTry("jane", "192.0.2.2", false), now); wait != 0 {
		t.Errorf("another network waits %s", wait)
	}
	if wait := g.enter(aTry("rob", "192.0.2.1", false), now); wait != 0 {
		t.Errorf("another login waits %s", wait)
	}
	g.passed(one)
	if wait := g.enter(one, now); wait != 0 {
		t.Errorf("after a success: %s", wait)
	}
}

func TestFailuresAreForgotten(t *testing.T) {
	g, now := newGuard(), time.Now()
	one := aTry("jane", "192.0.2.1", false)
	for range freeAtNetwork + 1 {
		g.enter(one, now)
	}
	now = now.Add(forgetAfter)
	for i := range freeAtNetwork {
		if wait := g.enter(one, now); wait != 0 {
			t.Errorf("an hour later failure %d waits %s", i+1, wait)
		}
	}
}

// Over all logins: 50 failures of a network free.
func TestWaitOfANetwork(t *testing.T) {
	g, now := newGuard(), time.Now()
	for i := range freeOfNetwork {
		if wait := g.enter(aTry(fmt.Sprint("login", i), "192.0.2.1", false), now); wait != 0 {
			t.Fatalf("failure %d waits %s", i+1, wait)
		}
	}
	if wait := g.enter(aTry("one more", "192.0.2.1", false), now); wait != time.Second {
		t.Errorf("the next waits %s", wait)
	}
	if wait := g.enter(aTry("one more", "192.0.2.2", false), now); wait != 0 {
		t.Errorf("another network waits %s", wait)
	}
	if wait := g.enter(aTry("jane", "192.0.2.1", true), now); wait != 0 {
		t.Errorf("who signed in from there before waits %s", wait)
	}
}

// Over all networks: 100 failures of a login a day; who is known there is let through.
func TestWaitOfALogin(t *testing.T) {
	g, now := newGuard(), time.Now()
	for i := range freeOfLogin {
		if wait := g.enter(aTry("jane", fmt.Sprint(i), false), now); wait != 0 {
			t.Fatalf("failure %d waits %s", i+1, wait)
		}
	}
	if wait := g.enter(aTry("jane", "stranger", false), now); wait != loginRefill {
		t.Errorf("a stranger waits %s, not %s", wait, loginRefill)
	}
	if wait := g.enter(aTry("rob", "stranger", false), now); wait != 0 {
		t.Errorf("another login waits %s", wait)
	}
	home := aTry("jane", "home", true)
	for range 3 {
		if wait := g.enter(home, now); wait != 0 {
			t.Errorf("somebody known waits %s", wait)
		}
		g.passed(home)
	}
	if wait := g.enter(aTry("jane", "stranger", false), now.Add(loginRefill-1)); wait != 1 {
		t.Errorf("just before the next: %s", wait)
	}
	if wait := g.enter(aTry("jane", "stranger", false), now.Add(loginRefill)); wait != 0 {
		t.Errorf("the next waits %s", wait)
	}
	if wait := g.enter(aTry("jane", "another", false), now.Add(loginRefill)); wait == 0 {
		t.Error("two more in one refill")
	}
}

// Where a person signed in before nobody waits, however many failures there are; and
// what failed there makes strangers at that network wait.
func TestKnownNeverWaits(t *testing.T) {
	g, now := newGuard(), time.Now()
	for i := range 1000 {
		if wait := g.enter(aTry("jane", "192.0.2.1", true), now); wait != 0 {
			t.Fatalf("failure %d waits %s", i+1, wait)
		}
	}
	if wait := g.enter(aTry("rob", "192.0.2.1", false), now); wait != longestWait {
		t.Errorf("a stranger there waits %s", wait)
	}
}

// The right password with a wrong code: 100 a day of a login, from wherever.
func TestWrongCodes(t *testing.T) {
	g, now := newGuard(), time.Now()
	for i := range freeOfCodes {
		if !g.code(aTry("jane", fmt.Sprint(i), i%2 == 0), now) {
			t.Fatalf("code %d isn't looked at", i+1)
		}
	}
	jane := aTry("jane", "home", true)
	if g.code(jane, now) || g.code(jane, now.Add(codeRefill-1)) {
		t.Error("one more is looked at")
	}
	if !g.code(aTry("rob", "home", true), now) {
		t.Error("another login's isn't")
	}
	if now = now.Add(codeRefill); !g.code(jane, now) || g.code(jane, now) {
		t.Error("a refill later it isn't one more")
	}
	g.rightCode(jane)
	if !g.code(jane, now) {
		t.Error("the right one counts")
	}
}

// A session has its own 5 failures, and counts for nothing else.
func TestWaitOfASession(t *testing.T) {
	g, now := newGuard(), time.Now()
	one, two := aTry("jane", "session 1", true), aTry("jane", "session 2", true)
	one.session, two.session = true, true
	for range freeAtNetwork {
		if wait := g.enter(one, now); wait != 0 {
			t.Fatalf("a wait of %s", wait)
		}
	}
	if wait := g.enter(one, now); wait != time.Second {
		t.Errorf("the sixth waits %s", wait)
	}
	if wait := g.enter(two, now); wait != 0 {
		t.Errorf("another session waits %s", wait)
	}
	if len(g.networks)+len(g.logins) != 0 {
		t.Error("it counts elsewhere")
	}
}

// One try at a time of a login at known networks; strangers wait for none.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuard()
		jane := aTry("jane", "home", true)
		done, err := g.turn(t.Context(), jane)
		if err != nil {
			t.Fatal(err)
		}
		if free, err := g.turn(t.Context(), aTry("jane", "elsewhere", false)); err != nil {
			t.Error(err)
		} else {
			free()
		}
		began := time.Now()
		if _, err := g.turn(t.Context(), jane); fault.KindOf(err) != fault.Busy || time.Since(began) != hashWait {
			t.Errorf("in line for %s: %v", time.Since(began), err)
		}
		go func() { time.Sleep(hashWait - 1); done() }()
		if done, err = g.turn(t.Context(), jane); err != nil {
			t.Errorf("when it is free: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.turn(ctx, jane); err == nil {
			t.Error("who went away has a turn")
		}
		done()
	})
}

// Whatever happens, a wait is at most 15 minutes, and whoever waits it out may try.
func TestNobodyIsLockedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, now := newGuard(), time.Unix(1_800_000_000, 0)
		for range rapid.IntRange(1, 300).Draw(t, "tries") {
			one := aTry(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "login"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "network"), rapid.Bool().Draw(t, "known"))
			wait := g.enter(one, now)
			if wait < 0 || wait > longestWait {
				t.Fatalf("a wait of %s", wait)
			}
			if wait == 0 && rapid.IntRange(0, 9).Draw(t, "right") == 0 {
				g.passed(one)
			}
			if wait > 0 {
				if now = now.Add(wait); g.enter(one, now) != 0 {
					t.Fatalf("after %s one still waits", wait)
				}
			}
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Minute)).Draw(t, "later")))
		}
	})
}

// However many logins and networks there are, memory is bounded, and what has most failures stays.
func TestGuardIsBounded(t *testing.T) {
	g, now := newGuard(), time.Now()
	victim := aTry("jane", "192.0.2.1", false)
	for range freeAtNetwork {
		g.enter(victim, now)
	}
	for i := range maxTallies + 1000 {
		g.enter(aTry(fmt.Sprint("login", i), fmt.Sprint("network", i), false), now)
	}
	for what, n := range map[string]int{"pairs": len(g.pairs), "networks": len(g.networks), "logins": len(g.logins)} {
		if n != maxTallies {
			t.Errorf("%d %s are remembered", n, what)
		}
	}
	if wait := g.enter(victim, now); wait == 0 {
		t.Error("a flood of other tries made the guard forget")
	}
}

func TestUndo(t *testing.T) {
	g, now := newGuard(), time.Now()
	one := aTry("jane", "192.0.2.1", false)
	for range 1000 {
		if wait := g.enter(one, now); wait != 0 {
			t.Fatal("what was taken back counts")
		}
		g.undo(one)
	}
	if n := len(g.pairs) + len(g.networks) + len(g.logins); n != 0 {
		t.Errorf("%d tallies of nothing", n)
	}
}

func TestNetworkOf(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "192.0.2.7:443": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:80": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "unix": "", "192.0.2.300": "",
	} {
		if got := networkOf(addr); got != want {
			t.Errorf("%q is of %q, not %q", addr, got, want)
		}
	}
}
