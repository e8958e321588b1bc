package exchange

import (
	"context"
	"time"

	"tocsin/archive"
	"tocsin/member"
)

// FiledBy counts the entries of reports that a member filed, up to most, and gives
// when it did last: one's own, or, for an operator, any member's.
func (x *Exchange) FiledBy(ctx context.Context, s member.Session, who member.ID, most int) (n int, last time.Time, err error) {
	right := member.ActRead
	if who != s.Member.ID {
		right = member.ActAdminister
	}
	if err := s.May(right); err != nil {
		return 0, last, err
	}
	entries, err := x.archive.EntriesBy(ctx, x.db.Reader(), int64(who), archive.Report, 0, -1, most)
	if len(entries) > 0 {
		last = time.UnixMicro(entries[0].Added).UTC()
	}
	return len(entries), last, err
}
