package house

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func itself(n int64) int64 { return n }

func TestPart(t *testing.T) {
	five := func(int64) int { return 5 }
	all := []int64{1, 2, 3, 4}
	for name, c := range map[string]struct {
		after      int64
		rows, room int
		want       []int64
		more       bool
	}{
		"all fit":             {newest, 4, 20, []int64{1, 2, 3, 4}, false},
		"a row too many":      {newest, 3, 20, []int64{1, 2, 3}, true},
		"a byte too many":     {newest, 4, 19, []int64{1, 2, 3}, true},
		"behind a row":        {2, 4, 20, []int64{3, 4}, false},
		"behind a lost row":   {0, 2, 20, []int64{1, 2}, true},
		"behind the last":     {4, 4, 20, nil, false},
		"larger than a page":  {newest, 4, 1, []int64{1}, true},
		"just as wide as one": {newest, 4, 5, []int64{1}, true},
	} {
		l := part(all, c.after, c.rows, c.room, itself, five)
		if !slices.Equal(l.Rows, c.want) || l.More != c.more || l.Total != 4 || l.Later != (c.after > 0) {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// Whatever the rows take, going from page to page shows each once, in order.
func TestPartsHaveNoSeam(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfDistinct(rapid.Int64Range(-1000, 1000), itself).Draw(t, "all")
		slices.Sort(all)
		rows, room := rapid.IntRange(1, 9).Draw(t, "rows"), rapid.IntRange(1, 50).Draw(t, "room")
		takes := func(n int64) int { return int(n&31) + 1 }
		var seen []int64
		for after, more := int64(newest), true; more; {
			l := part(all, after, rows, room, itself, takes)
			used := 0
			for _, n := range l.Rows {
				used += takes(n)
			}
			if len(l.Rows) > rows || used > room && len(l.Rows) > 1 {
				t.Fatalf("a page of %d rows and %d bytes", len(l.Rows), used)
			}
			if l.More && len(l.Rows) == 0 {
				t.Fatal("an empty page, and more behind it")
			}
			seen, after, more = append(seen, l.Rows...), l.Next, l.More
		}
		if !slices.Equal(seen, all) {
			t.Fatalf("%v, want %v", seen, all)
		}
	})
}

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{"abc": 3, `"`: 5, "+": 5, "<": 4, "\u202e": len("⟨U+202E⟩") + 4} {
		if got := width(text); got < len(text) || got > want || !strings.Contains(text, "\u202e") && got != want {
			t.Errorf("%q takes %d, want %d", text, got, want)
		}
	}
}
