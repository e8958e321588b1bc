package validate

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"tocsin/fault"
	"tocsin/stix"
	"tocsin/stix/pattern"
)

// rules are what a type asks for between its properties.
var rules = map[string]func(*checker, map[string]any){
	"artifact": artifact, "campaign": seenPair, "email-message": emailMessage, "extension-definition": extensionDefinition, "file": file,
	"indicator": indicator, "infrastructure": seenPair, "intrusion-set": seenPair, "language-content": languageContent, "location": location,
	"malware": malware, "malware-analysis": malwareAnalysis, "marking-definition": markingDefinition, "network-traffic": networkTraffic,
	"observed-data": observedData, "process": ownProperty, "relationship": relationship, "sighting": sighting, "threat-actor": seenPair,
	"user-account": ownProperty, "windows-registry-key": ownProperty, "x509-certificate": ownProperty,
	"domain-name": plainValue, "email-addr": plainValue, "ipv4-addr": plainValue, "ipv6-addr": plainValue, "mac-addr": plainValue, "url": plainValue,
}

// common checks the rules between the common properties (section 3.2).
func (c *checker) common(o map[string]any) {
	c.in("3.2", func() {
		if v, ok := o["spec_version"].(string); ok && v != "2.1" {
			c.wrong("spec_version", "is not 2.1")
		}
		c.order(o, "created", "modified", true)
		for _, name := range []string{"created", "modified"} {
			if s, ok := o[name].(string); ok && c.r.Type != "marking-definition" {
				if dot := strings.IndexByte(s, '.'); dot < 0 || len(s)-dot < 5 {
					c.should(name, "should be precise to the millisecond: three fraction digits or more")
				}
			}
		}
	})
	c.in("7.2", func() { c.markings(o) })
	if s, ok := o["mime_type"].(string); ok && observables[c.r.Type] != "" && !isMediaType(s) {
		c.should("mime_type", "should be a media type such as application/pdf")
	}
}

// order checks that one timestamp is not before another; equal ones pass where
// equal is set.
func (c *checker) order(o map[string]any, first, last string, equal bool) {
	a, okA := o[first].(string)
	b, okB := o[last].(string)
	from, errA := stix.ParseTime(a)
	to, errB := stix.ParseTime(b)
	if !okA || !okB || errA != nil || errB != nil {
		return
	}
	switch {
	case to.Before(from):
		c.wrong(last, "is before %s", first)
	case !equal && to.Equal(from):
		c.wrong(last, "is not after %s", first)
	}
}

// has tells whether an object has any of the properties.
func has(o map[string]any, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return o[n] != nil })
}

func seenPair(c *checker, o map[string]any) {
	c.order(o, "first_seen", "last_seen", true)
}

func plainValue(c *checker, o map[string]any) {
	if s, ok := o["value"].(string); ok {
		c.observableValue(c.r.Type, s)
	}
}

// ownProperty asks for one property beyond the common ones.
func ownProperty(c *checker, o map[string]any) {
	known := properties(commonObservable)
	for name := range o {
		if name == "extensions" || !slices.ContainsFunc(known, func(p property) bool { return p.name == name }) {
			return
		}
	}
	c.wrong("", "has none of the properties of its type")
}

func artifact(c *checker, o map[string]any) {
	switch {
	case has(o, "payload_bin") && has(o, "url"):
		c.wrong("url", "excludes payload_bin")
	case !has(o, "payload_bin", "url"):
		c.wrong("", "has neither payload_bin nor url")
	}
	if has(o, "url") && !has(o, "hashes") {
		c.wrong("hashes", "is missing: a url needs it")
	}
	if has(o, "decryption_key") && !has(o, "encryption_algorithm") {
		c.wrong("decryption_key", "needs encryption_algorithm")
	}
}

func file(c *checker, o map[string]any) {
	if !has(o, "hashes", "name") {
		c.wrong("", "has neither hashes nor name")
	}
}

func networkTraffic(c *checker, o map[string]any) {
	if !has(o, "src_ref", "dst_ref") {
		c.wrong("", "has neither src_ref nor dst_ref")
	}
	if has(o, "end") && o["is_active"] == true {
		c.wrong("is_active", "is true although there is an end")
	}
	c.order(o, "start", "end", true)
	list, _ := o["protocols"].([]any)
	for i, v := range list {
		if s, ok := v.(string); ok && s != strings.ToLower(s) {
			c.should(at("protocols", i), "should be in lower case")
		}
	}
}

func emailMessage(c *checker, o map[string]any) {
	if o["is_multipart"] == true && has(o, "body") {
		c.wrong("body", "is not there in a message of several parts")
	}
	if o["is_multipart"] == false && has(o, "body_multipart") {
		c.wrong("body_multipart", "is only there in a message of several parts")
	}
}

// extension checks the rules of predefined extensions.
func (c *checker) extension(path, key string, e map[string]any) {
	if key != "pdf-ext" {
		return
	}
	d, _ := e["document_info_dict"].(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(d)) {
		if !hasWord("Title Author Subject Keywords Creator Producer CreationDate ModDate Trapped", k) {
			c.should(join(path, "document_info_dict")+"."+k, "is not a key of a PDF's document information")
		}
	}
}

func indicator(c *checker, o map[string]any) {
	c.order(o, "valid_from", "valid_until", false)
	if !has(o, "name") || !has(o, "description") {
		c.should("", "should have a name and a description")
	}
	text, ok := o["pattern"].(string)
	if !ok || o["pattern_type"] != "stix" {
		return
	}
	c.in("9", func() {
		if err := pattern.Check(text); err != nil {
			c.wrong("pattern", "%s", fault.Public(err))
			return
		}
		p, err := pattern.Parse(text)
		if err != nil {
			return
		}
		for typ, name := range p.Names() {
			if len(typ) < 3 || len(typ) > 250 {
				c.wrong("pattern", "names an object type of less than 3 characters")
			} else if name != "id" && (len(name) < 3 || len(name) > 250) {
				c.wrong("pattern", "names a property of less than 3 characters")
			}
		}
	})
}

func location(c *checker, o map[string]any) {
	if has(o, "latitude") != has(o, "longitude") {
		c.wrong("", "has one of latitude and longitude; they come together")
	}
	if has(o, "precision") && !has(o, "latitude") {
		c.wrong("precision", "needs latitude and longitude")
	}
	if !has(o, "region", "country", "latitude") {
		c.wrong("", "has none of region, country, and latitude with longitude")
	}
	if s, ok := o["country"].(string); ok && (len(s) != 2 || !strings.Contains(countries, " "+strings.ToLower(s)+" ")) {
		c.should("country", "should be a code of two letters (ISO 3166-1)")
	}
}

func malware(c *checker, o map[string]any) {
	seenPair(c, o)
	if o["is_family"] == true && !has(o, "name") {
		c.should("name", "a family should have a name")
	}
	if !has(o, "is_family") {
		c.should("is_family", "is required by the text of 2021, optional in a later one; should be there")
	}
}

func malwareAnalysis(c *checker, o map[string]any) {
	if !has(o, "result", "analysis_sco_refs") {
		c.wrong("", "has neither result nor analysis_sco_refs")
	}
	if s, ok := o["product"].(string); ok && !isLowerHyphens(s) {
		c.should("product", "should be in lower case with hyphens between words")
	}
	c.order(o, "analysis_started", "analysis_ended", true)
}

func observedData(c *checker, o map[string]any) {
	c.order(o, "first_observed", "last_observed", true)
	objects, refs := has(o, "objects"), has(o, "object_refs")
	if objects == refs {
		c.wrong("", "has exactly one of object_refs and the deprecated objects")
	}
	if objects {
		c.should("objects", "is deprecated; use object_refs")
	}
	d, _ := o["objects"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(d)) {
		if _, err := strconv.ParseUint(key, 10, 32); err != nil {
			c.should(join("objects", key), "keys should be numbers from 0")
		}
		if inner, ok := d[key].(map[string]any); !ok || inner["type"] == nil {
			c.wrong(join("objects", key), "is not an observable")
		}
	}
	list, _ := o["object_refs"].([]any)
	for i, v := range list {
		s, _ := v.(string)
		typ, _, _ := strings.Cut(s, "--")
		if (domain[typ] != "" || typ == "bundle") && typ != "relationship" && typ != "sighting" {
			c.wrong(at("object_refs", i), "may only refer to observables and relationships")
		}
	}
}

func relationship(c *checker, o map[string]any) {
	c.order(o, "start_time", "stop_time", false)
	kind, _ := o["relationship_type"].(string)
	if kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		c.wrong("relationship_type", "is only of a-z, 0-9 and hyphen")
	}
	var ends [2]string
	for i, name := range []string{"source_ref", "target_ref"} {
		s, _ := o[name].(string)
		ends[i], _, _ = strings.Cut(s, "--")
		switch ends[i] {
		case "relationship", "sighting", "bundle", "marking-definition", "language-content", "extension-definition":
			c.wrong(name, "may not refer to %s", ends[i])
		}
	}
	if !isStandard(ends[0]) || !isStandard(ends[1]) || kind == "" || kind == "related-to" {
		return
	}
	if kind == "derived-from" || kind == "duplicate-of" {
		if ends[0] != ends[1] {
			c.should("relationship_type", "should join two objects of one type")
		}
		return
	}
	targets, ok := relationships[ends[0]][kind]
	switch {
	case !ok:
		c.should("relationship_type", "is allowed, but not suggested from %s", ends[0])
	case !hasWord(targets, ends[1]) && !(hasWord(targets, "*") && observables[ends[1]] != ""):
		c.should("target_ref", "%s is allowed, but not suggested as the target of %s from %s", ends[1], kind, ends[0])
	}
}

func sighting(c *checker, o map[string]any) {
	seenPair(c, o)
	s, _ := o["sighting_of_ref"].(string)
	typ, _, _ := strings.Cut(s, "--")
	switch typ {
	case "relationship", "sighting", "bundle", "marking-definition", "language-content", "extension-definition":
		c.wrong("sighting_of_ref", "may only refer to a domain object")
	}
	if observables[typ] != "" {
		c.wrong("sighting_of_ref", "may only refer to a domain object; an observable is sighted by observed_data_refs")
	}
}

func extensionDefinition(c *checker, o map[string]any) {
	if !has(o, "created_by_ref") {
		c.wrong("created_by_ref", "is missing")
	}
	if !has(o, "description") {
		c.should("description", "should be there")
	}
	types, _ := o["extension_types"].([]any)
	if has(o, "extension_properties") && !slices.Contains(types, any("toplevel-property-extension")) {
		c.wrong("extension_properties", "is only for a toplevel-property-extension")
	}
}

func languageContent(c *checker, o map[string]any) {
	contents, _ := o["contents"].(map[string]any)
	for _, lang := range slices.Sorted(maps.Keys(contents)) {
		path := join("contents", lang)
		if !isLanguage(lang) {
			c.wrong(path, "the key is not a language tag (RFC 5646)")
		}
		d, ok := contents[lang].(map[string]any)
		if !ok {
			c.wrong(path, "is not a dictionary of properties")
		}
		for _, name := range slices.Sorted(maps.Keys(d)) {
			if len(name) < 3 || len(name) > 250 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
				c.wrong(join(path, name), "is not the name of a property")
			}
		}
	}
}
