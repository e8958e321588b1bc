package receipt_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

// TestPrint: a receipt prints on one sheet, also one that has much to tell.
func TestPrint(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	n.Add(member.NewMember{Name: "The Very Long Name of an Association of Harbours, Wharves and Their Insurers"})
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?tlp=amber", apptest.Bundle(described("1", "evil.example", doubtful), apptest.Indicator("2", "worse.example")))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"report-0","reason":"`+strings.Repeat("It was our own relay. ", 40)+`"}`)
	group := []string{"Harbor Bank"}
	for i := range 40 {
		group = append(group, fmt.Sprintf("%s%02d", strings.Repeat("Harbours", 7), i))
		n.Add(member.NewMember{Name: group[len(group)-1]})
	}
	for name, members := range map[string][]string{strings.Repeat("Wharves", 8): group, strings.Repeat("Insurers", 7): group[:6]} {
		if _, err := n.App.Node().Exchange.Members().AddGroup(t.Context(), name, members); err != nil {
			t.Fatal(err)
		}
		n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?group="+name, apptest.Bundle(described("3", "group.example", doubtful)))
	}
	p := b.Page(t, n.URL).Cookie("tocsin", ana)
	for _, path := range []string{"/receipt/0", "/receipt/1", "/receipt/2", "/receipt/3"} {
		p.Go(path)
		if sheets := p.Print("receipt" + strings.ReplaceAll(path, "/", "-")); sheets != 1 {
			t.Errorf("%s prints on %d sheets", path, sheets)
		}
	}
}
