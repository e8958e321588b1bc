package observable

import (
	"strings"
	"testing"
)

// kindCase is a spelling of a kind; an empty want means that it is refused.
type kindCase struct{ raw, want string }

func checkKind(t *testing.T, kind Kind, cases []kindCase) {
	t.Helper()
	for _, c := range cases {
		got, err := Canonical(kind, c.raw)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("Canonical(%s, %q) = %v; want it refused", kind, c.raw[:min(80, len(c.raw))], got)
		case c.want != "" && (err != nil || got.Value != c.want):
			t.Errorf("Canonical(%s, %q) = %q, %v; want %q", kind, c.raw[:min(80, len(c.raw))], got.Value, err, c.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	checkKind(t, IPv4, []kindCase{
		{"198.51.100.7", "198.51.100.7"},
		{" 198.51.100.7 ", "198.51.100.7"},
		{"198.51.100.7:0", "198.51.100.7"},
		{"198.51.100.7:65535", "198.51.100.7"},
		{"198.51.100.7:65536", ""},
		{"198.51.100.7:", "198.51.100.7"},
		{"198.51.100.255", "198.51.100.255"},
		{"198.51.100.256", ""},
		{"198.051.100.7", ""},
		{"198.51.100", ""},
		{"198.51.100.7.1", ""},
		{"0xc6.51.100.7", ""},
		{"-1.2.3.4", ""},
		{"1.2.3.4/24", ""},
		{"", ""},
	})
	checkKind(t, IPv6, []kindCase{
		{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
		{"2001:db8::", "2001:db8::"},
		{"[2001:db8::1]", "2001:db8::1"},
		{"[2001:db8::1]:53", "2001:db8::1"},
		{"2001:db8:::1", ""},
		{"2001:db8::1::2", ""},
		{"2001:db8::g", ""},
		{"fe80::1%eth0", ""},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{"1:2:3:4:5:6:7:8:9", ""},
		{"12345::", ""},
	})
	checkKind(t, CIDR, []kindCase{
		{"198.51.100.9/24", "198.51.100.0/24"},
		{"198.51.100.0/31", "198.51.100.0/31"},
		{"198.51.100.0/32", "198.51.100.0"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"198.51.100.0/33", ""},
		{"198.51.100.0/-1", ""},
		{"198.51.100.0/024", ""},
		{"198.51.100[.]0 / 24", "198.51.100.0/24"},
		{"2001:db8:ffff::/32", "2001:db8::/32"},
		{"2001:db8::1/128", "2001:db8::1"},
		{"2001:db8::/129", ""},
		{"198.51.100.7", "198.51.100.7"},
		{"evil.example/24", ""},
	})
}

func TestHosts(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	checkKind(t, Domain, []kindCase{
		{"a.example", "a.example"},
		{"A.EXAMPLE.", "a.example"},
		{"..a.example..", "a.example"},
		{"a..example", ""},
		{"example", ""},
		{"a.b", ""},
		{"a.1b", "a.1b"},
		{"a.12", ""},
		{"a-.example", "a-.example"},
		{"a.example-", ""},
		{label63 + ".example", label63 + ".example"},
		{"a" + label63 + ".example", ""},
		{"_x._y.example", "_x._y.example"},
		{"a b.example", ""},
		{"a!.example", ""},
		{"a.example:99999", ""},
		{"a.example:80", "a.example"},
		{strings.Repeat("a.", 122) + "example", strings.Repeat("a.", 122) + "example"}, {strings.Repeat("a.", 123) + "examples", ""},
		{"xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"Bücher.example", "xn--bcher-kva.example"},
		{"пример.example", "xn--e1afmkfd.example"},
		{"例え.example", "xn--r8jz45g.example"},
		{"faß.example", "xn--fa-hia.example"},
		{"xn--a.example", ""},
		{"192.0.2.1", "192.0.2.1"},
		{"[2001:db8::1]", "2001:db8::1"},
		{"http://a.example", ""},
	})
	checkKind(t, Onion, []kindCase{
		{"expyuzz4wqqyqhjn.onion", "expyuzz4wqqyqhjn.onion"},
		{"www.expyuzz4wqqyqhjn.onion", "www.expyuzz4wqqyqhjn.onion"},
		{"EXPYUZZ4WQQYQHJN[.]onion", "expyuzz4wqqyqhjn.onion"},
		{"short.onion", ""},
		{"a.example", ""},
		{"expyuzz4wqqyqhjn", ""},
	})
	checkKind(t, Email, []kindCase{
		{"A.B+c@Evil.Example", "a.b+c@evil.example"},
		{"mailto:a@evil.example", "a@evil.example"},
		{"<a@evil.example>", "a@evil.example"},
		{"a@[192.0.2.1]", "a@192.0.2.1"},
		{"a@192.0.2.1", "a@192.0.2.1"},
		{"a@[2001:db8::1]", ""},
		{"a@bücher.example", "a@xn--bcher-kva.example"},
		{"a b@evil.example", ""},
		{"a@", ""},
		{"@evil.example", ""},
		{"a@b@evil.example", ""},
		{"a;b@evil.example", ""},
		{"a@localhost", ""},
		{strings.Repeat("a", 64) + "@evil.example", strings.Repeat("a", 64) + "@evil.example"}, {strings.Repeat("a", 65) + "@evil.example", ""},
	})
}

func TestURLs(t *testing.T) {
	checkKind(t, URL, []kindCase{
		{"http://evil.example", "http://evil.example/"},
		{"http://evil.example/", "http://evil.example/"},
		{"HTTP://EVIL.example/A", "http://evil.example/A"},
		{"http://evil.example?x", "http://evil.example?x"},
		{"http://evil.example#x", "http://evil.example#x"},
		{"http://evil.example:80/", "http://evil.example:80/"},
		{"http://evil.example:/", "http://evil.example/"},
		{"http://evil.example:65536/", ""},
		{"http://evil.example:x/", ""},
		{"http://u:p@evil.example/", "http://u:p@evil.example/"},
		{"http://u p@evil.example/", ""},
		{"evil.example", "http://evil.example/"},
		{"//evil.example/a", "http://evil.example/a"},
		{"ftp://evil.example", "ftp://evil.example"},
		{"tcp://evil.example:443", "tcp://evil.example:443"},
		{"hxxp://evil.example/", "http://evil.example/"},
		{"hXXps://evil.example/", "https://evil.example/"},
		{"htxp://evil.example/", "http://evil.example/"},
		{"hxtp://evil.example/", "http://evil.example/"},
		{"xxxp://evil.example/", "http://evil.example/"},
		{"h__p://evil.example/", "http://evil.example/"},
		{"hxxxxxp://evil.example/", "hxxxxxp://evil.example/"},
		{"meows://evil.example/", "https://evil.example/"},
		{"fxps://evil.example/", "ftps://evil.example/"},
		{"sfxp://evil.example/", "sftp://evil.example/"},
		{"file:///a", ""},
		{"javascript://evil.example/", ""},
		{"data://evil.example/", ""},
		{"1http://evil.example/", ""},
		{"http://", ""},
		{"http:///a", ""},
		{"http://a b.example/", ""},
		{"http://evil.example/a b", "http://evil.example/a%20b"},
		{"http://evil.example/a\nb", "http://evil.example/ab"},
		{"http://evil.example/a\tb", "http://evil.example/ab"},
		{"http://evil.example/\x01", ""},
		{"http://evil.example/ü", "http://evil.example/ü"}, {`http:\\evil.example\a`, ""},
		{"http://0/", "http://0.0.0.0/"},
		{"http://4294967295/", "http://255.255.255.255/"},
		{"http://4294967296/", ""},
		{"http://0377.0.0.1/", "http://255.0.0.1/"},
		{"http://256.0.0.1/", ""},
		{"http://1.2.3/", "http://1.2.0.3/"},
		{"http://1.2.65535/", "http://1.2.255.255/"},
		{"http://1.2.65536/", ""},
		{"http://0x7f.1/", "http://127.0.0.1/"},
		{"http://08.1.1.1/", ""},
		{"http://1.2.3.4.5/", ""},
		{"http://[::1]:80/", "http://[::1]:80/"},
		{"http://[2001:DB8::1]/", "http://[2001:db8::1]/"},
		{"http://evil%2eexample/", ""},
		{"http://evil.example./a", "http://evil.example/a"},
	})
	for url, want := range map[string]Thing{
		"http://evil.example/a": {Domain, "evil.example"}, "http://u:p@evil.example:81/a@b": {Domain, "evil.example"}, "http://192.0.2.1:80/": {IPv4, "192.0.2.1"}, "http://[2001:db8::1]:80/": {IPv6, "2001:db8::1"},
		"http://expyuzz4wqqyqhjn.onion?x": {Onion, "expyuzz4wqqyqhjn.onion"},
	} {
		if got, ok := URLHost(url); !ok || got != want {
			t.Errorf("URLHost(%q) = %v, %v; want %v", url, got, ok, want)
		}
	}
	for _, url := range []string{"", "evil.example", "http://", "http:///a"} {
		if got, ok := URLHost(url); ok {
			t.Errorf("URLHost(%q) = %v", url, got)
		}
	}
}

func TestHashes(t *testing.T) {
	a32, a40, a64, a128 := strings.Repeat("aB", 16), strings.Repeat("aB", 20), strings.Repeat("aB", 32), strings.Repeat("aB", 64)
	for kind, right := range map[Kind]string{MD5: a32, SHA1: a40, SHA256: a64, SHA512: a128, Imphash: a32, JA3: a32} {
		checkKind(t, kind, []kindCase{
			{right, strings.ToLower(right)},
			{" " + right + "\n", strings.ToLower(right)}, {right[:10] + "\r\n  " + right[10:], strings.ToLower(right)}, {right[:10] + "\u200b" + right[10:], strings.ToLower(right)},
			{right + "a", ""}, {right[1:], ""},
			{"g" + right[1:], ""},
			{"", ""}, {right[:10] + "-" + right[10:], ""},
		})
	}
	checkKind(t, SSDEEP, []kindCase{
		{"3:abc:de", "3:abc:de"}, {`3:abc:de,"x.exe"`, "3:abc:de"},
		{"3:abc:", "3:abc:"},
		{"3::de", ""},
		{"x:abc:de", ""},
		{"3:abc", ""},
		{"3:a.c:de", ""},
		{"12345678901:abc:de", ""},
		{"3:" + strings.Repeat("a", 64) + ":b", "3:" + strings.Repeat("a", 64) + ":b"},
		{"3:" + strings.Repeat("a", 65) + ":b", ""},
		{"3:ab+/:de", "3:ab+/:de"},
	})
	checkKind(t, TLSH, []kindCase{{strings.Repeat("A", 70), "t1" + strings.Repeat("a", 70)},
		{"T1" + strings.Repeat("A", 70), "t1" + strings.Repeat("a", 70)}, {strings.Repeat("A", 69), ""}, {strings.Repeat("A", 71), ""},
		{"T2" + strings.Repeat("A", 70), ""}})
	checkKind(t, JA4, []kindCase{
		{"T13D1516H2_8DAAF6152771_02713D6AF862", "t13d1516h2_8daaf6152771_02713d6af862"},
		{"q13i1516h3_8daaf6152771_02713d6af862", "q13i1516h3_8daaf6152771_02713d6af862"},
		{"x13d1516h2_8daaf6152771_02713d6af862", ""},
		{"t13x1516h2_8daaf6152771_02713d6af862", ""},
		{"t13d15x6h2_8daaf6152771_02713d6af862", ""},
		{"t13d1516h2-8daaf6152771_02713d6af862", ""},
		{"t13d1516h2_8daaf615277g_02713d6af862", ""},
		{"t13d1516h2_8daaf6152771_02713d6af86", ""},
		{"t13d1516!2_8daaf6152771_02713d6af862", ""},
	})
}

func TestNumbers(t *testing.T) {
	checkKind(t, CVE, []kindCase{
		{"CVE-2026-1234", "CVE-2026-1234"},
		{"cve_2026_1234", "CVE-2026-1234"},
		{"CVE 2026 1234", "CVE-2026-1234"},
		{"CVE‑2026—1234", "CVE-2026-1234"},
		{"CVE-1999-0001", "CVE-1999-0001"},
		{"CVE-1998-0001", ""},
		{"CVE-2026-123", ""},
		{"CVE-2026-" + strings.Repeat("1", 19), "CVE-2026-" + strings.Repeat("1", 19)},
		{"CVE-2026-" + strings.Repeat("1", 20), ""},
		{"CVE-26-1234", ""},
		{"CVE-2026-12x4", ""},
		{"CWE-2026-1234", ""},
		{"CVE-2026", ""},
		{"CVE-2026-1234-5", ""},
	})
	checkKind(t, Attack, []kindCase{
		{"T1059", "T1059"},
		{"t1059.001", "T1059.001"},
		{"T1059[.]001", "T1059.001"},
		{"TA0002", "TA0002"},
		{"attack.ta0002", "TA0002"},
		{"ATTACK.T1059.001", "T1059.001"},
		{"T105", ""},
		{"T10590", ""},
		{"T1059.01", ""},
		{"T1059/001", ""},
		{"TA002", ""},
		{"S0002", ""},
		{"attack.execution", ""},
	})
	checkKind(t, ASN, []kindCase{
		{"AS64500", "AS64500"},
		{"asn64500", "AS64500"},
		{"ASN: 64500", "AS64500"},
		{"64500", "AS64500"},
		{"AS064500", "AS64500"},
		{"AS4294967295", "AS4294967295"},
		{"AS4294967296", ""},
		{"1.0", "AS65536"},
		{"65535.65535", "AS4294967295"},
		{"65536.0", ""},
		{"1.65536", ""},
		{"AS-1", ""},
		{"AS1.x", ""},
		{"", ""},
	})
	checkKind(t, MAC, []kindCase{
		{"00:00:5E:00:53:01", "00:00:5e:00:53:01"},
		{"00-00-5E-00-53-01", "00:00:5e:00:53:01"},
		{"0000.5e00.5301", "00:00:5e:00:53:01"},
		{"00:00:5e:00:53", ""},
		{"00:00:5e:00:53:01:02", ""},
		{"00:00:5e:00:53:0g", ""},
		{":00:00:5e:00:53:01", ""},
		{"00:00:5e:00:53:01:", ""},
		{"00005e005301", ""},
	})
}

func TestSystemNames(t *testing.T) {
	checkKind(t, Registry, []kindCase{
		{`HKLM\Software`, `HKEY_LOCAL_MACHINE\Software`}, {`hklm\Software\`, `HKEY_LOCAL_MACHINE\Software`}, {`HKEY_LOCAL_MACHINE\Software`, `HKEY_LOCAL_MACHINE\Software`}, {`HKCU:\Software`, `HKEY_CURRENT_USER\Software`}, {`Computer\HKCU\Software`, `HKEY_CURRENT_USER\Software`},
		{`HKCR\.x`, `HKEY_CLASSES_ROOT\.x`}, {`HKU\S-1`, `HKEY_USERS\S-1`}, {`HKCC\x`, `HKEY_CURRENT_CONFIG\x`}, {`\REGISTRY\MACHINE\Software`, `HKEY_LOCAL_MACHINE\Software`}, {`REGISTRY\USER\S-1`, `HKEY_USERS\S-1`},
		{`HKLM\\Software\\\\A`, `HKEY_LOCAL_MACHINE\Software\A`}, {`HKLMX\Software`, ""}, {`HKLM`, ""}, {`HKLM\`, ""}, {`Software\HKLM`, ""},
		{"HKLM\\a\nb", ""}, {`"HKLM\Software\a b"`, `HKEY_LOCAL_MACHINE\Software\a b`},
	})
	checkKind(t, FilePath, []kindCase{
		{`C:\a`, `C:\a`}, {`c:\a\b.c`, `c:\a\b.c`}, {`C:/a/b`, `C:\a\b`}, {`C:\\a\\b`, `C:\a\b`}, {`C:\a\`, ""}, {`C:a`, ""}, {`1:\a`, ""}, {`\\s\h\f`, `\\s\h\f`}, {`\\s\f`, `\\s\f`}, {`\\s`, ""}, {`%TEMP%\a`, `%TEMP%\a`}, {`%TEMP%a`, ""}, {`%%\a`, ""},
		{"/a", "/a"},
		{"/a/b c", "/a/b c"},
		{"/a/", ""},
		{"/", ""},
		{"~/a", "~/a"},
		{"~a", ""},
		{"a/b", ""},
		{"", ""},
		{"/a\x01", ""},
	})
	checkKind(t, FileName, []kindCase{{"a.exe", "a.exe"}, {`"a b.exe"`, "a b.exe"},
		{"a/b", ""}, {`a\b`, ""},
		{".", ""},
		{"..", ""},
		{"", ""}, {strings.Repeat("a", 255), strings.Repeat("a", 255)}, {strings.Repeat("a", 256), ""}})
	checkKind(t, Mutex, []kindCase{{`Global\x`, `Global\x`},
		{" a b ", "a b"},
		{"", ""},
		{"a\u2028b", ""},
		{"a\u0085b", ""},
		{"ü", "ü"}})
	checkKind(t, UserAgent, []kindCase{{"Evil/1.0 (x)", "Evil/1.0 (x)"},
		{"a\rb", ""}})
}

func TestWallets(t *testing.T) {
	checkKind(t, BTC, []kindCase{{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
		{"bc1qw508d6qejxtdg4y5r3\nzarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
		{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", ""},
		{"tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", ""}})
	checkKind(t, ETH, []kindCase{{"0xecd747170ccc26ed759228a5130362d061128f3e", "0xEcD747170CCC26ED759228a5130362d061128F3E"},
		{"0xeCd747170CCC26ED759228a5130362d061128F3E", ""}})
	checkKind(t, XMR, []kindCase{{"4" + strings.Repeat("A", 94), ""}})
}

// TestArticle holds that errors read as sentences.
func TestArticle(t *testing.T) {
	for kind, want := range map[Kind]string{IPv4: "an ipv4", Domain: "a domain", ETH: "an eth", SHA1: "an sha1", URL: "a url", MAC: "a mac"} {
		if got := article(kind); got != want {
			t.Errorf("article(%s) = %q; want %q", kind, got, want)
		}
		if _, err := Canonical(kind, "!"); err == nil || err.Error() != "this is not "+want {
			t.Errorf("Canonical(%s) of nonsense: %v", kind, err)
		}
	}
}

func TestKnownSuffix(t *testing.T) {
	for name, want := range map[string]bool{"evil.com": true, "evil.example": true, "evil.test": true, "evil.invalid": true, "x.onion": true, "evil.co.uk": true, "a.github.io": true, "evil.nosuchsuffix": false, "a.localhost": false, "a.exe": false, "a.local": false} {
		if got := KnownSuffix(name); got != want {
			t.Errorf("KnownSuffix(%q) = %v", name, got)
		}
	}
}
