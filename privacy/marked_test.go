package privacy

import (
	"strings"
	"testing"
	"unicode"
)

// A marked text has its values in double brackets with the verdict before:
// ⟦r:Anna Keller⟧ must go, ⟦k:evil@phish.example⟧ must stay, ⟦h:Igor⟧ must be
// held, ⟦x:...⟧ must not go out but may be removed or held.
type marked struct {
	text   string
	values []value
}

type value struct {
	verdict    byte
	text       string
	start, end int
}

func unmark(t testing.TB, s string) marked {
	t.Helper()
	var m marked
	var b strings.Builder
	for s != "" {
		before, rest, found := strings.Cut(s, "⟦")
		b.WriteString(before)
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "⟧")
		if !closed || len(inside) < 3 || inside[1] != ':' {
			t.Fatalf("a mark is broken near %q", rest)
		}
		m.values = append(m.values, value{inside[0], inside[2:], b.Len(), b.Len() + len(inside) - 2})
		b.WriteString(inside[2:])
		s = after
	}
	m.text = b.String()
	return m
}

// survives tells a run of three letters or digits of a value that stands in out
// more often than in the rest of the text.
func survives(m marked, v value, out string) string {
	var rest strings.Builder
	at := 0
	for _, o := range m.values {
		if o.verdict != 'k' {
			rest.WriteString(m.text[at:o.start])
			rest.WriteByte(' ')
			at = o.end
		}
	}
	rest.WriteString(m.text[at:])
	words := func(s string) map[string]int {
		n := map[string]int{}
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			n[w]++
		}
		return n
	}
	allowed, left := words(rest.String()), words(out)
	text := v.text
	if local, _, ok := strings.Cut(text, "@"); ok && !strings.Contains(text, " ") {
		text = local // the part behind the at sign may stay
	}
	for w := range words(text) {
		if len([]rune(w)) >= 3 && left[w] > allowed[w] {
			return w
		}
		if r := []rune(w); isWide(r[0]) && strings.Contains(out, w) && !strings.Contains(rest.String(), w) {
			return w
		}
	}
	return ""
}

// check judges a marked text and compares.
func check(t *testing.T, g *Gate, s string) {
	t.Helper()
	m := unmark(t, s)
	spans := g.Text(m.text)
	out := Scrub(m.text, spans)
	soundSpans(t, m.text, spans)
	for _, v := range m.values {
		switch v.verdict {
		case 'k':
			if !strings.Contains(out, v.text) {
				t.Errorf("%q is gone from\n  %s\n  %s", v.text, out, show(m.text, spans))
			}
		case 'n':
			for _, sp := range spans {
				if sp.Verdict != Keep && sp.Start < v.end && sp.End > v.start {
					t.Errorf("%q was touched in\n  %s\n  %s", v.text, out, show(m.text, spans))
				}
			}
		default:
			if w := survives(m, v, out); w != "" {
				t.Errorf("%q survives of %q in\n  %s\n  %s", w, v.text, out, show(m.text, spans))
			}
			for _, sp := range spans {
				if v.verdict == 'h' && sp.Start < v.end && sp.End > v.start && sp.Verdict != Hold || v.verdict == 'r' && sp.Start < v.end && sp.End > v.start && sp.Verdict == Hold {
					t.Errorf("%q got %s (%s), in\n  %s", v.text, sp.Verdict, sp.Reason, show(m.text, spans))
				}
			}
		}
	}
	// What no mark names is neutral: it may not go.
	for _, sp := range spans {
		if sp.Verdict == Keep {
			continue
		}
		hit := false
		for _, v := range m.values {
			hit = hit || v.start < sp.End && v.end > sp.Start
		}
		if !hit {
			t.Errorf("neutral %q went (%s, %s) from\n  %s", m.text[sp.Start:sp.End], sp.Type, sp.Reason, m.text)
		}
	}
	if again := g.Text(out); strings.Compare(Scrub(out, again), out) != 0 {
		t.Errorf("the second pass changes\n  %s\ninto\n  %s", out, Scrub(out, again))
	}
}

func show(s string, spans []Span) string {
	var b strings.Builder
	for _, sp := range spans {
		b.WriteString(string(sp.Verdict) + " " + sp.Type + " " + sp.Reason + " «" + s[sp.Start:sp.End] + "»; ")
	}
	return b.String()
}

// soundSpans checks order, bounds and rune boundaries.
func soundSpans(t fatal, s string, spans []Span) {
	t.Helper()
	at := 0
	for _, sp := range spans {
		if sp.Start < at || sp.End <= sp.Start || sp.End > len(s) {
			t.Fatalf("span %d..%d after %d in %d bytes", sp.Start, sp.End, at, len(s))
		}
		if !boundary(s, sp.Start) || !boundary(s, sp.End) {
			t.Fatalf("span %d..%d cuts a character", sp.Start, sp.End)
		}
		at = sp.End
	}
}

// fatal is what testing and rapid have in common here.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

func boundary(s string, i int) bool { return i == len(s) || s[i]&0xc0 != 0x80 }
