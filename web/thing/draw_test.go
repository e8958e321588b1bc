package thing

import (
	"fmt"
	"strconv"
	"testing"
)

// TestDraw: every neighbour has a place of its own within the drawing.
func TestDraw(t *testing.T) {
	for _, n := range []int{1, 2, 3, 39, 40, 41, 300} {
		b := &body{}
		for i := range n {
			b.Relations = append(b.Relations, relation{Name: fmt.Sprintf("neighbour %d", i), Word: "indicates"})
		}
		d := draw(b)
		if len(d.Nodes) != min(n, 40) || d.Left != max(0, n-40) {
			t.Errorf("of %d neighbours %d are drawn and %d left out", n, len(d.Nodes), d.Left)
		}
		taken := map[string]bool{}
		for _, one := range d.Nodes {
			x, _ := strconv.Atoi(one.X)
			y, _ := strconv.Atoi(one.Y)
			if x < 150 || x > d.Width-150 || y < 10 || y > d.Height-10 {
				t.Errorf("of %d, %s stands at %d,%d in %dx%d", n, one.Name, x, y, d.Width, d.Height)
			}
			if side := one.Anchor + one.Y; taken[side] {
				t.Errorf("of %d, two stand at %s", n, side)
			} else {
				taken[side] = true
			}
		}
	}
	if got := cut("exactly twenty-eight letters"); got != "exactly twenty-eight letters" {
		t.Errorf("%q", got)
	}
	if got := cut("one more than twenty-eight ch."); len([]rune(got)) != 28 {
		t.Errorf("%q", got)
	}
}

// TestGrade: STIX 2.1 appendix A, None / Low / Med / High, at both sides of each border.
func TestGrade(t *testing.T) {
	for n, want := range map[int]string{-1: "none", 0: "none", 1: "low", 29: "low", 30: "medium", 69: "medium", 70: "high", 100: "high"} {
		if got := gradeOf(n); got != want {
			t.Errorf("%d is %s, not %s", n, got, want)
		}
	}
}
