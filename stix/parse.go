package stix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

// Parse reads one object strictly. Duplicate names, bad UTF-8, null, empty
// lists, depth, size, identifiers and timestamps that break a rule of STIX 2.1
// are fault.Invalid (sizes fault.TooLarge) with the place. Raw is raw itself.
func Parse(raw []byte, lim Limits) (Object, error) {
	lim = lim.orDefault()
	if len(raw) > lim.Object {
		return Object{}, fault.New(fault.TooLarge, "the object has %d bytes; at most %d are taken", len(raw), lim.Object)
	}
	p := parser{dec: jsontext.NewDecoder(bytes.NewBuffer(raw)), lim: lim, o: Object{Raw: raw, Confidence: -1}, have: propertySet{names: make([]string, 0, 24)}}
	if p.dec.PeekKind() != '{' {
		if err := p.syntax(); err != nil {
			return Object{}, err
		}
		return Object{}, fault.New(fault.Invalid, "a STIX object is a JSON object")
	}
	if err := p.object(""); err != nil {
		return p.o, err
	}
	if err := p.end(); err != nil {
		return p.o, err
	}
	return p.o, p.header()
}

// parser reads one object token by token; only the top level is looked at closely.
type parser struct {
	dec  *jsontext.Decoder
	lim  Limits
	o    Object
	keys int
	have propertySet
}

// syntax gives the error of JSON that can't be read at its next token.
func (p *parser) syntax() error {
	_, err := p.dec.ReadToken()
	return syntaxError(err)
}

// syntaxError puts a JSON error into words; it never quotes the input.
func syntaxError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Invalid, "the JSON ends too early")
	}
	if s, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		what := "this is not valid JSON"
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			what = "a property name occurs twice in one object"
		case strings.Contains(s.Error(), "UTF-8"), strings.Contains(s.Error(), "surrogate"):
			what = "a string is not valid UTF-8" // half a surrogate pair has no form in UTF-8
		case strings.Contains(s.Error(), "depth"):
			what = "the nesting is too deep"
		}
		return fault.At(fault.Invalid, fmt.Sprintf("byte %d", s.ByteOffset), "%s", what)
	}
	return fault.New(fault.Invalid, "this is not valid JSON")
}

func (p *parser) end() error {
	if _, err := p.dec.ReadToken(); !errors.Is(err, io.EOF) {
		if err != nil {
			return syntaxError(err)
		}
		return fault.New(fault.Invalid, "something follows the object")
	}
	return nil
}

// object reads the top-level object.
func (p *parser) object(place string) error {
	if _, err := p.dec.ReadToken(); err != nil {
		return syntaxError(err)
	}
	for p.dec.PeekKind() != '}' {
		t, err := p.dec.ReadToken()
		if err != nil {
			return syntaxError(err)
		}
		name := t.String()
		p.have.add(name)
		if err := p.key(name); err != nil {
			return err
		}
		if err := p.property(name); err != nil {
			return err
		}
	}
	_, err := p.dec.ReadToken()
	return syntaxError(err)
}

func (p *parser) key(name string) error {
	if p.keys++; p.keys > p.lim.Keys {
		return fault.New(fault.TooLarge, "the object has more than %d property names", p.lim.Keys)
	}
	if len(name) > 250 {
		return fault.New(fault.Invalid, "a property name has more than 250 characters")
	}
	return nil
}

// property reads the value of a top-level property, and keeps those of the header.
func (p *parser) property(name string) error {
	switch name {
	case "type", "id", "spec_version", "created_by_ref", "created", "modified", "pattern", "pattern_type", "valid_from", "valid_until":
		s, err := p.text(name)
		if err != nil {
			return err
		}
		return p.header1(name, s)
	case "revoked":
		switch p.dec.PeekKind() {
		case 't', 'f':
			t, err := p.dec.ReadToken()
			p.o.Revoked = err == nil && t.Bool()
			return syntaxError(err)
		}
		return p.wrong(name, "is true or false")
	case "confidence":
		if p.dec.PeekKind() != '0' {
			return p.wrong(name, "is an integer from 0 to 100")
		}
		t, err := p.dec.ReadToken()
		if err != nil {
			return syntaxError(err)
		}
		n, err := strconv.Atoi(t.String())
		if err != nil || n < 0 || n > 100 {
			return fault.At(fault.Invalid, name, "is an integer from 0 to 100")
		}
		p.o.Confidence = n
		return nil
	case "object_marking_refs":
		return p.markings()
	case "granular_markings":
		p.o.Granular = true
	}
	return p.value(name, 1)
}

func (p *parser) wrong(name, what string) error {
	if err := p.syntaxOnly(); err != nil {
		return err
	}
	return fault.At(fault.Invalid, name, "%s", what)
}

// syntaxOnly tells broken JSON from a value of the wrong kind.
func (p *parser) syntaxOnly() error {
	_, err := p.dec.ReadValue()
	return syntaxError(err)
}

func (p *parser) text(name string) (string, error) {
	if p.dec.PeekKind() != '"' {
		return "", p.wrong(name, "is a string")
	}
	t, err := p.dec.ReadToken()
	if err != nil {
		return "", syntaxError(err)
	}
	return t.String(), nil
}

func (p *parser) header1(name, s string) error {
	o := &p.o
	switch name {
	case "type":
		o.Type = s
	case "id":
		o.ID = s
	case "spec_version":
		o.SpecVersion = s
	case "created_by_ref":
		o.CreatedBy = s
		if _, ok := CheckID(s); !ok { // the OASIS suite has other types than identity here
			return fault.At(fault.Invalid, name, "is not an identifier")
		}
	case "pattern":
		o.Pattern = s
	case "pattern_type":
		o.PatternType = s
	case "created", "modified", "valid_from", "valid_until":
		if _, err := ParseTime(s); err != nil {
			return fault.Within(name, err)
		}
		switch name {
		case "created":
			o.Created = s
		case "modified":
			o.Modified = s
		case "valid_from":
			o.ValidFrom = s
		default:
			o.ValidUntil = s
		}
	}
	return nil
}

func (p *parser) markings() error {
	if p.dec.PeekKind() != '[' {
		return p.wrong("object_marking_refs", "is a list of marking-definition identifiers")
	}
	p.dec.ReadToken()
	for p.dec.PeekKind() != ']' {
		s, err := p.text("object_marking_refs")
		if err != nil {
			return err
		}
		if typ, ok := CheckID(s); !ok || typ != "marking-definition" {
			return fault.At(fault.Invalid, "object_marking_refs", "has something that is not the identifier of a marking-definition")
		}
		p.o.Markings = append(p.o.Markings, s)
	}
	p.dec.ReadToken()
	if len(p.o.Markings) == 0 {
		return fault.At(fault.Invalid, "object_marking_refs", "is empty; leave it out")
	}
	return nil
}

// value checks any value: no null, no empty list, depth and names bounded.
func (p *parser) value(place string, depth int) error {
	if depth > p.lim.Depth {
		return fault.At(fault.TooLarge, place, "the nesting is deeper than %d", p.lim.Depth)
	}
	switch p.dec.PeekKind() {
	case 'n':
		return p.wrong(place, "is null, which STIX does not have; leave it out")
	case '[':
		return p.list(place, depth)
	case '{':
		p.dec.ReadToken()
		for p.dec.PeekKind() != '}' {
			t, err := p.dec.ReadToken()
			if err != nil {
				return syntaxError(err)
			}
			if err := p.key(t.String()); err != nil {
				return fault.Within(place, err)
			}
			if err := p.value(place, depth+1); err != nil {
				return err
			}
		}
		_, err := p.dec.ReadToken()
		return syntaxError(err)
	default:
		_, err := p.dec.ReadToken()
		return syntaxError(err)
	}
}

func (p *parser) list(place string, depth int) error {
	p.dec.ReadToken()
	n := 0
	for ; p.dec.PeekKind() != ']'; n++ {
		if err := p.value(place, depth+1); err != nil {
			return err
		}
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return syntaxError(err)
	}
	if n == 0 {
		return fault.At(fault.Invalid, place, "has an empty list; leave it out")
	}
	return nil
}

// header checks the properties that every object of a family has (STIX 2.1
// section 3.2), and those that its type requires.
func (p *parser) header() error {
	o := &p.o
	if o.Type == "" {
		return fault.At(fault.Invalid, "type", "is missing")
	}
	if o.Type == "bundle" {
		return fault.At(fault.Invalid, "type", "a bundle is not a STIX object and can't be inside another one")
	}
	if o.ID == "" {
		return fault.At(fault.Invalid, "id", "is missing")
	}
	typ, ok := CheckID(o.ID)
	if !ok {
		return fault.At(fault.Invalid, "id", "is not TYPE--UUID")
	}
	if typ != o.Type {
		return fault.At(fault.Invalid, "id", "names another type than the object has")
	}
	o.Family = familyOf(o)
	if o.SpecVersion != "2.1" && !(o.SpecVersion == "" && o.Family == SCO) {
		if o.SpecVersion == "" {
			return fault.At(fault.Invalid, "spec_version", "is missing (2.1)")
		}
		return fault.At(fault.Unsupported, "spec_version", "is not 2.1; STIX 2.0 is taken in a bundle that says so")
	}
	if o.Family != SCO {
		if o.Created == "" {
			return fault.At(fault.Invalid, "created", "is missing")
		}
		if o.Modified == "" && o.Type != "marking-definition" {
			return fault.At(fault.Invalid, "modified", "is missing")
		}
	}
	if o.Modified != "" && o.Created != "" && before(o.Modified, o.Created) {
		return fault.At(fault.Invalid, "modified", "is before created")
	}
	if o.ValidUntil != "" && o.ValidFrom != "" && !before(o.ValidFrom, o.ValidUntil) {
		return fault.At(fault.Invalid, "valid_until", "is not after valid_from")
	}
	return p.have.check(o)
}

func before(a, b string) bool {
	x, errA := ParseTime(a)
	y, errB := ParseTime(b)
	return errA == nil && errB == nil && x.Before(y)
}
