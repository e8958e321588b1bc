package search

import (
	"encoding/binary"
	"math/bits"

	"tocsin/fault"
)

// A block holds lists, in the order of their keys:
//
//	list   = word since the list before, head, dates
//	head   = place << 1 | 1            one object
//	       | count << 1, first place   more; then for up to plainGaps the gaps as numbers, else
//	                                   the length in bytes, a parameter, and the gaps in Rice's code
//
// Places count the objects of a segment from 0. All numbers are varints.

// A list is where in a segment a word stands, or a part of that. Its key is the
// word and the chunk in which it begins.
type list struct {
	word   Word
	places []uint32
}

const (
	chunkBits = 12 // objects whose dates stand in one row
	chunkDocs = 1 << chunkBits
	placeBits = 24 // objects in a segment, at most
	plainGaps = 8
	escape    = 24 // a quotient from here on is written in full
)

// firstKey is the key under which a list from a place on is kept.
func firstKey(w Word, place uint32) int64 {
	return int64(w)<<(placeBits-chunkBits) | int64(place>>chunkBits)
}

var errDamaged = fault.New(fault.Internal, "a block of the search index is damaged; delete the rows of the search_ tables and the follower search, and it is made anew")

// appendList writes a list. before is the word of the one before it, in the block
// or of the block's key.
func appendList(b []byte, before Word, l list) []byte {
	b = binary.AppendUvarint(b, uint64(l.word-before))
	n := len(l.places)
	if n == 1 {
		return binary.AppendUvarint(b, uint64(l.places[0])<<1|1)
	}
	b = binary.AppendUvarint(b, uint64(n)<<1)
	b = binary.AppendUvarint(b, uint64(l.places[0]))
	if n <= plainGaps {
		for i := 1; i < n; i++ {
			b = binary.AppendUvarint(b, uint64(l.places[i]-l.places[i-1]))
		}
		return b
	}
	k := parameter(l.places)
	var w bitWriter
	for i := 1; i < n; i++ {
		w.rice(l.places[i]-l.places[i-1]-1, k)
	}
	code := w.done()
	b = binary.AppendUvarint(b, uint64(len(code)))
	b = append(b, byte(k))
	return append(b, code...)
}

// parameter gives the parameter of Rice's code that suits the mean gap.
func parameter(places []uint32) uint {
	n := uint64(len(places) - 1)
	sum := uint64(places[len(places)-1]-places[0]) - n
	return uint(max(0, bits.Len64(sum*45/(64*n))))
}

// A blockReader walks the lists of a block.
type blockReader struct {
	b    []byte
	word Word
}

// A posting is a list whose places are not read yet.
type posting struct {
	first uint32
	n     int
	k     uint   // of Rice's code
	code  []byte // the gaps
}

// next gives the next list; ok is false at the end.
func (r *blockReader) next() (p posting, ok bool, err error) {
	if len(r.b) == 0 {
		return p, false, nil
	}
	step := r.uvarint()
	head := r.uvarint()
	if r.b == nil || step >= 1<<wordBits || r.word+Word(step) >= 1<<wordBits {
		return p, false, errDamaged
	}
	r.word += Word(step)
	if head&1 == 1 {
		p = posting{first: uint32(head >> 1), n: 1}
		if head>>1 >= 1<<placeBits {
			return p, false, errDamaged
		}
		return p, true, nil
	}
	n, first := head>>1, r.uvarint()
	if n < 2 || n > 1<<placeBits || first >= 1<<placeBits || r.b == nil {
		return p, false, errDamaged
	}
	p.first, p.n = uint32(first), int(n)
	if n <= plainGaps {
		p.code = r.b
		for range n - 1 {
			r.uvarint()
		}
		if r.b == nil {
			return p, false, errDamaged
		}
		return p, true, nil
	}
	size := r.uvarint()
	if r.b == nil || size >= uint64(len(r.b)) {
		return p, false, errDamaged
	}
	p.k, p.code = uint(r.b[0]), r.b[1:1+size]
	r.b = r.b[1+size:]
	if p.k > 32 || n > 8*size+1 {
		return p, false, errDamaged
	}
	return p, true, nil
}

// places appends the places of a list.
func (p *posting) places(into []uint32) ([]uint32, error) {
	into = append(into, p.first)
	at := uint64(p.first)
	plain, coded := blockReader{b: p.code}, bitReader{b: p.code}
	for range p.n - 1 {
		var gap uint64
		ok := true
		if p.n <= plainGaps {
			gap = plain.uvarint()
			ok = gap > 0
		} else {
			gap, ok = coded.rice(p.k)
			gap++
		}
		if at += gap; !ok || gap >= 1<<placeBits || at >= 1<<placeBits {
			return nil, errDamaged
		}
		into = append(into, uint32(at))
	}
	return into, nil
}

// uvarint reads a number; after a bad one b is nil.
func (r *blockReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b = nil
		return 0
	}
	if r.b = r.b[n:]; r.b == nil {
		r.b = []byte{}
	}
	return v
}

// A bitWriter packs bits, the lowest first.
type bitWriter struct {
	b    []byte
	word uint64
	n    uint
}

// bits appends the n lowest bits of v; n is at most 32.
func (w *bitWriter) bits(v uint64, n uint) {
	w.word |= v << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.b = append(w.b, byte(w.word))
		w.word >>= 8
	}
}

// rice appends a number: its quotient by 2^k as so many zeros and a one, then k
// bits; where the quotient is large, escape zeros, a one, and the number itself.
func (w *bitWriter) rice(v uint32, k uint) {
	if q := v >> k; q < escape {
		w.bits(1<<q, uint(q)+1)
		w.bits(uint64(v)&(1<<k-1), k)
		return
	}
	w.bits(1<<escape, escape+1)
	w.bits(uint64(v), 32)
}

func (w *bitWriter) done() []byte {
	if w.n > 0 {
		w.b = append(w.b, byte(w.word))
	}
	return w.b
}

type bitReader struct {
	b    []byte
	word uint64
	n    uint
}

func (r *bitReader) fill() {
	for r.n <= 56 && len(r.b) > 0 {
		r.word |= uint64(r.b[0]) << r.n
		r.b = r.b[1:]
		r.n += 8
	}
}

func (r *bitReader) take(n uint) (uint64, bool) {
	if r.n < n {
		if r.fill(); r.n < n {
			return 0, false
		}
	}
	v := r.word & (1<<n - 1)
	r.word >>= n
	r.n -= n
	return v, true
}

func (r *bitReader) rice(k uint) (uint64, bool) {
	if r.n <= escape {
		r.fill()
	}
	q := uint(bits.TrailingZeros64(r.word))
	if q > escape || q >= r.n {
		return 0, false
	}
	r.word >>= q + 1
	r.n -= q + 1
	if q == escape {
		return r.take(32)
	}
	v, ok := r.take(k)
	return uint64(q)<<k | v, ok
}

// appendDates writes the dates of up to chunkDocs objects: runs of neighbouring
// microseconds, each as the gap before it and its length.
func appendDates(b []byte, ats []int64) []byte {
	before := int64(0)
	for i := 0; i < len(ats); {
		j := i + 1
		for j < len(ats) && ats[j] == ats[j-1]+1 {
			j++
		}
		b = binary.AppendUvarint(b, uint64(ats[i]-before))
		b = binary.AppendUvarint(b, uint64(j-i))
		before = ats[j-1]
		i = j
	}
	return b
}

// dates reads them.
func dates(b []byte) ([]int64, error) {
	r := blockReader{b: b}
	out := make([]int64, 0, chunkDocs)
	at := int64(0)
	for len(r.b) > 0 {
		gap, n := r.uvarint(), r.uvarint()
		if r.b == nil || gap >= 1<<62 || n < 1 || n > uint64(chunkDocs-len(out)) {
			return nil, errDamaged
		}
		at += int64(gap) - 1
		for range n {
			at++
			out = append(out, at)
		}
	}
	return out, nil
}
