package exchange_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/exchange"
	"tocsin/observable"
)

func TestReadQuery(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", "")), exchange.Options{})
	domain := observable.Thing{Kind: observable.Domain, Value: "evil.example"}
	for text, want := range map[string]exchange.Asked{
		"":                                       {},
		" \n\t":                                  {},
		" evil[.]example ":                       {Kind: exchange.AskedValue, Thing: domain},
		"EVIL.example":                           {Kind: exchange.AskedValue, Thing: domain},
		"hxxps://evil[.]example/a":               {Kind: exchange.AskedValue, Thing: observable.Thing{Kind: observable.URL, Value: "https://evil.example/a"}},
		"2001:DB8::0001":                         {Kind: exchange.AskedValue, Thing: observable.Thing{Kind: observable.IPv6, Value: "2001:db8::1"}},
		"indicator--" + uuid("1"):                {Kind: exchange.AskedID, ID: "indicator--" + uuid("1")},
		"report-12":                              {Kind: exchange.AskedReport, Index: 12},
		"Report-12":                              {Kind: exchange.AskedReport, Index: 12},
		"report-x":                               {Kind: exchange.AskedWords},
		"report-":                                {Kind: exchange.AskedWords},
		"48213":                                  {Kind: exchange.AskedReceipt, Index: 48213},
		"48,213":                                 {Kind: exchange.AskedReceipt, Index: 48213},
		"1,048,213":                              {Kind: exchange.AskedReceipt, Index: 1048213},
		"0":                                      {Kind: exchange.AskedReceipt},
		"48,21":                                  {Kind: exchange.AskedWords},
		",123":                                   {Kind: exchange.AskedWords},
		"99999999999999999999":                   {Kind: exchange.AskedWords},
		string(f.Receipt):                        {Kind: exchange.AskedReceipt},
		"c2sp.org/tlog-proof@v1\nindex x":        {Kind: exchange.AskedWords},
		"quota phish":                            {Kind: exchange.AskedWords},
		"phish, quota":                           {Kind: exchange.AskedWords},
		"mail from evil.example":                 {Kind: exchange.AskedWords},
		`"evil.example"`:                         {Kind: exchange.AskedWords},
		"evil.example\nb.example":                {Kind: exchange.AskedList, Values: []string{"evil.example", "b.example"}},
		"evil.example, b.example,":               {Kind: exchange.AskedList, Values: []string{"evil.example", "b.example"}},
		"evil.example b[.]example":               {Kind: exchange.AskedList, Values: []string{"evil.example", "b[.]example"}},
		"a.example b.example\r\n192.0.2.1; what": {Kind: exchange.AskedList, Values: []string{"a.example", "b.example", "192.0.2.1"}},
		"# from the mail gateway\na.example  seen twice, at night\nwho knows\n192.0.2.1\tport 443": {Kind: exchange.AskedList, Values: []string{"a.example", "who knows", "192.0.2.1"}},
		"2026-11-01,a.example,phish\n2026-11-02,b.example,phish":                                   {Kind: exchange.AskedList, Values: []string{"a.example", "b.example"}},
		"a.example\nwas seen by us\nand by them":                                                   {Kind: exchange.AskedWords},
		"we saw a.example\nand b.example":                                                          {Kind: exchange.AskedWords},
	} {
		want.Text = strings.TrimSpace(text)
		if got := exchange.ReadQuery(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%.40q is read as %+v, not %+v", text, got, want)
		}
	}
	crlf := strings.ReplaceAll(string(f.Receipt), "\n", "\r\n")
	if got := exchange.ReadQuery(crlf); got.Kind != exchange.AskedReceipt {
		t.Errorf("a receipt with the line ends of a mail is read as %s", got.Kind)
	}
}

func FuzzReadQuery(f *testing.F) {
	for _, s := range []string{"evil.example", "report-1", "48,213", "a.example\nb.example", "c2sp.org/tlog-proof@v1\nindex 1\n\nx\n0\n", `"a phrase"`, "\xff,\x00", "1,\n2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := exchange.ReadQuery(text)
		switch a.Kind {
		case exchange.AskedNothing:
			if strings.TrimSpace(text) != "" {
				t.Errorf("%q is read as nothing", text)
			}
		case exchange.AskedValue:
			if again, ok := observable.Guess(a.Text); !ok || again != a.Thing {
				t.Errorf("%q is read as %v", text, a.Thing)
			}
		case exchange.AskedList:
			if len(a.Values) < 2 {
				t.Errorf("%q is a list of %q", text, a.Values)
			}
			for _, v := range a.Values {
				if v == "" || v != strings.TrimSpace(v) {
					t.Errorf("%q has the value %q", text, v)
				}
			}
		case exchange.AskedReceipt, exchange.AskedReport:
			if a.Index < 0 {
				t.Errorf("%q is number %d", text, a.Index)
			}
		}
		if !utf8.ValidString(a.Text) {
			t.Errorf("the text of %q is no UTF-8", text)
		}
	})
}
