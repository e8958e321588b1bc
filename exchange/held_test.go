package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/privacy"
)

// doubtful is a text with a passage that the gate holds: a real mailbox that the
// attacker took over is neither the victim's to remove nor safe to publish.
const doubtful = `Sent from the compromised account of a supplier, tom.baker@supplier.example; the indicted suspect is named Viktor Petrovich Sokolov.`

// fileHeld files an indicator whose description has held passages.
func fileHeld(t *testing.T, n *node) exchange.Filed {
	t.Helper()
	f := n.file(n.bank, bundle(indicator("1", "evil.example", `"description":"`+doubtful+`"`)), exchange.Options{})
	if len(f.Held) == 0 {
		t.Fatalf("the gate held nothing of %q", doubtful)
	}
	return f
}

// TestHeld: the rest goes out at once; a released passage is the next version, a
// removed one is gone; each decision is an entry that names the first.
func TestHeld(t *testing.T) {
	n := newNode(t)
	f := fileHeld(t, n)
	raw := n.sees(n.hospital, member.AudienceGreen)[f.Objects[0].ID]
	if !strings.Contains(raw, "evil.example") || !strings.Contains(raw, privacy.HeldPlaceholder) {
		t.Fatalf("out at once: %s; want the indicator with a placeholder", raw)
	}
	id := f.Held[0].ID
	for _, s := range []member.Session{n.bank, n.hospital} {
		if _, _, err := n.x.ReviewShow(t.Context(), s, id); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s sees a held passage: %v", s.Member.Name, err)
		}
		if _, err := n.x.Decide(t.Context(), s, id, true, ""); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s decides a held passage: %v", s.Member.Name, err)
		}
	}
	p, secret, err := n.x.ReviewShow(t.Context(), n.reviewer, id)
	if err != nil || secret.Text == "" || !strings.Contains(doubtful, secret.Text) || strings.Contains(raw, secret.Text) {
		t.Fatalf("the passage is %+v, %q, %v", p, secret.Text, err)
	}
	d, err := n.x.Decide(t.Context(), n.reviewer, id, true, "")
	if err != nil {
		t.Fatal(err)
	}
	n.holds(d.Receipt)
	if !strings.Contains(string(d.Receipt), "c2sp.org/tlog-proof@v1") || d.Index == f.Index {
		t.Errorf("the decision is entry %d; want one of its own", d.Index)
	}
	next := n.sees(n.hospital, member.AudienceGreen)[f.Objects[0].ID]
	if !strings.Contains(next, secret.Text) || property(t, next, "modified") <= property(t, raw, "modified") {
		t.Errorf("after the release: %s; want the passage in a newer version", next)
	}
	if _, err := n.x.Decide(t.Context(), n.reviewer, id, false, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a passage was decided twice: %v", err)
	}
	for _, h := range f.Held[1:] {
		if _, err := n.x.Decide(t.Context(), n.reviewer, h.ID, false, ""); err != nil {
			t.Fatal(err)
		}
		if _, s, err := n.x.ReviewShow(t.Context(), n.reviewer, h.ID); err == nil && s.Text != "" {
			t.Error("a removed passage can still be read")
		}
	}
	if q, err := n.x.ReviewQueue(t.Context(), n.reviewer, 10); err != nil || len(q) != 0 {
		t.Errorf("%d passages wait, %v; want none", len(q), err)
	}
	rec, err := n.x.Look(t.Context(), n.hospital, "evil.example")
	if err != nil || rec.Reports != 1 {
		t.Errorf("the thing is %+v, %v; want one report in force", rec, err)
	}
	n.clean()
}

// TestHeldIsVoidAfterRecall: what waits of a report that was taken back is never decided.
func TestHeldIsVoidAfterRecall(t *testing.T) {
	n := newNode(t)
	f := fileHeld(t, n)
	if _, err := n.x.Recall(t.Context(), n.bank, f.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	if _, err := n.x.Decide(t.Context(), n.reviewer, f.Held[0].ID, true, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("released after the recall: %v", err)
	}
	if q, _ := n.x.ReviewQueue(t.Context(), n.reviewer, 10); len(q) != 0 {
		t.Errorf("%d passages wait", len(q))
	}
	n.clean()
}

// TestRecallRights: a report is taken back by its member alone, and by every way of naming it.
func TestRecallRights(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", ""), indicator("2", "b.example", "")), exchange.Options{})
	for _, ref := range []string{f.Objects[0].ID, f.ID, fmt.Sprint(f.Index), "a.example", "nothing.example", "indicator--" + uuid("9"), "?"} {
		_, err := n.x.Recall(t.Context(), n.hospital, ref, "mischief")
		switch fault.KindOf(err) {
		case fault.Forbidden, fault.NotFound, fault.Invalid:
		default:
			t.Errorf("another member's recall of %s: %v", ref, err)
		}
	}
	if _, err := n.x.Recall(t.Context(), n.bank, f.ID, " "); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a recall without a reason: %v", err)
	}
	if _, err := n.x.Recall(t.Context(), n.bank, "a.example", "a test"); err != nil {
		t.Fatal(err)
	}
	got := n.sees(n.hospital, member.AudienceGreen)
	if raw := got["indicator--"+uuid("1")]; !strings.Contains(raw, `"revoked":true`) || strings.Contains(raw, "a.example") {
		t.Errorf("the recalled indicator is %s; want it revoked, with nothing of its content", raw)
	}
	if got["indicator--"+uuid("2")] == "" {
		t.Error("the other indicator went too")
	}
	n.clean()
}

// TestRecallOfSomebodyElses: only its creator may revoke an object; it disappears, with a withdrawal.
func TestRecallOfSomebodyElses(t *testing.T) {
	n := newNode(t)
	id := "indicator--" + uuid("1")
	n.file(n.bank, bundle(indicator("1", "a.example", `"created_by_ref":"identity--`+uuid("77")+`"`)), exchange.Options{})
	if _, err := n.x.Recall(t.Context(), n.bank, id, "a test"); err != nil {
		t.Fatal(err)
	}
	if got := n.sees(n.hospital, member.AudienceGreen); got[id] != "" {
		t.Errorf("still there: %s", got[id])
	}
	head, _ := n.x.Head(t.Context())
	events, _, err := n.x.Events(t.Context(), n.hospital.Audiences, 0, head.Added)
	if err != nil || len(events) != 1 || !events[0].Withdraw() || events[0].ID != id {
		t.Errorf("events %+v, %v; want one withdrawal", events, err)
	}
	n.clean()
}

// TestExpiry: what ended is taken out of force by a round in the log; readers hear of it, and the object stays.
func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))) // no receipt is older than the program
		n := newNode(t)
		until := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04:05.000Z")
		body := bundle(indicator("1", "a.example", `"valid_until":"`+until+`"`), indicator("2", "b.example", ""))
		n.file(n.bank, body, exchange.Options{})
		if got, err := n.x.ExpireRound(t.Context()); got != 0 || err != nil {
			t.Fatalf("%d expired at once, %v", got, err)
		}
		time.Sleep(time.Hour + time.Second)
		if got, err := n.x.ExpireRound(t.Context()); got != 1 || err != nil {
			t.Fatalf("%d expired after an hour, %v; want 1", got, err)
		}
		if rec, err := n.x.Look(t.Context(), n.hospital, "a.example"); err != nil || rec.InForce() {
			t.Errorf("after its end: %+v, %v", rec, err)
		}
		if rec, err := n.x.Look(t.Context(), n.hospital, "b.example"); err != nil || !rec.InForce() {
			t.Errorf("the other one: %+v, %v", rec, err)
		}
		if got := n.sees(n.hospital, member.AudienceGreen); got["indicator--"+uuid("1")] == "" {
			t.Error("an expired object can't be read any more")
		}
		head, _ := n.x.Head(t.Context())
		events, _, err := n.x.Events(t.Context(), n.hospital.Audiences, 0, head.Added)
		if last := len(events) - 1; err != nil || last < 0 || events[last].Kind != "expiry" || events[last].ID != "indicator--"+uuid("1") {
			t.Errorf("events %+v, %v; want the expiry last", events, err)
		}
		n.clean()
		n.x.Close()
		n.db.Close()
	})
}
