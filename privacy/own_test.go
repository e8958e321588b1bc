package privacy

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/stix"
)

// TestOwnFound: what of a name and of domains is found in a text, and what isn't.
func TestOwnFound(t *testing.T) {
	o := New().NewOwn([]string{"Elm Bank Ltd", "elm bank"}, []string{"elmbank.example", "elm-pay.test"})
	for text, want := range map[string]string{
		"We at Elm Bank saw it":                           "We at [organisation] saw it",
		"ELM BANK LTD. and Elm-Bank":                      "[organisation]. and [organisation]",
		"Elm\r\n Bank's proxy":                            "[organisation]'s proxy",
		"user svc_elmbank01 on ELMBANK\\dc1":              "user svc_[organisation]01 on [organisation]\\dc1",
		`line one\nElm Bank`:                              `line one\n[organisation]`,
		"elmbanking and helm bank stay":                   "elmbanking and helm bank stay",
		"at www.elmbank.example.":                         "at [organisation].",
		"at elmbank[.]example and elmbank(dot)example":    "at [organisation] and [organisation]",
		"https://www.elmbank.example:8443/a?b=c, then":    "[organisation], then",
		"hxxps[:]//x.elm-pay[.]test/a":                    "[organisation]",
		"mail soc@elmbank.example or a [at] elm-pay.test": "mail [organisation] or [organisation]",
		"http://evil.example/?u=a%40elmbank.example&x":    "http://evil.example/?[organisation]&x",
		"http://evil.example/elmbank/login":               "http://evil.example/[organisation]/login",
		"http://login-elmbank.example/x":                  "http://login-elmbank.example/x",
		"http://elmbank.login.example/x":                  "http://elmbank.login.example/x",
		"elmbank.example.evil.test stays":                 "elmbank.example.evil.test stays",
		"notelmbank.example stays":                        "notelmbank.example stays",
		"dc01.elmbank.local and elmbank-plan.pdf":         "dc01.[organisation].local and [organisation]-plan.pdf",
		"seen at elmbank.example.Then":                    "seen at [organisation].Then",
		"backup-elmbank.example.zip":                      "backup-[organisation].example.zip",
		"%2Felmbank.example=3Delmbank.example":            "%2F[organisation]=3D[organisation]",
		`MATCHES '.*elmbank\\.example'`:                   `MATCHES '.*[organisation]'`,
		"":                                                "",
	} {
		if got := Scrub(text, o.Find(text)); got != want {
			t.Errorf("%q gives %q; want %q", text, got, want)
		}
	}
}

// TestOwnNames: which names are looked for.
func TestOwnNames(t *testing.T) {
	g := New()
	for _, c := range []struct{ name, text, want string }{
		{"Bank", "the bank", "the bank"},
		{"Elm", "the Elm", "the Elm"},
		{"Elms", "the Elms", "the [organisation]"},
		{"A Bc D", "a bc d and abcd", "[organisation] and abcd"},
		{"City Hospital", "at City Hospital", "at [organisation]"},
		{"Smith & Sons", "smith and sons, Smith &amp; Sons", "[organisation], [organisation]"},
		{"Zürich Bank", "zurich bank, Zu\u0308rich Bank, zuerich-bank", "[organisation], [organisation], [organisation]"},
		{"The Elm Bank", "elm bank", "[organisation]"},
		{"東京銀行", "被害は東京銀行です", "被害は[organisation]です"},
		{"Bank 24", "Bank 24, Bank 240", "[organisation], Bank 240"},
	} {
		if got := Scrub(c.text, g.NewOwn([]string{c.name}, nil).Find(c.text)); got != c.want {
			t.Errorf("%s in %q gives %q; want %q", c.name, c.text, got, c.want)
		}
	}
	if g.NewOwn([]string{"Bank", "abc"}, nil) != nil {
		t.Error("a name that is none is looked for")
	}
}

// TestOwnDomain: what is at a domain.
func TestOwnDomain(t *testing.T) {
	o := New().NewOwn(nil, []string{"elmbank.example"})
	for host, want := range map[string]bool{"elmbank.example": true, "a.b.elmbank.example": true, "xelmbank.example": false, "elmbank.example.test": false, "example": false} {
		if o.HasDomain(host) != want {
			t.Errorf("%s: want %t", host, want)
		}
	}
	if (*Own)(nil).HasDomain("elmbank.example") || (*Own)(nil).In("elmbank.example") {
		t.Error("nobody has a domain")
	}
}

// TestOwnEncoded: a name in base64 or in hex tells as much.
func TestOwnEncoded(t *testing.T) {
	g := New()
	for _, code := range []string{base64.StdEncoding.EncodeToString([]byte("welcome to elm bank")), hex.EncodeToString([]byte("www.elmbank.example"))} {
		raw := `{"type":"note","spec_version":"2.1","id":"note--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","content":"see ` + code + ` there","object_refs":["note--00000000-0000-4000-8000-000000000001"]}`
		o, err := stix.Parse([]byte(raw), stix.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		out := g.Strip([]stix.Object{o}, Order{Own: g.NewOwn([]string{"Elm Bank"}, []string{"elmbank.example"})})
		if strings.Contains(string(out[0].Raw), code) {
			t.Errorf("%s stays", code)
		}
		if same := g.Strip([]stix.Object{o}, Order{}); same[0].Changed {
			t.Errorf("%s goes without anybody's name", code)
		}
	}
}

// TestOwnLeaves: of a text of such pieces nothing stays, and spans are sound.
func TestOwnLeaves(t *testing.T) {
	o := New().NewOwn([]string{"Elm Bank"}, []string{"elmbank.example"})
	rapid.Check(t, func(t *rapid.T) {
		pieces := []string{"Elm Bank", "ELMBANK", "www.elmbank.example", "a@elmbank.example", "https://elmbank[.]example/x", "evil.test", "é", "x", "東京", "\\n", "elm_bank"}
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 10).Draw(t, "text"), rapid.SampledFrom([]string{" ", "\n", "/", "=", "'", ", "}).Draw(t, "between"))
		got := strings.ToLower(Scrub(s, o.Find(s)))
		if strings.Contains(got, "elm") {
			t.Fatalf("%q gives %q", s, got)
		}
	})
}

func FuzzOwn(f *testing.F) {
	for _, s := range []string{"Elm Bank", "a@elmbank[.]example", "%2Felmbank.example/\xff", "elm\u00adbank", ".elmbank.example.", "hxxp[:]//elmbank.example:99999/"} {
		f.Add(s)
	}
	o := New().NewOwn([]string{"Elm Bank"}, []string{"elmbank.example"})
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		for _, sp := range o.Find(s) {
			if sp.Start < at || sp.End <= sp.Start || sp.End > len(s) {
				t.Fatalf("%q: span %+v behind %d", s, sp, at)
			}
			at = sp.End
		}
		if left := Scrub(s, o.Find(s)); strings.Contains(" "+left+" ", " Elm Bank ") {
			t.Fatalf("%q gives %q", s, left)
		}
	})
}

func BenchmarkOwn(b *testing.B) {
	g := New()
	text := strings.Repeat("evil.example was hit; elmo banks at http://x.example/a and elmbank.example.\n", 2000)
	for b.Loop() {
		o := g.NewOwn([]string{"Elm Bank Ltd", "elm bank"}, []string{"elmbank.example"})
		o.Find(text)
	}
	b.SetBytes(int64(len(text)))
}

func BenchmarkNewOwn(b *testing.B) {
	g := New()
	for b.Loop() {
		g.NewOwn([]string{"Elm Bank Ltd", "elm bank"}, []string{"elmbank.example"})
	}
}
