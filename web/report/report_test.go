package report_test

import (
	"testing"

	"tocsin/apptest"
)

func TestLook(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"), apptest.Indicator("2", "worse.example")))
	code, _, page := n.Page(ana, "/report/1", nil)
	t.Log(code, page)
	for i := range 4 {
		code, _, page := n.Page(ana, "/report/"+string(rune('0'+i)), nil)
		t.Log(code, len(page))
	}
	code, _, page = n.Page(ana, "/reports", nil)
	t.Log(code, page)
}
