package ring

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tocsin/exchange"
	"tocsin/web/frame"
)

// budget is how many bytes of HTML the text of one page takes, so that the page
// stays below 60 KB with everything else on it.
const budget = 22 << 10

// Costs in bytes of HTML, on the safe side.
const (
	spanCost    = 230 // of a value that goes, with what a screen reader hears
	shareCost   = 130
	sectionCost = 250
	maxValue    = 2000 // bytes that are shown of one marked value
)

// The kinds of a piece.
const (
	plain = ""
	cut   = "cut" // removed
)

// piece is a run of text with one verdict.
type piece struct {
	Kind  string // plain, go, cut or held: the class of its mark
	Text  string
	Label string // what others see in its place
	Link  string // to its reason
	Mark  string // the passage or reason; "" for what goes
	ID    string // where it is led to
	Short bool   // not all of the value is shown
}

// section is one text, or the part of it that is on this page.
type section struct {
	Title  string // "" where it is the one before's
	Note   string
	Pieces []piece
	Goes   bool // the text goes on from the page before
}

// cursor is where a page begins: a byte of a text.
type cursor struct{ text, at int }

func (c cursor) String() string { return fmt.Sprintf("%d.%d", c.text, c.at) }

// parseCursor reads a cursor; what is none is the beginning.
func parseCursor(s string) cursor {
	var c cursor
	if n, err := fmt.Sscanf(s, "%d.%d", &c.text, &c.at); err != nil || n != 2 || c.text < 0 || c.at < 0 {
		return cursor{}
	}
	return c
}

// reader cuts texts into pages.
type reader struct {
	text   func(i int) (exchange.MarkedText, string, string, bool) // with its title and note; false after the last
	piece  func(*exchange.MarkedText, exchange.Span) piece
	room   int
	filled bool // something is on the page
}

// page gives one page from a cursor on, and where the next one begins; nil after the last.
func (r *reader) page(from cursor) (out []section, next *cursor) {
	r.room = budget
	for i := from.text; ; i++ {
		t, title, note, ok := r.text(i)
		if !ok {
			return out, nil
		}
		at := 0
		if i == from.text {
			at = settle(&t, from.at)
		}
		if r.filled && r.room < 2*sectionCost {
			return out, &cursor{i, at}
		}
		r.room -= sectionCost + cost(title)
		s := section{Title: title, Note: note, Goes: at > 0}
		stop := r.fill(&s, &t, at)
		out = append(out, s)
		if stop >= 0 {
			return out, &cursor{i, stop}
		}
	}
}

// settle moves a byte to where a page may begin: not inside a character or a span.
func settle(t *exchange.MarkedText, at int) int {
	at = min(at, len(t.Text))
	for at > 0 && at < len(t.Text) && !utf8.RuneStart(t.Text[at]) {
		at--
	}
	for _, sp := range t.Spans {
		if sp.Start < at && at < sp.End {
			return sp.Start
		}
	}
	return at
}

// fill puts a text from a byte on into a section, and gives where it had to stop,
// or -1.
func (r *reader) fill(s *section, t *exchange.MarkedText, at int) int {
	for _, sp := range t.Spans {
		if sp.Start < at {
			continue
		}
		if stop := r.plain(s, t.Text, at, sp.Start); stop >= 0 {
			return stop
		}
		p := r.piece(t, sp)
		p.Text, p.Short = short(p.Text, maxValue)
		c := spanCost + cost(p.Text) + cost(p.Label) + len(p.Link)
		if p.Kind == "go" {
			c = shareCost + cost(p.Text)
		}
		if r.filled && c > r.room {
			return sp.Start
		}
		r.room -= c
		r.filled = true
		s.Pieces = append(s.Pieces, p)
		at = sp.End
	}
	return r.plain(s, t.Text, at, len(t.Text))
}

// plain adds the bytes from..to of a text, as many as there is room for.
func (r *reader) plain(s *section, text string, from, to int) int {
	if from >= to {
		return -1
	}
	end, line := from, from
	for end < to {
		c, size := runeCost(text[end:])
		if c > r.room && r.filled {
			break
		}
		r.room -= c
		r.filled = true
		end += size
		if text[end-1] == '\n' {
			line = end
		}
	}
	if end == to {
		s.Pieces = append(s.Pieces, piece{Text: text[from:to]})
		return -1
	}
	if line > from { // a page ends with a line, where there is one
		end = line
	}
	if end > from {
		s.Pieces = append(s.Pieces, piece{Text: text[from:end]})
	}
	return end
}

// short cuts a value.
func short(s string, most int) (string, bool) {
	if len(s) <= most {
		return s, false
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most], true
}

// cost is how many bytes a text takes in HTML, shown as frame.Visible shows it.
func cost(s string) (n int) {
	for len(s) > 0 {
		c, size := runeCost(s)
		n += c
		s = s[size:]
	}
	return n
}

func runeCost(s string) (cost, size int) {
	switch s[0] {
	case '<', '>', '&', '"', '\'', '+':
		return 5, 1
	}
	if s[0] >= ' ' && s[0] < 0x7f || s[0] == '\n' {
		return 1, 1
	}
	_, size = utf8.DecodeRuneInString(s)
	shown := frame.Visible(s[:size])
	return len(shown) + 4*strings.Count(shown, "+"), size // + is written as &#43;
}

// label turns what the gate writes in a value's place into words: [person-1] is
// "person 1".
func (d *desk) label(v *frame.Visit, with string) string {
	inner, ok := strings.CutPrefix(with, "[")
	if !ok || !strings.HasSuffix(inner, "]") {
		return with
	}
	typ, number, numbered := strings.Cut(strings.TrimSuffix(inner, "]"), "-")
	if typ = d.word(v, "type."+typ, strings.ReplaceAll(typ, "_", " ")); numbered {
		typ += " " + number
	}
	return typ
}

// word gives a word, or something else where there is none.
func (d *desk) word(v *frame.Visit, key, otherwise string) string {
	if w := d.pages.Word(v, key); w != key {
		return w
	}
	return otherwise
}
