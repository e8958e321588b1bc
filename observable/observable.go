// Package observable knows the values that defences act on: their kinds, their one
// canonical form, and their way into and out of STIX patterns and observables.
//
// A [Thing] is a value in canonical form, so that two reports of one host are
// equal however they wrote it:
//
//	t, err := observable.Canonical(observable.Domain, "EVIL[.]example.")   // evil.example
//	t, ok := observable.Guess("hxxp://evil[.]example/a")                    // url http://evil.example/a
//	p, ok := t.Pattern()                                                    // [url:value = 'http://evil.example/a']
//	ts := observable.FromPattern(p)                                         // t again
//
// [Special] tells values that must not be blocked, such as private addresses.
package observable

import (
	"unicode/utf8"

	"tocsin/fault"
	"tocsin/observable/checksum"
)

// Kind is a kind of observable, in the words of `tocsin extract`.
type Kind string

// The kinds.
const (
	IPv4      Kind = "ipv4"
	IPv6      Kind = "ipv6"
	CIDR      Kind = "cidr"
	Domain    Kind = "domain"
	URL       Kind = "url"
	Email     Kind = "email"
	MD5       Kind = "md5"
	SHA1      Kind = "sha1"
	SHA256    Kind = "sha256"
	SHA512    Kind = "sha512"
	SSDEEP    Kind = "ssdeep"
	TLSH      Kind = "tlsh"
	Imphash   Kind = "imphash"
	JA3       Kind = "ja3"
	JA4       Kind = "ja4"
	CVE       Kind = "cve"
	Attack    Kind = "attack"
	BTC       Kind = "btc"
	ETH       Kind = "eth"
	XMR       Kind = "xmr"
	Onion     Kind = "onion"
	Registry  Kind = "registry"
	FilePath  Kind = "path"
	FileName  Kind = "filename"
	Mutex     Kind = "mutex"
	ASN       Kind = "asn"
	MAC       Kind = "mac"
	UserAgent Kind = "user-agent"
)

// Thing is an observable under its canonical value.
type Thing struct {
	Kind  Kind
	Value string
}

// MaxValue is how many bytes a value may have.
const MaxValue = 8192

// Canonical refangs raw and brings it to the canonical form of its kind
// (hosts lower case and punycode, IPv6 compressed, hashes lower case, ...; wallet
// checksums are checked). An error is fault.Invalid and never quotes the value.
//
// The kind of the result is the exact one: a name under .onion given as a domain
// is Onion, an address given as a domain or range is IPv4 or IPv6. Canonical of
// its own result is that result.
func Canonical(kind Kind, raw string) (Thing, error) {
	if len(raw) > MaxValue {
		return Thing{}, fault.New(fault.Invalid, "a value has more than %d bytes", MaxValue)
	}
	if !utf8.ValidString(raw) {
		return Thing{}, fault.New(fault.Invalid, "a value is not valid UTF-8")
	}
	t, ok := canonical(kind, raw)
	// What comes out of one refanging may look fanged again ("[[.].]"): it is
	// done until nothing changes, a few times at most.
	for range 3 {
		if !ok || t == (Thing{kind, raw}) {
			break
		}
		kind, raw = t.Kind, t.Value
		t, ok = canonical(kind, raw)
	}
	if !ok || t != (Thing{kind, raw}) || len(t.Value) > MaxValue {
		return Thing{}, fault.New(fault.Invalid, "this is not %s", article(kind))
	}
	return t, nil
}

// article names a kind in a sentence.
func article(kind Kind) string {
	switch kind {
	case IPv4, IPv6, Email, SSDEEP, Imphash, ETH, XMR, Onion, ASN, Attack, MD5, SHA1, SHA256, SHA512:
		return "an " + string(kind)
	}
	return "a " + string(kind)
}

// canonical is one step of Canonical.
func canonical(kind Kind, raw string) (Thing, bool) {
	switch kind {
	case IPv4, IPv6:
		return hostAddress(Refang(unquote(raw)))
	case CIDR:
		return canonicalCIDR(raw)
	case Domain, Onion:
		t, ok := hostPort(Refang(unquote(raw)))
		return t, ok && (kind == Domain || t.Kind == Onion)
	case URL:
		return canonicalURL(raw)
	case Email:
		return canonicalEmail(raw)
	case MD5, SHA1, SHA256, SHA512, Imphash, JA3:
		return canonicalHash(kind, raw)
	case SSDEEP:
		return canonicalSSDEEP(raw)
	case TLSH:
		return canonicalTLSH(raw)
	case JA4:
		return canonicalJA4(raw)
	case CVE:
		return canonicalCVE(raw)
	case Attack:
		return canonicalAttack(raw)
	case BTC, ETH, XMR:
		return wallet(kind, joined(unquote(raw)))
	case Registry:
		return canonicalRegistry(raw)
	case FilePath:
		return canonicalPath(raw)
	case FileName:
		return canonicalFileName(raw)
	case ASN:
		return canonicalASN(raw)
	case MAC:
		return canonicalMAC(raw)
	case Mutex, UserAgent:
		return text(kind, raw)
	}
	return Thing{}, false
}

func wallet(kind Kind, s string) (Thing, bool) {
	check := checksum.Bitcoin
	switch kind {
	case ETH:
		check = checksum.Ethereum
	case XMR:
		check = checksum.Monero
	}
	v, ok := check(s)
	return Thing{kind, v}, ok
}
