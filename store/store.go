// Package store opens the database, migrates it, takes the head row and moves cursors. It knows no domain:
// each idea keeps its own tables and SQL.
//
// SQLite (modernc) and PostgreSQL (pgx) run one set of queries with $1 placeholders in a
// portable subset (docs/decisions.md). One writer on SQLite, serialised by the head row on both.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io/fs"
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
}

// DB is an open database: one writer and a pool of readers.
type DB struct{}

// Open opens (and for SQLite creates) the database. It does not migrate.
func Open(ctx context.Context, c Config) (*DB, error) { panic("stub") }

// Close waits for nothing: callers have stopped.
func (db *DB) Close() error { panic("stub") }

// Engine tells which engine it is, for the few fragments that differ.
func (db *DB) Engine() Engine { panic("stub") }

// Migrate applies the numbered files NNNN_name.sql of dir in files that have not been applied for this idea, each in
// one transaction, checksum kept; a changed file or a newer schema than the program knows is refused.
// In a file, {blob} {int} {norowid} are replaced by the engine's words.
func (db *DB) Migrate(ctx context.Context, idea string, files fs.FS) error { panic("stub") }

// Querier is what both a Tx and the DB's readers offer.
type Querier interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row
}

// Reader gives the pool for reading outside a transaction.
func (db *DB) Reader() Querier { panic("stub") }

// Snapshot runs f in one read-only transaction (repeatable read on PostgreSQL), so that what it reads fits together.
func (db *DB) Snapshot(ctx context.Context, f func(q Querier) error) error { panic("stub") }

// Tx is a write transaction.
type Tx struct{}

// QueryContext implements Querier.
func (tx *Tx) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	panic("stub")
}

// QueryRowContext implements Querier.
func (tx *Tx) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row { panic("stub") }

// Exec runs one statement; statements are prepared once per connection and text.
func (tx *Tx) Exec(ctx context.Context, q string, args ...any) (rows int64, err error) { panic("stub") }

// InsertRows inserts rows of equal width, 100 (or as many as fit the engine's parameter bound) a statement:
// prefix "INSERT INTO t (a,b) VALUES", suffix such as "ON CONFLICT DO NOTHING".
func (tx *Tx) InsertRows(ctx context.Context, prefix string, width int, args []any, suffix string) (rows int64, err error) {
	panic("stub")
}

// Write runs f in a write transaction that is not part of the log: administration, cursors. It is retried on serialisation failures (40001, 40P01, SQLITE_BUSY).
func (db *DB) Write(ctx context.Context, f func(tx *Tx) error) error { panic("stub") }

// Head is the sequencer row of one log.
type Head struct {
	Size        int64  // entries
	Added       int64  // last date_added stamped, microseconds since 1970
	Rights      int64  // raised by each change of members, keys, groups, policy
	Fingerprint string // of the keys folder
}

// Place is where a job stands in the log.
type Place struct {
	Index int64 // of its first entry
	Added int64 // date_added of its first object, microseconds; the following objects have the next microseconds
	Size  int64 // of the tree after the whole batch
	// Rights and Fingerprint are those of the head row in this transaction.
	Rights      int64
	Fingerprint string
}

// Job is one submission waiting to be kept.
type Job interface {
	// Entries and Objects are how many indexes and microseconds it needs. Objects counts at least one per entry.
	Entries() int
	Objects() int
	// Keep writes its rows. It may be called again after a failed batch, so it must not keep state from an earlier call.
	Keep(ctx context.Context, tx *Tx, p Place) error
	// Kept reports whether this very job is already in the log (looked up by the job's own random token), for a commit whose outcome is unknown.
	Kept(ctx context.Context, q Querier) (p Place, size int64, found bool, err error)
}

// Sealer is called once per batch, last before the commit, in the same transaction: the ledger appends the leaves of the jobs here.
type Sealer interface {
	Seal(ctx context.Context, tx *Tx, before Head, jobs []Job) error
}

// Sequencer is the group commit of one log: whoever waits while a batch commits forms the next one.
type Sequencer struct{}

// NewSequencer makes the sequencer of log logID (creating its head row when missing).
func NewSequencer(ctx context.Context, db *DB, logID int64, s Sealer) (*Sequencer, error) {
	panic("stub")
}

// Do keeps the job and returns after its commit is known to be durable: its place and the size of the tree after its batch.
// When a batch fails its jobs are tried one by one; an error is the job's own.
func (s *Sequencer) Do(ctx context.Context, j Job) (p Place, size int64, err error) { panic("stub") }

// Close ends the sequencer: who waits gets an error, a batch that is being written is finished.
func (s *Sequencer) Close() error { panic("stub") }

// SetFingerprint writes the fingerprint of the keys folder into the head row.
func (s *Sequencer) SetFingerprint(ctx context.Context, tx *Tx, fingerprint string) error {
	panic("stub")
}

// RaiseRights adds one to the rights counter of a log's head row: called in the transaction of each change of members, keys, groups, policy.
func RaiseRights(ctx context.Context, tx *Tx, logID int64) error { panic("stub") }

// Head reads the head row.
func (s *Sequencer) Head(ctx context.Context) (Head, error) { panic("stub") }

// Wait returns when the log's size is over size, or ctx ends. It is woken by commits of this process and polls the head row every 200 ms for those of others.
func (s *Sequencer) Wait(ctx context.Context, size int64) (int64, error) { panic("stub") }

// Cursor reads and moves the named durable position of a follower; Move belongs in the transaction of the work it stands for.
func Cursor(ctx context.Context, q Querier, logID int64, name string) (int64, error) { panic("stub") }

// MoveCursor sets it within tx; it never goes back.
func MoveCursor(ctx context.Context, tx *Tx, logID int64, name string, to int64) error { panic("stub") }
