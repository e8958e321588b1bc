package stix

import (
	"strings"

	"tocsin/fault"
)

// DeclaredTLP gives the level that a marking-definition declares by its content,
// in the form of TLP 1 (STIX 2.1 section 7.2.1.4) or of the TLP 2.0 extension;
// TLPNone for any other object.
func DeclaredTLP(o *Object) TLP {
	if o.Type != "marking-definition" {
		return TLPNone
	}
	level := TLPNone
	_ = Walk(o.Raw, func(f Field) error { // parsed before
		if f.IsKey || f.Kind != String {
			return nil
		}
		path := f.Path.String()
		if path == "definition.tlp" || strings.HasPrefix(path, "extensions.") && f.Path.Last() == "tlp_2_0" {
			if t, ok := ParseTLP(f.Value); ok {
				level = max(level, t)
			}
		}
		return nil
	})
	return level
}

// CheckTLP refuses a marking-definition that says another level than its identifier
// stands for, and one that declares a level under an identifier of its own: the
// TLP definitions are fixed, and whoever knows only identifiers would be misled.
func CheckTLP(o *Object) error {
	known, declared := TLPOf(o.ID), DeclaredTLP(o)
	switch {
	case o.Type != "marking-definition" || known == TLPNone && declared == TLPNone:
		return nil
	case known == TLPNone:
		return fault.At(fault.Invalid, "id", "a TLP marking has the identifier that the standard gives it; this one is %s", declared.MarkingID())
	case known != declared:
		return fault.At(fault.Invalid, "definition", "is not that of the TLP marking with this identifier")
	}
	if name := nameOf(o.Raw); name != "" {
		if t, ok := ParseTLP(name); !ok || t != known {
			return fault.At(fault.Invalid, "name", "is not that of the TLP marking with this identifier")
		}
	}
	return nil
}

func nameOf(raw []byte) (name string) {
	_ = Walk(raw, func(f Field) error { // parsed before
		if !f.IsKey && len(f.Path) == 1 && f.Path[0].Key == "name" {
			name = f.Value
		}
		return nil
	})
	return name
}

// TLPIn gives the narrowest level that a text names as TLP:LEVEL, TLPNone when it
// names none.
func TLPIn(text string) (level TLP) {
	for rest := text; ; {
		i := strings.IndexByte(rest, ':')
		if i < 0 {
			return level
		}
		before, after := rest[:i], rest[i+1:]
		rest = after
		if len(before) < 3 || !strings.EqualFold(before[len(before)-3:], "tlp") {
			continue
		}
		after = strings.TrimLeft(after, " ")
		for t := Clear; t <= Red; t++ {
			for _, name := range []string{t.Name(), strings.ReplaceAll(t.Name(), "-", "+"), map[TLP]string{Clear: "white"}[t]} {
				if name != "" && len(after) >= len(name) && strings.EqualFold(after[:len(name)], name) && (len(after) == len(name) || !isWordByte(after[len(name)])) {
					level = max(level, t)
				}
			}
		}
	}
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '+' || c == '-'
}
