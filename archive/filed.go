package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"tocsin/fault"
	"tocsin/store"
)

// This file is for who looks at entries: one's own, and what became of one.

// EntriesBy gives entries of one kind that a member filed, newest first, at most
// limit: the last ones before an index (0: of all), or, with after at least 0, the
// first ones after that index. One of before and after is given.
func (a *Archive) EntriesBy(ctx context.Context, q store.Querier, member int64, kind Kind, before, after int64, limit int) (out []Entry, err error) {
	defer fault.Wrap(&err, "entries of a member")
	bound, order, at := `idx < $4`, `DESC`, before
	if after >= 0 {
		bound, order, at = `idx > $4`, `ASC`, after
	} else if before == 0 {
		at = math.MaxInt64
	}
	rows, err := q.QueryContext(ctx, `SELECT `+entryColumns+fmt.Sprintf(` FROM entry WHERE log_id = $1 AND member = $2 AND kind = $3 AND %s ORDER BY idx %s LIMIT %d`, bound, order, limit),
		a.logID, member, int64(kind), at)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEntry(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	if after >= 0 {
		slices.Reverse(out)
	}
	return out, rows.Err()
}

// EntryAround gives the entry in which a date stands; fault.NotFound when none does.
func (a *Archive) EntryAround(ctx context.Context, q store.Querier, at int64) (Entry, error) {
	e, err := scanEntry(q.QueryRowContext(ctx, `SELECT `+entryColumns+` FROM entry WHERE log_id = $1 AND added <= $2 ORDER BY added DESC LIMIT 1`, a.logID, at).Scan)
	if errors.Is(err, sql.ErrNoRows) || err == nil && at >= e.Added+e.N {
		err = fault.New(fault.NotFound, "no entry has this date")
	}
	return e, err
}

// Cause is an entry that took objects of another one out of force.
type Cause struct {
	Index int64
	At    int64 // of its first withdrawal among them, microseconds
	Kind  Kind
	N     int64
}

// CausesOf gives what took objects of an entry out of force, in some audiences, in
// the order of the log, at most limit.
func (a *Archive) CausesOf(ctx context.Context, q store.Querier, e Entry, auds []int32, limit int) (out []Cause, err error) {
	defer fault.Wrap(&err, "what became of entry %d", e.Index)
	if len(auds) == 0 {
		return nil, nil
	}
	list, args := a.withAuds(auds, a.logID, e.Added, e.Added+e.N)
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT idx, min(at), kind, count(*) FROM withdrawal
		WHERE log_id = $1 AND target >= $2 AND target < $3 AND aud IN (%s) GROUP BY idx, kind ORDER BY 2 LIMIT %d`, list, limit), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c Cause
		if err := rows.Scan(&c.Index, &c.At, &c.Kind, &c.N); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// TargetsOf gives the withdrawals that stand in an entry, in some audiences, in order,
// at most limit.
func (a *Archive) TargetsOf(ctx context.Context, q store.Querier, e Entry, auds []int32, limit int) ([]Withdrawal, error) {
	return a.Withdrawals(ctx, q, auds, e.Added-1, e.Added+e.N-1, limit)
}
