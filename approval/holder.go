package approval

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
)

// Holder answers for the requests what they hold on a person: the reasons, which
// people write.
type Holder struct{ d *Desk }

// NewHolder makes the holder of a desk; it implements rights.Holder.
func NewHolder(d *Desk) Holder { return Holder{d} }

// Tables names the tables.
func (h Holder) Tables() []string { return []string{"approval", "approval_head"} }

// Find gives the requests whose reason, or what is said of their outcome, holds a value.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) (out []rights.Item, err error) {
	defer fault.Wrap(&err, "looking for a person among requests")
	rows, err := q.QueryContext(ctx, `SELECT id, reason, outcome, asked FROM approval WHERE log_id = $1 ORDER BY id`, h.d.logID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, asked int64
		var reason, outcome string
		if err := rows.Scan(&id, &reason, &outcome, &asked); err != nil {
			return nil, err
		}
		if rights.Mentions(reason, values) || rights.Mentions(outcome, values) {
			out = append(out, rights.Item{Table: "approval", Ref: strconv.FormatInt(id, 10), What: "the reason of something that took a second person", Since: time.UnixMicro(asked).UTC()})
		}
	}
	return out, rows.Err()
}

// Erase takes the words out; what was asked and decided stays. fault.Refused while
// it waits.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	id, err := strconv.ParseInt(it.Ref, 10, 64)
	if err != nil || it.Table != "approval" {
		return fault.New(fault.NotFound, "there is no such request")
	}
	n, err := tx.Exec(ctx, `UPDATE approval SET reason = '', outcome = '' WHERE log_id = $1 AND id = $2 AND (state > 0 OR until <= $3) AND (reason <> '' OR outcome <> '')`,
		h.d.logID, id, time.Now().UTC().UnixMicro())
	if err != nil || n > 0 {
		return err
	}
	var waiting int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM approval WHERE log_id = $1 AND id = $2 AND reason <> ''`, h.d.logID, id).Scan(&waiting); err != nil {
		return fmt.Errorf("looking for a request: %w", err)
	}
	if waiting > 0 {
		return fault.New(fault.Refused, "it waits for a second person; refuse it first, or wait until it expires")
	}
	return fault.New(fault.NotFound, "it is erased already")
}
