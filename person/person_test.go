package person_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store"
	"tocsin/store/storetest"
)

// world is a register of people over a store, with an operator's office and two companies.
type world struct {
	*testing.T
	*person.People
	db      *store.DB
	members *member.Registry
	keys    *ledger.Keys
	office  member.Session // as on the data folder
	bank    member.Session
	clinic  member.Session
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	for _, migrate := range []error{member.Migrate(t.Context(), db), person.Migrate(t.Context(), db)} {
		if migrate != nil {
			t.Fatal(migrate)
		}
	}
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: db, keys: keys, members: member.New(db, 1, keys.MAC)}
	w.People = person.New(db, 1, w.members, keys)
	w.office = w.member(member.NewMember{Name: "Exchange Office", Role: member.RoleOperator})
	w.bank = w.member(member.NewMember{Name: "Harbor Bank"})
	w.clinic = w.member(member.NewMember{Name: "Lakeside Hospital"})
	return w
}

func (w *world) member(n member.NewMember) member.Session {
	w.Helper()
	if _, err := w.members.AddMember(w.Context(), n); err != nil {
		w.Fatal(err)
	}
	s, err := w.members.Session(w.Context(), n.Name)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// onBoth runs a test on each engine.
func onBoth(t *testing.T, f func(w *world)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { f(newWorld(t, open(t))) })
}

// must gives a value that came without an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// want checks the kind of an error.
func (w *world) want(k fault.Kind, what string, err error) {
	w.Helper()
	if err == nil || fault.KindOf(err) != k {
		w.Errorf("%s: %v; want %s", what, err, k)
	}
}

// invite adds a person of a member and gives them.
func (w *world) invite(by member.Session, memberName, login string, role member.Role) person.Person {
	w.Helper()
	who, _, err := w.Invite(w.Context(), by, person.NewPerson{Member: memberName, Login: login, Name: "Person " + login, Role: role})
	if err != nil {
		w.Fatal(err)
	}
	return who
}

// signIn opens a session as by a passkey and gives the visitor.
func (w *world) signIn(who person.Person) (secret string, v person.Visitor) {
	w.Helper()
	secret = must(w.StartSession(w.Context(), who.ID, person.ByPasskey, "Browser 1"))(w.T)
	return secret, must(w.Authenticate(w.Context(), secret))(w.T)
}

func (w *world) out(what, secret string) {
	w.Helper()
	_, err := w.Authenticate(w.Context(), secret)
	w.want(fault.Unauthenticated, what, err)
}

func (w *world) in(what, secret string) person.Visitor {
	w.Helper()
	v, err := w.Authenticate(w.Context(), secret)
	if err != nil {
		w.Errorf("%s: %v", what, err)
	}
	return v
}

// fill inserts rows as if they had come in the usual way, which would take long.
func (w *world) fill(n int, text string, args func(i int) []any) {
	w.Helper()
	w.ok(w.db.Write(w.Context(), func(tx *store.Tx) error {
		for i := range n {
			if _, err := tx.Exec(w.Context(), text, args(i)...); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Who may invite whom, and as what: every cell that matters.
func TestWhoMayInvite(t *testing.T) {
	onBoth(t, func(w *world) {
		operator := w.invite(w.office, "Exchange Office", "boss", member.RoleOperator)
		_, asOperator := w.signIn(operator)
		_, asOfficeAnalyst := w.signIn(w.invite(w.office, "", "office.analyst", member.RoleAnalyst))
		_, asReviewer := w.signIn(w.invite(w.office, "", "office.reviewer", member.RoleReviewer))
		_, asAnalyst := w.signIn(w.invite(w.bank, "", "bank.analyst", member.RoleAnalyst))
		reviewers := w.member(member.NewMember{Name: "Reviewers", Role: member.RoleReviewer})
		for i, c := range []struct {
			what   string
			by     member.Session
			member string
			role   member.Role
			want   fault.Kind // Internal: none
		}{
			{"an operator at another member", asOperator.Session, "Harbor Bank", member.RoleAnalyst, 0},
			{"an operator at its own", asOperator.Session, "", member.RoleOperator, 0},
			{"an operator at reviewers", asOperator.Session, "reviewers", member.RoleReviewer, 0},
			{"an operator gives a role that the member can't have", asOperator.Session, "Harbor Bank", member.RoleOperator, fault.Invalid},
			{"an operator gives a machine's role", asOperator.Session, "Harbor Bank", member.RoleMember, fault.Invalid},
			{"an operator at nobody", asOperator.Session, "Nobody Ltd", member.RoleAnalyst, fault.NotFound},
			{"an analyst at its own", asAnalyst.Session, "harbor bank", member.RoleAnalyst, 0},
			{"a member's machine", w.clinic, "", member.RoleAnalyst, 0},
			{"an analyst at another", asAnalyst.Session, "Lakeside Hospital", member.RoleAnalyst, fault.Forbidden},
			{"an analyst at nobody", asAnalyst.Session, "Nobody Ltd", member.RoleAnalyst, fault.Forbidden},
			{"an analyst of the office makes an analyst", asOfficeAnalyst.Session, "", member.RoleAnalyst, 0},
			{"an analyst of the office makes an operator", asOfficeAnalyst.Session, "", member.RoleOperator, fault.Forbidden},
			{"an analyst of the office makes a reviewer", asOfficeAnalyst.Session, "", member.RoleReviewer, fault.Forbidden},
			{"a reviewer", asReviewer.Session, "", member.RoleAnalyst, fault.Forbidden},
			{"a reviewer's machine", reviewers, "", member.RoleReviewer, fault.Forbidden},
			{"nobody", member.Session{}, "Harbor Bank", member.RoleAnalyst, fault.Forbidden},
		} {
			login := "invited." + strconv.Itoa(i)
			who, token, err := w.Invite(w.Context(), c.by, person.NewPerson{Member: c.member, Login: login, Name: "Jane Roe", Role: c.role})
			if c.want != 0 {
				w.want(c.want, c.what, err)
				continue
			}
			if err != nil || who.Login != login || who.Role != c.role || token == "" {
				t.Errorf("%s: %+v, %v", c.what, who, err)
			}
		}
		// Forbidden reads the same whether the member exists.
		_, _, a := w.Invite(w.Context(), asAnalyst.Session, person.NewPerson{Member: "Lakeside Hospital", Login: "xyz", Name: "x", Role: member.RoleAnalyst})
		_, _, b := w.Invite(w.Context(), asAnalyst.Session, person.NewPerson{Member: "Nobody Ltd", Login: "xyz", Name: "x", Role: member.RoleAnalyst})
		if a.Error() != b.Error() {
			t.Errorf("%q and %q tell whether a member exists", a, b)
		}
	})
}

func TestNamesAndLogins(t *testing.T) {
	onBoth(t, func(w *world) {
		try := func(login, name string) (person.Person, error) {
			who, _, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: login, Name: name, Role: member.RoleAnalyst})
			return who, err
		}
		long := strings.Repeat("a", person.MaxLogin)
		for _, login := range []string{"abc", long, "Jane.Roe@Bank.example", "  j-r_1+x  "} {
			who, err := try(login, "Jane Roe")
			if err != nil || who.Login != strings.ToLower(strings.TrimSpace(login)) {
				t.Errorf("login %q: %+v, %v", login, who, err)
			}
		}
		for _, login := range []string{"", "ab", long + "a", "jane roe", "j\u0430ne", "jane\u202eeor", "jane\x00", "jane\u200broe", "...", "<script>", "jane/roe", strings.Repeat("a", 5000)} {
			_, err := try(login, "Jane Roe")
			w.want(fault.Invalid, strconv.Quote(login), err)
		}
		for _, c := range [][2]string{
			{"Jane \u202eeoR\u202c", "Jane eoR"}, {"  Jane\tRoe\r\n", "Jane Roe"}, {"Jane\x00\x1b[31mRoe", "Jane[31mRoe"}, {"<b>Jane</b>", "<b>Jane</b>"},
			{strings.Repeat("é", person.MaxName), strings.Repeat("é", person.MaxName)}, {"Jose\u0301", "Jos\u00e9"}, {"می\u200cخواهم", "می\u200cخواهم"}, {"J\xff", "J\uFFFD"},
		} {
			who, err := try("name."+strconv.Itoa(len(c[0]))+strconv.Itoa(len(c[1])), c[0])
			if err != nil || who.Name != c[1] {
				t.Errorf("name %q is kept as %q: %v", c[0], who.Name, err)
			}
		}
		for i, name := range []string{"", " \t ", "\u202e\u200b", "\u200d", strings.Repeat("é", person.MaxName+1), strings.Repeat("a", 10_000)} {
			_, err := try("bad.name."+strconv.Itoa(i), name)
			w.want(fault.Invalid, strconv.Quote(name), err)
		}
		_, err := try("JANE.roe@bank.example", "Somebody Else")
		w.want(fault.Conflict, "a login that is taken", err)
	})
}

func TestRename(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		w.invite(w.clinic, "", "rob", member.RoleAnalyst)
		secret, _ := w.signIn(jane)
		w.ok(w.Rename(w.Context(), jane.ID, "Jane.Roe", "Jane\u202e Roe"))
		if v := w.in("after a new name", secret); v.Person.Login != "jane.roe" || v.Person.Name != "Jane Roe" {
			t.Errorf("renamed to %+v", v.Person)
		}
		w.ok(w.Rename(w.Context(), jane.ID, "jane.roe", "Jane")) // one's own login is no conflict
		w.want(fault.Conflict, "somebody else's login", w.Rename(w.Context(), jane.ID, "rob", "Jane"))
		w.want(fault.Invalid, "an empty name", w.Rename(w.Context(), jane.ID, "jane", ""))
		w.want(fault.Invalid, "a bad login", w.Rename(w.Context(), jane.ID, "j", "Jane"))
		w.want(fault.NotFound, "nobody", w.Rename(w.Context(), 999, "nobody", "Nobody"))
	})
}

// Whether a login is taken can't be asked for ever.
func TestChoosingTakenLogins(t *testing.T) {
	inTime(t, func(w *world) {
		t := w.T
		w.invite(w.clinic, "", "rob", member.RoleAnalyst)
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		ask := map[string]func(login string) error{
			"an invitation": func(login string) error {
				_, _, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: login, Name: "x", Role: member.RoleAnalyst})
				return err
			},
			"a new name": func(login string) error { return w.Rename(w.Context(), jane.ID, login, "x") },
		}
		for what, f := range ask {
			for range 5 {
				w.want(fault.Conflict, what, f("rob"))
			}
			taken := f("rob")
			w.want(fault.Busy, what+", once more", taken)
			if free := f("free.login"); free == nil || free.Error() != taken.Error() || !strings.Contains(free.Error(), "wait 288 min") {
				t.Errorf("%s: %v of a free login, %v of a taken one", what, free, taken)
			}
			for other, f := range ask { // of one member it is one count
				w.want(fault.Busy, other+" after "+what, f("free.login"))
			}
			time.Sleep(24*time.Hour/5 - time.Second)
			w.want(fault.Busy, what+", too early", f("rob"))
			time.Sleep(time.Second)
			w.want(fault.Conflict, what+", a day's fifth later", f("rob"))
			w.want(fault.Busy, what+", and no more", f("rob"))
			time.Sleep(24 * time.Hour)
			w.ok(f("free." + strconv.Itoa(len(what))))
		}
		w.invite(w.clinic, "", "another", member.RoleAnalyst) // nobody else waits
	})
}

func TestPeopleOfAMember(t *testing.T) {
	onBoth(t, func(w *world) {
		w.fill(person.MaxPeople-1, `INSERT INTO person (log_id, id, member, login, name, role, handle, created, seen, removed) VALUES (1,$1,$2,$3,'x','analyst',$4,1,0,0)`,
			func(i int) []any {
				return []any{i + 1, int64(w.bank.Member.ID), "filler." + strconv.Itoa(i), []byte(strconv.Itoa(i))}
			})
		last := w.invite(w.bank, "", "the.thousandth", member.RoleAnalyst)
		_, _, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: "one.more", Name: "x", Role: member.RoleAnalyst})
		w.want(fault.Refused, "one more than a member may have", err)
		w.invite(w.clinic, "", "another.member", member.RoleAnalyst)
		if l := must(w.ListOf(w.Context(), w.bank, ""))(t); len(l) != person.MaxPeople || l[0].ID > l[1].ID {
			t.Errorf("%d people are listed", len(l))
		}
		w.ok(w.Remove(w.Context(), w.bank, last.ID))
		w.invite(w.bank, "", "the.thousandth", member.RoleAnalyst) // the login is free again
		l := must(w.ListOf(w.Context(), w.office, "lakeside hospital"))(t)
		if len(l) != 1 || l[0].Login != "another.member" {
			t.Errorf("an operator sees %+v", l)
		}
		for _, name := range []string{"Lakeside Hospital", "Nobody Ltd"} {
			_, err := w.ListOf(w.Context(), w.bank, name)
			w.want(fault.Forbidden, "a list of another member's people", err)
		}
	})
}

func TestRemove(t *testing.T) {
	onBoth(t, func(w *world) {
		boss := w.invite(w.office, "", "boss", member.RoleOperator)
		second := w.invite(w.office, "", "second", member.RoleOperator)
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		joan := w.invite(w.bank, "", "joan", member.RoleAnalyst)
		rob := w.invite(w.clinic, "", "rob", member.RoleAnalyst)
		officer := w.invite(w.office, "", "officer", member.RoleAnalyst)
		_, asBoss := w.signIn(boss)
		secret, asJane := w.signIn(jane)
		_, asJoan := w.signIn(joan)
		_, asOfficer := w.signIn(officer)
		w.ok(w.AddPasskey(w.Context(), jane.ID, "phone", []byte("key of jane"), nil))

		w.want(fault.NotFound, "an analyst removes another member's person", w.Remove(w.Context(), asJane.Session, rob.ID))
		w.want(fault.NotFound, "an analyst removes nobody", w.Remove(w.Context(), asJane.Session, 999))
		w.want(fault.Forbidden, "an analyst of the office removes the operator", w.Remove(w.Context(), asOfficer.Session, boss.ID))
		w.ok(w.Remove(w.Context(), asJoan.Session, jane.ID))
		w.out("the session of somebody removed", secret)
		w.want(fault.Unauthenticated, "somebody removed acts", w.Remove(w.Context(), asJane.Session, joan.ID))
		w.want(fault.NotFound, "removing them again", w.Remove(w.Context(), w.bank, jane.ID))
		if _, err := w.Person(w.Context(), jane.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("somebody removed is still there: %v", err)
		}
		if name := must(w.Name(w.Context(), jane.ID))(t); name != "Person jane" {
			t.Errorf("what somebody removed did is said to be %q's", name)
		}
		if name := must(w.Name(w.Context(), 999))(t); name != "" {
			t.Errorf("nobody is called %q", name)
		}
		_, _, err := w.PasskeyByID(w.Context(), []byte("key of jane"))
		w.want(fault.NotFound, "the passkey of somebody removed", err)
		_, err = w.StartSession(w.Context(), jane.ID, person.ByPasskey, "")
		w.want(fault.Unauthenticated, "somebody removed signs in", err)

		// One operator must stay, whoever asks.
		w.ok(w.Remove(w.Context(), asBoss.Session, second.ID))
		w.want(fault.Refused, "the last operator goes", w.Remove(w.Context(), asBoss.Session, boss.ID))
		w.want(fault.Refused, "the last operator is made an analyst", w.SetRole(w.Context(), w.office, boss.ID, member.RoleAnalyst))
		w.ok(w.SetRole(w.Context(), asBoss.Session, officer.ID, member.RoleOperator))
		w.ok(w.Remove(w.Context(), asBoss.Session, boss.ID))
	})
}

// An operator of a member that was removed can do nothing, so it doesn't count.
func TestLastOperatorCountsOnlyWhoIsHere(t *testing.T) {
	onBoth(t, func(w *world) {
		boss := w.invite(w.office, "", "boss", member.RoleOperator)
		other := w.member(member.NewMember{Name: "Second Office", Role: member.RoleOperator})
		w.invite(other, "", "deputy", member.RoleOperator)
		w.ok(w.members.RemoveMember(w.Context(), "Second Office"))
		w.want(fault.Refused, "the last operator who is here", w.Remove(w.Context(), w.office, boss.ID))
	})
}

func TestSetRole(t *testing.T) {
	onBoth(t, func(w *world) {
		w.invite(w.office, "", "boss", member.RoleOperator)
		officer := w.invite(w.office, "", "officer", member.RoleReviewer)
		secret, before := w.signIn(officer)
		if err := before.Session.May(member.ActReview); err != nil {
			t.Error(err)
		}
		w.want(fault.Forbidden, "a reviewer raises itself", w.SetRole(w.Context(), before.Session, officer.ID, member.RoleOperator))
		w.want(fault.Forbidden, "a member", w.SetRole(w.Context(), w.bank, officer.ID, member.RoleOperator))
		w.ok(w.SetRole(w.Context(), w.office, officer.ID, member.RoleAuditor))
		after := w.in("after a new role", secret)
		if err := after.Session.May(member.ActAudit); err != nil || after.Session.May(member.ActReview) == nil {
			t.Errorf("the new role isn't in force: %v", err)
		}
		// What began in the old role isn't finished in it.
		err := w.db.Write(t.Context(), func(tx *store.Tx) error { return w.members.Recheck(t.Context(), tx, before.Session) })
		w.want(fault.Forbidden, "an act begun in the old role", err)
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		w.want(fault.Invalid, "a company's operator", w.SetRole(w.Context(), w.office, jane.ID, member.RoleOperator))
		w.want(fault.NotFound, "nobody", w.SetRole(w.Context(), w.office, 999, member.RoleAnalyst))
	})
}

func TestTwoLogsAreApart(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		secret, v := w.signIn(jane)
		other := person.New(w.db, 2, member.New(w.db, 2, w.keys.MAC), w.keys)
		if _, err := other.Authenticate(t.Context(), secret); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("a session of another log: %v", err)
		}
		if _, err := other.Person(t.Context(), jane.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a person of another log: %v", err)
		}
		w.want(fault.NotFound, "another log ends a session", other.End(t.Context(), jane.ID, v.ID))
		w.in("after another log tried", secret)
	})
}

func TestRecent(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		age  time.Duration
		want bool
	}{{0, true}, {person.FreshFor - time.Nanosecond, true}, {person.FreshFor, false}, {time.Hour, false}} {
		if got := (person.Visitor{ID: 1, Fresh: now.Add(-c.age)}).Recent(now); got != c.want {
			t.Errorf("a proof %s ago counts: %v", c.age, got)
		}
	}
	if (person.Visitor{}).Recent(time.Time{}.Add(time.Second)) {
		t.Error("nobody is fresh")
	}
}

func kinds(ss []person.Session) (out []string) {
	for _, s := range ss {
		out = append(out, s.How)
	}
	slices.Sort(out)
	return out
}
