package exchange_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/approval"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store"
)

// office is a node with people: two operators, two reviewers of the operator's
// member, and an analyst of a company.
type office struct {
	*node
	people                      *person.People
	first, second, rita, ruth   member.Session
	analyst                     member.Session
	firstID, secondID, analstID int64
}

func newOffice(t *testing.T) *office {
	t.Helper()
	n := newNode(t)
	o := &office{node: n, people: person.New(n.db, exchange.LogID, n.x.Members(), n.keys)}
	o.ok(person.Migrate(t.Context(), n.db))
	_, err := n.x.Members().AddMember(t.Context(), member.NewMember{Name: "operator", Role: member.RoleOperator})
	o.ok(err)
	welcome := func(name string) member.Session {
		token, err := o.people.Welcome(t.Context(), name)
		o.ok(err)
		return o.in(token)
	}
	o.first, o.analyst = welcome("operator"), welcome("Harbor Bank")
	invite := func(login string, role member.Role) member.Session {
		_, token, err := n.x.Invite(t.Context(), o.first, o.people, person.NewPerson{Member: "operator", Login: login, Name: login, Role: role})
		o.ok(err)
		return o.in(token)
	}
	o.second, o.rita, o.ruth = invite("second", member.RoleOperator), invite("rita", member.RoleReviewer), invite("ruth", member.RoleReviewer)
	o.firstID, o.secondID, o.analstID = o.first.Person, o.second.Person, o.analyst.Person
	return o
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// in takes a link and gives the session that opens.
func (o *office) in(token string) member.Session {
	o.Helper()
	secret, err := o.people.TakeLink(o.Context(), token, "", "a test")
	o.ok(err)
	v, err := o.people.Authenticate(o.Context(), secret)
	o.ok(err)
	return v.Session
}

func (o *office) ask(s member.Session, g exchange.Grave) approval.Request {
	o.Helper()
	r, err := o.x.Ask(o.Context(), s, o.people, g, "It is time.")
	o.ok(err)
	return r
}

func (o *office) approve(s member.Session, id int64) error {
	_, err := o.x.Approve(o.Context(), s, o.people, id)
	return err
}

func (o *office) kind(what string, err error, want fault.Kind) {
	o.Helper()
	if err == nil || fault.KindOf(err) != want {
		o.Errorf("%s: %v; want %v", what, err, want)
	}
}

func (o *office) there(name string) bool {
	o.Helper()
	_, err := o.x.Members().Session(o.Context(), name)
	return err == nil
}

// operatorsKey makes a key of the operator's member on the data folder.
func (o *office) operatorsKey() member.Key {
	o.Helper()
	_, k, err := o.x.OnDataFolder().AddKey(o.Context(), "operator", false)
	o.ok(err)
	return k
}

func newLink(o *office, s member.Session, id int64) error {
	_, err := o.x.NewLink(o.Context(), s, o.people, id)
	return err
}

// alone tries what takes two people with one.
func TestOnePersonAlone(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	a, err := o.x.Admin(o.first)
	o.ok(err)
	key := o.operatorsKey()
	_, other, err := a.AddKey(ctx, "Port City", false)
	o.ok(err)
	_, err = a.AddGroup(ctx, "empty", nil)
	o.ok(err)
	_, err = a.AddGroup(ctx, "harbour", []string{"Harbor Bank"})
	o.ok(err)
	o.refresh()
	o.file(o.bank, bundle(indicator("1", "one.example", "")), exchange.Options{Group: "harbour"})

	o.kind("a member", a.RemoveMember(ctx, "Port City"), fault.Refused)
	o.kind("an operator's key", a.RemoveKey(ctx, key.ID), fault.Refused)
	o.kind("an operator's key, by the other way", o.x.RemoveKey(ctx, o.first, key.ID), fault.Refused)
	o.kind("a group with content", a.RemoveGroup(ctx, "Harbour"), fault.Refused)
	o.kind("an operator", o.x.RemovePerson(ctx, o.first, o.people, o.secondID), fault.Refused)
	o.kind("itself", o.x.RemovePerson(ctx, o.first, o.people, o.firstID), fault.Refused)
	o.kind("a link for the other operator", newLink(o, o.first, o.secondID), fault.Refused)
	o.kind("a link for themself", newLink(o, o.first, o.firstID), fault.Refused)
	o.kind("an operator's role", o.x.SetRole(ctx, o.first, o.people, o.secondID, member.RoleReviewer), fault.Refused)
	if !o.there("Port City") {
		t.Error("it is gone all the same")
	}
	// What isn't grave takes one.
	o.ok(a.RemoveKey(ctx, other.ID))
	o.ok(a.RemoveGroup(ctx, "empty"))
	o.ok(o.x.SetRole(ctx, o.first, o.people, o.ruth.Person, member.RoleAuditor))
	o.ok(o.x.RemovePerson(ctx, o.first, o.people, o.ruth.Person))
	// The operator's machine and whoever has the data folder answer for themselves.
	machine, err := o.x.Members().Session(ctx, "operator")
	o.ok(err)
	ma, err := o.x.Admin(machine)
	o.ok(err)
	o.ok(ma.RemoveGroup(ctx, "harbour"))
	o.ok(o.x.OnDataFolder().RemoveMember(ctx, "Port City"))
}

func TestTwoPeople(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	a, err := o.x.Admin(o.first)
	o.ok(err)
	secret, key, err := o.x.OnDataFolder().AddKey(ctx, "operator", false)
	o.ok(err)
	g, err := a.AddGroup(ctx, "harbour", []string{"Harbor Bank"})
	o.ok(err)
	o.refresh()
	o.file(o.bank, bundle(indicator("1", "one.example", "")), exchange.Options{Group: "harbour"})
	for _, grave := range []exchange.Grave{
		{Act: exchange.GraveMember, Member: o.city.Member.ID}, {Act: exchange.GraveKey, Key: key.ID}, {Act: exchange.GraveGroup, Group: g.Audience},
	} {
		r := o.ask(o.first, grave)
		back, err := exchange.GraveOf(r)
		if o.ok(err); back != grave {
			t.Errorf("asked for %+v, kept is %+v", grave, back)
		}
		o.kind("who asked approves", o.approve(o.first, r.ID), fault.Forbidden)
		o.kind("a reviewer approves", o.approve(o.rita, r.ID), fault.NotFound)
		o.kind("a company's analyst approves", o.approve(o.analyst, r.ID), fault.NotFound)
		o.ok(o.approve(o.second, r.ID))
		o.kind("approved twice", o.approve(o.second, r.ID), fault.Conflict)
	}
	if _, err := o.x.Members().Authenticate(ctx, secret); o.there("Port City") || fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the member is there: %v; the key: %v", o.there("Port City"), err)
	}
	if gs, err := a.Groups(ctx); err != nil || len(gs) != 0 {
		t.Errorf("the groups are %+v, %v", gs, err)
	}
	list, err := o.x.Requests(ctx, o.second, 10)
	if err != nil || len(list) != 3 || list[0].State != approval.Done || list[0].Decider != o.secondID {
		t.Errorf("the requests are %+v, %v", list, err)
	}
	record := o.recorded()
	for _, want := range []string{"5/1 ask for second person done request 1", "5/3 approve as second person request 1 done", "5/3 remove member member 3 done"} {
		found := false
		for _, line := range record {
			found = found || line == want
		}
		if !found {
			t.Errorf("the record lacks %q: %q", want, record)
		}
	}
}

func TestAnOperatorIsRemovedByTwo(t *testing.T) {
	o := newOffice(t)
	demote := o.ask(o.first, exchange.Grave{Act: exchange.GraveRole, Person: o.secondID, Role: member.RoleReviewer})
	o.kind("the second operator takes nobody's word", o.approve(o.rita, demote.ID), fault.NotFound)
	o.ok(o.approve(o.second, demote.ID))
	r := o.ask(o.first, exchange.Grave{Act: exchange.GravePerson, Person: o.firstID})
	o.kind("somebody who is an operator no more", o.approve(o.second, r.ID), fault.Forbidden)
	if _, err := o.people.Person(t.Context(), o.firstID); err != nil {
		t.Errorf("the last operator: %v", err)
	}
}

// Between the asking and the approval the one who asked lost the role.
func TestWhoAskedIsNoOperatorAnyMore(t *testing.T) {
	o := newOffice(t)
	r := o.ask(o.second, exchange.Grave{Act: exchange.GraveMember, Member: o.city.Member.ID})
	demote := o.ask(o.first, exchange.Grave{Act: exchange.GraveRole, Person: o.secondID, Role: member.RoleAuditor})
	o.ok(o.approve(o.second, demote.ID))
	o.kind("what a former operator asked for", o.approve(o.first, r.ID), fault.Forbidden)
	if !o.there("Port City") {
		t.Error("it was done all the same")
	}
}

func TestAskingForWhatIsNotThere(t *testing.T) {
	o := newOffice(t)
	for _, g := range []exchange.Grave{
		{Act: exchange.GraveMember, Member: 99}, {Act: exchange.GraveKey, Key: 99}, {Act: exchange.GraveGroup, Group: 99}, {Act: exchange.GravePerson, Person: 99},
		{Act: exchange.GraveRole, Person: 99}, {Act: exchange.GraveRaise, Person: 99}, {Act: exchange.GraveAddKey, Member: 99}, {Act: exchange.GraveRelease, Passage: "held-0000000000000000"}, {Act: "end the world"},
	} {
		_, err := o.x.Ask(t.Context(), o.first, o.people, g, "why")
		o.kind(g.Act, err, fault.NotFound)
	}
	_, err := o.x.Ask(t.Context(), o.analyst, o.people, exchange.Grave{Act: exchange.GraveMember, Member: 1}, "why")
	o.kind("an analyst asks", err, fault.Forbidden)
	// It went away meanwhile: approved, and failed; that is seen.
	r := o.ask(o.first, exchange.Grave{Act: exchange.GraveMember, Member: o.city.Member.ID})
	o.ok(o.x.OnDataFolder().RemoveMember(t.Context(), "Port City"))
	o.kind("approved too late", o.approve(o.second, r.ID), fault.NotFound)
	if r, err := o.x.Request(t.Context(), o.first, r.ID); err != nil || r.State != approval.Failed {
		t.Errorf("the request is %+v, %v", r, err)
	}
	no := o.ask(o.first, exchange.Grave{Act: exchange.GraveMember, Member: o.hospital.Member.ID})
	if r, err := o.x.RefuseRequest(t.Context(), o.second, no.ID); err != nil || r.State != approval.Refused {
		t.Errorf("refused is %+v, %v", r, err)
	}
}

// The reason goes through the gate: it is shown to others.
func TestTheReasonIsScrubbed(t *testing.T) {
	o := newOffice(t)
	r, err := o.x.Ask(t.Context(), o.first, o.people, exchange.Grave{Act: exchange.GraveMember, Member: 1}, "Asked by jane.roe@customer.example, the victim.")
	o.ok(err)
	if r.Reason == "" || strings.Contains(r.Reason, "jane.roe") {
		t.Errorf("the reason is %q", r.Reason)
	}
}

func TestTwoReviewersReleaseAName(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	held := func(id string) string {
		f := o.file(o.bank, bundle(indicator(id, "d"+id+".example", `"description":"`+doubtful+`"`)), exchange.Options{})
		i := slices.IndexFunc(f.Held, func(h exchange.HeldResult) bool { return h.Type == "person" })
		if i < 0 {
			t.Fatalf("no name is held: %+v", f.Held)
		}
		return f.Held[i].ID
	}
	one, two, three := held("1"), held("2"), held("3")
	_, err := o.x.Decide(ctx, o.rita, one, true, "")
	o.ok(err) // at first one is enough
	o.x.TwoToRelease(true)
	_, err = o.x.Decide(ctx, o.rita, two, true, "")
	o.kind("one reviewer alone", err, fault.Refused)
	_, err = o.x.Decide(ctx, o.reviewer, two, true, "")
	o.kind("a key", err, fault.Refused)
	_, err = o.x.Decide(ctx, o.rita, three, false, "")
	o.ok(err) // removing takes one
	r := o.ask(o.rita, exchange.Grave{Act: exchange.GraveRelease, Passage: two})
	o.kind("the same reviewer", o.approve(o.rita, r.ID), fault.Forbidden)
	o.ok(o.approve(o.ruth, r.ID))
	d, err := o.x.DecisionOn(ctx, o.rita, two)
	if err != nil || time.Since(d.At) > time.Minute || d.Passage.State != 1 {
		t.Errorf("decided is %+v, %v", d, err)
	}
	_, err = o.x.Ask(ctx, o.rita, o.people, exchange.Grave{Act: exchange.GraveRelease, Passage: two}, "why")
	o.kind("asking for what is decided", err, fault.Conflict)
}

// Two approve at once: one member is removed, once.
func TestApprovedAtOnce(t *testing.T) {
	o := newOffice(t)
	_, token, err := o.x.Invite(t.Context(), o.first, o.people, person.NewPerson{Member: "operator", Login: "third", Name: "Third", Role: member.RoleAuditor})
	o.ok(err)
	third := o.in(token)
	o.ok(o.approve(o.second, o.ask(o.first, exchange.Grave{Act: exchange.GraveRaise, Person: third.Person}).ID))
	third.Role = member.RoleOperator
	r := o.ask(o.first, exchange.Grave{Act: exchange.GraveMember, Member: o.city.Member.ID})
	var done atomic.Int64
	var all sync.WaitGroup
	for _, s := range []member.Session{o.second, third} {
		all.Go(func() {
			if err := o.approve(s, r.ID); err == nil {
				done.Add(1)
			}
		})
	}
	all.Wait()
	if done.Load() != 1 {
		t.Errorf("approved %d times", done.Load())
	}
}

// What a signed-in person does is checked again within the transaction.
func TestAnEndedSessionApprovesNothing(t *testing.T) {
	o := newOffice(t)
	r := o.ask(o.first, exchange.Grave{Act: exchange.GraveMember, Member: o.city.Member.ID})
	o.ok(o.people.EndOthers(t.Context(), o.secondID, 0))
	o.kind("a session that has ended", o.approve(o.second, r.ID), fault.Unauthenticated)
	var q store.Querier = o.db.Reader()
	if err := o.second.Still(t.Context(), q); err == nil {
		t.Error("the session is still open")
	}
}
