package pattern

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/fault"
)

// tokenKind is what a token is; punctuation marks and operators are kinds of their own.
type tokenKind uint8

const (
	end tokenKind = iota
	word
	integer
	float
	quoted // 'text'
	hexed  // h'ff'
	based  // b'AA=='
	timed  // t'2026-01-31T08:15:00Z'
	mark   // one of [ ] ( ) , . : *
	compare
)

// A token is a piece of a pattern. Text is what stands there; of the four forms
// with quotes, what is between the quotes, not yet decoded.
type token struct {
	kind tokenKind
	text string
	at   int // byte where it begins
}

// is tells whether the token is the keyword, mark or operator.
func (t token) is(text string) bool {
	return (t.kind == word || t.kind == mark || t.kind == compare) && t.text == text
}

// what describes a token for a reader. It quotes nothing but the language's own words.
func (t token) what() string {
	switch t.kind {
	case end:
		return "the end of the pattern"
	case word:
		if keywords[t.text] {
			return t.text
		}
		return "a name"
	case integer, float:
		return "a number"
	case quoted:
		return "a string"
	case hexed:
		return "a hex literal"
	case based:
		return "a binary literal"
	case timed:
		return "a timestamp"
	default:
		return `"` + t.text + `"`
	}
}

// keywords can't be used as names unless quoted (STIX 2.1 section 9.1).
var keywords = map[string]bool{
	"AND": true, "OR": true, "NOT": true, "FOLLOWEDBY": true, "LIKE": true, "MATCHES": true, "ISSUPERSET": true, "ISSUBSET": true,
	"EXISTS": true, "IN": true, "START": true, "STOP": true, "SECONDS": true, "TIMES": true, "WITHIN": true, "REPEATS": true,
	"true": true, "false": true,
}

type lexer struct {
	text string
	at   int
}

// place writes a byte offset as its reader counts: in characters, from 1.
func (l *lexer) place(at int) string {
	return fmt.Sprintf("character %d", utf8.RuneCountInString(l.text[:min(at, len(l.text))])+1)
}

func (l *lexer) wrong(at int, format string, args ...any) error {
	return fault.At(fault.Invalid, l.place(at), format, args...)
}

// next reads one token.
func (l *lexer) next() (token, error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	start := l.at
	if start >= len(l.text) {
		return token{kind: end, at: start}, nil
	}
	c := l.text[start]
	switch {
	case c == '\'':
		return l.quote(quoted, start)
	case isLetter(c):
		return l.word(start)
	case isDigit(c), (c == '+' || c == '-' || c == '.') && l.numberFollows():
		return l.number(start)
	case strings.IndexByte("[](),.:*", c) >= 0:
		l.at++
		return token{kind: mark, text: l.text[start:l.at], at: start}, nil
	}
	for _, op := range []string{"==", "!=", "<>", "<=", ">=", "=", "<", ">"} {
		if strings.HasPrefix(l.text[start:], op) {
			l.at += len(op)
			return token{kind: compare, text: op, at: start}, nil
		}
	}
	if c == '"' {
		return token{}, l.wrong(start, "strings stand in single quotes here")
	}
	return token{}, l.wrong(start, "this character has no meaning here")
}

// skip passes over white space and comments.
func (l *lexer) skip() error {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch r, size := utf8.DecodeRuneInString(rest); {
		case r == utf8.RuneError && size == 1:
			return l.wrong(l.at, "is not valid UTF-8")
		case unicode.IsSpace(r):
			l.at += size
		case strings.HasPrefix(rest, "//"):
			n := strings.IndexAny(rest, "\r\n")
			if n < 0 {
				n = len(rest)
			}
			l.at += n
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return l.wrong(l.at, "the comment has no end")
			}
			l.at += n + 4
		default:
			return nil
		}
	}
	return nil
}

// word reads a name, a keyword, or a literal with a letter before its quote.
func (l *lexer) word(start int) (token, error) {
	for l.at < len(l.text) && (isLetter(l.text[l.at]) || isDigit(l.text[l.at]) || l.text[l.at] == '-') {
		l.at++
	}
	text := l.text[start:l.at]
	if l.at < len(l.text) && l.text[l.at] == '\'' {
		switch text {
		case "t":
			return l.quote(timed, start)
		case "h":
			return l.quote(hexed, start)
		case "b":
			return l.quote(based, start)
		}
	}
	return token{kind: word, text: text, at: start}, nil
}

// quote reads up to the closing quote; the opening one stands at l.at.
func (l *lexer) quote(kind tokenKind, start int) (token, error) {
	l.at++
	begin := l.at
	for l.at < len(l.text) {
		switch l.text[l.at] {
		case '\'':
			t := token{kind: kind, text: l.text[begin:l.at], at: start}
			l.at++
			if !utf8.ValidString(t.text) {
				return token{}, l.wrong(start, "the string is not valid UTF-8")
			}
			return t, nil
		case '\\':
			if next := l.at + 1; kind == quoted && next < len(l.text) && l.text[next] != '\'' && l.text[next] != '\\' {
				return token{}, l.wrong(l.at, `the only escapes in a string are \' and \\`)
			}
			l.at += 2
		default:
			l.at++
		}
	}
	return token{}, l.wrong(start, "the quote has no end")
}

// numberFollows tells whether a sign or point begins a number.
func (l *lexer) numberFollows() bool {
	i := l.at
	if l.text[i] != '.' {
		i++
	}
	if i < len(l.text) && l.text[i] == '.' {
		i++
	}
	return i < len(l.text) && isDigit(l.text[i])
}

func (l *lexer) number(start int) (token, error) {
	if c := l.text[l.at]; c == '+' || c == '-' {
		l.at++
	}
	whole := l.at
	l.digits()
	kind := integer
	if l.at+1 < len(l.text) && l.text[l.at] == '.' && isDigit(l.text[l.at+1]) {
		kind = float
		l.at++
		l.digits()
	} else if l.at-whole > 1 && l.text[whole] == '0' {
		return token{}, l.wrong(start, "a whole number has no leading zero")
	}
	if l.at-start > 320 {
		return token{}, l.wrong(start, "the number is too long")
	}
	return token{kind: kind, text: l.text[start:l.at], at: start}, nil
}

func (l *lexer) digits() {
	for l.at < len(l.text) && isDigit(l.text[l.at]) {
		l.at++
	}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
