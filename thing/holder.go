package thing

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
)

// Holder answers for the register of things what it holds on a person: a mailbox
// or an address that indicators name may be a person's.
type Holder struct{ r *Things }

// NewHolder makes the holder of a register; it implements rights.Holder.
func NewHolder(r *Things) Holder { return Holder{r} }

// Tables names the register's tables.
func (h Holder) Tables() []string { return []string{"thing", "support", "thing_change"} }

// Find gives the things whose value holds one of the values.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) (out []rights.Item, err error) {
	defer fault.Wrap(&err, "looking for a person among things")
	rows, err := q.QueryContext(ctx, `SELECT t, kind, value, COALESCE((SELECT MIN(s.at) FROM support s WHERE s.log_id = thing.log_id AND s.t = thing.t), 0)
		FROM thing WHERE log_id = $1 ORDER BY t`, h.r.logID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t, since int64
		var kind int
		var value string
		if err := rows.Scan(&t, &kind, &value, &since); err != nil {
			return nil, err
		}
		if !rights.Mentions(value, values) {
			continue
		}
		it := rights.Item{Table: "thing", Ref: strconv.FormatInt(t, 10), What: fmt.Sprintf("a value (%s) that indicators name as a threat", KindOf(kind))}
		if since > 0 {
			it.Since = time.UnixMicro(since).UTC()
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// Erase forgets a thing, with who supported it. It is refused while an indicator
// that was not taken back names it, and until every view has read that it is out
// of force: defences would go on with the value.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	t, err := strconv.ParseInt(it.Ref, 10, 64)
	if err != nil || it.Table != "thing" {
		return fault.New(fault.NotFound, "there is no such item among things")
	}
	count := func(text string, args ...any) (n int64, err error) {
		err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+text, args...).Scan(&n)
		return n, err
	}
	left, err := count(`support WHERE log_id = $1 AND t = $2 AND state <> $3`, h.r.logID, t, Taken)
	if err == nil && left > 0 {
		return fault.New(fault.Refused, "%d indicators still name this value; take them back first", left)
	}
	if err != nil {
		return fmt.Errorf("supports of a thing: %w", err)
	}
	untold, err := count(`thing_change WHERE log_id = $1 AND t = $2`, h.r.logID, t)
	if err == nil && untold > 0 {
		return fault.New(fault.Refused, "defences are still being told that this value is no threat any more; a quarter of an hour later it is gone by itself")
	}
	if err != nil {
		return fmt.Errorf("changes of a thing: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM support WHERE log_id = $1 AND t = $2`, h.r.logID, t); err != nil {
		return fmt.Errorf("forgetting who supported a thing: %w", err)
	}
	n, err := tx.Exec(ctx, `DELETE FROM thing WHERE log_id = $1 AND t = $2`, h.r.logID, t)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "it is erased already")
	}
	return err
}
