// Package held is the queue of passages that wait for a person: encrypted under
// a key of their own, decided once, never released by time.
package held

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"tocsin/fault"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the table up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("held schema: %w", err)
	}
	return db.Migrate(ctx, "held", sub)
}

// Wrapper keeps the keys under which passages' keys are wrapped; *ledger.Keys is one.
type Wrapper interface {
	Wrap(month string, plain []byte) ([]byte, error)
	Unwrap(month string, sealed []byte) ([]byte, error)
}

// Queue is the queue of one log.
type Queue struct {
	logID int64
	keys  Wrapper
}

// New makes the queue of a log.
func New(logID int64, keys Wrapper) *Queue { return &Queue{logID: logID, keys: keys} }

// The states of a passage.
const (
	Waiting  = 0
	Released = 1
	Removed  = 2
	Void     = 3 // its report was taken back
)

// Secret is what only a decider sees.
type Secret struct {
	Text   string `json:"text"`             // the passage
	Before string `json:"before,omitempty"` // what stands before and after it, for judging
	After  string `json:"after,omitempty"`
	Object []byte `json:"object,omitempty"` // the object, when its very value is held
}

// Passage is one passage of the queue.
type Passage struct {
	ID      string
	Index   int64 // entry that it came with
	At      int64 // date_added of the object as released without it; 0 when the whole object waits
	Aud     int32
	Member  int64
	Object  string // published identifier of the object
	Path    string
	Kind    string // person, email, ...
	Reason  string
	Ord     int // which of the held passages of its field, from 0
	Whole   bool
	Created int64 // microseconds
	State   int
	Decided int64 // index of the decision's entry
	Decider int64
	month   string
	wkey    []byte
	secret  []byte
}

// NewID makes an identifier for a passage.
func NewID() string {
	b := make([]byte, 8)
	rand.Read(b)
	return "held-" + hex.EncodeToString(b)
}

// Seal encrypts the secret of a passage under a fresh key.
func (q *Queue) Seal(p *Passage, month string, s Secret) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("held passage: %w", err)
	}
	key := make([]byte, 32)
	rand.Read(key)
	if p.wkey, err = q.keys.Wrap(month, key); err != nil {
		return fmt.Errorf("held passage: %w", err)
	}
	aead, err := gcm(key)
	if err != nil {
		return err
	}
	p.month = month
	p.secret = aead.Seal(nil, make([]byte, aead.NonceSize()), text, []byte(p.ID))
	return nil
}

// Open decrypts the secret; fault.Gone when its key was destroyed.
func (q *Queue) Open(p Passage) (s Secret, err error) {
	defer fault.Wrap(&err, "held passage %s", p.ID)
	if len(p.wkey) == 0 {
		return s, fault.New(fault.Gone, "the passage was deleted")
	}
	key, err := q.keys.Unwrap(p.month, p.wkey)
	if err != nil {
		return s, err
	}
	aead, err := gcm(key)
	if err != nil {
		return s, err
	}
	text, err := aead.Open(nil, make([]byte, aead.NonceSize()), p.secret, []byte(p.ID))
	if err != nil {
		return s, fmt.Errorf("the bytes were changed: %w", err)
	}
	return s, json.Unmarshal(text, &s)
}

func gcm(key []byte) (cipher.AEAD, error) {
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	return cipher.NewGCM(c)
}

const columns = `id, idx, at, aud, member, object, path, kind, reason, ord, whole, created, state, decided, decider, month, wkey, secret`

// Put adds sealed passages.
func (q *Queue) Put(ctx context.Context, tx *store.Tx, ps []Passage) error {
	args := make([]any, 0, 19*len(ps))
	for _, p := range ps {
		whole := 0
		if p.Whole {
			whole = 1
		}
		args = append(args, q.logID, p.ID, p.Index, p.At, p.Aud, p.Member, p.Object, p.Path, p.Kind, p.Reason, p.Ord, whole, p.Created, p.State, p.Decided, p.Decider, p.month, p.wkey, p.secret)
	}
	_, err := tx.InsertRows(ctx, "INSERT INTO held (log_id, "+columns+") VALUES", 19, args, "")
	return err
}

// Get reads one passage.
func (q *Queue) Get(ctx context.Context, r store.Querier, id string) (Passage, error) {
	p, err := scan(r.QueryRowContext(ctx, `SELECT `+columns+` FROM held WHERE log_id = $1 AND id = $2`, q.logID, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "no held passage has this id; `tocsin review list` shows those that wait")
	}
	return p, err
}

// Waiting gives passages that wait, oldest first, at most limit.
func (q *Queue) Waiting(ctx context.Context, r store.Querier, limit int) ([]Passage, error) {
	return q.list(ctx, r, `SELECT `+columns+` FROM held WHERE log_id = $1 AND state = 0 ORDER BY created, id LIMIT $2`, q.logID, limit)
}

// OfObject gives all passages of an object, oldest first.
func (q *Queue) OfObject(ctx context.Context, r store.Querier, object string) ([]Passage, error) {
	return q.list(ctx, r, `SELECT `+columns+` FROM held WHERE log_id = $1 AND object = $2 ORDER BY created, path, ord, id`, q.logID, object)
}

func (q *Queue) list(ctx context.Context, r store.Querier, text string, args ...any) ([]Passage, error) {
	rows, err := r.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("held passages: %w", err)
	}
	defer rows.Close()
	var out []Passage
	for rows.Next() {
		p, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func scan(f func(...any) error) (Passage, error) {
	var p Passage
	var whole int
	err := f(&p.ID, &p.Index, &p.At, &p.Aud, &p.Member, &p.Object, &p.Path, &p.Kind, &p.Reason, &p.Ord, &whole,
		&p.Created, &p.State, &p.Decided, &p.Decider, &p.month, &p.wkey, &p.secret)
	p.Whole = whole == 1
	return p, err
}

// Decide closes a passage and deletes its text with its key. It fails with
// fault.Conflict when somebody else decided first.
func (q *Queue) Decide(ctx context.Context, tx *store.Tx, id string, state int, entry, decider int64) error {
	n, err := tx.Exec(ctx, `UPDATE held SET state = $1, decided = $2, decider = $3, wkey = $4, secret = $4 WHERE log_id = $5 AND id = $6 AND state = 0`,
		state, entry, decider, []byte{}, q.logID, id)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "this passage has been decided already")
	}
	return err
}

// Move makes what waits of one version of an object point to the version that
// took its place in a decision.
func (q *Queue) Move(ctx context.Context, tx *store.Tx, object string, aud int32, from, to int64) error {
	_, err := tx.Exec(ctx, `UPDATE held SET at = $1 WHERE log_id = $2 AND object = $3 AND aud = $4 AND at = $5 AND state = 0`, to, q.logID, object, aud, from)
	return err
}

// Void closes what waits of an object that was taken back from one audience, and deletes its text.
func (q *Queue) Void(ctx context.Context, tx *store.Tx, object string, aud int32, entry int64) error {
	_, err := tx.Exec(ctx, `UPDATE held SET state = $1, decided = $2, wkey = $3, secret = $3 WHERE log_id = $4 AND object = $5 AND aud = $6 AND state = 0`,
		Void, entry, []byte{}, q.logID, object, aud)
	return err
}

// StateName names a state as answers do.
func StateName(state int) string {
	return [...]string{"waiting", "released", "removed", "void"}[state&3]
}

// VoidEntry closes what waits of a report that was taken back, and deletes its text.
func (q *Queue) VoidEntry(ctx context.Context, tx *store.Tx, idx, entry int64) error {
	_, err := tx.Exec(ctx, `UPDATE held SET state = $1, decided = $2, wkey = $3, secret = $3 WHERE log_id = $4 AND idx = $5 AND state = 0`,
		Void, entry, []byte{}, q.logID, idx)
	return err
}

// WaitingOf counts the passages that wait of an entry.
func (q *Queue) WaitingOf(ctx context.Context, r store.Querier, idx int64) (n int64, err error) {
	err = r.QueryRowContext(ctx, `SELECT count(*) FROM held WHERE log_id = $1 AND idx = $2 AND state = 0`, q.logID, idx).Scan(&n)
	return n, err
}

// Count counts the passages that wait.
func (q *Queue) Count(ctx context.Context, r store.Querier) (n int64, err error) {
	err = r.QueryRowContext(ctx, `SELECT count(*) FROM held WHERE log_id = $1 AND state = 0`, q.logID).Scan(&n)
	return n, err
}

// Decided gives the passages that were decided last, newest first, at most limit.
func (q *Queue) Decided(ctx context.Context, r store.Querier, limit int) ([]Passage, error) {
	return q.list(ctx, r, `SELECT `+columns+` FROM held WHERE log_id = $1 AND state IN (1, 2) ORDER BY decided DESC, id LIMIT $2`, q.logID, limit)
}
