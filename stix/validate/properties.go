package validate

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"tocsin/fault"
	"tocsin/stix"
)

// property is one word of a type's line.
type property struct {
	name string
	must bool
	kind string
	arg  string
}

// properties reads the properties of a type's line.
func properties(line string) (out []property) {
	for w := range strings.FieldsSeq(line) {
		name, kind, _ := strings.Cut(w, ":")
		kind, arg, _ := strings.Cut(kind, "=")
		name, must := strings.CutSuffix(name, "!")
		if kind == "" {
			kind = "text"
		}
		out = append(out, property{name, must, kind, arg})
	}
	return out
}

func without(list []property, names ...string) []property {
	return slices.DeleteFunc(list, func(p property) bool { return slices.Contains(names, p.name) })
}

// properties checks each known property of an object. It tells whether an
// extension puts properties beside them.
func (c *checker) properties(path string, o map[string]any, known []property) (extended bool) {
	for _, p := range known {
		v, has := o[p.name]
		at := join(path, p.name)
		if !has {
			if p.must {
				c.wrong(at, "is missing")
			}
			continue
		}
		if p.kind == "extensions" {
			extended = c.extensions(at, v) || extended
			continue
		}
		c.value(at, v, p)
	}
	return extended
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// kindOf says what each kind of value has to be, for the message.
var kindOf = map[string]string{
	"text": "a string", "bool": "true or false", "int": "an integer", "float": "a number", "time": "a timestamp such as 2026-01-31T08:15:00.000Z",
	"lang": "a language tag (RFC 5646)", "ref": "an identifier", "hex": "an even number of hex digits", "base64": "base64 (RFC 4648)",
	"hashes": "a dictionary of hashes", "dict": "a dictionary", "enum": "a string", "open": "a string", "part": "an object",
}

// value checks one value against its kind.
func (c *checker) value(path string, v any, p property) {
	single := map[string]string{"texts": "text", "refs": "ref", "opens": "open", "enums": "enum", "parts": "part"}[p.kind]
	if single != "" {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			c.wrong(path, "is a list with at least one element, or left out")
			return
		}
		for i, e := range list {
			c.value(at(path, i), e, property{name: p.name, kind: single, arg: p.arg})
		}
		return
	}
	ok := true
	switch v := v.(type) {
	case string:
		ok = c.text(path, v, p)
	case bool:
		ok = p.kind == "bool"
	case float64:
		ok = p.kind == "int" && v == math.Trunc(v) && math.Abs(v) < 1<<53 || p.kind == "float"
		if ok {
			c.rangeOf(path, v, p.arg)
		}
	case map[string]any:
		switch p.kind {
		case "hashes":
			c.hashes(path, v)
		case "dict":
			c.dictionary(path, v, 250)
		case "part":
			c.part(path, v, p.arg)
		default:
			ok = false
		}
	default:
		ok = false
	}
	if !ok {
		c.wrong(path, "is not %s", kindOf[p.kind])
	}
}

// text checks a string against its kind; false means that it is of another kind.
func (c *checker) text(path, s string, p property) bool {
	switch p.kind {
	case "text":
		return true
	case "time":
		_, err := stix.ParseTime(s)
		return err == nil
	case "lang":
		return isLanguage(s)
	case "hex":
		return isHex(s)
	case "base64":
		return isBase64(s)
	case "ref":
		c.reference(path, s, p.arg)
		return true
	case "open":
		if !hasWord(vocabularies[p.arg], s) {
			c.in("10", func() { c.should(path, "is allowed, but not in the vocabulary %s", p.arg) })
		}
		return true
	case "enum":
		if !hasWord(vocabularies[p.arg], s) {
			c.in("10", func() { c.wrong(path, "is not one of %s", strings.ReplaceAll(vocabularies[p.arg], " ", ", ")) })
		}
		return true
	}
	return false
}

func hasWord(list, word string) bool {
	return slices.Contains(strings.Fields(list), word)
}

// reference checks an identifier that names another object. Its type counts; its
// UUID is only looked at, as the OASIS validator does: the object that bears it is
// checked where it stands.
func (c *checker) reference(path, id, types string) {
	typ, uuid, ok := strings.Cut(id, "--")
	if !ok || len(typ) < 2 || strings.Trim(typ, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
		len(uuid) < 32 || len(uuid) > 36 || strings.Count(uuid, "-") != 4 || strings.Trim(uuid, "0123456789abcdefABCDEF-") != "" {
		c.wrong(path, "is not an identifier TYPE--UUID")
		return
	}
	if types != "" && isStandard(typ) && !slices.Contains(strings.Split(types, ","), typ) {
		c.wrong(path, "may only refer to %s", strings.ReplaceAll(types, ",", ", "))
	} else if types == "marking-definition" && typ != types {
		c.wrong(path, "may only refer to marking-definition")
	}
}

func isStandard(typ string) bool {
	return domain[typ] != "" || observables[typ] != "" || typ == "bundle"
}

// rangeOf checks LOW..HIGH; either may be left out.
func (c *checker) rangeOf(path string, v float64, arg string) {
	low, high, ok := strings.Cut(arg, "..")
	if !ok {
		return
	}
	l, errL := strconv.ParseFloat(low, 64)
	h, errH := strconv.ParseFloat(high, 64)
	switch {
	case errL == nil && v < l:
		c.wrong(path, "is less than %s", low)
	case errH == nil && v > h:
		c.wrong(path, "is more than %s", high)
	}
}

// part checks an object inside an object.
func (c *checker) part(path string, o map[string]any, name string) {
	section, line, _ := strings.Cut(parts[name], " ")
	c.in(section, func() {
		known := properties(line)
		c.properties(path, o, known)
		c.unknown(path, o, known, false)
		switch name {
		case "external-reference":
			c.externalReference(path, o)
		case "kill-chain-phase":
			c.killChain(path, o)
		case "granular-marking":
			c.granular(path, o)
		case "registry-value":
			if len(o) == 0 {
				c.wrong(path, "has none of name, data and data_type")
			}
		}
	})
}

// extensions checks the extensions of an object, and tells whether one puts its
// properties at the top level.
func (c *checker) extensions(path string, v any) (top bool) {
	ext, ok := v.(map[string]any)
	if !ok || len(ext) == 0 {
		c.wrong(path, "is a dictionary of extensions, or left out")
		return false
	}
	for _, key := range slices.Sorted(maps.Keys(ext)) {
		at := join(path, key)
		e, ok := ext[key].(map[string]any)
		if !ok {
			c.in("7.3", func() { c.wrong(at, "an extension is an object") })
			continue
		}
		if line, ok := extensions[c.r.Type][key]; ok {
			section, line, _ := strings.Cut(line, " ")
			c.in(section, func() {
				known := properties(line)
				if len(e) == 0 {
					c.wrong(at, "has no property")
				}
				c.properties(at, e, known)
				c.unknown(at, e, known, false)
				c.extension(at, key, e)
			})
			continue
		}
		c.in("7.3", func() { top = c.ownExtension(at, key, e) || top })
	}
	return top
}

// ownExtension checks an extension that the standard does not have.
func (c *checker) ownExtension(at, key string, e map[string]any) (top bool) {
	typ, isID := stix.CheckID(key)
	switch isID = isID && typ == "extension-definition"; {
	case !isID && !isKey(key, 250):
		c.wrong(at, "the key is not the identifier of an extension-definition")
	case !isID:
		c.should(at, "the key should be the identifier of an extension-definition")
	}
	switch t := e["extension_type"].(type) {
	case nil:
		if e["extension_type"] == nil && isID {
			c.should(join(at, "extension_type"), "should say what kind of extension this is")
		}
	case string:
		if !hasWord(vocabularies["extension-type-enum"], t) {
			c.wrong(join(at, "extension_type"), "is not one of %s", strings.ReplaceAll(vocabularies["extension-type-enum"], " ", ", "))
		}
		return t == "toplevel-property-extension" || strings.HasPrefix(t, "new-")
	default:
		c.wrong(join(at, "extension_type"), "is not a string")
	}
	return false
}

func asFault(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }
