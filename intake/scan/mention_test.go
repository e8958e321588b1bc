package scan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/intake"
	"tocsin/intake/scan/draft"
)

// told gives the objects that Mention makes of texts, one after another: patterns
// of indicators, and the names of the others behind their type.
func told(t *testing.T, texts ...string) (out []string) {
	t.Helper()
	n := 0
	m := draft.New(intake.Options{Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), CreatedBy: "identity--0f3a7c1e-7f0a-4c6b-9c62-5f6f4d1b9a01", NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}})
	for _, s := range texts {
		Mention(m, s)
	}
	if err := m.Report(draft.Report{}); err != nil {
		t.Fatal(err)
	}
	for _, it := range m.Batch(intake.Text, nil).Items[1:] {
		var o struct {
			Type, Pattern, Name, Value string
			Kind                       string `json:"relationship_type"`
		}
		if err := json.Unmarshal(it.Raw, &o); err != nil {
			t.Fatal(err)
		}
		switch {
		case o.Pattern != "" && o.Name != "":
			out = append(out, it.Place+": "+o.Pattern)
		case o.Kind != "":
			out = append(out, it.Place+": "+o.Kind)
		default:
			out = append(out, it.Place+": "+o.Type+" "+o.Name+o.Value)
		}
	}
	return out
}

// TestMentionsOfLines holds what a line of a text becomes.
func TestMentionsOfLines(t *testing.T) {
	const md5P, sha256P = "file:hashes.MD5 = '" + md5A + "'", "file:hashes.'SHA-256' = '" + sha256A + "'"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"two hosts":                 {"evil.example\nbad.example", []string{"line 1: [domain-name:value = 'evil.example']", "line 2: [domain-name:value = 'bad.example']"}},
		"one host twice":            {"evil.example and evil[.]example\nevil.example", []string{"line 1: [domain-name:value = 'evil.example']"}},
		"hashes of one file":        {"a.exe " + md5A + " " + sha256A, []string{"line 1: [" + md5P + " OR " + sha256P + "]"}},
		"hashes of two files":       {md5A + " " + md5B, []string{"line 1: [" + md5P + "]", "line 1: [file:hashes.MD5 = '" + md5B + "']"}},
		"one hash twice":            {md5A + " " + md5A + " " + sha256A, []string{"line 1: [" + md5P + " OR " + sha256P + "]"}},
		"hashes on two lines":       {md5A + " x\n" + sha256A + " y", []string{"line 1: [" + md5P + "]", "line 2: [" + sha256P + "]"}},
		"imphash stands alone":      {"imphash " + md5A + " sha256 " + sha256A, []string{"line 1: [" + sha256P + "]", "line 1: [file:extensions.'windows-pebinary-ext'.imphash = '" + md5A + "']"}},
		"host and address":          {"evil.example 203.0.113.5", []string{"line 1: [domain-name:value = 'evil.example']", "line 1: [ipv4-addr:value = '203.0.113.5']", "line 1: domain-name evil.example", "line 1: ipv4-addr 203.0.113.5", "line 1: resolves-to"}},
		"host and two addresses":    {"evil.example 203.0.113.5 203.0.113.6", []string{"line 1: [domain-name:value = 'evil.example']", "line 1: [ipv4-addr:value = '203.0.113.5']", "line 1: [ipv4-addr:value = '203.0.113.6']"}},
		"host and address on lines": {"evil.example\n203.0.113.5", []string{"line 1: [domain-name:value = 'evil.example']", "line 2: [ipv4-addr:value = '203.0.113.5']"}},
		"technique":                 {"evil.example T1071", []string{"line 1: [domain-name:value = 'evil.example']", "line 1: attack-pattern T1071", "line 1: indicates"}},
		"two techniques":            {"evil.example T1071 T1105", []string{"line 1: [domain-name:value = 'evil.example']", "line 1: attack-pattern T1071", "line 1: attack-pattern T1105"}},
		"context":                   {"sent to jane@bank.example\nsetup.exe", nil},
		"file behind hash":          {md5A + "  evil.exe", []string{"line 1: [" + md5P + "]"}},
		"private":                   {"10.0.0.1 and 192.168.3.4", nil},
		"folded hash":               {"x\nSHA256 " + sha256A[:40] + "\n" + sha256A[40:], []string{"line 2: [" + sha256P + "]"}},
		"lines of dos":              {"x\r\nevil.example\r\n", []string{"line 2: [domain-name:value = 'evil.example']"}},
	} {
		if got := told(t, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// TestMentionsOfTwoTexts holds that lines of one number in two texts are two lines.
func TestMentionsOfTwoTexts(t *testing.T) {
	if got := told(t, "evil.example", "203.0.113.5"); strings.Contains(strings.Join(got, " "), "resolves-to") {
		t.Errorf("what stands in two texts was put together: %q", got)
	}
	got := told(t, "x\ny\nevil.example", "evil-two.example is 203.0.113.5")
	if n := strings.Count(strings.Join(got, " "), "resolves-to"); n != 1 {
		t.Errorf("%d relations in %q; want one, of the second text", n, got)
	}
	if got := told(t, "evil.example T1071", "bad.example T1105"); strings.Count(strings.Join(got, " "), "indicates") != 2 {
		t.Errorf("each text has its technique: %q", got)
	}
}

// TestNamesOfFiles holds that an indicator of hashes bears the file's name.
func TestNamesOfFiles(t *testing.T) {
	for text, want := range map[string]string{"evil.exe " + md5A: "evil.exe", md5A + "  evil.exe": "evil.exe", md5A: md5A, "evil.exe\n" + md5A: md5A} {
		m := draft.New(intake.Options{NewID: func(typ string) string { return typ + "--00000000-0000-4000-8000-000000000001" }})
		Mention(m, text)
		if err := m.Report(draft.Report{}); err != nil {
			t.Fatal(err)
		}
		items := m.Batch(intake.Text, nil).Items
		var o struct{ Name string }
		if err := json.Unmarshal(items[1].Raw, &o); err != nil || o.Name != want {
			t.Errorf("%q: the indicator is called %q, %v; want %q", text, o.Name, err, want)
		}
	}
}
