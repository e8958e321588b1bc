// Package page turns the bytes of a text into text: it tells encodings, and
// writes out what a reader sees of an HTML page.
//
//	s, err := page.Decode(raw)
//	if page.IsHTML(s, name) { title, s = page.Text(s) }
package page

import (
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text gives the title of an HTML page and its text as a reader sees it, with the
// targets of links in angle brackets behind them. Scripts, styles and comments
// are dropped; blocks end lines, cells are set apart by bars.
func Text(s string) (title, text string) {
	p := pageReader{z: html.NewTokenizer(strings.NewReader(s))}
	for {
		switch p.z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(p.name()), tidy(p.out.String())
		case html.TextToken:
			p.text(string(p.z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open()
		case html.EndTagToken:
			name, _ := p.z.TagName()
			p.shut(atom.Lookup(name))
		}
	}
}

type pageReader struct {
	z     *html.Tokenizer
	out   strings.Builder
	title strings.Builder // of <title>
	h1    strings.Builder // of the first <h1>
	skip  atom.Atom       // the element whose content is dropped
	in    atom.Atom       // title or h1
	heads int
	href  string
	link  int // where in out the text of the link starts
}

// name is the page's title, or else its first heading.
func (p *pageReader) name() string {
	if t := strings.Join(strings.Fields(p.title.String()), " "); t != "" {
		return t
	}
	return strings.Join(strings.Fields(p.h1.String()), " ")
}

func (p *pageReader) text(s string) {
	switch {
	case p.skip != 0:
		return
	case p.in == atom.Title:
		p.title.WriteString(s)
		return
	case p.in == atom.H1 && p.heads == 1:
		p.h1.WriteString(s)
	}
	p.out.WriteString(s)
}

// open reads a start tag.
func (p *pageReader) open() {
	name, more := p.z.TagName()
	tag := atom.Lookup(name)
	if p.skip != 0 {
		return
	}
	attr := map[string]string{}
	for n := 0; more && n < 64; n++ {
		var k, v []byte
		k, v, more = p.z.TagAttr()
		attr[string(k)] = string(v)
	}
	switch tag {
	case atom.Script, atom.Style, atom.Template:
		p.skip = tag
	case atom.Title:
		p.in = tag
	case atom.H1:
		p.in = tag
		p.heads++
		p.out.WriteByte('\n')
	case atom.A:
		p.href, p.link = attr["href"], p.out.Len()
	case atom.Img, atom.Iframe, atom.Embed, atom.Source:
		p.target(attr["src"])
	case atom.Form:
		p.target(attr["action"])
		p.out.WriteByte('\n')
	case atom.Td, atom.Th:
		p.out.WriteString(" | ")
	case atom.Wbr:
	default:
		if block(tag) {
			p.out.WriteByte('\n')
		}
	}
}

// shut reads an end tag.
func (p *pageReader) shut(tag atom.Atom) {
	switch {
	case p.skip != 0:
		if tag == p.skip {
			p.skip = 0
		}
	case tag == atom.A:
		if p.href != "" && !strings.Contains(p.out.String()[p.link:], p.href) {
			p.target(p.href)
		}
		p.href = ""
	case tag == atom.Title || tag == atom.H1:
		p.in = 0
		p.out.WriteByte('\n')
	case block(tag):
		p.out.WriteByte('\n')
	}
}

// target writes where a link leads, when it leads out of the page.
func (p *pageReader) target(href string) {
	href = strings.TrimSpace(href)
	if strings.Contains(href, "://") || strings.HasPrefix(href, "mailto:") || strings.HasPrefix(href, "//") {
		p.out.WriteString(" <" + href + "> ")
	}
}

// block tells elements that end a line.
func block(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Br, atom.Tr, atom.Li, atom.Ul, atom.Ol, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Blockquote, atom.Section, atom.Article,
		atom.Header, atom.Footer, atom.Hr, atom.Dt, atom.Dd, atom.Dl, atom.Form, atom.Option, atom.Body, atom.Head, atom.Caption, atom.Figure, atom.Nav, atom.Aside, atom.Main, atom.Address:
		return true
	}
	return false
}

// tidy takes blank lines and blanks at the ends of lines out.
func tidy(s string) string {
	var b strings.Builder
	empty := 0
	for l := range strings.Lines(s) {
		l = strings.Trim(l, " \t\n")
		if l == "" {
			if empty++; empty > 1 {
				continue
			}
		} else {
			empty = 0
		}
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}

// IsHTML tells HTML by its name or its beginning.
func IsHTML(s, name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		return true
	case ".md", ".markdown", ".adoc", ".asciidoc", ".txt", ".rst":
		return false
	}
	head := strings.ToLower(strings.TrimSpace(s[:min(len(s), 1024)]))
	for _, tag := range [...]string{"<!doctype html", "<html", "<head", "<body", "<table", "<div", "<p>", "<h1", "<article", "<meta", "<!--"} {
		if strings.HasPrefix(head, tag) {
			return true
		}
	}
	return strings.HasPrefix(head, "<?xml") && strings.Contains(head, "<html")
}
