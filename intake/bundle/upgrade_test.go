package bundle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/intake"
	"tocsin/stix"
)

const stamp = `"created":"2019-03-01T00:00:00.000Z","modified":"2019-03-01T00:00:00.000Z"`

const amber = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"

// observed20 holds a folder, a file in it, an e-mail, and two processes that
// name each other.
const observed20 = `{"type":"observed-data","id":"observed-data--` + uuid + `",` + stamp + `,"first_observed":"2019-03-01T00:00:00Z","last_observed":"2019-03-01T00:00:00Z","number_observed":1,
"object_marking_refs":["` + amber + `"],"objects":{
"0":{"type":"file","name":"a.exe","hashes":{"ssdeep":"3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C","MD5":"0123456789abcdef0123456789abcdef"},"created":"2019-01-01T00:00:00Z","parent_directory_ref":"1"},
"1":{"type":"directory","path":"C:\\Temp","contains_refs":["0"]},
"2":{"type":"email-addr","value":"mallory@mail.example"},
"3":{"type":"email-message","is_multipart":false,"from_ref":"2","subject":"Hi","additional_header_fields":{"X-Mailer":"Bat","Via":["x"]}},
"4":{"type":"process","pid":1,"name":"a.exe","child_refs":["5"]},
"5":{"type":"process","pid":2,"parent_ref":"4","binary_ref":"0","created":"2019-01-01T00:00:00Z"}}}`

func read20(t *testing.T, objects ...string) []map[string]any {
	t.Helper()
	b, err := Read([]byte(strings.Replace(bundleOf(objects...), `"id"`, `"spec_version":"2.0","id"`, 1)), intake.Options{})
	if err != nil || len(b.Problems) > 0 {
		t.Fatal(err, b.Problems)
	}
	var out []map[string]any
	for _, it := range b.Items {
		if !it.Made {
			t.Errorf("%s: passes as received", it.Place)
		}
		m := map[string]any{}
		if err := json.Unmarshal(it.Raw, &m); err != nil {
			t.Fatal(err)
		}
		m["place"] = it.Place
		out = append(out, m)
	}
	return out
}

func TestUpgradeOfDomainObjects(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{`{"type":"indicator","id":"indicator--` + uuid + `",` + stamp + `,"labels":["malicious-activity","My-Label"],"pattern":"[url:value = 'http://a.example/']","valid_from":"2019-03-01T00:00:00Z"}`,
			`{"type":"indicator","spec_version":"2.1","id":"indicator--` + uuid + `",` + stamp + `,"indicator_types":["malicious-activity"],"labels":["My-Label"],"pattern":"[url:value = 'http://a.example/']","valid_from":"2019-03-01T00:00:00Z","pattern_type":"stix"}`},
		{`{"type":"malware","id":"malware--` + uuid + `",` + stamp + `,"name":"X","labels":["Ransomware"],"x_new":{"a": 1.0}}`,
			`{"type":"malware","spec_version":"2.1","id":"malware--` + uuid + `",` + stamp + `,"name":"X","malware_types":["ransomware"],"x_new":{"a": 1.0},"is_family":true}`},
		{`{"type":"identity","id":"identity--` + uuid + `",` + stamp + `,"name":"X","identity_class":"class","labels":["Hospital"]}`,
			`{"type":"identity","spec_version":"2.1","id":"identity--` + uuid + `",` + stamp + `,"name":"X","identity_class":"class","roles":["Hospital"]}`},
		{`{"type":"campaign","id":"campaign--` + uuid + `",` + stamp + `,"name":"X","labels":["a"]}`,
			`{"type":"campaign","spec_version":"2.1","id":"campaign--` + uuid + `",` + stamp + `,"name":"X","labels":["a"]}`},
		{`{"type":"marking-definition","id":"` + amber + `","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","definition":{"tlp":"amber"}}`,
			`{"type":"marking-definition","spec_version":"2.1","id":"` + amber + `","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","definition":{"tlp":"amber"}}`},
	} {
		for _, in := range []string{strings.Replace(bundleOf(c.in), `"id"`, `"spec_version":"2.0","id"`, 1), strings.TrimSuffix(bundleOf(c.in), "}") + `,"spec_version":"2.0"}`, "[" + c.in + "]", c.in} {
			b, err := Read([]byte(in), intake.Options{})
			if err != nil || len(b.Items) != 1 || string(b.Items[0].Raw) != c.out || !b.Items[0].Made {
				t.Errorf("%s\nbecame %v\nwant   %s (%v, %v)", c.in, b.Items, c.out, b.Problems, err)
			}
		}
		// Where 2.1 is what stands around it, nothing is guessed.
		for _, in := range []string{bundleOf(c.in), `{"objects":[` + c.in + `]}`} {
			b, err := Read([]byte(in), intake.Options{})
			if err != nil || len(b.Problems) != 1 || !strings.Contains(b.Problems[0].Detail, "spec_version") {
				t.Errorf("%s: %v, %v", in, b.Problems, err)
			}
		}
	}
}

func TestUpgradeOfObservedData(t *testing.T) {
	objects := read20(t, observed20)
	if len(objects) != 7 {
		t.Fatalf("%d objects", len(objects))
	}
	file, dir, addr, mail, p1, p2, data := objects[0], objects[1], objects[2], objects[3], objects[4], objects[5], objects[6]
	var refs []any
	for _, o := range objects[:6] {
		refs = append(refs, o["id"])
		if !slices.Contains(o["object_marking_refs"].([]any), any(amber)) || o["spec_version"] != "2.1" {
			t.Errorf("%v has lost the marking of the whole", o)
		}
	}
	if got := data["object_refs"].([]any); !slices.Equal(got, refs) || data["objects"] != nil || data["place"] != "objects[0]" || dir["place"] != "objects[0].objects.1" {
		t.Errorf("observed-data names %v at %v", got, data["place"])
	}
	for name, ok := range map[string]bool{
		"the folder of the file":        file["parent_directory_ref"] == dir["id"],
		"the sender":                    mail["from_ref"] == addr["id"],
		"the times of a file":           file["ctime"] == "2019-01-01T00:00:00Z" && file["created"] == nil,
		"the name of an algorithm":      file["hashes"].(map[string]any)["SSDEEP"] != nil,
		"processes know each other":     p2["parent_ref"] == p1["id"] && p1["child_refs"].([]any)[0] == p2["id"],
		"a process and its image":       p2["image_ref"] == file["id"] && p2["created_time"] != nil,
		"what 2.1 does not have":        p1["x_name"] == "a.exe" && p1["name"] == nil,
		"header fields are lists":       mail["additional_header_fields"].(map[string]any)["X-Mailer"].([]any)[0] == "Bat",
		"an identifier by the contents": addr["id"] == idOf(t, `{"type":"email-addr","value":"mallory@mail.example"}`),
	} {
		if !ok {
			t.Errorf("%s: not right in %v", name, objects)
		}
	}
	again := read20(t, observed20)
	for i := range objects {
		if objects[i]["id"] != again[i]["id"] {
			t.Errorf("filed again, %v is %v", objects[i]["id"], again[i]["id"])
		}
	}
}

func idOf(t *testing.T, raw string) string {
	t.Helper()
	id, ok := stix.ObservableID([]byte(raw))
	if !ok {
		t.Fatal(raw)
	}
	return id
}

// A marking on a part of what is taken apart holds for all of it.
func TestUpgradeKeepsGranularMarkings(t *testing.T) {
	in := strings.Replace(observed20, `"object_marking_refs":["`+amber+`"]`, `"granular_markings":[{"selectors":["objects.0.name"],"marking_ref":"`+amber+`"}]`, 1)
	for _, o := range read20(t, in) {
		if m, ok := o["object_marking_refs"].([]any); !ok || m[0] != amber || o["granular_markings"] != nil {
			t.Errorf("%v has no marking", o)
		}
	}
}

// Observables that refer to each other in a circle, or in a long chain, get identifiers all the same.
func TestUpgradeOfCircles(t *testing.T) {
	self := strings.Replace(observed20, `"path":"C:\\Temp"`, `"path":"C:\\Temp","x_self_ref":"1"`, 1)
	if n := len(read20(t, self)); n != 7 {
		t.Errorf("%d objects", n)
	}
	var chain strings.Builder
	chain.WriteString(`{"type":"observed-data","id":"observed-data--` + uuid + `",` + stamp + `,"first_observed":"2019-03-01T00:00:00Z","last_observed":"2019-03-01T00:00:00Z","number_observed":1,"objects":{`)
	for i := range 500 {
		fmt.Fprintf(&chain, `"k%d":{"type":"file","name":"f%d","parent_directory_ref":"k%d"},`, i, i, (i+1)%500)
	}
	objects := read20(t, strings.TrimSuffix(chain.String(), ",")+"}}")
	if len(objects) != 501 {
		t.Fatalf("%d objects", len(objects))
	}
	for i, o := range objects[:500] {
		if o["parent_directory_ref"] != objects[(i+1)%500]["id"] {
			t.Fatalf("object %d refers to %v", i, o["parent_directory_ref"])
		}
	}
}

func TestUpgradeRefuses(t *testing.T) {
	for _, c := range []struct{ old, with, says string }{
		{`"type":"directory",`, ``, "objects.1.type"},
		{`{"type":"email-addr","value":"mallory@mail.example"}`, `7`, "objects.2"},
		{`"number_observed":1,`, ``, "number_observed"},
		{`"value":"mallory@mail.example"`, `"value":"a","value":"b"`, "twice"},
	} {
		in := strings.Replace(bundleOf(strings.Replace(observed20, c.old, c.with, 1), domain(1)), `"id"`, `"spec_version":"2.0","id"`, 1)
		b, err := Read([]byte(in), intake.Options{})
		if err != nil || len(b.Problems) != 1 || !strings.Contains(b.Problems[0].Detail, c.says) || len(b.Items) == 0 {
			t.Errorf("%s: %d items, %v, %v", c.says, len(b.Items), b.Problems, err)
		}
	}
}

// Whatever an object of 2.0 holds, the upgrade gives valid JSON and keeps every value that it does not know.
func FuzzUpgrade(f *testing.F) {
	for _, s := range []string{observed20, `{"type":"malware","labels":["worm",1],"name":"x"}`, `{"type":"observed-data","objects":{"0":{"type":"x","a_ref":"0"}}}`, `{"labels":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := upgrade(in, "objects[0]")
		if err != nil {
			return
		}
		for _, o := range out {
			if !jsontext.Value(o.raw).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Fatalf("%s\nbecame %s", in, o.raw)
			}
		}
	})
}
