package store

import (
	"context"
	"fmt"

	"tocsin/fault"
)

// Head is the sequencer row of one log.
type Head struct {
	Size        int64  // entries
	Added       int64  // last date_added stamped, microseconds since 1970
	Rights      int64  // raised by each change of members, keys, groups, policy
	Fingerprint string // of the keys folder
}

// readHead reads the head row; fault.NotFound when the log was never begun.
func readHead(ctx context.Context, q Querier, logID int64) (h Head, err error) {
	err = q.QueryRowContext(ctx, `SELECT size, added, rights, fingerprint FROM head WHERE log_id = $1`, logID).Scan(&h.Size, &h.Added, &h.Rights, &h.Fingerprint)
	found, err := oneRow(err)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "the database has no log %d", logID)
	}
	return h, explain(err)
}

// takeHead takes the head row for a batch of so many entries and objects, and
// gives it as it is now with the date of the batch's first object. Until the
// transaction ends no other batch of the log is written, in any process.
func takeHead(ctx context.Context, tx *Tx, logID, entries, objects, now int64) (h Head, first int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE head SET size = size + $1, added = CASE WHEN added >= $2 THEN added + $3 ELSE $2 + $3 - 1 END
		WHERE log_id = $4 RETURNING size, added, rights, fingerprint`, entries, now, objects, logID).Scan(&h.Size, &h.Added, &h.Rights, &h.Fingerprint)
	if err != nil {
		return h, 0, fmt.Errorf("taking the head row: %w", err)
	}
	return h, h.Added - objects + 1, nil
}

// fence waits until no other transaction holds the head row.
func fence(ctx context.Context, tx *Tx, logID int64) error {
	_, err := tx.Exec(ctx, `UPDATE head SET size = size WHERE log_id = $1`, logID)
	return err
}

// makeHead makes the head row of a log that has none.
func makeHead(ctx context.Context, db *DB, logID int64) error {
	if _, err := readHead(ctx, db.read, logID); fault.KindOf(err) != fault.NotFound {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO head (log_id, size, added, rights, fingerprint) VALUES ($1, 0, 0, 0, '') ON CONFLICT DO NOTHING`, logID)
		return err
	})
}

// RaiseRights adds one to the rights counter of a log's head row: called in the transaction of each change of members, keys, groups, policy.
func RaiseRights(ctx context.Context, tx *Tx, logID int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO head (log_id, size, added, rights, fingerprint) VALUES ($1, 0, 0, 1, '')
		ON CONFLICT (log_id) DO UPDATE SET rights = head.rights + 1`, logID)
	return err
}

// SetFingerprint writes the fingerprint of the keys folder into the head row.
func (s *Sequencer) SetFingerprint(ctx context.Context, tx *Tx, fingerprint string) error {
	n, err := tx.Exec(ctx, `UPDATE head SET fingerprint = $1 WHERE log_id = $2`, fingerprint, s.logID)
	if err == nil && n != 1 {
		err = fault.New(fault.NotFound, "the database has no log %d", s.logID)
	}
	return err
}

// Head reads the head row.
func (s *Sequencer) Head(ctx context.Context) (Head, error) {
	return readHead(ctx, s.db.read, s.logID)
}

// Cursor reads and moves the named durable position of a follower; Move belongs in the transaction of the work it stands for.
// A follower that never moved is at 0.
func Cursor(ctx context.Context, q Querier, logID int64, name string) (int64, error) {
	var at int64
	_, err := oneRow(q.QueryRowContext(ctx, `SELECT position FROM follower WHERE log_id = $1 AND name = $2`, logID, name).Scan(&at))
	return at, explain(err)
}

// MoveCursor sets it within tx; it never goes back.
func MoveCursor(ctx context.Context, tx *Tx, logID int64, name string, to int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO follower (log_id, name, position) VALUES ($1,$2,$3)
		ON CONFLICT (log_id, name) DO UPDATE SET position = excluded.position WHERE excluded.position > follower.position`, logID, name, to)
	return err
}

// HeadIn reads the head row through q: within a snapshot, as it stood then.
func (s *Sequencer) HeadIn(ctx context.Context, q Querier) (Head, error) {
	return readHead(ctx, q, s.logID)
}
