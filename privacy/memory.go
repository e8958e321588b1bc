package privacy

import (
	"strings"
	"unicode/utf8"
)

// memory is what was learnt about the values of one report: what one text says
// of a value holds in the others.
type memory struct {
	g       *Gate
	mails   map[string]Verdict // mailbox, folded
	hosts   map[string]int8    // registered domain to its side
	first   map[string][]known // first word of a removed value, folded
	wide    []known            // names of scripts without spaces
	persons map[string]int     // folded name to the person's number
	count   int                // persons numbered
	nested  int                // codes that the text at hand was inside of
	work    int
	own     *Own // what tells who files; nil for none
	scratch text // its slices are used again by the next text, not by one within a text
}

// known is a value that is removed wherever it stands.
type known struct {
	text   string // folded
	typ    string
	person int
}

const (
	maxSame  = 8  // values remembered under one first word
	maxWide  = 64 // names remembered of scripts without spaces
	maxKnown = 20000
)

func newMemory(g *Gate) *memory {
	return &memory{g: g, mails: map[string]Verdict{}, hosts: map[string]int8{}, first: map[string][]known{}, persons: map[string]int{}}
}

// learn keeps what the detectors were sure of in a text.
func (m *memory) learn(s string, spans []Span) {
	if m.nested > 0 {
		return
	}
	for _, sp := range spans {
		if sp.Start < 0 || sp.End > len(s) {
			continue
		}
		v := s[sp.Start:sp.End]
		switch {
		case sp.Type == "email":
			m.learnMail(v, sp)
		case sp.Verdict != Remove:
		case sp.Type == "person":
			m.learnPerson(v)
		case sp.Type == "username" && len(v) >= 4 && m.telling(v), sp.Type == "secret" && len(v) >= 6, sp.Type == "hostname":
			m.remember(fold(v), sp.Type, 0)
		}
	}
}

func (m *memory) learnMail(v string, sp Span) {
	if sp.Verdict == Hold || sp.Reason == "mail-function" {
		return
	}
	f := mailKey(v)
	if old, ok := m.mails[f]; !ok || rank(sp.Verdict) > rank(old) {
		m.mails[f] = sp.Verdict
	}
	local, host, ok := strings.Cut(f, "@")
	if !ok {
		return
	}
	if sp.Verdict == Remove {
		if len(local) > 4 && m.telling(local) {
			m.remember(local, "username", 0)
		}
		if !freeMail[host] {
			m.hosts[host] = max(m.hosts[host], 1)
		}
	} else if !freeMail[host] && m.hosts[host] == 0 && sp.Reason == "mail-attacker" {
		m.hosts[host] = -1
	}
}

var refanged = strings.NewReplacer("[.]", ".", "(.)", ".", "{.}", ".", "[@]", "@", "(at)", "@", "[at]", "@", "(@)", "@", "%40", "@", "&#64;", "@", "[dot]", ".", "(dot)", ".", " ", "")

// telling tells whether a login or the local part of a mailbox is no common word,
// so that it can be looked for elsewhere.
func (m *memory) telling(w string) bool {
	return !strings.Contains(roleBoxes, " "+w+" ") && m.g.look(w)&^(fAnyName) == 0
}

// mailKey brings a mailbox to one form.
func mailKey(v string) string {
	return refanged.Replace(fold(v))
}

// learnPerson numbers a person and remembers each word of the name.
func (m *memory) learnPerson(v string) {
	name := m.nameKey(v)
	if name == "" {
		return
	}
	n := m.person(name)
	if r, _ := utf8.DecodeRuneInString(v); isWide(r) {
		if len(m.wide) < maxWide {
			m.wide = append(m.wide, known{name, "person", n})
		}
		return
	}
	for p := range strings.FieldsSeq(name) {
		if utf8.RuneCountInString(p) >= 3 {
			if _, taken := m.persons[p]; !taken {
				m.persons[p] = n
			}
			if f := m.g.look(p); f&fAnyName != 0 || f == 0 {
				m.remember(p, "person", n)
			}
		}
	}
}

// nameKey folds a name and takes its punctuation away.
func nameKey(v string) string {
	return strings.Join(strings.FieldsFunc(fold(v), func(r rune) bool { return strings.ContainsRune(" .,'’\"-()\t\r\n", r) }), " ")
}

// nameKey is nameKey without the titles that stand before a name.
func (m *memory) nameKey(v string) string {
	name := nameKey(v)
	for {
		first, rest, more := strings.Cut(name, " ")
		if !more || m.g.look(first)&fTitle == 0 {
			return name
		}
		name = rest
	}
}

// person gives the number of a person, a new one if the name is new.
func (m *memory) person(name string) int {
	if n, ok := m.persons[name]; ok {
		return n
	}
	m.count++
	m.persons[name] = m.count
	return m.count
}

func (m *memory) remember(folded, typ string, person int) {
	key := folded
	if i := strings.IndexFunc(folded, func(r rune) bool { return !isWordRune(r) }); i > 0 {
		key = folded[:i]
	}
	l := m.first[key]
	if len(l) >= maxSame || len(m.first) > maxKnown {
		return
	}
	for _, k := range l {
		if k.text == folded {
			return
		}
	}
	m.first[key] = append(l, known{folded, typ, person})
}

func isWide(r rune) bool {
	return r >= 0x3040 && r <= 0x30ff || r >= 0x3400 && r <= 0x9fff || r >= 0xac00 && r <= 0xd7af || r == 0x3005
}

func isWordRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 0x80
}

// recall looks for remembered values in a text that was judged, and gives the
// spans with what the memory adds.
func (g *Gate) recall(s string, spans []Span, m *memory) []Span {
	m.recallMails(s, spans)
	if len(m.first) == 0 && len(m.wide) == 0 {
		return spans
	}
	t := &text{g: g, m: m}
	for from := 0; from < len(s); {
		to, next := cut(s, from)
		t.s, t.out = s[from:to], t.out[:0]
		t.read()
		t.recallWords()
		for _, sp := range t.out {
			sp.Start, sp.End = sp.Start+from, sp.End+from
			spans = append(spans, sp)
		}
		from = next
	}
	m.work += t.work
	return spans
}

// recallMails settles the mailboxes of a text.
func (m *memory) recallMails(s string, spans []Span) {
	for i := range spans {
		if spans[i].Type == "email" {
			m.recallMail(s, &spans[i])
		}
	}
}

// recallMail settles a mailbox by what was said of it elsewhere.
func (m *memory) recallMail(s string, sp *Span) {
	key := mailKey(s[sp.Start:sp.End])
	if v, ok := m.mails[key]; ok && (sp.Verdict == Hold && sp.Reason != "mail-doubtful" || sp.Verdict == Keep && v == Remove && sp.Reason == "no-person") {
		sp.Verdict, sp.Reason = v, "same-as-elsewhere"
		return
	}
	if sp.Verdict == Hold && sp.Reason == "mail-unknown" {
		_, host, _ := strings.Cut(key, "@")
		if m.hosts[host] > 0 {
			sp.Verdict, sp.Reason = Remove, "host-of-victim"
		} else if m.hosts[host] < 0 {
			sp.Verdict, sp.Reason = Keep, "mail-attacker"
		}
	}
}

// recallWords adds the remembered values that stand in the segment.
func (t *text) recallWords() {
	for i := range t.toks {
		k := &t.toks[i]
		switch {
		case k.in == inPlaceholder || k.kind == mark:
		case k.kind == ideo:
			for _, w := range t.m.wide {
				w.in(t, k)
			}
		default:
			t.recallAt(i)
		}
	}
}

// in adds each place of a wide name inside a token.
func (w known) in(t *text, k *token) {
	for at := k.start; ; {
		n := strings.Index(t.s[at:k.end], w.text)
		if n < 0 {
			return
		}
		t.out = append(t.out, Span{at + n, at + n + len(w.text), w.typ, Remove, "same-as-elsewhere", w.person})
		at += n + len(w.text)
	}
}

// lowerName tells a word that is a name also in lower case, and no other word.
func lowerName(f flags) bool { return f&fAnyName != 0 && f&^fAnyName == 0 }

func (t *text) recallAt(i int) {
	k := &t.toks[i]
	l := t.m.first[fold(t.str(i))]
	for _, w := range l {
		j := i
		for j+1 < len(t.toks) && t.toks[j].end-k.start < len(w.text) && t.toks[j+1].lead == 0 && j < i+12 {
			j++
		}
		if fold(t.s[k.start:t.toks[j].end]) != w.text {
			continue
		}
		if w.typ == "person" && (k.in == inHost || k.in == inMail || k.shape == lower && !lowerName(k.f)) || k.in == inHost && w.typ != "hostname" || k.in == inMail {
			continue
		}
		if w.typ == "person" && t.thingBehind(j) {
			continue
		}
		if k.in == inURL && !t.inURLPath(i) {
			continue
		}
		t.out = append(t.out, Span{k.start, t.toks[j].end, w.typ, Remove, "same-as-elsewhere", w.person})
		return
	}
}

// thingBehind tells a company or product that bears the name: Keller Logistik GmbH.
func (t *text) thingBehind(j int) bool {
	for k := j + 1; k < len(t.toks) && k <= j+2 && t.toks[k].lead == ' ' && t.toks[k].kind == word && t.toks[k].shape != lower; k++ {
		if t.toks[k].f&fThing != 0 && t.toks[k].f&fAnyName == 0 {
			return true
		}
	}
	return false
}

// inURLPath tells whether token i stands behind the host of its URL.
func (t *text) inURLPath(i int) bool {
	slashes := 0
	for k := i - 1; k >= 0 && t.toks[k].in == inURL && k > i-60; k-- {
		if t.mark(k, '?') || t.mark(k, '=') {
			return true
		}
		if t.mark(k, '/') {
			slashes++
		}
		if slashes > 2 {
			return true
		}
	}
	return false
}

// settle orders the spans of a text, numbers the persons and joins the parts of
// one name.
func (m *memory) settle(s string, spans []Span) []Span {
	for i := range spans { // of what isn't UTF-8, no byte of a broken character stays behind
		sp := &spans[i]
		for sp.Start > 0 && sp.Start < len(s) && !utf8.RuneStart(s[sp.Start]) {
			sp.Start--
		}
		for sp.End < len(s) && !utf8.RuneStart(s[sp.End]) {
			sp.End++
		}
	}
	spans = settled(spans)
	out := spans[:0]
	for _, sp := range spans {
		if sp.Type == "person" && sp.Verdict == Remove {
			if sp.Person == 0 {
				sp.Person = m.person(m.nameKey(s[sp.Start:sp.End]))
			}
			if n := len(out) - 1; n >= 0 && out[n].Type == "person" && out[n].Verdict == Remove && strings.Trim(s[out[n].End:sp.Start], " ") == "" && out[n].Person == sp.Person {
				out[n].End = sp.End
				continue
			}
		}
		out = append(out, sp)
	}
	return out
}
