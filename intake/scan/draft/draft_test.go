package draft

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/observable"
	"tocsin/stix"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const (
	creator = "identity--00000000-0000-4000-8000-0000000000aa"
	marking = "marking-definition--00000000-0000-4000-8000-0000000000bb"
)

func options() intake.Options {
	n := 0
	return intake.Options{Now: now, NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}}
}

func domain(v string) observable.Thing { return observable.Thing{Kind: observable.Domain, Value: v} }

func ipv4(v string) observable.Thing { return observable.Thing{Kind: observable.IPv4, Value: v} }

func mention(m *Maker, row int, things ...observable.Thing) {
	for _, t := range things {
		m.Mention(Mention{Things: []observable.Thing{t}, Row: row, Place: fmt.Sprintf("line %d", row)})
	}
}

// finish makes the report and reads all objects, the report first.
func finish(t *testing.T, m *Maker, r Report) (objects []map[string]any, b intake.Batch) {
	t.Helper()
	if err := m.Report(r); err != nil {
		t.Fatal(err)
	}
	b = m.Batch(intake.Text, []byte("raw"))
	for _, it := range b.Items {
		if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
			t.Fatalf("not STIX 2.1: %v\n%s", err, it.Raw)
		}
		if !it.Made || it.Place == "" {
			t.Errorf("an item says made %v, place %q", it.Made, it.Place)
		}
		var o map[string]any
		if err := json.Unmarshal(it.Raw, &o); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	return objects, b
}

func ofType(objects []map[string]any, typ string) (out []map[string]any) {
	for _, o := range objects {
		if o["type"] == typ {
			out = append(out, o)
		}
	}
	return out
}

func TestReportRefersToAll(t *testing.T) {
	o := options()
	o.CreatedBy, o.Marking = creator, marking
	m := New(o)
	mention(m, 1, domain("evil.example"), ipv4("192.0.2.7"), observable.Thing{Kind: observable.CVE, Value: "CVE-2026-1234"})
	objects, b := finish(t, m, Report{Name: " A name ", Description: "what happened"})
	r := objects[0]
	if r["type"] != "report" || r["name"] != "A name" || r["description"] != "what happened" || r["published"] != "2026-11-24T12:00:00.000Z" || r["created_by_ref"] != creator {
		t.Errorf("the report is %v", r)
	}
	var refs []string
	for _, v := range r["object_refs"].([]any) {
		refs = append(refs, v.(string))
	}
	for _, o := range objects[1:] {
		if !slices.Contains(refs, o["id"].(string)) {
			t.Errorf("the report doesn't refer to %s", o["id"])
		}
		if o["type"] != "relationship" && o["object_marking_refs"].([]any)[0] != marking {
			t.Errorf("%s isn't marked", o["id"])
		}
	}
	if len(refs) != len(objects)-1 {
		t.Errorf("the report refers to %d objects of %d", len(refs), len(objects)-1)
	}
	if b.Format != intake.Text || string(b.Input) != "raw" {
		t.Errorf("the batch says %s of %q", b.Format, b.Input)
	}
}

func TestMentionedTwiceIsMadeOnce(t *testing.T) {
	m := New(options())
	mention(m, 1, domain("evil.example"))
	mention(m, 2, domain("evil.example"), domain("bad.example"))
	objects, _ := finish(t, m, Report{})
	if n := len(ofType(objects, "indicator")); n != 2 {
		t.Errorf("%d indicators; want 2", n)
	}
}

func TestWhatNobodyMustBlockIsLeftOut(t *testing.T) {
	m := New(options())
	mention(m, 1, ipv4("10.0.0.1"), ipv4("8.8.8.8"), ipv4("127.0.0.1"), observable.Thing{Kind: observable.MD5, Value: "d41d8cd98f00b204e9800998ecf8427e"}, domain("printer.local"), ipv4("203.0.113.9"),
		observable.Thing{Kind: observable.FileName, Value: "a.exe"}, observable.Thing{Kind: observable.UserAgent, Value: "Evil/1"})
	objects, _ := finish(t, m, Report{})
	if ind := ofType(objects, "indicator"); len(ind) != 1 || ind[0]["name"] != "203.0.113.9" {
		t.Errorf("got the indicators %v", ind)
	}
}

func TestHashesOfOneFile(t *testing.T) {
	m := New(options())
	md5, sha := observable.Thing{Kind: observable.MD5, Value: strings.Repeat("a1", 16)}, observable.Thing{Kind: observable.SHA256, Value: strings.Repeat("b2", 32)}
	m.Mention(Mention{Things: []observable.Thing{md5, sha}, Name: "evil.exe", Place: "line 1", Row: 1})
	m.Mention(Mention{Things: []observable.Thing{sha}, Place: "line 2", Row: 2})
	objects, _ := finish(t, m, Report{})
	ind := ofType(objects, "indicator")
	if len(ind) != 1 || ind[0]["name"] != "evil.exe" {
		t.Fatalf("got the indicators %v", ind)
	}
	if got := observable.FromPattern(ind[0]["pattern"].(string)); !slices.Equal(got, []observable.Thing{md5, sha}) {
		t.Errorf("the pattern names %v", got)
	}
}

func TestRelations(t *testing.T) {
	tech := observable.Thing{Kind: observable.Attack, Value: "T1105"}
	url := observable.Thing{Kind: observable.URL, Value: "http://evil.example/a"}
	for name, c := range map[string]struct {
		rows [][]observable.Thing
		want map[string]int
	}{
		"one name and one address":   {[][]observable.Thing{{domain("evil.example"), ipv4("192.0.2.7")}}, map[string]int{"resolves-to": 1}},
		"the same again":             {[][]observable.Thing{{domain("evil.example"), ipv4("192.0.2.7")}, {domain("evil.example"), ipv4("192.0.2.7")}}, map[string]int{"resolves-to": 1}},
		"two addresses":              {[][]observable.Thing{{domain("evil.example"), ipv4("192.0.2.7"), ipv4("192.0.2.8")}}, nil},
		"two names":                  {[][]observable.Thing{{domain("evil.example"), domain("bad.example"), ipv4("192.0.2.7")}}, nil},
		"something between":          {[][]observable.Thing{{domain("evil.example"), url, ipv4("192.0.2.7")}}, nil},
		"on two lines":               {[][]observable.Thing{{domain("evil.example")}, {ipv4("192.0.2.7")}}, nil},
		"a technique on the line":    {[][]observable.Thing{{url, tech}}, map[string]int{"indicates": 1}},
		"two techniques on the line": {[][]observable.Thing{{url, tech, {Kind: observable.Attack, Value: "T1059"}}}, nil},
		"technique alone":            {[][]observable.Thing{{tech}}, nil},
	} {
		m := New(options())
		for i, row := range c.rows {
			mention(m, i+1, row...)
		}
		objects, _ := finish(t, m, Report{})
		got := map[string]int{}
		ids := map[any]bool{}
		for _, o := range objects {
			ids[o["id"]] = true
		}
		for _, o := range ofType(objects, "relationship") {
			got[o["relationship_type"].(string)]++
			if !ids[o["source_ref"]] || !ids[o["target_ref"]] {
				t.Errorf("%s: a relationship of objects that aren't there: %v", name, o)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got the relations %v; want %v", name, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ title, file, want string }{
		{"Title", "file.txt", "Title"}, {"", "file.txt", "file.txt"}, {"", "", "Report of 2026-11-24"}, {"  ", "", "Report of 2026-11-24"}, {strings.Repeat("a", 500), "", strings.Repeat("a", 500)}, {strings.Repeat("a", 501), "", strings.Repeat("a", 500)},
	} {
		o := options()
		o.Name = c.file
		m := New(o)
		mention(m, 1, domain("evil.example"))
		objects, _ := finish(t, m, Report{Name: c.title})
		if got := objects[0]["name"]; got != c.want {
			t.Errorf("title %q, file %q: the name is %q; want %q", c.title, c.file, got, c.want)
		}
	}
}

func TestDescriptionIsBounded(t *testing.T) {
	for text, want := range map[string]struct {
		size int
		cut  bool
	}{
		strings.Repeat("a", MaxDescription):         {MaxDescription, false},
		strings.Repeat("a", MaxDescription+1):       {MaxDescription, true},
		strings.Repeat("a", MaxDescription-1) + "ü": {MaxDescription - 1, true},
	} {
		m := New(options())
		mention(m, 1, domain("evil.example"))
		objects, b := finish(t, m, Report{Description: text})
		if got := len(objects[0]["description"].(string)); got != want.size || len(b.Problems) == 1 != want.cut {
			t.Errorf("a text of %d bytes gives %d and %d problems", len(text), got, len(b.Problems))
		}
	}
}

func TestReportOfNothing(t *testing.T) {
	if err := New(options()).Report(Report{Name: "x"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a report of nothing: %v", err)
	}
	o := options()
	o.CreatedBy = creator
	m := New(o)
	objects, _ := finish(t, m, Report{Name: "x", Description: "beware of calls"})
	if len(objects) != 1 || objects[0]["object_refs"].([]any)[0] != creator {
		t.Errorf("a warning without values gives %v", objects)
	}
}

func TestNumberOfObjectsIsBounded(t *testing.T) {
	m := New(options())
	for i := range intake.MaxObjects + 100 {
		mention(m, i+1, domain(fmt.Sprintf("h%d.example", i)), ipv4(fmt.Sprintf("203.0.113.%d", i%256)))
	}
	if err := m.Report(Report{}); err != nil {
		t.Fatal(err)
	}
	b := m.Batch(intake.Text, nil)
	if len(b.Items) > intake.MaxObjects || len(b.Items) < intake.MaxObjects-2*room {
		t.Errorf("the report has %d objects; at most %d are allowed", len(b.Items), intake.MaxObjects)
	}
	if len(b.Problems) != 1 || !strings.Contains(b.Problems[0].Detail, "left out") {
		t.Errorf("nothing says that values were left out: %v", b.Problems)
	}
}

func TestAddAndObservable(t *testing.T) {
	m := New(options())
	a, b := m.Observable(domain("evil.example"), "header"), m.Observable(domain("evil.example"), "header")
	if a == "" || a != b {
		t.Errorf("the observable has the identifiers %q and %q", a, b)
	}
	if id := m.Observable(observable.Thing{Kind: observable.JA3, Value: strings.Repeat("a1", 16)}, "x"); id != "" {
		t.Errorf("a kind without an object type gives %q", id)
	}
	m.Relate("related-to", "", a, "x")
	objects, _ := finish(t, m, Report{Types: []string{"malware"}, Published: now.Add(-time.Hour)})
	if len(objects) != 2 || objects[0]["published"] != "2026-11-24T11:00:00.000Z" || objects[0]["report_types"].([]any)[0] != "malware" {
		t.Errorf("got %v", objects)
	}
}
