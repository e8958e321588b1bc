package stix

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// contributing names the id contributing properties of the cyber-observables
// (STIX 2.1 section 6). process has none: its identifiers are random.
var contributing = map[string][]string{
	"artifact": {"hashes", "payload_bin"}, "autonomous-system": {"number"}, "directory": {"path"}, "domain-name": {"value"},
	"email-addr": {"value"}, "email-message": {"from_ref", "subject", "body"}, "file": {"hashes", "name", "parent_directory_ref", "extensions"},
	"ipv4-addr": {"value"}, "ipv6-addr": {"value"}, "mac-addr": {"value"}, "mutex": {"name"},
	"network-traffic": {"start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"},
	"software":        {"name", "cpe", "swid", "vendor", "version"}, "url": {"value"}, "user-account": {"account_type", "user_id", "account_login"},
	"windows-registry-key": {"key", "values"}, "x509-certificate": {"hashes", "serial_number"},
}

// namespace is the UUID under which observables' identifiers are computed
// (STIX 2.1 section 2.9): 00abedb4-aa42-466c-9c01-fed23315a9b7.
var namespace = [16]byte{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}

// Contributes tells whether a top-level property of a type takes part in the
// object's deterministic identifier.
func Contributes(typ, property string) bool { return slices.Contains(contributing[typ], property) }

// ObservableID gives the deterministic identifier of a cyber-observable (STIX
// 2.1 section 2.9), and false when its type has none or none of the properties
// that it is computed from is present.
func ObservableID(raw []byte) (string, bool) {
	members, ok := topLevel(raw)
	if !ok {
		return "", false
	}
	typ, err := jsontext.AppendUnquote(nil, members["type"])
	if err != nil {
		return "", false
	}
	var names []string
	for _, p := range contributing[string(typ)] {
		if members[p] != nil {
			names = append(names, p)
		}
	}
	if len(names) == 0 {
		return "", false
	}
	slices.Sort(names) // all ASCII: RFC 8785 sorts by UTF-16 units, which is the same
	text := []byte{'{'}
	for i, n := range names {
		if i > 0 {
			text = append(text, ',')
		}
		v := jsontext.Value(members[n])
		if n == "hashes" {
			v = oneHash(v)
		}
		c := slices.Clone(v)
		if err := c.Canonicalize(); err != nil {
			return "", false
		}
		text = append(append(append(text, '"'), n...), '"', ':')
		text = append(text, c...)
	}
	text = append(text, '}')
	h := sha1.Sum(append(namespace[:], text...))
	h[6] = h[6]&0x0f | 0x50
	h[8] = h[8]&0x3f | 0x80
	x := hex.EncodeToString(h[:16])
	return fmt.Sprintf("%s--%s-%s-%s-%s-%s", typ, x[:8], x[8:12], x[12:16], x[16:20], x[20:]), true
}

// oneHash reduces hashes to the one that counts: the first present of MD5,
// SHA-1, SHA-256, SHA-512, else the first there is.
func oneHash(v jsontext.Value) jsontext.Value {
	members, ok := topLevel(v)
	if !ok {
		return v
	}
	pick := ""
	for _, n := range []string{"MD5", "SHA-1", "SHA-256", "SHA-512"} {
		if members[n] != nil {
			pick = n
			break
		}
	}
	if pick == "" {
		var names []string
		for n := range members {
			names = append(names, n)
		}
		if len(names) == 0 {
			return v
		}
		pick = slices.Min(names)
	}
	q, err := jsontext.AppendQuote(nil, pick)
	if err != nil {
		return v
	}
	return slices.Concat([]byte{'{'}, q, []byte{':'}, members[pick], []byte{'}'})
}

// topLevel gives the raw values of an object's properties.
func topLevel(raw []byte) (map[string][]byte, bool) {
	out := map[string][]byte{}
	ok := members(raw, func(name string, start, end int) { out[name] = raw[start:end] })
	return out, ok
}

// members calls f with the place of each property's value of a JSON object.
func members(raw []byte, f func(name string, start, end int)) bool {
	w := walker{raw: raw, visit: func(Field) error { return nil }}
	if w.space() != '{' {
		return false
	}
	w.at++
	for c := w.space(); c != '}'; c = w.space() {
		if c != '"' {
			return false
		}
		name := w.text()
		w.space()
		start := w.at
		if w.value() != nil || w.at == start {
			return false
		}
		f(name, start, w.at)
	}
	return true
}
