package pattern

import (
	"strings"
	"testing"

	"tocsin/fault"
)

// What the shared cases leave out: where an error is said to be, and the bounds.
func TestCheckNamesThePlace(t *testing.T) {
	for _, c := range []struct{ pattern, place, says string }{
		{"", "character 1", "the end of the pattern"},
		{"[a:b = 1", "character 9", "AND, OR or ]"},
		{"[a:b = 'é' AND c = 1]", "character 18", "where : is expected"},
		{`[a:b = "x"]`, "character 8", "single quotes"},
		{`[a:b = 'C:\temp']`, "character 11", "escapes"},
		{"[a:b-c = 1]", "character 4", "hyphen"},
		{"[a:IN = 1]", "character 4", "IN where a property name"},
		{"[a:b = 007]", "character 8", "leading zero"},
		{"[a:b[-1] = 1]", "character 6", "index from 0"},
		{"[a:b < true]", "character 8", "no order"},
		{"[a:b = 1] WITHIN 0 SECONDS", "character 18", "more than 0"},
		{"[a:b = 1] REPEATS 0 TIMES", "character 19", "from 1 to"},
		{"[a:b = 1] START '2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'", "character 17", "a timestamp such as"},
		{"[a:b = 1] /* no end", "character 11", "comment has no end"},
		{"[a:b = t'2026-13-01T00:00:00Z']", "character 8", "timestamp"},
		{"[a:b = h'abc']", "character 8", "even number"},
		{"[a:b = b'AA=']", "character 8", "base64"},
		{"[a:b = 'x]", "character 8", "quote has no end"},
		{"[a:b MATCHES 'a(b']", "character 14", "regular expression"},
		{"[NOT a:b = 1]", "character 6", "NOT stands behind the path"},
		{"[a:b = 1] \xff", "character 11", "UTF-8"},
		{"[a:b = 'x\xff']", "character 8", "UTF-8"},
		{"[file:hashes.MD5 = 'abc']", "character 2", "form of a hash"},
		{"[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", "character 28", "at most once"},
	} {
		err := Check(c.pattern)
		if err == nil || fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(fault.Public(err), c.place+":") || !strings.Contains(fault.Public(err), c.says) {
			t.Errorf("%q: got %v, want %s: ...%s...", c.pattern, err, c.place, c.says)
		}
	}
}

func TestCheckTakes(t *testing.T) {
	for _, p := range []string{
		"[a:b = 1]//the end", "[a:b /* in between */ = 1]", "[a:b\u00a0=\u30001]", "[a:b = 1]AND[c:d = 2]",
		"[NOT EXISTS a:b]", "[EXISTS a:b.c[*].'d e']", "[a:'it\\'s' = 1]", "[a:b<>1]", "[a:b NOT IN ()]",
		"[a:b = +.5]", "[a:b = -12.25] WITHIN 5SECONDS", "[a:b = h'' OR a:b = b'']", "[a:b = t'2026-06-30T23:59:60.123456789123Z']",
		"[a:b MATCHES '(?<=a)b']", // PCRE: valid, though it is not evaluated here
		"[file:hashes.MD5 LIKE 'ab%']", "[file:hashes.TLSH = 'T1" + strings.Repeat("0", 70) + "']",
		"[file:hashes.'SHA-256' IN ('" + strings.Repeat("a", 64) + "')]",
	} {
		if err := Check(p); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// Each bound, just inside and just outside.
func TestBounds(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("(", n) + "[a:b = 1]" + strings.Repeat(")", n) }
	inner := func(n int) string { return "[" + strings.Repeat("(", n) + "a:b = 1" + strings.Repeat(")", n) + "]" }
	many := func(n int) string { return "[" + strings.Repeat("a:b = 1 OR ", n-1) + "a:b = 1]" }
	set := func(n int) string { return "[a:b IN (" + strings.Repeat("1,", n-2) + "1)]" } // the test itself counts too
	long := func(n int) string { return "[a:b = '" + strings.Repeat("x", n-len("[a:b = '']")) + "']" }
	steps := func(n int) string { return "[a:b" + strings.Repeat(".c", n-1) + " = 1]" }
	qualified := func(n int) string {
		return strings.Repeat("(", n) + "[a:b = 1]" + strings.Repeat(") WITHIN 5 SECONDS", n)
	}
	for _, c := range []struct {
		name string
		make func(int) string
		most int
	}{
		{"parentheses", nested, MaxDepth}, {"parentheses inside", inner, MaxDepth}, {"comparisons", many, MaxComparisons},
		{"members of a set", set, MaxComparisons}, {"bytes", long, MaxLength}, {"steps of a path", steps, MaxDepth}, {"qualified parentheses", qualified, MaxDepth},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := Check(c.make(c.most)); err != nil {
				t.Errorf("%d are refused: %v", c.most, err)
			}
			if err := Check(c.make(c.most + 1)); fault.KindOf(err) != fault.TooLarge {
				t.Errorf("%d: got %v, want too large", c.most+1, err)
			}
		})
	}
}

func TestNames(t *testing.T) {
	p, err := Parse("([file:name = 'a' OR (file:size > 1 AND ipv4-addr:value = 'x')] FOLLOWEDBY [NOT EXISTS url:value]) WITHIN 5 SECONDS")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for typ, name := range p.Names() {
		got[typ+":"+name] = true
	}
	for _, want := range []string{"file:name", "file:size", "ipv4-addr:value", "url:value"} {
		if !got[want] {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
	for range p.Names() {
		break // a reader may stop early
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		"[a:b = 1]", "([a:b IN (1, 'x', h'00')] FOLLOWEDBY [NOT EXISTS c:d[*].'e']) WITHIN 5.5 SECONDS REPEATS 3 TIMES",
		"[a:b = t'2026-01-01T00:00:00Z'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'", "[a:b MATCHES 'a(b|c)*' AND d:e_bin LIKE '%x_']", "[a:b = 'it\\'s \\\\']/*c*/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		err := Check(s)
		if err != nil && fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.TooLarge {
			t.Fatalf("an error of kind %v: %v", fault.KindOf(err), err)
		}
		if err == nil {
			// What is valid can be evaluated, or its evaluation is refused with a reason.
			if _, err := Match(s, bundles(person{name: "a"})); err != nil && fault.KindOf(err) != fault.Refused && fault.KindOf(err) != fault.TooLarge {
				t.Fatalf("%q is valid, but matching it says %v", s, err)
			}
		}
	})
}
