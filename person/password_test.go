package person

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
)

func TestGoodAndBadPasswords(t *testing.T) {
	own := []string{"jane.roe", "Jane Roe", "Harbor Bank"}
	for password, good := range map[string]bool{
		"copper lantern oath": true,
		"vq7#Lm2xTz9w":        true, // 12
		"vq7#Lm2xTz9":         false,
		strings.Repeat("vq7#Lm2xTz9w", 10) + "abKd5f!h":  true, // 128
		strings.Repeat("vq7#Lm2xTz9w", 10) + "abKd5f!hi": false,
		"żółw pod mostem":                                true,
		"ﬁve ﬁngers ﬂat out":                             true, // ligatures
		"aaaaaaaaaaaaaaaa":                               false,
		"abcabcabcabcabc":                                false,
		"abcdefghijklmnop":                               false,
		"zyxwvutsrqponmlk":                               false,
		"1234567890123456":                               false,
		"qwertyuiop123456":                               false,
		"password12345678":                               false,
		"P@ssw0rd!P@ssw0rd!":                             false,
		"Welcome2026!!!":                                 false,
		"Summer2026Summer2026":                           false,
		"january2026!!":                                  false,
		"jane.roe.jane.roe":                              false,
		"JaneRoe123456":                                  false,
		"harborbank2026":                                 false,
		"H4rb0r B4nk 2026":                               false,
		"harbor pilot sings at noon":                     true,
		"            ":                                   false,
		"correct horse battery staple":                   false, // too famous
		"correcthorsebatterystaple":                      false,
		"\xff\xfe vq7#Lm2xTz9w":                          false,
		strings.Repeat("a", 100_000):                     false,
	} {
		_, err := cleanPassword(password, own...)
		if (err == nil) != good || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.60q: %v (surprise %d)", password, err, surprise(password, own))
		}
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("the error quotes %.60q", password)
		}
	}
}

// The same password typed in another form of Unicode is the same.
func TestPasswordsAreNormalised(t *testing.T) {
	p := New(nil, 1, nil, nil)
	composed, _ := normal("caf\u00e9 by the r\u00edver")
	hash, err := p.hash(t.Context(), composed)
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]bool{"cafe\u0301 by the ri\u0301ver": true, "caf\u00e9 by the r\u00edver": true, "cafe by the river": false, "Caf\u00e9 by the r\u00edver": false} {
		s, _ := normal(typed)
		if ok, err := p.verify(t.Context(), s, hash); err != nil || ok != want {
			t.Errorf("%q: %v, %v", typed, ok, err)
		}
	}
	for _, bad := range [][]byte{nil, {}, hash[:40], append([]byte{2}, hash[1:]...)} {
		if ok, err := p.verify(t.Context(), composed, bad); ok || err != nil {
			t.Errorf("a broken hash: %v, %v", ok, err)
		}
	}
	again, err := p.hash(t.Context(), composed)
	if err != nil || string(again) == string(hash) {
		t.Error("two hashes of one password are equal")
	}
}

// Four hash at once; who finds no place in 5 s hears so.
func TestHashingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(nil, 1, nil, nil)
		for range hashesAtOnce {
			p.hashing <- struct{}{}
		}
		began := time.Now()
		if _, err := p.argon(t.Context(), "x", make([]byte, saltSize)); fault.KindOf(err) != fault.Busy || time.Since(began) != hashWait {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.argon(ctx, "x", make([]byte, saltSize)); err == nil {
			t.Error("somebody who went away got a place")
		}
		<-p.hashing
		if _, err := p.argon(t.Context(), "x", make([]byte, saltSize)); err != nil {
			t.Errorf("with a place free: %v", err)
		}
		if len(p.hashing) != hashesAtOnce-1 {
			t.Error("a place isn't given back")
		}
	})
}

func FuzzCleanPassword(f *testing.F) {
	for _, s := range []string{"copper lantern oath", "aaaaaaaaaaaa", "\u0301\u0301\u0301", "\xff", "P@ssw0rd", "ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ"} {
		f.Add(s, "jane")
	}
	f.Fuzz(func(t *testing.T, password, own string) {
		s, err := cleanPassword(password, own)
		if err != nil {
			return
		}
		again, err := cleanPassword(s, own)
		if n := len([]rune(s)); n < MinPassword || n > MaxPassword || again != s || err != nil {
			t.Errorf("%q becomes %q, and that %q: %v", password, s, again, err)
		}
	})
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"Jane Roe", "\u202e", "a\x00b", "\u2066x\u2069", "\xff", "a\u2028b", "é", "e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := Visible(s)
		if strings.ContainsAny(v, "\x00\r\n\t\x1b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029") || Visible(v) != v {
			t.Errorf("%q becomes %q", s, v)
		}
		if l, err := cleanLogin(s); err == nil {
			if again, err := cleanLogin(l); err != nil || again != l || strings.Trim(l, loginLetters) != "" {
				t.Errorf("login %q becomes %q", s, l)
			}
		}
		if l, err := cleanLogin(loginFrom(s) + "-1000"); err != nil {
			t.Errorf("the login made from %q is %q: %v", s, l, err)
		}
		if n, err := cleanName("name", s); err == nil && len([]rune(n)) > MaxName {
			t.Errorf("name %q", n)
		}
	})
}
