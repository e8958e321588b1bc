// Package web is the door for people: the pages, each in a folder of its own,
// within the frame that all of them share (web/frame).
package web

import (
	"net/http"

	"tocsin/web/find"
	"tocsin/web/frame"
	"tocsin/web/help"
	"tocsin/web/live"
	"tocsin/web/public"
	"tocsin/web/review"
)

// Routes is the whole list of pages: what each shows is in its folder, who may see
// it stands beside its address.
func Routes(s *frame.Site) []frame.Route {
	var all []frame.Route
	for _, pages := range []func(*frame.Site) []frame.Route{
		home,
		find.Routes,
		help.Routes,
		live.Routes,
		public.Routes,
		review.Routes,
	} {
		all = append(all, pages(s)...)
	}
	return all
}

// Handler serves every page.
func Handler(s *frame.Site) http.Handler { return s.Handler(Routes(s)) }

// home leads each visitor to where a day begins: Live for who is signed in, the
// public page for everybody else.
func home(*frame.Site) []frame.Route {
	return []frame.Route{{Pattern: "GET /{$}", Open: true, Serve: func(v *frame.Visit) error {
		if v.In() {
			return v.Go("/live")
		}
		return v.Go("/public")
	}}}
}
