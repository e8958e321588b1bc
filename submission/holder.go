package submission

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
)

// Holder answers for the book what it holds on a person: identifiers, since one
// can be computed from a mailbox. It knows a value only as it was submitted, so a
// person who asks gives identifiers beside names.
type Holder struct{ b *Book }

// NewHolder makes the holder of a book; it implements rights.Holder.
func NewHolder(b *Book) Holder { return Holder{b} }

// Tables names the book's tables.
func (h Holder) Tables() []string { return []string{"submission", "published", "taxii_status"} }

// maxAnswer bounds what a remembered answer may unpack to.
const maxAnswer = 64 << 20

// Find gives what was published for a submitted identifier, and the remembered
// answers (30 days) and statuses (24 hours) that hold one of the values.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) (out []rights.Item, err error) {
	defer fault.Wrap(&err, "looking for a person among submissions")
	members, err := h.members(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		known, err := h.b.Published(ctx, q, m, values)
		if err != nil {
			return nil, err
		}
		for id := range known {
			out = append(out, rights.Item{Table: "published", Ref: fmt.Sprintf("%d/%x", m, h.b.idKey(m, id)), What: "under which other identifier an object was published"})
		}
	}
	answers := func(table, what, text string) error {
		rows, err := q.QueryContext(ctx, text, h.b.logID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var ref, row string
			var member, part, made int64
			var k []byte
			var s sealed
			if table == "taxii_status" {
				err = rows.Scan(&member, &ref, &made, &s.month, &s.wkey, &s.text)
				row = statusRow(member, ref)
			} else {
				err = rows.Scan(&member, &k, &part, &made, &s.month, &s.wkey, &s.text)
				ref, row = fmt.Sprintf("%d/%x/%d", member, k, part), submissionRow(member, k, part)
			}
			if err != nil {
				return err
			}
			body, err := h.b.open(row, s)
			if fault.KindOf(err) == fault.Gone {
				continue // its key was destroyed: nobody reads it any more
			}
			if err != nil {
				return err
			}
			plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(body)), maxAnswer))
			if err != nil {
				return fmt.Errorf("a remembered answer: %w", err)
			}
			if rights.Mentions(string(plain), values) {
				out = append(out, rights.Item{Table: table, Ref: ref, What: what, Since: time.UnixMicro(made).UTC()})
			}
		}
		return rows.Err()
	}
	if err := answers("submission", "what a member was answered to a report, kept 30 days", `SELECT member, k, part, made, month, wkey, result FROM submission WHERE log_id = $1`); err != nil {
		return nil, err
	}
	return out, answers("taxii_status", "the status of a report filed over TAXII, kept 24 hours", `SELECT member, id, made, month, wkey, body FROM taxii_status WHERE log_id = $1`)
}

func (h Holder) members(ctx context.Context, q store.Querier) (out []int64, err error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT member FROM published WHERE log_id = $1`, h.b.logID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m int64
		if err := rows.Scan(&m); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// Erase forgets an item. The same report sent again is then a new one.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	gone := fault.New(fault.NotFound, "it is erased already, or past its time")
	text, args := `DELETE FROM taxii_status WHERE log_id = $1 AND id = $2`, []any{h.b.logID, it.Ref}
	if it.Table != "taxii_status" {
		ref := strings.Split(it.Ref+"//", "/")
		member, err1 := strconv.ParseInt(ref[0], 10, 64)
		k, err2 := hex.DecodeString(ref[1])
		if err1 != nil || err2 != nil {
			return gone
		}
		text, args = `DELETE FROM published WHERE log_id = $1 AND member = $2 AND k = $3`, []any{h.b.logID, member, k}
		if it.Table == "submission" {
			part, err := strconv.ParseInt(ref[2], 10, 64)
			if err != nil {
				return gone
			}
			text, args = `DELETE FROM submission WHERE log_id = $1 AND member = $2 AND k = $3 AND part = $4`, append(args, part)
		}
	}
	n, err := tx.Exec(ctx, text, args...)
	if err == nil && n == 0 {
		return gone
	}
	return err
}
