package pattern

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

// shared reads a file of the shared conformance cases; outside this project's
// machines they are not there.
func shared(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../../shared/data/patterns", name))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the conformance cases have to be here in CI: %v", err)
		}
		t.Skipf("skipped: the conformance cases of %s are not here", name)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func TestValidityCases(t *testing.T) {
	for _, name := range []string{"validity.json", "validity-2.json"} {
		t.Run(name, func(t *testing.T) {
			var file struct {
				Cases []struct {
					Pattern string
					Valid   bool
				}
			}
			shared(t, name, &file)
			if len(file.Cases) < 60 {
				t.Fatalf("only %d cases", len(file.Cases))
			}
			for _, c := range file.Cases {
				if err := Check(c.Pattern); (err == nil) != c.Valid {
					t.Errorf("%s: valid should be %v, got %v", c.Pattern, c.Valid, err)
				}
			}
		})
	}
}

func TestMatchingCases(t *testing.T) {
	for _, name := range []string{"matching.json", "matching-2.json"} {
		t.Run(name, func(t *testing.T) {
			var file struct {
				Observations map[string][]jsontext.Value
				Cases        []struct{ Pattern, Observations, Expect string }
			}
			shared(t, name, &file)
			if len(file.Cases) < 100 {
				t.Fatalf("only %d cases", len(file.Cases))
			}
			for _, c := range file.Cases {
				got := "no-match"
				found, err := Match(c.Pattern, file.Observations[c.Observations])
				if err != nil {
					got = "error"
					if k := fault.KindOf(err); k == fault.Internal {
						t.Errorf("%s: an error without a kind: %v", c.Pattern, err)
					}
				} else if found {
					got = "match"
				}
				if got != c.Expect {
					t.Errorf("%s on %s: got %s (%v), want %s", c.Pattern, c.Observations, got, err, c.Expect)
				}
			}
		})
	}
}
