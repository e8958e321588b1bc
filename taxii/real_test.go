package taxii_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"tocsin/exchange"
)

// sharedData reads one of the real files beside the repository.
func sharedData(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", filepath.FromSlash(name)))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing: CI reads the real data", name)
		}
		t.Skipf("%s is not here: reading real data is skipped", name)
	}
	return b
}

// TestAttackComesBackByteForByte: a publisher adds the whole of ATT&CK in one
// packed Add, and another member reads every object as it was.
func TestAttackComesBackByteForByte(t *testing.T) {
	if testing.Short() {
		t.Skip("the large corpus is for the long run")
	}
	packed := sharedData(t, "attack/enterprise-attack.json.gz")
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct{ Objects []json.RawMessage }
	if err := json.Unmarshal(plain, &bundle); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	key := w.member("Publisher", true)
	var s exchange.Status
	w.do(key, "POST", objectsOf, packed, "Content-Encoding", "gzip").wantCode(t, "adding ATT&CK", 202).json(t, &s)
	if s.Success != len(bundle.Objects) || s.Failure != 0 || s.Success != 24771 {
		t.Fatalf("%d of %d kept, %d refused, first %+v", s.Success, len(bundle.Objects), s.Failure, s.Failures[:min(3, len(s.Failures))])
	}
	want := map[string]int{}
	for _, o := range bundle.Objects {
		want[string(o)]++
	}
	query, n := "", 0
	for more := true; more; {
		e, _ := w.envelope(w.beta, objectsOf+query)
		for _, o := range e.Objects {
			if want[string(o)]--; want[string(o)] < 0 {
				t.Fatalf("an object that wasn't added, or came twice: %.200s", o)
			}
			n++
		}
		more, query = e.More, "?next="+e.Next
	}
	if n != len(bundle.Objects) {
		t.Errorf("%d objects came back", n)
	}
	var again exchange.Status
	if w.get(key, "/exchange/status/"+s.ID+"/").json(t, &again); again.Success != s.Success || again.Total != s.Total {
		t.Errorf("its status says %d of %d later", again.Success, again.Total)
	}
}
