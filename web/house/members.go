package house

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	List    list[memberRow]
	Asked   string // the part of a name that is looked for
	All     int    // members there are
	Name    string // as typed, when it wasn't taken
	Roles   []member.Role
}

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
	b := membersPage{Problem: p, All: len(all), Name: name, Roles: []member.Role{member.RoleMember, member.RoleReviewer, member.RoleAuditor, member.RoleOperator}}
	if b.Asked = asked(v); b.Asked != "" {
		all = slices.DeleteFunc(all, func(m member.Member) bool { return !holds(m.Name, b.Asked) })
	}
	keys, err := a.Keys(ctx, "")
	if err != nil {
		return err
	}
	groups, err := a.Groups(ctx)
	if err != nil {
		return err
	}
	has, in := map[string]int{}, map[string]int{}
	for _, k := range keys {
		has[k.Member]++
	}
	for _, g := range groups {
		for _, m := range g.Members {
			in[m]++
		}
	}
	rows := make([]memberRow, len(all))
	for i, m := range all {
		rows[i] = memberRow{Member: m, Keys: has[m.Name], Groups: in[m.Name]}
	}
	b.List = part(rows, after(v), pageRows, pageRoom, func(r memberRow) int64 { return int64(r.ID) }, func(r memberRow) int { return 550 + width(r.Name) })
	for i := range b.List.Rows {
		if _, b.List.Rows[i].Last, err = d.x.FiledBy(ctx, v.Visitor.Session, b.List.Rows[i].ID, 1); err != nil {
			return err
		}
	}
	return d.show(v, "members", d.Word(v, "members.title"), "members", p, b)
}

// maxAsked bounds what is looked for in names, in bytes: no name is longer.
const maxAsked = 400

// asked is the part of a name that is looked for.
func asked(v *frame.Visit) string {
	q := strings.TrimSpace(v.R.URL.Query().Get("name"))
	if len(q) > maxAsked {
		q = strings.ToValidUTF8(q[:maxAsked], "")
	}
	return q
}

// holds tells whether a name holds a part, in any letter case.
func holds(name, part string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(part))
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

// wordRow is what a member said of another, with its place in the list.
type wordRow struct {
	member.TrustWord
	N int
}

type memberPage struct {
	Problem problem
	Member  member.Member
	Part    string // the one list that the page shows; "" for all of them, begun
	Own     bool   // it is the visitor's
	Admin   bool
	People  list[person.Person]
	Me      int64
	Keys    list[keyRow]
	Groups  list[member.Group]
	Roles   []member.Role // that one of its people may have
	Login   string        // as typed, when it wasn't taken
	Name    string
	Trusts  []member.Trust
	Words   list[wordRow]
	Choose  bool // its people may have more than one role
	Two     bool // a key of it, and another operator, take two people
	Only    bool // the visitor is the only operator
	Reason  string
	Role    string // as chosen, when the form wasn't taken; Source and Trust as well
	Source  string
	Trust   string
}

func (d *desk) member(v *frame.Visit) error {
	m, err := d.one(v)
	if err != nil {
		return err
	}
	return d.showMember(v, m.ID, problem{})
}

// memberPart shows one list of a member's whole.
func (d *desk) memberPart(v *frame.Visit) error {
	m, err := d.one(v)
	if err != nil {
		return err
	}
	name := v.R.PathValue("part")
	if !slices.Contains([]string{"people", "keys", "groups", "trust"}, name) || name == "trust" && m.ID != v.Visitor.Session.Member.ID {
		return errNone
	}
	b, err := d.rights(v, m)
	if err != nil {
		return err
	}
	b.Part = name
	if err := d.lists(v, &b, name, after(v), pageRows, pageRoom); err != nil {
		return err
	}
	return d.show(v, "part", d.Word(v, name+".title")+", "+frame.Visible(m.Name), "members", problem{}, b)
}

func (d *desk) showMember(v *frame.Visit, id member.ID, p problem) error {
	m, err := d.memberBy(v, id)
	if err != nil {
		return err
	}
	b, err := d.rights(v, m)
	if err != nil {
		return err
	}
	if b.Problem = p; p.Text != "" {
		b.Reason = value(v, "reason")
		b.Login, b.Name, b.Role = value(v, "login"), value(v, "name"), value(v, "role")
		b.Source, b.Trust = value(v, "source"), value(v, "trust")
	}
	for _, name := range []string{"people", "keys", "groups", "trust"} {
		if err := d.lists(v, &b, name, newest, fewRows, fewRoom); err != nil {
			return err
		}
	}
	return d.show(v, "member", frame.Visible(m.Name), "members", p, b)
}

// rights begins the page of a member with what the visitor may do there.
func (d *desk) rights(v *frame.Visit, m member.Member) (b memberPage, err error) {
	s := v.Visitor.Session
	b = memberPage{Member: m, Own: m.ID == s.Member.ID, Admin: d.admin(v), Me: s.Person, Roles: member.RolesFor(m.Role),
		Trusts: []member.Trust{member.TrustBlock, member.TrustAlert, member.TrustNone}}
	if !b.Admin {
		b.Roles = []member.Role{member.RoleAnalyst}
		return b, nil
	}
	n, err := d.people.Operators(v.R.Context())
	b.Choose = len(b.Roles) > 1
	office := m.Role == member.RoleOperator
	b.Two, b.Only = office && n >= 2, office && n < 2
	if b.Two {
		b.Roles = slices.DeleteFunc(b.Roles, func(r member.Role) bool { return r == member.RoleOperator })
	}
	return b, err
}

// lists fills one list of a member's page.
func (d *desk) lists(v *frame.Visit, b *memberPage, name string, after int64, rows, room int) error {
	ctx, s := v.R.Context(), v.Visitor.Session
	switch name {
	case "people":
		people, err := d.people.ListOf(ctx, s, b.Member.Name)
		b.People = part(people, after, rows, room, func(p person.Person) int64 { return p.ID }, func(p person.Person) int { return 540 + 4*width(p.Name) })
		return err
	case "keys":
		keys, err := d.x.KeysOf(ctx, s, b.Member.Name)
		slices.SortFunc(keys, func(a, b member.Key) int { return cmp.Compare(b.ID, a.ID) })
		all := make([]keyRow, len(keys))
		for i, k := range keys {
			all[i] = keyRow{k, int(time.Since(k.Created) / (24 * time.Hour))}
		}
		b.Keys = part(all, after, rows, room, func(k keyRow) int64 { return -k.ID }, func(keyRow) int { return 600 })
		return err
	case "groups":
		groups, err := d.x.Members().Groups(ctx)
		var in []member.Group
		for _, g := range groups {
			if slices.Contains(g.Members, b.Member.Name) {
				in = append(in, g.Group)
			}
		}
		b.Groups = part(in, after, rows, room, func(g member.Group) int64 { return int64(g.Audience) }, func(g member.Group) int { return 50 + width(g.Name) })
		return err
	}
	if !b.Own {
		return nil // nobody sees whom another member distrusts
	}
	words, err := d.x.TrustWords(ctx, s)
	all := make([]wordRow, len(words))
	for i, w := range words {
		all[i] = wordRow{w, i + 1}
	}
	b.Words = part(all, after, rows, room, func(w wordRow) int64 { return int64(w.N) }, func(w wordRow) int { return 620 + 2*width(w.Name) + width(w.Group) })
	return err
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
