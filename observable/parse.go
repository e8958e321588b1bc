package observable

import (
	"strings"
)

// FromPattern gives the things of a simple STIX pattern: brackets of equality
// tests (=, IN, and ISSUBSET of addresses) joined by OR, and hashes of one file
// joined by AND, as one thing per hash. A pattern whose meaning is narrower than
// any single thing (an AND over different properties, FOLLOWEDBY, qualifiers, NOT
// ...) gives none; within an OR, such a part gives none and the others stay.
// It is one pass; nothing is repeated in the answer.
func FromPattern(pattern string) []Thing {
	p := patternReader{s: pattern}
	if !p.observations(0) || p.peek() != 0 {
		return nil
	}
	return p.things
}

// patternReader reads a pattern from left to right.
type patternReader struct {
	s      string
	at     int
	things []Thing
}

func (p *patternReader) peek() byte {
	for p.at < len(p.s) {
		switch c := p.s[p.at]; c {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return c
		}
	}
	return 0
}

func (p *patternReader) take(c byte) bool {
	if p.peek() != c || c == 0 {
		return false
	}
	p.at++
	return true
}

// word takes a keyword, in any case.
func (p *patternReader) word(w string) bool {
	p.peek()
	end := p.at + len(w)
	if end > len(p.s) || !strings.EqualFold(p.s[p.at:end], w) {
		return false
	}
	if end < len(p.s) && nameByte(p.s[end]) {
		return false
	}
	p.at = end
	return true
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// observations reads [..] OR [..], with parentheses up to eight deep.
func (p *patternReader) observations(depth int) bool {
	for {
		switch {
		case p.take('['):
			if !p.alternatives(0) || !p.take(']') {
				return false
			}
		case depth < 8 && p.take('('):
			if !p.observations(depth+1) || !p.take(')') {
				return false
			}
		default:
			return false
		}
		if !p.word("OR") {
			return true
		}
	}
}

// alternatives reads tests joined by AND, the groups joined by OR.
func (p *patternReader) alternatives(depth int) bool {
	for {
		if depth < 8 && p.take('(') {
			// A group in parentheses counts only when no AND narrows it.
			mark := len(p.things)
			if !p.alternatives(depth+1) || !p.take(')') {
				return false
			}
			if p.word("AND") {
				if p.things = p.things[:mark]; !p.skipGroup() {
					return false
				}
			}
		} else if !p.group() {
			return false
		}
		if !p.word("OR") {
			return true
		}
	}
}

// test is one comparison: the property and what it may equal.
type test struct {
	path   string // without quotes
	values []string
	kind   testKind
}

type testKind uint8

const (
	equal  testKind = iota
	subset          // ISSUBSET
	other           // understood as syntax, but no equality
)

// group reads tests joined by AND and adds what they name.
func (p *patternReader) group() bool {
	first, ok := p.test()
	if !ok {
		return false
	}
	if !p.word("AND") {
		for _, v := range first.values {
			p.add(first, v)
		}
		return true
	}
	tests := []test{first}
	for {
		if p.peek() == '(' {
			return p.skipGroup()
		}
		t, ok := p.test()
		if !ok {
			return false
		}
		if tests = append(tests, t); !p.word("AND") {
			break
		}
	}
	p.joined(tests)
	return true
}

// joined adds what tests that all must hold name: hashes of one file, or the
// name and folder of one.
func (p *patternReader) joined(tests []test) {
	if len(tests) == 2 {
		name, dir := tests[0], tests[1]
		if name.path != "file:name" {
			name, dir = dir, name
		}
		if name.path == "file:name" && dir.path == "file:parent_directory_ref.path" && single(name) && single(dir) {
			p.path(dir.values[0], name.values[0])
			return
		}
	}
	for _, t := range tests {
		if !strings.HasPrefix(t.path, "file:hashes.") || !single(t) {
			return
		}
	}
	for i, t := range tests {
		for _, u := range tests[:i] {
			if u.path == t.path && u.values[0] != t.values[0] && len(tests) < 32 {
				return // a file has one hash of a kind: it never matches
			}
		}
	}
	for _, t := range tests {
		p.add(t, t.values[0])
	}
}

func single(t test) bool { return t.kind == equal && len(t.values) == 1 }

func (p *patternReader) path(dir, name string) {
	sep := "/"
	if dir != "" && dir[0] != '/' && dir[0] != '~' {
		sep = `\`
	}
	if strings.HasSuffix(dir, sep) {
		sep = ""
	}
	if t, err := Canonical(FilePath, dir+sep+name); err == nil {
		p.keep(t)
	}
}

// skipGroup reads over the rest of a group joined by AND that has parentheses
// in it, up to the OR or bracket behind it.
func (p *patternReader) skipGroup() bool {
	depth := 0
	for {
		switch c := p.peek(); {
		case c == 0:
			return false
		case c == '\'':
			if _, ok := p.text(); !ok {
				return false
			}
		case c == '(':
			depth++
			p.at++
		case c == ')':
			if depth == 0 {
				return true
			}
			depth--
			p.at++
		case c == ']' && depth == 0 && !p.index():
			return true
		case nameByte(c):
			start := p.at
			for p.at < len(p.s) && nameByte(p.s[p.at]) {
				p.at++
			}
			if depth == 0 && strings.EqualFold(p.s[start:p.at], "OR") {
				p.at = start
				return true
			}
		default:
			p.at++
		}
	}
}

// index tells whether the bracket here closes the index of a list.
func (p *patternReader) index() bool {
	i := p.at - 1
	for i >= 0 && (p.s[i] >= '0' && p.s[i] <= '9' || p.s[i] == '*') {
		i--
	}
	return i >= 0 && i < p.at-1 && p.s[i] == '['
}
