package scan

import (
	"strings"
	"unicode/utf8"

	"tocsin/observable"
)

// tail appends path, query and fragment of a URL that starts at i, and gives
// where they end. Punctuation behind a URL never belongs to it, a balanced
// bracket does. start is where the URL begins.
func (sc *scanner) tail(i, start int) int {
	host := len(sc.buf)
	end := i
	if c := sc.at(i); c != '/' && c != '?' && c != '#' && c != '\\' && c != '[' && c != '<' && c != '(' {
		return i
	}
	var ends []int // where in the text each byte of the tail ends
	for i < len(sc.s) {
		j, b, ok := sc.tailByte(i, start, host)
		if !ok {
			k := sc.wrapped(i, start, host)
			if k == i {
				break
			}
			i = k
			continue
		}
		sc.buf = append(sc.buf, b...)
		for range len(b) {
			ends = append(ends, j)
		}
		i = j
	}
	n := sc.trim(host, start)
	sc.buf = sc.buf[:host+n]
	if n > 0 {
		end = ends[n-1]
	}
	return end
}

// tailByte reads one character of a tail: what it stands for, and where it ends.
func (sc *scanner) tailByte(i, start, host int) (next int, b string, ok bool) {
	c := sc.s[i]
	if k := sc.nothing(i); k > i {
		return k, "", k < len(sc.s)
	}
	switch {
	case isWordByte(c):
		return i + 1, sc.s[i : i+1], true
	case classes[c] == space, strings.IndexByte("\"'`<>|^", c) >= 0:
		if c == '<' {
			if sign, end, _ := sc.bracketed(i); sign == '.' {
				return end, ".", true
			}
		}
		return i, "", false
	case c >= 0x80:
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		if !isLetter(r) || spaceless(r) && !sc.spacelessPath(host) {
			return i, "", false
		}
		return i + n, sc.s[i : i+n], true
	case c == ']' && sc.at(i+1) == '(':
		return i, "", false // [text](target) in Markdown, whose text is a link itself
	case c == '\\':
		return sc.escaped(i)
	case c == '[' || c == '(' || c == '{':
		switch sign, end, bare := sc.bracketed(i); {
		case bare:
		case sign == '.' || sign == '/' || sign == ':' || sign == '@' || sign == '-' || sign == '_':
			return end, string(sign), true
		case sign == ';':
			return end, "://", true
		}
		if c == '[' && !sc.indexed(i) {
			return i, "", false // a link macro: https://host/path[text]
		}
	case c == '&':
		for _, e := range entities {
			if strings.HasPrefix(sc.s[i:min(len(sc.s), i+8)], e.name) {
				if e.sign == "" {
					return i, "", false
				}
				return i + len(e.name), e.sign, true
			}
		}
	case c == '@' && strings.HasPrefix(sc.s[i:], "@sha256:"):
		return i, "", false
	case c == ';':
		// A parameter (;jsessionid=1) goes on, a command line (;chmod) doesn't.
		if !sc.parameter(i + 1) {
			return i, "", false
		}
	case c == ',':
		if sc.cell(i, start) {
			return i, "", false
		}
	}
	return i + 1, sc.s[i : i+1], true
}

// entities are those that end or stand in a link in HTML.
var entities = []struct{ name, sign string }{
	{"&amp;", "&"}, {"&#38;", "&"}, {"&#038;", "&"}, {"&#46;", "."}, {"&#x2e;", "."}, {"&#x2E;", "."}, {"&period;", "."}, {"&#47;", "/"}, {"&#x2f;", "/"}, {"&#x2F;", "/"}, {"&sol;", "/"},
	{"&#58;", ":"}, {"&colon;", ":"}, {"&#61;", "="}, {"&quot;", ""}, {"&lt;", ""}, {"&gt;", ""}, {"&#39;", ""}, {"&#34;", ""}, {"&nbsp;", ""}, {"&#x27;", ""}, {"&#160;", ""}, {"&apos;", ""},
}

// escaped reads a backslash in a tail: \/ and \u0026 of JSON, \. of a pattern.
func (sc *scanner) escaped(i int) (next int, b string, ok bool) {
	j := i
	for j < len(sc.s) && j < i+4 && sc.s[j] == '\\' {
		j++
	}
	switch c := sc.at(j); {
	case strings.IndexByte("./-?=&_:", c) >= 0:
		return j + 1, string(c), true
	case c == 'u' && j+5 <= len(sc.s) && strings.HasPrefix(sc.s[j:], "u00") && hexDigits(sc.s[j+1:j+5]):
		v := unhex(sc.s[j+3])<<4 | unhex(sc.s[j+4])
		if v > ' ' && v < 0x7f && strings.IndexByte("\"'<>\\", v) < 0 {
			return j + 5, string(v), true
		}
	case c == 'x' && j+3 <= len(sc.s) && hexDigits(sc.s[j+1:j+3]):
		if v := unhex(sc.s[j+1])<<4 | unhex(sc.s[j+2]); v > ' ' && v < 0x7f && strings.IndexByte("\"'<>\\", v) < 0 {
			return j + 3, string(v), true
		}
	}
	return i, "", false
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

// indexed tells whether a square bracket belongs to a query, as in a[0]=1.
func (sc *scanner) indexed(i int) bool {
	for j := i + 1; j < len(sc.s) && j < i+24; j++ {
		switch c := sc.s[j]; {
		case c == ']':
			return sc.at(j+1) == '=' || sc.at(j+1) == '['
		case !isWordByte(c) && c != '_' && c != '-':
			return false
		}
	}
	return false
}

// parameter tells whether name=value or an entity's rest starts at i.
func (sc *scanner) parameter(i int) bool {
	for j := i; j < len(sc.s) && j < i+32; j++ {
		switch c := sc.s[j]; {
		case c == '=':
			return j > i
		case !isWordByte(c) && c != '_' && c != '-' && c != '.':
			return false
		}
	}
	return false
}

// cell tells whether a comma inside a URL is the border of a field: the URL began
// at one, or another address follows.
func (sc *scanner) cell(i, start int) bool {
	next := sc.at(i + 1)
	if classes[next] == space || next == '"' || next == '\'' || next == ',' || i+1 >= len(sc.s) {
		return true
	}
	rest := sc.s[i+1 : min(len(sc.s), i+9)]
	for _, p := range [...]string{"http", "hxxp", "hXXp", "ftp:", "www."} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	for j := i + 1; j < len(sc.s) && j < i+40 && sc.s[j] != ',' && classes[sc.s[j]] != space; j++ {
		if sc.s[j] == '=' || sc.s[j] == '&' {
			return false // the query goes on
		}
	}
	prev := sc.before(start)
	return prev == ',' || prev == '\n' || prev == ';' || prev == '\t' || start == 0
}

// spacelessPath tells whether the tail's last character is of a script without
// spaces, or a sign: a word of that script then belongs to the path.
func (sc *scanner) spacelessPath(host int) bool {
	if len(sc.buf) <= host {
		return false
	}
	c := sc.buf[len(sc.buf)-1]
	return c >= 0x80 || c == '/' || c == '=' || c == '-' || c == '_'
}

// trim gives the length of the tail without punctuation and brackets that close
// nothing, or that close what was opened before the URL.
func (sc *scanner) trim(host, start int) int {
	t := sc.buf[host:]
	n := len(t)
	// Opened and closed brackets are counted once, then taken back byte by byte.
	var balance [128]int
	for _, c := range t {
		switch c {
		case '(', ')', '[', ']', '{', '}':
			balance[c]++
		}
	}
	prev := sc.before(start)
	for n > 0 {
		c := t[n-1]
		switch {
		case c == ')' && balance[')'] > balance['('], c == ']' && balance[']'] > balance['['], c == '}' && balance['}'] > balance['{']:
			balance[c]--
		case c == '(' || c == '[' || c == '{':
			balance[c]--
		case strings.IndexByte(".,;:!?*", c) >= 0, c == '+' && prev == '+', c == '_' && prev == '_', c == '~' && prev == '~', c == '$' && prev == '$', c == '#' && n > 1 && t[n-2] == '#':
		default:
			return n
		}
		n--
	}
	return n
}

// wrapped joins a URL that goes on in the next line: it must run up to the end of
// its line, and what follows must look like the rest of a path and nothing else.
func (sc *scanner) wrapped(i, start, host int) int {
	if i >= len(sc.s) || sc.s[i] != '\n' && sc.s[i] != '\r' || len(sc.buf) <= host {
		return i
	}
	j := sc.wrap(i)
	if j == i || j >= len(sc.s) {
		return i
	}
	last := sc.buf[len(sc.buf)-1]
	open := strings.IndexByte("/-_=&?%+", last) >= 0
	end := j
	sign, dots, letters, lowers := false, 0, 0, 0
	for end < len(sc.s) && end < j+200 {
		c := sc.s[end]
		if classes[c] == space || strings.IndexByte("\"'<>|`,;)", c) >= 0 {
			break
		}
		switch {
		case strings.IndexByte("/?=&%", c) >= 0:
			sign = true
		case c == ':' || c == '@' || c == '[' || c == '*' || c == '#' && end == j:
			return i
		case c == '.':
			dots++
		case classes[c] == letter:
			letters++
			if !upper(c) {
				lowers++
			}
		}
		end++
	}
	word := sc.s[j:end]
	alone := sc.at(end) == '\n' || sc.at(end) == '\r' || end >= len(sc.s) || sc.at(end) == '"' || sc.at(end) == '|' || sc.at(end) == ')' || sc.at(end) == '>'
	first := sc.at(j)
	switch {
	case word == "" || end-j >= 200 || first == '-' || first == '=' && sc.at(j+1) == '=' || first == '*':
		return i
	case first == '/' || first == '?' || first == '&' || first == '=' || first == '%':
		if first == '/' && last == '/' || first == '/' && !alone {
			return i
		}
		return j
	case open && last != '/' && (alone || sign || hasDigit(word)) && !sc.hostLike(word):
		return j
	case last == '/' && sign && dots > 0 && first != '.' && !sc.hostLike(word) && fileAtEnd(word) && i-start > 20:
		return j // a path goes on in running text
	case open && alone && !sc.hostLike(word) && (sign || dots > 0 || hasDigit(word)) && i-start > 20:
		return j
	}
	return i
}

// fileAtEnd tells whether the last part of a path is a file's name.
func fileAtEnd(path string) bool {
	name := strings.TrimRight(path[strings.LastIndexByte(path, '/')+1:], ".")
	t, ok := observable.Guess(name)
	return ok && t.Kind == observable.FileName
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// hostLike tells whether a word starts with a host name or address.
func (sc *scanner) hostLike(word string) bool {
	h := word
	if i := strings.IndexAny(h, "/?:"); i >= 0 {
		h = h[:i]
	}
	h = strings.Trim(h, ".")
	if strings.IndexByte(h, '.') < 0 {
		return false
	}
	last := h[strings.LastIndexByte(h, '.')+1:]
	return isDigits(last) || sc.known(lowered(h)) && !fileSuffixes[last] && last != "php" && last != "html"
}
