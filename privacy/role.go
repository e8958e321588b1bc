package privacy

import (
	"strconv"
	"strings"

	"tocsin/stix"
)

// role is the side of an object, from what it says itself and from the references
// between the objects of a report.
type role struct {
	side       int8 // 1 victim, -1 attacker
	doubt      bool
	home       bool // of a home, not of an organisation
	individual bool
	class      string
	reason     string
	weight     int8 // of what decided the side
}

func itoa(n int) string { return strconv.Itoa(n) }

// weights of what decides a side.
const (
	byText      = 1
	byNeighbour = 2
	byReference = 3
)

// set takes a side unless something heavier decided already. Of two equal
// reasons the victim's wins: what is removed by mistake can be asked for.
func (r *report) set(id string, side int8, weight int8, reason string) {
	i, ok := r.index[id]
	if !ok {
		return
	}
	if w := &r.roles[i]; weight > w.weight || weight == w.weight && side > w.side {
		w.side, w.weight, w.reason = side, weight, reason
	}
}

// assignRoles reads each object's own words, then its references, then lets
// neighbours follow.
func (r *report) assignRoles() {
	for i := range r.objs {
		r.ownWords(i)
	}
	for i := range r.objs {
		r.byReferences(i)
	}
	for range 2 {
		for i := range r.objs {
			r.byNeighbours(i)
		}
	}
}

// ownWords weighs what an object's remarks say of it.
func (r *report) ownWords(i int) {
	o := &r.objs[i]
	if o.Family != stix.SCO && o.Type != "identity" { // of others nobody asks
		return
	}
	w := &r.roles[r.role[i]]
	sum, home := 0, false
	_ = stix.Walk(o.Raw, func(f stix.Field) error {
		if f.IsKey || f.Kind != stix.String || len(f.Value) > 2000 {
			return nil
		}
		top := topOf(f.Path)
		if o.Type == "identity" && top == "identity_class" {
			w.class = f.Value
			w.individual = strings.EqualFold(f.Value, "individual")
		}
		if structural[top] || !remark(o, top) || isReference(f) {
			return nil
		}
		r.toks = r.g.tokenize(f.Value, r.toks[:0])
		heavy := 1
		if strings.Contains(top, "role") {
			heavy = 3 // said in so many words
		}
		for _, t := range r.toks {
			sum += heavy * weigh(t.f)
			home = home || t.f&fHome != 0
			w.doubt = w.doubt || t.f&fDoubt != 0 && o.Family == stix.SCO
		}
		return nil
	})
	w.home = home
	if o.Type == "network-traffic" || o.Type == "email-message" {
		return
	}
	switch {
	case sum > 0 && (o.Type != "ipv4-addr" && o.Type != "ipv6-addr" || home):
		w.side, w.weight, w.reason = 1, byText, "said-victim"
	case sum < 0:
		w.side, w.weight, w.reason = -1, byText, "said-attacker"
	}
}

// remark tells the properties in which people write what an object is.
func remark(o *stix.Object, top string) bool {
	switch top {
	case "labels", "description":
		return true
	case "name", "contact_information", "value":
		return false
	}
	return strings.HasPrefix(top, "x_") && o.Type != "identity"
}

// mailSides are the references of a mail: who sent it is the attacker, who got it isn't.
var mailSides = map[string]int8{"from_ref": -1, "sender_ref": -1, "to_refs": 1, "cc_refs": 1, "bcc_refs": 1}

// hostile are relationships whose target belongs to what the source is, when the
// source is a threat.
var hostile = map[string]bool{"controls": true, "uses": true, "owns": true, "hosts": true, "consists-of": true, "communicates-with": true, "beacons-to": true, "exfiltrates-to": true, "downloads": true, "drops": true, "related-to": true, "delivers": true, "authored-by": true, "variant-of": true, "based-on": true}

// byReferences gives sides to what an object refers to.
func (r *report) byReferences(i int) {
	o := &r.objs[i]
	if o.CreatedBy != "" {
		r.set(o.CreatedBy, 1, byNeighbour, "creator")
	}
	if !refers[o.Type] {
		return
	}
	refs := stix.References(o.Raw)
	get := func(name string) string {
		for _, ref := range refs {
			if ref.Path == name {
				return ref.ID
			}
		}
		return ""
	}
	switch o.Type {
	case "email-message":
		for _, ref := range refs {
			name, _, _ := strings.Cut(ref.Path, ".")
			if side := mailSides[name]; side > 0 {
				r.set(ref.ID, 1, byReference, "mail-recipient")
			} else if side < 0 {
				r.set(ref.ID, -1, byNeighbour, "mail-sender")
			}
		}
	case "network-traffic":
		if r.roles[r.role[i]].home {
			src := get("src_ref")
			if k, ok := r.index[src]; ok {
				r.roles[k].home = true
			}
			r.set(src, 1, byReference, "home-of-victim")
			r.set(get("dst_ref"), -1, byNeighbour, "traffic-of-attack")
		}
	case "relationship":
		r.relationship(o, get("source_ref"), get("target_ref"))
	case "malware", "malware-analysis", "infrastructure":
		for _, ref := range refs {
			if strings.HasPrefix(ref.Path, "sample_refs") || strings.HasPrefix(ref.Path, "analysis_sco_refs") {
				r.set(ref.ID, -1, byNeighbour, "of-malware")
			}
		}
	}
}

// refers are the types of which byReferences reads more than the creator.
var refers = map[string]bool{"email-message": true, "network-traffic": true, "relationship": true, "malware": true, "malware-analysis": true, "infrastructure": true}

// relationship gives a side to the ends of a relationship.
func (r *report) relationship(o *stix.Object, source, target string) {
	kind := ""
	_ = stix.Walk(o.Raw, func(f stix.Field) error {
		if len(f.Path) == 1 && !f.IsKey && topOf(f.Path) == "relationship_type" {
			kind = f.Value
		}
		return nil
	})
	from, _, _ := strings.Cut(source, "--")
	switch {
	case kind == "targets" || kind == "compromises" || kind == "phishes" || kind == "victimizes":
		r.set(target, 1, byReference, "target")
	case kind == "attributed-to" || kind == "impersonates":
		if k, ok := r.index[target]; ok {
			if r.roles[k].individual {
				r.roles[k].doubt, r.roles[k].reason = true, kind
			} else if kind == "attributed-to" && threats[from] {
				r.set(target, -1, byReference, "of-threat")
			}
		}
	case hostile[kind] && (threats[from] || r.hasSide(source, -1)):
		r.set(target, -1, byReference, "of-threat")
	case kind == "related-to" && threats[strings.SplitN(target, "--", 2)[0]]:
		r.set(source, -1, byNeighbour, "of-threat")
	}
}

func (r *report) hasSide(id string, side int8) bool {
	i, ok := r.index[id]
	return ok && r.roles[i].side == side
}

// byNeighbours lets mailbox and account of one person have one side.
func (r *report) byNeighbours(i int) {
	o := &r.objs[i]
	if o.Type != "email-addr" && o.Type != "user-account" {
		return
	}
	for _, ref := range stix.References(o.Raw) {
		if ref.Path != "belongs_to_ref" {
			continue
		}
		own := r.roles[r.role[i]]
		if w := own; w.side != 0 {
			r.set(ref.ID, w.side, byNeighbour, w.reason)
		}
		if k, ok := r.index[ref.ID]; ok && r.roles[k].side != 0 && r.roles[k].weight >= own.weight {
			r.set(o.ID, r.roles[k].side, byNeighbour, r.roles[k].reason)
		}
	}
}
