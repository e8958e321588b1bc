package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"

	"tocsin/fault"
)

// checkpointFor is how long Checkpoint tries: long enough for every snapshot to
// be ended.
const checkpointFor = 2 * snapshotLife

// Checkpoint folds SQLite's write-ahead log into the file and truncates it, so that what was deleted is in neither; with
// secure_delete the freed pages are overwritten. It reports nil only when the engine said that no reader was in the way. Snapshots older than 5 s
// are ended. fault.Busy when a reader stayed in the way for 10 s. On PostgreSQL it does nothing: there an erasure never depends on its WAL.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.engine != SQLite {
		return nil
	}
	for r := newRetry(); ; {
		busy, err := db.truncateWAL(ctx)
		if err != nil {
			return explain(fmt.Errorf("checkpoint: %w", err))
		}
		if !busy {
			return nil
		}
		db.snaps.endOld(time.Now().UTC().Add(-snapshotLife))
		if !r.again(ctx, checkpointFor) {
			return errors.Join(ctx.Err(), fault.New(fault.Busy, "a reader keeps old pages of the database in use; what was erased may still be in its write-ahead log"))
		}
	}
}

// truncateWAL tries once. While it waits for readers nobody can write, so it
// doesn't wait long.
func (db *DB) truncateWAL(ctx context.Context) (busy bool, err error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	ctx = context.WithoutCancel(ctx)
	if _, err := conn.ExecContext(ctx, `PRAGMA busy_timeout = 50`); err != nil {
		return false, err
	}
	var stuck, frames, done int64
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&stuck, &frames, &done)
	_, back := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, busyTimeout.Milliseconds()))
	if conflicted(err) {
		return true, back
	}
	return stuck != 0, errors.Join(err, back)
}

// Backup writes a consistent copy of the running SQLite database into a new file (0600), durable when it returns.
// fault.Conflict when the file exists; fault.Unsupported on PostgreSQL, which has pg_dump.
func (db *DB) Backup(ctx context.Context, file string) (err error) {
	if db.engine != SQLite {
		return fault.New(fault.Unsupported, "a PostgreSQL database is backed up with pg_dump")
	}
	if _, err := os.Lstat(file); err == nil {
		return fault.New(fault.Conflict, "the backup's file exists; name a new one")
	}
	part := file + ".part"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fault.New(fault.Conflict, "a backup into this file is under way, or one was cut off: remove the file that ends with .part")
	case err != nil:
		return fault.Because(err, fault.Invalid, "the backup's file can't be made; does its folder exist?")
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			err = errors.Join(err, os.Remove(part))
			return
		}
		if err = os.Rename(part, file); err == nil {
			err = syncFolder(file)
		}
	}()
	// The readers' connections can't do it: query_only forbids writing any file.
	to, err := sqlite.NewConnector(plainDSN(db.path))
	if err != nil {
		return err
	}
	own := sql.OpenDB(to)
	defer own.Close()
	if _, err := own.ExecContext(ctx, `VACUUM INTO $1`, part); err != nil {
		return explain(fmt.Errorf("backup: %w", err))
	}
	return f.Sync()
}

// syncFolder makes a new name in a folder durable.
func syncFolder(file string) error {
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
