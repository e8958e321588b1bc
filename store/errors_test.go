package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/fault"
)

func state(code string) error { return fmt.Errorf("writing: %w", &pgconn.PgError{Code: code}) }

// What a failure means decides whether a job is tried again, asked for, or refused;
// a wrong line here keeps something twice or loses it.
func TestWhatAFailureMeans(t *testing.T) {
	for _, c := range []struct {
		name                      string
		err                       error
		conflicted, lost, refused bool
		kind                      fault.Kind
	}{
		{"serialisation failure", state("40001"), true, false, true, fault.Busy},
		{"deadlock", state("40P01"), true, false, true, fault.Busy},
		{"lock not available", state("55P03"), true, false, true, fault.Busy},
		{"unique violation", state("23505"), false, false, true, fault.Internal},
		{"disk full", state("53100"), false, false, true, fault.Full},
		{"too many connections", state("53300"), false, false, true, fault.Busy},
		{"outcome unknown", state("40003"), false, false, false, fault.Internal},
		{"connection failure", state("08006"), false, true, false, fault.Unreachable},
		{"transaction resolution unknown", state("08007"), false, true, false, fault.Unreachable},
		{"administrator shutdown", state("57P01"), false, true, false, fault.Unreachable},
		{"idle in transaction", state("25P03"), false, true, false, fault.Unreachable},
		{"bad connection", driver.ErrBadConn, false, true, false, fault.Unreachable},
		{"cut off", fmt.Errorf("commit: %w", io.ErrUnexpectedEOF), false, true, false, fault.Unreachable},
		{"timed out", context.DeadlineExceeded, false, true, false, fault.Unreachable},
		{"anything else", errors.New("odd"), false, false, false, fault.Internal},
	} {
		if got := conflicted(c.err); got != c.conflicted {
			t.Errorf("%s: conflicted is %v", c.name, got)
		}
		if got := lost(c.err); got != c.lost {
			t.Errorf("%s: lost is %v", c.name, got)
		}
		if got := refused(c.err); got != c.refused {
			t.Errorf("%s: refused is %v", c.name, got)
		}
		if got := fault.KindOf(explain(c.err)); got != c.kind {
			t.Errorf("%s: kind %v, want %v", c.name, got, c.kind)
		}
		if !errors.Is(explain(c.err), c.err) {
			t.Errorf("%s: the cause is lost to the operator", c.name)
		}
	}
	mine := fault.New(fault.Conflict, "mine")
	if explain(nil) != nil || explain(mine) != mine {
		t.Error("what has a kind, or is no error, must pass unchanged")
	}
}

// The same for what SQLite says, with errors that it really gave.
func TestWhatSQLiteSays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	open := func(pages int) *DB {
		db, err := Open(t.Context(), Config{URL: file, MaxPages: pages})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() }) // a later Close reports nothing that matters here
		return db
	}
	small := open(8)
	err := small.Write(t.Context(), func(tx *Tx) error {
		if _, err := tx.Exec(t.Context(), `CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `INSERT INTO t VALUES (1, '')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	exec := func(db *DB, text string, args ...any) (stage, error) {
		return db.once(t.Context(), func(tx *Tx) error {
			_, err := tx.tx.ExecContext(t.Context(), text, args...)
			return err
		})
	}
	if st, err := exec(small, `INSERT INTO t VALUES (2, $1)`, make([]byte, 1<<20)); st != beforeCommit || !refused(err) || fault.KindOf(explain(err)) != fault.Full {
		t.Errorf("full: stage %v, %v", st, err)
	}
	if st, err := exec(small, `INSERT INTO t VALUES (1, '')`); st != beforeCommit || !refused(err) || conflicted(err) || lost(err) || fault.KindOf(explain(err)) != fault.Internal {
		t.Errorf("a key that exists: stage %v, %v", st, err)
	}
	// Another process holds the file's lock for longer than one may wait.
	other := open(0)
	if _, err := other.write.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	_, err = small.once(t.Context(), func(*Tx) error {
		_, err := exec(other, `INSERT INTO t VALUES (3, '')`)
		if !conflicted(err) || fault.KindOf(explain(err)) != fault.Busy {
			t.Errorf("locked: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTryingAgainIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r, n := newRetry(), 0
		for r.again(t.Context(), patience) {
			n++
		}
		if d := time.Since(began); d < patience || d > patience+maxPause*3/2 || n < 10 || n > 100 {
			t.Errorf("%d tries in %v", n, d)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if newRetry().again(ctx, patience) {
			t.Error("tried again for a caller who had gone")
		}
	})
}

func TestWritesAreTriedAgainOnlyWhereThatIsSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := Open(t.Context(), Config{URL: filepath.Join(t.TempDir(), "store.db")})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, c := range []struct {
			err   error
			again bool
		}{{state("40001"), true}, {state("57P01"), true}, {state("23505"), false}, {errors.New("odd"), false}} {
			n := 0
			err := db.Write(t.Context(), func(*Tx) error {
				if n++; n < 4 {
					return c.err
				}
				return nil
			})
			if c.again != (err == nil) || c.again != (n == 4) {
				t.Errorf("%v: %d calls, %v", c.err, n, err)
			}
		}
		n := 0
		began := time.Now()
		err = db.Write(t.Context(), func(*Tx) error { n++; return state("40001") })
		if fault.KindOf(err) != fault.Busy || time.Since(began) > patience+maxPause*3/2 {
			t.Errorf("a conflict without end: %v after %v and %d calls", err, time.Since(began), n)
		}
	})
}

func TestStatementsOfInsertRows(t *testing.T) {
	var x texts
	if got, want := x.insert(Postgres, "INSERT INTO t (a, b) VALUES", 2, 2, "ON CONFLICT DO NOTHING"), "INSERT INTO t (a, b) VALUES ($1,$2),($3,$4) ON CONFLICT DO NOTHING"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := x.insert(SQLite, "INSERT INTO t (a) VALUES", 1, 3, ""), "INSERT OR FAIL INTO t (a) VALUES (?),(?),(?) "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for i := range 2 * maxTexts {
		x.insert(SQLite, fmt.Sprint("INSERT INTO t", i, " VALUES"), 1, 1, "")
	}
	if len(x.known) > maxTexts {
		t.Errorf("%d texts are kept, at most %d should be", len(x.known), maxTexts)
	}
	sizes := map[int]bool{}
	for left := 1; left < 500; left++ {
		n := atOnce(left, 7)
		if n < 1 || n > left || n > rowsAtOnce {
			t.Fatalf("%d of %d rows at once", n, left)
		}
		sizes[n] = true
	}
	if len(sizes) > 8 {
		t.Errorf("%d different statements for one table", len(sizes))
	}
}

func TestWordsOfMigrations(t *testing.T) {
	for _, c := range []struct {
		text, sqlite, postgres string
	}{
		{"", "", ""},
		{"a {int}, b {text}){norowid};", "a INTEGER, b TEXT) WITHOUT ROWID;", `a BIGINT, b TEXT COLLATE "C");`},
		{"{blob}{blob}", "BLOBBLOB", "BYTEABYTEA"},
	} {
		for e, want := range map[Engine]string{SQLite: c.sqlite, Postgres: c.postgres} {
			if got, err := translate(c.text, e); err != nil || got != want {
				t.Errorf("%q on %s: %q, %v; want %q", c.text, e, got, err, want)
			}
		}
	}
	for _, text := range []string{"{", "{}", "{int", "{INT}", "{integer}", "a {int} {b}"} {
		if got, err := translate(text, SQLite); err == nil {
			t.Errorf("%q became %q", text, got)
		}
	}
}
