package stix

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// shared reads a file of the shared facts or data; elsewhere they are not there.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../shared/" + name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("it has to be here in CI: %v", err)
		}
		t.Skipf("skipped: %s is not here", name)
	}
	return b
}

func TestObservableIDVectors(t *testing.T) {
	var tables struct {
		Vectors []struct {
			Object jsontext.Value `json:"object"`
			ID     string         `json:"id"`
		} `json:"sco_id_vectors"`
		Objects map[string]struct {
			Family       string   `json:"family"`
			Contributing []string `json:"id_contributing"`
			Required     []string `json:"required"`
		} `json:"objects"`
	}
	if err := json.Unmarshal(shared(t, "facts/stix21-tables.json"), &tables); err != nil {
		t.Fatal(err)
	}
	if len(tables.Vectors) != 21 {
		t.Fatalf("%d vectors, want 21", len(tables.Vectors))
	}
	for _, v := range tables.Vectors {
		if got, ok := ObservableID(v.Object); !ok || got != v.ID {
			t.Errorf("%s\n got %s, %v\nwant %s", v.Object, got, ok, v.ID)
		}
	}
	// The tables of this package are those of the standard.
	for typ, o := range tables.Objects {
		if o.Family != "sco" {
			continue
		}
		if got := contributing[typ]; !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(o.Contributing))) {
			t.Errorf("%s: contributing %v, want %v", typ, got, o.Contributing)
		}
		if _, ok := observables[typ]; !ok {
			t.Errorf("%s is not known as an observable", typ)
		}
	}
	for typ := range contributing {
		if tables.Objects[typ].Family != "sco" {
			t.Errorf("%s is no observable of the standard", typ)
		}
	}
}

func TestObservableIDNone(t *testing.T) {
	for _, raw := range []string{`{"type":"process","pid":1}`, `{"type":"file","size":3}`, `{"type":"tool","name":"x"}`, `{"type":"x-own","value":"x"}`, `[]`, `{"type":7,"value":"x"}`, `{"type":`, ``} {
		if id, ok := ObservableID([]byte(raw)); ok {
			t.Errorf("%s: %s", raw, id)
		}
	}
}

// One hash counts, by the standard's order of preference; without one of those
// four, one that does not depend on how the object is written.
func TestObservableIDHashes(t *testing.T) {
	id := func(hashes string) string {
		got, ok := ObservableID([]byte(`{"type":"file","hashes":{` + hashes + `}}`))
		if !ok {
			t.Fatalf("none for %s", hashes)
		}
		return got
	}
	order := []string{`"MD5":"a"`, `"SHA-1":"b"`, `"SHA-256":"c"`, `"SHA-512":"d"`}
	for i, first := range order {
		for _, other := range append(slices.Clone(order[i+1:]), `"SSDEEP":"e"`) {
			if a, b := id(first), id(other+","+first); a != b {
				t.Errorf("%s beside %s counts: %s, %s", other, first, a, b)
			}
		}
	}
	if id(`"SSDEEP":"e","TLSH":"f"`) != id(`"TLSH":"f","SSDEEP":"e"`) || id(`"SSDEEP":"e"`) == id(`"TLSH":"f"`) {
		t.Error("hashes outside the order of preference are not told apart, or depend on how they are written")
	}
}

// TestObservableIDIsCanonical: neither the order of properties, nor white space, nor
// escapes, nor properties that don't contribute change an identifier.
func TestObservableIDIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, vendor := rapid.String().Draw(t, "name"), rapid.String().Draw(t, "vendor")
		plain := func(s string) string { b, _ := json.Marshal(s); return string(b) }
		escaped := func(s string) string {
			out := []byte{'"'}
			for _, r := range s {
				for _, u := range utf16.AppendRune(nil, r) {
					out = fmt.Appendf(out, `\u%04x`, u)
				}
			}
			return string(append(out, '"'))
		}
		a, okA := ObservableID(fmt.Appendf(nil, `{"type":"software","name":%s,"vendor":%s}`, plain(name), plain(vendor)))
		b, okB := ObservableID(fmt.Appendf(nil, "{ \"languages\" : [ 1 ],\n\"vendor\" : %s ,\t\"name\":%s,\"type\":\"software\"}", escaped(vendor), escaped(name)))
		if !okA || !okB || a != b {
			t.Fatalf("%q %q: %s %v, %s %v", name, vendor, a, okA, b, okB)
		}
		if typ, ok := CheckID(a); !ok || typ != "software" || a[len("software--")+14] != '5' {
			t.Fatalf("not a version 5 identifier: %s", a)
		}
		if name != vendor {
			if c, _ := ObservableID(fmt.Appendf(nil, `{"type":"software","name":%s,"vendor":%s}`, plain(vendor), plain(name))); c == a {
				t.Fatalf("%q and %q changed places and have the same identifier", name, vendor)
			}
		}
	})
}

func TestContributes(t *testing.T) {
	for _, c := range []struct {
		typ, property string
		want          bool
	}{{"url", "value", true}, {"file", "name", true}, {"file", "size", false}, {"process", "pid", false}, {"tool", "name", false}, {"email-message", "body", true}} {
		if got := Contributes(c.typ, c.property); got != c.want {
			t.Errorf("%s.%s: %v", c.typ, c.property, got)
		}
	}
}
