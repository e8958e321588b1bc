package scan

import (
	"unicode"
	"unicode/utf8"
)

// class is what a byte can be part of.
type class uint8

const (
	other  class = iota
	letter       // a-z A-Z
	digit
	space // blanks and control characters
	high  // part of a character beyond ASCII
)

var classes = func() (t [256]class) {
	for c := range 256 {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			t[c] = letter
		case c >= '0' && c <= '9':
			t[c] = digit
		case c <= ' ' || c == 0x7f:
			t[c] = space
		case c >= 0x80:
			t[c] = high
		}
	}
	return t
}()

func isWordByte(c byte) bool { return classes[c] == letter || classes[c] == digit }

func isHexByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func hexDigits(s string) bool {
	for i := range len(s) {
		if !isHexByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isLetter tells what may be in a label of a name beyond ASCII.
func isLetter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r))
}

// invisible tells characters that nobody sees, which some writers put into
// names to break them.
func invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x180e, r == 0xfeff, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069:
		return true
	}
	return false
}

// spaceless tells letters of scripts that are written without spaces between
// words, so that a name in Latin letters may stand right beside them.
func spaceless(r rune) bool {
	return r >= 0x0e00 && r <= 0x0eff || r >= 0x1100 && r <= 0x11ff || r >= 0x2e80 && r <= 0x9fff || r >= 0xac00 && r <= 0xd7af || r >= 0xf900 && r <= 0xfaff || r >= 0x20000
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
