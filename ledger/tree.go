package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/store"
)

// Tree is the log's Merkle tree in the database; it implements store.Sealer.
// It holds no state of its own: any number of processes may use one log.
//
// The tree is kept in rows of 16 hashes (schema/0001_tree.sql), 35 to 38 bytes
// an entry. Appending an entry rewrites one row of at most 512 bytes, and a 16th
// of the time one more; a proof reads two rows per four levels of the tree, in one query.
type Tree struct{ logID int64 }

// NewTree makes the tree of a log. Its tables come from Migrate.
func NewTree(logID int64) *Tree { return &Tree{logID: logID} }

const (
	height   = 4           // levels of the tree in one row
	width    = 1 << height // hashes in a full row
	hashSize = 32
)

// row names a row: number n of a level of rows.
type row struct {
	level int
	n     int64
}

// key is the row's number in the table.
func (r row) key() int64 { return int64(r.level)<<56 | r.n }

// rowOf gives the row that key names.
func rowOf(key int64) row { return row{level: int(key >> 56), n: key & (1<<56 - 1)} }

func byKey(a, b row) int { return cmp.Compare(a.key(), b.key()) }

func (r row) String() string { return fmt.Sprintf("row %d of level %d", r.n, r.level) }

// held is how many hashes the row has in a tree of that size.
func (r row) held(size int64) int64 {
	return max(0, min(width, size>>(height*r.level)-r.n*width))
}

// hashesOf gives the tree's hashes that a row stands for: leaves are kept as
// commitments, which is what entry bundles serve, and hashed when read.
func (r row) hashesOf(b []byte) []tlog.Hash {
	out := make([]tlog.Hash, len(b)/hashSize)
	for i := range out {
		h := b[i*hashSize : (i+1)*hashSize]
		if r.level == 0 {
			out[i] = tlog.RecordHash(h)
		} else {
			out[i] = tlog.Hash(h)
		}
	}
	return out
}

// fold hashes neighbours pairwise until one is left; the number is a power of two.
func fold(hs []tlog.Hash) tlog.Hash {
	hs = slices.Clone(hs)
	for len(hs) > 1 {
		for i := range len(hs) / 2 {
			hs[i] = tlog.NodeHash(hs[2*i], hs[2*i+1])
		}
		hs = hs[:len(hs)/2]
	}
	return hs[0]
}

// Seal appends the leaves of the jobs (each must be a Leaver), in the
// transaction that took the head row: before.Size is where they begin.
func (t *Tree) Seal(ctx context.Context, tx *store.Tx, before store.Head, jobs []store.Job) error {
	var leaves []byte
	for _, j := range jobs {
		l, ok := j.(Leaver)
		if !ok {
			return fmt.Errorf("a job without leaves (%T) can't be sealed", j)
		}
		of := l.Leaves()
		if len(of) != j.Entries() {
			return fmt.Errorf("a job with %d entries has %d leaves", j.Entries(), len(of))
		}
		for _, leaf := range of {
			leaves = append(leaves, leaf[:]...)
		}
	}
	changed, err := grow(before.Size, leaves, func(r row) ([]byte, error) {
		got, err := t.read(ctx, tx, []row{r})
		return got[r], err
	})
	if err != nil {
		return fmt.Errorf("sealing a batch: %w", err)
	}
	args := make([]any, 0, 3*len(changed))
	for _, r := range slices.SortedFunc(maps.Keys(changed), byKey) {
		args = append(args, t.logID, r.key(), changed[r])
	}
	if _, err := tx.InsertRows(ctx, "INSERT INTO tree (log_id, k, hashes) VALUES", 3, args, "ON CONFLICT (log_id, k) DO UPDATE SET hashes = excluded.hashes"); err != nil {
		return fmt.Errorf("sealing a batch: %w", err)
	}
	return nil
}

// grow appends leaves to a tree of that size and gives the rows that change.
// read gives a row that is there already.
func grow(size int64, leaves []byte, read func(row) ([]byte, error)) (map[row][]byte, error) {
	changed := map[row][]byte{}
	for level := 0; len(leaves) > 0; level++ {
		before := size >> (height * level)
		var full []byte // roots of the rows that became full: what is appended one level up
		for r := (row{level, before / width}); len(leaves) > 0; r.n++ {
			var hashes []byte
			if had := int(r.held(size)); had > 0 {
				b, err := read(r)
				if err != nil {
					return nil, err
				}
				if len(b) != had*hashSize {
					return nil, fmt.Errorf("%s has %d bytes, not %d: the tree doesn't fit the head row; run `tocsin fsck`", r, len(b), had*hashSize)
				}
				hashes = slices.Clone(b)
			}
			take := min(len(leaves), width*hashSize-len(hashes))
			hashes, leaves = append(hashes, leaves[:take]...), leaves[take:]
			changed[r] = hashes
			if len(hashes) == width*hashSize {
				root := fold(r.hashesOf(hashes))
				full = append(full, root[:]...)
			}
		}
		leaves = full
	}
	return changed, nil
}

// read reads rows by name, in one query.
func (t *Tree) read(ctx context.Context, q store.Querier, rows []row) (map[row][]byte, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	n := 1
	for n < len(rows) {
		n *= 2 // few different statements
	}
	args := make([]any, 0, n+1)
	args = append(args, t.logID)
	var list strings.Builder
	for i := range n {
		if i > 0 {
			list.WriteByte(',')
		}
		fmt.Fprintf(&list, "$%d", i+2)
		args = append(args, rows[min(i, len(rows)-1)].key())
	}
	return t.query(ctx, q, `SELECT k, hashes FROM tree WHERE log_id = $1 AND k IN (`+list.String()+`)`, args...)
}

// readRange reads n rows of a level from the first on.
func (t *Tree) readRange(ctx context.Context, q store.Querier, first row, n int64) (map[row][]byte, error) {
	return t.query(ctx, q, `SELECT k, hashes FROM tree WHERE log_id = $1 AND k >= $2 AND k < $3`, t.logID, first.key(), first.key()+n)
}

func (t *Tree) query(ctx context.Context, q store.Querier, text string, args ...any) (map[row][]byte, error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the tree: %w", err)
	}
	defer rows.Close()
	out := map[row][]byte{}
	for rows.Next() {
		var key int64
		var hashes []byte
		if err := rows.Scan(&key, &hashes); err != nil {
			return nil, fmt.Errorf("reading the tree: %w", err)
		}
		out[rowOf(key)] = hashes
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the tree: %w", err)
	}
	return out, nil
}

// need says which row holds what the hash of a level and number is made of, and where in it.
func need(index int64) (r row, from, to int64) {
	level, n := tlog.SplitStoredHashIndex(index)
	in := level % height
	first := n << in
	r = row{level / height, first / width}
	return r, first % width, first%width + 1<<in
}

// prove runs f twice: first to learn which hashes it reads, then with the
// hashes, which one query has brought. f must read the same both times.
func (t *Tree) prove(ctx context.Context, q store.Querier, f func(tlog.HashReader) error) error {
	_, err := t.gather(ctx, q, nil, f)
	return err
}

// gather is prove that also brings more rows, and gives all that it read.
func (t *Tree) gather(ctx context.Context, q store.Querier, more []row, f func(tlog.HashReader) error) (map[row][]byte, error) {
	wanted := map[row]bool{}
	for _, r := range more {
		wanted[r] = true
	}
	err := f(tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		for _, i := range indexes {
			r, _, _ := need(i)
			wanted[r] = true
		}
		return make([]tlog.Hash, len(indexes)), nil
	}))
	if err != nil {
		return nil, err
	}
	stored, err := t.read(ctx, q, slices.SortedFunc(maps.Keys(wanted), byKey))
	if err != nil {
		return nil, err
	}
	return stored, f(tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return hashesFrom(stored, indexes) }))
}

func hashesFrom(stored map[row][]byte, indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		r, from, to := need(index)
		b := stored[r]
		if int64(len(b)) < to*hashSize {
			return nil, fmt.Errorf("%s of the tree lacks hashes: it has %d bytes, not %d; run `tocsin fsck`", r, len(b), to*hashSize)
		}
		out[i] = fold(r.hashesOf(b[from*hashSize : to*hashSize]))
	}
	return out, nil
}
