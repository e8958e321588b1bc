package misp

import (
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

const (
	eventUUID = "5f0c1a2e-1111-4aaa-8bbb-000000000001"
	partUUID  = "5f0c1a2e-2222-4aaa-8bbb-0000000000%02d"
	md5       = "0123456789abcdef0123456789abcdef"
	sha1hex   = "0123456789abcdef0123456789abcdef01234567"
	sha256    = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options() intake.Options {
	n := 0
	return intake.Options{Now: today, CreatedBy: "identity--3b1e0f4c-6a52-4d0e-9a57-1c2d3e4f5a6b", NewID: func(typ string) string {
		n++
		return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", typ, n)
	}}
}

// uuidOf gives the n-th UUID of an event.
func uuidOf(n int) string { return fmt.Sprintf(partUUID, n) }

// attr writes an attribute; more is further members, which stand for the usual ones.
func attr(n int, typ, value string, toIDs bool, more string) string {
	var s strings.Builder
	fmt.Fprintf(&s, `{"uuid":%q,"type":%q,"value":%q,"to_ids":%v,"timestamp":"1790000000"`, uuidOf(n), typ, value, toIDs)
	for _, usual := range []string{`"comment":""`, `"deleted":false`, `"distribution":"5"`} {
		if name, _, _ := strings.Cut(usual, ":"); !strings.Contains(more, name) {
			s.WriteString("," + usual)
		}
	}
	return s.String() + more + "}"
}

func obj(n int, name, more string, attributes ...string) string {
	return fmt.Sprintf(`{"uuid":%q,"name":%q,"timestamp":"1790000001","Attribute":[%s]%s}`, uuidOf(n), name, strings.Join(attributes, ","), more)
}

// eventOf writes an event; members are its lists and further properties.
func eventOf(members ...string) string {
	return fmt.Sprintf(`{"Event":{"uuid":%q,"info":"Attack on nobody","date":"2026-09-01","timestamp":"1790000100","publish_timestamp":0,"event_creator_email":"alice@corp.example","distribution":"3"%s}}`,
		eventUUID, ","+strings.Join(members, ","))
}

func attributes(as ...string) string { return `"Attribute":[` + strings.Join(as, ",") + `]` }

// result is what an event became, by identifier.
type result struct {
	b    intake.Batch
	raw  map[string]string
	made map[string]map[string]any
	all  string
}

// read checks what holds for every event: valid objects, nothing about who
// created the event, a report that names everything else, and references that
// lead somewhere.
func read(t testing.TB, in string) result {
	t.Helper()
	b, err := Read([]byte(in), options())
	if err != nil {
		t.Fatal(err)
	}
	return check(t, b)
}

func check(t testing.TB, b intake.Batch) result {
	t.Helper()
	r := result{b: b, raw: map[string]string{}, made: map[string]map[string]any{}}
	for _, it := range b.Items {
		o, err := stix.Parse(it.Raw, stix.Limits{})
		if err != nil || !it.Made || it.Place == "" {
			t.Fatalf("%s at %q: %v", it.Raw, it.Place, err)
		}
		if r.raw[o.ID] != "" {
			t.Errorf("%s is there twice", o.ID)
		}
		m := map[string]any{}
		if err := json.Unmarshal(it.Raw, &m); err != nil {
			t.Fatal(err)
		}
		r.raw[o.ID], r.made[o.ID] = string(it.Raw), m
		r.all += string(it.Raw) + "\n"
		if o.Family != stix.SCO && !strings.Contains(string(it.Raw), options().CreatedBy) {
			t.Errorf("%s has no creator", o.ID)
		}
	}
	wide := 0 // objects that the report may name
	for id, raw := range r.raw {
		if r.level(id) <= r.level("report--"+eventUUID) {
			wide++
		}
		for _, ref := range stix.References([]byte(raw)) {
			if r.level(ref.ID) > r.level(id) {
				t.Errorf("%s names %s, which is marked more narrowly", id, ref.ID)
			}
			if ref.Path != "created_by_ref" && !strings.HasPrefix(ref.ID, "marking-definition--") && r.raw[ref.ID] == "" {
				t.Errorf("%s refers to %s, which is not there", id, ref.ID)
			}
		}
	}
	if strings.Contains(r.all, "alice@corp.example") {
		t.Error("who created the event is told")
	}
	if report := r.made["report--"+eventUUID]; len(r.raw) > 0 && report != nil && len(report["object_refs"].([]any)) != wide-1 {
		t.Errorf("the report names %d of %d objects", len(report["object_refs"].([]any)), wide-1)
	}
	return r
}

// level gives the level of TLP of an object.
func (r result) level(id string) stix.TLP {
	if ms, ok := r.made[id]["object_marking_refs"].([]any); ok {
		return stix.TLPOf(ms[0].(string))
	}
	return stix.TLPNone
}

func (r result) pattern(id string) string {
	s, _ := r.made[id]["pattern"].(string)
	return s
}

// What MISP marks for detection: an indicator under the attribute's UUID, with
// a pattern that says the value.
func TestIndicators(t *testing.T) {
	for _, c := range []struct{ typ, value, pattern string }{
		{"md5", strings.ToUpper(md5), "[file:hashes.MD5 = '" + md5 + "']"},
		{"sha256", sha256, "[file:hashes.'SHA-256' = '" + sha256 + "']"},
		{"sha3-256", sha256, "[file:hashes.'SHA3-256' = '" + sha256 + "']"},
		{"ip-dst", "192.0.2.1", "[ipv4-addr:value = '192.0.2.1']"},
		{"ip-src", "2001:DB8::1", "[ipv6-addr:value = '2001:db8::1']"},
		{"ip-dst", "192.0.2.0/24", "[ipv4-addr:value ISSUBSET '192.0.2.0/24']"},
		{"hostname", "C2.example", "[domain-name:value = 'c2.example']"},
		{"url", "hxxp://c2[.]example/a", "[url:value = 'http://c2.example/a']"},
		{"email-src", "mallory@mail.example", "[email-addr:value = 'mallory@mail.example']"},
		{"filename", `it's.exe`, `[file:name = 'it\'s.exe']`},
		{"filename|sha256", "a|b.exe|" + sha256, "[file:hashes.'SHA-256' = '" + sha256 + "']"},
		{"malware-sample", "a.exe|" + md5, "[file:hashes.MD5 = '" + md5 + "']"},
		{"filename|vhash", "a.exe|0150", "[file:hashes.VHASH = '0150']"},
		{"domain|ip", "c2.example|192.0.2.1", "[domain-name:value = 'c2.example'] OR [ipv4-addr:value = '192.0.2.1']"},
		{"ip-dst|port", "192.0.2.1|443", "[ipv4-addr:value = '192.0.2.1']"},
		{"hostname|port", "c2.example|8443", "[domain-name:value = 'c2.example']"},
		{"regkey", `HKLM\Software\Evil`, `[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\Software\\Evil']`},
		{"regkey|value", `HKCU\Software\Run|C:\evil.exe`, `[windows-registry-key:key = 'HKEY_CURRENT_USER\\Software\\Run' AND windows-registry-key:values[*].data = 'C:\\evil.exe']`},
		{"mutex", `Global\Evil`, `[mutex:name = 'Global\\Evil']`},
		{"x509-fingerprint-sha1", sha1hex, "[x509-certificate:hashes.'SHA-1' = '" + sha1hex + "']"},
		{"jarm-fingerprint", "2ad2ad", "[network-traffic:x_jarm = '2ad2ad']"},
		{"email-subject", "You won", "[email-message:subject = 'You won']"},
		{"yara", "rule a { condition: true }", "rule a { condition: true }"},
		{"stix2-pattern", "[file:name = 'x']", "[file:name = 'x']"},
	} {
		r := read(t, eventOf(attributes(attr(1, c.typ, c.value, true, ""))))
		id := "indicator--" + uuidOf(1)
		if r.pattern(id) != c.pattern || len(r.b.Problems) > 0 || len(r.raw) != 2 {
			t.Errorf("%s: %s (%d objects, %v), want %s", c.typ, r.pattern(id), len(r.raw), r.b.Problems, c.pattern)
		}
	}
	r := read(t, eventOf(attributes(attr(1, "ip-dst|port", "192.0.2.1|443", true, `,"first_seen":"2026-08-01T00:00:00.000000+00:00","comment":"C2 of the second wave","Tag":[{"name":"wave:2"},{"name":"admiralty-scale:information-credibility=\"2\""}]`))))
	m := r.made["indicator--"+uuidOf(1)]
	if m["description"] != "C2 of the second wave; Port: 443" || m["confidence"] != 70.0 || m["valid_from"] != "2026-08-01T00:00:00.000Z" || m["labels"].([]any)[0] != "wave:2" {
		t.Errorf("%v", m)
	}
}

// Everything else that has a value becomes an observable; text becomes notes.
func TestContext(t *testing.T) {
	for _, c := range []struct{ typ, value, object, says string }{
		{"sha1", sha1hex, "file", sha1hex}, {"ip-src", "192.0.2.1", "ipv4-addr", "192.0.2.1"}, {"domain", "a.example", "domain-name", "a.example"}, {"url", "http://a.example/", "url", "a.example"},
		{"filename", "a.exe", "file", "a.exe"}, {"AS", "64500", "autonomous-system", "64500"}, {"sha224", "00ff", "file", "SHA-224"}, {"twitter-id", "evilbot", "user-account", "evilbot"},
		{"vulnerability", "CVE-2026-12345", "vulnerability", "CVE-2026-12345"}, {"threat-actor", "Some Bear", "threat-actor", "Some Bear"}, {"campaign-name", "Op X", "campaign", "Op X"},
		{"text", "Linux/Evil.A", "note", "text: Linux/Evil.A"}, {"comment", "hello", "note", "hello"}, {"user-agent", "Mozilla/5.0", "note", "Mozilla"}, {"a-new-type", "x", "note", "a-new-type: x"},
		{"domain|ip", "a.example|192.0.2.1", "relationship", "resolves-to"}, {"link", "https://blog.example/a", "report", "https://blog.example/a"}, {"snort", "alert ip", "note", "alert ip"},
	} {
		r := read(t, eventOf(attributes(attr(1, c.typ, c.value, false, ""), attr(2, "domain", "other.example", true, ""))))
		found := false
		for id, raw := range r.raw {
			found = found || strings.HasPrefix(id, c.object+"--") && strings.Contains(raw, c.says)
		}
		if !found || len(r.b.Problems) > 0 {
			t.Errorf("%s: not among %s (%v)", c.typ, r.all, r.b.Problems)
		}
		if n := strings.Count(r.all, `"type":"indicator"`); n != 1 {
			t.Errorf("%s: %d indicators", c.typ, n)
		}
	}
}

// What is about people, and files, is left out and said to be; deleted parts are not mentioned.
func TestLeftOut(t *testing.T) {
	for typ, h := range types {
		if h.do != personal && h.do != attached {
			continue
		}
		for _, toIDs := range []bool{true, false} {
			r := read(t, eventOf(attributes(attr(1, typ, "Bob-Secret", toIDs, `,"data":"UEsDBA=="`), attr(2, "domain", "c2.example", true, ""))))
			if strings.Contains(r.all, "Bob-Secret") || strings.Contains(r.all, "UEsDBA") || len(r.b.Problems) != 1 {
				t.Errorf("%s: %s, %v", typ, r.all, r.b.Problems)
				continue
			}
			if p := r.b.Problems[0]; p.Place != "Event[0].Attribute[0]" || p.Kind != fault.Refused || p.ID != uuidOf(1) || strings.Contains(p.Detail, "Bob-Secret") {
				t.Errorf("%s: %v", typ, p)
			}
		}
	}
	r := read(t, eventOf(attributes(attr(1, "domain", "gone.example", true, `,"deleted":true`), attr(2, "domain", "c2.example", true, "")), `"Object":[`+obj(3, "file", `,"deleted":"1"`, attr(4, "md5", md5, true, ""))+`]`))
	if strings.Contains(r.all, "gone") || strings.Contains(r.all, md5) || len(r.b.Problems) > 0 {
		t.Errorf("deleted parts: %s, %v", r.all, r.b.Problems)
	}
	for name := range strings.FieldsSeq(personalObjects) {
		r := read(t, eventOf(attributes(attr(2, "domain", "c2.example", true, "")), `"Object":[`+obj(3, name, "", attr(4, "text", "Bob-Secret", false, ""))+`]`))
		if strings.Contains(r.all, "Bob-Secret") || len(r.b.Problems) != 1 || r.b.Problems[0].Place != "Event[0].Object[0]" || r.b.Problems[0].Kind != fault.Refused {
			t.Errorf("an object %s: %s, %v", name, r.all, r.b.Problems)
		}
	}
	r = read(t, eventOf(attributes(attr(1, "malware-sample", "a.exe|"+md5, true, `,"data":"UEsDBA=="`))))
	if strings.Contains(r.all, "UEsDBA") || !strings.Contains(r.all, md5) {
		t.Errorf("a sample: %s", r.all)
	}
}

// Parts that MISP distributes more narrowly than the event stay where they are.
func TestNarrowerDistribution(t *testing.T) {
	for _, d := range []string{"0", "4"} {
		narrow := `,"distribution":"` + d + `"`
		own := attr(1, "domain", "own.example", true, narrow)
		r := read(t, eventOf(attributes(own, attr(2, "domain", "c2.example", true, "")), `"Object":[`+obj(3, "file", narrow, attr(4, "md5", md5, true, ""))+`]`))
		if strings.Contains(r.all, "own.example") || strings.Contains(r.all, md5) || len(r.b.Problems) != 2 || r.b.Problems[0].Kind != fault.Refused {
			t.Errorf("distribution %s: %s, %v", d, r.all, r.b.Problems)
		}
		// An event that is itself so narrow was filed on purpose.
		r = read(t, strings.Replace(eventOf(attributes(own)), `"distribution":"3"`, `"distribution":"`+d+`"`, 1))
		if !strings.Contains(r.all, "own.example") {
			t.Errorf("an event of distribution %s: %v", d, r.b.Problems)
		}
	}
}

// Of several levels the narrowest counts, and a level that nobody knows is red.
func TestTLP(t *testing.T) {
	tags := func(names ...string) string {
		var out []string
		for _, n := range names {
			out = append(out, fmt.Sprintf(`{"name":%q}`, n))
		}
		return `"Tag":[` + strings.Join(out, ",") + `]`
	}
	for _, c := range []struct {
		event, part string
		want        stix.TLP // of the attribute
		problems    int
	}{
		{tags("tlp:green"), tags(), stix.Green, 0}, {tags("TLP:WHITE", "tlp:amber"), tags(), stix.Amber, 0}, {tags("tlp:green"), tags("tlp:red"), stix.Red, 0}, {tags("tlp:amber+strict"), tags("tlp:clear"), stix.AmberStrict, 0},
		{tags("tlp:purple"), tags(), stix.Red, 1}, {tags("tlp:green"), tags("tlp:ex:chr"), stix.Red, 1}, {tags("other"), tags(), stix.TLPNone, 0},
	} {
		r := read(t, eventOf(attributes(attr(1, "domain", "c2.example", true, ","+c.part), attr(2, "ip-dst", "192.0.2.1", false, "")), c.event))
		for id := range r.made {
			got := r.level(id)
			if strings.HasPrefix(id, "indicator--") && got != c.want || got > c.want || c.event != tags("other") && got == stix.TLPNone {
				t.Errorf("%s, %s: %s is %s", c.event, c.part, id, got.Name())
			}
		}
		if len(r.b.Problems) != c.problems {
			t.Errorf("%s, %s: %v", c.event, c.part, r.b.Problems)
		}
	}
}

// A narrower part is named by nothing that goes further than it does, not even by
// its identifier, which may be computed from its value.
func TestNarrowParts(t *testing.T) {
	red := `,"Tag":[{"name":"tlp:red"}]`
	r := read(t, eventOf(attributes(attr(1, "domain", "secret.example", false, red+`,"comment":"of the source"`), attr(2, "domain|ip", "b.example|192.0.2.1", false, red), attr(3, "text", "a secret", false, red), attr(4, "domain", "c2.example", true, "")),
		`"Tag":[{"name":"tlp:green"}]`, `"Object":[`+obj(5, "file", `,"ObjectReference":[{"referenced_uuid":"`+uuidOf(1)+`","relationship_type":"drops"}]`, attr(6, "md5", md5, true, ""), attr(7, "text", "packed", false, red))+`]`))
	for id, raw := range r.raw {
		if green := r.level(id) == stix.Green; green && (strings.Contains(raw, "secret") || strings.Contains(raw, "packed") || strings.Contains(raw, "b.example") || strings.Contains(raw, "drops")) {
			t.Errorf("%s goes further than it may: %s", id, raw)
		}
	}
	if n := strings.Count(r.all, stix.Red.MarkingID()); n != 8 {
		t.Errorf("%d red objects in %s", n, r.all)
	}
}

func TestReportObject(t *testing.T) {
	r := read(t, eventOf(attributes(attr(1, "domain", "c2.example", true, ""), attr(2, "link", "https://blog.example/a", false, "")),
		`"Tag":[{"name":"osint"},{"name":"misp-galaxy:mitre-attack-pattern=\"Service Stop - T1489\""},{"name":"misp:confidence-level=\"fairly-confident\""}]`,
		`"Galaxy":[{"GalaxyCluster":[{"type":"malpedia","value":"Evil"},{"type":"sector","value":"Bank"}]}]`,
		`"EventReport":[{"uuid":"`+uuidOf(9)+`","name":"Summary","content":"# It began","timestamp":"1790000050"},{"name":"gone","content":"x","deleted":true}]`))
	m := r.made["report--"+eventUUID]
	if m["name"] != "Attack on nobody" || m["created"] != "2026-09-01T00:00:00.000Z" || m["modified"] != "2026-09-21T14:15:00.000Z" || m["confidence"] != 50.0 {
		t.Errorf("%v", m)
	}
	if l := fmt.Sprint(m["labels"]); l != `[osint misp:confidence-level="fairly-confident" Bank]` {
		t.Errorf("labels %s", l)
	}
	if !strings.Contains(r.all, `"external_id":"T1489"`) || !strings.Contains(r.all, `"type":"malware"`) || !strings.Contains(r.raw["note--"+uuidOf(9)], "# It began") || strings.Contains(r.all, "gone") {
		t.Errorf("%s", r.all)
	}
	i := r.made["indicator--"+uuidOf(1)]
	if i["created"] != "2026-09-01T00:00:00.000Z" || i["modified"] != "2026-09-21T14:13:20.000Z" || i["valid_from"] != i["modified"] {
		t.Errorf("%v", i)
	}
}

// Filing the same event again gives the same bytes; a changed attribute a later version.
func TestVersions(t *testing.T) {
	before := eventOf(attributes(attr(1, "domain", "c2.example", true, ""), attr(2, "ip-dst", "192.0.2.1", false, `,"comment":"x"`)), `"Object":[`+obj(3, "elf", "", attr(4, "md5", md5, true, ""), attr(5, "text", "packed", false, ""))+`]`)
	a, b := read(t, before), read(t, before)
	if a.all != b.all {
		t.Error("the same event gives other bytes")
	}
	c := read(t, strings.Replace(before, `"value":"c2.example","to_ids":true,"timestamp":"1790000000"`, `"value":"c3.example","to_ids":true,"timestamp":"1790000090"`, 1))
	x, y := a.made["indicator--"+uuidOf(1)], c.made["indicator--"+uuidOf(1)]
	if x["modified"].(string) >= y["modified"].(string) || x["created"] != y["created"] {
		t.Errorf("%v became %v", x, y)
	}
	for id := range a.raw {
		if c.raw[id] == "" {
			t.Errorf("%s has another identifier now", id)
		}
	}
}

func TestWrappings(t *testing.T) {
	one := eventOf(attributes(attr(1, "domain", "c2.example", true, "")))
	bare := strings.TrimSuffix(strings.TrimPrefix(one, `{"Event":`), "}")
	for name, in := range map[string]string{"Event": one, "response": `{"response":[` + one + `]}`, "list": "[" + one + "]\n", "bare": bare, "list of bare": "[" + bare + "]", "response, one": `{"response":` + one + `}`,
		"attributes alone": `{"response":{"Attribute":[` + attr(1, "domain", "c2.example", true, "") + `]}}`, "with more": `{"errors":[],"Event":` + bare + `}`} {
		for _, r := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
			b, err := NewReader(r, options()).Next()
			if err != nil || len(b.Items) != 2 || string(b.Input) != in {
				t.Errorf("%s: %d items, input of %d bytes for %d, %v, %v", name, len(b.Items), len(b.Input), len(in), b.Problems, err)
			}
		}
	}
	r := NewReader(strings.NewReader("["+one+","+strings.ReplaceAll(one, eventUUID, uuidOf(77))+"]"), options())
	var input []byte
	for n := 0; ; n++ {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			if n != 2 || string(input) != "["+one+","+strings.ReplaceAll(one, eventUUID, uuidOf(77))+"]" {
				t.Errorf("%d events, input %s", n, input)
			}
			break
		}
		if err != nil || !slices.ContainsFunc(b.Items, func(it intake.Item) bool { return it.Place == fmt.Sprintf("Event[%d].Attribute[0]", n) }) {
			t.Fatal(err, b.Items)
		}
		input = append(input, b.Input...)
	}
}

// things gives what defences would act on.
func things(t testing.TB, b intake.Batch) (out []observable.Thing) {
	t.Helper()
	for _, it := range b.Items {
		if o, err := stix.Parse(it.Raw, stix.Limits{}); err == nil && o.Type == "indicator" {
			out = append(out, observable.FromObject(&o)...)
		}
	}
	return out
}
