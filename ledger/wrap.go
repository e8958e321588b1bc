package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"tocsin/fault"
)

const (
	kekPrefix = "kek-"       // kek-2026-11: key-encryption key of a month
	goneEnd   = ".destroyed" // kek-2026-11.destroyed: it was destroyed and is never made again
	nonceSize = 12
	// recheck is how long a key that another process destroyed may still be used here.
	recheck = time.Second
)

// months holds the key-encryption keys that were used.
type months struct {
	mu   sync.RWMutex
	keys map[string]*monthKey
}

// monthKey is the cipher of a month, and when its file was last seen.
type monthKey struct {
	aead cipher.AEAD
	seen time.Time
}

// Wrap encrypts a small secret under the key-encryption key of month
// ("2026-11"), making that key when it is missing: AES-256-GCM with a random
// nonce before the ciphertext and the month as additional data, 28 bytes longer
// than plain. One month's key is good for 2^32 secrets (NIST SP 800-38D section
// 8.3), 1,600 a second all month. A month whose key was destroyed is fault.Gone.
func (k *Keys) Wrap(month string, plain []byte) ([]byte, error) {
	aead, err := k.month(month, true)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize, nonceSize+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, bound(month)), nil
}

// Unwrap opens what Wrap made; fault.Gone if the month's key was destroyed.
func (k *Keys) Unwrap(month string, sealed []byte) ([]byte, error) {
	aead, err := k.month(month, false)
	if err != nil {
		return nil, err
	}
	if len(sealed) < nonceSize {
		return nil, fmt.Errorf("a secret wrapped for %s was cut short", month)
	}
	plain, err := aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], bound(month))
	if err != nil {
		return nil, fmt.Errorf("a secret wrapped for %s was changed, or wrapped in another keys folder: %w", month, err)
	}
	return plain, nil
}

func bound(month string) []byte { return []byte("tocsin kek v1\n" + month) }

// DestroyMonth ends what was wrapped under the key of a month, for ever: the key
// file is overwritten and removed, and a marker keeps it from being made again.
// Other processes on the folder notice within a second; what they wrap meanwhile
// is lost, too, so nodes go over to another key (2026-11.2) first. It may be repeated.
func (k *Keys) DestroyMonth(month string) error {
	if !validMonth(month) {
		return errMonth
	}
	name := kekPrefix + month
	if err := k.dir.create(name+goneEnd, []byte("destroyed\n")); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("destroying the key of %s: %w", month, err)
	}
	k.months.mu.Lock()
	delete(k.months.keys, month)
	k.months.mu.Unlock()
	if err := k.dir.destroy(name); err != nil {
		return fmt.Errorf("destroying the key of %s: %w", month, err)
	}
	return nil
}

// month gives the cipher of a month.
func (k *Keys) month(month string, makeIt bool) (cipher.AEAD, error) {
	now := time.Now()
	k.months.mu.RLock()
	m := k.months.keys[month]
	k.months.mu.RUnlock()
	if m != nil && now.Sub(m.seen) < recheck {
		return m.aead, nil
	}
	if !validMonth(month) {
		return nil, errMonth
	}
	k.months.mu.Lock()
	defer k.months.mu.Unlock()
	m = k.months.keys[month]
	if m != nil && now.Sub(m.seen) < recheck {
		return m.aead, nil
	}
	if m != nil && k.there(month) {
		k.months.keys[month] = &monthKey{aead: m.aead, seen: now}
		return m.aead, nil
	}
	delete(k.months.keys, month)
	aead, err := k.load(month, makeIt)
	if err != nil {
		return nil, err
	}
	if k.months.keys == nil {
		k.months.keys = map[string]*monthKey{}
	}
	k.months.keys[month] = &monthKey{aead: aead, seen: now}
	return aead, nil
}

// there tells whether the key of a month still stands in the folder.
func (k *Keys) there(month string) bool {
	return k.dir.has(kekPrefix+month) && !k.dir.has(kekPrefix+month+goneEnd)
}

// load reads the key of a month, or makes it.
func (k *Keys) load(month string, makeIt bool) (cipher.AEAD, error) {
	name := kekPrefix + month
	destroyed := fault.New(fault.Gone, "the key of %s was destroyed, and with it what it protected", month)
	if k.dir.has(name + goneEnd) {
		return nil, destroyed
	}
	b, err := k.dir.read(name)
	if errors.Is(err, fs.ErrNotExist) && makeIt {
		var fresh [32]byte
		rand.Read(fresh[:])
		if err := k.dir.create(name, secretText(fresh)); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fault.Because(err, fault.Refused, "the key of %s can't be made in the keys folder", month)
		}
		b, err = k.dir.read(name) // ours, or that of another process that was faster
	}
	switch {
	case k.dir.has(name + goneEnd): // meanwhile
		return nil, destroyed
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.Gone, "the key of %s is not in the keys folder: it was destroyed, or another node made it in a folder of its own (the nodes of one log share one)", month)
	case err != nil:
		return nil, fmt.Errorf("the key of %s: %w", month, err)
	}
	key, ok := parseSecret(b)
	if !ok {
		return nil, fault.New(fault.Refused, "the file %s of the keys folder is not 32 bytes in hexadecimal", name)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("the key of %s: %w", month, err)
	}
	return cipher.NewGCM(block)
}

var errMonth = fault.New(fault.Invalid, "a month is written YYYY-MM; its second and later keys YYYY-MM.2 and so on")

// validMonth accepts 2026-11 and, for keys that stand in for a destroyed one of
// the same month, 2026-11.2. It is part of a file name.
func validMonth(s string) bool {
	month, again, more := strings.Cut(s, ".")
	if _, err := time.Parse("2006-01", month); err != nil || len(month) != 7 {
		return false
	}
	if !more {
		return true
	}
	return len(again) > 0 && len(again) < 4 && strings.Trim(again, "0123456789") == "" && again[0] != '0'
}
