package store_test

import (
	"context"
	"testing"
	"testing/fstest"

	"tocsin/store"
	"tocsin/store/storetest"
)

type noSeal struct{}

func (noSeal) Seal(context.Context, *store.Tx, store.Head, []store.Job) error { return nil }

type jb struct{ v string }

func (j jb) Entries() int { return 1 }
func (j jb) Objects() int { return 3 }
func (j jb) Keep(ctx context.Context, tx *store.Tx, p store.Place) error {
	_, err := tx.InsertRows(ctx, "INSERT INTO t (a, b) VALUES", 2, []any{j.v, p.Index, j.v + "x", p.Index}, "")
	return err
}
func (j jb) Kept(ctx context.Context, q store.Querier) (p store.Place, n int64, ok bool, err error) {
	return
}

func TestSmoke(t *testing.T) {
	db := storetest.Open(t)
	err := db.Migrate(t.Context(), "x", fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE t (a {text}, b {int}); CREATE INDEX i ON t (b) WHERE a = 'z';")}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.NewSequencer(t.Context(), db, 1, noSeal{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p, n, err := s.Do(t.Context(), jb{"q"})
		t.Log(p, n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var a, b, n any
	err = db.Reader().QueryRowContext(t.Context(), "SELECT $2, $1, count(*) FROM t WHERE b < $3 AND $1 = 1", 1, "two", 99).Scan(&a, &b, &n)
	t.Log(a, b, n, err)
	if err := db.Backup(t.Context(), t.TempDir()+"/b.db"); err != nil {
		t.Error(err)
	}
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Error(err)
	}
}
