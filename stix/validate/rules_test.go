package validate

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestRules changes one thing of an example: properties are merged in, null takes
// one away. A message that begins with ~ is a warning, an empty one means none at all.
func TestRules(t *testing.T) {
	const malware1, identity1 = "malware--00000000-0000-4000-8000-000000000001", "identity--00000000-0000-4000-8000-000000000001"
	for _, c := range []struct{ typ, change, path, says string }{
		// common properties
		{"tool", `{"id":"tool--1"}`, "id", "TYPE--UUID"},
		{"tool", `{"id":"malware--00000000-0000-4000-8000-00000000000a"}`, "id", "another type"},
		{"tool", `{"id":"tool--00000000-0000-5000-8000-00000000000a"}`, "id", "~version 4"},
		{"file", `{"id":"file--00000000-0000-4000-8000-00000000000a"}`, "id", "~version 5"},
		{"file", `{"id":"file--00000000-0000-4000-8000-00000000000a","name":null,"hashes":null}`, "", "neither hashes nor name"},
		{"tool", `{"spec_version":"2.0"}`, "spec_version", "is not 2.1"},
		{"tool", `{"modified":"2025-01-01T00:00:00.000Z"}`, "modified", "before created"},
		{"tool", `{"created":"2026-01-01T00:00:00Z"}`, "created", "~millisecond"},
		{"tool", `{"confidence":100}`, "", ""},
		{"tool", `{"confidence":101}`, "confidence", "more than 100"},
		{"tool", `{"confidence":-1}`, "confidence", "less than 0"},
		{"tool", `{"labels":[]}`, "labels", "at least one"},
		{"tool", `{"labels":[1]}`, "labels[0]", "is not a string"},
		{"tool", `{"created_by_ref":"Harbor Bank"}`, "created_by_ref", "not an identifier"},
		{"tool", `{"object_marking_refs":["` + identity1 + `"]}`, "object_marking_refs[0]", "only refer to marking-definition"},
		{"tool", `{"defanged":true}`, "defanged", "~extension"},
		{"tool", `{"x_Own":1}`, "x_Own", "a property name is"},
		{"tool", `{"xy":1}`, "xy", "a property name is"},
		{"tool", `{"action":1}`, "action", "reserved"},
		{"tool", `{"x_own":1}`, "x_own", "~extension"},
		{"tool", `{"x_own":1,"extensions":{"extension-definition--00000000-0000-4000-8000-000000000001":{"extension_type":"toplevel-property-extension"}}}`, "", ""},
		{"tool", `{"name":"a","lang":"x-private"}`, "", ""},
		{"tool", `{"lang":"a"}`, "lang", "RFC 5646"},
		{"tool", `{"revoked":"no"}`, "revoked", "true or false"},
		// markings
		{"tool", `{"granular_markings":[{"marking_ref":"marking-definition--00000000-0000-4000-8000-000000000001","selectors":["name","tool_types.[0]"]}]}`, "", ""},
		{"tool", `{"granular_markings":[{"marking_ref":"marking-definition--00000000-0000-4000-8000-000000000001","selectors":["tool_types.[1]"]}]}`, "granular_markings[0].selectors[0]", "selects nothing"},
		{"tool", `{"granular_markings":[{"marking_ref":"marking-definition--00000000-0000-4000-8000-000000000001","selectors":["name.x"]}]}`, "granular_markings[0].selectors[0]", "selects nothing"},
		{"tool", `{"granular_markings":[{"marking_ref":"marking-definition--00000000-0000-4000-8000-000000000001","lang":"de","selectors":["name"]}]}`, "granular_markings[0]", "exactly one"},
		{"tool", `{"granular_markings":[{"selectors":["name"]}]}`, "granular_markings[0]", "exactly one"},
		{"marking-definition", `{"object_marking_refs":["marking-definition--00000000-0000-4000-8000-00000000000a"]}`, "object_marking_refs[0]", "mark itself"},
		{"marking-definition", `{"granular_markings":[{"marking_ref":"marking-definition--00000000-0000-4000-8000-00000000000a","selectors":["id"]}]}`, "granular_markings[0].marking_ref", "mark itself"},
		{"marking-definition", `{"definition_type":"own"}`, "definition_type", "~statement or tlp"},
		{"marking-definition", `{"definition_type":null}`, "", "come together"},
		{"marking-definition", `{"definition_type":null,"definition":null}`, "", "neither"},
		{"marking-definition", `{"definition":{"text":"x"}}`, "definition", "a statement"},
		{"marking-definition", `{"definition_type":"tlp","definition":{"tlp":"green"}}`, "definition", "one of the four"},
		{"marking-definition", `{"id":"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","definition":{"tlp":"green"}}`, "", ""},
		{"marking-definition", `{"id":"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","definition":{"tlp":"red"}}`, "definition", "one of the four"},
		{"marking-definition", `{"id":"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","definition":{"tlp":"green"},"external_references":[{"source_name":"x","url":"https://a.example"}]}`, "external_references", "nothing added"},
		// references to elsewhere
		{"tool", `{"external_references":[{"source_name":"a blog"}]}`, "external_references[0]", "none of"},
		{"tool", `{"external_references":[{"url":"https://a.example"}]}`, "external_references[0].source_name", "is missing"},
		{"tool", `{"external_references":[{"source_name":"CVE","external_id":"CVE-2026-1234"}]}`, "external_references[0].source_name", "written cve"},
		{"tool", `{"external_references":[{"source_name":"cve","external_id":"CVE-2026-123"}]}`, "external_references[0].external_id", "CVE-YYYY-NNNN"},
		{"tool", `{"external_references":[{"source_name":"CAPEC","external_id":"CAPEC-1"}]}`, "external_references[0].source_name", "written capec"},
		{"tool", `{"external_references":[{"source_name":"capec","external_id":"163"}]}`, "external_references[0].external_id", "CAPEC-N"},
		{"tool", `{"kill_chain_phases":[{"kill_chain_name":"Own Chain","phase_name":"a"}]}`, "kill_chain_phases[0].kill_chain_name", "~lower case"},
		{"tool", `{"kill_chain_phases":[{"phase_name":"a"}]}`, "kill_chain_phases[0].kill_chain_name", "is missing"},
		// domain objects
		{"campaign", `{"last_seen":"2025-01-01T00:00:00Z"}`, "last_seen", "before first_seen"},
		{"identity", `{"sectors":["fishing"]}`, "sectors[0]", "~industry-sector-ov"},
		{"opinion", `{"opinion":"perhaps"}`, "opinion", "not one of agree"},
		{"indicator", `{"valid_until":"2026-01-01T00:00:00Z"}`, "valid_until", "not after"},
		{"indicator", `{"name":null}`, "", "~name and a description"},
		{"indicator", `{"pattern":"[domain-name:value = ]"}`, "pattern", "character 22"},
		{"indicator", `{"pattern":"[ab:value = 1]"}`, "pattern", "object type of less"},
		{"indicator", `{"pattern":"[abc:xy = 1]"}`, "pattern", "property of less"},
		{"indicator", `{"pattern":"[abc:id = 1]"}`, "", ""},
		{"indicator", `{"pattern":"alert tcp any","pattern_type":"suricata"}`, "", ""},
		{"indicator", `{"pattern_type":"own"}`, "pattern_type", "~pattern-type-ov"},
		{"location", `{"latitude":null}`, "", "come together"},
		{"location", `{"latitude":90.1}`, "latitude", "more than 90"},
		{"location", `{"longitude":-180.5}`, "longitude", "less than -180"},
		{"location", `{"latitude":null,"longitude":null}`, "precision", "needs latitude"},
		{"location", `{"latitude":null,"longitude":null,"precision":null,"country":null,"region":null}`, "", "none of region"},
		{"location", `{"country":"France"}`, "country", "~ISO 3166"},
		{"location", `{"country":"zq"}`, "country", "~ISO 3166"},
		{"malware", `{"name":null}`, "name", "~should have a name"},
		{"malware", `{"sample_refs":["` + identity1 + `"]}`, "sample_refs[0]", "only refer to artifact, file"},
		{"malware-analysis", `{"product":"Own Box"}`, "product", "~lower case"},
		{"malware-analysis", `{"result":null}`, "", "neither result"},
		{"malware-analysis", `{"analysis_ended":"2025-01-01T00:00:00Z"}`, "analysis_ended", "before analysis_started"},
		{"observed-data", `{"number_observed":0}`, "number_observed", "less than 1"},
		{"observed-data", `{"number_observed":1000000000}`, "number_observed", "more than 999999999"},
		{"observed-data", `{"object_refs":null}`, "", "exactly one"},
		{"observed-data", `{"objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1"}}}`, "", "exactly one"},
		{"observed-data", `{"object_refs":null,"objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1"}}}`, "objects", "~deprecated"},
		{"observed-data", `{"object_refs":null,"objects":{"a":{"type":"ipv4-addr"}}}`, "objects.a", "~numbers from 0"},
		{"observed-data", `{"object_refs":null,"objects":{"0":7}}`, "objects.0", "not an observable"},
		{"observed-data", `{"object_refs":["` + malware1 + `"]}`, "object_refs[0]", "observables and relationships"},
		{"observed-data", `{"object_refs":["relationship--00000000-0000-4000-8000-000000000001"]}`, "", ""},
		{"relationship", `{"stop_time":"2026-01-01T00:00:00Z"}`, "stop_time", "not after"},
		{"relationship", `{"relationship_type":"Indicates"}`, "relationship_type", "only of a-z"},
		{"relationship", `{"relationship_type":"likes"}`, "relationship_type", "~not suggested from indicator"},
		{"relationship", `{"target_ref":"report--00000000-0000-4000-8000-000000000001"}`, "target_ref", "~not suggested as the target"},
		{"relationship", `{"target_ref":"sighting--00000000-0000-4000-8000-000000000001"}`, "target_ref", "may not refer to sighting"},
		{"relationship", `{"relationship_type":"related-to","target_ref":"` + identity1 + `"}`, "", ""},
		{"relationship", `{"relationship_type":"derived-from"}`, "relationship_type", "~of one type"},
		{"relationship", `{"relationship_type":"consists-of","source_ref":"infrastructure--00000000-0000-4000-8000-000000000001","target_ref":"url--00000000-0000-5000-8000-000000000001"}`, "", ""},
		{"relationship", `{"relationship_type":"likes","target_ref":"x-own--00000000-0000-4000-8000-000000000001"}`, "", ""},
		{"sighting", `{"count":-1}`, "count", "less than 0"},
		{"sighting", `{"sighting_of_ref":"relationship--00000000-0000-4000-8000-000000000001"}`, "sighting_of_ref", "domain object"},
		{"sighting", `{"sighting_of_ref":"url--00000000-0000-5000-8000-000000000001"}`, "sighting_of_ref", "domain object"},
		{"sighting", `{"where_sighted_refs":["` + malware1 + `"]}`, "where_sighted_refs[0]", "identity, location"},
		{"language-content", `{"contents":{"deutsch_":{"name":"x"}}}`, "contents.deutsch_", "language tag"},
		{"language-content", `{"contents":{"de":"x"}}`, "contents.de", "dictionary"},
		{"language-content", `{"contents":{"de":{"a":"x"}}}`, "contents.de.a", "name of a property"},
		{"extension-definition", `{"description":null}`, "description", "~should be there"},
		{"extension-definition", `{"extension_properties":["toxicity"]}`, "extension_properties", "only for a toplevel"},
		// observables
		{"artifact", `{"payload_bin":"AAAA"}`, "url", "excludes"},
		{"artifact", `{"url":null}`, "", "neither payload_bin nor url"},
		{"artifact", `{"hashes":null}`, "hashes", "a url needs it"},
		{"artifact", `{"encryption_algorithm":null}`, "decryption_key", "needs encryption_algorithm"},
		{"artifact", `{"mime_type":"zip"}`, "mime_type", "~media type"},
		{"file", `{"hashes":{"MD":"00"}}`, "hashes.MD", "3 to 250"},
		{"file", `{"hashes":{"own":"00"}}`, "hashes.own", "~hash-algorithm-ov"},
		{"file", `{"hashes":{"x_own":"00"}}`, "", ""},
		{"file", `{"extensions":{"windows-pebinary-ext":{"pe_type":"elf"}}}`, "extensions.windows-pebinary-ext.pe_type", "~windows-pebinary-type-ov"},
		{"file", `{"extensions":{"windows-pebinary-ext":{"pe_type":"exe","sections":[{"entropy":1}]}}}`, "extensions.windows-pebinary-ext.sections[0].name", "is missing"},
		{"file", `{"extensions":{"pdf-ext":{"document_info_dict":{"Mood":"x"}}}}`, "extensions.pdf-ext.document_info_dict.Mood", "~not a key"},
		{"file", `{"extensions":{"ntfs-ext":{}}}`, "extensions.ntfs-ext", "has no property"},
		{"file", `{"extensions":{"ntfs-ext":{"x_own":1}}}`, "extensions.ntfs-ext.x_own", "~extension"},
		{"file", `{"extensions":{}}`, "extensions", "or left out"},
		{"file", `{"extensions":{"own-ext":{"a":1}}}`, "extensions.own-ext", "~identifier of an extension-definition"},
		{"file", `{"extensions":{"own ext":{"a":1}}}`, "extensions.own ext", "is not the identifier"},
		{"file", `{"extensions":{"own-ext":7}}`, "extensions.own-ext", "is an object"},
		{"file", `{"extensions":{"extension-definition--00000000-0000-4000-8000-000000000001":{"a":1}}}`, "extensions.extension-definition--00000000-0000-4000-8000-000000000001.extension_type", "~what kind"},
		{"file", `{"extensions":{"extension-definition--00000000-0000-4000-8000-000000000001":{"extension_type":"own"}}}`, "extensions.extension-definition--00000000-0000-4000-8000-000000000001.extension_type", "not one of"},
		{"file", `{"extensions":{"extension-definition--00000000-0000-4000-8000-000000000001":{"extension_type":1}}}`, "extensions.extension-definition--00000000-0000-4000-8000-000000000001.extension_type", "not a string"},
		{"network-traffic", `{"dst_ref":null}`, "", "neither src_ref nor dst_ref"},
		{"network-traffic", `{"dst_port":65536}`, "dst_port", "more than 65535"},
		{"network-traffic", `{"dst_port":65535}`, "", ""},
		{"network-traffic", `{"is_active":true}`, "is_active", "although there is an end"},
		{"network-traffic", `{"protocols":["TCP"]}`, "protocols[0]", "~lower case"},
		{"email-message", `{"body":"x"}`, "body", "several parts"},
		{"email-message", `{"is_multipart":false}`, "body_multipart", "several parts"},
		{"process", `{"pid":null}`, "", "none of the properties"},
		{"ipv4-addr", `{"value":"192.0.2.0/33"}`, "value", "IPv4"},
		{"ipv4-addr", `{"value":"192.0.2.0/024"}`, "value", "IPv4"},
		{"ipv4-addr", `{"value":"2001:db8::1"}`, "value", "IPv4"},
		{"ipv4-addr", `{"value":"192.0.2[.]7","defanged":true}`, "", ""},
		{"ipv6-addr", `{"value":"fe80::1%eth0"}`, "value", "IPv6"},
		{"ipv6-addr", `{"value":"2001:db8::/129"}`, "value", "IPv6"},
		{"mac-addr", `{"value":"00:00:5E:00:53:01"}`, "value", "lower-case hex"},
		{"mac-addr", `{"value":"00-00-5e-00-53-01"}`, "value", "lower-case hex"},
		{"email-addr", `{"value":"A <a@bad.example>"}`, "value", "RFC 5322"},
		{"domain-name", `{"value":"https://bad.example"}`, "value", "domain name"},
		{"url", `{"value":"bad.example/a"}`, "value", "RFC 3986"},
		{"windows-registry-key", `{"values":[{"data_type":"REG_OWN"}]}`, "values[0].data_type", "not one of"},
	} {
		o := example(t, c.typ)
		var change map[string]any
		if err := json.Unmarshal([]byte(c.change), &change); err != nil {
			t.Fatalf("%s: %v", c.change, err)
		}
		for k, v := range change {
			if o[k] = v; v == nil {
				delete(o, k)
			}
		}
		r := check(t, o)
		says, warning := strings.CutPrefix(c.says, "~")
		in := r.Errors
		if warning {
			in = r.Warnings
		}
		switch found := finds(in, c.path, says); {
		case c.says == "":
			if len(r.Errors)+len(r.Warnings) > 0 {
				t.Errorf("%s %s: should have no fault: %+v", c.typ, c.change, r)
			}
		case !found || r.Valid != warning:
			t.Errorf("%s %s: want %q at %q, got %+v", c.typ, c.change, c.says, c.path, r)
		}
	}
}

func finds(list []Finding, path, says string) bool {
	for _, f := range list {
		if f.Path == path && strings.Contains(f.Message, says) {
			return true
		}
	}
	return false
}

func TestOwnTypes(t *testing.T) {
	object := func(typ, more string) Result {
		return Object([]byte(`{"type":"` + typ + `","spec_version":"2.1","id":"` + typ + `--00000000-0000-4000-8000-00000000000a"` + more + `}`))
	}
	const times = `,"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z"`
	const ext = `,"extensions":{"extension-definition--00000000-0000-4000-8000-000000000001":{"extension_type":"new-`
	for _, c := range []struct {
		name     string
		r        Result
		valid    bool
		warnings int
	}{
		{"a domain object", object("my-own", times+ext+`sdo"}}`), true, 0},
		{"a domain object without times", object("my-own", ext+`sdo"}}`), false, 0},
		{"an observable", object("my-own", ext+`sco"}}`), true, 0},
		{"without an extension", object("x-own", times), true, 1},
		{"a name with a capital", object("My-own", times+ext+`sdo"}}`), false, 0},
		{"a name with two hyphens", object("my--own", times+ext+`sdo"}}`), false, 0},
		{"a reserved name", object("action", times+ext+`sdo"}}`), false, 0},
	} {
		if c.r.Valid != c.valid || c.valid && len(c.r.Warnings) != c.warnings {
			t.Errorf("%s: %+v", c.name, c.r)
		}
	}
}
