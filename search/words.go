package search

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"tocsin/observable"
	"tocsin/stix"
)

// Word is a word as the index knows it: 40 bits of a keyed hash. Two of a million
// words meet with one other there; who shows results holds them to the text.
type Word uint64

const wordBits = 40

// maxWord is the longest word that is kept whole; a longer one is kept in its parts.
const maxWord = 256

// Fold gives the form in which texts and words are compared: what was defanged is
// as it was (observable.Refang), compatible forms are one (Unicode NFKC), case
// doesn't count.
func Fold(s string) string {
	ascii, upper, fanged := true, false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			ascii = false
		case c >= 'A' && c <= 'Z':
			upper = true
		case c == '[' || c == '(' || c == '{' || c == '<' || c == '&' || c == '\\':
			fanged = true
		}
	}
	if !ascii || fanged {
		s = observable.Refang(s)
	}
	if !ascii {
		s = cases.Fold().String(norm.NFKC.String(s))
	} else if upper {
		s = strings.ToLower(s)
	}
	if strings.Contains(s, "hxxp") {
		s = strings.ReplaceAll(s, "hxxp", "http")
	}
	return s
}

// A class is what a character is to words.
type class uint8

const (
	apart   class = iota
	letter        // letters, digits, marks
	joining       // stands inside names: . - _ @ +
	dense         // of a script without spaces between words
)

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return letter
		case r == '.', r == '-', r == '_', r == '@', r == '+':
			return joining
		}
		return apart
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return dense
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
		return letter
	}
	return apart
}

// split calls emit for the words of a folded text. whole says that the word
// stands in the text as it is; the others are parts of such a word, under which it
// is found too.
func split(s string, emit func(word string, whole bool)) {
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		switch classOf(r) {
		case letter:
			end, joined := runEnd(s, i)
			if joined {
				name(strings.TrimRight(s[i:end], ".-_@+"), emit)
			} else if end-i <= maxWord {
				emit(s[i:end], true)
			}
			i = end
		case dense:
			end := denseEnd(s, i)
			pairs(s[i:end], emit)
			i = end
		default:
			i += n
		}
	}
}

// runEnd gives where a run of word characters ends, and whether some join others.
// It is passed by every byte that is filed, so it looks at ASCII itself.
func runEnd(s string, i int) (end int, joined bool) {
	for i < len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
			i++
		case c == '.', c == '-', c == '_', c == '@', c == '+':
			joined = true
			i++
		case c < utf8.RuneSelf:
			return i, joined
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if classOf(r) != letter {
				return i, joined
			}
			i += n
		}
	}
	return i, joined
}

// denseEnd gives where a run of dense characters ends.
func denseEnd(s string, i int) int {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if classOf(r) != dense {
			break
		}
		i += n
	}
	return i
}

// name gives a word, and the parts of one that is a domain, a mailbox, a file's name.
func name(w string, emit func(word string, whole bool)) {
	joined, letters := false, false
	for i := range len(w) {
		c := classOf(rune(w[i]))
		joined = joined || c == joining
		letters = letters || c != joining && (w[i] < '0' || w[i] > '9')
	}
	short := len(w) <= maxWord
	if short {
		emit(w, true)
	}
	if !joined || !letters && short { // the parts of an address or a date are no words
		return
	}
	for rest := w; ; { // what follows each dot or at sign: the domains above, the mailbox's host
		i := strings.IndexAny(rest, ".@")
		label := rest
		if i >= 0 {
			label = rest[:i]
		}
		pieces(label, !short, emit)
		if i < 0 {
			return
		}
		if rest = rest[i+1:]; len(rest) <= maxWord && strings.Contains(rest, ".") {
			emit(rest, false)
		}
	}
}

// pieces gives a label and what - _ and + join in it.
func pieces(label string, whole bool, emit func(word string, whole bool)) {
	if label != "" && len(label) <= maxWord {
		emit(label, whole)
	}
	if !strings.ContainsAny(label, "-_+") {
		return
	}
	for p := range strings.FieldsFuncSeq(label, func(r rune) bool { return r == '-' || r == '_' || r == '+' }) {
		if len(p) <= maxWord {
			emit(p, false)
		}
	}
}

// pairs gives the characters of a text without spaces, and each two neighbours.
// Who looks for several characters looks for the pairs.
func pairs(s string, emit func(word string, whole bool)) {
	before := -1
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		emit(s[i:end], end-i == len(s))
		if before >= 0 {
			emit(s[before:end], true)
		}
		before = i
	}
}

// A Lexicon turns texts into words of the index of one log.
type Lexicon struct{ key key }

func (l Lexicon) word(kind byte, s string) Word {
	k := l.key
	k.k0 ^= uint64(kind) // words, types and references can't meet
	return Word(k.sum(s) >> (64 - wordBits))
}

// The kinds of words.
const (
	plainWord = 'w'
	typeWord  = 't'
	refWord   = 'r'
)

// Type is under which all objects of a type are found.
func (l Lexicon) Type(typ string) Word { return l.word(typeWord, typ) }

// Ref is under which all objects that refer to an identifier are found.
func (l Lexicon) Ref(id string) Word { return l.word(refWord, id) }

// Object appends the words of an object: those of every text that it holds, its
// type, and each identifier in a property that ends with _ref or _refs. As they
// come: some may be there several times.
func (l Lexicon) Object(into []Word, raw []byte, typ string) []Word {
	into = append(into, l.Type(typ))
	emit := func(w string, _ bool) { into = append(into, l.word(plainWord, w)) }
	leaves(raw, func(text string) bool { split(text, emit); return true }, func(id string) { into = append(into, l.Ref(id)) })
	return into
}

// errEnough ends a walk.
var errEnough = errors.New("enough")

// leaves calls text for each text of an object that is looked for by its words,
// folded, until it returns false, and ref for each identifier that it refers to.
func leaves(raw []byte, text func(folded string) bool, ref func(id string)) {
	// It was parsed when it came in; a defect in it would only end the walk.
	_ = stix.Walk(raw, func(f stix.Field) error {
		if f.IsKey || f.Kind == stix.Bool {
			return nil
		}
		more := true
		switch last := f.Path.Last(); {
		case strings.HasSuffix(last, "_ref"), strings.HasSuffix(last, "_refs"):
			ref(f.Value)
		case silent(last, len(f.Path)) || timestamp(f.Value):
		case last == "pattern" && (strings.HasPrefix(f.Value, "[") || strings.HasPrefix(f.Value, "(")):
			more = literals(f.Value, text)
		default:
			more = text(Fold(f.Value))
		}
		if !more {
			return errEnough
		}
		return nil
	})
}

// silent tells whether a property says nothing that is looked for by its words.
func silent(property string, depth int) bool {
	switch property {
	case "id", "type", "spec_version", "pattern_type", "pattern_version":
		return depth == 1
	}
	return false
}

// timestamp tells whether a value has the shape of one (STIX 2.1 section 3.2).
func timestamp(s string) bool {
	return len(s) >= 20 && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' && s[len(s)-1] == 'Z'
}

// literals gives the values that a STIX pattern compares with (STIX 2.1 section 9.2).
func literals(pattern string, text func(folded string) bool) bool {
	for {
		_, rest, ok := strings.Cut(pattern, "'")
		if !ok {
			return true
		}
		end, escaped := 0, false
		for ; end < len(rest) && rest[end] != '\''; end++ {
			if rest[end] == '\\' {
				escaped = true
				end++
			}
		}
		end = min(end, len(rest))
		value := rest[:end]
		if escaped {
			value = strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(value)
		}
		if !text(Fold(value)) {
			return false
		}
		pattern = rest[min(end+1, len(rest)):]
	}
}
