package member

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// A key is a prefix that secret scanners and people recognise, and 25 random
// bytes (200 bits) in base 32. The prefix of a feed key is for people only:
// what a key may do stands in its row.
const (
	KeyPrefix     = "tocsin_"
	FeedKeyPrefix = "tocsin_feed_"

	keyBytes = 25
	keyText  = keyBytes * 8 / 5 // characters of base 32
	hintText = 4                // characters of it that are kept to tell keys apart
)

// shapedLikeKey tells whether a text can be a key at all, so that anything else
// costs no look-up.
func shapedLikeKey(s string) bool {
	rest, ok := strings.CutPrefix(s, FeedKeyPrefix)
	if !ok {
		rest, ok = strings.CutPrefix(s, KeyPrefix)
	}
	return ok && len(rest) == keyText && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// errNoKey is the answer where there is no such key, or no longer.
var errNoKey = fault.New(fault.NotFound, "there is no key of this number; `tocsin key list` shows them")

// AddKey makes a key for a member and shows it this once; a feed key reads feeds
// and nothing else. fault.NotFound when there is no such member.
func (r *Registry) AddKey(ctx context.Context, memberName string, feed bool) (secret string, k Key, err error) {
	secret, k = newKey(feed)
	err = r.change(ctx, func(tx *store.Tx) error {
		m, err := r.byName(ctx, tx, memberName)
		if err != nil {
			return err
		}
		return r.insertKey(ctx, tx, m, secret, &k)
	})
	if err != nil {
		return "", Key{}, fmt.Errorf("adding a key: %w", err)
	}
	return secret, k, nil
}

// newKey makes the secret of a key, and what is kept of it.
func newKey(feed bool) (secret string, k Key) {
	random := make([]byte, keyBytes)
	rand.Read(random)
	prefix := KeyPrefix
	if feed {
		prefix = FeedKeyPrefix
	}
	secret = prefix + strings.ToLower(base32.StdEncoding.EncodeToString(random))
	return secret, Key{Feed: feed, Created: time.Now().UTC().Truncate(time.Microsecond), Hint: secret[:len(prefix)+hintText]}
}

// insertKey keeps a key of a member, within change.
func (r *Registry) insertKey(ctx context.Context, tx *store.Tx, m Member, secret string, k *Key) error {
	last, err := r.next(ctx, tx, `SELECT COALESCE(MAX(id), 0) FROM member_key WHERE log_id = $1`)
	if err != nil {
		return err
	}
	k.ID, k.Member = last+1, m.Name
	h := r.mac("key", []byte(secret))
	_, err = tx.Exec(ctx, `INSERT INTO member_key (log_id, id, member, h, feed, hint, created, removed) VALUES ($1,$2,$3,$4,$5,$6,$7,0)`,
		r.logID, k.ID, int64(m.ID), h[:], bit(k.Feed), k.Hint, k.Created.UnixMicro())
	return err
}

// Overlap is how long a key that was rotated still works (interface.md, MEMBERS AND KEYS).
const Overlap = 24 * time.Hour

// RotateKey makes a key in place of one of the same kind, which ends by itself
// after Overlap. fault.NotFound when there is no such key, fault.Conflict when it
// was rotated already.
func (r *Registry) RotateKey(ctx context.Context, id int64) (secret string, k Key, err error) {
	err = r.change(ctx, func(tx *store.Tx) error {
		now := time.Now().UTC()
		var who, feed, until int64
		err := tx.QueryRowContext(ctx, `SELECT member, feed, until FROM member_key WHERE log_id = $1 AND id = $2 AND removed = 0 AND (until = 0 OR until > $3)`,
			r.logID, id, now.UnixMicro()).Scan(&who, &feed, &until)
		if errors.Is(err, sql.ErrNoRows) {
			return errNoKey
		}
		if err == nil && until != 0 {
			err = fault.New(fault.Conflict, "this key was rotated already and ends by itself; rotate the one that took its place")
		}
		if err != nil {
			return err
		}
		m, err := r.memberByID(ctx, tx, ID(who))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE member_key SET until = $1 WHERE log_id = $2 AND id = $3`, now.Add(Overlap).UnixMicro(), r.logID, id); err != nil {
			return err
		}
		secret, k = newKey(feed != 0)
		return r.insertKey(ctx, tx, m, secret, &k)
	})
	if err != nil {
		return "", Key{}, fmt.Errorf("rotating a key: %w", err)
	}
	return secret, k, nil
}

// UsedEvery is how often KeepUsed is called, and about how exact Key.Used is.
const UsedEvery = time.Minute

// use notes that a key was used.
func (r *Registry) use(id int64) {
	now := time.Now().UTC()
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.used[id]) >= time.Second {
		r.used[id] = now
	}
}

// KeepUsed writes when keys were last used: no read writes (architecture). What
// isn't written when the process ends is lost.
func (r *Registry) KeepUsed(ctx context.Context) error {
	r.mu.Lock()
	uses := r.used
	r.used = map[int64]time.Time{}
	r.mu.Unlock()
	if len(uses) == 0 {
		return nil
	}
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(uses)) {
			if _, err := tx.Exec(ctx, `UPDATE member_key SET used = $1 WHERE log_id = $2 AND id = $3 AND used < $1`, uses[id].UnixMicro(), r.logID, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping when keys were used: %w", err)
	}
	return nil
}

// Run calls KeepUsed each UsedEvery until ctx ends, and then once more; failed
// hears of errors.
func (r *Registry) Run(ctx context.Context, failed func(error)) {
	t := time.NewTicker(UsedEvery)
	defer t.Stop()
	for done := false; !done; {
		select {
		case <-t.C:
		case <-ctx.Done():
			done = true
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		if err := r.KeepUsed(last); err != nil {
			failed(err)
		}
		cancel()
	}
}

// Keys lists keys that were not removed and have not ended, by id; memberName "" for all.
func (r *Registry) Keys(ctx context.Context, memberName string) (out []Key, err error) {
	defer fault.Wrap(&err, "listing keys")
	text := `SELECT k.id, m.name, k.feed, k.created, k.hint, k.until, k.used FROM member_key k JOIN member m ON m.log_id = k.log_id AND m.id = k.member
		WHERE k.log_id = $1 AND k.removed = 0 AND (k.until = 0 OR k.until > $2)`
	args := []any{r.logID, time.Now().UTC().UnixMicro()}
	if memberName != "" {
		m, err := r.byName(ctx, r.db.Reader(), memberName)
		if err != nil {
			return nil, err
		}
		text, args = text+` AND k.member = $3`, append(args, int64(m.ID))
	}
	rows, err := r.db.Reader().QueryContext(ctx, text+` ORDER BY k.id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k Key
		var feed, created, until, used int64
		if err := rows.Scan(&k.ID, &k.Member, &feed, &created, &k.Hint, &until, &used); err != nil {
			return nil, err
		}
		k.Until, k.Used = at(until), later(at(used), r.lastUse(k.ID))
		k.Feed, k.Created = feed != 0, time.UnixMicro(created).UTC()
		out = append(out, k)
	}
	return out, rows.Err()
}

// RemoveKey ends a key; fault.NotFound when there is none of this number.
func (r *Registry) RemoveKey(ctx context.Context, id int64) error {
	return r.change(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE member_key SET removed = $1 WHERE log_id = $2 AND id = $3 AND removed = 0`, time.Now().UTC().UnixMicro(), r.logID, id)
		if err == nil && n == 0 {
			return errNoKey
		}
		return err
	})
}

// lastUse gives when a key was used that KeepUsed has not written yet.
func (r *Registry) lastUse(id int64) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used[id]
}

// at reads a time that may be missing.
func at(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
