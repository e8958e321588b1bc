package validate

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"tocsin/stix"
)

// externalReference checks section 2.5: something to look up, and the two sources
// whose names and forms the standard fixes.
func (c *checker) externalReference(path string, o map[string]any) {
	if !has(o, "description", "url", "external_id") {
		c.wrong(path, "has none of description, url and external_id")
	}
	source, _ := o["source_name"].(string)
	id, hasID := o["external_id"].(string)
	switch strings.ToLower(source) {
	case "cve":
		if source != "cve" {
			c.wrong(join(path, "source_name"), "is written cve")
		}
		if hasID && !isCVE(id) {
			c.wrong(join(path, "external_id"), "is not CVE-YYYY-NNNN")
		}
	case "capec":
		if source != "capec" {
			c.wrong(join(path, "source_name"), "is written capec")
		}
		if n, ok := strings.CutPrefix(id, "CAPEC-"); hasID && (!ok || n == "" || strings.Trim(n, "0123456789") != "") {
			c.wrong(join(path, "external_id"), "is not CAPEC-N")
		}
	}
}

// isCVE tells whether a text has the form of a CVE identifier (CVE numbering
// since 2014: four digits or more).
func isCVE(s string) bool {
	year, n, ok := strings.Cut(strings.TrimPrefix(s, "CVE-"), "-")
	return ok && strings.HasPrefix(s, "CVE-") && len(year) == 4 && len(n) >= 4 && strings.Trim(year+n, "0123456789") == ""
}

func (c *checker) killChain(path string, o map[string]any) {
	for _, name := range []string{"kill_chain_name", "phase_name"} {
		if s, ok := o[name].(string); ok && !isLowerHyphens(s) {
			c.should(join(path, name), "should be in lower case with hyphens between words")
		}
	}
}

func (c *checker) granular(path string, o map[string]any) {
	if has(o, "marking_ref") == has(o, "lang") {
		c.wrong(path, "has exactly one of marking_ref and lang")
	}
}

// markings checks that markings mark something, and not by themselves (section 7.2).
func (c *checker) markings(o map[string]any) {
	refs, _ := o["object_marking_refs"].([]any)
	for i, r := range refs {
		if r == c.r.ID && c.r.Type == "marking-definition" {
			c.wrong(at("object_marking_refs", i), "a marking does not mark itself")
		}
	}
	list, _ := o["granular_markings"].([]any)
	for i, v := range list {
		g, _ := v.(map[string]any)
		path := at("granular_markings", i)
		if g["marking_ref"] == c.r.ID && c.r.Type == "marking-definition" {
			c.wrong(join(path, "marking_ref"), "a marking does not mark itself")
		}
		selectors, _ := g["selectors"].([]any)
		for j, s := range selectors {
			text, ok := s.(string)
			if ok && !selects(o, text) {
				c.wrong(at(join(path, "selectors"), j), "selects nothing in this object")
			}
		}
	}
}

// selects tells whether a selector hits something (section 7.2.3.1): names
// joined by points, and [N] for an element of a list.
func selects(o any, selector string) bool {
	for part := range strings.SplitSeq(selector, ".") {
		switch v := o.(type) {
		case map[string]any:
			next, ok := v[part]
			if !ok {
				return false
			}
			o = next
		case []any:
			digits, ok := strings.CutPrefix(part, "[")
			digits, closed := strings.CutSuffix(digits, "]")
			n, err := strconv.Atoi(digits)
			if !ok || !closed || err != nil || n < 0 || n >= len(v) {
				return false
			}
			o = v[n]
		default:
			return false
		}
	}
	return true
}

// tlpCreated is when the four markings of TLP 1 were made (section 7.2.1.4).
const tlpCreated = "2017-01-20T00:00:00.000Z"

func markingDefinition(c *checker, o map[string]any) {
	kind, _ := o["definition_type"].(string)
	switch {
	case has(o, "definition_type") != has(o, "definition"):
		c.wrong("", "definition_type and definition come together")
	case kind == "" && !has(o, "extensions"):
		c.wrong("", "has neither definition_type with definition nor extensions")
	}
	d, _ := o["definition"].(map[string]any)
	switch kind {
	case "":
	case "tlp":
		c.tlp(o, d)
	case "statement":
		if _, ok := d["statement"].(string); !ok || len(d) != 1 {
			c.wrong("definition", "is a statement: one string of that name")
		}
	default:
		c.should("definition_type", "should be statement or tlp; other markings are extensions")
	}
}

// tlp holds a TLP 1 marking to the one that the standard prints: no others are
// allowed under definition_type tlp.
func (c *checker) tlp(o, d map[string]any) {
	colour, _ := d["tlp"].(string)
	want, ok := map[string]string{
		"white": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
		"amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
	}[colour]
	created, _ := o["created"].(string)
	when, err := stix.ParseTime(created)
	same := err == nil && stix.FormatTime(when) == tlpCreated
	if !ok || c.r.ID != want || !same || len(d) != 1 {
		c.wrong("definition", "a TLP marking is one of the four that the standard prints, with its id, colour and date")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !hasWord("type spec_version id created definition_type definition name", name) {
			c.wrong(name, "a TLP marking is one of the four that the standard prints, with nothing added")
		}
	}
}
