package frame

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tokens reads the colours of both schemes out of the style sheet itself.
func tokens(t *testing.T) map[string][2]string {
	t.Helper()
	css := string(must(own.ReadFile("assets/style.css")))
	out := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+):light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)`).FindAllStringSubmatch(css, -1) {
		out[m[1]] = [2]string{m[2], m[3]}
	}
	return out
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(hex string) float64 {
	var out float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		out += weight * c
	}
	return out
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast computes the contrast of each pair of tokens that stand on each
// other, in both schemes: text at least 5.9 where its ground is of its own role,
// edges of controls at least 3 (interface.md section 4; WCAG 2.2 1.4.3, 1.4.11).
func TestContrast(t *testing.T) {
	if c := contrast("#000000", "#ffffff"); math.Abs(c-21) > 0.01 {
		t.Fatalf("black on white is %.2f", c)
	}
	colours := tokens(t)
	pairs := []struct {
		text, ground string
		least        float64
	}{
		{"ink", "surface", 5.9}, {"ink", "bg", 5.9}, {"ink", "sunk", 5.9}, {"ink", "stop-tint", 5.9}, {"ink", "act-tint", 5.9}, {"ink", "warn-tint", 5.9}, {"ink", "held-tint", 5.9},
		{"soft", "bg", 5.9}, {"soft", "surface", 5.9}, {"soft", "sunk", 5.5}, {"soft", "act-tint", 5.5},
		{"act", "surface", 5.9}, {"act", "bg", 5.9}, {"act", "act-tint", 5.9}, {"act", "sunk", 5.9}, {"on-act", "act", 5.9}, {"bg", "ink", 5.9},
		{"go", "go-tint", 5.9}, {"held", "held-tint", 5.9}, {"on-cut", "cut", 5.9}, {"warn", "warn-tint", 5.9}, {"stop", "stop-tint", 5.9}, {"stop", "surface", 5.9}, {"stop", "bg", 5.9}, {"surface", "stop", 5.9},
		{"edge", "surface", 3}, {"edge", "bg", 3}, {"cut-edge", "surface", 3}, {"bell", "bg", 3}, {"bell", "surface", 3},
	}
	for _, p := range pairs {
		for i, scheme := range []string{"light", "dark"} {
			a, b := colours[p.text][i], colours[p.ground][i]
			if a == "" || b == "" {
				t.Fatalf("there is no token %s or %s", p.text, p.ground)
			}
			if c := contrast(a, b); c < p.least-0.05 { // as rounded in the table
				t.Errorf("%s: %s %s on %s %s is %.1f, less than %.1f", scheme, p.text, a, p.ground, b, c, p.least)
			}
		}
	}
	for label, colour := range map[string]string{"RED": "#ff2b2b", "AMBER": "#ffc000", "GREEN": "#33ff00", "CLEAR": "#ffffff"} {
		if c := contrast(colour, "#000000"); c < 5.5 {
			t.Errorf("TLP:%s on black is %.1f", label, c)
		}
	}
}

// TestBudget: style and script stay small, and bring nothing from elsewhere.
func TestBudget(t *testing.T) {
	for name, most := range map[string]int{"style.css": 14 << 10, "tocsin.js": 12 << 10} {
		b := string(must(own.ReadFile("assets/" + name)))
		if len(b) > most {
			t.Errorf("%s has %d bytes; at most %d", name, len(b), most)
		}
		for _, bad := range []string{"http://", "https://", "@import", "url(", "eval(", "innerHTML", "document.write"} {
			if strings.Contains(b, bad) {
				t.Errorf("%s has %q in it", name, bad)
			}
		}
	}
}

// TestStates: each word of state has an icon that is there, and words.
func TestStates(t *testing.T) {
	w := must(parseWords(string(must(own.ReadFile("templates/words.en.txt")))))
	for name := range states {
		html, err := state(name, w)
		if err != nil || w["state."+name] == "" || !strings.Contains(string(html), fmt.Sprint(w["state."+name])) {
			t.Errorf("the state %s is shown as %q, %v", name, html, err)
		}
	}
	if _, err := state("protected", w); err == nil {
		t.Error("a state that is not in the list was shown")
	}
}
