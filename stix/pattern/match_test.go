package pattern

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"tocsin/fault"
)

// person is one observation of one object, seen at a second and lasting some.
type person struct {
	name     string
	at, last int
	count    int
	more     string // further properties, as JSON members
}

// bundles writes each person as an observation in a bundle of its own.
func bundles(people ...person) (out []jsontext.Value) {
	for i, p := range people {
		when := func(s int) string {
			return time.Date(2026, 1, 1, 0, 0, s, 0, time.UTC).Format(time.RFC3339)
		}
		id := fmt.Sprintf("person--00000000-0000-4000-8000-%012d", i)
		out = append(out, jsontext.Value(fmt.Sprintf(`{"type":"bundle","id":"bundle--0","objects":[
			{"type":"observed-data","id":"observed-data--%d","first_observed":%q,"last_observed":%q,"number_observed":%d,"object_refs":[%q]},
			{"type":"person","id":%q,"name":%q%s}]}`, i, when(p.at), when(max(p.at, p.last)), max(1, p.count), id, id, p.name, p.more)))
	}
	return out
}

func TestMatch(t *testing.T) {
	ab := bundles(person{name: "a", at: 0}, person{name: "b", at: 10})
	for _, c := range []struct {
		name, pattern string
		seen          []jsontext.Value
		want          bool
	}{
		{"no observations", "[person:name = 'a']", nil, false},
		{"exists", "[EXISTS person:name]", ab, true},
		{"exists not", "[EXISTS person:age]", ab, false},
		{"not exists", "[NOT EXISTS person:age]", ab, true},
		{"not exists of another type", "[NOT EXISTS robot:age]", ab, false},
		{"two types never hold for one object", "[person:name = 'a' AND robot:name = 'a']", ab, false},
		{"a missing path with NOT", "[person:age NOT = 5]", ab, false},
		{"one observation is not two", "[person:name = 'a'] AND [person:name = 'a']", ab, false},
		{"but a count of two is", "[person:name = 'a'] AND [person:name = 'a']", bundles(person{name: "a", count: 2}), true},
		{"OR may take the same one", "[person:name = 'a'] OR [person:name = 'a']", ab, true},
		{"the right choice among several", "[person:name IN ('a','b')] AND [person:name = 'a']", ab, true},
		{"followed at the same time", "[person:name = 'a'] FOLLOWEDBY [person:name = 'b']", bundles(person{name: "a"}, person{name: "b"}), true},
		{"followed within overlapping times", "[person:name = 'b'] FOLLOWEDBY [person:name = 'a']", bundles(person{name: "a", at: 0, last: 20}, person{name: "b", at: 10}), true},
		{"three in a row", "[person:name = 'a'] FOLLOWEDBY [person:name = 'b'] FOLLOWEDBY [person:name = 'a']", bundles(person{name: "a"}, person{name: "b", at: 1}, person{name: "a", at: 2}), true},
		{"three in a row, out of order", "[person:name = 'a'] FOLLOWEDBY [person:name = 'b'] FOLLOWEDBY [person:name = 'a']", bundles(person{name: "a"}, person{name: "b", at: 3}, person{name: "a", at: 2}), false},
		{"a qualifier binds to the last", "[person:name = 'a'] AND [person:name = 'b'] WITHIN 1 SECONDS", ab, true},
		{"unless parentheses say otherwise", "([person:name = 'a'] AND [person:name = 'b']) WITHIN 9 SECONDS", ab, false},
		{"a limit inside a limit", "(([person:name = 'a'] AND [person:name = 'b']) WITHIN 10 SECONDS AND [person:name = 'c']) WITHIN 12 SECONDS", bundles(person{name: "a"}, person{name: "b", at: 10}, person{name: "c", at: 12}), true},
		{"the outer limit counts all", "(([person:name = 'a'] AND [person:name = 'b']) WITHIN 10 SECONDS AND [person:name = 'c']) WITHIN 11 SECONDS", bundles(person{name: "a"}, person{name: "b", at: 10}, person{name: "c", at: 12}), false},
		{"a pair repeated", "([person:name = 'a'] FOLLOWEDBY [person:name = 'b']) REPEATS 2 TIMES", bundles(person{name: "a", count: 2}, person{name: "b", at: 1}, person{name: "b", at: 2}), true},
		{"a pair repeated too often", "([person:name = 'a'] FOLLOWEDBY [person:name = 'b']) REPEATS 3 TIMES", bundles(person{name: "a", count: 2}, person{name: "b", at: 1}, person{name: "b", at: 2}), false},
		{"a huge count", "[person:name = 'a'] REPEATS 900000000 TIMES", bundles(person{name: "a", count: 999_999_999}), true},
		{"the count is shared", "[person:name = 'a'] REPEATS 2 TIMES AND [person:name = 'a'] REPEATS 2 TIMES", bundles(person{name: "a", count: 3}), false},
		{"stop is outside", "[person:name = 'b'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-01T00:00:10Z'", ab, false},
		{"start is inside", "[person:name = 'b'] START t'2026-01-01T00:00:10Z' STOP t'2026-01-01T00:00:11Z'", ab, true},
		{"a bundle of several observations", "[person:name = 'a']", []jsontext.Value{jsontext.Value(`{"objects":[]}`)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Match(c.pattern, c.seen)
			if err != nil || got != c.want {
				t.Errorf("%s: got %v, %v; want %v", c.pattern, got, err, c.want)
			}
		})
	}
}

func TestMatchValues(t *testing.T) {
	one := bundles(person{name: "a", more: `,"n":1.0,"list":[1,"two",{"x":[3,4]}],"net":"198.51.100.0/24","addr":"198.51.100.7","v6":"2001:db8::/32","yes":true,
		"data_bin":"AAH/","raw_hex":"0001ff","bad_hex":"xyz","when":"2026-01-31T08:15:00.5Z","line":"one\ntwo","ends":"end\n","self_ref":"person--00000000-0000-4000-8000-000000000000","plain":"person--00000000-0000-4000-8000-000000000000"`})
	for _, c := range []struct {
		test string
		want bool
	}{
		{"n = 1", true}, {"n = 1.0", true}, {"n != 1.5", true}, {"n >= 1", true}, {"n > 1", false}, {"n = '1'", false}, {"n NOT IN ('1')", true},
		{"list[0] = 1", true}, {"list[1] = 'two'", true}, {"list[3] = 1", false}, {"list[*] = 'two'", true}, {"list[*].x[*] = 4", true}, {"list[2].x[1] = 4", true}, {"list = 1", false}, {"list != 1", true},
		{"net ISSUPERSET '198.51.100.7'", true}, {"net ISSUBSET '198.51.100.0/24'", true}, {"net ISSUPERSET '198.51.100.0/24'", true}, {"addr ISSUBSET '198.51.100.128/25'", false},
		{"v6 ISSUPERSET '2001:db8:1::1'", true}, {"v6 ISSUPERSET '198.51.100.7'", false}, {"addr ISSUBSET 'nonsense'", false}, {"name NOT ISSUBSET '198.51.100.0/24'", true},
		{"yes = true", true}, {"yes != false", true}, {"yes = 1", false},
		{"data_bin = h'0001ff'", true}, {"raw_hex = b'AAH/'", true}, {"raw_hex MATCHES '\\\\x00\\\\x01\\\\xff'", true}, {"raw_hex LIKE '__ÿ'", true}, {"bad_hex = 'xyz'", true}, {"raw_hex < h'0002'", true},
		{"when = t'2026-01-31T08:15:00.500Z'", true}, {"when > t'2026-01-31T08:15:00Z'", true}, {"when IN (t'2026-01-31T08:15:00.5Z')", true},
		{"line MATCHES 'e.t'", true}, {"line MATCHES 'one$'", false}, {"line MATCHES '(?m)one$'", true}, {"ends MATCHES '^end$'", true}, {"ends MATCHES '(x|end$)'", true}, {"ends MATCHES '^end\\\\z'", false}, {"ends MATCHES '^en$'", false}, {"line MATCHES '(?i)ONE'", true}, {"line LIKE 'one_two'", true}, {"line LIKE 'one%'", true}, {"line LIKE 'one'", false}, {"line LIKE '%'", true}, {"line LIKE '%t%o'", true}, {"line LIKE '%t%x'", false},
		{"self_ref.name = 'a'", true}, {"self_ref.self_ref.name = 'a'", true}, {"plain.name = 'a'", false}, {"self_ref.nothing = 'a'", false},
		{"name < 'b'", true}, {"name >= 'b'", false}, {"name > 'A'", true}, {"name IN ('b', 'a')", true}, {"name IN ()", false},
	} {
		pattern := "[person:" + c.test + "]"
		got, err := Match(pattern, one)
		if err != nil || got != c.want {
			t.Errorf("%s: got %v, %v; want %v", pattern, got, err, c.want)
		}
	}
}

func TestMatchDeprecatedObjects(t *testing.T) {
	old := []jsontext.Value{jsontext.Value(`{"type":"bundle","objects":[{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z",
		"objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1"},"1":{"type":"network-traffic","dst_ref":"0"}}}]}`)}
	if ok, err := Match("[network-traffic:dst_ref.value = '192.0.2.1']", old); !ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestRefused(t *testing.T) {
	one := bundles(person{name: "a"})
	odd := func(members string) []jsontext.Value {
		return []jsontext.Value{jsontext.Value(`{"objects":[{"type":"observed-data",` + members + `}]}`)}
	}
	for _, c := range []struct {
		name, pattern string
		seen          []jsontext.Value
		kind          fault.Kind
		says          string
	}{
		{"a string that is no timestamp", "[person:name = t'2026-01-01T00:00:00Z']", one, fault.Refused, "not a timestamp"},
		{"whatever stands beside it", "[person:name = 'a' OR person:name = t'2026-01-01T00:00:00Z']", one, fault.Refused, "not a timestamp"},
		{"a set of mixed types", "[person:name IN (1, 'a')]", one, fault.Refused, "one type"},
		{"a day that does not exist", "[person:name = t'2026-02-30T00:00:00Z']", one, fault.Refused, "does not exist"},
		{"a window on such a day", "[person:name = 'a'] START t'2026-02-30T00:00:00Z' STOP t'2026-03-01T00:00:00Z'", one, fault.Refused, "does not exist"},
		{"look-behind", "[person:name MATCHES '(?<=x)a']", one, fault.Refused, "PCRE"},
		{"look-ahead", "[person:name MATCHES 'a(?!b)']", one, fault.Refused, "PCRE"},
		{"a back-reference", `[person:name MATCHES '(a)\\1']`, one, fault.Refused, "PCRE"},
		{"a possessive repeat", "[person:name MATCHES 'a++']", one, fault.Refused, "PCRE"},
		{"an invalid pattern", "[person:name = ", one, fault.Invalid, "expected"},
		{"no timestamp on an observation", "[person:name = 'a']", odd(`"last_observed":"2026-01-01T00:00:00Z"`), fault.Invalid, "first_observed"},
		{"an end before its beginning", "[person:name = 'a']", odd(`"first_observed":"2026-01-02T00:00:00Z","last_observed":"2026-01-01T00:00:00Z"`), fault.Invalid, "before"},
		{"seen no times", "[person:name = 'a']", odd(`"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":0`), fault.Invalid, "number_observed"},
		{"no bundle", "[person:name = 'a']", []jsontext.Value{jsontext.Value(`7`)}, fault.Invalid, "bundles"},
		{"no object", "[person:name = 'a']", []jsontext.Value{jsontext.Value(`{"objects":[7]}`)}, fault.Invalid, "bundles"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Match(c.pattern, c.seen)
			if fault.KindOf(err) != c.kind || !strings.Contains(fault.Public(err), c.says) {
				t.Errorf("got %v (%v), want %v saying %q", err, fault.KindOf(err), c.kind, c.says)
			}
		})
	}
	long := func(n int) string { return "[person:name MATCHES '" + strings.Repeat("a", n) + "']" }
	if _, err := Match(long(MaxRegexp), one); err != nil {
		t.Errorf("the longest regular expression: %v", err)
	}
	if _, err := Match(long(MaxRegexp+1), one); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a longer regular expression: %v", err)
	}
}

// TestHard: what is exponential for a naive search either has its answer or is
// refused, and soon.
func TestHard(t *testing.T) {
	same := func(n int) (out []person) {
		for i := range n {
			out = append(out, person{name: "a", at: i})
		}
		return out
	}
	a := func(n int, by string) string {
		return strings.TrimSuffix(strings.Repeat("[person:name = 'a'] "+by+" ", n), by+" ")
	}
	for _, c := range []struct {
		name, pattern string
		seen          []person
		want          bool
	}{
		{"as many as there are", a(40, "AND"), same(40), true},
		{"one more than there are", a(41, "AND"), same(40), false},
		{"a long row", a(40, "FOLLOWEDBY"), same(40), true},
		{"a row that is one too long", a(41, "FOLLOWEDBY"), same(40), false},
		{"close together", "(" + a(20, "AND") + ") WITHIN 19 SECONDS", same(40), true},
		{"too close together", "(" + a(20, "AND") + ") WITHIN 1 SECONDS", same(40), false},
		{"repeats within repeats", "(([person:name = 'a'] REPEATS 3 TIMES) REPEATS 3 TIMES) REPEATS 4 TIMES", same(36), true},
		{"one repeat too many", "(([person:name = 'a'] REPEATS 3 TIMES) REPEATS 3 TIMES) REPEATS 4 TIMES", same(35), false},
		{"many brackets", a(3000, "AND"), []person{{name: "a", count: 3000}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := Match(c.pattern, bundles(c.seen...)); err != nil || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
	t.Run("what has no short way is refused", func(t *testing.T) {
		// Twenty out of forty that end before the one that has to come first.
		seen := append(same(40), person{name: "last", at: 0})
		_, err := Match("("+a(20, "AND")+") FOLLOWEDBY [person:name = 'last']", bundles(seen...))
		if fault.KindOf(err) != fault.Refused || !strings.Contains(err.Error(), "too long") {
			t.Errorf("got %v, want a refusal for its work", err)
		}
	})
	t.Run("long values are counted as work", func(t *testing.T) {
		big := bundles(person{name: strings.Repeat("a", 1<<20)})
		_, err := Match("[person:name LIKE '"+strings.Repeat("%a", 2000)+"b']", big)
		if fault.KindOf(err) != fault.Refused {
			t.Errorf("got %v, want a refusal for its work", err)
		}
	})
}

// TestSearchAgainstTrying compares the search with trying every way.
func TestSearchAgainstTrying(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "observations")
		people := make([]person, n)
		for i := range people {
			at := rapid.IntRange(0, 4).Draw(t, "at")
			people[i] = person{name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"), at: at, last: at + rapid.IntRange(0, 1).Draw(t, "lasting"), count: rapid.IntRange(1, 2).Draw(t, "count")}
		}
		text := drawn(t, 3)
		p, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got, err := p.Match(bundles(people...))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if want := len(tryAll(p.root, people)) > 0; got != want {
			t.Fatalf("%s on %+v: got %v, want %v", text, people, got, want)
		}
	})
}

// drawn writes a pattern over people named a and b.
func drawn(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom([]string{"[person:name = 'a']", "[person:name = 'b']", "[EXISTS person:name]"}).Draw(t, "bracket")
	}
	inner := func() string { return "(" + drawn(t, depth-1) + ")" }
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return inner() + " AND " + inner()
	case 1:
		return inner() + " OR " + inner()
	case 2:
		return inner() + " FOLLOWEDBY " + inner()
	case 3:
		return inner() + fmt.Sprintf(" WITHIN %d SECONDS", rapid.IntRange(1, 3).Draw(t, "seconds"))
	case 4:
		return inner() + fmt.Sprintf(" REPEATS %d TIMES", rapid.IntRange(1, 3).Draw(t, "times"))
	default:
		from := rapid.IntRange(0, 3).Draw(t, "start")
		return inner() + fmt.Sprintf(" START t'2026-01-01T00:00:0%dZ' STOP t'2026-01-01T00:00:0%dZ'", from, from+rapid.IntRange(1, 3).Draw(t, "long"))
	}
}

// tryAll gives every combination that matches: how many of each person it takes.
func tryAll(o *observation, people []person) (out [][4]int) {
	seen := map[[4]int]bool{}
	add := func(c [4]int) {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	join := func(left, right [][4]int, ok func(a, b [4]int) bool) (out [][4]int) {
		for _, a := range left {
			for _, b := range right {
				sum, fits := a, ok(a, b)
				for i := range people {
					sum[i] += b[i]
					fits = fits && sum[i] <= people[i].count
				}
				if fits {
					out = append(out, sum)
				}
			}
		}
		return out
	}
	edge := func(c [4]int) (latest, earliest int) {
		latest, earliest = -1, 1<<30
		for i, p := range people {
			if c[i] > 0 {
				latest, earliest = max(latest, p.at), min(earliest, p.last)
			}
		}
		return latest, earliest
	}
	any := func(a, b [4]int) bool { return true }
	switch o.kind {
	case bracket:
		for i, p := range people {
			var c [4]int
			if c[i] = 1; o.test.op == exists || o.test.values[0].text == p.name {
				add(c)
			}
		}
	case either:
		for _, p := range o.parts {
			for _, c := range tryAll(p, people) {
				add(c)
			}
		}
	case both, followedBy:
		sofar := tryAll(o.parts[0], people)
		for _, p := range o.parts[1:] {
			sofar = join(sofar, tryAll(p, people), func(a, b [4]int) bool {
				latest, _ := edge(a)
				_, earliest := edge(b)
				return o.kind == both || latest <= earliest
			})
		}
		for _, c := range sofar {
			add(c)
		}
	case repeats:
		one := tryAll(o.parts[0], people)
		sofar := one
		for range o.times - 1 {
			sofar = join(sofar, one, any)
		}
		for _, c := range sofar {
			add(c)
		}
	case within:
		for _, c := range tryAll(o.parts[0], people) {
			if latest, earliest := edge(c); float64(latest-earliest) <= o.within {
				add(c)
			}
		}
	case window:
		for _, c := range tryAll(o.parts[0], people) {
			fits := true
			for i, p := range people {
				fits = fits && (c[i] == 0 || p.at < o.stop.time.Second() && p.last >= o.start.time.Second())
			}
			if fits {
				add(c)
			}
		}
	}
	return out
}

func TestWildAgainstItsMeaning(t *testing.T) {
	var slow func(form, s string) bool
	slow = func(form, s string) bool {
		switch {
		case form == "":
			return s == ""
		case form[0] == '%':
			return slow(form[1:], s) || s != "" && slow(form, s[1:])
		case s == "":
			return false
		}
		return (form[0] == '_' || form[0] == s[0]) && slow(form[1:], s[1:])
	}
	rapid.Check(t, func(t *rapid.T) {
		form, s := rapid.StringMatching(`[ab%_]{0,8}`).Draw(t, "form"), rapid.StringMatching(`[ab]{0,8}`).Draw(t, "s")
		if got, want := wild([]rune(form), []rune(s)), slow(form, s); got != want {
			t.Fatalf("%q LIKE %q: got %v", s, form, got)
		}
	})
}
