package house

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tocsin/exchange"
	"tocsin/member"
	"tocsin/person"
	"tocsin/web/frame"
)

// memberRow is a member in the operator's table.
type memberRow struct {
	member.Member
	Keys, Groups int
	Last         time.Time // it filed something; zero: never
}

type membersPage struct {
	Problem problem
	Rows    []memberRow
	Total   int
	Next    int64  // the cursor of the next page; 0: this is the last
	Name    string // as typed, when it wasn't taken
	Roles   []member.Role
}

// pageRows is how many members stand on one page.
const pageRows = 100

// members shows an operator all members, everybody else their own.
func (d *desk) members(v *frame.Visit) error {
	if !d.admin(v) {
		return d.showMember(v, v.Visitor.Session.Member.ID, problem{})
	}
	return d.showMembers(v, problem{}, "")
}

func (d *desk) showMembers(v *frame.Visit, p problem, name string) error {
	ctx := v.R.Context()
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return err
	}
	all, err := a.Members(ctx)
	if err != nil {
		return err
	}
	keys, err := a.Keys(ctx, "")
	if err != nil {
		return err
	}
	groups, err := a.Groups(ctx)
	if err != nil {
		return err
	}
	b := membersPage{Problem: p, Total: len(all), Name: name, Roles: []member.Role{member.RoleMember, member.RoleReviewer, member.RoleAuditor, member.RoleOperator}}
	after, _ := strconv.ParseInt(v.R.URL.Query().Get("after"), 10, 64) // no number is the first page
	for _, m := range all {
		if int64(m.ID) <= after {
			continue
		}
		if len(b.Rows) == pageRows {
			b.Next = int64(b.Rows[pageRows-1].ID)
			break
		}
		row := memberRow{Member: m}
		for _, k := range keys {
			if k.Member == m.Name {
				row.Keys++
			}
		}
		for _, g := range groups {
			if slices.Contains(g.Members, m.Name) {
				row.Groups++
			}
		}
		if _, row.Last, err = d.x.FiledBy(ctx, v.Visitor.Session, m.ID, 1); err != nil {
			return err
		}
		b.Rows = append(b.Rows, row)
	}
	return d.show(v, "members", d.Word(v, "members.title"), "members", p, b)
}

func (d *desk) addMember(v *frame.Visit) error {
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return err
	}
	m, err := a.AddMember(v.R.Context(), member.NewMember{Name: value(v, "name"), Role: member.Role(value(v, "role")), Publisher: value(v, "publisher") == "yes"})
	if p, ok := told(err, "name"); ok {
		return d.showMembers(v, p, value(v, "name"))
	}
	if err != nil {
		return err
	}
	return v.Go(fmt.Sprintf("/members/%d", m.ID))
}

// keyRow is a key with its age in days.
type keyRow struct {
	member.Key
	Days int
}

type memberPage struct {
	Problem problem
	Member  member.Member
	Own     bool // it is the visitor's
	Admin   bool
	People  []person.Person
	Me      int64
	Keys    []keyRow
	Groups  []string
	Roles   []member.Role // that one of its people may have
	Login   string        // as typed, when it wasn't taken
	Name    string
	Trusts  []member.Trust
	Words   []member.TrustWord
	Choose  bool // its people may have more than one role
	Two     bool // a key of it, and another operator, take two people
	Only    bool // the visitor is the only operator
	Reason  string
}

func (d *desk) member(v *frame.Visit) error {
	m, err := d.one(v)
	if err != nil {
		return err
	}
	return d.showMember(v, m.ID, problem{})
}

func (d *desk) showMember(v *frame.Visit, id member.ID, p problem) error {
	ctx, s := v.R.Context(), v.Visitor.Session
	m, err := d.memberBy(v, id)
	if err != nil {
		return err
	}
	b := memberPage{Problem: p, Member: m, Own: m.ID == s.Member.ID, Admin: d.admin(v), Me: s.Person, Roles: member.RolesFor(m.Role),
		Trusts: []member.Trust{member.TrustBlock, member.TrustAlert, member.TrustNone}}
	if !b.Admin {
		b.Roles = []member.Role{member.RoleAnalyst}
	}
	if b.Admin {
		n, err := d.people.Operators(ctx)
		if err != nil {
			return err
		}
		b.Choose = len(b.Roles) > 1
		office := m.Role == member.RoleOperator
		b.Two, b.Only = office && n >= 2, office && n < 2
		if b.Two {
			b.Roles = slices.DeleteFunc(b.Roles, func(r member.Role) bool { return r == member.RoleOperator })
		}
	}
	if b.Own {
		if b.Words, err = d.x.TrustWords(ctx, s); err != nil {
			return err
		}
	}
	if p.Text != "" {
		b.Reason = value(v, "reason")
		b.Login, b.Name = value(v, "login"), value(v, "name")
	}
	if b.People, err = d.people.ListOf(ctx, s, m.Name); err != nil {
		return err
	}
	keys, err := d.x.KeysOf(ctx, s, m.Name)
	if err != nil {
		return err
	}
	slices.SortFunc(keys, func(a, b member.Key) int { return cmp.Compare(b.ID, a.ID) })
	for _, k := range keys {
		b.Keys = append(b.Keys, keyRow{k, int(time.Since(k.Created) / (24 * time.Hour))})
	}
	groups, err := d.x.Members().Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if slices.Contains(g.Members, m.Name) {
			b.Groups = append(b.Groups, g.Name)
		}
	}
	return d.show(v, "member", frame.Visible(m.Name), "members", p, b)
}

// act does something with the member of the address and comes back to its page.
func (d *desk) act(v *frame.Visit, field string, f func(m member.Member) error) error {
	m, err := d.one(v)
	if err != nil {
		return err
	}
	err = f(m)
	if p, ok := told(err, field); ok {
		return d.showMember(v, m.ID, p)
	}
	return err
}

// invite makes an account and shows its link, once.
func (d *desk) invite(v *frame.Visit) error {
	return d.act(v, "login", func(m member.Member) error {
		who, token, err := d.x.Invite(v.R.Context(), v.Visitor.Session, d.people,
			person.NewPerson{Member: m.Name, Login: value(v, "login"), Name: value(v, "name"), Role: member.Role(value(v, "role"))})
		if err != nil {
			return err
		}
		return d.showOnce(v, once{What: "link", Name: who.Name, Value: d.link(v, token), Back: fmt.Sprintf("/members/%d", m.ID)})
	})
}

// newLink lets somebody in again who lost every way.
func (d *desk) newLink(v *frame.Visit) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	who, err := d.people.Person(v.R.Context(), id)
	if err != nil {
		return err
	}
	token, err := d.x.NewLink(v.R.Context(), v.Visitor.Session, d.people, id)
	if err != nil {
		return err
	}
	return d.showOnce(v, once{What: "link", Name: who.Name, Value: d.link(v, token), Back: fmt.Sprintf("/members/%d", who.Member)})
}

// addKey makes a key and shows it, once.
func (d *desk) addKey(v *frame.Visit) error {
	return d.act(v, "key-reason", func(m member.Member) error {
		ctx, s, feed := v.R.Context(), v.Visitor.Session, value(v, "kind") == "feed"
		add := func() (string, member.Key, error) { return d.x.AddKey(ctx, s, m.Name, feed) }
		if m.Role == member.RoleOperator && !feed && d.admin(v) {
			n, err := d.people.Operators(ctx)
			if err != nil {
				return err
			}
			if n >= 2 {
				return d.ask(v, exchange.Grave{Act: exchange.GraveAddKey, Member: m.ID})
			}
			add = func() (string, member.Key, error) { return d.x.AddOnlyOperatorsKey(ctx, s, d.people, m.Name) }
		}
		secret, k, err := add()
		if err != nil {
			return err
		}
		return d.showOnce(v, once{What: "key", Name: k.Member, Value: secret, Feed: k.Feed, Back: fmt.Sprintf("/members/%d", m.ID)})
	})
}

func (d *desk) named(v *frame.Visit) error {
	return d.act(v, "named", func(m member.Member) error {
		if err := d.x.Consent(v.R.Context(), v.Visitor.Session, m.Name, value(v, "named") == "yes"); err != nil {
			return err
		}
		return v.Go(fmt.Sprintf("/members/%d", m.ID))
	})
}

// trust is one's own word on a source; nobody says it for another member.
func (d *desk) trust(v *frame.Visit) error {
	return d.act(v, "source", func(m member.Member) error {
		if m.ID != v.Visitor.Session.Member.ID {
			return errNone
		}
		if err := d.x.Trust(v.R.Context(), v.Visitor.Session, value(v, "source"), member.Trust(value(v, "trust"))); err != nil {
			return err
		}
		return v.Go(fmt.Sprintf("/members/%d", m.ID))
	})
}

type groupsPage struct {
	Problem problem
	Groups  []member.GroupInfo
	Members []string
	Name    string
}

func (d *desk) groups(v *frame.Visit) error { return d.showGroups(v, problem{}) }

func (d *desk) showGroups(v *frame.Visit, p problem) error {
	b := groupsPage{Problem: p}
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return err
	}
	if b.Groups, err = a.Groups(v.R.Context()); err != nil {
		return err
	}
	all, err := a.Members(v.R.Context())
	if err != nil {
		return err
	}
	for _, m := range all {
		b.Members = append(b.Members, m.Name)
	}
	if p.Text != "" {
		b.Name = value(v, "name")
	}
	return d.show(v, "groups", d.Word(v, "groups.title"), "members", p, b)
}

func (d *desk) addGroup(v *frame.Visit) error {
	a, err := d.x.Admin(v.Visitor.Session)
	if err == nil {
		_, err = a.AddGroup(v.R.Context(), value(v, "name"), nil)
	}
	if p, ok := told(err, "name"); ok {
		return d.showGroups(v, p)
	}
	if err != nil {
		return err
	}
	return v.Go("/groups")
}

// join puts a member into a group, or takes it out.
func (d *desk) join(v *frame.Visit) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return err
	}
	groups, err := a.Groups(v.R.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(groups, func(g member.GroupInfo) bool { return int64(g.Audience) == id })
	if i < 0 {
		return errNone
	}
	change, kind := a.AddToGroup, "join"
	if value(v, "do") == "out" {
		change, kind = a.RemoveFromGroup, "leave"
	}
	full, err := d.x.HasContent(v.R.Context(), groups[i].Audience)
	if err != nil {
		return err
	}
	if full { // what it means stands on a page of its own
		return v.Go(fmt.Sprintf("/remove/%s/%d?member=%s", kind, id, url.QueryEscape(value(v, "member"))))
	}
	err = change(v.R.Context(), groups[i].Name, value(v, "member"))
	if p, ok := told(err, "group-"+strconv.FormatInt(id, 10)); ok {
		return d.showGroups(v, p)
	}
	if err != nil {
		return err
	}
	return v.Go("/groups")
}
