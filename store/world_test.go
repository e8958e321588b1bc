package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"

	"tocsin/store"
	"tocsin/store/storetest"
)

// world is a database with a small idea in it: items, each an entry of a log,
// and a leaf per entry.
type world struct {
	db  *store.DB
	seq *store.Sequencer
}

func schema() fstest.MapFS {
	return fstest.MapFS{"0001_item.sql": {Data: []byte(`
		CREATE TABLE item (log_id {int} NOT NULL, idx {int} NOT NULL, at {int} NOT NULL, n {int} NOT NULL, size {int} NOT NULL, token {text} NOT NULL, PRIMARY KEY (log_id, idx));
		CREATE UNIQUE INDEX item_token ON item (log_id, token);
		CREATE TABLE leaf (log_id {int} NOT NULL, idx {int} NOT NULL, PRIMARY KEY (log_id, idx)){norowid};
		CREATE TABLE blob (k {text} NOT NULL, v {blob} NOT NULL, PRIMARY KEY (k));`)}}
}

// begin opens a world; stop ends its sequencer.
func begin(t testing.TB, open storetest.Opener, with ...func(*store.Config)) *world {
	t.Helper()
	db := open(t, with...)
	if err := db.Migrate(t.Context(), "item", schema()); err != nil {
		t.Fatalf("migrating: %v", err)
	}
	return &world{db, sequencer(t, db)}
}

func sequencer(t testing.TB, db *store.DB) *store.Sequencer {
	t.Helper()
	seq, err := store.NewSequencer(t.Context(), db, 1, sealer{})
	if err != nil {
		t.Fatalf("sequencer: %v", err)
	}
	t.Cleanup(func() {
		if err := seq.Close(); err != nil {
			t.Errorf("closing the sequencer: %v", err)
		}
	})
	return seq
}

// sealer writes a leaf per entry and refuses a gap.
type sealer struct{}

func (sealer) Seal(ctx context.Context, tx *store.Tx, before store.Head, jobs []store.Job) error {
	var leaves int64
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM leaf WHERE log_id = 1`).Scan(&leaves); err != nil {
		return err
	}
	if leaves != before.Size {
		return fmt.Errorf("%d leaves before a batch at size %d", leaves, before.Size)
	}
	var rows []any
	for _, j := range jobs {
		for range j.Entries() {
			rows = append(rows, 1, before.Size)
			before.Size++
		}
	}
	_, err := tx.InsertRows(ctx, "INSERT INTO leaf (log_id, idx) VALUES", 2, rows, "")
	return err
}

// job is an entry with n objects.
type job struct {
	token string
	n     int
	keep  func(ctx context.Context, tx *store.Tx, p store.Place) error // before its row is written
	kept  func() error                                                 // before it is looked up
}

func newJob(n int) *job { return &job{token: rand.Text(), n: n} }

func (j *job) Entries() int { return 1 }
func (j *job) Objects() int { return j.n }

func (j *job) Keep(ctx context.Context, tx *store.Tx, p store.Place) error {
	if j.keep != nil {
		if err := j.keep(ctx, tx, p); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO item (log_id, idx, at, n, size, token) VALUES (1, $1, $2, $3, $4, $5)`, p.Index, p.Added, j.n, p.Size, j.token)
	return err
}

func (j *job) Kept(ctx context.Context, q store.Querier) (p store.Place, size int64, found bool, err error) {
	if j.kept != nil {
		if err := j.kept(); err != nil {
			return p, 0, false, err
		}
	}
	rows, err := q.QueryContext(ctx, `SELECT idx, at, size FROM item WHERE log_id = 1 AND token = $1`, j.token)
	if err != nil {
		return p, 0, false, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&p.Index, &p.Added, &p.Size); err != nil {
			return p, 0, false, err
		}
		found = true
	}
	return p, p.Size, found, rows.Err()
}

// do keeps a job and fails the test when it can't.
func (w *world) do(t testing.TB, j *job) store.Place {
	t.Helper()
	p, _, err := w.seq.Do(t.Context(), j)
	if err != nil {
		t.Fatalf("keeping a job: %v", err)
	}
	return p
}

// item is a row as it stands in the database.
type item struct {
	idx, at, n, size int64
	token            string
}

// items gives all rows after checking what must always hold: indexes without gaps,
// dates that rise and leave room for each object, a head row and leaves that agree.
func items(t testing.TB, db *store.DB) []item {
	t.Helper()
	var out []item
	var size, leaves, added int64
	err := db.Snapshot(t.Context(), func(q store.Querier) error {
		rows, err := q.QueryContext(t.Context(), `SELECT idx, at, n, size, token FROM item WHERE log_id = 1 ORDER BY idx`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var i item
			if err := rows.Scan(&i.idx, &i.at, &i.n, &i.size, &i.token); err != nil {
				return err
			}
			out = append(out, i)
		}
		if err := rows.Close(); err != nil {
			return err
		}
		return errors.Join(rows.Err(), q.QueryRowContext(t.Context(), `SELECT size, added FROM head WHERE log_id = 1`).Scan(&size, &added),
			q.QueryRowContext(t.Context(), `SELECT count(*) FROM leaf WHERE log_id = 1`).Scan(&leaves))
	})
	if err != nil {
		t.Fatalf("reading the items: %v", err)
	}
	last := int64(0)
	for i, x := range out {
		if x.idx != int64(i) {
			t.Fatalf("item %d has index %d: a gap or a repeat", i, x.idx)
		}
		if x.at <= last {
			t.Fatalf("item %d is dated %d, and the last object before it %d", i, x.at, last)
		}
		if x.size <= x.idx || x.size > size {
			t.Fatalf("item %d has tree size %d of %d", i, x.size, size)
		}
		last = x.at + x.n - 1
	}
	if size != int64(len(out)) || leaves != size || added != last {
		t.Fatalf("head row: size %d, added %d; there are %d items and %d leaves, the last dated %d", size, added, len(out), leaves, last)
	}
	return out
}

// find gives the row of a job, and whether there is one.
func find(all []item, j *job) (item, bool) {
	for _, i := range all {
		if i.token == j.token {
			return i, true
		}
	}
	return item{}, false
}

// mustHold checks that the answer to a job agrees with the database: kept where an
// acknowledgement says so, and not kept where an error was returned.
func mustHold(t testing.TB, all []item, j *job, p store.Place, err error) {
	t.Helper()
	i, found := find(all, j)
	switch {
	case err == nil && !found:
		t.Fatalf("job acknowledged at index %d is not in the log", p.Index)
	case err != nil && found:
		t.Fatalf("job that failed (%v) is in the log at index %d", err, i.idx)
	case err == nil && (i.idx != p.Index || i.at != p.Added || i.size != p.Size):
		t.Fatalf("job was told index %d, date %d, size %d and stands at %d, %d, %d", p.Index, p.Added, p.Size, i.idx, i.at, i.size)
	}
}
