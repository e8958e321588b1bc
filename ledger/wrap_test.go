package ledger

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
)

func TestWrap(t *testing.T) {
	k := newKeys(t)
	for _, plain := range [][]byte{nil, []byte("k"), bytes.Repeat([]byte{7}, 32), make([]byte, 100000)} {
		sealed, err := k.Wrap("2026-11", plain)
		must(t, err)
		if len(sealed) != len(plain)+28 {
			t.Errorf("%d bytes become %d", len(plain), len(sealed))
		}
		again, err := k.Unwrap("2026-11", sealed)
		must(t, err)
		if !bytes.Equal(again, plain) {
			t.Errorf("%d bytes come back changed", len(plain))
		}
		other, err := k.Wrap("2026-11", plain)
		must(t, err)
		if bytes.Equal(sealed, other) {
			t.Error("the same secret is wrapped the same way twice")
		}
	}
}

func TestUnwrapRefuses(t *testing.T) {
	k, other := newKeys(t), newKeys(t)
	sealed, err := k.Wrap("2026-11", []byte("secret"))
	must(t, err)
	_, err = k.Wrap("2026-10", []byte("makes that month's key"))
	must(t, err)
	_, err = other.Wrap("2026-11", nil)
	must(t, err)
	if _, err := k.Unwrap("2026-10", sealed); err == nil {
		t.Error("a secret opens under another month")
	}
	if _, err := other.Unwrap("2026-11", sealed); err == nil {
		t.Error("a secret opens in another folder")
	}
	for i := range sealed {
		bad := slices.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Unwrap("2026-11", bad); err == nil {
			t.Errorf("a change of byte %d goes unnoticed", i)
		}
		if _, err := k.Unwrap("2026-11", sealed[:i]); err == nil {
			t.Errorf("%d bytes of it open", i)
		}
	}
	// One month's key in the place of another's: the month is bound to what it wraps.
	month := func(m string) string { return filepath.Join(string(k.dir), kekPrefix+m) }
	key, err := os.ReadFile(month("2026-11"))
	must(t, err)
	must(t, os.WriteFile(month("2026-09"), key, 0o600))
	if _, err := k.Unwrap("2026-09", sealed); err == nil {
		t.Error("a secret opens under another month with the same key")
	}
}

func TestMonths(t *testing.T) {
	k := newKeys(t)
	for month, ok := range map[string]bool{
		"2026-11": true, "2026-11.2": true, "2026-11.999": true, "2026-11.1000": false, "2026-11.": false, "2026-11.02": false, "2026-11.x": false,
		"2026-13": false, "2026-1": false, "": false, "../secret": false, "2026-11/../x": false, "26-11": false, "2026-11-01": false,
	} {
		_, err := k.Wrap(month, nil)
		if (err == nil) != ok || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("month %q: %v", month, err)
		}
		if err := k.DestroyMonth(month); (err == nil) != ok {
			t.Errorf("destroying month %q: %v", month, err)
		}
	}
}

func TestDestroyMonth(t *testing.T) {
	k := newKeys(t)
	old, err := k.Wrap("2026-10", []byte("old"))
	must(t, err)
	kept, err := k.Wrap("2026-11", []byte("kept"))
	must(t, err)
	print := k.Fingerprint()
	path := filepath.Join(string(k.dir), "kek-2026-10")
	copied, err := os.ReadFile(path)
	must(t, err)
	must(t, k.DestroyMonth("2026-10"))
	must(t, k.DestroyMonth("2026-10")) // again does no harm
	gone := func(when string, k *Keys) {
		t.Helper()
		if _, err := k.Unwrap("2026-10", old); fault.KindOf(err) != fault.Gone {
			t.Errorf("%s: opening gives %v", when, err)
		}
		if _, err := k.Wrap("2026-10", []byte("new")); fault.KindOf(err) != fault.Gone {
			t.Errorf("%s: the key is made again: %v", when, err)
		}
	}
	gone("destroyed", k)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the key file is still there: %v", err)
	}
	if plain, err := k.Unwrap("2026-11", kept); err != nil || string(plain) != "kept" {
		t.Errorf("another month went with it: %v", err)
	}
	reopened, err := OpenKeys(string(k.dir))
	must(t, err)
	gone("reopened", reopened)
	if reopened.Fingerprint() != print {
		t.Error("the fingerprint depends on the months")
	}
	// A crash between the marker and the removal, or a file put back: it stays gone.
	must(t, os.WriteFile(path, copied, 0o600))
	gone("file put back", k)
	must(t, k.DestroyMonth("2026-10"))
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("destroying again doesn't finish what a crash left")
	}
}

// What one process destroys, another stops opening within a second.
func TestDestroyedElsewhere(t *testing.T) {
	dir := newKeys(t).dir
	synctest.Test(t, func(t *testing.T) {
		here, err := OpenKeys(string(dir))
		must(t, err)
		there, err := OpenKeys(string(dir))
		must(t, err)
		sealed, err := here.Wrap("2026-11", []byte("x"))
		must(t, err)
		must(t, there.DestroyMonth("2026-11"))
		time.Sleep(recheck)
		if _, err := here.Unwrap("2026-11", sealed); fault.KindOf(err) != fault.Gone {
			t.Errorf("after a second it still opens: %v", err)
		}
	})
}

func TestMonthKeyModes(t *testing.T) {
	k := newKeys(t)
	sealed, err := k.Wrap("2026-11", []byte("x"))
	must(t, err)
	path := filepath.Join(string(k.dir), "kek-2026-11")
	must(t, os.Chmod(path, 0o644))
	fresh, err := OpenKeys(string(k.dir))
	must(t, err)
	if _, err := fresh.Unwrap("2026-11", sealed); fault.KindOf(err) != fault.Refused {
		t.Errorf("a key that others may read is used: %v", err)
	}
	must(t, os.Chmod(path, 0o600))
	must(t, os.WriteFile(path, []byte("not a key\n"), 0o600))
	if _, err := fresh.Unwrap("2026-11", sealed); fault.KindOf(err) != fault.Refused {
		t.Errorf("a damaged key is used: %v", err)
	}
}

// A key that can't be written is an error that says so, not a key in memory only.
func TestWrapNeedsTheFolder(t *testing.T) {
	k := newKeys(t)
	must(t, os.RemoveAll(string(k.dir)))
	if _, err := k.Wrap("2026-11", []byte("x")); fault.KindOf(err) != fault.Refused {
		t.Errorf("wrapped without a folder: %v", err)
	}
}

func TestKeysTogether(t *testing.T) {
	k := newKeys(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				month := []string{"2026-09", "2026-10", "2026-11"}[(i+j)%3]
				secret := make([]byte, 32)
				rand.Read(secret)
				sealed, err := k.Wrap(month, secret)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := k.Unwrap(month, sealed); err != nil || !bytes.Equal(got, secret) || k.MAC("p", secret) != k.MAC("p", got) {
					t.Errorf("month %s: %v", month, err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkUnwrap(b *testing.B) {
	k := newKeys(b)
	sealed, err := k.Wrap("2026-11", make([]byte, 32))
	must(b, err)
	for b.Loop() {
		if _, err := k.Unwrap("2026-11", sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMAC(b *testing.B) {
	k := newKeys(b)
	for b.Loop() {
		k.MAC("thing", []byte("domain"), []byte("bad.example"))
	}
}
