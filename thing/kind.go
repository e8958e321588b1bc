package thing

import (
	"slices"

	"tocsin/fault"
	"tocsin/observable"
)

// kinds gives each kind the number under which it is kept, its place here plus
// one. The order is stored: new kinds go to the end.
var kinds = [...]observable.Kind{
	observable.IPv4, observable.IPv6, observable.CIDR, observable.Domain, observable.URL, observable.Email,
	observable.MD5, observable.SHA1, observable.SHA256, observable.SHA512, observable.SSDEEP, observable.TLSH, observable.Imphash,
	observable.JA3, observable.JA4, observable.CVE, observable.Attack, observable.BTC, observable.ETH, observable.XMR,
	observable.Onion, observable.Registry, observable.FilePath, observable.FileName, observable.Mutex, observable.ASN,
	observable.MAC, observable.UserAgent,
}

// Kinds gives all kinds that are kept, in the order of their numbers.
func Kinds() []observable.Kind { return slices.Clone(kinds[:]) }

// KindCode gives the number of a kind; a kind without one is a defect of ours.
func KindCode(k observable.Kind) (int, error) {
	i := slices.Index(kinds[:], k)
	if i < 0 {
		return 0, fault.New(fault.Internal, "the kind %q has no number; add it to the end of the list", k)
	}
	return i + 1, nil
}

// KindOf gives the kind of a number, "" for one that this program doesn't know.
func KindOf(code int) observable.Kind {
	if code < 1 || code > len(kinds) {
		return ""
	}
	return kinds[code-1]
}
