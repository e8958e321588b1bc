package rights_test

import (
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/rights"
)

func TestMentionsFindsAValueHoweverItIsWritten(t *testing.T) {
	for _, c := range []struct {
		text, value string
		want        bool
	}{
		{"Opened by Jane Roe, in accounting", "jane roe", true},
		{"opened by JANE\n\tROE", "Jane  Roe", true},
		{"jane.roe@customer.example", "Jane.Roe@customer.example", true},
		{"Jane", "Jane Roe", false},
		{"", "Jane Roe", false},
		{"Jane Roe", "", false},
		{"Jane Roe", "  ", false},
	} {
		if got := rights.Mentions(c.text, []string{"nobody at all", c.value}); got != c.want {
			t.Errorf("%q in %q: %v", c.value, c.text, got)
		}
	}
}

func TestWhatCanBeLookedFor(t *testing.T) {
	twenty := make([]string, rights.MaxValues)
	for i := range twenty {
		twenty[i] = "value"
	}
	for name, c := range map[string]struct {
		values []string
		fine   bool
	}{
		"none":         {nil, false},
		"shortest":     {[]string{strings.Repeat("é", rights.MinValue)}, true},
		"too short":    {[]string{strings.Repeat("é", rights.MinValue-1)}, false},
		"mostly space": {[]string{"a       "}, false},
		"longest":      {[]string{strings.Repeat("é", rights.MaxValue)}, true},
		"too long":     {[]string{strings.Repeat("é", rights.MaxValue+1)}, false},
		"most":         {twenty, true},
		"too many":     {append(twenty, "value"), false},
		"second bad":   {[]string{"value", "x"}, false},
	} {
		err := rights.Check(c.values)
		if c.fine != (err == nil) || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzMentions(f *testing.F) {
	f.Add("Opened by Jane Roe", "jane roe")
	f.Add("\xff", "\u00a0")
	f.Fuzz(func(t *testing.T, text, value string) {
		if rights.Fold(value) != "" && !rights.Mentions("before "+value+" after", []string{value}) {
			t.Errorf("%q isn't found in itself", value)
		}
		if rights.Fold(rights.Fold(text)) != rights.Fold(text) {
			t.Errorf("folding %q twice changes it", text)
		}
	})
}
