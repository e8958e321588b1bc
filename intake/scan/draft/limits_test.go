package draft

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/observable"
)

// TestRoomForObjects holds that a report keeps room for itself: just as many
// indicators as fit are made, and it says how many are left out.
func TestRoomForObjects(t *testing.T) {
	for _, c := range []struct{ mentioned, made, problems int }{{intake.MaxObjects - room - 1, intake.MaxObjects - room - 1, 0}, {intake.MaxObjects - room, intake.MaxObjects - room, 0}, {intake.MaxObjects - room + 1, intake.MaxObjects - room, 1}, {intake.MaxObjects + 500, intake.MaxObjects - room, 1}} {
		m := New(options())
		for i := range c.mentioned {
			m.Mention(Mention{Things: []observable.Thing{domain(fmt.Sprintf("h%d.example", i))}, Place: "here"})
		}
		objects, b := finish(t, m, Report{})
		if n := len(ofType(objects, "indicator")); n != c.made || len(b.Problems) != c.problems {
			t.Errorf("of %d mentions %d indicators and %d problems; want %d and %d", c.mentioned, n, len(b.Problems), c.made, c.problems)
		}
		if len(objects) > intake.MaxObjects {
			t.Errorf("%d objects in a report", len(objects))
		}
		if c.problems > 0 && !strings.HasPrefix(b.Problems[0].Detail, fmt.Sprintf("%d further", c.mentioned-c.made)) {
			t.Errorf("the problem says %q", b.Problems[0].Detail)
		}
	}
}

// TestFullReportMakesNothingMore holds that observables and relations keep to the
// room, too.
func TestFullReportMakesNothingMore(t *testing.T) {
	m := New(options())
	for i := range intake.MaxObjects {
		m.Mention(Mention{Things: []observable.Thing{domain(fmt.Sprintf("h%d.example", i))}})
	}
	if id := m.Observable(domain("late.example"), "here"); id != "" {
		t.Errorf("a full report made %s", id)
	}
	before := len(m.items)
	m.Relate("resolves-to", "domain-name--1", "ipv4-addr--2", "here")
	if len(m.items) != before {
		t.Error("a full report made a relation")
	}
}

// TestLongTexts holds the limits of description and name, on borders of characters.
func TestLongTexts(t *testing.T) {
	for _, c := range []struct {
		text string
		keep int
		cut  bool
	}{
		{strings.Repeat("a", MaxDescription-1), MaxDescription - 1, false},
		{strings.Repeat("a", MaxDescription), MaxDescription, false},
		{strings.Repeat("a", MaxDescription+1), MaxDescription, true},
		{strings.Repeat("a", MaxDescription-1) + "ü", MaxDescription - 1, true},
		{strings.Repeat("a", MaxDescription-2) + "€", MaxDescription - 2, true},
	} {
		m := New(options())
		mention(m, 1, domain("evil.example"))
		objects, b := finish(t, m, Report{Description: c.text})
		d, _ := objects[0]["description"].(string)
		if len(d) != c.keep || !utf8.ValidString(d) || (len(b.Problems) > 0) != c.cut {
			t.Errorf("of %d bytes %d are kept, problems %v; want %d, %v", len(c.text), len(d), b.Problems, c.keep, c.cut)
		}
	}
	for n, want := range map[int]int{499: 499, 500: 500, 501: 500} {
		m := New(options())
		mention(m, 1, domain("evil.example"))
		objects, _ := finish(t, m, Report{Name: strings.Repeat("n", n)})
		if got := len(objects[0]["name"].(string)); got != want {
			t.Errorf("a name of %d has %d; want %d", n, got, want)
		}
	}
}

// TestNamesOfReports holds what a report is called when nobody says.
func TestNamesOfReports(t *testing.T) {
	for name, c := range map[string]struct{ given, option, want string }{"given": {"A", "B", "A"}, "blank": {"  ", "B", "B"}, "option": {"", "B", "B"}, "neither": {"", "", "Report of 2026-11-24"}} {
		o := options()
		o.Name = c.option
		m := New(o)
		mention(m, 1, domain("evil.example"))
		if objects, _ := finish(t, m, Report{Name: c.given}); objects[0]["name"] != c.want {
			t.Errorf("%s: it is called %q; want %q", name, objects[0]["name"], c.want)
		}
	}
}

// TestTypesAndDates holds what the report says of itself.
func TestTypesAndDates(t *testing.T) {
	m := New(options())
	mention(m, 1, domain("evil.example"))
	objects, _ := finish(t, m, Report{Types: []string{"malware", "campaign"}, Published: time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)})
	if got, _ := json.Marshal(objects[0]["report_types"]); string(got) != `["malware","campaign"]` || objects[0]["published"] != "2026-01-02T03:04:05.006Z" {
		t.Errorf("types %s, published %v", got, objects[0]["published"])
	}
}

// TestNothingToSay holds that a text without values is refused, and that the
// submitter can stand for it.
func TestNothingToSay(t *testing.T) {
	if err := New(options()).Report(Report{Description: "hello"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("nothing: %v; want invalid", err)
	}
	o := options()
	o.CreatedBy = creator
	m := New(o)
	objects, _ := finish(t, m, Report{Description: "hello"})
	if got, _ := json.Marshal(objects[0]["object_refs"]); string(got) != `["`+creator+`"]` {
		t.Errorf("the report refers to %s", got)
	}
}

// TestRowsApart holds that rows are numbered on behind those of an earlier text.
func TestRowsApart(t *testing.T) {
	m := New(options())
	if m.LastRow() != 0 {
		t.Errorf("a new report has the row %d", m.LastRow())
	}
	m.Mention(Mention{Things: []observable.Thing{domain("a.example")}, Row: 7, Place: "line 7"})
	m.Mention(Mention{Things: []observable.Thing{domain("b.example")}, Row: 3, Place: "line 3"})
	m.Mention(Mention{Things: []observable.Thing{domain("c.example")}, Place: "cell"})
	if m.LastRow() != 7 {
		t.Errorf("the last row is %d; want 7", m.LastRow())
	}
	m.Mention(Mention{Things: []observable.Thing{ipv4("203.0.113.5")}, Row: 7, Place: "line 7"})
	objects, b := finish(t, m, Report{})
	if len(ofType(objects, "relationship")) != 1 || b.Items[len(b.Items)-1].Place != "line 7" {
		t.Errorf("the row's name and address have %d relations, the last object stands at %q", len(ofType(objects, "relationship")), b.Items[len(b.Items)-1].Place)
	}
}

// TestHalfKnownFile holds that a file of which one hash is known already gets no
// second indicator for that hash.
func TestHalfKnownFile(t *testing.T) {
	m := New(options())
	a, b := observable.Thing{Kind: observable.MD5, Value: "0cc175b9c0f1b6a831c399e269772661"}, observable.Thing{Kind: observable.SHA1, Value: "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"}
	m.Mention(Mention{Things: []observable.Thing{a}, Name: "a.exe", Place: "x"})
	m.Mention(Mention{Things: []observable.Thing{a, b}, Name: "b.exe", Place: "x"})
	m.Mention(Mention{Things: []observable.Thing{b, a}, Place: "x"})
	objects, _ := finish(t, m, Report{})
	ind := ofType(objects, "indicator")
	if len(ind) != 2 || ind[0]["pattern"] != "[file:hashes.MD5 = '"+a.Value+"']" || ind[1]["pattern"] != "[file:hashes.'SHA-1' = '"+b.Value+"']" {
		t.Errorf("got %v", ind)
	}
}

// TestBytesThatAreNoText holds that what is not UTF-8 breaks no object.
func TestBytesThatAreNoText(t *testing.T) {
	m := New(options())
	m.Mention(Mention{Things: []observable.Thing{domain("evil.example")}, Name: "a\xffb", Place: "x"})
	objects, _ := finish(t, m, Report{Name: "n\xfe", Description: "d\xff"})
	for _, o := range objects {
		if s, _ := o["name"].(string); !utf8.ValidString(s) {
			t.Errorf("%v is called %q", o["id"], s)
		}
	}
}
