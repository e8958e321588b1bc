package report

import (
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/web/frame"
)

func testPages() (pages, *frame.Visit) {
	s := frame.New(frame.Config{})
	return pages{s.Pages(files), nil}, &frame.Visit{R: httptest.NewRequest("GET", "/", nil)}
}

func TestPieces(t *testing.T) {
	p, v := testPages()
	for in, want := range map[string]string{
		"plain":                         "plain",
		"from [person-1] to [email]":    "from |cut:person 1| to |cut:mailbox",
		"[held]":                        "held:held",
		"[sic] a[0] [dot] [Email] [] [": "[sic] a[0] [dot] [Email] [] [",
		"[[phone]]":                     "[|cut:phone number|]",
		"a\u202eb":                      "a⟨U+202E⟩b",
		"[person-1][person-12]":         "cut:person 1|cut:person 12",
	} {
		var out []string
		for _, piece := range p.pieces(v, in) {
			if piece.Label != "" {
				piece.Text = piece.Label + ":" + piece.Text
			}
			out = append(out, piece.Text)
		}
		if got := strings.Join(out, "|"); got != want {
			t.Errorf("%q reads %q, not %q", in, got, want)
		}
	}
}

// FuzzPieces: nothing that would change how the rest is read comes through, and no
// text is lost.
func FuzzPieces(f *testing.F) {
	for _, s := range []string{"", "[held]", "from [person-1] to [email]", "\u202e[phone", "[[x]]\x00", "<b>[held]"} {
		f.Add(s)
	}
	p, v := testPages()
	f.Fuzz(func(t *testing.T, s string) {
		shown := frame.Visible(s)
		for _, piece := range p.pieces(v, s) {
			if piece.Text == "" || piece.Text != frame.Visible(piece.Text) {
				t.Errorf("%q gives the piece %q", s, piece.Text)
			}
			if piece.Label == "" {
				i := strings.Index(shown, piece.Text)
				if i < 0 {
					t.Errorf("%q: the piece %q isn't in it, or not in its order", s, piece.Text)
					return
				}
				shown = shown[i+len(piece.Text):]
			}
		}
	})
}
