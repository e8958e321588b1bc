package csv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-json-experiment/json"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/observable"
	"tocsin/stix"
)

// made is what a test looks at of an object that was made.
type made struct {
	Type        string   `json:"type"`
	Pattern     string   `json:"pattern"`
	Description string   `json:"description"`
	Labels      []string `json:"labels"`
	Confidence  int      `json:"confidence"`
	ValidFrom   string   `json:"valid_from"`
	ValidUntil  string   `json:"valid_until"`
	Markings    []string `json:"object_marking_refs"`
	CreatedBy   string   `json:"created_by_ref"`
	things      []observable.Thing
}

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options() intake.Options {
	n := 0
	return intake.Options{Now: today, NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}}
}

// look checks that every item is valid, and reads it.
func look(t testing.TB, b intake.Batch) []made {
	t.Helper()
	var out []made
	for _, it := range b.Items {
		o, err := stix.Parse(it.Raw, stix.Limits{})
		if err != nil || !it.Made || !strings.HasPrefix(it.Place, "row ") {
			t.Fatalf("%s at %s: %v", it.Raw, it.Place, err)
		}
		m := made{}
		if err := json.Unmarshal(it.Raw, &m); err != nil {
			t.Fatal(err)
		}
		m.things = observable.FromObject(&o)
		out = append(out, m)
	}
	return out
}

func values(ms []made) string {
	var out []string
	for _, m := range ms {
		for _, t := range m.things {
			out = append(out, t.Value)
		}
	}
	return strings.Join(out, " ")
}

const (
	md5    = "0123456789abcdef0123456789abcdef"
	sha1   = "0123456789abcdef0123456789abcdef01234567"
	sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

func TestLayouts(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"a plain list":              {"192.0.2.1\n192.0.2.2\n", "192.0.2.1 192.0.2.2"},
		"no newline at the end":     {"192.0.2.1", "192.0.2.1"},
		"CRLF, CR and blank lines":  {"192.0.2.1\r\n\r\n192.0.2.2\r192.0.2.3\n\n", "192.0.2.1 192.0.2.2 192.0.2.3"},
		"remarks":                   {"# list of 192.0.2.9\n// more\n; and more\n192.0.2.1 # seen at c2.example\n192.0.2.2\t// old\n", "192.0.2.1 192.0.2.2"},
		"counts behind tabs":        {"# IP\tnumber of lists\n#\n192.0.2.1\t10\n192.0.2.2\t9\n", "192.0.2.1 192.0.2.2"},
		"counts behind spaces":      {"192.0.2.1 10\n192.0.2.2   9\n", "192.0.2.1 192.0.2.2"},
		"a hosts file":              {"127.0.0.1 localhost\n0.0.0.0 bad.example\n0.0.0.0 worse.example # x\n", "bad.example worse.example"},
		"repeats":                   {"192.0.2.1\n192.0.2.1\n192[.]0.2.1\n192.0.2.2\n192.0.2.1\n", "192.0.2.1 192.0.2.2"},
		"defanged":                  {"hxxps://a[.]example/x,y\nb(dot)example.com\n", "https://a.example/x,y b.example.com"},
		"quoted values":             {"\"192.0.2.1\"\n'192.0.2.2'\n", "192.0.2.1 192.0.2.2"},
		"URLs with commas":          {"http://a.example/?a=1,2\nhttp://b.example/?x=3,4,5\n", "http://a.example/?a=1,2 http://b.example/?x=3,4,5"},
		"commas":                    {"indicator,type\nc2.example,domain\n192.0.2.1,ip\n", "c2.example 192.0.2.1"},
		"semicolons":                {"Indicator;Type;Comment\nc2.example;domain;x\n192.0.2.1;ip;y\n", "c2.example 192.0.2.1"},
		"tabs":                      {"value\ttype\nc2.example\tdomain\n", "c2.example"},
		"bars":                      {"value|type\nc2.example|domain\n192.0.2.1|ipv4-addr\n", "c2.example 192.0.2.1"},
		"no header":                 {"c2.example,domain,x\n192.0.2.1,ip,y\n", "c2.example 192.0.2.1"},
		"a header in a remark":      {"# dump of today\n#\"first_seen\",\"ioc_value\",\"ioc_type\"\n\"2026-01-02 03:04:05\",\"192.0.2.1:443\",\"ip:port\"\n", "192.0.2.1"},
		"typed columns":             {"date,md5,sha256,c2\n2026-01-01," + md5 + "," + sha256 + ",c2.example\n", md5 + " " + sha256 + " c2.example"},
		"columns of unknown names":  {"when,mystery,words\n2026-01-01,192.0.2.1,about evil things\n2026-01-02,192.0.2.2,x\n", "192.0.2.1 192.0.2.2"},
		"several in a cell":         {"value,entity_type,description\n\"" + md5 + "," + sha1 + "\",file,one file\n\"192.0.2.1\n192.0.2.2\",ip,two lines\n", md5 + " " + sha1 + " 192.0.2.1 192.0.2.2"},
		"several URLs in a cell":    {"value,type\n\"http://a.example/,hxxp://b.example/\",url\n", "http://a.example/ http://b.example/"},
		"MISP's composites":         {"type,value\nfilename|sha256,a.exe|" + sha256 + "\nip-dst|port,192.0.2.1|443\n", sha256 + " 192.0.2.1"},
		"a type that is wrong":      {"value,type\n192.0.2.1,domain\n", "192.0.2.1"},
		"a file with hash and name": {"sha256,filename\n" + sha256 + ",svchost.exe\n,dropper.exe\n", sha256 + " dropper.exe"},
		"hashes in a file column":   {"file,comment\n" + md5 + ",x\n", md5},
		"words that any text is":    {"value,type\nGlobal_Mtx 1,mutex\nMozilla/5.0 (x; y),user-agent\n", "Global_Mtx 1 Mozilla/5.0 (x; y)"},
		"context that is no IOC":    {"ip,port,asn,count,country,last_seen\n192.0.2.1,443,AS64500,7,CH,2026-01-01\n", "192.0.2.1"},
		"empty rows":                {"value,type\n,,\n\"\",\nc2.example,domain\n", "c2.example"},
		"quotes inside":             {"value,comment\nc2.example,\"says \"\"hello, world\"\"\"\n", "c2.example"},
		"a quote never closed":      {"value,comment\nc2.example,\"open\n192.0.2.1,x\n", "c2.example 192.0.2.1"},
		"ranges and IPv6":           {"192.0.2.0/24\n2001:DB8::1\n2001:db8::/48\n", "192.0.2.0/24 2001:db8::1 2001:db8::/48"},
		"vulnerabilities":           {"CVE-2026-12345\nT1059.001\n", "CVE-2026-12345 T1059.001"},
		"Windows-1252":              {"value;Beschreibung\nc2.example;f\xfcr Test\n", "c2.example"},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			b, err := NewReader(r, options()).Next()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := values(look(t, b)); got != c.want || len(b.Problems) > 0 {
				t.Errorf("%s:\ngot  %s\nwant %s (%v)", name, got, c.want, b.Problems)
			}
			if string(b.Input) != c.in || b.Format != intake.CSV {
				t.Errorf("%s: input of %d bytes for %d", name, len(b.Input), len(c.in))
			}
		}
	}
}

// What stands beside a value goes along with it.
func TestColumnsBesideTheValue(t *testing.T) {
	o := options()
	o.CreatedBy = "identity--3b1e0f4c-6a52-4d0e-9a57-1c2d3e4f5a6b"
	in := "ioc,type,description,Malware Family,confidence,first_seen,valid_until,tags,tlp\n" +
		"c2.example,domain,Beacon,Sliver,high,2026-01-02,2027-01-01T00:00:00Z,\"apt;phish\",amber\n" +
		"192.0.2.1,ip,,,80%,2026-01-02 03:04:05,,,TLP:GREEN\n" +
		"192.0.2.2,ip,,,0.5,1767323045,,tlp:red,\n"
	b, err := Read([]byte(in), o)
	if err != nil {
		t.Fatal(err)
	}
	ms := look(t, b)
	m := ms[0]
	if m.Description != "Beacon; Malware Family: Sliver" || m.Confidence != 85 || m.ValidFrom != "2026-01-02T00:00:00.000Z" || m.ValidUntil != "2027-01-01T00:00:00.000Z" ||
		!slices.Equal(m.Labels, []string{"apt", "phish"}) || !slices.Equal(m.Markings, []string{stix.Amber.MarkingID()}) || m.CreatedBy != o.CreatedBy {
		t.Errorf("%+v", m)
	}
	if m = ms[1]; m.Confidence != 80 || m.ValidFrom != "2026-01-02T03:04:05.000Z" || !slices.Equal(m.Markings, []string{stix.Green.MarkingID()}) {
		t.Errorf("%+v", m)
	}
	if m = ms[2]; m.Confidence != 50 || m.ValidFrom != "2026-01-02T03:04:05.000Z" || !slices.Equal(m.Markings, []string{stix.Red.MarkingID()}) {
		t.Errorf("%+v", m)
	}
}

func TestMarkingOfTheReport(t *testing.T) {
	o := options()
	o.Marking = stix.Green.MarkingID()
	for _, in := range []string{"192.0.2.1\n", "ip,tlp\n192.0.2.1,\n"} {
		b, err := Read([]byte(in), o)
		if err != nil || !slices.Equal(look(t, b)[0].Markings, []string{o.Marking}) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// What MISP marks as not for detection becomes an observable, never an indicator.
func TestContextIsNoIndicator(t *testing.T) {
	b, err := Read([]byte("uuid,type,value,to_ids\nx,domain,c2.example,1\ny,domain,victim.example,0\n"), options())
	if err != nil {
		t.Fatal(err)
	}
	if ms := look(t, b); len(ms) != 2 || ms[0].Type != "indicator" || ms[1].Type != "domain-name" {
		t.Errorf("%+v", ms)
	}
}

// No row is lost without a word: each problem says which row and why.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ in, place, says string }{
		{"192.0.2.1\n\n# x\nwhatever this is\n192.0.2.3\n", "row 4", "not a value of a known kind"},
		{"value,type\nc2.example,domain\nnot-a-domain,domain\n", "row 3", "not of the type"},
		{"value,type\nc2.example,domain\nfoo,strange\n", "row 3", "no cell of this row"},
		{"value,comment\n\"c2.example\",\"two\nlines\"\nfoo,x\n", "row 4", "no cell of this row"},
		{"ip,tlp\n192.0.2.1,purple\n192.0.2.2,green\n", "row 2", "TLP"},
		{"c2.example,domain\n192.0.2.1,ip\nfoo,bar\n", "row 3", "no cell of this row"},
	} {
		b, err := Read([]byte(c.in), options())
		if err != nil || len(b.Problems) != 1 || b.Problems[0].Place != c.place || !strings.Contains(b.Problems[0].Detail, c.says) {
			t.Errorf("%q: %v, %v", c.in, b.Problems, err)
		}
		for _, p := range b.Problems {
			if strings.Contains(p.Detail, "whatever") || strings.Contains(p.Detail, "foo,") {
				t.Errorf("the problem quotes the input: %v", p)
			}
		}
	}
	for _, n := range []int{maxProblems, maxProblems + 5} {
		b, err := Read([]byte("192.0.2.1\n"+strings.Repeat("198.51.100.7\n", 4*n)+strings.Repeat("rubbish here\n", n)), options())
		if err != nil || len(b.Problems) != min(n, maxProblems+1) {
			t.Fatalf("%d bad rows: %d problems, %v", n, len(b.Problems), err)
		}
		if last := b.Problems[len(b.Problems)-1]; (n > maxProblems) != strings.Contains(last.Detail, "5 more rows") {
			t.Errorf("%d bad rows: the last is %v", n, last)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		kind fault.Kind
		says string
	}{
		"nothing":           {"", fault.Invalid, "no indicators"},
		"only remarks":      {"# 192.0.2.1\n", fault.Invalid, "no indicators"},
		"only a header":     {"value,type\n", fault.Invalid, "no indicators"},
		"infected hosts":    {"\"timestamp\",\"severity\",\"ip\",\"asn\",\"geo\",\"naics\"\n\"2026-01-01 00:00:00\",\"high\",\"192.0.2.1\",64500,\"CH\",0\n", fault.Unsupported, "whom it hit"},
		"breached accounts": {"timestamp,email,infection,public_source,severity\n2026-01-01,a@mail.example,x,y,high\n", fault.Unsupported, "whom it hit"},
		"a line too long":   {"192.0.2.1\n" + strings.Repeat("x", maxLine+1) + "\n", fault.TooLarge, "row 2"},
	} {
		if _, err := Read([]byte(c.in), options()); err == nil || fault.KindOf(err) != c.kind || !strings.Contains(fault.Public(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if b, err := Read([]byte("192.0.2.1\n"+strings.Repeat("x", maxLine)+"\n"), options()); err != nil || len(b.Items) != 1 || len(b.Problems) != 1 {
		t.Errorf("a line of the greatest length: %v, %v", b.Problems, err)
	}
	if _, err := Read(make([]byte, intake.MaxBytes+1), options()); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a list over the limit read at once: %v", err)
	}
	broken := io.MultiReader(strings.NewReader("192.0.2.1\n192.0."), iotest.ErrReader(errors.New("reset")))
	if _, err := NewReader(broken, options()).Next(); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Public(err), "broke off") {
		t.Errorf("a connection that broke: %v", err)
	}
}

// A long list comes in parts, repeats are folded over all of them, and the
// parts together are the input.
func TestParts(t *testing.T) {
	for _, c := range []struct{ n, parts int }{{9_999, 1}, {10_000, 1}, {10_001, 2}, {35_000, 4}} {
		var in bytes.Buffer
		for i := range c.n {
			fmt.Fprintf(&in, "h%d.example\t%d\n", i, i%7)
		}
		in.WriteString("h0.example\t1\n") // seen before
		r := NewReader(bytes.NewReader(in.Bytes()), options())
		n, parts := 0, 0
		var input []byte
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || len(b.Items) > intake.MaxObjects {
				t.Fatal(err, len(b.Items))
			}
			for _, it := range b.Items {
				if n++; it.Place != fmt.Sprintf("row %d", n) {
					t.Fatalf("item %d is at %s", n, it.Place)
				}
			}
			parts++
			input = append(input, b.Input...)
		}
		if n != c.n || parts != c.parts || !bytes.Equal(input, in.Bytes()) {
			t.Errorf("%d lines: %d in %d parts, %d of %d bytes", c.n, n, parts, len(input), in.Len())
		}
	}
	big := strings.Repeat("# "+strings.Repeat("x", 998)+"\n", 40_000) // 40 MB of remarks
	r := NewReader(io.MultiReader(strings.NewReader("192.0.2.1\n"), strings.NewReader(big), strings.NewReader("192.0.2.2\n")), options())
	var all []made
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(b.Input) > intake.MaxBytes {
			t.Fatal(err, len(b.Input))
		}
		all = append(all, look(t, b)...)
	}
	if values(all) != "192.0.2.1 192.0.2.2" {
		t.Errorf("of a list of more than 16 MB: %s", values(all))
	}
}

// A quoted cell may have so many lines and no more; then its quote is a letter.
func TestQuotesOverLines(t *testing.T) {
	for n, closed := range map[int]bool{2: true, maxLines: true, maxLines + 1: false} {
		text := "t" + strings.Repeat("\nt", n-1)
		b, err := Read([]byte("value,comment\nc2.example,\""+text+"\"\n192.0.2.1,x\n"), options())
		if err != nil || values(look(t, b)) != "c2.example 192.0.2.1" {
			t.Fatalf("%d lines: %v, %v", n, b.Problems, err)
		}
		want := map[bool]string{true: text, false: "t"}[closed]
		if got := look(t, b)[0].Description; got != want || closed != (len(b.Problems) == 0) {
			t.Errorf("%d lines: description %q, %v", n, got, b.Problems)
		}
	}
}

// No bytes make the reading of quotes quadratic.
func TestQuotesCostLittle(t *testing.T) {
	for _, line := range []string{"x\"y,\"\n", "a,\"\nb\nc\nd\n", "a,\"\"\"\n", "\"\n\n\n"} {
		in := "value,comment\nc2.example,x\n" + strings.Repeat(line, 300_000/len(line))
		start := time.Now()
		if _, err := Read([]byte(in), options()); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if took := time.Since(start); took > 20*time.Second { // well under one, and an hour when it is quadratic
			t.Errorf("%q took %v", line, took)
		}
	}
}
