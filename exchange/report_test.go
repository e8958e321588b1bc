package exchange_test

import (
	"bytes"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
)

// TestAllTheWay: a report is stripped, proven, seen by another company and
// gone after its recall.
func TestAllTheWay(t *testing.T) {
	n := newNode(t)
	body := bundle(indicator("1", "evil.example", `"description":"Mailed to jane.roe@customer.example, who clicked. The victim called from her desk."`))
	f := n.file(n.bank, body, exchange.Options{Door: exchange.DoorAPI})
	if len(f.Objects) != 1 || f.Objects[0].Collection != "default" || len(f.Removed) == 0 {
		t.Fatalf("filed %+v; want one object in default, with something removed", f)
	}
	got := n.sees(n.hospital, member.AudienceGreen)
	raw := got[f.Objects[0].ID]
	if raw == "" || strings.Contains(raw, "jane.roe") || !strings.Contains(raw, "evil.example") {
		t.Fatalf("the other company sees %q; want the indicator without the mailbox", raw)
	}
	for _, c := range ledger.Verify(f.Receipt, n.keys.VerifierKey(), []byte(raw)) {
		if !c.OK {
			t.Errorf("with the published object: %s: %s", c.Name, c.Detail)
		}
	}
	rec, err := n.x.Look(t.Context(), n.hospital, "evil[.]example")
	if err != nil || !rec.InForce() || rec.Reporters != 1 {
		t.Errorf("the thing is %+v, %v; want in force by one", rec, err)
	}
	r, err := n.x.Recall(t.Context(), n.bank, "evil.example", "a test")
	if err != nil {
		t.Fatal(err)
	}
	n.holds(r.Receipt)
	if _, err := n.x.Look(t.Context(), n.hospital, "evil.example"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after the recall the thing is still known: %v", err)
	}
	for id, raw := range n.sees(n.hospital, member.AudienceGreen) {
		if strings.Contains(raw, "evil.example") {
			t.Errorf("after the recall %s still says %s", id, raw)
		}
	}
	n.clean()
}

// TestRepeat: the same report gives the same receipt; the same key with another
// body is a conflict; what was recalled meanwhile is a new report.
func TestRepeat(t *testing.T) {
	n := newNode(t)
	a, b := bundle(indicator("1", "a.example", "")), bundle(indicator("2", "b.example", ""))
	first := n.file(n.bank, a, exchange.Options{})
	again := n.file(n.bank, a, exchange.Options{})
	if !again.Repeat || !bytes.Equal(first.Receipt, again.Receipt) || again.Index != first.Index {
		t.Errorf("a repeat gave entry %d (repeat %v), first was %d; want the same receipt", again.Index, again.Repeat, first.Index)
	}
	if head, _ := n.x.Head(t.Context()); head.Size != 1 {
		t.Errorf("the log has %d entries; want 1", head.Size)
	}
	keyed := exchange.Options{Idempotent: "march"}
	n.file(n.bank, b, keyed)
	n.refused(n.bank, bundle(indicator("3", "c.example", "")), keyed, fault.Conflict, "idempotency key")
	n.file(n.hospital, bundle(indicator("3", "c.example", "")), keyed) // keys are a member's own
	if _, err := n.x.Recall(t.Context(), n.bank, first.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	renewed := n.file(n.bank, a, exchange.Options{})
	if renewed.Repeat || renewed.Index == first.Index {
		t.Errorf("after its recall the report is answered as a repeat of entry %d", renewed.Index)
	}
	if renewed.Objects[0].Submitted == "" {
		t.Errorf("a revoked identifier was used again: %+v", renewed.Objects[0])
	}
	n.clean()
}

// TestVersions: who may file the next version of what.
func TestVersions(t *testing.T) {
	n := newNode(t)
	obj := indicator("1", "evil.example", "")
	n.file(n.bank, bundle(obj), exchange.Options{})
	n.refused(n.hospital, bundle(later(obj, 1)), exchange.Options{}, fault.Forbidden, "first filed")
	n.refused(n.hospital, bundle(later(obj, 1)), exchange.Options{TLP: 1}, fault.Forbidden, "first filed")
	n.refused(n.bank, bundle(strings.Replace(obj, "evil.example", "other.example", 1)), exchange.Options{}, fault.Conflict, "modified")
	n.file(n.bank, bundle(later(strings.Replace(obj, "evil.example", "newer.example", 1), 2)), exchange.Options{})
	older := n.file(n.bank, bundle(later(strings.Replace(obj, "evil.example", "middle.example", 1), 1)), exchange.Options{})
	if len(older.Objects) != 1 {
		t.Errorf("an older version that was not there yet: %+v", older)
	}
	got := n.sees(n.hospital, member.AudienceGreen)
	if raw := got["indicator--"+uuid("1")]; len(got) != 1 || !strings.Contains(raw, "newer.example") {
		t.Errorf("readers see %v; want the newest version only", got)
	}
	if _, err := n.x.Look(t.Context(), n.hospital, "evil.example"); err == nil {
		t.Error("a superseded version still supports its thing")
	}
	n.file(n.bank, bundle(later(strings.Replace(obj, `"pattern_type"`, `"revoked":true,"pattern_type"`, 1), 3)), exchange.Options{})
	n.refused(n.bank, bundle(later(obj, 4)), exchange.Options{}, fault.Conflict, "revoked")
	n.clean()
}

// TestDuplicates: what two members report is one object that stays in force while one of them supports it.
func TestTwoReporters(t *testing.T) {
	n := newNode(t)
	shared := bundle(indicator("1", "evil.example", `"created_by_ref":"identity--`+uuid("99")+`"`))
	n.file(n.bank, shared, exchange.Options{})
	second := n.file(n.hospital, shared, exchange.Options{})
	if !second.Objects[0].Duplicate {
		t.Errorf("the second report is %+v; want a duplicate", second.Objects)
	}
	n.file(n.city, bundle(indicator("2", "EVIL.example", "")), exchange.Options{})
	rec, err := n.x.Look(t.Context(), n.city, "evil.example")
	if err != nil || rec.Reports != 2 || rec.Reporters != 3 {
		t.Errorf("the thing has %+v, %v; want two indicators by three members", rec, err)
	}
	if _, err := n.x.Recall(t.Context(), n.bank, "indicator--"+uuid("1"), "not ours"); err != nil {
		t.Fatal(err)
	}
	if got := n.sees(n.city, member.AudienceGreen); got["indicator--"+uuid("1")] == "" {
		t.Error("the object of two reporters went with the first one's recall")
	}
	if rec, err := n.x.Look(t.Context(), n.city, "evil.example"); err != nil || rec.Reports != 2 || rec.Reporters != 2 {
		t.Errorf("after the first one's recall the thing has %+v, %v; want two indicators by two members", rec, err)
	}
	if _, err := n.x.Recall(t.Context(), n.bank, "indicator--"+uuid("1"), "again"); err == nil {
		t.Error("the bank recalled what is no longer its own")
	}
	if _, err := n.x.Recall(t.Context(), n.hospital, "indicator--"+uuid("1"), "not ours either"); err != nil {
		t.Fatal(err)
	}
	if got := n.sees(n.city, member.AudienceGreen); got["indicator--"+uuid("1")] != "" {
		t.Error("the object is there after both took it back")
	}
	if rec, err := n.x.Look(t.Context(), n.city, "evil.example"); err != nil || rec.Reports != 1 {
		t.Errorf("the thing has %+v, %v; want the city's indicator", rec, err)
	}
	n.clean()
}

// TestMarkings: what may not be put somewhere is refused by name, and the rest is kept.
func TestMarkings(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddGroup(t.Context(), "hospitals", []string{"Lakeside Hospital", "Port City"}); err != nil {
		t.Fatal(err)
	}
	n.refresh()
	marked := func(id, m string) string {
		return indicator(id, "m"+id+".example", `"object_marking_refs":["`+m+`"]`)
	}
	n.refused(n.hospital, bundle(marked("1", red)), exchange.Options{}, fault.Refused, "RED")
	f := n.file(n.hospital, bundle(marked("1", red), marked("2", green)), exchange.Options{})
	if len(f.Objects) != 1 || len(f.Failures) != 1 || f.Failures[0].ID != "indicator--"+uuid("1") || f.Failures[0].Place == "" {
		t.Errorf("one of two was filed as %+v with failures %+v; want the green one kept and the red one named", f.Objects, f.Failures)
	}
	g := n.file(n.hospital, bundle(marked("3", red)), exchange.Options{Group: "hospitals"})
	if g.Objects[0].Collection != "hospitals" {
		t.Errorf("filed into %q; want the group", g.Objects[0].Collection)
	}
	n.refused(n.bank, bundle(marked("4", green)), exchange.Options{Group: "hospitals"}, fault.NotFound, "")
	n.refused(n.bank, bundle(marked("4", green)), exchange.Options{Group: "nobody"}, fault.NotFound, "")
	group := n.city.Groups[0].Audience
	if got := n.sees(n.city, group); len(got) == 0 {
		t.Error("a member of the group does not see what was shared with it")
	}
	if err := n.x.Scan(t.Context(), n.bank, group, 0, wantAll, nil); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an outsider scans the group: %v", err)
	}
	if _, err := n.x.Look(t.Context(), n.bank, "m3.example"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an outsider learns of the group's thing: %v", err)
	}
	feed := n.bank
	feed.FeedOnly = true
	n.refused(feed, bundle(marked("5", green)), exchange.Options{}, fault.Forbidden, "feed key")
	n.clean()
}
