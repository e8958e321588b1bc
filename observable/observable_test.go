package observable

import (
	"strings"
	"testing"

	"tocsin/fault"
)

// canonicalCases are spellings and what they stand for.
var canonicalCases = []struct {
	kind Kind
	raw  string
	want Thing
}{
	{IPv4, "198.51.100.7", Thing{IPv4, "198.51.100.7"}},
	{IPv4, "198[.]51[.]100[.]7", Thing{IPv4, "198.51.100.7"}},
	{IPv4, "198(dot)51(dot)100(dot)7", Thing{IPv4, "198.51.100.7"}},
	{IPv4, "198.51.100 [.] 7", Thing{IPv4, "198.51.100.7"}},
	{IPv4, "198.51.100.7:8443", Thing{IPv4, "198.51.100.7"}},
	{IPv6, "2001:0DB8:0:0:0:0:0:1", Thing{IPv6, "2001:db8::1"}},
	{IPv6, "[2001:db8::1]:443", Thing{IPv6, "2001:db8::1"}},
	{IPv6, "::ffff:203.0.113.5", Thing{IPv6, "::ffff:203.0.113.5"}},
	{IPv4, "2001:db8::1", Thing{IPv6, "2001:db8::1"}},
	{CIDR, "198.51.100.77/24", Thing{CIDR, "198.51.100.0/24"}},
	{CIDR, "198.51.100[.]0/24", Thing{CIDR, "198.51.100.0/24"}},
	{CIDR, "198.51.100.7/32", Thing{IPv4, "198.51.100.7"}},
	{CIDR, "2001:DB8::/32", Thing{CIDR, "2001:db8::/32"}},
	{Domain, "EVIL[.]Example.", Thing{Domain, "evil.example"}},
	{Domain, "evil{.}example", Thing{Domain, "evil.example"}},
	{Domain, "evil[dot]example", Thing{Domain, "evil.example"}},
	{Domain, "evil[d]example", Thing{Domain, "evil.example"}},
	{Domain, "evil[point]example", Thing{Domain, "evil.example"}},
	{Domain, "evil[.example", Thing{Domain, "evil.example"}},
	{Domain, "evil.]example", Thing{Domain, "evil.example"}},
	{Domain, "evil[[.]]example", Thing{Domain, "evil.example"}},
	{Domain, "evil . example", Thing{Domain, "evil.example"}},
	{Domain, `evil\.example`, Thing{Domain, "evil.example"}},
	{Domain, "evil。example", Thing{Domain, "evil.example"}},
	{Domain, "evil．example", Thing{Domain, "evil.example"}},
	{Domain, "ev\u200bil.ex\u00adample", Thing{Domain, "evil.example"}},
	{Domain, "ev<wbr>il.example", Thing{Domain, "evil.example"}},
	{Domain, "evil&#46;example", Thing{Domain, "evil.example"}},
	{Domain, "bücher.example", Thing{Domain, "xn--bcher-kva.example"}},
	{Domain, "BÜCHER.example", Thing{Domain, "xn--bcher-kva.example"}},
	{Domain, "_dmarc.evil.example", Thing{Domain, "_dmarc.evil.example"}},
	{Domain, "r3---sn-x.evil.example", Thing{Domain, "r3---sn-x.evil.example"}},
	{Domain, "*.evil.example", Thing{Domain, "evil.example"}},
	{Domain, "evil.example:8080", Thing{Domain, "evil.example"}},
	{Domain, "203.0.113.9", Thing{IPv4, "203.0.113.9"}},
	{Domain, "expyuzz4wqqyqhjn.onion", Thing{Onion, "expyuzz4wqqyqhjn.onion"}},
	{URL, "hxxps://evil[.]example/a", Thing{URL, "https://evil.example/a"}},
	{URL, "hXXp://evil.example", Thing{URL, "http://evil.example/"}},
	{URL, "h**p://evil.example/z", Thing{URL, "http://evil.example/z"}},
	{URL, "meow://evil.example/z", Thing{URL, "http://evil.example/z"}},
	{URL, "fxp://evil.example/z", Thing{URL, "ftp://evil.example/z"}},
	{URL, "hxxp[:]//evil[.]example[/]a", Thing{URL, "http://evil.example/a"}},
	{URL, "hxxp[://]evil.example/a", Thing{URL, "http://evil.example/a"}},
	{URL, "www.evil.example", Thing{URL, "http://www.evil.example/"}},
	{URL, "EVIL.example/Path?Q=1#F", Thing{URL, "http://evil.example/Path?Q=1#F"}},
	{URL, "http://evil.example/q?x=1&amp;y=2&copy=3", Thing{URL, "http://evil.example/q?x=1&y=2&copy=3"}},
	{URL, `http:\/\/evil.example\/a`, Thing{URL, "http://evil.example/a"}},
	{URL, "http://3405803783/a", Thing{URL, "http://203.0.113.7/a"}},
	{URL, "http://0xcb007107/a", Thing{URL, "http://203.0.113.7/a"}},
	{URL, "http://0xCB.0.0x71.07/a", Thing{URL, "http://203.0.113.7/a"}},
	{URL, "http://[2001:DB8::5]:8080/a", Thing{URL, "http://[2001:db8::5]:8080/a"}},
	{URL, "http://bücher.example/ü b", Thing{URL, "http://xn--bcher-kva.example/ü%20b"}},
	{URL, "http://evil.example/a_(b)", Thing{URL, "http://evil.example/a_(b)"}},
	{Email, "Boss[at]Evil(dot)example", Thing{Email, "boss@evil.example"}},
	{Email, "boss(собака)evil.example", Thing{Email, "boss@evil.example"}},
	{Email, "<boss@evil.example>", Thing{Email, "boss@evil.example"}},
	{MD5, "9E107D9D372BB6826BD81D3542A419D6", Thing{MD5, "9e107d9d372bb6826bd81d3542a419d6"}},
	{MD5, "9e107d9d372bb682\n6bd81d3542a419d6", Thing{MD5, "9e107d9d372bb6826bd81d3542a419d6"}},
	{TLSH, strings.Repeat("A", 70), Thing{TLSH, "t1" + strings.Repeat("a", 70)}},
	{JA4, "t13d1516h2_8daaf6152771_02713d6af862", Thing{JA4, "t13d1516h2_8daaf6152771_02713d6af862"}},
	{SSDEEP, `3:abc:de,"x.exe"`, Thing{SSDEEP, "3:abc:de"}},
	{CVE, "cve–2021–44228", Thing{CVE, "CVE-2021-44228"}},
	{Attack, "attack.t1105", Thing{Attack, "T1105"}},
	{Attack, "T1059.001", Thing{Attack, "T1059.001"}},
	{ASN, "as 64500", Thing{ASN, "AS64500"}},
	{ASN, "1.10", Thing{ASN, "AS65546"}},
	{MAC, "00-00-5E-00-53-01", Thing{MAC, "00:00:5e:00:53:01"}},
	{Registry, `HKLM\Software\\Run\`, Thing{Registry, `HKEY_LOCAL_MACHINE\Software\Run`}},
	{Registry, `HKCU:\Software\Run`, Thing{Registry, `HKEY_CURRENT_USER\Software\Run`}},
	{FilePath, `C:\\ProgramData\\a.dll`, Thing{FilePath, `C:\ProgramData\a.dll`}},
	{FilePath, `c:/x/a.dll`, Thing{FilePath, `c:\x\a.dll`}},
	{FilePath, "/tmp/.x", Thing{FilePath, "/tmp/.x"}},
	{FilePath, `\\srv\share\a.exe`, Thing{FilePath, `\\srv\share\a.exe`}},
	{FilePath, `%APPDATA%\a.exe`, Thing{FilePath, `%APPDATA%\a.exe`}},
	{FileName, "invoice 7.exe", Thing{FileName, "invoice 7.exe"}},
	{Mutex, `Global\it's`, Thing{Mutex, `Global\it's`}},
	{BTC, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Thing{BTC, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}},
	{ETH, "0xecd747170ccc26ed759228a5130362d061128f3e", Thing{ETH, "0xEcD747170CCC26ED759228a5130362d061128F3E"}},
}

func TestCanonical(t *testing.T) {
	for _, c := range canonicalCases {
		got, err := Canonical(c.kind, c.raw)
		if err != nil || got != c.want {
			t.Errorf("Canonical(%s, %q) = %v, %v; want %v", c.kind, c.raw, got, err, c.want)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		raw  string
	}{
		{IPv4, "01.02.03.04"}, {IPv4, "198.51.100"}, {IPv4, "198.51.100.256"}, {IPv6, "fe80::1%eth0"}, {IPv4, "evil.example"},
		{CIDR, "198.51.100.0/33"}, {Domain, "localhost"}, {Domain, "a..example"}, {Domain, "evil.123"}, {Domain, "evil example"}, {Domain, ""},
		{Domain, strings.Repeat("a", 64) + ".example"}, {Domain, "evil.example/x"}, {Onion, "evil.example"}, {Domain, "expyuzz4wqqyqhj1.onion"},
		{URL, "file:///etc/passwd"}, {URL, "javascript://evil.example/"}, {URL, "http://"}, {URL, "http://evil.example:99999/"}, {URL, "http://1.2.3.4.5/"},
		{Email, "@evil.example"}, {Email, "a@b@evil.example"}, {MD5, "9e107d9d372bb6826bd81d3542a419d"}, {MD5, "ge107d9d372bb6826bd81d3542a419d6"},
		{SHA1, "9e107d9d372bb6826bd81d3542a419d6"}, {CVE, "CVE-21-44228"}, {Attack, "T800"}, {ASN, "AS4294967296"}, {ASN, "AS"},
		{MAC, "00-00-5E-00-53"}, {MAC, "00005e005301"}, {Registry, `SOFTWARE\Run`}, {Registry, `HKLM\`}, {FilePath, "a.dll"}, {FilePath, `C:\x\`},
		{FileName, `a\b`}, {Mutex, "a\nb"}, {BTC, "1GYQiMqyQmbcaPBR8jHKXULpmWSzWQh37h"}, {ETH, "0xecD747170CCC26ED759228a5130362d061128F3E"},
		{Kind("none"), "x"}, {Mutex, "\xff"}, {Mutex, strings.Repeat("a", MaxValue+1)},
	} {
		got, err := Canonical(c.kind, c.raw)
		if err == nil || fault.KindOf(err) != fault.Invalid {
			t.Errorf("Canonical(%s, %q) = %v, %v; want an invalid value", c.kind, c.raw, got, err)
		}
		if err != nil && len(c.raw) > 3 && strings.Contains(err.Error(), c.raw) {
			t.Errorf("the error quotes %q", c.raw)
		}
	}
	if _, err := Canonical(Mutex, strings.Repeat("a", MaxValue)); err != nil {
		t.Errorf("a value of %d bytes: %v", MaxValue, err)
	}
}
