// Package observable knows the values that defences act on: their kinds, their one
// canonical form, and their way into and out of STIX patterns and observables.
package observable

import (
	"time"

	"tocsin/stix"
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

// Canonical refangs raw and brings it to the canonical form of its kind
// (hosts lower case and punycode, IPv6 compressed, hashes lower case, ...; wallet checksums are checked). An error is fault.Invalid and never quotes the value.
func Canonical(kind Kind, raw string) (Thing, error) { panic("stub") }

// Guess tells the kind of a value that stands alone (a line of a list, a cell, --value) by its shape.
func Guess(raw string) (Thing, bool) { panic("stub") }

// Pattern gives the STIX pattern that matches the thing, and false for kinds that have none (cve, attack).
func (t Thing) Pattern() (string, bool) { panic("stub") }

// FromPattern gives the things of a simple STIX pattern: brackets of equality tests
// joined by OR (and hashes of one file joined by AND, as one thing per hash). A pattern whose meaning is narrower than
// any single thing (an AND over different properties, FOLLOWEDBY, qualifiers, NOT ...) gives none.
func FromPattern(pattern string) []Thing { panic("stub") }

// FromObject gives the things that an object itself names: of a cyber-observable its value or hashes, of an indicator those of its pattern.
func FromObject(o *stix.Object) []Thing { panic("stub") }

// Draft says how an indicator object is made from a thing.
type Draft struct {
	Thing       Thing
	NewID       func(typ string) string // gives TYPE--UUIDv4
	Now         time.Time
	Name        string // default: the value
	Description string
	CreatedBy   string // identity id; "" leaves it out
	Markings    []string
	Labels      []string
	Types       []string  // indicator_types, default malicious-activity
	ValidFrom   time.Time // default Now
	ValidUntil  time.Time // zero leaves it out
	Confidence  int       // 0 leaves it out
}

// Indicator makes the JSON of a STIX 2.1 indicator; false for kinds without a pattern.
func (d Draft) Indicator() ([]byte, bool) { panic("stub") }

// Object makes the STIX cyber-observable of a thing (deterministic id), or a vulnerability (cve) or an attack-pattern (attack)
// as SDO; false for kinds without an object type.
func (d Draft) Object() ([]byte, bool) { panic("stub") }
