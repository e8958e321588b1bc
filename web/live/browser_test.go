package live_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
	"tocsin/member"
)

// fill files what a day brings: kinds of all sorts, a recall, another's words.
func fill(n *apptest.Node) {
	n.Helper()
	group := func(id, domain, extra string) string {
		return strings.Replace(apptest.Indicator(id, domain), `"pattern_type"`, extra+`"pattern_type"`, 1)
	}
	for i := range 12 {
		n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(group(fmt.Sprintf("a%d", i), fmt.Sprintf("host%d.evil.example", i), `"indicator_types":["malicious-activity"],`)))
	}
	long := `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-00000000f001","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","pattern":"[file:hashes.'SHA-256' = '` + strings.Repeat("9f2c4be077d141ab", 4) + `']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"}`
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports?tlp=amber", apptest.Bundle(long))
	n.Want(201, "Harbor Bank", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("b1", "mine.example"),
		`{"type":"url","spec_version":"2.1","id":"url--00000000-0000-4000-8000-00000000f002","value":"http://very.long.example/`+strings.Repeat("path/", 40)+`"}`,
		`{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-00000000f003","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","name":"Harrow loader","is_family":true}`))
	n.Want(201, "Lakeside Hospital", "POST", "/api/v1/recalls", `{"ref":"indicator--00000000-0000-4000-8000-0000000000a7","reason":"a mistake"}`)
}

func TestInBrowser(t *testing.T) {
	b := browser.Start(t)
	empty, full := apptest.Start(t, "Harbor Bank"), apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	n := full
	fill(n)
	nobody, ana := empty.Person("Harbor Bank"), n.Person("Harbor Bank")
	b.Sweep(t, empty.URL, []browser.Check{{Name: "live-empty", URL: "/live", CookieName: "tocsin", Cookie: nobody}})
	b.Sweep(t, n.URL, []browser.Check{
		{Name: "live-full", URL: "/live", CookieName: "tocsin", Cookie: ana},
		{Name: "live-back", URL: "/live?show=back", CookieName: "tocsin", Cookie: ana},
	})
	_ = member.RoleReviewer
}
