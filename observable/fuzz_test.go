package observable

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var allKinds = []Kind{IPv4, IPv6, CIDR, Domain, URL, Email, MD5, SHA1, SHA256, SHA512, SSDEEP, TLSH, Imphash, JA3, JA4, CVE, Attack, BTC, ETH, XMR, Onion, Registry, FilePath, FileName, Mutex, ASN, MAC, UserAgent}

func FuzzCanonical(f *testing.F) {
	for _, c := range canonicalCases {
		f.Add(c.raw)
	}
	f.Add("[[[.]]].[.]")
	f.Add("&#38;amp;#46;")
	f.Add("//0")
	f.Add("\x00@0")
	f.Add("http://a.example/[[.].]&am&#112;;")
	f.Fuzz(func(t *testing.T, raw string) {
		for _, k := range allKinds {
			th, err := Canonical(k, raw)
			if err != nil {
				continue
			}
			if again, err := Canonical(th.Kind, th.Value); err != nil || again != th {
				t.Fatalf("%s %q: Canonical(%q) = %q, %v", k, raw, th, again, err)
			}
			if th.Value == "" || !utf8.ValidString(th.Value) || strings.ContainsAny(th.Value, "\n\r\x00") {
				t.Fatalf("%s %q gives %q", k, raw, th.Value)
			}
			if p, ok := th.Pattern(); ok {
				if got := FromPattern(p); len(got) != 1 || got[0] != th {
					t.Fatalf("%s %q: FromPattern(%s) = %q; want %q", k, raw, p, got, th)
				}
			}
			Special(th)
		}
	})
}

func FuzzGuess(f *testing.F) {
	for _, c := range canonicalCases {
		f.Add(c.raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		th, ok := Guess(raw)
		if !ok {
			return
		}
		if again, err := Canonical(th.Kind, th.Value); err != nil || again != th {
			t.Fatalf("Guess(%q) = %q, whose canonical form is %q, %v", raw, th, again, err)
		}
	})
}

func FuzzFromPattern(f *testing.F) {
	for _, s := range []string{"[domain-name:value = 'evil.example']", `[a:b.'c'[0].d IN ('x', 1)] OR ([e:f LIKE '\'\\'])`,
		"[file:hashes.MD5 = 'x' AND (a:b = 1 OR c:d NOT = h'00')]", "[EXISTS a:b] FOLLOWEDBY [c:d = true] WITHIN 5 SECONDS"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		for _, th := range FromPattern(pattern) {
			p, ok := th.Pattern()
			if !ok {
				t.Fatalf("%q has no pattern", th)
			}
			if got := FromPattern(p); len(got) != 1 || got[0] != th {
				t.Fatalf("%q: FromPattern(%s) = %q", th, p, got)
			}
		}
	})
}
