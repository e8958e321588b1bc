package bundle

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/intake"
)

// shared gives the real files; they are not part of the repository.
func shared(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob("../../../shared/data/" + pattern)
	if err != nil || len(files) == 0 {
		if os.Getenv("CI") != "" {
			t.Fatalf("the real files %s are not there", pattern)
		}
		t.Skipf("skipped: the real files %s are not there", pattern)
	}
	return files
}

func load(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// objectsOf counts and cuts a bundle with another parser.
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

// Every object of the published examples is taken; those of 2.1 as they are.
func TestRealBundles(t *testing.T) {
	for _, name := range shared(t, "stix/*.json") {
		raw := load(t, name)
		want := objectsOf(t, raw)
		b, err := Read(raw, intake.Options{})
		if err != nil || len(b.Problems) > 0 || len(b.Items) != len(want) || !bytes.Equal(b.Input, raw) {
			t.Errorf("%s: %d of %d objects, %v, %v", filepath.Base(name), len(b.Items), len(want), b.Problems, err)
			continue
		}
		v20 := strings.HasSuffix(name, ".stix20.json")
		for i, it := range b.Items {
			if it.Made != v20 || !v20 && !bytes.Equal(it.Raw, want[i]) {
				t.Errorf("%s: %s made %v", filepath.Base(name), it.Place, it.Made)
			}
		}
	}
}

// ATT&CK comes through in parts, byte for byte.
func TestRealATTACK(t *testing.T) {
	raw, err := gzip.NewReader(bytes.NewReader(load(t, shared(t, "attack/enterprise-attack.json.gz")[0])))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := objectsOf(t, all)
	r := NewReader(bytes.NewReader(all), intake.Options{})
	n, parts := 0, 0
	var input []byte
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(b.Problems) > 0 {
			t.Fatal(err, b.Problems)
		}
		for _, it := range b.Items {
			if it.Made || !bytes.Equal(it.Raw, want[n]) {
				t.Fatalf("%s changed", it.Place)
			}
			n++
		}
		parts++
		input = append(input, b.Input...)
	}
	if n != 24771 || parts < 3 || !bytes.Equal(input, all) {
		t.Errorf("%d objects in %d parts, input of %d of %d bytes", n, parts, len(input), len(all))
	}
}

// Of the published cases, all that must be accepted are taken as they are.
func TestRealValidityCases(t *testing.T) {
	var cases struct {
		Cases []struct {
			MustAccept bool           `json:"must_accept"`
			Instance   jsontext.Value `json:"instance"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(load(t, shared(t, "stix-validity/cases.json")[0]), &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases.Cases {
		if !c.MustAccept || bytes.Contains(c.Instance, []byte(`"bundle"`)) && !bytes.Contains(c.Instance, []byte(`"objects"`)) {
			continue // a bundle without objects is no report
		}
		b, err := Read(c.Instance, intake.Options{})
		if err != nil || len(b.Problems) > 0 {
			t.Errorf("case %d: %v, %v: %.200s", i, b.Problems, err, c.Instance)
		}
	}
}
