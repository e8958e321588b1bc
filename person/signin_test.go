package person_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store/storetest"
)

const (
	goodPassword = "copper lantern oath"
	here         = "192.0.2.10:4711"
)

// codeOf is an authenticator of our own: what a phone would show d from now.
func codeOf(t testing.TB, secret string, d time.Duration) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha1.New, key)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Add(d).Unix()/30)))
	sum := m.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// enrol sets a person's password up, and gives authenticator's secret and recovery codes.
func (w *world) enrol(who person.Person, password string) (secret string, recovery []string) {
	w.Helper()
	e := must(w.BeginPassword(w.Context(), who.ID, password, "Exchange"))(w.T)
	return e.Secret, must(w.ConfirmPassword(w.Context(), who.ID, 0, codeOf(w.T, e.Secret, 0)))(w.T)
}

func (w *world) enter(login, password, code string) (string, error) {
	return w.SignInPassword(w.Context(), login, password, code, here, "Browser")
}

// TestByLogin: as the login may be typed; nobody who was removed.
func TestByLogin(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane.roe", member.RoleAnalyst)
		for _, typed := range []string{"jane.roe", " Jane.Roe "} {
			if who, err := w.ByLogin(w.Context(), typed); err != nil || who.ID != jane.ID || who.Member != jane.Member {
				t.Errorf("%q is %+v, %v", typed, who, err)
			}
		}
		_, err := w.ByLogin(w.Context(), "jane")
		w.want(fault.NotFound, "another's login", err)
		if err := w.Remove(w.Context(), w.bank, jane.ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.ByLogin(w.Context(), "jane.roe")
		w.want(fault.NotFound, "after she was removed", err)
	})
}

func TestSignInWithPassword(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane.roe", member.RoleAnalyst)
		_, err := w.enter("jane.roe", goodPassword, "123456")
		w.want(fault.Unauthenticated, "before a password is set up", err)
		e := must(w.BeginPassword(w.Context(), jane.ID, goodPassword, "Exchange"))(w.T)
		if !strings.HasPrefix(e.URI, "otpauth://totp/Exchange:jane.roe?secret="+e.Secret) {
			t.Errorf("the QR code would hold %s", e.URI)
		}
		_, err = w.enter("jane.roe", goodPassword, codeOf(w.T, e.Secret, 0))
		w.want(fault.Unauthenticated, "before it is confirmed", err)
		_, err = w.ConfirmPassword(w.Context(), jane.ID, 0, "000000")
		w.want(fault.Invalid, "confirmed with a wrong code", err)
		code := codeOf(w.T, e.Secret, 0)
		recovery := must(w.ConfirmPassword(w.Context(), jane.ID, 0, code[:3]+" "+code[3:]))(w.T)
		if len(recovery) != 10 {
			t.Errorf("%d recovery codes", len(recovery))
		}
		_, err = w.ConfirmPassword(w.Context(), jane.ID, 0, codeOf(w.T, e.Secret, 30*time.Second))
		w.want(fault.Gone, "confirmed twice", err)
		_, err = w.enter("jane.roe", goodPassword, code)
		w.want(fault.Unauthenticated, "with the code that confirmed", err)
		secret := must(w.enter(" Jane.Roe ", goodPassword, codeOf(w.T, e.Secret, 30*time.Second)))(w.T)
		if v := w.in("with the next code", secret); v.Person.ID != jane.ID || !v.Recent(time.Now()) {
			t.Errorf("it let in %+v", v.Person)
		}
		f := must(w.Factors(w.Context(), jane.ID))(w.T)
		if f.None() || f.Password.IsZero() || f.Recovery != 10 {
			t.Errorf("the person has %+v", f)
		}
	})
}

// Whatever is wrong, one answer.
func TestOneAnswer(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		rob := w.invite(w.bank, "", "rob", member.RoleAnalyst) // has no password
		gone := w.invite(w.bank, "", "gone", member.RoleAnalyst)
		goneKey, _ := w.enrol(gone, goodPassword)
		w.ok(w.Remove(w.Context(), w.bank, gone.ID))
		key, recovery := w.enrol(jane, goodPassword)
		time.Sleep(time.Minute)
		answers := map[string]bool{}
		for i, c := range [][3]string{
			{"nobody", goodPassword, codeOf(w.T, key, 0)}, {"jane", "wrong lantern oath", codeOf(w.T, key, 0)}, {"jane", goodPassword, "000000"}, {"jane", goodPassword, ""},
			{rob.Login, goodPassword, codeOf(w.T, key, 0)}, {"gone", goodPassword, codeOf(w.T, goneKey, 0)}, {"", "", ""}, {"jane", "short", codeOf(w.T, key, 0)},
			{"jane", strings.Repeat("x", 1<<20), "1"}, {strings.Repeat("x", 1<<20), goodPassword, "1"}, {"jane", goodPassword, codeOf(w.T, key, -time.Minute)},
			{"jane", goodPassword, "ABCD-EFGH-2345"}, {"jane", "wrong lantern oath", recovery[0]}, {"jane", goodPassword, strings.Repeat("1", 1<<20)}, {"' OR 1=1 --", "\xff", "\x00"},
		} {
			_, err := w.SignInPassword(w.Context(), c[0], c[1], c[2], fmt.Sprintf("192.0.2.%d", i), "")
			w.want(fault.Unauthenticated, fmt.Sprintf("case %d", i), err)
			answers[err.Error()] = true
		}
		if len(answers) != 1 {
			t.Errorf("the answers differ: %v", answers)
		}
		must(w.enter("jane", goodPassword, recovery[0]))(w.T) // a wrong password used no code up
	})
}

func TestRecoveryCodes(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		_, recovery := w.enrol(jane, goodPassword)
		for _, cell := range w.cells("person_recovery") {
			if strings.Contains(cell, recovery[0]) || strings.Contains(cell, strings.ReplaceAll(recovery[0], "-", "")) {
				t.Error("a recovery code is kept as it is")
			}
		}
		w.in("a recovery code", must(w.enter("jane", goodPassword, strings.ToLower(recovery[0])))(t))
		_, err := w.enter("jane", goodPassword, recovery[0])
		w.want(fault.Unauthenticated, "the same again", err)
		if f := must(w.Factors(w.Context(), jane.ID))(t); f.Recovery != 9 {
			t.Errorf("%d codes are left", f.Recovery)
		}
		fresh := must(w.NewRecovery(w.Context(), jane.ID))(t)
		_, err = w.enter("jane", goodPassword, recovery[1])
		w.want(fault.Unauthenticated, "an old code after new ones", err)
		w.in("a new one", must(w.enter("jane", goodPassword, fresh[1]))(t))
		// Of many with one code at the same moment, one gets in.
		var wg sync.WaitGroup
		won := make(chan string, 5)
		for i := range 5 {
			wg.Go(func() {
				if s, err := w.SignInPassword(t.Context(), "jane", goodPassword, fresh[2], fmt.Sprintf("198.51.100.%d", i), ""); err == nil {
					won <- s
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Errorf("%d got in with one code", len(won))
		}
		_, err = w.NewRecovery(w.Context(), w.invite(w.bank, "", "rob", member.RoleAnalyst).ID)
		w.want(fault.NotFound, "codes without a password", err)
	})
}

func TestEnrolmentWaits(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		e := must(w.BeginPassword(w.Context(), jane.ID, goodPassword, "Exchange"))(w.T)
		time.Sleep(15 * time.Minute)
		_, err := w.ConfirmPassword(w.Context(), jane.ID, 0, codeOf(w.T, e.Secret, 0))
		w.want(fault.Gone, "after 15 minutes", err)
		e = must(w.BeginPassword(w.Context(), jane.ID, goodPassword, "Exchange"))(w.T)
		time.Sleep(15*time.Minute - time.Microsecond)
		must(w.ConfirmPassword(w.Context(), jane.ID, 0, codeOf(w.T, e.Secret, 0)))(w.T)
		_, err = w.BeginPassword(w.Context(), 999, goodPassword, "Exchange")
		w.want(fault.NotFound, "nobody's password", err)
		for _, bad := range []string{"short", "jane jane jane", "harbor bank harbor"} {
			_, err = w.BeginPassword(w.Context(), jane.ID, bad, "Exchange")
			w.want(fault.Invalid, bad, err)
		}
	})
}

// Changing how one signs in ends the other sessions, and the old way.
func TestChanges(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		const second = "seven quiet gulls"
		for what, change := range map[string]func(session int64) error{
			"another password": func(s int64) error { return w.ChangePassword(w.Context(), jane.ID, s, second) },
			"both anew": func(s int64) error {
				e := must(w.BeginPassword(w.Context(), jane.ID, goodPassword, "Exchange"))(w.T)
				key = e.Secret
				_, err := w.ConfirmPassword(w.Context(), jane.ID, s, codeOf(w.T, e.Secret, 0))
				return err
			},
			"none": func(s int64) error { return w.RemovePassword(w.Context(), jane.ID, s) },
		} {
			if what == "none" {
				defer func() {
					_, err := w.enter("jane", goodPassword, codeOf(w.T, key, 0))
					w.want(fault.Unauthenticated, "after the password went", err)
				}()
			}
			other, _ := w.signIn(jane)
			mine, v := w.signIn(jane)
			if what != "both anew" && must(w.Factors(w.Context(), jane.ID))(w.T).Password.IsZero() {
				key, _ = w.enrol(jane, goodPassword)
				other, _ = w.signIn(jane)
				mine, v = w.signIn(jane)
			}
			w.ok(change(v.ID))
			w.in("one's own session after: "+what, mine)
			w.out("another session after: "+what, other)
			time.Sleep(time.Minute)
		}
		w.ok(w.RemovePassword(w.Context(), jane.ID, 0))
		w.want(fault.NotFound, "changing none", w.ChangePassword(w.Context(), jane.ID, 0, second))
	})
}

func TestChangedPasswordCounts(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		w.want(fault.Invalid, "a bad one", w.ChangePassword(w.Context(), jane.ID, 0, "password1234"))
		w.ok(w.ChangePassword(w.Context(), jane.ID, 0, "seven quiet gulls"))
		time.Sleep(time.Minute)
		_, err := w.enter("jane", goodPassword, codeOf(w.T, key, 0))
		w.want(fault.Unauthenticated, "the old password", err)
		w.in("the new one with the old authenticator", must(w.enter("jane", "seven quiet gulls", codeOf(w.T, key, 0)))(w.T))
	})
}

func TestStepUpWithPassword(t *testing.T) {
	inTime(t, func(w *world) {
		jane, rob := w.invite(w.bank, "", "jane", member.RoleAnalyst), w.invite(w.bank, "", "rob", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		robs, _ := w.enrol(rob, "seven quiet gulls")
		secret, v := w.signIn(jane)
		time.Sleep(time.Hour)
		w.want(fault.Unauthenticated, "somebody else's proof", w.ProvePassword(w.Context(), v, "seven quiet gulls", codeOf(w.T, robs, 0), here))
		if w.in("before", secret).Recent(time.Now()) {
			t.Error("a wrong proof counts")
		}
		w.ok(w.ProvePassword(w.Context(), v, goodPassword, codeOf(w.T, key, 0), here))
		if after := w.in("after", secret); !after.Recent(time.Now()) || after.ID != v.ID {
			t.Error("the proof doesn't count")
		}
		w.want(fault.Unauthenticated, "the same code again", w.ProvePassword(w.Context(), v, goodPassword, codeOf(w.T, key, 0), here))
	})
}

// The whole way of a guesser, and of the one whose login it is.
func TestGuessing(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		time.Sleep(time.Minute)
		must(w.enter("jane", goodPassword, codeOf(w.T, key, 0)))(w.T) // from here, before all this
		guess := func(login, addr string) error {
			_, err := w.SignInPassword(w.Context(), login, "wrong lantern oath", "000000", addr, "")
			return err
		}
		for i := range 5 {
			w.want(fault.Unauthenticated, fmt.Sprintf("guess %d", i), guess("jane", "198.51.100.1"))
		}
		known := guess("jane", "198.51.100.1")
		w.want(fault.Busy, "the sixth guess", known)
		if !strings.Contains(known.Error(), "wait 1 s") {
			t.Errorf("it says %q", known)
		}
		for range 5 {
			w.want(fault.Unauthenticated, "a login that isn't there", guess("nobody", "198.51.100.2"))
		}
		if unknown := guess("nobody", "198.51.100.2"); unknown == nil || unknown.Error() != known.Error() {
			t.Errorf("%q and %q tell who is here", known, unknown)
		}
		// Right from there, one waits as well: it is told nothing.
		_, err := w.SignInPassword(w.Context(), "jane", goodPassword, codeOf(w.T, key, 0), "198.51.100.1", "")
		w.want(fault.Busy, "the right password while one waits", err)
		for i := range 95 {
			w.want(fault.Unauthenticated, "a guess from many networks", guess("jane", fmt.Sprintf("203.0.113.%d", i)))
		}
		w.want(fault.Busy, "one more stranger", guess("jane", "203.0.113.200"))
		w.want(fault.Busy, "one more stranger, IPv6", guess("jane", "2001:db8::1"))
		time.Sleep(time.Minute)
		w.in("from where she signed in before", must(w.enter("jane", goodPassword, codeOf(w.T, key, 0)))(w.T))
		w.in("with a passkey", must(w.StartSession(w.Context(), jane.ID, person.ByPasskey, ""))(w.T))
		w.in("with a link", must(w.TakeLink(w.Context(), must(w.NewLink(w.Context(), w.office, jane.ID))(w.T), "", ""))(w.T))
		time.Sleep(15 * time.Minute)
		w.in("a stranger with the right password, when the wait is over", must(w.SignInPassword(w.Context(), "jane", goodPassword, codeOf(w.T, key, 0), "203.0.113.200", ""))(w.T))
	})
}

// A database that broke is nobody's failure.
func TestBrokenWriteIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &storetest.Breaker{}
		w := newWorld(t, storetest.Open(t, b.Config))
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		for range 10 {
			time.Sleep(30 * time.Second)
			b.Fail(1, storetest.Before)
			if _, err := w.enter("jane", goodPassword, codeOf(t, key, 0)); err == nil || fault.KindOf(err) != fault.Internal {
				t.Fatalf("with a broken database: %v", err)
			}
			b.Heal()
		}
		w.in("when it is whole", must(w.enter("jane", goodPassword, codeOf(t, key, 0)))(t))
	})
}

// After a restore under other keys no second factor opens: that looks like a wrong
// code, and a new link is the way in.
func TestOtherKeys(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, recovery := w.enrol(jane, goodPassword)
		time.Sleep(time.Minute)
		keys, err := ledger.CreateKeys(filepath.Join(w.TempDir(), "keys"), "log.example/restored")
		w.ok(err)
		w.People = person.New(w.db, 1, w.members, keys)
		for _, code := range []string{codeOf(w.T, key, 0), recovery[0]} {
			_, err := w.enter("jane", goodPassword, code)
			w.want(fault.Unauthenticated, "the second factor under other keys", err)
		}
		w.in("a new link", must(w.TakeLink(w.Context(), must(w.NewLink(w.Context(), w.office, jane.ID))(w.T), "", ""))(w.T))
		w.enrol(jane, goodPassword)
	})
}

func TestSecretsOfAPassword(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		raw := must(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key))(t)
		for _, cell := range w.cells("person_password") {
			if strings.Contains(cell, goodPassword) || strings.Contains(cell, key) || strings.Contains(cell, string(raw)) {
				t.Error("a secret is kept as it is")
			}
		}
	})
}
