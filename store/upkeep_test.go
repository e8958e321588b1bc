package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

// putBlob writes and takeBlob deletes a value.
func putBlob(ctx context.Context, db *store.DB, k string, v []byte) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO blob (k, v) VALUES ($1, $2)`, k, v)
		return err
	})
}

func takeBlob(ctx context.Context, db *store.DB, k string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM blob WHERE k = $1`, k)
		return err
	})
}

// holds says whether the file, or what lies beside it, has the bytes anywhere.
func holds(t testing.TB, file string, what []byte) bool {
	t.Helper()
	names, err := filepath.Glob(file + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, what) {
			return true
		}
	}
	return false
}

func TestAfterACheckpointNothingDeletedIsLeft(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	w := begin(t, opener(file))
	for _, size := range []int{60, 3_000, 100_000} {
		secret := []byte(rand.Text() + rand.Text())
		value := append(append(bytes.Repeat([]byte("x"), size/2), secret...), bytes.Repeat([]byte("y"), size/2)...)
		if err := putBlob(t.Context(), w.db, "k", value); err != nil {
			t.Fatal(err)
		}
		if !holds(t, file, secret) {
			t.Fatal("the value is nowhere, so this test can't fail")
		}
		if err := takeBlob(t.Context(), w.db, "k"); err != nil {
			t.Fatal(err)
		}
		if !holds(t, file, secret) {
			t.Fatalf("size %d: the write-ahead log no longer has the value before the checkpoint", size)
		}
		if err := w.db.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		if holds(t, file, secret) {
			t.Errorf("size %d: the value is still in the files after deletion and checkpoint", size)
		}
	}
}

func TestACheckpointEndsOldSnapshotsAndSaysWhenItCannot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, sqliteOpener(t))
		w.do(t, newJob(1))
		reading := make(chan error, 1)
		started := make(chan struct{})
		go func() {
			reading <- w.db.Snapshot(t.Context(), func(q store.Querier) error {
				var n int64
				err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM item`).Scan(&n)
				close(started)
				time.Sleep(time.Minute) // a stalled reader
				return errors.Join(err, q.QueryRowContext(t.Context(), `SELECT count(*) FROM item`).Scan(&n))
			})
		}()
		<-started
		w.do(t, newJob(1))
		began := time.Now()
		if err := w.db.Checkpoint(t.Context()); err != nil {
			t.Errorf("a snapshot of over 5 s must give way: %v", err)
		}
		if d := time.Since(began); d < 4*time.Second || d > 7*time.Second {
			t.Errorf("the checkpoint took %v; a snapshot has 5 s", d)
		}
		if err := <-reading; fault.KindOf(err) != fault.Busy {
			t.Errorf("the snapshot that was ended says %v, want busy", err)
		}
		w.do(t, newJob(1))
	})
}

func TestACheckpointThatAReaderBlocksIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, sqliteOpener(t))
		w.do(t, newJob(1))
		rows, err := w.db.Reader().QueryContext(t.Context(), `SELECT a.idx FROM item a UNION ALL SELECT b.idx FROM item b`)
		if err != nil {
			t.Fatal(err)
		}
		rows.Next()
		w.do(t, newJob(1))
		if err := w.db.Checkpoint(t.Context()); fault.KindOf(err) != fault.Busy {
			t.Errorf("with a reader in the way: %v, want busy", err)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		if err := w.db.Checkpoint(t.Context()); err != nil {
			t.Errorf("once the reader is gone: %v", err)
		}
	})
}

func TestCheckpointAndBackupOnAServer(t *testing.T) {
	db := storetest.OpenURL(t, storetest.Postgres(t))
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Errorf("checkpoint: %v", err)
	}
	if err := db.Backup(t.Context(), filepath.Join(t.TempDir(), "b")); fault.KindOf(err) != fault.Unsupported || !strings.Contains(fault.Public(err), "pg_dump") {
		t.Errorf("backup: %v; want unsupported, naming pg_dump", err)
	}
}

func TestABackupOfARunningNodeIsConsistent(t *testing.T) {
	w := begin(t, sqliteOpener(t))
	file := filepath.Join(t.TempDir(), "copy.db")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				w.do(t, newJob(2))
			}
		}
	})
	w.do(t, newJob(1))
	err := w.db.Backup(t.Context(), file)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v; want mode 0600", info.Mode(), err)
	}
	b := begin(t, opener(file))
	kept := len(items(t, b.db))
	if kept == 0 || kept > len(items(t, w.db)) {
		t.Errorf("the copy has %d items", kept)
	}
	if p := b.do(t, newJob(1)); p.Index != int64(kept) {
		t.Errorf("the copy goes on at %d, want %d", p.Index, kept)
	}
	if err := w.db.Backup(t.Context(), file); fault.KindOf(err) != fault.Conflict {
		t.Errorf("over an existing file: %v, want conflict", err)
	}
	if err := w.db.Backup(t.Context(), filepath.Join(t.TempDir(), "no", "folder")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("into no folder: %v, want invalid", err)
	}
	cut := filepath.Join(t.TempDir(), "cut.db")
	if err := os.WriteFile(cut+".part", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.db.Backup(t.Context(), cut); fault.KindOf(err) != fault.Conflict {
		t.Errorf("beside one that was cut off: %v, want conflict", err)
	}
}

func TestAFullDiskRefusesAndReadingGoesOn(t *testing.T) {
	open := sqliteOpener(t)
	w := begin(t, open, func(c *store.Config) { c.MaxPages = 64 })
	var kept []*job
	var places []store.Place
	value := make([]byte, 20_000)
	fill := func(n int) *job {
		j := newJob(1)
		j.keep = func(ctx context.Context, tx *store.Tx, p store.Place) error {
			_, err := tx.Exec(ctx, `INSERT INTO blob (k, v) VALUES ($1, $2)`, j.token, value[:n])
			return err
		}
		return j
	}
	full := false
	for range 100 {
		j := fill(len(value))
		p, _, err := w.seq.Do(t.Context(), j)
		if err != nil {
			if full = fault.KindOf(err) == fault.Full; !full {
				t.Fatalf("a full disk gives %v, want full", err)
			}
			mustHold(t, items(t, w.db), j, p, err)
			break
		}
		kept, places = append(kept, j), append(places, p)
	}
	if !full || len(kept) == 0 {
		t.Fatalf("%d reports were kept and the disk is full: %v", len(kept), full)
	}
	all := items(t, w.db)
	for i, j := range kept {
		mustHold(t, all, j, places[i], nil)
	}
	if err := putBlob(t.Context(), w.db, "admin", value); fault.KindOf(err) != fault.Full {
		t.Errorf("administration on a full disk: %v, want full", err)
	}
	// With room again, it goes on as if nothing had been.
	roomy := begin(t, open)
	j := fill(len(value))
	p := roomy.do(t, j)
	mustHold(t, items(t, w.db), j, p, nil)
}

// A reader that stops in the middle of its rows, or of a snapshot, costs writers nothing.
func TestAStalledReaderBlocksNobody(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		w.do(t, newJob(1))
		w.do(t, newJob(1))
		rows, err := w.db.Reader().QueryContext(t.Context(), `SELECT idx FROM item ORDER BY idx`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		rows.Next()
		err = w.db.Snapshot(t.Context(), func(q store.Querier) error {
			var n int64
			if err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM item`).Scan(&n); err != nil {
				return err
			}
			for range 50 {
				w.do(t, newJob(1))
			}
			return w.db.Write(t.Context(), func(tx *store.Tx) error { return store.MoveCursor(t.Context(), tx, 1, "f", 1) })
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	for _, name := range []string{"plain.db", "with space.db", "a%20b?c=d#e.db", "ü.db"} {
		file := filepath.Join(t.TempDir(), name)
		w := begin(t, opener(file))
		w.do(t, newJob(1))
		for _, f := range []string{file, file + "-wal", file + "-shm"} {
			if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v; want a file of mode 0600", f, err)
			}
		}
	}
}

func TestWhatCannotBeOpenedIsNamed(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("this is no database\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, url string
		want      fault.Kind
	}{
		{"not a database", text, fault.Invalid},
		{"no folder", filepath.Join(t.TempDir(), "no", "such.db"), fault.Invalid},
		{"a folder", t.TempDir(), fault.Invalid},
		{"a URL that can't be read", "postgres://user:secret-word@[::1", fault.Invalid},
		{"nobody listens", "postgres://user:secret-word@127.0.0.1:1/db?connect_timeout=2", fault.Unreachable},
	} {
		_, err := store.Open(t.Context(), store.Config{URL: c.url})
		if fault.KindOf(err) != c.want {
			t.Errorf("%s: %v; want %v", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret-word") {
			t.Errorf("%s: the error quotes the password: %v", c.name, err)
		}
	}
}

// What a commit acknowledged must survive a power cut, so the settings that promise
// it are looked at on the live connections.
func TestSettingsThatDurabilityNeeds(t *testing.T) {
	w := begin(t, sqliteOpener(t))
	err := w.db.Write(t.Context(), func(tx *store.Tx) error {
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "secure_delete": "1", "foreign_keys": "1", "query_only": "0"} {
			var got string
			if err := tx.QueryRowContext(t.Context(), `PRAGMA `+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("the writer's %s is %q, %v; want %q", pragma, got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	url := storetest.Postgres(t)
	if _, err := store.Open(t.Context(), store.Config{URL: url + "&synchronous_commit=off"}); fault.KindOf(err) != fault.Refused {
		t.Errorf("a server whose commits may be lost: %v, want refused", err)
	}
}
