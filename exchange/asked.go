package exchange

import (
	"strconv"
	"strings"
	"unicode"

	"tocsin/ledger/receipt"
	"tocsin/observable"
	"tocsin/stix"
)

// AskedKind says as what a text was read.
type AskedKind string

// What a person may type into the one box.
const (
	AskedNothing AskedKind = ""
	AskedValue   AskedKind = "value"   // Thing
	AskedID      AskedKind = "id"      // ID, of a STIX object
	AskedReport  AskedKind = "report"  // Index
	AskedReceipt AskedKind = "receipt" // Index: a number, or a receipt's text
	AskedList    AskedKind = "list"    // Values
	AskedWords   AskedKind = "words"   // Text
)

// Asked is what a person meant by what was typed into the one box.
type Asked struct {
	Kind   AskedKind
	Text   string // as it was typed, without spaces around it
	Thing  observable.Thing
	ID     string
	Index  int64
	Values []string // as they were written; LookMany takes 1,000
}

// ReadQuery tells what was meant. It always has an answer: what is nothing else is
// words to look for.
func ReadQuery(text string) Asked {
	a := Asked{Kind: AskedWords, Text: strings.TrimFunc(strings.ToValidUTF8(text, "\uFFFD"), unicode.IsSpace)}
	if a.Text == "" {
		return Asked{}
	}
	if index, ok := receiptIndex(a.Text); ok {
		a.Kind, a.Index = AskedReceipt, index
		return a
	}
	if strings.ContainsAny(a.Text, "\n\r,;") || strings.ContainsFunc(a.Text, unicode.IsSpace) {
		if a.Values = listed(a.Text); len(a.Values) > 1 {
			a.Kind = AskedList
			return a
		}
		a.Values = nil
	}
	if _, ok := stix.CheckID(a.Text); ok {
		a.Kind, a.ID = AskedID, a.Text
		return a
	}
	if n, ok := strings.CutPrefix(strings.ToLower(a.Text), "report-"); ok {
		if index, ok := number(n, false); ok {
			a.Kind, a.Index = AskedReport, index
			return a
		}
	}
	if index, ok := number(a.Text, true); ok {
		a.Kind, a.Index = AskedReceipt, index
		return a
	}
	if strings.HasPrefix(a.Text, `"`) { // who puts it in quotes wants the text
		return a
	}
	t, ok := observable.Guess(a.Text)
	if spaced := strings.ContainsFunc(a.Text, unicode.IsSpace); ok && (!spaced || t.Kind == observable.FilePath || t.Kind == observable.Registry || t.Kind == observable.Mutex) {
		a.Kind, a.Thing = AskedValue, t
	}
	return a
}

// number reads the number of an entry, as receipts and pages write it: 48213 or 48,213.
func number(s string, commas bool) (int64, bool) {
	if digits := strings.Split(s, ","); commas && len(digits) > 1 {
		for i, d := range digits {
			if i > 0 && len(d) != 3 || i == 0 && (len(d) < 1 || len(d) > 3) {
				return 0, false
			}
		}
		s = strings.Join(digits, "")
	}
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// receiptBegins is how a receipt's text begins (C2SP tlog-proof).
const receiptBegins = "c2sp.org/tlog-proof@"

// receiptIndex reads the number out of a receipt's text, of its first part.
func receiptIndex(text string) (int64, bool) {
	if !strings.HasPrefix(text, receiptBegins) {
		return 0, false
	}
	text = strings.ReplaceAll(text, "\r\n", "\n") + "\n"
	parts, err := receipt.Split([]byte(text))
	if err != nil || len(parts) == 0 {
		return 0, false
	}
	p, err := receipt.ParseProof(parts[0])
	return p.Index, err == nil
}

// sampled is by how many of its first lines a text is told from a list.
const sampled = 50

// listed gives the values of a pasted list; none when most of it are no values by
// their shape. On one line commas and semicolons part them, mere spaces, in which
// words stand too, only when all are values. On several lines a note may stand
// behind a value, and what begins with # is a comment.
func listed(text string) (out []string) {
	if _, ok := number(text, true); ok {
		return nil
	}
	if !strings.ContainsAny(text, "\n\r") {
		if out = pieces(text); len(out) < 2 || 2*values(out[:min(len(out), sampled)]) <= min(len(out), sampled) {
			return nil
		}
		return out
	}
	lines, read := 0, 0
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		lines++
		if of := noted(line); len(of) > 0 {
			read++
			out = append(out, of...)
		} else {
			out = append(out, line)
		}
		if lines == sampled && 2*read <= lines {
			return nil
		}
	}
	if len(out) < 2 || 2*read <= lines {
		return nil
	}
	return out
}

// pieces parts a line at commas and semicolons, and what is nothing but values at
// its spaces.
func pieces(line string) (out []string) {
	for v := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' }) {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		if words := strings.Fields(v); len(words) > 1 && values(words) == len(words) {
			out = append(out, words...)
		} else {
			out = append(out, v)
		}
	}
	return out
}

// noted gives the values of a line that may have a note: the pieces that are values,
// or the value at its beginning.
func noted(line string) (out []string) {
	for _, v := range pieces(line) {
		if _, ok := observable.Guess(v); ok {
			out = append(out, v)
		}
	}
	if len(out) > 0 {
		return out
	}
	first := strings.Fields(line)[0]
	if _, ok := observable.Guess(first); ok {
		return []string{first}
	}
	return nil
}

// values counts those that are values by their shape.
func values(of []string) (n int) {
	for _, v := range of {
		if _, ok := observable.Guess(v); ok {
			n++
		}
	}
	return n
}
