package person_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store/storetest"
)

func TestWelcomeMakesTheFirstPerson(t *testing.T) {
	onBoth(t, func(w *world) {
		for i, c := range []struct {
			member, typed, name, login string
			role                       member.Role
		}{
			{"Harbor Bank", "  Jane \u202eRoe ", "Jane Roe", "jane.roe", member.RoleAnalyst},
			{"Lakeside Hospital", "", "Lakeside Hospital", "lakeside.hospital", member.RoleAnalyst},
			{"Exchange Office", "Jané Röe", "Jané Röe", "jane.roe-2", member.RoleOperator},
			{"Reviewers", "李", "李", "person", member.RoleReviewer},
			{"Auditors", "Анна", "Анна", "person-2", member.RoleAuditor},
		} {
			if i > 2 {
				w.member(member.NewMember{Name: c.member, Role: c.role})
			}
			token := must(w.Welcome(w.Context(), strings.ToUpper(c.member)))(t)
			look := must(w.LookLink(w.Context(), token))(t)
			if look.Member != c.member || look.Person.ID != 0 || time.Until(look.Until) > person.LinkLife {
				t.Errorf("the link is said to be for %+v", look)
			}
			v := w.in(c.member, must(w.TakeLink(w.Context(), token, c.typed, "Browser"))(t))
			if v.Person.Name != c.name || v.Person.Login != c.login || v.Person.Role != c.role || v.Session.Member.Name != c.member {
				t.Errorf("%s: %+v", c.member, v.Person)
			}
			if !v.Recent(time.Now()) {
				t.Error("a session that a link opened isn't fresh")
			}
		}
		// A second link signs the same person in; the name that is typed changes nothing.
		token := must(w.Welcome(w.Context(), "Harbor Bank"))(t)
		if look := must(w.LookLink(w.Context(), token))(t); look.Person.Login != "jane.roe" {
			t.Errorf("the second link is for %+v", look)
		}
		if v := w.in("the second link", must(w.TakeLink(w.Context(), token, "Somebody Else", ""))(t)); v.Person.Name != "Jane Roe" {
			t.Errorf("the second link signs in %+v", v.Person)
		}
		_, err := w.Welcome(w.Context(), "Nobody Ltd")
		w.want(fault.NotFound, "a link for nobody", err)
		token = must(w.Welcome(w.Context(), "Harbor Bank"))(t)
		_, err = w.TakeLink(w.Context(), token, strings.Repeat("x", person.MaxName+1), "")
		w.want(fault.Invalid, "a name that is too long", err)
		must(w.TakeLink(w.Context(), token, "x", ""))(t) // and the link is still good
	})
}

// Whoever is there in a lesser role isn't who a welcome link lets in.
func TestWelcomeIsForTheWidestRole(t *testing.T) {
	onBoth(t, func(w *world) {
		w.invite(w.office, "", "officer", member.RoleAnalyst)
		v := w.in("welcome", must(w.TakeLink(w.Context(), must(w.Welcome(w.Context(), "Exchange Office"))(t), "Boss", ""))(t))
		if v.Person.Login != "boss" || v.Person.Role != member.RoleOperator {
			t.Errorf("the link let in %+v", v.Person)
		}
	})
}

func TestLinkIsUsedOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		jane, token, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: "jane", Name: "Jane Roe", Role: member.RoleAnalyst})
		w.ok(err)
		for range 3 { // a mail scanner opens it
			if look := must(w.LookLink(w.Context(), token))(t); look.Person != jane || look.Member != "Harbor Bank" {
				t.Errorf("the link is for %+v", look)
			}
		}
		if l := must(w.Links(w.Context(), jane.ID))(t); len(l) != 1 || !l[0].Used.IsZero() {
			t.Errorf("before it is used: %+v", l)
		}
		first := must(w.TakeLink(w.Context(), token, "", "Phone\x00 of Jane"))(t)
		w.in("the first", first)
		_, err = w.TakeLink(w.Context(), token, "", "Elsewhere")
		w.want(fault.Gone, "the second", err)
		_, look := w.LookLink(w.Context(), token)
		w.want(fault.Gone, "a look after that", look)
		_, unknown := w.TakeLink(w.Context(), strings.Repeat("a", 40), "", "")
		if unknown.Error() != err.Error() {
			t.Errorf("%q and %q tell whether a link was ever made", err, unknown)
		}
		for _, bad := range []string{"", "x", token[:39], strings.ToUpper(token), token + "a", strings.Repeat("\x00", 40)} {
			_, err := w.TakeLink(w.Context(), bad, "", "")
			w.want(fault.Gone, "a made-up link", err)
		}
		l := must(w.Links(w.Context(), jane.ID))(t)
		if len(l) != 1 || l[0].Agent != "Phone of Jane" || time.Since(l[0].Used) > time.Minute {
			t.Errorf("where it was used: %+v", l)
		}
	})
}

// Two places take a link at the same moment: exactly one gets in.
func TestLinkFromTwoPlaces(t *testing.T) {
	onBoth(t, func(w *world) {
		for range 3 {
			token := must(w.Welcome(w.Context(), "Harbor Bank"))(t)
			var mu sync.Mutex
			var secrets []string
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					s, err := w.TakeLink(t.Context(), token, "Jane", "Browser "+strconv.Itoa(i))
					if err != nil {
						w.want(fault.Gone, "the slower one", err)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					secrets = append(secrets, s)
				})
			}
			wg.Wait()
			if len(secrets) != 1 {
				t.Fatalf("%d got in", len(secrets))
			}
			w.in("the faster one", secrets[0])
		}
		if l := must(w.ListOf(t.Context(), w.bank, ""))(t); len(l) != 1 {
			t.Errorf("%d first persons", len(l))
		}
	})
}

// Two welcome links taken at once make one first person.
func TestTwoWelcomesAtOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		tokens := []string{must(w.Welcome(w.Context(), "Harbor Bank"))(t), must(w.Welcome(w.Context(), "Harbor Bank"))(t)}
		var wg sync.WaitGroup
		for _, token := range tokens {
			wg.Go(func() {
				if _, err := w.TakeLink(t.Context(), token, "Jane", ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if l := must(w.ListOf(t.Context(), w.bank, ""))(t); len(l) != 1 {
			t.Errorf("%d first persons", len(l))
		}
	})
}

func TestLinkEndsAfterADay(t *testing.T) {
	inTime(t, func(w *world) {
		a, b := must(w.Welcome(w.Context(), "Harbor Bank"))(w.T), must(w.Welcome(w.Context(), "Harbor Bank"))(w.T)
		time.Sleep(person.LinkLife - time.Microsecond)
		must(w.TakeLink(w.Context(), a, "Jane", ""))(w.T)
		time.Sleep(time.Microsecond)
		_, err := w.TakeLink(w.Context(), b, "Jane", "")
		w.want(fault.Gone, "after a day", err)
		_, err = w.LookLink(w.Context(), b)
		w.want(fault.Gone, "a look after a day", err)
	})
}

// Whoever set nothing up in the ten minutes after a link proves nothing more by it.
func TestLinkIsFreshForTenMinutes(t *testing.T) {
	inTime(t, func(w *world) {
		secret := must(w.TakeLink(w.Context(), must(w.Welcome(w.Context(), "Harbor Bank"))(w.T), "Jane", ""))(w.T)
		time.Sleep(person.FreshFor - time.Microsecond)
		if !w.in("just before", secret).Recent(time.Now()) {
			t.Error("not fresh just before ten minutes")
		}
		time.Sleep(time.Microsecond)
		if w.in("ten minutes later", secret).Recent(time.Now()) {
			t.Error("fresh after ten minutes")
		}
	})
}

func TestNewLink(t *testing.T) {
	onBoth(t, func(w *world) {
		jane, first, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: "jane", Name: "Jane Roe", Role: member.RoleAnalyst})
		w.ok(err)
		_, asBoss := w.signIn(w.invite(w.office, "", "boss", member.RoleOperator))
		second := must(w.NewLink(w.Context(), asBoss.Session, jane.ID))(t)
		_, err = w.TakeLink(w.Context(), first, "", "")
		w.want(fault.Gone, "the link before", err)
		secret := must(w.TakeLink(w.Context(), second, "", ""))(t)
		v := w.in("the new link", secret)
		for what, by := range map[string]member.Session{"an analyst of the member": v.Session, "the member's machine": w.bank, "nobody": {}} {
			_, err := w.NewLink(w.Context(), by, jane.ID)
			w.want(fault.Forbidden, what, err)
		}
		must(w.NewLink(w.Context(), w.office, jane.ID))(t) // the command line on the data folder
		_, err = w.NewLink(w.Context(), w.office, 999)
		w.want(fault.NotFound, "a link for nobody", err)
		w.ok(w.EndOthers(w.Context(), asBoss.Person.ID, 0))
		_, err = w.NewLink(w.Context(), asBoss.Session, jane.ID)
		w.want(fault.Unauthenticated, "an operator who signed out meanwhile", err)
	})
}

func TestLinksThatWait(t *testing.T) {
	onBoth(t, func(w *world) {
		invite := func(i int) (string, error) {
			_, token, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: "person." + strconv.Itoa(i), Name: "x", Role: member.RoleAnalyst})
			return token, err
		}
		var last string
		for i := range person.MaxLinks {
			last = must(invite(i))(t)
		}
		_, err := invite(person.MaxLinks)
		w.want(fault.Refused, "one more link than may wait", err)
		if l := must(w.ListOf(w.Context(), w.bank, ""))(t); len(l) != person.MaxLinks {
			t.Errorf("%d people; a person whose link was refused is kept", len(l))
		}
		must(w.TakeLink(w.Context(), last, "", ""))(t)
		must(invite(person.MaxLinks))(t)
		must(w.Welcome(w.Context(), "Lakeside Hospital"))(t)
	})
}

// Each start of a node may print a welcome link; only so many wait.
func TestWelcomeLinksThatWait(t *testing.T) {
	onBoth(t, func(w *world) {
		var tokens []string
		for range 11 {
			tokens = append(tokens, must(w.Welcome(w.Context(), "Harbor Bank"))(t))
		}
		_, err := w.LookLink(w.Context(), tokens[0])
		w.want(fault.Gone, "the oldest of eleven", err)
		must(w.TakeLink(w.Context(), tokens[1], "Jane", ""))(t)
	})
}

func TestLinkOfSomebodyGone(t *testing.T) {
	onBoth(t, func(w *world) {
		jane, token, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: "jane", Name: "Jane", Role: member.RoleAnalyst})
		w.ok(err)
		welcome := must(w.Welcome(w.Context(), "Lakeside Hospital"))(t)
		w.ok(w.Remove(w.Context(), w.bank, jane.ID))
		w.ok(w.members.RemoveMember(w.Context(), "Lakeside Hospital"))
		for what, link := range map[string]string{"somebody removed": token, "a member that was removed": welcome} {
			_, err := w.LookLink(w.Context(), link)
			w.want(fault.Gone, "a look at the link of "+what, err)
			_, err = w.TakeLink(w.Context(), link, "", "")
			w.want(fault.Gone, "the link of "+what, err)
		}
	})
}

// A link whose use could not be kept is still good.
func TestLinkSurvivesABrokenWrite(t *testing.T) {
	b := &storetest.Breaker{}
	w := newWorld(t, storetest.Open(t, b.Config))
	token := must(w.Welcome(t.Context(), "Harbor Bank"))(t)
	tried := 0
	for n := 1; ; n++ {
		b.Fail(n, storetest.Before)
		secret, err := w.TakeLink(t.Context(), token, "Jane", "")
		if !b.Broke() {
			w.in("at last", secret)
			break
		}
		tried++
		if err == nil {
			t.Fatalf("write %d broke and nobody heard of it", n)
		}
		b.Heal()
		if _, err := w.LookLink(t.Context(), token); err != nil {
			t.Fatalf("after write %d broke: %v", n, err)
		}
	}
	if tried < 4 {
		t.Errorf("only %d writes broke", tried)
	}
}
