package receipt

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"tocsin/fault"
)

// PartName names a part of a record; each part can be opened alone.
type PartName string

// The parts of a record, in the order in which they are committed to.
const (
	PartKind    PartName = "kind"    // report, decision, recall, expiry, ...
	PartMember  PartName = "member"  // who filed
	PartTime    PartName = "time"    // RFC 3339, microseconds
	PartInput   PartName = "input"   // keyed hash of the original bytes
	PartObjects PartName = "objects" // keyed hash of each object out, with its position and audience
	PartAccount PartName = "account" // account of removals
	PartFacts   PartName = "facts"   // what legal conditions need
	PartPolicy  PartName = "policy"  // hash of the gate's policy
	PartHeld    PartName = "held"    // count of held passages
	PartPart    PartName = "part"    // report, part number, last
	PartRefers  PartName = "refers"  // index of the entry that this one is about
)

// names is the fixed order of the parts. It is part of the construction: what
// comes later is appended under a new version of the label, never inserted.
var names = [...]PartName{PartKind, PartMember, PartTime, PartInput, PartObjects, PartAccount, PartFacts, PartPolicy, PartHeld, PartPart, PartRefers}

// Names gives all parts in their fixed order.
func Names() []PartName { return append([]PartName(nil), names[:]...) }

// Part is a part of a record: canonical JSON (UTF-8).
type Part struct {
	Name PartName
	Body []byte
}

// Record is what a leaf commits to: a fresh 256-bit key and parts, each at most
// once, in any order. Each part's key is derived from Key.
type Record struct {
	Key   [32]byte
	Parts []Part
}

// The labels keep the uses of a key apart. Changing one changes every leaf.
const (
	labelPart   = "tocsin part v1\n"
	labelLeaf   = "tocsin leaf v1\n"
	labelObject = "tocsin object v1\n"
)

func mac(key [32]byte, message ...[]byte) (sum [32]byte) {
	h := hmac.New(sha256.New, key[:])
	for _, m := range message {
		h.Write(m)
	}
	h.Sum(sum[:0])
	return sum
}

func (r *Record) partKey(n PartName) [32]byte { return mac(r.Key, []byte(labelPart), []byte(n)) }

func (r *Record) leafKey() [32]byte { return mac(r.Key, []byte(labelLeaf)) }

// Part gives the body of a part, and whether it is there.
func (r *Record) Part(n PartName) ([]byte, bool) {
	for _, p := range r.Parts {
		if p.Name == n {
			return p.Body, true
		}
	}
	return nil, false
}

// commitTo commits to a part under its key. A part that is absent has a
// commitment too, which nobody without the key can tell from another.
func commitTo(key [32]byte, body []byte, present bool) [32]byte {
	if !present {
		return mac(key, []byte{0})
	}
	return mac(key, []byte{1}, body)
}

// leafOf is the leaf over the commitments of all parts in their order.
func leafOf(key [32]byte, commitments [len(names)][32]byte) [32]byte {
	message := make([]byte, 0, len(labelLeaf)+32*len(names))
	message = append(message, labelLeaf...)
	for _, c := range commitments {
		message = append(message, c[:]...)
	}
	return mac(key, message)
}

func (r *Record) commitments() (out [len(names)][32]byte) {
	for i, n := range names {
		body, ok := r.Part(n)
		out[i] = commitTo(r.partKey(n), body, ok)
	}
	return out
}

// Leaf is HMAC(key, commitments of the parts): the 32 bytes in the tree.
func (r *Record) Leaf() [32]byte { return leafOf(r.leafKey(), r.commitments()) }

// ObjectHash is the keyed hash of an object's bytes (or of the input) under this record's key.
func (r *Record) ObjectHash(b []byte) [32]byte { return objectHash(r.leafKey(), b) }

// ObjectHasher gives ObjectHash for many objects: the key is derived once. It is for one goroutine.
func (r *Record) ObjectHasher() func(b []byte) [32]byte {
	key := mac(r.leafKey(), []byte(labelObject))
	h := hmac.New(sha256.New, key[:])
	return func(b []byte) (sum [32]byte) {
		h.Reset()
		h.Write(b)
		h.Sum(sum[:0])
		return sum
	}
}

func objectHash(leafKey [32]byte, b []byte) [32]byte {
	return mac(mac(leafKey, []byte(labelObject)), b)
}

// MarshalRecord writes the parts of a record, without its key, for the entry
// table: per part its number, a form (0 verbatim, 1 objects packed), the length
// and the bytes.
func MarshalRecord(r Record) []byte {
	size := 0
	for _, p := range r.Parts {
		size += len(p.Body) + 8
	}
	out := make([]byte, 0, size)
	for i, n := range names {
		body, ok := r.Part(n)
		if !ok {
			continue
		}
		form := byte(0)
		if n == PartObjects {
			if packed, ok := packObjects(body); ok {
				form, body = 1, packed
			}
		}
		out = append(out, byte(i), form)
		out = binary.AppendUvarint(out, uint64(len(body)))
		out = append(out, body...)
	}
	return out
}

// UnmarshalRecord reads them. The parts stand in their fixed order.
func UnmarshalRecord(b []byte) (Record, error) {
	var r Record
	damaged := fault.New(fault.Internal, "the parts of a record can't be read")
	next := 0
	for len(b) > 0 {
		if len(b) < 3 {
			return Record{}, damaged
		}
		i, form := int(b[0]), b[1]
		size, w := binary.Uvarint(b[2:])
		if i < next || i >= len(names) || form > 1 || w <= 0 || size > uint64(len(b)-2-w) {
			return Record{}, damaged
		}
		body := b[2+w : 2+w+int(size)]
		b = b[2+w+int(size):]
		if form == 1 {
			refs, ok := unpackObjects(body)
			if !ok || names[i] != PartObjects {
				return Record{}, damaged
			}
			body = MarshalObjects(refs)
		}
		r.Parts = append(r.Parts, Part{Name: names[i], Body: body})
		next = i + 1
	}
	return r, nil
}
