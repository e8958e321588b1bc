package held

import (
	"context"
	"fmt"
	"time"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
)

// Holder answers for the queue what it holds on a person: the texts that wait. Of
// what was decided no text is left.
type Holder struct{ q *Queue }

// NewHolder makes the holder of a queue; it implements rights.Holder.
func NewHolder(q *Queue) Holder { return Holder{q} }

// Tables names the queue's table.
func (h Holder) Tables() []string { return []string{"held"} }

// holderPage is how many passages are opened at once.
const holderPage = 100

// Find opens what waits and gives the passages that hold a value, or stand in a
// text that does.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) ([]rights.Item, error) {
	var out []rights.Item
	for from := ""; ; {
		page, err := h.q.list(ctx, q, `SELECT `+columns+fmt.Sprintf(` FROM held WHERE log_id = $1 AND state = 0 AND id > $2 ORDER BY id LIMIT %d`, holderPage), h.q.logID, from)
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			from = p.ID
			s, err := h.q.Open(p)
			if err != nil && fault.KindOf(err) == fault.Gone {
				continue // its key was destroyed: nobody reads it any more
			}
			if err != nil {
				return nil, err
			}
			if rights.Mentions(s.Before+s.Text+s.After, values) || rights.Mentions(string(s.Object), values) {
				out = append(out, rights.Item{Table: "held", Ref: p.ID, What: "a passage of a report that waits for a decision, encrypted", Since: time.UnixMicro(p.Created).UTC()})
			}
		}
		if len(page) < holderPage {
			return out, nil
		}
	}
}

// Erase closes a passage that waits, and deletes its text with its key: it will
// never be released.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	n, err := tx.Exec(ctx, `UPDATE held SET state = $1, wkey = $2, secret = $2 WHERE log_id = $3 AND id = $4 AND state = 0`, Void, []byte{}, h.q.logID, it.Ref)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "it is decided or erased already")
	}
	return err
}
