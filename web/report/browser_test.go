package report_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

// TestInBrowser: reports that are long in every way, with their receipts and what
// taking them back shows; web/thing looks at the usual ones.
func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	long := strings.Repeat("FederationOfHarbours", 3) // 60 characters that no line can break
	n := apptest.Start(t, "Harbor Bank", long)
	members := []string{"Harbor Bank", long}
	for i := range 15 {
		members = append(members, fmt.Sprintf("%s%02d", long[:58], i))
		n.Add(member.NewMember{Name: members[len(members)-1]})
	}
	if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), long, members); err != nil {
		t.Fatal(err)
	}
	ana := n.Person("Harbor Bank")
	objects := make([]string, 2000)
	for i := range objects {
		objects[i] = apptest.Indicator(fmt.Sprintf("aaaa%x", i), fmt.Sprintf("%s%d.example", strings.Repeat("long-", 10), i))
	}
	file := func(to, body string) { n.Want(201, "Harbor Bank", "POST", "/api/v1/reports"+to, body) }
	file("", apptest.Bundle(objects...)) // 0
	held := "Sent from the compromised account of a supplier, tom.baker@supplier.example; the indicted suspect is named Viktor Petrovich Sokolov. "
	file("?group="+url.QueryEscape(long), story("c", strings.Repeat("Harbours", 12), strings.Repeat("Call +1 415 555 0132 or jane.doe@harborbank.example. ", 3700), "group.example")) // 1: 200 kB
	file("", story("d", "Nothing to take out", "It came from one.example and went on.", "one.example"))                                                                               // 2
	file("", apptest.Bundle(apptest.Indicator("e1", "gone.example")))                                                                                                                 // 3
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"report-3","reason":"`+strings.Repeat("It was our own relay. ", 40)+strings.Repeat("x", 100)+`"}`)                  // 4
	waits := strings.Replace(apptest.Indicator("f1", "supplier.example"), `"pattern_type"`, `"description":"`+held+`","pattern_type"`, 1)
	file("", apptest.Bundle(waits, `{"type":"indicator","id":"x"}`)) // 5
	for i := range 60 {
		file("", apptest.Bundle(apptest.Indicator(fmt.Sprintf("bbbb%x", i), fmt.Sprintf("%s%d.example", strings.Repeat("row-", i%16), i))))
	}
	var checks []browser.Check
	for name, path := range map[string]string{
		"report-2000": "/report/0", "report-text": "/report/1", "report-plain": "/report/2", "report-gone": "/report/3", "report-reason": "/report/4", "report-held": "/report/5", "reports-many": "/reports",
		"receipt-2000": "/receipt/0", "receipt-group": "/receipt/1?new=1", "receipt-plain": "/receipt/2", "receipt-gone": "/receipt/3", "receipt-reason": "/receipt/4?new=1", "receipt-held": "/receipt/5",
		"recall-2000": "/recall?ref=report-0", "recall-group": "/recall?ref=report-1", "recall-held": "/recall?ref=report-5",
	} {
		checks = append(checks, browser.Check{Name: name, URL: path, CookieName: "tocsin", Cookie: ana})
	}
	checks = append(checks, browser.Check{Name: "recall-none", URL: "/recall?ref=" + strings.Repeat("y", 3000), CookieName: "tocsin", Cookie: ana, Status: 422},
		browser.Check{Name: "report-none", URL: "/report/999", CookieName: "tocsin", Cookie: ana, Status: 404}, browser.Check{Name: "receipt-none", URL: "/receipt/999", CookieName: "tocsin", Cookie: ana, Status: 404})
	b.Sweep(t, n.URL, checks)
}
