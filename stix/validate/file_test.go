package validate

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/stix"
)

func TestFileForms(t *testing.T) {
	one := `{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"a"}`
	bundle := func(more string) string {
		return `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000b"` + more + `}`
	}
	for _, c := range []struct {
		name, raw string
		valid     []bool
		says      string // of the first fault
	}{
		{"an object", one, []bool{true}, ""},
		{"white space around it", "\n " + one + "\n", []bool{true}, ""},
		{"a bundle", bundle(`,"objects":[` + one + `,` + one + `]`), []bool{true, true, true}, ""},
		{"a bundle with a bad object", bundle(`,"objects":[` + one + `,{}]`), []bool{true, true, false}, "type"},
		{"a bundle without objects", bundle(""), []bool{true}, ""},
		{"an empty bundle", bundle(`,"objects":[]`), []bool{false}, "at least one"},
		{"a bundle of STIX 2.0", bundle(`,"spec_version":"2.0"`), []bool{true}, ""},
		{"a bundle in a list", `[` + bundle("") + `]`, []bool{true}, ""},
		{"a list", `[` + one + `,7]`, []bool{true, false}, "JSON object"},
		{"an empty list", `[]`, nil, ""},
		{"nothing", ``, []bool{false}, "too early"},
		{"half an object", one[:50], []bool{false}, "too early"},
		{"no JSON", `hello`, []bool{false}, "not valid JSON"},
		{"a name twice", `{"type":"tool","type":"tool"}`, []bool{false}, "twice"},
		{"bad UTF-8", "{\"type\":\"to\xffol\"}", []bool{false}, "UTF-8"},
		{"a number", `7`, []bool{false}, "JSON object"},
		{"a null inside", strings.Replace(one, `"a"`, `null`, 1), []bool{false}, "name"},
		{"what only the gate refuses", strings.Replace(one, `"a"`, `"a","x_deep":`+strings.Repeat("[", 70)+"1"+strings.Repeat("]", 70), 1), []bool{false}, "nesting"},
	} {
		got := File([]byte(c.raw))
		ok := len(got) == len(c.valid)
		first := ""
		for i, r := range got {
			ok = ok && r.Valid == c.valid[i]
			if first == "" && len(r.Errors) > 0 {
				first = r.Errors[0].Path + " " + r.Errors[0].Message
			}
		}
		if !ok || !strings.Contains(first, c.says) {
			t.Errorf("%s: got %+v", c.name, got)
		}
	}
}

// The JSON of a result is a contract: empty lists, not null.
func TestResultJSON(t *testing.T) {
	for _, raw := range []string{`7`, `{"type":"ipv4-addr","id":"ipv4-addr--00000000-0000-5000-8000-000000000001","value":"192.0.2.1"}`} {
		b, err := json.Marshal(File([]byte(raw))[0])
		if err != nil || strings.Contains(string(b), "null") {
			t.Errorf("%s gives %s (%v)", raw, b, err)
		}
	}
	b, err := json.Marshal(Result{ID: "a", Type: "b", Errors: []Finding{{Path: "p", Message: "m"}}, Warnings: []Finding{}})
	if want := `{"id":"a","type":"b","valid":false,"errors":[{"path":"p","message":"m"}],"warnings":[]}`; err != nil || string(b) != want {
		t.Errorf("got %s, want %s", b, want)
	}
}

// TestRealFiles: what was published is valid, or named for the rule that it breaks.
func TestRealFiles(t *testing.T) {
	names, err := filepath.Glob("../../../shared/data/stix/*.json")
	if err != nil || len(names) == 0 {
		missing(t, "the files of shared/data/stix")
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range File(raw) {
			if strings.HasSuffix(name, ".stix20.json") {
				if r.Type != "bundle" && r.Type != "marking-definition" && !finds(r.Errors, "spec_version", "is missing") {
					t.Errorf("%s: %s is STIX 2.0, but got %+v", filepath.Base(name), r.ID, r)
				}
				continue
			}
			if !r.Valid {
				t.Errorf("%s: %+v", filepath.Base(name), r)
			}
		}
	}
}

// TestAttack: all of ATT&CK is valid, and its own properties are the only complaint.
func TestAttack(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: ATT&CK takes seconds")
	}
	f, err := os.Open("../../../shared/data/attack/enterprise-attack.json.gz")
	if err != nil {
		missing(t, "ATT&CK")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	got := File(raw)
	if len(got) != 24_772 {
		t.Errorf("%d results, want one for the bundle and 24,771", len(got))
	}
	for _, r := range got {
		if !r.Valid {
			t.Errorf("%+v", r)
		}
	}
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s have to be here in CI", what)
	}
	t.Skipf("skipped: %s are not here", what)
}

func FuzzFile(f *testing.F) {
	for typ := range examples {
		f.Add([]byte(`{"type":"` + typ + `","spec_version":"2.1","id":"` + typ + `--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-02T00:00:00.000Z",` + examples[typ] + `}`))
	}
	f.Add([]byte(`[{"type":"bundle","objects":[{}]}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, r := range File(raw) {
			if r.Valid != (len(r.Errors) == 0) {
				t.Fatalf("valid %v with %d errors", r.Valid, len(r.Errors))
			}
			if _, err := stix.Parse(raw, stix.Limits{}); r.Valid && err != nil && r.Type != "bundle" && raw[0] == '{' && !strings.Contains(string(raw), `"bundle"`) {
				t.Fatalf("valid here, but intake says %v", err)
			}
		}
	})
}
