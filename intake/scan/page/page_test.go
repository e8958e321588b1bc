package page

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"tocsin/fault"
)

func utf16(order unicode.Endianness, bom unicode.BOMPolicy, s string) string {
	out, err := unicode.UTF16(order, bom).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func TestDecode(t *testing.T) {
	const text = "Grüße, Домен evil.example\nzweite Zeile\n"
	for name, c := range map[string]struct{ raw, want string }{
		"utf-8":               {text, text},
		"byte order mark":     {"\xef\xbb\xbf" + text, text},
		"utf-16 little, mark": {utf16(unicode.LittleEndian, unicode.UseBOM, text), text},
		"utf-16 big, mark":    {utf16(unicode.BigEndian, unicode.UseBOM, text), text},
		"utf-16 little":       {utf16(unicode.LittleEndian, unicode.IgnoreBOM, "plain evil.example"), "plain evil.example"},
		"utf-16 big":          {utf16(unicode.BigEndian, unicode.IgnoreBOM, "plain evil.example"), "plain evil.example"},
		"latin-1":             {"Gr\xfc\xdfe evil.example", "Grüße evil.example"},
		"windows-1252":        {"\x93evil\x94 \x96 x", "“evil” – x"},
		"dos lines":           {"a\r\nb\rc\n", "a\nb\nc\n"},
		"nothing":             {"", ""},
	} {
		if got, err := Decode([]byte(c.raw)); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	for name, raw := range map[string]string{"a program": "MZ\x90\x00\x03\x00\x00\x00\x04\x00", "a zero byte": "evil.example\x00x", "an archive": "PK\x03\x04\x00\x00"} {
		if got, err := Decode([]byte(raw)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %q, %v; want it refused", name, got, err)
		}
	}
}

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ html, title, text string }{
		"title and blocks": {"<html><head><title> A  page </title></head><body><p>one</p><div>two</div>three<br>four</body>", "A page", "one\n\ntwo\nthree\nfour"},
		"first heading":    {"<h1>Head <b>line</b></h1><h1>Other</h1>x", "Head line", "Head line\n\nOther\nx"},
		"scripts":          {"<script>var a='http://evil.example/'</script><style>.x{}</style><!-- http://bad.example/ -->y", "", "y"},
		"link":             {`<a href="http://evil.example/a">click</a>`, "", "click <http://evil.example/a>"},
		"link as text":     {`<a href="http://evil.example/a">http://evil.example/a</a>`, "", "http://evil.example/a"},
		"link inside":      {`<a href="#top">up</a><a href="/x">x</a>`, "", "upx"},
		"mail link":        {`<a href="mailto:a@evil.example">write</a>`, "", "write <mailto:a@evil.example>"},
		"entities":         {"evil&#46;example &amp; x &lt;y&gt;", "", "evil.example & x <y>"},
		"wbr":              {"evil<wbr>.exam<wbr/>ple", "", "evil.example"},
		"table":            {"<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>", "", "| a | b\n\n| c | d"},
		"list":             {"<ul><li>a</li><li>b</li></ul>", "", "a\n\nb"},
		"picture and form": {`<img src="http://evil.example/i.png"><form action="http://evil.example/post"></form>`, "", "<http://evil.example/i.png>  <http://evil.example/post>"},
		"unfinished":       {"<p>a <b>b <a href='http://evil.example/", "", "a b"},
		"script not ended": {"a<script>http://evil.example/", "", "a"},
		"nothing":          {"", "", ""},
	} {
		title, text := Text(c.html)
		if title != c.title || text != c.text {
			t.Errorf("%s: title %q, text %q; want %q, %q", name, title, text, c.title, c.text)
		}
	}
}

func TestIsHTML(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"anything", "a.html", true}, {"anything", "A.HTM", true}, {"<html>", "a.md", false}, {"<html>", "a.txt", false}, {" \n<!DOCTYPE html><x>", "", true}, {"<HTML>", "", true}, {"<p>x", "", true}, {"<table>", "noending", true},
		{"<evil@evil.example>", "", false}, {"# <p>", "", false}, {"", "", false}, {"<?xml version='1'?><html>", "", true}, {"<?xml version='1'?><rss>", "", false},
	} {
		if got := IsHTML(c.text, c.name); got != c.want {
			t.Errorf("IsHTML(%q, %q) = %v", c.text, c.name, got)
		}
	}
}

func TestLongPageStaysLinear(t *testing.T) {
	// Links that are never closed, and text behind them: each is looked at once.
	s := strings.Repeat("<a href='http://evil.example/a'>x", 20000)
	if _, text := Text(s); !strings.HasPrefix(text, "xx") {
		t.Errorf("got %q", text[:20])
	}
}

func FuzzText(f *testing.F) {
	f.Add("<html><title>a</title><a href='http://x.example/'>b</a><td>c<script>d")
	f.Fuzz(func(t *testing.T, s string) {
		decoded, err := Decode([]byte(s))
		if err != nil {
			return
		}
		if !utf8.ValidString(decoded) {
			t.Fatalf("Decode(%q) = %q, which is not UTF-8", s, decoded)
		}
		Text(decoded)
	})
}
