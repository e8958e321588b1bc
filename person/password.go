package person

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"tocsin/fault"
)

// Passwords have 12 to 128 characters after NFKC, of any kind (NIST SP 800-63B
// section 5.1.1.2: length, no rules of composition, a check against what is common).
const (
	MinPassword = 12
	MaxPassword = 128
)

// The cost of argon2id: OWASP's Password Storage Cheat Sheet, 19 MiB, 2 passes, 1
// lane. hashesAtOnce bounds the memory to 76 MiB, hashWait how long one waits for a place.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonLanes   = 1
	argonKey     = 32
	argonVersion = 1 // first byte of a hash: names the cost above
	hashesAtOnce = 4
	hashWait     = 5 * time.Second
)

// hash is a version, a salt and an argon2id key.
func (p *People) hash(ctx context.Context, password string) ([]byte, error) {
	out := make([]byte, 1+saltSize, 1+saltSize+argonKey)
	out[0] = argonVersion
	rand.Read(out[1:])
	key, err := p.argon(ctx, password, out[1:])
	return append(out, key...), err
}

// verify tells whether a password has a hash. Without a hash it takes the same time and says no.
func (p *People) verify(ctx context.Context, password string, hash []byte) (bool, error) {
	there := len(hash) == 1+saltSize+argonKey && hash[0] == argonVersion
	if !there {
		hash = make([]byte, 1+saltSize+argonKey)
	}
	key, err := p.argon(ctx, password, hash[1:1+saltSize])
	if err != nil {
		return false, err
	}
	same := subtle.ConstantTimeCompare(key, hash[1+saltSize:]) == 1
	return same && there, nil
}

var errCrowded = fault.New(fault.Busy, "too many people sign in with a password at this moment; try again, or use a passkey")

// argon hashes with at most hashesAtOnce at a time; fault.Busy when no place gets free.
func (p *People) argon(ctx context.Context, password string, salt []byte) ([]byte, error) {
	t := time.NewTimer(hashWait)
	defer t.Stop()
	select {
	case p.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.C:
		return nil, errCrowded
	}
	defer func() { <-p.hashing }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey), nil
}

// normal gives a password in the form that is hashed; false when it has too few or
// too many characters to be one.
func normal(password string) (string, bool) {
	if len(password) > 8*MaxPassword || !utf8.ValidString(password) {
		return "", false
	}
	s := norm.NFKC.String(password)
	n := utf8.RuneCountInString(s)
	return s, n >= MinPassword && n <= MaxPassword
}

// cleanPassword gives a new password in the form that is hashed; fault.Invalid with
// why it is none. own are names that it may not rest on: login, name, member.
func cleanPassword(password string, own ...string) (string, error) {
	s, ok := normal(password)
	if !ok {
		return "", fault.At(fault.Invalid, "password", "a password has %d to %d characters of any kind; a few words in a row are good", MinPassword, MaxPassword)
	}
	if n := surprise(s, own); n < minSurprise {
		return "", fault.At(fault.Invalid, "password", "this is easy to guess: it is mostly a common word, a row or a repetition, or your own or your member's name; take a few words that nobody would put together")
	}
	return s, nil
}

// minSurprise is how many characters must be left of a password after everything
// that a guesser tries first was taken together.
const minSurprise = 8

// commonWords are what people's passwords rest on: our own list, for a first check.
var commonWords = []string{
	"password", "passwort", "passphrase", "contrasena", "motdepasse", "passw", "letmein", "welcome", "bienvenido", "changeme", "default", "secret",
	"administrator", "admin", "superuser", "root", "user", "login", "logon", "access", "master", "guest", "tocsin", "exchange", "security", "cyber",
	"iloveyou", "sunshine", "princess", "dragon", "monkey", "football", "baseball", "superman", "batman", "starwars", "shadow", "whatever", "trustno",
	"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "spring", "summer", "autumn", "winter",
	"correcthorsebatterystaple", "hunter", "testing", "test", "example", "qwertz", "azerty", "company", "office", "hello", "please",
}

// rows are keys that stand in a row: parts of them count as one character.
var rows = []string{"qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1234567890", "0987654321", "1qaz2wsx3edc4rfv5tgb", "qazwsxedcrfvtgb", "!@#$%^&*()"}

// surprise counts characters, with each common or own word, each part of a row or
// alphabet, each repetition counted as one. Letters that digits stand for are read
// as letters.
func surprise(password string, own []string) int {
	words := slices.Clone(commonWords)
	for _, name := range own {
		for _, w := range append(strings.FieldsFunc(name, notLetter), name) {
			if w = plain(w); len([]rune(w)) >= 3 {
				words = append(words, w)
			}
		}
	}
	lower := []rune(strings.ToLower(password))
	// As it was typed, and with digits read as letters: the worse counts.
	return min(left(lower, words), left([]rune(plain(password)), words))
}

// left counts what is left of a text: it walks over it, over a word or row at once.
func left(s []rune, words []string) (n int) {
	for i := 0; i < len(s); n++ {
		step := max(1, inRow(s[i:]), repeated(s[:i], s[i:]))
		rest := string(s[i:])
		for _, w := range words {
			if strings.HasPrefix(rest, w) {
				step = max(step, len([]rune(w)))
			}
		}
		i += step
	}
	return n
}

// inRow gives how many characters at the beginning are a row: of keys, of the
// alphabet in steps of one either way, or the same one; fewer than 3 are none.
func inRow(s []rune) int {
	n := 0
	for _, step := range [...]rune{-1, 0, 1} {
		k := 1
		for k < len(s) && s[k]-s[k-1] == step {
			k++
		}
		n = max(n, k)
	}
	for _, row := range rows {
		for k := min(len(s), len(row)); k > n; k-- {
			if strings.Contains(row, string(s[:k])) {
				n = k
			}
		}
	}
	if n < 3 {
		return 0
	}
	return n
}

// repeated gives how many characters at the beginning stood in the text before,
// together; fewer than 3 are no repetition.
func repeated(before, s []rune) int {
	text := string(before)
	n := 0
	for k := 3; k <= len(s) && strings.Contains(text, string(s[:k])); k++ {
		n = k
	}
	return n
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// plain gives a text in lower case with signs read as the letters they stand for,
// and without what separates.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if l, ok := signs[r]; ok {
			return l
		}
		if notLetter(r) && r < utf8.RuneSelf {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(s)))
}

var signs = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i'}
