package scan

import (
	"strings"
	"unicode/utf8"
)

// words are what stands in brackets for a sign.
var words = []struct {
	word string
	sign byte
}{
	{"dot", '.'}, {"point", '.'}, {"punkt", '.'}, {"punto", '.'}, {"ponto", '.'}, {"точка", '.'}, {"тчк", '.'}, {"d", '.'}, {".", '.'}, {"·", '.'}, {"．", '.'},
	{"собака", '@'}, {"arroba", '@'}, {"arobase", '@'}, {"chiocciola", '@'}, {"kropka", '.'}, {"at", '@'}, {"@", '@'}, {"://", ';'}, {":", ':'}, {"//", '&'}, {"/", '/'}, {"www", 'w'}, {"-", '-'}, {"_", '_'},
}

// bracketed reads a sign in brackets at i: [.] (dot) {at} [://] and the like, up
// to three brackets deep, with spaces inside. The sign of "://" is ';', that of
// "//" is '&', and that of "www" is 'w'. An opening bracket that is never closed
// counts before a dot only ("evil[.com"); bare tells so.
func (sc *scanner) bracketed(i int) (sign byte, end int, bare bool) {
	j := i
	for j < len(sc.s) && j < i+3 && strings.IndexByte("[({<", sc.s[j]) >= 0 {
		j++
	}
	if j == i {
		return 0, i, false
	}
	open := sc.s[j-1]
	j = sc.blanks(j, 2)
	for _, w := range words {
		if len(sc.s)-j < len(w.word) || lower(sc.s[j]) != w.word[0] && sc.s[j] < 0x80 || !strings.EqualFold(sc.s[j:j+len(w.word)], w.word) {
			continue
		}
		k := sc.blanks(j+len(w.word), 2)
		shut := k
		if sc.at(k) == '\\' && strings.IndexByte("])}", sc.at(k+1)) >= 0 {
			k++ // Markdown that a program wrote escapes brackets: evil\[.\]net
			shut = k
		}
		for k < len(sc.s) && k < shut+3 && strings.IndexByte("])}>", sc.s[k]) >= 0 {
			k++
		}
		switch {
		case k > shut && (w.word != "d" || open == '['):
			return w.sign, k, false
		case k == shut && w.word == "." && open != '(' && open != '<' && k == j+1:
			return '.', k, true
		}
	}
	return 0, i, false
}

// blanks skips up to n spaces or tabs.
func (sc *scanner) blanks(i, n int) int {
	for ; n > 0 && i < len(sc.s) && (sc.s[i] == ' ' || sc.s[i] == '\t'); n-- {
		i++
	}
	return i
}

// wrap skips one line break (also <br>) with the blanks round it and the mark of
// a quoted mail, or gives i when there is none.
func (sc *scanner) wrap(i int) int {
	j := sc.blanks(i, 8)
	if j+4 <= len(sc.s) && sc.s[j] == '<' && strings.EqualFold(sc.s[j:j+3], "<br") {
		if end := strings.IndexByte(sc.s[j:min(len(sc.s), j+7)], '>'); end > 0 {
			return sc.blanks(j+end+1, 4)
		}
	}
	if j < len(sc.s) && sc.s[j] == '\r' {
		j++
	}
	if j >= len(sc.s) || sc.s[j] != '\n' {
		return i
	}
	j = sc.blanks(j+1, 64)
	if j < len(sc.s) && sc.s[j] == '>' {
		j = sc.blanks(j+1, 4)
	}
	return j
}

// nothing skips what belongs to no value although it stands inside one:
// invisible characters, <wbr>, and the joint of two strings in code ("a" + "b").
func (sc *scanner) nothing(i int) int {
	for i < len(sc.s) {
		c := sc.s[i]
		switch {
		case c >= 0x80:
			r, n := utf8.DecodeRuneInString(sc.s[i:])
			if !invisible(r) {
				return i
			}
			i += n
		case c == '<' && len(sc.s)-i >= 5 && strings.EqualFold(sc.s[i:i+4], "<wbr"):
			end := strings.IndexByte(sc.s[i:min(len(sc.s), i+8)], '>')
			if end < 0 {
				return i
			}
			i += end + 1
		case c == '&' && strings.HasPrefix(sc.s[i:], "&shy;"):
			i += 5
		case c == '"' || c == '\'':
			j := sc.joint(i)
			if j == i {
				return i
			}
			i = j
		default:
			return i
		}
	}
	return i
}

// joint reads quote, plus, quote.
func (sc *scanner) joint(i int) int {
	j := sc.blanks(i+1, 4)
	if sc.at(j) != '+' && sc.at(j) != '&' {
		return i
	}
	j = sc.blanks(j+1, 4)
	if j < len(sc.s) && (sc.s[j] == '\n' || sc.s[j] == '\r') {
		j = sc.wrap(j)
	}
	if sc.at(j) == sc.s[i] {
		return j + 1
	}
	return i
}

// dot reads a dot between labels, however it is written, and gives where the
// next label starts. loose means that it was only a dot with blanks round it or
// the word dot, which needs more proof.
func (sc *scanner) dot(i int) (end int, fanged, loose bool) {
	i = sc.nothing(i)
	if i >= len(sc.s) {
		return i, false, false
	}
	switch c := sc.s[i]; c {
	case '.':
		end := i + 1
		for end < len(sc.s) && end < i+4 && (sc.s[end] == ']' || sc.s[end] == '}') {
			end++
		}
		if end == i+1 && sc.at(end) == '[' && sc.at(end+1) == '.' {
			return i, false, false
		}
		if end == i+1 && !sc.labelAt(end) {
			if j := sc.wrap(end); j > end && sc.restOfName(j) {
				return j, false, false
			}
		}
		return end, end > i+1, false
	case '[', '(', '{', '<':
		sign, end, _ := sc.bracketed(i)
		if sign != '.' {
			return i, false, false
		}
		return sc.blanks(sc.afterWrap(end), 2), true, false
	case ']', '}':
		if sc.at(i+1) == '.' {
			end := i + 2
			for end < len(sc.s) && end < i+5 && (sc.s[end] == ']' || sc.s[end] == '}') {
				end++
			}
			return end, true, false
		}
	case '\\':
		j := i
		for j < len(sc.s) && j < i+4 && sc.s[j] == '\\' {
			j++
		}
		if sc.at(j) == '.' {
			return j + 1, false, false
		}
		if sc.at(j) == '[' || sc.at(j) == '(' {
			if sign, end, _ := sc.bracketed(j); sign == '.' {
				return end, true, false
			}
		}
	case '&':
		return sc.entityDot(i)
	case '|':
		if strings.HasPrefix(sc.s[i:], "|2e|") || strings.HasPrefix(sc.s[i:], "|2E|") {
			return i + 4, false, false
		}
		return sc.packetDot(i), false, false
	case '\n', '\r':
		if j := sc.wrap(i); sc.at(j) == '.' && sc.restOfName(j+1) {
			return j + 1, false, false
		}
	case ' ', '\t':
		return sc.spacedDot(i)
	default:
		if c >= 0x80 {
			return sc.wideDot(i)
		}
	}
	return i, false, false
}

// entityDot reads a dot that is an entity of HTML.
func (sc *scanner) entityDot(i int) (end int, fanged, loose bool) {
	for _, e := range [...]string{"&#46;", "&#x2e;", "&#x2E;", "&period;", "&#046;"} {
		if strings.HasPrefix(sc.s[i:], e) {
			return i + len(e), true, false
		}
	}
	return i, false, false
}

// wideDot reads the dots and bracketed dots of other scripts.
func (sc *scanner) wideDot(i int) (end int, fanged, loose bool) {
	switch r, n := utf8.DecodeRuneInString(sc.s[i:]); r {
	case '．', '。', '｡', '․', '·', '•', '‧':
		return i + n, true, r == '。' // 。 also ends sentences
	case '【', '［', '（':
		for _, w := range [...]string{"【.】", "［.］", "（.）", "［．］", "【dot】", "（dot）", "［dot］"} {
			if strings.HasPrefix(sc.s[i:], w) {
				return i + len(w), true, false
			}
		}
	}
	return i, false, false
}

// restOfName tells whether a name that a page broke at a dot ends with what stands
// at i: a suffix and nothing more, behind a part that looks like a name, or
// numbers behind numbers.
func (sc *scanner) restOfName(i int) bool {
	end := i
	for end < len(sc.s) && end < i+24 && isWordByte(sc.s[end]) {
		end++
	}
	label := sc.s[i:end]
	if isDigits(label) {
		return len(label) <= 3 && len(sc.buf) <= 12 && strings.IndexByte(string(sc.buf), '.') > 0 && strings.Trim(string(sc.buf), "0123456789.") == ""
	}
	if len(label) < 2 || lowered(label) != label || commonWords[label] || sc.at(end) == '.' && isWordByte(sc.at(end+1)) || sc.at(end) == '-' || sc.at(end) == '_' {
		return false
	}
	return strings.ContainsAny(string(sc.buf[max(0, len(sc.buf)-64):]), ".-0123456789") && sc.known("a."+label)
}

// afterWrap skips a line break behind a bracketed dot: the name goes on there.
func (sc *scanner) afterWrap(i int) int {
	if j := sc.wrap(i); j > i {
		return j
	}
	return i
}

// spacedDot reads " [.] ", " . " and " dot ".
func (sc *scanner) spacedDot(i int) (end int, fanged, loose bool) {
	j := sc.blanks(i, 2)
	switch c := sc.at(j); c {
	case '[', '(', '{':
		sign, end, bare := sc.bracketed(j)
		if sign == '.' && !bare && end < len(sc.s) {
			return sc.blanks(end, 2), true, false
		}
	case '.':
		if k := sc.blanks(j+1, 2); k > j+1 && isWordByte(sc.at(k)) && !upper(sc.at(k)) {
			return k, false, true
		}
	case 'd', 'D':
		if len(sc.s)-j > 4 && strings.EqualFold(sc.s[j:j+3], "dot") {
			if k := sc.blanks(j+3, 2); k > j+3 && isWordByte(sc.at(k)) {
				return k, true, true
			}
		}
	}
	return i, false, false
}

// atSign reads an at sign behind the local part of a mailbox.
func (sc *scanner) atSign(i int) (end int, fanged bool) {
	i = sc.nothing(i)
	j := sc.blanks(i, 2)
	switch c := sc.at(j); {
	case c == '@' && j == i:
		if k := sc.wrap(i + 1); k > i+1 && sc.labelAt(k) {
			return k, false
		}
		return i + 1, false
	case c == '[' || c == '(' || c == '{' || c == '<', c == '\\' && (sc.at(j+1) == '[' || sc.at(j+1) == '(' || sc.at(j+1) == '@'):
		if c == '\\' {
			j++
		}
		if sc.at(j) == '@' {
			return j + 1, false
		}
		if sign, end, _ := sc.bracketed(j); sign == '@' {
			return sc.blanks(end, 2), true
		}
	case c == '&' && j == i:
		for _, e := range [...]string{"&#64;", "&#x40;", "&commat;"} {
			if strings.HasPrefix(sc.s[i:], e) {
				return i + len(e), true
			}
		}
	case c >= 0x80 && strings.HasPrefix(sc.s[j:], "＠"):
		return j + len("＠"), true
	}
	return i, false
}
