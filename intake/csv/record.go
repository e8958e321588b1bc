package csv

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Bounds of one record. A quoted cell may run over lines, but a quote that
// nobody closes must not swallow the rest of a list.
const (
	maxQuoted = 64 << 10 // bytes of a record whose quotes run over lines
	maxLines  = 100      // of such a record
	maxCells  = 2000     // of one record; the others are not looked at
)

// lineEnd gives where the line that begins b ends, and how many bytes its
// terminator (LF, CRLF, CR) has; ok is false where no terminator is in b.
func lineEnd(b []byte) (end, width int, ok bool) {
	i := bytes.IndexAny(b, "\r\n")
	switch {
	case i < 0:
		return len(b), 0, false
	case b[i] == '\n':
		return i, 1, true
	case i+1 < len(b) && b[i+1] == '\n':
		return i, 2, true
	}
	return i, 1, true
}

// split cuts a record into cells. Open tells that its last cell begins with a
// quote that is not closed.
func split(line string, sep byte) (cells []string, open bool) {
	if sep == 0 {
		return []string{unquoted(strings.TrimSpace(line))}, false
	}
	for len(cells) < maxCells {
		rest := strings.TrimLeft(line, " ")
		if rest != "" && rest[0] == '"' {
			cell, after, closed := quoted(rest[1:])
			if !closed {
				return append(cells, strings.TrimSpace(rest)), true
			}
			// What stands between the quote and the separator belongs to the cell.
			tail, next, more := strings.Cut(after, string(sep))
			cells = append(cells, strings.TrimSpace(cell+tail))
			if !more {
				return cells, false
			}
			line = next
			continue
		}
		cell, next, more := strings.Cut(line, string(sep))
		cells = append(cells, strings.TrimSpace(cell))
		if !more {
			return cells, false
		}
		line = next
	}
	return cells, false
}

// quoted reads a cell behind its opening quote (RFC 4180 section 2: a quote
// inside is written twice).
func quoted(s string) (cell, after string, closed bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(s[:i])
		if s = s[i+1:]; s == "" || s[0] != '"' {
			return b.String(), s, true
		}
		b.WriteByte('"')
		s = s[1:]
	}
}

// unquoted takes the quotes off a value that stands alone on its line.
func unquoted(s string) string {
	for _, q := range [...]string{`"`, `'`} {
		if len(s) > 2 && strings.HasPrefix(s, q) {
			if cut := strings.TrimSuffix(s[1:], q); len(cut) == len(s)-2 && !strings.Contains(cut, q) {
				return strings.TrimSpace(cut)
			}
		}
	}
	return s
}

// decode gives a line as text. Lists that are not UTF-8 come from spreadsheets
// that write Windows-1252.
func decode(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(out)
}

// comment tells lines that are remarks.
func comment(line string, sep byte) bool {
	s := strings.TrimLeft(line, " \t")
	return strings.HasPrefix(s, "#") || strings.HasPrefix(s, "//") || sep != ';' && strings.HasPrefix(s, ";")
}
