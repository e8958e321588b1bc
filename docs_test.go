package main_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// TestDependencies holds docs/dependencies.md equal to what go.mod asks for itself.
func TestDependencies(t *testing.T) {
	for _, finding := range dependencies(read(t, "go.mod"), read(t, "docs/dependencies.md")) {
		t.Error(finding)
	}
}

// TestWayOfAReport holds the headings of docs/way-of-a-report.md equal to the step
// comments of the code, so that whoever reads one can find the place in the other.
func TestWayOfAReport(t *testing.T) {
	names, err := filepath.Glob("exchange/*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := map[string]string{}
	for _, name := range names {
		if !isTest(name) {
			code[filepath.ToSlash(name)] = read(t, name)
		}
	}
	for _, finding := range way(read(t, "docs/way-of-a-report.md"), code) {
		t.Error(finding)
	}
}

// TestLinks follows every local link of the README and the docs.
func TestLinks(t *testing.T) {
	names, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, "README.md") {
		name = filepath.ToSlash(name)
		for _, finding := range deadLinks(name, read(t, name), func(p string) bool { _, err := os.Stat(p); return err == nil }) {
			t.Error(finding)
		}
	}
}

// TestTables holds docs/operating.md to the schemas: whoever runs a node must
// know of each table what whoever can edit it gains.
func TestTables(t *testing.T) {
	text := map[string]string{}
	for _, pattern := range []string{"*/schema/*.sql", "*/*/schema/*.sql", "store/migrate.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text[name] = read(t, name)
		}
	}
	for _, finding := range tables(read(t, "docs/operating.md"), text) {
		t.Error(finding)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatalf("%v: this file is part of what we promise; write it", err)
	}
	return string(b)
}

// dependencies compares go.mod's direct requirements with the rows
// | module | version | why | of the document.
func dependencies(gomod, doc string) (out []string) {
	f, err := modfile.Parse("go.mod", []byte(gomod), nil)
	if err != nil {
		return []string{err.Error()}
	}
	want := map[string]string{}
	for _, r := range f.Require {
		if !r.Indirect {
			want[r.Mod.Path] = r.Mod.Version
		}
	}
	got := map[string]bool{}
	for i, line := range slices.Collect(strings.Lines(doc)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || cells[0] != "" || cells[4] != "" {
			continue
		}
		module, version, why := cell(cells[1]), cell(cells[2]), cell(cells[3])
		if module == "module" || strings.Trim(module, "-:") == "" {
			continue
		}
		place := fmt.Sprintf("docs/dependencies.md:%d: %s", i+1, module)
		switch {
		case got[module]:
			out = append(out, place+" stands there twice; keep one row")
		case want[module] == "":
			out = append(out, place+" is not a direct requirement of go.mod; take the row out")
		case want[module] != version:
			out = append(out, fmt.Sprintf("%s has version %s there and %s in go.mod; write the latter", place, version, want[module]))
		case len(strings.Fields(why)) < 4:
			out = append(out, place+" has no reason; say what it does for us that we don't do ourselves")
		}
		got[module] = true
	}
	for _, module := range slices.Sorted(maps.Keys(want)) {
		if !got[module] {
			out = append(out, fmt.Sprintf("docs/dependencies.md: no row for %s %s; add | %[1]s | %[2]s | why |, or drop the module", module, want[module]))
		}
	}
	return out
}

func cell(s string) string { return strings.Trim(strings.TrimSpace(s), "`") }

// way compares "## N name" in the document with "// Step N name:" in the code.
// A step may be begun at several places in the code, always under one name.
func way(doc string, code map[string]string) (out []string) {
	const file = "docs/way-of-a-report.md"
	headings, steps, places := map[int]string{}, map[int]string{}, map[int]string{}
	last := 0
	for _, h := range regexp.MustCompile(`(?m)^## (\d+) (.*?)\s*$`).FindAllStringSubmatch(doc, -1) {
		n, _ := strconv.Atoi(h[1])
		if n != last+1 {
			out = append(out, fmt.Sprintf("%s: heading %q follows number %d; number the steps 1, 2, 3 in order", file, h[0], last))
		}
		last, headings[n] = n, h[2]
	}
	comment := regexp.MustCompile(`(?m)^\s*// Step (\d+) ([^:\n]+):`)
	for _, name := range slices.Sorted(maps.Keys(code)) {
		for _, s := range comment.FindAllStringSubmatch(code[name], -1) {
			n, _ := strconv.Atoi(s[1])
			if before, ok := steps[n]; ok && before != s[2] {
				out = append(out, fmt.Sprintf("%s: step %d is %q here and %q in %s; a step has one name", name, n, s[2], before, places[n]))
				continue
			}
			steps[n], places[n] = s[2], name
		}
	}
	for n := range max(last, len(steps), slices.Max(append(slices.Collect(maps.Keys(steps)), 0))) {
		n++
		heading, inDoc := headings[n]
		step, inCode := steps[n]
		switch {
		case inDoc && !inCode:
			out = append(out, fmt.Sprintf("exchange: no comment \"// Step %d %s: ...\", but %s has the heading; put the comment where the step begins, or drop the heading", n, heading, file))
		case inCode && !inDoc:
			out = append(out, fmt.Sprintf("%s: no heading \"## %d %s\", but %s has the step; describe it", file, n, step, places[n]))
		case inDoc && heading != step:
			out = append(out, fmt.Sprintf("%s: step %d is %q there and %q in %s; use one name", file, n, heading, step, places[n]))
		}
	}
	if len(headings) == 0 && len(steps) == 0 {
		out = append(out, file+": no numbered headings, and no step comments in exchange; write both")
	}
	return out
}

// deadLinks gives the local links of a Markdown text that lead nowhere. What
// stands in code isn't a link.
func deadLinks(name, text string, exists func(string) bool) (out []string) {
	link := regexp.MustCompile(`\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\s*\[[^\]]+\]:\s*<?([^\s>]+)`)
	code := regexp.MustCompile("`[^`]*`")
	fenced := false
	for i, line := range slices.Collect(strings.Lines(text)) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(line, "`x`"), -1) {
			target, fragment, _ := strings.Cut(m[1]+m[2], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			place := fmt.Sprintf("%s:%d: link to %s", name, i+1, m[1]+m[2])
			file := name
			if target != "" {
				file = path.Join(path.Dir(name), target)
			}
			switch {
			case strings.HasPrefix(target, "/") || strings.HasPrefix(file, ".."):
				out = append(out, place+" leads out of the repository, where a clone has nothing; say it in words")
			case !exists(file):
				out = append(out, place+" leads to nothing; correct it or write the file")
			case file == name && fragment != "" && !hasHeading(text, fragment):
				out = append(out, place+" names no heading of this file; correct it")
			}
		}
	}
	return out
}

// hasHeading says whether a heading has this fragment: lower case, words joined
// by hyphens, punctuation dropped, as forges and viewers make it.
func hasHeading(text, fragment string) bool {
	drop := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for line := range strings.Lines(text) {
		if title := strings.TrimLeft(line, "#"); title != line {
			title = drop.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			if strings.ReplaceAll(title, " ", "-") == fragment {
				return true
			}
		}
	}
	return false
}

// tables compares the tables that schemas make with the names in the rows of the
// document's list of tables.
func tables(doc string, schemas map[string]string) (out []string) {
	named := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| (`+"`[a-z_]+`(?:, `[a-z_]+`)*"+`) \|`).FindAllStringSubmatch(doc, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			named[strings.Trim(name, "`")] = true
		}
	}
	made := map[string]bool{}
	for _, file := range slices.Sorted(maps.Keys(schemas)) {
		for _, m := range regexp.MustCompile(`(?m)CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`).FindAllStringSubmatch(schemas[file], -1) {
			if made[m[1]] = true; !named[m[1]] {
				out = append(out, fmt.Sprintf("%s: table %s has no row in docs/operating.md; say what it holds and what whoever can edit it gains", file, m[1]))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !made[name] {
			out = append(out, fmt.Sprintf("docs/operating.md: no schema makes the table %s; drop its row", name))
		}
	}
	return out
}
