package report_test

import (
	"net/url"
	"os"
	"testing"

	"tocsin/apptest"
)

func TestLook(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ana := n.Person("Harbor Bank")
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "evil.example"), apptest.Indicator("2", "worse.example")))
	for name, path := range map[string]string{"report": "/report/0", "mine": "/reports", "receipt": "/receipt/0?new=1", "recall": "/recall?ref=report-0", "ask": "/recall", "thing": "/i/evil.example", "file": "/receipt/0/receipt.txt", "object": "/report/0/object/0"} {
		code, h, page := n.Page(ana, path, nil)
		if code == 303 {
			code, _, page = n.Page(ana, h.Get("Location"), nil)
		}
		t.Log(name, code, len(page))
		os.WriteFile("/tmp/pages-"+name+".html", []byte(page), 0o644)
	}
	code, h, page := n.Page(ana, "/i/evil.example", nil)
	at := h.Get("Location")
	code, h, page = n.Page(ana, at, url.Values{})
	t.Log(code, h, len(page))
	_, _, page = n.Page(ana, "/recall?i="+at[3:], nil)
	os.WriteFile("/tmp/pages-recall.html", []byte(page), 0o644)
}
