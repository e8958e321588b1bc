package pattern

import (
	"cmp"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

// seen is one observed-data object: what was seen, when, and how often.
type seen struct {
	roots       []map[string]any
	objects     map[string]map[string]any // by identifier, or by key of the deprecated objects property
	first, last time.Time
	count       int // number_observed
}

// observed-data as it is decoded.
type observedData struct {
	ID         string                    `json:"id"`
	First      string                    `json:"first_observed"`
	Last       string                    `json:"last_observed"`
	Number     *int                      `json:"number_observed"`
	ObjectRefs []string                  `json:"object_refs"`
	Objects    map[string]map[string]any `json:"objects"`
}

// readBundles gives the observations of bundles in order of their first sight.
// Each bundle stands alone: a reference leads only to what its own bundle holds
// and its observation lists.
func readBundles(bundles []jsontext.Value) ([]*seen, error) {
	var out []*seen
	for _, raw := range bundles {
		var b struct {
			Objects []jsontext.Value `json:"objects"`
		}
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, unreadable(err)
		}
		var observed []observedData
		byID := map[string]map[string]any{}
		for _, o := range b.Objects {
			var head struct {
				Type string `json:"type"`
				ID   string `json:"id"`
			}
			if err := json.Unmarshal(o, &head); err != nil {
				return nil, unreadable(err)
			}
			if head.Type == "observed-data" {
				var d observedData
				if err := json.Unmarshal(o, &d); err != nil {
					return nil, unreadable(err)
				}
				observed = append(observed, d)
				continue
			}
			var v map[string]any
			if err := json.Unmarshal(o, &v); err != nil {
				return nil, unreadable(err)
			}
			if head.ID != "" {
				byID[head.ID] = v
			}
		}
		for _, d := range observed {
			s, err := d.seen(byID)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b *seen) int { return cmp.Or(a.first.Compare(b.first), a.last.Compare(b.last)) })
	return out, nil
}

func unreadable(error) error {
	return fault.At(fault.Invalid, "observations", "are a list of bundles with observed-data objects and what they refer to")
}

func (d *observedData) seen(byID map[string]map[string]any) (*seen, error) {
	s := &seen{count: 1, objects: map[string]map[string]any{}}
	var err error
	if s.first, err = readTime(d.First); err != nil {
		return nil, fault.At(fault.Invalid, "observations.first_observed", "is not a timestamp")
	}
	if s.last, err = readTime(d.Last); err != nil {
		return nil, fault.At(fault.Invalid, "observations.last_observed", "is not a timestamp")
	}
	if s.last.Before(s.first) {
		return nil, fault.At(fault.Invalid, "observations.last_observed", "is before first_observed")
	}
	if d.Number != nil {
		if s.count = *d.Number; s.count < 1 || s.count > 999_999_999 {
			return nil, fault.At(fault.Invalid, "observations.number_observed", "is from 1 to 999,999,999")
		}
	}
	if len(d.ObjectRefs) == 0 {
		s.objects = d.Objects
	}
	for _, id := range d.ObjectRefs {
		if o := byID[id]; o != nil {
			s.objects[id] = o
		}
	}
	for _, o := range s.objects {
		s.roots = append(s.roots, o)
	}
	return s, nil
}
