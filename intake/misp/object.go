package misp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/observable"
)

// object converts an object: the hashes of a file together, everything else
// attribute by attribute, what is only text into one note.
func (c *conversion) object(raw jsontext.Value, place string) {
	var o object
	if err := decode(raw, &o); err != nil {
		c.problem(place, "", "the object is not of the form that MISP gives objects")
		return
	}
	if o.Deleted.yes() {
		return
	}
	if !c.narrow && (o.Distribution == "0" || o.Distribution == "4") {
		c.refuse(place, o.UUID.uuid(), "the object is distributed more narrowly than its event (own organisation or a sharing group); it was left out")
		return
	}
	if strings.Contains(personalObjects, " "+strings.ToLower(o.Name.text())+" ") {
		c.refuse(place, o.UUID.uuid(), "objects of this name are about people or whom it hit, and are left out")
		return
	}
	uuid := o.UUID.uuid()
	if uuid == "" {
		uuid = derived(c.uuid, place)
	}
	var as []*attribute
	for i, raw := range elements(o.Attributes) {
		if a, ok := c.read(raw, fmt.Sprintf("%s.Attribute[%d]", place, i)); ok {
			as = append(as, a)
		}
	}
	var ids, texts []string
	if id, rest := c.file(&o, uuid, as, place); id != "" {
		ids, as = append(ids, id), rest
	}
	markings := c.markings // of the note
	for _, a := range as {
		id, text := c.take(a)
		if id != "" {
			ids = append(ids, id)
		}
		if text != "" {
			texts = append(texts, text)
			markings = narrower(markings, c.own(a))
		}
	}
	c.resolve(uuid, ids, o.Timestamp, place)
	main := firstOf(ids)
	if len(texts) > 0 {
		texts = append(texts, o.Comment.text())
		id := c.note(derived(uuid, "note"), main, o.Name.text(), strings.TrimSpace(strings.Join(texts, "\n")), o.Timestamp, markings, place)
		if main == "" {
			main = id
		}
	}
	c.byUUID[o.UUID.uuid()] = main
	for i, r := range o.References {
		if !r.Deleted.yes() {
			c.relate = append(c.relate, relation{reference: r, from: main, place: fmt.Sprintf("%s.ObjectReference[%d]", place, i)})
		}
	}
}

// personalObjects are the templates of which nothing is taken, whatever types their attributes have.
const personalObjects = " person victim employee credit-card bank-account phone passport "

func firstOf(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// maxPairs bounds the relations made of the names and addresses of one object.
const maxPairs = 100

// resolve joins the names of an object with its addresses.
func (c *conversion) resolve(uuid string, ids []string, stamp loose, place string) {
	var names, addresses []string
	for _, id := range ids {
		switch {
		case strings.HasPrefix(id, "domain-name--"):
			names = append(names, id)
		case strings.HasPrefix(id, "ipv4-addr--"), strings.HasPrefix(id, "ipv6-addr--"):
			addresses = append(addresses, id)
		}
	}
	if len(names)*len(addresses) > maxPairs {
		c.problem(place, uuid, "has so many names and addresses that which resolves to which is not said")
		return
	}
	for _, from := range names {
		for _, to := range addresses {
			c.relationship(derived(uuid, from, to), "resolves-to", from, to, "", stamp, place)
		}
	}
}

// hash is one hash of a file.
type hash struct {
	path, value string
	test        string // of a pattern
	thing       bool
}

// hashOfFile gives the hash that an attribute holds.
func hashOfFile(a *attribute) (hash, bool) {
	h := types[a.Type.text()]
	v := a.Value.text()
	switch h.do {
	case hashOf:
		var ok bool
		if _, v, ok = cutLast(v); !ok {
			return hash{}, false
		}
	case thing, path:
	default:
		return hash{}, false
	}
	if strings.HasPrefix(h.text, "file:hashes.") {
		return hash{path: h.text, value: v, test: h.text + " = " + literal(v)}, true
	}
	switch h.kind {
	case observable.MD5, observable.SHA1, observable.SHA256, observable.SHA512, observable.SSDEEP, observable.TLSH:
	default:
		return hash{}, false
	}
	t, err := observable.Canonical(h.kind, v)
	if err != nil {
		return hash{}, false
	}
	p, ok := t.Pattern()
	path, _, _ := strings.Cut(strings.TrimPrefix(p, "["), " = ")
	return hash{path: path, value: t.Value, test: strings.Trim(p, "[]"), thing: true}, ok
}

// file makes one indicator of the hashes of a file that are for detection, or
// one observable of all when none is. It gives what it left.
func (c *conversion) file(o *object, uuid string, as []*attribute, place string) (id string, rest []*attribute) {
	var all, detect []hash
	var lead *attribute
	name := ""
	for _, a := range as {
		h, ok := hashOfFile(a)
		if !ok {
			continue
		}
		if n, _, composite := cutLast(a.Value.text()); composite && name == "" && types[a.Type.text()].do == hashOf {
			name = n
		}
		all = append(all, h)
		if a.ToIDs.yes() {
			detect = append(detect, h)
			if lead == nil {
				lead = a
			}
		}
	}
	if len(all) == 0 {
		return "", as
	}
	for _, a := range as {
		if a.Type == "filename" && (name == "" || name == all[0].value) {
			name = a.Value.text()
		}
	}
	if len(detect) == 0 {
		return c.fileObject(all, name, as, place)
	}
	var tests, comments []string
	seen := map[string]bool{}
	markings, stamp := c.markings, o.Timestamp
	for _, a := range as {
		h, ok := hashOfFile(a)
		if !ok {
			continue
		}
		if a.ToIDs.yes() && !seen[h.test] {
			tests = append(tests, h.test)
		}
		if k := a.Comment.text(); k != "" && !seen["comment "+k] {
			comments = append(comments, k)
		}
		seen[h.test], seen["comment "+a.Comment.text()] = seen[h.test] || a.ToIDs.yes(), true
		markings = narrower(markings, c.own(a))
		if t, ok := a.Timestamp.time(); ok {
			if u, known := stamp.time(); !known || t.After(u) {
				stamp = a.Timestamp
			}
		}
	}
	merged := *lead
	merged.UUID, merged.Timestamp, merged.place = loose(uuid), stamp, place
	merged.Comment = loose(join(o.Comment.text(), strings.Join(comments, "; ")))
	if name == "" {
		name = detect[0].value
	}
	before := c.markings
	c.markings = markings
	id = c.indicator(&merged, "["+strings.Join(tests, " OR ")+"]", "stix", name, "")
	c.markings = before
	return id, c.consumed(as, id, true)
}

// fileObject makes the observable of a file.
func (c *conversion) fileObject(all []hash, name string, as []*attribute, place string) (string, []*attribute) {
	w := &writer{b: []byte{'{'}}
	w.name("hashes")
	inner := &writer{b: []byte{'{'}}
	var algorithms []string
	for _, h := range all {
		alg := strings.Trim(strings.TrimPrefix(h.path, "file:hashes."), "'")
		if !slices.Contains(algorithms, alg) {
			algorithms = append(algorithms, alg)
			inner.text(alg, h.value)
		}
	}
	w.b = append(append(w.b, inner.b...), '}')
	w.text("name", name)
	markings := c.markings
	for _, a := range as {
		if n, err := strconv.ParseInt(a.Value.text(), 10, 53); a.Type == "size-in-bytes" && err == nil && n >= 0 && !strings.Contains(string(w.b), `,"size":`) {
			w.raw("size", strconv.FormatInt(n, 10))
		}
		markings = narrower(markings, c.own(a))
	}
	made, ok := observableOf("file", string(w.b[1:]))
	if !ok {
		return "", as
	}
	id := made.id
	c.emit(id, made, markings, place)
	for _, a := range as {
		if _, ok := hashOfFile(a); ok {
			c.remark(a, id, "")
		}
	}
	return id, c.consumed(as, id, false)
}

// consumed gives the attributes that are not yet part of a file: its hashes are,
// and its name too, unless the name is for detection on its own.
func (c *conversion) consumed(as []*attribute, id string, indicator bool) (rest []*attribute) {
	for _, a := range as {
		_, isHash := hashOfFile(a)
		name := a.Type == "filename"
		size := a.Type == "size-in-bytes" && !indicator
		switch {
		case isHash && (!indicator || a.ToIDs.yes()), name && !indicator, size:
			c.byUUID[a.UUID.uuid()] = id
			c.clusters(a, id)
		case name:
			quiet := *a // a name beside hashes decides nothing
			quiet.Type = "text"
			rest = append(rest, &quiet)
		default:
			rest = append(rest, a)
		}
	}
	return rest
}
