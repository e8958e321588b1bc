package privacy

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// field is what is known of a text from where it stands.
type field struct {
	label  string // words of the property names that lead to it, for values without a sentence
	side   int8   // the side of the object: 1 victim, -1 attacker, 0 unknown
	byline bool   // names are credits
	lean   int8   // the side to assume of mailboxes of which the text says nothing
}

// segment bounds how much of a text is looked at together, and so the memory of tokens.
const (
	segment = 48 << 10
	overlap = 512 // bytes seen twice where a cut has no line end to stand at
)

// text is one segment under judgement.
type text struct {
	g    *Gate
	s    string
	at   field
	m    *memory
	toks []token
	out  []Span
	work int // tokens looked at, for the tests of linear time
}

// judge gives what the detectors say of a text, unsorted, with overlaps; what
// they are sure of goes into the memory.
func (g *Gate) judge(s string, at field, m *memory) []Span {
	prefix := 0
	if at.label != "" {
		s = at.label + ": " + s
		prefix = len(at.label) + 2
	}
	var out []Span
	t := &text{g: g, at: at, m: m, toks: m.scratch.toks[:0], out: m.scratch.out[:0]}
	m.scratch = text{} // a text inside of this one has slices of its own
	for from := 0; from < len(s); {
		to, next := cut(s, from)
		t.s, t.out = s[from:to], t.out[:0]
		t.read()
		t.detect()
		for _, sp := range t.out {
			sp.Start, sp.End = sp.Start+from-prefix, sp.End+from-prefix
			if sp.Start = max(sp.Start, 0); sp.End > sp.Start {
				out = append(out, sp)
			}
		}
		from = next
	}
	m.work += t.work
	m.scratch.toks, m.scratch.out = t.toks, t.out
	if at.byline {
		byline(s, out)
	}
	m.learn(s[prefix:], out)
	return out
}

// cut gives where a segment ends and where the next one begins.
func cut(s string, from int) (to, next int) {
	to = from + segment
	if to >= len(s) {
		return len(s), len(s)
	}
	for _, ends := range []string{"\n", " ", ",;&\""} {
		if i := strings.LastIndexAny(s[from+segment/2:to], ends); i >= 0 {
			to = from + segment/2 + i + 1
			if ends == "\n" {
				return to, to
			}
			break
		}
	}
	for to > from && !utf8.RuneStart(s[to]) {
		to--
	}
	next = to - overlap
	for next > from && !utf8.RuneStart(s[next]) {
		next--
	}
	return to, next
}

// read makes the tokens of the segment and marks larger things and lines.
func (t *text) read() {
	t.toks = t.g.tokenize(t.s, t.toks[:0])
	t.work += len(t.toks)
	t.structure()
	t.lines()
}

// detect runs the detectors. Names come first: a name is a cue for what stands beside it.
func (t *text) detect() {
	t.names()
	t.otherScripts()
	t.logins()
	t.mailboxes()
	t.numbers()
	t.labelled()
	t.devices()
	t.secrets()
	t.places()
	t.encodings()
}

// found adds a finding over tokens i..j, inclusive.
func (t *text) found(i, j int, typ string, v Verdict, reason string) {
	t.span(t.toks[i].start, t.toks[j].end, typ, v, reason)
}

func (t *text) span(start, end int, typ string, v Verdict, reason string) {
	if start < end {
		t.out = append(t.out, Span{Start: start, End: end, Type: typ, Verdict: v, Reason: reason})
	}
}

// str gives the text of token i.
func (t *text) str(i int) string { return t.s[t.toks[i].start:t.toks[i].end] }

// mark tells whether token i is this character.
func (t *text) mark(i int, c byte) bool {
	return i >= 0 && i < len(t.toks) && t.toks[i].kind == mark && t.toks[i].c == c
}

// has tells whether token i has any of the classes.
func (t *text) has(i int, f flags) bool { return i >= 0 && i < len(t.toks) && t.toks[i].f&f != 0 }

// glued tells whether token i follows its predecessor with nothing between.
func (t *text) glued(i int) bool { return i > 0 && i < len(t.toks) && t.toks[i].lead == 0 }

// structure marks placeholders, URLs and hosts, so that no detector of prose
// looks into them.
func (t *text) structure() {
	for i := range t.toks {
		k := &t.toks[i]
		if k.kind != mark || k.in != free {
			continue
		}
		switch k.c {
		case '[', '(', '{':
			if t.dot(i) == 3 {
				t.host(i)
			} else if k.c == '[' {
				t.placeholder(i)
			}
		case ':':
			if t.mark(i+1, '/') && t.mark(i+2, '/') && t.glued(i+1) || t.mark(i+1, ']') && t.mark(i-1, '[') && t.mark(i+2, '/') {
				t.url(i)
			}
		case '.':
			t.host(i)
		}
	}
}

// types are the words of placeholders.
const types = " person email phone username secret national_id payment_card bank_account address date_of_birth age employee_id medical_record health geo_coordinates imei mac_address ip_address hostname encoded_personal organisation held "

// placeholder marks [person-1] and its like.
func (t *text) placeholder(i int) {
	if i+2 >= len(t.toks) || t.toks[i+1].lead != 0 || !strings.Contains(types, " "+t.str(i+1)+" ") {
		return
	}
	end := i + 2
	if t.mark(end, '-') && end+2 < len(t.toks) {
		end += 2
	}
	if !t.mark(end, ']') {
		return
	}
	f := flags(0)
	switch t.str(i + 1) {
	case "person", "username":
		f = fNamed
	case "email": // only to the left of something, as when it stood there
		t.toks[i+1].f = fNamed
	}
	for j := i; j <= end; j++ {
		t.toks[j].in = inPlaceholder
		if j != i+1 || f != 0 || t.str(j) != "email" {
			t.toks[j].f = f
		}
	}
}

// url marks a URL whose scheme ends before token i.
func (t *text) url(i int) {
	from := i
	for from > 0 && from > i-4 && (t.toks[from].lead == 0) && (t.toks[from-1].kind == word || t.mark(from-1, '[')) {
		from--
	}
	end := i + 1
	for end < len(t.toks) {
		k := &t.toks[end]
		if k.lead != 0 || k.kind == ideo || k.kind == mark && (k.c == '"' || k.c == '<' || k.c == '>' || k.c == '\'' || k.c == '`' || k.c == 0 && t.s[k.start] >= 0x80) {
			break
		}
		end++
	}
	for ; end > i+1; end-- { // punctuation of the sentence
		if c := t.toks[end-1].c; c != '.' && c != ',' && c != ';' && c != ':' && c != ')' && c != '!' && c != '?' && c != '*' {
			break
		}
	}
	t.region(from, end, inURL)
}

// region marks tokens from..to, exclusive.
func (t *text) region(from, to int, r region) {
	for j := from; j < to; j++ {
		t.toks[j].in = r
	}
}

// dot tells whether a dot, also a defanged one, begins at token i, and its width in tokens.
func (t *text) dot(i int) int {
	switch {
	case t.mark(i, '.'):
		return 1
	case i+2 >= len(t.toks):
	case (t.mark(i, '[') && t.mark(i+2, ']') || t.mark(i, '(') && t.mark(i+2, ')') || t.mark(i, '{') && t.mark(i+2, '}')) && t.toks[i+1].lead == 0 && t.toks[i+2].lead == 0 &&
		(t.mark(i+1, '.') || t.toks[i+1].kind == word && strings.EqualFold(t.str(i+1), "dot")):
		return 3
	}
	return 0
}

// maxHost bounds the tokens of a name on either side of a dot.
const maxHost = 64

// host marks names such as www.evil[.]example and files such as a.exe, around a dot.
func (t *text) host(i int) {
	from := i
	for from > 0 && t.toks[from].lead == 0 && i-from < maxHost {
		p := &t.toks[from-1]
		if p.kind == mark && p.c != '.' && p.c != '-' && p.c != '[' && p.c != ']' || p.kind == ideo || p.in != free {
			break
		}
		from--
	}
	for from < i && t.toks[from].kind == mark {
		from++
	}
	if from == i {
		return
	}
	end, labels, last := i, 0, -1
	for end < len(t.toks) && end-i < maxHost {
		n := t.dot(end)
		next := end + max(n, 1)
		if n == 0 && !t.mark(end, '-') || next >= len(t.toks) || t.toks[end].lead != 0 || t.toks[next].lead != 0 || t.toks[next].kind == mark || t.toks[next].kind == ideo {
			break
		}
		if n > 0 {
			labels++
			last = next
		}
		end = next + 1
	}
	if labels == 0 || t.mark(end, '@') {
		return
	}
	tail := t.toks[last]
	if labels == 1 && t.has(from, fTitle) && t.toks[from].shape == capital && tail.end-tail.start <= 4 {
		return // Sig.ra, Dott.ssa
	}
	if tail.kind == number && (labels != 3 || !t.octets(from, end)) {
		return
	}
	if tail.shape == capital || tail.kind == word && tail.end-tail.start < 2 {
		return
	}
	t.region(from, end, inHost)
}

// octets tells whether the numbers of tokens from..end are those of an address.
func (t *text) octets(from, end int) bool {
	for k := from; k < end; k++ {
		if t.mark(k, '-') || t.toks[k].kind != mark && (t.toks[k].kind != number || t.toks[k].end-t.toks[k].start > 3) {
			return false
		}
	}
	return true
}

// settled orders spans and resolves overlaps: what is removed beats what is held,
// and both beat what is kept.
func settled(spans []Span) []Span {
	slices.SortStableFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(rank(b.Verdict), rank(a.Verdict)))
	})
	out := spans[:0]
	for _, s := range spans {
		n := len(out)
		switch {
		case n == 0 || s.Start >= out[n-1].End:
			out = append(out, s)
		case rank(s.Verdict) > rank(out[n-1].Verdict):
			if out[n-1].Verdict != Keep && out[n-1].Start < s.Start {
				s.Start = out[n-1].Start
			}
			if out[n-1].Verdict != Keep {
				s.End = max(s.End, out[n-1].End)
			}
			out[n-1] = s
		case s.Verdict != Keep:
			out[n-1].End = max(out[n-1].End, s.End)
		}
	}
	return out
}

func rank(v Verdict) int {
	switch v {
	case Remove:
		return 2
	case Hold:
		return 1
	}
	return 0
}
