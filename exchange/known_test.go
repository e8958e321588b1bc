package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/observable"
)

func TestLookMany(t *testing.T) {
	n := newNode(t)
	n.file(n.bank, bundle(indicator("1", "a.example", ""), indicator("2", "b.example", `"valid_until":"2026-11-02T00:00:00Z"`)), exchange.Options{})
	n.file(n.hospital, bundle(indicator("3", "a.example", "")), exchange.Options{})
	got, err := n.x.LookMany(t.Context(), n.city, []string{"A[.]example", "no idea", "b.example", "c.example", "a.example", "8.8.8.8"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []exchange.Looked{
		{Asked: "A[.]example", Read: true, Known: true, State: exchange.StateInForce}, {Asked: "no idea"},
		{Asked: "b.example", Read: true, Known: true, State: exchange.StateExpired}, {Asked: "c.example", Read: true},
		{Asked: "a.example", Read: true, Known: true, State: exchange.StateInForce}, {Asked: "8.8.8.8", Read: true, Never: "resolver"},
	} {
		g := got[i]
		if g.Asked != want.Asked || g.Read != want.Read || g.Known != want.Known || g.State != want.State || g.Never != want.Never {
			t.Errorf("%d: %+v, not %+v", i, g, want)
		}
	}
	n.file(n.bank, bundle(indicator("4", "d.example", "")), exchange.Options{})
	if _, err := n.x.Recall(t.Context(), n.bank, "d.example", "a test"); err != nil {
		t.Fatal(err)
	}
	if got, err := n.x.LookMany(t.Context(), n.city, []string{"d.example"}); err != nil || !got[0].Known || got[0].State != exchange.StateTaken {
		t.Errorf("what was taken back: %+v, %v", got, err)
	}
	if got[0].Record.Reporters != 2 || got[0].Thing.Value != "a.example" {
		t.Errorf("of a value that two filed: %+v", got[0])
	}
	if got, err := n.x.LookMany(t.Context(), member.Session{}, []string{"a.example"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody learns %+v, %v", got, err)
	}
	many := make([]string, exchange.MaxLooked+1)
	for i := range many {
		many[i] = fmt.Sprintf("v%d.example", i)
	}
	many[999] = "a.example"
	if got, err := n.x.LookMany(t.Context(), n.city, many[:exchange.MaxLooked]); err != nil || len(got) != 1000 || !got[999].Known || got[998].Known {
		t.Errorf("1,000 values: %d, %v", len(got), err)
	}
	if _, err := n.x.LookMany(t.Context(), n.city, many); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "1001") {
		t.Errorf("1,001 values: %v", err)
	}
	if got, err := n.x.LookMany(t.Context(), n.city, nil); err != nil || len(got) != 0 {
		t.Errorf("no values: %v, %v", got, err)
	}
}

func TestThingPage(t *testing.T) {
	n := newNode(t)
	ctx := t.Context()
	ind := "indicator--" + uuid("1")
	n.file(n.bank, bundle(
		indicator("1", "owa.quota.example", `"name":"Lure"`), object("malware", "2", `"name":"Harrow","is_family":true`),
		object("relationship", "3", `"relationship_type":"indicates","source_ref":"`+ind+`","target_ref":"malware--`+uuid("2")+`"`),
		report("5", "R", "about something", ind), report("6", "T", "it came from owa[.]quota[.]example"),
	), exchange.Options{})
	n.file(n.hospital, bundle(object("sighting", "4", `"sighting_of_ref":"`+ind+`","count":3`), indicator("7", "owa.quota.example", "")), exchange.Options{})
	n.found(n.city, exchange.Query{Text: "lure"})
	p, err := n.x.Thing(ctx, n.hospital, "owa[.]quota[.]example")
	if err != nil {
		t.Fatal(err)
	}
	if p.State != exchange.StateInForce || p.Record.Reporters != 2 || !p.Own || p.All != 2 || len(p.Indicators) != 2 || p.Record.Thing.Kind != observable.Domain || p.More {
		t.Errorf("the page says %+v", p)
	}
	if f := p.Indicators[1]; f.ID != ind || f.State != exchange.StateInForce || f.Own || f.Collection != "default" || f.Until.IsZero() || f.Members != 1 {
		t.Errorf("the first indicator: %+v", f)
	}
	if len(p.Sightings) != 1 || !p.Sightings[0].Own {
		t.Errorf("sightings: %v", ids(p.Sightings))
	}
	if len(p.Relations) != 1 || p.Relations[0].Verb != "indicates" || !p.Relations[0].Out || p.Relations[0].Name != "Harrow" {
		t.Errorf("relations: %+v", p.Relations)
	}
	if len(p.Mentions) != 2 {
		t.Errorf("mentions: %v", ids(p.Mentions))
	}
	if got, err := n.x.ThingOf(ctx, n.city, p.ID); err != nil || got != p.Record.Thing {
		t.Errorf("its address leads to %v, %v", got, err)
	}
	// Taken back by one it stays; taken back by both it doesn't.
	for i, who := range []member.Session{n.bank, n.hospital} {
		if _, err := n.x.Recall(ctx, who, "owa.quota.example", "a mistake"); err != nil {
			t.Fatal(err)
		}
		p, err := n.x.Thing(ctx, n.hospital, "owa.quota.example")
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{exchange.StateInForce, exchange.StateTaken}[i]; p.State != want || p.All != 2 || p.Record.Reports != 1-i {
			t.Errorf("after %d recalls: %s, not %s: %+v", i+1, p.State, want, p.Record)
		}
		if f := p.Indicators[1]; f.State != exchange.StateTaken || f.ID != "" || f.Raw != nil || f.Index != 0 {
			t.Errorf("what was taken back shows as %+v", f)
		}
	}
}

func TestThingOfNobody(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddGroup(t.Context(), "finance", []string{"Harbor Bank"}); err != nil {
		t.Fatal(err)
	}
	n.refresh()
	n.file(n.bank, bundle(indicator("1", "secret.example", ""), report("2", "secret.example", "secret.example", "indicator--"+uuid("1"))), exchange.Options{Group: "finance"})
	p, err := n.x.Thing(t.Context(), n.hospital, "secret.example")
	if err != nil || p.State != "" || p.All != 0 || len(p.Mentions)+len(p.Sightings)+len(p.Relations) != 0 {
		t.Errorf("another member learns %+v, %v", p, err)
	}
	empty, err := n.x.Thing(t.Context(), n.hospital, "nothing.example")
	if err != nil || empty.State != p.State || empty.More != p.More {
		t.Errorf("of nothing: %+v, %v", empty, err)
	}
	for _, id := range []string{p.ID, empty.ID, "", "x", "ffffffffffffffff", strings.Repeat("0", 15), "-000000000000001"} {
		if got, err := n.x.ThingOf(t.Context(), n.hospital, id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the address %q leads to %v, %v", id, got, err)
		}
	}
	if got, err := n.x.ThingOf(t.Context(), n.bank, p.ID); err != nil || got.Value != "secret.example" {
		t.Errorf("the one who filed it gets %v, %v", got, err)
	}
	for _, bad := range []string{"", "two words", "..."} {
		if _, err := n.x.Thing(t.Context(), n.bank, bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q has a page: %v", bad, err)
		}
	}
	if _, err := n.x.Thing(t.Context(), member.Session{}, "a.example"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody: %v", err)
	}
}

// The lists of a page are bounded, its counts are not.
func TestThingPageIsBounded(t *testing.T) {
	n := newNode(t)
	var objects []string
	for i := range 105 {
		objects = append(objects, indicator(fmt.Sprintf("%x", i+1), "a.example", ""))
	}
	for i := range 30 {
		objects = append(objects, report(fmt.Sprintf("%x", i+0x1000), "R", "about a.example", "malware--"+uuid("2")))
	}
	n.file(n.bank, bundle(objects...), exchange.Options{})
	n.found(n.bank, exchange.Query{Text: "example"})
	p, err := n.x.Thing(t.Context(), n.bank, "a.example")
	if err != nil || p.All != 105 || len(p.Indicators) != 100 || len(p.Mentions) != 20 || !p.More || p.Record.Reports != 105 {
		t.Errorf("%d of %d indicators, %d mentions, more: %v; %v", len(p.Indicators), p.All, len(p.Mentions), p.More, err)
	}
}

// An identifier leads to the newest version, for those who may see it.
func TestFindID(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddGroup(t.Context(), "finance", []string{"Harbor Bank"}); err != nil {
		t.Fatal(err)
	}
	n.refresh()
	old := indicator("1", "a.example", `"name":"ebb"`)
	n.file(n.bank, bundle(old), exchange.Options{})
	n.file(n.bank, bundle(strings.Replace(later(old, 5), "ebb", "tide", 1)), exchange.Options{})
	n.file(n.bank, bundle(indicator("2", "b.example", "")), exchange.Options{Group: "finance"})
	got, err := n.x.FindID(t.Context(), n.hospital, "indicator--"+uuid("1"))
	if err != nil || len(got) != 1 || !strings.Contains(string(got[0].Raw), "tide") || got[0].State != exchange.StateInForce || got[0].Own {
		t.Errorf("%+v, %v", got, err)
	}
	for id, who := range map[string]member.Session{"indicator--" + uuid("2"): n.hospital, "indicator--" + uuid("3"): n.bank, "": n.bank} {
		if got, err := n.x.FindID(t.Context(), who, id); err != nil || len(got) != 0 {
			t.Errorf("%q leads to %v, %v", id, ids(got), err)
		}
	}
	if got, err := n.x.FindID(t.Context(), n.bank, "indicator--"+uuid("2")); err != nil || len(got) != 1 || !got[0].Own || got[0].Collection != "finance" {
		t.Errorf("the one in the group: %+v, %v", got, err)
	}
	if _, err := n.x.FindID(t.Context(), member.Session{}, "indicator--"+uuid("1")); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody: %v", err)
	}
}
