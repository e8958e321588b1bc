// Package validate checks STIX 2.1 objects against all the rules of the standard
// that can be checked on one object: what intake's gate (package stix) asks for,
// and vocabularies, reference types, formats and the rules between properties.
//
//	for _, r := range validate.File(raw) {
//		fmt.Println(r.ID, r.Valid, r.Errors, r.Warnings)
//	}
//
// An error is a MUST that is broken; a warning is a SHOULD. A message names the
// section of the standard that has the rule.
package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
	"tocsin/stix"
)

// Finding is a rule that an object breaks.
type Finding struct {
	Path    string `json:"path"`    // as in external_references[0].url; empty for the object itself
	Message string `json:"message"` // what is wrong, with the section of STIX 2.1
}

// Result is the verdict on one object. It is valid when it has no errors.
type Result struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Valid    bool      `json:"valid"`
	Errors   []Finding `json:"errors"`
	Warnings []Finding `json:"warnings"`
}

// File checks what a file holds: one object, a bundle, or a list of objects. A
// bundle gives a result of its own and one for each of its objects, in order. What is
// not JSON gives one result that says so.
func File(raw []byte) []Result {
	v := jsontext.Value(raw)
	switch v.Kind() {
	case '{':
		out := []Result{Object(raw)}
		for _, o := range inBundle(raw) {
			out = append(out, Object(o))
		}
		return out
	case '[':
		var list []jsontext.Value
		if err := json.Unmarshal(raw, &list); err != nil {
			return []Result{unreadable(raw)}
		}
		out := make([]Result, 0, len(list))
		for _, o := range list {
			out = append(out, whole(o))
		}
		return out
	}
	return []Result{unreadable(raw)}
}

// inBundle gives the objects of a bundle, and none of anything else.
func inBundle(raw []byte) []jsontext.Value {
	var head struct {
		Type    string           `json:"type"`
		Objects []jsontext.Value `json:"objects"`
	}
	if json.Unmarshal(raw, &head) != nil || head.Type != "bundle" {
		return nil
	}
	return head.Objects
}

// whole checks an element of a list: of a bundle with everything in it, since it
// has one result.
func whole(raw []byte) Result {
	r := Object(raw)
	for i, o := range inBundle(raw) {
		in := Object(o)
		r.Valid = r.Valid && in.Valid
		for _, e := range in.Errors {
			r.Errors = append(r.Errors, Finding{Path: fmt.Sprintf("objects[%d].%s", i, e.Path), Message: e.Message})
		}
		for _, w := range in.Warnings {
			r.Warnings = append(r.Warnings, Finding{Path: fmt.Sprintf("objects[%d].%s", i, w.Path), Message: w.Message})
		}
	}
	return r
}

// unreadable says why bytes are no object.
func unreadable(raw []byte) Result {
	_, err := stix.Parse(raw, stix.Limits{Object: max(len(raw), 1)})
	message := "is not a STIX object"
	if err != nil {
		message = fault.Public(err)
	}
	return Result{Errors: []Finding{{Message: message}}, Warnings: []Finding{}}
}

// Object checks one object, or a bundle without what is in it.
func Object(raw []byte) Result {
	var o map[string]any
	if jsontext.Value(raw).Kind() != '{' || json.Unmarshal(raw, &o) != nil {
		return unreadable(raw)
	}
	r := Result{Errors: []Finding{}, Warnings: []Finding{}}
	r.ID, _ = o["id"].(string)
	r.Type, _ = o["type"].(string)
	c := checker{r: &r}
	if r.Type == "bundle" {
		c.bundle(o)
	} else {
		c.object(o, raw)
	}
	r.Valid = len(r.Errors) == 0
	return r
}

// checker collects what is wrong with one object.
type checker struct {
	r        *Result
	section  string // of the type whose rules are being checked
	defanged bool
}

func (c *checker) wrong(path, format string, args ...any) {
	c.r.Errors = append(c.r.Errors, Finding{path, fmt.Sprintf(format, args...) + c.source()})
}

func (c *checker) should(path, format string, args ...any) {
	c.r.Warnings = append(c.r.Warnings, Finding{path, fmt.Sprintf(format, args...) + c.source()})
}

func (c *checker) source() string {
	if c.section == "" {
		return ""
	}
	return " (STIX 2.1 section " + c.section + ")"
}

// in checks under the section of a rule that is not the type's own.
func (c *checker) in(section string, check func()) {
	was := c.section
	c.section = section
	check()
	c.section = was
}

func (c *checker) bundle(o map[string]any) {
	c.section = "8"
	c.id(o, true)
	if o["spec_version"] != nil {
		c.should("spec_version", "a bundle of STIX 2.1 has no version; STIX 2.0 objects are not valid as 2.1")
	}
	objects, has := o["objects"]
	if list, ok := objects.([]any); has && (!ok || len(list) == 0) {
		c.wrong("objects", "is a list of at least one object, or left out")
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		switch name {
		case "type", "id", "objects", "spec_version":
		default:
			c.custom(name, name, o)
		}
	}
}

// object checks everything that is not a bundle.
func (c *checker) object(o map[string]any, raw []byte) {
	if c.r.Type == "" {
		c.wrong("type", "is missing, or not a string")
		return
	}
	common, own, family := commonDomain, "", "domain"
	if d, ok := domain[c.r.Type]; ok {
		own = d
	} else if d, ok := observables[c.r.Type]; ok {
		common, own, family = commonObservable, d, "observable"
	} else {
		family = c.customType(o)
		own = "11"
		if family == "observable" {
			common = commonObservable
		}
	}
	section, own, _ := strings.Cut(own, " ")
	c.section = section
	c.defanged = o["defanged"] == true
	c.id(o, family != "observable" || c.r.Type == "process")
	if family == "observable" {
		c.standardID(raw)
	}
	known := properties(common + " " + own)
	switch c.r.Type {
	case "marking-definition":
		known = without(known, "modified", "revoked", "labels", "confidence", "lang")
	case "language-content":
		known = without(known, "lang")
	case "extension-definition":
		known = without(known, "confidence", "lang", "extensions")
	}
	top := c.properties("", o, known)
	if _, standard := domain[c.r.Type]; !standard && observables[c.r.Type] == "" {
		top = true // its properties are its extension's
	}
	c.unknown("", o, known, top)
	c.common(o)
	if rule, ok := rules[c.r.Type]; ok {
		rule(c, o)
	}
	c.gate(raw)
}

// gate asks package stix, so that nothing is valid here that intake refuses.
func (c *checker) gate(raw []byte) {
	if len(c.r.Errors) > 0 {
		return
	}
	_, err := stix.Parse(raw, stix.Limits{})
	if e, ok := asFault(err); ok {
		c.r.Errors = append(c.r.Errors, Finding{e.Place, e.Detail})
	}
}

// customType checks the name of a type that the standard does not have, and
// gives the family that its extension declares (section 7.3).
func (c *checker) customType(o map[string]any) (family string) {
	c.section = "11.1"
	name := c.r.Type
	if name == "action" {
		c.wrong("type", "is reserved")
	}
	if len(name) < 3 || len(name) > 250 || strings.Contains(name, "--") || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		c.wrong("type", "is 3 to 250 of a-z, 0-9 and hyphen, no two hyphens together")
	}
	ext, _ := o["extensions"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(ext)) {
		e, _ := ext[key].(map[string]any)
		switch e["extension_type"] {
		case "new-sco":
			return "observable"
		case "new-sdo", "new-sro":
			return "domain"
		}
	}
	c.should("type", "a type of one's own is defined by an extension with new-sdo, new-sco or new-sro")
	if o["created"] == nil && o["modified"] == nil {
		return "observable"
	}
	return "domain"
}

// id checks the identifier (section 2.9): TYPE--UUID, by SHOULD of version 4
// where random is set.
func (c *checker) id(o map[string]any, random bool) {
	c.in("2.9", func() {
		v, has := o["id"]
		id, ok := v.(string)
		typ, valid := stix.CheckID(id)
		switch {
		case !has:
			c.wrong("id", "is missing")
		case !ok || !valid:
			c.wrong("id", "is not TYPE--UUID")
		case typ != c.r.Type:
			c.wrong("id", "names another type than the object has")
		case random && id[len(typ)+2+14] != '4':
			c.should("id", "the UUID should be random (version 4)")
		}
	})
}

// standardID warns of an observable whose identifier could be computed and is not.
func (c *checker) standardID(raw []byte) {
	typ, ok := stix.CheckID(c.r.ID)
	if _, computed := stix.ObservableID(raw); !ok || !computed {
		return
	}
	if c.r.ID[len(typ)+2+14] != '5' {
		c.in("2.9", func() {
			c.should("id", "an observable's UUID should be computed from its properties (version 5)")
		})
	}
}

// unknown names properties that the standard does not have.
func (c *checker) unknown(path string, o map[string]any, known []property, extended bool) {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if slices.ContainsFunc(known, func(p property) bool { return p.name == name }) {
			continue
		}
		at := join(path, name)
		if c.custom(at, name, nil); !extended {
			c.in("7.3", func() {
				c.should(at, "a property of one's own belongs into an extension")
			})
		}
	}
}

// custom checks the name of a property that the standard does not have.
func (c *checker) custom(at, name string, bundle map[string]any) {
	c.in("3.1", func() {
		if name == "action" {
			c.wrong(at, "is a reserved name")
		}
		if len(name) < 3 || len(name) > 250 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || name[0] < 'a' || name[0] > 'z' {
			c.wrong(at, "a property name is 3 to 250 of a-z, 0-9 and underscore, and begins with a letter")
		}
		if bundle != nil {
			c.should(at, "a bundle has no such property")
		}
	})
}
