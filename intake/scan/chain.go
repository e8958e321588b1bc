package scan

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"tocsin/observable"
)

// chain is one or more labels joined by dots, as they stand in the text and
// refanged. A single word is a chain without dots.
type chain struct {
	start, end int
	text       []byte // refanged; shares the scanner's buffer
	dots       int
	plain      int  // dots that are written plainly, with nothing round them
	fanged     bool // a dot was written so that the name can't be clicked
	loose      bool // a dot had blanks round it, or was the word
	numeric    bool // all labels are digits
}

// chainAt reads the chain at i and says what it is.
func (sc *scanner) chainAt(i int) int {
	c := sc.chain(i)
	if c.end == i {
		return i + 1
	}
	if c.dots == 0 {
		sc.hints.word(sc.s[c.start:c.end], c.start)
	}
	if end, fanged := sc.atSign(c.end); end > c.end {
		if next := sc.mail(c, end, fanged); next > 0 {
			return next
		}
	}
	if c.dots == 0 {
		if next := sc.introduced(c); next > c.end {
			return next
		}
		return sc.single(c)
	}
	return sc.dotted(c)
}

// chain reads labels and the dots between them.
func (sc *scanner) chain(i int) chain {
	c := chain{start: i, end: i, numeric: true}
	sc.buf = sc.buf[:0]
	for at := i; ; {
		from := len(sc.buf)
		end, digits := sc.label(at, c.dots == 3 && c.numeric)
		if len(sc.buf) == from {
			if c.dots > 0 {
				sc.buf = sc.buf[:from-1] // the dot behind the last label
				c.dots--
			}
			break
		}
		c.end = end
		c.numeric = c.numeric && digits
		next, fanged, loose := sc.dot(end)
		if next == end || next >= len(sc.s) || !sc.labelAt(next) || loose && !sc.looseDot(from, next, fanged) {
			break
		}
		c.fanged, c.loose = c.fanged || fanged, c.loose || loose
		if next == end+1 {
			c.plain++
		}
		c.dots++
		sc.buf = append(sc.buf, '.')
		at = next
	}
	c.text = sc.buf
	return c
}

// label appends the label at i to the buffer and gives its end, and whether it
// is all digits. The fourth number of an address ends at a hyphen, behind which
// the end of a range may stand.
func (sc *scanner) label(i int, fourth bool) (end int, digits bool) {
	start, digits := len(sc.buf), true
	end = i
	for i < len(sc.s) {
		c := sc.s[i]
		switch classes[c] {
		case digit:
			if sc.afterSpaceless(start) {
				return end, false
			}
			sc.buf = append(sc.buf, c)
			i++
			end = i
			continue
		case letter:
			digits = false
			if sc.afterSpaceless(start) {
				return end, false
			}
			sc.buf = append(sc.buf, c)
			i++
			end = i
			continue
		case high:
			r, n := utf8.DecodeRuneInString(sc.s[i:])
			if invisible(r) {
				i += n
				continue
			}
			if !isLetter(r) || spaceless(r) && len(sc.buf) > start && sc.buf[len(sc.buf)-1] < 0x80 {
				return end, digits
			}
			digits = false
			sc.buf = append(sc.buf, sc.s[i:i+n]...)
			i += n
			end = i
			continue
		}
		if c == '-' && fourth && digits && len(sc.buf) > start && classes[sc.at(i+1)] == digit {
			return end, digits
		}
		if c == '_' && fourth && digits && len(sc.buf) > start && !isWordByte(sc.at(i+1)) {
			return end, digits
		}
		if c == '-' || c == '_' {
			if c == '-' {
				if next := sc.hyphenated(i, start); next > i {
					i = next
					continue
				}
			}
			digits = false
			sc.buf = append(sc.buf, c)
			i++
			end = i
			continue
		}
		next := sc.nothing(i)
		if next == i || next >= len(sc.s) || !sc.labelAt(next) {
			return end, digits
		}
		i = next
	}
	return end, digits
}

// hyphenated steps over a hyphen and a line break inside a plain word of a name,
// which the page put there, or gives i. The rest must go on as a name.
func (sc *scanner) hyphenated(i, start int) int {
	if c := sc.at(i + 1); c != '\n' && c != '\r' && c != ' ' || len(sc.buf)-start < 2 {
		return i
	}
	for _, b := range sc.buf[start:] {
		if classes[b] != letter || upper(b) {
			return i
		}
	}
	j := sc.wrap(i + 1)
	if j == i+1 {
		return i
	}
	k, dots := j, 0
	for k < len(sc.s) && k < j+64 && (isWordByte(sc.s[k]) || sc.s[k] == '-' || strings.IndexByte(".[]@/", sc.s[k]) >= 0) {
		if sc.s[k] == '.' && isWordByte(sc.at(k+1)) || sc.s[k] == '[' {
			dots++
		}
		k++
	}
	if dots == 0 || classes[sc.s[j]] != letter || upper(sc.s[j]) {
		return i
	}
	return j
}

// afterSpaceless tells whether the label from the buffer's offset start ends in a
// letter of a script without spaces: a name in Latin letters then starts anew,
// and what stood before was a word beside it.
func (sc *scanner) afterSpaceless(start int) bool {
	if len(sc.buf) == start || sc.buf[len(sc.buf)-1] < 0x80 {
		return false
	}
	r, _ := utf8.DecodeLastRune(sc.buf[start:])
	return spaceless(r)
}

// labelAt tells whether a label can go on or start at i.
func (sc *scanner) labelAt(i int) bool {
	c := sc.at(i)
	switch classes[c] {
	case letter, digit:
		return true
	case high:
		r, _ := utf8.DecodeRuneInString(sc.s[i:])
		return isLetter(r) || invisible(r)
	}
	return c == '-' || c == '_'
}

// looseDot decides whether " . " or " dot " joins the label from the buffer's
// offset from and the one at next: only in front of a suffix that exists, or of
// a further loose dot.
func (sc *scanner) looseDot(from, next int, word bool) bool {
	end := next
	for end < len(sc.s) && end < next+63 && (isWordByte(sc.s[end]) || sc.s[end] == '-') {
		end++
	}
	label := sc.s[next:end]
	if isDigits(label) && isDigits(string(sc.buf[from:])) {
		return !word || len(label) <= 3
	}
	if more, _, _ := sc.dot(end); more > end && sc.labelAt(more) {
		return true
	}
	return len(label) >= 2 && !isDigits(label) && (len(label) > 2 || !commonWords[label]) && sc.known("a."+lowered(label)) && len(sc.buf)-from > 2
}

// single says what a word without dots is.
func (sc *scanner) single(c chain) int {
	w := string(c.text)
	n := len(w)
	switch {
	case n < 4:
		return sc.shortWord(c, w)
	case n > 140:
		return c.end
	}
	if hexDigits(w) {
		return sc.hex(c, w)
	}
	return sc.code(c, w)
}

// dotted says what labels joined by dots are.
func (sc *scanner) dotted(c chain) int {
	switch {
	case c.numeric:
		return sc.quad(c)
	case c.dots <= 2 && c.text[0]|0x20 >= 'a' && sc.technique(c):
		return c.end
	}
	return sc.host(c)
}

// introduced reads what a word announces: the name of a mutex, a product
// identifier, whose parts are nothing by themselves.
func (sc *scanner) introduced(c chain) int {
	switch {
	case len(c.text) == 3 && sc.at(c.end) == ':' && strings.EqualFold(string(c.text), "cpe"):
		i := c.end
		for i < len(sc.s) && classes[sc.s[i]] != space && sc.s[i] != '"' && sc.s[i] != '\'' && sc.s[i] != '<' && sc.s[i] != ',' {
			i++
		}
		return i
	case len(c.text) >= 6 && len(c.text) <= 9 && isASNHead(string(c.text)):
		return sc.asn(c, "ASN")
	case len(c.text) >= 5 && len(c.text) <= 12 && c.text[0]|0x20 == 'm' && sc.hints.last[hintMutex] == c.start+1:
		return sc.named(c.end)
	}
	return c.end
}

// technique takes T1059.001 and the tag attack.t1059.001.
func (sc *scanner) technique(c chain) bool {
	w := string(c.text)
	if len(w) > 16 || !(w[0] == 'T' || w[0] == 't' || bytes.HasPrefix(bytes.ToLower(c.text), []byte("attack."))) {
		return false
	}
	t, ok := canonical(observable.Attack, w)
	if !ok || !plausible(t.Value) || isWordByte(sc.at(c.end)) {
		return false
	}
	sc.add(t, c.start, c.end, false)
	return true
}

// plausible tells numbers that ATT&CK has given out or soon may.
func plausible(id string) bool {
	if id[1] == 'A' {
		return id[2] == '0'
	}
	return id[1] == '0' && id >= "T0800" || id[1] == '1'
}

func lowered(s string) string { return string(bytes.ToLower([]byte(s))) }
