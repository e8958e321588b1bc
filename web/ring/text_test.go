package ring

import (
	"bytes"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tocsin/draft"
	"tocsin/exchange"
	"tocsin/intake"
	"tocsin/stix"
	"tocsin/web/frame"
)

// read follows texts from page to page, as a person does, and gives all pieces of
// each text. Each page must go on, and stay within its budget.
func read(t interface {
	Helper()
	Fatalf(string, ...any)
}, texts []exchange.MarkedText) [][]piece {
	t.Helper()
	out := make([][]piece, len(texts))
	total := 0
	for _, x := range texts {
		total += len(x.Text)
	}
	at := cursor{}
	for pages := 0; ; pages++ {
		if pages > total+len(texts)+1 {
			t.Fatalf("it never ends: at %v", at)
		}
		r := reader{
			text: func(i int) (x exchange.MarkedText, title, note string, ok bool) {
				if i >= len(texts) {
					return x, "", "", false
				}
				return texts[i], "a title", "", true
			},
			piece: func(x *exchange.MarkedText, sp exchange.Span) piece {
				kind := cut
				if sp.Verdict == exchange.VerdictShare {
					kind = "go"
				}
				return piece{Kind: kind, Text: x.Text[sp.Start:sp.End], Label: sp.Label}
			},
		}
		sections, next := r.page(at)
		size := 0
		for k, s := range sections {
			out[at.text+k] = append(out[at.text+k], s.Pieces...)
			size += sectionCost
			for _, p := range s.Pieces {
				size += htmlSize(p.Text)
				if p.Kind != plain {
					size += shareCost
				}
			}
		}
		if size > budget+2*sectionCost+20_000 { // one value of 2,000 bytes is shown whatever it costs
			t.Fatalf("a page has %d bytes", size)
		}
		if next == nil {
			return out
		}
		if *next == at {
			t.Fatalf("a page ends where it began: %v", at)
		}
		at = *next
	}
}

// htmlSize is what a text takes as html/template writes it.
func htmlSize(s string) int {
	var b bytes.Buffer
	template.Must(template.New("").Parse("{{.}}")).Execute(&b, frame.Visible(s))
	return b.Len()
}

// TestPagesAreTheText: whatever the text and its marks, the pages are the text, each
// byte once, each mark whole.
func TestPagesAreTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var texts []exchange.MarkedText
		for range rapid.IntRange(1, 4).Draw(t, "texts") {
			part := rapid.SampledFrom([]string{"a", "é", "\u202e", "<", "line\n", "word ", "+&'\"", "\x00"}).Draw(t, "part")
			text := rapid.String().Draw(t, "before") + strings.Repeat(part, rapid.SampledFrom([]int{0, 1, 100, 6000, 30_000}).Draw(t, "times")) + rapid.String().Draw(t, "after")
			if text == "" {
				text = "x"
			}
			texts = append(texts, exchange.MarkedText{Text: text, Spans: someSpans(t, text)})
		}
		for i, pieces := range read(t, texts) {
			got, marks := "", 0
			for _, p := range pieces {
				if p.Kind == plain {
					got += p.Text
					continue
				}
				sp := texts[i].Spans[marks]
				marks++
				if whole := texts[i].Text[sp.Start:sp.End]; p.Text != whole && !(p.Short && strings.HasPrefix(whole, p.Text) && len(p.Text) > maxValue-4) {
					t.Fatalf("a mark shows %q of %q", p.Text, whole)
				}
				got += texts[i].Text[sp.Start:sp.End]
			}
			if got != texts[i].Text || marks != len(texts[i].Spans) {
				t.Fatalf("%d bytes and %d marks are shown of %d and %d", len(got), marks, len(texts[i].Text), len(texts[i].Spans))
			}
		}
	})
}

// someSpans draws spans that don't overlap, at the borders of characters.
func someSpans(t *rapid.T, text string) (out []exchange.Span) {
	at := 0
	for range rapid.IntRange(0, 20).Draw(t, "spans") {
		from := at + rapid.SampledFrom([]int{0, 1, 10, 500}).Draw(t, "gap")
		for from < len(text) && !utf8.RuneStart(text[from]) {
			from++
		}
		to := from + rapid.SampledFrom([]int{1, 5, 100, 5000}).Draw(t, "length") // of one byte at least, as every span
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
		if to > len(text) {
			return out
		}
		out = append(out, exchange.Span{Start: from, End: to, Verdict: rapid.SampledFrom([]string{exchange.VerdictShare, exchange.VerdictRemove}).Draw(t, "verdict"), Label: "[person-1]"})
		at = to
	}
	return out
}

// TestCost: what a page is planned with is never less than what it becomes.
func TestCost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\u202e\u200b", "\xff\xfe", "<>&'\"+`=", "\x00\x07\x7f", "\u2028", "\U000e0001"})).Draw(t, "text")
		if got, want := cost(s), htmlSize(s); got < want {
			t.Fatalf("%q is planned with %d bytes and takes %d", s, got, want)
		}
	})
}

// FuzzCursor: whatever an address says, a page is shown, and none begins inside a
// character or a mark.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "0.0", "1.5", "-1.3", "9999999999999999999.1", "1.2.3", "0.-1", "a.b", "0.4", "0.6", "0x1.0x2"} {
		f.Add(s)
	}
	text := exchange.MarkedText{Text: "aé\u202e victim jane tail", Spans: []exchange.Span{{Start: 7, End: 13}, {Start: 14, End: 18}}}
	f.Fuzz(func(t *testing.T, s string) {
		c := parseCursor(s)
		if c.text < 0 || c.at < 0 {
			t.Fatalf("%q is read as %v", s, c)
		}
		at := settle(&text, c.at)
		if at < 0 || at > len(text.Text) || at < len(text.Text) && !utf8.RuneStart(text.Text[at]) {
			t.Fatalf("a page begins at %d", at)
		}
		for _, sp := range text.Spans {
			if sp.Start < at && at < sp.End {
				t.Fatalf("a page begins at %d, inside a mark", at)
			}
		}
		r := reader{text: func(i int) (exchange.MarkedText, string, string, bool) { return text, "", "", i == 0 },
			piece: func(x *exchange.MarkedText, sp exchange.Span) piece { return piece{Text: x.Text[sp.Start:sp.End]} }}
		if _, next := r.page(c); next != nil {
			t.Fatalf("a short text goes on at %v", next)
		}
	})
}

// TestChoices: what stands in an address is what is chosen, and nothing else is let in.
func TestChoices(t *testing.T) {
	const id, other = "1.0123456789abcdef", "12.fedcba9876543210"
	for _, c := range []struct {
		in   string
		want choices
	}{
		{"", choices{TLP: "amber"}},
		{"tlp=red&group=health&named=1&as=eml", choices{TLP: "red", Group: "health", Named: true, As: "eml"}},
		{"tlp=RED", choices{TLP: "amber"}},
		{"tlp=purple&as=pdf&take=x&take=1.0123&take=0.0123456789abcdef", choices{TLP: "amber"}},
		{"take=" + other + "&take=" + id + "&take=" + id, choices{TLP: "amber", Take: []string{id, other}}},
		{"take=" + id + "&take=all", choices{TLP: "amber", All: true}},
		{"group=" + strings.Repeat("g", 201), choices{TLP: "amber"}},
		{"as=auto", choices{TLP: "amber"}},
	} {
		q, err := url.ParseQuery(c.in)
		if err != nil {
			t.Fatal(err)
		}
		got := parseChoices(q)
		if !same(got, c.want) {
			t.Errorf("%s is %+v; want %+v", c.in, got, c.want)
		}
		if again := parseChoices(got.values()); !same(again, got) {
			t.Errorf("%+v comes back as %+v", got, again)
		}
		hidden := url.Values{}
		for _, f := range got.fields() {
			hidden.Add(f.Name, f.Value)
		}
		if again := parseChoices(hidden); !same(again, got) {
			t.Errorf("in a form %+v comes back as %+v", got, again)
		}
	}
	many := url.Values{}
	for i := range maxTake + 5 {
		many.Add("take", "1.0123456789abc"+string("0123456789abcdef"[i%16])+string("0123456789abcdef"[i/16%16])+"0")
	}
	if got := parseChoices(many); len(got.Take) > maxTake {
		t.Errorf("%d passages are chosen", len(got.Take))
	}
	if f := (choices{TLP: "red", Group: "g", Named: true, All: true}).fields("tlp", "take", "named"); !slices.Equal(f, []field{{"group", "g"}}) {
		t.Errorf("the form has %v beside what it asks for itself", f)
	}
}

func same(a, b choices) bool {
	return a.As == b.As && a.TLP == b.TLP && a.Group == b.Group && a.Named == b.Named && a.All == b.All && slices.Equal(a.Take, b.Take)
}

// TestOptions: the choices are what the exchange is told.
func TestOptions(t *testing.T) {
	d := draft.Draft{ID: "0123", Size: 7, About: draft.About{Name: "a.eml"}}
	o := choices{As: "eml", TLP: "amber-strict", Group: "g", Named: true, Take: []string{"x"}}.options(d)
	if o.Format != intake.EML || o.TLP != stix.AmberStrict || o.Group != "g" || !o.Named || o.Name != "a.eml" || o.Size != 7 || o.Idempotent != "0123" || o.Door != exchange.DoorWeb || !slices.Equal(o.TakeOut.Passages, []string{"x"}) || o.TakeOut.All {
		t.Errorf("the exchange is told %+v", o)
	}
	for _, l := range levels {
		if o := (choices{TLP: l}).options(d); o.TLP.Name() != l {
			t.Errorf("%s is told as %s", l, o.TLP.Name())
		}
	}
}

// TestWordsOfTheGate: each reason and type that the gate and the lists know has a
// sentence of its own, in the file of words.
func TestWordsOfTheGate(t *testing.T) {
	b, err := files.ReadFile("words.en.txt")
	if err != nil {
		t.Fatal(err)
	}
	words := "\n" + string(b)
	for prefix, keys := range map[string]string{
		"why.": "not-sent submitter identifier other name name-full name-act name-joined name-lower name-role name-title mail-victim host-of-victim same-as-elsewhere role-victim table-column form-field " +
			"labelled-number login secret dump-password birth-date age id-number card-number device-number device-of-person postal-address home-address exact-position health-fact encoded-person property-name individual personal phone",
		"held.": "individual mail-unknown mail-doubtful role-unknown role-doubtful name-doubtful account-unclear byline unread-content other out",
		"type.": "person email phone username hostname ip_address mac_address address age bank_account date_of_birth employee_id encoded_personal geo_coordinates health imei medical_record national_id payment_card secret identifier",
		"tlp.":  strings.Join(levels, " "), "format.": "auto eml text csv stix misp", "source.": "header header.note rows rows.note text mail", "view.": "text others stix", "none.": "text others stix",
		"benign.": "private loopback resolver shared link-local multicast broadcast unspecified reserved benchmarking discard wide infrastructure suffix empty",
	} {
		for key := range strings.FieldsSeq(keys) {
			if !strings.Contains(words, "\n"+prefix+key+": ") {
				t.Errorf("there are no words for %s%s", prefix, key)
			}
		}
	}
	for _, k := range []string{"ipv4", "ipv6", "cidr", "domain", "url", "email", "md5", "sha1", "sha256", "sha512", "ssdeep", "tlsh", "imphash", "ja3", "ja4", "cve", "attack", "btc", "eth", "xmr", "onion", "registry", "path", "filename", "mutex", "asn", "mac", "user-agent"} {
		if !strings.Contains(words, "\nkind."+k+".one: ") || !strings.Contains(words, "\nkind."+k+".other: ") {
			t.Errorf("there are no words for the kind %s", k)
		}
	}
}

func TestPassageNames(t *testing.T) {
	for id, want := range map[string]bool{"1.0123456789abcdef": true, "999999.0123456789abcdef": true, "1000000.0123456789abcdef": false, "0.0123456789abcdef": false, ".0123456789abcdef": false,
		"1.0123456789abcde": false, "1.0123456789abcdef0": false, "1.0123456789ABCDEF": false, "-1.0123456789abcdef": false, "1": false, "": false, "1.0123456789abcde\n": false} {
		if isPassage(id) != want {
			t.Errorf("%q may be one: %v", id, !want)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}
