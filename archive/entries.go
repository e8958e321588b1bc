package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tocsin/fault"
	"tocsin/store"
)

const entryColumns = `idx, added, n, kind, member, size, token, month, wkey, rec`

func scanEntry(scan func(...any) error) (Entry, error) {
	var e Entry
	var token []byte
	err := scan(&e.Index, &e.Added, &e.N, &e.Kind, &e.Member, &e.Size, &token, &e.Month, &e.WKey, &e.Record)
	copy(e.Token[:], token)
	return e, err
}

// Entry reads one entry; fault.NotFound when the log is shorter.
func (a *Archive) Entry(ctx context.Context, q store.Querier, idx int64) (Entry, error) {
	e, err := scanEntry(q.QueryRowContext(ctx, `SELECT `+entryColumns+` FROM entry WHERE log_id = $1 AND idx = $2`, a.logID, idx).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return e, fault.New(fault.NotFound, "the log has no entry %d", idx)
	}
	return e, err
}

// Entries calls f for each entry from an index on, in order.
func (a *Archive) Entries(ctx context.Context, q store.Querier, from int64, f func(Entry) error) error {
	for {
		page, err := a.entryPage(ctx, q, from)
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := f(e); err != nil {
				return err
			}
			from = e.Index + 1
		}
		if len(page) < entriesAtOnce {
			return nil
		}
	}
}

const entriesAtOnce = 256

func (a *Archive) entryPage(ctx context.Context, q store.Querier, from int64) ([]Entry, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+entryColumns+fmt.Sprintf(` FROM entry WHERE log_id = $1 AND idx >= $2 ORDER BY idx LIMIT %d`, entriesAtOnce), a.logID, from)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		e, err := scanEntry(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// Token finds the entry with a token among those from an index on: whether a
// commit whose outcome was not heard took effect.
func (a *Archive) Token(ctx context.Context, q store.Querier, token [16]byte, from int64) (Entry, bool, error) {
	e, err := scanEntry(q.QueryRowContext(ctx, `SELECT `+entryColumns+` FROM entry WHERE log_id = $1 AND idx >= $2 AND token = $3`, a.logID, from, token[:]).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, err
}

// Date gives the date_added that belongs to a position, so that what came after the
// one came after the other. A position past the end of its entry gives the date of
// the entry's last object, one past the end of the log that of the log's; of an
// empty log that is 0.
func (a *Archive) Date(ctx context.Context, q store.Querier, p Position) (int64, error) {
	var idx, added, n int64
	err := q.QueryRowContext(ctx, `SELECT idx, added, n FROM entry WHERE log_id = $1 AND idx <= $2 ORDER BY idx DESC LIMIT 1`, a.logID, p.Index).Scan(&idx, &added, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if idx < p.Index {
		return added + n - 1, nil
	}
	return added + min(p.N, n-1), nil
}

// Withdrawals gives the withdrawals after a date that concern one of the
// audiences, in order, at most limit.
func (a *Archive) Withdrawals(ctx context.Context, q store.Querier, auds []int32, after, until int64, limit int) ([]Withdrawal, error) {
	if len(auds) == 0 {
		return nil, nil
	}
	list, args := a.withAuds(auds, a.logID, after, until)
	return scanWithdrawals(ctx, q, fmt.Sprintf(`SELECT at, idx, aud, target, kind, ref FROM withdrawal
		WHERE log_id = $1 AND at > $2 AND at <= $3 AND aud IN (%s) ORDER BY at LIMIT %d`, list, limit), args...)
}

// Part is one object, or what is left of it, of an entry: for receipts and fsck.
type Part struct {
	N      int64
	Aud    int32
	ID     string
	Raw    []byte
	Erased bool
	Hash   [32]byte // of an erased slot
}

// Contents gives all objects of an entry in the order of their ordinals.
func (a *Archive) Contents(ctx context.Context, q store.Querier, e Entry) (out []Part, err error) {
	defer fault.Wrap(&err, "contents of entry %d", e.Index)
	rows, err := q.QueryContext(ctx, `SELECT `+blockColumns+`, data FROM block WHERE log_id = $1 AND idx = $2`, a.logID, e.Index)
	if err != nil {
		return nil, err
	}
	var blocks []row
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields(true)...); err != nil {
			rows.Close()
			return nil, err
		}
		blocks = append(blocks, r)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range blocks {
		o, err := a.open(&blocks[i])
		if err != nil {
			return nil, err
		}
		data, err := o.objects()
		if err != nil {
			return nil, err
		}
		off := 0
		for k, d := range o.dir {
			out = append(out, Part{N: blocks[i].n0 + int64(k), Aud: blocks[i].aud, ID: d.ID, Raw: data[off : off+d.Size], Erased: d.Erased, Hash: d.Hash})
			off += d.Size
		}
	}
	slices.SortFunc(out, func(x, y Part) int { return int(x.N - y.N) })
	return out, nil
}

// Recalled tells whether anything of an entry was taken back.
func (a *Archive) Recalled(ctx context.Context, q store.Querier, e Entry) (back bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM withdrawal WHERE log_id = $1 AND target >= $2 AND target < $3 AND kind = $4)`,
		a.logID, e.Added, e.Added+e.N, int64(Recall)).Scan(&back)
	return back, err
}
