package find

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/exchange"
	"tocsin/observable"
	"tocsin/stix"
	"tocsin/web/frame"
)

// row is an object that was found. Every text in it is safe to show.
type row struct {
	Name       string
	Link       string
	Type       string // of the object
	More       int    // further values of the same indicator
	State      string
	Collection string
	Members    int
	Own        bool
	Filed      time.Time
	Until      time.Time
	Says       string // the beginning of its text
}

// maxName and maxSays bound what a row shows, in characters.
const (
	maxName = 90
	maxSays = 160
)

// line gives a foreign text as one line of a list.
func line(s string, most int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > most {
		r = append(r[:most], '…')
	}
	return frame.Visible(string(r))
}

// row makes the row of an object: an indicator leads to its value's page, anything
// else to the report that it came in.
func (f *finder) row(o *exchange.Found) row {
	r := row{State: o.State, Collection: o.Collection, Members: o.Members, Own: o.Own, Filed: o.Filed, Until: o.Until, Link: "/report/" + strconv.FormatInt(o.Index, 10)}
	r.Type = typeOf(o)
	obj, err := stix.Parse(o.Raw, stix.Limits{})
	if err != nil {
		r.Name = o.ID
		return r // it was parsed before it was kept
	}
	texts := topTexts(o.Raw)
	if ts := observable.FromObject(&obj); len(ts) > 0 {
		r.Name, r.More = line(frame.Defang(ts[0].Value), maxName), len(ts)-1
		if r.Type == "indicator" {
			r.Link = "/i/" + f.x.ThingID(ts[0])
		}
		if name := texts["name"]; name != ts[0].Value {
			r.Says = line(frame.Defang(name), maxSays)
		}
	}
	for _, name := range []string{"name", "abstract", "content", "opinion", "explanation", "relationship_type", "value", "path", "display_name", "account_login", "subject", "sighting_of_ref"} {
		if r.Name == "" {
			r.Name = line(frame.Defang(texts[name]), maxName)
		}
	}
	if r.Name == "" {
		r.Name = o.ID
	}
	if r.Says == "" {
		r.Says = line(texts["description"], maxSays)
	}
	return r
}

// typeOf gives the type of an object by which the page calls it.
func typeOf(o *exchange.Found) string {
	typ, _, _ := strings.Cut(o.ID, "--")
	if !slices.Contains(types, typ) && !slices.Contains(further, typ) {
		return "other"
	}
	return typ
}

// topTexts gives the texts at the top of an object.
func topTexts(raw []byte) map[string]string {
	out := map[string]string{}
	_ = stix.Walk(raw, func(f stix.Field) error { // parsed before
		if !f.IsKey && f.Kind == stix.String && len(f.Path) == 1 {
			out[f.Path[0].Key] = f.Value
		}
		return nil
	})
	return out
}

// thingRow is what is known of a value, in one line.
type thingRow struct {
	Value, Link, State     string
	Kind                   string
	Members, Reports       int
	All, Sightings, Refers int
	More                   bool
	Own                    bool
	Collections            []string
	First, Last, Until     time.Time
}

// thing shows what is known of a value; nothing when no indicator ever named it.
func (b *body) thing(p *exchange.ThingPage) {
	if p.State == "" {
		return
	}
	t := &thingRow{Value: line(frame.Defang(p.Record.Thing.Value), maxName), Kind: string(p.Record.Thing.Kind), Link: "/i/" + p.ID, State: p.State, Members: p.Record.Reporters, Reports: p.Record.Reports,
		All: p.All, Sightings: len(p.Sightings), Refers: len(p.Relations) + len(p.Mentions), More: p.More, Own: p.Own, Until: p.Record.Until}
	if p.Record.First > 0 {
		t.First, t.Last = time.UnixMicro(p.Record.First).UTC(), time.UnixMicro(p.Record.Last).UTC()
	}
	for _, i := range p.Indicators {
		if i.State != exchange.StateTaken && !slices.Contains(t.Collections, i.Collection) {
			t.Collections = append(t.Collections, i.Collection)
		}
	}
	b.Thing = t
}
