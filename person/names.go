package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tocsin/fault"
)

// The lengths of names, in characters.
const (
	MinLogin = 3
	MaxLogin = 64
	MaxName  = 100
	maxAgent = 200
	maxTyped = 1024 // bytes of anything that is typed, before it is looked at
)

const loginLetters = "abcdefghijklmnopqrstuvwxyz0123456789._-+@"

// foldLogin gives a login as it is kept and looked up.
func foldLogin(s string) string {
	if len(s) > maxTyped {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(s))
}

// cleanLogin gives a login as it is kept. Its letters are ASCII: two logins that
// look alike are the same, and none holds what can't be seen.
func cleanLogin(s string) (string, error) {
	s = foldLogin(s)
	if n := len(s); n < MinLogin || n > MaxLogin || strings.Trim(s, loginLetters) != "" || !strings.ContainsAny(s, loginLetters[:36]) {
		return "", fault.At(fault.Invalid, "login", "a login has %d to %d of the letters a to z, digits and . _ - + @, such as jane.roe or jane@company.example", MinLogin, MaxLogin)
	}
	return s, nil
}

// Visible gives a text on one line without control characters and without those
// that turn the direction of what follows; joiners, which some scripts need, stay.
func Visible(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200c' || r == '\u200d':
			return r
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// cleanName gives the name of a person or passkey without what can't be seen.
func cleanName(what, s string) (string, error) {
	if len(s) > 4*maxTyped {
		return "", fault.At(fault.Invalid, what, "the name is longer than %d characters", MaxName)
	}
	s = norm.NFC.String(Visible(s))
	switch n := utf8.RuneCountInString(s); {
	case strings.Trim(s, "\u200c\u200d ") == "":
		return "", fault.At(fault.Invalid, what, "the name is empty")
	case n > MaxName:
		return "", fault.At(fault.Invalid, what, "the name has %d characters; at most %d are kept", n, MaxName)
	}
	return s, nil
}

// cleanAgent gives what a browser says of itself, cut to what a list can show.
func cleanAgent(s string) string {
	if len(s) > 4*maxAgent {
		s = s[:4*maxAgent]
	}
	return cut(Visible(s), maxAgent)
}

// cut gives the first n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// loginFrom makes a login from a name, for those who come by a link and chose none.
func loginFrom(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r < utf8.RuneSelf && strings.ContainsRune(loginLetters[:36], r):
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r) && b.Len() > 0 && !strings.HasSuffix(b.String(), "."):
			b.WriteByte('.')
		}
		if b.Len() >= MaxLogin-10 { // room for a number after it
			break
		}
	}
	s := strings.Trim(b.String(), ".")
	if len(s) < MinLogin {
		return "person"
	}
	return s
}
