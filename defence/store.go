package defence

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/thing"
)

// row is a view's row.
type row struct {
	id, name, serial, pruned, pos, born int64
	gone                                bool
	spec                                spec
}

func (r *row) view() View { return View{ID: r.id, Name: r.name, Serial: r.serial} }

// ready tells whether the whole log was folded in once: a list that is half made
// would unblock what is in force.
func (r *row) ready() bool { return r.id != 0 && !r.gone && r.pos >= r.born }

const viewColumns = `id, name, spec, serial, pruned, pos, born, gone`

func (v *Views) rows(ctx context.Context, q store.Querier, where string, args ...any) (out []row, err error) {
	defer fault.Wrap(&err, "reading views")
	rows, err := q.QueryContext(ctx, `SELECT `+viewColumns+` FROM defence_view WHERE log_id = $1`+where+` ORDER BY id`, append([]any{v.logID}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		var text string
		var gone int64
		if err := rows.Scan(&r.id, &r.name, &text, &r.serial, &r.pruned, &r.pos, &r.born, &gone); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &r.spec); err != nil {
			return nil, fmt.Errorf("view %d: %w", r.id, err)
		}
		r.gone = gone != 0
		out = append(out, r)
	}
	return out, rows.Err()
}

// byHash gives the view of a spec; the zero row when there is none.
func (v *Views) byHash(ctx context.Context, q store.Querier, hash [32]byte) (row, error) {
	return first(v.rows(ctx, q, ` AND hash = $2`, hash[:]))
}

func (v *Views) byID(ctx context.Context, q store.Querier, id int64) (row, error) {
	return first(v.rows(ctx, q, ` AND id = $2`, id))
}

func first(rs []row, err error) (row, error) {
	if err != nil || len(rs) == 0 {
		return row{}, err
	}
	return rs[0], nil
}

// take makes this transaction the only one that changes views.
func (v *Views) take(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO defence_head (log_id, next, turn) VALUES ($1, 1, 1) ON CONFLICT (log_id) DO UPDATE SET turn = defence_head.turn + 1`, v.logID)
	if err != nil {
		return fmt.Errorf("taking the turn for views: %w", err)
	}
	return nil
}

// create makes the view of a spec unless it is there. It is complete when the log
// is folded in up to the date of the head as it is now.
func (v *Views) create(ctx context.Context, tx *store.Tx, sp *spec, born int64) error {
	hash := v.hash(sp)
	r, err := v.byHash(ctx, tx, hash)
	if err != nil || r.id != 0 {
		return err
	}
	var id, most int64
	err = tx.QueryRowContext(ctx, `SELECT next, COALESCE((SELECT MAX(serial) FROM defence_view WHERE log_id = $1), 0) FROM defence_head WHERE log_id = $1`, v.logID).Scan(&id, &most)
	if err != nil {
		return fmt.Errorf("number of a view: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE defence_head SET next = $1 WHERE log_id = $2`, id+1, v.logID); err != nil {
		return err
	}
	now := time.Now().UTC().Unix()
	// A member whose rights changed goes on with this view: its serial must not be lower than that of the one before.
	serial := max(now, most)
	_, err = tx.Exec(ctx, `INSERT INTO defence_view (log_id, id, name, hash, spec, serial, pruned, pos, born, asked, gone) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`,
		v.logID, id, rand.Int64N(1<<40), hash[:], string(sp.text()), serial, serial, 0, born, now, 0)
	return err
}

// entry is an item as a fold sees it.
type entry struct {
	t    int64
	item Item
}

// present gives which of the things stand in a view.
func (v *Views) present(ctx context.Context, q store.Querier, view int64, names map[int64]observable.Thing) (map[observable.Thing]Item, error) {
	byKind := map[observable.Kind][]string{}
	for _, t := range names {
		byKind[t.Kind] = append(byKind[t.Kind], t.Value)
	}
	out := make(map[observable.Thing]Item, len(names))
	for kind, values := range byKind {
		slices.Sort(values)
		if err := v.items(ctx, q, view, kind, values, out); err != nil {
			return nil, fmt.Errorf("items of a view: %w", err)
		}
	}
	return out, nil
}

// valuesAtOnce is how many values one statement asks for; a short list repeats
// its last value, so that there is one text to prepare.
const valuesAtOnce = 64

func (v *Views) items(ctx context.Context, q store.Querier, view int64, kind observable.Kind, values []string, into map[observable.Thing]Item) error {
	code, err := thing.KindCode(kind)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(values, valuesAtOnce) {
		rows, err := q.QueryContext(ctx, `SELECT value, until, members FROM defence_item WHERE log_id = $1 AND view = $2 AND kind = $3 AND value IN (`+valueList()+`)`, v.valueArgs(view, code, part)...)
		if err != nil {
			return err
		}
		if err := scanItems(rows, kind, func(i Item) error { into[i.Thing] = i; return nil }); err != nil {
			return err
		}
	}
	return nil
}

func (v *Views) valueArgs(view int64, code int, part []string) []any {
	args := make([]any, 0, valuesAtOnce+3)
	args = append(args, v.logID, view, code)
	for i := range valuesAtOnce {
		args = append(args, part[min(i, len(part)-1)])
	}
	return args
}

func valueList() string {
	var b strings.Builder
	for i := range valuesAtOnce {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(i+4))
	}
	return b.String()
}

func scanItems(rows *sql.Rows, kind observable.Kind, f func(Item) error) error {
	defer rows.Close()
	for rows.Next() {
		var until int64
		i := Item{Thing: observable.Thing{Kind: kind}}
		if err := rows.Scan(&i.Thing.Value, &until, &i.Members); err != nil {
			return err
		}
		i.Until = time.Unix(until, 0).UTC()
		if err := f(i); err != nil {
			return err
		}
	}
	return rows.Err()
}

// put writes items that are new or changed, and takes removed ones out.
func (v *Views) put(ctx context.Context, tx *store.Tx, view int64, set, gone []entry) error {
	args := make([]any, 0, 6*len(set))
	for _, e := range set {
		code, err := thing.KindCode(e.item.Thing.Kind)
		if err != nil {
			return err
		}
		args = append(args, v.logID, view, code, e.item.Thing.Value, e.item.Until.Unix(), e.item.Members)
	}
	_, err := tx.InsertRows(ctx, "INSERT INTO defence_item (log_id, view, kind, value, until, members) VALUES", 6, args,
		"ON CONFLICT (log_id, view, kind, value) DO UPDATE SET until = excluded.until, members = excluded.members")
	if err != nil {
		return err
	}
	return v.remove(ctx, tx, view, gone)
}

func (v *Views) remove(ctx context.Context, tx *store.Tx, view int64, gone []entry) error {
	byKind := map[observable.Kind][]string{}
	for _, e := range gone {
		byKind[e.item.Thing.Kind] = append(byKind[e.item.Thing.Kind], e.item.Thing.Value)
	}
	for kind, values := range byKind {
		code, err := thing.KindCode(kind)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(values, valuesAtOnce) {
			_, err := tx.Exec(ctx, `DELETE FROM defence_item WHERE log_id = $1 AND view = $2 AND kind = $3 AND value IN (`+valueList()+`)`, v.valueArgs(view, code, part)...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// moved writes how far a view is folded, and its counter.
func (v *Views) moved(ctx context.Context, tx *store.Tx, r *row) error {
	_, err := tx.Exec(ctx, `UPDATE defence_view SET serial = $1, pruned = $2, pos = $3 WHERE log_id = $4 AND id = $5`, r.serial, r.pruned, r.pos, v.logID, r.id)
	return err
}
