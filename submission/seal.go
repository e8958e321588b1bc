package submission

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"time"

	"tocsin/fault"
)

// sealed is an answer as it is kept: encrypted under a key of its own, which is
// wrapped under that of a month. What was answered names submitted identifiers,
// and that of a mailbox is computed from the mailbox (STIX 2.1 section 2.9):
// whoever has only the database reads none.
type sealed struct {
	month      string
	wkey, text []byte
}

// seal encrypts an answer for its row.
func (b *Book) seal(row string, text []byte) (s sealed, err error) {
	defer fault.Wrap(&err, "sealing an answer")
	key := make([]byte, 32)
	rand.Read(key)
	s.month = time.Now().UTC().Format("2006-01")
	if s.wkey, err = b.keys.Wrap(s.month, key); err != nil {
		return sealed{}, err
	}
	aead, err := gcm(key)
	if err != nil {
		return sealed{}, err
	}
	s.text = aead.Seal(nil, nonce(), text, []byte(row))
	return s, nil
}

// open decrypts an answer of a row; fault.Gone when its month's key was destroyed.
func (b *Book) open(row string, s sealed) (text []byte, err error) {
	defer fault.Wrap(&err, "opening an answer")
	key, err := b.keys.Unwrap(s.month, s.wkey)
	if err != nil {
		return nil, err
	}
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if text, err = aead.Open(nil, nonce(), s.text, []byte(row)); err != nil {
		return nil, fmt.Errorf("the bytes were changed, or are of another row: %w", err)
	}
	return text, nil
}

// nonce is all zeros: a key encrypts one text and is never used again.
func nonce() []byte { return make([]byte, 12) }

func gcm(key []byte) (cipher.AEAD, error) {
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	return cipher.NewGCM(c)
}

// The names of rows, which are authenticated with what they hold.
func submissionRow(member int64, k []byte, part int64) string {
	return fmt.Sprintf("submission %d %x %d", member, k, part)
}

func statusRow(member int64, id string) string { return fmt.Sprintf("status %d %s", member, id) }
