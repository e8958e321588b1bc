package observable

import "testing"

// TestSchemes holds which schemes a link can have, and how they are disguised.
func TestSchemes(t *testing.T) {
	for raw, want := range map[string]string{
		"http": "http", "https": "https", "HTTP": "http", "hxxp": "http", "hxxps": "https", "hXXpS": "https", "hxtp": "http", "htxp": "http", "h**p": "http", "h##p": "http", "h__p": "http", "h--p": "http", "ttp": "http", "ttps": "https", "xxp": "http", "h++ps": "https",
		"meow": "http", "meows": "https", "purr": "http", "fxp": "ftp", "f*p": "ftp", "fxps": "ftps", "sfxp": "sftp", "ftp": "ftp", "sftp": "sftp", "ssh": "ssh", "tcp": "tcp", "stratum+tcp": "stratum+tcp", "ws": "ws", "wss": "wss", "ldap": "ldap",
		"file": "", "data": "", "javascript": "", "mailto": "", "about": "", "blob": "", "JavaScript": "", "": "", "1http": "", "ht tp": "", "ht/tp": "", "hxxxxxxp": "hxxxxxxp", "hap": "hap",
	} {
		if got := fixScheme(raw); got != want {
			t.Errorf("fixScheme(%q) = %q; want %q", raw, got, want)
		}
	}
}

// TestNumbersAsHosts holds the IPv4 parser of browsers (WHATWG URL): every bound
// of its parts, just in and just out.
func TestNumbersAsHosts(t *testing.T) {
	for raw, want := range map[string]string{
		"192.0.2.255": "192.0.2.255", "192.0.2.256": "", "192.0.255": "192.0.0.255", "192.0.65535": "192.0.255.255", "192.0.65536": "", "192.16777215": "192.255.255.255", "192.16777216": "", "4294967295": "255.255.255.255", "4294967296": "",
		"256.1": "", "255.1": "255.0.0.1", "0x7f.1": "127.0.0.1", "0xffffffff": "255.255.255.255", "0x100000000": "", "0377.0.0.1": "255.0.0.1", "0400.0.0.1": "", "08.1.1.1": "", "0": "0.0.0.0", "0x": "", "1..2": "", "1.2.3.4.5": "", "": "", "a.1": "", "0xg.1": "",
	} {
		a, ok := looseIPv4(raw)
		if ok != (want != "") || ok && a.String() != want {
			t.Errorf("looseIPv4(%q) = %v, %v; want %q", raw, a, ok, want)
		}
	}
}

// TestPorts holds what counts as a port behind a host.
func TestPorts(t *testing.T) {
	for raw, want := range map[string][2]string{
		"evil.example": {"evil.example", ""}, "evil.example:80": {"evil.example", "80"}, "evil.example:": {"evil.example", ""}, "evil.example:65535": {"evil.example", "65535"}, "[2001:db8::1]:80": {"[2001:db8::1]", "80"}, "[2001:db8::1]": {"[2001:db8::1]", ""}, "2001:db8::1": {"2001:db8::1", ""}, "evil.example:00080": {"evil.example", "00080"},
	} {
		h, p, ok := splitPort(raw)
		if !ok || h != want[0] || p != want[1] {
			t.Errorf("splitPort(%q) = %q, %q, %v; want %q", raw, h, p, ok, want)
		}
	}
	for _, raw := range []string{"evil.example:65536", "evil.example:000080", "evil.example:8a", "evil.example:-1", "evil.example: 80"} {
		if h, p, ok := splitPort(raw); ok {
			t.Errorf("splitPort(%q) = %q, %q; want it refused", raw, h, p)
		}
	}
}

// TestURLHosts holds the host of links of every make.
func TestURLHosts(t *testing.T) {
	for raw, want := range map[string]Thing{
		"http://evil.example/": {Domain, "evil.example"}, "http://evil.example:8080/a": {Domain, "evil.example"}, "ftp://a:b@evil.example/x@y": {Domain, "evil.example"}, "http://evil.example?x=a@b.example": {Domain, "evil.example"}, "http://evil.example#@b.example": {Domain, "evil.example"},
		"http://192.0.2.7/": {IPv4, "192.0.2.7"}, "http://[2001:db8::1]:8080/": {IPv6, "2001:db8::1"}, "http://good.example@evil.example/": {Domain, "evil.example"}, "http://6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4id.onion/a": {Onion, "6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4id.onion"},
	} {
		if got, ok := URLHost(raw); !ok || got != want {
			t.Errorf("URLHost(%q) = %v, %v; want %v", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"", "evil.example", "http://", "http:///a", "http://localhost/", "mailto:a@evil.example"} {
		if got, ok := URLHost(raw); ok {
			t.Errorf("URLHost(%q) = %v; want none", raw, got)
		}
	}
}

// TestURLsThatAreNone holds what is refused as a link.
func TestURLsThatAreNone(t *testing.T) {
	for _, raw := range []string{"", "http://", "http://evil", "http:///path", "http://evil..example/", "http://evil.example:99999/", "http://user name@evil.example/", "http://\x00@evil.example/", "http://a\x7f@evil.example/", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://%65vil.example/", "http://evil.example/\x01", "http://-/", "http://[2001:db8::1/", "http://[fe80::1%25eth0]/"} {
		if got, err := Canonical(URL, raw); err == nil {
			t.Errorf("Canonical(url, %q) = %v; want it refused", raw, got)
		}
	}
}

// TestTails holds what happens to what follows the host: nothing, but for white space.
func TestTails(t *testing.T) {
	for raw, want := range map[string]string{
		"http://evil.example": "http://evil.example/", "ftp://evil.example": "ftp://evil.example", "http://evil.example?q": "http://evil.example?q", "http://evil.example#f": "http://evil.example#f",
		"http://evil.example/a b": "http://evil.example/a%20b", "http://evil.example/a\nb": "http://evil.example/ab", "http://evil.example/a\r\n b": "http://evil.example/a%20b", "http://evil.example/a\tb": "http://evil.example/ab",
		"http://evil.example/%2e%2E/../x": "http://evil.example/%2e%2E/../x", "http://evil.example//a//": "http://evil.example//a//", "http://evil.example/Ä": "http://evil.example/Ä", "http://evil.example/?a=b&copy=1": "http://evil.example/?a=b&copy=1",
	} {
		if got, err := Canonical(URL, raw); err != nil || got.Value != want {
			t.Errorf("Canonical(url, %q) = %q, %v; want %q", raw, got.Value, err, want)
		}
	}
}

// TestMailboxesThatAreNone holds what is refused as a mailbox.
func TestMailboxesThatAreNone(t *testing.T) {
	for _, raw := range []string{"", "@evil.example", "a@", "a@evil", "a@b@evil.example", "a b@evil.example", "a,b@evil.example", "\"a b\"@evil.example", "a@evil..example", "<a>@evil.example", "a@2001:db8::1", "a;b@evil.example", `a\b@evil.example`} {
		if got, err := Canonical(Email, raw); err == nil {
			t.Errorf("Canonical(email, %q) = %v; want it refused", raw, got)
		}
	}
}

// TestGuessesByShape holds the kind that a lone value is taken for.
func TestGuessesByShape(t *testing.T) {
	for raw, want := range map[string]Kind{
		"198.51.100.7": IPv4, "198.51.100[.]7": IPv4, "198.51.100.7:443": IPv4, "198.51.100.0/24": CIDR, "2001:db8::7": IPv6, "[2001:db8::7]:443": IPv6, "2001:db8::/32": CIDR,
		"evil.example": Domain, "evil[.]example": Domain, "evil.example:443": Domain, "www.evil.example": URL, "evil.example/a": URL, "198.51.100.7/a": URL, "hxxp://evil.example": URL, "ftp://evil.example/": URL, "a@evil.example": Email, "a[at]evil[.]example": Email,
		objMD5: MD5, objMD5 + "00000001": SHA1, objSHA256: SHA256, objSHA256 + objSHA256: SHA512, "3:AAAAAAAAAAAAAAAA:BBBBBBB": SSDEEP, "t13d1516h2_8daaf6152771_e5627efa2ab1": JA4,
		"CVE-2026-1234": CVE, "T1059": Attack, "TA0011": Attack, "attack.t1059": Attack, "AS64500": ASN, "00:00:5e:00:53:01": MAC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": BTC, "0xde709f2102306220921060314715629080e2fb77": ETH,
		`HKLM\Software\X`: Registry, `C:\Temp\a.exe`: FilePath, "/etc/cron.d/x": FilePath, `%TEMP%\a.exe`: FilePath, "~/x": FilePath, `\\srv\share\a.exe`: FilePath, `Global\m1`: Mutex, "a.exe": FileName, "setup.py": FileName, "readme.md": FileName, "invoice.pdf": FileName, "6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4id.onion": Onion,
	} {
		if got, ok := Guess(raw); !ok || got.Kind != want {
			t.Errorf("Guess(%q) = %v, %v; want a %s", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"", " ", "evil", "hello world", "0.0.0.0", "d41d8cd98f00b204e9800998ecf8427e", "00000000000000000000000000000000", "evil.nosuchsuffix", "a@evil.nosuchsuffix", "64500", "1.2.3", "v1.2.3.4", "-", "http://", "/", "//", "C:", "@name", "#tag", "yes", "2026-11-24", "12:30:00", "a:b:c", "T800", "CVE-", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "6qio7itysjhfbvtm4njav4vopzs7xtjezl3ulnxudv3i42evrmw5g4ie.onion"} {
		if got, ok := Guess(raw); ok {
			t.Errorf("Guess(%q) = %v; want nothing", raw, got)
		}
	}
}

// TestEntitiesThatAreNone holds that an ampersand in a link stays what it is.
func TestEntitiesThatAreNone(t *testing.T) {
	for in, want := range map[string]string{
		"a&amp;b": "a&b", "a&#46;b": "a.b", "a&#x2E;b": "a.b", "a&period;b": "a.b", "a&lt;b&gt;": "a<b>", "a&nbsp;b": "a b", "a&copy=1": "a&copy=1", "a&copy;b": "a&copy;b", "a&;b": "a&;b", "a&#;b": "a&#;b", "a&#x;b": "a&#x;b", "a&#0;b": "a&#0;b", "a&#xD800;b": "a&#xD800;b", "a&#99999999;b": "a&#99999999;b", "a&b;c": "a&b;c", "&amp;amp;": "&amp;", "&": "&", "&&&;;;": "&&&;;;", "a&averyveryverylongname;b": "a&averyveryverylongname;b",
	} {
		if got := entities(in); got != want {
			t.Errorf("entities(%q) = %q; want %q", in, got, want)
		}
	}
}

// TestFileParts holds how a path is cut into folder and name for a pattern.
func TestFileParts(t *testing.T) {
	for in, want := range map[string][2]string{
		`C:\a.exe`: {`C:\`, "a.exe"}, `C:\Temp\a.exe`: {`C:\Temp`, "a.exe"}, `\\srv\share\a`: {`\\srv\share`, "a"}, `%TEMP%\a`: {"%TEMP%", "a"}, "/a": {"/", "a"}, "/tmp/a": {"/tmp", "a"}, "~/a": {"~", "a"}, "/tmp/a b/c d": {"/tmp/a b", "c d"},
	} {
		if dir, name := splitPath(in); dir != want[0] || name != want[1] {
			t.Errorf("splitPath(%q) = %q, %q; want %q", in, dir, name, want)
		}
	}
	for _, in := range []string{"", "a.exe", `C:\`, `C:\Temp\`, "/", "/tmp/", `%TEMP`, `%%\a`, `\\srv`, `\\srv\`, "relative/a"} {
		if got, err := Canonical(FilePath, in); err == nil {
			t.Errorf("Canonical(path, %q) = %v; want it refused", in, got)
		}
	}
}

// TestSquares holds the borders of special ranges: the last address inside and
// the first outside.
func TestSquares(t *testing.T) {
	for in, want := range map[string]string{
		"9.255.255.255": "", "10.0.0.0": "private", "10.255.255.255": "private", "11.0.0.0": "", "172.15.255.255": "", "172.16.0.0": "private", "172.31.255.255": "private", "172.32.0.0": "", "192.167.255.255": "", "192.168.0.0": "private", "192.168.255.255": "private", "192.169.0.0": "",
		"100.63.255.255": "", "100.64.0.0": "shared", "100.127.255.255": "shared", "100.128.0.0": "", "169.253.255.255": "", "169.254.0.0": "link-local", "169.255.0.0": "", "198.17.255.255": "", "198.18.0.0": "benchmarking", "198.19.255.255": "benchmarking", "198.20.0.0": "",
		"223.255.255.255": "", "224.0.0.0": "multicast", "239.255.255.255": "multicast", "240.0.0.0": "reserved", "255.255.255.254": "reserved", "255.255.255.255": "broadcast", "0.0.0.0": "unspecified", "0.255.255.255": "unspecified", "1.0.0.0": "",
		"191.255.255.255": "", "192.0.0.255": "reserved", "192.0.1.0": "", "192.0.2.0": "documentation", "192.0.3.0": "", "8.8.8.8": "resolver", "8.8.8.7": "", "8.8.8.9": "",
	} {
		if got, _ := Special(Thing{IPv4, in}); got != want {
			t.Errorf("Special(%s) = %q; want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"fbff:ffff::1": "", "fc00::": "private", "fdff:ffff::1": "private", "fe00::1": "", "fe80::": "link-local", "febf::1": "link-local", "fec0::1": "", "ff00::": "multicast", "2001:db7::1": "", "2001:db8::1": "documentation", "2001:db9::1": "", "::1": "loopback", "::": "unspecified", "::2": "", "::ffff:10.0.0.1": "private"} {
		if got, _ := Special(Thing{IPv6, in}); got != want {
			t.Errorf("Special(%s) = %q; want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"AS0": "reserved", "AS1": "", "AS23455": "", "AS23456": "reserved", "AS64495": "", "AS64496": "documentation", "AS64511": "documentation", "AS64512": "private", "AS65534": "private", "AS65535": "reserved", "AS65536": "documentation", "AS65551": "documentation", "AS65552": "", "AS4199999999": "", "AS4200000000": "private", "AS4294967294": "private", "AS4294967295": "reserved"} {
		if got, _ := Special(Thing{ASN, in}); got != want {
			t.Errorf("Special(%s) = %q; want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"12.0.0.0/8": "", "12.0.0.0/7": "wide", "2400::/19": "", "2400::/18": "wide", "10.1.0.0/16": "private", "8.0.0.0/8": "resolver", "8.8.8.0/24": "resolver", "9.8.8.0/24": "", "198.51.100.0/24": "documentation"} {
		if got, _ := Special(Thing{CIDR, in}); got != want {
			t.Errorf("Special(%s) = %q; want %q", in, got, want)
		}
	}
}
