// Package realclients drives a node with the programs that the field uses. They
// run in a Python with realclients/requirements.txt installed:
//
//	python3 -m venv /tmp/tocsin-venv && /tmp/tocsin-venv/bin/pip install -r realclients/requirements.txt
//	go test ./realclients
package realclients_test

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/door"
	"tocsin/exchange"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store/storetest"
	"tocsin/taxii"
)

// python gives a Python that can import a module: that of TOCSIN_PYTHON, or the
// one in the temporary folder. Without one the test is skipped; in CI it fails.
func python(t *testing.T, module string) string {
	t.Helper()
	for _, p := range []string{os.Getenv("TOCSIN_PYTHON"), filepath.Join(os.TempDir(), "tocsin-venv", "bin", "python")} {
		if p == "" {
			continue
		}
		out, err := exec.CommandContext(t.Context(), p, "-c", "import "+module).CombinedOutput()
		if err == nil {
			return p
		}
		t.Logf("%s can't import %s: %v %s", filepath.Base(p), module, err, out)
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("no Python with %s: CI must have one (TOCSIN_PYTHON)", module)
	}
	t.Skipf("no Python with %s: the check with real clients is skipped (TOCSIN_PYTHON names one)", module)
	return ""
}

// TestTAXIIWithRealClients: taxii2-client and stix2 file, read, page, filter,
// version and recall.
func TestTAXIIWithRealClients(t *testing.T) {
	py := python(t, "taxii2client, stix2")
	ctx := t.Context()
	db := storetest.Open(t)
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "tocsin.example/realclients")
	if err == nil {
		err = exchange.Migrate(ctx, db)
	}
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(ctx, db, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	key := func(name string) string {
		if _, err := x.Members().AddMember(ctx, member.NewMember{Name: name}); err != nil {
			t.Fatal(err)
		}
		secret, _, err := x.Members().AddKey(ctx, name, false)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	var log strings.Builder
	server := httptest.NewServer(taxii.Handler(x, door.New(x.Members(), slog.New(slog.NewTextHandler(&log, nil)))))
	defer server.Close()
	cmd := exec.CommandContext(ctx, py, "taxii_check.py", "--url", server.URL, "--key", key("Alpha Bank"), "--reader-key", key("Beta Energy"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("taxii_check.py: %v\n%s", err, out)
	}
	t.Logf("%s", out)
	server.Close() // no request is under way any more: the log is ours
	if log.Len() > 0 {
		t.Errorf("the node's log holds errors: %s", log.String())
	}
}
