package csv

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/stix"
)

// load gives a real file; they are not part of the repository.
func load(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../../../shared/data/" + name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("skipped: the real file %s is not there", name)
	}
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if raw, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return raw
}

// distinct counts the first words of the lines that are no remarks.
func distinct(raw []byte) int {
	seen := map[string]bool{}
	for l := range strings.Lines(string(raw)) {
		if f := strings.Fields(l); len(f) > 0 && !strings.HasPrefix(f[0], "#") {
			seen[f[0]] = true
		}
	}
	return len(seen)
}

func TestRealLists(t *testing.T) {
	for _, c := range []struct {
		name            string
		parts, problems int
		want            int // 0: as many as there are distinct lines
	}{
		{"feeds/cobaltstrike-ips.txt", 1, 0, 804}, {"feeds/ipsum-level4.txt", 1, 0, 0}, {"feeds/threatfox-ips.txt", 2, 0, 0}, {"feeds/tor-exit.txt", 1, 0, 0}, {"feeds/ipsum.txt.gz", 13, 0, 0},
		{"feeds/stormbamboo.csv", 1, 0, 32}, {"feeds/xhunt.csv", 1, 0, 59},
		{"feeds/apt29-election-phishing.csv", 1, 1, 19}, // one of the 20 has two dots in a row
		{"reports/gamaredon-2022-06.txt", 1, 0, 0},
	} {
		raw := load(t, c.name)
		if c.want == 0 {
			c.want = distinct(raw)
		}
		r := NewReader(bytes.NewReader(raw), options())
		seen := map[observable.Thing]bool{}
		n, parts, problems := 0, 0, 0
		var input []byte
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(c.name, err)
			}
			for i, it := range b.Items {
				if parts > 0 && i%10 > 0 {
					continue // of long lists, a tenth is looked at closely
				}
				o, err := stix.Parse(it.Raw, stix.Limits{})
				things := observable.FromObject(&o)
				if err != nil || len(things) != 1 || seen[things[0]] {
					t.Fatalf("%s, %s: %v, %v", c.name, it.Place, err, things)
				}
				seen[things[0]] = true
			}
			n += len(b.Items)
			problems += len(b.Problems)
			input = append(input, b.Input...)
			parts++
		}
		if n != c.want || parts != c.parts || problems != c.problems || !bytes.Equal(input, raw) {
			t.Errorf("%s: %d of %d indicators in %d parts, %d problems, input of %d of %d bytes", c.name, n, c.want, parts, problems, len(input), len(raw))
		}
	}
}

// Reports about infected hosts are not taken for lists of attackers.
func TestRealReportsOfVictims(t *testing.T) {
	for _, kind := range []string{"compromised_account", "compromised_iot", "event4_ddos_participant", "event4_honeypot_ddos_amp", "event4_sinkhole", "scan_dns"} {
		_, err := Read(load(t, "shadowserver/2025-11-28-"+kind+"-sample-asn.csv"), options())
		if fault.KindOf(err) != fault.Unsupported {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// What is a list, what is prose: only the first is read as one.
func TestLooks(t *testing.T) {
	for _, s := range []string{"192.0.2.1\n", "# x\n192.0.2.1 # y\n192.0.2.2\n", "value,type\na.example,domain\n", "0.0.0.0 a.example\n", "a.example;x\nb.example;y\n", "192.0.2.1\t7\n192.0.2.2\t9\n", "hxxp://a[.]example/\n"} {
		if !Looks([]byte(s)) {
			t.Errorf("%q is not taken for a list", s)
		}
	}
	for _, s := range []string{"", "We saw a.example, and then b.example, and more.\n", "a.example is bad\n", "# Title\n\nThe server at 192.0.2.1 answered.\nIt was a.example.\n", "Dear all,\nsee below.\n", "- 192.0.2.1\n- and others\n"} {
		if Looks([]byte(s)) {
			t.Errorf("%q is taken for a list", s)
		}
	}
	for _, name := range []string{"bazarcall-appendix-a.txt", "2020-08-21-TA551-IcedID.txt"} {
		if raw := load(t, "reports/"+name); Looks(raw) {
			t.Errorf("%s is taken for a list", name)
		}
	}
}

// A word stands for one thing only: the tables are read in no particular order.
func TestTablesAgree(t *testing.T) {
	roles, promised := map[string]role{}, map[string]observable.Kind{}
	for r, list := range names {
		for w := range strings.FieldsSeq(list) {
			if before, ok := roles[w]; ok || w != plain(w) {
				t.Errorf("%q is of the roles %d and %d, or not plain", w, before, r)
			}
			roles[w] = r
		}
	}
	for k, list := range kinds {
		for w := range strings.FieldsSeq(list) {
			if before, ok := promised[w]; ok || w != plain(w) {
				t.Errorf("%q promises %s and %s, or is not plain", w, before, k)
			}
			promised[w] = k
		}
	}
}

// Any bytes give either an error with a kind or valid objects, the same
// whichever way the bytes arrive.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"192.0.2.1\n", "value,type\na.example,domain\n", "a;b\r\n\"c\nd\";e\n", "\"", "# a,b\n1,2\n", "ip,tlp,confidence,date,tags\n192.0.2.1,red,7,2026-01-01,a|b\n", "0.0.0.0 a.example\n", "'   '", "\xff\xfe,\n", md5 + "," + sha1 + "\n",
		"type,value,to_ids\nfilename|md5,a|" + md5 + ",0\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := NewReader(bytes.NewReader(in), options()).Next()
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		if !bytes.Equal(b.Input, in) {
			t.Fatalf("input of %d bytes for %d", len(b.Input), len(in))
		}
		for _, it := range b.Items {
			if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil || !jsontext.Value(it.Raw).IsValid() {
				t.Fatalf("%s: %v", it.Raw, err)
			}
		}
	})
}
