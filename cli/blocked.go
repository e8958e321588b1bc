package cli

import (
	"tocsin/api"
	"tocsin/observable"
	"tocsin/privacy"
	"tocsin/stix"
)

// blocked gives the domains, addresses and URLs of an indicator as feeds carry
// them.
func blocked(o api.PreviewObject) []string {
	obj, err := stix.Parse(o.Object, stix.Limits{})
	if err != nil || obj.Type != "indicator" {
		return nil
	}
	var out []string
	for _, t := range observable.FromObject(&obj) {
		if reason, special := observable.Special(t); special && reason != "documentation" || privacy.HasPlaceholder(t.Value) {
			continue
		}
		switch t.Kind {
		case observable.Domain, observable.IPv4, observable.IPv6, observable.URL:
			out = append(out, t.Value)
		}
	}
	return out
}
