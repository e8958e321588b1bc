package text_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/intake/text"
	"tocsin/observable"
	"tocsin/stix"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options(name string) intake.Options {
	n := 0
	return intake.Options{Now: now, Name: name, NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}}
}

// read reads a text and checks that all of it is STIX 2.1.
func read(t *testing.T, name, s string) intake.Batch {
	t.Helper()
	b, err := text.Read([]byte(s), options(name))
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range b.Items {
		if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
			t.Errorf("%s is not STIX 2.1: %v\n%s", it.Place, err, it.Raw)
		}
	}
	return b
}

// names gives what the indicators, vulnerabilities and techniques of a batch
// stand for, as "kind value", sorted.
func names(b intake.Batch) (out []string) {
	for _, it := range b.Items {
		var o struct{ Type, Name, Pattern string }
		if json.Unmarshal(it.Raw, &o) != nil {
			continue
		}
		switch o.Type {
		case "indicator":
			for _, th := range observable.FromPattern(o.Pattern) {
				out = append(out, fmt.Sprintf("%s %s", th.Kind, th.Value))
			}
		case "vulnerability", "attack-pattern":
			out = append(out, o.Type+" "+o.Name)
		}
	}
	slices.Sort(out)
	return out
}

func report(t *testing.T, b intake.Batch) (r struct {
	Type, Name, Description string
	Refs                    []string `json:"object_refs"`
}) {
	t.Helper()
	if err := json.Unmarshal(b.Items[0].Raw, &r); err != nil || r.Type != "report" {
		t.Fatalf("the first object is no report: %v, %s", err, b.Items[0].Raw)
	}
	return r
}

const sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
const md5 = "5f4dcc3b5aa765d61d8327deb882cf99"

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, file, in, title, want string }{
		{"markdown", "a.md", "# Fox campaign\n\nC2 hxxps://pay[.]fox.example/a and fox[.]example, CVE-2026-1234, T1105.\n\n[blog](https://vendor.example/2026/01/02/the-fox)\n", "Fox campaign",
			"attack-pattern T1105|domain fox.example|url https://pay.fox.example/a|vulnerability CVE-2026-1234"},
		{"markdown underlined", "", "Fox campaign\n============\n\nfox[.]example\n", "Fox campaign", "domain fox.example"},
		{"asciidoc", "a.adoc", ":toc:\n\n= Fox -- Indicators\n\n|===\n| SHA-256 | File\n| `" + strings.ToUpper(sha256) + "` | `fox.exe`\n|===\n", "Fox -- Indicators", "sha256 " + sha256},
		{"html", "a.html", "<html><head><title>Fox</title><script>x('http://no.example/')</script></head><body><table><tr><td>fox<wbr>.example</td><td>192.0.2.7</td></tr></table><a href='http://fox.example/x'>here</a></body></html>", "Fox",
			"domain fox.example|ipv4 192.0.2.7|url http://fox.example/x"},
		{"html without a name", "", "<!doctype html><h1>Fox</h1><p>fox.example</p>", "Fox", "domain fox.example"},
		{"plain with a title", "a.txt", "The fox is back\n\nIt calls fox[.]example.\n", "The fox is back", "domain fox.example"},
		{"plain list", "list.txt", "fox.example\nbad.example\n", "list.txt", "domain bad.example|domain fox.example"},
		{"dos", "a.txt", "Title\r\n\r\nfox[.]example\r\n", "Title", "domain fox.example"},
		{"byte order mark", "a.txt", "\xef\xbb\xbfTitle\n\nfox[.]example\n", "Title", "domain fox.example"},
		{"utf-16", "a.txt", "\xff\xfef\x00o\x00x\x00.\x00e\x00x\x00a\x00m\x00p\x00l\x00e\x00", "a.txt", "domain fox.example"},
		{"latin-1", "a.txt", "Gr\xfc\xdfe vom Fuchs\n\nfox[.]example\n", "Grüße vom Fuchs", "domain fox.example"},
		{"one file's hashes", "", "Files\n\n| " + md5 + " | " + sha256 + " | fox.exe |\n", "Files", "md5 " + md5 + "|sha256 " + sha256},
		{"front matter", "a.md", "---\nlayout: x\n---\n# Fox\nfox[.]example", "Fox", "domain fox.example"},
		{"titled front matter", "a.md", "---\ntitle: \"The Fox\"\n---\nfox[.]example", "The Fox", "domain fox.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := read(t, c.file, c.in)
			if r := report(t, b); r.Name != c.title {
				t.Errorf("the title is %q; want %q", r.Name, c.title)
			}
			if got := strings.Join(names(b), "|"); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
			if b.Format != intake.Text || string(b.Input) != c.in {
				t.Errorf("the batch says %s and has %d bytes of %d", b.Format, len(b.Input), len(c.in))
			}
		})
	}
}

func TestDescriptionIsTheText(t *testing.T) {
	if r := report(t, read(t, "", "Fox\n\nA long story about jane and fox[.]example.\n")); r.Description != "Fox\n\nA long story about jane and fox[.]example." {
		t.Errorf("the description is %q", r.Description)
	}
	if r := report(t, read(t, "", "<html><body><p>A story</p><style>x</style><p>fox.example</p>")); r.Description != "A story\n\nfox.example" {
		t.Errorf("the description is %q", r.Description)
	}
}

func TestHashesOfOneLineAreOneIndicator(t *testing.T) {
	b := read(t, "", "Files\n\nfox.exe "+md5+" "+sha256+"\n\n"+strings.Repeat("b", 20)+strings.Repeat("c1d", 4)+" "+md5[1:]+"0 "+md5[2:]+"11\n")
	n := 0
	for _, it := range b.Items {
		if strings.Contains(string(it.Raw), `"type":"indicator"`) {
			n++
			if strings.Contains(string(it.Raw), sha256) && !strings.Contains(string(it.Raw), `"name":"fox.exe"`) {
				t.Errorf("the name of the file is missing: %s", it.Raw)
			}
		}
	}
	if n != 4 { // one of two hashes, and three of the same kind on one line
		t.Errorf("%d indicators; want 4", n)
	}
}

func TestSameTextGivesTheSame(t *testing.T) {
	const s = "# Fox\n\n| fox.example | 192.0.2.7 | T1105 |\n" + sha256 + " CVE-2026-1234\n"
	a, b := read(t, "", s), read(t, "", s)
	for i := range a.Items {
		if string(a.Items[i].Raw) != string(b.Items[i].Raw) {
			t.Errorf("object %d differs: %s, %s", i, a.Items[i].Raw, b.Items[i].Raw)
		}
	}
}

func TestRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		kind fault.Kind
	}{
		"nothing":          {"", fault.Invalid},
		"no values":        {"Hello, nothing happened today.", fault.Invalid},
		"only links":       {"Read https://vendor.example/2026/01/02/the-fox", fault.Invalid},
		"binary":           {"PK\x03\x04\x00\x00fox.example", fault.Invalid},
		"over the maximum": {strings.Repeat("a", intake.MaxBytes+1), fault.TooLarge},
	} {
		if b, err := text.Read([]byte(c.raw), options("")); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %d items, %v; want %v", name, len(b.Items), err, c.kind)
		}
	}
	if _, err := text.Read([]byte(strings.Repeat(" ", intake.MaxBytes-16)+"fox.example"), options("")); err != nil {
		t.Errorf("a text of nearly the maximum: %v", err)
	}
}

// TestRealReports reads the published reports of the shared data: each gives a
// report object, and as many indicators as a person counts in it, at least.
func TestRealReports(t *testing.T) {
	least := map[string]int{"2020-08-21-TA551-IcedID.txt": 26, "bazarcall-appendix-a.txt": 100, "cosmicbeetle.adoc": 20, "famoussparrow.adoc": 30, "gamaredon-2022-06.txt": 100, "grandoreiro.adoc": 17, "mozi-botnet.adoc": 20, "skimmer-cards.txt": 80}
	files, _ := filepath.Glob("../../../shared/data/reports/*")
	if len(files) == 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("the published reports are missing")
		}
		t.Skip("skipped the published reports: ../shared/data/reports isn't there")
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		b := read(t, name, string(raw))
		got := names(b)
		if len(got) < least[name] {
			t.Errorf("%s gives %d values; want %d at least", name, len(got), least[name])
		}
		for _, n := range got {
			if strings.Contains(n, "welivesecurity") || strings.Contains(n, "misp-project") {
				t.Errorf("%s: a link to the publisher became an indicator: %s", name, n)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("# Fox\n\nfox[.]example", "a.md")
	f.Add("<html><td>fox.example<td>192.0.2.7", "")
	f.Add("\xff\xfef\x00o\x00", "")
	f.Fuzz(func(t *testing.T, s, name string) {
		b, err := text.Read([]byte(s), options(name))
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
				t.Fatal(err)
			}
			return
		}
		for _, it := range b.Items {
			if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
				t.Fatalf("%v in %s", err, it.Raw)
			}
		}
	})
}
