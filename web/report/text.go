package report

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/exchange"
	"tocsin/stix"
	"tocsin/web/frame"
)

// Bounds of the texts of one page.
const (
	maxTexts = 4
	maxText  = 8000 // characters of all of them
)

// text is what somebody wrote, as it was released.
type text struct {
	N      int    // from 1
	Of     string // word of the object's type
	Pieces []piece
	Cut    bool // there is more of it in the object
}

// piece is a part of a text: as written, or the label of what is gone.
type piece struct {
	Text  string
	Label string // cut or held; "" for text
	Kind  string // of what is gone, as the account has it
	ID    string // where the account leads to
}

// prose are the properties in which people write.
var prose = []string{"description", "content", "abstract", "explanation"}

// texts gives the texts of some objects, each once, and how many more there are.
func (p pages) texts(v *frame.Visit, objects []exchange.EntryObject) (out []text, more int) {
	room := maxText
	seen := map[string]bool{}
	for _, o := range objects {
		_ = stix.Walk(o.Raw, func(f stix.Field) error { // it was parsed before it was kept
			if f.IsKey || f.Kind != stix.String || len(f.Path) != 1 || !slices.Contains(prose, f.Path[0].Key) || strings.Count(f.Value, " ") < 2 || seen[f.Value] {
				return nil
			}
			seen[f.Value] = true
			if len(out) == maxTexts || room <= 0 {
				more++
				return nil
			}
			t := text{N: len(out) + 1, Of: p.WordOr(v, "type.", o.Type)}
			shown := []rune(f.Value)
			if t.Cut = len(shown) > room; t.Cut {
				shown = shown[:room]
			}
			room -= len(shown)
			t.Pieces = p.pieces(v, string(shown))
			out = append(out, t)
			return nil
		})
	}
	return out, more
}

// labels are what the gate leaves in the place of something: [held], [email], [person-1].
const labels = `\[([a-z][a-z_]*)(-[0-9]+)?\]`

// pieces tells the labels in a text from the text. Another word in brackets is text.
func (p pages) pieces(v *frame.Visit, s string) (out []piece) {
	at := 0
	add := func(t string) {
		if t != "" {
			out = append(out, piece{Text: frame.Visible(t)})
		}
	}
	for _, m := range regexp.MustCompile(labels).FindAllStringSubmatchIndex(s, -1) {
		name, key := s[m[2]:m[3]], "label."+s[m[2]:m[3]]
		label := piece{Text: p.Word(v, key), Label: "cut", Kind: name}
		if name == "held" {
			label.Label = "held"
		} else if label.Text == key {
			continue
		}
		if m[4] >= 0 {
			label.Text += " " + s[m[4]+1:m[5]]
		}
		add(s[at:m[0]])
		out, at = append(out, label), m[1]
	}
	add(s[at:])
	return out
}

// lead makes the account lead to the first label of each kind in the texts.
func (b *body) lead() {
	first := map[string]*piece{}
	for _, t := range b.Texts {
		for i, p := range t.Pieces {
			if p.Kind != "" && first[p.Kind] == nil {
				first[p.Kind] = &t.Pieces[i]
			}
		}
	}
	for i, r := range b.Removed {
		if p := first[r.Kind]; p != nil {
			p.ID = "in-" + p.Kind
			b.Removed[i].Link = "#" + p.ID
		}
	}
}
