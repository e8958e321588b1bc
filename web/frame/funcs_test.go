package frame

import (
	"html/template"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tocsin/fault"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain text":               "plain text",
		"Ünïcödé 漢字":               "Ünïcödé 漢字",
		"invoice\u202Efdp.exe":     "invoice⟨U+202E⟩fdp.exe",
		"a\u0000b\u001b[31m":       "a⟨U+0000⟩b⟨U+001B⟩[31m",
		"zero\u200Bwidth":          "zero⟨U+200B⟩width",
		"line\u2028separator":      "line⟨U+2028⟩separator",
		"lines\nand\ttabs\r\nstay": "lines\nand\ttabs\r\nstay",
		"bad\xffutf8":              "bad\ufffdutf8",
		"\u2066isolate\u2069":      "⟨U+2066⟩isolate⟨U+2069⟩",
	} {
		if got := Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestVisibleAlways: whatever comes in, what is shown is valid, obeys nothing, and
// showing it again changes nothing.
func TestVisibleAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := Visible(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
		if !utf8.ValidString(got) || strings.ContainsFunc(got, hidden) || Visible(got) != got {
			t.Fatalf("%q", got)
		}
	})
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{
		"owa.quota-alert.example":             "owa.quota-alert[.]example",
		"203.0.113.19":                        "203.0.113[.]19",
		"http://login.evil.example/a.b?x=1.2": "hxxp://login.evil[.]example/a.b?x=1.2",
		"https://evil.example":                "hxxps://evil[.]example",
		"someone@evil.example":                "someone[@]evil[.]example",
		"9f2c4be077d141ab":                    "9f2c4be077d141ab",
		"2001:db8::1":                         "2001:db8::1",
		"":                                    "",
	} {
		if got := Defang(in); got != want {
			t.Errorf("Defang(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 21 * time.Minute: "21 min", 59 * time.Second: "59 s", 72 * time.Minute: "1 h 12 min", 2 * time.Hour: "2 h", 26 * time.Hour: "1 d 2 h", 48 * time.Hour: "2 d", -3 * time.Minute: "3 min",
	} {
		if got := Left(d); got != want {
			t.Errorf("Left(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 48213000: "48.2 MB", 612000000: "612 MB", 3100000000000: "3.1 TB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

// TestSpanish: sizes and times are written as Spanish does.
func TestSpanish(t *testing.T) {
	at := time.Date(2026, 1, 9, 8, 7, 6, 5e6, time.UTC)
	for lang, want := range map[string]string{
		"en": `4.0 MB | 999 bytes | January 2026 | May 2026 | <time datetime="2026-01-09T08:07:06.005Z">9 Jan 2026, 08:07:06.005 UTC</time>`,
		"es": `4,0 MB | 999 bytes | enero de 2026 | mayo de 2026 | <time datetime="2026-01-09T08:07:06.005Z">9 ene 2026, 08:07:06.005 UTC</time>`,
	} {
		page := template.Must(template.New("").Funcs((&Site{}).funcs(lang, words{})).Parse(`{{bytes .Big}} | {{bytes .Small}} | {{month "2026-01"}} | {{month "2026-05"}} | {{when .At}}`))
		var got strings.Builder
		if err := page.Execute(&got, map[string]any{"Big": int64(4_000_000), "Small": int64(999), "At": at}); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v\nnot %s", lang, &got, err, want)
		}
	}
	if _, err := monthName("2026-13", "es"); err == nil {
		t.Error("a thirteenth month has a name")
	}
}

// TestSpanishErrors: no heading of an error is left in English on a Spanish page.
func TestSpanishErrors(t *testing.T) {
	en, es := must(parseWords(string(must(own.ReadFile("templates/words.en.txt"))))), must(parseWords(string(must(own.ReadFile("templates/words.es.txt")))))
	for key := range en {
		if strings.HasPrefix(key, "error.") && es[key] == "" {
			t.Errorf("%s isn't there in Spanish", key)
		}
	}
}

// TestSaid: a fault is a sentence; the name of a form's field is left out, a place in a document isn't.
func TestSaid(t *testing.T) {
	for want, err := range map[string]error{
		"The name is empty.":                         fault.At(fault.Invalid, "name", "the name is empty"),
		"objects[3].id: the identifier is too long.": fault.At(fault.Invalid, "objects[3].id", "the identifier is too long"),
		"Line 14: this isn't an address.":            fault.At(fault.Invalid, "line 14", "this isn't an address."),
		"Ünder way already.":                         fault.New(fault.Conflict, "ünder way already"),
		"Empty.":                                     fault.New(fault.Invalid, "empty"),
	} {
		if got := Said(err); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestLocal(t *testing.T) {
	for in, want := range map[string]string{
		"/ring":                    "/ring",
		"/search?q=a%20b":          "/search?q=a%20b",
		"":                         "/",
		"//evil.example":           "/",
		"https://evil.example":     "/",
		"/\\evil.example":          "/",
		"\\\\evil.example":         "/",
		"/\tx":                     "/",
		"javascript:alert(1)":      "/",
		" /ring":                   "/",
		"/%0d%0aSet-Cookie:x":      "/%0d%0aSet-Cookie:x",
		"http:evil.example":        "/",
		"/ring#part":               "/ring#part",
		"///evil.example":          "/",
		"/.//evil.example/../..//": "/.//evil.example/../..//",
	} {
		if got := Local(in); got != want {
			t.Errorf("Local(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	w, err := parseWords("# a remark\n\nheading: What hit you?\nleft: {n} left of {all}\n")
	if err != nil || w["heading"] != "What hit you?" || len(w) != 2 {
		t.Fatalf("words %v, %v", w, err)
	}
	if got, err := fill(w["left"], "en", []any{"n", 1204, "all", "x\u202Ey"}); err != nil || got != "1,204 left of x⟨U+202E⟩y" {
		t.Errorf("%q, %v", got, err)
	}
	if got, _ := fill(w["left"], "es", []any{"n", 1204567, "all", ""}); got != "1.204.567 left of " {
		t.Errorf("%q", got)
	}
	if _, err := fill(w["left"], "en", []any{"m", 1}); err == nil {
		t.Error("a place that isn't there was filled")
	}
	if _, err := fill(w["left"], "en", []any{"n"}); err == nil {
		t.Error("a place without a value was filled")
	}
	for _, bad := range []string{"no colon", "key one: text", "a: 1\na: 2"} {
		if _, err := parseWords(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestMissingWords(t *testing.T) {
	w := words{"a": "x", "b.one": "y"}
	err := missing("page.html", `{{t "a"}} {{n "b" 2}} {{printf "%s" (t "c")}}`, "es", w)
	if err == nil || strings.Contains(err.Error(), `"a"`) || !strings.Contains(err.Error(), `"b.other"`) || !strings.Contains(err.Error(), `"c"`) {
		t.Errorf("missing: %v", err)
	}
}

func FuzzLocal(f *testing.F) {
	f.Add("/ring")
	f.Add("//evil.example")
	f.Add("/\\evil")
	f.Fuzz(func(t *testing.T, s string) {
		got := Local(s)
		if got == "" || got[0] != '/' || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t") || Local(got) != got {
			t.Fatalf("Local(%q) = %q", s, got)
		}
	})
}
