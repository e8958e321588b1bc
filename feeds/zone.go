package feeds

import (
	"bufio"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"tocsin/defence"
	"tocsin/observable"
)

// zoneName is the policy zone's name. It is short: an owner name stands before
// it, and both together may have 255 octets.
const zoneName = "tocsin.rpz"

// zoneHead is the apex; the times are those of facts/defences.md, section 2: a
// wrong block ends with its TTL. %d is the serial.
const zoneHead = `; response policy zone: every listed name, and every name below it, does not exist;
; an answer with a listed address does not either
$ORIGIN ` + zoneName + `.
$TTL 60
@ SOA localhost. hostmaster.` + zoneName + `. %d 3600 60 86400 60
@ NS localhost.
`

// writeZone writes a response policy zone: domains first, then addresses. What
// can't be an owner name in it is left out, since one bad name keeps a resolver
// from loading anything.
func writeZone(w *bufio.Writer, r *defence.Reading, _ []observable.Kind) error {
	fmt.Fprintf(w, zoneHead, uint32(r.Serial)) // RFC 1982: the counter is taken modulo 2^32
	err := r.Items(domainKinds(), func(i defence.Item) error {
		if owner, ok := ownerName(i.Thing.Value); ok {
			fmt.Fprintf(w, "%s CNAME .\n*.%s CNAME .\n", owner, owner)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Items(addressKinds(), func(i defence.Item) error {
		if owner, ok := ownerAddress(i.Thing.Value); ok {
			fmt.Fprintf(w, "%s CNAME .\n", owner)
		}
		return nil
	})
}

// maxName is the most octets of a name on the wire (RFC 1035 section 2.3.4).
const maxName = 255

// ownerName writes a domain as an owner name relative to the zone. A name that
// doesn't fit with "*." before it and the zone behind it is left out, and so is
// one that ends in a label that means something to resolvers (rpz-ip,
// rpz-client-ip, rpz-nsdname, ...): it would block what nobody reported.
func ownerName(domain string) (string, bool) {
	const around = 2 + len(zoneName) + 2 // "*." as a label, the zone as two, the root
	labels := strings.Split(domain, ".")
	if len(domain)+1+around > maxName || strings.HasPrefix(labels[len(labels)-1], "rpz-") {
		return "", false
	}
	var b strings.Builder
	for i, l := range labels {
		if len(l) == 0 || len(l) > 63 {
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

// ownerAddress writes an address or range as the owner name of an rpz-ip
// trigger: length, then octets (or groups of IPv6, zz for ::) from last to first.
func ownerAddress(s string) (string, bool) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return "", false
		}
		p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
	}
	p = p.Masked()
	if p.Addr().Is4In6() || p.Addr().Zone() != "" {
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
