package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"tocsin/fault"
)

// Tx is a write transaction. It is used by one goroutine at a time. After a
// statement that failed it is not committed, on either engine.
type Tx struct {
	tx     *sql.Tx
	db     *DB
	failed error
}

// QueryContext implements Querier.
func (tx *Tx) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return tx.tx.QueryContext(ctx, q, args...)
}

// QueryRowContext implements Querier.
func (tx *Tx) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	return tx.tx.QueryRowContext(ctx, q, args...)
}

// Exec runs one statement; statements are prepared once per connection and text.
func (tx *Tx) Exec(ctx context.Context, q string, args ...any) (rows int64, err error) {
	r, err := tx.tx.ExecContext(ctx, q, args...)
	if err != nil {
		tx.failed = explain(err)
		return 0, tx.failed
	}
	return r.RowsAffected()
}

// rowsAtOnce is how many rows one statement inserts, and maxParams how many
// parameters: SQLite takes 32,766 and PostgreSQL 65,535.
const (
	rowsAtOnce = 100
	maxParams  = 32766
)

// InsertRows inserts rows of equal width, 100 (or as many as fit the engine's parameter bound) a statement:
// prefix "INSERT INTO t (a,b) VALUES", suffix such as "ON CONFLICT DO NOTHING".
func (tx *Tx) InsertRows(ctx context.Context, prefix string, width int, args []any, suffix string) (rows int64, err error) {
	if width <= 0 || width > maxParams || len(args)%width != 0 {
		return 0, fmt.Errorf("%d values are no rows of %d", len(args), width)
	}
	for len(args) > 0 {
		n := atOnce(len(args)/width, width)
		done, err := tx.Exec(ctx, tx.db.texts.insert(tx.db.engine, prefix, width, n, suffix), args[:n*width]...)
		if err != nil {
			return rows, err
		}
		rows += done
		args = args[n*width:]
	}
	return rows, nil
}

// atOnce gives how many of the remaining rows the next statement takes: all that
// it may, and then powers of two, so that few different statements exist.
func atOnce(left, width int) int {
	most := max(1, min(rowsAtOnce, maxParams/width))
	if left >= most {
		return most
	}
	n := 1
	for n*2 <= left {
		n *= 2
	}
	return n
}

// texts keeps the statements of InsertRows, which are long.
type texts struct {
	mu    sync.Mutex
	known map[shape]string
}

type shape struct {
	prefix, suffix string
	width, rows    int
}

// maxTexts bounds what is kept: some 30 tables by 8 sizes.
const maxTexts = 300

// insert gives the text. SQLite looks a parameter's name up in a list, for each
// value of each row again, so there the parameters have none. OR FAIL saves it the
// copies of pages by which it would undo a statement alone (its statement journal):
// who fails is undone whole.
func (t *texts) insert(e Engine, prefix string, width, rows int, suffix string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := shape{prefix, suffix, width, rows}
	if s, ok := t.known[key]; ok {
		return s
	}
	if t.known == nil || len(t.known) >= maxTexts {
		t.known = map[shape]string{}
	}
	var b strings.Builder
	if e == SQLite {
		b.WriteString(strings.Replace(prefix, "INSERT INTO", "INSERT OR FAIL INTO", 1))
	} else {
		b.WriteString(prefix)
	}
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteString(" (")
		case i%width == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		if e == SQLite {
			b.WriteByte('?')
		} else {
			fmt.Fprintf(&b, "$%d", i+1)
		}
	}
	b.WriteString(") ")
	b.WriteString(suffix)
	t.known[key] = b.String()
	return t.known[key]
}

// The bounds of trying again after a conflict or a lost connection.
const (
	patience   = 10 * time.Second // in all
	firstPause = time.Millisecond
	maxPause   = 500 * time.Millisecond
)

// A retry is one series of tries.
type retry struct {
	since time.Time
	next  time.Duration
}

func newRetry() *retry { return &retry{since: time.Now(), next: firstPause} }

// again waits before the next try, a little longer each time and never in step
// with another process. It is false when the time for tries is over or ctx has ended.
func (r *retry) again(ctx context.Context, within time.Duration) bool {
	if time.Since(r.since) >= within {
		return false
	}
	t := time.NewTimer(r.next/2 + rand.N(r.next))
	defer t.Stop()
	r.next = min(2*r.next, maxPause)
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// Write runs f in a write transaction that is not part of the log: administration, cursors. It is retried on serialisation failures (40001, 40P01, SQLITE_BUSY).
// f may be called again; fault.Unreachable when the server was lost while it committed, and then whether it took effect isn't known.
func (db *DB) Write(ctx context.Context, f func(tx *Tx) error) error {
	for r := newRetry(); ; {
		stage, err := db.once(ctx, f)
		switch {
		case err == nil:
			return nil
		case stage == inCommit:
			return fault.Because(err, fault.Unreachable, "the database stopped answering while it committed; look whether the change is there before trying again")
		case ctx.Err() != nil:
			return err // the caller's own end, whatever it looks like
		case !conflicted(err) && !lost(err) || !r.again(ctx, patience):
			return explain(err)
		}
	}
}

// A stage says how far a transaction came.
type stage int

const (
	beforeCommit stage = iota // it had no effect
	inCommit                  // the commit failed and didn't say that it had no effect
)

// once runs f in one write transaction. ctx bounds waiting for the connection;
// the transaction itself is ended by f, never between its end and the commit.
func (db *DB) once(ctx context.Context, f func(tx *Tx) error) (stage, error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return beforeCommit, err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return beforeCommit, err
	}
	defer tx.Rollback() // after a commit it does nothing; also when f panics
	t := &Tx{tx: tx, db: db}
	if err := cmp.Or(f(t), t.failed); err != nil {
		return beforeCommit, err
	}
	if err := tx.Commit(); err != nil {
		if refused(err) {
			return beforeCommit, err
		}
		return inCommit, err
	}
	return 0, nil
}
