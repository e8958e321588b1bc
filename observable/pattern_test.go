package observable

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFromPattern(t *testing.T) {
	md5 := "9e107d9d372bb6826bd81d3542a419d6"
	sha1 := "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
	dom := Thing{Domain, "evil.example"}
	for _, c := range []struct {
		pattern string
		want    []Thing
	}{
		{"[domain-name:value = 'evil.example']", []Thing{dom}},
		{"[domain-name:value='EVIL.example']", []Thing{dom}},
		{"  [ domain-name:value == 'evil.example' ]  ", []Thing{dom}},
		{"[domain-name:value IN ('evil.example', 'bad.example')]", []Thing{dom, {Domain, "bad.example"}}},
		{"[domain-name:value = 'evil.example' OR ipv4-addr:value = '198.51.100.7']", []Thing{dom, {IPv4, "198.51.100.7"}}},
		{"[domain-name:value = 'evil.example'] OR [ipv4-addr:value ISSUBSET '198.51.100.0/24']", []Thing{dom, {CIDR, "198.51.100.0/24"}}},
		{"([domain-name:value = 'evil.example'] OR [domain-name:value = 'evil.example'])", []Thing{dom}},
		{"[ipv4-addr:value = '198.51.100.0/24']", []Thing{{CIDR, "198.51.100.0/24"}}},
		{"[ipv6-addr:value = '2001:DB8::1']", []Thing{{IPv6, "2001:db8::1"}}},
		{"[file:hashes.MD5 = '" + md5 + "' AND file:hashes.'SHA-1' = '" + sha1 + "']", []Thing{{MD5, md5}, {SHA1, sha1}}},
		{"[file:hashes.'MD5' = '" + md5 + "']", []Thing{{MD5, md5}}},
		{"[(file:hashes.MD5 = '" + md5 + "' OR file:hashes.'SHA-1' = '" + sha1 + "')]", []Thing{{MD5, md5}, {SHA1, sha1}}},
		{"[file:hashes.MD5 = '" + md5 + "' AND file:name = 'a.exe']", nil},
		{"[file:hashes.MD5 = '" + md5 + "' AND file:hashes.MD5 = '" + strings.Repeat("ab", 16) + "']", nil},
		{"[file:name = 'a.exe' AND domain-name:value = 'x.example' OR domain-name:value = 'evil.example']", []Thing{dom}},
		{"[(domain-name:value = 'evil.example' OR domain-name:value = 'bad.example') AND file:name = 'x']", nil},
		{"[file:name = 'x' AND (domain-name:value = 'evil.example')]", nil},
		{"[file:name = 'x' AND (url:value = 'http://a.example/' OR process:x[0] = 1) OR domain-name:value = 'evil.example']", []Thing{dom}},
		{"[process:name = 'x' OR domain-name:value = 'evil.example']", []Thing{dom}},
		{`[mutex:name = 'it\'s \\ x']`, []Thing{{Mutex, `it's \ x`}}},
		{`[windows-registry-key:key = 'HKLM\\Software\\Run']`, []Thing{{Registry, `HKEY_LOCAL_MACHINE\Software\Run`}}},
		{`[file:name = 'a.dll' AND file:parent_directory_ref.path = 'C:\\x']`, []Thing{{FilePath, `C:\x\a.dll`}}},
		{"[autonomous-system:number = 64500]", []Thing{{ASN, "AS64500"}}},
		{"[network-traffic:dst_ref.value = '198.51.100.7']", []Thing{{IPv4, "198.51.100.7"}}},
		{"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7']", nil},
		{"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'x/1']", []Thing{{UserAgent, "x/1"}}},
		{"[x-cryptocurrency-wallet:address = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4']", []Thing{{BTC, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}}},
		{"[domain-name:value NOT = 'evil.example']", nil},
		{"[domain-name:value != 'evil.example']", nil},
		{"[domain-name:value LIKE '%.example']", nil},
		{"[domain-name:value MATCHES 'evil.example']", nil},
		{"[domain-name:value NOT IN ('evil.example')]", nil},
		{"[autonomous-system:number > 64500]", nil},
		{"[EXISTS domain-name:value]", nil},
		{"[domain-name:value = 'evil.example'] FOLLOWEDBY [domain-name:value = 'b.example']", nil},
		{"[domain-name:value = 'evil.example'] AND [domain-name:value = 'b.example']", nil},
		{"[domain-name:value = 'evil.example'] WITHIN 5 SECONDS", nil},
		{"[domain-name:value = 'evil.example'] REPEATS 5 TIMES", nil},
		{"[domain-name:value = 'evil.example'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'", nil},
		{"[domain-name:value = 'evil.example'", nil},
		{"[domain-name:value = 'evil.example]", nil},
		{"[domain-name:value = 'not a name']", nil},
		{"[domain-name:value = b'ZXZpbA==']", nil},
		{"", nil}, {"[]", nil}, {"[", nil}, {"'", nil}, {"[a:b = 1] x", nil},
	} {
		if got := FromPattern(c.pattern); !slices.Equal(got, c.want) {
			t.Errorf("FromPattern(%s) = %v; want %v", c.pattern, got, c.want)
		}
	}
}

// aThing draws things of all kinds through Canonical.
func aThing(t *rapid.T) Thing {
	hex := func(n int) string {
		return rapid.StringMatching(fmt.Sprintf("[0-9a-fA-F]{%d}", n)).Draw(t, "hex")
	}
	kind := rapid.SampledFrom([]Kind{IPv4, IPv6, CIDR, Domain, URL, Email, MD5, SHA1, SHA256, SHA512, SSDEEP, TLSH, Imphash, JA3, JA4, CVE, Attack, BTC, ETH, XMR, Onion, Registry, FilePath, FileName, Mutex, ASN, MAC, UserAgent}).Draw(t, "kind")
	name := rapid.StringMatching(`[a-zA-Zü][a-zA-Z0-9_-]{0,8}(\[?\.\]?[a-z0-9]{1,6}){0,2}\.example`)
	raw := ""
	switch kind {
	case IPv4:
		raw = rapid.StringMatching(`[1-9][0-9]?\.[1-9][0-9]?\[?\.\]?[0-9]\.[0-9]`).Draw(t, "v")
	case IPv6:
		raw = rapid.StringMatching(`2001:[dD]b8:[0-9a-f]{1,4}::[0-9A-F]{1,4}`).Draw(t, "v")
	case CIDR:
		raw = rapid.SampledFrom([]string{"198.51.100.0/24", "2001:db8::/32", "203.0.113.77/28"}).Draw(t, "v")
	case Domain:
		raw = name.Draw(t, "v")
	case URL:
		raw = "hxxp://" + name.Draw(t, "h") + rapid.StringMatching(`(/[a-zA-Z0-9%'\\ ü\[\]().&;#?]{0,20})?`).Draw(t, "v")
	case Email:
		raw = rapid.StringMatching(`[a-zA-Z'+]{1,9}`).Draw(t, "l") + "@" + name.Draw(t, "v")
	case MD5, SHA1, SHA256, SHA512, Imphash, JA3:
		raw = hex(hexLength[kind])
	case SSDEEP:
		raw = rapid.StringMatching(`[0-9]{1,4}:[a-zA-Z0-9/+]{1,60}:[a-zA-Z0-9/+]{0,60}`).Draw(t, "v")
	case TLSH:
		raw = hex(70)
	case JA4:
		raw = "t13d1516h2_" + hex(12) + "_" + hex(12)
	case CVE:
		raw = rapid.StringMatching(`CVE[-_ ]20[0-9]{2}-[0-9]{4,7}`).Draw(t, "v")
	case Attack:
		raw = rapid.StringMatching(`[tT]1[0-9]{3}(\.[0-9]{3})?`).Draw(t, "v")
	case BTC:
		raw = "18sn7w8ktbBNgsX8LeeeLMqKS84xMG54si"
	case ETH:
		raw = "0x" + strings.ToLower(hex(40))
	case XMR:
		raw = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
	case Onion:
		raw = "6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4id.onion"
	case Registry:
		raw = "HKCU" + rapid.StringMatching(`(\\[A-Za-z' ]{1,9}){1,4}`).Draw(t, "v")
	case FilePath:
		raw = rapid.StringMatching(`(C:|%TEMP%|\\\\srv\\c\$|/tmp|~|)(\\|/)([A-Za-z' .]{1,9}(\\|/)){0,3}[a-z']{1,9}\.exe`).Draw(t, "v")
	case ASN:
		raw = rapid.StringMatching(`AS[1-9][0-9]{0,8}`).Draw(t, "v")
	case MAC:
		raw = rapid.StringMatching(`00[:-]00[:-]5[eE][:-]00[:-]53[:-][0-9A-F]{2}`).Draw(t, "v")
	default:
		raw = rapid.StringMatching(`[\pL0-9'\\ \[\].;&()=]{1,40}`).Draw(t, "v")
	}
	th, err := Canonical(kind, raw)
	if err != nil {
		t.Skip("not a value")
	}
	return th
}

// What goes into a pattern comes out of it, and a canonical value is canonical.
func TestPatternRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := aThing(t)
		again, err := Canonical(th.Kind, th.Value)
		if err != nil || again != th {
			t.Fatalf("Canonical(%v) = %v, %v", th, again, err)
		}
		p, ok := th.Pattern()
		if !ok {
			if th.Kind != CVE && th.Kind != Attack {
				t.Fatalf("%v has no pattern", th)
			}
			return
		}
		if got := FromPattern(p); !slices.Equal(got, []Thing{th}) {
			t.Fatalf("FromPattern(%s) = %v; want %v", p, got, th)
		}
	})
}

func TestFromPatternManyAlternatives(t *testing.T) {
	p := "[" + strings.TrimSuffix(strings.Repeat("domain-name:value = 'evil.example' OR ", 50000), " OR ") + "]"
	if n := len(FromPattern(p)); n != 1 {
		t.Errorf("%d things; want 1", n)
	}
	if n := len(FromPattern(strings.Repeat("(", 100000) + "[a:b = 1]")); n != 0 {
		t.Errorf("%d things", n)
	}
}

func BenchmarkFromPattern(b *testing.B) {
	for b.Loop() {
		FromPattern("[domain-name:value = 'update.evil.example']")
	}
}

func BenchmarkFromPatternHash(b *testing.B) {
	for b.Loop() {
		FromPattern("[file:hashes.'SHA-256' = 'e8bc163c82eee18733288c7d4ac636db3a6deb013ef2d37b68322be20edc45cc']")
	}
}

func BenchmarkFromPatternURL(b *testing.B) {
	for b.Loop() {
		FromPattern("[url:value = 'http://update.evil.example/a?b=c&d=e']")
	}
}
