// Package pattern reads and evaluates the STIX patterning language (STIX 2.1
// section 9) at conformance level 3: every comparison, every observation
// operator, every qualifier.
//
//	err := pattern.Check("[ipv4-addr:value = '192.0.2.7']")
//	ok, err := pattern.Match(text, bundles)
//
// What is read is bounded (length, nesting, comparisons), and so is the work of
// an evaluation: combining observations is exponential in the worst case, and an
// evaluation that would take too long is refused with fault.Refused.
package pattern

import (
	"iter"

	"tocsin/fault"
)

// Bounds of what is read.
const (
	MaxLength      = 256 << 10 // bytes of a pattern
	MaxDepth       = 64        // parentheses within each other
	MaxComparisons = 10_000    // comparisons in a pattern; each member of a set counts as one
	MaxRegexp      = 4 << 10   // bytes of a regular expression
	MaxRepeats     = 1_000_000_000
)

// A Pattern is a pattern that could be read.
type Pattern struct {
	root *observation
	// breaks are rules that the pattern breaks although it can be evaluated: the
	// same kind of qualifier twice, a hash of the wrong form.
	breaks []error
}

// Parse reads a pattern. It fails with fault.Invalid (fault.TooLarge over a
// bound) and the place as "character N", counted from 1. A pattern that it reads
// may still break a rule of the standard: see [Pattern.Breaks].
func Parse(text string) (*Pattern, error) {
	if len(text) > MaxLength {
		return nil, fault.New(fault.TooLarge, "the pattern has %d bytes; at most %d are read", len(text), MaxLength)
	}
	p := parser{lex: lexer{text: text}}
	return p.pattern()
}

// Breaks gives the rules of the standard that the pattern breaks although its
// meaning is clear, each with its place.
func (p *Pattern) Breaks() []error { return p.breaks }

// Check tells whether a pattern is valid: nil, or what is wrong first and where.
func Check(text string) error {
	p, err := Parse(text)
	if err != nil {
		return err
	}
	if len(p.breaks) > 0 {
		return p.breaks[0]
	}
	return nil
}

// An observation is one node of the outer language: a bracket, a combination of
// observations, or a qualifier over one.
type observation struct {
	kind   obsKind
	test   *comparison    // of a bracket
	parts  []*observation // of a combination; of a qualifier the one it qualifies
	times  int            // of REPEATS
	within float64        // of WITHIN: seconds
	start  literal        // of START and STOP
	stop   literal
	id     int // rising number, for what is kept beside a node
}

type obsKind uint8

const (
	bracket    obsKind = iota
	both               // AND
	either             // OR
	followedBy         // FOLLOWEDBY
	repeats
	within
	window // START STOP
)

// A comparison is one node of the inner language.
type comparison struct {
	op      operator
	parts   []*comparison // of allOf and anyOf
	path    path
	negated bool
	values  []literal // one, or the members of IN
	match   *matcher  // of MATCHES and LIKE, when compiled
	at      int       // byte where it begins
}

type operator uint8

const (
	allOf operator = iota // AND
	anyOf                 // OR
	equal
	notEqual
	less
	greater
	lessEqual
	greaterEqual
	in
	like
	matches
	subset
	superset
	exists
)

// A path leads from an observable to values: TYPE:NAME.NAME[INDEX].
type path struct {
	typ   string
	steps []step
}

// A step is a property name, or when that is empty an index; -1 stands for [*].
type step struct {
	name  string
	index int
}

const anyIndex = -1

// Names gives the object type and the first property name of each test.
func (p *Pattern) Names() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		stack := []*observation{p.root}
		for len(stack) > 0 {
			o := stack[len(stack)-1]
			stack = append(stack[:len(stack)-1], o.parts...)
			if o.test != nil && !o.test.names(yield) {
				return
			}
		}
	}
}

func (c *comparison) names(yield func(string, string) bool) bool {
	for _, p := range c.parts {
		if !p.names(yield) {
			return false
		}
	}
	return len(c.parts) > 0 || yield(c.path.typ, c.path.steps[0].name)
}
