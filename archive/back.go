package archive

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/store"
)

// Place is a position of an audience as a walk back meets it: the object's header,
// or that it is gone.
type Place struct {
	Object      // without its bytes
	Erased bool // taken back: of the object only the position is left
}

// backAtOnce is how many blocks a walk back reads at once, without their objects.
const backAtOnce = 16

// Back gives the newest places of an audience before a date, newest first, at most
// limit; before 0 begins at the end. An object of a type that the mask leaves out
// is left out, one that is gone counts whatever it was.
func (a *Archive) Back(ctx context.Context, q store.Querier, aud int32, before, types int64, limit int) (out []Place, err error) {
	defer fault.Wrap(&err, "reading back")
	if before == 0 {
		before = math.MaxInt64
	}
	last, err := a.lastAround(ctx, q, aud, before)
	for err == nil && len(out) < limit {
		var rows []row
		if rows, err = a.blocksBack(ctx, q, aud, last); err != nil {
			return nil, err
		}
		for i := range rows {
			if out, err = a.backIn(&rows[i], before, types, limit, out); err != nil || len(out) == limit {
				return out, err
			}
			last = rows[i].last - 1
		}
		if len(rows) < backAtOnce {
			break
		}
	}
	return out, err
}

// backIn adds the places of one block, from its end.
func (a *Archive) backIn(r *row, before, types int64, limit int, out []Place) ([]Place, error) {
	o, err := a.open(r)
	if err != nil {
		return nil, err
	}
	for i := len(o.dir) - 1; i >= 0 && len(out) < limit; i-- {
		d := o.dir[i]
		at := r.base + r.n0 + int64(i)
		if at >= before || !d.Erased && types != 0 && typeBit(typeOf(d.ID))&types == 0 {
			continue
		}
		out = append(out, Place{Object{At: at, Index: r.idx, N: at - r.base, Aud: r.aud, ID: d.ID, Version: d.Version}, d.Erased})
	}
	return out, nil
}

// lastAround gives the key of the block in which a date stands, so that a walk
// back from long ago doesn't begin at the end.
func (a *Archive) lastAround(ctx context.Context, q store.Querier, aud int32, before int64) (last int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT last FROM block WHERE log_id = $1 AND aud = $2 AND last >= $3 ORDER BY last LIMIT 1`, a.logID, aud, before).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return math.MaxInt64, nil
	}
	return last, err
}

func (a *Archive) blocksBack(ctx context.Context, q store.Querier, aud int32, last int64) ([]row, error) {
	return scanBlocks(ctx, q, fmt.Sprintf(`SELECT `+blockColumns+` FROM block WHERE log_id = $1 AND aud = $2 AND last <= $3 ORDER BY last DESC LIMIT %d`, backAtOnce),
		a.logID, aud, last)
}

// PlacesOf gives the places of one entry, of all audiences, newest first; types as
// for Back.
func (a *Archive) PlacesOf(ctx context.Context, q store.Querier, idx, types int64) (out []Place, err error) {
	defer fault.Wrap(&err, "places of entry %d", idx)
	rows, err := scanBlocks(ctx, q, `SELECT `+blockColumns+` FROM block WHERE log_id = $1 AND idx = $2`, a.logID, idx)
	for i := range rows {
		if out, err = a.backIn(&rows[i], math.MaxInt64, types, math.MaxInt, out); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(x, y Place) int { return cmp.Compare(y.At, x.At) })
	return out, err
}

func scanBlocks(ctx context.Context, q store.Querier, text string, args ...any) (out []row, err error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields(false)...); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// but leaves out the withdrawals of objects of some types, which are words of ours.
func but(types []string) string {
	var b strings.Builder
	for _, t := range types {
		b.WriteString(` AND ref NOT LIKE '` + t + `--%'`)
	}
	return b.String()
}

// RecallsBack gives the newest recalls that concern one of the audiences before a
// date, newest first, at most limit, but of objects of some types; before 0 begins
// at the end.
func (a *Archive) RecallsBack(ctx context.Context, q store.Querier, auds []int32, types []string, before int64, limit int) ([]Withdrawal, error) {
	if len(auds) == 0 {
		return nil, nil
	}
	if before == 0 {
		before = math.MaxInt64
	}
	list, args := a.withAuds(auds, a.logID, before, int64(Recall))
	return scanWithdrawals(ctx, q, fmt.Sprintf(`SELECT at, idx, aud, target, kind, ref FROM withdrawal
		WHERE log_id = $1 AND at < $2 AND kind = $3 AND aud IN (%s)%s ORDER BY at DESC LIMIT %d`, list, but(types), limit), args...)
}

// WithdrawalsOf gives what took the objects at some dates out of force, by date of
// the object; of several the one that counts, a recall before an expiry.
func (a *Archive) WithdrawalsOf(ctx context.Context, q store.Querier, targets []int64) (map[int64]Withdrawal, error) {
	out := map[int64]Withdrawal{}
	if len(targets) == 0 {
		return out, nil
	}
	list, width := inList(2, len(targets))
	args := []any{a.logID}
	for i := range width {
		args = append(args, targets[min(i, len(targets)-1)])
	}
	all, err := scanWithdrawals(ctx, q, `SELECT at, idx, aud, target, kind, ref FROM withdrawal WHERE log_id = $1 AND target IN (`+list+`)`, args...)
	for _, w := range all {
		if there, ok := out[w.Target]; !ok || there.Kind == Expiry {
			out[w.Target] = w
		}
	}
	return out, err
}

// Recalls counts the recalls since a date, by audience, but of objects of some types.
func (a *Archive) Recalls(ctx context.Context, q store.Querier, since int64, types []string) (map[int32]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT aud, count(*) FROM withdrawal WHERE log_id = $1 AND at >= $2 AND kind = $3`+but(types)+` GROUP BY aud`, a.logID, since, int64(Recall))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int32]int64{}
	for rows.Next() {
		var aud int32
		var n int64
		if err := rows.Scan(&aud, &n); err != nil {
			return nil, err
		}
		out[aud] = n
	}
	return out, rows.Err()
}

// withAuds gives a list of parameters for audiences after other arguments.
func (a *Archive) withAuds(auds []int32, args ...any) (list string, all []any) {
	list, width := inList(len(args)+1, len(auds))
	for i := range width {
		args = append(args, auds[min(i, len(auds)-1)])
	}
	return list, args
}

func scanWithdrawals(ctx context.Context, q store.Querier, text string, args ...any) (out []Withdrawal, err error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w Withdrawal
		if err := rows.Scan(&w.At, &w.Index, &w.Aud, &w.Target, &w.Kind, &w.Ref); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, rows.Err()
}
