package misp

import (
	"slices"
	"strings"

	"tocsin/observable"
	"tocsin/stix"
)

// alone converts an attribute that is in no object.
func (c *conversion) alone(a *attribute) {
	if id, text := c.take(a); id == "" && text != "" {
		id = c.note(c.idOf(a), "", a.Type.text(), text, a.Timestamp, c.own(a), a.place)
		c.byUUID[a.UUID.uuid()] = id
	}
}

// take converts an attribute: it gives the identifier of what it became, or the
// text that belongs into a note. Neither means that it is a problem, or a link.
func (c *conversion) take(a *attribute) (id, text string) {
	h := types[a.Type.text()]
	v := a.Value.text()
	switch h.do {
	case thing:
		id, text = c.thing(a, h.kind, v, "")
	case path:
		id, text = c.path(a, h.text, v, "")
	case rule:
		if !a.ToIDs.yes() {
			return "", a.describe()
		}
		id = c.indicator(a, v, h.text, a.Type.text()+" rule", "")
	case hashOf:
		name, hash, ok := cutLast(v)
		switch {
		case !ok:
			c.problem(a.place, c.idOf(a), "the value is not NAME|HASH")
		case h.kind != "":
			id, text = c.thing(a, h.kind, hash, "File name: "+name)
		default:
			id, text = c.path(a, h.text, hash, "File name: "+name)
		}
	case pair:
		id = c.pair(a, v)
	case first:
		host, port, ok := cutLast(v)
		if !ok {
			host = v
		}
		id, text = c.thing(a, h.kind, host, "Port: "+port)
	case registry:
		id, text = c.registry(a, v)
	case named:
		id = c.named(a, h.text, v)
	case link:
		if u, err := observable.Canonical(observable.URL, v); err != nil || len(c.links) >= maxLinks {
			text = a.describe()
		} else if l := (further{u.Value, a.Comment.text()}); !slices.Contains(c.links, l) {
			c.links = append(c.links, l)
		}
	case attached:
		c.refuse(a.place, c.idOf(a), "attached files are not kept; send what is in them that others should know")
	case personal:
		c.refuse(a.place, c.idOf(a), "attributes of the type "+a.Type.text()+" are about people or whom it hit, and are left out")
	default:
		text = a.describe()
	}
	if id != "" {
		c.byUUID[a.UUID.uuid()] = id
		c.clusters(a, id)
	}
	return id, text
}

// maxLinks bounds the references of a report; further links become notes.
const maxLinks = 1000

// clusters joins an attribute's own galaxies to what it became.
func (c *conversion) clusters(a *attribute, id string) {
	for _, k := range readTags(a.Tags, a.Galaxies).clusters {
		if to := c.cluster(k); to != "" {
			typ := "related-to"
			if strings.HasPrefix(id, "indicator--") {
				typ = "indicates"
			}
			c.relationship(derived(c.uuid, id, to), typ, id, to, "", a.Timestamp, a.place)
		}
	}
}

// describe writes an attribute as a line of text.
func (a *attribute) describe() string {
	name := a.Type.text()
	if r := a.Relation.text(); r != "" {
		name = r
	}
	s := name + ": " + a.Value.text()
	if k := a.Comment.text(); k != "" {
		s += " (" + k + ")"
	}
	return s
}

// cutLast cuts a composite value at its last bar, as names may have one.
func cutLast(v string) (before, after string, ok bool) {
	i := strings.LastIndexByte(v, '|')
	if i <= 0 || i == len(v)-1 {
		return v, "", false
	}
	return strings.TrimSpace(v[:i]), strings.TrimSpace(v[i+1:]), true
}

// canonical brings a value to the form of its kind, or of the one that its shape
// says: an address range stands among addresses, a path among file names.
func canonical(kind observable.Kind, v string) (observable.Thing, bool) {
	t, err := observable.Canonical(kind, v)
	if err == nil {
		return t, true
	}
	if kind == observable.FileName {
		if t, err = observable.Canonical(observable.FilePath, v); err == nil {
			return t, true
		}
		return t, false
	}
	return observable.Guess(v)
}

// thing makes an indicator or an observable of a value.
func (c *conversion) thing(a *attribute, kind observable.Kind, v, aside string) (id, text string) {
	t, ok := canonical(kind, v)
	switch {
	case ok:
	case kind == observable.FileName:
		return c.path(a, "file:name", v, aside)
	case kind == observable.URL && a.Type == "uri", kind == observable.CVE:
		return "", a.describe()
	default:
		c.problem(a.place, c.idOf(a), "the value is not what the attribute's type says: "+a.Type.text())
		return "", ""
	}
	pattern, has := t.Pattern()
	if has && a.ToIDs.yes() {
		return c.indicator(a, pattern, "stix", v, aside), ""
	}
	return c.observed(a, t, aside)
}

// observed makes the object of a value that is not for detection.
func (c *conversion) observed(a *attribute, t observable.Thing, aside string) (id, text string) {
	markings := c.own(a)
	if t.Kind == observable.CVE || t.Kind == observable.Attack {
		created, modified := c.stamps(a.Timestamp)
		raw, ok := observable.Draft{Thing: t, NewID: func(typ string) string { return typ + "--" + c.idOf(a) }, Now: created, CreatedBy: c.options.CreatedBy,
			Description: a.Comment.text()}.Object()
		if !ok {
			return "", a.describe()
		}
		typ := map[observable.Kind]string{observable.CVE: "vulnerability", observable.Attack: "attack-pattern"}[t.Kind]
		id = typ + "--" + c.idOf(a)
		c.emit(id, reopen(stix.WithVersion(raw, modified)), markings, a.place)
		return id, ""
	}
	raw, ok := observable.Draft{Thing: t, NewID: c.options.NewID, Now: c.modified}.Object()
	if !ok {
		return "", a.describe()
	}
	o, err := stix.Parse(raw, stix.Limits{})
	if err != nil {
		return "", a.describe()
	}
	c.emit(o.ID, reopen(raw), markings, a.place)
	c.remark(a, o.ID, aside)
	return o.ID, ""
}

// remark keeps what an attribute says beside a value, as observables have no text of their own.
func (c *conversion) remark(a *attribute, about, aside string) {
	if s := join(a.Comment.text(), aside); s != "" {
		c.note(derived(c.idOf(a), "note"), about, "", s, a.Timestamp, c.own(a), a.place)
	}
}

// own gives the markings of an attribute: its own where they are narrower.
func (c *conversion) own(a *attribute) []string {
	return narrower(c.markings, readTags(a.Tags, nil).markings(c.markings))
}

// indicator makes the indicator of an attribute.
func (c *conversion) indicator(a *attribute, pattern, language, name, aside string) string {
	created, modified := c.stamps(a.Timestamp)
	w := c.head("indicator", c.idOf(a), created, modified)
	w.text("name", name)
	w.text("description", join(a.Comment.text(), aside))
	w.list("indicator_types", []string{"malicious-activity"})
	w.text("pattern", pattern)
	w.text("pattern_type", language)
	from := modified
	if t, ok := a.FirstSeen.time(); ok && !t.After(c.options.Now) {
		from = t
	}
	w.text("valid_from", stix.FormatTime(from))
	tags := readTags(a.Tags, nil)
	w.list("labels", tags.labels)
	if tags.confidence > 0 {
		w.number("confidence", tags.confidence)
	}
	c.emit(w.id, w, c.own(a), a.place)
	return w.id
}

// join puts sentences together.
func join(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" || strings.HasSuffix(s, ": ") })
	return strings.Join(parts, "; ")
}

// path makes an indicator or observable of a value that has a property but no kind.
func (c *conversion) path(a *attribute, property, v, aside string) (id, text string) {
	if a.ToIDs.yes() {
		return c.indicator(a, "["+property+" = "+literal(v)+"]", "stix", v, aside), ""
	}
	typ, name, _ := strings.Cut(property, ":")
	body := ""
	switch {
	case strings.HasPrefix(name, "hashes."):
		body = `"hashes":{` + string(quote(nil, strings.Trim(name[len("hashes."):], "'"))) + ":" + string(quote(nil, v)) + "}"
	case property == "file:name", property == "user-account:account_login":
		body = string(quote(nil, name)) + ":" + string(quote(nil, v))
	default:
		return "", a.describe()
	}
	w, ok := observableOf(typ, body)
	if !ok {
		return "", a.describe()
	}
	id = w.id
	c.emit(id, w, c.own(a), a.place)
	c.remark(a, id, aside)
	return id, ""
}

// pair makes one indicator of domain|ip, or two observables and their relation.
func (c *conversion) pair(a *attribute, v string) string {
	name, address, ok := cutLast(v)
	d, ok1 := canonical(observable.Domain, name)
	ip, ok2 := canonical(observable.IPv4, address)
	if !ok || !ok1 || !ok2 {
		c.problem(a.place, c.idOf(a), "the value is not what the attribute's type says: "+a.Type.text())
		return ""
	}
	p1, has1 := d.Pattern()
	p2, has2 := ip.Pattern()
	if a.ToIDs.yes() && has1 && has2 {
		return c.indicator(a, p1+" OR "+p2, "stix", v, "")
	}
	from, _ := c.observed(a, d, "")
	to, _ := c.observed(a, ip, "")
	if from != "" && to != "" && from != to {
		c.relationship(derived(c.idOf(a), "resolves-to"), "resolves-to", from, to, "", a.Timestamp, a.place)
	}
	return from
}

// registry makes the indicator of a registry key with its data, which together
// say something that the key alone may not.
func (c *conversion) registry(a *attribute, v string) (id, text string) {
	key, data, ok := strings.Cut(v, "|")
	t, err := observable.Canonical(observable.Registry, key)
	if !ok || err != nil || !a.ToIDs.yes() {
		return c.thing(a, observable.Registry, key, "Data: "+data)
	}
	return c.indicator(a, "[windows-registry-key:key = "+literal(t.Value)+" AND windows-registry-key:values[*].data = "+literal(strings.TrimSpace(data))+"]", "stix", t.Value, ""), ""
}

// named makes an object of the domain that has a name.
func (c *conversion) named(a *attribute, typ, v string) string {
	created, modified := c.stamps(a.Timestamp)
	w := c.head(typ, c.idOf(a), created, modified)
	w.text("name", v)
	w.text("description", a.Comment.text())
	c.emit(w.id, w, c.own(a), a.place)
	return w.id
}
