// Package wire is how feeds write single values: pure functions from a value to
// the bytes that a format takes for it, so that no value can be more than one
// value, and the token by which a reader asks what changed. It knows no view.
package wire

import (
	"fmt"
	"strings"
)

// Token names a state of a view: its number and its counter.
type Token struct{ View, Serial int64 }

// String writes a token as VIEW-SERIAL.
func (t Token) String() string { return fmt.Sprintf("%d-%d", t.View, t.Serial) }

// ParseToken reads a token in just the form that String gives.
func ParseToken(s string) (t Token, ok bool) {
	a, b, two := strings.Cut(s, "-")
	if !two || !digits(a, &t.View) || !digits(b, &t.Serial) || t.String() != s {
		return Token{}, false
	}
	return t, true
}

// digits reads at most 18 digits, so that it can't overflow.
func digits(s string, to *int64) bool {
	if s == "" || len(s) > 18 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
		*to = *to*10 + int64(c-'0')
	}
	return true
}

// LineEnds is what some program or other takes for the end of a line.
const LineEnds = "\r\n\v\f\x1c\x1d\x1e\u0085\u2028\u2029"

// OneLine tells whether a value is one line to every program that may read it:
// no space or control character, none of Unicode's own line ends, and no sign
// that begins a comment.
func OneLine(s string) bool {
	for _, r := range s {
		if r <= ' ' || r >= 0x7f && r <= 0xa0 || r == 0x2028 || r == 0x2029 {
			return false
		}
	}
	return s != "" && s[0] != '#' && s[0] != ';'
}

// Cell keeps a spreadsheet from taking a value for a formula: it gets a ' in
// front (OWASP, "CSV Injection"). The JSON lines have the value as it is.
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
