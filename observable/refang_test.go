package observable

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRefang(t *testing.T) {
	for raw, want := range map[string]string{
		"":                             "",
		"evil.example":                 "evil.example",
		"evil[.]example":               "evil.example",
		"evil(.)example":               "evil.example",
		"evil{.}example":               "evil.example",
		"evil<.>example":               "evil.example",
		"evil[dot]example":             "evil.example",
		"evil[DOT]example":             "evil.example",
		"evil( dot )example":           "evil.example",
		"evil [.] example":             "evil.example",
		"evil[d]example":               "evil.example",
		"evil(d)example":               "evil(d)example",
		"evil[punkt]example":           "evil.example",
		"evil[точка]example":           "evil.example",
		"evil[[[.]]]example":           "evil.example",
		"evil[.example":                "evil.example",
		"evil.]example":                "evil.example",
		"evil.]]example":               "evil.example",
		"boss[at]evil.example":         "boss@evil.example",
		"boss[@]evil.example":          "boss@evil.example",
		"boss (at) evil (dot) example": "boss@evil.example",
		"boss(собака)evil.example":     "boss@evil.example",
		"boss[arroba]evil.example":     "boss@evil.example",
		"hxxp[:]//evil.example":        "hxxp://evil.example",
		"hxxp[://]evil.example":        "hxxp://evil.example",
		"hxxp:[//]evil.example[/]a":    "hxxp://evil.example/a",
		"2001[:]db8[:][:]1":            "2001:db8::1",
		"[www].evil.example":           "www.evil.example",
		`http:\/\/evil.example\/a`:     "http://evil.example/a",
		`evil\.example`:                "evil.example",
		`C:\x\y`:                       `C:\x\y`,
		"evil&#46;example":             "evil.example",
		"evil&#x2E;example":            "evil.example",
		"evil&period;example":          "evil.example",
		"a&commat;evil.example":        "a@evil.example",
		"?a=1&amp;b=2":                 "?a=1&b=2",
		"?a=1&copy=2":                  "?a=1&copy=2",
		"a&#0;b":                       "a&#0;b",
		"a&#xD800;b":                   "a&#xD800;b",
		"a&#99999999;b":                "a&#99999999;b",
		"a&unknown;b":                  "a&unknown;b",
		"ev\u200bil.example":           "evil.example",
		"ev\u00adil.example":           "evil.example",
		"\ufeffevil.example":           "evil.example",
		"ev<wbr>il.example":            "evil.example",
		"ev<WBR>il.example":            "evil.example",
		"evil．example":                 "evil.example",
		"evil。example":                 "evil.example",
		"boss＠evil.example":            "boss@evil.example",
		"hxxp：／／evil.example":          "hxxp://evil.example",
		"evil【.】example":               "evil.example",
		"evil［.］example":               "evil.example",
		"a\u00a0b":                     "a b",
		"a[x]b":                        "a[x]b",
		"[2001:db8::1]":                "[2001:db8::1]",
		"a(b)c":                        "a(b)c",
		"a[0]=1":                       "a[0]=1",
		"a < b":                        "a < b",
	} {
		if got := Refang(raw); got != want {
			t.Errorf("Refang(%q) = %q; want %q", raw, got, want)
		}
	}
}

// TestRefangUndoesEachWay writes random names in all ways at random and gets
// them back.
func TestRefangUndoesEachWay(t *testing.T) {
	dots := []string{".", "[.]", "(.)", "{.}", "[dot]", "(dot)", " [.] ", "[ . ]", "[.", ".]", "&#46;", "．", "[d]", "[punto]", `\.`}
	ats := []string{"@", "[at]", "(at)", "[@]", " (at) ", "＠", "{at}"}
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.StringMatching(`[a-z][a-z0-9]{1,8}`), 2, 5).Draw(t, "labels")
		var raw strings.Builder
		want := strings.Join(labels, ".")
		if rapid.Bool().Draw(t, "mailbox") {
			raw.WriteString("boss" + rapid.SampledFrom(ats).Draw(t, "at"))
			want = "boss@" + want
		}
		for i, l := range labels {
			if i > 0 {
				raw.WriteString(rapid.SampledFrom(dots).Draw(t, "dot"))
			}
			raw.WriteString(l)
		}
		if got := Refang(raw.String()); got != want {
			t.Fatalf("Refang(%q) = %q; want %q", raw.String(), got, want)
		}
	})
}

func TestUnquote(t *testing.T) {
	for raw, want := range map[string]string{"": "", " a ": "a", `"a"`: "a", "'a'": "a", "`a`": "a", "<a>": "a", "“a”": "a", "‘a’": "a", "«a»": "a", `"'a'"`: "a", `"a`: `"a`, `"`: `"`, `""`: "", "<a": "<a", "'a\"": "'a\"", "\"“a”\"": "a"} {
		if got := unquote(raw); got != want {
			t.Errorf("unquote(%q) = %q; want %q", raw, got, want)
		}
	}
}
