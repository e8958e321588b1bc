package eml_test

import (
	"os"
	"strings"
	"testing"

	"tocsin/intake/eml"
)

// TestDemoMail holds what the mail of the demonstration gives: what the phish
// names, what the analyst found, and the host that imitates the bank.
func TestDemoMail(t *testing.T) {
	raw, err := os.ReadFile("../../cli/demo/report.eml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := eml.Read(raw, options())
	if err != nil {
		t.Fatal(err)
	}
	wantThings(t, b,
		"url https://login-harborbank.example/payroll/verify?u=jonas.brandt@harborbank.example",
		"email payroll@login-harborbank.example", "email helpdesk@tinbell-update.example", "ipv4 198.51.100.23", "domain login-harborbank.example",
		"ipv4 203.0.113.77", "domain c2.tinbell-update.example", "sha256 4f2d0c1b7a9e8d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a392817060504")
	for _, it := range b.Items {
		if s := string(it.Raw); strings.Contains(s, `"type":"indicator"`) && (strings.Contains(s, "marta") || strings.Contains(s, "soc@")) {
			t.Errorf("the people of the note are in an indicator: %s", s)
		}
	}
}
