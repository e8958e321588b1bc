package receipt

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"

	"tocsin/fault"
)

// ObjectRef is what a record says of one object.
type ObjectRef struct {
	N        int64 // ordinal within the entry
	Audience int32
	Hash     [32]byte // Record.ObjectHash of its bytes
}

// PartOf is the body of PartPart, as JSON: which part of which report an entry is.
type PartOf struct {
	Report string `json:"report"` // UUID
	Part   int    `json:"part"`   // from 1
	Last   bool   `json:"last"`
}

// MarshalObjects writes the body of PartObjects: [[N,AUDIENCE,"HASH"],...]
// without white space, HASH in base64.
func MarshalObjects(refs []ObjectRef) []byte {
	out := make([]byte, 0, 2+60*len(refs))
	out = append(out, '[')
	for i, r := range refs {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(append(out, '['), r.N, 10)
		out = strconv.AppendInt(append(out, ','), int64(r.Audience), 10)
		out = base64.StdEncoding.AppendEncode(append(out, `,"`...), r.Hash[:])
		out = append(out, `"]`...)
	}
	return append(out, ']')
}

// hashText is the length of 32 bytes in base64.
const hashText = 44

// UnmarshalObjects reads exactly what MarshalObjects writes.
func UnmarshalObjects(b []byte) ([]ObjectRef, error) {
	refs, ok := parseObjects(b)
	if !ok {
		return nil, fault.New(fault.Invalid, `the list of objects is not [[N,AUDIENCE,"HASH"],...] without white space`)
	}
	return refs, nil
}

func parseObjects(b []byte) (out []ObjectRef, ok bool) {
	c := cursor{rest: b, ok: true}
	c.expect("[")
	for c.ok && !c.at("]") {
		if len(out) > 0 {
			c.expect(",")
		}
		var r ObjectRef
		c.expect("[")
		r.N = c.number(math.MinInt64, math.MaxInt64)
		c.expect(",")
		r.Audience = int32(c.number(math.MinInt32, math.MaxInt32))
		c.expect(`,"`)
		r.Hash = c.hash()
		c.expect(`"]`)
		out = append(out, r)
	}
	c.expect("]")
	return out, c.ok && len(c.rest) == 0
}

// cursor reads fixed text; ok stays false after the first thing that isn't as it must be.
type cursor struct {
	rest []byte
	ok   bool
}

func (c *cursor) at(text string) bool {
	return len(c.rest) >= len(text) && string(c.rest[:len(text)]) == text
}

func (c *cursor) expect(text string) {
	if c.ok = c.ok && c.at(text); c.ok {
		c.rest = c.rest[len(text):]
	}
}

// number reads a number as strconv writes it, and no other way.
func (c *cursor) number(least, most int64) int64 {
	end := 0
	for end < len(c.rest) && end <= 20 && (c.rest[end] == '-' || c.rest[end] >= '0' && c.rest[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(string(c.rest[:end]), 10, 64)
	if err != nil || n < least || n > most || strconv.FormatInt(n, 10) != string(c.rest[:end]) {
		c.ok = false
		return 0
	}
	c.rest = c.rest[end:]
	return n
}

func (c *cursor) hash() (h [32]byte) {
	if c.ok = c.ok && len(c.rest) >= hashText; !c.ok {
		return h
	}
	if h, c.ok = parseHash(string(c.rest[:hashText])); c.ok {
		c.rest = c.rest[hashText:]
	}
	return h
}

// parseHash reads 32 bytes in the one base64 text that stands for them
// (RFC 4648 section 4, padded, unused bits zero).
func parseHash(s string) (h [32]byte, ok bool) {
	if len(s) != hashText {
		return h, false
	}
	var buf [33]byte
	n, err := base64.StdEncoding.Strict().Decode(buf[:], []byte(s))
	if err != nil || n != 32 {
		return h, false
	}
	return [32]byte(buf[:32]), true
}

func hashString(h [32]byte) string { return base64.StdEncoding.EncodeToString(h[:]) }

// packObjects gives a body of PartObjects without its punctuation: 34 bytes an
// object instead of 54, for the entry table.
func packObjects(body []byte) ([]byte, bool) {
	refs, ok := parseObjects(body)
	if !ok {
		return nil, false
	}
	out := make([]byte, 0, 36*len(refs))
	for _, r := range refs {
		out = binary.AppendVarint(out, r.N)
		out = binary.AppendVarint(out, int64(r.Audience))
		out = append(out, r.Hash[:]...)
	}
	return out, true
}

func unpackObjects(b []byte) (out []ObjectRef, ok bool) {
	for len(b) > 0 {
		n, w := binary.Varint(b)
		if w <= 0 {
			return nil, false
		}
		b = b[w:]
		aud, w := binary.Varint(b)
		if w <= 0 || len(b)-w < 32 || aud < math.MinInt32 || aud > math.MaxInt32 {
			return nil, false
		}
		out = append(out, ObjectRef{N: n, Audience: int32(aud), Hash: [32]byte(b[w : w+32])})
		b = b[w+32:]
	}
	return out, true
}
