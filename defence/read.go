package defence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/thing"
)

// Reading is one consistent look at a view: the items and the changes belong to
// the counter in View. It is valid within Read.
type Reading struct {
	View
	pruned int64
	ctx    context.Context
	q      store.Querier
	v      *Views
}

// Read calls f with a consistent look at the view. f must not wait for a client:
// the database is held meanwhile. fault.Busy when the view has been deleted.
func (v *Views) Read(ctx context.Context, id int64, f func(r *Reading) error) error {
	return v.db.Snapshot(ctx, func(q store.Querier) error {
		row, err := v.byID(ctx, q, id)
		if err != nil {
			return err
		}
		if !row.ready() {
			return fault.New(fault.Busy, "this list is being made anew; ask again in a few seconds")
		}
		return f(&Reading{View: row.view(), pruned: row.pruned, ctx: ctx, q: q, v: v})
	})
}

// pageSize is how many rows are in memory at once, for each kind that is read.
const pageSize = 1000

// Items calls f for each item of the given kinds, sorted by the bytes of its
// value over all of them together.
func (r *Reading) Items(kinds []observable.Kind, f func(Item) error) error {
	pagers := make([]*pager, 0, len(kinds))
	for _, k := range kinds {
		p := &pager{r: r, kind: k}
		if err := p.fill(); err != nil {
			return err
		}
		pagers = append(pagers, p)
	}
	for {
		var least *pager
		for _, p := range pagers {
			if len(p.page) > 0 && (least == nil || p.page[0].Thing.Value < least.page[0].Thing.Value) {
				least = p
			}
		}
		if least == nil {
			return nil
		}
		if err := f(least.page[0]); err != nil {
			return err
		}
		if least.page = least.page[1:]; len(least.page) == 0 {
			if err := least.fill(); err != nil {
				return err
			}
		}
	}
}

// pager reads the items of one kind in pages.
type pager struct {
	r    *Reading
	kind observable.Kind
	page []Item
	last string
	done bool
}

func (p *pager) fill() (err error) {
	defer fault.Wrap(&err, "reading a view")
	if p.done {
		return nil
	}
	code, err := thing.KindCode(p.kind)
	if err != nil {
		return err
	}
	rows, err := p.r.q.QueryContext(p.r.ctx, fmt.Sprintf(`SELECT value, until, members FROM defence_item
		WHERE log_id = $1 AND view = $2 AND kind = $3 AND value > $4 ORDER BY value LIMIT %d`, pageSize), p.r.v.logID, p.r.ID, code, p.last)
	if err != nil {
		return err
	}
	p.page = make([]Item, 0, pageSize)
	if err := scanItems(rows, p.kind, func(i Item) error { p.page = append(p.page, i); return nil }); err != nil {
		return err
	}
	if p.done = len(p.page) < pageSize; len(p.page) > 0 {
		p.last = p.page[len(p.page)-1].Thing.Value
	}
	return nil
}

// Change is one line of a view's journal. Until and Members are those of now, and
// zero when the value has left the view again.
type Change struct {
	Op   Op
	Item Item
}

// Since tells whether the journal still knows everything after a serial: it
// doesn't when it is pruned, or when a value that changed has been erased.
func (r *Reading) Since(serial int64) (ok bool, err error) {
	if serial < r.pruned || serial > r.Serial {
		return false, nil
	}
	err = r.q.QueryRowContext(r.ctx, `SELECT NOT EXISTS (SELECT 1 FROM defence_change c WHERE c.log_id = $1 AND c.view = $2 AND c.serial > $3
		AND NOT EXISTS (SELECT 1 FROM thing t WHERE t.log_id = c.log_id AND t.t = c.t))`, r.v.logID, r.ID, serial).Scan(&ok)
	if err != nil {
		return false, fmt.Errorf("reading a journal: %w", err)
	}
	return ok, nil
}

// Changes calls f for each change after a serial in the order in which they
// happened; a value that changed twice comes twice. Ask Since before.
func (r *Reading) Changes(serial int64, kinds []observable.Kind, f func(Change) error) error {
	at := cursor{serial: serial, t: -1 << 63}
	at.serial++
	for {
		page, err := r.changes(at)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		at = page[len(page)-1].cursor
		if at.t++; at.t == -1<<63 {
			at.serial++
		}
		if err := r.tell(page, kinds, f); err != nil {
			return err
		}
	}
}

// cursor is a place in a journal.
type cursor struct{ serial, t int64 }

type change struct {
	cursor
	op Op
}

func (r *Reading) changes(from cursor) (out []change, err error) {
	rows, err := r.q.QueryContext(r.ctx, fmt.Sprintf(`SELECT serial, t, op FROM defence_change WHERE log_id = $1 AND view = $2
		AND serial >= $3 AND (serial > $3 OR t >= $4) AND serial <= $5 ORDER BY serial, t LIMIT %d`, pageSize), r.v.logID, r.ID, from.serial, from.t, r.Serial)
	if err != nil {
		return nil, fmt.Errorf("reading a journal: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c change
		if err := rows.Scan(&c.serial, &c.t, &c.op); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func (r *Reading) tell(page []change, kinds []observable.Kind, f func(Change) error) error {
	ts := make([]int64, len(page))
	for i, c := range page {
		ts[i] = c.t
	}
	names, err := r.v.things.Names(r.ctx, r.q, ts)
	if err != nil {
		return err
	}
	items, err := r.v.present(r.ctx, r.q, r.ID, names)
	if err != nil {
		return err
	}
	for _, c := range page {
		name, ok := names[c.t]
		if !ok || !slices.Contains(kinds, name.Kind) {
			continue
		}
		i, ok := items[name]
		if !ok || c.op == Removed {
			i = Item{Thing: name}
		}
		if err := f(Change{Op: c.op, Item: i}); err != nil {
			return err
		}
	}
	return nil
}

// Made is when the content of a view became what it is, as exactly as a second;
// ok is false while the counter is ahead of the clock, after a burst of changes.
func (w View) Made(now time.Time) (t time.Time, ok bool) {
	t = time.Unix(w.Serial, 0).UTC()
	return t, !t.After(now)
}
