package signin_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/apptest"
	"tocsin/audit"
	"tocsin/member"
	"tocsin/store"
	"tocsin/web/signin"
)

// rows gives the audit record.
func (s *site) rows() (out []audit.Row) {
	s.Helper()
	err := s.App.Node().Exchange.Audit().Export(s.Context(), member.Session{Exchange: true}, 0, func(r audit.Row) error {
		out = append(out, r)
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	return out
}

// done gives what a person did, of these acts.
func (s *site) done(person int64, acts ...audit.Act) (out []string) {
	s.Helper()
	for _, r := range s.rows() {
		if r.Person == person && r.Outcome == "done" && slices.Contains(acts, r.Act) {
			out = append(out, string(r.Act))
		}
	}
	return out
}

// session is the number of the session that a browser has open.
func (b *browser) session() string {
	b.Helper()
	v, err := b.people().Authenticate(b.Context(), b.cookies["tocsin"])
	if err != nil {
		b.Fatal(err)
	}
	return fmt.Sprint(v.ID)
}

// TestRecorded: whoever comes, goes, or changes how they come in stands in the
// record with what came of it; no name, login or address does.
func TestRecorded(t *testing.T) {
	s := start(t, signin.Config{}, false)
	b := s.in("Harbor Bank")
	first := b.session()
	b.post(http.StatusSeeOther, "/account/name", "name", "Ana Doe", "login", "ana.doe")
	b.post(http.StatusUnprocessableEntity, "/account/name", "name", "", "login", "ana.doe")
	phone := b.enrol()
	codes := regexp.MustCompile(`<li>([A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4})</li>`).FindAllStringSubmatch(b.post(http.StatusOK, "/account/recovery").body, -1)
	b.post(http.StatusSeeOther, "/account/password/change", "password", "seven quiet gulls", "again", "seven quiet gulls")
	b.post(http.StatusUnauthorized, "/step-up", "password", goodPassword, "code", phone.next())
	b.post(http.StatusSeeOther, "/step-up", "password", "seven quiet gulls", "code", phone.next())
	b.post(http.StatusSeeOther, "/step-up", "password", "seven quiet gulls", "code", codes[0][1])
	other := s.browser()
	other.post(http.StatusSeeOther, "/sign-in", "login", "ana.doe", "password", "seven quiet gulls", "code", codes[1][1])
	third := s.browser()
	third.post(http.StatusSeeOther, "/sign-in", "login", "ana.doe", "password", "seven quiet gulls", "code", phone.next())
	thirds := third.session()
	b.post(http.StatusSeeOther, "/account/sessions", "end", thirds)
	b.post(http.StatusSeeOther, "/account/sessions", "end", "others")
	b.post(http.StatusSeeOther, s.link("Harbor Bank")) // in place of the first
	last := b.session()
	b.post(http.StatusSeeOther, "/account/password/remove", "sure", "last") // it asks nothing: the session is new
	b.post(http.StatusSeeOther, "/sign-out")
	b.post(http.StatusSeeOther, "/sign-out") // nobody

	var got []string
	for _, r := range s.rows() {
		if r.Person == 1 && r.Outcome != "" {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s: %s %s", r.Act, r.Outcome, r.About)))
		}
		for _, personal := range []string{"ana.", "doe", "roe", "127.0.0.1", "gulls", "Firefox"} {
			if strings.Contains(string(r.Line()), personal) {
				t.Errorf("the record tells %s: %s", personal, r.Line())
			}
		}
	}
	want := []string{
		"sign in: done", "change own name: done", "change own name: refused (invalid)",
		"change way to sign in: done recovery 10", "change way to sign in: done recovery 10", "change way to sign in: done",
		"prove identity: refused (unauthenticated)", "prove identity: done", "prove identity: done", "change way to sign in: done recovery 9",
		"sign in: done", "change way to sign in: done recovery 8", "sign in: done",
		"end session: done session " + thirds, "end session: done",
		"sign in: done", "end session: done session " + first,
		"change way to sign in: done", "sign out: done session " + last,
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded:\n%s\nnot:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNoRecordNoAct: while the record can't be kept nobody comes in, and nothing changes.
func TestNoRecordNoAct(t *testing.T) {
	s := start(t, signin.Config{}, false)
	b := s.in("Harbor Bank")
	phone := b.enrol()
	err := s.App.Node().DB.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), `ALTER TABLE audit RENAME TO audit_gone`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	stranger := s.browser()
	stranger.post(http.StatusServiceUnavailable, "/sign-in", "login", "ana.roe", "password", goodPassword, "code", phone.next())
	stranger.post(http.StatusServiceUnavailable, s.link("Harbor Bank"))
	if len(stranger.cookies) != 0 {
		t.Errorf("cookies %v", stranger.cookies)
	}
	b.post(http.StatusServiceUnavailable, "/account/password/remove", "sure", "last")
	b.post(http.StatusServiceUnavailable, "/account/recovery")
	b.post(http.StatusServiceUnavailable, "/account/name", "name", "Other", "login", "other")
	b.post(http.StatusServiceUnavailable, "/sign-out")
	b.shows(b.get(http.StatusOK, "/account"), "You are signed in on 1 browser", "10 recovery codes left", `value="ana.roe"`)
}

// TestFailuresRecorded: failed sign-ins of people who are here stand in the record,
// the first of each minute; those of logins that nobody has don't.
func TestFailuresRecorded(t *testing.T) {
	s := start(t, signin.Config{}, false)
	s.in("Harbor Bank").enrol()
	s.in(apptest.Operator) // person 2, ana.roe-2: without a password
	before := len(s.rows())
	for _, login := range []string{"nobody", "stranger", "Ana.Roe", "ana.roe-2"} { // in this order they are looked up
		s.browser().post(http.StatusUnauthorized, "/sign-in", "login", login, "password", "wrong lantern oath", "code", "000000")
	}
	var rows []audit.Row
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for end := time.After(20 * time.Second); len(rows) < 2; {
		select {
		case <-again.C:
			rows = s.rows()[before:]
		case <-end:
			t.Fatalf("recorded: %+v", rows)
		}
	}
	for i, r := range rows {
		if want := int64(i + 1); r.Person != want || r.Member == 0 || r.Role == "" || r.Act != audit.SignIn || r.Outcome != "refused (unauthenticated)" || r.About != "" {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	if len(rows) != 2 {
		t.Errorf("recorded: %+v", rows)
	}
}
