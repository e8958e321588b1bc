package privacy

import (
	"strings"
	"testing"
)

// verdict is a text and what must not go out of it, exactly: "type=value" for what
// is removed, "?type=value" for what is held, divided by "; ". All else must stay.
type verdict struct{ in, want string }

// account writes the removed and held spans of a text as verdict.want does.
func account(s string, spans []Span) string {
	var out []string
	for _, sp := range spans {
		if sp.Verdict == Keep {
			continue
		}
		held := ""
		if sp.Verdict == Hold {
			held = "?"
		}
		out = append(out, held+sp.Type+"="+s[sp.Start:sp.End])
	}
	return strings.Join(out, "; ")
}

// verdicts judges each text alone and compares.
func verdicts(t *testing.T, cases []verdict) {
	t.Helper()
	g := New()
	for _, c := range cases {
		spans := g.Text(c.in)
		soundSpans(t, c.in, spans)
		if got := account(c.in, spans); got != c.want {
			t.Errorf("%q\n  gives %s\n  want  %s", c.in, got, c.want)
		}
	}
}

// words makes the segment that detectors work on.
func segmentFor(s string) *text {
	g := New()
	t := &text{g: g, m: newMemory(g), s: s}
	t.read()
	return t
}
