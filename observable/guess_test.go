package observable

import (
	"strings"
	"testing"
)

func TestGuess(t *testing.T) {
	md5 := "9e107d9d372bb6826bd81d3542a419d6"
	for _, c := range []struct {
		raw  string
		want Thing
	}{
		{"198.51.100.7", Thing{IPv4, "198.51.100.7"}},
		{"198[.]51[.]100[.]7", Thing{IPv4, "198.51.100.7"}},
		{"198.51.100.7:80", Thing{IPv4, "198.51.100.7"}},
		{"198.51.100.0/24", Thing{CIDR, "198.51.100.0/24"}},
		{"198.51.100.7/32", Thing{IPv4, "198.51.100.7"}},
		{"198.51.100.7/a.bin", Thing{URL, "http://198.51.100.7/a.bin"}},
		{"2001:DB8::1", Thing{IPv6, "2001:db8::1"}},
		{"[2001:db8::1]:443", Thing{IPv6, "2001:db8::1"}},
		{"2001:db8::/32", Thing{CIDR, "2001:db8::/32"}},
		{"evil.example", Thing{Domain, "evil.example"}},
		{"EVIL[.]example.", Thing{Domain, "evil.example"}},
		{"evil.example:8080", Thing{Domain, "evil.example"}},
		{"*.evil.example", Thing{Domain, "evil.example"}},
		{"bücher.example", Thing{Domain, "xn--bcher-kva.example"}},
		{"www.evil.example", Thing{URL, "http://www.evil.example/"}},
		{"evil.example/a?b=c", Thing{URL, "http://evil.example/a?b=c"}},
		{"hxxps://evil[.]example", Thing{URL, "https://evil.example/"}},
		{"\"http://evil.example/a\"", Thing{URL, "http://evil.example/a"}},
		{"ftp://evil.example/a", Thing{URL, "ftp://evil.example/a"}},
		{"expyuzz4wqqyqhjn.onion", Thing{Onion, "expyuzz4wqqyqhjn.onion"}},
		{"Boss@evil.example", Thing{Email, "boss@evil.example"}},
		{"boss[at]evil[.]example", Thing{Email, "boss@evil.example"}},
		{strings.ToUpper(md5), Thing{MD5, md5}},
		{md5 + "01234567", Thing{SHA1, md5 + "01234567"}},
		{md5 + md5, Thing{SHA256, md5 + md5}},
		{strings.Repeat(md5, 4), Thing{SHA512, strings.Repeat(md5, 4)}},
		{"T1" + strings.Repeat("AB", 35), Thing{TLSH, "t1" + strings.Repeat("ab", 35)}},
		{"96:s4Ud1Lj96tHHlZDrwciQ:sF1LjEtHHlZDrJzrhuy", Thing{SSDEEP, "96:s4Ud1Lj96tHHlZDrwciQ:sF1LjEtHHlZDrJzrhuy"}},
		{"t13d1516h2_8daaf6152771_02713d6af862", Thing{JA4, "t13d1516h2_8daaf6152771_02713d6af862"}},
		{"cve-2026-1234", Thing{CVE, "CVE-2026-1234"}},
		{"T1059.001", Thing{Attack, "T1059.001"}},
		{"TA0002", Thing{Attack, "TA0002"}},
		{"attack.t1105", Thing{Attack, "T1105"}},
		{"AS64500", Thing{ASN, "AS64500"}},
		{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Thing{BTC, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}},
		{"0xecd747170ccc26ed759228a5130362d061128f3e", Thing{ETH, "0xEcD747170CCC26ED759228a5130362d061128F3E"}},
		{`HKLM\Software\X`, Thing{Registry, `HKEY_LOCAL_MACHINE\Software\X`}},
		{`C:\x\a.dll`, Thing{FilePath, `C:\x\a.dll`}},
		{`\\srv\share\a.exe`, Thing{FilePath, `\\srv\share\a.exe`}},
		{`%TEMP%\a.exe`, Thing{FilePath, `%TEMP%\a.exe`}},
		{"/tmp/.x", Thing{FilePath, "/tmp/.x"}},
		{"~/x", Thing{FilePath, "~/x"}},
		{`Global\X`, Thing{Mutex, `Global\X`}},
		{"00-00-5E-00-53-01", Thing{MAC, "00:00:5e:00:53:01"}},
		{"setup.exe", Thing{FileName, "setup.exe"}},
		{"run.sh", Thing{FileName, "run.sh"}},
		{"report.pdf", Thing{FileName, "report.pdf"}},
	} {
		if got, ok := Guess(c.raw); !ok || got != c.want {
			t.Errorf("Guess(%q) = %v, %v; want %v", c.raw, got, ok, c.want)
		}
	}
}

func TestGuessLeavesAlone(t *testing.T) {
	for _, s := range []string{"", " ", "word", "two words", "0.0.0.0", "::", "1.2.3", "1.2.3.4.5", "01.02.03.04", "evil.nosuchsuffix", "user@localhost", "a@b@c.example", "http://", "http://localhost/", "/", "/nofolder/x", "x/y",
		"00000000000000000000000000000000", "9e107d9d372bb6826bd81d3542a419d", "CVE-1", "T12", "AS", "AS4294967296", "12:30:45", "16:a:b", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "0xabc", "http://evil.nosuchsuffix.", "\x00", strings.Repeat("a", MaxValue+1)} {
		if got, ok := Guess(s); ok && got.Kind != URL {
			t.Errorf("Guess(%q) = %v", s[:min(len(s), 60)], got)
		}
	}
}

func TestFileEnding(t *testing.T) {
	for s, want := range map[string]bool{"a.exe": true, "A.EXE": true, "a.b.ps1": true, ".exe": false, "exe": false, "a.": false, "a.exx": false, "a.onepkg": true, "a.toolongending": false, strings.Repeat("a", 252) + ".exe": false, strings.Repeat("a", 251) + ".exe": true} {
		if got := fileEnding(s); got != want {
			t.Errorf("fileEnding of %d bytes ending in %q = %v", len(s), s[max(0, len(s)-8):], got)
		}
	}
}
