// Package thing keeps what is known of each observable under its canonical
// value: who reports it, in which audience, since when and until when.
//
// Merging never changes an object: a thing only counts the indicators that
// support it, over what the reader may see, and is in force while one that was
// not taken back and has not expired supports it.
package thing

import (
	"context"
	"embed"
	"encoding/binary"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("thing schema: %w", err)
	}
	return db.Migrate(ctx, "thing", sub)
}

// MACer gives keyed hashes; *ledger.Keys is one.
type MACer interface {
	MAC(purpose string, parts ...[]byte) [32]byte
}

// Things is the register of one log.
type Things struct {
	logID int64
	key   MACer
}

// New makes the register of a log.
func New(logID int64, key MACer) *Things { return &Things{logID: logID, key: key} }

// Key gives the number under which a thing is kept: 63 bits of a keyed hash, so
// that nobody can make two things meet on purpose; by chance two of ten million
// meet with a probability of about 5 in a million.
func (r *Things) Key(t observable.Thing) int64 {
	sum := r.key.MAC("thing", []byte(t.Kind), []byte(t.Value))
	return int64(binary.LittleEndian.Uint64(sum[:8]) >> 1)
}

// State of a support.
const (
	InForce = 0
	Expired = 1
	Taken   = 2
)

// Support says that the indicator added at a date supports a thing.
type Support struct {
	At     int64 // date_added of the indicator
	Thing  observable.Thing
	Aud    int32
	Member int64
	Until  time.Time // end of validity
	State  int
}

// Put adds supports; several of one indicator stand next to each other.
func (r *Things) Put(ctx context.Context, tx *store.Tx, supports []Support) (err error) {
	defer fault.Wrap(&err, "keeping things")
	var things, rows []any
	k, last := 0, int64(-1)
	for _, s := range supports {
		if k++; s.At != last {
			k, last = 0, s.At
		}
		t := r.Key(s.Thing)
		kind, err := KindCode(s.Thing.Kind)
		if err != nil {
			return err
		}
		things = append(things, r.logID, t, kind, s.Thing.Value)
		rows = append(rows, r.logID, s.At, k, t, s.Aud, s.Member, s.Until.Unix(), s.State, kind)
	}
	if _, err := tx.InsertRows(ctx, "INSERT INTO thing (log_id, t, kind, value) VALUES", 4, things, "ON CONFLICT DO NOTHING"); err != nil {
		return err
	}
	_, err = tx.InsertRows(ctx, "INSERT INTO support (log_id, at, k, t, aud, member, until, state, kind) VALUES", 9, rows, "")
	return err
}

// SetState changes the state of all supports of the indicators at the dates.
// cause is the date of what changed the first of them, such as the recall's
// position; the next ones have the next microseconds, as positions of one entry do.
func (r *Things) SetState(ctx context.Context, tx *store.Tx, ats []int64, state int, cause int64) error {
	for i, at := range ats {
		if err := r.note(ctx, tx, at, cause+int64(i)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE support SET state = $1 WHERE log_id = $2 AND at = $3`, state, r.logID, at); err != nil {
			return fmt.Errorf("state of a support: %w", err)
		}
	}
	return nil
}

// Expire puts the supports that are in force at the dates out of force; cause as for SetState.
func (r *Things) Expire(ctx context.Context, tx *store.Tx, ats []int64, cause int64) error {
	for i, at := range ats {
		if err := r.note(ctx, tx, at, cause+int64(i)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE support SET state = 1 WHERE log_id = $1 AND at = $2 AND state = 0`, r.logID, at); err != nil {
			return fmt.Errorf("expiring a support: %w", err)
		}
	}
	return nil
}

// Join lets another member support, too, what an indicator names: it filed the
// same indicator. cause is the date of why.
func (r *Things) Join(ctx context.Context, tx *store.Tx, at, member, cause int64) (err error) {
	defer fault.Wrap(&err, "another reporter")
	rows, err := r.of(ctx, tx, at)
	if err != nil || len(rows) == 0 {
		return err
	}
	first, there := rows[0], false
	for _, s := range rows {
		if there = there || s.Member == member; s.State < first.State {
			first = s // one that still stands is the model for the new one
		}
	}
	if there {
		_, err = tx.Exec(ctx, `UPDATE support SET state = $1 WHERE log_id = $2 AND at = $3 AND member = $4`, first.State, r.logID, at, member)
	} else {
		_, err = tx.Exec(ctx, `INSERT INTO support (log_id, at, k, t, aud, member, until, state, kind)
			SELECT log_id, at, k + CAST($1 AS BIGINT), t, aud, CAST($2 AS BIGINT), until, state, kind FROM support WHERE log_id = $3 AND at = $4 AND member = $5`,
			len(rows), member, r.logID, at, first.Member)
	}
	if err != nil {
		return err
	}
	return r.note(ctx, tx, at, cause)
}

// Leave ends one member's support of what an indicator names; others' stays.
func (r *Things) Leave(ctx context.Context, tx *store.Tx, at, member, cause int64) error {
	if err := r.note(ctx, tx, at, cause); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE support SET state = $1 WHERE log_id = $2 AND at = $3 AND member = $4`, Taken, r.logID, at, member)
	return err
}

// of gives member and state of each row of an indicator.
func (r *Things) of(ctx context.Context, q store.Querier, at int64) (out []Support, err error) {
	rows, err := q.QueryContext(ctx, `SELECT member, state FROM support WHERE log_id = $1 AND at = $2 ORDER BY k`, r.logID, at)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s := Support{At: at}
		if err := rows.Scan(&s.Member, &s.State); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// dueQuery finds the few that are due by their end, in a query of its own: with
// ORDER BY beside DISTINCT, SQLite walks all of the table, and this is asked each second.
const dueQuery = `SELECT at, aud FROM (SELECT DISTINCT at, aud FROM support WHERE log_id = $1 AND until <= $2 AND state = 0) AS due ORDER BY at LIMIT %d`

// Due gives the dates and audiences of indicators in force whose validity ended by now, at most limit.
func (r *Things) Due(ctx context.Context, q store.Querier, now time.Time, limit int) (out []Support, err error) {
	defer fault.Wrap(&err, "indicators to expire")
	rows, err := q.QueryContext(ctx, fmt.Sprintf(dueQuery, limit), r.logID, now.Unix())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Support
		if err := rows.Scan(&s.At, &s.Aud); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Record is what a reader may know of a thing.
type Record struct {
	Thing     observable.Thing
	Reporters int   // members with an indicator in force
	Reports   int   // indicators in force
	All       int   // indicators ever, taken back ones left out
	Taken     int   // indicators that were taken back
	First     int64 // date_added of the first and the last of All, microseconds
	Last      int64
	Until     time.Time
}

// InForce tells whether some indicator supports the thing now.
func (r *Record) InForce() bool { return r.Reports > 0 }

// Look gives the record of a thing, counted over the audiences; fault.NotFound
// when nothing there mentions it.
func (r *Things) Look(ctx context.Context, q store.Querier, t observable.Thing, auds []int32) (rec Record, err error) {
	defer fault.Wrap(&err, "looking up a thing")
	all, err := r.Supports(ctx, q, t, auds)
	if err != nil {
		return rec, err
	}
	rec = RecordOf(all)
	if rec.Thing = t; rec.All == 0 {
		return rec, fault.New(fault.NotFound, "nothing that you may see mentions this value")
	}
	return rec, nil
}

// Supports gives all supports of a thing in the audiences, by date.
func (r *Things) Supports(ctx context.Context, q store.Querier, t observable.Thing, auds []int32) (out []Support, err error) {
	if len(auds) == 0 {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, supportsOf(auds), r.logID, r.Key(t))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s := Support{Thing: t}
		var until int64
		if err := rows.Scan(&s.At, &s.Aud, &s.Member, &until, &s.State); err != nil {
			return nil, err
		}
		s.Until = time.Unix(until, 0).UTC()
		out = append(out, s)
	}
	return out, rows.Err()
}

// supportsOf is the statement of Supports. It asks for a list of things, the same one
// twice: for one, SQLite would walk the whole table in the order of its primary key.
func supportsOf(auds []int32) string {
	return `SELECT at, aud, member, until, state FROM support WHERE log_id = $1 AND t IN ($2, $2) AND aud IN (` + ints(auds) + `) ORDER BY t, at, k`
}

// ints writes audiences into a statement: they are numbers of ours.
func ints(auds []int32) string {
	var b strings.Builder
	for i, a := range auds {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d", a)
	}
	return b.String()
}
