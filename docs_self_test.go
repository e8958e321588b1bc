package main_test

import (
	"strings"
	"testing"
)

// one reports unless findings is a single one that contains want, or none when want is "".
func one(t *testing.T, findings []string, want string) {
	t.Helper()
	if want == "" && len(findings) == 0 || want != "" && len(findings) == 1 && strings.Contains(findings[0], want) {
		return
	}
	t.Errorf("want one finding with %q, got %d: %s", want, len(findings), strings.Join(findings, "\n"))
}

func TestDependenciesRule(t *testing.T) {
	const gomod = "module m\n\ngo 1.26\n\nrequire example.com/a v1.2.3\n\nrequire (\n\texample.com/b v0.1.0\n\texample.com/c v0.2.0 // indirect\n)\n"
	const head = "# Dependencies\n\n| module | version | why |\n|---|---|---|\n"
	const a, b = "| `example.com/a` | v1.2.3 | does this and that well |\n", "| example.com/b | v0.1.0 | does this and that well |\n"
	for _, c := range []struct{ name, doc, want string }{
		{"equal", head + a + b, ""},
		{"missing", head + a, "no row for example.com/b v0.1.0"},
		{"indirect", head + a + b + "| example.com/c | v0.2.0 | does this and that well |\n", "docs/dependencies.md:7: example.com/c is not a direct requirement"},
		{"gone", head + a + b + "| example.com/z | v0.2.0 | does this and that well |\n", "example.com/z is not a direct requirement"},
		{"old version", head + a + strings.Replace(b, "v0.1.0", "v0.0.9", 1), "has version v0.0.9 there and v0.1.0 in go.mod"},
		{"no reason", head + a + "| example.com/b | v0.1.0 | |\n", "example.com/b has no reason"},
		{"twice", head + a + b + b, "stands there twice"},
	} {
		t.Run(c.name, func(t *testing.T) { one(t, dependencies(gomod, c.doc), c.want) })
	}
	one(t, dependencies("nonsense", ""), "go.mod:1")
}

func TestWayRule(t *testing.T) {
	const doc = "# The way\n\n## 1 read\n\ntext\n\n## 2 allow\n\n## 2024 is a year in a sentence? No: a heading too.\n"
	sound := strings.TrimSuffix(doc, "\n## 2024 is a year in a sentence? No: a heading too.\n")
	code := map[string]string{"exchange/a.go": "package x\n\n\t// Step 1 read: bytes.\n", "exchange/b.go": "// Step 2 allow: may it.\n// See step 3 there: no.\n"}
	for _, c := range []struct {
		name, doc string
		code      map[string]string
		want      string
	}{
		{"equal", sound, code, ""},
		{"heading only", sound + "\n## 3 strip\n", code, `no comment "// Step 3 strip: ..."`},
		{"step only", "## 1 read\n", code, `no heading "## 2 allow"`},
		{"other name", strings.Replace(sound, "2 allow", "2 permit", 1), code, `step 2 is "permit" there and "allow" in exchange/b.go`},
		{"two names", sound, map[string]string{"exchange/a.go": code["exchange/a.go"], "exchange/b.go": code["exchange/b.go"], "exchange/c.go": "// Step 2 let: x\n"}, `step 2 is "let" here and "allow" in exchange/b.go`},
		{"twice under one name", sound, map[string]string{"exchange/a.go": code["exchange/a.go"] + code["exchange/b.go"], "exchange/b.go": code["exchange/b.go"]}, ""},
		{"nothing", "# The way\n", nil, "write both"},
	} {
		t.Run(c.name, func(t *testing.T) { one(t, way(c.doc, c.code), c.want) })
	}
	if got := way("## 2 allow\n\n## 1 read\n", code); len(got) != 2 || !strings.Contains(got[0], "in order") {
		t.Errorf("wrong order: %q", got)
	}
	if got := way(doc, code); len(got) == 0 {
		t.Error("a heading with a number out of order passes")
	}
}

func TestLinksRule(t *testing.T) {
	exists := func(p string) bool { return p == "README.md" || p == "docs/a.md" || p == "docs" }
	for _, c := range []struct{ name, file, text, want string }{
		{"there", "README.md", "[a](docs/a.md), [b](docs/a.md#part \"title\"), [c](docs/), ![d](<docs/a.md>)\n", ""},
		{"from a folder", "docs/a.md", "[a](../README.md) [b](a.md)\n", ""},
		{"outside", "README.md", "[a](https://example.com/x) <mailto:a@example.com> [m](mailto:a@example.com)\n", ""},
		{"in code", "README.md", "`[a](nothing.md)`\n\n```sh\n[a](nothing.md)\n```\n", ""},
		{"heading", "README.md", "## The five-minute tour, again\n[a](#the-five-minute-tour-again)\n", ""},
		{"dead", "README.md", "one\n[a](docs/b.md)\n", "README.md:2: link to docs/b.md leads to nothing"},
		{"second on a line", "README.md", "[a](docs/a.md) [b](docs/b.md)\n", "docs/b.md leads to nothing"},
		{"after a fence", "README.md", "```\nx\n```\n[a](docs/b.md)\n", "README.md:4"},
		{"dead from a folder", "docs/a.md", "[a](docs/a.md)\n", "docs/a.md leads to nothing"},
		{"dead reference", "README.md", "see [a]\n\n[a]: docs/b.md\n", "docs/b.md leads to nothing"},
		{"out of the repository", "README.md", "[a](../shared/x.md)\n", "leads out of the repository"},
		{"root of the machine", "README.md", "[a](/etc/hosts)\n", "leads out of the repository"},
		{"no such heading", "README.md", "## Tour\n[a](#tours)\n", "names no heading"},
	} {
		t.Run(c.name, func(t *testing.T) { one(t, deadLinks(c.file, c.text, exists), c.want) })
	}
}

func TestTablesRule(t *testing.T) {
	doc := "| `one`, `two` | what | gain |\n| `three` | what | gain |\n"
	schemas := map[string]string{"a.sql": "CREATE TABLE one (\nCREATE TABLE IF NOT EXISTS two (", "b.sql": "CREATE TABLE four ("}
	got := tables(doc, schemas)
	if len(got) != 2 || !strings.Contains(got[0], "four") || !strings.Contains(got[1], "three") {
		t.Errorf("findings %q; want one on the missing row and one on the row too many", got)
	}
}
