package pattern

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strings"

	"tocsin/fault"
)

// holds evaluates a comparison on one observable. Both sides of AND and OR are
// always evaluated, so that a refusal does not depend on their order.
func (e *evaluation) holds(c *comparison, root map[string]any, in *seen) (bool, error) {
	if err := e.spend(1); err != nil {
		return false, err
	}
	if c.op == allOf || c.op == anyOf {
		result := c.op == allOf
		for _, p := range c.parts {
			ok, err := e.holds(p, root, in)
			if err != nil {
				return false, err
			}
			if c.op == allOf {
				result = result && ok
			} else {
				result = result || ok
			}
		}
		return result, nil
	}
	if root["type"] != c.path.typ {
		return false, nil
	}
	values, suffix, err := e.walk(c.path, root, in)
	if err != nil {
		return false, err
	}
	if c.op == exists {
		return (len(values) > 0) != c.negated, nil
	}
	result := false
	for _, v := range values {
		ok, err := e.test(c, valueOf(v, suffix))
		if err != nil {
			return false, err
		}
		result = result || ok != c.negated
	}
	return result, nil
}

// walk gives the values at the end of a path, and the last property name. A path
// that leads nowhere has none, which makes every test on it false.
func (e *evaluation) walk(p path, root map[string]any, in *seen) ([]any, string, error) {
	values, name := []any{root}, ""
	for _, s := range p.steps {
		var next []any
		for _, v := range values {
			switch v := v.(type) {
			case []any:
				if s.name == "" && s.index == anyIndex {
					next = append(next, v...)
				} else if s.name == "" && s.index < len(v) {
					next = append(next, v[s.index])
				}
			case map[string]any:
				if x, ok := v[s.name]; ok && s.name != "" {
					next = append(next, x)
				}
			case string:
				if target := in.objects[v]; s.name != "" && target != nil && isReference(name) {
					if x, ok := target[s.name]; ok {
						next = append(next, x)
					}
				}
			}
			if err := e.spend(1); err != nil {
				return nil, "", err
			}
		}
		if s.name != "" {
			name = s.name
		}
		if err := e.spend(len(next)); err != nil {
			return nil, "", err
		}
		values = next
	}
	return values, name, nil
}

func isReference(name string) bool {
	return strings.HasSuffix(name, "_ref") || strings.HasSuffix(name, "_refs")
}

// valueOf makes a JSON value comparable. Properties whose names end with _hex or
// _bin hold bytes (STIX 2.1 section 9.6); what does not decode stays a string.
func valueOf(v any, name string) literal {
	switch v := v.(type) {
	case nil:
		return literal{kind: null}
	case bool:
		return literal{kind: aBool, truth: v}
	case float64:
		return literal{kind: aNumber, number: v}
	case string:
		if strings.HasSuffix(name, "_hex") {
			if b, err := hex.DecodeString(v); err == nil {
				return literal{kind: aBinary, bytes: b}
			}
		}
		if strings.HasSuffix(name, "_bin") {
			if b, err := base64.StdEncoding.DecodeString(v); err == nil {
				return literal{kind: aBinary, bytes: b}
			}
		}
		return literal{kind: aString, text: v}
	}
	return literal{kind: aList}
}

// test applies the operator to one value, without NOT.
func (e *evaluation) test(c *comparison, v literal) (bool, error) {
	switch c.op {
	case equal, notEqual, in:
		found := false
		for _, want := range c.values {
			order, comparable, err := compareValues(v, want)
			if err != nil {
				return false, err
			}
			found = found || comparable && order == 0
		}
		return found != (c.op == notEqual), e.spend(len(c.values))
	case less, greater, lessEqual, greaterEqual:
		order, comparable, err := compareValues(v, c.values[0])
		if err != nil || !comparable || v.kind == aBool {
			return false, err
		}
		return c.op == less && order < 0 || c.op == greater && order > 0 ||
			c.op == lessEqual && order <= 0 || c.op == greaterEqual && order >= 0, nil
	case subset, superset:
		if v.kind != aString {
			return false, nil
		}
		if c.op == subset {
			return contains(c.values[0].text, v.text), nil
		}
		return contains(v.text, c.values[0].text), nil
	}
	if err := e.spend((len(v.text) + len(v.bytes)) / 16 * c.match.cost / 16); err != nil {
		return false, err
	}
	switch v.kind {
	case aString:
		return c.match.text(v.text), nil
	case aBinary:
		return c.match.data(v.bytes), nil
	}
	return false, nil
}

// compareValues orders a value against a constant; false means that the two
// can't be compared. A string that meets a timestamp must be one: comparing
// it would else give an answer to a question that nobody asked.
func compareValues(v, want literal) (order int, comparable bool, err error) {
	switch {
	case v.kind == aString && want.kind == aTime:
		t, err := readTime(v.text)
		if err != nil {
			return 0, false, fault.New(fault.Refused, "a value that is compared with a timestamp is not a timestamp")
		}
		return t.Compare(want.time), true, nil
	case v.kind == aString && want.kind == aBinary:
		b, ok := textBytes(v.text)
		return bytes.Compare(b, want.bytes), ok, nil
	case v.kind == aBinary && want.kind == aString:
		b, ok := textBytes(want.text)
		return bytes.Compare(v.bytes, b), ok, nil
	case v.kind != want.kind:
		return 0, false, nil
	}
	switch v.kind {
	case aString:
		return strings.Compare(v.text, want.text), true, nil // UTF-8 sorts as code points do
	case aNumber:
		return cmp.Compare(v.number, want.number), true, nil
	case aBinary:
		return bytes.Compare(v.bytes, want.bytes), true, nil
	case aBool:
		if v.truth == want.truth {
			return 0, true, nil
		}
		return 1, true, nil
	}
	return 0, false, nil
}

// contains tells whether a network holds another network or address; equal ones
// hold each other (STIX 2.1 section 9.6.1). What is neither holds nothing.
func contains(outer, inner string) bool {
	o, ok1 := network(outer)
	i, ok2 := network(inner)
	return ok1 && ok2 && o.Bits() <= i.Bits() && o.Contains(i.Addr())
}

func network(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err == nil
}
