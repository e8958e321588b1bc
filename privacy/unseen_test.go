package privacy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tocsin/stix"
)

// The unseen sets: texts in styles that no other test has, written from the label
// guide. The first five were written before their author had read a detector,
// "fresh" and "last" after the gate had been mended by the ones before. What each
// scored when first seen stands in docs/accuracy-privacy.md. All are scored as a
// whole and must reach floors; single items may fail. See them with
//
//	go test -v -run TestUnseen ./privacy
//
// Who mends the gate after a miss looks for its kind, not for the item.
var unseenFiles = map[string]string{"logs": unseenLogs, "mail": unseenMail, "papers": unseenPapers, "langs": unseenLangs, "stix": unseenStix, "fresh": unseenFresh, "last": unseenLast}

// unseenItem is one text with its marks.
type unseenItem struct {
	style, lang string
	marked
}

func unseenItems(t *testing.T, src string) (out []unseenItem) {
	t.Helper()
	for _, part := range strings.Split(strings.TrimSpace(src), "=== ")[1:] {
		head, body, ok := strings.Cut(part, "\n")
		style, lang, two := strings.Cut(head, " ")
		if !ok || !two {
			t.Fatalf("no head in %q", part)
		}
		out = append(out, unseenItem{style, lang, unmark(t, strings.TrimSpace(body))})
	}
	return out
}

// tally counts what became of the marked values.
type tally struct{ remove, gone, keep, kept, review, held, right, wrong int }

func (a *tally) add(b tally) {
	a.remove, a.gone, a.keep, a.kept = a.remove+b.remove, a.gone+b.gone, a.keep+b.keep, a.kept+b.kept
	a.review, a.held, a.right, a.wrong = a.review+b.review, a.held+b.held, a.right+b.right, a.wrong+b.wrong
}

func percent(part, whole int) float64 {
	if whole == 0 {
		return 100
	}
	return 100 * float64(part) / float64(whole)
}

func (a tally) String() string {
	return fmt.Sprintf("removed %d of %d (%.1f %%), kept %d of %d (%.1f %%), precision %.1f %%, doubtful not let through %d of %d",
		a.gone, a.remove, percent(a.gone, a.remove), a.kept, a.keep, percent(a.kept, a.keep), percent(a.right, a.right+a.wrong), a.held, a.review)
}

// judgeUnseen scores one item and names its misses.
func judgeUnseen(t *testing.T, g *Gate, it unseenItem) (n tally, misses []string) {
	t.Helper()
	var spans []Span
	var out string
	if strings.HasPrefix(it.text, `{"type":"`) {
		var edits []stix.Edit
		spans, edits = g.JSON([]byte(it.text))
		out = string(stix.Splice([]byte(it.text), edits))
	} else {
		spans = g.Text(it.text)
		out = Scrub(it.text, spans)
	}
	soundSpans(t, it.text, spans)
	touched := func(v value) bool {
		return slices.ContainsFunc(spans, func(s Span) bool { return s.Verdict != Keep && s.Start < v.end && s.End > v.start })
	}
	for _, v := range it.values {
		switch v.verdict {
		case 'r':
			n.remove++
			if w := survives(it.marked, v, out); w == "" {
				n.gone++
			} else {
				misses = append(misses, fmt.Sprintf("LEAK %q of %q", w, v.text))
			}
		case 'k':
			n.keep++
			if strings.Contains(out, v.text) {
				n.kept++
			} else {
				misses = append(misses, fmt.Sprintf("LOST %q", v.text))
			}
		case 'h':
			n.review++
			if touched(v) {
				n.held++
			} else {
				misses = append(misses, fmt.Sprintf("PASSED %q", v.text))
			}
		}
	}
	for _, s := range spans {
		if s.Verdict == Keep {
			continue
		}
		if slices.ContainsFunc(it.values, func(v value) bool { return v.verdict != 'k' && s.Start < v.end && s.End > v.start }) {
			n.right++
		} else {
			n.wrong++
			misses = append(misses, fmt.Sprintf("WRONG %s %q (%s)", s.Verdict, it.text[s.Start:s.End], s.Reason))
		}
	}
	return n, misses
}

// The floors are what the gate reaches, in percent, rounded down. They only rise.
const (
	floorRecall    = 94
	floorKept      = 94
	floorPrecision = 94
	floorItems     = 430
)

func TestUnseen(t *testing.T) {
	g := New()
	var all tally
	items := 0
	langs := map[string]tally{}
	for _, name := range slices.Sorted(maps.Keys(unseenFiles)) {
		var file tally
		for _, it := range unseenItems(t, unseenFiles[name]) {
			n, misses := judgeUnseen(t, g, it)
			items++
			file.add(n)
			l := langs[it.lang]
			l.add(n)
			langs[it.lang] = l
			if len(misses) > 0 {
				t.Logf("%s/%s/%s: %s\n\tin %s", name, it.style, it.lang, strings.Join(misses, "; "), strings.ReplaceAll(it.text, "\n", "\n\t   "))
			}
		}
		t.Logf("%-7s %s", name, file)
		all.add(file)
	}
	byRecall := func(a, b string) int {
		return cmp.Compare(percent(langs[a].gone, langs[a].remove), percent(langs[b].gone, langs[b].remove))
	}
	for _, l := range slices.SortedStableFunc(maps.Keys(langs), byRecall) {
		t.Logf("%s: %s", l, langs[l])
	}
	t.Logf("all %d items: %s", items, all)
	if items < floorItems {
		t.Errorf("%d items, want %d: a figure over fewer says less", items, floorItems)
	}
	for what, v := range map[string][2]float64{
		"removed": {percent(all.gone, all.remove), floorRecall}, "kept": {percent(all.kept, all.keep), floorKept}, "precision": {percent(all.right, all.right+all.wrong), floorPrecision},
	} {
		if v[0] < v[1] {
			t.Errorf("%s: %.1f %%, floor %.1f %%", what, v[0], v[1])
		}
	}
}
