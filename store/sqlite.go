package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"

	"tocsin/fault"
)

// The sizes of the embedded engine; measured, see docs/decisions.md.
const (
	pageSize      = 4096
	writerCache   = 8 << 10 // kB of pages
	readerCache   = 1 << 10 // kB of pages, each reader
	readers       = 8
	idleReaders   = 4
	checkpointAt  = 4000 // pages of WAL after which a commit folds them into the file
	walLimit      = 32 << 20
	busyTimeout   = 10 * time.Second
	writerStmts   = 200
	readerStmts   = 64
	readerIdleFor = time.Minute
)

// openSQLite opens the file: one connection that writes, others that can't.
func (db *DB) openSQLite(ctx context.Context, c Config) error {
	path, err := filepath.Abs(c.URL)
	if err != nil {
		return fault.Because(err, fault.Invalid, "the database's path can't be resolved")
	}
	db.path = path
	// The file is made here so that nobody else may read it; its WAL inherits the mode.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault.Because(err, fault.Invalid, "the database file can't be opened for writing")
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, p := range []struct {
		writes            bool
		open, idle, stmts int
	}{{true, 1, 1, writerStmts}, {false, readers, idleReaders, readerStmts}} {
		to, err := sqlite.NewConnector(dsn(path, p.writes, c.MaxPages))
		if err != nil {
			return fault.Because(err, fault.Invalid, "the database's path can't be used")
		}
		pool := c.pool(&caching{Connector: to, max: p.stmts}, p.open, p.idle)
		if p.writes {
			db.write = pool
		} else {
			pool.SetConnMaxIdleTime(readerIdleFor)
			db.read = pool
		}
		if err := pool.PingContext(ctx); err != nil {
			return openError(err)
		}
	}
	return nil
}

// dsn gives the data source name with the settings of a connection. The driver
// runs _pragma values in alphabetical order and journal_mode after them, which
// page_size needs.
func dsn(path string, writes bool, maxPages int) string {
	s := fmt.Sprintf("%s&_foreign_keys=1", plainDSN(path))
	if !writes {
		return s + fmt.Sprintf("&_pragma=cache_size(-%d)&_query_only=1", readerCache)
	}
	s += "&_txlock=immediate"
	s += fmt.Sprintf("&_journal_mode=WAL&_synchronous=FULL&_pragma=secure_delete(1)&_pragma=page_size(%d)&_pragma=cache_size(-%d)", pageSize, writerCache)
	s += fmt.Sprintf("&_pragma=wal_autocheckpoint(%d)&_pragma=journal_size_limit(%d)", checkpointAt, walLimit)
	if maxPages > 0 {
		s += fmt.Sprintf("&_pragma=max_page_count(%d)", maxPages)
	}
	return s
}

// plainDSN gives the data source name of a path that may hold any character.
func plainDSN(path string) string {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	return fmt.Sprintf("file:%s?_busy_timeout=%d", escaped, busyTimeout.Milliseconds())
}

func openError(err error) error {
	if e := explain(err); e != err {
		return e
	}
	return fault.Because(err, fault.Invalid, "the database file can't be opened: it isn't one of this program, is damaged, or may not be written")
}
