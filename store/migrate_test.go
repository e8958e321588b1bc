package store_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

func files(texts ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i, text := range texts {
		fs[string([]byte{'0', '0', '0', byte('1' + i)})+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

const (
	makeA = `CREATE TABLE a (k {int} NOT NULL, s {text} NOT NULL, b {blob} NOT NULL, PRIMARY KEY (k)){norowid}; INSERT INTO a (k, s, b) VALUES (1, 'x', '');`
	growA = `ALTER TABLE a ADD COLUMN more {int} NOT NULL DEFAULT 7;`
)

func TestMigrationsAreAppliedOnceAndInOrder(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		for _, step := range []struct {
			files fstest.MapFS
			want  string
		}{{files(makeA), "k,s,b"}, {files(makeA), "k,s,b"}, {files(makeA, growA), "k,s,b,more"}, {files(makeA, growA), "k,s,b,more"}} {
			if err := db.Migrate(t.Context(), "a", step.files); err != nil {
				t.Fatal(err)
			}
			rows, err := open(t).Reader().QueryContext(t.Context(), `SELECT * FROM a`)
			if err != nil {
				t.Fatal(err)
			}
			names, err := rows.Columns()
			n := 0
			for rows.Next() {
				n++
			}
			if rows.Close(); err != nil || strings.Join(names, ",") != step.want || n != 1 {
				t.Errorf("columns %v with %d rows, %v; want %s with one", names, n, err, step.want)
			}
		}
		tables, err := db.Tables(t.Context())
		want := []string{"a", "follower", "head", "migration", "migration_lock"}
		if err != nil || !slices.Equal(tables, want) {
			t.Errorf("tables %v, %v; want %v", tables, err, want)
		}
	})
}

func TestMigrationsThatDoNotFitAreRefused(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		if err := db.Migrate(t.Context(), "a", files(makeA, growA)); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			files fstest.MapFS
			says  string
		}{
			{"a changed file", files(makeA, growA+" "), "another text of 0002_step.sql"},
			{"an older program", files(makeA), "newer release"},
		} {
			err := open(t).Migrate(t.Context(), "a", c.files)
			if fault.KindOf(err) != fault.Refused || !strings.Contains(fault.Public(err), c.says) {
				t.Errorf("%s: %v; want a refusal that says %q", c.name, err, c.says)
			}
		}
		for name, fs := range map[string]fstest.MapFS{
			"a gap":           {"0001_a.sql": {Data: []byte(makeA)}, "0003_b.sql": {Data: []byte(growA)}},
			"two of a number": {"0001_a.sql": {Data: []byte(makeA)}, "0001_b.sql": {Data: []byte(growA)}},
			"no number":       {"a.sql": {Data: []byte(makeA)}},
			"nothing":         {},
			"an unknown word": files(`CREATE TABLE z (k {integer});`),
			"an open brace":   files(`CREATE TABLE z (k {int);`),
		} {
			if err := db.Migrate(t.Context(), "z", fs); err == nil {
				t.Errorf("%s was accepted", name)
			}
		}
	})
}

func TestAMigrationIsWholeOrNotAtAll(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		b := &storetest.Breaker{}
		db := open(t, b.Config)
		bad := files(makeA, `CREATE TABLE second (k {int}); INSERT INTO nowhere (k) VALUES (1);`)
		if err := db.Migrate(t.Context(), "a", bad); err == nil || !strings.Contains(err.Error(), "0002_step.sql") {
			t.Fatalf("%v; want an error that names the file", err)
		}
		tables, err := db.Tables(t.Context())
		if err != nil || !slices.Contains(tables, "a") || slices.Contains(tables, "second") {
			t.Fatalf("tables %v, %v: the first file stays and nothing of the second", tables, err)
		}
		if err := db.Migrate(t.Context(), "a", files(makeA, growA)); err != nil {
			t.Errorf("with the second file mended: %v", err)
		}
		// Each write of a migration breaks in turn; the next try ends it.
		for n := 1; ; n++ {
			idea := "x" + string(rune('a'+n))
			fs := files(`CREATE TABLE ` + idea + ` (k {int} NOT NULL, PRIMARY KEY (k));`)
			b.Fail(n, storetest.After)
			err := db.Migrate(t.Context(), idea, fs)
			if !b.Heal() {
				break
			}
			if err == nil {
				t.Errorf("write %d broke and nothing was said", n)
			}
			if err := db.Migrate(t.Context(), idea, fs); err != nil {
				t.Errorf("again after write %d broke: %v", n, err)
			}
		}
	})
}

func TestProcessesMayMigrateAtOnce(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		var dbs []*store.DB
		for range 6 {
			dbs = append(dbs, open(t))
		}
		var wg sync.WaitGroup
		for _, db := range dbs {
			wg.Go(func() {
				for _, idea := range []string{"a", "item"} {
					fs := files(makeA, growA)
					if idea == "item" {
						fs = schema()
					}
					if err := db.Migrate(t.Context(), idea, fs); err != nil {
						t.Errorf("%s: %v", idea, err)
					}
				}
			})
		}
		wg.Wait()
		var n, rows int
		q := dbs[0].Reader()
		if err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM a`).Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d rows, %v: a migration ran twice or not at all", rows, err)
		}
		if err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM migration`).Scan(&n); err != nil || n != 4 {
			t.Errorf("%d migrations are noted, %v; want 4", n, err)
		}
	})
}

func TestAMigratedDatabaseNeedsNoWriting(t *testing.T) {
	open := sqliteOpener(t)
	w := begin(t, open)
	started, gate := make(chan struct{}), make(chan struct{})
	j := newJob(1)
	j.keep = blockOnce(started, gate)
	done := make(chan struct{})
	go func() { defer close(done); w.do(t, j) }()
	<-started
	b := &storetest.Breaker{}
	other := open(t, b.Config)
	err := other.Migrate(t.Context(), "item", schema())
	close(gate)
	<-done
	if err != nil || b.Writes() != 0 {
		t.Errorf("%v after %d writes: a command beside a busy node must not wait for it", err, b.Writes())
	}
}
