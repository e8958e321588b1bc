package misp

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/observable"
	"tocsin/stix"
)

// The hashes of one file are one indicator, which every hash sets off.
func TestFileObject(t *testing.T) {
	r := read(t, eventOf(`"Object":[`+obj(1, "file", `,"comment":"stage one"`,
		attr(2, "md5", md5, true, ""), attr(3, "sha1", sha1hex, true, `,"comment":"dropper"`), attr(4, "sha256", sha256, false, ""), attr(5, "filename", "svchost.exe", true, ""),
		attr(6, "malware-sample", "svchost.exe|"+md5, true, `,"data":"UEsDBA=="`), attr(7, "size-in-bytes", "4096", false, ""), attr(8, "text", "packed", false, ""))+`]`))
	id := "indicator--" + uuidOf(1)
	if r.pattern(id) != "[file:hashes.MD5 = '"+md5+"' OR file:hashes.'SHA-1' = '"+sha1hex+"']" {
		t.Errorf("pattern %s", r.pattern(id))
	}
	if m := r.made[id]; m["name"] != "svchost.exe" || m["description"] != "stage one; dropper" {
		t.Errorf("%v", m)
	}
	if got := fmt.Sprint(things(t, r.b)); got != fmt.Sprintf("[{md5 %s} {sha1 %s}]", md5, sha1hex) {
		t.Errorf("defences would act on %s", got)
	}
	if !strings.Contains(r.all, sha256) || !strings.Contains(r.all, "packed") || strings.Contains(r.all, "UEsDBA") || len(r.b.Problems) > 0 {
		t.Errorf("%s, %v", r.all, r.b.Problems)
	}
}

func TestFileObjectForContext(t *testing.T) {
	r := read(t, eventOf(`"Object":[`+obj(1, "file", "", attr(2, "md5", md5, false, ""), attr(3, "sha256", sha256, false, `,"comment":"the loader"`), attr(5, "filename", "a.exe", false, ""), attr(7, "size-in-bytes", "4096", false, ""))+`]`))
	n := 0
	for id, m := range r.made {
		if !strings.HasPrefix(id, "file--") {
			continue
		}
		n++
		if h := m["hashes"].(map[string]any); h["MD5"] != md5 || h["SHA-256"] != sha256 || m["name"] != "a.exe" || m["size"] != 4096.0 {
			t.Errorf("%v", m)
		}
	}
	if n != 1 || len(things(t, r.b)) > 0 || !strings.Contains(r.all, "the loader") {
		t.Errorf("%d files in %s", n, r.all)
	}
}

func TestDomainIPObject(t *testing.T) {
	for _, toIDs := range []bool{true, false} {
		r := read(t, eventOf(`"Object":[`+obj(1, "domain-ip", "", attr(2, "domain", "c2.example", toIDs, `,"object_relation":"domain"`), attr(3, "ip-dst", "192.0.2.1", toIDs, ""), attr(4, "ip-dst", "2001:db8::1", toIDs, ""))+`]`))
		want := map[bool]int{true: 3, false: 0}[toIDs]
		if n := len(things(t, r.b)); n != want {
			t.Errorf("to_ids %v: %d things", toIDs, n)
		}
		if n := strings.Count(r.all, `"resolves-to"`); n != 2-2*min(want, 1) {
			t.Errorf("to_ids %v: %d relations", toIDs, n)
		}
	}
}

// Names and addresses are joined up to so many pairs; beyond, it is said that they are not.
func TestManyNamesAndAddresses(t *testing.T) {
	for n, want := range map[int]int{maxPairs: maxPairs, maxPairs + 1: 0, 30_000: 0} {
		as := []string{attr(2, "ip-dst", "192.0.2.1", false, "")}
		for i := range n {
			as = append(as, fmt.Sprintf(`{"type":"domain","value":"h%d.example","to_ids":0}`, i))
		}
		b, err := NewReader(strings.NewReader(eventOf(`"Object":[`+obj(1, "domain-ip", "", as...)+`]`)), options()).Next()
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, it := range b.Items {
			got += strings.Count(string(it.Raw), `"resolves-to"`)
		}
		if got != want || (want == 0) != (len(b.Problems) == 1) {
			t.Errorf("%d names: %d relations, %v", n, got, b.Problems)
		}
	}
}

func TestManyLinks(t *testing.T) {
	for _, n := range []int{maxLinks, maxLinks + 1} {
		as := []string{attr(1, "domain", "c2.example", true, "")}
		for i := range n {
			as = append(as, fmt.Sprintf(`{"type":"link","value":"https://blog.example/%d"}`, i))
		}
		r := read(t, eventOf(attributes(as...)))
		if got := len(r.made["report--"+eventUUID]["external_references"].([]any)); got != maxLinks || strings.Count(r.all, `"type":"note"`) != n-maxLinks {
			t.Errorf("%d links: %d references, %d notes", n, got, strings.Count(r.all, `"type":"note"`))
		}
	}
}

func TestReferences(t *testing.T) {
	ref := func(n int, to, typ string) string {
		return fmt.Sprintf(`{"uuid":%q,"referenced_uuid":%q,"relationship_type":%q,"comment":"why"}`, uuidOf(n), to, typ)
	}
	r := read(t, eventOf(attributes(attr(9, "domain", "c2.example", true, "")), `"Object":[`+
		obj(1, "file", `,"ObjectReference":[`+ref(20, uuidOf(9), "communicates-with")+","+ref(21, uuidOf(3), "Dropped By!")+","+ref(22, uuidOf(99), "x-y")+","+ref(23, uuidOf(1), "related-to")+","+ref(24, eventUUID, "")+`]`, attr(2, "md5", md5, true, ""))+","+
		obj(3, "url", "", attr(4, "url", "http://c2.example/", true, ""), attr(5, "text", "note it", false, ""))+`]`))
	for id, want := range map[string][3]string{
		"relationship--" + uuidOf(20): {"communicates-with", "indicator--" + uuidOf(1), "indicator--" + uuidOf(9)},
		"relationship--" + uuidOf(21): {"dropped-by", "indicator--" + uuidOf(1), "indicator--" + uuidOf(4)},
		"relationship--" + uuidOf(24): {"related-to", "indicator--" + uuidOf(1), "report--" + eventUUID},
	} {
		m := r.made[id]
		if m["relationship_type"] != want[0] || m["source_ref"] != want[1] || m["target_ref"] != want[2] {
			t.Errorf("%s: %v", id, m)
		}
	}
	if len(r.b.Problems) != 1 || r.b.Problems[0].Place != "Event[0].Object[0].ObjectReference[2]" {
		t.Errorf("%v", r.b.Problems)
	}
}

// An attribute's own galaxy is what it indicates.
func TestGalaxyOfAnAttribute(t *testing.T) {
	r := read(t, eventOf(attributes(attr(1, "domain", "c2.example", true, `,"Galaxy":[{"GalaxyCluster":[{"type":"malpedia","value":"Evil"}]}],"Tag":[{"name":"misp-galaxy:malpedia=\"Evil\""}]`))))
	if strings.Count(r.all, `"indicates"`) != 1 || strings.Count(r.all, `"type":"malware"`) != 1 {
		t.Errorf("%s", r.all)
	}
}

// A part that is not as MISP writes it costs no other, and its problem says where.
func TestBrokenParts(t *testing.T) {
	good := attr(9, "domain", "c2.example", true, "")
	for name, c := range map[string]struct{ members, place string }{
		"not an object":    {attributes(`7`, good), "Event[0].Attribute[0]"},
		"no type":          {attributes(`{"value":"x"}`, good), "Event[0].Attribute[0]"},
		"no value":         {attributes(good, `{"type":"domain","value":null}`), "Event[0].Attribute[1]"},
		"wrong value":      {attributes(attr(1, "ip-dst", "here", true, ""), good), "Event[0].Attribute[0]"},
		"wrong pair":       {attributes(attr(1, "domain|ip", "a.example", true, ""), good), "Event[0].Attribute[0]"},
		"no hash":          {attributes(attr(1, "filename|md5", "a.exe", true, ""), good), "Event[0].Attribute[0]"},
		"wrong object":     {attributes(good) + `,"Object":["x"]`, "Event[0].Object[0]"},
		"wrong in object":  {attributes(good) + `,"Object":[` + obj(1, "file", "", `"x"`) + `]`, "Event[0].Object[0].Attribute[0]"},
		"the same UUID":    {attributes(good, strings.Replace(good, "c2", "c3", 1)), "Event[0].Attribute[1]"},
		"wrong report":     {attributes(good) + `,"EventReport":[1]`, "Event[0].EventReport[0]"},
		"a value too long": {attributes(good, attr(1, "domain", strings.Repeat("a", 9000)+".example", true, "")), "Event[0].Attribute[1]"},
	} {
		r := read(t, eventOf(c.members))
		if len(r.b.Problems) != 1 || r.b.Problems[0].Place != c.place || r.b.Problems[0].Kind != fault.Invalid || !strings.Contains(r.all, "c2.example") {
			t.Errorf("%s: %v", name, r.b.Problems)
		}
	}
}

// Numbers and texts are the same to the versions of MISP, and UUIDs may be missing.
func TestLooseForms(t *testing.T) {
	r := read(t, `{"Event":{"uuid":"`+strings.ToUpper(eventUUID)+`","info":"x","timestamp":1790000100,"date":null,"distribution":3,"Tag":null,"Object":null,"Attribute":[{"type":"domain","value":"c2.example","to_ids":"1","timestamp":1790000000,"deleted":0,"comment":null},
		{"type":"counter","value":7,"to_ids":0}]}}`)
	if fmt.Sprint(things(t, r.b)) != "[{domain c2.example}]" || !strings.Contains(r.all, "counter: 7") || len(r.b.Problems) > 0 {
		t.Errorf("%s, %v", r.all, r.b.Problems)
	}
	future := read(t, eventOf(attributes(strings.Replace(attr(1, "domain", "c2.example", true, ""), "1790000000", "4000000000", 1))))
	if m := future.made["indicator--"+uuidOf(1)]; m["modified"] != "2026-09-21T14:15:00.000Z" {
		t.Errorf("a time that has not come: %v", m["modified"])
	}
}

func TestRefused(t *testing.T) {
	one := eventOf(attributes(attr(1, "domain", "c2.example", true, "")))
	for name, c := range map[string]struct {
		in   string
		kind fault.Kind
		says string
	}{
		"half a file":     {one[:len(one)-30], fault.Invalid, "too early"},
		"no event":        {`{"response":[]}`, fault.Invalid, "no MISP event"},
		"nothing":         {"", fault.Invalid, "no MISP event"},
		"another thing":   {`{"a":1}`, fault.Invalid, "no MISP event"},
		"no JSON":         {"hello", fault.Invalid, "not valid JSON"},
		"a name twice":    {strings.Replace(one, `"info"`, `"info":"y","info"`, 1), fault.Invalid, "twice"},
		"not UTF-8":       {strings.Replace(one, "nobody", "\xff", 1), fault.Invalid, "UTF-8"},
		"deep lists":      {strings.Repeat("[", 10), fault.Invalid, "no MISP event"},
		"a number inside": {"[7]", fault.Invalid, "no MISP event"},
	} {
		if _, err := Read([]byte(c.in), options()); err == nil || fault.KindOf(err) != c.kind || !strings.Contains(fault.Public(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b, err := Read([]byte(eventOf(attributes())), options())
	if err != nil || len(b.Items) > 0 || len(b.Problems) != 1 {
		t.Errorf("an event without attributes: %v, %v", b.Problems, err)
	}
	broken := io.MultiReader(strings.NewReader(one[:200]), iotest.ErrReader(errors.New("reset")))
	if _, err := NewReader(broken, options()).Next(); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Public(err), "broke off") {
		t.Errorf("a connection that broke: %v", err)
	}
}

// An event that makes more than 10,000 objects comes in parts; one of more than
// 16 MB is refused with what to do.
func TestLimits(t *testing.T) {
	for _, c := range []struct{ attributes, parts int }{{9_999, 1}, {10_000, 2}} { // and the report
		as := make([]string, c.attributes)
		for i := range as {
			as[i] = fmt.Sprintf(`{"type":"domain","value":"h%d.example","to_ids":true}`, i)
		}
		in := eventOf(attributes(as...))
		r := NewReader(strings.NewReader(in), options())
		n, parts := 0, 0
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || len(b.Items) > intake.MaxObjects || string(b.Input) != in {
				t.Fatal(err, len(b.Items), len(b.Input))
			}
			n += len(b.Items)
			parts++
		}
		if n != c.attributes+1 || parts != c.parts {
			t.Errorf("%d attributes: %d objects in %d parts", c.attributes, n, parts)
		}
		if _, err := Read([]byte(in), options()); (c.parts > 1) != (fault.KindOf(err) == fault.TooLarge && err != nil) {
			t.Errorf("%d attributes read at once: %v", c.attributes, err)
		}
	}
	// Millions of broken parts are counted, not listed.
	r := NewReader(strings.NewReader(eventOf(attributes(strings.Repeat("7,", 30_000)+"7"))), options())
	b, err := r.Next()
	if n := len(b.Problems); err != nil || n != intake.MaxObjects || !strings.Contains(b.Problems[n-1].Detail, "20002 more") {
		t.Errorf("30,001 broken attributes: %d problems, %v, %v", n, b.Problems[n-1], err)
	}
	for _, n := range []int{maxFew, maxFew + 1} {
		tags := `"Tag":[` + strings.Repeat(`{"name":"tlp:clear"},`, n-1) + `{"name":"tlp:red"}]`
		b, err := Read([]byte(eventOf(attributes(attr(1, "domain", "c2.example", true, "")), tags)), options())
		if err != nil || (n > maxFew) != (len(b.Items) == 0) || n <= maxFew && !strings.Contains(string(b.Items[0].Raw), stix.Red.MarkingID()) {
			t.Errorf("%d tags: %d items, %v, %v", n, len(b.Items), b.Problems, err)
		}
	}
	empty := len(eventOf(`"padding":""`)) - len(`{"Event":}`)
	for _, more := range []int{0, 1} {
		in := eventOf(`"padding":"` + strings.Repeat("x", intake.MaxBytes-empty+more) + `"`)
		b, err := Read([]byte(in), options())
		if more == 0 && (err != nil || len(b.Problems) != 1) || more == 1 && (err == nil || fault.KindOf(err) != fault.TooLarge) {
			t.Errorf("an event of %d bytes: %v, %v", len(in), b.Problems, err)
		}
	}
	endless := io.MultiReader(strings.NewReader(`{"Event":{"info":"`), repeat('x'))
	if _, err := NewReader(endless, options()).Next(); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("an event without end: %v", err)
	}
}

// repeat gives one byte for ever.
type repeat byte

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// Any bytes give an error with a kind, or valid objects of which none is there twice.
func FuzzReader(f *testing.F) {
	for _, s := range []string{eventOf(attributes(attr(1, "domain", "c2.example", true, ""))), `{"response":[` + eventOf(`"Object":[`+obj(1, "file", "", attr(2, "md5", md5, true, ""), attr(3, "filename|sha256", "a|"+sha256, false, ""))+`]`) + `]}`,
		`[{"Event":{"Tag":[{"name":"tlp:red"},{"name":"misp-galaxy:tool=\"x\""}],"Attribute":[{"type":"ip-dst|port","value":"192.0.2.1|1"}]}}]`, `{"Attribute":[]}`, "[", `{"Event":null}`, `{"response":{"Event":{}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := NewReader(strings.NewReader(string(in)), options())
		for {
			b, err := r.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) && fault.KindOf(err) == fault.Internal {
					t.Fatalf("an error without a kind: %v", err)
				}
				return
			}
			seen := map[string]bool{}
			for _, it := range b.Items {
				o, err := stix.Parse(it.Raw, stix.Limits{})
				if err != nil || seen[o.ID] {
					t.Fatalf("%s: %v", it.Raw, err)
				}
				seen[o.ID] = true
				_ = observable.FromObject(&o)
			}
		}
	})
}

// A report names at most so much that it stays readable; what is beyond has another one.
func TestReportsOfAVeryLargeEvent(t *testing.T) {
	for refs, want := range map[int]int{maxRefs: 1, maxRefs + 1: 2} {
		c := newConversion("Event[0]", options())
		c.uuid, c.created, c.modified = eventUUID, today, today
		for i := range refs {
			c.refs = append(c.refs, fmt.Sprintf("indicator--00000000-0000-4000-8000-%012d", i))
		}
		c.close(&event{Info: "large"}, said{})
		if len(c.items) != want {
			t.Fatalf("%d objects: %d reports", refs, len(c.items))
		}
		for _, it := range c.items {
			if _, err := stix.Parse(it.Raw, stix.Limits{}); err != nil {
				t.Error(err)
			}
		}
	}
}
