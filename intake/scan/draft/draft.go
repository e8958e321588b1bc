// Package draft makes the STIX objects of a report from what its text names:
// indicators, vulnerabilities, techniques, their relations, and the report object
// that holds them together.
//
//	m := draft.New(options)
//	m.Mention(draft.Mention{Things: things, Place: "line 12"})
//	m.Report(draft.Report{Name: title, Description: text})
//	batch := m.Batch(intake.Text, raw)
//
// What is mentioned twice is made once. The objects are the same for the same
// mentions, but for their random identifiers.
package draft

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/observable"
	"tocsin/stix"
)

// MaxDescription is how many bytes of text go into a report object.
const MaxDescription = 256 << 10

// room is kept free below intake.MaxObjects for the report and what it refers to.
const room = 50

// Mention is one thing that a report names, or several hashes of one file.
type Mention struct {
	Things []observable.Thing // at least one; more than one only for hashes of one file
	Name   string             // of the indicator; "" is the value
	Place  string             // where in the input
	Row    int                // mentions of one row of a table or line belong together; 0 is none
}

// Report is what the report object says.
type Report struct {
	Name        string // "" takes Options.Name, or a name by the date
	Description string
	Types       []string  // report_types; empty is indicator
	Published   time.Time // zero is Options.Now
}

// Maker collects the objects of one report.
type Maker struct {
	o        intake.Options
	items    []intake.Item
	problems []intake.Problem
	refs     []string                    // of the report, in order
	made     map[observable.Thing]string // identifiers by thing
	sco      map[string]bool             // identifiers of observables that are there
	rows     map[int][]observable.Thing  // by row, for relations
	order    []int                       // of rows
	places   map[int]string              // of rows
	left     int                         // mentions for which there was no room
}

// New starts a report.
func New(o intake.Options) *Maker {
	return &Maker{o: o, made: map[observable.Thing]string{}, sco: map[string]bool{}, rows: map[int][]observable.Thing{}, places: map[int]string{}}
}

// Mention makes the object of a mention, unless it is there. Values that stand
// for nothing or for what nobody must block (private addresses, public
// resolvers, the hash of an empty file) give none, nor do the submitter's own.
func (m *Maker) Mention(n Mention) {
	things := slices.DeleteFunc(slices.Clone(n.Things), func(t observable.Thing) bool {
		reason, special := observable.Special(t)
		return special && reason != "documentation" || m.o.Ours != nil && m.o.Ours(t)
	})
	if len(things) == 0 {
		return
	}
	if n.Row != 0 {
		if m.rows[n.Row] == nil {
			m.order, m.places[n.Row] = append(m.order, n.Row), n.Place
		}
		m.rows[n.Row] = append(m.rows[n.Row], things...)
	}
	things = slices.DeleteFunc(things, func(t observable.Thing) bool { return m.made[t] != "" })
	if len(things) == 0 {
		return
	}
	if m.full() {
		m.left++
		return
	}
	d := m.draft(things[0])
	d.Name = n.Name
	var raw []byte
	ok := false
	switch things[0].Kind {
	case observable.CVE, observable.Attack:
		raw, ok = d.Object()
	case observable.FileName, observable.UserAgent:
	default:
		d.Also = things[1:]
		raw, ok = d.Indicator()
	}
	if !ok {
		return
	}
	id := idOf(raw)
	for _, t := range things {
		m.made[t] = id
	}
	m.add(raw, id, n.Place)
}

func (m *Maker) draft(t observable.Thing) observable.Draft {
	d := observable.Draft{Thing: t, NewID: m.o.NewID, Now: m.o.Now, CreatedBy: m.o.CreatedBy}
	if m.o.Marking != "" {
		d.Markings = []string{m.o.Marking}
	}
	return d
}

// LastRow gives the highest row so far, so that the rows of a further text can be
// kept apart from those of the texts before it; 0 when there is none.
func (m *Maker) LastRow() int {
	if len(m.order) == 0 {
		return 0
	}
	return slices.Max(m.order)
}

// Add keeps an object that the caller made, and has the report refer to it.
func (m *Maker) Add(raw []byte, place string) { m.add(raw, idOf(raw), place) }

func (m *Maker) add(raw []byte, id, place string) {
	m.items = append(m.items, intake.Item{Raw: raw, Made: true, Place: place})
	m.refs = append(m.refs, id)
}

// Observable makes the cyber-observable of a thing, unless it is there, and
// gives its identifier; "" for kinds that have none, and when there is no room.
func (m *Maker) Observable(t observable.Thing, place string) string {
	raw, ok := m.draft(t).Object()
	if !ok {
		return ""
	}
	id := idOf(raw)
	if !m.sco[id] {
		if m.full() {
			return ""
		}
		m.sco[id] = true
		m.add(raw, id, place)
	}
	return id
}

// Problem keeps what was not taken. The detail never quotes a value.
func (m *Maker) Problem(place, detail string) {
	m.problems = append(m.problems, intake.Problem{Place: place, Detail: detail})
}

// Relate makes a relationship.
func (m *Maker) Relate(kind, source, target, place string) {
	if source == "" || target == "" || m.full() {
		return
	}
	raw := encode(relationship{m.common("relationship"), kind, source, target, m.markings()})
	m.add(raw, idOf(raw), place)
}

// full tells whether what is left is kept for the report and the mail's own objects.
func (m *Maker) full() bool { return len(m.items) >= intake.MaxObjects-room }

// relate makes the relations that a row is sure of: one name and one address
// beside each other resolve, and an indicator beside a technique indicates it.
func (m *Maker) relate() {
	seen := map[[2]string]bool{}
	for _, row := range m.order {
		var name, addr, tech []observable.Thing
		var rest []observable.Thing
		for _, t := range m.rows[row] {
			switch t.Kind {
			case observable.Domain, observable.Onion:
				name = append(name, t)
			case observable.IPv4, observable.IPv6:
				addr = append(addr, t)
			case observable.Attack:
				tech = append(tech, t)
			case observable.CVE:
			default:
				rest = append(rest, t)
			}
		}
		place := m.places[row]
		if len(name) == 1 && len(addr) == 1 && len(rest) == 0 && name[0].Kind == observable.Domain {
			a, b := m.Observable(name[0], place), m.Observable(addr[0], place)
			if key := [2]string{a, b}; !seen[key] {
				seen[key] = true
				m.Relate("resolves-to", a, b, place)
			}
		}
		if len(tech) == 1 {
			for _, t := range slices.Concat(name, addr, rest) {
				if key := [2]string{m.made[t], m.made[tech[0]]}; !seen[key] && strings.HasPrefix(key[0], "indicator--") {
					seen[key] = true
					m.Relate("indicates", key[0], key[1], place)
				}
			}
		}
	}
}

// Report makes the relations and the report object. A report refers to at least
// one object: a text that names nothing gives fault.Invalid, unless the
// submitter's identity can stand for it.
func (m *Maker) Report(r Report) error {
	m.relate()
	if len(m.refs) == 0 {
		if m.o.CreatedBy == "" {
			return fault.New(fault.Invalid, "the text names no indicator, vulnerability or technique, so there is nothing to share")
		}
		m.refs = append(m.refs, m.o.CreatedBy)
	}
	if m.left > 0 {
		m.Problem("", fmt.Sprintf("%d further values were left out: a report has at most %d objects", m.left, intake.MaxObjects))
	}
	name := strings.TrimSpace(r.Name)
	if name == "" {
		name = m.o.Name
	}
	if name == "" {
		name = "Report of " + m.o.Now.UTC().Format(time.DateOnly)
	}
	types := r.Types
	if len(types) == 0 {
		types = []string{"indicator"}
	}
	published := r.Published
	if published.IsZero() {
		published = m.o.Now
	}
	text, cut := clip(r.Description, MaxDescription)
	if cut {
		m.Problem("description", fmt.Sprintf("the text is longer than %d bytes: the report object holds its beginning only; its values were read to the end", MaxDescription))
	}
	short, _ := clip(name, 500)
	raw := encode(report{m.common("report"), short, text, types, stix.FormatTime(published), m.refs, m.markings()})
	m.items = append([]intake.Item{{Raw: raw, Made: true, Place: "report"}}, m.items...)
	return nil
}

// Batch gives what was made.
func (m *Maker) Batch(f intake.Format, input []byte) intake.Batch {
	return intake.Batch{Format: f, Items: m.items, Problems: m.problems, Input: input}
}

type common struct {
	Type      string `json:"type"`
	Version   string `json:"spec_version"`
	ID        string `json:"id"`
	CreatedBy string `json:"created_by_ref,omitzero"`
	Created   string `json:"created"`
	Modified  string `json:"modified"`
}

type relationship struct {
	common
	Kind     string   `json:"relationship_type"`
	Source   string   `json:"source_ref"`
	Target   string   `json:"target_ref"`
	Markings []string `json:"object_marking_refs,omitempty"`
}

type report struct {
	common
	Name        string   `json:"name"`
	Description string   `json:"description,omitzero"`
	Types       []string `json:"report_types"`
	Published   string   `json:"published"`
	Refs        []string `json:"object_refs"`
	Markings    []string `json:"object_marking_refs,omitempty"`
}

func (m *Maker) common(typ string) common {
	now := stix.FormatTime(m.o.Now)
	return common{typ, "2.1", m.o.NewID(typ), m.o.CreatedBy, now, now}
}

func (m *Maker) markings() []string {
	if m.o.Marking == "" {
		return nil
	}
	return []string{m.o.Marking}
}

// encode writes an object of ours, whose strings may hold bytes that are not UTF-8.
func encode(v any) []byte {
	raw, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(err) // the types here have no value that can't be written
	}
	return raw
}

// idOf gives the identifier of an object made here: its id stands among the
// first three properties.
func idOf(raw []byte) string {
	_, rest, _ := strings.Cut(string(raw[:min(len(raw), 300)]), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// clip cuts text at a character's border.
func clip(s string, most int) (string, bool) {
	if len(s) <= most {
		return s, false
	}
	for most > 0 && s[most]&0xc0 == 0x80 {
		most--
	}
	return s[:most], true
}
