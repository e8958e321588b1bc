package exchange_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/stix"
)

// TestWithinOneReport: repeats are folded, contradictions refused by place, and
// of two versions the newest is what readers see.
func TestWithinOneReport(t *testing.T) {
	n := newNode(t)
	one := indicator("1", "a.example", "")
	f := n.file(n.bank, bundle(one, one, strings.Replace(one, "a.example", "b.example", 1), later(indicator("2", "new.example", ""), 5), indicator("2", "old.example", "")), exchange.Options{})
	if len(f.Objects) != 4 || !f.Objects[1].Duplicate || f.Objects[0].Duplicate {
		t.Errorf("objects %d: %v", len(f.Objects), f.Objects)
	}
	if len(f.Failures) != 1 || f.Failures[0].Place != "objects[2]" || f.Failures[0].Kind != fault.Conflict {
		t.Errorf("failures %+v; want the contradiction", f.Failures)
	}
	got := n.sees(n.hospital, member.AudienceGreen)
	if !strings.Contains(got["indicator--"+uuid("2")], "new.example") {
		t.Errorf("of two versions readers see %s", got["indicator--"+uuid("2")])
	}
	if _, err := n.x.Look(t.Context(), n.hospital, "old.example"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the older version supports its thing: %v", err)
	}
	n.clean()
}

// TestPreviewIsTheReport: what a preview shows is what filing then does.
func TestPreviewIsTheReport(t *testing.T) {
	n := newNode(t)
	body := bundle(indicator("1", "evil.example", `"description":"Mailed to marta.oliveira@customer.example, the victim. `+doubtful+`"`), `{"type":"malware","id":"malware--1"}`)
	p, err := n.x.Preview(t.Context(), n.bank, strings.NewReader(body), exchange.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if head, _ := n.x.Head(t.Context()); head.Size != 0 {
		t.Fatal("a preview was kept")
	}
	if q, _ := n.x.ReviewQueue(t.Context(), n.reviewer, 10); len(q) != 0 {
		t.Fatal("a preview queued passages")
	}
	f := n.file(n.bank, body, exchange.Options{})
	if len(p.Objects) != len(f.Objects) || len(p.Removed) != len(f.Removed) || len(p.Held) != len(f.Held) || len(p.Failures) != len(f.Failures) {
		t.Errorf("previewed %d/%d/%d/%d, filed %d/%d/%d/%d", len(p.Objects), len(p.Removed), len(p.Held), len(p.Failures), len(f.Objects), len(f.Removed), len(f.Held), len(f.Failures))
	}
	if got := n.sees(n.hospital, member.AudienceGreen)[f.Objects[0].ID]; got != string(p.Objects[0].Raw) {
		t.Errorf("previewed %s\nfiled %s", p.Objects[0].Raw, got)
	}
	rs, err := n.x.ReadersOf(t.Context(), n.bank, &p)
	if err != nil || len(rs) != 1 || rs[0].Members != 4 || rs[0].Objects != 1 || len(rs[0].Names) != 0 {
		t.Errorf("readers %+v, %v; want four members of the community, unnamed", rs, err)
	}
}

// TestAtTheSameTime: many members file the same object and the same values at
// once; each is kept once, everybody has a receipt, and the counts are right.
func TestAtTheSameTime(t *testing.T) {
	n := newNode(t)
	shared := indicator("1", "evil.example", `"created_by_ref":"identity--`+uuid("77")+`"`)
	members := []member.Session{n.bank, n.hospital, n.city}
	var wg sync.WaitGroup
	for round := range 6 {
		for i, s := range members {
			wg.Go(func() {
				body := bundle(shared, indicator(fmt.Sprintf("a%d%d", i, round), "busy.example", ""))
				f, err := n.x.Accept(t.Context(), s, strings.NewReader(body), exchange.Options{})
				if err != nil || len(f.Objects) != 2 || len(f.Failures) != 0 {
					t.Errorf("member %d: %v %+v", i, err, f.Failures)
					return
				}
				n.holds(f.Receipt)
			})
		}
	}
	wg.Wait()
	rec, err := n.x.Look(t.Context(), n.bank, "busy.example")
	if err != nil || rec.Reporters != 3 || rec.Reports != 18 || rec.First > rec.Last {
		t.Errorf("the thing is %+v, %v; want 18 reports by 3", rec, err)
	}
	if rec, err = n.x.Look(t.Context(), n.bank, "evil.example"); err != nil || rec.Reports != 1 {
		t.Errorf("the shared object is %+v, %v; want it kept once", rec, err)
	}
	n.clean()
}

// TestVersionRace: of versions filed and recalled at once nothing is lost or half there.
func TestVersionRace(t *testing.T) {
	n := newNode(t)
	obj := indicator("1", "evil.example", "")
	n.file(n.bank, bundle(obj), exchange.Options{})
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if i%4 == 3 {
				_, err := n.x.Recall(t.Context(), n.bank, "indicator--"+uuid("1"), "a test")
				if k := fault.KindOf(err); err != nil && k != fault.NotFound && k != fault.Conflict {
					t.Errorf("recall: %v", err)
				}
				return
			}
			_, err := n.x.Accept(t.Context(), n.bank, strings.NewReader(bundle(later(obj, i+1))), exchange.Options{})
			if k := fault.KindOf(err); err != nil && k != fault.Conflict {
				t.Errorf("version %d: %v (%v)", i, err, k)
			}
		})
	}
	wg.Wait()
	n.clean()
	n.sees(n.hospital, member.AudienceGreen)
}

// TestNamedOnce: a member may be named on one report without consent for all.
func TestNamedOnce(t *testing.T) {
	n := newNode(t)
	by := `"created_by_ref":"` + n.bank.Member.Identity + `"`
	one := n.file(n.bank, bundle(indicator("1", "a.example", by)), exchange.Options{Named: true})
	two := n.file(n.bank, bundle(indicator("2", "b.example", by)), exchange.Options{})
	got := n.sees(n.city, member.AudienceGreen)
	if p := property(t, got[one.Objects[0].ID], "created_by_ref"); p != n.bank.Member.Identity {
		t.Errorf("named: created by %s", p)
	}
	if name := property(t, got[n.bank.Member.Identity], "name"); name != "Harbor Bank" {
		t.Errorf("the identity that was published says %q", name)
	}
	if p := property(t, got[two.Objects[0].ID], "created_by_ref"); p == n.bank.Member.Identity {
		t.Error("the next report is named too")
	}
	// What was named stays its member's to take back, with its identity left in place for others.
	if _, err := n.x.Recall(t.Context(), n.bank, one.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	if got := n.sees(n.city, member.AudienceGreen); got[n.bank.Member.Identity] == "" {
		t.Error("the identity went with the recall")
	}
	n.clean()
}

// TestWhatNeverBlocks: values that mean nothing in particular never become things,
// though their indicators are kept and served.
func TestWhatNeverBlocks(t *testing.T) {
	n := newNode(t)
	for i, value := range []string{"127.0.0.1", "10.1.2.3", "192.168.0.1", "8.8.8.8", "0.0.0.0", "255.255.255.255", "224.0.0.1"} {
		raw := strings.Replace(indicator(fmt.Sprint(i), "x", ""), "[domain-name:value = 'x']", "[ipv4-addr:value = '"+value+"']", 1)
		f := n.file(n.bank, bundle(raw), exchange.Options{})
		if got := n.sees(n.hospital, member.AudienceGreen)[f.Objects[0].ID]; got != raw {
			t.Errorf("%s: served as %s", value, got)
		}
		if rec, err := n.x.Look(t.Context(), n.hospital, value); err == nil {
			t.Errorf("%s became a thing: %+v", value, rec)
		}
	}
}

// TestHowLong: an indicator without an end gets one that suits its kind; one that
// has ended already is kept, and never in force.
func TestHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)))
		n := newNode(t)
		pattern := func(id, p string) string {
			return strings.Replace(indicator(id, "x", ""), "[domain-name:value = 'x']", p, 1)
		}
		n.file(n.bank, bundle(pattern("1", "[ipv4-addr:value = '203.0.113.9']"), indicator("2", "evil.example", ""), pattern("3", "[url:value = 'http://evil.example/a']"),
			pattern("4", "[file:hashes.'SHA-256' = '"+strings.Repeat("ab", 32)+"']"), indicator("5", "over.example", `"valid_until":"2026-11-20T00:00:00Z"`)), exchange.Options{})
		for value, days := range map[string]int{"203.0.113.9": 30, "evil.example": 120, "http://evil.example/a": 60, strings.Repeat("ab", 32): 3650} {
			rec, err := n.x.Look(t.Context(), n.hospital, value)
			if err != nil || !rec.InForce() || time.Until(rec.Until).Round(time.Hour) != time.Duration(days)*24*time.Hour {
				t.Errorf("%s is in force until %v, %v; want %d days", value, rec.Until, err, days)
			}
		}
		if rec, err := n.x.Look(t.Context(), n.hospital, "over.example"); err != nil || rec.InForce() || rec.All != 1 {
			t.Errorf("what had ended: %+v, %v; want it known and not in force", rec, err)
		}
		time.Sleep(31 * 24 * time.Hour)
		if k, err := n.x.ExpireRound(t.Context()); k != 1 || err != nil {
			t.Errorf("after 31 days %d ended, %v; want the address", k, err)
		}
		n.x.Close()
		n.db.Close()
	})
}

// TestWholeObject: when the very value of an object is in doubt nothing of it goes
// out until a person decided; then it is there, or never was.
func TestWholeObject(t *testing.T) {
	n := newNode(t)
	raw, id := address(t, "sergei.volkov@freemail.example")
	note := object("note", "2", `"content":"Seen in the logs.","object_refs":["`+id+`"]`)
	f := n.file(n.bank, bundle(raw, note), exchange.Options{})
	if len(f.Held) == 0 {
		t.Fatalf("a lone mailbox was not held: removed %+v", f.Removed)
	}
	for _, o := range n.sees(n.hospital, member.AudienceGreen) {
		if strings.Contains(o, "volkov") {
			t.Errorf("out before the decision: %s", o)
		}
	}
	for _, h := range f.Held {
		d, err := n.x.Decide(t.Context(), n.reviewer, h.ID, true, "")
		if err != nil {
			t.Fatal(err)
		}
		n.holds(d.Receipt)
	}
	found := 0
	for _, o := range n.sees(n.hospital, member.AudienceGreen) {
		if strings.Contains(o, "volkov") {
			found++
			if p, err := stix.Parse([]byte(o), stix.Limits{}); err != nil || p.Type != "email-addr" {
				t.Errorf("released as %s: %v", o, err)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d objects have the released value; want the mailbox", found)
	}
	if _, err := n.x.Recall(t.Context(), n.bank, f.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	n.clean()
}

// TestManyHeld: several passages of one text are put back one by one, in any order.
func TestManyHeld(t *testing.T) {
	n := newNode(t)
	text := "First the indicted suspect Viktor Petrovich Sokolov, then the compromised account tom.baker@supplier.example, at last the indicted suspect Dmitri Anatolyevich Orlov; all three in one line."
	f := n.file(n.bank, bundle(indicator("1", "evil.example", `"description":"`+text+`"`)), exchange.Options{})
	if len(f.Held) < 2 {
		t.Fatalf("%d passages were held; want at least two", len(f.Held))
	}
	for i := range f.Held { // from the last to the first
		h := f.Held[len(f.Held)-1-i]
		if _, err := n.x.Decide(t.Context(), n.reviewer, h.ID, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	got := n.sees(n.hospital, member.AudienceGreen)[f.Objects[0].ID]
	if strings.Contains(got, "[held]") {
		t.Errorf("after all were released: %s", got)
	}
	if len(f.Removed) == 0 && property(t, got, "description") != text {
		t.Errorf("put back as %q", property(t, got, "description"))
	}
	n.clean()
}
