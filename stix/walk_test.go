package stix

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

func TestWalkNamesPlaces(t *testing.T) {
	raw := []byte(`{ "type":"report" ,"a":[ {"b":"x\ny"}, 1.50, true ,[null,"z"]],"caf\u00e9":{} ,"e":[]}`)
	var got []string
	if err := Walk(raw, func(f Field) error {
		kind := [...]string{"string", "number", "bool"}[f.Kind]
		if f.IsKey {
			kind = "name"
		}
		got = append(got, fmt.Sprintf("%s %s %q %s", kind, f.Path, f.Value, raw[f.Start:f.End]))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`name type "type" "type"`, `string type "report" "report"`, `name a "a" "a"`, `name a.[0].b "b" "b"`, `string a.[0].b "x\ny" "x\ny"`,
		`number a.[1] "1.50" 1.50`, `bool a.[2] "true" true`, `bool a.[3].[0] "null" null`, `string a.[3].[1] "z" "z"`, `name café "café" "caf\u00e9"`, `name e "e" "e"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWalkStops(t *testing.T) {
	enough := errors.New("enough")
	n := 0
	for _, at := range []int{1, 2, 3, 4} {
		n = 0
		err := Walk([]byte(`{"a":["x"],"b":1}`), func(Field) error {
			if n++; n == at {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) || n != at {
			t.Errorf("asked to stop at %d: %d visits, %v", at, n, err)
		}
	}
}

func TestPathLast(t *testing.T) {
	for _, c := range []struct {
		p    Path
		want string
	}{{nil, ""}, {Path{{Key: "a"}}, "a"}, {Path{{Key: "a"}, {Index: 3}}, "a"}, {Path{{Key: "a"}, {Index: 3}, {Key: "b"}, {}}, "b"}, {Path{{Index: 1}}, ""}} {
		if got := c.p.Last(); got != c.want {
			t.Errorf("%s: %q", c.p, got)
		}
	}
}

// drawJSON writes a value with odd spacing and escapes.
func drawJSON(t *rapid.T, depth int) string {
	space := func() string { return rapid.SampledFrom([]string{"", " ", "\n\t"}).Draw(t, "space") }
	switch kind := rapid.IntRange(0, 6).Draw(t, "kind"); {
	case kind == 0 && depth > 0:
		var parts []string
		for i := range rapid.IntRange(0, 4).Draw(t, "members") {
			parts = append(parts, space()+drawToken(t, fmt.Sprint(i))+space()+":"+space()+drawJSON(t, depth-1))
		}
		return "{" + strings.Join(parts, ",") + space() + "}"
	case kind == 1 && depth > 0:
		var parts []string
		for range rapid.IntRange(0, 4).Draw(t, "elements") {
			parts = append(parts, space()+drawJSON(t, depth-1)+space())
		}
		return "[" + strings.Join(parts, ",") + "]"
	case kind == 2:
		return rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "word")
	case kind == 3:
		return rapid.SampledFrom([]string{"0", "-1.50", "12e-3", "9007199254740993"}).Draw(t, "number")
	default:
		return drawToken(t, "")
	}
}

// drawToken writes a string token in which some characters are escaped, each in one of its ways.
func drawToken(t *rapid.T, unique string) string {
	s := rapid.String().Draw(t, "s") + unique
	out := []byte{'"'}
	for i, r := range s {
		way := rapid.IntRange(0, 2).Draw(t, fmt.Sprintf("way%d", i))
		switch {
		case way == 0:
			for _, u := range utf16.AppendRune(nil, r) {
				out = fmt.Appendf(out, `\u%04x`, u)
			}
		case r == '/' && way == 1:
			out = append(out, '\\', '/')
		case r < 0x20 || r == '"' || r == '\\':
			q, err := json.Marshal(string(r))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, q[1:len(q)-1]...)
		default:
			out = append(out, string(r)...)
		}
	}
	return string(append(out, '"'))
}

// TestWalkAgainstDecoder: the walk sees the tokens that jsontext sees, in order, at their bytes.
func TestWalkAgainstDecoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(drawJSON(t, 4))
		compareWalk(t, raw)
	})
}

func compareWalk(t interface {
	Helper()
	Fatalf(string, ...any)
}, raw []byte) {
	t.Helper()
	type leaf struct {
		value string
		end   int
	}
	var want []leaf
	dec := jsontext.NewDecoder(bytes.NewReader(raw))
	for {
		tok, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		switch tok.Kind() {
		case '{', '}', '[', ']':
		default:
			want = append(want, leaf{tok.String(), int(dec.InputOffset())})
		}
	}
	var got []leaf
	if err := Walk(raw, func(f Field) error {
		if f.Start >= f.End || f.Kind == String && (raw[f.Start] != '"' || raw[f.End-1] != '"') {
			t.Fatalf("%s: field %s at %d:%d", raw, f.Path, f.Start, f.End)
		}
		got = append(got, leaf{f.Value, f.End})
		return nil
	}); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s\n got %v\nwant %v", raw, got, want)
	}
}

// TestEditString replaces any stretch of any string, and leaves all other bytes alone.
func TestEditString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := drawToken(t, "")
		raw := []byte(`{"a": ` + token + ` ,"b":"` + "é" + `"}`)
		start := bytes.Index(raw, []byte(": ")) + 2
		end := start + len(token)
		var s string
		if err := json.Unmarshal([]byte(token), &s); err != nil {
			t.Fatal(err)
		}
		// Boundaries of characters, as the gate's spans are.
		cuts := []int{len(s)}
		for i := range s {
			cuts = append(cuts, i)
		}
		slices.Sort(cuts)
		i := rapid.IntRange(0, len(cuts)-1).Draw(t, "from")
		j := rapid.IntRange(i, len(cuts)-1).Draw(t, "to")
		from, to := cuts[i], cuts[j]
		with := rapid.String().Draw(t, "with")
		e := EditString(raw, start, end, from, to, with)
		if e.Start <= start || e.End >= end {
			t.Fatalf("%s: the edit %d:%d leaves the token %d:%d", raw, e.Start, e.End, start, end)
		}
		out := Splice(raw, []Edit{e})
		var back struct{ A, B string }
		if err := json.Unmarshal(out, &back); err != nil || back.A != s[:from]+with+s[to:] || back.B != "é" {
			t.Fatalf("%s [%d:%d] -> %q gives %s (%v)", raw, from, to, with, out, err)
		}
		if !bytes.HasPrefix(out, raw[:e.Start]) || !bytes.HasSuffix(out, raw[e.End:]) {
			t.Fatalf("%s: other bytes changed: %s", raw, out)
		}
		if same := Splice(raw, []Edit{EditString(raw, start, end, from, from, "")}); !bytes.Equal(same, raw) {
			t.Fatalf("an edit of nothing changed %s to %s", raw, same)
		}
	})
}

func TestSplice(t *testing.T) {
	raw := []byte("0123456789")
	for _, c := range []struct {
		edits []Edit
		want  string
	}{
		{nil, "0123456789"},
		{[]Edit{{5, 6, []byte("five")}, {0, 1, nil}}, "1234five6789"},
		{[]Edit{{0, 0, []byte("a")}, {10, 10, []byte("b")}}, "a0123456789b"},
		{[]Edit{{0, 5, nil}, {5, 10, nil}}, ""},
	} {
		if got := Splice(raw, c.edits); string(got) != c.want {
			t.Errorf("%v: %s", c.edits, got)
		}
	}
	if string(raw) != "0123456789" {
		t.Error("Splice changed its input")
	}
}

func TestReferences(t *testing.T) {
	raw := []byte(`{"id":"` + toolID + `","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","name":"` + toolID + `","object_refs":["` + toolID + `","nonsense",7],
		"x":{"deep":[{"sample_ref":"file--00000000-0000-5000-8000-000000000001"}]},"refs":["` + toolID + `"],"no_ref":"x"}`)
	var got []string
	for _, r := range References(raw) {
		if string(raw[r.Start:r.End]) != `"`+r.ID+`"` {
			t.Errorf("%s is not at %d:%d", r.ID, r.Start, r.End)
		}
		got = append(got, r.Path+" "+r.ID[:4])
	}
	if want := []string{"created_by_ref iden", "object_refs.[0] tool", "x.deep.[0].sample_ref file"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func FuzzWalk(f *testing.F) {
	for _, s := range []string{string(tool("")), `[{"a":[1,{"b":"\ud83d\ude00"}]}]`, `{"a`, `{"a":"\`, `[[[[`, "{\"a\":\x00}", `"\u`, `{"a":]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		// Whatever stands there, a walk ends, within the bytes.
		last := -1
		if err := Walk(raw, func(f Field) error {
			if f.Start <= last || f.End > len(raw) || f.Start > f.End {
				t.Fatalf("field at %d:%d after %d of %d bytes", f.Start, f.End, last, len(raw))
			}
			last = f.Start
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if jsontext.Value(raw).IsValid() {
			compareWalk(t, raw)
		}
	})
}

func FuzzEditString(f *testing.F) {
	f.Add([]byte(`"a\u00e9\n\ud83d\ude00z"`), 1, 3, "x")
	f.Add([]byte(`"\\\""`), 0, 2, "\"")
	f.Fuzz(func(t *testing.T, token []byte, from, to int, with string) {
		v := jsontext.Value(token)
		if !v.IsValid() || v.Kind() != '"' || token[0] != '"' || token[len(token)-1] != '"' {
			return
		}
		s, err := jsontext.AppendUnquote(nil, token)
		if err != nil || from < 0 || to < from || to > len(s) {
			return
		}
		// Inside a character there is nothing to cut; what is asked is a stretch of characters.
		if !boundary(s, from) || !boundary(s, to) || !jsontext.Value(`"`+with+`"`).IsValid() {
			return
		}
		out := Splice(token, []Edit{EditString(token, 0, len(token), from, to, with)})
		got, err := jsontext.AppendUnquote(nil, out)
		if err != nil || string(got) != string(s[:from])+with+string(s[to:]) {
			t.Fatalf("%s [%d:%d] %q: %s (%v)", token, from, to, with, out, err)
		}
	})
}

func boundary(s []byte, at int) bool { return at == len(s) || s[at]&0xc0 != 0x80 }
