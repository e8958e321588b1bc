package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/fault"
)

// Term is a word or a phrase that an object must hold.
type Term struct {
	Text  string // folded
	Words []Word // all that the text is found by
}

// MaxTerms is how many words and phrases one search takes.
const MaxTerms = 16

// Terms reads what somebody looks for: words, and phrases in quotes. What is joined
// without a space, such as a URL, is a phrase too. fault.Invalid when there is
// nothing to look for or too much.
func (l Lexicon) Terms(text string) ([]Term, error) {
	var out []Term
	for _, part := range parts(text) {
		t := Term{Text: strings.Join(strings.Fields(Fold(part)), " ")}
		split(t.Text, func(w string, whole bool) {
			if word := l.word(plainWord, w); whole && !slices.Contains(t.Words, word) {
				t.Words = append(t.Words, word)
			}
		})
		t.Text = strings.TrimFunc(t.Text, func(r rune) bool { return classOf(r) == apart || classOf(r) == joining })
		if len(t.Words) > 0 {
			out = append(out, t)
		}
	}
	switch {
	case len(out) == 0:
		return nil, fault.New(fault.Invalid, "type a word, a value or an identifier to look for")
	case len(out) > MaxTerms:
		return nil, fault.New(fault.Invalid, "look for %d words or phrases at most; these are %d", MaxTerms, len(out))
	}
	return out, nil
}

// parts cuts a text at spaces, and keeps what stands in quotes together. A quote
// that is never closed is none.
func parts(text string) (out []string) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if r, n := utf8.DecodeRuneInString(text); r == '"' || r == '“' || r == '„' {
			if end := strings.IndexAny(text[n:], `"”“`); end >= 0 {
				_, m := utf8.DecodeRuneInString(text[n+end:])
				out = append(out, text[n:n+end])
				text = text[n+end+m:]
				continue
			}
			text = text[n:]
			continue
		}
		end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '“' || r == '„' })
		if end < 0 {
			return append(out, text)
		}
		out = append(out, text[:end])
		text = text[end:]
	}
	return out
}

// Matches tells whether an object really holds all terms, each within one of its texts.
func Matches(terms []Term, raw []byte) bool {
	missing := slices.Clone(terms)
	leaves(raw, func(folded string) bool {
		folded = strings.Join(strings.Fields(folded), " ")
		missing = slices.DeleteFunc(missing, func(t Term) bool { return holds(folded, t.Text) })
		return len(missing) > 0
	}, func(string) {})
	return len(missing) == 0
}

// holds tells whether a text holds another one that doesn't begin or end inside a word.
func holds(text, part string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		first, n := utf8.DecodeRuneInString(part)
		last, _ := utf8.DecodeLastRuneInString(part)
		after, _ := utf8.DecodeRuneInString(text[i+len(part):])
		if (i == 0 || !inside(before, first)) && (i+len(part) == len(text) || !inside(last, after)) {
			return true
		}
		from = i + n
	}
}

// inside tells whether no word ends between two characters.
func inside(a, b rune) bool { return classOf(a) == letter && classOf(b) == letter }
