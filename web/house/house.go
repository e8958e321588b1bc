// Package house is the pages on which a member looks after its own: people, keys,
// consent, trust; on which an operator looks after all members and groups; what
// waits for a second person; and the audit record.
//
// Each form names one act of package exchange, which checks who may and records
// it. What ends something for good stands on a page of its own (remove.go) that
// says in numbers what goes and what stays.
package house

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

type desk struct {
	*frame.Pages
	site   *frame.Site
	x      *exchange.Exchange
	people *person.People
}

// Routes is the pages and their acts.
func Routes(s *frame.Site) []frame.Route {
	d := &desk{s.Pages(files), s, s.Exchange, s.People}
	own, admin := member.ActOwn, member.ActAdminister
	return []frame.Route{
		{Pattern: "GET /members", Act: own, Serve: d.members},
		{Pattern: "POST /members", Act: admin, Fresh: true, Serve: d.addMember},
		{Pattern: "GET /members/{id}", Act: own, Serve: d.member},
		{Pattern: "GET /members/{id}/{part}", Act: own, Serve: d.memberPart},
		{Pattern: "POST /members/{id}/invite", Act: own, Fresh: true, Serve: d.invite},
		{Pattern: "POST /members/{id}/keys", Act: own, Fresh: true, Serve: d.addKey},
		{Pattern: "GET /keys/{id}/rotate", Act: own, Fresh: true, Serve: d.askRotate},
		{Pattern: "POST /keys/{id}/rotate", Act: own, Fresh: true, Serve: d.rotate},
		{Pattern: "POST /members/{id}/named", Act: own, Fresh: true, Serve: d.named},
		{Pattern: "POST /members/{id}/trust", Act: own, Serve: d.trust},
		{Pattern: "GET /people/{id}/role", Act: admin, Fresh: true, Serve: d.role},
		{Pattern: "POST /people/{id}/role", Act: admin, Fresh: true, Serve: d.setRole},
		{Pattern: "POST /people/{id}/link", Act: admin, Fresh: true, Serve: d.newLink},
		{Pattern: "GET /groups", Act: admin, Serve: d.groups},
		{Pattern: "POST /groups", Act: admin, Fresh: true, Serve: d.addGroup},
		{Pattern: "GET /groups/{id}", Act: admin, Serve: d.group},
		{Pattern: "POST /groups/{id}/members", Act: admin, Fresh: true, Serve: d.join},
		{Pattern: "GET /remove/{kind}/{id}", Act: own, Fresh: true, Serve: d.askRemove},
		{Pattern: "POST /remove/{kind}/{id}", Act: own, Fresh: true, Serve: d.remove},
		{Pattern: "GET /approvals", Anyone: true, Serve: d.approvals},
		{Pattern: "GET /approvals/{id}", Anyone: true, Fresh: true, Serve: d.approval},
		{Pattern: "POST /approvals/{id}", Anyone: true, Fresh: true, Serve: d.decide},
		{Pattern: "GET /audit", Anyone: true, Serve: d.audit},
		{Pattern: "GET /audit/export", Anyone: true, Fresh: true, Serve: d.export},
	}
}

// value gives a field of the form without white space around it.
func value(v *frame.Visit, name string) string { return strings.TrimSpace(v.Form().Get(name)) }

var errNone = fault.New(fault.NotFound, "there is nothing under this number, or it is not yours")

// number reads a number of the address.
func number(v *frame.Visit) (int64, error) {
	n, err := strconv.ParseInt(v.R.PathValue("id"), 10, 64)
	if err != nil || n < 0 {
		return 0, errNone
	}
	return n, nil
}

func (d *desk) admin(v *frame.Visit) bool {
	return v.Visitor.Session.May(member.ActAdminister) == nil
}

// one finds the member of the address: one's own, or, for an operator, any.
func (d *desk) one(v *frame.Visit) (member.Member, error) {
	id, err := number(v)
	if err != nil {
		return member.Member{}, err
	}
	return d.memberBy(v, member.ID(id))
}

func (d *desk) memberBy(v *frame.Visit, id member.ID) (member.Member, error) {
	if id != v.Visitor.Session.Member.ID && !d.admin(v) {
		return member.Member{}, errNone
	}
	all, err := d.x.Members().Members(v.R.Context())
	if err != nil {
		return member.Member{}, err
	}
	if i := slices.IndexFunc(all, func(m member.Member) bool { return m.ID == id }); i >= 0 {
		return all[i], nil
	}
	return member.Member{}, errNone
}

// problem is what stands above a form that wasn't taken.
type problem struct{ Text, Field string }

// told tells whether an error is for the form, and gives it as that; others are
// for the frame.
func told(err error, field string) (problem, bool) {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.NotFound, fault.Refused, fault.Busy:
		return problem{frame.Said(err), field}, true
	}
	return problem{}, false
}

// show shows a page; one with a problem says so in its title and code.
func (d *desk) show(v *frame.Visit, name, title, active string, p problem, body any) error {
	code := http.StatusOK
	if p.Text != "" {
		code, title = http.StatusUnprocessableEntity, d.Word(v, "error.prefix")+": "+title
	}
	return v.ShowAs(code, d.Pages, name, frame.Page{Title: title, Active: active, Body: body})
}

// once is something secret that is shown this once.
type once struct {
	What  string // key or link
	Name  string // whose
	Value string
	Feed  bool
	Asked bool // somebody else asked for it
	Back  string
}

func (d *desk) showOnce(v *frame.Visit, o once) error {
	return d.show(v, "once", d.Word(v, "once."+o.What), "members", problem{}, o)
}

// link is where a token of a one-time link is taken.
func (d *desk) link(v *frame.Visit, token string) string {
	origin := d.site.Origin
	if origin == "" {
		scheme := "http://"
		if d.site.Secure {
			scheme = "https://"
		}
		origin = scheme + v.R.Host
	}
	return strings.TrimSuffix(origin, "/") + "/welcome/" + token
}

// names gives what members and people are called, by number.
type names struct {
	members map[int64]string
	people  map[int64]string
}

func (d *desk) names(ctx context.Context, people ...int64) (n names, err error) {
	n = names{map[int64]string{}, map[int64]string{}}
	all, err := d.x.Members().Members(ctx)
	if err != nil {
		return n, err
	}
	for _, m := range all {
		n.members[int64(m.ID)] = m.Name
	}
	for _, id := range people {
		if _, known := n.people[id]; known || id == 0 {
			continue
		}
		if n.people[id], err = d.people.Name(ctx, id); err != nil {
			return n, err
		}
	}
	return n, nil
}
