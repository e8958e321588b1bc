package observable

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spellings are groups of ways to write one value: within a group all are the
// same thing, and no two groups are.
var spellings = []struct {
	kind Kind
	ways []string
}{
	{IPv4, []string{"192.0.2.7", "192.0.2[.]7", "192[.]0[.]2[.]7", "192(.)0(.)2(.)7", "192.0.2.7:8080", "192[dot]0[dot]2[dot]7", "192.0.2[.7", " 192.0.2.7 ", `"192.0.2.7"`, "192．0．2．7", "192.0.2 [.] 7", `192\.0\.2\.7`}},
	{IPv4, []string{"192.0.2.70", "192.0.2[.]70"}},
	{IPv6, []string{"2001:db8::1", "2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8:0::1", "[2001:db8::1]", "[2001:db8::1]:443", "2001[:]db8[:][:]1"}},
	{CIDR, []string{"198.51.100.0/24", "198.51.100.77/24", "198.51.100[.]0/24", "198[.]51[.]100[.]0/24", " 198.51.100.0 / 24"}},
	{CIDR, []string{"198.51.100.0/25"}},
	{Domain, []string{"evil.example", "EVIL.Example", "evil[.]example", "evil.example.", "evil(dot)example", "evil[.example", "evil.]example", `evil\[.\]example`, `evil\(dot\)example`, "evil].]example", "evil].example", "evil}.}example", "*.evil.example", "evil.example:443", "<evil.example>", "evil&#46;example", "ev\u200bil.example", "evil。example", "evil[d]example", "evil [.] example", "evil{.}example", "evil<.>example", "evil[point]example", "evil [dot] example"}},
	{Domain, []string{"www.evil.example", "www[.]evil[.]example"}},
	{Domain, []string{"xn--bcher-kva.example", "bücher.example", "BÜCHER.example", "bücher[.]example", "XN--BCHER-KVA.EXAMPLE"}},
	{Domain, []string{"a_b.evil.example", "A_B[.]evil[.]example"}},
	{URL, []string{"http://evil.example/a", "hxxp://evil.example/a", "hXXp://evil[.]example/a", "http[:]//evil.example/a", "http[://]evil.example/a", "h**p://EVIL.example/a", "meow://evil.example/a", "HTTP://evil.example/a", "evil.example/a", "hxxp:[//]evil.example/a", "<http://evil.example/a>", `http:\/\/evil.example\/a`}},
	{URL, []string{"http://evil.example/A"}},
	{URL, []string{"https://evil.example/a", "hxxps://evil[.]example/a", "hXXps[:]//evil.example/a", "meows://evil.example/a"}},
	{URL, []string{"http://evil.example/", "http://evil.example", "hxxp://evil[.]example"}},
	{URL, []string{"http://evil.example:8080/", "hxxp://evil[.]example[:]8080", "http://evil.example:8080"}},
	{URL, []string{"http://192.0.2.7/x", "http://3221225991/x", "http://0xc0000207/x", "http://0300.0.2.7/x", "http://192.0.519/x", "http://0xc0.0.2.0x7/x"}},
	{URL, []string{"ftp://evil.example/f", "fxp://evil.example/f", "FTP://evil.example/f"}},
	{URL, []string{"http://[2001:db8::1]/x", "http://[2001:DB8:0::1]/x"}},
	{URL, []string{"http://evil.example/?a=1&b=2", "http://evil.example/?a=1&amp;b=2"}},
	{URL, []string{"http://evil.example/a%20b", "http://evil.example/a b"}},
	{Email, []string{"a@evil.example", "A@EVIL.example", "a[at]evil[.]example", "a(at)evil(dot)example", "a[@]evil.example", "a{at}evil.example", "mailto:a@evil.example", "a (at) evil (dot) example", "a(собака)evil.example", "a＠evil.example", "a[arroba]evil.example", "a&commat;evil.example"}},
	{MD5, []string{"d41d8cd98f00b204e9800998ecf8427f", "D41D8CD98F00B204E9800998ECF8427F", "d41d8cd98f00b204\ne9800998ecf8427f", "`d41d8cd98f00b204e9800998ecf8427f`"}},
	{CVE, []string{"CVE-2026-1234", "cve-2026-1234", "CVE–2026–1234", "CVE 2026 1234", "CVE_2026_1234", "CVE—2026—1234"}},
	{CVE, []string{"CVE-2026-12345"}},
	{Attack, []string{"T1059.001", "t1059.001", "attack.t1059.001", "T1059[.]001"}},
	{Attack, []string{"T1059"}},
	{ASN, []string{"AS64500", "as64500", "ASN64500", "64500", "AS 64500", "AS0.64500", "ASN: 64500"}},
	{MAC, []string{"00:00:5e:00:53:01", "00-00-5E-00-53-01", "0000.5e00.5301"}},
	{Registry, []string{`HKEY_LOCAL_MACHINE\Software\X`, `HKLM\Software\X`, `hklm\Software\X`, `HKLM:\Software\X`, `HKLM\\Software\\X`, `HKLM\Software\X\`, `\REGISTRY\MACHINE\Software\X`, `Computer\HKEY_LOCAL_MACHINE\Software\X`}},
	{Registry, []string{`HKCU\Software\X`, `HKEY_CURRENT_USER\Software\X`}},
	{FilePath, []string{`C:\Temp\a.exe`, `C:\\Temp\\a.exe`, `C:/Temp/a.exe`, `"C:\Temp\a.exe"`}},
	{FilePath, []string{`C:\Temp\A.exe`}},
	{FilePath, []string{"/tmp/a", " /tmp/a", "/tmp//a", "//tmp///a"}},
}

// TestSpellings holds that every way to write a value gives one thing, and that
// different values stay apart.
func TestSpellings(t *testing.T) {
	seen := map[Thing]string{}
	for _, g := range spellings {
		first, err := Canonical(g.kind, g.ways[0])
		if err != nil {
			t.Errorf("Canonical(%s, %q): %v", g.kind, g.ways[0], err)
			continue
		}
		if other, ok := seen[first]; ok {
			t.Errorf("%q and %q are one thing: %v", other, g.ways[0], first)
		}
		seen[first] = g.ways[0]
		for _, w := range g.ways[1:] {
			if got, err := Canonical(g.kind, w); err != nil || got != first {
				t.Errorf("Canonical(%s, %q) = %v, %v; want %v as of %q", g.kind, w, got, err, first, g.ways[0])
			}
		}
	}
}

// TestAnyHostInAnyDefang holds, for hosts drawn at random, that each way to
// defang gives the host back.
func TestAnyHostInAnyDefang(t *testing.T) {
	ways := []string{"[.]", "(.)", "{.}", "[dot]", "(dot)", "[DOT]", "[.", ".]", " [.] ", "[[.]]", `\.`, "&#46;", "．", "[d]", "[point]", "[ . ]", "].]", "．"}
	label := rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(label, 1, 4).Draw(t, "labels")
		want := strings.Join(parts, ".") + ".example"
		plain, err := Canonical(Domain, want)
		if err != nil {
			t.Skip("punycode that is none")
		}
		var fanged strings.Builder
		for i, p := range append(parts, "example") {
			if i > 0 {
				fanged.WriteString(rapid.SampledFrom(ways).Draw(t, "dot"))
			}
			fanged.WriteString(p)
		}
		s := fanged.String()
		if got, err := Canonical(Domain, s); err != nil || got != plain {
			t.Fatalf("%q gives %v, %v; want %v", s, got, err, plain)
		}
	})
}

// TestAnyAddressInAnyDefang is the same for addresses, also inside of links.
func TestAnyAddressInAnyDefang(t *testing.T) {
	ways := []string{".", "[.]", "(.)", "{.}", "[dot]", "(dot)", "[.", ".]"}
	rapid.Check(t, func(t *rapid.T) {
		var plain, fanged strings.Builder
		for i := range 4 {
			n := rapid.SampledFrom([]string{"1", "9", "10", "99", "100", "203", "255"}).Draw(t, "number")
			if i > 0 {
				plain.WriteByte('.')
				fanged.WriteString(rapid.SampledFrom(ways).Draw(t, "dot"))
			}
			plain.WriteString(n)
			fanged.WriteString(n)
		}
		if got, err := Canonical(IPv4, fanged.String()); err != nil || got.Value != plain.String() {
			t.Fatalf("%q gives %v, %v; want %s", fanged.String(), got, err, plain.String())
		}
		link := "hxxp://" + fanged.String() + "/a"
		if got, err := Canonical(URL, link); err != nil || got.Value != "http://"+plain.String()+"/a" {
			t.Fatalf("%q gives %v, %v", link, got, err)
		}
	})
}

// TestErrorsKeepValuesToThemselves holds that no refusal tells what was refused.
func TestErrorsKeepValuesToThemselves(t *testing.T) {
	for _, k := range []Kind{IPv4, IPv6, CIDR, Domain, URL, Email, MD5, SHA1, SHA256, SHA512, SSDEEP, TLSH, Imphash, JA3, JA4, CVE, Attack, BTC, ETH, XMR, Onion, Registry, FilePath, ASN, MAC, Kind("nonsense")} {
		_, err := Canonical(k, "jane-doe-secret")
		if err == nil {
			t.Errorf("%s takes a word", k)
			continue
		}
		if strings.Contains(err.Error(), "jane") {
			t.Errorf("the refusal of %s quotes the value: %v", k, err)
		}
	}
}

// TestLongestValues holds the limits of values and names, just at and just over.
func TestLongestValues(t *testing.T) {
	label := strings.Repeat("a", 63)
	name := label + "." + label + "." + label + "." // 192
	for what, c := range map[string]struct {
		kind Kind
		raw  string
		ok   bool
	}{
		"label of 63":         {Domain, label + ".example", true},
		"label of 64":         {Domain, label + "a.example", false},
		"name of 253":         {Domain, name + strings.Repeat("b", 253-192-8) + ".example", true},
		"name of 254":         {Domain, name + strings.Repeat("b", 254-192-8) + ".example", false},
		"mailbox of 64":       {Email, strings.Repeat("a", 64) + "@evil.example", true},
		"mailbox of 65":       {Email, strings.Repeat("a", 65) + "@evil.example", false},
		"value of 8192":       {Mutex, strings.Repeat("m", MaxValue), true},
		"value of 8193":       {Mutex, strings.Repeat("m", MaxValue+1), false},
		"link of 8192":        {URL, "http://evil.example/" + strings.Repeat("a", MaxValue-20), true},
		"link of 8193":        {URL, "http://evil.example/" + strings.Repeat("a", MaxValue-19), false},
		"link that grows":     {URL, "evil.example/" + strings.Repeat(" ", MaxValue-13-1) + "a", false}, // each blank becomes three bytes
		"file name of 255":    {FileName, strings.Repeat("f", 255), true},
		"file name of 256":    {FileName, strings.Repeat("f", 256), false},
		"port 65535":          {URL, "http://evil.example:65535/", true},
		"port 65536":          {URL, "http://evil.example:65536/", false},
		"cve of 19 digits":    {CVE, "CVE-2026-" + strings.Repeat("1", 19), true},
		"cve of 20 digits":    {CVE, "CVE-2026-" + strings.Repeat("1", 20), false},
		"cve of 3 digits":     {CVE, "CVE-2026-123", false},
		"cve of 1999":         {CVE, "CVE-1999-0001", true},
		"cve of 1998":         {CVE, "CVE-1998-0001", false},
		"as number of 32 bit": {ASN, "AS4294967295", true},
		"as number over":      {ASN, "AS4294967296", false},
		"asdot low part":      {ASN, "AS1.65535", true},
		"asdot over":          {ASN, "AS1.65536", false},
		"mask 32":             {CIDR, "198.51.100.1/32", true},
		"mask 33":             {CIDR, "198.51.100.1/33", false},
		"mask 128":            {CIDR, "2001:db8::/128", true},
		"mask 129":            {CIDR, "2001:db8::/129", false},
		"ssdeep part of 64":   {SSDEEP, "3:" + strings.Repeat("A", 64) + ":B", true},
		"ssdeep part of 65":   {SSDEEP, "3:" + strings.Repeat("A", 65) + ":B", false},
		"not UTF-8":           {Mutex, "m\xff", false},
	} {
		if _, err := Canonical(c.kind, c.raw); (err == nil) != c.ok {
			t.Errorf("%s: %v; want it taken: %v", what, err, c.ok)
		}
	}
}
