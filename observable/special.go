package observable

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

type block struct {
	prefix netip.Prefix
	reason string
}

// blocks are the special-purpose addresses (IANA registries of RFC 6890, RFC
// 5771, RFC 4291) and large public resolvers. Documentation comes last: where a
// range touches both, the other reason weighs more.
var blocks = parseBlocks(
	"0.0.0.0/32 unspecified", "255.255.255.255/32 broadcast", "0.0.0.0/8 unspecified", "127.0.0.0/8 loopback", "10.0.0.0/8 private", "172.16.0.0/12 private", "192.168.0.0/16 private",
	"100.64.0.0/10 shared", "169.254.0.0/16 link-local", "192.0.0.0/24 reserved", "192.88.99.0/24 reserved", "198.18.0.0/15 benchmarking", "224.0.0.0/4 multicast", "240.0.0.0/4 reserved",
	"::/128 unspecified", "::1/128 loopback", "64:ff9b:1::/48 private", "100::/64 discard", "2001:2::/48 benchmarking", "fc00::/7 private", "fe80::/10 link-local", "ff00::/8 multicast",
	"8.8.8.8/32 resolver", "8.8.4.4/32 resolver", "1.1.1.1/32 resolver", "1.0.0.1/32 resolver", "1.1.1.2/32 resolver", "1.1.1.3/32 resolver", "1.0.0.2/32 resolver", "1.0.0.3/32 resolver",
	"9.9.9.9/32 resolver", "9.9.9.10/32 resolver", "9.9.9.11/32 resolver", "149.112.112.112/32 resolver", "149.112.112.10/32 resolver", "149.112.112.11/32 resolver",
	"208.67.222.222/32 resolver", "208.67.220.220/32 resolver", "94.140.14.14/32 resolver", "94.140.15.15/32 resolver", "4.2.2.1/32 resolver", "4.2.2.2/32 resolver", "4.2.2.3/32 resolver", "4.2.2.4/32 resolver",
	"64.6.64.6/32 resolver", "64.6.65.6/32 resolver", "77.88.8.8/32 resolver", "77.88.8.1/32 resolver", "114.114.114.114/32 resolver", "223.5.5.5/32 resolver", "223.6.6.6/32 resolver", "119.29.29.29/32 resolver",
	"2001:4860:4860::8888/128 resolver", "2001:4860:4860::8844/128 resolver", "2606:4700:4700::1111/128 resolver", "2606:4700:4700::1001/128 resolver", "2620:fe::fe/128 resolver", "2620:fe::9/128 resolver",
	"192.0.2.0/24 documentation", "198.51.100.0/24 documentation", "203.0.113.0/24 documentation", "233.252.0.0/24 documentation", "2001:db8::/32 documentation", "3fff::/20 documentation",
)

func parseBlocks(lines ...string) []block {
	out := make([]block, 0, len(lines))
	for _, l := range lines {
		p, reason, _ := strings.Cut(l, " ")
		out = append(out, block{netip.MustParsePrefix(p), reason})
	}
	return out
}

// specialNames are the special-use names (RFC 6761, 6762, 8375, 9476) and those
// of resolvers; each stands for all below it, too.
var specialNames = map[string]string{
	"localhost": "loopback", "local": "private", "internal": "private", "home.arpa": "private", "alt": "private", "lan": "private",
	"test": "documentation", "example": "documentation", "invalid": "documentation", "example.com": "documentation", "example.net": "documentation", "example.org": "documentation",
	"arpa": "infrastructure", "dns.google": "resolver", "one.one.one.one": "resolver", "cloudflare-dns.com": "resolver", "dns.quad9.net": "resolver", "dns.opendns.com": "resolver", "dns.adguard.com": "resolver",
}

// emptyHashes are the digests of no bytes at all.
const emptyHashes = " d41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 " +
	"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e "

// Special tells values that must never be blocked, or that mean nothing in
// particular, and why: unspecified, loopback, private, shared, link-local,
// multicast, broadcast, benchmarking, discard, reserved (special-use addresses);
// wide (a range shorter than /8, of IPv6 /19); resolver (well-known public
// resolvers); infrastructure (.arpa); suffix (a public suffix, under which
// strangers have names); empty (the hash of no bytes, all-zero values);
// documentation (ranges and names reserved for examples and tests). Callers
// decide: documentation values are what tests and demonstrations block.
func Special(t Thing) (reason string, ok bool) {
	switch t.Kind {
	case IPv4, IPv6:
		reason = specialAddress(t.Value)
	case CIDR:
		reason = specialRange(t.Value)
	case Domain:
		reason = specialName(t.Value)
		if reason == "" {
			if suffix, _ := publicsuffix.PublicSuffix(t.Value); suffix == t.Value {
				reason = "suffix"
			}
		}
	case Email:
		reason = specialName(t.Value[strings.IndexByte(t.Value, '@')+1:])
	case URL:
		// A page on a resolver's address is an indicator like any other.
		if h, ok := URLHost(t.Value); ok && h.Kind != Onion {
			if h.Kind == Domain {
				reason = specialName(h.Value)
			} else {
				reason = specialAddress(h.Value)
			}
		}
		if reason == "resolver" {
			reason = ""
		}
	case MD5, SHA1, SHA256, SHA512, Imphash, JA3:
		if strings.Trim(t.Value, "0") == "" || strings.Contains(emptyHashes, " "+t.Value+" ") {
			reason = "empty"
		}
	case ETH:
		if strings.Trim(t.Value, "0x") == "" {
			reason = "empty"
		}
	case ASN:
		reason = specialASN(t.Value)
	case MAC:
		reason = specialMAC(t.Value)
	}
	return reason, reason != ""
}

func specialAddress(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	a = a.Unmap()
	for _, b := range blocks {
		if b.prefix.Contains(a) {
			return b.reason
		}
	}
	return ""
}

func specialRange(s string) string {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return ""
	}
	if p.Addr().Is4() && p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 19 {
		return "wide"
	}
	for _, b := range blocks {
		if b.prefix.Overlaps(p) {
			return b.reason
		}
	}
	return ""
}

func specialName(s string) string {
	for {
		if r := specialNames[s]; r != "" {
			return r
		}
		_, rest, ok := strings.Cut(s, ".")
		if !ok {
			return ""
		}
		s = rest
	}
}

// specialASN knows the ranges of RFC 5398 (documentation), RFC 6996 (private),
// RFC 7300 and RFC 7607 (reserved).
func specialASN(s string) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "AS"), 10, 32)
	switch {
	case err != nil:
	case n == 0, n == 23456, n == 65535, n == 4294967295:
		return "reserved"
	case n >= 64496 && n <= 64511, n >= 65536 && n <= 65551:
		return "documentation"
	case n >= 64512 && n <= 65534, n >= 4200000000:
		return "private"
	}
	return ""
}

func specialMAC(s string) string {
	switch {
	case s == "ff:ff:ff:ff:ff:ff":
		return "broadcast"
	case s == "00:00:00:00:00:00":
		return "empty"
	case strings.HasPrefix(s, "00:00:5e:00:53:"): // RFC 7042 section 2.1.1
		return "documentation"
	}
	return ""
}
