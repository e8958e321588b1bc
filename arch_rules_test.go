package main_test

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// packageComments wants one sentence of purpose above each package clause.
func packageComments(m *tree) (out []string) {
	first, has := map[string]string{}, map[string]bool{}
	m.each(func(name string, f *ast.File) {
		if dir := path.Dir(name); !isTest(name) {
			first[dir] = cmpOr(first[dir], name)
			has[dir] = has[dir] || f.Doc != nil
		}
	})
	for _, dir := range slices.Sorted(maps.Keys(first)) {
		if !has[dir] {
			out = append(out, fmt.Sprintf("%s: package %s has no package comment; say its one idea and how it is used above the package clause of one file", first[dir], dir))
		}
	}
	return out
}

// exportedDocs wants a doc comment on every exported name outside tests; one
// comment on a group of constants or variables counts for the group.
func exportedDocs(m *tree) (out []string) {
	want := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		for _, d := range docs {
			if d != nil {
				return
			}
		}
		if name.IsExported() {
			out = append(out, fmt.Sprintf("%s: exported %s has no doc comment; say what it does, its units, bounds and errors, or unexport it", m.at(name.Pos()), name.Name))
		}
	}
	m.each(func(name string, f *ast.File) {
		if isTest(name) {
			return
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || ast.IsExported(receiver(d)) {
					want(d.Name, d.Doc)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						want(s.Name, s.Doc, d.Doc)
					case *ast.ValueSpec:
						for _, n := range s.Names {
							want(n, s.Doc, s.Comment, d.Doc)
						}
					}
				}
			}
		}
	})
	return out
}

// receiver is the name of a method's type, without pointer and parameters.
func receiver(d *ast.FuncDecl) string {
	name := ""
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}

// fileLength bounds every Go file, tests included.
func fileLength(m *tree) (out []string) {
	m.each(func(name string, _ *ast.File) {
		if n := strings.Count(m.text[name], "\n"); n > maxFile {
			out = append(out, fmt.Sprintf("%s: %d lines, more than %d; split it along an idea", name, n, maxFile))
		}
	})
	return out
}

// funcLength bounds functions outside tests.
func funcLength(m *tree) (out []string) {
	m.each(func(name string, f *ast.File) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || isTest(name) {
				continue
			}
			if n := m.fset.Position(fn.End()).Line - m.fset.Position(fn.Pos()).Line + 1; n > maxFunc {
				out = append(out, fmt.Sprintf("%s: %s has %d lines, more than %d; name a part of it and take that out", m.at(fn.Pos()), fn.Name.Name, n, maxFunc))
			}
		}
	})
	return out
}

// testShare wants about as much test code as code, over the whole repository.
func testShare(m *tree) []string {
	code, test := m.lines()
	if share(code, test) >= minTestCode {
		return nil
	}
	return []string{fmt.Sprintf("%d lines of tests for %d of code: %.2f, less than %.2f; test what a user would miss, in %s", test, code, share(code, test), minTestCode, m.leastTested())}
}

func share(code, test int) float64 {
	if code == 0 {
		return 1
	}
	return float64(test) / float64(code)
}

// lines counts the lines that hold code, so neither blanks nor comments. Scripts
// that test the command line and drive real clients are tests too.
func (m *tree) lines() (code, test int) {
	for name, text := range m.text {
		if strings.HasSuffix(name, ".txtar") || strings.HasPrefix(name, "realclients/") && strings.HasSuffix(name, ".py") {
			test += scriptLines(text)
		}
	}
	for name := range m.files {
		n := codeLines(m.text[name])
		if isTest(name) || oneOf(path.Dir(name), helpers) {
			test += n
		} else {
			code += n
		}
	}
	return code, test
}

// leastTested names the five folders that lack most lines of tests.
func (m *tree) leastTested() string {
	lack := map[string]int{}
	for name := range m.files {
		n := codeLines(m.text[name])
		if isTest(name) {
			n = -n
		}
		lack[path.Dir(name)] += n
	}
	dirs := slices.SortedFunc(maps.Keys(lack), func(a, b string) int { return lack[b] - lack[a] })
	return strings.Join(dirs[:min(5, len(dirs))], ", ")
}

func scriptLines(text string) (n int) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			n++
		}
	}
	return n
}

func codeLines(text string) int {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	seen := map[int]bool{}
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return len(seen)
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue // put there by the scanner
		}
		for i := range strings.Count(lit, "\n") + 1 {
			seen[file.Line(pos)+i] = true
		}
	}
}

// noInit refuses init functions: what must happen at the start happens in a constructor.
func noInit(m *tree) (out []string) {
	m.each(func(name string, f *ast.File) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, m.at(fn.Pos())+": func init; do it in a constructor that the caller sees, or write the table out")
			}
		}
	})
	return out
}

// noGlobals lets a package keep constant tables and errors, and nothing that
// changes: no pointers, locks or zero values waiting to be set, and no table that
// some function writes to.
func noGlobals(m *tree) (out []string) {
	packages := map[string][]*ast.File{}
	m.each(func(name string, f *ast.File) {
		if !strings.HasSuffix(f.Name.Name, "_test") {
			packages[path.Dir(name)] = append(packages[path.Dir(name)], f)
		}
	})
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		// What is imported isn't looked at, so types are partly unknown; which name means which variable isn't.
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
		conf := types.Config{Error: func(error) {}, FakeImportC: true}
		_, _ = conf.Check(dir, m.fset, packages[dir], info)
		written := writes(packages[dir], info)
		for _, f := range packages[dir] {
			if isTest(m.fset.Position(f.Pos()).Filename) {
				continue
			}
			for _, v := range globals(f) {
				why := v.wrong()
				if place, ok := written[info.Defs[v.name]]; why == "" && ok {
					why = "is written to at " + m.at(place)
				}
				if why != "" {
					out = append(out, fmt.Sprintf("%s: package variable %s %s; keep only constant tables and errors there, and put state into a struct that the caller holds", m.at(v.name.Pos()), v.name.Name, why))
				}
			}
		}
	}
	return out
}

type global struct {
	name     *ast.Ident
	typ      ast.Expr
	value    ast.Expr // nil: the zero value
	embedded bool     // filled by //go:embed
}

func globals(f *ast.File) (out []global) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for i, name := range v.Names {
				one := global{name: name, typ: v.Type, embedded: isEmbed(g.Doc) || isEmbed(v.Doc)}
				if i < len(v.Values) {
					one.value = v.Values[i]
				} else if len(v.Values) > 0 {
					one.value = v.Values[0]
				}
				if name.Name != "_" {
					out = append(out, one)
				}
			}
		}
	}
	return out
}

func isEmbed(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// makers are calls of other packages whose result nobody can change.
const makers = "errors.New fault.New fmt.Errorf netip.MustParseAddr netip.MustParsePrefix netip.AddrFrom4 netip.PrefixFrom strings.NewReplacer time.Date idna.New base32.NewEncoding"

// wrong says what a package variable must not be, or "".
func (g global) wrong() string {
	switch t := g.typ.(type) {
	case *ast.StarExpr:
		return "is a pointer"
	case *ast.SelectorExpr:
		if p := types.ExprString(t.X); p == "sync" || p == "atomic" {
			return "is a " + types.ExprString(t)
		}
	}
	if g.value == nil {
		if _, array := g.typ.(*ast.ArrayType); array || g.embedded {
			return ""
		}
		return "has no value yet, so something must set it"
	}
	switch v := g.value.(type) {
	case *ast.UnaryExpr:
		if v.Op == token.AND {
			return "is a pointer"
		}
	case *ast.CompositeLit:
		if t := types.ExprString(v.Type); strings.HasPrefix(t, "sync.") || strings.HasPrefix(t, "atomic.") {
			return "is a " + t
		}
	case *ast.CallExpr:
		fn, ok := v.Fun.(*ast.SelectorExpr)
		if name := types.ExprString(v.Fun); name == "new" || ok && !oneOf(name, makers) && !isBound(fn) {
			return "comes from " + name + ", which may give something that changes"
		}
	}
	return ""
}

// isBound says whether a selector is a method of something other than a package's name,
// as in base64.StdEncoding.Strict().
func isBound(s *ast.SelectorExpr) bool {
	_, ident := s.X.(*ast.Ident)
	return !ident
}

// writes finds where variables are assigned to, counted up, deleted from, cleared or have their address taken.
func writes(files []*ast.File, info *types.Info) map[types.Object]token.Pos {
	out := map[types.Object]token.Pos{}
	note := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
			case *ast.SelectorExpr:
				e = x.X
			case *ast.ParenExpr:
				e = x.X
			case *ast.StarExpr:
				e = x.X
			case *ast.SliceExpr:
				e = x.X
			case *ast.Ident:
				if o, ok := info.Uses[x].(*types.Var); ok {
					out[o] = x.Pos()
				}
				return
			default:
				return
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					note(e)
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					note(n.X)
				}
			case *ast.CallExpr:
				if name := types.ExprString(n.Fun); (name == "delete" || name == "clear" || name == "copy") && len(n.Args) > 0 {
					note(n.Args[0])
				}
			}
			return true
		})
	}
	return out
}

// machinePaths refuses what holds on one machine only, in every text file.
func machinePaths(m *tree) []string {
	home, _ := os.UserHomeDir()
	return pathsOf(m, home)
}

func pathsOf(m *tree, home string) (out []string) {
	forbidden := []string{"/wo" + "rk/"}
	switch home {
	case "", "/":
	case "/root": // the same on every Linux, and a fair example of a home directory; its tools' folders are not
		forbidden = append(forbidden, home+"/go/", home+"/.cache/", home+"/.pyenv")
	default:
		forbidden = append(forbidden, home+"/")
	}
	for i, f := range forbidden {
		forbidden[i] = regexp.QuoteMeta(f)
	}
	find := regexp.MustCompile(`(?:^|[^A-Za-z0-9_.~/-])(` + strings.Join(forbidden, "|") + `)`)
	for _, name := range slices.Sorted(maps.Keys(m.text)) {
		if strings.Contains(m.text[name], "\x00") {
			continue // not text
		}
		if at := find.FindStringSubmatchIndex(m.text[name]); at != nil {
			line := 1 + strings.Count(m.text[name][:at[2]], "\n")
			out = append(out, fmt.Sprintf("%s:%d: names %s, which exists on one machine only; use a path relative to the repository, or a temporary folder", name, line, m.text[name][at[2]:at[3]]))
		}
	}
	return out
}
