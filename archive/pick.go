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

// Pick calls f for the objects of an audience at some dates, in order; a block is
// opened once, however many of them stand in it. gone says that an object was taken
// back: then only its place is known. A date at which nothing stands is left out.
func (a *Archive) Pick(ctx context.Context, q store.Querier, aud int32, ats []int64, f func(o Object, gone bool) error) error {
	ats = slices.Compact(slices.Sorted(slices.Values(ats)))
	for len(ats) > 0 {
		r, err := a.blockAt(ctx, q, aud, ats[0])
		if err != nil && fault.KindOf(err) == fault.NotFound {
			ats = ats[1:]
			continue
		}
		if err != nil {
			return err
		}
		o, err := a.open(r)
		if err != nil {
			return err
		}
		data, err := o.objects()
		if err != nil {
			return err
		}
		off := 0
		for i, d := range o.dir {
			raw := data[off : off+d.Size : off+d.Size]
			off += d.Size
			at := r.base + r.n0 + int64(i)
			if len(ats) == 0 || at != ats[0] {
				continue
			}
			ats = ats[1:]
			one := Object{At: at, Index: r.idx, N: at - r.base, Aud: aud}
			if !d.Erased {
				one.ID, one.Version, one.Raw = d.ID, d.Version, raw
			}
			if err := f(one, d.Erased); err != nil {
				return err
			}
		}
	}
	return nil
}

// After calls f for the objects of all audiences that were added after a date, older
// versions too, in the order of the log, until f returns false: for what is folded
// from the whole log, not for a reader.
func (a *Archive) After(ctx context.Context, q store.Querier, after int64, f func(Object) bool) error {
	var from int64
	err := q.QueryRowContext(ctx, `SELECT idx FROM entry WHERE log_id = $1 AND added <= $2 ORDER BY added DESC LIMIT 1`, a.logID, after).Scan(&from)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("the entry of a date: %w", err)
	}
	for {
		rows, err := a.blocksFrom(ctx, q, from, after)
		if err != nil {
			return err
		}
		for i := range rows {
			r := &rows[i]
			from, after = r.idx, max(after, r.base+r.n0-1)
			last := r.last
			if r.data == nil {
				if r, err = a.blockOf(ctx, q, r.aud, last); err != nil {
					return err
				}
			}
			more, err := a.each(r, after, Want{Bytes: true, Versions: true}, nil, f)
			if err != nil || !more {
				return err
			}
			after, rows[i] = last, row{}
		}
		if len(rows) < blocksAtOnce {
			return nil
		}
	}
}

// blocksFrom reads the next blocks of all audiences. No two blocks end at one date.
func (a *Archive) blocksFrom(ctx context.Context, q store.Querier, idx, after int64) (out []row, err error) {
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT `+blockColumns+`, CASE WHEN length(data) <= %d THEN data END FROM block
		WHERE log_id = $1 AND idx >= $2 AND last > $3 ORDER BY idx, last LIMIT %d`, inlineBytes, blocksAtOnce), a.logID, idx, after)
	if err != nil {
		return nil, fmt.Errorf("reading blocks of all audiences: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields(true)...); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
