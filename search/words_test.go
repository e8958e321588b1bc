package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// wordsOf gives the words of a text, those that stand in it marked with a star.
func wordsOf(text string) string {
	var out []string
	split(Fold(text), func(w string, whole bool) {
		if whole {
			w += "*"
		}
		out = append(out, w)
	})
	return strings.Join(out, " ")
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"... -- @ !":                    "",
		"Two WORDS.":                    "two* words*",
		"Straße, ﬁle":                   "strasse* file*",
		"owa.quota-alert.example":       "owa.quota-alert.example* owa quota-alert.example quota-alert quota alert example",
		"owa[.]quota[.]example":         "owa.quota.example* owa quota.example quota example",
		"hxxp://evil[.]example/a.js":    "http* evil.example* evil example a.js* a js",
		"jane_roe@mail.example":         "jane_roe@mail.example* jane_roe jane roe mail.example mail example",
		"invoice.pdf.exe":               "invoice.pdf.exe* invoice pdf.exe pdf exe",
		"192.0.2.1":                     "192.0.2.1*",
		"d41d8cd98f00b204":              "d41d8cd98f00b204*",
		"C&C":                           "c* c*",
		`C:\Users\x\evil.dll`:           "c* users* x* evil.dll* evil dll",
		"-dash-":                        "dash*",
		"e.g. this":                     "e.g* e g this*",
		"Кампания фишинга":              "кампания* фишинга*",
		"病毒":                            "病 毒 病毒*",
		"毒":                             "毒*",
		"攻撃evil":                        "攻 撃 攻撃* evil*",
		"ﾃｽﾄ":                           "テ ス テス* ト スト*",
		strings.Repeat("a", 257):        "",
		strings.Repeat("a", 256):        strings.Repeat("a", 256) + "*",
		strings.Repeat("a", 257) + ".b": "b*",
	} {
		if got := wordsOf(text); got != want {
			t.Errorf("%q has the words %q, not %q", text, got, want)
		}
	}
}

// BenchmarkObject is what indexing costs a report beside reading it.
func BenchmarkObject(b *testing.B) {
	raw := []byte(`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z",` +
		`"created_by_ref":"identity--00000000-0000-4000-8000-000000000002","object_marking_refs":["marking-definition--00000000-0000-4000-8000-000000000003"],"name":"Relay 17",` +
		`"description":"a rotating relay that an operator hires for campaigns against water services, with a staging archive and a certificate that was observed before",` +
		`"indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'water-relay-17.example']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z","confidence":83}`)
	l := Lexicon{key{1, 2}}
	var words []Word
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		words = l.Object(words[:0], raw, "indicator")
	}
}

// What a text is found by: each thing that a person types who saw it.
func TestObject(t *testing.T) {
	l := Lexicon{key{1, 2}}
	raw := []byte(`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2026-11-01T08:00:00.000Z","name":"Relay",` +
		`"created_by_ref":"identity--00000000-0000-4000-8000-000000000002","object_marking_refs":["marking-definition--00000000-0000-4000-8000-000000000003"],` +
		`"pattern":"[file:name = 'C:\\\\tmp\\\\it\\'s.exe' AND network-traffic:dst_port = 8443]","pattern_type":"stix","confidence":83,"revoked":false,` +
		`"external_references":[{"source_name":"desk","description":"Autumn campaign","url":"https://reports.example/a1"}],"extensions":{"x":{"note":"deep"}}}`)
	words := l.Object(nil, raw, "indicator")
	has := func(w Word) bool { return slices.Contains(words, w) }
	for _, w := range []string{"relay", "it", "s.exe", "tmp", "83", "desk", "autumn", "reports.example", "a1", "deep"} {
		if !has(l.word(plainWord, w)) {
			t.Errorf("it isn't found by %q", w)
		}
	}
	for _, w := range []string{"indicator", "stix", "2.1", "2026", "false", "file", "name", "x", "identity", "note", "description"} {
		if has(l.word(plainWord, w)) {
			t.Errorf("it is found by %q, which is no text of it", w)
		}
	}
	if !has(l.Type("indicator")) || has(l.Type("note")) || !has(l.Ref("identity--00000000-0000-4000-8000-000000000002")) || !has(l.Ref("marking-definition--00000000-0000-4000-8000-000000000003")) {
		t.Error("it isn't found by its type and what it refers to")
	}
	sigma := []byte(`{"type":"indicator","pattern":"rule Harrow { strings: $a = \"murmur\" }","pattern_type":"yara"}`)
	words = l.Object(words[:0], sigma, "indicator")
	if !has(l.word(plainWord, "murmur")) || !has(l.word(plainWord, "harrow")) {
		t.Error("a rule isn't found by its words")
	}
}

func TestTerms(t *testing.T) {
	l := Lexicon{key{1, 2}}
	for text, want := range map[string]string{
		"two words": "two|words", `"two words" more`: "two words|more", `un"closed`: "un|closed", `“curly quotes” „low“`: "curly quotes|low", `""`: "", "!": "",
		"HXXP://evil[.]example/a": "http://evil.example/a", `say"this now"here`: "say|this now|here", "trailing.": "trailing", `"  wide   space "`: "wide space",
	} {
		terms, err := l.Terms(text)
		var got []string
		for _, t := range terms {
			got = append(got, t.Text)
		}
		if strings.Join(got, "|") != want || (err != nil) != (want == "") {
			t.Errorf("%q is read as %q, %v; not %q", text, got, err, want)
		}
	}
	if _, err := l.Terms(strings.Repeat("w ", MaxTerms)); err != nil {
		t.Errorf("%d words: %v", MaxTerms, err)
	}
	if _, err := l.Terms(strings.Repeat("w ", MaxTerms+1)); err == nil {
		t.Errorf("%d words are taken", MaxTerms+1)
	}
}

func TestMatches(t *testing.T) {
	l := Lexicon{key{1, 2}}
	raw := []byte(`{"type":"note","abstract":"Autumn campaign","content":"The lure\ncame from  owa[.]quota[.]example, see the 病毒分析 page","object_refs":["malware--00000000-0000-4000-8000-000000000002"]}`)
	for text, want := range map[string]bool{
		"lure": true, "LURE autumn": true, `"lure came from"`: true, `"campaign the"`: false, "lur": false, `"he lure"`: false, "owa.quota.example": true, "quota": true,
		"毒分": true, "病毒": true, "malware": false, `"quota.example, see"`: true, "page absent": false,
	} {
		terms, err := l.Terms(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Matches(terms, raw); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// Whatever text there is: each of its words is found in the object that holds it,
// and the object really holds it.
func FuzzTerms(f *testing.F) {
	for _, s := range []string{"two words", `"a phrase" b`, "owa[.]quota[.]example", "病毒 evil", "hxxp://a.example/?q=ü", "\xff", "ﬁ.ﬁ@ﬁ"} {
		f.Add(s)
	}
	l := Lexicon{key{1, 2}}
	f.Fuzz(func(t *testing.T, text string) {
		terms, err := l.Terms(text)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		for _, term := range terms {
			if term.Text == "" || len(term.Words) == 0 {
				t.Fatalf("%q has the term %+v", text, term)
			}
			again, err := l.Terms(`"` + term.Text + `"`)
			if err != nil || len(again) != 1 || !slices.Equal(again[0].Words, term.Words) {
				if !strings.ContainsAny(term.Text, `"“”„`) {
					t.Fatalf("the term %q is read as %+v", term.Text, again)
				}
			}
		}
	})
}
