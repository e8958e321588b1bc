package privacy

import (
	"encoding/base64"
	"strings"

	"tocsin/stix"
)

// What stands where a removed value must keep its type, on names and addresses
// that lead nowhere (RFC 2606, RFC 1122).
const (
	removedHost    = "removed.invalid"
	removedMailbox = "removed@" + removedHost
	removedBytes   = "W3JlbW92ZWRd" // "[removed]"
)

// substitutes are the values that stand for the removed ones of observables.
var substitutes = map[string]string{
	"email-addr": removedMailbox, "ipv4-addr": "0.0.0.0", "ipv6-addr": "::", "mac-addr": "00:00:00:00:00:00", "domain-name": removedHost, "url": "https://" + removedHost + "/",
}

// structural are properties that say what an object is and when; their form was
// checked when the object was read.
var structural = map[string]bool{
	"type": true, "id": true, "spec_version": true, "created": true, "modified": true, "valid_from": true, "valid_until": true, "pattern_type": true, "object_marking_refs": true, "granular_markings": true, "lang": true,
	"first_seen": true, "last_seen": true, "first_observed": true, "last_observed": true, "published": true, "start_time": true, "stop_time": true, "definition_type": true, "relationship_type": true, "identity_class": true,
}

// threats are the types whose names and prose are about the attacker.
var threats = map[string]bool{
	"threat-actor": true, "intrusion-set": true, "campaign": true, "malware": true, "tool": true, "attack-pattern": true, "vulnerability": true, "infrastructure": true, "indicator": true, "malware-analysis": true, "course-of-action": true,
}

// unlabelled are properties of prose: their names say nothing of a value.
var unlabelled = map[string]bool{
	"description": true, "content": true, "abstract": true, "url": true, "source_name": true, "external_id": true, "path": true, "command_line": true, "statement": true, "text": true, "comment": true, "body": true, "subject": true,
	"value": true, "key": true, "data": true, "explanation": true, "pattern": true, "object_refs": true, "labels": true, "cwd": true, "goals": true, "string": true, "strings": true,
}

// field judges one field of an object by what it is for.
func (r *report) field(o *stix.Object, who role, f stix.Field, j *judged) {
	switch {
	case f.IsKey:
		r.key(f, j)
	case len(f.Path) == 1 && structural[j.top] && f.Kind == stix.String && !strings.ContainsAny(f.Value, " @"):
	case f.Kind == stix.Bool:
	case f.Kind == stix.Number:
		r.number(f, j, who)
	case isReference(f):
	case j.top == "granular_markings":
	case j.top == "hashes" && isDigest(f.Value), f.Path.Last() == "payload_bin" && r.payload(o, j):
	case r.observable(o, who, f, j):
	case r.identity(o, who, f, j):
	default:
		at := field{side: who.side}
		if threats[o.Type] {
			at.lean = -1
			if len(f.Path) <= 2 && (j.top == "name" || strings.HasSuffix(j.top, "aliases")) && who.side == 0 {
				at.side = -1
			}
		}
		if o.Type == "indicator" && j.top == "name" {
			at.side = 0
		}
		if o.Type == "indicator" && j.top == "pattern" {
			at.side = -1
			if strings.Contains(f.Value, "to_refs") || strings.Contains(f.Value, "cc_refs") {
				if at.side = 1; strings.Contains(f.Value, "from_ref") || strings.Contains(f.Value, "sender_ref") {
					at.side = 0
				}
			}
		}
		at.byline = j.top == "external_references"
		r.prose(f, j, at)
	}
}

// byline holds the names of whom a reference credits (a person decides), unless it
// is a full citation: that is how a public source is found.
func byline(s string, spans []Span) {
	cited := strings.Contains(s, "Retrieved") || strings.Contains(s, " (20") || strings.Contains(s, " (19") || strings.Contains(s, "(n.d.)")
	for i := range spans {
		if sp := &spans[i]; sp.Type == "person" && sp.Verdict != Keep && (sp.Reason == "name" || sp.Reason == "name-full" || sp.Reason == "name-doubtful" || cited && (sp.Reason == "name-role" || sp.Reason == "name-greeting")) {
			if sp.Verdict, sp.Reason = Hold, "byline"; cited {
				sp.Verdict = Keep
			}
		}
	}
}

// prose scans the value, with the property's name as its label.
func (r *report) prose(f stix.Field, j *judged, at field) {
	if f.Value == "" {
		return
	}
	last := f.Path.Last()
	if !unlabelled[last] && !(len(f.Path) == 1 && last == "name") {
		at.label = labelOf(f.Path)
	}
	j.spans, j.prose, j.at = r.g.judge(f.Value, at, r.m), true, at
}

// isReference tells identifiers of objects.
func isReference(f stix.Field) bool {
	k := f.Path.Last()
	if !strings.HasSuffix(k, "_ref") && !strings.HasSuffix(k, "_refs") {
		return false
	}
	_, ok := stix.CheckID(f.Value)
	return ok
}

// isDigest tells a hash, also in base64 or as ssdeep writes it, from words.
func isDigest(s string) bool {
	if len(s) < 16 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c == ' ' || c == '@' || c >= 0x80 {
			return false
		}
	}
	return true
}

// key replaces the name of a property that is a person's value.
func (r *report) key(f stix.Field, j *judged) {
	if _, id := stix.CheckID(f.Value); !id {
		if own := r.m.own.Find(f.Value); len(own) > 0 {
			j.spans = []Span{{0, len(f.Value), typeOwn, Remove, own[0].Reason, 0}}
			r.keys++
			j.instead = "removed_" + itoa(r.keys)
			return
		}
	}
	simple := len(f.Value) <= 64
	for i := range len(f.Value) {
		c := f.Value[i]
		simple = simple && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-')
	}
	if simple {
		return
	}
	if _, ok := stix.CheckID(f.Value); ok {
		return
	}
	for _, sp := range r.g.judge(f.Value, field{}, r.m) {
		if sp.Verdict != Keep {
			j.spans = append(j.spans, Span{0, len(f.Value), sp.Type, Remove, "property-name", 0})
			r.keys++
			j.instead = "removed_" + itoa(r.keys)
			return
		}
	}
}

// number judges numbers: exact positions, and numbers that their label calls personal.
func (r *report) number(f stix.Field, j *judged, who role) {
	switch strings.ToLower(f.Path.Last()) {
	case "latitude", "longitude", "lat", "lon", "lng", "long", "gps_lat", "gps_lon", "x_lat", "x_lon", "coordinates":
		whole, fraction, ok := strings.Cut(f.Value, ".")
		if !ok || strings.Trim(fraction, "0") == "" || who.side < 0 {
			return
		}
		if strings.ContainsAny(fraction, "eE") || whole == "" || whole == "-" {
			whole = "0"
		}
		j.instead = whole
		j.spans = []Span{{0, len(f.Value), "geo_coordinates", Remove, "exact-position", 0}}
		return
	}
	if len(f.Value) < 3 || who.side < 0 {
		return
	}
	for _, sp := range r.g.judge(f.Value, field{label: labelOf(f.Path), side: who.side}, r.m) {
		if sp.Verdict != Keep {
			j.instead = "0"
			j.spans = []Span{{0, len(f.Value), sp.Type, Remove, sp.Reason, 0}}
			return
		}
	}
}

// payload judges base64 content: text is looked into, and what can't be read is
// held unless it is under a key, as samples of malware are kept.
func (r *report) payload(o *stix.Object, j *judged) bool {
	if j.value == "" || j.value == removedBytes {
		return true
	}
	b, err := base64.StdEncoding.DecodeString(j.value)
	if err != nil || !printable(string(b)) {
		if !strings.Contains(string(o.Raw), `"encryption_algorithm"`) && !executable(b) {
			j.spans = []Span{{0, len(j.value), "encoded_personal", Hold, "unread-content", 0}}
		}
		return true
	}
	m := newMemory(r.g)
	m.nested = 1
	for _, sp := range r.g.judge(string(b), field{}, m) {
		if sp.Verdict != Keep {
			j.instead = removedBytes
			j.spans = []Span{{0, len(j.value), "encoded_personal", Remove, "encoded-person", 0}}
			break
		}
	}
	return true
}

// executable tells programs by their first bytes.
func executable(b []byte) bool {
	s := string(b[:min(4, len(b))])
	return strings.HasPrefix(s, "MZ") || s == "\x7fELF" || s == "\xcf\xfa\xed\xfe" || s == "\xca\xfe\xba\xbe"
}

// whole decides on all of a field.
func (j *judged) whole(typ string, v Verdict, reason string) {
	if j.value != "" && !onlyPlaceholder(j.value) {
		j.spans = []Span{{0, len(j.value), typ, v, reason, 0}}
	}
}

// onlyPlaceholder tells what a gate left already.
func onlyPlaceholder(s string) bool {
	if len(s) < 3 || s[0] != '[' || s[len(s)-1] != ']' {
		return false
	}
	word, _, _ := strings.Cut(s[1:len(s)-1], "-")
	return strings.Contains(types, " "+word+" ")
}

// observable judges the values that cyber-observables are about.
func (r *report) observable(o *stix.Object, who role, f stix.Field, j *judged) bool {
	if len(f.Path) != 1 {
		return false
	}
	switch o.Type + "." + j.top {
	case "email-addr.value":
		r.mailbox(who, j)
	case "email-addr.display_name":
		r.displayName(who, j)
	case "user-account.account_login", "user-account.user_id", "user-account.display_name", "user-account.credential":
		r.account(who, j)
	case "ipv4-addr.value", "ipv6-addr.value":
		if who.side > 0 && who.home && j.value != substitutes[o.Type] {
			j.whole("ip_address", Remove, who.reason)
			j.instead = substitutes[o.Type]
		}
	case "mac-addr.value":
		j.very = true
		switch {
		case who.side > 0 && j.value != substitutes[o.Type]:
			j.whole("mac_address", Remove, who.reason)
			j.instead = substitutes[o.Type]
		case who.side == 0 && j.value != substitutes[o.Type]:
			j.whole("mac_address", Hold, "role-unknown")
		}
	case "location.street_address", "location.postal_code":
		if who.side >= 0 {
			j.whole("address", Remove, "postal-address")
		}
	default:
		return false
	}
	return true
}

// mailbox judges the value of an email-addr.
func (r *report) mailbox(who role, j *judged) {
	if j.value == removedMailbox || j.value == "" {
		return
	}
	j.very = true
	spans := r.g.judge(j.value, field{side: 2 * who.side}, r.m)
	if len(spans) != 1 || spans[0].Start != 0 || spans[0].End != len(j.value) {
		spans = []Span{{0, len(j.value), "email", Hold, "mail-unknown", 0}}
	}
	switch {
	case who.doubt:
		spans[0].Verdict, spans[0].Reason = Hold, who.reason
	case who.side != 0 && spans[0].Verdict != Keep && spans[0].Reason != "mail-function" && who.side > 0:
		spans[0].Verdict, spans[0].Reason = Remove, who.reason
	case who.side < 0:
		spans[0].Verdict, spans[0].Reason = Keep, who.reason
	}
	j.spans, j.instead = spans, removedMailbox
	r.m.learn(j.value, spans)
}

// displayName goes with its mailbox; one of which nothing is known is held with it.
func (r *report) displayName(who role, j *judged) {
	switch {
	case who.doubt:
		j.whole("person", Hold, who.reason)
	case who.side > 0:
		j.whole("person", Remove, who.reason)
	case who.side == 0:
		j.whole("person", Hold, "role-unknown")
	}
	r.m.learn(j.value, j.spans)
}

// account judges the names of a user account: a victim's, unless something says otherwise.
func (r *report) account(who role, j *judged) {
	if who.side < 0 {
		return
	}
	low := strings.ToLower(j.value)
	typ := "username"
	switch {
	case j.top == "display_name":
		typ = "person"
		if r.g.look(j.value)&fBuiltin != 0 {
			return
		}
	case j.top == "credential":
		typ = "secret"
	case r.g.look(low)&fBuiltin != 0 || j.top == "user_id" && (allDigits(low) || strings.HasPrefix(low, "s-1-")) || strings.HasSuffix(low, "$"):
		return
	}
	reason := who.reason
	if reason == "" {
		reason = "login"
	}
	j.whole(typ, Remove, reason)
	r.m.learn(j.value, j.spans)
}

// identity judges who an identity object is.
func (r *report) identity(o *stix.Object, who role, f stix.Field, j *judged) bool {
	if o.Type != "identity" || len(f.Path) != 1 {
		return false
	}
	switch {
	case j.top == "name" && !who.individual && who.class != "":
	case j.top == "name" && who.individual:
		j.very = true
		switch {
		case who.doubt:
			j.whole("person", Hold, who.reason)
		case who.side >= 0:
			j.whole("person", Remove, "individual")
			r.m.learn(j.value, j.spans)
		}
	case j.top == "contact_information" && who.individual && who.side >= 0:
		typ := "person"
		for _, sp := range r.g.judge(j.value, field{side: 1}, newMemory(r.g)) {
			typ = sp.Type
			break
		}
		v := Remove
		if who.doubt {
			v = Hold
		}
		j.whole(typ, v, "individual")
	default:
		return false
	}
	return true
}
