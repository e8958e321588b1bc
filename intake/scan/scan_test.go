package scan

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/observable"
)

// TestOffsets holds that what stands at the place of a find means its value.
func TestOffsets(t *testing.T) {
	for _, c := range styles {
		checkPlaces(t, c.text)
	}
}

// checkPlaces checks that finds are in order, apart, and at character borders,
// and that most can be read again from their place.
func checkPlaces(t *testing.T, text string) {
	t.Helper()
	last := 0
	for _, f := range Find(text) {
		if f.Start < last || f.End <= f.Start || f.End > len(text) {
			t.Fatalf("in %q: %v stands from %d to %d, behind %d", text, f.Thing, f.Start, f.End, last)
		}
		last = f.End
		if utf8.ValidString(text) && (!utf8.RuneStart(text[f.Start]) || f.End < len(text) && !utf8.RuneStart(text[f.End])) {
			t.Fatalf("in %q: %v cuts a character", text, f.Thing)
		}
		if again, err := observable.Canonical(f.Thing.Kind, f.Thing.Value); err != nil || again != f.Thing {
			t.Fatalf("in %q: %v is not canonical: %v, %v", text, f.Thing, again, err)
		}
	}
}

func TestWrittenFormMeansTheValue(t *testing.T) {
	for _, s := range []string{"evil[.]example", "192.0.2[.]7", "hxxps://evil[.]example/a", "x[at]evil[.]example", "ev\u200bil.example", `HKCU\Software\X`, md5A, "CVE-2026-1234", "198.51.100.0/24"} {
		found := Find("seen: " + s + " today")
		if len(found) != 1 {
			t.Errorf("%q gives %v", s, found)
			continue
		}
		f := found[0]
		again, err := observable.Canonical(f.Thing.Kind, ("seen: " + s + " today")[f.Start:f.End])
		if err != nil || again != f.Thing {
			t.Errorf("%q stands as %q and means %v, %v; want %v", s, s, again, err, f.Thing)
		}
	}
}

func TestDefangedIsKnown(t *testing.T) {
	for s, want := range map[string]bool{"evil[.]example": true, "hxxp://evil.example/": true, "evil.example": false, "http://evil.example/": false, "x[at]evil.example": true, "192.0.2[.]1": true} {
		found := Find(s)
		if len(found) != 1 || found[0].Defanged != want {
			t.Errorf("%q gives %+v; want defanged %v", s, found, want)
		}
	}
}

func TestContextSaysWhy(t *testing.T) {
	for s, why := range map[string]string{
		"The report is at https://vendor.example/blog/x": "link",
		"it drops setup.exe":                             "file",
		`runs C:\Windows\System32\cmd.exe`:               "system",
		`C:\Users\[username]\x.exe`:                      "placeholder",
		`C:\work\evil\Release\evil.pdb`:                  "build",
		"sent to jane@victim.example":                    "victim",
	} {
		found := Find(s)
		if len(found) != 1 || !found[0].Context || found[0].Why != why {
			t.Errorf("%q gives %+v; want context: %s", s, found, why)
		}
	}
}

// adversaries are texts that make careless scanners slow.
var adversaries = map[string]string{
	"dots": ".", "spaced dots": " . ", "brackets": "[", "bracket dots": "[.]", "letters": "a", "digits": "1", "hex": "0a", "colons": ":", "hex colons": "a:", "labels": "a.", "numbers": "1.", "at": "a@", "ats": "@",
	"slashes": "/", "backslashes": `\`, "schemes": "http://", "scheme words": "hxxp", "base64": "QUJD+/", "quotes": `"+"`, "hives": `HKLM\a `, "drives": `C:\ `, "paths": `C:\a b`, "percent": "%a", "zero width": "\u200b", "cjk": "中", "mixed": "中a",
	"hex lines": "0123456789abcdef0123\n", "url lines": "http://a.example/b-\n", "words": "mutex ", "mutex": "mutex: ", "named": `mutex "`, "commas": "asn,", "asn rows": "1,64500,\n", "entities": "&#46;", "amps": "&amp;", "wbr": "<wbr>", "dash": "a-", "cve": "CVE-", "ssdeep": "3:", "tilde": "~/", "unix": "/tmp/a ",
	"url tail": "http://a.example/(((", "cred": "http://a:", "ipv6": "http://[a:", "joints": "'a' + ", "plus": "a+", "question": "a.example/?", "shares": `\\a\b `, "invalid": "\xff", "space": " ", "newline": "\n", "numbers wrapped": "1.\n", "names wrapped": "a-.\nexample.", "br": "0a0a0a<br>", "ats wrapped": "a@\n", "hyphens wrapped": "ab-\n", "headings": "MD5:\n", "to": "sent to a@", "mutex list": "Mutex:\n- a\n", "tabs": "\t", "semis": "a.example;", "hyphen digits": "1.1.1.1-", "dots word": "a dot ", "at word": "a [at] ",
	"sockets": "/dev/tcp/", "socket hosts": "/dev/tcp/a.example/1 ", "options": "/i:", "resolver": "address=/a.example/", "sensor": "CEF:0|1.2.3.4|", "hash marks": "#", "packets": "a|01|", "ports": "1.2.3.4.5 > ", "pins": "a==1.2.3.4 ", "underscores": "_", "underscored": "_1.2.3.4_ ", "fields": "\"password\":\"1.2.3.4\",", "folders": "cd /opt/a ", "calls": "f(a.host)",
}

// TestWorkIsLinear makes adversarial texts sixteen times as long: the time may
// grow by ninety at most. A quadratic pass would need 256 times as long.
func TestWorkIsLinear(t *testing.T) {
	const size = 8 << 10
	for name, unit := range adversaries {
		for _, tail := range []string{"", "x.example/y"} {
			short, long := strings.Repeat(unit, size/len(unit))+tail, strings.Repeat(unit, 16*size/len(unit))+tail
			ratio := 0.0
			for range 4 { // others use the machine, too: the best of a few counts
				if a, b := took(short), took(long); ratio == 0 || b/a < ratio {
					ratio = b / a
				}
				if ratio < 90 {
					break
				}
			}
			if ratio >= 90 {
				t.Errorf("%s: sixteen times the text took %.0f times as long", name, ratio)
			}
		}
	}
}

// took gives how long a text takes, the best of three, and never nothing.
func took(text string) float64 {
	best := time.Hour
	for range 3 {
		start := time.Now()
		Find(text)
		best = min(best, time.Since(start))
	}
	return float64(max(best, time.Microsecond))
}

func FuzzFind(f *testing.F) {
	for _, c := range styles {
		f.Add(c.text)
	}
	for _, unit := range adversaries {
		f.Add(strings.Repeat(unit, 20))
	}
	f.Fuzz(func(t *testing.T, text string) { checkPlaces(t, text) })
}
