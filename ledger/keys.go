package ledger

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/mod/sumdb/note"

	"tocsin/fault"
)

// The files of a keys folder, besides one kek-MONTH per month.
const (
	signingFile = "signing.key" // C2SP signer key of the log
	secretFile  = "secret"      // 32 bytes in hex, for keyed hashes
)

// Keys is the keys folder: signing key, monthly key-encryption keys, secret for
// keyed hashes. It is never in the database nor in a backup. Safe for concurrent use.
//
// All nodes of one log use the same folder: a month's key is made by whichever
// needs it first, and the others read it.
type Keys struct {
	dir      folder
	origin   string
	signer   note.Signer
	verifier string
	secret   [32]byte
	macs     sync.Map // purpose: derived key
	months   months
}

// CreateKeys makes a new folder (0700) with new keys (0600) for a log of that
// origin, which is its name for ever, best a URL without its scheme
// ("tocsin.example/log"). A folder that holds keys already is fault.Conflict.
func CreateKeys(dir, origin string) (*Keys, error) {
	if !validOrigin(origin) {
		return nil, fault.New(fault.Invalid, "an origin is 1 to 200 visible characters without spaces and plus signs, such as tocsin.example/log")
	}
	d, err := newFolder(dir)
	if err != nil {
		return nil, err
	}
	var secret [32]byte
	rand.Read(secret[:])
	if err := d.create(secretFile, secretText(secret)); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.Because(err, fault.Refused, "keys can't be written to %s", dir)
	}
	return finish(d, origin)
}

// newFolder makes a keys folder.
func newFolder(dir string) (folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fault.Because(err, fault.Refused, "the keys folder %s can't be made", dir)
	}
	return folder(dir), folder(dir).check()
}

// finish makes the signing key, which comes last: a folder without it is
// unfinished and may be finished.
func finish(d folder, origin string) (*Keys, error) {
	signing, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, fmt.Errorf("new signing key: %w", err)
	}
	switch err := d.create(signingFile, []byte(signing+"\n")); {
	case errors.Is(err, fs.ErrExist):
		return nil, fault.New(fault.Conflict, "%s holds the keys of a log already; give an empty folder", d)
	case err != nil:
		return nil, fault.Because(err, fault.Refused, "keys can't be written to %s", d)
	}
	return OpenKeys(string(d))
}

// validOrigin is C2SP signed-note's rule for a key name, with a bound.
func validOrigin(s string) bool {
	return s != "" && len(s) <= 200 && s == strings.ToValidUTF8(s, "") && !strings.ContainsFunc(s, func(r rune) bool { return r == '+' || unicode.IsSpace(r) || !unicode.IsPrint(r) })
}

// OpenKeys opens the folder. Modes that let others read it, or files of another
// user, are refused with what to run.
func OpenKeys(dir string) (*Keys, error) {
	k := &Keys{dir: folder(dir)}
	if err := k.dir.check(); err != nil {
		return nil, err
	}
	signing, err := k.file(signingFile)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(string(signing))
	if k.signer, err = note.NewSigner(text); err != nil {
		return nil, fault.New(fault.Refused, "%s/%s is not a C2SP signer key", dir, signingFile)
	}
	k.origin = k.signer.Name()
	if k.verifier, err = verifierOf(text, k.origin); err != nil {
		return nil, err
	}
	secret, err := k.file(secretFile)
	if err != nil {
		return nil, err
	}
	var ok bool
	if k.secret, ok = parseSecret(secret); !ok {
		return nil, fault.New(fault.Refused, "%s/%s is not 32 bytes in hexadecimal", dir, secretFile)
	}
	return k, nil
}

func (k *Keys) file(name string) ([]byte, error) {
	b, err := k.dir.read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, "the keys folder %s has no file %s: it holds no keys, or not all of them", k.dir, name)
	case err != nil && fault.KindOf(err) == fault.Internal:
		return nil, fault.Because(err, fault.Refused, "%s/%s can't be read", k.dir, name)
	}
	return b, err
}

// verifierOf gives the verifier key of a signer key that note.NewSigner accepts:
// PRIVATE+KEY+NAME+HASH+BASE64, with an Ed25519 seed after the algorithm's byte.
func verifierOf(signing, origin string) (string, error) {
	_, key, _ := strings.Cut(strings.TrimPrefix(signing, "PRIVATE+KEY+"+origin+"+"), "+")
	seed, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return "", fault.New(fault.Refused, "the signing key is not an Ed25519 key")
	}
	return note.NewEd25519VerifierKey(origin, ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
}

// Format keeps keys out of every print: it writes the origin only.
func (k *Keys) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "keys of %s", k.origin) }

// VerifierKey is the C2SP verifier key of the log.
func (k *Keys) VerifierKey() string { return k.verifier }

// Origin is the first line of the checkpoints.
func (k *Keys) Origin() string { return k.origin }

// Fingerprint identifies the folder in the head row: by its public key and its
// secret, not by the monthly keys, which come and go. It reveals neither.
func (k *Keys) Fingerprint() string {
	sum := k.MAC("fingerprint", []byte(k.verifier))
	return hex.EncodeToString(sum[:16])
}

// MAC is the keyed hash for a purpose ("submission", "published-id",
// "pseudonym"), under a key derived from the folder's secret: HMAC-SHA256 over
// the parts, each after its length, so that no two lists of parts are one message.
// Purposes are words of the program: the key of each is remembered.
func (k *Keys) MAC(purpose string, parts ...[]byte) (sum [32]byte) {
	key, ok := k.macs.Load(purpose)
	if !ok {
		h := hmac.New(sha256.New, k.secret[:])
		h.Write([]byte("tocsin mac v1\n" + purpose))
		key, _ = k.macs.LoadOrStore(purpose, [32]byte(h.Sum(nil)))
	}
	derived := key.([32]byte)
	h := hmac.New(sha256.New, derived[:])
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}
