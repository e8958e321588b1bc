package misp

import (
	"slices"
	"strings"

	"tocsin/observable"
	"tocsin/stix"
)

// said is what the tags of an event or attribute say.
type said struct {
	level      stix.TLP
	unknown    bool // a TLP tag of no level that is known
	labels     []string
	confidence int // 0: nothing
	clusters   []cluster
}

const (
	maxLabels = 50
	maxLabel  = 250 // bytes of one
)

// readTags sorts tags. Of several levels of TLP the narrowest counts.
func readTags(tags []tag, galaxies []galaxy) said {
	var s said
	for _, g := range galaxies {
		s.clusters = append(s.clusters, g.Clusters...)
	}
	for _, t := range tags {
		name := t.Name.text()
		lower := strings.ToLower(name)
		switch {
		case strings.HasPrefix(lower, "tlp:"):
			l, ok := stix.ParseTLP(name)
			s.unknown = s.unknown || !ok
			s.level = max(s.level, l)
		case strings.HasPrefix(lower, "misp-galaxy:"):
			if c, ok := galaxyTag(name); ok && !slices.ContainsFunc(s.clusters, func(o cluster) bool { return o.Type == c.Type && o.Value == c.Value }) {
				s.clusters = append(s.clusters, c)
			}
		default:
			if c, ok := confidences[lower]; ok {
				s.confidence = c
			}
			if name != "" && len(name) <= maxLabel && len(s.labels) < maxLabels && !slices.Contains(s.labels, name) {
				s.labels = append(s.labels, name)
			}
		}
	}
	return s
}

// galaxyTag reads misp-galaxy:TYPE="VALUE".
func galaxyTag(name string) (cluster, bool) {
	typ, v, ok := strings.Cut(name[len("misp-galaxy:"):], "=")
	v = strings.Trim(v, `"`)
	return cluster{Type: loose(typ), Value: loose(v)}, ok && v != ""
}

// confidences are the tags that weigh a statement, on the scale of STIX 2.1
// appendix A.
var confidences = map[string]int{
	`misp:confidence-level="completely-confident"`: 95, `misp:confidence-level="usually-confident"`: 75, `misp:confidence-level="fairly-confident"`: 50, `misp:confidence-level="rarely-confident"`: 25,
	`admiralty-scale:information-credibility="1"`: 90, `admiralty-scale:information-credibility="2"`: 70, `admiralty-scale:information-credibility="3"`: 50,
	`admiralty-scale:information-credibility="4"`: 30, `admiralty-scale:information-credibility="5"`: 10,
	`estimative-language:confidence-in-analytic-judgment="low"`: 15, `estimative-language:confidence-in-analytic-judgment="moderate"`: 50, `estimative-language:confidence-in-analytic-judgment="high"`: 85,
}

// markings gives the identifiers for a level; a level that is not known is the
// narrowest there is.
func (s said) markings(otherwise []string) []string {
	switch {
	case s.unknown:
		return []string{stix.Red.MarkingID()}
	case s.level == stix.TLPNone:
		return otherwise
	}
	return []string{s.level.MarkingID()}
}

// narrower gives the narrower of two lists of markings.
func narrower(a, b []string) []string {
	if level(b) > level(a) {
		return b
	}
	return a
}

// level gives the narrowest level of some markings.
func level(markings []string) (l stix.TLP) {
	for _, m := range markings {
		l = max(l, stix.TLPOf(m))
	}
	return l
}

// galaxies gives the object type of a galaxy by words in its name.
var galaxies = []struct{ word, typ string }{
	{"attack-pattern", "attack-pattern"}, {"intrusion-set", "intrusion-set"}, {"threat-actor", "threat-actor"}, {"microsoft-activity-group", "intrusion-set"}, {"course-of-action", "course-of-action"},
	{"campaign", "campaign"}, {"malware", "malware"}, {"malpedia", "malware"}, {"ransomware", "malware"}, {"stealer", "malware"}, {"botnet", "malware"}, {"backdoor", "malware"}, {"banker", "malware"},
	{"rat", "malware"}, {"exploit-kit", "malware"}, {"cryptominers", "malware"}, {"android", "malware"}, {"tool", "tool"}, {"surveillance-vendor", "threat-actor"},
}

// cluster makes the object of a galaxy cluster and gives its identifier, "" when
// it is of a galaxy that has none. The identifier belongs to the event: the same
// cluster in somebody else's event is somebody else's object.
func (c *conversion) cluster(k cluster) string {
	galaxy, value := strings.ToLower(k.Type.text()), k.Value.text()
	typ := ""
	for _, g := range galaxies {
		if galaxy == g.word || strings.HasSuffix(galaxy, "-"+g.word) || strings.HasPrefix(galaxy, g.word+"-") {
			typ = g.typ
			break
		}
	}
	if typ == "" || value == "" {
		return ""
	}
	w := c.head(typ, derived(c.uuid, typ, value), c.created, c.modified)
	if _, known := c.seen[w.id]; known {
		return w.id
	}
	w.text("name", value)
	switch typ {
	case "malware":
		w.raw("is_family", "true")
	case "attack-pattern":
		if i := strings.LastIndex(value, " - "); i > 0 {
			if t, err := observable.Canonical(observable.Attack, value[i+3:]); err == nil {
				w.raw("external_references", `[{"source_name":"mitre-attack","external_id":"`+t.Value+`"}]`)
			}
		}
	}
	c.emit(w.id, w, c.markings, c.place)
	return w.id
}
