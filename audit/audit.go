// Package audit is the audit record: who did what, when, by which way in, and
// what came of it.
//
// A row is kept before an act is done, or before something that is held back is
// shown, and a second one, which names the first, says what came of it. When the
// first can't be kept the act is not done. An intention without an outcome is an
// act during which the process ended.
//
//	t, err := trail.Begin(ctx, session, audit.LookHeld, id) // durable when it returns
//	if err != nil { return err }                            // no record, no act
//	...
//	trail.End(ctx, t, audit.OutcomeOf(err), "entry 44")
//
// What is recorded: every act of a person; of machines, administration, looks at
// held passages, decisions and recalls. What machines file is not repeated here:
// its entry in the log already names member and time. Nor is it recorded who read
// what every member may read.
//
// A row names members and people by their numbers, and what it is about by an
// identifier: no name, no value. Each row's hash covers the row before, and the
// log commits to the newest one within a minute (package exchange), so that
// whoever keeps the store can't change, drop or slip in a row unseen. The hashes
// need no key: whoever has an export can check it (see Row).
package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("audit schema: %w", err)
	}
	return db.Migrate(ctx, "audit", sub)
}

// Row is one row of the record. Its canonical form is its JSON without hash,
// fields in this order, no spaces; hash is the SHA-256 of that form. In an export
// each line is the canonical form with ,"hash":"..." put before its last brace.
type Row struct {
	N       int64     `json:"n"` // from 1, without gaps
	At      time.Time `json:"at"`
	Member  int64     `json:"member"` // whose act: 0 when nobody is known
	Person  int64     `json:"person"` // 0 for a machine
	Role    string    `json:"role"`
	How     string    `json:"how"` // the way in: session, key N, data folder
	Act     Act       `json:"act"`
	About   string    `json:"about"`   // what it is about, such as held-0123456789abcdef, member 5; may be empty
	Begun   int64     `json:"begun"`   // of an outcome: the row of the intention
	Outcome string    `json:"outcome"` // empty in an intention; done, refused (kind), failed
	Salt    string    `json:"salt"`    // random, so that a row can't be guessed from its hash
	Before  string    `json:"before"`  // hash of row N-1; of row 1: 64 zeros
	Hash    string    `json:"hash,omitempty"`
}

// first is what row 1 has in place of the hash of the row before.
const first = "0000000000000000000000000000000000000000000000000000000000000000"

// canonical is what is hashed.
func (r Row) canonical() []byte {
	r.Hash = ""
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // numbers, texts and a time within years 1 to 9999 always marshal
	}
	return b
}

// sum gives the hash that the row must have.
func (r Row) sum() string {
	h := sha256.Sum256(r.canonical())
	return hex.EncodeToString(h[:])
}

// Line is the row as a line of an export, without its end.
func (r Row) Line() []byte {
	b := r.canonical()
	return append(b[:len(b)-1], `,"hash":"`+r.Hash+`"}`...)
}

// Trail is the audit record of one log. It is safe for concurrent use.
type Trail struct {
	db    *store.DB
	logID int64

	mu   sync.Mutex
	late []Row // outcomes that could not be written when they were due; they go with the next row
}

// maxLate bounds the outcomes that wait for the store to come back.
const maxLate = 1000

// New makes the record of a log; Migrate must have run once.
func New(db *store.DB, logID int64) *Trail { return &Trail{db: db, logID: logID} }

// Token is an act that was begun.
type Token struct{ row Row }

// N is the number of the intention's row.
func (t Token) N() int64 { return t.row.N }

// Begin records the intention of a session to do something, durably. about is an
// identifier (see Ref). When it fails, the act must not be done.
func (r *Trail) Begin(ctx context.Context, s member.Session, a Act, about string) (Token, error) {
	row := of(s, a, about)
	if err := r.add(ctx, &row); err != nil {
		return Token{}, fmt.Errorf("nothing was done, since it could not be recorded: %w", err)
	}
	return Token{row}, nil
}

// End records what came of an act: outcome is one of OutcomeOf, about what it made
// or changed ("" leaves that of the intention). The act is done whatever becomes
// of this row: when it can't be written now it is written before the next one,
// and the error says so.
func (r *Trail) End(ctx context.Context, t Token, outcome, about string) error {
	row := t.row
	row.Begun, row.Outcome, row.At = t.row.N, outcome, time.Now().UTC().Truncate(time.Microsecond)
	if ref := Ref(about); ref != "" {
		row.About = ref
	}
	// The one who asked may have gone; what was done is recorded all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := r.add(ctx, &row)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.late) < maxLate {
			r.late = append(r.late, row)
		}
	}
	return err
}

// Note records something that has happened already, in one row: somebody signed
// in, or tried to. A session that says nothing is nobody.
func (r *Trail) Note(ctx context.Context, s member.Session, a Act, about, outcome string) error {
	row := of(s, a, about)
	row.Outcome = outcome
	return r.add(ctx, &row)
}

// of makes a row without its place.
func of(s member.Session, a Act, about string) Row {
	row := Row{At: time.Now().UTC().Truncate(time.Microsecond), Member: int64(s.Member.ID), Person: s.Person, Role: string(s.ActsAs()), Act: a, About: Ref(about)}
	switch {
	case s.Exchange:
		row.Role, row.How = "", "data folder"
	case s.Person != 0:
		row.How = "session"
	case s.KeyID != 0:
		row.How = fmt.Sprintf("key %d", s.KeyID)
	case s.Member.ID != 0:
		row.How = "data folder"
	}
	return row
}

// OutcomeOf names what came of an act: done, "refused (kind)" when something said
// no, failed when something broke.
func OutcomeOf(err error) string {
	switch k := fault.KindOf(err); {
	case err == nil:
		return "done"
	case k == fault.Internal || k == fault.Unreachable || k == fault.Full:
		return "failed"
	default:
		return "refused (" + k.String() + ")"
	}
}

// add puts a row at the end of the record, after the outcomes that are late.
func (r *Trail) add(ctx context.Context, row *Row) error {
	r.mu.Lock()
	late := r.late
	r.late = nil
	r.mu.Unlock()
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		n, hash, err := r.take(ctx, tx, int64(len(late))+1)
		if err != nil {
			return err
		}
		args := make([]any, 0, 14*(len(late)+1))
		put := func(w *Row) {
			n++
			w.N, w.Before = n, hash
			var salt [16]byte
			rand.Read(salt[:])
			w.Salt = hex.EncodeToString(salt[:])
			w.Hash = w.sum()
			hash = w.Hash
			args = append(args, r.logID, w.N, w.At.UnixMicro(), w.Member, w.Person, w.Role, w.How, string(w.Act), w.About, w.Begun, w.Outcome, w.Salt, w.Before, w.Hash)
		}
		for i := range late {
			put(&late[i])
		}
		put(row)
		if _, err := tx.InsertRows(ctx, `INSERT INTO audit (log_id, `+columns+`) VALUES`, 14, args, ""); err != nil {
			return fmt.Errorf("adding to the audit record: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE audit_head SET hash = $1 WHERE log_id = $2`, hash, r.logID)
		return err
	})
	if err != nil {
		r.mu.Lock()
		r.late = append(late, r.late...)
		r.mu.Unlock()
	}
	return err
}

const columns = `n, at, member, person, role, how, act, about, begun, outcome, salt, prior, hash`

// take takes the head row for so many more rows, and gives the newest one before them.
func (r *Trail) take(ctx context.Context, tx *store.Tx, more int64) (n int64, hash string, err error) {
	if _, err := tx.Exec(ctx, `INSERT INTO audit_head (log_id, n, hash, upto) VALUES ($1, 0, $2, 0) ON CONFLICT DO NOTHING`, r.logID, first); err != nil {
		return 0, "", fmt.Errorf("beginning the audit record: %w", err)
	}
	// The update comes first: it makes writers wait for each other.
	if _, err := tx.Exec(ctx, `UPDATE audit_head SET n = n + $1 WHERE log_id = $2`, more, r.logID); err != nil {
		return 0, "", fmt.Errorf("taking the head of the audit record: %w", err)
	}
	err = tx.QueryRowContext(ctx, `SELECT n, hash FROM audit_head WHERE log_id = $1`, r.logID).Scan(&n, &hash)
	return n - more, hash, err
}
