package exchange_test

import (
	"strings"
	"sync"
	"testing"

	"tocsin/audit"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
)

// key tries to make a key of a member by each way there is.
func (o *office) key(s member.Session, name string, feed bool) error {
	_, _, err := o.x.AddKey(o.Context(), s, name, feed)
	if a, no := o.x.Admin(s); no == nil {
		if _, _, second := a.AddKey(o.Context(), name, feed); (second == nil) != (err == nil) {
			o.Errorf("one way says %v, the other %v", err, second)
		}
	}
	return err
}

// With a key that acts as the operator, or a second operator of one's own making,
// one person could do alone what takes two.
func TestNobodyDoublesThemselves(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.kind("an operator makes a key of their member", o.key(o.first, "operator", false), fault.Refused)
	o.kind("and of their own, unnamed", o.key(o.first, "", false), fault.Refused)
	_, _, err := o.x.AddOnlyOperatorsKey(ctx, o.first, o.people, "operator")
	o.kind("says that they are the only one", err, fault.Refused)
	o.ok(o.key(o.first, "operator", true)) // a feed key reads lists and nothing else
	o.ok(o.key(o.first, "Port City", false))
	invite := func(role member.Role, name string) error {
		_, _, err := o.x.Invite(ctx, o.first, o.people, person.NewPerson{Member: name, Login: "third." + string(role), Name: "Third", Role: role})
		return err
	}
	o.kind("invites another operator", invite(member.RoleOperator, "operator"), fault.Refused)
	o.ok(invite(member.RoleReviewer, "operator"))
	o.kind("raises a reviewer", o.x.SetRole(ctx, o.first, o.people, o.rita.Person, member.RoleOperator), fault.Refused)
	o.ok(o.x.SetRole(ctx, o.first, o.people, o.rita.Person, member.RoleAuditor))
	// An operator's member of one's own is no way around either.
	a, err := o.x.Admin(o.first)
	o.ok(err)
	_, err = a.AddMember(ctx, member.NewMember{Name: "Second Office", Role: member.RoleOperator})
	o.ok(err)
	o.kind("a key of another operator's member", o.key(o.first, "Second Office", false), fault.Refused)
	o.kind("an operator there", invite(member.RoleOperator, "Second Office"), fault.Refused)
	// The operator's machine isn't bound (docs/decisions.md, "The rule of two").
	machine, err := o.x.Members().Session(ctx, "operator")
	o.ok(err)
	o.ok(o.key(machine, "operator", false))
}

// An analyst of the operator's member shares for it, and administers nothing.
func TestAnOperatorsAnalystMakesNoKey(t *testing.T) {
	o := newOffice(t)
	_, token, err := o.x.Invite(t.Context(), o.first, o.people, person.NewPerson{Member: "operator", Login: "anders", Name: "Anders", Role: member.RoleAnalyst})
	o.ok(err)
	anders, key := o.in(token), o.operatorsKey()
	o.kind("a key of their member", o.key(anders, "", false), fault.Forbidden)
	_, _, err = o.x.AddOnlyOperatorsKey(t.Context(), anders, o.people, "operator")
	o.kind("as if they were the operator", err, fault.Forbidden)
	o.kind("the removal of one", o.x.RemoveKey(t.Context(), anders, key.ID), fault.Forbidden)
	o.ok(o.key(anders, "", true))
}

func TestTwoMakeAKeyAndAnOperator(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	r := o.ask(o.first, exchange.Grave{Act: exchange.GraveAddKey, Member: o.first.Member.ID})
	o.kind("who asked", o.approve(o.first, r.ID), fault.Forbidden)
	done, err := o.x.Approve(ctx, o.second, o.people, r.ID)
	o.ok(err)
	s, err := o.x.Members().Authenticate(ctx, done.Secret)
	if err != nil || s.May(member.ActAdminister) != nil {
		t.Errorf("the key opens %+v, %v", s, err)
	}
	again, err := o.x.Approve(ctx, o.second, o.people, r.ID)
	if o.kind("approved again", err, fault.Conflict); again.Secret != "" {
		t.Error("the key is shown twice")
	}
	kept, err := o.x.Request(ctx, o.first, r.ID)
	if err != nil || strings.Contains(kept.Arg+kept.Outcome, done.Secret) {
		t.Errorf("the request keeps %+v, %v", kept, err)
	}
	raise := o.ask(o.first, exchange.Grave{Act: exchange.GraveRaise, Person: o.rita.Person})
	o.ok(o.approve(o.second, raise.ID))
	if who, err := o.people.Person(ctx, o.rita.Person); err != nil || who.Role != member.RoleOperator {
		t.Errorf("rita is %+v, %v", who, err)
	}
	analyst := o.ask(o.first, exchange.Grave{Act: exchange.GraveRaise, Person: o.analstID})
	o.kind("a company's analyst becomes an operator", o.approve(o.second, analyst.ID), fault.Invalid)
}

// lone is an office with one operator.
func lone(t *testing.T) *office {
	o := newOffice(t)
	o.ok(o.approve(o.second, o.ask(o.first, exchange.Grave{Act: exchange.GraveRole, Person: o.secondID, Role: member.RoleAuditor}).ID))
	return o
}

func TestTheOnlyOperator(t *testing.T) {
	o := lone(t)
	ctx := t.Context()
	secret, _, err := o.x.AddOnlyOperatorsKey(ctx, o.first, o.people, "operator")
	o.ok(err)
	_, err = o.x.Members().Authenticate(ctx, secret)
	o.ok(err)
	o.ok(o.x.SetRole(ctx, o.first, o.people, o.rita.Person, member.RoleOperator))
	_, _, err = o.x.AddOnlyOperatorsKey(ctx, o.first, o.people, "operator")
	o.kind("with a second one", err, fault.Refused)
	record := strings.Join(o.recorded(), "\n")
	for _, want := range []string{string(audit.KeyAdd), string(audit.PersonRole)} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %q: %s", want, record)
		}
	}
}

// The only operator makes second ones, many at once, by both ways: one comes through.
func TestTheSecondOperatorIsOne(t *testing.T) {
	o := lone(t)
	ctx := t.Context()
	var all sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i := range 8 {
		all.Go(func() {
			var err error
			switch {
			case i == 0:
				err = o.x.SetRole(ctx, o.first, o.people, o.rita.Person, member.RoleOperator)
			default:
				_, _, err = o.x.Invite(ctx, o.first, o.people, person.NewPerson{Member: "operator", Login: "twin." + string(rune('a'+i)), Name: "Twin", Role: member.RoleOperator})
			}
			if err == nil {
				mu.Lock()
				done++
				mu.Unlock()
			} else if fault.KindOf(err) != fault.Refused {
				t.Errorf("try %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if n, err := o.people.Operators(ctx); err != nil || done != 1 || n != 2 {
		t.Errorf("%d tries came through; there are %d operators, %v", done, n, err)
	}
}

func TestRotatingAKey(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	office := o.operatorsKey()
	_, feed, err := o.x.AddKey(ctx, o.first, "operator", true)
	o.ok(err)
	_, own, err := o.x.AddKey(ctx, o.analyst, "", false)
	o.ok(err)
	_, others, err := o.x.AddKey(ctx, o.first, "Port City", false)
	o.ok(err)
	_, token, err := o.x.Invite(ctx, o.first, o.people, person.NewPerson{Member: "operator", Login: "anders", Name: "Anders", Role: member.RoleAnalyst})
	o.ok(err)
	anders := o.in(token)
	rotate := func(s member.Session, people exchange.People, id int64) error {
		secret, _, err := o.x.RotateKey(ctx, s, people, id)
		if (secret == "") == (err == nil) {
			o.Errorf("key %d: a secret comes with %v", id, err)
		}
		return err
	}
	o.kind("another member's", rotate(o.analyst, o.people, others.ID), fault.NotFound)
	o.kind("none", rotate(o.analyst, o.people, 99), fault.NotFound)
	o.kind("a reviewer", rotate(o.rita, o.people, office.ID), fault.Forbidden)
	o.kind("an operator's analyst", rotate(anders, o.people, office.ID), fault.Forbidden)
	o.kind("one of two operators", rotate(o.first, o.people, office.ID), fault.Refused)
	o.kind("one whose colleagues nobody knows", rotate(o.first, nil, office.ID), fault.Refused)
	o.ok(rotate(o.first, o.people, feed.ID))
	o.ok(rotate(o.first, o.people, others.ID))
	o.ok(rotate(o.analyst, o.people, own.ID))
	r := o.ask(o.first, exchange.Grave{Act: exchange.GraveRotate, Member: o.first.Member.ID, Key: office.ID})
	done, err := o.x.Approve(ctx, o.second, o.people, r.ID)
	o.ok(err)
	s, err := o.x.Members().Authenticate(ctx, done.Secret)
	o.ok(err)
	o.ok(rotate(s, nil, s.KeyID)) // a machine rotates its own
	if record := strings.Join(o.recorded(), "\n"); !strings.Contains(record, string(audit.KeyRotate)) {
		t.Errorf("the record doesn't say it: %s", record)
	}
	o = lone(t)
	o.ok(rotate(o.first, o.people, o.operatorsKey().ID))
}
