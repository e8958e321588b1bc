package person

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/ledger"
)

// The vectors of RFC 6238 appendix B for SHA-1, their last six digits.
func TestTOTPVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := totpCode(secret, at/totpStep); got != want {
			t.Errorf("at %d the code is %s, not %s", at, got, want)
		}
	}
}

func TestTOTPDrift(t *testing.T) {
	secret := []byte("12345678901234567890")
	now := time.Unix(1_800_000_000, 0)
	step := now.Unix() / totpStep
	for drift := int64(-3); drift <= 3; drift++ {
		got, ok := totpMatch(secret, totpCode(secret, step+drift), 0, now)
		if want := drift >= -1 && drift <= 1; ok != want || ok && got != step+drift {
			t.Errorf("a code %d steps away: %v, step %d", drift, ok, got)
		}
	}
	// A step that was used, and all before it, never again.
	for used, want := range map[int64]bool{step - 1: true, step: false, step + 1: false} {
		if _, ok := totpMatch(secret, totpCode(secret, step), used, now); ok != want {
			t.Errorf("after step %d the code of step %d: %v", used, step, ok)
		}
	}
	for _, bad := range []string{"", "12345", "1234567", "abcdef", " " + totpCode(secret, step)} {
		if _, ok := totpMatch(secret, bad, 0, now); ok {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestSecretOfASecondFactor(t *testing.T) {
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	if err != nil {
		t.Fatal(err)
	}
	p := New(nil, 1, nil, keys)
	secret := []byte("12345678901234567890")
	sealed, err := p.sealSecret(7, secret)
	if err != nil || strings.Contains(string(sealed), string(secret)) {
		t.Fatalf("sealed %q: %v", sealed, err)
	}
	if got, err := p.openSecret(7, sealed); err != nil || string(got) != string(secret) {
		t.Errorf("opened %q: %v", got, err)
	}
	if _, err := p.openSecret(8, sealed); err == nil {
		t.Error("it opens for somebody else")
	}
	for i := range sealed {
		changed := []byte(string(sealed))
		changed[i] ^= 1
		if _, err := p.openSecret(7, changed); err == nil {
			t.Errorf("changed at %d it opens", i)
		}
	}
	for _, short := range [][]byte{nil, sealed[:saltSize-1], sealed[:saltSize], sealed[:len(sealed)-1]} {
		if _, err := p.openSecret(7, short); err == nil {
			t.Errorf("cut to %d bytes it opens", len(short))
		}
	}
	if again, _ := p.sealSecret(7, secret); string(again) == string(sealed) {
		t.Error("sealing twice gives the same")
	}
}

func TestOtpauth(t *testing.T) {
	u, err := url.Parse(otpauth("Tocsin: exchange.example & co", "jane+1@bank.example", "ABCDEFGH"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Tocsin  exchange.example & co:jane+1@bank.example" ||
		q.Get("secret") != "ABCDEFGH" || q.Get("issuer") != "Tocsin  exchange.example & co" || q.Get("digits") != "6" || q.Get("period") != "30" || q.Get("algorithm") != "SHA1" || len(q) != 5 {
		t.Errorf("the address is %s", u)
	}
}

func TestCodesAsTheyAreTyped(t *testing.T) {
	for typed, want := range map[string]string{" 123 456 ": "123456", "123-456": "123456", "123456": "123456", "abcd-efgh-2345": "ABCDEFGH2345", "ABCD EFGH 2345": "ABCDEFGH2345", "0bcd-1fgh-2345": "OBCDIFGH2345", "": ""} {
		got, long := foldCode(typed)
		if got != want || long != (len(want) == recoveryLength) {
			t.Errorf("%q is read as %q, %v", typed, got, long)
		}
	}
	if got, _ := foldCode(strings.Repeat("1", 100_000)); got != "" {
		t.Error("a code of any length is read")
	}
	seen := map[string]bool{}
	for range 20 {
		codes := newRecovery()
		if len(codes) != recoveryCodes {
			t.Fatalf("%d codes", len(codes))
		}
		for _, c := range codes {
			if seen[c] || len(c) != 14 {
				t.Errorf("code %q", c)
			}
			seen[c] = true
			if folded, long := foldCode(strings.ToLower(c)); !long || folded != strings.ReplaceAll(c, "-", "") {
				t.Errorf("%q is read as %q", c, folded)
			}
		}
	}
}

func FuzzFoldCode(f *testing.F) {
	for _, s := range []string{"123 456", "ABCD-EFGH-2345", "\u2013\u00a0", "ß", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, long := foldCode(s)
		if again, l := foldCode(code); long && (again != code || !l) {
			t.Errorf("%q is read as %q, and that as %q", s, code, again)
		}
	})
}
