// Package privacy is the gate: it decides for each field of each object whether it is
// released, removed or held for a person.
//
// The one question: does this value identify a specific person who is not part
// of the attack? Then it goes. Is it how the attack is recognised or blocked? Then it stays.
package privacy

import "tocsin/stix"

// Verdict is what happens to a value.
type Verdict string

// The verdicts, in the words of `tocsin gate`.
const (
	Keep   Verdict = "keep"
	Remove Verdict = "remove"
	Hold   Verdict = "review"
)

// Span is a verdict on part of a text. Start and End are bytes.
type Span struct {
	Start, End int
	Type       string // person, email, phone, ...: the types of the account
	Verdict    Verdict
	Reason     string // stable reason code, such as mail-recipient
	Person     int    // number of the person inside the report for placeholders, 0 for none
}

// Gate is one policy at work. It is safe for concurrent use.
type Gate struct{}

// New makes the gate with the built-in policy.
func New() *Gate { panic("stub") }

// PolicyHash identifies detectors, versions, lists and thresholds; records carry it.
func (g *Gate) PolicyHash() [32]byte { panic("stub") }

// Text judges a text by itself; spans are sorted and don't overlap.
func (g *Gate) Text(s string) []Span { panic("stub") }

// HeldPlaceholder stands where a passage is held.
const HeldPlaceholder = "[held]"

// Scrub gives s with removed values replaced by typed placeholders such as [person-1] and held ones by [held].
func Scrub(s string, spans []Span) string { panic("stub") }

// JSON judges the JSON of one object or a bundle: spans count bytes of raw; the edits make
// the scrubbed form, which still parses.
func (g *Gate) JSON(raw []byte) (spans []Span, edits []stix.Edit) { panic("stub") }

// Removal is a line of the account: what was taken out of where and why, never the value.
type Removal struct {
	Path   string `json:"path"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// Passage is a doubtful part of a string field: the object goes out with a placeholder there.
type Passage struct {
	Path     string // selector of the string field
	From, To int    // bytes within the decoded value as submitted
	Type     string
	Reason   string
}

// Stripped is the gate's result for one object.
type Stripped struct {
	Raw       []byte // what may go out; equal to the input's bytes if Changed is false
	Changed   bool
	IDTainted bool // an id contributing property was removed or held: the identifier may not be published
	Whole     bool // the object's very value is held: nothing of it goes out until a person decided
	Released  int  // number of fields released
	Removed   []Removal
	Held      []Passage
}

// Report strips the objects of one report together, since roles follow references between them and what one text says of a value holds in the others.
// The result has one element per object, in order.
func (g *Gate) Report(objs []stix.Object) []Stripped { panic("stub") }
