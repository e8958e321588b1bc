package person_test

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store"
	"tocsin/store/storetest"
)

func TestSession(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		secret, v := w.signIn(jane)
		if v.Person != jane || v.Session.Person != jane.ID || v.Session.Role != member.RoleAnalyst || v.Session.Member.Name != "Harbor Bank" || v.Session.Still == nil || v.Session.KeyID != 0 {
			t.Errorf("the visitor is %+v", v)
		}
		if !v.Recent(time.Now()) || time.Until(v.Until) > person.SessionLife || time.Until(v.Until) < person.SessionLife-time.Minute {
			t.Errorf("fresh %s, until %s", v.Fresh, v.Until)
		}
		for _, a := range []struct {
			act member.Act
			may bool
		}{{member.ActFile, true}, {member.ActOwn, true}, {member.ActReview, false}, {member.ActOperate, false}} {
			if err := v.Session.May(a.act); (err == nil) != a.may {
				t.Errorf("%s: %v", a.act, err)
			}
		}
		// A caller's changes stay with the caller.
		v.Session.Audiences[0] = 99
		if again := w.in("again", secret); again.Session.Audiences[0] == 99 {
			t.Error("a caller changed what others see")
		}
		for _, bad := range []string{"", "x", strings.ToUpper(secret), secret + "a", strings.Repeat("a", 40), strings.Repeat("a", 1<<20), secret[:39] + "é"} {
			w.out("a made-up secret", bad)
		}
		second, _ := w.signIn(jane)
		if second == secret || len(secret) < 32 {
			t.Error("two sign-ins share a secret, or it is short")
		}
		_, err := w.StartSession(w.Context(), jane.ID, "telepathy", "")
		if err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("an unknown way in: %v", err)
		}
		_, err = w.StartSession(w.Context(), 999, person.ByOIDC, "")
		w.want(fault.Unauthenticated, "nobody signs in", err)
	})
}

// Nothing in the tables opens anything.
func TestSecretsAreNotKept(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		session, _ := w.signIn(jane)
		token := must(w.Welcome(w.Context(), "Lakeside Hospital"))(t)
		for _, table := range []string{"person_session", "person_link"} {
			for _, cell := range w.cells(table) {
				if strings.Contains(cell, session) || strings.Contains(cell, token) {
					t.Errorf("%s holds a secret", table)
				}
			}
		}
	})
}

// cells gives everything that a table holds, as text.
func (w *world) cells(table string) (out []string) {
	w.Helper()
	rows, err := w.db.Reader().QueryContext(w.Context(), `SELECT * FROM `+table)
	w.ok(err)
	defer rows.Close()
	columns := must(rows.Columns())(w.T)
	for rows.Next() {
		row, to := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		w.ok(rows.Scan(to...))
		out = append(out, row...)
	}
	w.ok(rows.Err())
	if len(out) == 0 {
		w.Errorf("%s is empty", table)
	}
	return out
}

func TestSessionsOfAPerson(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		rob := w.invite(w.clinic, "", "rob", member.RoleAnalyst)
		robs, _ := w.signIn(rob)
		var secrets []string
		for i := range person.MaxSessions {
			secrets = append(secrets, must(w.StartSession(w.Context(), jane.ID, person.ByPasskey, "Browser "+strconv.Itoa(i)+"\u202e\x00"))(t))
		}
		w.in("the oldest of as many as one may have", secrets[0])
		newest := must(w.StartSession(w.Context(), jane.ID, person.ByOIDC, strings.Repeat("é", 1000)))(t)
		w.out("the oldest of one more", secrets[0])
		w.in("the second", secrets[1])
		w.in("the newest", newest)
		w.in("somebody else", robs)
		list := must(w.List(w.Context(), jane.ID))(t)
		if len(list) != person.MaxSessions || list[0].How != person.ByOIDC || list[0].Agent != strings.Repeat("é", 200) || list[1].Agent != "Browser 19" {
			t.Errorf("%d sessions, the newest %+v", len(list), list[0])
		}
		w.want(fault.NotFound, "ending somebody else's", w.End(w.Context(), rob.ID, list[0].ID))
		w.ok(w.End(w.Context(), jane.ID, list[0].ID))
		w.out("an ended session", newest)
		w.want(fault.NotFound, "ending it again", w.End(w.Context(), jane.ID, list[0].ID))
		keep := w.in("one that stays", secrets[5])
		w.ok(w.EndOthers(w.Context(), jane.ID, keep.ID))
		w.in("the one that stays", secrets[5])
		w.out("another", secrets[6])
		w.in("somebody else", robs)
		w.ok(w.EndOthers(w.Context(), jane.ID, 0))
		w.out("all", secrets[5])
		if l := must(w.List(w.Context(), jane.ID))(t); len(l) != 0 {
			t.Errorf("sessions are left: %v", l)
		}
	})
}

// Many sign in at once: no more sessions than one may have are left.
func TestManySignInAtOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		var wg sync.WaitGroup
		for range person.MaxSessions + 10 {
			wg.Go(func() {
				if _, err := w.StartSession(t.Context(), jane.ID, person.ByPasskey, ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if l := must(w.List(t.Context(), jane.ID))(t); len(l) != person.MaxSessions {
			t.Errorf("%d sessions", len(l))
		}
	})
}

func TestMemberRemoved(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		secret, v := w.signIn(jane)
		w.ok(w.members.RemoveMember(w.Context(), "Harbor Bank"))
		err := w.db.Write(t.Context(), func(tx *store.Tx) error { return w.members.Recheck(t.Context(), tx, v.Session) })
		w.want(fault.Unauthenticated, "an act in work", err)
		w.within(100*time.Millisecond, func() error { _, err := w.Authenticate(t.Context(), secret); return err })
		_, err = w.StartSession(t.Context(), jane.ID, person.ByPasskey, "")
		w.want(fault.Unauthenticated, "a new session", err)
	})
}

// within waits until f says fault.Unauthenticated, at most d and what a busy machine adds.
func (w *world) within(d time.Duration, f func() error) {
	w.Helper()
	for began := time.Now(); fault.KindOf(f()) != fault.Unauthenticated; {
		if time.Since(began) > d+2*time.Second {
			w.Fatalf("still there after %s", time.Since(began))
		}
	}
}

// Another node sees an ended session, a removed person and a proof within 100 ms.
func TestOtherNode(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := newWorld(t, open(t))
		db := open(t)
		other := person.New(db, 1, member.New(db, 1, w.keys.MAC), w.keys)
		boss := w.invite(w.office, "", "boss", member.RoleOperator)
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		secret, v := w.signIn(jane)
		must(other.Authenticate(t.Context(), secret))(t)
		w.ok(w.End(t.Context(), jane.ID, v.ID))
		w.within(100*time.Millisecond, func() error { _, err := other.Authenticate(t.Context(), secret); return err })
		secret, _ = w.signIn(jane)
		must(other.Authenticate(t.Context(), secret))(t)
		w.ok(w.Remove(t.Context(), w.office, jane.ID))
		w.within(100*time.Millisecond, func() error { _, err := other.Authenticate(t.Context(), secret); return err })
		secret, _ = w.signIn(boss)
		before := must(other.Authenticate(t.Context(), secret))(t)
		w.ok(w.Prove(t.Context(), before.ID, person.ByPasskey))
		for began := time.Now(); ; {
			if after := must(other.Authenticate(t.Context(), secret))(t); after.Fresh.After(before.Fresh) {
				break
			}
			if time.Since(began) > 3*time.Second {
				t.Fatal("the other node didn't see the proof")
			}
		}
	})
}

// inTime runs a test on SQLite in a bubble with its own clock.
func inTime(t *testing.T, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(newWorld(t, storetest.Open(t))) })
}

func TestSessionEndsInTime(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		idle, _ := w.signIn(jane)
		busy, v := w.signIn(jane)
		for range 13 {
			time.Sleep(person.IdleLife/2 - time.Microsecond)
			if time.Until(v.Until) > 0 {
				w.in("a session in use", busy)
			}
		}
		w.out("a session over its end, although it was used", busy)
		w.out("one that was idle", idle)
		exact, _ := w.signIn(jane)
		time.Sleep(person.IdleLife - time.Microsecond)
		w.in("just before it is idle too long", exact)
		time.Sleep(person.IdleLife)
		w.out("idle too long", exact)
		last, _ := w.signIn(jane)
		for range 11 {
			time.Sleep(time.Hour)
			w.in("each hour", last)
		}
		time.Sleep(time.Hour - time.Microsecond)
		w.in("just before the end", last)
		time.Sleep(time.Microsecond)
		w.out("at the end", last)
	})
}

// No read writes; what was used is kept each 5 minutes, and another process goes by that.
func TestLastUseIsKeptInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &storetest.Breaker{}
		w := newWorld(t, storetest.Open(t, b.Config))
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		secret, v := w.signIn(jane)
		restarted := func() *person.People { return person.New(w.db, 1, w.members, w.keys) }
		writes := b.Writes()
		for range 100 {
			time.Sleep(time.Minute)
			w.in("in use", secret)
		}
		if n := b.Writes() - writes; n != 0 {
			t.Errorf("100 reads wrote %d times", n)
		}
		if l := must(w.List(t.Context(), jane.ID))(t); time.Since(l[0].Seen) > time.Second {
			t.Errorf("last seen %s ago", time.Since(l[0].Seen))
		}
		w.ok(w.KeepSeen(t.Context()))
		writes = b.Writes()
		w.ok(w.KeepSeen(t.Context()))
		if n := b.Writes() - writes; n != 0 {
			t.Errorf("nothing to keep wrote %d times", n)
		}
		time.Sleep(time.Hour)
		if _, err := restarted().Authenticate(t.Context(), secret); err != nil {
			t.Errorf("after a restart: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err := restarted().Authenticate(t.Context(), secret); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("idle for two hours after a restart: %v", err)
		}
		time.Sleep(time.Until(v.Until))
		w.ok(w.KeepSeen(t.Context()))
		var n int
		w.ok(w.db.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM person_session`).Scan(&n))
		if n != 0 {
			t.Error("a session that is over is kept")
		}
	})
}

func TestRunKeepsUses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &storetest.Breaker{}
		w := newWorld(t, storetest.Open(t, b.Config))
		secret, _ := w.signIn(w.invite(w.bank, "", "jane", member.RoleAnalyst))
		ctx, stop := t.Context(), make(chan struct{})
		run, cancel := context.WithCancel(ctx)
		var failures []error
		go func() { w.People.Run(run, func(err error) { failures = append(failures, err) }); close(stop) }()
		seen := func() (n int64) {
			w.ok(w.db.Reader().QueryRowContext(ctx, `SELECT seen FROM person_session`).Scan(&n))
			return n
		}
		first := seen()
		time.Sleep(person.SeenEvery - time.Second)
		w.in("in use", secret)
		if seen() != first {
			t.Error("written before its time")
		}
		b.Fail(1, storetest.Before)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(failures) != 1 || seen() != first {
			t.Errorf("failures %v", failures)
		}
		time.Sleep(person.SeenEvery)
		synctest.Wait()
		second := seen()
		if second <= first {
			t.Error("what failed wasn't tried again")
		}
		time.Sleep(time.Minute)
		w.in("in use", secret)
		cancel()
		<-stop
		if seen() <= second {
			t.Error("the last use isn't kept at the end")
		}
	})
}

func TestStill(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		_, v := w.signIn(jane)
		check := func() error {
			return w.db.Write(t.Context(), func(tx *store.Tx) error { return w.members.Recheck(t.Context(), tx, v.Session) })
		}
		w.ok(check())
		w.ok(w.EndOthers(t.Context(), jane.ID, 0))
		w.want(fault.Unauthenticated, "after the session ended", check())
		_, v = w.signIn(jane)
		w.ok(w.Remove(t.Context(), w.office, jane.ID))
		w.want(fault.Unauthenticated, "after the person went", check())
	})
}

func TestStillEndsInTime(t *testing.T) {
	inTime(t, func(w *world) {
		_, v := w.signIn(w.invite(w.bank, "", "jane", member.RoleAnalyst))
		time.Sleep(person.SessionLife - time.Microsecond)
		w.ok(v.Session.Still(w.Context(), w.db.Reader()))
		time.Sleep(time.Microsecond)
		w.want(fault.Unauthenticated, "at the end of the session", v.Session.Still(w.Context(), w.db.Reader()))
	})
}

func TestProve(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		secret, v := w.signIn(jane)
		other, _ := w.signIn(jane)
		time.Sleep(person.FreshFor)
		if w.in("later", secret).Recent(time.Now()) {
			t.Error("an old proof counts")
		}
		w.ok(w.Prove(w.Context(), v.ID, person.ByPasskey))
		if !w.in("after a proof", secret).Recent(time.Now()) {
			t.Error("a new proof doesn't count")
		}
		if w.in("another session", other).Recent(time.Now()) {
			t.Error("a proof in one session counts in another")
		}
		if err := w.Prove(w.Context(), v.ID, person.ByLink); err == nil {
			t.Error("a link proves anew")
		}
		w.ok(w.End(w.Context(), jane.ID, v.ID))
		w.want(fault.Unauthenticated, "a proof in an ended session", w.Prove(w.Context(), v.ID, person.ByPasskey))
		if l := must(w.List(w.Context(), jane.ID))(t); !slices.Equal(kinds(l), []string{person.ByPasskey}) {
			t.Errorf("sessions %v", l)
		}
	})
}

// A known secret costs no look-up but the rights counter, once each 100 ms.
func TestAuthenticateIsCheap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &storetest.Breaker{}
		w := newWorld(t, storetest.Open(t, b.Config))
		secret, _ := w.signIn(w.invite(w.bank, "", "jane", member.RoleAnalyst))
		time.Sleep(time.Second)
		w.in("once", secret)
		reads := b.Reads()
		for range 1000 {
			w.in("in use", secret)
		}
		if n := b.Reads() - reads; n != 0 {
			t.Errorf("1000 requests at once read %d times", n)
		}
		for range 10 {
			time.Sleep(100 * time.Millisecond)
			w.in("in use", secret)
		}
		if n := b.Reads() - reads; n != 10 {
			t.Errorf("10 requests 100 ms apart read %d times", n)
		}
		reads = b.Reads()
		w.out("no secret at all", "x")
		if b.Reads() != reads {
			t.Error("what can't be a secret is looked up")
		}
	})
}

// A database that doesn't answer signs nobody out.
func TestBrokenReadIsNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &storetest.Breaker{}
		w := newWorld(t, storetest.Open(t, b.Config))
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		secret, _ := w.signIn(jane)
		b.FailOn(1, storetest.Before)
		if _, err := w.StartSession(t.Context(), jane.ID, person.ByPasskey, ""); err == nil {
			t.Error("a session was opened in a broken database")
		}
		time.Sleep(100 * time.Millisecond)
		if _, err := w.Authenticate(t.Context(), secret); err == nil || fault.KindOf(err) == fault.Unauthenticated {
			t.Errorf("with a broken database: %v", err)
		}
		b.Heal()
		w.in("when it answers again", secret)
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	ctx, db := b.Context(), storetest.Open(b)
	keys := must(ledger.CreateKeys(filepath.Join(b.TempDir(), "keys"), "log.example/test"))(b)
	members := member.New(db, 1, keys.MAC)
	people := person.New(db, 1, members, keys)
	for _, err := range []error{member.Migrate(ctx, db), person.Migrate(ctx, db)} {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(members.AddMember(ctx, member.NewMember{Name: "Harbor Bank"}))(b)
	secret := must(people.TakeLink(ctx, must(people.Welcome(ctx, "Harbor Bank"))(b), "Jane", ""))(b)
	for b.Loop() {
		must(people.Authenticate(ctx, secret))(b)
	}
}
