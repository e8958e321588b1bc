package metrics_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

const bank = "Harbor Bank"

// TestMetrics: what an operator watches is there, moves, and names no key or path.
func TestMetrics(t *testing.T) {
	n := apptest.Start(t, bank)
	n.Add(member.NewMember{Name: "Audit Office", Role: member.RoleAuditor})
	n.AddKey(bank, true)
	for i := range 2 {
		n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i))))
	}
	n.Want(415, bank, "POST", "/api/v1/reports", "{")
	n.Do("", "GET", "/k/"+n.Keys[bank+" feed"]+"/feeds/domains.txt", "")
	text := n.Want(200, "Audit Office", "GET", "/metrics", "")
	for _, want := range []string{
		"tocsin_log_entries 2\n", "tocsin_held_passages 0\n", `tocsin_requests_total{route="POST /api/v1/reports",code="201"} 2`,
		`tocsin_requests_total{route="POST /api/v1/reports",code="415"} 1`, "tocsin_request_seconds_total{", "tocsin_uptime_seconds", "# TYPE tocsin_requests_total counter",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for name, key := range n.Keys {
		if strings.Contains(text, key) {
			t.Errorf("the key of %s is in the metrics", name)
		}
	}
	line := regexp.MustCompile(`^(#.*|[a-z_]+(\{route="[^"]*",code="\d+"\})? [0-9.e+]+)$`)
	for l := range strings.Lines(text) {
		if !line.MatchString(strings.TrimSuffix(l, "\n")) {
			t.Errorf("not a line of the format: %q", l)
		}
	}
}

func TestWhoReadsMetrics(t *testing.T) {
	n := apptest.Start(t, bank)
	n.Want(401, "", "GET", "/metrics", "")
	n.Want(403, bank, "GET", "/metrics", "")
	n.Want(200, apptest.Operator, "GET", "/metrics", "")
}

func TestHealth(t *testing.T) {
	n := apptest.Start(t)
	n.Want(200, "", "GET", "/healthz", "")
	n.Want(200, "", "GET", "/readyz", "")
	if err := n.App.Node().DB.Close(); err != nil {
		t.Fatal(err)
	}
	n.Want(200, "", "GET", "/healthz", "")
	n.Want(503, "", "GET", "/readyz", "")
}
