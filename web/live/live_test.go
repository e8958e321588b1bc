package live_test

import (
	"strings"
	"testing"

	"tocsin/apptest"
)

func TestPage(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	code, _, page := n.Page(ana, "/live", nil)
	if code != 200 || !strings.Contains(page, "Nothing has arrived yet") {
		t.Fatalf("an empty exchange: %d\n%s", code, page)
	}
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"), apptest.Indicator("2", "worse.example")))
	_, _, page = n.Page(ana, "/live", nil)
	t.Log(page)
}
