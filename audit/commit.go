package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/store"
)

// Commit is what an entry of the log says of the record: its row Upto has the hash Hash.
type Commit struct {
	Upto int64
	Hash string
}

// Uncommitted gives what the log should commit to now, and how many rows of it are
// not covered by an entry yet.
func (r *Trail) Uncommitted(ctx context.Context, q store.Querier) (c Commit, rows int64, err error) {
	var upto int64
	err = q.QueryRowContext(ctx, `SELECT n, hash, upto FROM audit_head WHERE log_id = $1`, r.logID).Scan(&c.Upto, &c.Hash, &upto)
	if errors.Is(err, sql.ErrNoRows) {
		return Commit{}, 0, nil
	}
	return c, c.Upto - upto, err
}

// Committed notes, within the transaction of the entry idx, that it commits to c.
// false when rows up to there are committed to already: another node was first.
func (r *Trail) Committed(ctx context.Context, tx *store.Tx, c Commit, idx int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE audit_head SET upto = $1 WHERE log_id = $2 AND upto < $1`, c.Upto, r.logID)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit_commit (log_id, upto, idx) VALUES ($1, $2, $3)`, r.logID, c.Upto, idx)
	return true, err
}

// Check reads the whole record and calls find for each row that was changed, is
// missing or was put in, as far as the hashes and the entries of the log tell;
// commits are those of the log. It gives the number of rows.
func (r *Trail) Check(ctx context.Context, q store.Querier, commits []Commit, find func(n int64, detail string)) (rows int64, err error) {
	commits = slices.SortedFunc(slices.Values(commits), func(a, b Commit) int { return int(a.Upto - b.Upto) })
	hash, last := first, int64(0)
	err = r.each(ctx, q, 0, "", nil, func(w Row) error {
		rows++
		switch {
		case w.N != last+1:
			find(last+1, fmt.Sprintf("rows %d to %d are missing", last+1, w.N-1))
		case w.Before != hash:
			find(w.N, "it does not follow the row before it: one of the two was changed, put in or taken out")
		}
		if w.Hash != w.sum() {
			find(w.N, "it is not what its hash covers: it was changed")
		}
		hash, last = w.Hash, w.N
		for len(commits) > 0 && commits[0].Upto <= w.N {
			if c := commits[0]; c.Upto == w.N && !strings.EqualFold(c.Hash, w.Hash) {
				find(w.N, "the log commits to another row here: this one, or one before it, was changed")
			}
			commits = commits[1:]
		}
		return nil
	})
	if err != nil {
		return rows, err
	}
	var head int64
	err = q.QueryRowContext(ctx, `SELECT n FROM audit_head WHERE log_id = $1`, r.logID).Scan(&head)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if len(commits) > 0 {
		head = max(head, commits[len(commits)-1].Upto)
	}
	if err == nil && head > last {
		find(last+1, fmt.Sprintf("rows %d to %d are missing at the end", last+1, head))
	}
	return rows, err
}
