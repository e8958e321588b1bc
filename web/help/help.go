// Package help is the page of keys: what each key does, so that nobody has to
// guess. It says only what the frame's script obeys.
package help

import (
	"embed"

	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

// key is one line of the page: the keys, and the word that says what they do.
type key struct {
	Keys []string
	Word string
}

// group is a heading with its keys.
type group struct {
	Word string
	Keys []key
}

var groups = []group{
	{"everywhere", []key{{[]string{"/"}, "search"}, {[]string{"n"}, "ring"}, {[]string{"?"}, "keys"}, {[]string{"Ctrl", "Enter"}, "send"}}},
	{"go", []key{{[]string{"g", "l"}, "live"}, {[]string{"g", "s"}, "find"}, {[]string{"g", "o"}, "reports"}, {[]string{"g", "r"}, "review"}, {[]string{"g", "m"}, "members"}, {[]string{"g", "a"}, "account"}}},
	{"lists", []key{{[]string{"j"}, "next"}, {[]string{"k"}, "previous"}, {[]string{"Enter"}, "open"}, {[]string{"["}, "older"}, {[]string{"]"}, "newer"}}},
	{"desk", []key{{[]string{"1", "6"}, "reason"}, {[]string{"r"}, "release"}, {[]string{"x"}, "remove"}, {[]string{"s"}, "skip"}}},
}

// Routes is the page of keys, for whoever is signed in.
func Routes(s *frame.Site) []frame.Route {
	p := s.Pages(files)
	return []frame.Route{
		{Pattern: "GET /keys", Anyone: true, Serve: func(v *frame.Visit) error {
			return v.Show(p, "keys", frame.Page{Title: p.Word(v, "title"), Body: groups})
		}},
		// Single keys can be switched off: speech input types them by accident (WCAG 2.2, 2.1.4).
		{Pattern: "POST /keys", Anyone: true, Serve: func(v *frame.Visit) error {
			v.SetKeys(v.R.PostFormValue("keys") == "on")
			return v.Go("/keys")
		}},
	}
}
