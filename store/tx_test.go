package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/storetest"
)

// blockOnce gives a Job.keep that says when it has started and waits for the gate.
func blockOnce(started, gate chan struct{}) func(context.Context, *store.Tx, store.Place) error {
	once := sync.OnceFunc(func() { close(started); <-gate })
	return func(context.Context, *store.Tx, store.Place) error { once(); return nil }
}

func TestInsertRowsWritesEveryRow(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		next := int64(0)
		for _, n := range []int{0, 1, 2, 3, 63, 64, 99, 100, 101, 199, 200, 1000} {
			var rows []any
			for range n {
				rows = append(rows, 2, next)
				next++
			}
			err := w.db.Write(t.Context(), func(tx *store.Tx) error {
				done, err := tx.InsertRows(t.Context(), "INSERT INTO leaf (log_id, idx) VALUES", 2, rows, "")
				if err == nil && done != int64(n) {
					err = fmt.Errorf("%d rows were written", done)
				}
				return err
			})
			if err != nil {
				t.Fatalf("%d rows: %v", n, err)
			}
		}
		var sum, count int64
		if err := w.db.Reader().QueryRowContext(t.Context(), `SELECT sum(idx), count(*) FROM leaf WHERE log_id = 2`).Scan(&sum, &count); err != nil {
			t.Fatal(err)
		}
		if count != next || sum != next*(next-1)/2 {
			t.Errorf("%d rows with sum %d, want %d and %d", count, sum, next, next*(next-1)/2)
		}
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			done, err := tx.InsertRows(t.Context(), "INSERT INTO leaf (log_id, idx) VALUES", 2, []any{2, 0, 2, next}, "ON CONFLICT DO NOTHING")
			if err == nil && done != 1 {
				err = fmt.Errorf("%d rows were written; one of two was new", done)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A statement that failed takes its whole transaction with it, whatever its caller makes of the error.
func TestNothingStaysOfWhatFailed(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.InsertRows(t.Context(), "INSERT INTO leaf (log_id, idx) VALUES", 2, []any{3, 0, 3, 1}, ""); err != nil {
				return err
			}
			if _, err := tx.InsertRows(t.Context(), "INSERT INTO leaf (log_id, idx) VALUES", 2, []any{3, 2, 3, 3, 3, 1, 3, 4}, ""); err == nil {
				t.Error("a row was written twice")
			}
			return nil
		})
		if err == nil {
			t.Error("it was committed")
		}
		var count int64
		if err := w.db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM leaf WHERE log_id = 3`).Scan(&count); err != nil || count != 0 {
			t.Errorf("%d rows stayed, %v", count, err)
		}
	})
}

func TestInsertRowsRefusesWhatIsNoRows(t *testing.T) {
	w := begin(t, sqliteOpener(t))
	err := w.db.Write(t.Context(), func(tx *store.Tx) error {
		for _, width := range []int{0, -1, 2, 40_000} {
			if _, err := tx.InsertRows(t.Context(), "INSERT INTO leaf (log_id, idx) VALUES", width, []any{1, 2, 3}, ""); err == nil {
				t.Errorf("three values were taken for rows of %d", width)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Wide rows stay below the parameters that an engine takes in one statement.
func TestInsertRowsKeepsToTheParameterBound(t *testing.T) {
	const width = 400
	var names, types bytes.Buffer
	for i := range width {
		fmt.Fprintf(&names, ", c%d", i)
		fmt.Fprintf(&types, ", c%d {int} NOT NULL", i)
	}
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		if err := db.Migrate(t.Context(), "wide", files("CREATE TABLE wide ("+types.String()[2:]+");")); err != nil {
			t.Fatal(err)
		}
		rows := make([]any, 150*width)
		for i := range rows {
			rows[i] = i
		}
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			n, err := tx.InsertRows(t.Context(), "INSERT INTO wide ("+names.String()[2:]+") VALUES", width, rows, "")
			if err == nil && n != 150 {
				err = fmt.Errorf("%d rows", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		in := map[string][]byte{"empty": {}, "zero": {0}, "text": []byte("a'b\"c;--"), "all": nil}
		for i := range 256 {
			in["all"] = append(in["all"], byte(i))
		}
		in["large"] = bytes.Repeat(in["all"], 4096) // 1 MiB
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			for k, v := range in {
				if _, err := tx.Exec(t.Context(), `INSERT INTO blob (v, k) VALUES ($2, $1)`, k, v); err != nil {
					return fmt.Errorf("%s: %w", k, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range in {
			var got []byte
			if err := w.db.Reader().QueryRowContext(t.Context(), `SELECT v FROM blob WHERE k = $1`, k).Scan(&got); err != nil || !bytes.Equal(got, v) {
				t.Errorf("%s: %d bytes came back of %d, %v", k, len(got), len(v), err)
			}
		}
		// Text sorts by bytes on both engines.
		rows, err := w.db.Reader().QueryContext(t.Context(), `SELECT k FROM blob UNION ALL SELECT 'Zebra' UNION ALL SELECT 'über' ORDER BY k`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var keys []string
		for rows.Next() {
			var k string
			if err := rows.Scan(&k); err != nil {
				t.Fatal(err)
			}
			keys = append(keys, k)
		}
		if want := []string{"Zebra", "all", "empty", "large", "text", "zero", "über"}; !slices.Equal(keys, want) {
			t.Errorf("order %q, want %q", keys, want)
		}
	})
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		for _, how := range []string{"error", "panic", "context"} {
			func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				defer func() {
					if p := recover(); (p != nil) != (how == "panic") {
						t.Errorf("%s: recovered %v", how, p)
					}
				}()
				err := w.db.Write(ctx, func(tx *store.Tx) error {
					if err := store.MoveCursor(ctx, tx, 1, "f", 5); err != nil {
						return err
					}
					switch how {
					case "panic":
						panic("defect")
					case "context":
						cancel()
						return store.MoveCursor(ctx, tx, 1, "g", 5)
					}
					return errOwn
				})
				if err == nil {
					t.Errorf("%s: the write succeeded", how)
				}
			}()
			if at, err := store.Cursor(t.Context(), w.db.Reader(), 1, "f"); at != 0 || err != nil {
				t.Errorf("after a failure by %s the cursor is at %d, %v", how, at, err)
			}
		}
		w.do(t, newJob(1)) // the connection is still good
	})
}

// A caller's own deadline comes back as such, not as a database that doesn't answer.
func TestAWriteEndsWithItsContext(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		for _, make := range []func() (context.Context, context.CancelFunc){
			func() (context.Context, context.CancelFunc) { return context.WithTimeout(t.Context(), 0) },
			func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				return ctx, cancel
			},
		} {
			ctx, cancel := make()
			err := w.db.Write(ctx, func(tx *store.Tx) error { return store.MoveCursor(ctx, tx, 1, "f", 5) })
			cancel()
			if !errors.Is(err, ctx.Err()) || fault.KindOf(err) != fault.Internal {
				t.Errorf("%v; want %v", err, ctx.Err())
			}
		}
	})
}

func TestReadersCannotWrite(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		write := func(q store.Querier) error {
			var n int64
			return q.QueryRowContext(t.Context(), `INSERT INTO leaf (log_id, idx) VALUES (9, 9) RETURNING idx`).Scan(&n)
		}
		if w.db.Snapshot(t.Context(), write) == nil || write(w.db.Reader()) == nil {
			t.Error("a reader wrote a row")
		}
	})
}

func TestCursorsNeverGoBack(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		at := func(logID int64, name string) int64 {
			v, err := store.Cursor(t.Context(), open(t).Reader(), logID, name)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if at(1, "mail") != 0 {
			t.Error("a follower that never moved is not at 0")
		}
		for _, c := range []struct{ to, want int64 }{{5, 5}, {3, 5}, {5, 5}, {6, 6}, {0, 6}} {
			err := w.db.Write(t.Context(), func(tx *store.Tx) error { return store.MoveCursor(t.Context(), tx, 1, "mail", c.to) })
			if err != nil || at(1, "mail") != c.want {
				t.Errorf("moved to %d: at %d, %v; want %d", c.to, at(1, "mail"), err, c.want)
			}
		}
		if at(1, "dns") != 0 || at(2, "mail") != 0 {
			t.Error("another follower, or the same of another log, moved along")
		}
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(store.MoveCursor(t.Context(), tx, 1, "mail", 9), errOwn)
		})
		if err == nil || at(1, "mail") != 6 {
			t.Errorf("the cursor is at %d after its transaction failed (%v), want 6", at(1, "mail"), err)
		}
	})
}

func TestASnapshotFitsTogether(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open)
		w.do(t, newJob(1))
		count := func(q store.Querier) (n int64) {
			if err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM item`).Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		err := w.db.Snapshot(t.Context(), func(q store.Querier) error {
			if n := count(q); n != 1 {
				t.Errorf("%d items, want 1", n)
			}
			w.do(t, newJob(1)) // a reader in the middle of its work doesn't hold writers up
			w.do(t, newJob(1))
			if n := count(q); n != 1 {
				t.Errorf("%d items in the same snapshot, want 1 still", n)
			}
			if n := count(w.db.Reader()); n != 3 {
				t.Errorf("%d items outside of it, want 3", n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if err := w.db.Snapshot(t.Context(), func(store.Querier) error { return errOwn }); !errors.Is(err, errOwn) {
			t.Errorf("the error of the function came back as %v", err)
		}
		if err := w.db.Snapshot(t.Context(), func(q store.Querier) error {
			return q.QueryRowContext(t.Context(), `SELECT 1 WHERE 1 = 0`).Scan(new(int))
		}); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("no row came back as %v", err)
		}
	})
}

// More statements than a connection keeps, some while their rows are being read.
func TestManyDifferentStatements(t *testing.T) {
	db := storetest.Open(t)
	err := db.Snapshot(t.Context(), func(q store.Querier) error {
		for round := range 3 {
			for i := range 300 {
				text := fmt.Sprintf(`SELECT %d + $1 UNION ALL SELECT 2`, i)
				rows, err := q.QueryContext(t.Context(), text, round)
				if err != nil {
					return err
				}
				rows.Next()
				var inner, outer int
				if err := errors.Join(q.QueryRowContext(t.Context(), text, 1000).Scan(&inner), rows.Scan(&outer), rows.Close()); err != nil {
					return err
				}
				if inner != i+1000 || outer != i+round {
					return fmt.Errorf("statement %d in round %d gave %d and %d", i, round, inner, outer)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
