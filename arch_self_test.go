package main_test

import (
	"maps"
	"strings"
	"testing"
)

// sound is a small tree that breaks no rule; each case below spoils one thing.
var sound = map[string]string{
	"fault/fault.go": "// Package fault is errors.\npackage fault\n\n// New makes one.\nfunc New() error { return nil }\n",
	"fault/fault_test.go": "package fault\n\nimport (\n\t\"math/rand/v2\"\n\t\"net/http/httptest\"\n\t\"testing\"\n)\n\n" +
		"func TestNew(t *testing.T) {\n\t_ = rand.N(2)\n\t_ = httptest.NewServer\n" + strings.Repeat("\tt.Log()\n", 90) + "}\n",
	"stix/stix.go": "// Package stix is objects.\npackage stix\n\nimport (\n\t\"embed\"\n\t\"errors\"\n\t\"sync\"\n\n\t\"tocsin/fault\"\n\t\"tocsin/stix/walk\"\n)\n\n" +
		"var (\n\terrOdd = errors.New(\"odd\")\n\ttable = map[string]int{\"a\": 1}\n\tzero [4]byte\n\traw = []byte(\"x\")\n\t_ = fault.New\n)\n\n" +
		"//go:embed schema/*.sql\nvar schema embed.FS\n\nfunc use(n int) (mu sync.Mutex) {\n\ttable := map[string]int{}\n\ttable[\"b\"] = n\n\treturn\n}\n",
	"stix/walk/walk.go":    "// Package walk walks.\npackage walk\n\nimport _ \"tocsin/fault\"\n",
	"member/member.go":     "// Package member is members.\npackage member\n\nimport (\n\t_ \"tocsin/rights\"\n\t_ \"tocsin/store\"\n)\n",
	"intake/eml/eml.go":    "// Package eml is mail.\npackage eml\n\nimport (\n\t_ \"net/mail\"\n\t_ \"net/url\"\n\t_ \"tocsin/intake/scan\"\n)\n",
	"intake/auto/auto.go":  "// Package auto guesses.\npackage auto\n\nimport _ \"tocsin/intake/eml\"\n",
	"exchange/exchange.go": "// Package exchange is the spine.\npackage exchange\n\nimport _ \"tocsin/member\"\n",
	"taxii/taxii.go":       "// Package taxii is TAXII.\npackage taxii\n\nimport (\n\t_ \"net/http\"\n\t_ \"tocsin/exchange\"\n)\n",
	"taxii/taxii_test.go":  "package taxii_test\n\nimport _ \"tocsin/apptest\"\n",
	"cli/cli.go":           "// Package cli is commands.\npackage cli\n\nimport (\n\t_ \"tocsin/app\"\n\t_ \"tocsin/taxii\"\n)\n",
	"apptest/apptest.go":   "// Package apptest is the product in a test.\npackage apptest\n\nimport _ \"tocsin/app\"\n",
	"main.go":              "// Command tocsin.\npackage main\n\nimport _ \"tocsin/cli\"\n",
	"README.md":            "See ../shared/work/ and https://example.com/wo" + "rk/ and /root/.ssh/id_rsa.\n",
}

// TestRules breaks each rule once: a rule that can't fail guards nothing.
func TestRules(t *testing.T) {
	findings := func(t *testing.T, file, text string) []string {
		all := maps.Clone(sound)
		if file != "" {
			all[file] = text
		}
		m, err := parse(all)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range rules() {
			out = append(out, r.check(m)...)
		}
		return out
	}
	for _, f := range findings(t, "", "") {
		t.Errorf("the sound tree is refused: %s", f)
	}
	doc := func(pkg, body string) string {
		return "// Package " + pkg + " has a purpose.\npackage " + pkg + "\n" + body
	}
	for _, c := range []struct{ name, file, text, want string }{
		{"leaf imports a higher leaf", "fault/x.go", doc("fault", `import _ "tocsin/stix"`), "fault/x.go:3: fault may not import stix"},
		{"store imports privacy", "store/x.go", doc("store", `import _ "tocsin/privacy"`), "store may not import"},
		{"leaf imports an idea", "ledger/x.go", doc("ledger", `import _ "tocsin/member"`), "ledger may not import"},
		{"idea imports an idea", "thing/x.go", doc("thing", `import _ "tocsin/archive"`), "thing may not import"},
		{"idea imports the spine", "archive/x.go", doc("archive", `import _ "tocsin/exchange"`), "archive may not import"},
		{"member imports a leaf that it needn't", "member/x.go", doc("member", `import _ "tocsin/privacy"`), "member may not import"},
		{"a format imports another", "intake/csv/x.go", doc("csv", `import _ "tocsin/intake/eml"`), "intake/csv may not import"},
		{"a format imports the scanner", "intake/csv/x.go", doc("csv", `import _ "tocsin/intake/scan"`), "intake/csv may not import"},
		{"the types of intake import a format", "intake/x.go", doc("intake", `import _ "tocsin/intake/eml"`), "intake may not import"},
		{"the scanner imports a format", "intake/scan/x.go", doc("scan", `import _ "tocsin/intake/text"`), "intake/scan may not import"},
		{"a product imports another", "defence/rpz/x.go", doc("rpz", `import _ "tocsin/defence/snort"`), "defence/rpz may not import"},
		{"the spine imports a shell", "exchange/x.go", doc("exchange", `import _ "tocsin/taxii"`), "exchange may not import"},
		{"a shell imports a shell", "web/x.go", doc("web", `import _ "tocsin/taxii"`), "web may not import"},
		{"a shell imports app", "web/x.go", doc("web", `import _ "tocsin/app"`), "web may not import"},
		{"app imports cli", "app/x.go", doc("app", `import _ "tocsin/cli"`), "app may not import"},
		{"a part imports its whole", "stix/walk/x.go", doc("walk", `import _ "tocsin/stix"`), "stix/walk may not import"},
		{"a part imports past its whole", "stix/walk/x.go", doc("walk", `import _ "tocsin/store"`), "stix/walk may not import"},
		{"the product imports a helper", "app/x.go", doc("app", `import _ "tocsin/store/storetest"`), "imports the test helper"},
		{"the product imports the bench", "cli/x.go", doc("cli", `import _ "tocsin/bench"`), "imports the test helper"},
		{"a folder of no level", "misc/x.go", doc("misc", ""), "package misc stands nowhere in layout"},
		{"HTTP in a leaf", "privacy/x.go", doc("privacy", `import _ "net/http"`), "imports net/http; ideas never see HTTP"},
		{"HTTP in an idea", "intake/text/x.go", doc("text", `import _ "net/http/httptest"`), "imports net/http/httptest"},
		{"HTTP in the spine", "exchange/x.go", doc("exchange", `import _ "net/http"`), "imports net/http"},
		{"HTTP in a part", "stix/walk/x.go", doc("walk", `import _ "net/http"`), "imports net/http"},
		{"cgo", "store/x.go", doc("store", `import "C"`), "without cgo"},
		{"cgo in a test", "store/x_test.go", "package store\nimport \"C\"", "without cgo"},
		{"old random numbers", "store/x.go", doc("store", `import _ "math/rand"`), "use crypto/rand"},
		{"no package comment", "card/x.go", "package card\n", "package card has no package comment"},
		{"exported func", "stix/x.go", doc("stix", "func F() {}"), "exported F has no doc comment"},
		{"exported method", "stix/x.go", doc("stix", "// T is.\ntype T[K any] int\nfunc (t *T[K]) M() {}"), "exported M has no doc comment"},
		{"exported type", "stix/x.go", doc("stix", "type T int"), "exported T has no doc comment"},
		{"exported const", "stix/x.go", doc("stix", "const C = 1"), "exported C has no doc comment"},
		{"exported var", "stix/x.go", doc("stix", "var V = 1"), "exported V has no doc comment"},
		{"long file", "stix/x_test.go", "package stix\n" + strings.Repeat("\n", maxFile), "stix/x_test.go: 501 lines"},
		{"long function", "stix/x.go", doc("stix", "func f() {"+strings.Repeat("\n", maxFunc)+"}"), "f has 81 lines"},
		{"few tests", "stix/x.go", doc("stix", strings.Repeat("const _ = 1\n", 100)), "less than 0.90"},
		{"init", "stix/x.go", doc("stix", "func init() {}"), "func init"},
		{"lock", "stix/x.go", doc("stix", "import \"sync\"\nvar mu sync.Mutex"), "mu is a sync.Mutex"},
		{"lock by value", "stix/x.go", doc("stix", "import \"sync\"\nvar mu = sync.Mutex{}"), "mu is a sync.Mutex"},
		{"atomic", "stix/x.go", doc("stix", "import \"sync/atomic\"\nvar n atomic.Int64"), "n is a atomic.Int64"},
		{"pointer type", "stix/x.go", doc("stix", "var p *int"), "p is a pointer"},
		{"pointer value", "stix/x.go", doc("stix", "var p = &struct{}{}"), "p is a pointer"},
		{"made elsewhere", "stix/x.go", doc("stix", "import \"regexp\"\nvar re = regexp.MustCompile(`a`)"), "re comes from regexp.MustCompile"},
		{"once", "stix/x.go", doc("stix", "import \"sync\"\nvar get = sync.OnceValue(func() int { return 1 })"), "get comes from sync.OnceValue"},
		{"new", "stix/x.go", doc("stix", "var p = new(int)"), "p comes from new"},
		{"zero value", "stix/x.go", doc("stix", "var count int"), "count has no value yet"},
		{"table written to", "stix/x.go", doc("stix", "var seen = map[int]bool{}\nfunc f() { seen[1] = true }"), "seen is written to at stix/x.go:4"},
		{"table written to in another file", "stix/x.go", doc("stix", "func f() { delete(table, \"a\") }"), "table is written to at stix/x.go:3"},
		{"counter", "stix/x.go", doc("stix", "var n = 1\nfunc f() { n++ }"), "n is written to"},
		{"address taken", "stix/x.go", doc("stix", "var n = 1\nfunc f() *int { return &n }"), "n is written to"},
		{"set by a test", "stix/x_test.go", "package stix\nfunc f() { errOdd = nil }", "errOdd is written to at stix/x_test.go:2"},
		{"path of the machine", "docs/x.md", "Look\nat /wo" + "rk/main.\n", "docs/x.md:2: names /wo" + "rk/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := findings(t, c.file, c.text)
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("want one finding with %q, got %d: %s", c.want, len(got), strings.Join(got, "\n"))
			}
		})
	}
}

// TestLongestAllowed: a file and a function of just the allowed length pass.
func TestLongestAllowed(t *testing.T) {
	m, err := parse(map[string]string{"stix/x.go": "package stix\n\nfunc f() {" + strings.Repeat("\n", maxFunc-1) + "}\n" + strings.Repeat("\n", maxFile-maxFunc-2)})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(m.text["stix/x.go"], "\n"); n != maxFile {
		t.Fatalf("the file has %d lines, want %d", n, maxFile)
	}
	for _, f := range append(fileLength(m), funcLength(m)...) {
		t.Error(f)
	}
}

// TestHomePaths: the home folder of whoever runs the test, wherever it is.
func TestHomePaths(t *testing.T) {
	for _, c := range []struct {
		home, text string
		found      bool
	}{
		{"/home/ada", "see /home/ada/notes", true},
		{"/home/ada", "see /home/adam/notes", false},
		{"/home/ada", "see https://example.com/home/ada/notes", false},
		{"/root", "see /root" + "/go/pkg", true},
		{"/root", "see /root/.bash_history", false},
		{"/", "see /etc/hosts", false},
		{"", "see /etc/hosts", false},
	} {
		got := pathsOf(&tree{text: map[string]string{"a.md": c.text}}, c.home)
		if (len(got) > 0) != c.found {
			t.Errorf("home %q, text %q: %v", c.home, c.text, got)
		}
	}
}
