package exchange_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
)

// TestEvents: what happened, in the order of the log, resumed at any point
// without skipping or repeating.
func TestEvents(t *testing.T) {
	n := newNode(t)
	for i := range 30 {
		n.file(n.bank, bundle(indicator(fmt.Sprintf("a%d", i), fmt.Sprintf("a%d.example", i), ""), indicator(fmt.Sprintf("b%d", i), fmt.Sprintf("b%d.example", i), `"object_marking_refs":["`+green+`"]`)), exchange.Options{})
		if i%3 == 2 {
			if _, err := n.x.Recall(t.Context(), n.bank, fmt.Sprintf("a%d.example", i), "a test"); err != nil {
				t.Fatal(err)
			}
		}
	}
	head, err := n.x.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, upTo, err := n.x.Events(t.Context(), n.hospital.Audiences, 0, head.Added)
	if err != nil || upTo != head.Added {
		t.Fatalf("up to %d of %d, %v", upTo, head.Added, err)
	}
	withdrawn, revoked := 0, 0
	for i, e := range all {
		if i > 0 && e.At <= all[i-1].At {
			t.Errorf("event %d is at %d, after %d", i, e.At, all[i-1].At)
		}
		if e.Withdraw() {
			withdrawn++
			if !strings.HasPrefix(e.ID, "indicator--") {
				t.Errorf("a withdrawal of %q", e.ID)
			}
		} else if strings.Contains(string(e.Raw), `"revoked":true`) {
			revoked++
		}
	}
	if withdrawn != 10 || revoked != 10 {
		t.Errorf("%d withdrawals, %d revoked versions; want 10 of each", withdrawn, revoked)
	}
	for _, from := range []int{0, 1, len(all) / 2, len(all) - 1} {
		rest, _, err := n.x.Events(t.Context(), n.hospital.Audiences, all[from].At, head.Added)
		if err != nil || len(rest) != len(all)-from-1 {
			t.Errorf("after event %d there are %d, %v; want %d", from, len(rest), err, len(all)-from-1)
		}
		at, err := n.x.Date(t.Context(), all[from].Position)
		if err != nil || at != all[from].At {
			t.Errorf("position %s is dated %d, %v; want %d", all[from].Position, at, err, all[from].At)
		}
	}
	if none, _, err := n.x.Events(t.Context(), nil, 0, head.Added); err != nil || len(none) != 0 {
		t.Errorf("without an audience there are %d events, %v", len(none), err)
	}
}

// TestWait: a reader is woken by the commit itself.
func TestWait(t *testing.T) {
	n := newNode(t)
	woken := make(chan int64, 1)
	go func() {
		size, _ := n.x.Wait(t.Context(), 0)
		woken <- size
	}()
	n.file(n.bank, bundle(indicator("1", "a.example", "")), exchange.Options{})
	select {
	case size := <-woken:
		if size != 1 {
			t.Errorf("woken at %d entries", size)
		}
	case <-time.After(10 * time.Second):
		t.Error("not woken within 10 s")
	}
}

// TestTAXIIDoor: there each object is known by its identifier and version, and
// an Add that brings nothing new makes no entry; its status says so.
func TestTAXIIDoor(t *testing.T) {
	n := newNode(t)
	o := exchange.Options{Door: exchange.DoorTAXII, Collection: member.AudienceGreen, StatusID: uuid("51"), Format: "stix"}
	body := `{"objects":[` + indicator("1", "a.example", "") + `,{"type":"malware","id":"x"}]}`
	f, err := n.x.Accept(t.Context(), n.bank, strings.NewReader(body), o)
	if err != nil || len(f.Objects) != 1 || len(f.Failures) != 1 {
		t.Fatalf("added %d, failed %d, %v", len(f.Objects), len(f.Failures), err)
	}
	var s exchange.Status
	raw, err := n.x.Status(t.Context(), n.bank, uuid("51"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &s); err != nil || s.Status != "complete" || s.Total != 2 || s.Success != 1 || s.Failure != 1 || s.Pending != 0 {
		t.Errorf("the status is %s, %v", raw, err)
	}
	if _, err := n.x.Status(t.Context(), n.hospital, uuid("51")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another member reads the status: %v", err)
	}
	o.StatusID = uuid("52")
	again, err := n.x.Accept(t.Context(), n.bank, strings.NewReader(`{"objects":[`+indicator("1", "a.example", "")+`]}`), o)
	if err != nil || len(again.Objects) != 1 || !again.Objects[0].Duplicate || len(again.Parts) != 0 {
		t.Errorf("the same object again: %+v, %v", again, err)
	}
	if head, _ := n.x.Head(t.Context()); head.Size != 1 {
		t.Errorf("the log has %d entries; want 1", head.Size)
	}
	raw, err = n.x.Status(t.Context(), n.bank, uuid("52"))
	if err := json.Unmarshal(raw, &s); err != nil || s.Success != 1 || !strings.Contains(string(raw), "already") {
		t.Errorf("the second status is %s, %v", raw, err)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestTooMuchAtOnce: bodies in work are bounded; who waits too long is told to come again, and nothing is kept.
func TestTooMuchAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
		n := newNode(t)
		var slow []*io.PipeWriter
		results := make(chan error, 3)
		for _, who := range []member.Session{n.bank, n.hospital, n.city} { // each reserves 16 of the 48 MiB, and sends nothing
			r, w := io.Pipe()
			slow = append(slow, w)
			go func() {
				_, err := n.x.Accept(t.Context(), who, r, exchange.Options{})
				results <- err
			}()
			synctest.Wait()
			if len(slow) == 1 { // one member can't take it all
				if _, err := n.x.Accept(t.Context(), n.bank, strings.NewReader(bundle(indicator("7", "g.example", ""))), exchange.Options{}); fault.KindOf(err) != fault.Busy {
					t.Errorf("a second body of unknown size of one member: %v; want busy", err)
				}
				if _, err := n.x.Accept(t.Context(), n.hospital, strings.NewReader(bundle(indicator("8", "h.example", ""))), exchange.Options{}); err != nil {
					t.Errorf("another member meanwhile: %v", err)
				}
			}
		}
		_, err := n.x.Accept(t.Context(), n.city, strings.NewReader(bundle(indicator("1", "a.example", ""))), exchange.Options{})
		if fault.KindOf(err) != fault.Busy {
			t.Errorf("a fourth body: %v; want busy", err)
		}
		for _, w := range slow {
			io.WriteString(w, bundle(indicator("2", "b.example", "")))
			w.Close()
		}
		for range slow {
			if err := <-results; err != nil {
				t.Errorf("a slow body: %v", err)
			}
		}
		if _, err := n.x.Accept(t.Context(), n.hospital, strings.NewReader(bundle(indicator("1", "a.example", ""))), exchange.Options{}); err != nil {
			t.Errorf("after the slow ones: %v", err)
		}
		n.x.Close()
		n.db.Close()
	})
}

// TestBrokenBody: a body that breaks off keeps nothing.
func TestBrokenBody(t *testing.T) {
	n := newNode(t)
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, bundle(indicator("1", "a.example", ""))[:80])
		w.CloseWithError(io.ErrUnexpectedEOF)
	}()
	if _, err := n.x.Accept(t.Context(), n.bank, r, exchange.Options{}); fault.KindOf(err) == fault.Internal || err == nil {
		t.Errorf("a broken body: %v (%v)", err, fault.KindOf(err))
	}
	if head, _ := n.x.Head(t.Context()); head.Size != 0 {
		t.Error("something of it was kept")
	}
}

// TestRights: a right that is lost while a report is on its way counts when it is kept.
func TestRights(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddGroup(t.Context(), "harbour", []string{"Harbor Bank", "Port City"}); err != nil {
		t.Fatal(err)
	}
	n.refresh()
	stale := n.bank
	if err := n.x.Members().RemoveFromGroup(t.Context(), "harbour", "Harbor Bank"); err != nil {
		t.Fatal(err)
	}
	n.refused(stale, bundle(indicator("1", "a.example", "")), exchange.Options{Group: "harbour"}, fault.Forbidden, "")
	if _, err := n.x.Admin(n.bank); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member administers: %v", err)
	}
	if err := n.x.Trust(t.Context(), n.bank, "Port City", member.TrustAlert); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a member that is not named was told apart by its name: %v", err)
	}
	pseudonym, _ := n.x.Members().Pseudonym(n.city.Member, member.AudienceGreen)
	if err := n.x.Trust(t.Context(), n.bank, pseudonym, member.TrustAlert); err != nil {
		t.Error(err)
	}
	if err := n.x.Consent(t.Context(), n.bank, "Harbor Bank", true); err != nil {
		t.Error(err)
	}
	n.refresh()
	f := n.file(n.bank, bundle(indicator("2", "b.example", `"created_by_ref":"`+n.bank.Member.Identity+`"`)), exchange.Options{})
	raw := n.sees(n.city, member.AudienceGreen)[f.Objects[0].ID]
	if property(t, raw, "created_by_ref") != n.bank.Member.Identity {
		t.Errorf("after its consent the member is %s", property(t, raw, "created_by_ref"))
	}
	n.clean()
}

// TestTypesAndVersions: a walk may ask for types and for older versions.
func TestTypesAndVersions(t *testing.T) {
	n := newNode(t)
	ind := indicator("1", "a.example", "")
	n.file(n.bank, bundle(ind, object("malware", "2", `"name":"Tinbell","is_family":true`)), exchange.Options{})
	n.file(n.bank, bundle(later(ind, 1)), exchange.Options{})
	count := func(w archive.Want) (k int) {
		if err := n.x.Scan(t.Context(), n.city, member.AudienceGreen, 0, w, func(archive.Object) bool { k++; return true }); err != nil {
			t.Fatal(err)
		}
		return k
	}
	if all, newest := count(archive.Want{Versions: true}), count(archive.Want{}); all != 3 || newest != 2 {
		t.Errorf("%d versions, %d newest; want 3 and 2", all, newest)
	}
	if k := count(archive.Want{Types: archive.TypeMask([]string{"malware"})}); k != 1 {
		t.Errorf("%d objects of type malware", k)
	}
	found, err := n.x.Versions(t.Context(), n.city, member.AudienceGreen, []string{"indicator--" + uuid("1")})
	if err != nil || len(found) != 2 {
		t.Errorf("versions %+v, %v; want 2", found, err)
	}
	for _, f := range found {
		if o, err := n.x.Object(t.Context(), n.city, f); err != nil || o.ID != f.ID {
			t.Errorf("reading %+v: %v", f, err)
		}
	}
}
