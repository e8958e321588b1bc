package storetest

import (
	"errors"
	"path/filepath"
	"testing"

	"tocsin/store"
)

// What the breaker says it broke is what it broke, or the tests that lean on it
// prove nothing.
func TestTheBreakerBreaksWhatItSays(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int // 1 is the INSERT, 2 the commit
		mode Mode
		kept bool
	}{
		{"insert before", 1, Before, false},
		{"insert after", 1, After, false}, // the transaction is rolled back
		{"commit before", 2, Before, false},
		{"commit after", 2, After, true},
		{"commit late", 2, Late, true},
		{"a later one", 3, Before, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			Engines(t, func(t *testing.T, open Opener) {
				b := &Breaker{}
				db := open(t, b.Config)
				err := db.Write(t.Context(), func(tx *store.Tx) error {
					_, err := tx.Exec(t.Context(), `CREATE TABLE t (a INTEGER PRIMARY KEY, filer INTEGER)`)
					return err
				})
				if err != nil || b.Writes() != 2 {
					t.Fatalf("%v after %d writes, want a statement and a commit", err, b.Writes())
				}
				b.Fail(c.n, c.mode)
				err = db.Write(t.Context(), func(tx *store.Tx) error {
					_, err := tx.Exec(t.Context(), `INSERT INTO t VALUES (1, 1)`)
					return err
				})
				if broke := c.n < 3; broke != errors.Is(err, ErrBroken) || broke != b.Heal() {
					t.Errorf("broke %v, and the write said %v", broke, err)
				}
				// One that writes the same row waits for one that takes effect late.
				err = db.Write(t.Context(), func(tx *store.Tx) error {
					_, err := tx.Exec(t.Context(), `INSERT INTO t VALUES (1, 2) ON CONFLICT DO NOTHING`)
					return err
				})
				var filer int
				if err := errors.Join(err, db.Reader().QueryRowContext(t.Context(), `SELECT filer FROM t`).Scan(&filer)); err != nil || (filer == 1) != c.kept {
					t.Errorf("the row is from writer %d, %v; kept should be %v", filer, err, c.kept)
				}
			})
		})
	}
}

func TestADatabaseThatGoesAwayIsAwayForReadersToo(t *testing.T) {
	b := &Breaker{}
	db := Open(t, b.Config)
	read := func() error { var n int; return db.Reader().QueryRowContext(t.Context(), `SELECT 1`).Scan(&n) }
	if err := read(); err != nil || b.Reads() == 0 {
		t.Fatalf("%v after %d reads", err, b.Reads())
	}
	b.FailOn(1, Before)
	write := func() error {
		return db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `CREATE TABLE t (a INTEGER)`)
			return err
		})
	}
	if err := write(); !errors.Is(err, ErrBroken) {
		t.Error(err)
	}
	if err := read(); !errors.Is(err, ErrBroken) {
		t.Errorf("a read of a database that is away: %v", err)
	}
	b.Heal()
	if err := errors.Join(read(), write()); err != nil {
		t.Errorf("once it is back: %v", err)
	}
}

func TestEachTestHasItsOwnTables(t *testing.T) {
	a, b := Postgres(t), Postgres(t)
	for i, url := range []string{a, b, a} {
		db := OpenURL(t, url)
		tables, err := db.Tables(t.Context())
		if want := i / 2; err != nil || len(tables) != want {
			t.Errorf("tables %v, %v; want %d", tables, err, want)
		}
		if i == 0 {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), `CREATE TABLE t (a INTEGER)`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if db := Open(t); db.Engine() != store.SQLite {
		t.Errorf("Open gave %s", db.Engine())
	}
	if db := OpenURL(t, filepath.Join(t.TempDir(), "postgres.db")); db.Engine() != store.SQLite {
		t.Errorf("a path gave %s", db.Engine())
	}
}
