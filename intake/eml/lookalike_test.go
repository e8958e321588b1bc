package eml

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/intake"
	"tocsin/intake/scan/draft"
	"tocsin/observable"
)

func newReader(own ...string) *reader {
	n := 0
	r := &reader{hosts: map[string]linked{}, own: map[string]bool{}, people: map[string]bool{}, m: draft.New(intake.Options{NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}})}
	for _, o := range own {
		r.own[o] = true
	}
	return r
}

// TestFold holds which names look alike.
func TestFold(t *testing.T) {
	for _, pair := range [][2]string{{"harborbank", "harb0rbank"}, {"harborbank", "harborbank"}, {"modern", "rnodern"}, {"wave", "vvave"}, {"allied", "a11ied"}, {"allied", "aiiied"}, {"secure", "53cure"}, {"illini", "1ll1n1"}} {
		if fold(pair[0]) != fold(pair[1]) {
			t.Errorf("%s and %s look alike: %s, %s", pair[0], pair[1], fold(pair[0]), fold(pair[1]))
		}
	}
	for _, pair := range [][2]string{{"harborbank", "harbourbank"}, {"harborbank", "harborbonk"}, {"abc", "abd"}, {"new", "now"}} {
		if fold(pair[0]) == fold(pair[1]) {
			t.Errorf("%s and %s are two names", pair[0], pair[1])
		}
	}
}

// TestImitates holds which registered domains take in the name of a recipient.
func TestImitates(t *testing.T) {
	r := newReader("harborbank.example", "bank.test", "lake-side.co.uk")
	for org, want := range map[string]bool{
		"login-harborbank.example": true, "harborbank-login.test": true, "harborbanklogin.test": true, "secureharborbank.test": true, "harborbank-support-desk.test": true, "harb0rbank.test": true, "harb0rbank-verify.test": true, "lake-side-portal.test": true, "update-lake-side.com": true,
		"harborbank.test": false, "harborbank.example": false, "harborbanking.test": false, "my-harbor-bank.test": false, "other.test": false, "login-bank.test": false, "friendsofharborbank.test": false, "": false, "harbor.test": false, "lakeside.test": false,
	} {
		if got := r.imitates(org); got != want {
			t.Errorf("imitates(%q) = %v", org, got)
		}
	}
	if newReader().imitates("login-harborbank.example") {
		t.Error("without a recipient nobody is imitated")
	}
}

// TestShortNamesAreNotImitated holds from which length on a name is telling.
func TestShortNamesAreNotImitated(t *testing.T) {
	for own, want := range map[string]bool{"abcd.test": false, "abcde.test": true} {
		if got := newReader(own).imitates("login-" + strings.TrimSuffix(own, ".test") + ".example"); got != want {
			t.Errorf("a host with the name of %s: %v; want %v", own, got, want)
		}
	}
}

// TestLabel holds what an organisation chose of its name.
func TestLabel(t *testing.T) {
	for org, want := range map[string]string{"evil.example": "evil", "evil.co.uk": "evil", "evil.com": "evil", "evil-two.com.au": "evil-two", "example": "", "": "", "pages.github.io": "pages"} {
		if got := label(org); got != want {
			t.Errorf("label(%q) = %q; want %q", org, got, want)
		}
	}
}

// TestHostsThatAreKept holds how many hosts of links are looked at.
func TestHostsThatAreKept(t *testing.T) {
	for n, want := range map[int]bool{maxHosts - 1: true, maxHosts: false} {
		r := newReader("harborbank.example")
		for i := range n {
			r.link(fmt.Sprintf("http://h%d.example/", i), false)
		}
		r.link("http://login-harborbank.example/", false)
		r.deceivers(nil)
		if made := len(r.m.Batch(intake.EML, nil).Items) == 1; made != want {
			t.Errorf("behind %d hosts the deceiving one is made: %v; want %v", n, made, want)
		}
	}
}

// TestLinksOfOneHost holds that what the note says of a host stays said.
func TestLinksOfOneHost(t *testing.T) {
	r := newReader()
	r.link("http://evil.example/a", true)
	r.link("http://evil.example/b", false)
	r.link("http://203.0.113.5/b", true)
	r.link("nothing", true)
	if len(r.order) != 1 || !r.hosts["evil.example"].noted {
		t.Errorf("the hosts are %v, %v", r.order, r.hosts)
	}
	r.deceivers([]string{"mail.evil.example"})
	items := r.m.Batch(intake.EML, nil).Items
	if len(items) != 1 || !strings.Contains(string(items[0].Raw), "'evil.example'") {
		t.Errorf("made %d: %v", len(items), items)
	}
}

// TestClosing holds where the signature of a note begins.
func TestClosing(t *testing.T) {
	for text, want := range map[string]string{
		"text\nRegards,\nAna":                     "text\n",
		"text\r\nRegards,\r\nAna":                 "text\r\n",
		"text\n  Best regards  \nAna":             "text\n",
		"text\n-- \nAna":                          "text\n",
		"text\n--\nAna":                           "text\n",
		"text\n---\nmore":                         "text\n---\nmore",
		"text\nMit freundlichen Grüßen\nAna":      "text\n",
		"text\nCordialement,\nAna":                "text\n",
		"text\nС уважением,\nАна":                 "text\n",
		"> text\n> Thanks!\n> Ana":                "> text\n",
		"Thanks for the quick answer\nmore":       "Thanks for the quick answer\nmore",
		"Thanks\nmore":                            "",
		"The best\nRegards to Joe\nmore":          "The best\nRegards to Joe\nmore",
		"no closing":                              "no closing",
		"":                                        "",
		"text\nregards" + strings.Repeat(" ", 60): "text\n",
	} {
		if got := text[:closing(text)]; got != want {
			t.Errorf("closing(%q) leaves %q; want %q", text, got, want)
		}
	}
}

// TestOurs holds whose names never come out of a note.
func TestOurs(t *testing.T) {
	r := newReader("victim.test", "victim.co.uk")
	r.people["ana@gmail.com"] = true
	for _, th := range []observable.Thing{{Kind: observable.Email, Value: "x@victim.test"}, {Kind: observable.Email, Value: "x@mail.victim.co.uk"}, {Kind: observable.Email, Value: "ana@gmail.com"}, {Kind: observable.Domain, Value: "pc.victim.test"}, {Kind: observable.Domain, Value: "victim.co.uk"}, {Kind: observable.URL, Value: "https://wiki.victim.test/a"}} {
		if !r.ours(th) {
			t.Errorf("%v is ours", th)
		}
	}
	for _, th := range []observable.Thing{{Kind: observable.Email, Value: "x@gmail.com"}, {Kind: observable.Email, Value: "x@notvictim.test"}, {Kind: observable.Domain, Value: "evil.co.uk"}, {Kind: observable.URL, Value: "https://evil.test/victim.test"}, {Kind: observable.URL, Value: "http://203.0.113.5/"}, {Kind: observable.IPv4, Value: "203.0.113.5"}, {Kind: observable.MD5, Value: "x"}} {
		if r.ours(th) {
			t.Errorf("%v is not ours", th)
		}
	}
}

// TestEnvelope holds who counts as having forwarded a mail.
func TestEnvelope(t *testing.T) {
	outer := parse(t, "From: Ana <Ana@One.test>\nTo: soc@two.co.uk, joe@gmail.com\nCc: =?utf-8?q?J=C3=B6?= <jo@three.test>\nSender: s@four.test\nSubject: x\nContent-Type: message/rfc822\n\nFrom: x@evil.example\nTo: jane@five.test\nSubject: y\n\nz\n")
	r := newReader()
	r.envelope(outer, forwarded(outer))
	for _, o := range []string{"one.test", "two.co.uk", "three.test", "four.test", "five.test"} {
		if !r.own[o] {
			t.Errorf("%s is not among ours: %v", o, r.own)
		}
	}
	if r.own["gmail.com"] || r.own["evil.example"] || !r.people["ana@one.test"] || !r.people["joe@gmail.com"] {
		t.Errorf("ours are %v and %v", r.own, r.people)
	}
}
