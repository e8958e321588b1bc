package observable

import (
	"slices"
	"strings"

	"tocsin/stix"
)

// FromObject gives the things that an object itself names: of a cyber-observable
// its value or hashes (the name of a file only where it has no hash), of an
// indicator those of its pattern, of a vulnerability its CVE, of an
// attack-pattern its ATT&CK identifier.
func FromObject(o *stix.Object) []Thing {
	if o.Type == "indicator" {
		if o.PatternType != "stix" && o.PatternType != "" {
			return nil
		}
		return FromPattern(o.Pattern)
	}
	switch o.Type {
	case "file":
		return fileThings(o)
	case "vulnerability", "attack-pattern":
		return known(o)
	}
	property := "value"
	switch o.Type {
	case "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr", "cryptocurrency-wallet":
	case "mutex":
		property = "name"
	case "windows-registry-key":
		property = "key"
	case "autonomous-system":
		property = "number"
	case "x-cryptocurrency-wallet":
		property = "address"
	default:
		return nil
	}
	var p patternReader
	leaves(o.Raw, func(f stix.Field) {
		if len(f.Path) == 1 && f.Path[0].Key == property {
			p.add(test{path: o.Type + ":" + property}, f.Value)
		}
	})
	return p.things
}

// leaves visits the values that are no property names.
func leaves(raw []byte, f func(stix.Field)) {
	_ = stix.Walk(raw, func(l stix.Field) error { // f never fails
		if !l.IsKey {
			f(l)
		}
		return nil
	})
}

func fileThings(o *stix.Object) []Thing {
	var p patternReader
	name := ""
	leaves(o.Raw, func(f stix.Field) {
		switch {
		case len(f.Path) == 2 && f.Path[0].Key == "hashes":
			p.add(test{path: "file:hashes." + f.Path[1].Key}, f.Value)
		case len(f.Path) == 1 && f.Path[0].Key == "name":
			name = f.Value
		case len(f.Path) == 3 && f.Path[0].Key == "extensions" && f.Path[2].Key == "imphash":
			p.add(test{path: "file:extensions.windows-pebinary-ext.imphash"}, f.Value)
		}
	})
	if len(p.things) == 0 {
		p.add(test{path: "file:name"}, name)
	}
	return p.things
}

// known reads identifiers from external references, and a CVE from the name.
func known(o *stix.Object) []Thing {
	kind := CVE
	if o.Type == "attack-pattern" {
		kind = Attack
	}
	var out []Thing
	leaves(o.Raw, func(f stix.Field) {
		last := f.Path.Last()
		reference := len(f.Path) == 3 && f.Path[0].Key == "external_references" && last == "external_id"
		name := len(f.Path) == 1 && last == "name"
		if f.Kind != stix.String || !reference && !name || len(f.Value) > 64 {
			return
		}
		v := f.Value
		if name && kind == Attack {
			v, _, _ = strings.Cut(v, " ")
		}
		if t, err := Canonical(kind, v); err == nil && !slices.Contains(out, t) {
			out = append(out, t)
		}
	})
	return out
}
