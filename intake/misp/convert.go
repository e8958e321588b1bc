package misp

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/stix"
)

// conversion turns one event into objects.
type conversion struct {
	place    string
	options  intake.Options
	uuid     string // of the event
	report   string // identifier of the object that stands for the event
	created  time.Time
	modified time.Time
	markings []string
	narrow   bool // distribution of the event: 0 and 4 are narrower than what parts may say

	items    []intake.Item
	problems []intake.Problem
	unnamed  int                 // problems beyond those that are named one by one
	seen     map[string][]byte   // by identifier
	marks    map[string][]string // markings, by identifier
	refs     []string
	byUUID   map[string]string // UUID in MISP to identifier
	links    []further
	relate   []relation
}

// further is where to read on.
type further struct{ url, text string }

// relation waits until all identifiers are known.
type relation struct {
	reference
	from, place string
}

func newConversion(place string, o intake.Options) *conversion {
	return &conversion{place: place, options: o, seen: map[string][]byte{}, marks: map[string][]string{}, byUUID: map[string]string{}}
}

// run converts the event.
func (c *conversion) run(v jsontext.Value) {
	var e event
	if err := decode(v, &e); err != nil {
		c.problem(c.place, "", "the event is not of the form that MISP gives events")
		return
	}
	if c.uuid = e.UUID.uuid(); c.uuid == "" {
		c.uuid = derived(string(v))
	}
	c.report = "report--" + c.uuid
	c.times(&e)
	tags := readTags(e.Tags, e.Galaxies)
	if c.options.Marking != "" {
		c.markings = []string{c.options.Marking}
	}
	c.markings = tags.markings(c.markings)
	if tags.unknown {
		c.problem(c.place+".Tag", c.report, "has a TLP tag of no known level; the event is taken as TLP:RED")
	}
	c.narrow = e.Distribution == "0" || e.Distribution == "4"
	for _, k := range tags.clusters {
		if c.cluster(k) == "" && len(tags.labels) < maxLabels && k.Value != "" {
			tags.labels = append(tags.labels, k.Value.text())
		}
	}
	for i, raw := range elements(e.Attributes) {
		if a, ok := c.read(raw, fmt.Sprintf("%s.Attribute[%d]", c.place, i)); ok {
			c.alone(a)
		}
	}
	for i, raw := range elements(e.Objects) {
		c.object(raw, fmt.Sprintf("%s.Object[%d]", c.place, i))
	}
	for i, raw := range elements(e.Reports) {
		c.eventReport(raw, fmt.Sprintf("%s.EventReport[%d]", c.place, i))
	}
	c.relations()
	c.close(&e, tags)
}

// times finds out when the event began and when it last changed.
func (c *conversion) times(e *event) {
	c.modified = c.options.Now
	if t, ok := e.Timestamp.time(); ok && t.Before(c.modified) {
		c.modified = t
	}
	c.created = c.modified
	if t, ok := e.Date.time(); ok && t.Before(c.modified) {
		c.created = t
	}
}

// stamps gives created and modified of a part of the event. created is the date
// of the event, so that it stays when the part changes.
func (c *conversion) stamps(l loose) (created, modified time.Time) {
	modified = c.modified
	if t, ok := l.time(); ok && !t.After(c.options.Now) {
		modified = t
	}
	if c.created.After(modified) {
		return modified, modified
	}
	return c.created, modified
}

// read decodes an attribute, and tells whether it is to be taken.
func (c *conversion) read(raw jsontext.Value, place string) (*attribute, bool) {
	a := &attribute{place: place}
	if err := decode(raw, a); err != nil {
		c.problem(place, "", "the attribute is not of the form that MISP gives attributes")
		return nil, false
	}
	switch {
	case a.Deleted.yes():
		return nil, false
	case a.Type.text() == "" || a.Value.text() == "":
		c.problem(place, "", "the attribute has no type or no value")
		return nil, false
	case !c.narrow && (a.Distribution == "0" || a.Distribution == "4"):
		c.refuse(place, a.UUID.uuid(), "the attribute is distributed more narrowly than its event (own organisation or a sharing group); it was left out")
		return nil, false
	case readTags(a.Tags, nil).unknown:
		c.problem(place, a.UUID.uuid(), "has a TLP tag of no known level; it is taken as TLP:RED")
	}
	return a, true
}

// idOf gives the UUID of an attribute, made up from its place in the event's
// contents when it has none.
func (c *conversion) idOf(a *attribute) string {
	if u := a.UUID.uuid(); u != "" {
		return u
	}
	return derived(c.uuid, string(a.Type), string(a.Value))
}

// emit keeps an object that was made, once. What is marked more narrowly than
// the event is not named by its report: the identifier of an observable can be
// computed from its value.
func (c *conversion) emit(id string, w *writer, markings []string, place string) {
	raw := w.end(markings)
	if before, ok := c.seen[id]; ok {
		if !bytes.Equal(before, raw) && strings.HasPrefix(id, "indicator--") {
			c.problem(place, id, "occurs twice in the event with different contents; the first was taken")
		}
		return
	}
	c.seen[id], c.marks[id] = raw, markings
	c.items = append(c.items, intake.Item{Raw: raw, Made: true, Place: place})
	if level(markings) <= level(c.markings) {
		c.refs = append(c.refs, id)
	}
}

// problem notes what breaks a rule of the format.
func (c *conversion) problem(place, id, detail string) { c.fail(fault.Invalid, place, id, detail) }

// refuse notes what is left out because it must not go out, or can't.
func (c *conversion) refuse(place, id, detail string) { c.fail(fault.Refused, place, id, detail) }

func (c *conversion) fail(kind fault.Kind, place, id, detail string) {
	if len(c.problems) >= intake.MaxObjects-1 {
		c.unnamed++
		return
	}
	c.problems = append(c.problems, intake.Problem{Kind: kind, Place: place, ID: id, Detail: detail})
}

// note makes a note about an object, or about the report.
func (c *conversion) note(uuid, about, abstract, content string, stamp loose, markings []string, place string) string {
	created, modified := c.stamps(stamp)
	w := c.head("note", uuid, created, modified)
	w.text("abstract", abstract)
	w.text("content", content)
	if about == "" {
		about = c.report
	}
	w.list("object_refs", []string{about})
	c.emit(w.id, w, narrower(markings, c.marks[about]), place)
	return w.id
}

func (c *conversion) eventReport(raw jsontext.Value, place string) {
	var r eventReport
	if err := decode(raw, &r); err != nil {
		c.problem(place, "", "the report is not of the form that MISP gives reports")
		return
	}
	if r.Deleted.yes() || r.Content.text() == "" {
		return
	}
	u := r.UUID.uuid()
	if u == "" {
		u = derived(c.uuid, "report", string(r.Name))
	}
	c.note(u, "", r.Name.text(), r.Content.text(), r.Timestamp, c.markings, place)
}

// relationship joins two objects of the event.
func (c *conversion) relationship(uuid, typ, from, to, comment string, stamp loose, place string) {
	created, modified := c.stamps(stamp)
	w := c.head("relationship", uuid, created, modified)
	w.text("relationship_type", typ)
	w.text("description", comment)
	w.text("source_ref", from)
	w.text("target_ref", to)
	c.emit(w.id, w, narrower(c.markings, narrower(c.marks[from], c.marks[to])), place)
}

// relations makes the references of objects, now that all are there.
func (c *conversion) relations() {
	for _, r := range c.relate {
		to := c.byUUID[r.Referenced.uuid()]
		if r.Referenced.uuid() == c.uuid {
			to = c.report
		}
		if to == "" || r.from == "" {
			c.problem(r.place, "", "the reference leads to something that is not in the event, or was not taken")
			continue
		}
		if to == r.from {
			continue
		}
		u := r.UUID.uuid()
		if u == "" {
			u = derived(c.uuid, r.from, to, string(r.Relation))
		}
		c.relationship(u, relationName(r.Relation.text()), r.from, to, r.Comment.text(), r.Timestamp, r.place)
	}
}

// relationName brings the name of a relation to the letters that STIX has for it.
func relationName(s string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		}
		return '-'
	}, strings.ToLower(s))
	if out = strings.Trim(out, "-"); len(out) < 3 || len(out) > 250 {
		return "related-to"
	}
	return out
}

// maxRefs bounds what one report names, so that it stays well below the 8 MiB of an object.
const maxRefs = 100_000

// close makes the report that names everything; of a very large event, several.
func (c *conversion) close(e *event, tags said) {
	if len(c.items) == 0 && len(c.problems) == 0 {
		c.problem(c.place, c.report, "there is nothing in this event that could be taken")
	}
	if c.unnamed > 0 {
		c.problems = append(c.problems, intake.Problem{Kind: fault.Invalid, Place: c.place, ID: c.report, Detail: fmt.Sprintf("%d more parts of the event were not taken either", c.unnamed)})
	}
	name, uuid := e.Info.text(), c.uuid
	if name == "" {
		name = "MISP event"
	}
	part := 1
	for refs := range slices.Chunk(c.refs, maxRefs) {
		if part > 1 {
			uuid = derived(c.uuid, "part", strconv.Itoa(part))
			name = fmt.Sprintf("%s (part %d)", e.Info.text(), part)
		}
		c.reportOf(uuid, name, refs, e, tags)
		part++
	}
}

// reportOf makes one report.
func (c *conversion) reportOf(uuid, name string, refs []string, e *event, tags said) {
	w := c.head("report", uuid, c.created, c.modified)
	w.text("name", name)
	published := c.modified
	if t, ok := e.Published.time(); ok && !t.After(c.options.Now) {
		published = t
	}
	w.text("published", stix.FormatTime(published))
	w.list("report_types", []string{"threat-report"})
	w.list("object_refs", refs)
	w.list("labels", tags.labels)
	if tags.confidence > 0 {
		w.number("confidence", tags.confidence)
	}
	if len(c.links) > 0 {
		w.name("external_references")
		for i, l := range c.links {
			w.b = append(w.b, "[,"[min(i, 1)])
			inner := &writer{b: []byte{'{'}}
			inner.text("source_name", "MISP event")
			inner.text("description", l.text)
			inner.text("url", l.url)
			w.b = append(append(w.b, inner.b...), '}')
		}
		w.b = append(w.b, ']')
	}
	c.emit(w.id, w, c.markings, c.place)
}

// batches cuts what was made into parts. Each names the event's bytes as its input.
func (c *conversion) batches(input []byte) []intake.Batch {
	var out []intake.Batch
	items, problems := c.items, c.problems
	for first := true; first || len(items) > 0 || len(problems) > 0; first = false {
		n := min(len(items), intake.MaxObjects)
		m := min(len(problems), intake.MaxObjects)
		out = append(out, intake.Batch{Format: intake.MISP, Items: items[:n:n], Problems: problems[:m:m], Input: input})
		items, problems = items[n:], problems[m:]
	}
	return out
}
