package wire

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ZoneName is the policy zone's name. It is short: an owner name stands before
// it, and both together may have 255 octets.
const ZoneName = "tocsin.rpz"

// maxName is the most octets of a name on the wire (RFC 1035 section 2.3.4).
const maxName = 255

// OwnerName writes a domain as an owner name relative to the zone. A name that
// doesn't fit with "*." before it and the zone behind it is left out, and so is
// one that ends in a label that means something to resolvers (rpz-ip,
// rpz-client-ip, rpz-nsdname, ...): it would block what nobody reported.
func OwnerName(domain string) (string, bool) {
	const around = 2 + len(ZoneName) + 2 // "*." as a label, the zone as two, the root
	labels := strings.Split(domain, ".")
	if len(domain)+1+around > maxName || strings.HasPrefix(labels[len(labels)-1], "rpz-") {
		return "", false
	}
	var b strings.Builder
	for i, l := range labels {
		if len(l) == 0 || len(l) > 63 || l == "*" { // however it is written, * is every name
			return "", false
		}
		if i > 0 {
			b.WriteByte('.')
		}
		for _, c := range []byte(l) {
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, `\%03d`, c) // RFC 1035 section 5.1
			}
		}
	}
	return b.String(), true
}

// OwnerAddress writes an address or range as the owner name of an rpz-ip
// trigger: length, then octets (or groups of IPv6, zz for ::) from last to first.
func OwnerAddress(s string) (string, bool) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return "", false
		}
		p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
	}
	p = p.Masked()
	if p.Addr().Is4In6() {
		return "", false
	}
	var parts []string
	if p.Addr().Is4() {
		parts = strings.Split(p.Addr().String(), ".")
	} else {
		// BIND wants the groups compressed just as RFC 5952 does, which String does.
		text := strings.Replace(p.Addr().String(), "::", ":zz:", 1)
		parts = strings.Split(strings.Trim(text, ":"), ":")
	}
	slices.Reverse(parts)
	return strconv.Itoa(p.Bits()) + "." + strings.Join(parts, ".") + ".rpz-ip", true
}
