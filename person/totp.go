package person

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Time-based one-time passwords as every authenticator makes them: RFC 6238 with
// HMAC-SHA-1, 6 digits, steps of 30 s. One step of drift either way is taken
// (section 6), a step that was used never again (section 5.2).
const (
	totpStep   = 30 // seconds
	totpDigits = 6
	totpSecret = 20 // bytes: RFC 4226 section 4, R6
	saltSize   = 16
)

// totpCode gives the code of a step.
func totpCode(secret []byte, step int64) string {
	m := hmac.New(sha1.New, secret)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(step))
	m.Write(b[:])
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 15 // RFC 4226 section 5.3
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// totpMatch finds the step after used to which a code belongs. It takes the same
// time whether there is one.
func totpMatch(secret []byte, code string, used int64, now time.Time) (step int64, ok bool) {
	at := now.Unix() / totpStep
	for s := at - 1; s <= at+1; s++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, s)), []byte(code)) == 1 && s > used {
			step, ok = s, true
		}
	}
	return step, ok
}

// otpauth gives what a QR code for authenticators holds
// (github.com/google/google-authenticator/wiki/Key-Uri-Format).
func otpauth(issuer, login, secret string) string {
	issuer = strings.ReplaceAll(issuer, ":", " ")
	q := "secret=" + secret + "&issuer=" + strings.ReplaceAll(url.QueryEscape(issuer), "+", "%20") + "&algorithm=SHA1&digits=" + strconv.Itoa(totpDigits) + "&period=" + strconv.Itoa(totpStep)
	return "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(login) + "?" + q
}

func base32Text(b []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// sealSecret encrypts the secret of a second factor for its person, under a key
// from the keys folder and a salt. It isn't a month's key: those are destroyed to
// end what was filed in that month, and a second factor outlives many.
func (p *People) sealSecret(person int64, secret []byte) ([]byte, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	aead, err := p.totpCipher(person, salt)
	if err != nil {
		return nil, err
	}
	// The key encrypts this one text and is never used again, so the nonce is all zeros.
	return aead.Seal(salt, make([]byte, aead.NonceSize()), secret, nil), nil
}

// openSecret decrypts what sealSecret made for the same person.
func (p *People) openSecret(person int64, sealed []byte) ([]byte, error) {
	if len(sealed) < saltSize {
		return nil, fmt.Errorf("the secret of a second factor was cut short")
	}
	aead, err := p.totpCipher(person, sealed[:saltSize])
	if err != nil {
		return nil, err
	}
	secret, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed[saltSize:], nil)
	if err != nil {
		return nil, fmt.Errorf("the secret of a second factor was changed, or sealed under another keys folder: %w", err)
	}
	return secret, nil
}

func (p *People) totpCipher(person int64, salt []byte) (cipher.AEAD, error) {
	key := p.keys.MAC(macTOTP, strconv.AppendInt(nil, person, 10), salt)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	return cipher.NewGCM(block)
}

// Recovery codes: each lets a person in once without the authenticator.
const (
	recoveryCodes  = 10
	recoveryLength = 12 // characters of base 32: 60 bits
)

// newRecovery makes codes as they are shown: three groups of four.
func newRecovery() (codes []string) {
	for range recoveryCodes {
		var b [8]byte
		rand.Read(b[:])
		s := base32Text(b[:])[:recoveryLength]
		codes = append(codes, s[:4]+"-"+s[4:8]+"-"+s[8:])
	}
	return codes
}

// foldCode gives a typed code without spaces and dashes, in capitals, with digits
// that no recovery code has read as the letters that they look like; long is true
// when it can be a recovery code.
func foldCode(s string) (code string, long bool) {
	if len(s) > maxTyped {
		return "", false
	}
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' || r == '\u2013' {
			return -1
		}
		return r
	}, strings.ToUpper(s))
	if len(s) == recoveryLength {
		return strings.NewReplacer("0", "O", "1", "I").Replace(s), true
	}
	return s, false
}

func (p *People) recoveryHash(person int64, code string) [32]byte {
	return p.keys.MAC(macRecovery, strconv.AppendInt(nil, person, 10), []byte(code))
}
