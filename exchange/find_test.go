package exchange_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
)

// found looks for something, with what was filed up to now in the index.
func (n *node) found(s member.Session, q exchange.Query) exchange.Results {
	n.Helper()
	if err := n.x.CatchUp(n.Context()); err != nil {
		n.Fatal(err)
	}
	r, err := n.x.Find(n.Context(), s, q)
	if err != nil {
		n.Fatalf("looking for %+v: %v", q, err)
	}
	return r
}

func ids(fs []exchange.Found) (out []string) {
	for _, f := range fs {
		out = append(out, f.ID)
	}
	return out
}

func report(id, name, text string, refs ...string) string {
	return object("report", id, fmt.Sprintf(`"name":%q,"description":%q,"published":%q,"object_refs":["%s"]`, name, text, when, strings.Join(refs, `","`)))
}

func TestFindByWords(t *testing.T) {
	n := newNode(t)
	n.file(n.bank, bundle(
		indicator("1", "owa.quota-alert.example", `"name":"Quota phish","description":"asks for the passwords of staff"`),
		indicator("2", "other.example", `"name":"Relay of another campaign"`),
		report("3", "Autumn campaign", "The quota lure came from owa[.]quota-alert[.]example. Payload: invoice_2026.pdf.exe", "indicator--"+uuid("1")),
	), exchange.Options{})
	for text, want := range map[string][]string{
		"quota":                              {"report", "indicator 1"},
		"QUOTA Phish":                        {"indicator 1"},
		"campaign":                           {"report", "indicator 2"},
		`"autumn campaign"`:                  {"report"},
		`"campaign autumn"`:                  nil,
		"autumn campaign":                    {"report"},
		"owa.quota-alert.example":            {"report", "indicator 1"},
		"hxxp://owa[.]quota-alert[.]example": nil,
		"owa[.]quota-alert[.]example":        {"report", "indicator 1"},
		"quota-alert.example":                {"report", "indicator 1"},
		"alert":                              {"report", "indicator 1"},
		"invoice_2026.pdf.exe":               {"report"},
		"invoice":                            {"report"},
		"exe":                                {"report"},
		"quot":                               nil,
		`"lure came from owa.quota-alert.example"`: {"report"},
		"owa.quota-alert":                          nil, // a name is found whole or by its parts
		"quota nothing":                            nil,
		"malicious":                                nil,
		`"the quota lure" "payload: invoice"`:      {"report"},
		`"unclosed campaign`:                       nil,
		"campaign relay":                           {"indicator 2"},
	} {
		var got []string
		for _, f := range n.found(n.hospital, exchange.Query{Text: text}).Found {
			switch typ, _, _ := strings.Cut(f.ID, "--"); typ {
			case "report":
				got = append(got, typ)
			default:
				got = append(got, typ+" "+f.ID[len(f.ID)-1:])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %q, not %q", text, got, want)
		}
	}
}

// Who doesn't see an object doesn't find it, nor learn that it is there.
func TestFindOnlyWhatOneMaySee(t *testing.T) {
	n := newNode(t)
	ctx := t.Context()
	if _, err := n.x.Members().AddGroup(ctx, "finance", []string{"Harbor Bank"}); err != nil {
		t.Fatal(err)
	}
	n.refresh()
	n.file(n.bank, bundle(indicator("1", "secret.example", `"name":"Murmur campaign"`)), exchange.Options{Group: "finance"})
	if got := n.found(n.bank, exchange.Query{Text: "murmur"}); len(got.Found) != 1 || got.Found[0].Collection != "finance" || !got.Found[0].Own {
		t.Errorf("the one who filed finds %+v", got)
	}
	if got := n.found(n.hospital, exchange.Query{Text: "murmur"}); len(got.Found) != 0 || got.Older != 0 {
		t.Errorf("another one finds %+v", got)
	}
	if got, err := n.x.Find(ctx, n.hospital, exchange.Query{Text: "murmur", Collection: "finance"}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("in a foreign collection: %+v, %v", got, err)
	}
	if _, err := n.x.Find(ctx, member.Session{}, exchange.Query{Text: "murmur"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody: %v", err)
	}
	feed := n.bank
	feed.FeedOnly = true
	if _, err := n.x.Find(ctx, feed, exchange.Query{Text: "murmur"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a feed key: %v", err)
	}
}

func TestFindFilters(t *testing.T) {
	n := newNode(t)
	n.file(n.bank, bundle(
		indicator("1", "a.example", `"name":"wave"`), indicator("2", "b.example", `"name":"wave","valid_until":"2026-11-02T00:00:00Z"`),
		object("malware", "3", `"name":"wave","is_family":false`),
	), exchange.Options{})
	amber := indicator("4", "d.example", `"name":"wave","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]`)
	n.file(n.hospital, bundle(amber), exchange.Options{})
	for _, c := range []struct {
		q    exchange.Query
		want string
	}{
		{exchange.Query{Text: "wave"}, "4321"}, {exchange.Query{Text: "wave", Types: []string{"malware"}}, "3"},
		{exchange.Query{Types: []string{"malware", "tool"}}, "3"}, {exchange.Query{Text: "wave", State: exchange.StateInForce}, "41"},
		{exchange.Query{Text: "wave", State: exchange.StateExpired}, "2"}, {exchange.Query{Text: "wave", Collection: "amber"}, "4"},
		{exchange.Query{Text: "wave", Collection: "default"}, "321"}, {exchange.Query{Text: "wave", From: time.Now().Add(time.Hour)}, ""},
		{exchange.Query{Text: "wave", To: time.Now().Add(time.Hour), From: time.Now().Add(-time.Hour)}, "4321"}, {exchange.Query{Text: "wave", To: time.Now().Add(-time.Hour)}, ""},
	} {
		var got strings.Builder
		for _, f := range n.found(n.city, c.q).Found {
			got.WriteString(f.ID[len(f.ID)-1:])
		}
		if got.String() != c.want {
			t.Errorf("%+v finds %q, not %q", c.q, got.String(), c.want)
		}
	}
	all := n.found(n.bank, exchange.Query{Text: "wave"}).Found
	if !all[3].Own || all[0].Own || all[3].State != exchange.StateInForce || all[3].Members != 1 || all[2].State != exchange.StateExpired || all[1].State != "" {
		t.Errorf("the results say %+v", all)
	}
	for _, q := range []exchange.Query{{}, {Text: "wave", Limit: 201}, {Text: "wave", Limit: -1}, {Text: "wave", State: "lost"}, {Text: "...", Types: nil}, {Text: "wave", Older: 1, Newer: 1}, {Text: strings.Repeat("word ", 17)}} {
		if _, err := n.x.Find(t.Context(), n.bank, q); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v is taken: %v", q, err)
		}
	}
	for _, q := range []exchange.Query{{Text: "wave", Limit: 200}, {Text: strings.Repeat("word ", 16)}} {
		if _, err := n.x.Find(t.Context(), n.bank, q); err != nil {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// Pages go back and forth over the same results.
func TestFindPages(t *testing.T) {
	n := newNode(t)
	var objects []string
	for i := range 25 {
		objects = append(objects, indicator(fmt.Sprintf("%x", i+1), fmt.Sprintf("p%d.example", i), `"name":"page"`))
	}
	n.file(n.bank, bundle(objects...), exchange.Options{})
	q := exchange.Query{Text: "page", Limit: 10}
	one := n.found(n.bank, q)
	q.Older = one.Older
	two := n.found(n.bank, q)
	q.Older = two.Older
	three := n.found(n.bank, q)
	if len(one.Found) != 10 || len(two.Found) != 10 || len(three.Found) != 5 || one.Newer != 0 || two.Newer == 0 || three.Older != 0 {
		t.Fatalf("pages of %d, %d, %d; cursors %d %d %d", len(one.Found), len(two.Found), len(three.Found), one.Newer, two.Newer, three.Older)
	}
	seen := slices.Concat(ids(one.Found), ids(two.Found), ids(three.Found))
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 25 {
		t.Error("some are on two pages")
	}
	back := n.found(n.bank, exchange.Query{Text: "page", Limit: 10, Newer: three.Newer})
	if !slices.Equal(ids(back.Found), ids(two.Found)) || back.Older != two.Older {
		t.Errorf("back from the last page is another page than before")
	}
	first := n.found(n.bank, exchange.Query{Text: "page", Limit: 10, Newer: back.Newer})
	if !slices.Equal(ids(first.Found), ids(one.Found)) || first.Newer != 0 {
		t.Errorf("back at the first page: %d, newer %d", len(first.Found), first.Newer)
	}
}

// What was taken back isn't found, nor a version that a newer one stands in for.
func TestFindWhatStands(t *testing.T) {
	n := newNode(t)
	old := indicator("1", "a.example", `"name":"ebb and flow"`)
	n.file(n.bank, bundle(old, indicator("2", "b.example", `"name":"ebb"`)), exchange.Options{})
	n.file(n.bank, bundle(strings.Replace(later(old, 5), "ebb and flow", "tide", 1)), exchange.Options{})
	if got := ids(n.found(n.bank, exchange.Query{Text: "ebb"}).Found); !slices.Equal(got, []string{"indicator--" + uuid("2")}) {
		t.Errorf("the old version is found: %v", got)
	}
	if got := n.found(n.bank, exchange.Query{Text: "tide"}).Found; len(got) != 1 {
		t.Errorf("the new version: %v", got)
	}
	if _, err := n.x.Recall(t.Context(), n.bank, "indicator--"+uuid("2"), "a mistake"); err != nil {
		t.Fatal(err)
	}
	if got := n.found(n.bank, exchange.Query{Text: "ebb"}); len(got.Found) != 0 {
		t.Errorf("what was taken back is found: %+v", got)
	}
}

// What the gate took out, or holds, is found by nobody.
func TestFindNothingPersonal(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", `"name":"Lure","description":"It was sent to jane.roe@customer.example, phone +1 202 555 0143."`)), exchange.Options{})
	if len(f.Removed) == 0 {
		t.Fatal("nothing was removed: this test sees nothing")
	}
	for _, text := range []string{"jane.roe@customer.example", "roe", "customer.example", "0143"} {
		if got := n.found(n.bank, exchange.Query{Text: text}); len(got.Found) != 0 {
			t.Errorf("%s is found: %s", text, got.Found[0].Raw)
		}
	}
	if got := n.found(n.bank, exchange.Query{Text: "lure"}); len(got.Found) != 1 {
		t.Error("the rest isn't found")
	}
}

func TestReferring(t *testing.T) {
	n := newNode(t)
	ind := "indicator--" + uuid("1")
	n.file(n.bank, bundle(
		indicator("1", "a.example", ""), object("malware", "2", `"name":"Harrow","is_family":true`),
		object("relationship", "3", `"relationship_type":"indicates","source_ref":"`+ind+`","target_ref":"malware--`+uuid("2")+`"`),
		object("sighting", "4", `"sighting_of_ref":"`+ind+`"`), report("5", "R", "t", ind),
	), exchange.Options{})
	n.found(n.hospital, exchange.Query{Text: "harrow"})
	for _, c := range []struct {
		types []string
		limit int
		want  int
	}{{nil, 200, 3}, {[]string{"sighting"}, 200, 1}, {[]string{"sighting", "relationship"}, 200, 2}, {nil, 1, 1}, {[]string{"note"}, 10, 0}} {
		got, err := n.x.Referring(t.Context(), n.hospital, ind, c.types, c.limit)
		if err != nil || len(got) != c.want {
			t.Errorf("%v: %v, %v", c, ids(got), err)
		}
	}
	for _, limit := range []int{0, 201} {
		if _, err := n.x.Referring(t.Context(), n.hospital, ind, nil, limit); fault.KindOf(err) != fault.Invalid {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}
