package thing

import (
	"context"
	"fmt"

	"tocsin/store"
)

// Count is how many supports an audience has of a member: one for each value that
// an indicator of it names.
type Count struct {
	Aud     int32
	Member  int64
	InForce int64
	Since   int64 // added since the date that was asked for, whatever became of them
}

// Counts counts all supports, by audience and member, in one pass: about 0.2 s for
// a million, so its caller keeps the answer.
func (r *Things) Counts(ctx context.Context, q store.Querier, since int64) (out []Count, err error) {
	rows, err := q.QueryContext(ctx, `SELECT aud, member, sum(CASE WHEN state = 0 THEN 1 ELSE 0 END), sum(CASE WHEN at >= $1 THEN 1 ELSE 0 END)
		FROM support WHERE log_id = $2 GROUP BY aud, member ORDER BY aud, member`, since, r.logID)
	if err != nil {
		return nil, fmt.Errorf("counting things: %w", err)
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
