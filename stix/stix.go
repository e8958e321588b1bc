// Package stix reads STIX 2.1 objects strictly and keeps their bytes.
//
// An [Object] is a header over the exact bytes that arrived: unknown properties
// survive because nothing is ever encoded again. A change is an [Edit] of those
// bytes.
package stix

// Limits bound what is read. The zero value means the default of each.
type Limits struct {
	Object int // bytes of one object; default 1 MiB... see DefaultLimits
	Depth  int // nesting of one object; default 64
	Keys   int // properties of one JSON object; default 10,000
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

// Parse reads one object strictly: duplicate keys, bad UTF-8, null, empty lists, depth, size,
// identifiers and timestamps that break a rule are refused as fault.Invalid (or TooLarge),
// with the place. Raw is kept as given (not copied).
func Parse(raw []byte, lim Limits) (Object, error) { panic("stub") }

// Step is one component of a path: a property name, or, when Key is empty, an index.
type Step struct {
	Key   string
	Index int
}

// Path leads to a value inside an object. It is only valid during a visit.
type Path []Step

// String gives the path in selector form, such as external_references.[0].url.
func (p Path) String() string { panic("stub") }

// Kind is the JSON kind of a field.
type Kind uint8

// The kinds of leaf values.
const (
	String Kind = iota
	Number
	Bool
)

// Field is one leaf value or one property name of an object.
type Field struct {
	Path       Path
	Kind       Kind
	IsKey      bool   // the field is a property name of a dictionary, Path ends with it
	Value      string // decoded string, or the literal of a number or bool
	Start, End int    // bytes of the token in Raw, quotes included
}

// Walk visits each leaf value, and each property name (IsKey), in document order. raw must have passed Parse
// or be any valid JSON value.
func Walk(raw []byte, visit func(Field) error) error { panic("stub") }

// Edit replaces bytes Start to End of an object by With.
type Edit struct {
	Start, End int
	With       []byte
}

// EditString is the edit that replaces, inside the string token raw[start:end] (quotes included), the
// bytes from..to of its decoded value by the text with. Everything else of the token keeps its bytes and escapes.
func EditString(raw []byte, start, end, from, to int, with string) Edit { panic("stub") }

// Splice gives a copy of raw with the edits made. Edits must not overlap; they are sorted here.
func Splice(raw []byte, edits []Edit) []byte { panic("stub") }

// ObservableID gives the deterministic identifier of a cyber-observable (STIX 2.1 section 2.9) and false when none of
// its id contributing properties is present or the type is not a cyber-observable with any.
func ObservableID(raw []byte) (string, bool) { panic("stub") }

// ParseTime reads a STIX timestamp (section 3.2): UTC with Z; any number of fraction digits.
// FormatTime and FormatMicro write millisecond and TAXII's microsecond form.

// CheckID reports whether id is TYPE--UUID, and gives the type.
func CheckID(id string) (typ string, ok bool) { panic("stub") }

// TLP is a level of the Traffic Light Protocol 2.0; TLP 1 levels map onto it (WHITE is Clear).
type TLP uint8

// The levels, from widest to narrowest. None means that no TLP marking is there.
const (
	TLPNone TLP = iota
	Clear
	Green
	Amber
	AmberStrict
	Red
)

// TLPOf gives the level of a marking-definition identifier of TLP 1 or 2, or TLPNone.
func TLPOf(markingID string) TLP { panic("stub") }

// MarkingID gives the TLP 2.0 marking-definition identifier of a level.
func (t TLP) MarkingID() string { panic("stub") }

// Name gives clear, green, amber, amber-strict or red. ParseTLP reads them (amber+strict too, any case, optional TLP: prefix).
func (t TLP) Name() string { panic("stub") }

// ParseTLP reads a level's name.
func ParseTLP(s string) (TLP, bool) { panic("stub") }
