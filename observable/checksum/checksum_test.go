package checksum

import (
	"crypto/sha256"
	"crypto/sha3"
	"encoding/base32"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	legacy "golang.org/x/crypto/sha3"
)

// encode58 writes bytes in base58, with a one for each zero byte in front.
func encode58(raw []byte) string {
	n, base, mod := new(big.Int).SetBytes(raw), big.NewInt(58), new(big.Int)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, base, mod)
		out = append([]byte{base58Alphabet[mod.Int64()]}, out...)
	}
	return strings.Repeat("1", leadingZeros(raw)) + string(out)
}

// legacyAddress makes a base58check address of a version and a hash of 20 bytes.
func legacyAddress(version byte, hash []byte) string {
	raw := append([]byte{version}, hash...)
	once := sha256.Sum256(raw)
	twice := sha256.Sum256(once[:])
	return encode58(append(raw, twice[:4]...))
}

// witnessAddress makes an address of BIP 173 or, from version 1 on, of BIP 350.
func witnessAddress(version byte, program []byte) string {
	data := []byte{version}
	acc, bits := uint32(0), 0
	for _, b := range program {
		acc, bits = acc<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			data = append(data, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		data = append(data, byte(acc<<(5-bits)&31))
	}
	constant := uint32(0x2bc830a3)
	if version == 0 {
		constant = 1
	}
	sum := bech32Sum(append(append([]byte{}, data...), 0, 0, 0, 0, 0, 0)) ^ constant
	for i := range 6 {
		data = append(data, byte(sum>>(5*(5-i))&31))
	}
	out := []byte("bc1")
	for _, d := range data {
		out = append(out, bech32Alphabet[d])
	}
	return string(out)
}

// moneroAddress makes an address of a network byte and what follows it.
func moneroAddress(network byte, body []byte) string {
	raw := append([]byte{network}, body...)
	h := legacy.NewLegacyKeccak256()
	h.Write(raw)
	raw = append(raw, h.Sum(nil)[:4]...)
	var out strings.Builder
	for at := 0; at < len(raw); at += 8 {
		block := raw[at:min(at+8, len(raw))]
		digits := map[int]int{8: 11, 5: 7}[len(block)]
		s := strings.TrimLeft(encode58(block), "1")
		out.WriteString(strings.Repeat("1", digits-len(s)) + s)
	}
	return out.String()
}

// onionLabel makes the label of a version 3 name.
func onionLabel(key []byte, version byte) string {
	sum := sha3.Sum256(append(append([]byte(".onion checksum"), key...), version))
	raw := append(append(append([]byte{}, key...), sum[:2]...), version)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
}

func bytesOf(t *rapid.T, n int) []byte {
	return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "bytes")
}

// spoil changes one character of s to another of the same alphabet.
func spoil(t *rapid.T, s, alphabet string, from int) string {
	i := rapid.IntRange(from, len(s)-1).Draw(t, "place")
	c := alphabet[rapid.IntRange(0, len(alphabet)-1).Draw(t, "char")]
	if s[i] == c {
		c = alphabet[(strings.IndexByte(alphabet, c)+1)%len(alphabet)]
	}
	return s[:i] + string(c) + s[i+1:]
}

func TestBitcoinTakesWhatIsRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		version := rapid.SampledFrom([]byte{0, 5}).Draw(t, "version")
		s := legacyAddress(version, bytesOf(t, 20))
		if got, ok := Bitcoin(s); !ok || got != s {
			t.Fatalf("Bitcoin(%q) = %q, %v", s, got, ok)
		}
		if bad := spoil(t, s, base58Alphabet, 1); bad != s {
			if _, ok := Bitcoin(bad); ok {
				t.Fatalf("Bitcoin took %q, which is %q with one wrong character", bad, s)
			}
		}
	})
}

func TestBitcoinWitness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		version := byte(rapid.IntRange(0, 16).Draw(t, "version"))
		n := rapid.IntRange(2, 40).Draw(t, "length")
		if version == 0 {
			n = rapid.SampledFrom([]int{20, 32}).Draw(t, "length 0")
		}
		s := witnessAddress(version, bytesOf(t, n))
		if got, ok := Bitcoin(s); !ok || got != s {
			t.Fatalf("Bitcoin(%q) = %q, %v", s, got, ok)
		}
		if got, ok := Bitcoin(strings.ToUpper(s)); !ok || got != s {
			t.Fatalf("Bitcoin in capitals = %q, %v; want %q", got, ok, s)
		}
		if _, ok := Bitcoin(s[:len(s)-1] + strings.ToUpper(s[len(s)-1:])); ok && s[len(s)-1] > '9' {
			t.Fatal("Bitcoin took mixed case")
		}
		if _, ok := Bitcoin(spoil(t, s, bech32Alphabet, 3)); ok {
			t.Fatal("Bitcoin took a wrong character")
		}
	})
}

func TestBitcoinRefuses(t *testing.T) {
	hash := make([]byte, 20)
	for name, s := range map[string]string{
		"empty": "", "short": "1abc", "test net": legacyAddress(0x6f, hash), "wrong version": legacyAddress(1, hash), "letter that is no digit": "1GYQiMqyQmbcaPBR8jHKXULpmWSzWQh3O0",
		"witness version 17": witnessAddress(17, hash), "version 0 of 25 bytes": witnessAddress(0, make([]byte, 25)), "one byte": witnessAddress(1, make([]byte, 1)), "41 bytes": witnessAddress(1, make([]byte, 41)),
		"no digits": "bc1", "prefix only": "bc1qqqqqqqqqq", "long": "1" + strings.Repeat("1", 60), "leading one too many": "1" + legacyAddress(0, append([]byte{9}, hash[1:]...)),
	} {
		if got, ok := Bitcoin(s); ok {
			t.Errorf("%s: Bitcoin(%q) = %q", name, s, got)
		}
	}
	if s := legacyAddress(0, hash); !strings.HasPrefix(s, "11111") {
		t.Fatalf("the address of zeros is %q", s)
	} else if _, ok := Bitcoin(s); !ok {
		t.Errorf("Bitcoin refused %q", s)
	}
}

func TestWitnessPadding(t *testing.T) {
	for name, c := range map[string]struct {
		groups []byte
		n      int
		ok     bool
	}{
		"whole bytes":       {make([]byte, 8), 5, true},
		"four bits of zero": {make([]byte, 4), 2, true},
		"a bit that is set": {[]byte{0, 0, 0, 1}, 0, false},
		"a group too many":  {make([]byte, 9), 0, false},
		"nothing":           {nil, 0, true},
	} {
		if n, ok := witnessBytes(c.groups); n != c.n || ok != c.ok {
			t.Errorf("%s: %d, %v; want %d, %v", name, n, ok, c.n, c.ok)
		}
	}
}

func TestEthereum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := hex.EncodeToString(bytesOf(t, 20))
		right, ok := Ethereum("0x" + digits)
		if !ok || !strings.EqualFold(right, "0x"+digits) {
			t.Fatalf("Ethereum(%s) = %q, %v", digits, right, ok)
		}
		for _, s := range []string{right, "0X" + strings.ToUpper(digits), "0x" + strings.ToUpper(digits)} {
			if got, ok := Ethereum(s); !ok || got != right {
				t.Fatalf("Ethereum(%q) = %q, %v; want %q", s, got, ok, right)
			}
		}
		i := rapid.IntRange(2, 41).Draw(t, "place")
		c := right[i]
		if c < 'A' {
			return
		}
		swapped := right[:i] + string(c^0x20) + right[i+1:]
		mixed := strings.ToLower(swapped[2:]) != swapped[2:] && strings.ToUpper(swapped[2:]) != swapped[2:]
		if _, ok := Ethereum(swapped); ok && mixed {
			t.Fatalf("Ethereum took %q, whose case breaks EIP-55", swapped)
		}
	})
	for _, s := range []string{"", "0x", "0x" + strings.Repeat("a", 39), "0x" + strings.Repeat("a", 41), "0x" + strings.Repeat("g", 40), "1x" + strings.Repeat("a", 40), strings.Repeat("a", 42), "0x" + strings.Repeat("é", 20)} {
		if got, ok := Ethereum(s); ok {
			t.Errorf("Ethereum(%q) = %q", s, got)
		}
	}
}

func TestMonero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s string
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			s = moneroAddress(18, bytesOf(t, 64))
		case 1:
			s = moneroAddress(42, bytesOf(t, 64))
		default:
			s = moneroAddress(19, bytesOf(t, 72))
		}
		if got, ok := Monero(s); !ok || got != s {
			t.Fatalf("Monero(%q) = %q, %v", s, got, ok)
		}
		if _, ok := Monero(spoil(t, s, base58Alphabet, 1)); ok {
			t.Fatal("Monero took a wrong character")
		}
	})
	for name, s := range map[string]string{
		"empty": "", "short": "4" + strings.Repeat("1", 93), "long": "4" + strings.Repeat("1", 95), "wrong checksum": "4" + strings.Repeat("1", 94), "stage net": moneroAddress(24, make([]byte, 64)),
		"standard of the length of integrated": moneroAddress(18, make([]byte, 72)), "no digit": "4" + strings.Repeat("0", 94), "block over its bytes": "4" + strings.Repeat("z", 94),
	} {
		if _, ok := Monero(s); ok {
			t.Errorf("%s: Monero took %q", name, s)
		}
	}
}

func TestOnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := onionLabel(bytesOf(t, 32), 3)
		if !Onion(s) {
			t.Fatalf("Onion refused %q", s)
		}
		if Onion(spoil(t, s, "abcdefghijklmnopqrstuvwxyz234567", 0)) {
			t.Fatal("Onion took a wrong character")
		}
	})
	for s, want := range map[string]bool{
		"": false, "expyuzz4wqqyqhjn": true, "expyuzz4wqqyqhj1": false, "EXPYUZZ4WQQYQHJN": false, "expyuzz4wqqyqhj": false, "expyuzz4wqqyqhjnn": false,
		strings.Repeat("a", 56): false, onionLabel(make([]byte, 32), 2): false, onionLabel(make([]byte, 32), 3): true, strings.Repeat("!", 56): false,
	} {
		if got := Onion(s); got != want {
			t.Errorf("Onion(%q) = %v", s, got)
		}
	}
}

// FuzzAll holds that no text makes a function panic, and that what one takes it
// takes again unchanged.
func FuzzAll(f *testing.F) {
	f.Add(legacyAddress(0, make([]byte, 20)))
	f.Add(witnessAddress(1, make([]byte, 32)))
	f.Add("0xecd747170ccc26ed759228a5130362d061128f3e")
	f.Add(moneroAddress(18, make([]byte, 64)))
	f.Add("bc1" + strings.Repeat("q", 80))
	f.Fuzz(func(t *testing.T, s string) {
		for name, check := range map[string]func(string) (string, bool){"Bitcoin": Bitcoin, "Ethereum": Ethereum, "Monero": Monero} {
			if got, ok := check(s); ok {
				if again, ok := check(got); !ok || again != got {
					t.Fatalf("%s(%q) = %q, and of that %q, %v", name, s, got, again, ok)
				}
			}
		}
		Onion(s)
	})
}
