package frame_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/apptest"
	"tocsin/exchange"
	"tocsin/web/frame"
)

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"evil.example":                 "evil[.]example",
		"Release 1.2 of the kit":       "Release 1.2 of the kit",
		"see http://evil.example/ now": "see hxxp://evil[.]e … le/ now",
		" two\n lines ":                "two lines",
		strings.Repeat("a", 29):        strings.Repeat("a", 29),
		strings.Repeat("a", 30):        strings.Repeat("a", 19) + " … " + strings.Repeat("a", 7),
		"\u202e":                       "⟨U+202E⟩",
		"":                             "",
	} {
		if got := frame.OneLine(in, 29); got != want {
			t.Errorf("%q is shown as %q, not %q", in, got, want)
		}
	}
	if frame.Unbroken("a b c") || frame.Unbroken(strings.Repeat("a", 28)) || !frame.Unbroken(strings.Repeat("a", 29)) {
		t.Error("a word of more than 28 letters may not fit on a phone, others do")
	}
}

func TestEntry(t *testing.T) {
	index := func(text string) (int64, error) {
		v := &frame.Visit{R: httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)}
		v.R.SetPathValue("index", text)
		return v.Entry()
	}
	for in, want := range map[string]int64{"0": 0, "17": 17, "report-17": 17, "recall-3": 3, "9223372036854775807": 9223372036854775807} {
		if got, err := index(in); err != nil || got != want {
			t.Errorf("%q is %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "x", "-1", "x-1", "report-", "report--1", "1.5", "9223372036854775808", "0x1"} {
		if got, err := index(in); err == nil {
			t.Errorf("%q is %d", in, got)
		}
	}
}

// TestCounted: one and many have their words; kinds without a word are counted together.
func TestCounted(t *testing.T) {
	s, _ := site(t, apptest.Start(t), false)
	p := s.Pages(fstest.MapFS{"words.en.txt": {Data: []byte("its.cat.one: {n} cat\nits.cat.other: {n} cats\nits.else.one: {n} other\nits.else.other: {n} others\nits.other: something\n")}})
	v := &frame.Visit{R: httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)}
	for want, counts := range map[string][]exchange.Count{
		"": nil, "cat: 1 cat": {{Kind: "cat", N: 1}}, "cat: 1,000 cats": {{Kind: "cat", N: 1000}}, ": 1 other": {{Kind: "dog", N: 1}},
		"cat: 2 cats, : 4 others": {{Kind: "dog", N: 1}, {Kind: "cat", N: 2}, {Kind: "{n}", N: 3}},
	} {
		var got []string
		for _, c := range p.Counted(v, "its.", counts) {
			got = append(got, c.Kind+": "+c.Text)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%v is %q, not %q", counts, got, want)
		}
	}
	if got := []string{p.WordOr(v, "its.", "other"), p.WordOr(v, "its.", "dog")}; !slices.Equal(got, []string{"something", "something"}) {
		t.Errorf("%q", got)
	}
	past := p.Past(v, []exchange.Happening{{Kind: "accepted", Index: 7}, {Kind: "recall", Index: 9, N: 1}}, 7)
	if len(past) != 2 || past[0].Link != "" || past[1].Link != "/report/9" || past[0].Word != "Filed, receipt signed" || past[1].Word != "1 object taken back" {
		t.Errorf("%+v", past)
	}
}

// TestPutBack: just what fits is put back whole; of more the beginning, at the border of
// a character.
func TestPutBack(t *testing.T) {
	const most = 2 << 10
	for _, c := range []struct {
		typed     string
		kept, cut int
	}{{"", 0, 0}, {strings.Repeat("x", most), most, 0}, {strings.Repeat("x", most+1), most, 1}, {strings.Repeat("é", most), most, most / 2}, {"x" + strings.Repeat("é", most/2), most - 1, 1}} {
		if shown, cut := frame.PutBack(c.typed); len(shown) != c.kept || cut != c.cut || !strings.HasPrefix(c.typed, shown) {
			t.Errorf("of %d bytes %d are put back and %d characters aren't, not %d and %d", len(c.typed), len(shown), cut, c.kept, c.cut)
		}
	}
}
