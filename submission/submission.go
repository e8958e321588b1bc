// Package submission remembers what a member sent, so that sending it again
// changes nothing: idempotency keys, the identifiers under which changed objects
// were published, and the status resources of TAXII.
//
// No submitted identifier is kept in the clear, since one can be computed from a
// value that the gate removed: what identifiers are found by is a keyed hash, and
// answers, which name them, are encrypted (seal.go).
package submission

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// How long things are kept: contract, "Keys and doors" (30 days), and TAXII 2.1
// section 4.3 (a status at least 24 hours).
const (
	KeepSubmissions = 30 * 24 * time.Hour
	KeepStatus      = 24 * time.Hour
)

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("submission schema: %w", err)
	}
	return db.Migrate(ctx, "submission", sub)
}

// Keys gives keyed hashes, and keeps the keys under which those of answers are
// wrapped; *ledger.Keys is one.
type Keys interface {
	MAC(purpose string, parts ...[]byte) [32]byte
	Wrap(month string, plain []byte) ([]byte, error)
	Unwrap(month string, sealed []byte) ([]byte, error)
}

// Book is the memory of one log.
type Book struct {
	logID int64
	keys  Keys
}

// New makes the book of a log.
func New(logID int64, keys Keys) *Book { return &Book{logID: logID, keys: keys} }

// Key names one part of one report of a member.
type Key struct {
	Member int64
	K      [32]byte // keyed hash of the idempotency key, or of the report itself
	Body   [32]byte // keyed hash of the body and its options
	Part   int
}

// Past is what was answered then.
type Past struct {
	Index  int64
	Made   time.Time
	Result []byte // JSON of what was answered, without the receipt, which is made again
}

// Find looks a submission up. Another body under the same key is
// fault.Conflict. Submissions older than KeepSubmissions count as unknown, and so
// do those whose key was destroyed.
func (b *Book) Find(ctx context.Context, q store.Querier, k Key) (Past, bool, error) {
	var p Past
	var made int64
	var body []byte
	var answer sealed
	err := q.QueryRowContext(ctx, `SELECT idx, made, body, month, wkey, result FROM submission WHERE log_id = $1 AND member = $2 AND k = $3 AND part = $4`,
		b.logID, k.Member, k.K[:], k.Part).Scan(&p.Index, &made, &body, &answer.month, &answer.wkey, &answer.text)
	p.Made = time.UnixMicro(made).UTC()
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && time.Since(p.Made) > KeepSubmissions:
		return Past{}, false, nil
	case err != nil:
		return Past{}, false, fmt.Errorf("looking up a submission: %w", err)
	case !bytes.Equal(body, k.Body[:]):
		return Past{}, false, fault.New(fault.Conflict, "this idempotency key was used for another report; use a new key")
	}
	p.Result, err = b.open(submissionRow(k.Member, k.K[:], int64(k.Part)), answer)
	switch {
	case fault.KindOf(err) == fault.Gone:
		return Past{}, false, nil
	case err != nil:
		return Past{}, false, err
	}
	return p, true, nil
}

// Put remembers a submission, in place of an older one under the same key.
func (b *Book) Put(ctx context.Context, tx *store.Tx, k Key, p Past) error {
	s, err := b.seal(submissionRow(k.Member, k.K[:], int64(k.Part)), p.Result)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO submission (log_id, member, k, part, body, idx, made, month, wkey, result) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
		ON CONFLICT (log_id, member, k, part) DO UPDATE SET body = excluded.body, idx = excluded.idx, made = excluded.made, month = excluded.month, wkey = excluded.wkey, result = excluded.result`,
		b.logID, k.Member, k.K[:], k.Part, k.Body[:], p.Index, p.Made.UnixMicro(), s.month, s.wkey, s.text)
	return err
}

func (b *Book) idKey(member int64, id string) []byte {
	sum := b.keys.MAC("published identifier", fmt.Append(nil, member), []byte(id))
	return sum[:16]
}

// Any tells whether anything of a member was published under another
// identifier: mostly not, and then nothing need be looked up.
func (b *Book) Any(ctx context.Context, q store.Querier, member int64) (known bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM published WHERE log_id = $1 AND member = $2)`, b.logID, member).Scan(&known)
	return known, err
}

// Published gives, for the submitted identifiers of a member that were
// published under another one, that one.
func (b *Book) Published(ctx context.Context, q store.Querier, member int64, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		var pub string
		err := q.QueryRowContext(ctx, `SELECT pub FROM published WHERE log_id = $1 AND member = $2 AND k = $3`, b.logID, member, b.idKey(member, id)).Scan(&pub)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("published identifiers: %w", err)
		}
		out[id] = pub
	}
	return out, nil
}

// PutPublished remembers under which identifiers objects were published: a later
// one takes the place of an earlier one, which was taken back.
func (b *Book) PutPublished(ctx context.Context, tx *store.Tx, member int64, pubs map[string]string) error {
	for id, pub := range pubs {
		if _, err := tx.Exec(ctx, `INSERT INTO published (log_id, member, k, pub) VALUES ($1,$2,$3,$4) ON CONFLICT (log_id, member, k) DO UPDATE SET pub = excluded.pub`,
			b.logID, member, b.idKey(member, id), pub); err != nil {
			return fmt.Errorf("published identifier: %w", err)
		}
	}
	return nil
}

// PutStatus keeps a TAXII status resource.
func (b *Book) PutStatus(ctx context.Context, tx *store.Tx, id string, member int64, made time.Time, body []byte) error {
	s, err := b.seal(statusRow(member, id), body)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO taxii_status (log_id, id, member, made, month, wkey, body) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (log_id, id) DO UPDATE SET month = excluded.month, wkey = excluded.wkey, body = excluded.body`,
		b.logID, id, member, made.UnixMicro(), s.month, s.wkey, s.text)
	return err
}

// Status reads a status resource of a member; another member's is not found.
func (b *Book) Status(ctx context.Context, q store.Querier, id string, member int64) ([]byte, error) {
	unknown := fault.New(fault.NotFound, "no status has this id; a status is kept 24 hours")
	var s sealed
	err := q.QueryRowContext(ctx, `SELECT month, wkey, body FROM taxii_status WHERE log_id = $1 AND id = $2 AND member = $3`, b.logID, id, member).Scan(&s.month, &s.wkey, &s.text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, unknown
	}
	if err != nil {
		return nil, fmt.Errorf("reading a status: %w", err)
	}
	body, err := b.open(statusRow(member, id), s)
	if fault.KindOf(err) == fault.Gone {
		return nil, unknown
	}
	return body, err
}

// Sweep deletes what is past its time.
func (b *Book) Sweep(ctx context.Context, tx *store.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM taxii_status WHERE log_id = $1 AND made < $2`, b.logID, now.Add(-KeepStatus).UnixMicro()); err != nil {
		return fmt.Errorf("old statuses: %w", err)
	}
	_, err := tx.Exec(ctx, `DELETE FROM submission WHERE log_id = $1 AND made < $2`, b.logID, now.Add(-KeepSubmissions).UnixMicro())
	return err
}
