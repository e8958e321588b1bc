package member

import (
	"context"
	"fmt"
	"slices"

	"tocsin/fault"
	"tocsin/store"
)

// SetTrust says what a receiver lets a source do at its defences: block, alert or
// nothing. It changes nothing about what the receiver may read.
func (r *Registry) SetTrust(ctx context.Context, receiver, source string, t Trust) error {
	if t != TrustBlock && t != TrustAlert && t != TrustNone {
		return fault.At(fault.Invalid, "trust", "the choices are block, alert, none")
	}
	return r.change(ctx, func(tx *store.Tx) error {
		to, err := r.byName(ctx, tx, receiver)
		if err != nil {
			return err
		}
		from, err := r.byName(ctx, tx, source)
		if err != nil {
			return err
		}
		if to.ID == from.ID {
			return fault.New(fault.Invalid, "a member's own reports always count at its own defences")
		}
		if t == TrustBlock {
			_, err = tx.Exec(ctx, `DELETE FROM trust WHERE log_id = $1 AND receiver = $2 AND source = $3`, r.logID, int64(to.ID), int64(from.ID))
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO trust (log_id, receiver, source, trust) VALUES ($1,$2,$3,$4)
			ON CONFLICT (log_id, receiver, source) DO UPDATE SET trust = excluded.trust`, r.logID, int64(to.ID), int64(from.ID), string(t))
		return err
	})
}

// Distrusted gives, sorted, the members that a receiver does not let block.
func (r *Registry) Distrusted(ctx context.Context, q store.Querier, receiver ID) ([]ID, error) {
	rows, err := q.QueryContext(ctx, `SELECT source FROM trust WHERE log_id = $1 AND receiver = $2 AND trust <> $3`, r.logID, int64(receiver), string(TrustBlock))
	if err != nil {
		return nil, fmt.Errorf("reading trust: %w", err)
	}
	defer rows.Close()
	var out []ID
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, ID(id))
	}
	slices.Sort(out)
	return out, rows.Err()
}
