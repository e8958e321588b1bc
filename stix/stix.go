// Package stix reads STIX 2.1 objects strictly and keeps their bytes.
//
// An [Object] is a header over the exact bytes that arrived: unknown properties
// survive because nothing is ever encoded again. A change is an [Edit] of those
// bytes.
package stix

// Limits bound what is read. The zero value of each means its default.
type Limits struct {
	Object int // bytes of one object; default 8 MiB
	Depth  int // nesting of one object; default 64
	Keys   int // property names in one object, nested ones included; default 50,000
}

func (l Limits) orDefault() Limits {
	if l.Object == 0 {
		l.Object = 8 << 20
	}
	if l.Depth == 0 {
		l.Depth = 64
	}
	if l.Keys == 0 {
		l.Keys = 50000
	}
	return l
}

// Family is the kind of STIX object a type belongs to.
type Family uint8

// The families (STIX 2.1 section 1.3 and 11). Custom types are domain objects
// unless they lack created and modified.
const (
	SDO Family = iota
	SRO
	SCO
	Meta
)

// Object is one STIX object: its bytes and the properties that the exchange
// itself acts on. Absent strings are empty.
type Object struct {
	Raw         []byte
	Type, ID    string
	Family      Family
	SpecVersion string
	CreatedBy   string
	Created     string // text as received
	Modified    string // text as received
	Revoked     bool
	Confidence  int      // -1 when absent
	Markings    []string // object_marking_refs
	Granular    bool     // has granular_markings
	// of indicators
	Pattern, PatternType, ValidFrom, ValidUntil string
}

// Version is the version text of TAXII 2.1 section 3.4: modified, else created, else "".
func (o *Object) Version() string {
	if o.Modified != "" {
		return o.Modified
	}
	return o.Created
}
