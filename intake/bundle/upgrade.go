package bundle

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

// upgraded is an object of 2.1 made from one of 2.0.
type upgraded struct {
	raw   []byte
	place string
}

// member is a property of an object with the bytes of its value.
type member struct {
	name  string
	value jsontext.Value
}

// members gives the properties of an object in their order, read strictly.
func members(raw []byte) ([]member, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, fault.New(fault.Invalid, "this is not a JSON object")
	}
	var out []member
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, fault.New(fault.Invalid, "this is not valid JSON")
		}
		m := member{name: name.String()}
		v, err := dec.ReadValue()
		if err != nil {
			return nil, fault.New(fault.Invalid, "this is not valid JSON")
		}
		m.value = slices.Clone(v)
		out = append(out, m)
	}
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '}' {
		return nil, fault.New(fault.Invalid, "this is not valid JSON")
	}
	return out, nil
}

// object writes properties as an object.
func object(ms []member) []byte {
	b := []byte{'{'}
	for i, m := range ms {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(quote(b, m.name), ':'), m.value...)
	}
	return append(b, '}')
}

// quote appends a JSON string. Its text was read strictly, so it is UTF-8.
func quote(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil {
		return append(b, `""`...)
	}
	return out
}

func find(ms []member, name string) int {
	return slices.IndexFunc(ms, func(m member) bool { return m.name == name })
}

// text gives the value of a property that is a string, "" for any other.
func text(ms []member, name string) string {
	i := find(ms, name)
	if i < 0 {
		return ""
	}
	s, err := jsontext.AppendUnquote(nil, ms[i].value)
	if err != nil {
		return ""
	}
	return string(s)
}

// stringsOf gives a list of strings, and false for any other value.
func stringsOf(v jsontext.Value) ([]string, bool) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(v))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '[' {
		return nil, false
	}
	var out []string
	for dec.PeekKind() == '"' {
		t, err := dec.ReadToken()
		if err != nil {
			return nil, false
		}
		out = append(out, t.String())
	}
	return out, dec.PeekKind() == ']'
}

// texts writes a list of strings.
func texts(ss []string) jsontext.Value {
	b := []byte{'['}
	for i, s := range ss {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, s)
	}
	return append(b, ']')
}

// kinds gives, for the types whose labels were words of a vocabulary in 2.0,
// the property that 2.1 has for them and the words of both versions (STIX 2.0
// part 2; STIX 2.1 section 10).
var kinds = map[string]struct{ property, words string }{
	"indicator":    {"indicator_types", " anomalous-activity anonymization attribution benign compromised malicious-activity unknown "},
	"malware":      {"malware_types", " adware backdoor bootkit bot ddos downloader dropper exploit-kit keylogger ransomware remote-access-trojan resource-exploitation rogue-security-software rootkit screen-capture spyware trojan unknown virus webshell wiper worm "},
	"report":       {"report_types", " attack-pattern campaign identity incident indicator intrusion-set malware observed-data threat-actor threat-report tool vulnerability "},
	"threat-actor": {"threat_actor_types", " activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled nation-state private-sector sensationalist spy terrorist unknown "},
	"tool":         {"tool_types", " credential-exploitation denial-of-service exploitation information-gathering network-capture remote-access unknown vulnerability-scanning "},
}

// upgrade makes objects of 2.1 from one of 2.0: the object itself, and the
// observables that observed-data holds. What both versions have in common, and
// what neither knows, keeps its bytes.
func upgrade(raw []byte, place string) ([]upgraded, error) {
	ms, err := members(raw)
	if err != nil {
		return nil, err
	}
	typ := text(ms, "type")
	ms = slices.Insert(ms, find(ms, "type")+1, member{"spec_version", jsontext.Value(`"2.1"`)})
	ms = relabel(ms, typ)
	switch typ {
	case "indicator":
		ms = missing(ms, "pattern_type", `"stix"`)
	case "malware":
		ms = missing(ms, "is_family", "true")
	case "observed-data":
		return observed(ms, place)
	}
	return []upgraded{{object(ms), place}}, nil
}

// missing adds a property that 2.1 demands, where it is not there already.
func missing(ms []member, name, value string) []member {
	if find(ms, name) < 0 {
		ms = append(ms, member{name, jsontext.Value(value)})
	}
	return ms
}

// relabel moves labels that are words of the type's vocabulary to the property
// that 2.1 has for them; others stay labels. An identity's labels were its roles.
func relabel(ms []member, typ string) []member {
	i := find(ms, "labels")
	if i < 0 {
		return ms
	}
	k, ok := kinds[typ]
	if typ == "identity" {
		k.property, ok = "roles", true
	}
	labels, isList := stringsOf(ms[i].value)
	if !ok || !isList || find(ms, k.property) >= 0 {
		return ms
	}
	var words, rest []string
	for _, l := range labels {
		if typ == "identity" || strings.Contains(k.words, " "+strings.ToLower(l)+" ") {
			words = append(words, l)
		} else {
			rest = append(rest, l)
		}
	}
	if len(words) == 0 {
		return ms
	}
	if typ != "identity" {
		for j := range words {
			words[j] = strings.ToLower(words[j])
		}
	}
	with := []member{{k.property, texts(words)}}
	if len(rest) > 0 {
		with = append(with, member{"labels", texts(rest)})
	}
	return slices.Replace(ms, i, i+1, with...)
}
