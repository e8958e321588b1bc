package privacy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/stix"
)

// valuesOf gives the string and number fields of an object by path.
func valuesOf(t interface{ Fatal(...any) }, raw []byte) map[string]string {
	out := map[string]string{}
	if err := stix.Walk(raw, func(f stix.Field) error {
		if !f.IsKey {
			out[f.Path.String()] = f.Value
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// made gives a field as its marks say that others get it.
func made(x Text) string {
	var b strings.Builder
	at := 0
	for _, m := range x.Marks {
		b.WriteString(x.Value[at:m.Start] + m.With)
		at = m.End
	}
	return b.String() + x.Value[at:]
}

// holdsMarks: the marks of each field are in order, and making them gives the field
// as it goes out; asking for them changes nothing.
func holdsMarks(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, objs []stix.Object, out, plain []Stripped) {
	for i, s := range out {
		if plain != nil && (!bytes.Equal(s.Raw, plain[i].Raw) || len(s.Held) != len(plain[i].Held) || len(s.Removed) != len(plain[i].Removed) || len(plain[i].Texts) != 0) {
			t.Fatalf("object %d comes out otherwise when its texts are asked for:\n%s\n%s", i, s.Raw, plain[i].Raw)
		}
		after, marks := valuesOf(t, s.Raw), 0
		for _, x := range s.Texts {
			marks += len(x.Marks)
			if got := made(x); got != after[x.Path] {
				t.Fatalf("%s of %s: the marks give %q; it goes out as %q", x.Path, objs[i].Raw, got, after[x.Path])
			}
		}
		if want := len(s.Removed) + len(s.Held); marks > want || marks < want && !strings.Contains(string(s.Raw), "removed_") {
			t.Fatalf("%d marks; %d were removed or held in %s", marks, want, objs[i].Raw)
		}
	}
}

func TestTextsAreWhatGoesOut(t *testing.T) {
	g := New()
	rapid.Check(t, func(t *rapid.T) {
		var objs []stix.Object
		for i := range rapid.IntRange(1, 3).Draw(t, "objects") {
			text, err := json.Marshal(strings.ToValidUTF8(reportText(t), "?"))
			if err != nil {
				t.Fatal(err)
			}
			id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
			head := func(typ string) string {
				return `{"type":"` + typ + `","spec_version":"2.1","id":"` + typ + `--` + id + `"`
			}
			dates := `,"created":"2026-11-01T08:00:00Z","modified":"2026-11-01T08:00:00Z"`
			raw := rapid.SampledFrom([]string{
				head("note") + dates + `,"object_refs":["note--` + id + `"],"content":` + string(text) + `,"x_phone":447911123456,"x_victim":{"latitude":51.50735,"jane.doe@bank.example":` + string(text) + `}}`,
				head("identity") + dates + `,"identity_class":"individual","name":` + string(text) + `,"contact_information":` + string(text) + `}`,
				head("email-addr") + `,"value":"a.b` + fmt.Sprint(i) + `@bank.example","display_name":` + string(text) + `}`,
				head("mac-addr") + `,"value":"02:00:5e:10:00:01"}`,
				head("artifact") + `,"payload_bin":"AAECAwQFBgcICQoLDA0ODw=="}`,
			}).Draw(t, "object")
			o, err := stix.Parse([]byte(raw), stix.Limits{})
			if err != nil {
				t.Skip(err)
			}
			objs = append(objs, o)
		}
		holdsMarks(t, objs, g.Strip(objs, Order{Texts: true}), g.Report(objs))
		gone := g.Strip(objs, Order{Texts: true, TakeOut: func(int, Passage, string) bool { return true }})
		holdsMarks(t, objs, gone, nil)
		for i, s := range gone {
			if len(s.Held) > 0 || s.Whole {
				t.Fatalf("all was taken out, and %+v waits", s.Held)
			}
			if _, err := stix.Parse(s.Raw, stix.Limits{}); err != nil {
				t.Fatalf("without its passages %s is no STIX: %v", objs[i].Raw, err)
			}
		}
	})
}

// TestTakenOutKeepsItsType: what stands for a value that its submitter had taken
// out is of the type of that value.
func TestTakenOutKeepsItsType(t *testing.T) {
	const u = "00000000-0000-4000-8000-000000000001"
	for _, c := range []struct{ name, raw, want string }{
		{"a card of a network", `{"type":"mac-addr","spec_version":"2.1","id":"mac-addr--` + u + `","value":"02:00:5e:10:00:01"}`, `"00:00:00:00:00:00"`},
		{"a mailbox", `{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + u + `","value":"robin.hale@bank.example"}`, `"removed@removed.invalid"`},
		{"what can't be read", `{"type":"artifact","spec_version":"2.1","id":"artifact--` + u + `","payload_bin":"AAECAwQFBgcICQoLDA0ODw=="}`, `"W3JlbW92ZWRd"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, objs := New(), objects(t, c.raw)
			if s := g.Report(objs)[0]; len(s.Held) == 0 {
				t.Fatalf("nothing is held of %s", c.raw)
			}
			asked := 0
			s := g.Strip(objs, Order{TakeOut: func(object int, p Passage, value string) bool {
				asked++
				return object == 0 && value[p.From:p.To] != ""
			}})[0]
			if asked == 0 || len(s.Held) > 0 || s.Whole || !strings.Contains(string(s.Raw), c.want) {
				t.Errorf("asked %d times, out as %s with %+v; want %s", asked, s.Raw, s.Held, c.want)
			}
			for _, r := range s.Removed {
				if r.Reason != BySubmitter {
					t.Errorf("the account says %+v; want the submitter's word", r)
				}
			}
			if kept := g.Strip(objs, Order{TakeOut: func(int, Passage, string) bool { return false }})[0]; len(kept.Held) == 0 {
				t.Error("what the submitter left to a reviewer isn't held")
			}
		})
	}
}
