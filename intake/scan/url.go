package scan

import (
	"strings"
	"unicode/utf8"

	"tocsin/observable"
)

// scheme reads a URL that starts at i with a scheme, and gives i when there is none.
func (sc *scanner) scheme(i int) int {
	if classes[sc.s[i]] != letter || sc.wordBefore(i) {
		return i
	}
	j := i
	for j < len(sc.s) && j < i+12 {
		c := sc.s[j]
		if !isWordByte(c) && c != '*' && c != '+' && c != '#' && !(c == '-' && j > i) {
			break
		}
		j++
	}
	j = sc.schemeBracket(i, j)
	from, fanged := sc.slashes(j)
	if from == j || j-i < 2 {
		return i
	}
	name := lowered(sc.s[i:j])
	fanged = fanged || name[0] == 'h' && name != "http" && name != "https" || strings.HasPrefix(name, "meow") || strings.HasPrefix(name, "fxp") || strings.IndexByte(name, '*') >= 0
	sc.buf = append(sc.buf[:0], strings.Map(schemeByte, name)...)
	sc.buf = append(sc.buf, "://"...)
	end, more := sc.authority(from)
	if end == from {
		return from
	}
	end = sc.tail(end, i)
	return sc.url(i, end, fanged || more)
}

// schemeBracket takes letters in brackets, such as h[xx]p and http[s].
func (sc *scanner) schemeBracket(i, j int) int {
	if (sc.at(j) == '[' || sc.at(j) == '(') && j-i >= 1 && j-i <= 4 {
		for k := j + 1; k < len(sc.s) && k < j+4; k++ {
			if sc.s[k] == ']' || sc.s[k] == ')' {
				for k++; k < len(sc.s) && classes[sc.s[k]] == letter && k < j+8; k++ {
				}
				if end, _ := sc.slashes(k); end > k && (sc.s[i]|0x20) == 'h' {
					return k
				}
				return j
			}
			if classes[sc.s[k]] != letter {
				return j
			}
		}
	}
	return j
}

func schemeByte(r rune) rune {
	switch r {
	case '[', ']', '(', ')':
		return -1
	}
	return r
}

// slashes reads :// in any of its spellings.
func (sc *scanner) slashes(i int) (end int, fanged bool) {
	j := i
	if sc.at(j) == '\\' && (sc.at(j+1) == '[' || sc.at(j+1) == '(' || sc.at(j+1) == ':') {
		j++ // brackets and colons that Markdown or a pattern escapes
	}
	switch sc.at(j) {
	case ':':
		j++
		if sc.at(j) == ' ' && sc.at(j+1) == '/' && sc.at(j+2) == '/' {
			return j + 3, true
		}
	case '[', '(', '{', '<':
		sign, end, _ := sc.bracketed(j)
		switch sign {
		case ';':
			return end, true
		case ':':
			j, fanged = end, true
		default:
			return i, false
		}
	case '_':
		if strings.HasPrefix(sc.s[j:], "__") { // hxxp__host
			return i, false
		}
	case '&':
		if !strings.HasPrefix(sc.s[j:], "&#58;") {
			return i, false
		}
		j, fanged = j+5, true
	case '%':
		return i, false
	default:
		if strings.HasPrefix(sc.s[j:min(len(sc.s), j+3)], "：") {
			j, fanged = j+3, true
		} else {
			return i, false
		}
	}
	n := 0
	for n < 4 && j < len(sc.s) {
		switch {
		case sc.s[j] == '/':
			j++
			n++
			continue
		case sc.s[j] == '\\' && sc.at(j+1) == '/':
			j += 2
			n++
			continue
		case sc.s[j] == '\\' && n == 0 && sc.at(j+1) == '\\' && sc.at(j+2) != '/':
			return i, false
		case sc.s[j] == '\\' && sc.at(j+1) == '\\' && sc.at(j+2) == '/':
			j += 3
			n++
			continue
		case sc.s[j] == '[' || sc.s[j] == '(':
			if sign, end, _ := sc.bracketed(j); sign == '/' || sign == '&' {
				j, fanged = end, true
				n++
				if sign == '&' {
					n++
				}
				continue
			}
		}
		break
	}
	if n < 2 {
		return i, false
	}
	return j, fanged
}

// authority appends the part between :// and the path. Its dots may be written
// in every way.
func (sc *scanner) authority(i int) (end int, fanged bool) {
	start := i
	for i < len(sc.s) && i < start+512 {
		i = sc.nothing(i)
		if i >= len(sc.s) {
			break
		}
		c := sc.s[i]
		switch {
		case isWordByte(c), c == '-', c == '_', c == '@', c == '%', c == '~', c == '$', c == '*':
			sc.buf = append(sc.buf, c)
			i++
			end = i
			continue
		case (c == '.' || c == ':') && sc.at(i+1) == '/' && i > start && !sc.inBrackets():
			return i + 1, fanged // the root's dot (RFC 1034 section 3.1), or a port that is empty
		case c == ':':
			if sc.inBrackets() {
				sc.buf = append(sc.buf, c)
				i++
				continue
			}
			if sc.buf[len(sc.buf)-1] == ':' || classes[sc.at(i+1)] != digit && sc.at(i+1) != ':' && !sc.credentials(i) {
				return end, fanged
			}
			sc.buf = append(sc.buf, c)
			i++
			continue
		case c == '[' && i == start && (isHexByte(sc.at(i+1)) || sc.at(i+1) == ':'), c == ']' && sc.inBrackets():
			sc.buf = append(sc.buf, c)
			i++
			end = i
			continue
		case c >= 0x80:
			r, n := utf8.DecodeRuneInString(sc.s[i:])
			if isLetter(r) {
				sc.buf = append(sc.buf, sc.s[i:i+n]...)
				i += n
				end = i
				continue
			}
		case c == '[' || c == '(' || c == '{' || c == '<':
			switch sign, next, _ := sc.bracketed(i); sign {
			case ':', '@', '-', '_':
				sc.buf = append(sc.buf, sign)
				i, fanged = next, true
				continue
			case 'w':
				sc.buf = append(sc.buf, "www"...)
				i, fanged = next, true
				continue
			case '/':
				return i, true
			}
		}
		next, f, loose := sc.dot(i)
		if next == i || !sc.labelAt(next) && !f || loose && !f {
			break
		}
		sc.buf = append(sc.buf, '.')
		i, fanged = next, fanged || f
	}
	if end == 0 {
		end = start
	}
	return end, fanged
}

// inBrackets tells whether the value so far has an open bracket of an IPv6 address.
func (sc *scanner) inBrackets() bool {
	i := len(sc.buf) - 1
	for n := 0; i >= 0 && n < 48; n++ {
		if sc.buf[i] == '[' {
			return true
		}
		if sc.buf[i] == ']' || sc.buf[i] == '/' {
			return false
		}
		i--
	}
	return false
}

// credentials tells whether a colon starts a password that an at sign ends.
func (sc *scanner) credentials(i int) bool {
	for j := i + 1; j < len(sc.s) && j < i+64; j++ {
		switch c := sc.s[j]; {
		case c == '@':
			return true
		case classes[c] == space || c == '/' || c == '"' || c == '<':
			return false
		}
	}
	return false
}

// bareURL reads a URL without a scheme: the chain c is its host, and what
// follows the host starts at i.
func (sc *scanner) bareURL(c chain, i int) int {
	sc.buf = append(sc.buf[:0], strings.Trim(string(c.text), "-_")...)
	sc.buf = append([]byte("http://"), sc.buf...)
	if i > c.end {
		port := strings.TrimLeft(sc.s[c.end:i], ":[](){}")
		sc.buf = append(append(sc.buf, ':'), port...)
	}
	return sc.url(c.start, sc.tail(i, c.start), c.fanged)
}

// url keeps the URL in the buffer when its host is one.
func (sc *scanner) url(start, end int, fanged bool) int {
	raw := string(sc.buf)
	if len(raw) > observable.MaxValue {
		return end
	}
	t, ok := canonical(observable.URL, raw)
	if !ok {
		return end
	}
	h, ok := observable.URLHost(t.Value)
	switch {
	case !ok, h.Kind == observable.Domain && !sc.known(h.Value), h.Kind != observable.Domain && nothingAddress(h.Value):
		return end
	}
	f := sc.add(t, start, end, fanged)
	sc.judgeURL(f, h)
	return end
}
