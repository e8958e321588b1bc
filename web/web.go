// Package web is the door for people: the pages, each in a folder of its own,
// within the frame that all of them share (web/frame).
package web

import (
	"net/http"

	"tocsin/draft"
	"tocsin/web/find"
	"tocsin/web/frame"
	"tocsin/web/help"
	"tocsin/web/house"
	"tocsin/web/live"
	"tocsin/web/oidc"
	"tocsin/web/operator"
	"tocsin/web/passkey"
	"tocsin/web/public"
	"tocsin/web/recall"
	"tocsin/web/receipt"
	"tocsin/web/report"
	"tocsin/web/review"
	"tocsin/web/ring"
	"tocsin/web/signin"
	"tocsin/web/thing"
)

// Parts is what some pages stand on beside the frame.
type Parts struct {
	Drafts      *draft.Drafts
	BehindProxy bool        // the client's address is what the proxy says
	Provider    oidc.Config // the OpenID provider by which people may sign in; zero for none
}

// Routes is the whole list of pages: what each shows is in its folder, who may see
// it stands beside its address.
func Routes(s *frame.Site, p Parts) []frame.Route {
	var all []frame.Route
	for _, pages := range [][]frame.Route{
		home(),
		find.Routes(s),
		help.Routes(s),
		house.Routes(s),
		live.Routes(s),
		oidc.Routes(s, p.Provider),
		operator.Routes(s),
		passkey.Routes(s),
		public.Routes(s),
		recall.Routes(s),
		receipt.Routes(s),
		report.Routes(s),
		review.Routes(s),
		ring.Routes(s, p.Drafts),
		signin.Routes(s, signin.Config{Passkeys: passkey.Script(s), Provider: p.Provider.Provider(), BehindProxy: p.BehindProxy}),
		thing.Routes(s),
	} {
		all = append(all, pages...)
	}
	return all
}

// Handler serves every page.
func Handler(s *frame.Site, p Parts) http.Handler { return s.Handler(Routes(s, p)) }

// home leads each visitor to where a day begins: Live for who is signed in, the
// public page for everybody else.
func home() []frame.Route {
	return []frame.Route{{Pattern: "GET /{$}", Open: true, Serve: func(v *frame.Visit) error {
		if v.In() {
			return v.Go("/live")
		}
		return v.Go("/public")
	}}}
}
