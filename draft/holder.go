package draft

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
)

// Holder answers for the drafts what they hold on a person. It says that a text
// names somebody, never which text or whose.
type Holder struct{ d *Drafts }

// NewHolder makes the holder of drafts; it implements rights.Holder.
func NewHolder(d *Drafts) Holder { return Holder{d} }

// Tables names the drafts' tables.
func (h Holder) Tables() []string { return []string{"draft", "draft_chunk"} }

// Find opens what is kept, one after the other, and gives the drafts that hold a
// value: those that nobody files are gone within the hour.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) ([]rights.Item, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM draft WHERE log_id = $1 AND state = $2 ORDER BY id`, h.d.logID, whole)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []row
	for rows.Next() {
		r, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var out []rights.Item
	for i := range all {
		r := &all[i]
		b, err := h.d.unwrap(r)
		var text []byte
		if err == nil {
			text, err = io.ReadAll(&reader{ctx: ctx, d: h.d, box: b, id: r.ID, left: r.Size})
		}
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue // it was filed or deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		if rights.Mentions(r.Name, values) || rights.Mentions(unpacked(text), values) {
			out = append(out, rights.Item{Table: "draft", Ref: r.ID, What: "a text that a person here is about to file, encrypted, for an hour at most", Since: r.Made.Truncate(time.Second)})
		}
	}
	return out, nil
}

// unpacked gives a text, unpacked as far as it goes within bounds if it is gzip.
func unpacked(text []byte) string {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return string(text)
	}
	var b strings.Builder
	_, _ = io.Copy(&b, io.LimitReader(z, 4*MaxBytes)) // what is broken is read as far as it goes
	return b.String()
}

// Erase deletes a draft.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	n, err := tx.Exec(ctx, `DELETE FROM draft WHERE log_id = $1 AND id = $2 AND state = $3`, h.d.logID, it.Ref, whole)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "it is filed or deleted already")
	}
	_, err = tx.Exec(ctx, `DELETE FROM draft_chunk WHERE log_id = $1 AND draft = $2`, h.d.logID, it.Ref)
	return err
}
