package thing

import (
	"context"
	"fmt"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/store"
)

// This file is for readers that ask what a run of indicators names, such as those of
// one report: one join each, however many there are.

// KindCount is how many values there are of a kind.
type KindCount struct {
	Kind observable.Kind
	N    int
}

// CountNamed counts the values that indicators from a date until another one (both
// included) name in some audiences, each once, also where they were taken back.
func (r *Things) CountNamed(ctx context.Context, q store.Querier, from, until int64, auds []int32) (out []KindCount, err error) {
	defer fault.Wrap(&err, "counting what is named")
	if len(auds) == 0 {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT kind, count(DISTINCT t) %s GROUP BY kind ORDER BY kind`, namedIn(auds)), r.logID, from, until)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c KindCount
		var kind int
		if err := rows.Scan(&kind, &c.N); err != nil {
			return nil, err
		}
		c.Kind = KindOf(kind)
		out = append(out, c)
	}
	return out, rows.Err()
}

// Name says that the indicator of a date names a thing, known by its key.
type Name struct {
	At, T int64
	Kind  observable.Kind
}

// Named is CountNamed one by one, in the order of the dates.
func (r *Things) Named(ctx context.Context, q store.Querier, from, until int64, auds []int32) (out []Name, err error) {
	defer fault.Wrap(&err, "what is named")
	if len(auds) == 0 {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT at, t, kind %s ORDER BY at, k`, namedIn(auds)), r.logID, from, until)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n Name
		var kind int
		if err := rows.Scan(&n.At, &n.T, &kind); err != nil {
			return nil, err
		}
		n.Kind = KindOf(kind)
		out = append(out, n)
	}
	return out, rows.Err()
}

func namedIn(auds []int32) string {
	return `FROM support WHERE log_id = $1 AND at >= $2 AND at <= $3 AND aud IN (` + ints(auds) + `)`
}
