package archive

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tocsin/archive/directory"
	"tocsin/store"
)

// The states of a stored version.
const (
	Newest  = 0 // the newest version of its object
	Older   = 1 // a newer one stands in for it
	Taken   = 2 // taken back: its bytes are gone
	Expired = 3 // only of withdrawals: out of force, still readable
)

// Kind says what an entry of the log is.
type Kind int8

// The kinds of entries; the numbers are stored.
const (
	Report   Kind = 1
	Decision Kind = 2 // on a held passage
	Recall   Kind = 3
	Expiry   Kind = 4 // a round of expiries
	Restored Kind = 5 // first entry of a log made from a backup
	Audit    Kind = 6 // commits to the audit record so far
)

// String names the kind as records and events do.
func (k Kind) String() string {
	names := [...]string{"", "report", "decision", "recall", "expiry", "restore", "audit"}
	if k > 0 && int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Entry is one entry of the log as it is kept.
type Entry struct {
	Index  int64
	Added  int64 // date_added of its first position, microseconds
	N      int64 // positions in it
	Kind   Kind
	Member int64
	Size   int64 // of the tree when the entry's batch was kept: its receipt proves it in that tree
	Token  [16]byte
	Month  string
	WKey   []byte // the record's key, wrapped
	Record []byte // parts of the record
}

// PutEntry writes an entry.
func (a *Archive) PutEntry(ctx context.Context, tx *store.Tx, e Entry) error {
	_, err := tx.Exec(ctx, `INSERT INTO entry (log_id, idx, added, n, kind, member, size, token, month, wkey, rec)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`,
		a.logID, e.Index, e.Added, e.N, int64(e.Kind), e.Member, e.Size, e.Token[:], e.Month, e.WKey, e.Record)
	return err
}

// Put writes the blocks of the entry idx whose first position is dated added,
// and says where each object is. member is who filed them. A version that a
// newer one stands in for is named in older (by its date).
func (a *Archive) Put(ctx context.Context, tx *store.Tx, idx, added int64, packed []Packed, member int64, older map[int64]int32) error {
	var rows []any
	for _, p := range packed {
		base := added + p.N0
		_, err := tx.Exec(ctx, `INSERT INTO block (log_id, aud, last, idx, base, n0, n, types, month, wkey, dir, data)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`,
			a.logID, p.Aud, base+int64(len(p.Slots))-1, idx, added, p.N0, len(p.Slots), p.types, p.month, p.wkey, p.dir, p.data)
		if err != nil {
			return fmt.Errorf("block: %w", err)
		}
		for i, s := range p.Slots {
			at := base + int64(i)
			state := Newest
			if _, ok := older[at]; ok {
				state = Older
			}
			rows = append(rows, a.logID, p.hashes[i], at, p.Aud, VersionMicro(s.Version), member, state)
		}
	}
	sortRows(rows, 7, 1)
	if _, err := tx.InsertRows(ctx, "INSERT INTO object (log_id, h, at, aud, ver, member, state) VALUES", 7, rows, ""); err != nil {
		return fmt.Errorf("object index: %w", err)
	}
	return a.supersede(ctx, tx, older)
}

// supersede marks versions as older ones.
func (a *Archive) supersede(ctx context.Context, tx *store.Tx, older map[int64]int32) error {
	for at, aud := range older {
		if _, err := tx.Exec(ctx, `INSERT INTO superseded (log_id, aud, at) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`, a.logID, aud, at); err != nil {
			return fmt.Errorf("superseded: %w", err)
		}
	}
	return nil
}

// Supersede marks a stored version as an older one, unless it was taken back.
func (a *Archive) Supersede(ctx context.Context, tx *store.Tx, id string, aud int32, at int64) error {
	if _, err := tx.Exec(ctx, `UPDATE object SET state = $1 WHERE log_id = $2 AND h = $3 AND at = $4 AND state = $5`, Older, a.logID, a.hash(id), at, Newest); err != nil {
		return fmt.Errorf("superseding a version: %w", err)
	}
	return a.supersede(ctx, tx, map[int64]int32{at: aud})
}

// SetMember hands an object to another member: its first filer took it back, and this one had filed it too.
func (a *Archive) SetMember(ctx context.Context, tx *store.Tx, id string, at, member int64) error {
	if _, err := tx.Exec(ctx, `UPDATE object SET member = $1 WHERE log_id = $2 AND h = $3 AND at = $4`, member, a.logID, a.hash(id), at); err != nil {
		return fmt.Errorf("handing over an object: %w", err)
	}
	return a.DropFiler(ctx, tx, at, member)
}

// DropFiler forgets that member, too, filed the object at a date.
func (a *Archive) DropFiler(ctx context.Context, tx *store.Tx, at, member int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM cofiler WHERE log_id = $1 AND at = $2 AND member = $3`, a.logID, at, member)
	return err
}

// SetState changes the state of a version in the index.
func (a *Archive) SetState(ctx context.Context, tx *store.Tx, id string, at int64, state int) error {
	_, err := tx.Exec(ctx, `UPDATE object SET state = $1 WHERE log_id = $2 AND h = $3 AND at = $4`, state, a.logID, a.hash(id), at)
	return err
}

// AddFiler notes that member, too, filed the object at a date.
func (a *Archive) AddFiler(ctx context.Context, tx *store.Tx, at, member int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO cofiler (log_id, at, member) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`, a.logID, at, member)
	return err
}

// Withdrawal takes an object out of force: a recall (its bytes go too, by
// Erase) or an expiry.
type Withdrawal struct {
	At     int64 // position of the withdrawal itself, as a date
	Index  int64
	Aud    int32
	Target int64 // date_added of the object
	Kind   Kind  // Recall or Expiry
	Ref    string
}

// PutWithdrawals writes withdrawals of one entry.
func (a *Archive) PutWithdrawals(ctx context.Context, tx *store.Tx, ws []Withdrawal) error {
	rows := make([]any, 0, 7*len(ws))
	for _, w := range ws {
		rows = append(rows, a.logID, w.At, w.Index, w.Aud, w.Target, int64(w.Kind), w.Ref)
	}
	_, err := tx.InsertRows(ctx, "INSERT INTO withdrawal (log_id, at, idx, aud, target, kind, ref) VALUES", 7, rows, "")
	return err
}

// Erase empties the slots of the objects at the given dates of one audience;
// positions stay. hash gives what the slot keeps: the keyed hash under which
// the record of the object's entry committed to it; it is called entry by entry.
// A block is rewritten once, however many of its slots are emptied.
func (a *Archive) Erase(ctx context.Context, tx *store.Tx, aud int32, ats []int64, hash func(idx int64, raw []byte) ([32]byte, error)) error {
	ats = slices.Compact(slices.Sorted(slices.Values(ats)))
	for len(ats) > 0 {
		r, err := a.blockAt(ctx, tx, aud, ats[0])
		if err != nil {
			return err
		}
		n := 1
		for n < len(ats) && ats[n] <= r.last {
			n++
		}
		if err := a.empty(ctx, tx, r, ats[:n], hash); err != nil {
			return err
		}
		ats = ats[n:]
	}
	return nil
}

// empty empties slots of one block, given by their dates in order.
func (a *Archive) empty(ctx context.Context, tx *store.Tx, r *row, ats []int64, hash func(idx int64, raw []byte) ([32]byte, error)) error {
	o, err := a.open(r)
	if err != nil {
		return err
	}
	data, err := o.objects()
	if err != nil {
		return err
	}
	rest := make([]byte, 0, len(data))
	changed := false
	off := 0
	for k, d := range o.dir {
		raw := data[off : off+d.Size]
		off += d.Size
		if _, found := slices.BinarySearch(ats, r.base+r.n0+int64(k)); !found || d.Erased {
			rest = append(rest, raw...)
			continue
		}
		sum, err := hash(r.idx, raw)
		if err != nil {
			return err
		}
		o.dir[k] = directory.Slot{Erased: true, Hash: sum}
		changed = true
	}
	if !changed {
		return nil
	}
	p := Packed{Aud: r.aud}
	if err := a.seal(&p, o.dir, rest); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE block SET types=$1, month=$2, wkey=$3, dir=$4, data=$5 WHERE log_id=$6 AND aud=$7 AND last=$8`,
		p.types, p.month, p.wkey, p.dir, p.data, a.logID, r.aud, r.last); err != nil {
		return fmt.Errorf("rewriting a block: %w", err)
	}
	return nil
}

// sortRows sorts rows of equal width by the int64 in column key: neighbours in
// the index are then inserted together.
func sortRows(rows []any, width, key int) {
	n := len(rows) / width
	if n < 2 {
		return
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sortBy(order, func(i int) int64 { return rows[i*width+key].(int64) })
	out := make([]any, 0, len(rows))
	for _, i := range order {
		out = append(out, rows[i*width:(i+1)*width]...)
	}
	copy(rows, out)
}

// inList gives "($from,$from+1,...)" for n values, n rounded up to a power of
// two so that few different statements exist; the caller pads with pad.
func inList(from, n int) (text string, width int) {
	width = 1
	for width < n {
		width *= 2
	}
	var b strings.Builder
	for i := range width {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String(), width
}
