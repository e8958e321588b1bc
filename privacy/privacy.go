// Package privacy is the gate: it decides for each field of each object whether it is
// released, removed or held for a person.
//
// The one question: does this value identify a specific person who is not part
// of the attack? Then it goes. Is it how the attack is recognised or blocked? Then it stays.
//
//	g := privacy.New()
//	spans := g.Text("victim jane.doe@bank.example clicked http://bad.example/p")
//	clean := privacy.Scrub(text, spans)       // victim [email] clicked http://bad.example/p
//	results := g.Report(objects)              // one per object; roles follow references
//
// A text is read in one pass into tokens whose words are looked up in one table
// (lexicon/). Detectors look at few tokens around a candidate, never at the whole text;
// which side a value is on is decided by the words around it (side.go), in STIX also by
// the references between objects (role.go). What is doubtful is held.
package privacy

import (
	"crypto/sha256"
	"strings"

	"tocsin/stix"
)

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

// version changes with every change of a detector's code; lists count by themselves.
const version = "tocsin-gate-3"

// Gate is one policy at work. It is safe for concurrent use.
type Gate struct {
	words map[string]flags
	hash  [32]byte
	hosts *hostForms
}

// New makes the gate with the built-in policy.
func New() *Gate {
	g := &Gate{words: readLexicon(), hosts: newHostForms()}
	g.hash = sha256.Sum256([]byte(strings.Join([]string{version, givenNames, surnames, weakNames, wordList}, "\x00")))
	return g
}

// PolicyHash identifies detectors, versions, lists and thresholds; records carry it.
func (g *Gate) PolicyHash() [32]byte { return g.hash }

// Text judges a text by itself; spans are sorted and don't overlap.
func (g *Gate) Text(s string) []Span {
	m := newMemory(g)
	spans := g.judge(s, field{}, m)
	return g.again(s, field{}, m.settle(s, g.recall(s, spans, m)), m)
}

// HeldPlaceholder stands where a passage is held.
const HeldPlaceholder = "[held]"

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
	Very     bool   // the value that the object is about: nothing of it goes out until it is decided
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
	Texts     []Text // only when they were asked for (Order.Texts)
}

// Report strips the objects of one report together, since roles follow references between them and what one text says of a value holds in the others.
// The result has one element per object, in order.
func (g *Gate) Report(objs []stix.Object) []Stripped { return g.Strip(objs, Order{}) }

// Strip is Report with more to it: what is asked for in o.
func (g *Gate) Strip(objs []stix.Object, o Order) []Stripped { return newReport(g, objs).strip(o) }
