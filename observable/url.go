package observable

import (
	"net/netip"
	"strconv"
	"strings"
)

// canonicalURL gives scheme://authority/rest with the scheme refanged and in
// lower case and the host canonical. Path, query and fragment keep their bytes,
// except that white space inside is encoded or, when it is a line break, dropped.
// An absent path of http and https is "/" (RFC 3986 section 6.2.3).
func canonicalURL(raw string) (Thing, bool) {
	s := Refang(unquote(raw))
	scheme, rest := splitScheme(s)
	if scheme == "" {
		return Thing{}, false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	user, hp := "", authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, hp = authority[:at+1], authority[at+1:]
		if strings.IndexFunc(user, func(r rune) bool { return r <= ' ' || r == 0x7f }) >= 0 {
			return Thing{}, false
		}
	}
	h, port, ok := splitPort(strings.TrimSpace(hp))
	if !ok {
		return Thing{}, false
	}
	t, ok := urlHost(h)
	if !ok {
		return Thing{}, false
	}
	tail, ok = cleanTail(tail)
	if !ok {
		return Thing{}, false
	}
	if tail == "" && (scheme == "http" || scheme == "https") {
		tail = "/"
	}
	if t.Kind == IPv6 {
		t.Value = "[" + t.Value + "]"
	}
	if port != "" {
		port = ":" + port
	}
	return Thing{URL, scheme + "://" + user + t.Value + port + tail}, true
}

// splitScheme gives the scheme as it should be and what follows ://. A value
// without one is http; "" means that there is one that has no place here.
func splitScheme(s string) (scheme, rest string) {
	head := s[:min(len(s), 24)]
	i := strings.Index(head, ":")
	if i > 0 && i+2 < len(s) && (s[i+1] == '/' || s[i+1] == '\\') && (s[i+2] == '/' || s[i+2] == '\\') {
		return fixScheme(strings.TrimSpace(s[:i])), strings.TrimLeft(s[i+3:], "/\\ ")
	}
	return "http", strings.TrimPrefix(s, "//")
}

// fixScheme lowers a scheme and undoes hxxp, h**p, meow, fxp and the like.
func fixScheme(s string) string {
	s = strings.ToLower(s)
	if strings.HasPrefix(s, "h") || strings.HasPrefix(s, "x") || strings.HasPrefix(s, "t") {
		body, secure := strings.CutSuffix(s, "s")
		mid, ok := strings.CutSuffix(strings.TrimPrefix(body, "h"), "p")
		if ok && len(mid) >= 1 && len(mid) <= 4 && strings.Trim(mid, "xt*_#-+.") == "" {
			if secure {
				return "https"
			}
			return "http"
		}
	}
	switch s {
	case "meow", "purr":
		return "http"
	case "meows":
		return "https"
	case "fxp", "f*p":
		return "ftp"
	case "fxps", "f*ps":
		return "ftps"
	case "sfxp":
		return "sftp"
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return ""
		}
	}
	switch s {
	case "file", "data", "javascript", "mailto", "about", "blob":
		return "" // nothing that is reached over a network
	}
	return s
}

// urlHost is host with the spellings of IPv4 that browsers take: decimal, hex
// and octal numbers, one to four of them (WHATWG URL, IPv4 parser).
func urlHost(h string) (Thing, bool) {
	h = strings.TrimSpace(h)
	if strings.IndexByte(h, '%') >= 0 {
		return Thing{}, false
	}
	if last := h[strings.LastIndexByte(strings.TrimSuffix(h, "."), '.')+1:]; last != "" && last[0] >= '0' && last[0] <= '9' {
		if a, ok := looseIPv4(strings.TrimSuffix(h, ".")); ok {
			return address(a)
		}
	}
	return host(h)
}

func looseIPv4(s string) (netip.Addr, bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var v uint64
	for i, p := range parts {
		n, ok := looseNumber(p)
		if !ok {
			return netip.Addr{}, false
		}
		if i < len(parts)-1 {
			if n > 255 {
				return netip.Addr{}, false
			}
			v |= n << (24 - 8*i)
			continue
		}
		if n >= 1<<(8*(5-len(parts))) {
			return netip.Addr{}, false
		}
		v |= n
	}
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), true
}

func looseNumber(p string) (uint64, bool) {
	base := 10
	switch {
	case len(p) > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'):
		p, base = p[2:], 16
	case len(p) > 1 && p[0] == '0':
		p, base = p[1:], 8
	}
	n, err := strconv.ParseUint(p, base, 32)
	return n, err == nil
}

// cleanTail encodes spaces, drops line breaks and tabs, and refuses other
// control characters.
func cleanTail(s string) (string, bool) {
	dirty := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			dirty = true
		case c < ' ' || c == 0x7f:
			return "", false
		}
	}
	if !dirty {
		return s, true
	}
	return strings.NewReplacer(" ", "%20", "\t", "", "\r", "", "\n", "").Replace(s), true
}

// URLHost gives the canonical host of a canonical URL, as an address or a name.
func URLHost(url string) (Thing, bool) {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return Thing{}, false
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return hostPort(rest[strings.LastIndexByte(rest, '@')+1:])
}
