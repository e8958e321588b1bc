package archive

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// BlockBytes is about how many bytes of objects go into one block before it is
// compressed. Measured choice: see docs/decisions.md.
const BlockBytes = 64 << 10

// maxBlock bounds what one block may unpack to: a single object of the largest
// size stands alone in its block.
const maxBlock = 17 << 20

// Slot is an object that goes in.
type Slot struct {
	Aud     int32
	ID      string
	Version string // text; empty for an unversioned object
	Raw     []byte
}

// Packed is a block ready to be written. N0 is the ordinal of its first object
// within the entry.
type Packed struct {
	Aud             int32
	N0              int64
	Slots           []Slot
	types           int64
	month           string
	wkey, dir, data []byte
}

// entryOf is what the directory of a block says of one slot. An erased slot
// keeps the keyed hash of what stood there, so that the record still opens.
type entryOf struct {
	id, version string
	size        int
	erased      bool
	hash        [32]byte
}

// Arrange gives the slots in the order in which an entry keeps them: by
// audience, and as they came within one. Ordinals count along this order.
func Arrange(slots []Slot) []Slot {
	out := slices.Clone(slots)
	slices.SortStableFunc(out, func(a, b Slot) int { return int(a.Aud) - int(b.Aud) })
	return out
}

// Pack cuts arranged slots into blocks of one audience each, compresses and
// encrypts them. The first slot gets ordinal from.
func (a *Archive) Pack(slots []Slot, from int64) ([]Packed, error) {
	var out []Packed
	for i := 0; i < len(slots); {
		j, size := i, 0
		for j < len(slots) && slots[j].Aud == slots[i].Aud && (size == 0 || size+len(slots[j].Raw) <= BlockBytes) {
			size += len(slots[j].Raw)
			j++
		}
		p := Packed{Aud: slots[i].Aud, N0: from + int64(i), Slots: slots[i:j]}
		dir := make([]entryOf, 0, j-i)
		data := make([]byte, 0, size)
		for _, s := range p.Slots {
			dir = append(dir, entryOf{id: s.ID, version: s.Version, size: len(s.Raw)})
			data = append(data, s.Raw...)
		}
		if err := a.seal(&p, dir, data); err != nil {
			return nil, err
		}
		out = append(out, p)
		i = j
	}
	return out, nil
}

// seal fills in the encrypted columns of p under a fresh key.
func (a *Archive) seal(p *Packed, dir []entryOf, data []byte) error {
	p.types = 0
	for _, d := range dir {
		if !d.erased {
			p.types |= typeBit(typeOf(d.id))
		}
	}
	key := make([]byte, 32)
	rand.Read(key)
	p.month = month()
	var err error
	if p.wkey, err = a.keys.Wrap(p.month, key); err != nil {
		return fmt.Errorf("wrapping a block's key: %w", err)
	}
	aead, err := newGCM(key)
	if err != nil {
		return err
	}
	z := a.coders.enc.Get().(*zstd.Encoder)
	defer a.coders.enc.Put(z)
	p.dir = aead.Seal(nil, nonce(0), z.EncodeAll(encodeDir(dir), nil), nil)
	p.data = aead.Seal(nil, nonce(1), z.EncodeAll(data, nil), nil)
	return nil
}

// A block's key encrypts two texts and is never used again, so the nonce only
// tells the two apart.
func nonce(n byte) []byte {
	b := make([]byte, 12)
	b[0] = n
	return b
}

func newGCM(key []byte) (cipher.AEAD, error) {
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("block cipher: %w", err)
	}
	return cipher.NewGCM(c)
}

// row is a block as it stands in the table. data is nil when it was not asked for.
type row struct {
	aud             int32
	last, idx, base int64
	n0, n           int64
	types           int64
	month           string
	wkey, dir, data []byte
}

// open decrypts and unpacks the directory, and the objects if they were read.
func (a *Archive) open(r *row) ([]entryOf, []byte, error) {
	key, err := a.keys.Unwrap(r.month, r.wkey)
	if err != nil {
		return nil, nil, fmt.Errorf("block %d of audience %d: %w", r.last, r.aud, err)
	}
	aead, err := newGCM(key)
	if err != nil {
		return nil, nil, err
	}
	dirText, err := a.unpack(aead, 0, r.dir)
	if err != nil {
		return nil, nil, fmt.Errorf("directory of block %d of audience %d: %w", r.last, r.aud, err)
	}
	dir, err := decodeDir(dirText)
	if err != nil || int64(len(dir)) != r.n {
		return nil, nil, fmt.Errorf("directory of block %d of audience %d: %d slots, not %d: %w", r.last, r.aud, len(dir), r.n, err)
	}
	if r.data == nil {
		return dir, nil, nil
	}
	data, err := a.unpack(aead, 1, r.data)
	if err != nil {
		return nil, nil, fmt.Errorf("objects of block %d of audience %d: %w", r.last, r.aud, err)
	}
	total := 0
	for _, d := range dir {
		total += d.size
	}
	if total != len(data) {
		return nil, nil, fmt.Errorf("objects of block %d of audience %d: %d bytes, not %d", r.last, r.aud, len(data), total)
	}
	return dir, data, nil
}

func (a *Archive) unpack(aead cipher.AEAD, n byte, sealed []byte) ([]byte, error) {
	z, err := aead.Open(nil, nonce(n), sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("the bytes were changed: %w", err)
	}
	d := a.coders.dec.Get().(*zstd.Decoder)
	defer a.coders.dec.Put(d)
	return d.DecodeAll(z, nil)
}

// coders hold tables of some 100 kB each: kept between uses, dropped by the
// collector when idle.
type coders struct{ enc, dec sync.Pool }

func newCoders() *coders {
	c := &coders{}
	c.enc.New = func() any {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(128<<10))
		if err != nil {
			panic(err) // the options are constants
		}
		return z
	}
	c.dec.New = func() any {
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlock))
		if err != nil {
			panic(err) // the options are constants
		}
		return z
	}
	return c
}

func encodeDir(dir []entryOf) []byte {
	b := make([]byte, 0, 80*len(dir))
	for _, d := range dir {
		if d.erased {
			b = append(append(b, 1), d.hash[:]...)
			continue
		}
		b = append(b, 0)
		b = binary.AppendUvarint(b, uint64(d.size))
		b = append(binary.AppendUvarint(b, uint64(len(d.id))), d.id...)
		b = append(binary.AppendUvarint(b, uint64(len(d.version))), d.version...)
	}
	return b
}

var errDir = errors.New("it can't be read")

func decodeDir(b []byte) ([]entryOf, error) {
	var out []entryOf
	text := func() (string, bool) {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			return "", false
		}
		s := string(b[w : w+int(n)])
		b = b[w+int(n):]
		return s, true
	}
	for len(b) > 0 {
		flag := b[0]
		b = b[1:]
		if flag == 1 {
			if len(b) < 32 {
				return nil, errDir
			}
			out = append(out, entryOf{erased: true, hash: [32]byte(b[:32])})
			b = b[32:]
			continue
		}
		size, w := binary.Uvarint(b)
		if flag != 0 || w <= 0 || size > maxBlock {
			return nil, errDir
		}
		b = b[w:]
		id, ok1 := text()
		version, ok2 := text()
		if !ok1 || !ok2 {
			return nil, errDir
		}
		out = append(out, entryOf{id: id, version: version, size: int(size)})
	}
	return out, nil
}
