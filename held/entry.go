package held

import (
	"context"
	"fmt"

	"tocsin/store"
)

// OfEntry gives passages that came with an entry, whatever became of them, in their
// order, at most limit.
func (q *Queue) OfEntry(ctx context.Context, r store.Querier, idx int64, limit int) ([]Passage, error) {
	return q.list(ctx, r, fmt.Sprintf(`SELECT `+columns+` FROM held WHERE log_id = $1 AND idx = $2 ORDER BY object, path, ord, id LIMIT %d`, limit), q.logID, idx)
}
