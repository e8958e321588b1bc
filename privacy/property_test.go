package privacy

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tocsin/stix"
)

// piece draws a fragment of a report: people and values of either side, words,
// marks, and what the gate itself leaves.
func piece(t *rapid.T) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"victim ", "attacker ", "sender ", "recipient ", "Mr. ", "Frau ", "from ", "to ", "the suspect ", "password: ", "user=", "tel. ", "born ", "SSN ", "IBAN ", "card ", "From: ", "To: ", "patient ", "aged ", "an ", "de ", "alias ", "reported by "}),
		rapid.SampledFrom([]string{"Anna Keller", "jane.doe@bank.example", "boss@evil.example", "otto@gmail.com", "+44 20 7946 0958", "5555 5555 5555 4444", "DE89370400440532013000", "1984-03-07", "078-05-1120", `C:\Users\hvogel\a.exe`, "/home/tsmith/x", "203.0.113.9", "http://evil.example/?e=a.b%40bank.example", "Gus", "Ирина Вакулова", "张晓明", "田中花子さん", "dTptLmRvZSZwPVN1bW1lcjI="}),
		rapid.SampledFrom([]string{" ", ", ", ". ", "\n", "\n\n", "; ", ":", "=", "\"", "(", ")", " and ", "<", ">", "|", "&", "[person-1]", "[email]", "[held]", "removed@removed.invalid", "é", "—", "\\", "/"}),
		rapid.StringN(0, 8, 16),
	).Draw(t, "piece")
}

func reportText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.Custom(piece), 0, 24).Draw(t, "pieces"), "")
}

// Out equals in except exactly the spans that the account lists.
func TestScrubChangesSpansOnly(t *testing.T) {
	g := New()
	rapid.Check(t, func(t *rapid.T) {
		s := reportText(t)
		spans := g.Text(s)
		soundSpans(t, s, spans)
		out := Scrub(s, spans)
		at := 0
		for _, sp := range spans {
			if sp.Verdict == Keep {
				continue
			}
			if !strings.HasPrefix(out, s[at:sp.Start]) {
				t.Fatalf("what stands before byte %d differs in %q", sp.Start, s)
			}
			out = out[sp.Start-at:]
			if !strings.HasPrefix(out, sp.placeholder()) || !onlyPlaceholder(sp.placeholder()) {
				t.Fatalf("no placeholder at %q", out)
			}
			out, at = out[len(sp.placeholder()):], sp.End
		}
		if out != s[at:] {
			t.Fatalf("the end differs: %q", out)
		}
	})
}

// A text judged alone and the same text in a field of an object get the same verdicts.
func TestObjectEqualsText(t *testing.T) {
	g := New()
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(reportText(t), "?")
		quoted := stix.Splice([]byte(`{"type":"x-note","description":""}`), []stix.Edit{stix.EditString([]byte(`{"type":"x-note","description":""}`), 31, 33, 0, 0, s)})
		spans, edits := g.JSON(quoted)
		soundSpans(t, string(quoted), spans)
		got := ""
		_ = stix.Walk(stix.Splice(quoted, edits), func(f stix.Field) error {
			if !f.IsKey && f.Path.String() == "description" {
				got = f.Value
			}
			return nil
		})
		if want := Scrub(s, g.Text(s)); got != want {
			t.Fatalf("%q in an object became %q, alone %q", s, got, want)
		}
	})
}

// What the gate let out parses, and passes through a second gate.
func TestReportProperties(t *testing.T) {
	g := New()
	rapid.Check(t, func(t *rapid.T) {
		note := strings.ToValidUTF8(reportText(t), "?")
		value := rapid.SampledFrom([]string{"jane.doe@bank.example", "boss@evil.example", "soc@bank.example"}).Draw(t, "value")
		side := rapid.SampledFrom([]string{"from_ref", "sender_ref", "to_refs", "cc_refs"}).Draw(t, "side")
		ref := `"email-addr--` + u1 + `"`
		if strings.HasSuffix(side, "s") {
			ref = "[" + ref + "]"
		}
		var objs []stix.Object
		for _, raw := range []string{
			`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u1 + `","value":"` + value + `"}`,
			`{"type":"email-message","spec_version":"2.1","id":"email-message--` + u2 + `","is_multipart":false,"` + side + `":` + ref + `}`,
			`{"type":"note",` + at + `,"id":"note--` + u3 + `","content":"-","object_refs":["email-addr--` + u1 + `"]}`,
		} {
			b := []byte(raw)
			if i := strings.Index(raw, `"-"`); i > 0 {
				b = stix.Splice(b, []stix.Edit{stix.EditString(b, i, i+3, 0, 1, note)})
			}
			o, err := stix.Parse(b, stix.Limits{})
			if err != nil {
				t.Fatalf("%v: %s", err, b)
			}
			objs = append(objs, o)
		}
		got := g.Report(objs)
		for i, s := range got {
			o, err := stix.Parse(s.Raw, stix.Limits{})
			if err != nil {
				t.Fatalf("%v: %s", err, s.Raw)
			}
			if n := strings.Count(string(s.Raw), HeldPlaceholder); n < len(s.Held) {
				t.Fatalf("%d passages held, %d placeholders in %s", len(s.Held), n, s.Raw)
			}
			for _, h := range s.Held {
				if h.Path == "content" && (h.From < 0 || h.To > len(note) || h.From >= h.To || !utf8.ValidString(note[h.From:h.To])) {
					t.Fatalf("passage %d..%d of %d bytes", h.From, h.To, len(note))
				}
			}
			objs[i] = o
		}
		if value == "jane.doe@bank.example" && strings.HasSuffix(side, "s") && strings.Contains(string(got[0].Raw), "jane") {
			t.Fatalf("the recipient went out: %s", got[0].Raw)
		}
		if value == "boss@evil.example" && !strings.HasSuffix(side, "s") && got[0].Changed && !strings.Contains(note, value) {
			t.Fatalf("the sender was taken out: %s", got[0].Raw)
		}
	})
}

// The marked texts of these tests and the labelled sample, judged twice.
func TestSecondPassFindsNothing(t *testing.T) {
	g := New()
	raw, err := os.ReadFile("person_test.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(raw)) {
		if !strings.Contains(line, "⟦") {
			continue
		}
		s := unmark(t, line).text
		out := Scrub(s, g.Text(s))
		if again := Scrub(out, g.Text(out)); again != out {
			t.Errorf("the second pass makes\n%s of\n%s", again, out)
		}
		n++
	}
	if n < 40 {
		t.Errorf("only %d texts", n)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"victim jane.doe@bank.example", "From: \"A B\" <a@b.example>\nTo: x", "name;email\nAnna;a@b.example", "PID|1||5||A^B", "张晓明さん", "C:\\Users\\a b\\c", "\xff\xfe@", "&#64;", "a\\u0040b.example", "%40", "[person-1] [held]", "+1 (415) 555-0132", "u=a&p=b", "dTptLmRvZSZwPVN1bW1lcjI="} {
		f.Add(s)
	}
	g := New()
	f.Fuzz(func(t *testing.T, s string) {
		spans := g.Text(s)
		at := 0
		for _, sp := range spans {
			if sp.Start < at || sp.End <= sp.Start || sp.End > len(s) || sp.Type == "" || sp.Reason == "" {
				t.Fatalf("span %+v after %d in %q", sp, at, s)
			}
			if utf8.ValidString(s) && (!boundary(s, sp.Start) || !boundary(s, sp.End)) {
				t.Fatalf("span %+v cuts a character of %q", sp, s)
			}
			at = sp.End
		}
		Scrub(s, spans)
	})
}

func FuzzJSON(f *testing.F) {
	for i, s := range []string{`{"type":"email-addr","value":"a@b.example"}`, `{"type":"bundle","objects":[{"type":"note","content":"victim a@b.example"}]}`, `[{"a":1.5,"latitude":1.25}]`, `{"x@y.example":{"x@y.example":"x@y.example"}}`, `{"a":"\ud83d\ude00 victim \u0061@b.example"}`, `{"payload_bin":"AAAA"}`, `{"a":`} {
		f.Add([]byte(s))
		f.Add(fmt.Appendf(nil, `{"k%d":%s}`, i, s))
	}
	g := New()
	f.Fuzz(func(t *testing.T, raw []byte) {
		spans, edits := g.JSON(raw)
		at := 0
		for _, sp := range spans {
			if sp.Start < at || sp.End > len(raw) || sp.End <= sp.Start {
				t.Fatalf("span %+v after %d of %q", sp, at, raw)
			}
			at = sp.End
		}
		out := stix.Splice(raw, edits)
		if _, _, ok := split(raw); ok {
			if _, _, still := split(out); !still {
				t.Fatalf("%q no longer parses: %q", raw, out)
			}
		}
	})
}

// Random texts, judged twice: a second gate takes nothing out that the first let through.
func TestSecondPassOfRandomTexts(t *testing.T) {
	g := New()
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(reportText(t), "?")
		out := Scrub(s, g.Text(s))
		if again := Scrub(out, g.Text(out)); again != out {
			t.Fatalf("%q\nbecame %q\nthen   %q", s, out, again)
		}
	})
}
