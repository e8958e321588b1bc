package feeds

import (
	"bufio"
	"fmt"

	"tocsin/defence"
	"tocsin/feeds/wire"
	"tocsin/observable"
)

// zoneHead is the apex; the times are those of facts/defences.md, section 2: a
// wrong block ends with its TTL. %d is the serial.
const zoneHead = `; response policy zone: every listed name, and every name below it, does not exist;
; an answer with a listed address does not either
$ORIGIN ` + wire.ZoneName + `.
$TTL 60
@ SOA localhost. hostmaster.` + wire.ZoneName + `. %d 3600 60 86400 60
@ NS localhost.
`

// writeZone writes a response policy zone: domains first, then addresses. What
// can't be an owner name in it is left out, since one bad name keeps a resolver
// from loading anything.
func writeZone(w *bufio.Writer, r *defence.Reading, _ []observable.Kind) error {
	fmt.Fprintf(w, zoneHead, uint32(r.Serial)) // RFC 1982: the counter is taken modulo 2^32
	err := r.Items(domainKinds(), func(i defence.Item) error {
		if owner, ok := wire.OwnerName(i.Thing.Value); ok {
			fmt.Fprintf(w, "%s CNAME .\n*.%s CNAME .\n", owner, owner)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Items(addressKinds(), func(i defence.Item) error {
		if owner, ok := wire.OwnerAddress(i.Thing.Value); ok {
			fmt.Fprintf(w, "%s CNAME .\n", owner)
		}
		return nil
	})
}
