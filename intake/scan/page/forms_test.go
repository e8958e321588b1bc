package page

import (
	"fmt"
	"testing"
)

// TestPagesAsSeen holds what a reader sees of markup as it is found in the wild.
func TestPagesAsSeen(t *testing.T) {
	for name, c := range map[string]struct{ html, want string }{
		"code":                {"<code>evil[.]example</code>", "evil[.]example"},
		"preformatted":        {"<pre>a.example\nb.example</pre>", "a.example\nb.example"},
		"span inside a name":  {"evil<span>.example</span>", "evil.example"},
		"soft hyphen":         {"evil&shy;site.example", "evil\u00adsite.example"},
		"capitals":            {"<P>a</P><BR>b", "a\n\nb"},
		"attributes unquoted": {"<a href=http://evil.example/a>x</a>", "x <http://evil.example/a>"},
		"relative to scheme":  {"<a href='//evil.example/a'>x</a>", "x <//evil.example/a>"},
		"script link":         {"<a href='javascript:alert(1)'>x</a>", "x"},
		"frame":               {"<iframe src='https://evil.example/f'></iframe>", "<https://evil.example/f>"},
		"picture of the page": {"<img src='/logo.png'><img src='cid:1'>", ""},
		"hidden comment":      {"a<!-- evil.example -->b", "ab"},
		"unclosed comment":    {"a<!-- evil.example", "a"},
		"template":            {"<template>evil.example</template>b", "b"},
		"style":               {"<style>a{background:url(http://evil.example/x)}</style>b", "b"},
		"script in capitals":  {"<SCRIPT>var x='<p>evil.example'</SCRIPT>b", "b"},
		"nested table":        {"<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>", "| a\n\n| b"},
		"headings":            {"<h2>IOCs</h2>evil.example", "IOCs\nevil.example"},
		"definition":          {"<dl><dt>ip</dt><dd>203.0.113.5</dd></dl>", "ip\n\n203.0.113.5"},
		"link with markup":    {"<a href='http://evil.example/a'><b>go</b> <i>now</i></a>", "go now <http://evil.example/a>"},
		"two links":           {"<a href='http://a.example/'>a</a><a href='http://b.example/'>b</a>", "a <http://a.example/> b <http://b.example/>"},
		"link not closed":     {"<a href='http://a.example/'>a<a href='http://b.example/'>b</a>", "ab <http://b.example/>"},
		"numbers":             {"&#101;vil&#x2e;example", "evil.example"},
		"unknown entity":      {"a&nosuch;b", "a&nosuch;b"},
		"form in a form":      {"<form action='http://evil.example/p'><input name=a></form>", "<http://evil.example/p>"},
		"broken tag":          {"a <b c", "a"},
		"less than":           {"1 < 2 and evil.example", "1 < 2 and evil.example"},
		"blank lines":         {"<p>a</p><p></p><p></p><p></p><p>b</p>", "a\n\nb"},
	} {
		if _, got := Text(c.html); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

// TestTitles holds what a page is called.
func TestTitles(t *testing.T) {
	for html, want := range map[string]string{
		"<title>A</title><h1>B</h1>": "A", "<title> </title><h1>B</h1>": "B", "<h1>B</h1><h1>C</h1>": "B", "<h2>C</h2>": "", "<title>A &amp; B</title>": "A & B", "<title>A\n  B</title>": "A B", "<title>A <b>": "A <b>", "<h1><span>B</span> c</h1>": "B c", "x": "",
	} {
		if got, _ := Text(html); got != want {
			t.Errorf("Text(%q) has the title %q; want %q", html, got, want)
		}
	}
}

// TestManyAttributes holds that a tag with more attributes than are read is a tag.
func TestManyAttributes(t *testing.T) {
	others := func(n int) (s string) {
		for i := range n {
			s += fmt.Sprintf("x%d=1 ", i)
		}
		return s
	}
	near := "<a " + others(63) + "href='http://evil.example/a'>b</a>"
	if _, got := Text(near); got != "b <http://evil.example/a>" {
		t.Errorf("the 64th attribute: %q", got)
	}
	far := "<a " + others(64) + "href='http://evil.example/a'>b</a>"
	if _, got := Text(far); got != "b" {
		t.Errorf("the 65th attribute: %q", got)
	}
}

// TestEncodingsAtTheirEdges holds texts whose encoding is hard to tell.
func TestEncodingsAtTheirEdges(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"one letter":          {"a", "a"},
		"two wide letters":    {"a\x00b\x00", "ab"},
		"wide with few zeros": {"\xff\xfe" + "\x16\x04a\x00", "Жa"},
		"only a mark":         {"\xef\xbb\xbf", ""},
		"only a wide mark":    {"\xff\xfe", ""},
		"cut off letter":      {"caf\xc3", "cafÃ"},
		"half a wide letter":  {"\xfe\xff\x00a\x00", "a\ufffd"},
		"mixed line ends":     {"a\n\rb\r\r\nc", "a\n\nb\n\nc"},
		"controls stay":       {"a\x01b\x1bc", "a\x01b\x1bc"},
	} {
		if got, err := Decode([]byte(c.raw)); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}
