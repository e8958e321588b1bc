package pattern

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/stix"
)

// A literal is a constant of a pattern (STIX 2.1 section 9.3).
type literal struct {
	kind   valueKind
	text   string // of a string, decoded; of a timestamp, as written
	bytes  []byte // of hex and binary
	number float64
	truth  bool
	time   time.Time // of a timestamp whose date exists
	noDate bool      // its form is right but there is no such day
}

type valueKind uint8

const (
	null valueKind = iota
	aString
	aNumber
	aBool
	aBinary
	aTime
	aList // a list or a dictionary: comparable with nothing
)

// literal reads a constant.
func (p *parser) literal() (literal, error) {
	t := p.tok
	v := literal{}
	switch {
	case t.kind == quoted:
		v = literal{kind: aString, text: unescape(t.text)}
	case t.kind == integer || t.kind == float:
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return v, p.lex.wrong(t.at, "the number is out of range")
		}
		v = literal{kind: aNumber, number: n}
	case t.is("true"), t.is("false"):
		v = literal{kind: aBool, truth: t.text == "true"}
	case t.kind == hexed:
		b, err := hex.DecodeString(t.text)
		if err != nil {
			return v, p.lex.wrong(t.at, "a hex literal is an even number of hex digits")
		}
		v = literal{kind: aBinary, bytes: b}
	case t.kind == based:
		b, err := base64.StdEncoding.DecodeString(t.text)
		if err != nil || strings.ContainsAny(t.text, "\r\n") {
			return v, p.lex.wrong(t.at, "a binary literal is base64 with its padding (RFC 4648)")
		}
		v = literal{kind: aBinary, bytes: b}
	case t.kind == timed:
		if !timeForm(t.text) {
			return v, p.lex.wrong(t.at, "is not a timestamp such as t'2026-01-31T08:15:00Z'")
		}
		when, err := readTime(t.text)
		v = literal{kind: aTime, text: t.text, time: when, noDate: err != nil}
	default:
		return v, p.expected("a constant")
	}
	return v, p.next()
}

// unescape takes the backslashes off a string whose escapes the lexer has checked.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(s)
}

// timeForm tells whether a text has the form of the grammar's timestamps: the
// grammar lets each month have 31 days and each minute 60 seconds and a leap second.
func timeForm(s string) bool {
	const form = "0000-00-00T00:00:00"
	if len(s) < len(form)+1 || s[len(s)-1] != 'Z' {
		return false
	}
	for i := range form {
		if form[i] == '0' && !isDigit(s[i]) || form[i] != '0' && s[i] != form[i] {
			return false
		}
	}
	if f := s[len(form) : len(s)-1]; f != "" {
		if f[0] != '.' || len(f) < 2 || strings.Trim(f[1:], "0123456789") != "" {
			return false
		}
	}
	between := func(from, low, high int) bool {
		n := int(s[from]-'0')*10 + int(s[from+1]-'0')
		return n >= low && n <= high
	}
	return between(5, 1, 12) && between(8, 1, 31) && between(11, 0, 23) && between(14, 0, 59) && between(17, 0, 60)
}

// readTime reads a timestamp that exists; digits past the nanosecond are dropped.
func readTime(s string) (time.Time, error) {
	if !timeForm(s) {
		return time.Time{}, fault.New(fault.Invalid, "is not a timestamp")
	}
	if len(s) > 30 {
		s = s[:29] + "Z"
	}
	return stix.ParseTime(s)
}

// hashDigits gives the number of hex digits of a hash whose length is fixed.
// Sources: RFC 1321 (MD5), FIPS 180-4 (SHA-1, SHA-2), FIPS 202 (SHA-3), RIPEMD-160, Whirlpool (ISO/IEC 10118-3), TLSH.
var hashDigits = map[string][]int{
	"MD5": {32}, "SHA1": {40}, "SHA224": {56}, "SHA256": {64}, "SHA384": {96}, "SHA512": {128},
	"SHA3224": {56}, "SHA3256": {64}, "SHA3384": {96}, "SHA3512": {128}, "RIPEMD160": {40}, "WHIRLPOOL": {128}, "TLSH": {70, 72},
}

// checkHash notes a comparison of a hash with what can't be one: it never
// matches, so it is a slip of the writer's. LIKE and MATCHES look for parts.
func (p *parser) checkHash(c *comparison) {
	n := len(c.path.steps)
	if n < 2 || c.path.steps[n-2].name != "hashes" || c.op != equal && c.op != notEqual && c.op != in {
		return
	}
	name := strings.ReplaceAll(strings.ToUpper(c.path.steps[n-1].name), "-", "")
	lengths := hashDigits[name]
	if lengths == nil {
		return
	}
	for _, v := range c.values {
		digits := v.text
		if name == "TLSH" {
			digits = strings.TrimPrefix(digits, "T1") // the prefix of its later versions
		}
		if v.kind == aString && (!slices.Contains(lengths, len(digits)) || strings.Trim(digits, "0123456789abcdefABCDEF") != "") {
			p.breaks = append(p.breaks, p.lex.wrong(c.at, "the value does not have the form of a hash of this kind: %d hex digits", lengths[0]))
			return
		}
	}
}
