package archive

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tocsin/fault"
	"tocsin/store"
)

// Object is a released object as it is read.
type Object struct {
	At      int64 // date_added, microseconds
	Index   int64
	N       int64
	Aud     int32
	ID      string
	Version string // text; empty for an unversioned object
	Raw     []byte // nil unless asked for; valid until the next block is read
}

// Position gives its place in the log.
func (o *Object) Position() Position { return Position{o.Index, o.N} }

// Want narrows a scan.
type Want struct {
	Bytes    bool  // read the objects' bytes too
	Versions bool  // older versions too
	Types    int64 // mask of TypeMask; 0 for all
	Until    int64 // last date; 0 for no bound
}

// What a scan holds in memory: so many blocks, of which those that are no larger
// than a normal one come with their bytes, 2 MB in all; a larger one, of a single
// large object, is read when it is its turn, alone.
const (
	blocksAtOnce = 8
	inlineBytes  = 256 << 10
)

// Scan calls f for each object of an audience that was added after a date, in
// order, until f returns false. No database resource is held while f runs.
func (a *Archive) Scan(ctx context.Context, q store.Querier, aud int32, after int64, w Want, f func(Object) bool) error {
	for {
		rows, err := a.blocks(ctx, q, aud, after, w)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		gone, err := a.supersededIn(ctx, q, aud, after, rows[len(rows)-1].last, w.Versions)
		if err != nil {
			return err
		}
		for i := range rows {
			last := rows[i].last
			r := &rows[i]
			if w.Bytes && r.data == nil {
				// Read as a whole: it may have been sealed anew meanwhile.
				if r, err = a.blockOf(ctx, q, aud, last); err != nil {
					return err
				}
			}
			more, err := a.each(r, after, w, gone, f)
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

// each calls f for the objects of one block.
func (a *Archive) each(r *row, after int64, w Want, gone map[int64]bool, f func(Object) bool) (more bool, err error) {
	o, err := a.open(r)
	if err != nil {
		return false, err
	}
	var data []byte // unpacked for the first object that is wanted
	off := 0
	for i, d := range o.dir {
		at := r.base + r.n0 + int64(i)
		from := off
		off += d.Size
		if d.Erased || at <= after || gone[at] || w.Until != 0 && at > w.Until || w.Types != 0 && typeBit(typeOf(d.ID))&w.Types == 0 {
			continue
		}
		one := Object{At: at, Index: r.idx, N: at - r.base, Aud: r.aud, ID: d.ID, Version: d.Version}
		if w.Bytes {
			if data == nil {
				if data, err = o.objects(); err != nil {
					return false, err
				}
			}
			one.Raw = data[from:off:off]
		}
		if !f(one) {
			return false, nil
		}
	}
	return true, nil
}

const blockColumns = `aud, last, idx, base, n0, n, types, month, wkey, dir`

func (a *Archive) blocks(ctx context.Context, q store.Querier, aud int32, after int64, w Want) (out []row, err error) {
	defer fault.Wrap(&err, "reading blocks")
	text := `SELECT ` + blockColumns
	if w.Bytes {
		text += fmt.Sprintf(`, CASE WHEN length(data) <= %d THEN data END`, inlineBytes)
	}
	text += ` FROM block WHERE log_id = $1 AND aud = $2 AND last > $3`
	args := []any{a.logID, aud, after}
	if w.Until != 0 {
		args = append(args, w.Until)
		text += fmt.Sprintf(` AND base + n0 <= $%d`, len(args))
	}
	if w.Types != 0 {
		args = append(args, w.Types)
		text += fmt.Sprintf(` AND (types & $%d) <> 0`, len(args))
	}
	rows, err := q.QueryContext(ctx, text+fmt.Sprintf(` ORDER BY last LIMIT %d`, blocksAtOnce), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields(w.Bytes)...); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func (r *row) fields(bytes bool) []any {
	f := []any{&r.aud, &r.last, &r.idx, &r.base, &r.n0, &r.n, &r.types, &r.month, &r.wkey, &r.dir}
	if bytes {
		f = append(f, &r.data)
	}
	return f
}

// blockOf reads the block that ends at a date.
func (a *Archive) blockOf(ctx context.Context, q store.Querier, aud int32, last int64) (*row, error) {
	r := &row{}
	err := q.QueryRowContext(ctx, `SELECT `+blockColumns+`, data FROM block WHERE log_id = $1 AND aud = $2 AND last = $3`, a.logID, aud, last).Scan(r.fields(true)...)
	if err != nil {
		return nil, fmt.Errorf("reading block %d of audience %d: %w", last, aud, err)
	}
	return r, nil
}

func (a *Archive) blockAt(ctx context.Context, q store.Querier, aud int32, at int64) (*row, error) {
	r := &row{}
	err := q.QueryRowContext(ctx, `SELECT `+blockColumns+`, data FROM block WHERE log_id = $1 AND aud = $2 AND last >= $3 ORDER BY last LIMIT 1`,
		a.logID, aud, at).Scan(r.fields(true)...)
	if errors.Is(err, sql.ErrNoRows) || err == nil && at < r.base+r.n0 {
		return nil, fault.New(fault.NotFound, "no object at this position")
	}
	return r, err
}

func (a *Archive) supersededIn(ctx context.Context, q store.Querier, aud int32, after, until int64, none bool) (map[int64]bool, error) {
	if none {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, `SELECT at FROM superseded WHERE log_id = $1 AND aud = $2 AND at > $3 AND at <= $4`, a.logID, aud, after, until)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out map[int64]bool
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return nil, err
		}
		if out == nil {
			out = map[int64]bool{}
		}
		out[at] = true
	}
	return out, rows.Err()
}

// Stored is what the index knows of one version of an object.
type Stored struct {
	ID     string
	At     int64
	Aud    int32
	Ver    int64 // microseconds; 0 for unversioned
	Member int64 // who filed it first
	State  int
}

// Find gives all versions of the objects with the given identifiers, in any of
// the audiences, by date. The index holds 64 bits of a keyed hash: two
// identifiers that meet there are told apart by whoever reads the object (At).
func (a *Archive) Find(ctx context.Context, q store.Querier, auds []int32, ids []string, after int64) (out []Stored, err error) {
	defer fault.Wrap(&err, "looking up identifiers")
	names := make(map[int64]string, len(ids))
	hashes := make([]int64, 0, len(ids))
	for _, id := range ids {
		h := a.hash(id)
		if _, ok := names[h]; !ok {
			names[h] = id
			hashes = append(hashes, h)
		}
	}
	slices.Sort(hashes)
	for part := range slices.Chunk(hashes, 128) {
		list, width := inList(3, len(part))
		args := make([]any, 0, width+2)
		args = append(args, a.logID, after)
		for i := range width {
			args = append(args, part[min(i, len(part)-1)])
		}
		rows, err := q.QueryContext(ctx, `SELECT h, at, aud, ver, member, state FROM object WHERE log_id = $1 AND at > $2 AND h IN (`+list+`)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var s Stored
			var h int64
			if err := rows.Scan(&h, &s.At, &s.Aud, &s.Ver, &s.Member, &s.State); err != nil {
				rows.Close()
				return nil, err
			}
			if s.ID = names[h]; slices.Contains(auds, s.Aud) {
				out = append(out, s)
			}
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(x, y Stored) int { return cmp.Compare(x.At, y.At) })
	return out, nil
}

// At reads the object at a date; fault.Gone when it was taken back.
func (a *Archive) At(ctx context.Context, q store.Querier, aud int32, at int64) (Object, error) {
	r, err := a.blockAt(ctx, q, aud, at)
	if err != nil {
		return Object{}, err
	}
	var found *Object
	if _, err := a.each(r, at-1, Want{Bytes: true, Until: at}, nil, func(o Object) bool { found = &o; return false }); err != nil {
		return Object{}, err
	}
	if found == nil {
		return Object{}, fault.New(fault.Gone, "the object was taken back")
	}
	return *found, nil
}

// Filers gives the members who filed the object at a date after its first filer did.
func (a *Archive) Filers(ctx context.Context, q store.Querier, at int64) ([]int64, error) {
	return scanInts(ctx, q, `SELECT member FROM cofiler WHERE log_id = $1 AND at = $2 ORDER BY member`, a.logID, at)
}

func scanInts(ctx context.Context, q store.Querier, text string, args ...any) ([]int64, error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func sortBy(order []int, key func(int) int64) {
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(key(x), key(y)) })
}
