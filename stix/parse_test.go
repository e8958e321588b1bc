package stix

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"tocsin/fault"
)

const (
	toolID = "tool--00000000-0000-4000-8000-00000000000a"
	header = `"type":"tool","spec_version":"2.1","id":"` + toolID + `","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-02T00:00:00.000Z"`
)

// tool writes a tool with more properties.
func tool(more string) []byte { return []byte(`{` + header + `,"name":"netcat"` + more + `}`) }

func TestParseHeader(t *testing.T) {
	raw := []byte(` {"pattern_type":"stix","type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.123456Z",
		"modified":"2026-01-02T00:00:00Z","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","revoked":true,"confidence":85,
		"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],"granular_markings":[{"lang":"de","selectors":["name"]}],
		"pattern":"[url:value = 'https:\/\/bad.example']","valid_from":"2026-01-01T00:00:00Z","valid_until":"2026-03-01T00:00:00Z","x_own":{"b":1.50,"a":[1e2]}} `)
	o, err := Parse(raw, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(o.Raw, raw) || &o.Raw[0] != &raw[0] {
		t.Error("Raw is not the bytes that came")
	}
	want := Object{Type: "indicator", ID: "indicator--00000000-0000-4000-8000-00000000000a", Family: SDO, SpecVersion: "2.1", CreatedBy: "identity--00000000-0000-4000-8000-000000000001",
		Created: "2026-01-01T00:00:00.123456Z", Modified: "2026-01-02T00:00:00Z", Revoked: true, Confidence: 85, Granular: true,
		Pattern: "[url:value = 'https://bad.example']", PatternType: "stix", ValidFrom: "2026-01-01T00:00:00Z", ValidUntil: "2026-03-01T00:00:00Z"}
	markings := o.Markings
	o.Raw, o.Markings = nil, nil
	if fmt.Sprint(o) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", o, want)
	}
	if len(markings) != 1 || TLPOf(markings[0]) != Green {
		t.Errorf("markings %v", markings)
	}
}

func TestParseAbsent(t *testing.T) {
	o, err := Parse([]byte(`{"type":"domain-name","id":"domain-name--00000000-0000-5000-8000-00000000000a","value":"bad.example"}`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if o.Confidence != -1 || o.Revoked || o.Granular || o.Version() != "" || o.Family != SCO || o.Markings != nil {
		t.Errorf("got %+v", o)
	}
}

func TestVersion(t *testing.T) {
	for _, c := range []struct{ o, want Object }{
		{Object{Created: "a", Modified: "b"}, Object{Created: "b"}}, {Object{Created: "a"}, Object{Created: "a"}}, {Object{}, Object{}},
	} {
		if got := c.o.Version(); got != c.want.Created {
			t.Errorf("%+v has version %q", c.o, got)
		}
	}
}

func TestFamilies(t *testing.T) {
	const times = `,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z"`
	for _, c := range []struct {
		typ, more string
		want      Family
	}{
		{"tool", times + `,"name":"a"`, SDO}, {"relationship", times + `,"relationship_type":"uses","source_ref":"x","target_ref":"y"`, SRO},
		{"sighting", times + `,"sighting_of_ref":"` + toolID + `"`, SRO}, {"file", `,"name":"a"`, SCO}, {"marking-definition", `,"created":"2026-01-01T00:00:00.000Z","extensions":{"a":1}`, Meta},
		{"x-own", times, SDO}, {"x-own", "", SCO},
	} {
		o, err := Parse(fmt.Appendf(nil, `{"type":%q,"spec_version":"2.1","id":"%s--00000000-0000-4000-8000-00000000000a"%s}`, c.typ, c.typ, c.more), Limits{})
		if err != nil || o.Family != c.want {
			t.Errorf("%s%s: family %d (%v), want %d", c.typ, c.more, o.Family, err, c.want)
		}
	}
}

// TestParseRefuses: each with its kind, where it is, and what to do.
func TestParseRefuses(t *testing.T) {
	replaced := func(old, with string) string {
		s := string(tool(""))
		if !strings.Contains(s, old) {
			t.Fatalf("%s is not there to replace", old)
		}
		return strings.Replace(s, old, with, 1)
	}
	for _, c := range []struct {
		name, raw string
		kind      fault.Kind
		says      string
	}{
		{"nothing", "", fault.Invalid, "ends too early"},
		{"half an object", string(tool("")[:60]), fault.Invalid, "ends too early"},
		{"a list", "[]", fault.Invalid, "is a JSON object"},
		{"text", "hello", fault.Invalid, "byte 0: this is not valid JSON"},
		{"something behind it", string(tool("")) + "{}", fault.Invalid, "follows"},
		{"a comma too much", replaced(`"name":"netcat"`, `"name":"netcat",`), fault.Invalid, "byte "},
		{"a name twice", string(tool(`,"name":"b"`)), fault.Invalid, "twice"},
		{"a name twice, written differently", string(tool(`,"nam\u0065":"b"`)), fault.Invalid, "twice"},
		{"a name twice inside", string(tool(`,"x_a":{"b":[{"c":1,"c":2}]}`)), fault.Invalid, "twice"},
		{"bad UTF-8", string(tool(",\"x_a\":\"\xff\"")), fault.Invalid, "UTF-8"},
		{"bad UTF-8 in a name", string(tool(",\"x_\xc3\":1")), fault.Invalid, "UTF-8"},
		{"a lone surrogate", string(tool(`,"x_a":"\ud800"`)), fault.Invalid, "UTF-8"},
		{"a lone low surrogate", string(tool(`,"x_a":"\udc00x"`)), fault.Invalid, "UTF-8"},
		{"null", string(tool(`,"x_a":null`)), fault.Invalid, "x_a: is null"},
		{"null inside", string(tool(`,"x_a":{"b":[null]}`)), fault.Invalid, "x_a: is null"},
		{"an empty list", string(tool(`,"x_a":{"b":[]}`)), fault.Invalid, "x_a: has an empty list"},
		{"no type", replaced(`"type":"tool",`, ""), fault.Invalid, "type: is missing"},
		{"no id", replaced(`"id":"`+toolID+`",`, ""), fault.Invalid, "id: is missing"},
		{"another id", replaced(toolID, "malware"+toolID[4:]), fault.Invalid, "id: names another type"},
		{"an id without hyphens", replaced(toolID, "tool--00000000000040008000000000000000000a"), fault.Invalid, "TYPE--UUID"},
		{"a number as type", replaced(`"tool"`, "7"), fault.Invalid, "type: is a string"},
		{"a bundle", `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-00000000000a"}`, fault.Invalid, "not a STIX object"},
		{"no version of the standard", replaced(`"spec_version":"2.1",`, ""), fault.Invalid, "spec_version: is missing"},
		{"another version of the standard", replaced(`"2.1"`, `"2.0"`), fault.Unsupported, "is not 2.1"},
		{"no created", replaced(`"created":"2026-01-01T00:00:00.000Z",`, ""), fault.Invalid, "created: is missing"},
		{"no modified", replaced(`,"modified":"2026-01-02T00:00:00.000Z"`, ""), fault.Invalid, "modified: is missing"},
		{"modified before created", replaced("2026-01-02", "2025-01-02"), fault.Invalid, "modified: is before created"},
		{"no timestamp", replaced("2026-01-02T00:00:00.000Z", "yesterday"), fault.Invalid, "modified: is not a timestamp"},
		{"no name", replaced(`,"name":"netcat"`, ""), fault.Invalid, "name: is missing: a tool needs it"},
		{"a creator that is none", string(tool(`,"created_by_ref":"me"`)), fault.Invalid, "created_by_ref: is not an identifier"},
		{"revoked in words", string(tool(`,"revoked":"yes"`)), fault.Invalid, "revoked: is true or false"},
		{"confidence in words", string(tool(`,"confidence":"high"`)), fault.Invalid, "confidence: is an integer"},
		{"confidence in parts", string(tool(`,"confidence":50.5`)), fault.Invalid, "confidence: is an integer"},
		{"confidence over 100", string(tool(`,"confidence":101`)), fault.Invalid, "confidence: is an integer"},
		{"confidence below 0", string(tool(`,"confidence":-1`)), fault.Invalid, "confidence: is an integer"},
		{"markings that are no list", string(tool(`,"object_marking_refs":"` + Green.MarkingID() + `"`)), fault.Invalid, "object_marking_refs: is a list"},
		{"no markings", string(tool(`,"object_marking_refs":[]`)), fault.Invalid, "object_marking_refs: is empty"},
		{"markings of another kind", string(tool(`,"object_marking_refs":["` + toolID + `"]`)), fault.Invalid, "not the identifier of a marking-definition"},
		{"a marking that is a number", string(tool(`,"object_marking_refs":[7]`)), fault.Invalid, "object_marking_refs: is a string"},
		{"valid for no time", `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",
			"pattern":"x","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2026-01-01T00:00:00.0Z"}`, fault.Invalid, "valid_until: is not after"},
		{"an observable of nothing", `{"type":"process","id":"process--00000000-0000-4000-8000-00000000000a","defanged":true}`, fault.Invalid, "at least one property"},
		{"one of several", `{"type":"network-traffic","id":"network-traffic--00000000-0000-4000-8000-00000000000a","protocols":["tcp"]}`, fault.Invalid, "src_ref or dst_ref: is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.raw), Limits{})
			if fault.KindOf(err) != c.kind || !strings.Contains(fault.Public(err), c.says) {
				t.Errorf("got %v: %q, want %v with %q", fault.KindOf(err), fault.Public(err), c.kind, c.says)
			}
			if strings.Contains(fault.Public(err), "netcat") {
				t.Errorf("the message quotes the input: %v", err)
			}
		})
	}
}

// TestParseLimits: each just inside and just outside.
func TestParseLimits(t *testing.T) {
	small := Limits{Object: 1000, Depth: 5, Keys: 20}
	padded := func(n int) []byte { return tool(`,"x_a":"` + strings.Repeat("a", n-len(tool(`,"x_a":""`))) + `"`) }
	nested := func(n int) []byte { return tool(`,"x_a":` + strings.Repeat("[", n-1) + "1" + strings.Repeat("]", n-1)) }
	objects := func(n int) []byte {
		return tool(`,"x_a":` + strings.Repeat(`{"b":`, n-1) + "1" + strings.Repeat("}", n-1))
	}
	keys := func(n int) []byte {
		var b strings.Builder
		for i := range n - 7 { // the six of the header and name, and x_a
			fmt.Fprintf(&b, `,"b%d":1`, i)
		}
		return tool(`,"x_a":{` + strings.TrimPrefix(b.String(), ",") + `}`)
	}
	name := func(n int) []byte { return tool(`,"` + strings.Repeat("n", n) + `":1`) }
	inner := func(n int) []byte { return tool(`,"x_a":{"` + strings.Repeat("n", n) + `":1}`) }
	for _, c := range []struct {
		what string
		make func(int) []byte
		most int
		lim  Limits
		kind fault.Kind
	}{
		{"bytes", padded, 1000, small, fault.TooLarge}, {"bytes by default", padded, 8 << 20, Limits{}, fault.TooLarge},
		{"lists", nested, 5, small, fault.TooLarge}, {"lists by default", nested, 64, Limits{}, fault.TooLarge},
		{"objects", objects, 5, small, fault.TooLarge}, {"objects by default", objects, 64, Limits{}, fault.TooLarge},
		{"names", keys, 20, small, fault.TooLarge}, {"names by default", keys, 50_000, Limits{}, fault.TooLarge},
		{"characters of a name", name, 250, Limits{}, fault.Invalid}, {"characters of a name inside", inner, 250, Limits{}, fault.Invalid},
	} {
		t.Run(c.what, func(t *testing.T) {
			if _, err := Parse(c.make(c.most), c.lim); err != nil {
				t.Errorf("%d are refused: %v", c.most, err)
			}
			if _, err := Parse(c.make(c.most+1), c.lim); fault.KindOf(err) != c.kind {
				t.Errorf("%d: got %v, want %v", c.most+1, err, c.kind)
			}
		})
	}
}

// TestVeryDeep: far over the bound the answer is the same, and comes at once.
func TestVeryDeep(t *testing.T) {
	for _, deep := range []string{strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000)} {
		if _, err := Parse(tool(`,"x_a":`+deep), Limits{}); fault.KindOf(err) != fault.TooLarge {
			t.Errorf("got %v", err)
		}
	}
}

func TestRequired(t *testing.T) {
	for typ, need := range required {
		const common = `"spec_version":"2.1","id":"%s--00000000-0000-4000-8000-00000000000a","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z"`
		for i := range need {
			var b strings.Builder
			fmt.Fprintf(&b, `{"type":%q,`+common, typ, typ)
			for j, n := range need {
				if n, _, _ := strings.Cut(n, "|"); j != i {
					fmt.Fprintf(&b, `,%q:%s`, n, valueOf(n))
				}
			}
			_, err := Parse([]byte(b.String()+"}"), Limits{})
			if err == nil || !strings.Contains(fault.Public(err), "is missing: a "+typ+" needs it") {
				t.Errorf("%s without %s: %v", typ, need[i], err)
			}
		}
	}
}

// valueOf gives a value that a required property may have.
func valueOf(name string) string {
	switch {
	case name == "valid_from" || name == "published" || strings.HasPrefix(name, "first_") || strings.HasPrefix(name, "last_"):
		return `"2026-01-01T00:00:00Z"`
	case name == "created_by_ref":
		return `"identity--00000000-0000-4000-8000-000000000001"`
	case strings.HasSuffix(name, "_refs"):
		return `["` + toolID + `"]`
	case strings.HasSuffix(name, "_ref"):
		return `"` + toolID + `"`
	case strings.HasPrefix(name, "number_"):
		return "1"
	case name == "extension_types":
		return `["property-extension"]`
	case name == "contents" || name == "objects" || name == "extensions":
		return `{"de":{"name":"x"}}`
	case name == "definition_type":
		return `"statement"`
	}
	return `"x"`
}

func TestCheckID(t *testing.T) {
	const uuid = "00000000-0000-4000-8000-00000000000a"
	for _, c := range []struct {
		id  string
		typ string
		ok  bool
	}{
		{"tool--" + uuid, "tool", true}, {"x-own-1--" + uuid, "x-own-1", true}, {"tool--" + strings.ToUpper(uuid), "tool", true},
		{"ab--" + uuid, "ab", true}, {"a--" + uuid, "", false}, {strings.Repeat("a", 250) + "--" + uuid, strings.Repeat("a", 250), true}, {strings.Repeat("a", 251) + "--" + uuid, "", false},
		{"Tool--" + uuid, "", false}, {"to_ol--" + uuid, "", false}, {"tool-" + uuid, "", false}, {"tool--" + uuid + "a", "", false}, {"tool--" + uuid[1:], "", false},
		{"tool--0000000g-0000-4000-8000-00000000000a", "", false}, {"tool--00000000_0000-4000-8000-00000000000a", "", false}, {"", "", false}, {"--" + uuid, "", false},
	} {
		if typ, ok := CheckID(c.id); ok != c.ok || ok && typ != c.typ {
			t.Errorf("%q: %q %v", c.id, typ, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{string(tool("")), string(tool(`,"x_a":{"b":["\u00e9\ud83d\ude00",1.5e3,true]}`)), `{"type":"file","id":"file--00000000-0000-5000-8000-00000000000a","name":"a"}`,
		`{"a":`, string(tool(`,"object_marking_refs":["` + Red.MarkingID() + `"]`))} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		o, err := Parse(raw, Limits{Depth: 20, Keys: 100})
		if !bytes.Equal(raw, before) {
			t.Fatal("Parse changed its input")
		}
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		if typ, ok := CheckID(o.ID); !ok || typ != o.Type {
			t.Fatalf("accepted with id %q and type %q", o.ID, o.Type)
		}
		// What is accepted stays accepted under a new version.
		if o.Modified != "" {
			when, _ := ParseTime(o.Modified)
			if _, err := Parse(WithVersion(raw, when), Limits{}); err != nil && len(o.Modified) <= 24 {
				t.Fatalf("its next version is refused: %v", err)
			}
		}
	})
}
