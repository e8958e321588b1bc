package house

import (
	"fmt"
	"slices"

	"tocsin/exchange"
	"tocsin/member"
	"tocsin/person"
	"tocsin/web/frame"
)

// roleChoice is a role that somebody may get, and what they may do then.
type roleChoice struct {
	Role member.Role
	May  []member.Act
	Now  bool // they have it
	Two  bool // it takes a second person
}

type rolePage struct {
	Problem  problem
	Person   person.Person
	Member   member.Member
	Choices  []roleChoice
	Acts     int // there are
	Sessions int // of theirs that are open
	Two      bool
	Only     bool // there is no second operator who could approve
	Chosen   member.Role
	Reason   string
}

// mayAs gives what somebody of a member may do in a role.
func mayAs(m member.Member, role member.Role) []member.Act {
	s := member.Session{Member: m, Person: 1, Role: role}
	return slices.DeleteFunc(member.Acts(), func(a member.Act) bool { return s.May(a) != nil })
}

// roleOf reads what stands on the page that changes somebody's role.
func (d *desk) roleOf(v *frame.Visit) (b rolePage, err error) {
	ctx := v.R.Context()
	id, err := number(v)
	if err != nil {
		return b, err
	}
	if b.Person, err = d.people.Person(ctx, id); err != nil {
		return b, err
	}
	if b.Member, err = d.memberBy(v, b.Person.Member); err != nil {
		return b, err
	}
	operators, err := d.people.Operators(ctx)
	if err != nil {
		return b, err
	}
	open, err := d.people.List(ctx, id)
	b.Acts, b.Sessions, b.Chosen = len(member.Acts()), len(open), b.Person.Role
	was := b.Person.Role == member.RoleOperator
	b.Only = operators < 2 && !was
	for _, r := range member.RolesFor(b.Member.Role) {
		c := roleChoice{Role: r, May: mayAs(b.Member, r), Now: r == b.Person.Role, Two: r != b.Person.Role && (was || r == member.RoleOperator && operators >= 2)}
		b.Two = b.Two || c.Two
		b.Choices = append(b.Choices, c)
	}
	return b, err
}

func (d *desk) role(v *frame.Visit) error { return d.showRole(v, problem{}) }

func (d *desk) showRole(v *frame.Visit, p problem) error {
	b, err := d.roleOf(v)
	if err != nil {
		return err
	}
	if b.Problem = p; p.Text != "" {
		b.Chosen, b.Reason = member.Role(value(v, "role")), value(v, "reason")
	}
	return d.show(v, "role", d.Word(v, "role.title"), "members", p, b)
}

// setRole changes a role, or asks the second person to.
func (d *desk) setRole(v *frame.Visit) error {
	b, err := d.roleOf(v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(b.Choices, func(c roleChoice) bool { return string(c.Role) == value(v, "role") })
	if i < 0 {
		return d.showRole(v, problem{d.Word(v, "role.choose"), "role"})
	}
	field := "role"
	switch c := b.Choices[i]; {
	case c.Now:
	case c.Two:
		g := exchange.Grave{Act: exchange.GraveRaise, Person: b.Person.ID, Role: c.Role}
		if c.Role != member.RoleOperator {
			g.Act = exchange.GraveRole
		}
		field, err = "reason", d.ask(v, g)
		if err == nil {
			return nil
		}
	default:
		err = d.x.SetRole(v.R.Context(), v.Visitor.Session, d.people, b.Person.ID, c.Role)
	}
	if p, ok := told(err, field); ok {
		return d.showRole(v, p)
	}
	if err != nil {
		return err
	}
	return v.Go(fmt.Sprintf("/members/%d", b.Member.ID))
}
