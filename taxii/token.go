package taxii

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"

	"tocsin/fault"
	"tocsin/member"
)

// A next token is the date of the last object of a page, bound to the collection
// and the filters of the request, and signed: 4 bytes of audience, 8 of hash, 8 of
// date, 16 of keyed hash.
const tokenBytes = 4 + 8 + 8 + 16

// token makes the token that goes on after a date.
func (s *server) token(aud member.Audience, hash [8]byte, after int64) string {
	b := make([]byte, 0, tokenBytes)
	b = binary.BigEndian.AppendUint32(b, uint32(aud))
	b = append(b, hash[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(after))
	sum := s.x.Keys().MAC("taxii next", b)
	return base64.RawURLEncoding.EncodeToString(append(b, sum[:16]...))
}

// resume gives the date after which a request goes on. A token that was not made
// here, or for other filters, is refused. One of another collection with the same
// filters is left aside: a client in wide use sends the last token of one
// collection to the next one, which it reads from the start.
func (s *server) resume(aud member.Audience, f *filter) error {
	if f.next == "" {
		return nil
	}
	bad := fault.At(fault.Invalid, "next", "was not given for this request; ask again without it")
	b, err := base64.RawURLEncoding.Strict().DecodeString(f.next)
	if err != nil || len(b) != tokenBytes {
		return bad
	}
	sum := s.x.Keys().MAC("taxii next", b[:20])
	if subtle.ConstantTimeCompare(sum[:16], b[20:]) != 1 || [8]byte(b[4:12]) != f.hash {
		return bad
	}
	if member.Audience(binary.BigEndian.Uint32(b)) == aud {
		f.after = max(f.after, int64(binary.BigEndian.Uint64(b[12:])))
	}
	return nil
}
