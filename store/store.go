// Package store opens the database, migrates it, takes the head row and moves
// cursors. It knows no domain: each idea keeps its own tables and SQL.
//
// SQLite (modernc) and PostgreSQL (pgx) run one set of queries with $1
// placeholders in a portable subset (docs/decisions.md). On SQLite one
// connection writes and a pool reads; on both the head row puts the batches of
// a log in one order, whichever process writes them.
//
//	db, err := store.Open(ctx, store.Config{URL: "data/tocsin.db"})
//	err = db.Migrate(ctx, "archive", files)
//	seq, err := store.NewSequencer(ctx, db, 1, tree)
//	place, size, err := seq.Do(ctx, job) // returns when it is durable
//	size, err = seq.Wait(ctx, size)      // returns when there is more
//
// Within Job.Keep and the function given to Write only the Tx may be used:
// DB.Write would wait for the connection that the transaction holds.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Engine is one of the two engines.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Config says what to open. URL is postgres://... or the path of an SQLite file.
type Config struct {
	URL string
	// Wrap, if set, wraps the engine's connector: tests use it to break single writes.
	Wrap func(driver.Connector) driver.Connector
	// Poll is how often a waiter's process looks for commits of other processes; 0 means 200 ms.
	Poll time.Duration
	// NoNotify leaves out PostgreSQL's notifications, which are only a hint: for
	// engines that refuse them, and for testing/synctest.
	NoNotify bool
	// MaxPages bounds an SQLite file to so many pages of 4 kB or what it was made
	// with; 0 means no bound. Over it a write fails with fault.Full.
	MaxPages int
}

// DefaultPoll is how often commits of other processes are looked for.
const DefaultPoll = 200 * time.Millisecond

// DB is an open database: one writer and a pool of readers. It is safe for
// concurrent use.
type DB struct {
	engine      Engine
	path        string          // of the SQLite file
	pg          *pgx.ConnConfig // for the listener; nil when there is none
	write, read *sql.DB
	poll        time.Duration
	texts       texts
	snaps       snapshots
	own         sync.Mutex // held while the store's own tables are made
	ready       bool       // the store's own tables are up to date
}

// Open opens (and for SQLite creates) the database. It does not migrate.
// fault.Unreachable when the server doesn't answer, fault.Invalid when the file
// is not a database or may not be opened.
func Open(ctx context.Context, c Config) (*DB, error) {
	db := &DB{engine: SQLite, poll: c.Poll}
	if db.poll <= 0 {
		db.poll = DefaultPoll
	}
	open := db.openSQLite
	if strings.HasPrefix(c.URL, "postgres://") || strings.HasPrefix(c.URL, "postgresql://") {
		db.engine = Postgres
		open = db.openPostgres
	}
	if err := open(ctx, c); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// pool makes a pool over a connector that tests may have wrapped.
func (c Config) pool(to driver.Connector, open, idle int) *sql.DB {
	if c.Wrap != nil {
		to = c.Wrap(to)
	}
	p := sql.OpenDB(to)
	p.SetMaxOpenConns(open)
	p.SetMaxIdleConns(idle)
	return p
}

// Close waits for nothing: callers have stopped.
func (db *DB) Close() error {
	var errs []error
	for _, p := range []*sql.DB{db.read, db.write} { // the writer last: it folds the WAL into the file
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	return errors.Join(errs...)
}

// Engine tells which engine it is, for the few fragments that differ.
func (db *DB) Engine() Engine { return db.engine }

// Querier is what both a Tx and the DB's readers offer.
type Querier interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row
}

// Reader gives the pool for reading outside a transaction.
func (db *DB) Reader() Querier { return db.read }

// readPatience is how long a snapshot tries to begin on a server that was lost.
const readPatience = 2 * time.Second

// Snapshot runs f in one read-only transaction (repeatable read on PostgreSQL), so that what it reads fits together.
// While a Checkpoint waits for it, a snapshot that has lasted snapshotLife is ended.
func (db *DB) Snapshot(ctx context.Context, f func(q Querier) error) error {
	ctx, done := db.snaps.begin(ctx)
	defer done()
	opts := &sql.TxOptions{ReadOnly: true}
	if db.engine == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.read.BeginTx(ctx, opts)
	for r := newRetry(); err != nil && lost(err) && r.again(ctx, readPatience); { // a pool may hold several dead connections
		tx, err = db.read.BeginTx(ctx, opts)
	}
	if err != nil {
		return explain(fmt.Errorf("beginning to read: %w", err))
	}
	err = f(tx)
	if end := tx.Rollback(); err == nil && end != nil && !errors.Is(end, sql.ErrTxDone) {
		err = end
	}
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errSnapshotEnded) {
		return cause
	}
	return err
}
