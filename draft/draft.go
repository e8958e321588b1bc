// Package draft keeps what a person pasted or uploaded until it is filed, an hour at
// most: encrypted under a key of its own, for that person's eyes alone.
//
//	d, err := drafts.Put(ctx, owner, draft.About{Name: "quota.eml"}, upload) // streams in
//	r, err := drafts.Open(ctx, owner, d.ID)                                  // streams out
//	err = drafts.Filed(ctx, owner, d.ID, index)                              // nothing of it is left but where it went
//
// To everybody else, an operator too, a draft is not there. Deleting the key in its
// row deletes the text; Sweep does that to what is over, and so does every Put.
package draft

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// Bounds of what is kept.
const (
	Life     = time.Hour
	MaxBytes = 16 << 20  // of one draft
	MaxEach  = 5         // of one person; the oldest goes
	MaxAll   = 200 << 20 // bytes of all
	MaxName  = 200       // bytes of a draft's name; the rest is cut

	// MaxMember is how many bytes the people of one member have together: with more,
	// their oldest go, never another member's. Less than MaxAll by so much that no
	// member, nor two, fill it.
	MaxMember = 40 << 20
	// Reserve is the part of MaxAll, in bytes, that only drafts of at most Small
	// bytes use: however full it is of large ones, a paste is taken.
	Reserve = 20 << 20
	Small   = 64 << 10
)

// chunkBytes is how much of a draft is in memory at once.
const chunkBytes = 256 << 10

// The states of a draft.
const (
	sending = 0
	whole   = 1
	filed   = 2
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return fmt.Errorf("draft schema: %w", err)
	}
	return db.Migrate(ctx, "draft", sub)
}

// Wrapper keeps the keys under which drafts' keys are wrapped; *ledger.Keys is one.
type Wrapper interface {
	Wrap(month string, plain []byte) ([]byte, error)
	Unwrap(month string, sealed []byte) ([]byte, error)
}

// Drafts are the drafts of one log. They are safe for concurrent use.
type Drafts struct {
	db    *store.DB
	logID int64
	keys  Wrapper
}

// New makes the drafts of a log, over a migrated database.
func New(db *store.DB, logID int64, keys Wrapper) *Drafts { return &Drafts{db, logID, keys} }

// Owner is the person whose draft it is, as its member has it.
type Owner struct{ Member, Person int64 }

// About is what a draft is called and how it is to be read.
type About struct {
	Name   string `json:"name,omitempty"` // of the file, or a title
	Format string `json:"format,omitempty"`
}

// Draft is a draft without its text.
type Draft struct {
	ID    string
	Made  time.Time
	Ends  time.Time
	Size  int64 // bytes
	Done  bool  // it was filed, as entry Index
	Index int64
	About
}

// sealed is what is kept of a draft under its key, beside its bytes.
type sealed struct {
	About
	Size int64 `json:"size"`
}

// row is a draft as it is kept.
type row struct {
	Draft
	state       int
	month       string
	wkey, about []byte
}

var errNone = fault.New(fault.NotFound, "there is no such text here, or it isn't kept any more: your text is kept for an hour, and of those of your organisation the newest %d MB", MaxMember>>20)

// Put takes a text in as it comes and gives it an identifier. What is longer than
// MaxBytes is fault.TooLarge, what would be more than MaxAll (less Reserve, if it is
// more than Small) fault.Busy, nothing at all fault.Invalid. After an error nothing is
// kept. To stay within MaxMember the oldest drafts of the owner's member go.
func (d *Drafts) Put(ctx context.Context, o Owner, a About, body io.Reader) (_ Draft, err error) {
	if o.Person == 0 {
		return Draft{}, fault.New(fault.Forbidden, "texts are kept for people who have signed in")
	}
	if _, err := d.Sweep(ctx); err != nil {
		return Draft{}, err
	}
	a.Name = shorten(a.Name)
	r := row{Draft: Draft{ID: newID(), Made: now(), About: a}, month: now().Format("2006-01")}
	r.Ends = r.Made.Add(Life)
	b, err := d.newBox(&r)
	if err != nil {
		return Draft{}, err
	}
	if err := d.db.Write(ctx, func(tx *store.Tx) error { return d.begin(ctx, tx, o, &r) }); err != nil {
		return Draft{}, err
	}
	defer func() {
		if err != nil {
			// Whoever goes away in the middle leaves nothing behind; what this misses, Sweep finds.
			_ = d.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return d.delete(context.WithoutCancel(ctx), tx, r.ID) })
		}
	}()
	if err := d.receive(ctx, o, b, &r, body); err != nil {
		return Draft{}, err
	}
	about, err := json.Marshal(sealed{a, r.Size})
	if err != nil {
		return Draft{}, fmt.Errorf("draft: %w", err)
	}
	about = b.seal(aboutNonce, about)
	return r.Draft, d.db.Write(ctx, func(tx *store.Tx) error {
		return d.one(tx.Exec(ctx, `UPDATE draft SET state = $1, about = $2 WHERE log_id = $3 AND id = $4 AND state = $5`, whole, about, d.logID, r.ID, sending))
	})
}

// one makes sure that a draft was still there to be changed.
func (d *Drafts) one(n int64, err error) error {
	if err == nil && n == 0 {
		return errNone
	}
	return err
}

// begin makes the row of a draft, and room for it.
func (d *Drafts) begin(ctx context.Context, tx *store.Tx, o Owner, r *row) error {
	_, err := tx.Exec(ctx, `INSERT INTO draft (log_id, id, member, person, made, state, size, idx, month, wkey, about) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9)`,
		d.logID, r.ID, o.Member, o.Person, r.Made.UnixMicro(), sending, r.month, r.wkey, []byte{})
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT id FROM draft WHERE log_id = $1 AND person = $2 AND state <> $3 AND id <> $4 ORDER BY made DESC, id DESC`, d.logID, o.Person, filed, r.ID)
	if err != nil {
		return err
	}
	older, err := ids(rows)
	if err != nil {
		return err
	}
	for i, id := range older {
		if i < MaxEach-1 {
			continue
		}
		if err := d.delete(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// receive keeps the bytes of a draft, chunk by chunk: each in a transaction of its
// own, so that nobody waits for who sends slowly.
func (d *Drafts) receive(ctx context.Context, o Owner, b *box, r *row, body io.Reader) error {
	buf := make([]byte, chunkBytes)
	for n := int64(0); ; n++ {
		got, err := fill(body, buf)
		if err != nil {
			return broken(err)
		}
		if got == 0 {
			break
		}
		if r.Size += int64(got); r.Size > MaxBytes {
			return fault.New(fault.TooLarge, "a text has at most %d MB here; nothing was kept; use `tocsin report`, which splits by itself", MaxBytes>>20)
		}
		bytes := b.seal(n, buf[:got])
		if err := d.db.Write(ctx, func(tx *store.Tx) error { return d.keep(ctx, tx, o, r, n, bytes) }); err != nil {
			return err
		}
		if got < len(buf) {
			break
		}
	}
	if r.Size == 0 {
		return fault.New(fault.Invalid, "there is nothing in it; paste a text or choose a file")
	}
	return nil
}

// fill reads until buf is full or the body ends. Unlike io.ReadFull it tells an end
// from a body that broke off, for which HTTP has the same error.
func fill(body io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var got int
		got, err = body.Read(buf[n:])
		n += got
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// broken says that a body broke off. An error that has a kind passes as it is.
func broken(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.Because(err, fault.Invalid, "it broke off while it was sent; nothing was kept; send it again")
}

// keep keeps a chunk of a draft, if there is room.
func (d *Drafts) keep(ctx context.Context, tx *store.Tx, o Owner, r *row, n int64, bytes []byte) error {
	if err := d.one(tx.Exec(ctx, `UPDATE draft SET size = $1 WHERE log_id = $2 AND id = $3 AND state = $4`, r.Size, d.logID, r.ID, sending)); err != nil {
		return err
	}
	if err := d.share(ctx, tx, o, r); err != nil {
		return err
	}
	if err := d.room(ctx, tx, r); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO draft_chunk (log_id, draft, n, bytes) VALUES ($1, $2, $3, $4)`, d.logID, r.ID, n, bytes)
	return err
}

const columns = `id, made, state, size, idx, month, wkey, about`

// Get gives a draft of a person; fault.NotFound for one that isn't there, is over, or
// is somebody else's: the three look alike.
func (d *Drafts) Get(ctx context.Context, o Owner, id string) (Draft, error) {
	r, _, err := d.get(ctx, o, id)
	return r.Draft, err
}

func (d *Drafts) get(ctx context.Context, o Owner, id string) (row, *box, error) {
	if o.Person == 0 {
		return row{}, nil, errNone
	}
	r, err := scan(d.db.Reader().QueryRowContext(ctx, `SELECT `+columns+` FROM draft WHERE log_id = $1 AND id = $2 AND person = $3 AND member = $4 AND state <> $5 AND made > $6`,
		d.logID, id, o.Person, o.Member, sending, now().Add(-Life).UnixMicro()).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil, errNone
	}
	if err != nil || r.Done {
		return r, nil, err
	}
	b, err := d.unwrap(&r)
	return r, b, err
}

// List gives what a person has not filed yet, the newest first.
func (d *Drafts) List(ctx context.Context, o Owner) ([]Draft, error) {
	rows, err := d.db.Reader().QueryContext(ctx, `SELECT `+columns+` FROM draft WHERE log_id = $1 AND person = $2 AND member = $3 AND state = $4 AND made > $5 ORDER BY made DESC, id DESC`,
		d.logID, o.Person, o.Member, whole, now().Add(-Life).UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("drafts: %w", err)
	}
	defer rows.Close()
	var out []Draft
	for rows.Next() {
		r, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		if _, err := d.unwrap(&r); err != nil {
			return nil, err
		}
		out = append(out, r.Draft)
	}
	return out, rows.Err()
}

func scan(f func(...any) error) (row, error) {
	var r row
	var made int64
	err := f(&r.ID, &made, &r.state, &r.Size, &r.Index, &r.month, &r.wkey, &r.about)
	r.Made, r.Done = time.UnixMicro(made).UTC(), r.state == filed
	r.Ends = r.Made.Add(Life)
	return r, err
}

func ids(rows *sql.Rows) (out []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// Filed deletes a draft's text and keeps, for an hour, which entry it became: who
// sends the form again gets the same receipt.
func (d *Drafts) Filed(ctx context.Context, o Owner, id string, index int64) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE draft SET state = $1, idx = $2, made = $3, size = 0, wkey = $4, about = $4 WHERE log_id = $5 AND id = $6 AND person = $7 AND member = $8 AND state = $9`,
			filed, index, now().UnixMicro(), []byte{}, d.logID, id, o.Person, o.Member, whole)
		if err != nil || n == 0 {
			return err // the same form, sent twice: it is done already
		}
		_, err = tx.Exec(ctx, `DELETE FROM draft_chunk WHERE log_id = $1 AND draft = $2`, d.logID, id)
		return err
	})
}

// Discard deletes a draft; one that isn't there is fault.NotFound.
func (d *Drafts) Discard(ctx context.Context, o Owner, id string) error {
	if _, err := d.Get(ctx, o, id); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return d.delete(ctx, tx, id) })
}

func (d *Drafts) delete(ctx context.Context, tx *store.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM draft WHERE log_id = $1 AND id = $2`, d.logID, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM draft_chunk WHERE log_id = $1 AND draft = $2`, d.logID, id)
	return err
}

// Sweep deletes what is over and gives how many drafts that were.
func (d *Drafts) Sweep(ctx context.Context) (n int, err error) {
	rows, err := d.db.Reader().QueryContext(ctx, `SELECT id FROM draft WHERE log_id = $1 AND made <= $2`, d.logID, now().Add(-Life).UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("drafts: %w", err)
	}
	over, err := ids(rows)
	if err != nil || len(over) == 0 {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		for _, id := range over {
			if err := d.delete(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return len(over), err
}

func newID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// shorten bounds a name without breaking a character.
func shorten(s string) string {
	if len(s) <= MaxName {
		return s
	}
	end := 0
	for i := range s {
		if i > MaxName {
			break
		}
		end = i
	}
	return s[:end]
}

func now() time.Time { return time.Now().UTC() }
