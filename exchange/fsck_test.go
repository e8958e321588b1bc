package exchange_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store/storetest"
)

// tampered is a store file with a log in it, and a way to edit it as whoever has the file would.
type tampered struct {
	*testing.T
	file string
	keys *ledger.Keys
}

func newTampered(t *testing.T) *tampered {
	t.Helper()
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/fsck")
	if err != nil {
		t.Fatal(err)
	}
	x := &tampered{t, filepath.Join(t.TempDir(), "store.db"), keys}
	t.Run("filling", func(t *testing.T) {
		n := openNode(t, storetest.OpenURL(t, x.file), keys)
		for i := range 5 {
			n.file(n.bank, bundle(indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i), `"description":"`+doubtful+`"`)), exchange.Options{})
		}
		if _, err := n.x.Recall(t.Context(), n.bank, "d3.example", "a test"); err != nil {
			t.Fatal(err)
		}
		n.clean()
	})
	return x
}

func (x *tampered) edit(query string, args ...any) {
	x.Helper()
	db, err := sql.Open("sqlite", x.file)
	if err != nil {
		x.Fatal(err)
	}
	defer db.Close()
	r, err := db.Exec(query, args...)
	if err != nil {
		x.Fatal(err)
	}
	if n, _ := r.RowsAffected(); n == 0 {
		x.Fatalf("%s changed nothing", query)
	}
}

// TestFsckFinds: each edit of the store is found, and named by its place.
func TestFsckFinds(t *testing.T) {
	for _, c := range []struct{ name, query, place string }{
		{"a record", `UPDATE entry SET rec = replace(rec, 'Harbor Bank', 'Harbor Bonk') WHERE idx = 2`, "entry 2"},
		{"a record's key", `UPDATE entry SET wkey = zeroblob(length(wkey)) WHERE idx = 2`, "entry 2"},
		{"another's record", `UPDATE entry SET rec = (SELECT rec FROM entry WHERE idx = 1), wkey = (SELECT wkey FROM entry WHERE idx = 1) WHERE idx = 2`, "entry 2"},
		{"an entry that is gone", `DELETE FROM entry WHERE idx = 2`, "entry 3"},
		{"the last entry", `DELETE FROM entry WHERE idx = 5`, "log"},
		{"a block", `UPDATE block SET data = zeroblob(length(data)) WHERE idx = 1`, "entry 1"},
		{"a block that is gone", `DELETE FROM block WHERE idx = 1`, "entry 1"},
		{"two blocks exchanged", `UPDATE block SET dir = (SELECT dir FROM block WHERE idx = 0), data = (SELECT data FROM block WHERE idx = 0), wkey = (SELECT wkey FROM block WHERE idx = 0) WHERE idx = 1`, "1"},
		{"the index", `DELETE FROM object WHERE at = (SELECT base FROM block WHERE idx = 1)`, "object 1.0"},
		{"a date", `UPDATE entry SET added = 1 WHERE idx = 2`, "entry 2"},
		{"the head", `UPDATE head SET size = size + 1`, "log"},
		{"the tree", `UPDATE tree SET hashes = zeroblob(length(hashes)) WHERE k = (SELECT max(k) FROM tree)`, "entry"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newTampered(t)
			x.edit(c.query)
			db := storetest.OpenURL(t, x.file)
			e, err := exchange.New(t.Context(), db, x.keys)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			got, err := e.Fsck(t.Context(), func(int64, int64) {})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Findings) == 0 || !strings.Contains(got.Findings[0].Place, c.place) {
				t.Errorf("findings %+v; want one at %s", got.Findings, c.place)
			}
		})
	}
}

// TestTamperedReceipt: a record that was edited gives no receipt at all.
func TestTamperedReceipt(t *testing.T) {
	x := newTampered(t)
	x.edit(`UPDATE entry SET rec = replace(rec, 'Harbor Bank', 'Harbor Bonk') WHERE idx = 2`)
	n := openNode(t, storetest.OpenURL(t, x.file), x.keys)
	if r, err := n.x.Receipt(t.Context(), n.bank, 2); err == nil {
		t.Errorf("a receipt was made of an edited record: %s", r)
	}
	if _, err := n.x.Receipt(t.Context(), n.bank, 1); err != nil {
		t.Errorf("the receipt of another entry: %v", err)
	}
}

// TestRestore: a backup goes on as a new log that commits to the old one's
// newest checkpoint, and refuses an older one.
func TestRestore(t *testing.T) {
	x := newTampered(t)
	db := storetest.OpenURL(t, x.file)
	old, err := exchange.New(t.Context(), db, x.keys)
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if err := db.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	early, err := old.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := openNode(t, db, x.keys)
	n.file(n.bank, bundle(indicator("99", "lost.example", "")), exchange.Options{})
	late, err := n.x.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old.Close()

	next, err := ledger.CreateNextKeys(filepath.Join(t.TempDir(), "next"), x.keys)
	if err != nil {
		t.Fatal(err)
	}
	if next.Origin() == x.keys.Origin() || next.VerifierKey() == x.keys.VerifierKey() {
		t.Error("the next log has the old one's name or key")
	}
	if _, err := ledger.CreateNextKeys(filepath.Join(t.TempDir(), "next"), next); err != nil {
		t.Errorf("a second restore: %v", err)
	}
	restored := storetest.OpenURL(t, backup)
	if err := exchange.Restore(t.Context(), restored, next, next, late); fault.KindOf(err) != fault.Refused {
		t.Errorf("restored with keys that are not the backup's: %v", err)
	}
	if err := exchange.Restore(t.Context(), restored, x.keys, next, []byte(strings.Replace(string(early), "\n6\n", "\n4\n", 1))); err == nil {
		t.Error("a forged checkpoint was taken")
	}
	if err := exchange.Restore(t.Context(), restored, x.keys, next, late); err != nil {
		t.Fatal(err)
	}
	r := openNode(t, restored, next)
	c := r.clean()
	if c.Entries != 7 {
		t.Errorf("the new log has %d entries; want the backup's 6 and its own first", c.Entries)
	}
	if got := r.sees(r.hospital, member.AudienceGreen); len(got) == 0 {
		t.Error("nothing of the backup can be read")
	}
	r.file(r.bank, bundle(indicator("99", "lost.example", "")), exchange.Options{})
	if _, err := exchange.New(t.Context(), restored, x.keys); fault.KindOf(err) != fault.Refused {
		t.Errorf("the old keys go on in the new log: %v", err)
	}
}
