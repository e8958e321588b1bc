// Package directory is what a block of the archive says of each of its slots:
// identifier, version and length of the object, or what is left of one that was
// taken back. Blocks hold it compressed and encrypted, beside the objects.
//
//	b := directory.Encode(slots)
//	slots, err := directory.Decode(b)
//
// A slot is a byte 0, the length, and identifier and version each with its length
// before it, or a byte 1 and 32 bytes; lengths are unsigned varints.
package directory

import (
	"encoding/binary"
	"errors"
)

// MaxObject bounds the length of one object, in bytes.
const MaxObject = 17 << 20

// Slot is one slot. An erased one keeps the keyed hash of what stood there, so
// that the record of its entry still opens, and nothing else.
type Slot struct {
	ID, Version string
	Size        int // bytes of the object
	Erased      bool
	Hash        [32]byte
}

// Encode writes a directory.
func Encode(slots []Slot) []byte {
	b := make([]byte, 0, 80*len(slots))
	for _, s := range slots {
		if s.Erased {
			b = append(append(b, 1), s.Hash[:]...)
			continue
		}
		b = append(b, 0)
		b = binary.AppendUvarint(b, uint64(s.Size))
		b = append(binary.AppendUvarint(b, uint64(len(s.ID))), s.ID...)
		b = append(binary.AppendUvarint(b, uint64(len(s.Version))), s.Version...)
	}
	return b
}

var errUnreadable = errors.New("the directory can't be read")

// Decode reads a directory.
func Decode(b []byte) ([]Slot, error) {
	var out []Slot
	for len(b) > 0 {
		var s Slot
		var ok bool
		if b, ok = s.decode(b); !ok {
			return nil, errUnreadable
		}
		out = append(out, s)
	}
	return out, nil
}

// decode reads one slot and gives what follows it.
func (s *Slot) decode(b []byte) (rest []byte, ok bool) {
	flag, b := b[0], b[1:]
	if flag == 1 {
		if len(b) < len(s.Hash) {
			return nil, false
		}
		s.Erased, s.Hash = true, [32]byte(b[:32])
		return b[32:], true
	}
	size, w := binary.Uvarint(b)
	if flag != 0 || w <= 0 || size > MaxObject {
		return nil, false
	}
	s.Size = int(size)
	if s.ID, b, ok = text(b[w:]); !ok {
		return nil, false
	}
	s.Version, b, ok = text(b)
	return b, ok
}

func text(b []byte) (s string, rest []byte, ok bool) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return "", nil, false
	}
	return string(b[w : w+int(n)]), b[w+int(n):], true
}
