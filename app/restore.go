package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/store"
)

// Restore makes a node in cfg's folders from a backup of an embedded store and
// the keys folder that belonged to it, as a new log, and gives the new log's
// public key. checkpoint is the newest one of the old log that anybody has shown,
// or nil.
func Restore(ctx context.Context, cfg Config, file, oldKeys string, checkpoint []byte) (key string, err error) {
	cfg = cfg.withDefaults()
	if cfg.DB != "" {
		return "", fault.New(fault.Unsupported, "a backup of PostgreSQL is made and restored with its own tools (pg_dump); see docs/operating.md")
	}
	old, err := ledger.OpenKeys(oldKeys)
	if err != nil {
		return "", err
	}
	url := filepath.Join(cfg.Data, DatabaseFile)
	if err := copyNew(file, url); err != nil {
		return "", err
	}
	// What can't be restored leaves nothing behind that would stand in the way of the next try.
	made := []string{url, url + "-wal", url + "-shm"}
	defer func() {
		if err != nil {
			for _, name := range made {
				os.RemoveAll(name)
			}
		}
	}()
	if _, err := os.Stat(cfg.Keys); err == nil {
		return "", fault.New(fault.Conflict, "%s exists; the new log's keys need a folder of their own", cfg.Keys)
	}
	next, err := ledger.CreateNextKeys(cfg.Keys, old)
	if err != nil {
		return "", err
	}
	made = append(made, cfg.Keys)
	db, err := store.Open(ctx, store.Config{URL: url})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := migrate(ctx, db); err != nil {
		return "", err
	}
	return next.VerifierKey(), exchange.Restore(ctx, db, old, next, checkpoint)
}

// copyNew copies a file to a name that must be free.
func copyNew(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fault.Because(err, fault.NotFound, "the backup can't be read")
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fault.Because(err, fault.Invalid, "the data folder can't be made; is its parent writable?")
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Because(err, fault.Conflict, "there is a store in the data folder already; restore into a fresh one")
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return fault.Because(err, fault.Full, "the backup can't be copied")
	}
	return out.Sync()
}
