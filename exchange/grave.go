package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tocsin/approval"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/member"
	"tocsin/person"
)

// The gravest acts: two people.
const (
	GraveMember  = "remove member"
	GraveKey     = "remove operator's key"
	GraveGroup   = "remove group"
	GraveJoin    = "put own office into group"
	GraveLeave   = "take last member out of group"
	GravePerson  = "remove operator's person"
	GraveRole    = "take operator's role"
	GraveRaise   = "give operator's role"
	GraveAddKey  = "add operator's key"
	GraveRotate  = "rotate operator's key"
	GraveRelease = "release passage"
)

// Grave is what a second person is asked for: one of the acts, and on what.
type Grave struct {
	Act     string          `json:"-"`
	Member  member.ID       `json:"member,omitempty"`
	Key     int64           `json:"key,omitempty"`
	Group   member.Audience `json:"group,omitempty"`
	Person  int64           `json:"person,omitempty"`
	Role    member.Role     `json:"role,omitempty"` // that the person gets instead
	Passage string          `json:"passage,omitempty"`
}

// People is the register of people as far as grave acts need it; *person.People is one.
type People interface {
	Person(ctx context.Context, id int64) (person.Person, error)
	Invite(ctx context.Context, by member.Session, n person.NewPerson) (person.Person, string, error)
	Operators(ctx context.Context) (int, error)
	NewLink(ctx context.Context, by member.Session, id int64) (string, error)
	Remove(ctx context.Context, by member.Session, id int64) error
	SetRole(ctx context.Context, by member.Session, id int64, role member.Role) error
}

// graveAct is a row of the table of gravest acts: a later one is one row more.
type graveAct struct {
	name  string
	right member.Act
	// do does it, and gives a secret that is shown once to whoever approved, or "".
	do func(ctx context.Context, x *Exchange, s member.Session, people People, g Grave) (secret string, err error)
}

func graveActs() []graveAct {
	return []graveAct{
		{GraveMember, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, _ People, g Grave) (string, error) {
			m, err := x.memberByID(ctx, g.Member)
			if err != nil {
				return "", err
			}
			return "", Admin{x, s}.RemoveMember(ctx, m.Name)
		}},
		{GraveKey, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, _ People, g Grave) (string, error) {
			return "", Admin{x, s}.RemoveKey(ctx, g.Key)
		}},
		{GraveGroup, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, _ People, g Grave) (string, error) {
			name, err := x.GroupName(ctx, g.Group)
			if err != nil {
				return "", err
			}
			return "", Admin{x, s}.RemoveGroup(ctx, name)
		}},
		{GraveJoin, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, _ People, g Grave) (string, error) {
			return "", x.changeGroup(ctx, s, g, Admin.AddToGroup)
		}},
		{GraveLeave, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, _ People, g Grave) (string, error) {
			return "", x.changeGroup(ctx, s, g, Admin.RemoveFromGroup)
		}},
		{GravePerson, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, people People, g Grave) (string, error) {
			return "", x.removePerson(ctx, s, people, g.Person)
		}},
		{GraveRole, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, people People, g Grave) (string, error) {
			return "", x.setRole(ctx, s, people, g.Person, g.Role)
		}},
		{GraveRaise, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, people People, g Grave) (string, error) {
			return "", x.setRole(ctx, s, people, g.Person, member.RoleOperator)
		}},
		{GraveAddKey, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, _ People, g Grave) (string, error) {
			m, err := x.memberByID(ctx, g.Member)
			if err != nil {
				return "", err
			}
			secret, _, err := Admin{x, s}.AddKey(ctx, m.Name, false)
			return secret, err
		}},
		{GraveRotate, member.ActAdminister, func(ctx context.Context, x *Exchange, s member.Session, people People, g Grave) (string, error) {
			secret, _, err := x.RotateKey(ctx, s, people, g.Key)
			return secret, err
		}},
		{GraveRelease, member.ActReview, func(ctx context.Context, x *Exchange, s member.Session, _ People, g Grave) (string, error) {
			_, err := x.decideAs(ctx, s, g.Passage, true, "", true)
			return "", err
		}},
	}
}

func graveKinds() (out []approval.Kind) {
	for _, g := range graveActs() {
		out = append(out, approval.Kind{Act: g.name, Right: g.right})
	}
	return out
}

func (x *Exchange) memberByID(ctx context.Context, id member.ID) (member.Member, error) {
	all, err := x.members.Members(ctx)
	if err != nil {
		return member.Member{}, err
	}
	if i := slices.IndexFunc(all, func(m member.Member) bool { return m.ID == id }); i >= 0 {
		return all[i], nil
	}
	return member.Member{}, fault.New(fault.NotFound, "there is no such member, or no longer")
}

// changeGroup puts the member of a grave act into its group, or takes it out.
func (x *Exchange) changeGroup(ctx context.Context, s member.Session, g Grave, change func(Admin, context.Context, string, string) error) error {
	m, err := x.memberByID(ctx, g.Member)
	if err != nil {
		return err
	}
	name, err := x.GroupName(ctx, g.Group)
	if err != nil {
		return err
	}
	return change(Admin{x: x, s: s}, ctx, name, m.Name)
}

// JoinTakesTwo tells whether putting a member into a group takes a second person:
// the operator's own office into one that something was shared with, since it reads
// all of that from then on.
func (x *Exchange) JoinTakesTwo(ctx context.Context, aud member.Audience, m member.Member) (bool, error) {
	if m.Role != member.RoleOperator {
		return false, nil
	}
	return x.HasContent(ctx, aud)
}

// LeaveTakesTwo tells whether taking a member out takes a second person: the last
// one of a group that something was shared with, which is as good as closing it.
func (x *Exchange) LeaveTakesTwo(ctx context.Context, g member.GroupInfo) (bool, error) {
	if len(g.Members) > 1 {
		return false, nil
	}
	return x.HasContent(ctx, g.Audience)
}

// GroupName gives the name of a sharing group; fault.NotFound when there is none.
func (x *Exchange) GroupName(ctx context.Context, aud member.Audience) (string, error) {
	all, err := x.members.Groups(ctx)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(all, func(g member.GroupInfo) bool { return g.Audience == aud }); i >= 0 {
		return all[i].Name, nil
	}
	return "", fault.New(fault.NotFound, "there is no such sharing group, or no longer")
}

// there tells whether what a grave act is about is there at all.
func (x *Exchange) there(ctx context.Context, people People, g Grave) (err error) {
	switch g.Act {
	case GraveMember, GraveAddKey:
		_, err = x.memberByID(ctx, g.Member)
	case GraveKey, GraveRotate:
		_, err = x.keyOf(ctx, g.Key)
	case GraveGroup:
		_, err = x.GroupName(ctx, g.Group)
	case GraveJoin, GraveLeave:
		if _, err = x.memberByID(ctx, g.Member); err == nil {
			_, err = x.GroupName(ctx, g.Group)
		}
	case GravePerson, GraveRole, GraveRaise:
		_, err = people.Person(ctx, g.Person)
	case GraveRelease:
		var p held.Passage
		if p, err = x.queue.Get(ctx, x.db.Reader(), g.Passage); err == nil && p.State != held.Waiting {
			err = fault.New(fault.Conflict, "this passage has been decided already, or its report was taken back")
		}
	}
	return err
}

func requestRef(id int64) string { return fmt.Sprintf("request %d", id) }

// Ask puts one of the gravest acts up for a second person of the same member, who
// has 30 minutes to approve it. The reason is read by that person.
func (x *Exchange) Ask(ctx context.Context, s member.Session, people People, g Grave, reason string) (r approval.Request, err error) {
	i := slices.IndexFunc(graveActs(), func(a graveAct) bool { return a.name == g.Act })
	if i < 0 {
		return r, fault.New(fault.NotFound, "there is no such act that takes two people")
	}
	err = x.act(ctx, s, graveActs()[i].right, audit.Ask, "", func() (string, error) {
		if err := x.there(ctx, people, g); err != nil {
			return "", err
		}
		arg, err := json.Marshal(g)
		if err != nil {
			return "", fmt.Errorf("asking for a second person: %w", err)
		}
		if r, err = x.desk.Ask(ctx, s, g.Act, string(arg), x.scrub(s.Member, reason)); err != nil {
			return "", err
		}
		return requestRef(r.ID), nil
	})
	return r, err
}

// Approved is a request that was approved, and what came of it.
type Approved struct {
	approval.Request
	Secret string // the key that was made, shown this once; mostly ""
}

// Approve does what somebody else of the same member asked for, once. The page has
// made sure who approves (person.Visitor.Recent).
func (x *Exchange) Approve(ctx context.Context, s member.Session, people People, id int64) (r Approved, err error) {
	var secret string
	err = x.Record(ctx, s, audit.Approve, requestRef(id), func() (string, error) {
		asker := func(ctx context.Context, r approval.Request) (member.Session, error) {
			return x.sessionNow(ctx, people, r.Asker)
		}
		r.Request, err = x.desk.Approve(ctx, s, id, asker, func(ctx context.Context, r approval.Request) error {
			g, err := GraveOf(r)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(graveActs(), func(a graveAct) bool { return a.name == g.Act })
			seconded := s
			seconded.Seconded = true
			secret, err = graveActs()[i].do(ctx, x, seconded, people, g)
			return err
		})
		r.Secret = secret
		return "", err
	})
	return r, err
}

// GraveOf gives what a request asks for.
func GraveOf(r approval.Request) (g Grave, err error) {
	if err := json.Unmarshal([]byte(r.Arg), &g); err != nil {
		return g, fmt.Errorf("request %d: %w", r.ID, err)
	}
	g.Act = r.Act
	if !slices.ContainsFunc(graveActs(), func(a graveAct) bool { return a.name == g.Act }) {
		return g, fault.New(fault.Unsupported, "this request is of an act that this version doesn't know")
	}
	return g, nil
}

// sessionNow gives the session that a person would have now.
func (x *Exchange) sessionNow(ctx context.Context, people People, id int64) (member.Session, error) {
	who, err := people.Person(ctx, id)
	if err != nil {
		return member.Session{}, err
	}
	s, err := x.members.SessionOf(ctx, who.Member)
	s.Person, s.Role = who.ID, who.Role
	return s, err
}

// RefuseRequest says no to a request, or takes one's own back.
func (x *Exchange) RefuseRequest(ctx context.Context, s member.Session, id int64) (r approval.Request, err error) {
	err = x.Record(ctx, s, audit.Refuse, requestRef(id), func() (string, error) {
		r, err = x.desk.Refuse(ctx, s, id)
		return "", err
	})
	return r, err
}

// Requests lists what waits for a second person, what expired and what was decided,
// as far as the session may do such acts, newest first.
func (x *Exchange) Requests(ctx context.Context, s member.Session, limit int) ([]approval.Request, error) {
	return x.desk.List(ctx, s, limit)
}

// Request gives one of them.
func (x *Exchange) Request(ctx context.Context, s member.Session, id int64) (approval.Request, error) {
	return x.desk.Get(ctx, s, id)
}

// TwoToRelease says whether releasing a passage that names a person takes two
// reviewers; at first it doesn't.
func (x *Exchange) TwoToRelease(yes bool) { x.two.Store(yes) }

// takesTwo tells whether releasing a passage takes two people. A key is nobody: it
// can't release such a passage at all.
func (x *Exchange) takesTwo(p held.Passage) bool {
	return x.two.Load() && p.Kind == "person"
}

// AddOnlyOperatorsKey makes a key of an operator's member for the only operator
// there is: nobody could second it. With two operators it takes both (Ask, GraveAddKey),
// since a key does alone what takes two people.
func (x *Exchange) AddOnlyOperatorsKey(ctx context.Context, s member.Session, people People, memberName string) (secret string, k member.Key, err error) {
	n, err := people.Operators(ctx)
	if err != nil {
		return "", k, err
	}
	s.Seconded = n < 2
	return x.addKey(ctx, s, member.ActAdminister, memberName, false)
}

func personRef(id int64) string { return fmt.Sprintf("person %d", id) }

// Invite adds a person and makes the link that lets them in; see person.People.
func (x *Exchange) Invite(ctx context.Context, s member.Session, people People, n person.NewPerson) (who person.Person, token string, err error) {
	err = x.act(ctx, s, member.ActOwn, audit.PersonInvite, "", func() (did string, err error) {
		who, token, err = people.Invite(ctx, s, n)
		return personRef(who.ID), err
	})
	return who, token, err
}

// NewLink makes a link for somebody who can't sign in any more.
func (x *Exchange) NewLink(ctx context.Context, s member.Session, people People, id int64) (token string, err error) {
	err = x.act(ctx, s, member.ActAdminister, audit.PersonLink, personRef(id), func() (did string, err error) {
		token, err = people.NewLink(ctx, s, id)
		return "", err
	})
	return token, err
}

// RemovePerson ends a person; an operator: two people.
func (x *Exchange) RemovePerson(ctx context.Context, s member.Session, people People, id int64) error {
	if err := x.mayTouch(ctx, s, people, audit.PersonRemove, id); err != nil {
		return err
	}
	return x.removePerson(ctx, s, people, id)
}

func (x *Exchange) removePerson(ctx context.Context, s member.Session, people People, id int64) error {
	return x.act(ctx, s, member.ActOwn, audit.PersonRemove, personRef(id), func() (string, error) { return "", people.Remove(ctx, s, id) })
}

// SetRole gives a person another role; an operator: two people.
func (x *Exchange) SetRole(ctx context.Context, s member.Session, people People, id int64, role member.Role) error {
	if err := x.mayTouch(ctx, s, people, audit.PersonRole, id); err != nil {
		return err
	}
	return x.setRole(ctx, s, people, id, role)
}

func (x *Exchange) setRole(ctx context.Context, s member.Session, people People, id int64, role member.Role) error {
	return x.act(ctx, s, member.ActAdminister, audit.PersonRole, personRef(id), func() (string, error) { return "", people.SetRole(ctx, s, id, role) })
}

// mayTouch refuses to let one person alone touch an operator.
func (x *Exchange) mayTouch(ctx context.Context, s member.Session, people People, a audit.Act, id int64) error {
	who, err := people.Person(ctx, id)
	if err != nil || who.Role != member.RoleOperator || !s.Alone() || s.May(member.ActAdminister) != nil {
		return nil // whoever does it looks again
	}
	return x.Record(ctx, s, a, personRef(id), func() (string, error) { return "", errTwo })
}
