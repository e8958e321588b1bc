package draft

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"tocsin/fault"
)

// box is the cipher of one draft: AES-256-GCM under a key that seals nothing else,
// so that the number of a chunk may be its nonce (NIST SP 800-38D section 8.2.1).
type box struct {
	aead cipher.AEAD
	id   []byte
}

// aboutNonce is that of what a draft is called; no draft has as many chunks.
const aboutNonce = math.MaxInt64

// newBox makes a draft's key, and wraps it into its row.
func (d *Drafts) newBox(r *row) (*box, error) {
	key := make([]byte, 32)
	rand.Read(key)
	var err error
	if r.wkey, err = d.keys.Wrap(r.month, key); err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	return makeBox(key, r.ID)
}

func makeBox(key []byte, id string) (*box, error) {
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	aead, err := cipher.NewGCM(c)
	return &box{aead, []byte(id)}, err
}

// unwrap opens the key of a draft and what it is called.
func (d *Drafts) unwrap(r *row) (*box, error) {
	key, err := d.keys.Unwrap(r.month, r.wkey)
	if fault.KindOf(err) == fault.Gone {
		return nil, errNone // the key of its month was destroyed, and it with it
	}
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	b, err := makeBox(key, r.ID)
	if err != nil {
		return nil, err
	}
	text, err := b.open(aboutNonce, r.about)
	if err != nil {
		return nil, err
	}
	var s sealed
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	r.About, r.Size = s.About, s.Size
	return b, nil
}

func (b *box) nonce(n int64) []byte {
	out := make([]byte, b.aead.NonceSize())
	binary.BigEndian.PutUint64(out, uint64(n))
	return out
}

func (b *box) seal(n int64, plain []byte) []byte { return b.aead.Seal(nil, b.nonce(n), plain, b.id) }

func (b *box) open(n int64, bytes []byte) ([]byte, error) {
	out, err := b.aead.Open(nil, b.nonce(n), bytes, b.id)
	if err != nil {
		return nil, fmt.Errorf("the bytes of a draft were changed: %w", err)
	}
	return out, nil
}

// Open gives the text of a draft as a stream; errors as for Get. It reads from the
// store as it is read from: a draft that is deleted meanwhile ends in fault.NotFound.
func (d *Drafts) Open(ctx context.Context, o Owner, id string) (io.Reader, error) {
	r, b, err := d.get(ctx, o, id)
	if err != nil {
		return nil, err
	}
	if r.Done {
		return nil, fault.New(fault.Gone, "this text was filed already, and isn't kept any more")
	}
	return &reader{ctx: ctx, d: d, box: b, id: id, left: r.Size}, nil
}

// reader reads chunk by chunk.
type reader struct {
	ctx  context.Context
	d    *Drafts
	box  *box
	id   string
	n    int64
	left int64 // bytes that are still to come
	rest []byte
}

func (r *reader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.left <= 0 {
			return 0, io.EOF
		}
		var bytes []byte
		err := r.d.db.Reader().QueryRowContext(r.ctx, `SELECT bytes FROM draft_chunk WHERE log_id = $1 AND draft = $2 AND n = $3`, r.d.logID, r.id, r.n).Scan(&bytes)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, errNone
		}
		if err != nil {
			return 0, fmt.Errorf("draft: %w", err)
		}
		if r.rest, err = r.box.open(r.n, bytes); err != nil {
			return 0, err
		}
		r.n++
		r.left -= int64(len(r.rest))
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
