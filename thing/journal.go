package thing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/store"
)

// This file is for readers that fold things incrementally (package defence):
// which things were touched after a date, and what supports them now. A new
// support is found by its own date; every other change leaves a row in
// thing_change in the same transaction, so that filing costs no extra row.

// note writes that the things of an indicator are touched at the date of a cause.
func (r *Things) note(ctx context.Context, tx *store.Tx, at, cause int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO thing_change (log_id, at, t) SELECT DISTINCT log_id, CAST($1 AS BIGINT), t FROM support WHERE log_id = $2 AND at = $3
		ON CONFLICT DO NOTHING`, cause, r.logID, at)
	if err != nil {
		return fmt.Errorf("noting a change of things: %w", err)
	}
	return nil
}

// Touched gives, sorted, the things that were touched after a date and up to
// another one, and the date up to which these are all. It reads at most limit
// rows of each sort; only what one single indicator names is never cut.
func (r *Things) Touched(ctx context.Context, q store.Querier, after, until int64, limit int) (ts []int64, upTo int64, err error) {
	defer fault.Wrap(&err, "things touched")
	upTo = until
	type touch struct{ at, t int64 }
	var all []touch
	for _, table := range [...]string{"support", "thing_change"} {
		more := func(text string, args ...any) (n int, last int64, err error) {
			rows, err := q.QueryContext(ctx, text, args...)
			if err != nil {
				return 0, 0, err
			}
			defer rows.Close()
			for rows.Next() {
				var x touch
				if err := rows.Scan(&x.at, &x.t); err != nil {
					return 0, 0, err
				}
				all = append(all, x)
				n, last = n+1, x.at
			}
			return n, last, rows.Err()
		}
		n, last, err := more(fmt.Sprintf(`SELECT at, t FROM %s WHERE log_id = $1 AND at > $2 AND at <= $3 ORDER BY at LIMIT %d`, table, limit), r.logID, after, until)
		if err != nil {
			return nil, 0, err
		}
		if n < limit {
			continue
		}
		// The last date may have been cut in two: it is read as a whole.
		if _, _, err := more(fmt.Sprintf(`SELECT at, t FROM %s WHERE log_id = $1 AND at = $2`, table), r.logID, last); err != nil {
			return nil, 0, err
		}
		upTo = min(upTo, last)
	}
	for _, x := range all {
		if x.at <= upTo {
			ts = append(ts, x.t)
		}
	}
	slices.Sort(ts)
	return slices.Compact(ts), upTo, nil
}

// forgetAtOnce bounds a transaction that forgets, in marks of changes.
const forgetAtOnce = 1000

// Forget deletes marks of changes up to a date that all readers have passed, and
// the things that nothing supports any more but indicators that were taken back:
// who takes a value back wants it gone. A later change of a thing keeps it, since
// some reader may still need its name. It does a piece, and gives how many things
// are gone; more tells that there is another piece.
func (r *Things) Forget(ctx context.Context, tx *store.Tx, until int64) (gone int, more bool, err error) {
	defer fault.Wrap(&err, "forgetting things")
	marks, err := r.marks(ctx, tx, until)
	if err != nil || len(marks) == 0 {
		return 0, false, err
	}
	last := marks[len(marks)-1]
	var ts []int64
	for _, m := range marks {
		ts = append(ts, m.t)
	}
	slices.Sort(ts)
	for part := range slices.Chunk(slices.Compact(ts), keysAtOnce) {
		dead, err := r.dead(ctx, tx, part, last)
		if err != nil {
			return 0, false, err
		}
		if len(dead) == 0 {
			continue
		}
		gone += len(dead)
		for _, table := range [...]string{"support", "thing"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE log_id = $1 AND t IN (`+keyList+`)`, r.keyArgs(dead)...); err != nil {
				return 0, false, err
			}
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM thing_change WHERE log_id = $1 AND (at < $2 OR at = $2 AND t <= $3)`, r.logID, last.at, last.t)
	return gone, len(marks) == forgetAtOnce, err
}

// mark is a row of thing_change.
type mark struct{ at, t int64 }

// marks gives the first marks up to a date, in order.
func (r *Things) marks(ctx context.Context, q store.Querier, until int64) (out []mark, err error) {
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT at, t FROM thing_change WHERE log_id = $1 AND at <= $2 ORDER BY at, t LIMIT %d`, forgetAtOnce), r.logID, until)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m mark
		if err := rows.Scan(&m.at, &m.t); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// dead gives those of some things that only indicators name that were taken back,
// and that have no mark after the last one.
func (r *Things) dead(ctx context.Context, q store.Querier, ts []int64, last mark) (out []int64, err error) {
	n := keysAtOnce + 2
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT t FROM thing WHERE log_id = $1 AND t IN (%s)
		AND NOT EXISTS (SELECT 1 FROM support s WHERE s.log_id = thing.log_id AND s.t = thing.t AND s.state <> $%d)
		AND NOT EXISTS (SELECT 1 FROM thing_change c WHERE c.log_id = thing.log_id AND c.t = thing.t AND (c.at > $%d OR c.at = $%d AND c.t > $%d))`,
		keyList, n, n+1, n+1, n+2), append(r.keyArgs(ts), Taken, last.at, last.t)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t int64
		if err := rows.Scan(&t); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// Backing says that a member supports a thing in an audience, now and until when.
type Backing struct {
	T      int64
	Aud    int32
	Member int64
	Until  time.Time // the latest end of its indicators there
}

// Backings gives what supports each of the things now, by thing: one row for
// each member and audience, however often it was reported there.
func (r *Things) Backings(ctx context.Context, q store.Querier, ts []int64) (out []Backing, err error) {
	defer fault.Wrap(&err, "what supports things")
	for part := range slices.Chunk(ts, keysAtOnce) {
		rows, err := q.QueryContext(ctx, `SELECT t, aud, member, MAX(until) FROM support WHERE log_id = $1 AND t IN (`+keyList+`) AND state = 0
			GROUP BY t, aud, member ORDER BY t, aud, member`, r.keyArgs(part)...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var b Backing
			var until int64
			if err := rows.Scan(&b.T, &b.Aud, &b.Member, &until); err != nil {
				rows.Close()
				return nil, err
			}
			b.Until = time.Unix(until, 0).UTC()
			out = append(out, b)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Names gives the things of some keys; one that isn't there is left out.
func (r *Things) Names(ctx context.Context, q store.Querier, ts []int64) (_ map[int64]observable.Thing, err error) {
	defer fault.Wrap(&err, "names of things")
	out := make(map[int64]observable.Thing, len(ts))
	for part := range slices.Chunk(ts, keysAtOnce) {
		rows, err := q.QueryContext(ctx, `SELECT t, kind, value FROM thing WHERE log_id = $1 AND t IN (`+keyList+`)`, r.keyArgs(part)...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var t int64
			var kind int
			var th observable.Thing
			if err := rows.Scan(&t, &kind, &th.Value); err != nil {
				rows.Close()
				return nil, err
			}
			th.Kind = KindOf(kind)
			out[t] = th
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// keysAtOnce is how many keys one statement asks for. The list has a fixed
// length, so that there is one text to prepare; a short one repeats its last key.
const keysAtOnce = 64

var keyList = func() string {
	names := make([]string, keysAtOnce)
	for i := range names {
		names[i] = fmt.Sprintf("$%d", i+2)
	}
	return strings.Join(names, ",")
}()

func (r *Things) keyArgs(part []int64) []any {
	args := make([]any, 0, keysAtOnce+1)
	args = append(args, r.logID)
	for i := range keysAtOnce {
		args = append(args, part[min(i, len(part)-1)])
	}
	return args
}
