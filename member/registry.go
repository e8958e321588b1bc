package member

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("member schema: %w", err)
	}
	return db.Migrate(ctx, "member", sub)
}

// rightsFor is how long a read rights counter counts as current. A change made by
// this process is seen at once; one made by another node, or on the data folder,
// is seen by readers within this time, and by writers at once: Recheck runs in
// the transaction that keeps a report.
const rightsFor = 100 * time.Millisecond

// maxSessions bounds the cached sessions, at about 1 kB each.
const maxSessions = 10_000

// Registry is the register of members of one log. It is safe for concurrent use.
type Registry struct {
	db    *store.DB
	logID int64
	mac   func(purpose string, parts ...[]byte) [32]byte

	mu       sync.Mutex
	rights   int64     // of the head row, when it was last read
	read     time.Time // when that was; zero: read it again
	changes  int64     // how many changes this process made: what was read before one isn't kept after it
	sessions map[[32]byte]Session
	used     map[int64]time.Time // keys that were used since KeepUsed wrote it
	trusts   map[ID][]time.Time  // when receivers changed their word within the last hour
}

// New makes the registry; mac gives keyed hashes (ledger.Keys.MAC).
func New(db *store.DB, logID int64, mac func(purpose string, parts ...[]byte) [32]byte) *Registry {
	return &Registry{db: db, logID: logID, mac: mac, sessions: map[[32]byte]Session{}, used: map[int64]time.Time{}, trusts: map[ID][]time.Time{}}
}

// Authenticate finds the session of a key; fault.Unauthenticated when it is
// unknown, removed, or was rotated a day ago. A known key costs no database access but one read of the
// rights counter each 100 ms.
func (r *Registry) Authenticate(ctx context.Context, key string) (Session, error) {
	unknown := fault.New(fault.Unauthenticated, "this key is not known here; it may have been removed, or replaced by a new one")
	if !shapedLikeKey(key) {
		return Session{}, unknown
	}
	h := r.mac("key", []byte(key))
	rights, err := r.currentRights(ctx)
	if err != nil {
		return Session{}, err
	}
	r.mu.Lock()
	s, ok := r.sessions[h]
	r.mu.Unlock()
	if ok && s.Rights == rights {
		if s.ended(time.Now()) {
			return Session{}, unknown
		}
		r.use(s.KeyID)
		return s.clone(), nil
	}
	err = r.db.Snapshot(ctx, func(q store.Querier) error {
		s, err = r.byKey(ctx, q, h)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, unknown
	}
	if err != nil {
		return Session{}, fmt.Errorf("reading a session: %w", err)
	}
	r.mu.Lock()
	if len(r.sessions) >= maxSessions {
		clear(r.sessions)
	}
	r.sessions[h] = s
	r.mu.Unlock()
	r.use(s.KeyID)
	return s.clone(), nil
}

// ended tells whether the session's key has ended since it was rotated.
func (s Session) ended(now time.Time) bool { return !s.KeyUntil.IsZero() && !now.Before(s.KeyUntil) }

// clone gives a session whose lists the caller may change.
func (s Session) clone() Session {
	s.Member.Domains = slices.Clone(s.Member.Domains)
	s.Audiences = slices.Clone(s.Audiences)
	s.Groups = slices.Clone(s.Groups)
	return s
}

// currentRights gives the rights counter, at most rightsFor old.
func (r *Registry) currentRights(ctx context.Context) (int64, error) {
	r.mu.Lock()
	rights, read, changes := r.rights, r.read, r.changes
	r.mu.Unlock()
	if !read.IsZero() && time.Since(read) < rightsFor {
		return rights, nil
	}
	began := time.Now().UTC()
	rights, err := r.readRights(ctx, r.db.Reader())
	if err != nil {
		return 0, fmt.Errorf("reading the rights counter: %w", err)
	}
	return r.keepRights(rights, began, changes), nil
}

// keepRights keeps a counter that was read at a time, after so many changes of
// this process, and gives the newest one known. One that a change has overtaken
// meanwhile is not kept: the next reader reads again.
func (r *Registry) keepRights(rights int64, read time.Time, changes int64) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rights >= r.rights {
		if r.rights = rights; changes == r.changes {
			r.read = read
		}
	}
	return r.rights
}

// change runs an administrative change: f in one transaction that first raises
// the rights counter, which also makes such changes wait for each other.
func (r *Registry) change(ctx context.Context, f func(tx *store.Tx) error) error {
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		if err := store.RaiseRights(ctx, tx, r.logID); err != nil {
			return fmt.Errorf("raising the rights counter: %w", err)
		}
		return f(tx)
	})
	r.mu.Lock()
	r.read = time.Time{}
	r.changes++
	r.mu.Unlock()
	return err
}

// byKey reads the session of a key's hash; sql.ErrNoRows when there is none.
func (r *Registry) byKey(ctx context.Context, q store.Querier, h [32]byte) (Session, error) {
	var id, who, feed, until int64
	var kept []byte
	err := q.QueryRowContext(ctx, `SELECT id, member, feed, h, until FROM member_key WHERE log_id = $1 AND h = $2 AND removed = 0 AND (until = 0 OR until > $3)`,
		r.logID, h[:], time.Now().UTC().UnixMicro()).Scan(&id, &who, &feed, &kept, &until)
	if err != nil {
		return Session{}, err
	}
	if subtle.ConstantTimeCompare(kept, h[:]) != 1 {
		return Session{}, sql.ErrNoRows
	}
	s, err := r.sessionOf(ctx, q, ID(who), id, feed != 0)
	if until != 0 {
		s.KeyUntil = time.UnixMicro(until).UTC()
	}
	return s, err
}

// sessionOf reads everything that a session holds; sql.ErrNoRows when the member was removed.
func (r *Registry) sessionOf(ctx context.Context, q store.Querier, who ID, key int64, feed bool) (s Session, err error) {
	s = Session{KeyID: key, FeedOnly: feed, Audiences: Community()}
	if s.Rights, err = r.readRights(ctx, q); err != nil {
		return Session{}, err
	}
	if s.Member, err = r.memberByID(ctx, q, who); err != nil {
		return Session{}, err
	}
	if s.Groups, err = r.groupsOf(ctx, q, who); err != nil {
		return Session{}, err
	}
	for _, g := range s.Groups {
		s.Audiences = append(s.Audiences, g.Audience)
	}
	return s, nil
}

// Session makes the session of a member by name, for administration on a data
// folder; fault.NotFound when there is none.
func (r *Registry) Session(ctx context.Context, name string) (s Session, err error) {
	err = r.db.Snapshot(ctx, func(q store.Querier) error {
		m, err := r.byName(ctx, q, name)
		if err != nil {
			return err
		}
		s, err = r.sessionOf(ctx, q, m.ID, 0, false)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	return s, nil
}

// SessionOf makes the session of a member by number, for a person of it who has
// signed in: the caller sets Person, Role and Still. fault.Unauthenticated when
// the member was removed.
func (r *Registry) SessionOf(ctx context.Context, id ID) (s Session, err error) {
	err = r.db.Snapshot(ctx, func(q store.Querier) error {
		s, err = r.sessionOf(ctx, q, id, 0, false)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, fault.New(fault.Unauthenticated, "this member is no longer here")
	}
	return s, err
}

// Recheck reads the rights anew within the transaction. It fails when the session
// may no longer do what it could: with fault.Unauthenticated when its key or
// member is gone, with fault.Forbidden when a role, a group, the consent to be
// named or the publisher's right was withdrawn. What was granted meanwhile is
// left for the next session.
func (r *Registry) Recheck(ctx context.Context, tx *store.Tx, s Session) error {
	if s.Exchange {
		return nil
	}
	if s.Person != 0 {
		if s.Still == nil {
			return fault.New(fault.Unauthenticated, "nobody vouches for this person; nothing was kept; sign in again")
		}
		if err := s.Still(ctx, tx); err != nil {
			return err
		}
	}
	now, err := r.again(ctx, tx, s)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.Unauthenticated, "the key was removed while this was in work; nothing was kept")
	}
	if err != nil {
		return fmt.Errorf("checking the rights again: %w", err)
	}
	lost := func(what string) error {
		return fault.New(fault.Forbidden, "%s was withdrawn while this was in work; nothing was kept; send it again under the rights that you have now", what)
	}
	switch {
	case now.Member.ID != s.Member.ID || now.FeedOnly != s.FeedOnly:
		return fault.New(fault.Unauthenticated, "the key was replaced while this was in work; nothing was kept")
	case now.Member.Role != s.Member.Role:
		return lost("a role")
	case s.Member.Publisher && !now.Member.Publisher:
		return lost("the publisher's right")
	case s.Member.Named && !now.Member.Named:
		return lost("the consent to be named")
	}
	for _, a := range s.Audiences {
		if !now.CanRead(a) {
			return lost("a membership of a sharing group")
		}
	}
	return nil
}

// again reads the session of the same key, or of the same member for administration.
func (r *Registry) again(ctx context.Context, tx *store.Tx, s Session) (Session, error) {
	if s.KeyID == 0 {
		return r.sessionOf(ctx, tx, s.Member.ID, 0, s.FeedOnly)
	}
	var who, feed int64
	err := tx.QueryRowContext(ctx, `SELECT member, feed FROM member_key WHERE log_id = $1 AND id = $2 AND removed = 0 AND (until = 0 OR until > $3)`,
		r.logID, s.KeyID, time.Now().UTC().UnixMicro()).Scan(&who, &feed)
	if err != nil {
		return Session{}, err
	}
	return r.sessionOf(ctx, tx, ID(who), s.KeyID, feed != 0)
}

// readRights reads the rights counter of the head row, which store.RaiseRights
// raises; 0 when the log was not begun yet.
func (r *Registry) readRights(ctx context.Context, q store.Querier) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT rights FROM head WHERE log_id = $1`, r.logID).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}
