package privacy

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

var kindNames = map[kind]string{word: "word", number: "number", mixed: "mixed", mark: "mark", ideo: "ideo"}

var shapeNames = map[shape]string{lower: "lower", capital: "capital", upper: "upper", caseless: "caseless", camel: "camel"}

func TestUnitTokenKinds(t *testing.T) {
	g := New()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"   \n\t ", ""},
		{"Anna", "word Anna"},
		{"Anna Keller", "word Anna|word Keller"},
		{"Müller", "word Müller"},
		{"O'Brien", "word O|mark '|word Brien"},
		{"Jean-Luc", "word Jean|mark -|word Luc"},
		{"2026", "number 2026"},
		{"user7", "mixed user7"},
		{"a_b", "mixed a_b"},
		{"_", "mixed _"},
		{"1st", "mixed 1st"},
		{"a.b@c", "word a|mark .|word b|mark @|word c"},
		{"张晓明", "ideo 张晓明"},
		{"用户wang", "ideo 用户|word wang"},
		{"wang用户", "word wang|ideo 用户"},
		{"김민수 님", "ideo 김민수|ideo 님"},
		{"田中さん", "ideo 田中さん"},
		{"Иван", "word Иван"},
		{"سارة", "word سارة"},
		{"e\u0301", "word e\u0301"}, // decomposed
		{"+1", "mark +|number 1"},
		{"€5", "mark €|number 5"},
		{"\xff\xfeab", "word ab"},
		{"a\x00b", "word a|word b"},
		{"a\u200bb", "word a\u200bb"}, // a space of no width joins
		{"\ufeffa", "word a"},
	} {
		var out []string
		for _, k := range g.tokenize(c.in, nil) {
			out = append(out, kindNames[k.kind]+" "+c.in[k.start:k.end])
		}
		if got := strings.Join(out, "|"); got != c.want {
			t.Errorf("%q: %s, want %s", c.in, got, c.want)
		}
	}
}

func TestUnitTokenShapes(t *testing.T) {
	g := New()
	for in, want := range map[string]shape{
		"anna": lower, "Anna": capital, "ANNA": upper, "aNNA": lower, "AnnaMaria": camel, "McDonald": capital, "MacLeod": capital, "DeVito": capital, "FitzGerald": capital,
		"VanDyke": capital, "PowerShell": camel, "Élodie": capital, "ÉLODIE": upper, "Ирина": capital, "ирина": lower, "ИРИНА": upper, "سارة": caseless, "สมชาย": caseless, "A": upper, "a": lower, "Ω": upper,
	} {
		if got := g.tokenize(in, nil)[0].shape; got != want {
			t.Errorf("%s is %s, want %s", in, shapeNames[got], shapeNames[want])
		}
	}
}

// What stands before a token decides where names, numbers and lines end.
func TestUnitTokenLead(t *testing.T) {
	g := New()
	var got strings.Builder
	for _, k := range g.tokenize("a b\nc  \n d,e\tf", nil) {
		got.WriteString(fmt.Sprintf("%q", rune(k.lead)))
	}
	if want := `'\n'' ''\n''\n''\x00''\x00'' '`; got.String() != want {
		t.Errorf("%s, want %s", got.String(), want)
	}
}

// Marks that typography writes in many ways are one mark to the detectors.
func TestUnitNarrow(t *testing.T) {
	for c, wide := range map[byte]string{'(': "（", ')': "）", ':': "：", ',': "，、،", '.': "。．", '@': "＠", ';': "；؛", '"': "“”„«»「」『』", '\'': "’‘", '-': "–—‐‑"} {
		for _, r := range wide {
			if got := narrow(r); got != c {
				t.Errorf("%c stands for %q, want %q", r, got, c)
			}
		}
	}
	for _, r := range "€→•…§" {
		if narrow(r) != 0 {
			t.Errorf("%c stands for nothing", r)
		}
	}
}

func TestUnitFold(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Anna": "anna", "MÜLLER": "muller", "Straße": "strasse", "Øystein": "oystein", "Łukasz": "lukasz", "Đorđe": "dorde", "Þóra": "thora", "Æsa": "aesa", "Œuvre": "oeuvre", "İpek": "ipek", "Ayşe": "ayse", "Çağrı": "cagri", "Nguyễn": "nguyen",
		"user_name": "username", "Ирина": "ирина", "ΕΛΕΝΗ": "ελενη", "张": "张", "Zoë": "zoe", "Zoe\u0308": "zoe", "Ångström": "angstrom", "Škoda": "skoda", "Ñandú": "nandu",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// A property's name of several words bears the label of its parts; a word
// of prose is no label because a part of it is one.
func TestUnitLookJoined(t *testing.T) {
	g := New()
	for w, want := range map[string]flags{"victim_email": fVictim, "VICTIM_EMAIL": fVictim, "User_Name": fUser, "bank_account": fBank, "src_password": fSecret, "passwordless": 0, "birth_place": fBirth} {
		if got := g.look(w); want != 0 && got&want == 0 || want == 0 && got&fLabels != 0 {
			t.Errorf("%s has classes %x, want %x", w, got, want)
		}
	}
	if long := strings.Repeat("victim_", 20); g.look(long) != 0 {
		t.Error("what is longer than any word was looked up")
	}
	if g.look(strings.Repeat("a", 2*maxWord)) != 0 || g.look(strings.Repeat("ä", 2*maxWord)) != 0 {
		t.Error("a word at the bound is in no list")
	}
}

func TestUnitListsAreFolded(t *testing.T) {
	for _, list := range []string{givenNames, surnames, weakNames, wordList} {
		for line := range strings.Lines(list) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			if _, words, ok := strings.Cut(line, ": "); ok {
				line = words
			}
			for w := range strings.FieldsSeq(line) {
				if got := strings.ToLower(w); got != w {
					t.Errorf("%q stands in a list in a form that is never looked up", w)
				}
			}
		}
	}
}

func TestUnitEachClassHasWords(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(wordList) {
		class, _, ok := strings.Cut(line, ": ")
		if !ok || line[0] == '#' {
			continue
		}
		if classes[class] == 0 {
			t.Errorf("the list names a class %q that nothing reads", class)
		}
		seen[class] = true
	}
	for class := range classes {
		if !seen[class] {
			t.Errorf("class %s has no words", class)
		}
	}
}

// regions writes the larger things of a text, by the text of their tokens.
func regions(s string, want region) string {
	t := segmentFor(s)
	var out []string
	for i := 0; i < len(t.toks); i++ {
		if t.toks[i].in != want {
			continue
		}
		from := i
		for i+1 < len(t.toks) && t.toks[i+1].in == want && t.toks[i+1].lead == 0 {
			i++
		}
		out = append(out, s[t.toks[from].start:t.toks[i].end])
	}
	return strings.Join(out, " | ")
}

func TestUnitURLs(t *testing.T) {
	for in, want := range map[string]string{
		"see http://evil.example/a?b=c now":    "http://evil.example/a?b=c",
		"see http://evil.example/a.":           "http://evil.example/a",
		"(http://evil.example/a)":              "http://evil.example/a",
		"hxxps://evil[.]example/x, then":       "hxxps://evil[.]example/x",
		`href="https://evil.example/x"> Anna`:  "https://evil.example/x",
		"ftp://u:p@evil.example:21/f":          "ftp://u:p@evil.example:21/f",
		"http[://]evil.example/a":              "http[://]evil.example/a",
		"点击了https://evil.example/x。":           "https://evil.example/x",
		"no url: a / b // c":                   "",
		"http://a.example http://b.example":    "http://a.example | http://b.example",
		"«http://evil.example/ü»":              "http://evil.example/ü",
		"http://":                              "http://",
		"see http://evil.example/a!?* and":     "http://evil.example/a",
		"`http://evil.example/a` in code":      "http://evil.example/a",
		"<http://evil.example/a>":              "http://evil.example/a",
		"http://[2001:db8::1]/a":               "http://[2001:db8::1]/a",
		"https://evil.example/a\nAnna Keller":  "https://evil.example/a",
		"tcp://203.0.113.5:443":                "tcp://203.0.113.5:443",
		"meow://anna.keller@evil.example/path": "meow://anna.keller@evil.example/path",
	} {
		if got := regions(in, inURL); got != want {
			t.Errorf("%q has the URLs %q, want %q", in, got, want)
		}
	}
}

func TestUnitHosts(t *testing.T) {
	for in, want := range map[string]string{
		"to evil.example and":           "evil.example",
		"to anna-keller.example now":    "anna-keller.example",
		"evil[.]example, bad(.)example": "evil[.]example | bad(.)example",
		"evil[dot]example":              "evil[dot]example",
		"evil{.}example":                "evil{.}example",
		"at 203.0.113.5 port":           "203.0.113.5",
		"version 1.2.3 of":              "",
		"Hello.World":                   "", // the end of a sentence without a space
		"Sig.ra Moretti":                "",
		"a.exe and invoice.pdf.exe":     "a.exe | invoice.pdf.exe",
		"e.g. this":                     "",
		"The end. next":                 "",
		"10.000":                        "",
		"999.1.1.1234":                  "",
		"keller.anna@bank.example":      "bank.example",
	} {
		if got := regions(in, inHost); got != want && !(strings.Contains(in, "@") && got == "") {
			t.Errorf("%q has the hosts %q, want %q", in, got, want)
		}
	}
}

func TestUnitPlaceholdersAreSeen(t *testing.T) {
	for in, want := range map[string]string{
		"from [person-1] to [email]":       "[person-1] | [email]",
		"[person-12]":                      "[person-12]",
		"[held]":                           "[held]",
		"[bank_account] and [national_id]": "[bank_account] | [national_id]",
		"[Person-1]":                       "",
		"[ person]":                        "",
		"[persons]":                        "",
		"[person":                          "",
		"[person-]":                        "",
		"a[0]":                             "",
	} {
		if got := regions(in, inPlaceholder); got != want {
			t.Errorf("%q has the placeholders %q, want %q", in, got, want)
		}
	}
}

// A long text is cut at lines, else at spaces, else anywhere but inside a
// character, and nothing is skipped.
func TestUnitCut(t *testing.T) {
	for name, unit := range map[string]string{"lines": "abc def\n", "words": "abcdefg ", "commas": "abcdefg,", "none": "a", "wide": "€", "four bytes": "😀"} {
		s := strings.Repeat(unit, 3*segment/len(unit))
		for from := 0; from < len(s); {
			to, next := cut(s, from)
			if to <= from || next <= from || next > to || to-from > segment {
				t.Fatalf("%s: from %d to %d, then %d", name, from, to, next)
			}
			if !boundary(s, to) || !boundary(s, next) {
				t.Fatalf("%s: a character is cut at %d or %d", name, to, next)
			}
			if to < len(s) && name == "lines" && (s[to-1] != '\n' || next != to) {
				t.Fatalf("lines: cut inside one at %d, next %d", to, next)
			}
			from = next
		}
	}
	if to, next := cut("short", 0); to != 5 || next != 5 {
		t.Errorf("a short text was cut at %d, %d", to, next)
	}
}

// A value that lies over the place where a long text is cut is still found.
func TestUnitValueOverCut(t *testing.T) {
	g := New()
	for _, shift := range []int{0, 1, 5, 10, 20, 21, 22, 60} {
		pad := strings.Repeat("x", 7) + " "
		s := strings.Repeat(pad, (segment-shift)/len(pad)) + "victim jane.doe@bank.example clicked " + strings.Repeat(pad, 100)
		if got := account(s, g.Text(s)); got != "email=jane.doe@bank.example" {
			t.Errorf("%d bytes before the cut: %s", shift, got)
		}
	}
}

// Judging more than one segment gives bytes of the whole text.
func TestUnitLongTextOffsets(t *testing.T) {
	var b strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&b, "line %d: victim person%d.x@bank%d.example clicked — ok\n", i, i, i)
	}
	s := b.String()
	spans := New().Text(s)
	soundSpans(t, s, spans)
	n := 0
	for _, sp := range spans {
		if sp.Verdict == Remove && strings.HasSuffix(s[sp.Start:sp.End], ".example") {
			n++
		}
	}
	if n != 4000 {
		t.Errorf("%d of 4000 mailboxes", n)
	}
	if !utf8.ValidString(Scrub(s, spans)) {
		t.Error("the scrubbed text is no UTF-8")
	}
}
