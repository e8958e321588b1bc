package frame

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tocsin/exchange"
	"tocsin/fault"
)

// What the pages about entries of the log, and about what came with them, have in common.

// Entry reads the number of an entry in the page's address, {index}, with or without
// what it is: 17 or report-17.
func (v *Visit) Entry() (int64, error) {
	text := v.R.PathValue("index")
	for _, what := range []string{"report-", "decision-", "recall-"} {
		text = strings.TrimPrefix(text, what)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.NotFound, "a report and its receipt have a number, such as report-17")
	}
	return n, nil
}

// OneLine gives what somebody else wrote on one line: visible, harmless, and without
// its middle when it has more than most characters.
func OneLine(s string, most int) string {
	words := strings.Fields(s)
	for i, w := range words { // a dot within other words is no host's
		if len(words) == 1 || strings.Contains(w, "://") {
			words[i] = Defang(w)
		}
	}
	r := []rune(Visible(strings.Join(words, " ")))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most*2/3]) + " … " + string(r[len(r)-most/4:])
}

// maxPutBack bounds what is put back into a field, in bytes: it may be six times as
// long in HTML, and a page has 36 kB for what it shows.
const maxPutBack = 2 << 10

// PutBack gives the beginning of what was typed, for its field, and how many
// characters it leaves out.
func PutBack(s string) (shown string, cut int) {
	if len(s) <= maxPutBack {
		return s, 0
	}
	end := maxPutBack
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], utf8.RuneCountInString(s[end:])
}

// Unbroken tells a text with a word that is wider than a phone.
func Unbroken(s string) bool {
	return slices.ContainsFunc(strings.Fields(s), func(w string) bool { return len(w) > 28 })
}

// WordOr gives the word of a group for a name that others gave; what has none is the
// group's "other".
func (p *Pages) WordOr(v *Visit, group, name string) string {
	if w := p.Word(v, group+name); w != group+name {
		return w
	}
	return p.Word(v, group+"other")
}

// Counted is a count in words, as in "2 domains".
type Counted struct {
	Kind string // of what it counts; "" for several without a word of their own
	Text string
	Link string // to what it counts, where a page sets it
}

// Number gives KEY.one or KEY.other with its {n}.
func (p *Pages) Number(v *Visit, key string, n int) string {
	return p.Word(v, key+map[bool]string{true: ".one", false: ".other"}[n == 1], "n", n)
}

// Counted gives counts in the words of a group; those without a word stand together
// under the group's "else".
func (p *Pages) Counted(v *Visit, group string, counts []exchange.Count) (out []Counted) {
	others := 0
	for _, c := range counts {
		if text := p.Number(v, group+c.Kind, c.N); strings.HasPrefix(text, group) {
			others += c.N
		} else {
			out = append(out, Counted{Kind: c.Kind, Text: text})
		}
	}
	if others > 0 {
		out = append(out, Counted{Text: p.Number(v, group+"else", others)})
	}
	return out
}

// Happened is a line of what became of an entry.
type Happened struct {
	exchange.Happening
	Word, Link string
}

// Past gives what became of an entry in words; another entry leads to its page.
func (p *Pages) Past(v *Visit, history []exchange.Happening, own int64) (out []Happened) {
	for _, h := range history {
		e := Happened{Happening: h, Word: p.Word(v, "did.accepted")}
		if h.Kind != "accepted" {
			e.Word = p.Number(v, "did."+h.Kind, h.N)
		}
		if h.Index != own {
			e.Link = fmt.Sprintf("/report/%d", h.Index)
		}
		out = append(out, e)
	}
	return out
}
