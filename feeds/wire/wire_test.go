package wire

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestTokens(t *testing.T) {
	for _, v := range []Token{{1, 0}, {3, 1795410000}, {1<<40 - 1, 4_000_000_000}} {
		if got, ok := ParseToken(v.String()); !ok || got != v {
			t.Errorf("%v became %v, %v", v, got, ok)
		}
	}
	for _, bad := range []string{"", "-", "1", "1-", "-1", "1-2-3", "01-2", "1-+2", "1- 2", "1-9999999999999999999", "x-1", "1_2", "1-2\n"} {
		if v, ok := ParseToken(bad); ok {
			t.Errorf("%q was read as %v", bad, v)
		}
	}
}

// FuzzToken: what is read as a token is what writes it, so that two readers of
// one state never ask for two things.
func FuzzToken(f *testing.F) {
	for _, s := range []string{"1-1795410000", "12-0", "1--1", "007-1", "1-2 ", "\x00-1", "999999999999999999-999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := ParseToken(s); ok && (v.String() != s || v.View < 0 || v.Serial < 0) {
			t.Errorf("%q was read as %v", s, v)
		}
	})
}

func TestOneLine(t *testing.T) {
	for _, c := range []struct {
		s  string
		ok bool
	}{
		{"evil.example", true}, {"http://evil.example/a?b=#c", true}, {"http://evil.example/ü", true}, {"2001:db8::1", true},
		{"", false}, {"#evil.example", false}, {";evil.example", false}, {"a b", false}, {"a\tb", false}, {"a\nb", false}, {"a\rb", false},
		{"a\x00b", false}, {"a\x7fb", false}, {"a\u0085b", false}, {"a\u00a0b", false}, {"a\u2028b", false}, {"a\u2029b", false}, {"a\x1cb", false},
	} {
		if OneLine(c.s) != c.ok {
			t.Errorf("OneLine(%q) is %v", c.s, !c.ok)
		}
	}
}

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"=cmd|'/c calc'!A0": "'=cmd|'/c calc'!A0", "+1": "'+1", "-1": "'-1", "@SUM(1)": "'@SUM(1)", "\tx": "'\tx", "\rx": "'\rx",
		"evil.example": "evil.example", "a=b": "a=b", "": "", "'x": "'x",
	} {
		if got := Cell(in); got != want {
			t.Errorf("Cell(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestOwnerName(t *testing.T) {
	// 63.63.63.48 and "*." and ".tocsin.rpz" are 255 octets on the wire.
	long := strings.Join([]string{strings.Repeat("a", 63), strings.Repeat("b", 63), strings.Repeat("c", 63)}, ".")
	fits, over := long+"."+strings.Repeat("d", 48), long+"."+strings.Repeat("d", 49)
	for _, c := range []struct{ in, want string }{
		{"evil.example", "evil.example"},
		{"xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"_dmarc.evil.example", "_dmarc.evil.example"},
		{"a$b.example", `a\036b.example`},
		{`a\b.example`, `a\092b.example`},
		{"a b;c.example", `a\032b\059c.example`},
		{"a\nb.example", `a\010b.example`},
		{"*.example", ""}, {"a.*.example", ""}, {"a*.example", `a\042.example`},
		{"A.example", `\065.example`}, // canonical values are lower case
		{fits, fits},
		{over, ""},
		{strings.Repeat("a", 63) + ".example", strings.Repeat("a", 63) + ".example"},
		{strings.Repeat("a", 64) + ".example", ""},
		{"a..example", ""}, {".example", ""}, {"example.", ""}, {"", ""},
		{"32.1.2.0.192.rpz-ip", ""}, {"evil.example.rpz-nsdname", ""}, {"x.rpz-passthru", ""},
		{"rpz-ip.example", "rpz-ip.example"},
	} {
		if got, ok := OwnerName(c.in); got != c.want || ok != (c.want != "") {
			t.Errorf("OwnerName(%.80q) is %.80q, %v; want %.80q", c.in, got, ok, c.want)
		}
	}
}

// TestOwnerAddress: the names are those that BIND's own check calls canonical.
func TestOwnerAddress(t *testing.T) {
	for in, want := range map[string]string{
		"198.51.100.7":               "32.7.100.51.198.rpz-ip",
		"198.51.100.0/24":            "24.0.100.51.198.rpz-ip",
		"198.51.100.9/24":            "24.0.100.51.198.rpz-ip",
		"2001:db8::1":                "128.1.zz.db8.2001.rpz-ip",
		"2001:db8::/32":              "32.zz.db8.2001.rpz-ip",
		"2001:db8:0:0:1::1":          "128.1.0.0.1.zz.db8.2001.rpz-ip",
		"2001:db8:0:1:1:1:1:1":       "128.1.1.1.1.1.0.db8.2001.rpz-ip",
		"2001:db8:1:2:3:4:5:6":       "128.6.5.4.3.2.1.db8.2001.rpz-ip",
		"::ffff:192.0.2.1":           "32.1.2.0.192.rpz-ip",
		"::1":                        "128.1.zz.rpz-ip",
		"2001:db8:1:2::/64":          "64.zz.2.1.db8.2001.rpz-ip",
		"fe80::1%eth0":               "",
		"::ffff:192.0.2.0/120":       "",
		"evil.example":               "",
		"198.51.100.7\n@ CNAME evil": "",
		"":                           "",
	} {
		if got, ok := OwnerAddress(in); got != want || ok != (want != "") {
			t.Errorf("OwnerAddress(%q) is %q, %v; want %q", in, got, ok, want)
		}
	}
}

// FuzzOwner: whatever a value is, what stands in the zone for it is one name of
// printable characters that fits, and of an address the same address again.
func FuzzOwner(f *testing.F) {
	for _, s := range []string{"evil.example", "a\nb.example", "192.0.2.1", "2001:db8::/33", "x.rpz-ip", strings.Repeat("a.", 120) + "example", "$INCLUDE /etc/passwd", "@", "a\"b.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if name, ok := OwnerName(s); ok {
			if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`;"()@$`, r) }) {
				t.Errorf("%q became %q", s, name)
			}
			if len(s)+1+2+len(ZoneName)+2 > 255 || slices.Contains(strings.Split(name, "."), "") {
				t.Errorf("%q became %q, which is no name below the zone", s, name)
			}
		}
		if name, ok := OwnerAddress(s); ok {
			if got := fromOwner(t, name); !got.IsValid() || strings.Contains(s, ".") && !got.Addr().Is4() && !strings.Contains(s, ":") {
				t.Errorf("%q became %q, which is %v", s, name, got)
			}
		}
		if OneLine(s) && strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == 0x2028 }) {
			t.Errorf("%q is not one line", s)
		}
	})
}

// fromOwner reads an rpz-ip name back.
func fromOwner(t *testing.T, name string) netip.Prefix {
	t.Helper()
	parts := strings.Split(strings.TrimSuffix(name, ".rpz-ip"), ".")
	bits, err := strconv.Atoi(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	rest := parts[1:]
	slices.Reverse(rest)
	text := strings.Join(rest, ".")
	if len(rest) != 4 || slices.Contains(rest, "zz") {
		text = strings.Replace(strings.Join(rest, ":"), "zz", "", 1)
		if rest[0] == "zz" {
			text = ":" + text
		}
		if rest[len(rest)-1] == "zz" {
			text += ":"
		}
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		t.Fatalf("%s is %q: %v", name, text, err)
	}
	return netip.PrefixFrom(a, bits)
}
