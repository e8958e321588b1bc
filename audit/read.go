package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tocsin/member"
	"tocsin/store"
)

// scope is which rows a session may read: an auditor all of them, whoever changes
// their own member those of its own people.
func scope(s member.Session) (text string, args []any, err error) {
	if s.May(member.ActAudit) == nil {
		return "", nil, nil
	}
	if err := s.May(member.ActOwn); err != nil {
		return "", nil, s.May(member.ActAudit)
	}
	return ` AND member = $2 AND person > 0`, []any{int64(s.Member.ID)}, nil
}

// pageRows is how many rows are read at once.
const pageRows = 1000

// Export calls f for each row after a number that the session may read, in order,
// until f fails. No database resource is held while f runs. Of an export of some
// rows only, each row's hash can be checked, and that it is the row which the next
// one builds on where the next one is there.
func (r *Trail) Export(ctx context.Context, s member.Session, since int64, f func(Row) error) error {
	where, args, err := scope(s)
	if err != nil {
		return err
	}
	return r.each(ctx, r.db.Reader(), since, where, args, f)
}

// each calls f for each row after a number, page by page.
func (r *Trail) each(ctx context.Context, q store.Querier, since int64, where string, args []any, f func(Row) error) error {
	for {
		from, most := len(args)+2, pageRows
		page, err := r.rows(ctx, q, where+fmt.Sprintf(` AND n > $%d ORDER BY n LIMIT %d`, from, most), append(args[:len(args):len(args)], since)...)
		if err != nil {
			return err
		}
		for _, row := range page {
			since = row.N
			if err := f(row); err != nil {
				return err
			}
		}
		if len(page) < most {
			return nil
		}
	}
}

// rows reads rows; args begin with $2.
func (r *Trail) rows(ctx context.Context, q store.Querier, where string, args ...any) (out []Row, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM audit WHERE log_id = $1`+where, append([]any{r.logID}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading the audit record: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var w Row
		var at int64
		var act string
		if err := rows.Scan(&w.N, &at, &w.Member, &w.Person, &w.Role, &w.How, &act, &w.About, &w.Begun, &w.Outcome, &w.Salt, &w.Before, &w.Hash); err != nil {
			return nil, fmt.Errorf("reading the audit record: %w", err)
		}
		w.At, w.Act = time.UnixMicro(at).UTC(), Act(act)
		out = append(out, w)
	}
	return out, rows.Err()
}

// Filter narrows a list; the zero Filter gives everything.
type Filter struct {
	Person int64
	Act    Act
	Since  time.Time
}

// Item is one act of the list.
type Item struct {
	Row         // the intention, or the whole of something that was only noted
	Ended *Row  // what came of it; nil when that is not known (yet)
	Entry int64 // of the log that commits to the row; -1 when none does yet
}

// MaxList bounds one page of a list.
const MaxList = 200

// List gives acts that the session may see, newest first: those before row number
// before (0: from the newest on), at most limit.
func (r *Trail) List(ctx context.Context, s member.Session, before int64, limit int, f Filter) (out []Item, err error) {
	where, args, err := scope(s)
	if err != nil {
		return nil, err
	}
	and := func(text string, arg any) {
		args = append(args, arg)
		where += fmt.Sprintf(` AND `+text, len(args)+1)
	}
	if before > 0 {
		and(`n < $%d`, before)
	}
	if f.Person != 0 {
		and(`person = $%d`, f.Person)
	}
	if f.Act != "" {
		and(`act = $%d`, string(f.Act))
	}
	if !f.Since.IsZero() {
		and(`at >= $%d`, f.Since.UnixMicro())
	}
	limit = min(max(limit, 1), MaxList)
	err = r.db.Snapshot(ctx, func(q store.Querier) error {
		out = nil
		page, err := r.rows(ctx, q, where+fmt.Sprintf(` AND begun = 0 ORDER BY n DESC LIMIT %d`, limit), args...)
		if err != nil {
			return err
		}
		for _, row := range page {
			it := Item{Row: row}
			if row.Outcome == "" {
				ends, err := r.rows(ctx, q, ` AND begun = $2 ORDER BY n LIMIT 1`, row.N)
				if err != nil {
					return err
				}
				if len(ends) > 0 {
					it.Ended = &ends[0]
				}
			}
			if it.Entry, err = r.entryOf(ctx, q, row.N); err != nil {
				return err
			}
			out = append(out, it)
		}
		return nil
	})
	return out, err
}

// entryOf gives the first entry of the log that commits to a row, or -1.
func (r *Trail) entryOf(ctx context.Context, q store.Querier, n int64) (idx int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT idx FROM audit_commit WHERE log_id = $1 AND upto >= $2 ORDER BY upto LIMIT 1`, r.logID, n).Scan(&idx)
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return idx, err
}
