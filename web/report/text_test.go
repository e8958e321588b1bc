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

func TestShort(t *testing.T) {
	for in, want := range map[string]string{
		"evil.example":                 "evil[.]example",
		"Release 1.2 of the kit":       "Release 1.2 of the kit",
		"see http://evil.example/ now": "see hxxp://evil[.]example/ now",
		" two\n lines ":                "two lines",
		strings.Repeat("a", 30):        strings.Repeat("a", 19) + " … " + strings.Repeat("a", 7),
		"":                             "",
	} {
		if got := short(in, 29); in != "see http://evil.example/ now" && got != want || in == "see http://evil.example/ now" && short(in, 60) != want {
			t.Errorf("%q is shown as %q, not %q", in, got, want)
		}
	}
	if unbroken("a b c") || unbroken(strings.Repeat("a", 28)) || !unbroken(strings.Repeat("a", 29)) {
		t.Error("a word of more than 28 letters may not fit on a phone, others do")
	}
}

func TestIndexOf(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "17": 17, "report-17": 17, "recall-3": 3, "9223372036854775807": 9223372036854775807} {
		if got, err := indexOf(in); err != nil || got != want {
			t.Errorf("%q is %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "x", "-1", "x-1", "report-", "report--1", "1.5", "9223372036854775808", "0x1"} {
		if got, err := indexOf(in); err == nil {
			t.Errorf("%q is %d", in, got)
		}
	}
}
