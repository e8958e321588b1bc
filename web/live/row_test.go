package live

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tocsin/fault"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"evil.example":                      "evil[.]example",
		"http://evil.example/a":             "hxxp://evil[.]example/a",
		"see http://evil.example/a or that": "see hxxp://evil[.]example/a or that",
		"Harrow 1.2 loader":                 "Harrow 1.2 loader", // a name, no value
		"  two\n\n words\t":                 "two words",
		"a\u202egnp":                        "a⟨U+202E⟩gnp",
		"":                                  "",
	} {
		if got := safe(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// TestShorten keeps both ends of what is too long, and what isn't as it is.
func TestShorten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringN(0, 200, -1).Draw(t, "in")
		got, n := shorten(in), utf8.RuneCountInString(in)
		if n <= maxShown && got != in {
			t.Fatalf("%q became %q", in, got)
		}
		if n > maxShown && (utf8.RuneCountInString(got) > maxShown || !strings.Contains(got, " … ")) {
			t.Fatalf("%d characters became %q", n, got)
		}
	})
	for n, cut := range map[int]bool{maxShown: false, maxShown + 1: true} {
		if got := shorten(strings.Repeat("a", n)); strings.Contains(got, "…") != cut {
			t.Errorf("%d characters become %q", n, got)
		}
	}
}

// FuzzCursor: whatever an address says, it is a place or a fault; and every place
// comes back.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "0", "1", "-1", "z", "1y2p0ij32e8e7", "1y2p0ij32e8e8", "9999999999999", " 1", "1.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := parseCursor(s)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if again, err := parseCursor(cursor(at)); at <= 0 || err != nil || again != at {
			t.Fatalf("%q is %d, which comes back as %d, %v", s, at, again, err)
		}
	})
}
