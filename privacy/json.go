package privacy

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/stix"
)

// JSON judges the JSON of one object or a bundle: spans count bytes of raw; the edits make
// the scrubbed form, which still parses. What isn't JSON is judged as text.
func (g *Gate) JSON(raw []byte) (spans []Span, edits []stix.Edit) {
	objs, base, ok := split(raw)
	if !ok {
		for _, sp := range g.Text(string(raw)) {
			spans = append(spans, sp)
			if sp.Verdict != Keep {
				edits = append(edits, stix.Edit{Start: sp.Start, End: sp.End, With: []byte(sp.placeholder())})
			}
		}
		return spans, edits
	}
	r := newReport(g, objs)
	for i, fields := range r.judge() {
		for k := range fields {
			for _, c := range fields[k].changes(objs[i].Raw) {
				c.span.Start, c.span.End = c.span.Start+base[i], c.span.End+base[i]
				spans = append(spans, c.span)
				if c.span.Verdict != Keep {
					c.edit.Start, c.edit.End = c.edit.Start+base[i], c.edit.End+base[i]
					edits = append(edits, c.edit)
				}
			}
		}
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	slices.SortFunc(edits, func(a, b stix.Edit) int { return cmp.Compare(a.Start, b.Start) })
	return spans, edits
}

// split gives the objects of a bundle and where each begins, or the one object.
// It is lenient: what breaks a rule of STIX is judged all the same.
func split(raw []byte) (objs []stix.Object, base []int, ok bool) {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if v, err := dec.ReadValue(); err != nil || v.Kind() != '{' && v.Kind() != '[' || len(bytes.TrimSpace(raw[dec.InputOffset():])) > 0 {
		return nil, nil, false
	}
	dec.Reset(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	add := func() {
		dec.PeekKind()
		v, err := dec.ReadValue()
		if err != nil {
			return
		}
		at := int(dec.InputOffset()) - len(v)
		objs, base = append(objs, lenient(raw[at:at+len(v)])), append(base, at)
	}
	if dec.PeekKind() == '[' {
		_, _ = dec.ReadToken() // it was read before
		for dec.PeekKind() != ']' && dec.PeekKind() != 0 {
			add()
		}
		return objs, base, true
	}
	whole := lenient(raw)
	if whole.Type != "bundle" {
		return []stix.Object{whole}, []int{0}, true
	}
	_, _ = dec.ReadToken()
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			break
		}
		if n := name.String(); n == "type" || n == "id" {
			_ = dec.SkipValue()
			continue
		}
		if name.String() != "objects" || dec.PeekKind() != '[' {
			add()
			continue
		}
		_, _ = dec.ReadToken()
		for dec.PeekKind() != ']' && dec.PeekKind() != 0 {
			add()
		}
		_, _ = dec.ReadToken()
	}
	return objs, base, true
}

// lenient reads the header of an object as far as it goes.
func lenient(raw []byte) stix.Object {
	o, err := stix.Parse(raw, stix.Limits{})
	if err == nil {
		return o
	}
	o = stix.Object{Raw: raw}
	_ = stix.Walk(raw, func(f stix.Field) error {
		if len(f.Path) == 1 && !f.IsKey && f.Kind == stix.String {
			switch f.Path[0].Key {
			case "type":
				o.Type = f.Value
			case "id":
				o.ID = f.Value
			}
		}
		return nil
	})
	if o.Type == "email-addr" || o.Type == "user-account" || o.Type == "ipv4-addr" || o.Type == "ipv6-addr" || o.Type == "mac-addr" {
		o.Family = stix.SCO
	}
	return o
}
