package thing

import (
	"fmt"
	"math"
)

// maxNodes is how many neighbours a drawing has.
const maxNodes = 40

// drawing is one hop around the value: the value in the middle, its neighbours on a
// ring. Everything stands in attributes; the list beside it says the same in words.
type drawing struct {
	Width, Height int
	X, Y          string // of the middle
	Nodes         []node
	Left          int // neighbours that have no place
}

type node struct {
	X, Y         string
	TextX, TextY string
	Anchor       string
	Name, Word   string
	Type         string
}

// draw places the neighbours. They stand on both sides, from top to bottom, so that
// no two names meet.
func draw(b *body) *drawing {
	d := &drawing{Width: 700}
	n := min(len(b.Relations), maxNodes)
	d.Left = len(b.Relations) - n
	rows := (n + 1) / 2
	d.Height = max(160, 44*rows+40)
	cx, cy := float64(d.Width)/2, float64(d.Height)/2
	d.X, d.Y = at(cx), at(cy)
	for i, r := range b.Relations[:n] {
		side, row := float64(1-2*(i%2)), i/2
		inColumn := rows
		if side < 0 {
			inColumn = n / 2
		}
		y := cy + (float64(row)-float64(inColumn-1)/2)*44
		// A slight bow: the outermost ones stand a little nearer to the middle.
		bow := 40 * math.Pow((y-cy)/(float64(d.Height)/2), 2)
		x := cx + side*(150-bow)
		one := node{X: at(x), Y: at(y), TextX: at(x + side*12), TextY: at(y + 4), Anchor: "start", Name: cut(r.Name), Word: cut(r.Word), Type: r.Type}
		if side < 0 {
			one.Anchor = "end"
		}
		d.Nodes = append(d.Nodes, one)
	}
	return d
}

// at writes a place.
func at(f float64) string { return fmt.Sprintf("%.0f", f) }

// cut shortens a name to its place in the drawing.
func cut(s string) string {
	if r := []rune(s); len(r) > 28 {
		return string(r[:27]) + "…"
	}
	return s
}
