package privacy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is made of.
type kind uint8

const (
	word   kind = iota // letters
	number             // digits 0-9
	mixed              // letters, digits, underscores
	mark               // one character of punctuation
	ideo               // a run of Chinese, Japanese or Korean characters
)

// shape is how a word is written.
type shape uint8

const (
	lower   shape = iota // also words of scripts without case
	capital              // Anna
	upper                // ANNA
	caseless
	camel // AppLocker
)

// region is a larger thing that a token is part of.
type region uint8

const (
	free region = iota
	inURL
	inMail
	inHost
	inPath
	inPlaceholder
	inValue // an identifier, hash, address: judged by its own detector
)

// token is one word, number or character of a text.
type token struct {
	start, end int
	kind       kind
	shape      shape
	lead       byte // what stands before: 0 nothing, ' ' or '\n'
	c          byte // the character of an ASCII mark
	in         region
	side       int8 // of a header, section or column that the token stands in: 1 victim, -1 attacker
	f          flags
}

// byteClass sorts ASCII.
type byteClass uint8

const (
	bMark byteClass = iota
	bSpace
	bLine
	bLetter
	bDigit
	bLow // underscore
)

var bytesClass = [128]byteClass{
	' ': bSpace, '\t': bSpace, '\r': bSpace, '\v': bSpace, '\f': bSpace, 0: bSpace, '\n': bLine, '_': bLow,
	'0': bDigit, '1': bDigit, '2': bDigit, '3': bDigit, '4': bDigit, '5': bDigit, '6': bDigit, '7': bDigit, '8': bDigit, '9': bDigit,
	'a': bLetter, 'b': bLetter, 'c': bLetter, 'd': bLetter, 'e': bLetter, 'f': bLetter, 'g': bLetter, 'h': bLetter, 'i': bLetter,
	'j': bLetter, 'k': bLetter, 'l': bLetter, 'm': bLetter, 'n': bLetter, 'o': bLetter, 'p': bLetter, 'q': bLetter, 'r': bLetter,
	's': bLetter, 't': bLetter, 'u': bLetter, 'v': bLetter, 'w': bLetter, 'x': bLetter, 'y': bLetter, 'z': bLetter,
	'A': bLetter, 'B': bLetter, 'C': bLetter, 'D': bLetter, 'E': bLetter, 'F': bLetter, 'G': bLetter, 'H': bLetter, 'I': bLetter,
	'J': bLetter, 'K': bLetter, 'L': bLetter, 'M': bLetter, 'N': bLetter, 'O': bLetter, 'P': bLetter, 'Q': bLetter, 'R': bLetter,
	'S': bLetter, 'T': bLetter, 'U': bLetter, 'V': bLetter, 'W': bLetter, 'X': bLetter, 'Y': bLetter, 'Z': bLetter,
}

// classAt gives the class and width of the character at i; wide tells CJK.
func classAt(s string, i int) (c byteClass, width int, r rune, wide bool) {
	b := s[i]
	if b < 0x80 {
		return bytesClass[b], 1, rune(b), false
	}
	r, width = utf8.DecodeRuneInString(s[i:])
	switch {
	case isWide(r):
		return bLetter, width, r, true
	case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) || r == 0x200b || r == 0x200d || r == 0xad:
		return bLetter, width, r, false
	case unicode.IsSpace(r) || r == 0xfeff:
		return bSpace, width, r, false
	case r == utf8.RuneError && width == 1:
		return bSpace, 1, r, false
	}
	return bMark, width, r, false
}

// tokenize splits a text; it looks up each word once.
func (g *Gate) tokenize(s string, toks []token) []token {
	lead := byte('\n')
	for i := 0; i < len(s); {
		c, w, r, wide := classAt(s, i)
		switch c {
		case bSpace:
			if lead != '\n' {
				lead = ' '
			}
			i += w
			continue
		case bLine:
			lead = '\n'
			i += w
			continue
		case bMark:
			t := token{start: i, end: i + w, kind: mark, lead: lead}
			if w == 1 {
				t.c = s[i]
			} else {
				t.c = narrow(r)
			}
			toks = append(toks, t)
		default:
			t := token{start: i, lead: lead}
			t.end, t.kind, t.shape = run(s, i, wide)
			switch t.kind {
			case word, mixed:
				t.f = g.look(s[t.start:t.end])
			case ideo:
				t.f = wideSide(s[t.start:t.end])
			}
			toks = append(toks, t)
			w = t.end - i
		}
		lead = 0
		i += w
	}
	g.compounds(s, toks)
	return toks
}

// wideSide gives the side of which a run of wide characters speaks.
func wideSide(s string) flags {
	for _, w := range []string{"犯人", "相手方", "对方", "對方", "嫌疑人", "상대방", "詐欺", "攻撃者", "攻击者", "骗子", "诈骗", "黑客", "공격자", "사기범", "범인"} {
		if strings.Contains(s, w) {
			return fAttacker
		}
	}
	for _, w := range []string{"被害者", "受害者", "受害人", "피해자"} {
		if strings.Contains(s, w) {
			return fVictim
		}
	}
	return 0
}

// narrow gives the ASCII mark that a wide or typographic one stands for, or 0.
func narrow(r rune) byte {
	switch r {
	case '（':
		return '('
	case '）':
		return ')'
	case '：':
		return ':'
	case '，', '、', '،':
		return ','
	case '。', '．':
		return '.'
	case '＠':
		return '@'
	case '；', '؛':
		return ';'
	case '“', '”', '„', '«', '»', '‟', '「', '」', '『', '』':
		return '"'
	case '’', '‘':
		return '\''
	case '–', '—', '‐', '‑':
		return '-'
	}
	return 0
}

// run reads a word, number or mixture from i.
func run(s string, i int, wide bool) (end int, k kind, sh shape) {
	letters, digits, ups, lows, n := 0, 0, 0, 0, 0
	first := false
	for end = i; end < len(s); n++ {
		c, w, r, isW := classAt(s, end)
		if c != bLetter && c != bDigit && c != bLow || isW != wide {
			break
		}
		switch c {
		case bDigit:
			digits++
		case bLow:
			letters, digits = letters+1, digits+1
		default:
			letters++
			switch {
			case r < 0x80 && r >= 'a' || r >= 0x80 && unicode.IsLower(r):
				lows++
			case r < 0x80 || unicode.IsUpper(r):
				ups++
				first = first || n == 0
			}
		}
		end += w
	}
	switch {
	case wide:
		return end, ideo, caseless
	case digits == 0:
		k = word
	case letters == 0:
		k = number
	default:
		k = mixed
	}
	switch {
	case ups == 0 && lows == 0:
		sh = caseless
	case first && lows == 0:
		sh = upper
	case first && ups > 1 && !surnamePrefix(s[i:end]):
		sh = camel
	case first:
		sh = capital
	}
	return end, k, sh
}

// surnamePrefix tells the surnames with a capital inside.
func surnamePrefix(w string) bool {
	for _, p := range []string{"Mc", "Mac", "De", "Di", "Du", "La", "Le", "Van", "Von", "Fitz", "O"} {
		if len(w) > len(p)+1 && strings.HasPrefix(w, p) && w[len(p)] >= 'A' && w[len(p)] <= 'Z' {
			return true
		}
	}
	return false
}

// compounds looks up words that are joined by a hyphen, such as email-dst; the
// flags go to both ends.
func (g *Gate) compounds(s string, toks []token) {
	for i := 2; i < len(toks); i++ {
		b := &toks[i]
		if b.lead != 0 || toks[i-1].c != '-' || toks[i-1].lead != 0 || b.kind == mark || toks[i-2].kind == mark {
			continue
		}
		a := &toks[i-2]
		if b.end-a.start > maxWord {
			continue
		}
		if f := g.look(s[a.start:b.end]); f != 0 {
			a.f, b.f = f, f
		}
	}
}
