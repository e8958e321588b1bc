package scan

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/observable"
)

// marked is an invented text in which the indicators are marked where they
// stand, by the label guide of the corpus and not by what the scanner does:
//
//	⟦kind|as it is written⟧, ⟦kind|as it is written=>its value⟧
//
// A ´ stands for a backquote, and {md5:seed} for the hash of the seed.
type marked struct{ name, text string }

// markedFind is an indicator that a marked text has, and its place.
type markedFind struct {
	thing      observable.Thing
	start, end int
}

var hashSeed = regexp.MustCompile(`\{(md5|sha1|sha256|sha512):([a-z0-9]+)\}`)

// hashOf gives the hash that {kind:seed} stands for.
func hashOf(kind, seed string) string {
	switch kind {
	case "md5":
		return fmt.Sprintf("%x", md5.Sum([]byte(seed)))
	case "sha1":
		return fmt.Sprintf("%x", sha1.Sum([]byte(seed)))
	case "sha256":
		return fmt.Sprintf("%x", sha256.Sum256([]byte(seed)))
	}
	return fmt.Sprintf("%x", sha512.Sum512([]byte(seed)))
}

// unmark gives the text without its marks, and what they mark.
func unmark(t *testing.T, s string) (text string, want []markedFind) {
	t.Helper()
	s = strings.ReplaceAll(s, "´", "`")
	s = hashSeed.ReplaceAllStringFunc(s, func(m string) string {
		kind, seed, _ := strings.Cut(strings.Trim(m, "{}"), ":")
		return hashOf(kind, seed)
	})
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "⟦")
		b.WriteString(before)
		if !ok {
			return b.String(), want
		}
		mark, after, ok := strings.Cut(rest, "⟧")
		if !ok {
			t.Fatalf("a mark has no end: %q", rest)
		}
		kind, written, _ := strings.Cut(mark, "|")
		value := written
		if w, v, ok := strings.Cut(written, "=>"); ok {
			written, value = w, v
		}
		th, err := observable.Canonical(observable.Kind(kind), value)
		if err != nil {
			t.Fatalf("the mark %q is no %s: %v", mark, kind, err)
		}
		start := b.Len()
		b.WriteString(written)
		want = append(want, markedFind{th, start, b.Len()})
		s = after
	}
}

// indicators gives what Find holds for indicators, of the kinds that the label
// guide has. Private addresses are neither right nor wrong there.
func indicators(text string) (got []markedFind) {
	for _, f := range Find(text) {
		if reason, _ := observable.Special(f.Thing); f.Context || reason == "private" && f.Thing.Kind != observable.ASN || f.Thing.Kind == observable.MAC || f.Thing.Kind == observable.FileName || f.Thing.Kind == observable.UserAgent {
			continue
		}
		got = append(got, markedFind{f.Thing, f.Start, f.End})
	}
	return got
}

// checkMarked compares what is found in a marked text with its marks, value by
// value and place by place.
func checkMarked(t *testing.T, m marked) (right, wrong, missed int) {
	t.Helper()
	text, want := unmark(t, m.text)
	open := map[markedFind]int{}
	for _, w := range want {
		open[w]++
	}
	for _, g := range indicators(text) {
		if open[g] > 0 {
			open[g]--
			right++
			continue
		}
		wrong++
		t.Errorf("%s: found %s %s at %d to %d (%q), which is not marked", m.name, g.thing.Kind, g.thing.Value, g.start, g.end, text[g.start:g.end])
	}
	for _, w := range want {
		if open[w] > 0 {
			open[w]--
			missed++
			t.Errorf("%s: missed %s %s at %d to %d (%q)", m.name, w.thing.Kind, w.thing.Value, w.start, w.end, text[w.start:w.end])
		}
	}
	return right, wrong, missed
}

// markedSets are all marked texts.
var markedSets = [][]marked{markedProse, markedTongues, markedDefang, markedRules, markedScripts, markedLogs, markedTables, markedNothing, markedOutput, markedBenign}

// TestMarkedTexts holds the scanner to every marked text, exactly. With
// MARKED_FIGURES in the environment it prints how many were found.
func TestMarkedTexts(t *testing.T) {
	var texts, right, wrong, missed int
	for _, set := range markedSets {
		for _, m := range set {
			r, w, n := checkMarked(t, m)
			texts, right, wrong, missed = texts+1, right+r, wrong+w, missed+n
		}
	}
	if os.Getenv("MARKED_FIGURES") != "" {
		t.Logf("%d texts, %d marks: %d found, %d false, %d missed", texts, right+missed, right, wrong, missed)
	}
	if texts < 350 {
		t.Errorf("the set has %d texts: some are lost", texts)
	}
}

// thingsOf gives the values of finds.
func thingsOf(found []markedFind) (out []observable.Thing) {
	for _, f := range found {
		out = append(out, f.thing)
	}
	return out
}

// TestMarkedTextsCarried holds that the values stay the same however a text is
// carried: with the line ends of DOS, behind a byte order mark, indented, as a
// quoted mail, with blank lines round it.
func TestMarkedTextsCarried(t *testing.T) {
	carriers := map[string]func(string) string{
		"dos":    func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"marked": func(s string) string { return "\ufeff" + s },
		"lines":  func(s string) string { return "\n\n" + s + "\n\n" },
		"quoted": func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") },
		"nested": func(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") },
	}
	for name, carry := range carriers {
		for _, set := range markedSets {
			for _, m := range set {
				text, want := unmark(t, m.text)
				if strings.Contains(text, "\r") || strings.Contains(text, "address=/") && (name == "quoted" || name == "nested" || name == "marked") {
					continue // what stands at the start of a line is told by that
				}
				if got := thingsOf(indicators(carry(text))); !slices.Equal(got, thingsOf(want)) {
					t.Errorf("%s, %s:\n got %v\nwant %v", m.name, name, got, thingsOf(want))
				}
			}
		}
	}
}

// TestMarkedTextsInPlace holds that every find of a marked text stands at a
// character's border, in order, and is canonical.
func TestMarkedTextsInPlace(t *testing.T) {
	for _, set := range markedSets {
		for _, m := range set {
			text, _ := unmark(t, m.text)
			checkPlaces(t, text)
		}
	}
}
