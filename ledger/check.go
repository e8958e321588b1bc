package ledger

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/fault"
	"tocsin/store"
)

// checkRows is how many rows of leaves are read at once: 4,096 entries.
const checkRows = 256

// Check recomputes the whole tree of that size from its leaves, for fsck; q is a
// snapshot (store.DB.Snapshot) in which the head row has that size. leafAt
// gives what the leaf of an entry must be; where it says fault.Gone (the key of
// the record was destroyed) the leaf of the tree stands. nil compares the tree
// with itself only. The error names the first entry or row that is wrong.
func (t *Tree) Check(ctx context.Context, q store.Querier, size int64, leafAt func(i int64) ([32]byte, error)) error {
	c := checker{tree: t, ctx: ctx, q: q, size: size}
	for n := int64(0); n*width < size; n += checkRows {
		stored, err := t.readRange(ctx, q, row{0, n}, checkRows)
		if err != nil {
			return err
		}
		for i := range int64(checkRows) {
			r := row{0, n + i}
			held := r.held(size)
			if held == 0 {
				break
			}
			b := stored[r]
			if err := c.whole(r, b); err != nil {
				return err
			}
			if err := leavesAre(r, b[:held*hashSize], leafAt); err != nil {
				return err
			}
			if held == width {
				if err := c.up(r, fold(r.hashesOf(b[:held*hashSize]))); err != nil {
					return err
				}
			}
		}
	}
	if err := c.edge(); err != nil {
		return err
	}
	return c.beyond()
}

// leavesAre compares the leaves of a row with what they must be.
func leavesAre(r row, b []byte, leafAt func(i int64) ([32]byte, error)) error {
	for i := range len(b) / hashSize {
		if leafAt == nil {
			return nil
		}
		entry := r.n*width + int64(i)
		leaf, err := leafAt(entry)
		switch {
		case fault.KindOf(err) == fault.Gone:
		case err != nil:
			return fmt.Errorf("entry %d: %w", entry, err)
		case !bytes.Equal(leaf[:], b[i*hashSize:(i+1)*hashSize]):
			return fmt.Errorf("entry %d: its leaf in the tree is not that of its record: the record, its key or the tree was changed", entry)
		}
	}
	return nil
}

// checker holds, per level of rows above the leaves, the hashes that the next
// row of that level must have.
type checker struct {
	tree *Tree
	ctx  context.Context
	q    store.Querier
	size int64
	want [][]byte
}

// whole checks that a row has the hashes that a tree of the size has in it.
func (c *checker) whole(r row, b []byte) error {
	if want := r.held(c.size) * hashSize; int64(len(b)) != want {
		return fmt.Errorf("%s of the tree has %d bytes, not %d", r, len(b), want)
	}
	return nil
}

// up takes the root of a full row, which stands in the level above, and
// compares that level's row once it is full.
func (c *checker) up(r row, root tlog.Hash) error {
	if len(c.want) <= r.level {
		c.want = append(c.want, nil)
	}
	c.want[r.level] = append(c.want[r.level], root[:]...)
	if len(c.want[r.level]) < width*hashSize {
		return nil
	}
	above := row{r.level + 1, r.n / width}
	want := c.want[r.level]
	if err := c.compare(above, want); err != nil {
		return err
	}
	c.want[r.level] = nil
	return c.up(above, fold(above.hashesOf(want)))
}

func (c *checker) compare(r row, want []byte) error {
	stored, err := c.tree.read(c.ctx, c.q, []row{r})
	if err != nil {
		return err
	}
	if err := c.whole(r, stored[r]); err != nil {
		return err
	}
	for i := 0; i < len(want); i += hashSize {
		if !bytes.Equal(stored[r][i:i+hashSize], want[i:i+hashSize]) {
			below := row{r.level - 1, r.n*width + int64(i/hashSize)}
			return fmt.Errorf("%s of the tree: hash %d is not the root of %s", r, i/hashSize, below)
		}
	}
	return nil
}

// edge compares the rows that aren't full yet.
func (c *checker) edge() error {
	for level, want := range c.want {
		if len(want) == 0 {
			continue
		}
		r := row{level: level + 1}
		r.n = c.size >> (height * r.level) / width
		if err := c.compare(r, want); err != nil {
			return err
		}
	}
	return nil
}

// beyond finds rows that a tree of the size doesn't have; all that it has were compared.
func (c *checker) beyond() error {
	var have, want int64
	for level := 0; c.size>>(height*level) > 0; level++ {
		want += (c.size>>(height*level) + width - 1) / width
	}
	if err := c.q.QueryRowContext(c.ctx, `SELECT COUNT(*) FROM tree WHERE log_id = $1`, c.tree.logID).Scan(&have); err != nil {
		return fmt.Errorf("counting the rows of the tree: %w", err)
	}
	if have != want {
		return fmt.Errorf("the tree has %d rows, a log of %d entries has %d: the head row was set back", have, c.size, want)
	}
	return nil
}
