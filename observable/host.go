package observable

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"tocsin/observable/checksum"
)

// names is the lookup profile of UTS #46 without what real hosts break: labels
// with underscores, and hyphens in the third and fourth place.
var names = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false))

// host brings an address or a name (without port) to its canonical form.
func host(s string) (Thing, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '[' && s[len(s)-1] == ']' {
		s = s[1 : len(s)-1]
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return address(a)
	}
	return domain(s)
}

func address(a netip.Addr) (Thing, bool) {
	if a.Zone() != "" {
		return Thing{}, false
	}
	if a.Is4() {
		return Thing{IPv4, a.String()}, true
	}
	return Thing{IPv6, a.String()}, true
}

// hostPort is host for a value that may carry a port, or the colon before one.
func hostPort(s string) (Thing, bool) {
	if h, _, ok := splitPort(s); ok {
		return host(h)
	}
	return host(s)
}

// splitPort cuts :digits off. A bare IPv6 address has no port.
func splitPort(s string) (h, port string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", true
	}
	if end := strings.LastIndexByte(s, ']'); end > i {
		return s, "", true
	}
	if s[0] != '[' && strings.IndexByte(s, ':') != i {
		return s, "", true
	}
	h, port = s[:i], s[i+1:]
	if len(port) > 5 {
		return s, "", false
	}
	for _, c := range []byte(port) {
		if c < '0' || c > '9' {
			return s, "", false
		}
	}
	n, err := strconv.Atoi(port)
	return h, port, port == "" || err == nil && n <= 65535
}

// domain brings a host name of two labels or more to lower case and punycode.
func domain(s string) (Thing, bool) {
	s = strings.TrimPrefix(s, "*.")
	s = strings.Trim(s, ".")
	if len(s) < 3 || len(s) > 1000 {
		return Thing{}, false
	}
	ascii, lower, puny := true, true, false
	for i := range len(s) {
		c := s[i]
		ascii = ascii && c < 0x80
		lower = lower && (c < 'A' || c > 'Z')
	}
	if ascii {
		if strings.IndexByte(s, ' ') >= 0 {
			s = closeUp(s)
		}
		if !lower {
			s = strings.ToLower(s)
		}
		puny = strings.Contains(s, "xn--")
	}
	if !ascii || puny {
		out, err := names.ToASCII(closeUp(s))
		if err != nil {
			return Thing{}, false
		}
		s = strings.Trim(out, ".")
	}
	if !validName(s) {
		return Thing{}, false
	}
	if strings.HasSuffix(s, ".onion") {
		rest := s[:len(s)-len(".onion")]
		if !checksum.Onion(rest[strings.LastIndexByte(rest, '.')+1:]) {
			return Thing{}, false
		}
		return Thing{Onion, s}, true
	}
	return Thing{Domain, s}, true
}

// closeUp takes away spaces beside dots.
func closeUp(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	parts := strings.Split(s, ".")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ".")
}

// validName checks lengths and characters of a name in lower-case ASCII (RFC
// 1035 section 2.3.4; underscores as in RFC 8552), two labels at least, the last
// of which is no number.
func validName(s string) bool {
	if len(s) > 253 || len(s) < 3 {
		return false
	}
	label, dots, letter := 0, 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			label++
			letter = true
		case c >= '0' && c <= '9', c == '-', c == '_':
			label++
		case c == '.':
			if label == 0 || label > 63 {
				return false
			}
			label, letter = 0, false
			dots++
		default:
			return false
		}
	}
	return dots > 0 && label > 1 && label <= 63 && letter && s[len(s)-1] != '-'
}

// KnownSuffix tells whether a canonical host name ends in a suffix that exists,
// by the public suffix list, or in one of the names reserved for examples and
// tests (RFC 2606), or in .onion.
func KnownSuffix(name string) bool {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "example", "test", "invalid", "onion":
		return true
	}
	suffix, icann := publicsuffix.PublicSuffix(name)
	return icann || strings.IndexByte(suffix, '.') >= 0
}

// canonicalCIDR masks the host bits away. A range of one address is the address.
func canonicalCIDR(raw string) (Thing, bool) {
	s := strings.ReplaceAll(Refang(unquote(raw)), " ", "")
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return hostAddress(s)
	}
	if p.Bits() == p.Addr().BitLen() {
		return address(p.Addr())
	}
	return Thing{CIDR, p.Masked().String()}, true
}

// hostAddress is hostPort for addresses only.
func hostAddress(s string) (Thing, bool) {
	t, ok := hostPort(s)
	return t, ok && (t.Kind == IPv4 || t.Kind == IPv6)
}

// canonicalEmail lowers the whole mailbox: receivers that tell local parts apart
// by case hardly exist, while reports write them as they like.
func canonicalEmail(raw string) (Thing, bool) {
	s := strings.TrimPrefix(Refang(unquote(raw)), "mailto:")
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || strings.IndexByte(s[:at], '@') >= 0 {
		return Thing{}, false
	}
	local := strings.ToLower(strings.TrimSpace(s[:at]))
	for _, r := range local {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`<>()[],;:\"`, r) {
			return Thing{}, false
		}
	}
	h, ok := host(s[at+1:])
	if !ok || local == "" || h.Kind == IPv6 {
		return Thing{}, false
	}
	return Thing{Email, local + "@" + h.Value}, true
}
