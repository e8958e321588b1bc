package validate

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestSuite(t *testing.T) {
	const name = "../../../shared/data/stix-validity/cases.json"
	b, err := os.ReadFile(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the conformance cases have to be here in CI: %v", err)
		}
		t.Skip("skipped: the conformance cases of stix-validity are not here")
	}
	var file struct {
		Cases []struct {
			Accept   bool `json:"must_accept"`
			Clean    bool `json:"no_should_warnings"`
			Why      []string
			Instance jsontext.Value
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	for i, c := range file.Cases {
		var errors, warnings []Finding
		for _, r := range File(c.Instance) {
			errors = append(errors, r.Errors...)
			warnings = append(warnings, r.Warnings...)
		}
		if c.Accept != (len(errors) == 0) {
			t.Errorf("case %d: accepted should be %v: %v %.300s", i, c.Accept, errors, c.Why)
		}
		if c.Clean && len(warnings) > 0 {
			t.Errorf("case %d: warnings %v", i, warnings)
		}
	}
}
