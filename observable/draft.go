package observable

import (
	"crypto/sha1"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/stix"
)

// Draft says how an indicator or observable object is made from a thing.
type Draft struct {
	Thing       Thing
	Also        []Thing                 // further hashes of the same file: the pattern matches a file that has any of them
	NewID       func(typ string) string // gives TYPE--UUIDv4
	Now         time.Time
	Name        string // default: the value
	Description string
	CreatedBy   string // identity id; "" leaves it out
	Markings    []string
	Labels      []string
	Types       []string  // indicator_types, default malicious-activity
	ValidFrom   time.Time // default Now
	ValidUntil  time.Time // zero, or not after ValidFrom, leaves it out
	Confidence  int       // 0 leaves it out
}

// Indicator makes the JSON of a STIX 2.1 indicator; false for kinds without a pattern.
func (d Draft) Indicator() ([]byte, bool) {
	pattern, ok := d.pattern()
	if !ok {
		return nil, false
	}
	w := d.header("indicator", d.Name, 256+2*len(pattern)+len(d.Description))
	types := d.Types
	if len(types) == 0 {
		types = defaultTypes
	}
	w.list("indicator_types", types)
	w.text("pattern", pattern)
	w.text("pattern_type", "stix")
	from := d.ValidFrom
	if from.IsZero() {
		from = d.Now
	}
	w.text("valid_from", stix.FormatTime(from))
	if until := stix.FormatTime(d.ValidUntil); !d.ValidUntil.IsZero() && until > stix.FormatTime(from) {
		w.text("valid_until", until)
	}
	return d.finish(w), true
}

// pattern joins the tests of the thing and of its further hashes by OR.
func (d Draft) pattern() (string, bool) {
	pattern, ok := d.Thing.Pattern()
	if !ok || len(d.Also) == 0 {
		return pattern, ok
	}
	pattern = strings.TrimSuffix(pattern, "]")
	for _, t := range d.Also {
		more, ok := t.Pattern()
		if !ok {
			return "", false
		}
		pattern += " OR " + strings.Trim(more, "[]")
	}
	return pattern + "]", true
}

var defaultTypes = []string{"malicious-activity"}

// header writes the common properties of a domain object.
func (d Draft) header(typ, name string, size int) *writer {
	if name == "" {
		name = d.Thing.Value
	}
	now := stix.FormatTime(d.Now)
	w := &writer{b: append(make([]byte, 0, size+512), '{')}
	w.text("type", typ)
	w.text("spec_version", "2.1")
	w.text("id", d.NewID(typ))
	if d.CreatedBy != "" {
		w.text("created_by_ref", d.CreatedBy)
	}
	w.text("created", now)
	w.text("modified", now)
	w.text("name", name)
	if d.Description != "" {
		w.text("description", d.Description)
	}
	return w
}

func (d Draft) finish(w *writer) []byte {
	w.list("labels", d.Labels)
	if d.Confidence > 0 {
		w.name("confidence")
		w.b = strconv.AppendInt(w.b, int64(min(d.Confidence, 100)), 10)
	}
	w.list("object_marking_refs", d.Markings)
	return append(w.b, '}')
}

// Object makes the STIX cyber-observable of a thing (deterministic id), or a
// vulnerability (cve) or an attack-pattern (attack) as SDO; false for kinds
// without an object type of their own (path, imphash, ja3, ja4, user-agent).
func (d Draft) Object() ([]byte, bool) {
	switch d.Thing.Kind {
	case CVE:
		return d.reference("vulnerability", "cve", d.Thing.Value), true
	case Attack:
		return d.reference("attack-pattern", "mitre-attack", d.Thing.Value), true
	}
	w := &writer{b: append(make([]byte, 0, 256+2*len(d.Thing.Value)), '{')}
	typ, ok := d.property(w)
	if !ok {
		return nil, false
	}
	body := w.b[1:]
	id, ok := stix.ObservableID(fmt.Appendf(nil, `{"type":"%s",%s}`, typ, body))
	if !ok {
		id = typ + "--" + walletUUID(d.Thing.Value)
	}
	out := &writer{b: append(make([]byte, 0, 256+len(body)), '{')}
	out.text("type", typ)
	out.text("spec_version", "2.1")
	out.text("id", id)
	out.b = append(append(out.b, ','), body...)
	out.list("object_marking_refs", d.Markings)
	return append(out.b, '}'), true
}

// property writes the one property that holds the value.
func (d Draft) property(w *writer) (typ string, ok bool) {
	t := d.Thing
	path := paths[t.Kind]
	typ, name, _ := strings.Cut(path, ":")
	switch t.Kind {
	case CIDR:
		typ, name = "ipv4-addr", "value"
		if strings.IndexByte(t.Value, ':') >= 0 {
			typ = "ipv6-addr"
		}
	case ASN:
		w.name("number")
		w.b = append(w.b, strings.TrimPrefix(t.Value, "AS")...)
		return "autonomous-system", true
	case MD5, SHA1, SHA256, SHA512, SSDEEP, TLSH:
		w.name("hashes")
		inner := &writer{b: []byte{'{'}}
		inner.text(strings.Trim(strings.TrimPrefix(name, "hashes."), "'"), t.Value)
		w.b = append(append(w.b, inner.b...), '}')
		return typ, true
	case FilePath, Imphash, JA3, JA4, UserAgent, "":
		return "", false
	}
	if path == "" && t.Kind != CIDR {
		return "", false
	}
	w.text(name, t.Value)
	return typ, true
}

// reference makes a domain object that stands for an entry of a catalogue.
func (d Draft) reference(typ, source, id string) []byte {
	w := d.header(typ, d.Name, len(d.Description))
	w.name("external_references")
	inner := &writer{b: []byte("[{")}
	inner.text("source_name", source)
	inner.text("external_id", id)
	w.b = append(append(w.b, inner.b...), '}', ']')
	return d.finish(w)
}

// walletNamespace is that of STIX identifiers, which wallets borrow: their type
// is not in the standard.
const walletNamespace = "\x00\xab\xed\xb4\xaa\x42\x46\x6c\x9c\x01\xfe\xd2\x33\x15\xa9\xb7"

func walletUUID(address string) string {
	h := sha1.Sum([]byte(walletNamespace + `{"address":"` + address + `"}`))
	h[6] = h[6]&0x0f | 0x50
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// writer appends the members of a JSON object.
type writer struct{ b []byte }

func (w *writer) name(n string) {
	if last := w.b[len(w.b)-1]; last != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), n...), '"', ':')
}

// text appends a string. Bytes that are not UTF-8 become U+FFFD.
func (w *writer) text(n, v string) {
	w.name(n)
	w.quote(v)
}

func (w *writer) quote(v string) {
	out, err := jsontext.AppendQuote(w.b, v)
	if err != nil {
		out, _ = jsontext.AppendQuote(w.b, strings.ToValidUTF8(v, "\ufffd"))
	}
	w.b = out
}

// list appends a list of strings, or nothing when it is empty.
func (w *writer) list(n string, vs []string) {
	if len(vs) == 0 {
		return
	}
	w.name(n)
	w.b = append(w.b, '[')
	for i, v := range vs {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.quote(v)
	}
	w.b = append(w.b, ']')
}
