package exchange_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/ledger"
	"tocsin/member"
)

func (n *node) entry(s member.Session, idx int64) exchange.EntryView {
	n.Helper()
	e, err := n.x.EntryOf(n.Context(), s, idx, exchange.EntryPart{}, 0)
	if err != nil {
		n.Fatalf("entry %d: %v", idx, err)
	}
	return e
}

// counts writes counts as "indicator 2 report 1".
func counts(cs []exchange.Count) string {
	var out []string
	for _, c := range cs {
		out = append(out, fmt.Sprintf("%s %d", c.Kind, c.N))
	}
	return strings.Join(out, " ")
}

func kinds(hs []exchange.Happening) string {
	var out []string
	for _, h := range hs {
		out = append(out, fmt.Sprintf("%s %d", h.Kind, h.N))
	}
	return strings.Join(out, " ")
}

func TestEntry(t *testing.T) {
	n := newNode(t)
	ind := "indicator--" + uuid("1")
	f := n.file(n.bank, bundle(
		indicator("1", "owa.quota.example", ""), indicator("2", "198-51.example", ""), object("malware", "3", `"name":"Harrow","is_family":true`),
		object("relationship", "4", `"relationship_type":"indicates","source_ref":"`+ind+`","target_ref":"malware--`+uuid("3")+`"`),
		report("5", "Quota phish", "call jane.doe@harborbank.example on +1 415 555 0132", ind),
	), exchange.Options{})
	e := n.entry(n.bank, f.Index)
	if !e.Own || e.Title != "Quota phish" || e.Named != 1 || counts(e.Counts) != "report 1 indicator 2 malware 1 relationship 1" || counts(e.Values) != "domain 2" || e.Total != 5 || e.Gone != 0 {
		t.Errorf("its own member sees %+v", e)
	}
	if got := counts(e.Removed); !strings.Contains(got, "phone 1") {
		t.Errorf("the account of removals: %s", got)
	}
	if len(e.Places) != 1 || e.Places[0].Collection != "default" || e.Places[0].Members != 4 {
		t.Errorf("who sees it: %+v", e.Places)
	}
	rel := e.Objects[len(e.Objects)-1]
	if rel.Type != "relationship" || rel.Source != "owa.quota.example" || rel.Verb != "indicates" || rel.Target != "Harrow" {
		t.Errorf("the relation reads %+v", rel)
	}
	// Another member sees the same objects, and nothing of what was taken out.
	o := n.entry(n.city, f.Index)
	if o.Own || len(o.Removed) != 0 || len(o.Held) != 0 || o.Total != 5 || counts(o.Counts) != counts(e.Counts) {
		t.Errorf("another member sees %+v", o)
	}
	// A part of it, and what is past its end.
	for from, want := range map[int]int{0: 2, 1: 1, 2: 0, 99: 0, -5: 2} {
		some, err := n.x.EntryOf(t.Context(), n.bank, f.Index, exchange.EntryPart{Type: "indicator"}, from)
		if err != nil || len(some.Objects) != want || some.Total != 2 || some.Title != "Quota phish" {
			t.Errorf("indicators from %d: %d of %d, %q, %v", from, len(some.Objects), some.Total, some.Title, err)
		}
	}
	n.clean()
}

// TestEntryRights: what a reader sees nothing of answers exactly as what isn't there.
func TestEntryRights(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddGroup(t.Context(), "finance", []string{"Harbor Bank", "Port City"}); err != nil {
		t.Fatal(err)
	}
	n.refresh()
	secret := n.file(n.bank, bundle(strings.Replace(indicator("1", "red.example", ""), `"pattern_type"`, `"object_marking_refs":["`+red+`"],"pattern_type"`, 1)), exchange.Options{Group: "finance"}).Index
	_, missing := n.x.EntryOf(t.Context(), n.hospital, 999, exchange.EntryPart{}, 0)
	for name, s := range map[string]member.Session{"no member of the group": n.hospital, "reviewer": n.reviewer} {
		_, err := n.x.EntryOf(t.Context(), s, secret, exchange.EntryPart{}, 0)
		if fault.KindOf(err) != fault.NotFound || err.Error() != missing.Error() {
			t.Errorf("%s hears %v of what is there, %v of what isn't", name, err, missing)
		}
		if _, err := n.x.EntryObjectOf(t.Context(), s, secret, 0); fault.KindOf(err) != fault.NotFound || err.Error() != missing.Error() {
			t.Errorf("%s and its object: %v", name, err)
		}
	}
	if e := n.entry(n.city, secret); e.Total != 1 || e.Own || e.Places[0].Collection != "finance" || !slices.Equal(e.Places[0].Names, []string{"Harbor Bank", "Port City"}) {
		t.Errorf("a member of the group sees %+v", e)
	}
	// An entry of two audiences shows each reader its own part.
	both := n.file(n.bank, bundle(indicator("2", "green.example", "")), exchange.Options{}).Index
	if _, err := n.x.EntryOf(t.Context(), member.Session{}, both, exchange.EntryPart{}, 0); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody: %v", err)
	}
	for idx, n0 := range map[int64]int64{secret: 1, both: -1} {
		if _, err := n.x.EntryObjectOf(t.Context(), n.bank, idx, n0); fault.KindOf(err) != fault.NotFound {
			t.Errorf("object %d of entry %d: %v", n0, idx, err)
		}
	}
	o, err := n.x.EntryObjectOf(t.Context(), n.hospital, both, 0)
	if err != nil || !strings.Contains(string(o.Raw), "green.example") {
		t.Errorf("an object: %s, %v", o.Raw, err)
	}
}

// TestEntryPast: what became of an entry stands on it, and on what it did to it.
func TestEntryPast(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", ""), indicator("2", "b.example", `"description":"`+doubtful+`"`), indicator("3", "c.example", `"valid_until":"2026-11-02T00:00:00Z"`)), exchange.Options{})
	e := n.entry(n.bank, f.Index)
	if len(e.Held) == 0 || e.Held[0].State != held.Waiting {
		t.Fatalf("nothing of %q waits: %+v", doubtful, e.Held)
	}
	if e := n.entry(n.city, f.Index); len(e.Held) != 0 {
		t.Errorf("another member sees what is held: %+v", e.Held)
	}
	decided, err := n.x.Decide(t.Context(), n.reviewer, e.Held[0].ID, true, "")
	if err != nil {
		t.Fatal(err)
	}
	back, err := n.x.Recall(t.Context(), n.bank, "indicator--"+uuid("1"), "our own host, says jane.doe@harborbank.example")
	if err != nil {
		t.Fatal(err)
	}
	if e = n.entry(n.bank, f.Index); kinds(e.History) != "accepted 3 released 1 recall 1" || e.Gone != 1 || e.Total != 2 {
		t.Errorf("%s, %d gone, %d there", kinds(e.History), e.Gone, e.Total)
	}
	newer := slices.IndexFunc(e.Objects, func(o exchange.EntryObject) bool { return o.Newer })
	if newer < 0 || e.Objects[newer].Name != "b.example" {
		t.Errorf("the released passage made a newer version: %+v", e.Objects)
	}
	// The entry of the recall: whoever could see the object sees what went, as long as the register of things knows it, and why.
	r := n.entry(n.city, back.Index)
	if r.Kind != archive.Recall || strings.Contains(r.Reason, "jane") || !strings.Contains(r.Reason, "our own host") || r.Own || r.Took != 1 || !slices.Equal(r.About, []int64{f.Index}) || r.Title != "a.example" || !r.Objects[0].Revoked {
		t.Errorf("the recall says %+v", r)
	}
	if d := n.entry(n.city, decided.Index); d.Kind != archive.Decision || d.Total != 1 || d.Title != "b.example" {
		t.Errorf("the decision brought %+v", d)
	}
	if _, err := n.x.EntryObjectOf(t.Context(), n.city, f.Index, 0); fault.KindOf(err) != fault.Gone {
		t.Errorf("what was taken back: %v", err)
	}
}

// TestLargeEntry: of 10,000 objects one page is read, not all, and everything about them is counted.
func TestLargeEntry(t *testing.T) {
	n := newNode(t)
	var objects []string
	for i := range 10_000 {
		objects = append(objects, indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("host%d.example", i), ""))
	}
	f := n.file(n.bank, bundle(objects...), exchange.Options{})
	e := n.entry(n.city, f.Index)
	if e.Total != 10_000 || len(e.Objects) != exchange.EntryObjects || counts(e.Values) != "domain 10000" {
		t.Errorf("%d objects, %d on the page, %s", e.Total, len(e.Objects), counts(e.Values))
	}
	last, err := n.x.EntryOf(t.Context(), n.city, f.Index, exchange.EntryPart{}, 9900)
	if err != nil || len(last.Objects) != 100 || last.Objects[99].Name != "host9999.example" || last.Title != "host0.example" {
		t.Errorf("the last page: %d objects, %v", len(last.Objects), err)
	}
	if _, _, err := n.x.OwnReports(t.Context(), n.bank, 0, -1, 50); err != nil {
		t.Fatal(err)
	}
	if r, err := n.x.ReceiptOf(t.Context(), n.bank, f.Index); err != nil || r.Objects != 10_000 {
		t.Errorf("%+v, %v", r, err)
	}
	p, err := n.x.RecallPreview(t.Context(), n.bank, f.ID)
	if err != nil || p.Objects != 10_000 || p.InForce != 10_000 || p.Members != 4 || len(p.Names) != 5 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestReceipts(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", `"description":"`+doubtful+`, call +1 415 555 0132"`), indicator("2", "b.example", "")), exchange.Options{})
	r, err := n.x.ReceiptOf(t.Context(), n.bank, f.Index)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Own || r.Kind != archive.Report || r.Member != "Harbor Bank" || r.Objects != 2 || counts(r.Values) != "domain 2" || r.Waiting == 0 || r.Waiting != r.Passages || counts(r.Types) == "" || r.Exchange || len(r.Parts) != 1 || len(r.Policy) != 64 {
		t.Errorf("%+v", r)
	}
	if len(r.Aliases) != 1 || !strings.HasPrefix(r.Aliases[0].Name, "Member ") {
		t.Errorf("others see %+v", r.Aliases)
	}
	p := r.Parts[0]
	if p.Index != f.Index || p.Size != f.Index+1 || len(p.Leaf) != 64 || len(p.Root) != 64 || p.Signer != "log.example/test" {
		t.Errorf("the proof: %+v", p)
	}
	file, first, err := n.x.ReceiptFile(t.Context(), n.bank, f.Index)
	if err != nil || first != f.Index || string(file) != string(f.Receipt) {
		t.Errorf("the file differs from what was answered: %v", err)
	}
	// Whoever didn't file it has no receipt, and can't tell whether there is one.
	_, missing := n.x.ReceiptOf(t.Context(), n.city, 999)
	for name, s := range map[string]member.Session{"another": n.city, "reviewer": n.reviewer} {
		if _, err := n.x.ReceiptOf(t.Context(), s, f.Index); fault.KindOf(err) != fault.NotFound || err.Error() != missing.Error() {
			t.Errorf("%s: %v, not %v", name, err, missing)
		}
		if _, _, err := n.x.ReceiptFile(t.Context(), s, f.Index); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s has the file: %v", name, err)
		}
	}
	if r.Gone != 0 {
		t.Errorf("%d gone before anything was taken back", r.Gone)
	}
	d, err := n.x.Decide(t.Context(), n.reviewer, f.Held[0].ID, false, "")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := n.x.ReceiptOf(t.Context(), n.reviewer, d.Index); err != nil || r.Kind != archive.Decision || !slices.Equal(r.About, []int64{f.Index}) {
		t.Errorf("of the decision: %+v, %v", r, err)
	}
	b, err := n.x.Recall(t.Context(), n.bank, f.ID, "a mistake")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := n.x.ReceiptOf(t.Context(), n.bank, b.Index); err != nil || r.Reason != "a mistake" || !slices.Equal(r.About, []int64{f.Index}) {
		t.Errorf("of the recall: %+v, %v", r, err)
	}
	if r, err = n.x.ReceiptOf(t.Context(), n.bank, f.Index); err != nil || kinds(r.History) != "accepted 2 removed 1 recall 2 void 1" || r.Waiting != 0 || r.Gone != 2 || r.Objects != 2 || r.Here != 0 {
		t.Errorf("since then: %s, %d wait, %v", kinds(r.History), r.Waiting, err)
	}
}

// TestRecallReasonFault: a form shows the sentence, which says what was not done and
// begins with no name of a field.
func TestRecallReasonFault(t *testing.T) {
	n := newNode(t)
	for _, reason := range []string{"", " \n", strings.Repeat("x", 1001)} {
		_, err := n.x.RecallReason(n.bank, reason)
		if fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(fault.Public(err), "nothing was taken back: ") {
			t.Errorf("%.5q: %v", reason, err)
		}
	}
	if _, err := n.x.RecallReason(n.bank, strings.Repeat("x", 1000)); err != nil {
		t.Errorf("the longest: %v", err)
	}
}

// TestReceiptStaysAsFiled: what the record fixed doesn't change by what comes after.
func TestReceiptStaysAsFiled(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", `"description":"`+doubtful+`"`), indicator("2", "b.example", "")), exchange.Options{})
	filed := func() string {
		t.Helper()
		r, err := n.x.ReceiptOf(t.Context(), n.bank, f.Index)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, c := range r.Types {
			total += c.N
		}
		if total != r.Objects {
			t.Errorf("%d objects, of which the types make %d", r.Objects, total)
		}
		return fmt.Sprint(r.Objects, r.Types, r.Passages, r.Refused, r.Removed)
	}
	before := filed()
	if _, err := n.x.Decide(t.Context(), n.reviewer, f.Held[0].ID, true, ""); err != nil {
		t.Fatal(err)
	}
	b, err := n.x.Recall(t.Context(), n.bank, f.ID, "a mistake")
	if err != nil {
		t.Fatal(err)
	}
	if after := filed(); after != before {
		t.Errorf("the receipt said %s, and now %s", before, after)
	}
	if r, err := n.x.ReceiptOf(t.Context(), n.bank, b.Index); err != nil || !strings.Contains(counts(r.Took), "indicator ") {
		t.Errorf("the recall took back %q, %v", counts(r.Took), err)
	}
}

// TestReceiptOfParts: any part of a report leads to the receipt of all of it.
func TestReceiptOfParts(t *testing.T) {
	n := newNode(t)
	n.file(n.bank, bundle(indicator("f1", "before.example", "")), exchange.Options{})
	var rows strings.Builder
	rows.WriteString("value\n")
	for i := range 20_001 {
		fmt.Fprintf(&rows, "host%d.example\n", i)
	}
	f := n.file(n.bank, rows.String(), exchange.Options{Name: "list.csv"})
	n.file(n.bank, bundle(indicator("f2", "after.example", "")), exchange.Options{})
	if len(f.Parts) < 2 {
		t.Fatalf("a report of %d parts", len(f.Parts))
	}
	for _, part := range f.Parts {
		r, err := n.x.ReceiptOf(t.Context(), n.bank, part.Index)
		if err != nil || r.Index != f.Index || len(r.Parts) != len(f.Parts) || r.Objects != len(f.Objects)+1 {
			t.Errorf("part %d: %d parts from %d on, %d objects (one is who filed it), %v", part.Index, len(r.Parts), r.Index, r.Objects, err)
		}
		file, first, err := n.x.ReceiptFile(t.Context(), n.bank, part.Index)
		if err != nil || first != f.Index || string(file) != string(f.Receipt) {
			t.Errorf("part %d: another file than was answered (%v)", part.Index, err)
		}
	}
	for _, c := range ledger.Verify(f.Receipt, n.keys.VerifierKey(), nil) {
		if !c.OK {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
}

func TestOwnReports(t *testing.T) {
	n := newNode(t)
	list := func(s member.Session, before, after int64, limit int) (out []string, more bool) {
		t.Helper()
		rs, more, err := n.x.OwnReports(t.Context(), s, before, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			out = append(out, fmt.Sprintf("%d %s %s", r.Index, r.State, r.Title))
		}
		return out, more
	}
	if got, more := list(n.bank, 0, -1, 10); len(got) != 0 || more {
		t.Errorf("before anything was filed: %q %v", got, more)
	}
	n.file(n.bank, bundle(indicator("1", "a.example", ""), indicator("2", "b.example", "")), exchange.Options{})
	n.file(n.city, bundle(indicator("3", "theirs.example", "")), exchange.Options{})
	n.file(n.bank, bundle(report("4", "A campaign", "about something", "indicator--"+uuid("1"))), exchange.Options{})
	n.file(n.bank, bundle(indicator("5", "c.example", "")), exchange.Options{})
	n.file(n.bank, bundle(indicator("6", "d.example", `"valid_until":"2026-11-02T00:00:00Z"`)), exchange.Options{})
	for ref, why := range map[string]string{"indicator--" + uuid("1"): "one", "indicator--" + uuid("5"): "all of it"} {
		if _, err := n.x.Recall(t.Context(), n.bank, ref, why); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.x.ExpireRound(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"4 expired d.example", "3 taken-back ", "2 shared A campaign", "0 partly b.example"}
	if got, more := list(n.bank, 0, -1, 10); !slices.Equal(got, want) || more {
		t.Errorf("%q %v, not %q", got, more, want)
	}
	if got, more := list(n.bank, 0, -1, 2); !slices.Equal(got, want[:2]) || !more {
		t.Errorf("the newest two: %q %v", got, more)
	}
	if got, more := list(n.bank, 3, -1, 2); !slices.Equal(got, want[2:]) || more {
		t.Errorf("before 3: %q %v", got, more)
	}
	if got, more := list(n.bank, 0, 0, 2); !slices.Equal(got, want[1:3]) || !more {
		t.Errorf("after 0: %q %v", got, more)
	}
	if got, _ := list(n.city, 0, -1, 10); !slices.Equal(got, []string{"1 in-force theirs.example"}) {
		t.Errorf("another member's: %q", got)
	}
	for _, limit := range []int{0, 101} {
		if _, _, err := n.x.OwnReports(t.Context(), n.bank, 0, -1, limit); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%d at once: %v", limit, err)
		}
	}
	if _, _, err := n.x.OwnReports(t.Context(), n.reviewer, 0, -1, 10); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who may not file: %v", err)
	}
}

// TestRecallPreview: what is said before is what is done after.
func TestRecallPreview(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", ""), indicator("2", "b.example", ""), indicator("3", "c.example", `"valid_until":"2026-11-02T00:00:00Z"`)), exchange.Options{})
	n.file(n.hospital, bundle(indicator("4", "b.example", "")), exchange.Options{})
	if _, err := n.x.ExpireRound(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := n.x.RecallPreview(t.Context(), n.bank, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p.Objects != 3 || p.InForce != 2 || p.Still != 1 || p.Members != 4 || p.Stay != 0 || counts(p.Types) != "indicator 3" || !slices.Equal(p.Names, []string{"a.example", "b.example", "c.example"}) || p.Since.IsZero() || p.Mark == "" {
		t.Errorf("%+v", p)
	}
	again, err := n.x.RecallPreview(t.Context(), n.bank, f.ID)
	if err != nil || again.Mark != p.Mark {
		t.Errorf("the same has another mark: %v", err)
	}
	if _, err := n.x.RecallPreview(t.Context(), n.city, f.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another member: %v", err)
	}
	if _, err := n.x.RecallPreview(t.Context(), n.reviewer, f.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who may not: %v", err)
	}
	done, err := n.x.Recall(t.Context(), n.bank, f.ID, "a mistake")
	if err != nil || len(done.Objects) != p.Objects {
		t.Errorf("%d objects went, %d were announced; %v", len(done.Objects), p.Objects, err)
	}
	if r, err := n.x.Look(t.Context(), n.city, "b.example"); err != nil || !r.InForce() {
		t.Errorf("b.example was to stay in force: %+v, %v", r, err)
	}
	if r, err := n.x.Look(t.Context(), n.city, "a.example"); err == nil && r.InForce() {
		t.Errorf("a.example is in force: %+v", r)
	}
	if _, err := n.x.RecallPreview(t.Context(), n.bank, f.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a second time: %v", err)
	}
}

func TestRecallPreviewChanges(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", ""), indicator("2", "b.example", "")), exchange.Options{})
	before, err := n.x.RecallPreview(t.Context(), n.bank, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	n.file(n.hospital, bundle(indicator("1", "a.example", "")), exchange.Options{}) // the same object
	after, err := n.x.RecallPreview(t.Context(), n.bank, f.ID)
	if err != nil || after.Mark == before.Mark || after.Stay != 1 || after.Objects != 2 {
		t.Errorf("%+v, %v", after, err)
	}
}

func TestRecallReason(t *testing.T) {
	n := newNode(t)
	for reason, ok := range map[string]bool{"": false, " \n": false, strings.Repeat("x", 1000): true, strings.Repeat("x", 1001): false, "why": true} {
		got, err := n.x.RecallReason(n.bank, reason)
		if (err == nil) != ok || ok && got != reason {
			t.Errorf("%d bytes: %d, %v", len(reason), len(got), err)
		}
	}
	if got, err := n.x.RecallReason(n.bank, "ask jane.doe@harborbank.example"); err != nil || strings.Contains(got, "jane") {
		t.Errorf("%q, %v", got, err)
	}
}
