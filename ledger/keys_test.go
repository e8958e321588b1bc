package ledger

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"tocsin/fault"
)

func newKeys(t testing.TB) *Keys {
	t.Helper()
	k, err := CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	must(t, err)
	return k
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Mode().Perm()
}

func TestKeysFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "keys")
	k, err := CreateKeys(dir, "log.example/test")
	must(t, err)
	_, err = k.Wrap("2026-11", []byte("x"))
	must(t, err)
	if got := mode(t, dir); got != 0o700 {
		t.Errorf("the folder has mode %o", got)
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
		if got := mode(t, filepath.Join(dir, f.Name())); got != 0o600 {
			t.Errorf("%s has mode %o", f.Name(), got)
		}
	}
	if got := strings.Join(names, " "); got != "kek-2026-11 secret signing.key" {
		t.Errorf("the folder holds %s", got)
	}
	again, err := OpenKeys(dir)
	must(t, err)
	if again.VerifierKey() != k.VerifierKey() || again.Origin() != "log.example/test" || again.Fingerprint() != k.Fingerprint() || again.MAC("p") != k.MAC("p") {
		t.Error("the folder opens as other keys than those that were made")
	}
	if _, err := CreateKeys(dir, "log.example/test"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("keys were made over keys: %v", err)
	}
}

// A crash after the first file leaves a folder that the next try finishes.
func TestCreateKeysAfterCrash(t *testing.T) {
	k := newKeys(t)
	must(t, os.Remove(filepath.Join(string(k.dir), signingFile)))
	if _, err := OpenKeys(string(k.dir)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("half a folder opens: %v", err)
	}
	again, err := CreateKeys(string(k.dir), "log.example/test")
	must(t, err)
	if again.MAC("p") != k.MAC("p") {
		t.Error("the secret that was there already was replaced")
	}
}

// A restored log has a signing key and origin of its own, and opens what the old one wrapped.
func TestCreateNextKeys(t *testing.T) {
	old := newKeys(t)
	sealed, err := old.Wrap("2026-11", []byte("x"))
	must(t, err)
	lost, err := old.Wrap("2026-10", []byte("y"))
	must(t, err)
	must(t, old.DestroyMonth("2026-10"))
	dir := filepath.Join(t.TempDir(), "next")
	next, err := CreateNextKeys(dir, old)
	must(t, err)
	if next.Origin() != "log.example/test-2" || next.VerifierKey() == old.VerifierKey() || next.Fingerprint() == old.Fingerprint() || next.MAC("p") != old.MAC("p") {
		t.Errorf("the next keys are of %s", next.Origin())
	}
	if plain, err := next.Unwrap("2026-11", sealed); err != nil || string(plain) != "x" {
		t.Errorf("what the old folder wrapped: %q, %v", plain, err)
	}
	if _, err := next.Unwrap("2026-10", lost); fault.KindOf(err) != fault.Gone {
		t.Errorf("what was destroyed in the old folder: %v", err)
	}
	if again, err := OpenKeys(string(old.dir)); err != nil || again.VerifierKey() != old.VerifierKey() {
		t.Errorf("the old folder afterwards: %v", err)
	}
	if _, err := CreateNextKeys(dir, old); fault.KindOf(err) != fault.Conflict {
		t.Errorf("made twice in one folder: %v", err)
	}
	other := newKeys(t)
	must(t, os.Remove(filepath.Join(string(other.dir), signingFile)))
	if _, err := CreateNextKeys(string(other.dir), old); fault.KindOf(err) != fault.Conflict {
		t.Errorf("made over another log's secret: %v", err)
	}
	if _, err := os.Stat(filepath.Join(string(other.dir), signingFile)); !os.IsNotExist(err) {
		t.Errorf("a refused folder got a signing key: %v", err)
	}
}

func TestWrongModes(t *testing.T) {
	for _, c := range []struct {
		name string
		mode os.FileMode
		want string
	}{
		{".", 0o750, "chmod 700"}, {".", 0o701, "chmod 700"}, {signingFile, 0o640, "chmod 600"}, {secretFile, 0o604, "chmod 600"},
		{".", 0o700, ""}, {signingFile, 0o400, ""},
	} {
		k := newKeys(t)
		must(t, os.Chmod(filepath.Join(string(k.dir), c.name), c.mode))
		_, err := OpenKeys(string(k.dir))
		if c.want == "" {
			must(t, err)
		} else if fault.KindOf(err) != fault.Refused || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with mode %o: %v", c.name, c.mode, err)
		}
	}
}

// Who owns a file can change its mode: another user's keys are refused.
func TestWrongOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to somebody else")
	}
	for _, name := range []string{".", signingFile, secretFile} {
		k := newKeys(t)
		must(t, os.Chown(filepath.Join(string(k.dir), name), 54321, -1))
		if _, err := OpenKeys(string(k.dir)); fault.KindOf(err) != fault.Refused || !strings.Contains(err.Error(), "belongs to user 54321") {
			t.Errorf("%s of another user: %v", name, err)
		}
	}
}

func TestDamagedFolder(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"no folder":      func(dir string) error { return os.RemoveAll(dir) },
		"no signing key": func(dir string) error { return os.Remove(filepath.Join(dir, signingFile)) },
		"no secret":      func(dir string) error { return os.Remove(filepath.Join(dir, secretFile)) },
		"not a key":      func(dir string) error { return os.WriteFile(filepath.Join(dir, signingFile), []byte("hello\n"), 0o600) },
		"short secret":   func(dir string) error { return os.WriteFile(filepath.Join(dir, secretFile), []byte("00ff\n"), 0o600) },
		"a large secret": func(dir string) error { return os.WriteFile(filepath.Join(dir, secretFile), make([]byte, 5000), 0o600) },
		"a folder as file": func(dir string) error {
			os.Remove(filepath.Join(dir, secretFile))
			return os.Mkdir(filepath.Join(dir, secretFile), 0o700)
		},
	} {
		k := newKeys(t)
		must(t, damage(string(k.dir)))
		if _, err := OpenKeys(string(k.dir)); fault.KindOf(err) == fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrigins(t *testing.T) {
	for origin, ok := range map[string]bool{
		"log.example/test": true, "a": true, strings.Repeat("a", 200): true, strings.Repeat("a", 201): false,
		"": false, "a b": false, "a+b": false, "a\nb": false, "a\u00a0b": false, "a\xffb": false, "a\x01": false,
	} {
		_, err := CreateKeys(filepath.Join(t.TempDir(), "k"), origin)
		if (err == nil) != ok {
			t.Errorf("origin %q: %v", origin, err)
		}
	}
}

func TestVerifierKeyIsTheSigners(t *testing.T) {
	k := newKeys(t)
	v, err := note.NewVerifier(k.VerifierKey())
	must(t, err)
	text, err := note.Sign(&note.Note{Text: "hello\n"}, k.signer)
	must(t, err)
	_, err = note.Open(text, note.VerifierList(v))
	must(t, err)
}

func TestMAC(t *testing.T) {
	k, other := newKeys(t), newKeys(t)
	base := k.MAC("p", []byte("ab"), []byte("c"))
	for name, got := range map[string][32]byte{
		"another purpose": k.MAC("q", []byte("ab"), []byte("c")), "another cut": k.MAC("p", []byte("a"), []byte("bc")),
		"one part": k.MAC("p", []byte("abc")), "an empty part more": k.MAC("p", []byte("ab"), []byte("c"), nil), "another folder": other.MAC("p", []byte("ab"), []byte("c")),
	} {
		if got == base {
			t.Errorf("%s gives the same hash", name)
		}
	}
	if k.MAC("p", []byte("ab"), []byte("c")) != base {
		t.Error("the same gives another hash")
	}
	if k.Fingerprint() == other.Fingerprint() {
		t.Error("two folders have one fingerprint")
	}
}

// Keys never get into a log or message.
func TestKeysDontPrint(t *testing.T) {
	k := newKeys(t)
	_, err := k.Wrap("2026-11", []byte("x"))
	must(t, err)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("opened", "keys", k)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("opened", "keys", k)
	text := fmt.Sprintf("%v %+v %#v %s %d", k, k, k, k, k) + log.String()
	for _, secret := range []string{fmt.Sprintf("%x", k.secret), fmt.Sprint(k.secret[0], " ", k.secret[1]), "PRIVATE"} {
		if strings.Contains(text, secret) {
			t.Errorf("printing keys shows %s", text)
		}
	}
	if !strings.Contains(text, "keys of log.example/test") {
		t.Errorf("printing keys says nothing: %s", text)
	}
}

// Two processes that need a month's key at once end with the same one.
func TestMonthKeyMadeOnce(t *testing.T) {
	k := newKeys(t)
	const n = 16
	sealed := make([][]byte, n)
	openers := make([]*Keys, n)
	var wg sync.WaitGroup
	for i := range n {
		var err error
		openers[i], err = OpenKeys(string(k.dir))
		must(t, err)
		wg.Go(func() {
			var err error
			if sealed[i], err = openers[i].Wrap("2026-12", fmt.Append(nil, i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range n {
		plain, err := openers[(i+1)%n].Unwrap("2026-12", sealed[i])
		must(t, err)
		if string(plain) != fmt.Sprint(i) {
			t.Errorf("secret %d opens as %q", i, plain)
		}
	}
	left, err := filepath.Glob(filepath.Join(string(k.dir), ".*"))
	must(t, err)
	if len(left) != 0 {
		t.Errorf("temporary files stay: %q", left)
	}
}
