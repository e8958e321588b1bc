// Package checksum checks the checksums that wallet addresses and onion names
// carry, so that a mistyped one, or a word that only looks like one, is never
// taken for an indicator.
//
//	address, ok := checksum.Bitcoin("1GYQiMqyQmbcaPBR8jHKXULpmWSzWQh37g")
//
// Every function takes text of any length and content, and gives its one
// canonical form.
package checksum

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha3"
	"encoding/base32"
	"encoding/hex"
	"strings"

	legacy "golang.org/x/crypto/sha3"
)

// Bitcoin checks a main net address: base58check for P2PKH and P2SH, bech32
// (BIP 173) and bech32m (BIP 350) for witness programs, which come out in lower case.
func Bitcoin(s string) (string, bool) {
	if len(s) > 3 && (s[:3] == "bc1" || s[:3] == "BC1") {
		return bitcoinWitness(s)
	}
	if len(s) < 26 || len(s) > 35 || s[0] != '1' && s[0] != '3' {
		return "", false
	}
	var raw [25]byte
	if !base58(raw[:], s) {
		return "", false
	}
	if raw[0] != 0x00 && raw[0] != 0x05 {
		return "", false
	}
	once := sha256.Sum256(raw[:21])
	twice := sha256.Sum256(once[:])
	return s, bytes.Equal(raw[21:], twice[:4]) && leadingOnes(s) == leadingZeros(raw[:])
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58 decodes s as one number into exactly len(out) bytes, and tells whether
// it has only base58 digits and fits.
func base58(out []byte, s string) bool {
	clear(out)
	for i := range len(s) {
		d := strings.IndexByte(base58Alphabet, s[i])
		if d < 0 {
			return false
		}
		carry := d
		for j := len(out) - 1; j >= 0; j-- {
			carry += int(out[j]) * 58
			out[j] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return false
		}
	}
	return true
}

func leadingOnes(s string) int { return len(s) - len(strings.TrimLeft(s, "1")) }

func leadingZeros(b []byte) int { return len(b) - len(bytes.TrimLeft(b, "\x00")) }

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bitcoinWitness checks a witness program under the prefix bc. Mixed case is
// wrong by BIP 173.
func bitcoinWitness(s string) (string, bool) {
	if len(s) < 14 || len(s) > 74 || strings.ToLower(s) != s && strings.ToUpper(s) != s {
		return "", false
	}
	s = strings.ToLower(s)
	data := make([]byte, 0, 74)
	for i := 3; i < len(s); i++ {
		d := strings.IndexByte(bech32Alphabet, s[i])
		if d < 0 {
			return "", false
		}
		data = append(data, byte(d))
	}
	version, want := data[0], uint32(0x2bc830a3)
	if version == 0 {
		want = 1
	}
	if version > 16 || bech32Sum(data) != want {
		return "", false
	}
	n, ok := witnessBytes(data[1 : len(data)-6])
	if !ok || n < 2 || n > 40 || version == 0 && n != 20 && n != 32 {
		return "", false
	}
	return s, true
}

// bech32Sum runs the BCH code of BIP 173 over the expanded prefix "bc" and data.
func bech32Sum(data []byte) uint32 {
	sum := uint32(1)
	step := func(v byte) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for _, v := range [...]byte{'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31} {
		step(v)
	}
	for _, v := range data {
		step(v)
	}
	return sum
}

// witnessBytes counts the bytes in groups of five bits; the padding must be
// shorter than a group and zero.
func witnessBytes(groups []byte) (int, bool) {
	bits := len(groups) * 5
	pad := bits % 8
	if pad >= 5 {
		return 0, false
	}
	if pad > 0 && groups[len(groups)-1]&(1<<pad-1) != 0 {
		return 0, false
	}
	return bits / 8, true
}

// Ethereum checks an address of 20 bytes: all lower or all upper case is
// allowed, mixed case must pass EIP-55. It comes out in the case of EIP-55.
func Ethereum(s string) (string, bool) {
	if len(s) != 42 || s[0] != '0' || s[1] != 'x' && s[1] != 'X' {
		return "", false
	}
	digits := s[2:]
	lower := strings.ToLower(digits)
	if _, err := hex.DecodeString(lower); err != nil {
		return "", false
	}
	h := legacy.NewLegacyKeccak256()
	h.Write([]byte(lower))
	sum := h.Sum(nil)
	out := []byte("0x" + lower)
	for i := range 40 {
		nibble := sum[i/2] >> 4
		if i%2 == 1 {
			nibble = sum[i/2] & 15
		}
		if c := out[i+2]; c >= 'a' && nibble >= 8 {
			out[i+2] = c - 'a' + 'A'
		}
	}
	mixed := digits != lower && digits != strings.ToUpper(digits)
	if mixed && digits != string(out[2:]) {
		return "", false
	}
	return string(out), true
}

// Monero checks a main net address: standard, integrated or subaddress.
func Monero(s string) (string, bool) {
	if len(s) != 95 && len(s) != 106 || s[0] != '4' && s[0] != '8' {
		return "", false
	}
	// Blocks of 11 digits stand for 8 bytes, the last, shorter one for its rest.
	size := map[int]int{7: 5, 11: 8}
	var raw []byte
	for at := 0; at < len(s); at += 11 {
		block := s[at:min(at+11, len(s))]
		out := make([]byte, size[len(block)])
		if len(out) == 0 || !base58(out, block) {
			return "", false
		}
		raw = append(raw, out...)
	}
	body, sum := raw[:len(raw)-4], raw[len(raw)-4:]
	switch {
	case len(s) == 95 && (raw[0] == 18 || raw[0] == 42):
	case len(s) == 106 && raw[0] == 19:
	default:
		return "", false
	}
	h := legacy.NewLegacyKeccak256()
	h.Write(body)
	return s, bytes.Equal(h.Sum(nil)[:4], sum)
}

// onionBase is base32 as rend-spec-v3 writes it, in lower case.
var onionBase = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Onion checks the label before .onion, in lower case: of version 3 its
// checksum and version (rend-spec-v3 section 6); of version 2, which has no
// checksum, its alphabet.
func Onion(label string) bool {
	if strings.ContainsAny(label, "\r\n") {
		return false // the decoder passes over ends of lines
	}
	switch len(label) {
	case 16:
		_, err := onionBase.DecodeString(label)
		return err == nil
	case 56:
		raw, err := onionBase.DecodeString(label)
		if err != nil || raw[34] != 3 {
			return false
		}
		sum := sha3.Sum256(append(append([]byte(".onion checksum"), raw[:32]...), 3))
		return raw[32] == sum[0] && raw[33] == sum[1]
	}
	return false
}
