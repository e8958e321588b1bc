package passkey

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"tocsin/audit"
	"tocsin/member"
)

// recorded gives the outcomes in the audit record as "PERSON ACT: OUTCOME", the
// oldest first.
func (w *world) recorded() (out []string) {
	w.Helper()
	err := w.site.Exchange.Audit().Export(w.Context(), member.Session{Exchange: true}, 0, func(r audit.Row) error {
		if r.Outcome != "" {
			out = append(out, fmt.Sprintf("%d %s: %s", r.Person, r.Act, r.Outcome))
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// TestRecorded: the audit record tells who added a passkey, signed in by it, proved
// themselves, and who was refused with one that is known; strangers fill it with nothing.
func TestRecorded(t *testing.T) {
	w := newWorld(t, home)
	v, _ := w.ana.who()
	k := w.ana.add(newKey(t, home, rpID))
	phone := w.browser()
	phone.ok("sign-in/finish", answerOf(k.get(t, phone.ok("sign-in/begin", nil).Options.Challenge))) // ends when the next begins
	phone.ok("sign-in/finish", answerOf(k.get(t, phone.ok("sign-in/begin", nil).Options.Challenge)))
	phone.ok("step-up/finish", answerOf(k.get(t, phone.ok("step-up/begin", nil).Options.Challenge)))
	bad := *k
	bad.flags = flagUP
	phone.post("step-up/finish", answerOf(bad.get(t, phone.ok("step-up/begin", nil).Options.Challenge)))
	stranger := w.browser()
	stranger.post("sign-in/finish", answerOf(bad.get(t, stranger.ok("sign-in/begin", nil).Options.Challenge)))
	unknown := newKey(t, home, rpID)
	unknown.handle = k.handle
	if a := stranger.post("sign-in/finish", answerOf(unknown.get(t, stranger.ok("sign-in/begin", nil).Options.Challenge))); a.Code != http.StatusUnauthorized {
		t.Errorf("an unknown passkey: %d %s", a.Code, a.text)
	}
	var want []string
	for _, did := range []string{"change way to sign in: done", "sign in: done", "sign in: done", "end session: done", "prove identity: done", "prove identity: refused (unauthenticated)", "sign in: refused (unauthenticated)"} {
		want = append(want, fmt.Sprintf("%d %s", v.Person.ID, did))
	}
	if got := w.recorded(); !slices.Equal(got, want) {
		t.Errorf("recorded: %q\nnot %q", got, want)
	}
}
