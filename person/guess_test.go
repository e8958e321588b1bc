package person_test

import (
	"fmt"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
)

// Somebody on the same network who tries wrong passwords all the time never keeps
// the person out of it, nor makes a visitor who proves again who they are wait.
func TestPollerOnTheSameNetwork(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		time.Sleep(time.Minute)
		must(w.enter("jane", goodPassword, codeOf(w.T, key, 0)))(w.T) // it is known from now on
		poll := func() {
			_, err := w.enter("jane", "wrong lantern oath", "000000")
			w.want(fault.Unauthenticated, "the poller", err)
		}
		for range 3 {
			for range 8 { // more than are free of a stranger
				poll()
			}
			time.Sleep(time.Minute)
			poll() // right before
			secret, err := w.enter("jane", goodPassword, codeOf(w.T, key, 0))
			if err != nil {
				t.Fatalf("the poller keeps her out: %v", err)
			}
			v := w.in("with the password", secret)
			poll()
			time.Sleep(time.Minute)
			w.ok(w.ProvePassword(w.Context(), v, goodPassword, codeOf(w.T, key, 0), "198.51.100.77"))
		}
	})
}

// Who fails to prove again who they are waits in that session, and nowhere else.
func TestProvingIsCountedBySession(t *testing.T) {
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		_, one := w.signIn(jane)
		_, two := w.signIn(jane)
		for i := range 5 {
			w.want(fault.Unauthenticated, fmt.Sprintf("failure %d", i), w.ProvePassword(w.Context(), one, "wrong lantern oath", "000000", here))
		}
		w.want(fault.Busy, "the sixth", w.ProvePassword(w.Context(), one, "wrong lantern oath", "000000", "198.51.100.5"))
		time.Sleep(time.Minute)
		w.ok(w.ProvePassword(w.Context(), two, goodPassword, codeOf(w.T, key, 0), here))
		time.Sleep(time.Minute)
		w.in("and signing in", must(w.enter("jane", goodPassword, codeOf(w.T, key, 0)))(w.T))
	})
}

// Whoever knows the password guesses no code: a known network has no more of them
// than others, and the answer tells nothing.
func TestGuessingCodes(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred hashes")
	}
	inTime(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		key, _ := w.enrol(jane, goodPassword)
		time.Sleep(time.Minute)
		must(w.enter("jane", goodPassword, codeOf(w.T, key, 0)))(w.T)
		for range 100 {
			_, err := w.enter("jane", goodPassword, "000")
			w.want(fault.Unauthenticated, "a wrong code", err)
		}
		time.Sleep(time.Minute)
		_, right := w.enter("jane", goodPassword, codeOf(w.T, key, 0))
		_, wrong := w.enter("jane", "wrong lantern oath", "000000")
		if right == nil || right.Error() != wrong.Error() {
			t.Errorf("%v and %v tell that the password is right, or the code is looked at", right, wrong)
		}
		time.Sleep(15 * time.Minute)
		w.in("when it is fewer", must(w.enter("jane", goodPassword, codeOf(w.T, key, 0)))(w.T))
	})
}
