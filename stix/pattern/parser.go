package pattern

import (
	"strconv"
	"strings"

	"tocsin/fault"
)

// parser reads the grammar of STIX 2.1 section 9 by recursive descent, one token ahead.
type parser struct {
	lex         lexer
	tok         token
	depth       int
	comparisons int
	nodes       int
	breaks      []error
}

func (p *parser) pattern() (*Pattern, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	root, err := p.followed()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.expected("AND, OR, FOLLOWEDBY, a qualifier or the end")
	}
	return &Pattern{root: root, breaks: p.breaks}, nil
}

func (p *parser) next() (err error) {
	p.tok, err = p.lex.next()
	return err
}

// take passes over a keyword, mark or operator that must stand here.
func (p *parser) take(text string) error {
	if !p.tok.is(text) {
		return p.expected(text)
	}
	return p.next()
}

func (p *parser) expected(what string) error {
	return p.lex.wrong(p.tok.at, "here stands %s where %s is expected", p.tok.what(), what)
}

func (p *parser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return fault.At(fault.TooLarge, p.lex.place(p.tok.at), "more than %d parentheses within each other", MaxDepth)
	}
	return nil
}

// node numbers an observation expression.
func (p *parser) node(o observation) *observation {
	o.id = p.nodes
	p.nodes++
	return &o
}

// chain reads one or more operands joined by a keyword.
func (p *parser) chain(kind obsKind, keyword string, operand func() (*observation, error)) (*observation, error) {
	first, err := operand()
	if err != nil || !p.tok.is(keyword) {
		return first, err
	}
	parts := []*observation{first}
	for p.tok.is(keyword) {
		if err := p.next(); err != nil {
			return nil, err
		}
		o, err := operand()
		if err != nil {
			return nil, err
		}
		parts = append(parts, o)
	}
	return p.node(observation{kind: kind, parts: parts}), nil
}

func (p *parser) followed() (*observation, error) { return p.chain(followedBy, "FOLLOWEDBY", p.or) }

func (p *parser) or() (*observation, error) { return p.chain(either, "OR", p.and) }

func (p *parser) and() (*observation, error) { return p.chain(both, "AND", p.qualified) }

// qualified reads a bracket or a parenthesis with its qualifiers.
func (p *parser) qualified() (*observation, error) {
	single := p.tok.is("[")
	o, err := p.single()
	if err != nil {
		return nil, err
	}
	// The standard has each kind of qualifier at most once for one expression. The
	// published suite holds brackets to it and lets parentheses pass; so do we.
	var seen [window + 1]bool
	for {
		at, kind := p.tok.at, bracket
		switch {
		case p.tok.is("START"):
			kind = window
		case p.tok.is("WITHIN"):
			kind = within
		case p.tok.is("REPEATS"):
			kind = repeats
		default:
			return o, nil
		}
		q, err := p.qualifier(kind)
		if err != nil {
			return nil, err
		}
		if single && seen[kind] {
			p.breaks = append(p.breaks, p.lex.wrong(at, "a bracket has each kind of qualifier at most once; put parentheses around the inner one"))
		}
		seen[kind] = true
		if p.depth++; p.depth > 4*MaxDepth { // each qualifier nests the evaluation once more
			return nil, fault.At(fault.TooLarge, p.lex.place(at), "too many qualifiers")
		}
		defer func() { p.depth-- }()
		q.parts = []*observation{o}
		o = p.node(q)
	}
}

func (p *parser) single() (*observation, error) {
	switch {
	case p.tok.is("["):
		if err := p.next(); err != nil {
			return nil, err
		}
		test, err := p.anyComparison()
		if err != nil {
			return nil, err
		}
		if !p.tok.is("]") {
			return nil, p.expected("AND, OR or ]")
		}
		return p.node(observation{kind: bracket, test: test}), p.next()
	case p.tok.is("("):
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer func() { p.depth-- }()
		if err := p.next(); err != nil {
			return nil, err
		}
		o, err := p.followed()
		if err != nil {
			return nil, err
		}
		return o, p.take(")")
	}
	return nil, p.expected("[ or (")
}

// qualifier reads WITHIN, REPEATS or START; the keyword is the current token.
func (p *parser) qualifier(kind obsKind) (observation, error) {
	q := observation{kind: kind}
	if err := p.next(); err != nil {
		return q, err
	}
	var err error
	switch kind {
	case window:
		if q.start, err = p.timestamp(); err != nil {
			return q, err
		}
		if err = p.take("STOP"); err != nil {
			return q, err
		}
		q.stop, err = p.timestamp()
		return q, err
	case within:
		if p.tok.kind != integer && p.tok.kind != float {
			return q, p.expected("a number of seconds")
		}
		if q.within, err = strconv.ParseFloat(p.tok.text, 64); err != nil || !(q.within > 0) {
			return q, p.lex.wrong(p.tok.at, "the number of seconds is more than 0")
		}
		if err = p.next(); err != nil {
			return q, err
		}
		return q, p.take("SECONDS")
	default:
		if p.tok.kind != integer {
			return q, p.expected("a whole number")
		}
		if q.times, err = strconv.Atoi(p.tok.text); err != nil || q.times < 1 || q.times > MaxRepeats {
			return q, p.lex.wrong(p.tok.at, "the number of times is from 1 to %d", MaxRepeats)
		}
		if err = p.next(); err != nil {
			return q, err
		}
		return q, p.take("TIMES")
	}
}

func (p *parser) timestamp() (literal, error) {
	if p.tok.kind != timed {
		return literal{}, p.expected("a timestamp such as t'2026-01-31T08:15:00Z'")
	}
	return p.literal()
}

// anyComparison reads comparisons joined by OR, the loosest inside a bracket.
func (p *parser) anyComparison() (*comparison, error) {
	return p.joined(anyOf, "OR", func() (*comparison, error) {
		return p.joined(allOf, "AND", p.comparison)
	})
}

func (p *parser) joined(op operator, keyword string, operand func() (*comparison, error)) (*comparison, error) {
	first, err := operand()
	if err != nil || !p.tok.is(keyword) {
		return first, err
	}
	parts := []*comparison{first}
	for p.tok.is(keyword) {
		if err := p.next(); err != nil {
			return nil, err
		}
		c, err := operand()
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
	}
	return &comparison{op: op, parts: parts}, nil
}

// comparison reads one test, or a parenthesis.
func (p *parser) comparison() (*comparison, error) {
	if p.tok.is("(") {
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer func() { p.depth-- }()
		if err := p.next(); err != nil {
			return nil, err
		}
		c, err := p.anyComparison()
		if err != nil {
			return nil, err
		}
		return c, p.take(")")
	}
	if err := p.count(); err != nil {
		return nil, err
	}
	c := &comparison{at: p.tok.at}
	if p.tok.is("NOT") {
		if err := p.next(); err != nil {
			return nil, err
		}
		c.negated = true
		if !p.tok.is("EXISTS") {
			return nil, p.expected("EXISTS (NOT stands behind the path in other tests)")
		}
	}
	var err error
	if p.tok.is("EXISTS") {
		if err = p.next(); err != nil {
			return nil, err
		}
		c.op = exists
		c.path, err = p.path()
		return c, err
	}
	if c.path, err = p.path(); err != nil {
		return nil, err
	}
	if p.tok.is("NOT") {
		c.negated = true
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	return c, p.operand(c)
}

// count holds the number of comparisons below its bound.
func (p *parser) count() error {
	if p.comparisons++; p.comparisons > MaxComparisons {
		return fault.At(fault.TooLarge, p.lex.place(p.tok.at), "more than %d comparisons", MaxComparisons)
	}
	return nil
}

// operators are the words and signs between a path and its operand.
var operators = map[string]operator{
	"=": equal, "==": equal, "!=": notEqual, "<>": notEqual, "<": less, ">": greater, "<=": lessEqual, ">=": greaterEqual,
	"IN": in, "LIKE": like, "MATCHES": matches, "ISSUBSET": subset, "ISSUPERSET": superset,
}

// operand reads the operator and what it compares with.
func (p *parser) operand(c *comparison) error {
	op, ok := operators[p.tok.text]
	if !ok || p.tok.kind != compare && p.tok.kind != word {
		return p.expected("an operator such as =, IN or LIKE")
	}
	c.op = op
	if err := p.next(); err != nil {
		return err
	}
	if op == in {
		return p.set(c)
	}
	if op >= like && p.tok.kind != quoted {
		return p.expected("a string")
	}
	if at := p.tok; op >= less && op <= greaterEqual && (at.is("true") || at.is("false")) {
		return p.lex.wrong(at.at, "true and false have no order")
	}
	at := p.tok.at
	v, err := p.literal()
	if err != nil {
		return err
	}
	c.values = []literal{v}
	if op == matches {
		if err := checkRegexp(v.text); err != nil {
			return fault.Within(p.lex.place(at), err)
		}
	}
	p.checkHash(c)
	return nil
}

// set reads the members of IN; the published grammar lets a set be empty.
func (p *parser) set(c *comparison) error {
	if err := p.take("("); err != nil {
		return err
	}
	for !p.tok.is(")") {
		if len(c.values) > 0 {
			if err := p.take(","); err != nil {
				return err
			}
		}
		if err := p.count(); err != nil {
			return err
		}
		v, err := p.literal()
		if err != nil {
			return err
		}
		c.values = append(c.values, v)
	}
	p.checkHash(c)
	return p.next()
}

// path reads TYPE:NAME followed by .NAME and [INDEX].
func (p *parser) path() (path, error) {
	if p.tok.kind != word || keywords[p.tok.text] {
		return path{}, p.expected("an object type")
	}
	out := path{typ: p.tok.text}
	if err := p.next(); err != nil {
		return out, err
	}
	if err := p.take(":"); err != nil {
		return out, err
	}
	if err := p.name(&out); err != nil {
		return out, err
	}
	for {
		switch {
		case p.tok.is("."):
			if err := p.next(); err != nil {
				return out, err
			}
			if err := p.name(&out); err != nil {
				return out, err
			}
		case p.tok.is("["):
			if err := p.index(&out); err != nil {
				return out, err
			}
		default:
			return out, nil
		}
		if len(out.steps) > MaxDepth {
			return out, fault.At(fault.TooLarge, p.lex.place(p.tok.at), "a path has at most %d steps", MaxDepth)
		}
	}
}

func (p *parser) name(out *path) error {
	text := p.tok.text
	switch {
	case p.tok.kind == quoted && text != "":
		text = unescape(text)
	case p.tok.kind == word && !keywords[text]:
		if strings.Contains(text, "-") {
			return p.lex.wrong(p.tok.at, "a property name with a hyphen is quoted: 'a-b'")
		}
	default:
		return p.expected("a property name")
	}
	out.steps = append(out.steps, step{name: text})
	return p.next()
}

func (p *parser) index(out *path) error {
	if err := p.next(); err != nil {
		return err
	}
	s := step{index: anyIndex}
	if !p.tok.is("*") {
		n, err := strconv.Atoi(p.tok.text)
		if p.tok.kind != integer || err != nil || n < 0 {
			return p.expected("an index from 0, or *")
		}
		s.index = n
	}
	out.steps = append(out.steps, s)
	if err := p.next(); err != nil {
		return err
	}
	return p.take("]")
}
