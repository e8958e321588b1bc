package stix

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Step is one component of a path: a property name, or, when Key is empty, an
// index into a list.
type Step struct {
	Key   string
	Index int
}

// Path leads to a value inside an object. It is only valid during a visit.
type Path []Step

// String gives the path in selector form (STIX 2.1 section 7.2.3.1), such as
// external_references.[0].url.
func (p Path) String() string {
	if len(p) == 1 && p[0].Key != "" {
		return p[0].Key
	}
	var b strings.Builder
	for i, s := range p {
		if i > 0 {
			b.WriteByte('.')
		}
		if s.Key != "" {
			b.WriteString(s.Key)
		} else {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.Index))
			b.WriteByte(']')
		}
	}
	return b.String()
}

// Last gives the nearest property name: of an element of a list, the list's.
func (p Path) Last() string {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i].Key != "" {
			return p[i].Key
		}
	}
	return ""
}

// Kind is the JSON kind of a leaf value.
type Kind uint8

// The kinds of leaf values.
const (
	String Kind = iota
	Number
	Bool // true, false, and null where JSON other than STIX is walked
)

// Field is one leaf value or one property name.
type Field struct {
	Path       Path
	Kind       Kind
	IsKey      bool   // the field is a property name; Path ends with it
	Value      string // decoded string, or the literal of a number or bool
	Start, End int    // bytes of the token in Raw, quotes included
}

// Walk visits each leaf value and each property name in document order. raw
// must be valid JSON, as after Parse; the walk ends silently where it is not.
func Walk(raw []byte, visit func(Field) error) error {
	w := walker{raw: raw, visit: visit}
	return w.value()
}

type walker struct {
	raw   []byte
	at    int
	path  Path
	visit func(Field) error
}

func (w *walker) space() byte {
	for w.at < len(w.raw) {
		switch c := w.raw[w.at]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			w.at++
		default:
			return c
		}
	}
	return 0
}

func (w *walker) value() error {
	switch w.space() {
	case '{':
		w.at++
		for c := w.space(); c != '}' && c != 0; c = w.space() {
			start := w.at
			name := w.name()
			if w.at == start {
				return nil
			}
			w.path = append(w.path, Step{Key: name})
			if err := w.visit(Field{Path: w.path, IsKey: true, Value: name, Start: start, End: w.at}); err != nil {
				return err
			}
			if err := w.value(); err != nil {
				return err
			}
			w.path = w.path[:len(w.path)-1]
		}
		w.at++
	case '[':
		w.at++
		n := len(w.path)
		w.path = append(w.path, Step{})
		for c := w.space(); c != ']' && c != 0; c = w.space() {
			start := w.at
			if err := w.value(); err != nil || w.at == start {
				return err
			}
			w.path[n].Index++
		}
		w.path = w.path[:n]
		w.at++
	case '"':
		start := w.at
		s := w.text()
		return w.visit(Field{Path: w.path, Kind: String, Value: s, Start: start, End: w.at})
	case 0:
	default:
		return w.literal()
	}
	return nil
}

func (w *walker) literal() error {
	start := w.at
	for w.at < len(w.raw) && strings.IndexByte(" \t\r\n,:]}[{\"", w.raw[w.at]) < 0 {
		w.at++
	}
	if w.at == start {
		w.at = len(w.raw)
		return nil
	}
	k := Number
	if c := w.raw[start]; c == 't' || c == 'f' || c == 'n' {
		k = Bool
	}
	return w.visit(Field{Path: w.path, Kind: k, Value: string(w.raw[start:w.at]), Start: start, End: w.at})
}

// usual are the property names that most objects have: they need no text of their own.
var usual = func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{
		"type", "id", "spec_version", "created", "modified", "created_by_ref", "revoked", "labels", "confidence", "lang", "external_references", "object_marking_refs", "granular_markings", "extensions", "defanged",
		"name", "description", "pattern", "pattern_type", "pattern_version", "valid_from", "valid_until", "indicator_types", "kill_chain_phases", "kill_chain_name", "phase_name",
		"relationship_type", "source_ref", "target_ref", "start_time", "stop_time", "source_name", "external_id", "url", "value", "hashes", "MD5", "SHA-1", "SHA-256", "resolves_to_refs", "belongs_to_ref",
		"object_refs", "published", "report_types", "first_seen", "last_seen", "count", "sighting_of_ref", "observed_data_refs", "where_sighted_refs", "first_observed", "last_observed", "number_observed",
		"aliases", "is_family", "malware_types", "identity_class", "sectors", "contact_information", "content", "size", "mime_type",
	} {
		m[n] = n
	}
	return m
}()

// name reads a string token that names a property.
func (w *walker) name() string {
	if w.at < len(w.raw) && w.raw[w.at] == '"' {
		if end := bytes.IndexByte(w.raw[w.at+1:], '"'); end >= 0 {
			if n, ok := usual[string(w.raw[w.at+1:w.at+1+end])]; ok { // none has an escape
				w.at += end + 2
				return n
			}
		}
	}
	return w.text()
}

// text reads a string token.
func (w *walker) text() string {
	if w.at >= len(w.raw) || w.raw[w.at] != '"' {
		return ""
	}
	start, escaped := w.at, false
	for w.at++; w.at < len(w.raw); w.at++ {
		switch w.raw[w.at] {
		case '\\':
			escaped = true
			w.at++
		case '"':
			w.at++
			if !escaped {
				return string(w.raw[start+1 : w.at-1])
			}
			out, err := jsontext.AppendUnquote(nil, w.raw[start:w.at])
			if err != nil {
				return ""
			}
			return string(out)
		}
	}
	w.at = len(w.raw)
	return ""
}

// Edit replaces bytes Start to End of an object by With.
type Edit struct {
	Start, End int
	With       []byte
}

// EditString is the edit that replaces, inside the string token
// raw[start:end] (quotes included), the bytes from..to of its decoded value by
// the text with. The rest of the token keeps its bytes and its escapes.
func EditString(raw []byte, start, end, from, to int, with string) Edit {
	a := rawOffset(raw[start:end], from)
	b := rawOffset(raw[start:end], to)
	quoted, err := jsontext.AppendQuote(nil, with)
	if err != nil {
		quoted = []byte(`"?"`) // with is text of ours; bad UTF-8 can't be in it
	}
	return Edit{Start: start + a, End: start + b, With: quoted[1 : len(quoted)-1]}
}

// rawOffset gives where the byte n of the decoded value begins within a quoted token.
func rawOffset(token []byte, n int) int {
	i, decoded := 1, 0
	for i < len(token)-1 && decoded < n {
		if token[i] != '\\' {
			i++
			decoded++
			continue
		}
		width := 2
		if i+1 < len(token) && token[i+1] == 'u' {
			width = 6
			if r := hex4(token, i+2); r >= 0xd800 && r < 0xdc00 {
				width = 12
			}
		}
		out, err := jsontext.AppendUnquote(nil, slices.Concat([]byte{'"'}, token[i:min(i+width, len(token))], []byte{'"'}))
		if err != nil {
			return len(token) - 1
		}
		i += width
		decoded += len(out)
	}
	return i
}

func hex4(b []byte, at int) rune {
	if at+4 > len(b) {
		return 0
	}
	v, err := strconv.ParseUint(string(b[at:at+4]), 16, 32)
	if err != nil {
		return 0
	}
	return rune(v)
}

// Splice gives a copy of raw with the edits made. Edits must not overlap.
func Splice(raw []byte, edits []Edit) []byte {
	slices.SortFunc(edits, func(a, b Edit) int { return cmp.Compare(a.Start, b.Start) })
	out := make([]byte, 0, len(raw)+64)
	at := 0
	for _, e := range edits {
		out = append(append(out, raw[at:e.Start]...), e.With...)
		at = e.End
	}
	return append(out, raw[at:]...)
}

// Reference is an identifier that an object mentions.
type Reference struct {
	Path       string
	ID         string
	Start, End int // of the token, quotes included
}

// References gives every identifier in a property whose name ends with _ref or
// _refs, at any depth (STIX 2.1 section 2.9: identifiers are only referred to so).
func References(raw []byte) []Reference {
	var out []Reference
	_ = Walk(raw, func(f Field) error { // the visit never fails
		if f.IsKey || f.Kind != String {
			return nil
		}
		if k := f.Path.Last(); strings.HasSuffix(k, "_ref") || strings.HasSuffix(k, "_refs") {
			if _, ok := CheckID(f.Value); ok {
				out = append(out, Reference{Path: f.Path.String(), ID: f.Value, Start: f.Start, End: f.End})
			}
		}
		return nil
	})
	return out
}
