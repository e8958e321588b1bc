package stix_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/stix"
	"tocsin/stix/validate"
)

var later = time.Date(2026, 11, 24, 8, 15, 0, 123_000_000, time.UTC)

func TestWithChangesOneProperty(t *testing.T) {
	raw := []byte("{ \"x\":{\"id\":\"inner\",\"modified\":\"inner\"},\t\"id\" :\"old\", \"modified\" : \"2026-01-01T00:00:00.000Z\" ,\"n\":1.50}")
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"version", stix.WithVersion(raw, later), strings.Replace(string(raw), `"2026-01-01T00:00:00.000Z"`, `"2026-11-24T08:15:00.123Z"`, 1)},
		{"id", stix.WithID(raw, "new"), strings.Replace(string(raw), `"old"`, `"new"`, 1)},
		{"creator, which was not there", stix.WithCreator(raw, "identity--1"), strings.Replace(string(raw), `"old"`, `"old","created_by_ref":"identity--1"`, 1)},
		{"a name written with escapes", stix.WithID([]byte(`{"i\u0064":"old"}`), "new"), `{"i\u0064":"new"}`},
		{"no id to stand behind", stix.WithCreator([]byte(`{"a":1}`), "x"), `{"a":1}`},
	} {
		if string(c.got) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, c.got, c.want)
		}
	}
	if twice := stix.WithVersion(stix.WithVersion(raw, later), later); !bytes.Equal(twice, stix.WithVersion(raw, later)) {
		t.Error("the same change twice is another one")
	}
}

// versioned are objects of every type that has versions; the texts in them must
// not survive a revocation.
var versioned = map[string]string{
	"attack-pattern": `"name":"SECRET","description":"SECRET"`, "campaign": `"name":"SECRET","objective":"SECRET"`, "course-of-action": `"name":"SECRET"`,
	"grouping": `"name":"SECRET","context":"suspicious-activity","object_refs":["tool--00000000-0000-4000-8000-000000000001"]`, "identity": `"name":"SECRET","contact_information":"SECRET"`,
	"incident": `"name":"SECRET"`, "indicator": `"name":"SECRET","pattern":"[email-addr:value = 'SECRET']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2026-02-01T00:00:00Z"`,
	"infrastructure": `"name":"SECRET"`, "intrusion-set": `"name":"SECRET","aliases":["SECRET"]`, "location": `"latitude":1.5,"longitude":2.5,"street_address":"SECRET"`,
	"malware": `"name":"SECRET","is_family":false`, "malware-analysis": `"product":"SECRET","result":"malicious"`, "note": `"content":"SECRET","authors":["SECRET"],"object_refs":["tool--00000000-0000-4000-8000-000000000001"]`,
	"observed-data": `"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"email-addr","value":"SECRET"}}`,
	"opinion":       `"opinion":"agree","explanation":"SECRET","object_refs":["tool--00000000-0000-4000-8000-000000000001"]`, "report": `"name":"SECRET","published":"2026-01-01T00:00:00Z","object_refs":["tool--00000000-0000-4000-8000-000000000001"]`,
	"threat-actor": `"name":"SECRET"`, "tool": `"name":"SECRET"`, "vulnerability": `"name":"SECRET"`,
	"relationship":         `"relationship_type":"uses","description":"SECRET","source_ref":"malware--00000000-0000-4000-8000-000000000001","target_ref":"tool--00000000-0000-4000-8000-000000000001"`,
	"sighting":             `"sighting_of_ref":"tool--00000000-0000-4000-8000-000000000001","description":"SECRET"`,
	"language-content":     `"object_ref":"tool--00000000-0000-4000-8000-000000000001","contents":{"de":{"name":"SECRET"}}`,
	"extension-definition": `"created_by_ref":"identity--00000000-0000-4000-8000-000000000001","name":"SECRET","description":"SECRET","schema":"SECRET","version":"SECRET","extension_types":["property-extension"]`,
	"x-own":                `"name":"SECRET"`,
}

// alternatives are other ways to fill a type's requirements.
var alternatives = [][2]string{
	{"location", `"country":"FR"`}, {"location", `"region":"africa","country":"FR"`}, {"malware-analysis", `"product":"SECRET","analysis_sco_refs":["file--00000000-0000-5000-8000-000000000001"]`},
	{"observed-data", `"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1,"object_refs":["file--00000000-0000-5000-8000-000000000001"]`},
	{"indicator", `"pattern":"alert SECRET","pattern_type":"suricata","valid_from":"2026-01-01T00:00:00Z"`}, {"malware", `"is_family":false`},
}

// TestRevocation: of every type, valid for intake and for the full check, later,
// revoked, and without a word of what it takes back.
func TestRevocation(t *testing.T) {
	cases := alternatives
	for typ, properties := range versioned {
		cases = append(cases, [2]string{typ, properties})
	}
	for _, c := range cases {
		typ := c[0]
		raw := fmt.Appendf(nil, `{"type":%q,"spec_version":"2.1","id":"%s--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",
			"object_marking_refs":[%q],"x_own":"SECRET",%s}`, typ, typ, stix.Amber.MarkingID(), c[1])
		o, err := stix.Parse(raw, stix.Limits{})
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		out := stix.Revocation(&o, later)
		r, err := stix.Parse(out, stix.Limits{})
		if err != nil {
			t.Errorf("intake refuses the revocation of %s: %v\n%s", c, err, out)
			continue
		}
		if !r.Revoked || r.ID != o.ID || r.Created != o.Created || r.Modified != stix.FormatTime(later) || len(r.Markings) != 1 {
			t.Errorf("%s: %s", typ, out)
		}
		if v := validate.Object(out); !v.Valid {
			t.Errorf("the revocation of %s is not valid: %+v\n%s", c, v.Errors, out)
		}
		if bytes.Contains(out, []byte("SECRET")) {
			t.Errorf("the revocation of %s still says what it takes back: %s", typ, out)
		}
	}
}

// TestRealObjects: what really was published is read whole, keeps its bytes, and
// can be revoked; what breaks a rule is refused by name.
func TestRealObjects(t *testing.T) {
	names, _ := filepath.Glob("../../shared/data/stix/*.json") // the pattern is right
	if len(names) == 0 {
		missing(t)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		old := strings.HasSuffix(name, ".stix20.json")
		for _, o := range objectsOf(t, raw) {
			got, err := stix.Parse(o, stix.Limits{})
			if old {
				if err != nil && fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.Unsupported {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v\n%.200s", filepath.Base(name), err, o)
				continue
			}
			real(t, &got, o)
		}
	}
}

func TestAttack(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: ATT&CK takes seconds")
	}
	f, err := os.Open("../../shared/data/attack/enterprise-attack.json.gz")
	if err != nil {
		missing(t)
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
	n := 0
	for _, o := range objectsOf(t, raw) {
		got, err := stix.Parse(o, stix.Limits{})
		if err != nil {
			t.Fatalf("%v\n%.300s", err, o)
		}
		n++
		real(t, &got, o)
	}
	if n != 24_771 {
		t.Errorf("%d objects, want 24,771", n)
	}
}

// real holds one read object to what the spine relies on.
func real(t *testing.T, o *stix.Object, raw []byte) {
	t.Helper()
	if !bytes.Equal(o.Raw, raw) {
		t.Errorf("%s: its bytes changed", o.ID)
	}
	for _, r := range stix.References(raw) {
		if string(raw[r.Start:r.End]) != `"`+r.ID+`"` {
			t.Errorf("%s: reference %s is not at its place", o.ID, r.Path)
		}
	}
	if o.Family == stix.SCO || o.Type == "marking-definition" {
		return
	}
	if _, err := stix.Parse(stix.Revocation(o, later), stix.Limits{}); err != nil {
		t.Errorf("%s: its revocation is refused: %v", o.ID, err)
	}
}

func objectsOf(t *testing.T, raw []byte) []jsontext.Value {
	t.Helper()
	var b struct {
		Objects []jsontext.Value `json:"objects"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	return b.Objects
}

func missing(t *testing.T) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("the real files of shared/data have to be here in CI")
	}
	t.Skip("skipped: the real files of shared/data are not here")
}
