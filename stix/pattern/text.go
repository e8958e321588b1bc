package pattern

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tocsin/fault"
)

// A matcher is a LIKE or MATCHES constant made ready. On binary properties a
// byte counts as the character with its number, so that \xd4 stands for one byte.
type matcher struct {
	expr   *regexp.Regexp // of MATCHES, for strings (NFC)
	onData *regexp.Regexp // of MATCHES, for binary properties
	like   []rune         // of LIKE, for strings (NFC)
	likeOn []rune         // of LIKE, for binary properties
	cost   int            // work for 16 characters of input
}

// checkRegexp refuses what no dialect reads. Syntax that PCRE has and this
// package lacks is valid in a pattern; only its evaluation is refused.
func checkRegexp(expr string) error {
	_, err := syntax.Parse(expr, syntax.Perl)
	e, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return nil
	}
	switch e.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingBracket, syntax.ErrTrailingBackslash, syntax.ErrMissingRepeatArgument:
		return fault.New(fault.Invalid, "the regular expression has an error: %s", e.Code)
	}
	return nil
}

// compile makes the constants of LIKE and MATCHES ready, and refuses regular
// expressions that RE2 can't run: look-around, back-references and what else
// needs backtracking, since its time can't be bounded.
func (c *comparison) compile() error {
	if len(c.parts) > 0 {
		for _, p := range c.parts {
			if err := p.compile(); err != nil {
				return err
			}
		}
		return nil
	}
	for i, v := range c.values {
		if v.noDate {
			return fault.New(fault.Refused, "a timestamp of the pattern names a day that does not exist")
		}
		if v.kind != c.values[0].kind && i > 0 {
			return fault.New(fault.Refused, "the members of a set are all of one type")
		}
	}
	switch c.op {
	case like:
		text := c.values[0].text
		c.match = &matcher{like: []rune(norm.NFC.String(text)), likeOn: []rune(text), cost: 1 + len(text)}
	case matches:
		text := c.values[0].text
		if len(text) > MaxRegexp {
			return fault.New(fault.TooLarge, "a regular expression has %d bytes; at most %d are evaluated", len(text), MaxRegexp)
		}
		m := &matcher{cost: 1 + len(text)}
		var err error
		if m.expr, err = search(norm.NFC.String(text)); err != nil {
			return err
		}
		if m.onData, err = search(text); err != nil {
			return err
		}
		c.match = m
	}
	return nil
}

// search compiles a regular expression in which the dot matches a newline too
// (STIX 2.1 section 9.6.1).
func search(expr string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(expr, syntax.Perl|syntax.DotNL)
	var r *regexp.Regexp
	if err == nil {
		dollar(tree)
		r, err = regexp.Compile(tree.String())
	}
	if e, ok := errors.AsType[*syntax.Error](err); ok {
		switch e.Code {
		case syntax.ErrInvalidPerlOp, syntax.ErrInvalidEscape, syntax.ErrInvalidRepeatOp, syntax.ErrInvalidRepeatSize, syntax.ErrInvalidNamedCapture, syntax.ErrInvalidCharRange:
			return nil, fault.New(fault.Refused, "the regular expression uses what only PCRE has, such as look-around, back-references or possessive repeats (%s); RE2 syntax is evaluated here", e.Code)
		}
		return nil, fault.New(fault.Refused, "the regular expression can't be evaluated: %s", e.Code)
	}
	if err != nil {
		return nil, fault.New(fault.Refused, "the regular expression can't be evaluated")
	}
	return r, nil
}

// dollar lets $ stand before a last newline too, as it does in PCRE.
func dollar(re *syntax.Regexp) {
	for _, sub := range re.Sub {
		dollar(sub)
	}
	if re.Op == syntax.OpEndText && re.Flags&syntax.WasDollar != 0 {
		newline := &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{'\n'}}
		*re = syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{
			{Op: syntax.OpQuest, Sub: []*syntax.Regexp{newline}}, {Op: syntax.OpEndText},
		}}
	}
}

// text matches a string.
func (m *matcher) text(s string) bool {
	s = norm.NFC.String(s)
	if m.expr != nil {
		return m.expr.MatchString(s)
	}
	return wild(m.like, []rune(s))
}

// data matches bytes.
func (m *matcher) data(b []byte) bool {
	s := byteText(b)
	if m.onData != nil {
		return m.onData.MatchString(s)
	}
	return wild(m.likeOn, []rune(s))
}

// byteText gives the string whose characters have the bytes' numbers.
func byteText(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// textBytes gives the bytes that a string stands for when it is compared with
// binary data: each of its characters is below 256.
func textBytes(s string) ([]byte, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 255 || r == utf8.RuneError {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}

// wild matches the whole of s against LIKE's form: % any run, _ one character.
// It goes back only to the last %, so its time is at most the product of the lengths.
func wild(form, s []rune) bool {
	i, j := 0, 0
	back, from := -1, 0
	for j < len(s) {
		switch {
		case i < len(form) && form[i] == '%':
			back, from = i, j
			i++
		case i < len(form) && (form[i] == '_' || form[i] == s[j]):
			i++
			j++
		case back >= 0:
			from++
			i, j = back+1, from
		default:
			return false
		}
	}
	for i < len(form) && form[i] == '%' {
		i++
	}
	return i == len(form)
}
