package misp

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/fault"
)

// shared gives real files; they are not part of the repository.
func shared(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("../../../shared/data/misp/" + pattern)
	if err != nil || len(files) == 0 {
		if os.Getenv("CI") != "" {
			t.Fatalf("the real files %s are not there", pattern)
		}
		t.Skipf("skipped: the real files %s are not there", pattern)
	}
	out := map[string][]byte{}
	for _, f := range files {
		if out[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// plainEvent is an event as another parser reads it.
type plainEvent struct {
	Creator   string `json:"event_creator_email"`
	Attribute []plainAttribute
	Object    []struct{ Attribute []plainAttribute }
}

type plainAttribute struct {
	Type, Value, Comment, Distribution string
	ToIDs                              bool `json:"to_ids"`
	Deleted                            bool
}

func plainly(t *testing.T, raw []byte) plainEvent {
	t.Helper()
	var one struct {
		Event    *plainEvent
		Response []struct{ Event plainEvent }
	}
	if err := json.Unmarshal(raw, &one); err != nil {
		t.Fatal(err)
	}
	if one.Event != nil {
		return *one.Event
	}
	return one.Response[0].Event
}

// Of each real event every attribute is taken, or named as one that is not;
// what is for detection is in a pattern; comments stay; who made it is not told.
func TestRealEvents(t *testing.T) {
	counts := map[string][3]int{ // attributes, for detection, left out
		"backdoordiplomacy.json": {67, 66, 0}, "mozi-botnet.json": {151, 74, 0}, "sshdoor-onderon.json": {28, 0, 0}, "turla-crutch.json": {20, 0, 0}, "xdspy.json": {71, 0, 11},
	}
	for name, raw := range shared(t, "events/*.json") {
		b, err := Read(raw, options())
		if err != nil || !bytes.Equal(b.Input, raw) {
			t.Fatal(name, err)
		}
		r := check(t, b)
		e := plainly(t, raw)
		as := e.Attribute
		for _, o := range e.Object {
			as = append(as, o.Attribute...)
		}
		text := unescape(r.all)
		detect, left := 0, 0
		for _, a := range as {
			value := a.Value
			if i := strings.LastIndex(value, "|"); i > 0 && strings.Contains(a.Type, "|") {
				value = value[i+1:]
			}
			found := strings.Contains(text, strings.ToLower(value))
			switch {
			case a.Distribution == "0":
				left++
			case !found:
				t.Errorf("%s: %s %s is nowhere", name, a.Type, a.Value)
			case a.Comment != "" && !strings.Contains(text, strings.ToLower(a.Comment)):
				t.Errorf("%s: the comment %q is nowhere", name, a.Comment)
			}
			if a.ToIDs && a.Type != "text" { // the names that virus scanners give are marked too, but match nothing
				detect++
			}
		}
		if got := [3]int{len(as), len(things(t, b)), len(b.Problems)}; got != counts[name] || detect != got[1] || left != got[2] {
			t.Errorf("%s: %v (attributes, indicators, left out), counted %d for detection, %d narrower; %v", name, got, detect, left, b.Problems)
		}
		for _, p := range b.Problems {
			if p.Kind != fault.Refused {
				t.Errorf("%s: %v", name, p)
			}
		}
		if e.Creator != "" && strings.Contains(r.all, e.Creator) {
			t.Errorf("%s tells who made it", name)
		}
	}
}

// unescape takes the escapes of JSON and of patterns off a text.
func unescape(s string) string {
	return strings.ToLower(strings.NewReplacer(`\\\\`, `\`, `\\`, `\`, `\"`, `"`, `\n`, "\n", `\r`, "\r", `\u003c`, "<").Replace(s))
}

// Every type that MISP has is decided on; new ones show here.
func TestEveryTypeIsDecidedOn(t *testing.T) {
	var d struct {
		Result struct {
			Types      []string
			Categories []string
			Mappings   map[string][]string `json:"category_type_mappings"`
		}
	}
	if err := json.Unmarshal(shared(t, "describeTypes.json")["describeTypes.json"], &d); err != nil || len(d.Result.Types) < 150 {
		t.Fatal(len(d.Result.Types), err)
	}
	for _, typ := range d.Result.Types {
		if _, ok := types[typ]; !ok {
			t.Errorf("nothing is decided about %s", typ)
		}
	}
	for _, typ := range d.Result.Mappings["Targeting data"] {
		if h := types[typ]; strings.HasPrefix(typ, "target-") && h.do != personal {
			t.Errorf("%s is about whom it hit, and would be taken", typ)
		}
	}
}
