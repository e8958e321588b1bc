package stix

import (
	"slices"
	"strings"

	"tocsin/fault"
)

// required lists the properties that each standard type needs beyond the common
// ones (STIX 2.1 sections 4 to 7). One entry may name alternatives: "a|b".
// malware.is_family and grouping.name differ between texts of the standard:
// their absence is accepted.
var required = map[string][]string{
	"attack-pattern": {"name"}, "campaign": {"name"}, "course-of-action": {"name"},
	"extension-definition": {"created_by_ref", "name", "schema", "version", "extension_types"},
	"grouping":             {"context", "object_refs"}, "identity": {"name"}, "incident": {"name"},
	"indicator": {"pattern", "pattern_type", "valid_from"}, "infrastructure": {"name"}, "intrusion-set": {"name"},
	"language-content": {"object_ref", "contents"}, "location": {"region|country|latitude"}, "malware": {},
	"malware-analysis": {"product", "result|analysis_sco_refs"}, "marking-definition": {"definition_type|extensions"},
	"note": {"content", "object_refs"}, "observed-data": {"first_observed", "last_observed", "number_observed", "objects|object_refs"},
	"opinion": {"opinion", "object_refs"}, "relationship": {"relationship_type", "source_ref", "target_ref"},
	"report": {"name", "published", "object_refs"}, "sighting": {"sighting_of_ref"}, "threat-actor": {"name"},
	"tool": {"name"}, "vulnerability": {"name"},
}

// observables lists the cyber-observable types with what they need (STIX 2.1
// section 6). An empty list means at least one property of their own.
var observables = map[string][]string{
	"artifact": {"payload_bin|url|hashes"}, "autonomous-system": {"number"}, "directory": {"path"}, "domain-name": {"value"},
	"email-addr": {"value"}, "email-message": {"is_multipart"}, "file": {"hashes|name"}, "ipv4-addr": {"value"}, "ipv6-addr": {"value"},
	"mac-addr": {"value"}, "mutex": {"name"}, "network-traffic": {"protocols", "src_ref|dst_ref"}, "process": {}, "software": {"name"},
	"url": {"value"}, "user-account": {}, "windows-registry-key": {}, "x509-certificate": {},
}

// familyOf tells the family of an object. A custom type without created is
// treated as an observable: it can't be versioned.
func familyOf(o *Object) Family {
	switch o.Type {
	case "relationship", "sighting":
		return SRO
	case "marking-definition", "language-content", "extension-definition":
		return Meta
	}
	if _, ok := observables[o.Type]; ok {
		return SCO
	}
	if _, ok := required[o.Type]; !ok && o.Created == "" && o.Modified == "" {
		return SCO
	}
	return SDO
}

// propertySet remembers which top-level names an object has.
type propertySet struct{ names []string }

func (s *propertySet) add(name string) { s.names = append(s.names, name) }

func (s *propertySet) has(name string) bool {
	return slices.Contains(s.names, name)
}

// check compares the names with what the type requires.
func (s *propertySet) check(o *Object) error {
	need, ok := required[o.Type]
	if !ok {
		if need, ok = observables[o.Type]; !ok {
			return nil
		}
		if len(need) == 0 && !s.ownProperty() {
			return fault.New(fault.Invalid, "a %s needs at least one property of its own", o.Type)
		}
	}
	for _, n := range need {
		found := false
		for alt := range strings.SplitSeq(n, "|") {
			found = found || s.has(alt)
		}
		if !found {
			return fault.At(fault.Invalid, strings.ReplaceAll(n, "|", " or "), "is missing: a %s needs it", o.Type)
		}
	}
	return nil
}

// ownProperty tells whether there is a property beyond the common ones.
func (s *propertySet) ownProperty() bool {
	for _, n := range s.names {
		switch n {
		case "type", "id", "spec_version", "object_marking_refs", "granular_markings", "defanged":
		default:
			return true
		}
	}
	return false
}

// CheckID reports whether id is TYPE--UUID (STIX 2.1 section 2.9, RFC 4122),
// and gives the type.
func CheckID(id string) (typ string, ok bool) {
	typ, u, found := strings.Cut(id, "--")
	if !found || len(u) != 36 || len(typ) < 2 || len(typ) > 250 {
		return "", false
	}
	for i := range len(typ) {
		if c := typ[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return "", false
		}
	}
	for i := range len(u) {
		c := u[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return "", false
			}
		default:
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return "", false
			}
		}
	}
	return typ, true
}
