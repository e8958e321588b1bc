package pattern

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"tocsin/fault"
)

// write gives an expression in full parentheses, so that tests see how it was read.
func (o *observation) write() string {
	join := func(by string) string {
		var parts []string
		for _, p := range o.parts {
			parts = append(parts, p.write())
		}
		return "(" + strings.Join(parts, by) + ")"
	}
	switch o.kind {
	case bracket:
		return "[" + o.test.write() + "]"
	case both:
		return join(" AND ")
	case either:
		return join(" OR ")
	case followedBy:
		return join(" FOLLOWEDBY ")
	case repeats:
		return join("") + " REPEATS " + strconv.Itoa(o.times) + " TIMES"
	case within:
		return join("") + " WITHIN " + strconv.FormatFloat(o.within, 'f', -1, 64) + " SECONDS"
	default:
		return join("") + " START t'" + o.start.text + "' STOP t'" + o.stop.text + "'"
	}
}

func (c *comparison) write() string {
	if len(c.parts) > 0 {
		by := map[operator]string{allOf: " AND ", anyOf: " OR "}[c.op]
		var parts []string
		for _, p := range c.parts {
			parts = append(parts, p.write())
		}
		return "(" + strings.Join(parts, by) + ")"
	}
	not := ""
	if c.negated {
		not = "NOT "
	}
	if c.op == exists {
		return not + "EXISTS " + c.path.write()
	}
	names := map[operator]string{equal: "=", notEqual: "!=", less: "<", greater: ">", lessEqual: "<=", greaterEqual: ">=", in: "IN", like: "LIKE", matches: "MATCHES", subset: "ISSUBSET", superset: "ISSUPERSET"}
	var values []string
	for _, v := range c.values {
		values = append(values, v.write())
	}
	text := strings.Join(values, ",")
	if c.op == in {
		text = "(" + text + ")"
	}
	return c.path.write() + " " + not + names[c.op] + " " + text
}

func (p path) write() string {
	parts := []string{p.typ, ":"}
	for i, s := range p.steps {
		switch {
		case s.name != "" && i > 0:
			parts = append(parts, ".", literal{kind: aString, text: s.name}.write())
		case s.name != "":
			parts = append(parts, literal{kind: aString, text: s.name}.write())
		case s.index == anyIndex:
			parts = append(parts, "[*]")
		default:
			parts = append(parts, "[", strconv.Itoa(s.index), "]")
		}
	}
	return strings.Join(parts, "")
}

func (v literal) write() string {
	switch v.kind {
	case aString:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v.text) + "'"
	case aNumber:
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	case aBool:
		return strconv.FormatBool(v.truth)
	case aTime:
		return "t'" + v.text + "'"
	default:
		return fmt.Sprintf("h'%x'", v.bytes)
	}
}

// TestReading: what binds tighter, and what each form means.
func TestReading(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{"[a:b=1]", "[a:'b' = 1]"},
		{"[a:b=1 OR a:c=2 AND a:d=3]", "[(a:'b' = 1 OR (a:'c' = 2 AND a:'d' = 3))]"},
		{"[(a:b=1 OR a:c=2) AND a:d=3]", "[((a:'b' = 1 OR a:'c' = 2) AND a:'d' = 3)]"},
		{"[a:b=1] OR [a:b=2] AND [a:b=3]", "([a:'b' = 1] OR ([a:'b' = 2] AND [a:'b' = 3]))"},
		{"[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3]", "([a:'b' = 1] FOLLOWEDBY ([a:'b' = 2] OR [a:'b' = 3]))"},
		{"[a:b=1] AND [a:b=2] WITHIN 5 SECONDS", "([a:'b' = 1] AND ([a:'b' = 2]) WITHIN 5 SECONDS)"},
		{"([a:b=1] AND [a:b=2]) WITHIN 5.50 SECONDS", "(([a:'b' = 1] AND [a:'b' = 2])) WITHIN 5.5 SECONDS"},
		{"[a:b=1] REPEATS 2 TIMES WITHIN 5 SECONDS", "(([a:'b' = 1]) REPEATS 2 TIMES) WITHIN 5 SECONDS"},
		{"[a:b=1] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00.50Z'", "([a:'b' = 1]) START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00.50Z'"},
		{"[a-b:c.'d.e'[*].f[3][*] NOT IN ('x',2)]", "[a-b:'c'.'d.e'[*].'f'[3][*] NOT IN ('x',2)]"},
		{`[a:b LIKE 'it\'s \\%']`, `[a:'b' LIKE 'it\'s \\%']`},
		{"[a:b = b'/w==']", "[a:'b' = h'ff']"}, {"[a:b <> true]", "[a:'b' != true]"}, {"[a:b == false]", "[a:'b' = false]"},
		{"[NOT EXISTS a:b OR EXISTS a:c]", "[(NOT EXISTS a:'b' OR EXISTS a:'c')]"},
		{"[a:b ISSUBSET '192.0.2.0/24' AND a:b NOT ISSUPERSET 'x']", "[(a:'b' ISSUBSET '192.0.2.0/24' AND a:'b' NOT ISSUPERSET 'x')]"},
		{"[a:b < -1.50 AND a:b >= +2 AND a:c > .5 AND a:d <= 'z']", "[(a:'b' < -1.5 AND a:'b' >= 2 AND a:'c' > 0.5 AND a:'d' <= 'z')]"},
	} {
		p, err := Parse(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := p.root.write(); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.pattern, got, c.want)
		}
	}
}

// TestReadingComesBack: what is written out in full reads the same again, and
// white space and comments change nothing.
func TestReadingComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := Parse(drawPattern(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		text := p.root.write()
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again.root.write() != text {
			t.Fatalf("%s\nreads as %s", text, again.root.write())
		}
	})
}

// drawPattern writes any pattern, with odd spacing.
func drawPattern(t *rapid.T, depth int) string {
	gap := func() string {
		return rapid.SampledFrom([]string{" ", "\n", "\u3000", " /* x */ ", " // y\n"}).Draw(t, "gap")
	}
	if depth == 0 {
		return "[" + gap() + drawComparison(t, 2) + "]"
	}
	inner := func() string { return "(" + drawPattern(t, depth-1) + ")" }
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		return inner() + gap() + "AND" + gap() + inner()
	case 1:
		return inner() + gap() + "OR" + gap() + inner()
	case 2:
		return inner() + "FOLLOWEDBY" + inner()
	case 3:
		return inner() + gap() + "WITHIN " + rapid.SampledFrom([]string{"5", "+.25", "0.5", "300"}).Draw(t, "seconds") + gap() + "SECONDS"
	case 4:
		return inner() + fmt.Sprintf("REPEATS%s%d TIMES", gap(), rapid.IntRange(1, 9).Draw(t, "times"))
	case 5:
		return inner() + "START t'2026-01-01T00:00:00Z'" + gap() + "STOP t'2026-01-02T00:00:00Z'"
	default:
		return drawPattern(t, 0)
	}
}

func drawComparison(t *rapid.T, depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 2).Draw(t, "join") {
		case 0:
			return "(" + drawComparison(t, depth-1) + " AND " + drawComparison(t, depth-1) + ")"
		case 1:
			return drawComparison(t, depth-1) + " OR " + drawComparison(t, depth-1)
		}
	}
	path := "x-a:" + literal{kind: aString, text: rapid.StringN(1, 8, -1).Draw(t, "name")}.write() + rapid.SampledFrom([]string{"", "[0]", "[*].b", ".c_ref.'d-e'"}).Draw(t, "more")
	text := literal{kind: aString, text: rapid.String().Draw(t, "text")}.write()
	number := strconv.Itoa(rapid.IntRange(-100, 100).Draw(t, "number"))
	return path + rapid.SampledFrom([]string{
		" = " + text, "!=" + number, " NOT < " + number, ">=" + text, " IN (" + number + ", 7)", " NOT IN (" + text + ")", " LIKE " + text,
		" = h'00fF'", " = b'AAH/'", " = t'2026-02-03T04:05:06.7Z'", " = true", " ISSUBSET " + text,
	}).Draw(t, "test")
}

// TestObservedForms: what counts as an observation, and what its objects are.
func TestObservedForms(t *testing.T) {
	const when = `"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z"`
	bundle := func(objects ...string) jsontext.Value {
		return jsontext.Value(`{"type":"bundle","objects":[` + strings.Join(objects, ",") + `]}`)
	}
	seen := func(refs string) string { return `{"type":"observed-data",` + when + `,"object_refs":[` + refs + `]}` }
	const a, b = `{"type":"person","id":"person--a","name":"a","friend_ref":"person--b"}`, `{"type":"person","id":"person--b","name":"b"}`
	for _, c := range []struct {
		name    string
		bundles []jsontext.Value
		pattern string
		want    bool
	}{
		{"an object that nobody observed", []jsontext.Value{bundle(a)}, "[person:name = 'a']", false},
		{"one that was", []jsontext.Value{bundle(seen(`"person--a"`), a)}, "[person:name = 'a']", true},
		{"whatever the order", []jsontext.Value{bundle(a, seen(`"person--a"`))}, "[person:name = 'a']", true},
		{"one in another bundle", []jsontext.Value{bundle(seen(`"person--a"`)), bundle(a)}, "[person:name = 'a']", false},
		{"one that is not there", []jsontext.Value{bundle(seen(`"person--a"`))}, "[person:name = 'a']", false},
		{"a reference to what is not listed", []jsontext.Value{bundle(seen(`"person--a"`), a, b)}, "[person:friend_ref.name = 'b']", false},
		{"a reference to what is listed", []jsontext.Value{bundle(seen(`"person--a","person--b"`), a, b)}, "[person:friend_ref.name = 'b']", true},
		{"the reference itself", []jsontext.Value{bundle(seen(`"person--a"`), a)}, "[person:friend_ref = 'person--b']", true},
		{"two objects of one observation are not two observations", []jsontext.Value{bundle(seen(`"person--a","person--b"`), a, b)}, "[person:name = 'a'] AND [person:name = 'b']", false},
		{"two observations of one bundle are", []jsontext.Value{bundle(seen(`"person--a"`), seen(`"person--b"`), a, b)}, "[person:name = 'a'] AND [person:name = 'b']", true},
		{"two observations may show one object", []jsontext.Value{bundle(seen(`"person--a"`), seen(`"person--a"`), a)}, "[person:name = 'a'] REPEATS 2 TIMES", true},
		{"tests on one object", []jsontext.Value{bundle(seen(`"person--a","person--b"`), a, b)}, "[person:name = 'b' AND person:friend_ref = 'person--b']", false},
		{"an object without identifier", []jsontext.Value{bundle(seen(`""`), `{"type":"person","name":"a"}`)}, "[person:name = 'a']", false},
		{"no bundle has objects", []jsontext.Value{jsontext.Value(`{}`)}, "[person:name = 'a']", false},
	} {
		got, err := Match(c.pattern, c.bundles)
		if err != nil || got != c.want {
			t.Errorf("%s: got %v, %v", c.name, got, err)
		}
	}
}

// TestWorkBound: the same pattern, just below and just above what is allowed.
func TestWorkBound(t *testing.T) {
	p, err := Parse("[person:name = 'b']")
	if err != nil {
		t.Fatal(err)
	}
	cost := func(people int) int {
		var list []person
		for range people {
			list = append(list, person{name: "a"})
		}
		all, err := readBundles(bundles(list...))
		if err != nil {
			t.Fatal(err)
		}
		e := &evaluation{all: all, leaves: map[*observation][]int{}}
		if err := e.prepare(p.root); err != nil {
			t.Fatal(err)
		}
		return e.work
	}
	if one, ten := cost(1), cost(10); one == 0 || ten != 10*one {
		t.Errorf("one observation costs %d, ten cost %d", one, ten)
	}
	e := &evaluation{work: MaxWork - 1}
	if err := e.spend(1); err != nil {
		t.Errorf("the last step is refused: %v", err)
	}
	if err := e.spend(1); fault.KindOf(err) != fault.Refused {
		t.Errorf("the step after it: %v", err)
	}
	if err := e.spend(0); err == nil {
		t.Error("once over the bound, an evaluation goes on")
	}
}

// TestOrderOfObservations: an answer does not depend on the order in which
// observations are given.
func TestOrderOfObservations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var people []person
		for range rapid.IntRange(1, 5).Draw(t, "observations") {
			at := rapid.IntRange(0, 4).Draw(t, "at")
			people = append(people, person{name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"), at: at, last: at + 1, count: rapid.IntRange(1, 2).Draw(t, "count")})
		}
		text := drawn(t, 3)
		first, err1 := Match(text, bundles(people...))
		slices.Reverse(people)
		second, err2 := Match(text, bundles(people...))
		if err1 != nil || err2 != nil || first != second {
			t.Fatalf("%s: %v %v, in reverse %v %v", text, first, err1, second, err2)
		}
	})
}

func FuzzMatch(f *testing.F) {
	f.Add("[person:name = 'a'] AND [person:name LIKE '%']", []byte(`[{"objects":[{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","object_refs":["p"]},{"type":"person","id":"p","name":"a"}]}]`))
	f.Add("[a:b[*].c_ref.d MATCHES 'x+']", []byte(`[{"objects":[{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","objects":{"0":{"type":"a","b":[{"c_ref":"0"}]}}}]}]`))
	f.Add("[a:x_hex = 'y'] REPEATS 3 TIMES WITHIN 1 SECONDS", []byte(`[]`))
	f.Fuzz(func(t *testing.T, text string, observations []byte) {
		var list []jsontext.Value
		v := jsontext.Value(observations)
		if v.IsValid() && v.Kind() == '[' {
			dec := jsontext.NewDecoder(strings.NewReader(string(observations)))
			if _, err := dec.ReadToken(); err != nil {
				t.Fatal(err)
			}
			for dec.PeekKind() != ']' {
				item, err := dec.ReadValue()
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, item.Clone())
			}
		}
		found, err := Match(text, list)
		if err != nil && (found || fault.KindOf(err) == fault.Internal) {
			t.Fatalf("found %v with %v", found, err)
		}
		if found && len(list) == 0 {
			t.Fatalf("%q matches nothing at all", text)
		}
	})
}
