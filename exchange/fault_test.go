package exchange_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
)

// act is something that writes an entry; it gives what was acknowledged.
type act struct {
	name string
	// before prepares it, unbroken; do may then be broken, and done again after healing.
	before func(n *node, run int) string
	do     func(n *node, run int, ref string) (exchange.Filed, error)
}

func acts() []act {
	report := func(run int) string {
		return bundle(indicator(fmt.Sprintf("1%d", run), fmt.Sprintf("one%d.example", run), `"description":"`+doubtful+`"`),
			indicator(fmt.Sprintf("2%d", run), fmt.Sprintf("two%d.example", run), `"description":"Mailed to jane.roe@customer.example, the victim."`))
	}
	filed := func(n *node, run int) exchange.Filed { return n.file(n.bank, report(run), exchange.Options{}) }
	return []act{
		{"report", func(n *node, run int) string { return "" }, func(n *node, run int, _ string) (exchange.Filed, error) {
			return n.x.Accept(n.Context(), n.bank, strings.NewReader(report(run)), exchange.Options{})
		}},
		{"recall", func(n *node, run int) string { return filed(n, run).ID }, func(n *node, run int, ref string) (exchange.Filed, error) {
			return n.x.Recall(n.Context(), n.bank, ref, "a test")
		}},
		{"release", func(n *node, run int) string { return filed(n, run).Held[0].ID }, func(n *node, run int, ref string) (exchange.Filed, error) {
			return n.x.Decide(n.Context(), n.reviewer, ref, true, "")
		}},
		{"removal", func(n *node, run int) string { return filed(n, run).Held[0].ID }, func(n *node, run int, ref string) (exchange.Filed, error) {
			return n.x.Decide(n.Context(), n.reviewer, ref, false, "")
		}},
	}
}

// TestBrokenWrites breaks each write of each act, before and after it took
// effect. Then what was acknowledged is there with a valid receipt, nothing else
// has one, and doing it again ends as if nothing had broken.
func TestBrokenWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of restarts are too slow under the race detector")
	}
	for _, a := range acts() {
		for _, mode := range []storetest.Mode{storetest.Before, storetest.After, storetest.Late} {
			t.Run(fmt.Sprintf("%s/mode %d", a.name, mode), func(t *testing.T) {
				t.Parallel() // most of it waits for an engine
				storetest.Engines(t, func(t *testing.T, open storetest.Opener) { breakAll(t, open, a, mode) })
			})
		}
	}
}

// breakAll breaks each write of an act in one way.
func breakAll(t *testing.T, open storetest.Opener, a act, mode storetest.Mode) {
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/faults")
	if err != nil {
		t.Fatal(err)
	}
	f := &faults{t: t, open: open, keys: keys}
	for n := 1; f.once(a, n, mode); n++ {
	}
	if f.broken < 5 {
		t.Errorf("only %d writes were broken; the act writes more than that", f.broken)
	}
	t.Run("the end", func(t *testing.T) { openNode(t, open(t), keys).clean() })
}

type faults struct {
	t      *testing.T
	open   storetest.Opener
	keys   *ledger.Keys
	run    int
	broken int
}

// once breaks the n-th write of an act; false when it has fewer.
func (f *faults) once(a act, nth int, mode storetest.Mode) (more bool) {
	f.run++
	name := fmt.Sprintf("%s, write %d, mode %d", a.name, nth, mode)
	b := &storetest.Breaker{}
	var acked exchange.Filed
	var ref string
	f.t.Run(name, func(t *testing.T) {
		n := openNode(t, f.open(t, b.Config), f.keys)
		ref = a.before(n, f.run)
		b.Fail(nth, mode)
		got, err := a.do(n, f.run, ref)
		more = b.Heal()
		if err == nil {
			n.holds(got.Receipt)
			acked = got
		}
	})
	if more {
		f.broken++
	}
	f.t.Run(name+", after a restart", func(t *testing.T) {
		n := openNode(t, f.open(t), f.keys)
		checked := n.clean()
		got, err := a.do(n, f.run, ref)
		switch {
		case acked.Receipt != nil && a.name == "report":
			if err != nil || string(got.Receipt) != string(acked.Receipt) {
				t.Errorf("an acknowledged report sent again: %v; want the same receipt", err)
			}
		case acked.Receipt != nil:
			if err == nil {
				t.Error("what was acknowledged could be done again")
			}
		case err == nil:
			n.holds(got.Receipt)
		}
		// It is done now, once: doing it has moved the log by at most one entry.
		if head, _ := n.x.Head(t.Context()); head.Size > checked.Entries+1 {
			t.Errorf("the log went from %d to %d entries", checked.Entries, head.Size)
		}
		f.outcome(n, a)
	})
	return more
}

// outcome checks what readers see in the end.
func (f *faults) outcome(n *node, a act) {
	seen := n.sees(n.hospital, member.AudienceGreen)
	one := seen["indicator--"+uuid(fmt.Sprintf("1%d", f.run))]
	two := seen["indicator--"+uuid(fmt.Sprintf("2%d", f.run))]
	if one == "" || two == "" || strings.Contains(two, "jane.roe") {
		n.Errorf("readers see %q and %q", one, two)
		return
	}
	revoked := strings.Contains(one, `"revoked":true`) && strings.Contains(two, `"revoked":true`)
	if revoked != (a.name == "recall") {
		n.Errorf("revoked is %v: %s", revoked, one)
	}
}

// TestOtherKeys: a node whose keys folder is not the log's refuses to start.
func TestOtherKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	var n *node
	t.Run("first", func(t *testing.T) {
		keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/one")
		if err != nil {
			t.Fatal(err)
		}
		n = openNode(t, storetest.OpenURL(t, file), keys)
		n.file(n.bank, bundle(indicator("1", "a.example", "")), exchange.Options{})
	})
	other, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/two")
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.OpenURL(t, file)
	if _, err := exchange.New(t.Context(), db, other); err == nil || !strings.Contains(err.Error(), "keys folder") {
		t.Errorf("started with other keys: %v", err)
	}
}

// TestFullDisk: a report is refused with a clear error, reading goes on, and
// nothing is half there.
func TestFullDisk(t *testing.T) {
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/full")
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t, func(c *store.Config) { c.MaxPages = 600 })
	n := openNode(t, db, keys)
	first := n.file(n.bank, bundle(indicator("1", "a.example", "")), exchange.Options{})
	var refusal error
	for i := range 200 {
		var objs []string
		for k := range 50 {
			objs = append(objs, indicator(fmt.Sprintf("%d%02d", i+1, k), fmt.Sprintf("d%d-%d.example", i, k), ""))
		}
		if _, refusal = n.x.Accept(t.Context(), n.bank, strings.NewReader(bundle(objs...)), exchange.Options{}); refusal != nil {
			break
		}
	}
	if refusal == nil || !strings.Contains(refusal.Error(), "full") {
		t.Fatalf("a full disk: %v; want it refused, saying so", refusal)
	}
	if got := n.sees(n.hospital, member.AudienceGreen); got[first.Objects[0].ID] == "" {
		t.Error("reading stopped")
	}
	n.clean()
}
