package observable

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Refang undoes what writers do to keep a value from being clicked, and what
// carriers leave in it: bracketed dots, at signs and colons, also with a bracket
// missing or doubled and words for them ([dot], (собака)); full-width
// punctuation; invisible characters; HTML entities; backslashes before
// punctuation. It is one pass over s and leaves schemes such as hxxp alone.
func Refang(s string) string {
	if plain(s) {
		return s
	}
	return strings.TrimSpace(unbracket(visible(entities(s))))
}

// plain tells whether there is nothing that Refang looks for.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; c {
		case '[', ']', '(', '{', '}', '<', '&', '\\':
			return false
		default:
			if c <= ' ' || c >= 0x7f {
				return false
			}
		}
	}
	return true
}

// entities decodes the HTML entities that occur in links and names. Only those
// that end in a semicolon count: &copy=1 is a parameter of a URL.
func entities(s string) string {
	if !strings.Contains(s, "&") || !strings.Contains(s, ";") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		r, n := entity(s[i:])
		if n == 0 {
			r, n = '&', 1
		}
		b.WriteRune(r)
		s = s[i+n:]
	}
}

// entity decodes one entity at the start of s, and gives its length or 0.
func entity(s string) (rune, int) {
	end := strings.IndexByte(s[:min(len(s), 12)], ';')
	if end < 2 {
		return 0, 0
	}
	name := s[1:end]
	if name[0] == '#' {
		digits, base := name[1:], 10
		if len(digits) > 1 && (digits[0] == 'x' || digits[0] == 'X') {
			digits, base = digits[1:], 16
		}
		v, err := strconv.ParseUint(digits, base, 21)
		if err != nil || !utf8.ValidRune(rune(v)) || v == 0 {
			return 0, 0
		}
		return rune(v), end + 1
	}
	switch name {
	case "amp", "AMP":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	case "nbsp":
		return ' ', end + 1
	case "shy":
		return '\u00ad', end + 1
	case "period":
		return '.', end + 1
	case "colon":
		return ':', end + 1
	case "sol":
		return '/', end + 1
	case "commat":
		return '@', end + 1
	case "lsqb", "lbrack":
		return '[', end + 1
	case "rsqb", "rbrack":
		return ']', end + 1
	}
	return 0, 0
}

// visible drops characters that nobody sees and brings full-width punctuation
// to ASCII.
func visible(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < 0x80
	}
	if ascii {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case r == 0xad, r == 0x180e, r == 0xfeff, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069:
			return -1
		case r == 0xa0, r == 0x3000, r >= 0x2000 && r <= 0x200a, r == 0x202f:
			return ' '
		case r == '．', r == '。', r == '｡', r == '․':
			return '.'
		case r == '＠', r == '：', r == '／', r == '［', r == '］', r == '（', r == '）', r == '｛', r == '｝':
			return r - 0xff00 + 0x20
		case r == '【':
			return '['
		case r == '】':
			return ']'
		}
		return r
	}, s)
}

// fangs are the words that stand in brackets for a sign, longest first where
// one begins another.
var fangs = []struct{ word, sign string }{
	{"dot", "."}, {"point", "."}, {"punkt", "."}, {"punto", "."}, {"ponto", "."}, {"точка", "."}, {"d", "."}, {".", "."},
	{"собака", "@"}, {"arroba", "@"}, {"arobase", "@"}, {"chiocciola", "@"}, {"kropka", "."}, {"at", "@"}, {"@", "@"}, {"://", "://"}, {":", ":"}, {"//", "//"}, {"/", "/"}, {"www", "www"},
}

// unbracket undoes bracketed signs, brackets that lost their partner beside a
// dot, <wbr>, and backslashes before punctuation.
func unbracket(s string) string {
	if !strings.ContainsAny(s, `[](){}<\`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '[' || c == '(' || c == '{' || c == '<':
			if sign, n := bracketed(s[i:]); n > 0 {
				if sign == "." || sign == "@" {
					out = trimRight(out)
					for i += n; i < len(s) && s[i] == ' '; i++ {
					}
				} else {
					i += n
				}
				out = append(out, sign...)
				continue
			}
			if (c == '[' || c == '{') && i+1 < len(s) && s[i+1] == '.' {
				i++ // evil[.com: the dot follows as it is
				continue
			}
		case c == '.' && i+1 < len(s) && (s[i+1] == ']' || s[i+1] == '}'):
			out = append(out, '.')
			for i++; i < len(s) && (s[i] == ']' || s[i] == '}'); i++ {
			}
			continue
		case (c == ']' || c == '}') && i+1 < len(s) && s[i+1] == '.' && len(out) > 0 && bytes.IndexByte(out, '[') < 0 && bytes.IndexByte(out, '{') < 0:
			i++ // evil].]net: what closes was never opened
			continue
		case c == '\\':
			end := i
			for end < len(s) && s[end] == '\\' {
				end++
			}
			if end == len(s) || strings.IndexByte("./:-_@?=&[](){}", s[end]) < 0 {
				out = append(out, s[i:end]...)
			}
			i = end
			continue
		}
		out = append(out, c)
		i++
	}
	return string(out)
}

// trimRight cuts spaces off the end.
func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// bracketed reads up to four opening brackets, a word for a sign, and up to
// four closing ones, and gives the sign and the length of all, or 0.
func bracketed(s string) (string, int) {
	if len(s) > 5 && strings.EqualFold(s[:5], "<wbr>") {
		return "", 5
	}
	i := 0
	for i < len(s) && i < 4 && strings.IndexByte("[({<", s[i]) >= 0 {
		i++
	}
	open := i
	for i < len(s) && i < open+4 && s[i] == ' ' {
		i++
	}
	for _, f := range fangs {
		if len(s)-i < len(f.word) || !strings.EqualFold(s[i:i+len(f.word)], f.word) {
			continue
		}
		j := i + len(f.word)
		for j < len(s) && j < i+len(f.word)+4 && s[j] == ' ' {
			j++
		}
		if j+1 < len(s) && s[j] == '\\' && strings.IndexByte("])}", s[j+1]) >= 0 {
			j++ // Markdown that a program wrote escapes brackets
		}
		shut := j
		for j < len(s) && j < shut+4 && strings.IndexByte("])}>", s[j]) >= 0 {
			j++
		}
		if j > shut && (f.word != "d" || s[open-1] != '(') {
			return f.sign, j
		}
	}
	return "", 0
}

// unquote trims spaces and pairs of quotes or angle brackets round a value.
func unquote(s string) string {
	for {
		s = strings.TrimSpace(s)
		if len(s) < 2 {
			return s
		}
		first, n := utf8.DecodeRuneInString(s)
		last, m := utf8.DecodeLastRuneInString(s)
		switch {
		case first == last && (first == '"' || first == '\'' || first == '`'),
			first == '<' && last == '>', first == '“' && last == '”', first == '‘' && last == '’', first == '«' && last == '»':
			s = s[n : len(s)-m]
		default:
			return s
		}
	}
}
