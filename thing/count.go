package thing

import (
	"context"
	"fmt"
	"math"
	"strings"

	"tocsin/fault"
	"tocsin/store"
)

// Count is how many indicators an audience has, whatever number of values each names.
type Count struct {
	Aud     int32
	Member  int64 // whose they are; 0 for all members together
	InForce int64 // of all members together
	Since   int64 // added since the date that was asked for, and not taken back
}

// Counts counts all indicators, by audience, and those since a date by member too.
// It reads all supports once, about half a second for a million, so its caller
// keeps the answer.
func (r *Things) Counts(ctx context.Context, q store.Querier, since int64) (out []Count, err error) {
	defer fault.Wrap(&err, "counting indicators")
	rows, err := q.QueryContext(ctx, `SELECT aud, 0, sum(CASE WHEN least = 0 THEN 1 ELSE 0 END), sum(CASE WHEN at >= $1 AND least < 2 THEN 1 ELSE 0 END)
		FROM (SELECT at, max(aud) AS aud, min(state) AS least FROM support WHERE log_id = $2 GROUP BY at) AS one GROUP BY aud
		UNION ALL SELECT aud, member, 0, count(DISTINCT at) FROM support WHERE log_id = $2 AND at >= $1 AND state < 2 GROUP BY aud, member
		ORDER BY 1, 2`, since, r.logID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Aud, &c.Member, &c.InForce, &c.Since); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// Wish says which indicators a list has: what Counts counts.
type Wish struct {
	Auds    []int32
	Member  int64 // whose; 0 for everybody's
	InForce bool  // only those in force; else those that ended by themselves too
	Since   int64 // at this date or later
	Before  int64 // before this one; 0 for no bound
	Limit   int
}

// Listed is an indicator of a list.
type Listed struct {
	At  int64
	Aud int32
}

// List gives the newest indicators, the newest first.
func (r *Things) List(ctx context.Context, q store.Querier, w Wish) (out []Listed, err error) {
	defer fault.Wrap(&err, "listing indicators")
	if len(w.Auds) == 0 {
		return nil, nil
	}
	most := Expired
	if w.InForce {
		most = InForce
	}
	if w.Before == 0 {
		w.Before = math.MaxInt64
	}
	args := []any{r.logID, w.Since, w.Before, most, w.Member, w.Limit}
	var marks strings.Builder
	for _, a := range w.Auds {
		fmt.Fprintf(&marks, ",$%d", len(args)+1)
		args = append(args, a)
	}
	rows, err := q.QueryContext(ctx, `SELECT at, max(aud) FROM support WHERE log_id = $1 AND at >= $2 AND at < $3 AND state <= $4 AND ($5 = 0 OR member = $5)
		AND aud IN (`+marks.String()[1:]+`) GROUP BY at ORDER BY at DESC LIMIT $6`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l Listed
		if err := rows.Scan(&l.At, &l.Aud); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}
