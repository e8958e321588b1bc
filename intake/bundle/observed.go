package bundle

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/stix"
)

// renamed lists properties of observables that 2.1 calls otherwise. x_ stands
// before those that it has no longer.
var renamed = map[string]map[string]string{
	"file":                 {"created": "ctime", "modified": "mtime", "accessed": "atime", "is_encrypted": "x_is_encrypted", "encryption_algorithm": "x_encryption_algorithm", "decryption_key": "x_decryption_key"},
	"directory":            {"created": "ctime", "modified": "mtime", "accessed": "atime"},
	"process":              {"created": "created_time", "binary_ref": "image_ref", "name": "x_name", "arguments": "x_arguments"},
	"user-account":         {"password_last_changed": "credential_last_changed"},
	"windows-registry-key": {"modified": "modified_time"},
}

// container is the objects of one observed-data of 2.0, by their keys.
type container struct {
	keys     []string
	raws     map[string][]byte
	ids      map[string]string
	begun    map[string]bool // seen again before it has an identifier, there is a circle
	data     string          // identifier of the observed-data
	markings []string
}

// observed takes observed-data of 2.0 apart: each object that it holds becomes
// an observable of its own, and object_refs names them (STIX 2.1 section 4.14).
// The observables bear the markings of the whole, since markings do not travel.
func observed(ms []member, place string) ([]upgraded, error) {
	i := find(ms, "objects")
	if i < 0 {
		return []upgraded{{object(ms), place}}, nil
	}
	held, err := members(ms[i].value)
	if err != nil {
		return nil, fault.At(fault.Invalid, "objects", "is not a dictionary of observables")
	}
	c := container{raws: map[string][]byte{}, ids: map[string]string{}, begun: map[string]bool{}, data: text(ms, "id")}
	ms, c.markings = markings(ms)
	for _, h := range held {
		raw, err := c.convert(h.value)
		if err != nil {
			return nil, fault.Within("objects."+h.name, err)
		}
		c.keys, c.raws[h.name] = append(c.keys, h.name), raw
	}
	var out []upgraded
	var refs []string
	seen, named := map[string]bool{}, map[string]bool{}
	for _, k := range c.keys {
		id := c.id(k, 0)
		if !named[id] {
			refs, named[id] = append(refs, id), true
		}
		raw := stix.WithID(c.raws[k], id)
		if seen[string(raw)] {
			continue
		}
		seen[string(raw)] = true
		out = append(out, upgraded{raw, place + ".objects." + k})
	}
	if i = find(ms, "objects"); len(refs) > 0 {
		ms[i] = member{"object_refs", texts(refs)}
	}
	return append(out, upgraded{object(ms), place}), nil
}

// markings gives the identifiers of all markings on any part of observed-data.
// Selectors of parts lead nowhere once the objects are taken out, so a marking
// on a part becomes one on the whole: narrower, never wider.
func markings(ms []member) ([]member, []string) {
	var all []string
	i := find(ms, "object_marking_refs")
	if i >= 0 {
		all, _ = stringsOf(ms[i].value)
	}
	g := find(ms, "granular_markings")
	if g < 0 {
		return ms, all
	}
	seen := map[string]bool{}
	for _, id := range all {
		seen[id] = true
	}
	for _, r := range stix.References(ms[g].value) {
		if !seen[r.ID] {
			all, seen[r.ID] = append(all, r.ID), true
		}
	}
	ms = slices.Delete(ms, g, g+1)
	if i = find(ms, "object_marking_refs"); i >= 0 {
		ms[i].value = texts(all)
	} else if len(all) > 0 {
		ms = append(ms, member{"object_marking_refs", texts(all)})
	}
	return ms, all
}

// convert brings an observable to the names of 2.1. Its references still name
// keys, and it has no identifier of its own yet.
func (c *container) convert(raw []byte) ([]byte, error) {
	ms, err := members(raw)
	if err != nil {
		return nil, err
	}
	typ := text(ms, "type")
	if typ == "" {
		return nil, fault.At(fault.Invalid, "type", "is missing")
	}
	for i, m := range ms {
		if n := renamed[typ][m.name]; n != "" && find(ms, n) < 0 {
			ms[i].name = n
		}
		switch {
		case m.name == "hashes":
			ms[i].value = hashes(m.value)
		case m.name == "additional_header_fields" && typ == "email-message":
			ms[i].value = lists(m.value)
		}
	}
	ms = slices.DeleteFunc(ms, func(m member) bool { return m.name == "id" || m.name == "spec_version" })
	ms = slices.Insert(ms, find(ms, "type")+1, member{"spec_version", jsontext.Value(`"2.1"`)}, member{"id", jsontext.Value(`""`)})
	if len(c.markings) > 0 && find(ms, "object_marking_refs") < 0 {
		ms = append(ms, member{"object_marking_refs", texts(c.markings)})
	}
	return object(ms), nil
}

// hashes writes the one name of an algorithm that changed with 2.1.
func hashes(v jsontext.Value) jsontext.Value {
	ms, err := members(v)
	if err != nil {
		return v
	}
	if i := find(ms, "ssdeep"); i >= 0 && find(ms, "SSDEEP") < 0 {
		ms[i].name = "SSDEEP"
		return object(ms)
	}
	return v
}

// lists makes the values of a dictionary lists, as 2.1 wants those of header fields.
func lists(v jsontext.Value) jsontext.Value {
	ms, err := members(v)
	if err != nil {
		return v
	}
	for i, m := range ms {
		if m.value.Kind() == '"' {
			ms[i].value = slices.Concat([]byte{'['}, m.value, []byte{']'})
		}
	}
	return object(ms)
}

// maxChain bounds how far references lead from observable to observable while
// identifiers are computed; a path of folders is the longest there is.
const maxChain = 64

// id gives the identifier of the observable under a key, after those of the
// observables that it refers to, since they may take part in it.
func (c *container) id(key string, depth int) string {
	if c.begun[key] || depth > maxChain {
		if id := c.ids[key]; id != "" {
			return id
		}
		return c.own(key) // a circle has no first identifier to compute from
	}
	c.begun[key] = true
	raw := c.raws[key]
	var edits []stix.Edit
	_ = stix.Walk(raw, func(f stix.Field) error { // the visit never fails
		if n := f.Path.Last(); f.IsKey || f.Kind != stix.String || !strings.HasSuffix(n, "_ref") && !strings.HasSuffix(n, "_refs") || f.Path[0].Key == "object_marking_refs" {
			return nil
		}
		if _, ok := c.raws[f.Value]; ok {
			edits = append(edits, stix.Edit{Start: f.Start, End: f.End, With: quote(nil, c.id(f.Value, depth+1))})
		}
		return nil
	})
	raw = stix.Splice(raw, edits)
	id := c.ids[key] // given meanwhile, in a circle or behind a long chain
	if id == "" {
		var ok bool
		if id, ok = stix.ObservableID(raw); !ok {
			id = c.own(key)
		}
	}
	c.raws[key], c.ids[key] = raw, id
	return id
}

// own gives an identifier to an observable that has none by its contents, such
// as a process: it follows from that of the observed-data, so that the same
// report filed again has the same one. It is not under the namespace that
// STIX 2.1 section 2.9 keeps for contents.
func (c *container) own(key string) string {
	h := sha1.Sum([]byte(c.data + " objects." + key))
	h[6] = h[6]&0x0f | 0x50
	h[8] = h[8]&0x3f | 0x80
	x := hex.EncodeToString(h[:16])
	c.ids[key] = fmt.Sprintf("%s--%s-%s-%s-%s-%s", typeOf(c.raws[key]), x[:8], x[8:12], x[12:16], x[16:20], x[20:])
	return c.ids[key]
}

func typeOf(raw []byte) string {
	ms, err := members(raw)
	if err != nil {
		return ""
	}
	return text(ms, "type")
}
