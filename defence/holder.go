package defence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
	"tocsin/thing"
)

// Holder answers for views what they hold on a person: a mailbox or an address
// that is in force in one may be a person's.
type Holder struct{ v *Views }

// NewHolder makes the holder of the views; it implements rights.Holder.
func NewHolder(v *Views) Holder { return Holder{v} }

// Tables names the views' tables.
func (h Holder) Tables() []string {
	return []string{"defence_head", "defence_view", "defence_item", "defence_change"}
}

// Find gives the items whose value holds one of the values.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) (out []rights.Item, err error) {
	err = h.each(ctx, q, func(kind int, value string) {
		if rights.Mentions(value, values) {
			what := fmt.Sprintf("a value (%s) in the lists that members' defences read", thing.KindOf(kind))
			out = append(out, rights.Item{Table: "defence_item", Ref: refOf(kind, value), What: what})
		}
	})
	return out, err
}

func (h Holder) each(ctx context.Context, q store.Querier, f func(kind int, value string)) (err error) {
	defer fault.Wrap(&err, "looking for a person in views")
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT kind, value FROM defence_item WHERE log_id = $1 ORDER BY kind, value`, h.v.logID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind int
		var value string
		if err := rows.Scan(&kind, &value); err != nil {
			return err
		}
		f(kind, value)
	}
	return rows.Err()
}

// refOf names an item without its value.
func refOf(kind int, value string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", kind, value))
	return hex.EncodeToString(sum[:])
}

// Erase takes a value out of all views. It is refused while an indicator supports
// it: the next fold would bring it back. Whoever follows a view gets its whole
// list anew, since the journal can't name the value any more.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	if err := h.v.take(ctx, tx); err != nil {
		return err
	}
	kind, value := 0, ""
	err := h.each(ctx, tx, func(k int, v string) {
		if refOf(k, v) == it.Ref {
			kind, value = k, v
		}
	})
	if err != nil {
		return err
	}
	if kind == 0 || it.Table != "defence_item" {
		return fault.New(fault.NotFound, "there is no such item in the views")
	}
	var left int64
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM thing JOIN support ON support.log_id = thing.log_id AND support.t = thing.t
		WHERE thing.log_id = $1 AND thing.kind = $2 AND thing.value = $3 AND support.state = $4`, h.v.logID, kind, value, thing.InForce).Scan(&left)
	if err != nil {
		return fmt.Errorf("what supports an item: %w", err)
	}
	if left > 0 {
		return fault.New(fault.Refused, "%d indicators still name this value; take them back first", left)
	}
	views, err := h.v.rows(ctx, tx, ` AND gone = 0 AND id IN (SELECT view FROM defence_item WHERE log_id = $1 AND kind = $2 AND value = $3)`, kind, value)
	if err != nil {
		return err
	}
	for i := range views {
		views[i].serial = max(views[i].serial+1, time.Now().UTC().Unix())
		views[i].pruned = views[i].serial
		if err := h.v.moved(ctx, tx, &views[i]); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM defence_item WHERE log_id = $1 AND kind = $2 AND value = $3`, h.v.logID, kind, value)
	return err
}
