package observable

import (
	"slices"
	"strings"
)

// test reads one comparison. False means that the syntax is not known.
func (p *patternReader) test() (test, bool) {
	if p.word("EXISTS") {
		_, ok := p.property()
		return test{kind: other}, ok
	}
	path, ok := p.property()
	if !ok {
		return test{}, false
	}
	t := test{path: path}
	negated := p.word("NOT")
	switch c := p.peek(); {
	case c == '=':
		if p.at++; p.at < len(p.s) && p.s[p.at] == '=' {
			p.at++
		}
	case c == '!' || c == '<' || c == '>':
		for p.at++; p.at < len(p.s) && (p.s[p.at] == '=' || p.s[p.at] == '>'); p.at++ {
		}
		t.kind = other
	case p.word("IN"):
		t.values, ok = p.set()
		if negated {
			t.values = nil
		}
		return t, ok
	case p.word("ISSUBSET"):
		t.kind = subset
	case p.word("LIKE"), p.word("MATCHES"), p.word("ISSUPERSET"):
		t.kind = other
	default:
		return test{}, false
	}
	v, ok := p.value()
	if !ok {
		return test{}, false
	}
	if t.kind != other && !negated {
		t.values = []string{v}
	}
	return t, true
}

// property reads type:path and takes the quotes off its steps.
func (p *patternReader) property() (string, bool) {
	p.peek()
	start, quoted := p.at, false
	for p.at < len(p.s) {
		c := p.s[p.at]
		if c == '\'' {
			quoted = true
			if _, ok := p.text(); !ok {
				return "", false
			}
			continue
		}
		if !nameByte(c) && c != ':' && c != '.' && c != '[' && c != ']' && c != '*' {
			break
		}
		p.at++
	}
	path := p.s[start:p.at]
	if strings.IndexByte(path, ':') <= 0 {
		return "", false
	}
	if quoted {
		path = strings.ReplaceAll(path, "'", "")
	}
	return path, true
}

// text reads a string literal.
func (p *patternReader) text() (string, bool) {
	start := p.at + 1
	escaped := false
	for i := start; i < len(p.s); i++ {
		switch p.s[i] {
		case '\\':
			escaped = true
			i++
		case '\'':
			p.at = i + 1
			if !escaped {
				return p.s[start:i], true
			}
			return unescape(p.s[start:i]), true
		}
	}
	return "", false
}

func unescape(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out = append(out, s[i])
	}
	return string(out)
}

// value reads a literal: a string, or a number, bool, or b”, h”, t”.
func (p *patternReader) value() (string, bool) {
	if p.peek() == '\'' {
		return p.text()
	}
	start := p.at
	for p.at < len(p.s) && (nameByte(p.s[p.at]) || p.s[p.at] == '.' || p.s[p.at] == '+') {
		p.at++
	}
	if p.at < len(p.s) && p.s[p.at] == '\'' && p.at == start+1 {
		if _, ok := p.text(); !ok {
			return "", false
		}
		return "", true // a timestamp or binary: equal to nothing that is known
	}
	return p.s[start:p.at], p.at > start
}

// set reads ('a', 'b').
func (p *patternReader) set() ([]string, bool) {
	if !p.take('(') {
		return nil, false
	}
	var out []string
	for {
		v, ok := p.value()
		if !ok {
			return nil, false
		}
		out = append(out, v)
		if p.take(')') {
			return out, true
		}
		if !p.take(',') {
			return nil, false
		}
	}
}

// add keeps the thing that a test for equality names, if it names one.
func (p *patternReader) add(t test, v string) {
	if t.kind == other {
		return
	}
	kinds := tested(t.path)
	if t.kind == subset && !strings.HasSuffix(t.path, "addr:value") {
		return
	}
	for _, k := range kinds {
		if k == IPv4 && strings.IndexByte(v, '/') >= 0 {
			k = CIDR
		}
		if th, err := Canonical(k, v); err == nil && (th.Kind == k || sameFamily(k, th.Kind)) {
			p.keep(th)
			return
		}
	}
}

// sameFamily tells the changes of kind that stay within one object type.
func sameFamily(asked, got Kind) bool {
	switch asked {
	case IPv4, CIDR:
		return got == IPv4 || got == IPv6 || got == CIDR
	case Domain:
		return got == Onion
	}
	return false
}

func (p *patternReader) keep(t Thing) {
	if len(p.things) < 64 && slices.Contains(p.things, t) {
		return
	}
	p.things = append(p.things, t)
}

var (
	addressKinds = []Kind{IPv4}
	walletKinds  = []Kind{ETH, XMR, BTC}
	oneKind      = func() map[Kind][]Kind {
		m := map[Kind][]Kind{}
		for k := range paths {
			m[k] = []Kind{k}
		}
		m[ASN] = []Kind{ASN}
		return m
	}()
)

// tested gives the kinds that the value of a property can be, likeliest first.
func tested(path string) []Kind {
	typ, rest, _ := strings.Cut(path, ":")
	switch path {
	case "ipv4-addr:value", "ipv6-addr:value":
		return addressKinds
	case "domain-name:value":
		return oneKind[Domain]
	case "url:value":
		return oneKind[URL]
	case "email-addr:value", "email-message:from_ref.value", "email-message:sender_ref.value":
		return oneKind[Email]
	case "mutex:name":
		return oneKind[Mutex]
	case "file:name":
		return oneKind[FileName]
	case "windows-registry-key:key":
		return oneKind[Registry]
	case "autonomous-system:number":
		return oneKind[ASN]
	case "mac-addr:value":
		return oneKind[MAC]
	case "network-traffic:dst_ref.value", "network-traffic:src_ref.value":
		return []Kind{IPv4, Domain}
	case "network-traffic:x_ja3":
		return oneKind[JA3]
	case "network-traffic:x_ja4":
		return oneKind[JA4]
	}
	switch typ {
	case "file":
		return fileKinds(rest)
	case "network-traffic":
		if strings.EqualFold(rest, "extensions.http-request-ext.request_header.user-agent") {
			return oneKind[UserAgent]
		}
	case "cryptocurrency-wallet", "x-cryptocurrency-wallet", "x-crypto-wallet":
		if rest == "value" || rest == "address" {
			return walletKinds
		}
	}
	return nil
}

// fileKinds knows the names of hashes as STIX has them and as feeds write them.
func fileKinds(rest string) []Kind {
	if rest == "extensions.windows-pebinary-ext.imphash" {
		return oneKind[Imphash]
	}
	name, ok := strings.CutPrefix(rest, "hashes.")
	if !ok {
		return nil
	}
	if k := hashKind(name); k != "" {
		return oneKind[k]
	}
	return nil
}

// hashKind gives the kind that a key of hashes stands for.
func hashKind(name string) Kind {
	switch name {
	case "MD5", "md5":
		return MD5
	case "SHA-1", "SHA1", "sha1", "sha-1":
		return SHA1
	case "SHA-256", "SHA256", "sha256", "sha-256":
		return SHA256
	case "SHA-512", "SHA512", "sha512", "sha-512":
		return SHA512
	case "SSDEEP", "ssdeep":
		return SSDEEP
	case "TLSH", "tlsh":
		return TLSH
	case "IMPHASH", "imphash":
		return Imphash
	}
	return ""
}
