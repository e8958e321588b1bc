package scan

import (
	"strings"
	"testing"

	"tocsin/observable"
)

// TestWrittenMarksMeanTheirValue holds, for every marked text, that what is written
// means the same to who reads it alone, by package observable: a person copies
// it out of the text and looks it up. Pieces that a carrier broke are left out.
func TestWrittenMarksMeanTheirValue(t *testing.T) {
	for _, set := range markedSets {
		for _, m := range set {
			text, want := unmark(t, m.text)
			for _, w := range want {
				written := text[w.start:w.end]
				if strings.ContainsAny(written, "\n'|") || strings.Contains(written, " (at) ") || w.thing.Kind == observable.ASN || strings.HasSuffix(m.name, "cjk") {
					continue
				}
				if got, err := observable.Canonical(w.thing.Kind, written); err != nil || got != w.thing {
					t.Errorf("%s: %q alone means %v, %v; in the text %v", m.name, written, got, err, w.thing)
				}
			}
		}
	}
}

// TestLinksOverTwoLines holds which links go on in the next line.
func TestLinksOverTwoLines(t *testing.T) {
	const head = "http://evil.example/a/rather/long/path/"
	wantValues(t, []struct{ text, want string }{
		{head + "\nto/the-file.php\n", "url " + head + "to/the-file.php"},
		{head + "\nfile.php?x=1\n", "url " + head + "file.php?x=1"},
		{head + "\nto/file.zip and more", "url " + head + "to/file.zip"},
		{head + "\nand then nothing", "url " + head},
		{head + "\nThen it ended.", "url " + head},
		{head + "\nbad.example\n", "url " + head + "|domain bad.example"},
		{head + "\nbad.example/x\n", "url " + head + "|url http://bad.example/x"},
		{head + "\nhttp://bad.example/x\n", "url " + head + "|url http://bad.example/x"},
		{head + "\n203.0.113.5\n", "url " + head + "|ipv4 203.0.113.5"},
		{head + "\n\nfile.php?x=1\n", "url " + head},
		{head + "x?a=\n17&b=2\n", "url " + head + "x?a=17&b=2"},
		{head + "x\n?a=17\n", "url " + head + "x?a=17"},
		{head + "x\n&b=2\n", "url " + head + "x&b=2"},
		{head + "x-\ny.php\n", "url " + head + "x-y.php"},
		{head + "x\ny\n", "url " + head + "x"},
		{head + "x.\ny/z.php\n", "url " + head + "x"},
		{"> " + head + "\n> file.php?x=1\n", "url " + head + "file.php?x=1"},
		{head + "<br>file.php?x=1<br>", "url " + head},
		{head + "\n- next/item.php\n", "url " + head},
		{head + "\n* next/item.php\n", "url " + head},
		{head + "\n# next/item.php\n", "url " + head},
		{head + "\na@b.example\n", "url " + head + "|email a@b.example"},
	})
}

// TestEscapesInLinks holds what carriers write for characters of a link.
func TestEscapesInLinks(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{`"http:\/\/evil.example\/a\/b"`, "url http://evil.example/a/b"},
		{`"http:\\/\\/evil.example\\/a"`, "url http://evil.example/a"},
		{`"http://evil.example/?a=1\u0026b=2"`, "url http://evil.example/?a=1&b=2"},
		{`"http://evil.example/?a\u003d1"`, "url http://evil.example/?a=1"},
		{`"http://evil.example/a\x2fb"`, "url http://evil.example/a/b"},
		{`"http://evil.example/a\u0022 x"`, "url http://evil.example/a"},
		{`"http://evil.example/a\u000ab"`, "url http://evil.example/a"},
		{`"http://evil.example/a\n"`, "url http://evil.example/a"},
		{`"http://evil.example/a\r\nb"`, "url http://evil.example/a"},
		{`http:\/\/evil\.example\/a\.php`, "url http://evil.example/a.php"},
		{`http://evil.example/a&#46;php`, "url http://evil.example/a.php"},
		{`http://evil.example/a?b=1&amp;c=2&amp;d=3`, "url http://evil.example/a?b=1&c=2&d=3"},
		{`http://evil.example/a?b=1&lt;x&gt;`, "url http://evil.example/a?b=1"},
		{`http://evil.example/a?b=1&quot;&gt;`, "url http://evil.example/a?b=1"},
		{`http://evil.example/a?b=1&copy=2`, "url http://evil.example/a?b=1&copy=2"},
		{`http://evil[.]example[/]a[.]php[?]x=1`, "url http://evil.example/a.php"},
		{`http://evil.example/<wbr>a<wbr>b`, "url http://evil.example/ab"},
	})
}

// TestLinksInRows holds where a link in a row of values ends.
func TestLinksInRows(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"http://a.example/x,http://b.example/y", "url http://a.example/x|url http://b.example/y"},
		{"http://a.example/x,hxxp://b.example/y", "url http://a.example/x|url http://b.example/y"},
		{"http://a.example/x,www.b.example", "url http://a.example/x|domain www.b.example"},
		{"\"http://a.example/x\",\"high\"", "url http://a.example/x"},
		{"1,http://a.example/x,high", "url http://a.example/x"},
		{"http://a.example/x;high", "url http://a.example/x"},
		{"http://a.example/x\thigh", "url http://a.example/x"},
		{"http://a.example/x|high", "url http://a.example/x"},
		{"see http://a.example/1,2.html now", "url http://a.example/1,2.html"},
		{"http://a.example/?q=1,2&r=3", "url http://a.example/?q=1,2&r=3"},
		{"http://a.example/x http://b.example/y", "url http://a.example/x|url http://b.example/y"},
		{"http://a.example/xhttp://b.example/y", "url http://a.example/xhttp://b.example/y"},
		{"http://a.example/?u=http://b.example/y", "url http://a.example/?u=http://b.example/y"},
		{"{\"url\":\"http://a.example/x\",\"n\":1}", "url http://a.example/x"},
		{"[http://a.example/x](http://a.example/x)", "url http://a.example/x|url http://a.example/x"},
		{"http://a.example/x[1]", "url http://a.example/x"},
		{"<a href=http://a.example/x>", "url http://a.example/x"},
		{"url(http://a.example/x.png)", "url http://a.example/x.png"},
		{"http://a.example/x)", "url http://a.example/x"},
		{"http://a.example/x}", "url http://a.example/x"},
		{"http://a.example/{id}/x", "url http://a.example/{id}/x"},
		{"http://a.example/x'", "url http://a.example/x"},
		{"http://a.example/x”", "url http://a.example/x"},
		{"http://a.example/x…", "url http://a.example/x"},
		{"http://a.example/x—then", "url http://a.example/x"},
		{"http://a.example/x。", "url http://a.example/x"},
		{"http://a.example/x）", "url http://a.example/x"},
	})
}

// TestHostsOfLinks holds the part between scheme and path.
func TestHostsOfLinks(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{"http://evil.example:8080/", "url http://evil.example:8080/"},
		{"http://evil.example:/a", "url http://evil.example/a"},
		{"http://evil.example:99999/a", ""},
		{"http://u:p@evil.example/a", "url http://u:p@evil.example/a"},
		{"http://good.example@evil.example/a", "url http://good.example@evil.example/a"},
		{"http://[2001:db8::1]/a", "url http://[2001:db8::1]/a"},
		{"http://[2001:db8::1]:81/a", "url http://[2001:db8::1]:81/a"},
		{"http://2001:db8::1/a", ""},
		{"http://evil.example./a", "url http://evil.example/a"},
		{"http://-evil.example/a", "url http://-evil.example/a"},
		{"http://evil/a", ""},
		{"http://192.168.1.1/a", "url http://192.168.1.1/a"},
		{"http://%65vil.example/a", ""},
		{"http://xn--bcher-kva.example/a", "url http://xn--bcher-kva.example/a"},
		{"http://БАНК.example/a", "url http://xn--80ab2al.example/a"},
		{"http://evil .example/a", ""},
	})
}

// TestEscapedBrackets holds defanged values in Markdown that a program wrote,
// which escapes brackets, and other brackets that are seldom seen.
func TestEscapedBrackets(t *testing.T) {
	wantValues(t, []struct{ text, want string }{
		{`evil\[.\]example`, "domain evil.example"},
		{`evil\(.\)example`, "domain evil.example"},
		{`203\[.\]0\[.\]113\[.\]5`, "ipv4 203.0.113.5"},
		{`hxxps\[:\]//evil\[.\]example/a`, "url https://evil.example/a"},
		{`hxxps://evil\[.\]example/a\_b`, "url https://evil.example/a_b"},
		{`hxxps\://evil\.example/a`, "url https://evil.example/a"},
		{`a@evil\[.\]example`, "email a@evil.example"},
		{`a\[@\]evil\[.\]example`, "email a@evil.example"},
		{`a\[at\]evil\[.\]example`, "email a@evil.example"},
		{`a\@evil.example`, "email a@evil.example"},
		{`- evil\[.\]example\\`, "domain evil.example"},
		{"evil[．]example", "domain evil.example"},
		{"evil.example[/]a[/]b", "url http://evil.example/a/b"},
		{`a\[0\] and b\(1\)`, ""},
	})
	for written, value := range map[string]string{`evil\[.\]example`: "evil.example", `evil\(dot\)example`: "evil.example"} {
		if got, err := observable.Canonical(observable.Domain, written); err != nil || got.Value != value {
			t.Errorf("%q alone means %v, %v", written, got, err)
		}
	}
}
