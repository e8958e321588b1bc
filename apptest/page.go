package apptest

import (
	"html"
	"net/url"
	"strings"
)

// Text is what the main part of a page says, without its markup.
func Text(page string) string {
	_, main, _ := strings.Cut(page, "<main")
	var b strings.Builder
	depth := 1 // within <main
	for _, r := range main {
		switch {
		case r == '<':
			depth++
			b.WriteByte(' ')
		case r == '>' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return html.UnescapeString(strings.Join(strings.Fields(b.String()), " "))
}

// Says fails the test with each text that a page doesn't say.
func (n *Node) Says(page string, texts ...string) {
	n.Helper()
	said := Text(page)
	for _, s := range texts {
		if !strings.Contains(said, s) {
			n.Errorf("the page doesn't say %q:\n%s", s, said)
		}
	}
}

// Hidden gives the hidden fields of a page's form.
func Hidden(page string) url.Values {
	out := url.Values{}
	for _, part := range strings.Split(page, `<input type="hidden" name="`)[1:] {
		name, rest, _ := strings.Cut(part, `" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		out.Set(name, html.UnescapeString(value))
	}
	return out
}
