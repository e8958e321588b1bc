package stix

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// WithVersion gives the bytes with another modified.
func WithVersion(raw []byte, modified time.Time) []byte {
	return withText(raw, "modified", FormatTime(modified))
}

// WithID gives the bytes under another identifier.
func WithID(raw []byte, id string) []byte { return withText(raw, "id", id) }

// WithCreator gives the bytes with created_by_ref set to an identity.
func WithCreator(raw []byte, identity string) []byte {
	return withText(raw, "created_by_ref", identity)
}

// withText replaces the value of a top-level property, or adds it behind id.
func withText(raw []byte, name, value string) []byte {
	quoted, err := jsontext.AppendQuote(nil, value)
	if err != nil {
		return raw
	}
	var edit *Edit
	afterID := -1
	members(raw, func(n string, start, end int) {
		switch n {
		case name:
			edit = &Edit{Start: start, End: end, With: quoted}
		case "id":
			afterID = end
		}
	})
	if edit == nil {
		if afterID < 0 {
			return raw
		}
		edit = &Edit{Start: afterID, End: afterID, With: fmt.Appendf(nil, `,"%s":%s`, name, quoted)}
	}
	return Splice(raw, []Edit{*edit})
}

// Revocation gives a later version of an object that says revoked, with the
// required properties only: of free text none is left, since what is taken back
// may be taken back because of it (STIX 2.1 section 3.6.1).
func Revocation(o *Object, modified time.Time) []byte {
	have, _ := topLevel(o.Raw)
	var b strings.Builder
	b.WriteByte('{')
	put := func(name string, value []byte) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%s":%s`, name, value)
	}
	for _, n := range []string{"type", "spec_version", "id", "created_by_ref", "created"} {
		if have[n] != nil {
			put(n, have[n])
		}
	}
	put("modified", fmt.Appendf(nil, "%q", FormatTime(modified)))
	put("revoked", []byte("true"))
	if have["object_marking_refs"] != nil {
		put("object_marking_refs", have["object_marking_refs"])
	}
	for _, alternatives := range required[o.Type] {
		name, _, _ := strings.Cut(alternatives, "|")
		if name == "created_by_ref" {
			continue // stands there already
		}
		for alt := range strings.SplitSeq(alternatives, "|") {
			if have[alt] != nil {
				name = alt
				break
			}
		}
		if name == "latitude" {
			name = "region" // by itself: a latitude would need its longitude
		}
		put(name, harmless(name, have[name]))
	}
	b.WriteByte('}')
	return []byte(b.String())
}

// harmless gives what stands for a required property in a revoked version:
// identifiers, times and words of a vocabulary stay, prose and patterns go.
func harmless(name string, value []byte) []byte {
	switch name {
	case "name", "content", "product", "definition_type":
		return []byte(`"revoked"`)
	case "pattern":
		return []byte(`"[file:name = 'revoked']"`)
	case "pattern_type":
		return []byte(`"stix"`)
	case "region", "country", "result":
		return []byte(`"unknown"`)
	case "extensions", "contents":
		return []byte(`{"revoked":{"revoked":true}}`)
	case "objects":
		return []byte(`{"0":{"type":"file","name":"revoked"}}`)
	case "schema", "version":
		return []byte(`"0"`)
	}
	return value
}
