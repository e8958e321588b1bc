package find_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
)

func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	var objects []string
	for i := range 60 {
		objects = append(objects, indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("host%d.quota-alert.test", i), "Quota lure "+strings.Repeat("of the long kind ", i%12)))
	}
	ind := "indicator--00000000-0000-4000-8000-000000000001"
	objects = append(objects,
		`{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-00000000aaaa","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Quota phish of the autumn","description":"It came from host0[.]quota-alert[.]test and asked for passwords.","published":"2026-11-01T08:00:00Z","object_refs":["`+ind+`"]}`,
		`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-00000000bbbb","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Quota loader","is_family":true}`,
		`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-00000000cccc","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Quota page","pattern":"[url:value = 'http://quota.test/`+strings.Repeat("path/", 60)+`']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"}`)
	w := newWorld(t, objects...)
	w.Want(201, hospital, "POST", "/api/v1/reports", apptest.Bundle(indicator("f1", "host0.quota-alert.test", "Seen here"),
		`{"type":"sighting","spec_version":"2.1","id":"sighting--00000000-0000-4000-8000-00000000dddd","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","sighting_of_ref":"`+ind+`"}`))
	w.until("q=passwords", "1 report")
	var list []string
	for i := range 40 {
		list = append(list, fmt.Sprintf("host%d.quota-alert.test", 7*i))
	}
	w.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(
		indicator("f2", "mistake.quota-alert.test", "A mistake"),
		`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-00000000eeee","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"unbroken`+strings.Repeat("Name", 30)+`","description":"unbroken `+strings.Repeat("text", 200)+`","is_family":true}`,
		`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-00000000eeef","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"unbroken","is_family":true}`,
		`{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-00000000eeee","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"unbroken"}`))
	w.Want(201, bank, "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-0000000000f2","reason":"a mistake"}`)
	w.until("q=unbroken", "1 tool")
	list = append(list, "mistake.quota-alert.test", "9.9.9.9", "not a value", strings.Repeat("0123456789abcdef", 4))
	many := slices.Clone(list)
	for i := range 200 {
		many = append(many, fmt.Sprintf("http://h%d.quota-alert.test/%s", i, strings.Repeat("p", 60)))
	}
	at := func(pairs ...string) string {
		q := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		return "/search?" + q.Encode()
	}
	var checks []browser.Check
	for name, address := range map[string]string{
		"search-empty": "/search", "search-nothing": at("q", "never.heard.test"), "search-value": at("q", "host0.quota-alert.test"), "search-words": at("q", "quota"),
		"search-list": at("q", strings.Join(list, "\n")), "search-filtered": at("q", "quota", "type", "note"), "search-receipt": at("q", "0"),
		"search-long": at("q", "unbroken"), "search-open": at("q", "quota", "type", "indicator", "from", "2026-01-01"), "search-badfilters": at("q", "quota", "type", "x", "state", "y", "in", "z", "from", "soon", "to", "later"),
		"search-question": at("q", strings.Repeat("question", 250)), "search-taken": at("q", "mistake.quota-alert.test"), "search-200": at("q", strings.Join(many, "\n")),
	} {
		c := browser.Check{Name: name, URL: address, CookieName: "tocsin", Cookie: w.ana}
		if slices.Contains([]string{"search-badfilters", "search-question"}, name) {
			c.Status = 422
		}
		checks = append(checks, c)
	}
	b.Sweep(t, w.URL, checks)
}
