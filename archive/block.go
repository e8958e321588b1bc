package archive

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"tocsin/archive/directory"
	"tocsin/fault"
)

// BlockBytes is about how many bytes of objects go into one block before it is
// compressed. Measured choice: see docs/decisions.md.
const BlockBytes = 128 << 10

// level is how hard a block is compressed; measured as well.
const level = zstd.SpeedFastest

// maxBlock bounds what one block may unpack to: a single object of the largest
// size stands alone in its block.
const maxBlock = directory.MaxObject

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
	hashes          []int64 // of the slots' identifiers
	types           int64
	month           string
	wkey, dir, data []byte
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
		for j < len(slots) && slots[j].Aud == slots[i].Aud && (size == 0 || size+len(slots[j].Raw) <= a.block) {
			size += len(slots[j].Raw)
			j++
		}
		p := Packed{Aud: slots[i].Aud, N0: from + int64(i), Slots: slots[i:j]}
		dir := make([]directory.Slot, 0, j-i)
		data := make([]byte, 0, size)
		for _, s := range p.Slots {
			dir = append(dir, directory.Slot{ID: s.ID, Version: s.Version, Size: len(s.Raw)})
			p.hashes = append(p.hashes, a.hash(s.ID))
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

// seal fills in the encrypted columns of p, whose audience is set, under a fresh key.
func (a *Archive) seal(p *Packed, dir []directory.Slot, data []byte) error {
	p.types = 0
	for _, d := range dir {
		if !d.Erased {
			p.types |= typeBit(typeOf(d.ID))
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
	p.dir = aead.Seal(nil, nonce(0), z.EncodeAll(directory.Encode(dir), nil), bound(p.Aud))
	p.data = aead.Seal(nil, nonce(1), z.EncodeAll(data, nil), bound(p.Aud))
	return nil
}

// A block's key encrypts two texts and is never used again, so the nonce only
// tells the two apart.
func nonce(n byte) []byte {
	b := make([]byte, 12)
	b[0] = n
	return b
}

// bound is authenticated with a block: one that was moved to another audience in
// the table doesn't open there.
func bound(aud int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(aud)) }

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

// opened is a block whose directory was read; its objects are unpacked when they
// are asked for, which a look for one type or one date often doesn't need.
type opened struct {
	a    *Archive
	row  *row
	aead cipher.AEAD
	dir  []directory.Slot
}

// open decrypts and unpacks the directory.
func (a *Archive) open(r *row) (o *opened, err error) {
	defer fault.Wrap(&err, "block %d of audience %d", r.last, r.aud)
	key, err := a.keys.Unwrap(r.month, r.wkey)
	if err != nil {
		return nil, err
	}
	aead, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	text, err := a.unpack(aead, 0, r.aud, r.dir)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	dir, err := directory.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	if int64(len(dir)) != r.n {
		return nil, fmt.Errorf("directory: %d slots, not %d", len(dir), r.n)
	}
	return &opened{a, r, aead, dir}, nil
}

// objects decrypts and unpacks the objects, one after another as in the directory.
func (o *opened) objects() (data []byte, err error) {
	defer fault.Wrap(&err, "objects of block %d of audience %d", o.row.last, o.row.aud)
	if data, err = o.a.unpack(o.aead, 1, o.row.aud, o.row.data); err != nil {
		return nil, err
	}
	total := 0
	for _, d := range o.dir {
		total += d.Size
	}
	if total != len(data) {
		return nil, fmt.Errorf("%d bytes, not %d", len(data), total)
	}
	return data, nil
}

func (a *Archive) unpack(aead cipher.AEAD, n byte, aud int32, sealed []byte) ([]byte, error) {
	z, err := aead.Open(nil, nonce(n), sealed, bound(aud))
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

func newCoders(level zstd.EncoderLevel) *coders {
	c := &coders{}
	c.enc.New = func() any {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(BlockBytes))
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
