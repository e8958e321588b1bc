package thing_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/observable"
)

const stamp = `"spec_version":"2.1","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z",`

// uuid makes a version 4 UUID of up to 12 hexadecimal digits.
func uuid(n string) string { return fmt.Sprintf("00000000-0000-4000-8000-%012s", n) }

// object writes a STIX object with the usual properties.
func object(typ, n, more string) string {
	return fmt.Sprintf(`{"type":%q,%s"id":"%s--%s",%s}`, typ, stamp, typ, uuid(n), more)
}

// story files a report with everything around one value: names that were removed, a
// passage that waits, malware, sightings of another member.
func story(n *apptest.Node) (value string) {
	n.Helper()
	value = "owa.quota-alert.example"
	ind := "indicator--" + uuid("1")
	objects := []string{
		object("indicator", "1", `"name":"Lure","confidence":85,"pattern":"[domain-name:value = '`+value+`']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"`),
		object("report", "2", `"name":"Quota phish, 23 November","description":"On Monday 40 of our staff were asked for their passwords.\n\nThe mail came to jane.doe@harborbank.example, phone +1 415 555 0132. It led to `+value+` and then to 198.51.100.7. Otto Lang clicked.","published":"2026-11-01T08:00:00Z","object_refs":["`+ind+`"]`),
	}
	for i := range 9 {
		typ, verb := []string{"malware", "campaign", "infrastructure"}[i%3], []string{"indicates", "related-to", "communicates-with"}[i%3]
		extra := map[string]string{"malware": `,"is_family":true`}[typ]
		objects = append(objects, object(typ, fmt.Sprintf("a%d", i), fmt.Sprintf(`"name":"Harrow loader of the %dth kind"%s`, i, extra)),
			object("relationship", fmt.Sprintf("b%d", i), fmt.Sprintf(`"relationship_type":%q,"source_ref":%q,"target_ref":"%s--%s"`, verb, ind, typ, uuid(fmt.Sprintf("a%d", i)))))
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports?tlp=amber", apptest.Bundle(objects...))
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("f1", value), object("sighting", "f2", `"sighting_of_ref":"`+ind+`","count":3,"last_seen":"2026-11-24T08:00:00Z"`)))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("e1", "gone.example"), apptest.Indicator("e2", "stays.example")))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/recalls", `{"ref":"indicator--`+uuid("e1")+`","reason":"It was our own relay."}`)
	if err := n.App.Node().Exchange.CatchUp(n.Context()); err != nil {
		n.Fatal(err)
	}
	return value
}

// address asks for the page of a value by its plain form, and gives where it leads.
func address(n *apptest.Node, secret, value string) string {
	n.Helper()
	code, h, _ := n.Page(secret, "/i/"+url.PathEscape(value), nil)
	at := h.Get("Location")
	if code != 303 || !strings.HasPrefix(at, "/i/") || strings.Contains(at, ".") {
		n.Fatalf("%s leads to %d %q", value, code, at)
	}
	return at
}

// pagesOf are the pages of values in further states.
type pagesOf struct{ many, taken, expired string }

// many files a value of which everybody reports and to which 50 others are related, one
// that was taken back, and one whose time is over.
func many(n *apptest.Node) (at pagesOf) {
	n.Helper()
	const value = "hub.example"
	others := []string{"Lakeside Hospital", "Port City", "Harbor Bank"}
	for i := range 12 {
		name := others[i%3]
		n.Want(201, name, "POST", "/api/v1/reports", apptest.Bundle(object("indicator", fmt.Sprintf("d%d", i), `"pattern":"[domain-name:value = '`+value+`']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"`)))
	}
	var objects []string
	for i := range 50 {
		objects = append(objects, object("malware", fmt.Sprintf("d1%d", i), fmt.Sprintf(`"name":"Family%s %d","is_family":true`, strings.Repeat("unbroken", i%12), i)),
			object("relationship", fmt.Sprintf("d2%d", i), fmt.Sprintf(`"relationship_type":%q,"source_ref":"indicator--%s","target_ref":"malware--%s"`, []string{"indicates", "related-to"}[i%2], uuid("d2"), uuid(fmt.Sprintf("d1%d", i)))))
	}
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(objects...))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(object("indicator", "ee", `"pattern":"[domain-name:value = 'late.example']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z","valid_until":"2026-11-02T08:00:00Z"`)))
	if err := n.App.Node().Exchange.CatchUp(n.Context()); err != nil {
		n.Fatal(err)
	}
	x := n.App.Node().Exchange
	page := func(value string) string {
		t, _ := observable.Guess(value)
		return "/i/" + x.ThingID(t)
	}
	return pagesOf{page(value), page("gone.example"), page("late.example")}
}

func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital", "Port City")
	value := story(n)
	ana, bo := n.Person("Harbor Bank"), n.Person("Lakeside Hospital")
	at := address(n, ana, value)
	long := "http://long.example/" + strings.Repeat("path/", 300)
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(object("indicator", "c1", `"pattern":"[url:value = '`+long+`']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"`)))
	id := n.App.Node().Exchange.ThingID(thingOf(t, long))
	more := many(n)
	var checks []browser.Check
	for name, address := range map[string]string{
		"thing": at, "thing-graph": at + "?graph=1", "thing-long": "/i/" + id, "report": "/report/0", "report-relations": "/report/0?type=relationship", "report-recalled": "/report/2", "report-recall": "/report/3",
		"thing-many": more.many + "?graph=1", "thing-taken": more.taken, "thing-expired": more.expired,
		"receipt": "/receipt/0", "receipt-new": "/receipt/0?new=1", "receipt-recall": "/receipt/3?new=1", "receipt-repeat": "/receipt/0?repeat=1", "reports": "/reports", "recall": "/recall?ref=report-0", "recall-ask": "/recall",
	} {
		checks = append(checks, browser.Check{Name: name, URL: address, CookieName: "tocsin", Cookie: ana})
	}
	checks = append(checks, browser.Check{Name: "recall-error", URL: "/recall?ref=other.example", CookieName: "tocsin", Cookie: ana, Status: 422},
		browser.Check{Name: "thing-other", URL: at, CookieName: "tocsin", Cookie: bo}, browser.Check{Name: "report-other", URL: "/report/0", CookieName: "tocsin", Cookie: bo},
		browser.Check{Name: "reports-empty", URL: "/reports", CookieName: "tocsin", Cookie: n.Person("Port City")},
		browser.Check{Name: "thing-missing", URL: "/i/never.example", CookieName: "tocsin", Cookie: ana, Status: 404})
	b.Sweep(t, n.URL, checks)
}
