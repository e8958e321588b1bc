package house

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/web/frame"
)

// loss is what a removal ends and what it leaves, before it is done.
type loss struct {
	Kind  string // member, key, group, person, role, passage
	ID    int64
	Ref   string // of a passage
	Name  string // what is typed to show that this is the one
	Of    string // the member that it belongs to
	Lines []line
	Two   bool // it takes a second person
	Grave exchange.Grave
	Back  string // where it is kept
	Then  string // where it goes once it is done; "" for Back
	Who   string // the member that goes into a group, or out of it
	Final string // key of what can't be undone; "" for all of it
}

// line is one of what goes or stays: a word with its number, which leads to what it
// counts. One of 0 isn't shown.
type line struct {
	Icon, Word string
	N          int
	Link       string // "" for none
}

// plain stands in place of the number of a line that has none.
const plain = -1

// enough is up to how many reports are counted.
const enough = 1000

type removePage struct {
	Problem problem
	loss
	Typed, Reason string
}

// lossOf finds what would go. What the visitor may not touch is not there.
func (d *desk) lossOf(v *frame.Visit, kind string, id int64) (loss, error) {
	find := map[string]func(*frame.Visit, int64) (loss, error){"member": d.lossOfMember, "key": d.lossOfKey, "group": d.lossOfGroup, "person": d.lossOfPerson, "join": d.changeOfGroup, "leave": d.changeOfGroup}[kind]
	if find == nil {
		return loss{}, errNone
	}
	l, err := find(v, id)
	l.Kind, l.ID = kind, id
	return l, err
}

func (d *desk) lossOfMember(v *frame.Visit, id int64) (l loss, err error) {
	ctx, s := v.R.Context(), v.Visitor.Session
	if !d.admin(v) {
		return l, errNone
	}
	m, err := d.memberBy(v, member.ID(id))
	if err != nil {
		return l, err
	}
	keys, err := d.x.KeysOf(ctx, s, m.Name)
	if err != nil {
		return l, err
	}
	people, err := d.people.ListOf(ctx, s, m.Name)
	if err != nil {
		return l, err
	}
	groups, err := d.groupsOf(ctx, m.Name)
	if err != nil {
		return l, err
	}
	n, _, err := d.x.FiledBy(ctx, s, m.ID, enough)
	l = loss{Name: m.Name, Two: true, Grave: exchange.Grave{Act: exchange.GraveMember, Member: m.ID}, Back: fmt.Sprintf("/members/%d", m.ID),
		Then: "/members"}
	l.Lines = []line{{"key", "lose.keys", len(keys), l.Back + "/keys"}, {"people", "lose.people", len(people), l.Back + "/people"}, {"minus", "lose.groups", groups, l.Back + "/groups"}, {"list", "stay.reports", n, ""}}
	return l, err
}

func (d *desk) groupsOf(ctx context.Context, name string) (n int, err error) {
	all, err := d.x.Members().Groups(ctx)
	for _, g := range all {
		if slices.Contains(g.Members, name) {
			n++
		}
	}
	return n, err
}

func (d *desk) lossOfKey(v *frame.Visit, id int64) (l loss, err error) {
	ctx, s := v.R.Context(), v.Visitor.Session
	keys, err := d.x.KeysOf(ctx, s, "")
	if a, no := d.x.Admin(s); no == nil {
		keys, err = a.Keys(ctx, "")
	}
	if err != nil {
		return l, err
	}
	i := slices.IndexFunc(keys, func(k member.Key) bool { return k.ID == id })
	if i < 0 {
		return l, errNone
	}
	of, err := d.x.Members().Session(ctx, keys[i].Member)
	if err != nil {
		return l, err
	}
	others := 0
	for _, k := range keys {
		if k.Member == keys[i].Member && k.ID != id && k.Feed == keys[i].Feed {
			others++
		}
	}
	word := "lose.key"
	if keys[i].Feed {
		word = "lose.feed"
	}
	return loss{Name: keys[i].Hint, Of: of.Member.Name, Two: of.Member.Role == member.RoleOperator, Grave: exchange.Grave{Act: exchange.GraveKey, Key: id},
		Lines: []line{{"key", word, plain, ""}, {"list", "stay.keys", others, fmt.Sprintf("/members/%d/keys", of.Member.ID)}}, Back: fmt.Sprintf("/members/%d", of.Member.ID)}, nil
}

func (d *desk) lossOfGroup(v *frame.Visit, id int64) (l loss, err error) {
	ctx := v.R.Context()
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return l, errNone
	}
	g, err := d.groupBy(ctx, a, id)
	if err != nil {
		return l, err
	}
	full, err := d.x.HasContent(ctx, g.Audience)
	l = loss{Name: g.Name, Two: full, Grave: exchange.Grave{Act: exchange.GraveGroup, Group: g.Audience}, Back: groupPath(g.Audience), Then: "/groups",
		Lines: []line{{"people", "lose.readers", len(g.Members), groupPath(g.Audience)}}}
	if full {
		l.Lines = append(l.Lines, line{"list", "lose.content", plain, ""})
	} else {
		l.Lines = append(l.Lines, line{"list", "lose.bare", plain, ""})
	}
	return l, err
}

// changeOfGroup is what it means that a member comes into a group that something was
// shared with, or leaves it.
func (d *desk) changeOfGroup(v *frame.Visit, id int64) (l loss, err error) {
	ctx := v.R.Context()
	a, err := d.x.Admin(v.Visitor.Session)
	if err != nil {
		return l, errNone
	}
	g, err := d.groupBy(ctx, a, id)
	if err != nil {
		return l, err
	}
	of, err := d.x.Members().Session(ctx, v.R.FormValue("member"))
	if err != nil {
		return l, errNone
	}
	l = loss{Name: g.Name, Of: of.Member.Name, Who: of.Member.Name, Back: groupPath(g.Audience), Final: v.R.PathValue("kind"), Grave: exchange.Grave{Act: exchange.GraveLeave, Member: of.Member.ID, Group: g.Audience},
		Lines: []line{{"people", "group.others", len(g.Members), groupPath(g.Audience)}}}
	if v.R.PathValue("kind") == "leave" {
		l.Lines = append(l.Lines, line{"minus", "leave.reads", plain, ""})
		l.Two, err = d.x.LeaveTakesTwo(ctx, g)
		return l, err
	}
	l.Grave.Act = exchange.GraveJoin
	l.Lines = append(l.Lines, line{"eye", "join.reads", plain, ""})
	l.Two, err = d.x.JoinTakesTwo(ctx, g.Audience, of.Member)
	return l, err
}

func (d *desk) lossOfPerson(v *frame.Visit, id int64) (l loss, err error) {
	ctx := v.R.Context()
	who, err := d.people.Person(ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		return l, errNone // as for somebody of another member
	}
	if err != nil {
		return l, err
	}
	m, err := d.memberBy(v, who.Member)
	if err != nil {
		return l, err
	}
	sessions, err := d.people.List(ctx, id)
	return loss{Name: who.Login, Of: m.Name, Two: who.Role == member.RoleOperator, Grave: exchange.Grave{Act: exchange.GravePerson, Person: id},
		Lines: []line{{"minus", "lose.ways", plain, ""}, {"people", "lose.sessions", len(sessions), ""}, {"list", "stay.record", plain, d.acts(v, id)}}, Back: fmt.Sprintf("/members/%d", m.ID)}, err
}

// acts is where what somebody did stands, for those who may see it.
func (d *desk) acts(v *frame.Visit, person int64) string {
	if v.Visitor.Session.May(member.ActAudit) != nil && v.Visitor.Session.May(member.ActOwn) != nil {
		return ""
	}
	return fmt.Sprintf("/audit?person=%d", person)
}

func (d *desk) askRemove(v *frame.Visit) error { return d.showRemove(v, problem{}) }

func (d *desk) showRemove(v *frame.Visit, p problem) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	l, err := d.lossOf(v, v.R.PathValue("kind"), id)
	if err != nil {
		return err
	}
	b := removePage{Problem: p, loss: l}
	if p.Text != "" {
		b.Typed, b.Reason = value(v, "typed"), value(v, "reason")
	}
	return d.show(v, "remove", d.Word(v, "remove."+l.Kind), "members", p, b)
}

// ask puts an act up for a second person and goes to its page.
func (d *desk) ask(v *frame.Visit, g exchange.Grave) error {
	r, err := d.x.Ask(v.R.Context(), v.Visitor.Session, d.people, g, value(v, "reason"))
	if err != nil {
		return err
	}
	return v.Go("/approvals/" + strconv.FormatInt(r.ID, 10))
}

// remove does it, or asks a second person.
func (d *desk) remove(v *frame.Visit) error {
	id, err := number(v)
	if err != nil {
		return err
	}
	l, err := d.lossOf(v, v.R.PathValue("kind"), id)
	if err != nil {
		return err
	}
	if !member.SameName(value(v, "typed"), l.Name) {
		return d.showRemove(v, problem{d.Word(v, "typed.wrong", "name", frame.Visible(l.Name)), "typed"})
	}
	ctx, s := v.R.Context(), v.Visitor.Session
	if l.Two {
		err := d.ask(v, l.Grave)
		if p, ok := told(err, "reason"); ok {
			return d.showRemove(v, p)
		}
		return err
	}
	switch l.Kind {
	case "key":
		err = d.x.RemoveKey(ctx, s, id)
	case "person":
		err = d.x.RemovePerson(ctx, s, d.people, id)
	case "join", "leave":
		var a exchange.Admin
		if a, err = d.x.Admin(s); err == nil && l.Kind == "join" {
			err = a.AddToGroup(ctx, l.Name, l.Who)
		} else if err == nil {
			err = a.RemoveFromGroup(ctx, l.Name, l.Who)
		}
	case "group":
		var a exchange.Admin
		if a, err = d.x.Admin(s); err == nil {
			err = a.RemoveGroup(ctx, l.Name)
		}
	default:
		err = fault.New(fault.Refused, "this takes a second person")
	}
	if p, ok := told(err, "typed"); ok {
		return d.showRemove(v, p)
	}
	if err != nil {
		return err
	}
	return v.Go(cmp.Or(l.Then, l.Back))
}
