// Package help is the page of keys: what each key does, so that nobody has to
// guess. It says only what the scripts obey, and only what the visitor's role may use.
package help

import (
	"embed"

	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

// key is one line of the page: the keys, the word that says what they do, and what
// one must be allowed to for them to lead anywhere.
type key struct {
	Keys []string
	Word string
	Act  member.Act // "" for whoever is signed in
}

// group is a heading with its keys.
type group struct {
	Word string
	Keys []key
}

var groups = [...]group{
	{"everywhere", []key{{[]string{"/"}, "search", member.ActRead}, {[]string{"n"}, "ring", member.ActFile}, {[]string{"?"}, "keys", ""}, {[]string{"Ctrl", "Enter"}, "send", ""}}},
	{"go", []key{{[]string{"g", "l"}, "live", member.ActRead}, {[]string{"g", "s"}, "find", member.ActRead}, {[]string{"g", "o"}, "reports", member.ActFile},
		{[]string{"g", "r"}, "review", member.ActReview}, {[]string{"g", "m"}, "members", member.ActOwn}, {[]string{"g", "a"}, "account", ""}}},
	{"lists", []key{{[]string{"j"}, "next", ""}, {[]string{"k"}, "previous", ""}, {[]string{"Enter"}, "open", ""}, {[]string{"["}, "older", ""}, {[]string{"]"}, "newer", ""}}},
	{"live", []key{{[]string{"space"}, "still", member.ActRead}}},
	{"desk", []key{{[]string{"1", "6"}, "reason", member.ActReview}, {[]string{"r"}, "release", member.ActReview}, {[]string{"x"}, "remove", member.ActReview}, {[]string{"s"}, "skip", member.ActReview}}},
}

// of gives the keys that a session may use.
func of(s member.Session) (out []group) {
	for _, g := range groups {
		mine := group{Word: g.Word}
		for _, k := range g.Keys {
			if k.Act == "" || s.May(k.Act) == nil {
				mine.Keys = append(mine.Keys, k)
			}
		}
		if len(mine.Keys) > 0 {
			out = append(out, mine)
		}
	}
	return out
}

// Routes is the page of keys, for whoever is signed in.
func Routes(s *frame.Site) []frame.Route {
	p := s.Pages(files)
	return []frame.Route{
		{Pattern: "GET /keys", Anyone: true, Serve: func(v *frame.Visit) error {
			return v.Show(p, "keys", frame.Page{Title: p.Word(v, "title"), Body: of(v.Visitor.Session)})
		}},
		// Single keys can be switched off: speech input types them by accident (WCAG 2.2, 2.1.4).
		{Pattern: "POST /keys", Anyone: true, Serve: func(v *frame.Visit) error {
			v.SetKeys(v.Form().Get("keys") == "on")
			return v.Go("/keys")
		}},
	}
}
