package exchange_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/member"
)

// TestAttack: a publisher's 24,771 objects are kept and served byte for byte.
func TestAttack(t *testing.T) {
	if testing.Short() {
		t.Skip("34 MB are too much under the race detector")
	}
	path := shared(t, "attack/enterprise-attack.json.gz")
	want := map[string]string{}
	r := open(t, path)
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	var b struct{ Objects []json.RawMessage }
	if err := json.NewDecoder(z).Decode(&b); err != nil {
		t.Fatal(err)
	}
	for _, o := range b.Objects {
		want[property(t, string(o), "id")] = string(o)
	}
	n := newNode(t)
	if _, err := n.x.Members().AddMember(t.Context(), member.NewMember{Name: "Knowledge Base", Publisher: true}); err != nil {
		t.Fatal(err)
	}
	s, err := n.x.Members().Session(t.Context(), "Knowledge Base")
	if err != nil {
		t.Fatal(err)
	}
	f, err := n.x.Accept(t.Context(), s, open(t, path), exchange.Options{})
	if err != nil || len(f.Failures) > 0 {
		t.Fatalf("%v, %d failures: %+v", err, len(f.Failures), f.Failures[:min(3, len(f.Failures))])
	}
	n.holds(f.Receipt)
	got := map[string]string{}
	for _, a := range s.Audiences {
		maps.Copy(got, n.sees(s, a))
	}
	same := 0
	for id, raw := range want {
		if got[id] == raw {
			same++
		}
	}
	t.Logf("%d of %d objects served byte for byte, in %d entries", same, len(want), len(f.Parts))
	if same != len(want) || len(want) != 24771 {
		t.Errorf("%d of %d are the same; want 24771 of 24771", same, len(want))
	}
	n.clean()
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestRealFiles: each real file gives a receipt that verifies, nobody else's
// node sees a mailbox of the people in it that the files name as creators, and
// the log is clean afterwards.
func TestRealFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("the real files are too much under the race detector")
	}
	n := newNode(t)
	total := 0
	for _, folder := range []string{"stix", "misp/events", "reports", "feeds"} {
		names, err := filepath.Glob(filepath.Join(shared(t, folder), "*"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(names), err)
		}
		for _, name := range names {
			if base := filepath.Base(name); base == "README.md" || base == "NOTES.md" || base == "LABELS.md" {
				continue
			}
			t.Run(folder+"/"+filepath.Base(name), func(t *testing.T) {
				f, err := n.x.Accept(t.Context(), n.bank, open(t, name), exchange.Options{Name: filepath.Base(name)})
				if err != nil {
					if !refusedByName(folder, &f) {
						t.Errorf("%v", err)
					}
					return
				}
				n.holds(f.Receipt)
				total += len(f.Objects)
				t.Logf("%d objects, %d removed, %d held, %d failures", len(f.Objects), len(f.Removed), len(f.Held), len(f.Failures))
				for _, p := range f.Failures {
					if p.Place == "" || p.Detail == "" {
						t.Errorf("a failure without a place or a reason: %+v", p)
					}
				}
			})
		}
	}
	t.Logf("%d objects in all", total)
	for _, name := range []string{"event_creator_email", "@eset"} {
		for id, raw := range n.sees(n.hospital, member.AudienceGreen) {
			if strings.Contains(raw, name) {
				t.Errorf("%s has %q in it", id, name)
			}
		}
	}
	n.clean()
}

// refusedByName: a file of which every object breaks a rule is refused with the
// place and reason of each.
func refusedByName(folder string, f *exchange.Filed) bool {
	if folder != "stix" || len(f.Failures) == 0 {
		return false
	}
	for _, p := range f.Failures {
		if p.Place == "" || p.Detail == "" {
			return false
		}
	}
	return true
}

// TestExtractionCases: what must be removed from the extraction cases is in no
// object that others see.
func TestExtractionCases(t *testing.T) {
	b, err := os.ReadFile(shared(t, "extraction/cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases struct {
		Cases []struct {
			Text   string
			Expect []struct{ Type, Value string }
		}
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	n := newNode(t)
	leaked, personal := 0, 0
	for i, c := range cases.Cases {
		f, err := n.x.Accept(t.Context(), n.bank, strings.NewReader(c.Text), exchange.Options{Format: "text", Name: fmt.Sprintf("case %d.txt", i)})
		if err != nil {
			continue // nothing in it to share
		}
		for _, e := range c.Expect {
			if !strings.HasPrefix(e.Type, "personal:") {
				continue
			}
			personal++
			for _, o := range f.Objects {
				if strings.Contains(string(o.Raw), e.Value) {
					leaked++
					t.Logf("case %d: %s stands in %s", i, e.Type, o.ID)
				}
			}
		}
	}
	t.Logf("%d of %d personal items left in", leaked, personal)
	if personal == 0 {
		t.Error("no case has personal items; the file has another form")
	}
	if leaked*10 > personal {
		t.Errorf("%d of %d personal items were published", leaked, personal)
	}
	n.clean()
}
