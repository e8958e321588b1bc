package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/archive"
	"tocsin/audit"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
)

// person gives the session of somebody of a member who signed in.
func (n *node) person(s member.Session, id int64, role member.Role) member.Session {
	s.Person, s.Role = id, role
	s.Still = func(context.Context, store.Querier) error { return nil }
	return s
}

// recorded gives the audit record as lines "MEMBER/PERSON ACT ABOUT OUTCOME"; an
// intention without its outcome ends in "...".
func (n *node) recorded() (out []string) {
	n.Helper()
	at := map[int64]int{}
	err := n.x.Audit().Export(n.Context(), member.Session{Exchange: true}, 0, func(r audit.Row) error {
		if i, ok := at[r.Begun]; ok && r.Begun > 0 {
			out[i] = strings.TrimSuffix(out[i], " ...") + " " + r.Outcome
			if !strings.Contains(out[i], r.About) {
				out[i] += " " + r.About
			}
			return nil
		}
		at[r.N] = len(out)
		if r.Outcome == "" {
			r.Outcome = "..."
		}
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf("%d/%d %s %s %s", r.Member, r.Person, r.Act, r.About, r.Outcome)), " "))
		return nil
	})
	if err != nil {
		n.Fatal(err)
	}
	return out
}

// holds fails unless the record is these lines; * stands for any word.
func (n *node) tells(want ...string) {
	n.Helper()
	got := n.recorded()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		ok, _ = filepath.Match(want[i], got[i])
	}
	if !ok {
		n.Errorf("the record tells\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatIsRecorded(t *testing.T) {
	n := newNode(t)
	ctx := t.Context()
	ana, rita := n.person(n.bank, 7, member.RoleAnalyst), n.person(n.reviewer, 8, member.RoleReviewer)
	body := bundle(indicator("1", "one.example", `"description":"`+doubtful+`"`))
	n.file(n.city, bundle(indicator("2", "two.example", "")), exchange.Options{}) // a machine: its entry says it
	f := n.file(ana, body, exchange.Options{})
	if _, err := n.x.Preview(ctx, ana, strings.NewReader(body), exchange.Options{}); err != nil { // keeps nothing: no act
		t.Fatal(err)
	}
	held := f.Held[0].ID
	if _, err := n.x.ReviewQueue(ctx, rita, 10); err != nil { // without texts
		t.Fatal(err)
	}
	for _, s := range []member.Session{rita, n.reviewer} { // a machine looks, too
		if _, secret, err := n.x.ReviewShow(ctx, s, held); err != nil || secret.Text == "" {
			t.Fatal(secret, err)
		}
	}
	if _, _, err := n.x.ReviewShow(ctx, ana, held); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an analyst looks: %v", err)
	}
	if _, err := n.x.Decide(ctx, rita, held, false, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := n.x.Decide(ctx, rita, held, true, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("decided twice: %v", err)
	}
	if _, err := n.x.Recall(ctx, ana, "nobody@customer.example", "a test"); err == nil {
		t.Error("nothing was recalled, and it was no error")
	}
	if _, err := n.x.Recall(ctx, n.bank, fmt.Sprint(f.Index), "a test"); err != nil {
		t.Fatal(err)
	}
	n.tells("1/7 file done "+f.ID, "4/8 look at held passage "+held+" done", "4/0 look at held passage "+held+" done",
		"1/7 look at held passage "+held+" refused (forbidden)", "4/8 remove held passage "+held+" done decision-*",
		"4/8 release held passage "+held+" refused (conflict)", "1/7 recall refused (*)", "1/0 recall "+f.ID+" done report-*")
	for _, line := range n.recorded() {
		if strings.Contains(line, "example") {
			t.Errorf("the record holds a value: %s", line)
		}
	}
	n.clean()
}

func TestAdministrationIsRecorded(t *testing.T) {
	n := newNode(t)
	ctx := t.Context()
	a := n.x.OnDataFolder()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := a.AddMember(ctx, member.NewMember{Name: "Jane Roe Consulting"})
	ok(err)
	_, k, err := a.AddKey(ctx, m.Name, false)
	ok(err)
	ok(a.SetNamed(ctx, m.Name, true))
	g, err := a.AddGroup(ctx, "harbour", nil)
	ok(err)
	ok(a.AddToGroup(ctx, g.Name, m.Name))
	ok(a.RemoveFromGroup(ctx, g.Name, m.Name))
	ok(a.RemoveGroup(ctx, g.Name))
	ok(a.RemoveKey(ctx, k.ID))
	ok(a.RemoveMember(ctx, m.Name))
	if err := a.RemoveMember(ctx, m.Name); fault.KindOf(err) != fault.NotFound {
		t.Errorf("removed twice: %v", err)
	}
	ok(n.x.Consent(ctx, n.bank, "harbor  BANK", true))
	ok(n.x.Trust(ctx, n.hospital, "Harbor Bank", member.TrustAlert))
	n.tells("0/0 add member done member 5", "0/0 add key member 5 done key 1", "0/0 consent to be named member 5 done", "0/0 add group done group 16",
		"0/0 put into group group 16 done member 5", "0/0 take out of group group 16 done member 5", "0/0 remove group group 16 done", "0/0 remove key key 1 done",
		"0/0 remove member member 5 done", "0/0 remove member refused (not found)", "1/0 consent to be named member 1 done", "2/0 trust a source done")
}

// An analyst has its own member's keys in hand, and nobody else's.
func TestOwnKeys(t *testing.T) {
	n := newNode(t)
	ctx := t.Context()
	ana := n.person(n.bank, 7, member.RoleAnalyst)
	secret, k, err := n.x.AddKey(ctx, ana, "", true)
	if err != nil || !k.Feed || k.Member != "Harbor Bank" {
		t.Fatal(k, err)
	}
	if s, err := n.x.Members().Authenticate(ctx, secret); err != nil || s.Member.ID != n.bank.Member.ID {
		t.Errorf("the key opens as %+v, %v", s.Member, err)
	}
	_, other, err := n.x.AddKey(ctx, n.hospital, "Lakeside Hospital", false)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = n.x.AddKey(ctx, ana, "Lakeside Hospital", false)
	_, listErr := n.x.KeysOf(ctx, ana, "Lakeside Hospital")
	for what, err := range map[string]error{"adds": err, "lists": listErr} {
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("an analyst %s another member's keys: %v", what, err)
		}
	}
	for name, id := range map[string]int64{"another member's": other.ID, "no": 99} {
		if err := n.x.RemoveKey(ctx, ana, id); fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "no key of this number") {
			t.Errorf("an analyst removes %s key: %v", name, err)
		}
	}
	list, err := n.x.KeysOf(ctx, ana, "")
	if err != nil || len(list) != 1 || list[0].ID != k.ID {
		t.Errorf("its keys are %+v, %v", list, err)
	}
	if err := n.x.RemoveKey(ctx, ana, k.ID); err != nil {
		t.Error(err)
	}
	if _, err := n.x.Members().Authenticate(ctx, secret); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the removed key: %v", err)
	}
}

// No record, no act: when the intention can't be kept nothing is shown and nothing done.
func TestNoRecordNoAct(t *testing.T) {
	var b storetest.Breaker
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/audit")
	if err != nil {
		t.Fatal(err)
	}
	n := openNode(t, storetest.Open(t, b.Config), keys)
	ctx := t.Context()
	ana, rita := n.person(n.bank, 7, member.RoleAnalyst), n.person(n.reviewer, 8, member.RoleReviewer)
	f := n.file(n.bank, bundle(indicator("1", "one.example", `"description":"`+doubtful+`"`)), exchange.Options{})
	before, err := n.x.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"look": func() error {
			p, secret, err := n.x.ReviewShow(ctx, rita, f.Held[0].ID)
			if secret.Text != "" || p.ID != "" {
				t.Error("a held passage was shown without a record")
			}
			return err
		},
		"decide": func() error { _, err := n.x.Decide(ctx, rita, f.Held[0].ID, true, ""); return err },
		"file": func() error {
			_, err := n.x.Accept(ctx, ana, strings.NewReader(bundle(indicator("3", "three.example", ""))), exchange.Options{})
			return err
		},
		"recall": func() error { _, err := n.x.Recall(ctx, n.bank, f.ID, "a test"); return err },
		"member": func() error {
			_, err := n.x.OnDataFolder().AddMember(ctx, member.NewMember{Name: "Another"})
			return err
		},
		"export": func() error {
			return n.x.ExportAudit(ctx, member.Session{Exchange: true}, 0, func(audit.Row) error { t.Error("a row was given"); return nil })
		},
	} {
		b.FailOn(1, storetest.Before) // each write from now on
		if err := do(); err == nil {
			t.Errorf("%s: done without a record", name)
		}
		b.Heal()
	}
	if after, err := n.x.Head(ctx); err != nil || after.Size != before.Size {
		t.Errorf("the log has %d entries, had %d; %v", after.Size, before.Size, err)
	}
	if ms, err := n.x.Members().Members(ctx); err != nil || slices.ContainsFunc(ms, func(m member.Member) bool { return m.Name == "Another" }) {
		t.Errorf("a member was added: %v", err)
	}
	n.tells()
}

func TestTheLogCommitsToTheRecord(t *testing.T) {
	n := newNode(t)
	ctx := t.Context()
	size := func() int64 {
		h, err := n.x.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return h.Size
	}
	round := func() {
		t.Helper()
		if err := n.x.AuditRound(ctx); err != nil {
			t.Fatal(err)
		}
	}
	round()
	if size() != 0 {
		t.Error("an empty record makes an entry")
	}
	n.file(n.person(n.bank, 7, member.RoleAnalyst), bundle(indicator("1", "one.example", "")), exchange.Options{})
	round()
	round()
	if size() != 2 {
		t.Errorf("the log has %d entries, want the report's and one for the record", size())
	}
	items, err := n.x.Audit().List(ctx, member.Session{Exchange: true}, 0, 10, audit.Filter{})
	if err != nil || len(items) != 1 || items[0].Entry != 1 {
		t.Errorf("the list says %+v, %v", items, err)
	}
	if c := n.clean(); c.Audit != 2 || c.Entries != 2 {
		t.Errorf("fsck checked %+v", c)
	}
	// Readers of the log go past it.
	n.file(n.bank, bundle(indicator("2", "two.example", "")), exchange.Options{})
	if got := n.sees(n.hospital, member.AudienceGreen); len(got) < 2 {
		t.Errorf("behind an entry of the record a reader sees %d objects", len(got))
	}
	evs, _, err := n.x.Events(ctx, []member.Audience{member.AudienceGreen}, 0, 1<<62)
	if err != nil || slices.ContainsFunc(evs, func(e exchange.Event) bool { return e.Kind == archive.Audit.String() }) {
		t.Errorf("events %+v, %v", evs, err)
	}
}

// The follower commits within a minute, and only when something is new.
func TestTheFollowerCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			n.x.Follow(ctx, slog.New(slog.DiscardHandler), func(ctx context.Context, _ *slog.Logger) { <-ctx.Done() })
			close(done)
		}()
		size := func() int64 { h, _ := n.x.Head(t.Context()); return h.Size }
		ana := n.person(n.bank, 7, member.RoleAnalyst)
		note := func() {
			if err := n.x.Note(t.Context(), ana, audit.SignIn, "", nil); err != nil {
				t.Error(err)
			}
		}
		note()
		time.Sleep(2 * time.Second)
		if got := size(); got != 0 {
			t.Errorf("%d entries before the first minute is over", got)
		}
		time.Sleep(time.Minute)
		first := size()
		if first != 1 {
			t.Errorf("%d entries a minute after the first row", first)
		}
		for range 3 {
			note()
		}
		time.Sleep(61 * time.Second)
		if size() != first+1 {
			t.Errorf("a minute after new rows %d more entries, want 1", size()-first)
		}
		time.Sleep(10 * time.Minute)
		if size() != first+1 {
			t.Errorf("%d more entries without new rows", size()-first-1)
		}
		stop()
		<-done
	})
}

// Each edit of the record is found by fsck and named; making all of it anew fails
// against the log.
func TestFsckFindsAnEditedRecord(t *testing.T) {
	for _, c := range []struct{ name, query, place string }{
		{"a changed row", `UPDATE audit SET person = 99 WHERE n = 3`, "audit row 3"},
		{"a missing row", `DELETE FROM audit WHERE n = 2`, "audit row 2"},
		{"the end is gone", `DELETE FROM audit WHERE n > 2`, "audit row 3"},
		{"a row put in", `INSERT INTO audit SELECT log_id, 5, at, member, person, role, how, act, about, begun, outcome, salt, prior, hash FROM audit WHERE n = 4`, "audit row 5"},
		{"another chain", `UPDATE audit SET hash = prior WHERE n = 4`, "audit row 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/fsck")
			if err != nil {
				t.Fatal(err)
			}
			x := &tampered{t, filepath.Join(t.TempDir(), "store.db"), keys}
			t.Run("filling", func(t *testing.T) {
				n := openNode(t, storetest.OpenURL(t, x.file), keys)
				for i := range 2 {
					n.file(n.person(n.bank, 7, member.RoleAnalyst), bundle(indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i), "")), exchange.Options{})
				}
				if err := n.x.AuditRound(t.Context()); err != nil {
					t.Fatal(err)
				}
				n.clean()
			})
			x.edit(c.query)
			n := openNode(t, storetest.OpenURL(t, x.file), keys)
			got, err := n.x.Fsck(t.Context(), func(int64, int64) {})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(got.Findings, func(f exchange.Finding) bool { return f.Place == c.place }) {
				t.Errorf("found %+v; want something at %s", got.Findings, c.place)
			}
		})
	}
}

// A failure of the act itself is an outcome, and passes through unchanged.
func TestRecord(t *testing.T) {
	n := newNode(t)
	ana := n.person(n.bank, 7, member.RoleAnalyst)
	broke := errors.New("it broke")
	if err := n.x.Record(t.Context(), ana, audit.FactorChange, "person 7", func() (string, error) { return "", broke }); !errors.Is(err, broke) {
		t.Error(err)
	}
	if err := n.x.Note(t.Context(), member.Session{}, audit.SignIn, "", fault.New(fault.Unauthenticated, "no")); err != nil {
		t.Error(err)
	}
	n.tells("1/7 change way to sign in person 7 failed", "0/0 sign in refused (unauthenticated)")
}
