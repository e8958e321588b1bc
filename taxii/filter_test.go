package taxii

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tocsin/archive"
	"tocsin/fault"
)

func TestAcceptIsReadAsHTTPDoes(t *testing.T) {
	for accept, want := range map[string]bool{
		"application/taxii+json;version=2.1":                                     true,
		"application/taxii+json; version=2.1":                                    true,
		"application/taxii+json ; version=2.1":                                   true,
		`application/taxii+json;version="2.1"`:                                   true,
		"APPLICATION/TAXII+JSON;VERSION=2.1":                                     true,
		"application/taxii+json":                                                 true,
		"application/taxii+json;version=2.1;q=0.3":                               true,
		"text/html, application/taxii+json;version=2.1;q=0.5":                    true,
		"application/taxii+json;version=2.0, application/taxii+json;version=2.1": true,
		`text/x;a="1,2", application/taxii+json`:                                 true,
		"*/*":                                                                    true,
		"application/*;q=0.1":                                                    true,
		"application/taxii+json;version=2.0":                                     false,
		"application/taxii+json;version=3.0":                                     false,
		"application/taxii+json;version=2.1;q=0":                                 false,
		"application/taxii+json;q=nonsense":                                      false,
		"application/vnd.oasis.taxii+json;version=2.0":                           false,
		"application/json":                                                       false,
		"text/html":                                                              false,
		"":                                                                       false,
		"application/taxii+json;version":                                         false,
		`"application/taxii+json`:                                                false,
		"*/*;q=0":                                                                false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", accept)
		if err := acceptable(r); (err == nil) != want || err != nil && fault.KindOf(err) != fault.NotAcceptable {
			t.Errorf("Accept %q: %v", accept, err)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	if err := acceptable(r); err != nil {
		t.Errorf("no Accept: %v", err)
	}
	r.Header["Accept"] = []string{"text/html", "application/taxii+json;version=2.1"}
	if err := acceptable(r); err != nil {
		t.Errorf("the second of two headers: %v", err)
	}
}

func TestContentTypeOfAnAdd(t *testing.T) {
	for sent, want := range map[string]bool{
		"application/taxii+json;version=2.1": true, "application/taxii+json": true, `application/taxii+json; version="2.1"`: true,
		"application/taxii+json;version=2.1; charset=utf-8": true, "Application/Taxii+JSON": true,
		"": false, "application/json": false, "application/taxii+json;version=2.0": false, "application/stix+json;version=2.1": false,
		"application/vnd.oasis.stix+json": false, "multipart/form-data": false, ";": false,
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", sent)
		if err := sentAs(r); (err == nil) != want || err != nil && fault.KindOf(err) != fault.Unsupported {
			t.Errorf("Content-Type %q: %v", sent, err)
		}
	}
	r := httptest.NewRequest("POST", "/", nil)
	r.Header["Content-Type"] = []string{mediaTAXII, "text/plain"}
	if sentAs(r) == nil {
		t.Error("two Content-Types were taken")
	}
}

func TestFiltersThatAreRefusedNameThemselves(t *testing.T) {
	many := strings.Repeat("a,", maxValues)
	for query, place := range map[string]string{
		"limit=0": "limit", "limit=-1": "limit", "limit=ten": "limit", "limit=": "limit", "limit=1.5": "limit", "limit=+5": "limit", "limit=00": "limit",
		"limit=5&limit=5":                  "limit",
		"added_after=yesterday":            "added_after",
		"added_after=2026-01-01":           "added_after",
		"added_after=2026-02-30T00:00:00Z": "added_after",
		"added_after=2026-01-01T00:00:00":  "added_after",
		"added_after=":                     "added_after",
		"match[version]=nonsense":          "match[version]",
		"match[version]=all,last":          "match[version]",
		"match[version]=first,,last":       "match[version]",
		"match[spec_version]=two":          "match[spec_version]",
		"match[spec_version]=2":            "match[spec_version]",
		"match[type]=":                     "match[type]",
		"match[type]=a&match[type]=b":      "match[type]",
		"match[id]=,":                      "match[id]",
		"match[id]=" + many + "a":          "match[id]",
		"match[color]=red":                 "query",
		"match%5Bcolor%5D=red":             "query",
		"match[]=x":                        "query",
		"limit=5;next=x":                   "query",
		"limit=%zz":                        "query",
	} {
		_, err := readFilter(query, forList)
		if err == nil || fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(fault.Public(err), place+": ") {
			t.Errorf("%.40s: %v; want one that begins with %s", query, err, place)
		}
		for _, word := range []string{"nonsense", "yesterday", "color", "ten"} {
			if err != nil && strings.Contains(query, word) && strings.Contains(fault.Public(err), word+" ") {
				t.Errorf("%s: the error quotes its input: %v", query, err)
			}
		}
	}
}

func TestFiltersAreRead(t *testing.T) {
	f, err := readFilter("match%5Btype%5D=malware,indicator,malware&match[id]=b--1,a--2&match[version]=first,2026-01-01T00:00:00.5Z&added_after=2026-01-01T00:00:00.000001Z&limit=7&foo=bar&match[spec_version]=2.0,2.1", forList)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(f.types, f.ids, f.versions.first, f.versions.last, f.versions.all, f.versions.times, f.after, f.limit, f.none)
	if want := "[indicator malware] [a--2 b--1] true false false [1767225600500000] 1767225600000001 7 false"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for query, want := range map[string]string{
		"": "5000 false", "limit=1": "1 false", "limit=5000": "5000 false", "limit=5001": "5000 false", "limit=" + strings.Repeat("9", 400): "5000 false",
		"match[spec_version]=2.0": "5000 true", "match[spec_version]=3.0,2.1": "5000 false",
		"match[id]=" + strings.Repeat("a,", maxValues-1) + "a": "5000 false",
	} {
		f, err := readFilter(query, forList)
		if got := fmt.Sprint(f.limit, " ", f.none); err != nil || got != want {
			t.Errorf("%.40s: %s, %v; want %s", query, got, err, want)
		}
	}
}

func TestEachAddressTakesItsOwnFilters(t *testing.T) {
	all := strings.Fields(forList)
	for takes, want := range map[string]string{
		forList:     "added_after limit next match[id] match[type] match[version] match[spec_version]",
		forObject:   "added_after limit next match[version] match[spec_version]",
		forVersions: "added_after limit next match[spec_version]",
		forDelete:   "match[version] match[spec_version]",
	} {
		var got []string
		for _, name := range all {
			value := map[string]string{"added_after": "2026-01-01T00:00:00Z", "limit": "1", "match[version]": "all", "match[spec_version]": "2.1"}[name]
			if value == "" {
				value = "x"
			}
			if _, err := readFilter(url.QueryEscape(name)+"="+value, takes); err == nil {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("takes %v, want %s", got, want)
		}
	}
}

// TestATokenIsBoundToWhatSelects: the same selection in another order is the
// same, each other one is not.
func TestATokenIsBoundToWhatSelects(t *testing.T) {
	sum := func(query, takes string) [8]byte {
		f, err := readFilter(query, takes)
		if err != nil {
			t.Fatal(err)
		}
		return f.hash
	}
	if sum("match[type]=a,b&limit=3", forList) != sum("limit=9&match[type]=b,a,b&added_after=2026-01-01T00:00:00Z", forList) {
		t.Error("order, repeats, limit and added_after make a difference")
	}
	seen := map[[8]byte]string{}
	for _, q := range []string{"", "match[type]=a", "match[type]=a,b", "match[id]=a", "match[version]=first", "match[version]=all", "match[version]=first,last", "match[version]=2026-01-01T00:00:00Z", "match[spec_version]=2.0"} {
		h := sum(q, forList)
		if other, ok := seen[h]; ok {
			t.Errorf("%q and %q can't be told apart", q, other)
		}
		seen[h] = q
	}
	if sum("", forList) == sum("", forObject) {
		t.Error("a token of a list would be taken for one object")
	}
}

func TestVersionsAreChosenByTheirTimeNotByArrival(t *testing.T) {
	all := []archive.Stored{ // in the order of the log: b came before a
		{ID: "x", At: 10, Ver: 200}, {ID: "x", At: 20, Ver: 100}, {ID: "x", At: 30, Ver: 300}, {ID: "o", At: 40, Ver: 0},
	}
	for name, c := range map[string]struct {
		v    wanted
		want []int64
	}{
		"last":                {wanted{last: true}, []int64{30, 40}},
		"first":               {wanted{first: true}, []int64{20, 40}},
		"both":                {wanted{first: true, last: true}, []int64{20, 30, 40}},
		"all":                 {wanted{all: true}, []int64{10, 20, 30, 40}},
		"a time":              {wanted{times: []int64{200}}, []int64{10}},
		"a time and the last": {wanted{times: []int64{200}, last: true}, []int64{10, 30, 40}},
		"a date added":        {wanted{times: []int64{40}}, []int64{40}},
		"an unknown time":     {wanted{times: []int64{201}}, nil},
	} {
		var got []int64
		for _, s := range choose(all, c.v) {
			got = append(got, s.At)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if choose(nil, wanted{last: true}) != nil {
		t.Error("something was chosen of nothing")
	}
}

func TestAPageEndsAtItsBounds(t *testing.T) {
	item := func(n int) func([]byte) []byte { return func(b []byte) []byte { return append(b, make([]byte, n)...) } }
	p := &page{list: "objects", limit: 2}
	if !p.add(1, item(1), 1) || !p.add(2, item(1), 1) || p.more || p.add(3, item(1), 1) || !p.more || p.n != 2 || p.first != 1 || p.last != 2 {
		t.Errorf("by number: %d items, more %v, %d to %d", p.n, p.more, p.first, p.last)
	}
	p = &page{limit: 9}
	if !p.add(1, item(pageBytes+1), pageBytes+1) || p.add(2, item(1), 1) || !p.more {
		t.Error("an object over the bound stands alone")
	}
	p = &page{limit: 9}
	half := pageBytes/2 - 20
	if !p.add(1, item(half), half) || !p.add(2, item(half), half) || p.more {
		t.Error("two halves fit")
	}
	if p.add(3, item(100), 100) {
		t.Error("what doesn't fit was added")
	}
}

func TestMatchingOfEntityTags(t *testing.T) {
	for header, want := range map[string]bool{`"a"`: true, `W/"a"`: true, `"b", "a"`: true, "*": true, `"b"`: false, "a": false, "": false} {
		if got := matches([]string{header}, "a"); got != want {
			t.Errorf("If-None-Match %s: %v", header, got)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, q := range []string{"limit=5", "match[version]=first,last", "match%5Btype%5D=a,b", "added_after=2026-01-01T00:00:00Z", "next=abc", "%", ";", "match[id]=,"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		got, err := readFilter(query, forList)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q: %v", query, err)
			}
			return
		}
		if got.limit < 1 || got.limit > maxPage || len(got.ids) > maxValues || len(got.types) > maxValues {
			t.Fatalf("%q: out of bounds: %+v", query, got)
		}
	})
}

func FuzzAccept(f *testing.F) {
	for _, a := range []string{mediaTAXII, "*/*", `a/b;c="d,e", f/g;q=0`, `"`, `\`} {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		r := &http.Request{Header: http.Header{"Accept": {accept}, "Content-Type": {accept}}}
		if err := acceptable(r); err != nil && fault.KindOf(err) != fault.NotAcceptable {
			t.Fatal(err)
		}
		if err := sentAs(r); err != nil && fault.KindOf(err) != fault.Unsupported {
			t.Fatal(err)
		}
	})
}
