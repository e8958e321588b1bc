// Package scan finds observables in running text: addresses, names, hashes,
// wallets, paths and the other kinds of package observable, also defanged,
// wrapped over lines, escaped by a carrier, or glued together by code.
//
//	for _, f := range scan.Find(text) {
//		if !f.Context { use(f.Thing) }
//	}
//
// It is one pass with byte classes. A reader of a kind looks ahead a bounded
// distance only, or takes in what it has read, so the work grows with the length
// of the text and not faster, whatever the text is.
package scan

import (
	"strings"
	"unicode/utf8"

	"tocsin/observable"
)

// Found is an observable and where it stands.
type Found struct {
	Thing      observable.Thing
	Start, End int    // bytes of the text; text[Start:End] is what was written
	Defanged   bool   // written so that it can't be clicked: its writer held it for dangerous
	Context    bool   // named, but not as an indicator: a link to a publisher, a file name alone, a mailbox of a victim
	Why        string // of Context: link, file, victim, placeholder, system, browser
}

// Find gives the observables of text in the order in which they stand there,
// each as often as it stands there. Bytes that are not UTF-8 end a value.
func Find(text string) []Found {
	sc := newScanner(text)
	sc.run()
	sc.settle()
	return sc.found
}

// scanner is the state of one pass.
type scanner struct {
	s        string
	found    []Found
	buf      []byte // of the value that is being read, refanged
	hints    hints
	table    table
	escape   int             // end of the last escape (\n): no part of the word behind it
	suffixes map[string]bool // top-level domains asked for so far
}

func newScanner(text string) *scanner {
	return &scanner{s: text, buf: make([]byte, 0, 256), suffixes: map[string]bool{}}
}

// run walks over the text. Each step consumes at least one byte.
func (sc *scanner) run() {
	sc.startLine(0)
	for i := 0; i < len(sc.s); {
		i = sc.step(i)
	}
}

// step reads what starts at i and gives where to go on.
func (sc *scanner) step(i int) int {
	c := sc.s[i]
	switch classes[c] {
	case letter, digit:
		return sc.token(i)
	case high:
		if r, n := utf8.DecodeRuneInString(sc.s[i:]); !isLetter(r) {
			return sc.mark(i, r, n)
		}
		return sc.token(i)
	case space:
		if c == '\n' {
			sc.startLine(i + 1)
			return sc.listItem(i + 1)
		}
		return i + 1
	}
	switch c {
	case '@':
		return sc.mailbox(i, i+1)
	case '.', ';', '!', '?':
		if i+1 == len(sc.s) || classes[sc.s[i+1]] == space {
			sc.hints.sentence = i + 1
		}
	case '\\':
		return sc.backslash(i)
	case '/':
		if end := sc.unixPath(i); end > i {
			return end
		}
	case '~', '%':
		if end := sc.folder(i); end > i {
			return end
		}
	case ':':
		if i+2 < len(sc.s) && sc.s[i+1] == ':' && isHexByte(sc.s[i+2]) && !sc.wordBefore(i) {
			if end := sc.ipv6(i); end > i {
				return end
			}
		}
	case '[', '(', '{', '<':
		if sign, end, _ := sc.bracketed(i); sign == '@' {
			return sc.mailbox(i, end)
		}
	case '_':
		j := i + 1
		for j < i+3 && sc.at(j) == '_' {
			j++
		}
		if classes[sc.at(j)] == digit && !sc.wordBefore(i) {
			return j // __192.0.2.1__ is emphasis
		}
		if i+1 < len(sc.s) && classes[sc.s[i+1]] == letter && !sc.wordBefore(i) {
			if end := sc.scheme(i + 1); end > i+1 {
				return end // _http://..._ is emphasis
			}
		}
		return sc.token(i)
	}
	return i + 1
}

// mark is what is not ASCII and no letter: only a few signs matter.
func (sc *scanner) mark(i int, r rune, n int) int {
	switch r {
	case '＠':
		return sc.mailbox(i, i+n)
	case '。', '！', '？', '；', '\u2028':
		sc.hints.sentence = i + n
	}
	return i + n
}

// backslash steps over the escapes \n, \r and \t of strings in code, so that
// their letter doesn't become part of a word, and reads \\server\share.
func (sc *scanner) backslash(i int) int {
	if end := sc.share(i); end > i {
		return end
	}
	if i+1 < len(sc.s) && (i == 0 || sc.s[i-1] != '\\') {
		switch sc.s[i+1] {
		case 'n', 'r', 't':
			sc.hints.sentence, sc.escape = i+2, i+2
			return i + 2
		case 'u':
			if i+6 <= len(sc.s) && hexDigits(sc.s[i+2:i+6]) {
				return i + 6
			}
		}
	}
	return i + 1
}

// token reads what begins with a letter, a digit or an underscore.
func (sc *scanner) token(i int) int {
	if end := sc.scheme(i); end > i {
		return end
	}
	if end := sc.system(i); end > i {
		return end
	}
	if end := sc.colons(i); end > i {
		return end
	}
	if end := sc.base64(i); end > i {
		return end
	}
	return sc.chainAt(i)
}

// add keeps a find.
func (sc *scanner) add(t observable.Thing, start, end int, fanged bool) *Found {
	sc.found = append(sc.found, Found{Thing: t, Start: start, End: end, Defanged: fanged})
	return &sc.found[len(sc.found)-1]
}

// canonical brings raw to its canonical form.
func canonical(kind observable.Kind, raw string) (observable.Thing, bool) {
	t, err := observable.Canonical(kind, raw)
	return t, err == nil
}

// known tells whether a name ends in a suffix that exists. Answers are kept by
// the last label, since a text repeats few of them.
func (sc *scanner) known(name string) bool {
	tld := name[strings.LastIndexByte(name, '.')+1:]
	ok, asked := sc.suffixes[tld]
	if !asked {
		ok = observable.KnownSuffix("a." + tld)
		if len(sc.suffixes) < 10000 {
			sc.suffixes[strings.Clone(tld)] = ok
		}
	}
	return ok
}

// before gives the byte before i, or a space at the start.
func (sc *scanner) before(i int) byte {
	if i == 0 || i == sc.escape {
		return ' '
	}
	return sc.s[i-1]
}

// at gives the byte at i, or a space behind the end.
func (sc *scanner) at(i int) byte {
	if i >= len(sc.s) {
		return ' '
	}
	return sc.s[i]
}

// wordBefore tells whether a letter or digit stands right before i.
func (sc *scanner) wordBefore(i int) bool {
	c := classes[sc.before(i)]
	return c == letter || c == digit
}
