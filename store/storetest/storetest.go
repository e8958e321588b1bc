// Package storetest gives tests a store: a fresh one, one on each engine, and one
// whose writes break where the test says.
//
//	db := storetest.Open(t)                                    // SQLite
//	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { db := open(t) ... })
//	b := &storetest.Breaker{}; db := open(t, b.Config); b.Fail(3, storetest.Before)
package storetest

import (
	"path/filepath"
	"testing"

	"tocsin/store"
)

// Open opens a fresh SQLite database that is closed when the test ends.
func Open(t testing.TB, with ...func(*store.Config)) *store.DB {
	t.Helper()
	return OpenURL(t, filepath.Join(t.TempDir(), "store.db"), with...)
}

// OpenURL opens the database at a URL or path; it is closed when the test ends.
func OpenURL(t testing.TB, url string, with ...func(*store.Config)) *store.DB {
	t.Helper()
	c := store.Config{URL: url}
	for _, f := range with {
		f(&c)
	}
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatalf("opening a store: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return db
}
