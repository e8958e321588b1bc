package member

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
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

// AddKey makes a key for a member and shows it this once; a feed key reads feeds
// and nothing else. fault.NotFound when there is no such member.
func (r *Registry) AddKey(ctx context.Context, memberName string, feed bool) (secret string, k Key, err error) {
	random := make([]byte, keyBytes)
	rand.Read(random)
	prefix := KeyPrefix
	if feed {
		prefix = FeedKeyPrefix
	}
	secret = prefix + strings.ToLower(base32.StdEncoding.EncodeToString(random))
	k = Key{Feed: feed, Created: time.Now().UTC().Truncate(time.Microsecond), Hint: secret[:len(prefix)+hintText]}
	h := r.mac("key", []byte(secret))
	err = r.change(ctx, func(tx *store.Tx) error {
		m, err := r.byName(ctx, tx, memberName)
		if err != nil {
			return err
		}
		last, err := r.next(ctx, tx, `SELECT COALESCE(MAX(id), 0) FROM member_key WHERE log_id = $1`)
		if err != nil {
			return err
		}
		k.ID, k.Member = last+1, m.Name
		_, err = tx.Exec(ctx, `INSERT INTO member_key (log_id, id, member, h, feed, hint, created, removed) VALUES ($1,$2,$3,$4,$5,$6,$7,0)`,
			r.logID, k.ID, int64(m.ID), h[:], bit(feed), k.Hint, k.Created.UnixMicro())
		return err
	})
	if err != nil {
		return "", Key{}, fmt.Errorf("adding a key: %w", err)
	}
	return secret, k, nil
}

// Keys lists keys that were not removed, by id; memberName "" for all.
func (r *Registry) Keys(ctx context.Context, memberName string) (out []Key, err error) {
	defer fault.Wrap(&err, "listing keys")
	text := `SELECT k.id, m.name, k.feed, k.created, k.hint FROM member_key k JOIN member m ON m.log_id = k.log_id AND m.id = k.member
		WHERE k.log_id = $1 AND k.removed = 0`
	args := []any{r.logID}
	if memberName != "" {
		m, err := r.byName(ctx, r.db.Reader(), memberName)
		if err != nil {
			return nil, err
		}
		text, args = text+` AND k.member = $2`, append(args, int64(m.ID))
	}
	rows, err := r.db.Reader().QueryContext(ctx, text+` ORDER BY k.id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k Key
		var feed, created int64
		if err := rows.Scan(&k.ID, &k.Member, &feed, &created, &k.Hint); err != nil {
			return nil, err
		}
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
			return fault.New(fault.NotFound, "there is no key of this number; `tocsin key list` shows them")
		}
		return err
	})
}
