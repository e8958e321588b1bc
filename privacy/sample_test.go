package privacy

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"tocsin/stix"
)

// labelled is one item of the labelled sample; offsets count code points.
type labelled struct {
	ID, Kind, Text string
	Spans          []struct {
		Start, End    int
		Type, Verdict string
	}
}

// The labelled sample, judged as the scorer judges it but simpler: which removed
// values survive as they stand, and which kept ones are damaged. The bounds are
// looser than the figures of docs/accuracy-privacy.md, so that a detector may lose
// an item for the sake of others; the marked texts of these tests are the work.
func TestLabelledSample(t *testing.T) {
	raw, err := os.ReadFile("../../shared/data/pii-sample/sample.jsonl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("the labelled sample is missing")
		}
		t.Skip("the shared data is not here: the labelled sample is skipped")
	}
	g := New()
	var remove, leaked, keep, damaged int
	for line := range strings.Lines(string(raw)) {
		var it labelled
		if err := json.Unmarshal([]byte(line), &it); err != nil {
			t.Fatal(err)
		}
		var out string
		if it.Kind == "stix" {
			_, edits := g.JSON([]byte(it.Text))
			out = string(stix.Splice([]byte(it.Text), edits))
			if !json.Valid([]byte(out)) {
				t.Errorf("%s: no JSON any more: %s", it.ID, out)
			}
		} else {
			out = Scrub(it.Text, g.Text(it.Text))
		}
		runes := []rune(it.Text)
		for _, s := range it.Spans {
			v := string(runes[s.Start:s.End])
			switch s.Verdict {
			case "remove":
				remove++
				if strings.Count(out, v) >= strings.Count(it.Text, v) {
					leaked++
					t.Logf("%s: %s of type %s went out", it.ID, v, s.Type)
				}
			case "keep":
				keep++
				if !strings.Contains(out, v) {
					damaged++
					t.Logf("%s: %s of type %s is gone", it.ID, v, s.Type)
				}
			}
		}
	}
	t.Logf("%d of %d values leaked, %d of %d kept values damaged", leaked, remove, damaged, keep)
	if remove < 50 || keep < 50 || leaked*50 > remove || damaged*50 > keep {
		t.Error("more than one in fifty leaked or was damaged")
	}
}

// Published reports of indicators have nobody in them: what the gate takes out of
// them is a mistake, and blocks nobody's attack any more.
func TestReportsOfIndicators(t *testing.T) {
	g := New()
	for _, name := range []string{"2020-08-21-TA551-IcedID.txt", "bazarcall-appendix-a.txt", "cosmicbeetle.adoc", "famoussparrow.adoc", "gamaredon-2022-06.txt", "grandoreiro.adoc", "mozi-botnet.adoc", "skimmer-cards.txt"} {
		raw, err := os.ReadFile("../../shared/data/reports/" + name)
		if err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal("the reports are missing")
			}
			t.Skip("the shared data is not here: published reports are skipped")
		}
		for _, sp := range g.Text(string(raw)) {
			if sp.Verdict != Keep {
				t.Errorf("%s: %s %s (%s): %q", name, sp.Verdict, sp.Type, sp.Reason, raw[sp.Start:sp.End])
			}
		}
	}
}

// The personal values of the extraction cases are found, each with its kind.
func TestExtractionCases(t *testing.T) {
	g := New()
	for text, want := range map[string]string{
		"Card 4111 1111 1111 1111 sold for $5": "payment_card", "SSN 078-05-1120 leaked": "national_id", "Call +1 (202) 555-0143 now": "phone",
		"IBAN GB82 WEST 1234 5698 7654 32": "bank_account", "Victim jane.doe@bank.example clicked http://bad.example/p": "email",
		"born 1984-03-07, passport 123456789": "date_of_birth national_id", `Dropped to C:\Users\jsmith\AppData\Roaming\x.exe`: "username",
	} {
		var got []string
		for _, sp := range g.Text(text) {
			got = append(got, sp.Type)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: found %q, want %q", text, s, want)
		}
	}
}

func TestPolicyHash(t *testing.T) {
	a, b := New(), New()
	if a.PolicyHash() != b.PolicyHash() || a.PolicyHash() == [32]byte{} {
		t.Error("the policy's hash isn't stable")
	}
}
