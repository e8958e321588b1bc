package house

import (
	"html/template"
	"math"
	"strconv"
	"strings"

	"tocsin/web/frame"
)

// A page has at most 60 kB (docs/pages.md), of which style, script and frame take
// 24 and its forms up to 6: lists are cut by the number of their rows and by what
// the rows take, since a name of 100 characters may be 500 bytes of HTML or more.
const (
	pageRows = 50     // rows of a list that has a page of its own
	pageRoom = 33_000 // bytes of HTML for its rows
	fewRows  = 10     // rows of each list of a member's page; all of them stand on a page of their own
	fewRoom  = 7_000  // bytes of HTML for these
)

// newest is a cursor before everything.
const newest = math.MinInt64

// list is one page of a longer list.
type list[T any] struct {
	Rows  []T
	Total int
	Next  int64 // the cursor of the next page, when there is one
	More  bool  // there is one
	Later bool  // this isn't the first
}

// part takes the page of a list that begins behind a cursor. at gives each row's
// place, which grows along the list; takes tells what it takes, in bytes of HTML.
// A row always fits on an empty page.
func part[T any](all []T, after int64, rows, room int, at func(T) int64, takes func(T) int) (l list[T]) {
	l.Total = len(all)
	for _, row := range all {
		if at(row) <= after {
			l.Later = true
			continue
		}
		if room -= takes(row); len(l.Rows) == rows || room < 0 && len(l.Rows) > 0 {
			l.More = true
			return l
		}
		l.Rows, l.Next = append(l.Rows, row), at(row)
	}
	return l
}

// after reads the cursor of the address; one that is no number is the first page.
func after(v *frame.Visit) int64 {
	n, err := strconv.ParseInt(v.R.URL.Query().Get("after"), 10, 64)
	if err != nil {
		return newest
	}
	return n
}

// width is what a text that somebody wrote takes in HTML, in bytes: html/template
// writes a plus sign as "&#43;", too.
func width(s string) int {
	return len(template.HTMLEscapeString(frame.Visible(s))) + 4*strings.Count(s, "+")
}
