package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/observable"
)

// values gives what a text names, without context, as "kind value".
func values(text string) (out []string) {
	for _, f := range Find(text) {
		if !f.Context {
			out = append(out, fmt.Sprintf("%s %s", f.Thing.Kind, f.Thing.Value))
		}
	}
	return out
}

// wantValues checks a table of texts and what they name, split by "|".
func wantValues(t *testing.T, cases []struct{ text, want string }) {
	t.Helper()
	for _, c := range cases {
		var want []string
		if c.want != "" {
			want = strings.Split(c.want, "|")
		}
		if got := values(c.text); !slices.Equal(got, want) {
			t.Errorf("in %q\n got %q\nwant %q", c.text, got, want)
		}
	}
}

func TestEndsOfURLs(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"http://a.example/b.", "url http://a.example/b"},
		{"http://a.example/b...", "url http://a.example/b"},
		{"http://a.example/b,", "url http://a.example/b"},
		{"http://a.example/b;", "url http://a.example/b"},
		{"http://a.example/b:", "url http://a.example/b"},
		{"http://a.example/b!?", "url http://a.example/b"},
		{"(http://a.example/b)", "url http://a.example/b"},
		{"[http://a.example/b]", "url http://a.example/b"},
		{"{http://a.example/b}", "url http://a.example/b"},
		{"<http://a.example/b>", "url http://a.example/b"},
		{"'http://a.example/b'", "url http://a.example/b"},
		{"`http://a.example/b`", "url http://a.example/b"},
		{"“http://a.example/b”", "url http://a.example/b"},
		{"«http://a.example/b»", "url http://a.example/b"},
		{"**http://a.example/b**", "url http://a.example/b"},
		{"_http://a.example/b_", "url http://a.example/b"},
		{"http://a.example/(b)", "url http://a.example/(b)"},
		{"(http://a.example/(b))", "url http://a.example/(b)"},
		{"http://a.example/b(", "url http://a.example/b"},
		{"http://a.example/b|c", "url http://a.example/b"},
		{"http://a.example/b\\nnext", "url http://a.example/b"},
		{"http://a.example/b[text]", "url http://a.example/b"},
		{"http://a.example/?a[]=1&b[x]=2", "url http://a.example/?a[]=1&b[x]=2"},
		{"http://a.example/b&quot;", "url http://a.example/b"},
		{"http://a.example/b&lt;/a&gt;", "url http://a.example/b"},
		{"http://a.example/b;c=1", "url http://a.example/b;c=1"},
		{"http://a.example/b;rm -rf", "url http://a.example/b"},
		{"http://a.example/b,http://c.example/d", "url http://a.example/b|url http://c.example/d"},
		{"x http://a.example/b,c.html", "url http://a.example/b,c.html"},
		{"http://a.example", "url http://a.example/"},
		{"http://a.example.", "url http://a.example/"},
		{"http://a.example:8080", "url http://a.example:8080/"},
		{"http://a.example: see", "url http://a.example/"},
		{"http://a.example#f", "url http://a.example#f"},
		{"http://a[.]example[/]b[.]php", "url http://a.example/b.php"},
		{"http://a.example/ü/ж", "url http://a.example/ü/ж"},
		{"http://a.example/b下载", "url http://a.example/b"},
		{"http://a.example/下载", "url http://a.example/下载"},
	})
}

func TestNoURLs(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"http://", ""},
		{"http://localhost/a", ""},
		{"http://127.0.0.1/a", ""},
		{"http://0.0.0.0:80/", ""},
		{"http://a.nosuchsuffix/x", ""},
		{"http://a/b", ""},
		{"file:///etc/hosts", ""},
		{"std::http://", ""},
		{"xhttp", ""},
		{"a:b//c", ""},
	})
}

func TestSchemes(t *testing.T) {
	for written, scheme := range map[string]string{
		"http": "http", "HTTPS": "https", "hxxp": "http", "hxxps": "https", "hXXp": "http", "h**p": "http", "h**ps": "https", "htxp": "http", "hxtps": "https", "h[xx]p": "http", "http[s]": "https", "meow": "http",
		"ftp": "ftp", "fxp": "ftp", "sftp": "sftp", "tcp": "tcp", "ldap": "ldap", "smb": "smb", "ws": "ws", "stratum+tcp": "stratum+tcp",
	} {
		for _, colon := range []string{"://", "[:]//", "[://]", ":\\/\\/", "：//"} {
			text := "x " + written + colon + "a.example/b"
			if got := values(text); len(got) != 1 || got[0] != "url "+scheme+"://a.example/b" {
				t.Errorf("%q gives %q", text, got)
			}
		}
	}
}

func TestVersionsAndAddresses(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"IP 4.3.2.1", "ipv4 4.3.2.1"},
		{"from 4.3.2.1", "ipv4 4.3.2.1"},
		{"4.3.2.1", "ipv4 4.3.2.1"},
		{"version 4.3.2.1", ""},
		{"Version: 4.3.2.1", ""},
		{"versions 4.3.2.1 and 104.3.2.9", ""},
		{"version 4.3.2.1. The IP is 4.3.2.9", "ipv4 4.3.2.9"},
		{"v4.3.2.1", ""},
		{"Agent 4.3.2.1", ""},
		{"agent 104.3.2.1", "ipv4 104.3.2.1"},
		{"Agent/104.3.2.1", ""},
		{"DIRECT/104.3.2.1", "ipv4 104.3.2.1"},
		{"104.3.2.1-beta", ""},
		{"tool-104.3.2.1", ""},
		{"104.3.2.1.5", ""},
		{"1.104.3.2.1", ""},
		{"104.3.2.1_x", ""},
		{"104.3.0.0", ""},
		{"104.3.0.0/16", "cidr 104.3.0.0/16"},
		{"104.3.2.1/32", "ipv4 104.3.2.1"},
		{"104.3.2.1/24,", "cidr 104.3.2.0/24"},
		{"104.3.2.1/24/x", "url http://104.3.2.1/24/x"},
		{"104.3.2.1:8080/x", "url http://104.3.2.1:8080/x"},
		{"104.3.2.1:80", "ipv4 104.3.2.1"},
		{"104.3.2.1:99999999", "ipv4 104.3.2.1"},
		{"[104.3.2.1]", "ipv4 104.3.2.1"},
		{"104[.]3[.]2[.]1[:]80", "ipv4 104.3.2.1"},
		{"version 104[.]3[.]2[.]1", "ipv4 104.3.2.1"}, // nobody defangs a version
		{"104.3.2.1/TCP and 104.3.2.2/udp, tcp/104.3.2.3:80", "ipv4 104.3.2.1|ipv4 104.3.2.2|ipv4 104.3.2.3"},
		{`104.3.2.1\n104.3.2.2\t104.3.2.3`, "ipv4 104.3.2.1|ipv4 104.3.2.2|ipv4 104.3.2.3"},
		{"FileVersion: 10.0.3.5; ProductVersion=11.2.3.4", ""},
		{"256.1.1.1 1.1.1", ""},
		{"a@104.3.2.1", "ipv4 104.3.2.1"},
	})
}

func TestIPv6(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"2001:db8::1", "ipv6 2001:db8::1"},
		{"2001:db8::1.", "ipv6 2001:db8::1"},
		{"(2001:db8::1)", "ipv6 2001:db8::1"},
		{"2001:db8::/32", "cidr 2001:db8::/32"},
		{"2001:db8::1/129", "ipv6 2001:db8::1"},
		{"::ffff:192.0.2.1", "ipv6 ::ffff:192.0.2.1"},
		{"2001:0db8:0000:0000:0000:0000:0000:0001", "ipv6 2001:db8::1"},
		{"2001:db8:0:0:0:0:0:1:2", ""},
		{"[IPv6:2001:db8::1] ip:2001:db8::2", "ipv6 2001:db8::1|ipv6 2001:db8::2"},
		{"std::cout ab::cd dead::beef a::b", ""},
		{"10:11:12 12:34:56:78", ""},
		{"01:02:03:04:05:06:07:08", ""},
		{"::1 ::", ""},
	})
}

func TestNumbersOfNetworks(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"AS64500", "asn AS64500"},
		{"as64500", "asn AS64500"},
		{"ASN64500", "asn AS64500"},
		{"AS 64500", "asn AS64500"},
		{"ASN: 64500", "asn AS64500"},
		{"asn=64500", "asn AS64500"},
		{`"asn": "64500"`, "asn AS64500"},
		{`"as_number": 64500`, "asn AS64500"},
		{"as 64500 of them", ""},
		{"AS of 2026", ""},
		{"AS64500.1", ""},
		{"AS99999999999", ""},
		{"| IP | ASN |\n|----|-----|\n| 192.0.2.7 | 64500 |\n", "ipv4 192.0.2.7|asn AS64500"},
		{"ip\tasn\torg\n192.0.2.7\t64500\tX\n", "ipv4 192.0.2.7|asn AS64500"},
		{"asn;n\n64500;64501\n", "asn AS64500"},
		{"n,m\n64500,64501\n", ""},
		{"asn,n\n64500,1\n\n64501,1\n", "asn AS64500"},
	})
}

func TestHashBorders(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{md5A + ".exe", ""},
		{"x" + md5A, ""},
		{md5A + "z", ""},
		{md5A + "-x", ""},
		{"0x" + md5A, ""},
		{"MD5(" + md5A + ")", "md5 " + md5A},
		{"md5=" + md5A, "md5 " + md5A},
		{"md5:" + md5A + ";", "md5 " + md5A},
		{`"` + md5A + `"`, "md5 " + md5A},
		{md5A + "," + md5B, "md5 " + md5A + "|md5 " + md5B},
		{"/a/" + md5A, ""},
		{strings.Repeat("12345678", 4), ""},
		{strings.Repeat("ab", 16), ""},
		{sha1A + " in commit", "sha1 " + sha1A},
		{"commit " + sha1A, ""},
	})
}

func TestFolding(t *testing.T) {
	cut := func(s string, at ...int) string {
		var out []string
		from := 0
		for _, a := range append(at, len(s)) {
			out = append(out, s[from:a])
			from = a
		}
		return strings.Join(out, "\n")
	}
	wantValues(t, []struct{ text, want string }{
		{cut(sha256A, 40), "sha256 " + sha256A},
		{cut(sha256A, 50), "sha256 " + sha256A},
		{cut(sha1A, 20), "sha1 " + sha1A},
		{"SHA256 " + cut(sha256A, 32), "sha256 " + sha256A},
		{"sha1: " + cut(sha1A, 16, 32), "sha1 " + sha1A},
		{cut(sha256A, 32), "md5 " + sha256A[:32] + "|md5 " + sha256A[32:]}, // nothing says that they are one
		{"> " + sha256A[:40] + "\n> " + sha256A[40:], "sha256 " + sha256A},
		{sha256A + "\n" + sha256B, "sha256 " + sha256A + "|sha256 " + sha256B},
		{sha1A + "\n" + md5A, "sha1 " + sha1A + "|md5 " + md5A},
		{"deadbeef\ncafe0123", ""},
	})
}

func TestHostsAndFiles(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"a-b.example", "domain a-b.example"},
		{"-a.example-", "domain a.example"},
		{"a.example's", "domain a.example"},
		{"a.example(x)", ""},
		{"see:a.example", "domain a.example"},
		{"$a.example", ""},
		{"#a.example", "domain a.example"},
		{"x #a.example y", ""},
		{"word/a.example", ""},
		{`dir\a.example`, ""},
		{"%20a.example", ""},
		{"name=a.example", "domain a.example"},
		{"a.example=1", ""},
		{"domain run.sh", "domain run.sh"},
		{"script run.sh", ""},
		{"run[.]sh", "domain run.sh"},
		{"http://run.sh/x", "url http://run.sh/x"},
		{"run.sh:8080", ""},
		{"a.b.run.sh", "domain a.b.run.sh"},
		{"evil.nosuchsuffix", ""},
		{"evil[.]nosuchsuffix", ""},
		{strings.Repeat("a", 64) + ".example", ""},
		{strings.Repeat("a.", 31) + "example", ""},
		{"com.evil.app org.evil.me", ""},
		{"com.evil-x.example", "domain com.evil-x.example"},
	})
}

func TestMailboxes(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"a@evil.example", "email a@evil.example"},
		{"mailto:a@evil.example", "email a@evil.example"},
		{"user=a@evil.example", ""},
		{"x=a@evil.example", "email a@evil.example"},
		{"a.b-c+d@evil.example.", "email a.b-c+d@evil.example"},
		{"a@evil", ""},
		{"@evil.example", ""},
		{"a @evil.example", ""},
		{"git@evil.example:a/b", ""},
		{"root@evil.example:~#", ""},
		{"a@evil.example: hello", "email a@evil.example"},
		{"sent to a@evil.example", ""},
		{"To: a@evil.example", ""},
		{"write to a@evil.example", "email a@evil.example"},
		{"abuse@evil.example", ""},
		{"the victim a@evil.example", ""},
		{"the victim a@evil[.]example", "email a@evil.example"},
		{strings.Repeat("a", 70) + "@evil.example", ""},
	})
}

// TestListsOfEachKind holds that a list of any values, one a line, gives them all.
func TestListsOfEachKind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.StringMatching(`[a-z]{3,8}-[a-z]{2,8}\.(example|test|example\.com)`)
		kinds := []*rapid.Generator[string]{
			host,
			rapid.Map(host, func(h string) string { return "http://" + h + "/a/b.php" }),
			rapid.Map(host, func(h string) string { return "boss@" + h }),
			rapid.Map(rapid.IntRange(1, 254), func(n int) string { return fmt.Sprintf("203.0.113.%d", n) }),
			rapid.Map(rapid.IntRange(1, 0xffff), func(n int) string { return fmt.Sprintf("2001:db8::%x", n) }),
			rapid.StringMatching(`CVE-20[12][0-9]-[1-9][0-9]{3}`),
			rapid.StringMatching(`0[1-9a-f]{10}2[0-9a-f]{9}e3[0-9a-f]{18}`),
		}
		list := rapid.SliceOfN(rapid.OneOf(kinds...), 1, 12).Draw(t, "list")
		bullet := rapid.SampledFrom([]string{"", "- ", "* ", "\t", "> "}).Draw(t, "bullet")
		end := rapid.SampledFrom([]string{"", ",", ";", " ", "\r"}).Draw(t, "end")
		var text strings.Builder
		var want []observable.Thing
		for _, l := range list {
			text.WriteString(bullet + l + end + "\n")
			if th, ok := observable.Guess(l); ok {
				want = append(want, th)
			}
		}
		var got []observable.Thing
		for _, f := range Find(text.String()) {
			got = append(got, f.Thing)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("in %q\n got %v\nwant %v", text.String(), got, want)
		}
	})
}
