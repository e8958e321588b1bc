package receipt_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/ledger"
	"tocsin/member"
)

// doubtful is a text with passages that the gate holds for a person.
const doubtful = `Sent from the compromised account of a supplier, tom.baker@supplier.example; the indicted suspect is named Viktor Petrovich Sokolov.\n\nThe mail came to our desk, phone +1 415 555 0132.`

func described(id, domain, text string) string {
	return strings.Replace(apptest.Indicator(id, domain), `"pattern_type"`, `"description":"`+text+`","pattern_type"`, 1)
}

func TestReceipt(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?tlp=amber", apptest.Bundle(described("1", "evil.example", doubtful), apptest.Indicator("2", "worse.example")))
	code, _, page := n.Page(ana, "/receipt/0", nil)
	if code != 200 {
		t.Fatalf("%d %s", code, page)
	}
	n.Says(page, "Receipt 0 It proves what was filed", "By Harbor Bank, shown to others as Member ", "To TLP:AMBER Policy rules of the gate", "2 objects: 2 indicators .", "It names now 2 domains .", "may be seen by 3 organisations now",
		"1 phone number . The values are not kept.", "2 passages for a person to decide : 1 mailbox, 1 person.", "Leaf 0 ", "1 entry, 0 hashes lead to the root", "Signed by tocsin.invalid/", "tocsin verify receipt-0.txt", "Filed, receipt signed", "A reviewer decides ")
	for _, hides := range []string{"tom.baker", "Sokolov", "555 0132", "Conditions", "The bell has rung", "protected"} {
		if strings.Contains(page, hides) {
			t.Errorf("the page says %q", hides)
		}
	}
	for _, link := range []string{`<a href="/report/0?type=indicator#objects">2 indicators</a>`, `<a href="/report/0#removed">1 phone number</a>`, `<a href="/report/0#held">2 passages for a person to decide</a>`,
		`<a href="/report/0?kind=domain#objects">2 domains</a>`, `<a href="/report/0#objects">2 objects of it`, `<a href="/report/0"><code>0</code></a>`, `href="/public/check"`} {
		if !strings.Contains(page, link) {
			t.Errorf("a number or a claim leads nowhere: there is no %s", link)
		}
	}
	_, _, page = n.Page(ana, "/receipt/report-0?new=1", nil)
	n.Says(page, "Paste or drop Check 3 Receipt The bell has rung")
	if !strings.Contains(page, `href="/recall?ref=report-0"`) {
		t.Error("nothing leads to taking it back")
	}
	_, _, page = n.Page(ana, "/receipt/0?repeat=1&new=1", nil)
	n.Says(page, "Filed before: the same receipt", "Filed before")
	if strings.Contains(page, "The bell has rung") {
		t.Error("what was filed before rings no bell")
	}
}

// TestProvenStays: the card says what was so at filing, whatever comes after.
func TestProvenStays(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"), apptest.Indicator("2", "worse.example")))
	card := func() (proven, now string) {
		_, _, page := n.Page(ana, "/receipt/0", nil)
		proven, now, ok := strings.Cut(apptest.Text(page), "Since then")
		if !ok {
			t.Fatal(apptest.Text(page))
		}
		return proven, now
	}
	before, _ := card()
	n.Add(member.NewMember{Name: "Newcomer"})
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-000000000002","reason":"It was our own relay."}`)
	after, now := card()
	if after != before {
		t.Errorf("the card said\n%s\nand now\n%s", before, after)
	}
	for _, says := range []string{"may be seen by 3 organisations now", "1 was taken back.", "It names now 1 domain ."} {
		if !strings.Contains(now, says) {
			t.Errorf("what is so now doesn't say %q: %s", says, now)
		}
	}
}

// TestOwnEntry: what the exchange itself recorded is nobody's who left.
func TestOwnEntry(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	op := n.Person(apptest.Operator)
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"report-0","reason":"a mistake"}`) // which the audit record has
	if err := n.App.Node().Exchange.AuditRound(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, _, page := n.Page(op, "/receipt/2", nil)
	if code != 200 || strings.Contains(apptest.Text(page), "left") {
		t.Errorf("%d", code)
	}
	n.Says(page, "of the audit record", "By this exchange itself")
}

// TestFile: the file is the receipt, whole, and verifies by itself.
func TestFile(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	code, h, file := n.Page(ana, "/receipt/0/receipt.txt", nil)
	if code != 200 || h.Get("Content-Disposition") != `attachment; filename="receipt-0.txt"` || !strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %v", code, h)
	}
	_, _, raw := n.Page(ana, "/report/0/object/0", nil)
	for _, c := range ledger.Verify([]byte(file), n.App.Node().Keys.VerifierKey(), []byte(raw)) {
		if !c.OK {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
}

// TestParts: any part of a large report leads to the receipt of all of it.
func TestParts(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	var rows strings.Builder
	rows.WriteString("value\n")
	for i := range 10_001 {
		fmt.Fprintf(&rows, "host%d.example\n", i)
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", rows.String(), "Content-Type", "text/csv")
	_, _, first := n.Page(ana, "/receipt/0", nil)
	_, _, second := n.Page(ana, "/receipt/1", nil)
	if apptest.Text(first) != apptest.Text(second) {
		t.Errorf("the receipt of the second part says\n%s\nnot\n%s", apptest.Text(second), apptest.Text(first))
	}
	if !strings.Contains(second, `<a href="/report/1"><code>1</code></a>`) || strings.Contains(second, "?type=") {
		t.Error("each part leads to itself, and a count of all parts to none of them")
	}
	n.Says(second, "Receipt 0", "Leaf 0 ", "Leaf 1 ", "10,001 domains")
	_, h, file := n.Page(ana, "/receipt/1/receipt.txt", nil)
	if !strings.Contains(h.Get("Content-Disposition"), "receipt-0.txt") || strings.Count(file, "--- next part ---") != 1 {
		t.Errorf("%v, %d bytes", h, len(file))
	}
	for _, c := range ledger.Verify([]byte(file), n.App.Node().Keys.VerifierKey(), nil) {
		if !c.OK {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
}

// TestRights: a receipt is for who filed, and the operator; nobody else learns of it.
func TestRights(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example")))
	for name, secret := range map[string]string{"another member": n.Person("Lakeside Hospital"), "reviewer": n.PersonAs(member.RoleReviewer), "auditor": n.PersonAs(member.RoleAuditor), "the operator's analyst": n.PersonAs(member.RoleAnalyst)} {
		code, _, there := n.Page(secret, "/receipt/0", nil)
		gone, _, missing := n.Page(secret, "/receipt/99", nil)
		if code != 404 || gone != 404 || there != missing {
			t.Errorf("%s can tell another's receipt (%d) from none (%d)", name, code, gone)
		}
		if code, _, page := n.Page(secret, "/receipt/0/receipt.txt", nil); code != 404 || strings.Contains(page, "c2sp") {
			t.Errorf("%s has the file: %d", name, code)
		}
	}
	_, _, page := n.Page(n.Person(apptest.Operator), "/receipt/0", nil)
	n.Says(page, "Harbor Bank")
	if strings.Contains(page, "/recall?") {
		t.Error("the operator may not take another's report back")
	}
	// Of what went to a group the operator sees how much, not what.
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), "finance", []string{"Harbor Bank"}); err != nil {
		t.Fatal(err)
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?group=finance", apptest.Bundle(apptest.Indicator("2", "secret.example")))
	_, _, page = n.Page(n.Person(apptest.Operator), "/receipt/1", nil)
	n.Says(page, "Shared 1 object.")
	if strings.Contains(page, "secret") || strings.Contains(page, "finance") || strings.Contains(apptest.Text(page), "taken back") {
		t.Error("the operator sees into a group")
	}
	for _, bad := range []string{"/receipt/x", "/receipt/-1", "/receipt/1e3", "/receipt/99999999999999999999"} {
		if code, _, _ := n.Page(n.Person(apptest.Operator), bad, nil); code != 404 {
			t.Errorf("%s: %d", bad, code)
		}
	}
}

// TestSince: what became of it stands on its receipt; so do the receipts of what did.
func TestSince(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana, op := n.Person("Harbor Bank"), n.Person(apptest.Operator)
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(described("1", "evil.example", doubtful), apptest.Indicator("2", "worse.example")))
	x := n.App.Node().Exchange
	s, err := x.Members().Session(t.Context(), apptest.Operator)
	if err != nil {
		t.Fatal(err)
	}
	queue, err := x.ReviewQueue(t.Context(), s, 10)
	if err != nil || len(queue) == 0 {
		t.Fatalf("nothing waits: %v", err)
	}
	if _, err := x.Decide(t.Context(), s, queue[0].ID, true, ""); err != nil {
		t.Fatal(err)
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-000000000002","reason":"It was our own relay."}`)
	_, _, page := n.Page(ana, "/receipt/0", nil)
	n.Says(page, "1 held passage released", "1 object taken back", "2 objects: 2 indicators .", "in the exchange now. 1 was taken back.")
	_, _, page = n.Page(op, "/receipt/1?new=1", nil)
	n.Says(page, "Decided", "About Entry 0")
	_, _, page = n.Page(ana, "/receipt/2?new=1", nil)
	n.Says(page, "Taken back", "It was our own relay.", "Took back 1 indicator", "About Entry 0")
	if !strings.Contains(page, `<a href="/report/2?type=indicator#objects">1 indicator</a>`) {
		t.Error("what was taken back leads nowhere")
	}
	if strings.Contains(page, "/recall?") {
		t.Error("a recall can't be taken back")
	}
}
