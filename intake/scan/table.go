package scan

import (
	"strings"
	"unicode"
)

// table is what is known about the columns of the lines around.
type table struct {
	plainUntil int // no base64 before this offset
	delim      byte
	column     int // of numbers of autonomous systems, or -1
}

// startLine begins a line at i. A line before it that is a heading says what
// the lines below it are.
func (sc *scanner) startLine(i int) {
	if i > 0 && sc.isHeading(sc.hints.line, i-1) {
		sc.hints.heading = sc.hints.newest()
	}
	sc.hints.line, sc.hints.sentence = i, i
	sc.header(i)
}

// isHeading tells whether the line from start to end introduces what follows: it
// ends in a colon, is marked as a heading, or is a few words without a find.
func (sc *scanner) isHeading(start, end int) bool {
	if end-start > 120 || len(sc.found) > 0 && sc.found[len(sc.found)-1].Start >= start {
		return false
	}
	l := strings.Trim(sc.s[start:end], " \t\r*_`")
	if strings.IndexFunc(l, unicode.IsLetter) < 0 {
		return false
	}
	last := l[len(l)-1]
	return last == ':' || l[0] == '#' || l[0] == '=' || last != '.' && last != ',' && strings.Count(l, " ") < 5 && len(l) > 2
}

// header looks whether the line at i is the head of a table with a column asn.
// Only lines that begin with a word and have a separator early can be one.
func (sc *scanner) header(i int) {
	if i == 0 {
		sc.table.column = -1
	}
	end := min(len(sc.s), i+400)
	delim, column, start := byte(0), 0, i
	if i < len(sc.s) && (sc.s[i] == '\n' || sc.s[i] == '\r') {
		sc.table.column = -1
		return
	}
	for j := i; ; j++ {
		atEnd := j >= end || sc.s[j] == '\n'
		if !atEnd && strings.IndexByte(",;\t|", sc.s[j]) < 0 {
			if classes[sc.s[j]] == digit && delim == 0 {
				return
			}
			continue
		}
		if cell := strings.Trim(sc.s[start:j], " \"'`*\r"); len(cell) <= 12 && isASNHead(cell) && (delim != 0 || !atEnd) {
			if delim == 0 {
				delim = sc.s[j]
			}
			sc.table.delim, sc.table.column = delim, column
			return
		}
		if atEnd {
			return
		}
		if delim == 0 {
			delim = sc.s[j]
		}
		if sc.s[j] == delim {
			column++
			start = j + 1
		}
	}
}

func isASNHead(cell string) bool {
	switch lowered(cell) {
	case "asn", "as number", "src_asn", "as_number", "as no", "asnumber":
		return true
	}
	return false
}

// isASN tells whether the number c stands in the column of AS numbers.
func (t *table) isASN(sc *scanner, c chain) bool {
	if t.column < 0 || c.end-c.start > 10 {
		return false
	}
	prev, next := sc.before(sc.skipBack(c.start)), sc.at(c.end)
	if t.delim != '\t' {
		next = sc.at(sc.blanks(c.end, 8))
	}
	if prev != t.delim && t.column > 0 || next != t.delim && classes[next] != space && next != '"' {
		return false
	}
	line := sc.s[max(sc.hints.line, c.start-2000):c.start]
	n, quoted := 0, false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == t.delim && !quoted:
			n++
		}
	}
	return n == t.column
}

// skipBack goes back over blanks and quotes.
func (sc *scanner) skipBack(i int) int {
	for low := i - 8; i > 0 && i > low && strings.IndexByte(" \"'`", sc.s[i-1]) >= 0; {
		i--
	}
	return i
}
