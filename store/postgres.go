package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"tocsin/fault"
)

// The pools of a server's connections: writing has its own, so that readers
// can't keep it waiting.
const (
	serverWriters  = 4
	serverReaders  = 12
	serverIdle     = 4
	serverIdleFor  = 5 * time.Minute
	serverStmts    = 256
	connectTimeout = 10 * time.Second
)

// openPostgres opens the pools and makes sure that a commit is durable.
func (db *DB) openPostgres(ctx context.Context, c Config) error {
	cfg, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return fault.New(fault.Invalid, "the database URL can't be read; it is postgres://USER@HOST:PORT/NAME") // the cause may quote the password
	}
	cfg.StatementCacheCapacity = serverStmts
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	// A process that was stopped in the middle of a batch holds the head row; the others wait no longer than this.
	if _, ok := cfg.RuntimeParams["idle_in_transaction_session_timeout"]; !ok {
		cfg.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	}
	reads := cfg.Copy()
	reads.RuntimeParams["default_transaction_read_only"] = "on"
	db.write = c.pool(stdlib.GetConnector(*cfg), serverWriters, serverIdle)
	db.read = c.pool(stdlib.GetConnector(*reads), serverReaders, serverIdle)
	db.write.SetConnMaxIdleTime(serverIdleFor)
	db.read.SetConnMaxIdleTime(serverIdleFor)
	if !c.NoNotify {
		db.pg = cfg
	}
	var durable string
	if err := db.read.QueryRowContext(ctx, `SHOW synchronous_commit`).Scan(&durable); err != nil {
		if e := explain(err); fault.KindOf(e) != fault.Internal {
			return e
		}
		return fault.Because(err, fault.Unreachable, "the database server doesn't let this program in, or doesn't answer")
	}
	if durable == "off" {
		return fault.New(fault.Refused, "the database server has synchronous_commit off: what it acknowledges may be lost; set it on for this database")
	}
	return nil
}
