package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layout says who may import whom: a row is the packages that it is about and
// what they may import of this module. The first row that matches a package
// counts; * stands for one element of a path. Lower rows may use higher ones,
// never the reverse, so imports go one way. A folder X/Y without a row is a part
// of X that was given a name: it lies just below X, for whoever may import X.
var layout = []struct{ packages, imports string }{
	{"fault", ""},
	{"stix", "fault"},
	{"stix/pattern", "fault stix"},
	{"stix/validate", "fault stix stix/pattern"},
	{"observable", "fault stix"},
	{"privacy", "fault stix observable"},
	{"store", "fault"},
	{"ledger", "fault store"},

	{"rights", "LEAVES"},
	{"member", "fault stix store rights"},
	{"intake", "LEAVES"},
	{"intake/text intake/eml", "LEAVES intake intake/scan"},
	{"intake/auto", "LEAVES intake intake/*"},
	{"intake/*", "LEAVES intake"},
	{"defence", "LEAVES rights member thing"},
	{"defence/*", "LEAVES defence member"},
	{"archive held thing submission", "LEAVES rights"},
	{"botnet order casefile card breach takeover", "LEAVES"},
	{"search draft", "LEAVES rights"},
	{"person audit approval", "LEAVES rights member"},

	{"exchange", "LEAVES IDEAS"},
	{"door", "LEAVES IDEAS exchange"},
	{"stream", "LEAVES IDEAS exchange door"},
	{"web/frame", "LEAVES IDEAS exchange door"},
	{"web/pending", ""},
	{"web/passkey web/oidc", "LEAVES IDEAS exchange door web/frame web/pending"},
	{"web/signin", "LEAVES IDEAS exchange door web/frame web/passkey web/oidc"},
	{"web/live", "LEAVES IDEAS exchange door stream web/frame"},
	{"web/*", "LEAVES IDEAS exchange door web/frame"},
	{"web", "LEAVES IDEAS exchange door web/*"},
	{"taxii api feeds dns mispapi crowdsecapi metrics", "LEAVES IDEAS exchange door"},
	{"app", "LEAVES IDEAS exchange door SHELLS"},
	{"cli", "LEAVES IDEAS exchange door SHELLS app"},
	{".", "LEAVES IDEAS exchange door SHELLS app cli"},
}

// groups are the words of layout that stand for several packages.
var groups = map[string]string{
	"LEAVES": "fault stix stix/* observable privacy store ledger",
	"IDEAS":  "rights member intake intake/* defence defence/* archive held thing submission search draft person audit approval botnet order casefile card breach takeover",
	"SHELLS": "taxii web web/* api stream feeds dns mispapi crowdsecapi metrics",
}

// helpers serve tests; the product imports none of them, and they may import what they need.
const helpers = "apptest apptest/core bench browser store/storetest"

const (
	maxFile     = 500 // lines
	maxFunc     = 80  // lines, from func to its last brace
	minTestCode = 0.9 // lines of test code for each line of code
)

// A tree is the module's files, parsed: by path from its root, with slashes.
type tree struct {
	fset  *token.FileSet
	files map[string]*ast.File
	text  map[string]string // also what isn't Go
}

// A rule gives one line for each place that breaks it: where, what, and what to do.
type rule struct {
	name  string
	check func(*tree) []string
}

func rules() []rule {
	return []rule{
		{"imports go down only", levels}, {"no net/http below the shells", noHTTP}, {"forbidden imports", forbiddenImports},
		{"package comments", packageComments}, {"exported names are documented", exportedDocs}, {"file length", fileLength},
		{"function length", funcLength}, {"tests keep up with code", testShare}, {"no init", noInit}, {"no globals", noGlobals},
		{"no paths of one machine", machinePaths},
	}
}

// TestArchitecture holds the repository to the rules above, reading the files in
// process: a list from a child process would be invisible to the test cache.
func TestArchitecture(t *testing.T) {
	m, err := parse(readTree(t))
	if err != nil {
		t.Fatalf("a file doesn't parse; make it compile first: %v", err)
	}
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, finding := range r.check(m) {
				t.Error(finding)
			}
		})
	}
	code, test := m.lines()
	t.Logf("%d lines of code, %d of tests: %.2f (at least %.2f)", code, test, share(code, test), minTestCode)
}

// readTree reads every file that git would track: all but what .gitignore names.
func readTree(t *testing.T) map[string]string {
	t.Helper()
	ignored, err := os.ReadFile(".gitignore")
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	err = filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case d.IsDir() && (name == ".git" || isIgnored(string(ignored), name)):
			return fs.SkipDir
		case !d.Type().IsRegular() || isIgnored(string(ignored), name):
			return nil
		}
		b, err := os.ReadFile(name)
		text[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// isIgnored knows the two forms of pattern that our .gitignore has: /path and *.ending.
func isIgnored(patterns, name string) bool {
	for p := range strings.FieldsSeq(patterns) {
		if rooted, ok := strings.CutPrefix(p, "/"); ok {
			if strings.TrimSuffix(rooted, "/") == name {
				return true
			}
		} else if ok, _ := path.Match(p, path.Base(name)); ok {
			return true
		}
	}
	return false
}

// parse parses the Go files among text; testdata is not code.
func parse(text map[string]string) (*tree, error) {
	m := &tree{fset: token.NewFileSet(), files: map[string]*ast.File{}, text: text}
	for _, name := range slices.Sorted(maps.Keys(text)) {
		if !strings.HasSuffix(name, ".go") || strings.Contains("/"+name, "/testdata/") {
			continue
		}
		f, err := parser.ParseFile(m.fset, name, text[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		m.files[name] = f
	}
	return m, nil
}

// each calls f for every Go file in order of path.
func (m *tree) each(f func(name string, file *ast.File)) {
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		f(name, m.files[name])
	}
}

// at writes a place as FILE:LINE.
func (m *tree) at(p token.Pos) string {
	where := m.fset.Position(p)
	return fmt.Sprintf("%s:%d", where.Filename, where.Line)
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// imports gives a file's import paths with their places.
func imports(f *ast.File) map[string]token.Pos {
	out := map[string]token.Pos{}
	for _, spec := range f.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out[p] = spec.Pos()
		}
	}
	return out
}

// oneOf says whether a package is among a row's words.
func oneOf(pkg, words string) bool {
	for w := range strings.FieldsSeq(words) {
		if members, ok := groups[w]; ok && oneOf(pkg, members) {
			return true
		}
		if ok, _ := path.Match(w, pkg); ok {
			return true
		}
	}
	return false
}

// levels holds the imports of the product to layout. Tests may import upwards
// where the compiler lets them: what feeds a test isn't part of the product.
func levels(m *tree) (out []string) {
	unknown := map[string]bool{}
	m.each(func(name string, f *ast.File) {
		pkg := path.Dir(name)
		if isTest(name) || oneOf(pkg, helpers) {
			return
		}
		may, ok := mayImport(pkg)
		if !ok {
			may, ok = mayImport(path.Dir(pkg))
			ok = ok && strings.Contains(pkg, "/")
		}
		if !ok {
			if !unknown[pkg] {
				out = append(out, fmt.Sprintf("%s: package %s stands nowhere in layout (arch_test.go); give it a row at its level, or fold it into a package that has one", name, pkg))
			}
			unknown[pkg] = true
			return
		}
		found := imports(f)
		for _, p := range slices.Sorted(maps.Keys(found)) {
			dep, ours := strings.CutPrefix(p, "tocsin/")
			switch {
			case !ours:
			case oneOf(dep, helpers):
				out = append(out, fmt.Sprintf("%s: %s imports the test helper %s; only tests may, so move what both need out of the helper", m.at(found[p]), pkg, dep))
			case !oneOf(dep, may) && !isPart(dep, pkg, may):
				out = append(out, fmt.Sprintf("%s: %s may not import %s (may: %s); take what you need as a small interface or a func from the caller, or move the shared part down", m.at(found[p]), pkg, dep, cmpOr(may, "nothing of this module")))
			}
		}
	})
	return out
}

// mayImport gives what layout lets a package import.
func mayImport(pkg string) (string, bool) {
	for _, row := range layout {
		if oneOf(pkg, row.packages) {
			return row.imports, true
		}
	}
	return "", false
}

// isPart says whether dep is a part, without a row, of pkg itself or of what pkg may import.
func isPart(dep, pkg, may string) bool {
	whole := path.Dir(dep)
	_, own := mayImport(dep)
	return !own && whole != "." && (whole == pkg || oneOf(whole, may))
}

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// noHTTP keeps the wire out of exchange, ideas and leaves.
func noHTTP(m *tree) (out []string) {
	m.each(func(name string, f *ast.File) {
		const below = "LEAVES IDEAS exchange"
		pkg := path.Dir(name)
		if isTest(name) || !oneOf(pkg, below) && !oneOf(path.Dir(pkg), below) {
			return
		}
		for p, pos := range imports(f) {
			if p == "net/http" || strings.HasPrefix(p, "net/http/") {
				out = append(out, fmt.Sprintf("%s: %s imports %s; ideas never see HTTP: return a fault kind or take an io.Reader, and let the shell turn it into the wire", m.at(pos), path.Dir(name), p))
			}
		}
	})
	return out
}

// forbiddenImports refuses cgo and the old math/rand everywhere, tests included.
func forbiddenImports(m *tree) (out []string) {
	m.each(func(name string, f *ast.File) {
		for p, pos := range imports(f) {
			switch p {
			case "C":
				out = append(out, m.at(pos)+`: import "C"; the product is one static binary without cgo: find a pure Go way`)
			case "math/rand":
				out = append(out, m.at(pos)+": math/rand; use crypto/rand for anything that must not be guessed, else math/rand/v2")
			}
		}
	})
	return out
}
