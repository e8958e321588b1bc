package person

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

// rightsFor is how long a read rights counter counts as current: what this
// process changed is seen at once, what another node changed within this time.
const rightsFor = 100 * time.Millisecond

// The bounds of what is remembered of sessions, at about 1 kB and 50 bytes each.
const (
	maxCached = 10_000
	maxNoted  = 100_000
)

// cache remembers visitors as long as the rights counter stands, and when
// sessions were used, until that is written.
type cache struct {
	mu       sync.Mutex
	rights   int64
	read     time.Time // when it was read; zero: read it again
	changes  int64     // how many changes this process made: what was read before one isn't kept after it
	visitors map[[32]byte]kept
	noted    map[int64]time.Time // by session: last use that isn't written yet
}

type kept struct {
	visitor Visitor
	rights  int64
	seen    time.Time
}

func newCache() *cache {
	return &cache{visitors: map[[32]byte]kept{}, noted: map[int64]time.Time{}}
}

// changed makes the next reader read the rights counter again.
func (c *cache) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = time.Time{}
	c.changes++
}

// get gives a visitor whose rights stand and whose session didn't end.
func (c *cache) get(h [32]byte, rights int64, now time.Time) (Visitor, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.visitors[h]
	if !ok || k.rights != rights || !now.Before(k.visitor.Until) || now.Sub(k.seen) >= IdleLife {
		delete(c.visitors, h)
		return Visitor{}, false
	}
	k.seen = now
	c.visitors[h] = k
	c.note(k.visitor.ID, now)
	return k.visitor, true
}

func (c *cache) put(h [32]byte, rights int64, v Visitor, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.visitors) >= maxCached {
		clear(c.visitors)
	}
	c.visitors[h] = kept{visitor: v, rights: rights, seen: now}
	c.note(v.ID, now)
}

// note remembers a use; when there is no room, the session may end idle while it is used.
func (c *cache) note(id int64, now time.Time) {
	if _, ok := c.noted[id]; ok || len(c.noted) < maxNoted {
		c.noted[id] = now
	}
}

// lastUse is when a session was last used here and it isn't written yet.
func (c *cache) lastUse(id int64) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.noted[id]
}

func (c *cache) uses() map[int64]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.noted)
}

// written forgets the uses that were written and have not been overtaken.
func (c *cache) written(uses map[int64]time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.noted, func(id int64, at time.Time) bool { return at.Equal(uses[id]) })
}

// rights gives the rights counter, at most rightsFor old.
func (p *People) rights(ctx context.Context) (int64, error) {
	c := p.cache
	c.mu.Lock()
	rights, read, changes := c.rights, c.read, c.changes
	c.mu.Unlock()
	if !read.IsZero() && time.Since(read) < rightsFor {
		return rights, nil
	}
	began := time.Now().UTC()
	err := p.db.Reader().QueryRowContext(ctx, `SELECT rights FROM head WHERE log_id = $1`, p.logID).Scan(&rights)
	if errors.Is(err, sql.ErrNoRows) {
		rights, err = 0, nil // the log was not begun yet
	}
	if err != nil {
		return 0, fmt.Errorf("reading the rights counter: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if rights >= c.rights {
		if c.rights = rights; changes == c.changes {
			c.read = began
		}
	}
	return c.rights, nil
}
