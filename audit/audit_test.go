package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
)

// world is a record in a database.
type world struct {
	testing.TB
	*Trail
	db *store.DB
}

func engines(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		f(t, openWorld(t, open(t)))
	})
}

func openWorld(t testing.TB, db *store.DB) *world {
	t.Helper()
	w := &world{t, New(db, 1), db}
	w.ok(Migrate(t.Context(), db))
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// The sessions of the tests: a company with a person, its machine, and an auditor.
func analyst(memberID, personID int64) member.Session {
	return member.Session{Member: member.Member{ID: member.ID(memberID), Role: member.RoleMember}, Person: personID, Role: member.RoleAnalyst}
}

func machine(memberID, key int64, role member.Role) member.Session {
	return member.Session{Member: member.Member{ID: member.ID(memberID), Role: role}, KeyID: key}
}

// did records a whole act.
func (w *world) did(s member.Session, a Act, about string, err error) {
	w.Helper()
	t, beginErr := w.Begin(w.Context(), s, a, about)
	w.ok(beginErr)
	w.ok(w.End(w.Context(), t, OutcomeOf(err), ""))
}

// export gives the rows that a session may read.
func (w *world) export(s member.Session, since int64) (out []Row) {
	w.Helper()
	w.ok(w.Export(w.Context(), s, since, func(r Row) error { out = append(out, r); return nil }))
	return out
}

// check gives what Check finds, as "ROW: DETAIL".
func (w *world) check(commits ...Commit) (out []string) {
	w.Helper()
	_, err := w.Check(w.Context(), w.db.Reader(), commits, func(n int64, detail string) { out = append(out, fmt.Sprintf("%d: %s", n, detail)) })
	w.ok(err)
	return out
}

func (w *world) exec(text string, args ...any) {
	w.Helper()
	w.ok(w.db.Write(w.Context(), func(tx *store.Tx) error { _, err := tx.Exec(w.Context(), text, args...); return err }))
}

var auditor = machine(9, 90, member.RoleAuditor)

func TestAnActIsTwoRows(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		token, err := w.Begin(t.Context(), analyst(3, 7), Recall, "report-44")
		w.ok(err)
		if rows := w.export(auditor, 0); len(rows) != 1 || rows[0].Outcome != "" || rows[0].N != token.N() {
			t.Fatalf("before the act is done the record holds %+v", rows)
		}
		w.ok(w.End(t.Context(), token, OutcomeOf(nil), "entry 45"))
		w.did(machine(1, 12, member.RoleOperator), KeyRemove, "key 5", fault.New(fault.NotFound, "no such key"))
		w.did(member.Session{Exchange: true}, MemberAdd, "", errors.New("the disk broke"))
		rows := w.export(auditor, 0)
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%d %d/%d %s|%s|%s|%s|%d|%s", r.N, r.Member, r.Person, r.Role, r.How, r.Act, r.About, r.Begun, r.Outcome))
		}
		want := []string{
			"1 3/7 analyst|session|recall|report-44|0|", "2 3/7 analyst|session|recall|entry 45|1|done",
			"3 1/0 operator|key 12|remove key|key 5|0|", "4 1/0 operator|key 12|remove key|key 5|3|refused (not found)",
			"5 0/0 |data folder|add member||0|", "6 0/0 |data folder|add member||5|failed",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the record is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if got := w.check(); got != nil {
			t.Errorf("a sound record: %q", got)
		}
	})
}

// Whoever has an export checks it with nothing but SHA-256 and this.
func TestAnExportChecksItself(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		for i := range 5 {
			w.did(analyst(3, int64(i+1)), File, fmt.Sprintf("report-%d", i), nil)
		}
		before := strings.Repeat("0", 64)
		for _, r := range w.export(auditor, 0) {
			line := r.Line()
			var parsed Row
			w.ok(json.Unmarshal(line, &parsed))
			cut := bytes.LastIndex(line, []byte(`,"hash":"`))
			sum := sha256.Sum256(append(slices.Clone(line[:cut]), '}'))
			if hex.EncodeToString(sum[:]) != parsed.Hash || parsed.Before != before {
				t.Errorf("row %d doesn't check: %s", r.N, line)
			}
			before = parsed.Hash
			if !parsed.At.Equal(r.At) || time.Since(r.At) > time.Minute {
				t.Errorf("row %d is of %v", r.N, r.At)
			}
		}
	})
}

// Two acts alike have rows whose hashes tell nothing of each other.
func TestRowsAreSalted(t *testing.T) {
	w := openWorld(t, storetest.Open(t))
	w.did(analyst(3, 1), SignIn, "", nil)
	w.did(analyst(3, 1), SignIn, "", nil)
	seen := map[string]bool{}
	for _, r := range w.export(auditor, 0) {
		if seen[r.Salt] || len(r.Salt) != 32 {
			t.Errorf("salt %q", r.Salt)
		}
		seen[r.Salt] = true
	}
}

func TestWhatWasTamperedWithIsFoundAndNamed(t *testing.T) {
	insert := `INSERT INTO audit (log_id, n, at, member, person, role, how, act, about, begun, outcome, salt, prior, hash)
		SELECT log_id, 9, at, member, person, role, how, act, about, begun, outcome, salt, prior, hash FROM audit WHERE n = 8`
	for _, c := range []struct {
		name, do string
		finds    []string // beginnings, in order; nil: nothing else
	}{
		{"a changed act", `UPDATE audit SET act = 'sign in' WHERE n = 4`, []string{"4: it is not what its hash covers"}},
		{"a changed time", `UPDATE audit SET at = at + 1 WHERE n = 8`, []string{"8: it is not what its hash covers"}},
		{"another person", `UPDATE audit SET person = 2 WHERE n = 1`, []string{"1: it is not what its hash covers"}},
		{"a row that is gone", `DELETE FROM audit WHERE n = 3`, []string{"3: rows 3 to 3 are missing"}},
		{"the first row", `DELETE FROM audit WHERE n = 1`, []string{"1: rows 1 to 1 are missing"}},
		{"the last rows", `DELETE FROM audit WHERE n > 6`, []string{"7: rows 7 to 8 are missing at the end"}},
		{"a row put in", insert, []string{"9: it does not follow", "9: it is not what its hash covers"}},
		{"all of it", `DELETE FROM audit`, []string{"1: rows 1 to 8 are missing at the end"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			engines(t, func(t *testing.T, w *world) {
				for range 4 {
					w.did(analyst(3, 1), File, "", nil)
				}
				w.exec(c.do)
				got := w.check()
				if len(got) != len(c.finds) {
					t.Fatalf("found %q, want %q", got, c.finds)
				}
				for i, begins := range c.finds {
					if !strings.HasPrefix(got[i], begins) {
						t.Errorf("found %q, want %q", got[i], begins)
					}
				}
			})
		})
	}
}

// Whoever can write the store can compute all hashes anew; the log has the old one.
func TestARecordThatWasMadeAnewFailsAgainstTheLog(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.did(analyst(3, 1), File, "", nil)
		c, n, err := w.Uncommitted(t.Context(), w.db.Reader())
		w.ok(err)
		if c.Upto != 2 || n != 2 {
			t.Fatalf("%+v, %d rows to commit to", c, n)
		}
		w.did(analyst(3, 1), File, "", nil)
		before := strings.Repeat("0", 64)
		for _, r := range w.export(auditor, 0) {
			r.Person, r.Before = 2, before
			r.Hash = r.sum()
			before = r.Hash
			w.exec(`UPDATE audit SET person = $1, prior = $2, hash = $3 WHERE n = $4`, r.Person, r.Before, r.Hash, r.N)
		}
		w.exec(`UPDATE audit_head SET hash = $1`, before)
		if got := w.check(); got != nil {
			t.Fatalf("it was not made anew well enough for this test: %q", got)
		}
		if got := w.check(c); len(got) != 1 || !strings.HasPrefix(got[0], "2: the log commits to another row") {
			t.Errorf("found %q", got)
		}
		// Nor does it help to cut the record and its head short.
		w.exec(`DELETE FROM audit`)
		w.exec(`DELETE FROM audit_head`)
		if got := w.check(c); len(got) != 1 || !strings.HasPrefix(got[0], "1: rows 1 to 2 are missing") {
			t.Errorf("found %q", got)
		}
	})
}

func TestTheLogCommitsOnce(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		if c, n, err := w.Uncommitted(t.Context(), w.db.Reader()); err != nil || n != 0 || c.Upto != 0 {
			t.Fatalf("an empty record: %+v, %d, %v", c, n, err)
		}
		commit := func(c Commit, idx int64) (ok bool) {
			w.ok(w.db.Write(t.Context(), func(tx *store.Tx) (err error) { ok, err = w.Committed(t.Context(), tx, c, idx); return err }))
			return ok
		}
		w.did(analyst(3, 1), File, "", nil)
		c, _, err := w.Uncommitted(t.Context(), w.db.Reader())
		w.ok(err)
		if !commit(c, 40) || commit(c, 41) {
			t.Error("it is committed to once")
		}
		if _, n, err := w.Uncommitted(t.Context(), w.db.Reader()); err != nil || n != 0 {
			t.Errorf("%d rows still to commit to, %v", n, err)
		}
		w.did(analyst(3, 1), File, "", nil)
		items, err := w.List(t.Context(), auditor, 0, 10, Filter{})
		w.ok(err)
		if len(items) != 2 || items[0].Entry != -1 || items[1].Entry != 40 {
			t.Errorf("the list says %+v", items)
		}
	})
}

func TestWhoReadsWhat(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.did(analyst(3, 1), File, "", nil)
		w.did(analyst(4, 2), File, "", nil)
		w.did(machine(3, 5, member.RoleMember), Recall, "", nil)
		for name, c := range map[string]struct {
			s    member.Session
			want []int64
		}{
			"auditor":                      {auditor, []int64{1, 2, 3, 4, 5, 6}},
			"operator":                     {machine(1, 1, member.RoleOperator), []int64{1, 2, 3, 4, 5, 6}},
			"an analyst: its own people's": {analyst(3, 9), []int64{1, 2}},
			"its machine the same":         {machine(3, 5, member.RoleMember), []int64{1, 2}},
			"another company":              {analyst(5, 8), nil},
		} {
			var got []int64
			for _, r := range w.export(c.s, 0) {
				got = append(got, r.N)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s exports rows %v, want %v", name, got, c.want)
			}
			items, err := w.List(t.Context(), c.s, 0, 10, Filter{})
			w.ok(err)
			if len(items)*2 != len(c.want) {
				t.Errorf("%s is listed %d acts, want %d", name, len(items), len(c.want)/2)
			}
		}
		reviewer, feed := machine(8, 8, member.RoleReviewer), machine(3, 6, member.RoleMember)
		feed.FeedOnly = true
		for name, s := range map[string]member.Session{"reviewer": reviewer, "feed key": feed, "nobody": {}} {
			_, err := w.List(t.Context(), s, 0, 10, Filter{})
			for _, err := range []error{err, w.Export(t.Context(), s, 0, func(Row) error { t.Errorf("%s reads", name); return nil })} {
				if fault.KindOf(err) != fault.Forbidden || err == nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}

func TestListPagesAndFilters(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		began := time.Now().UTC()
		for i := range 5 {
			w.did(analyst(3, int64(1+i%2)), File, "", nil)
		}
		w.ok(w.Note(t.Context(), analyst(3, 1), SignIn, "", "done"))
		token, err := w.Begin(t.Context(), analyst(3, 2), Release, "")
		w.ok(err)
		numbers := func(before int64, limit int, f Filter) (out []int64) {
			items, err := w.List(t.Context(), auditor, before, limit, f)
			w.ok(err)
			for _, it := range items {
				out = append(out, it.N)
				if known := it.Outcome != "" || it.Ended != nil; known != (it.N != token.N()) {
					t.Errorf("outcome of row %d known: %v", it.N, known)
				}
			}
			return out
		}
		for _, c := range []struct {
			before int64
			limit  int
			f      Filter
			want   []int64
		}{
			{0, 3, Filter{}, []int64{12, 11, 9}},
			{9, 3, Filter{}, []int64{7, 5, 3}},
			{3, 3, Filter{}, []int64{1}},
			{0, 10, Filter{Person: 2}, []int64{12, 7, 3}},
			{0, 10, Filter{Act: SignIn}, []int64{11}},
			{0, 10, Filter{Act: File, Person: 2}, []int64{7, 3}},
			{0, 10, Filter{Since: time.Now().UTC().Add(time.Hour)}, nil},
			{0, 0, Filter{Since: began}, []int64{12}}, // a limit below one is one
		} {
			if got := numbers(c.before, c.limit, c.f); !slices.Equal(got, c.want) {
				t.Errorf("before %d, %d, %+v: %v, want %v", c.before, c.limit, c.f, got, c.want)
			}
		}
	})
}

// What comes in pages has no seam.
func TestAnExportLongerThanAPage(t *testing.T) {
	w := openWorld(t, storetest.Open(t))
	w.late = make([]Row, pageRows) // written together with the next row
	w.ok(w.Note(t.Context(), analyst(3, 1), SignIn, "", "done"))
	if n := len(w.export(auditor, 0)); n != pageRows+1 {
		t.Errorf("%d rows of %d", n, pageRows+1)
	}
	if n := len(w.export(auditor, pageRows-1)); n != 2 {
		t.Errorf("%d rows since one before the end of the page", n)
	}
	stop := errors.New("enough")
	if err := w.Export(t.Context(), auditor, 0, func(Row) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a reader that stops: %v", err)
	}
	if got := w.check(); got != nil {
		t.Errorf("%q", got)
	}
}

func TestManyAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		other := New(w.db, 1) // as of another node
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				trail := w.Trail
				if i%2 == 1 {
					trail = other
				}
				for range 5 {
					token, err := trail.Begin(t.Context(), analyst(3, int64(i+1)), File, "")
					if err == nil {
						err = trail.End(t.Context(), token, "done", "")
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if n := len(w.export(auditor, 0)); n != 80 {
			t.Errorf("%d rows of 80", n)
		}
		if got := w.check(); got != nil {
			t.Errorf("%q", got)
		}
	})
}

// No record, no act; and an outcome that could not be written comes with the next row.
func TestWhenTheStoreBreaks(t *testing.T) {
	var b storetest.Breaker
	w := openWorld(t, storetest.Open(t, b.Config))
	token, err := w.Begin(t.Context(), analyst(3, 1), File, "")
	w.ok(err)
	b.FailOn(1, storetest.Before)
	if _, err := w.Begin(t.Context(), analyst(3, 2), File, ""); err == nil {
		t.Error("an act was begun without a record")
	}
	if err := w.End(t.Context(), token, "done", "report-7"); err == nil {
		t.Error("an outcome was written to a broken store")
	}
	b.Heal()
	w.did(analyst(3, 3), File, "", nil)
	rows := w.export(auditor, 0)
	if len(rows) != 4 || rows[1].Begun != 1 || rows[1].About != "report-7" || rows[1].Outcome != "done" {
		t.Errorf("the record is %+v", rows)
	}
	if got := w.check(); got != nil {
		t.Errorf("%q", got)
	}
}

// The one who asked may have gone away: what was done is recorded.
func TestAnOutcomeOutlivesItsRequest(t *testing.T) {
	w := openWorld(t, storetest.Open(t))
	ctx, cancel := context.WithCancel(t.Context())
	token, err := w.Begin(ctx, analyst(3, 1), File, "")
	w.ok(err)
	cancel()
	w.ok(w.End(ctx, token, "done", ""))
	if n := len(w.export(auditor, 0)); n != 2 {
		t.Errorf("%d rows", n)
	}
}
