// Package approval is the rule of two people for the gravest acts: one asks, a
// second one of the same member approves within 30 minutes, and then it is done,
// once. Nobody approves what they asked for, and both must hold the right that the
// act takes at the time when it is done.
//
//	desk := approval.New(db, logID, approval.Kind{Act: "remove member", Right: member.ActAdminister})
//	req, err := desk.Ask(ctx, first, "remove member", `{"member":5}`, "It left the exchange.")
//	req, err = desk.Approve(ctx, second, req.ID, askerNow, func(ctx context.Context, r approval.Request) error { ... })
//
// The page that approves asks for a fresh proof of who the second person is; this
// package doesn't know how people sign in. What an act does stands with whoever
// registers its Kind; arg says on what, in numbers and identifiers, never names.
package approval

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
		return fmt.Errorf("approval schema: %w", err)
	}
	return db.Migrate(ctx, "approval", sub)
}

// The bounds.
const (
	// Life is how long a request waits for the second person (interface.md,
	// "Dangerous acts": it expires after 30 minutes).
	Life       = 30 * time.Minute
	MaxReason  = 1000 // characters
	MaxArg     = 4096 // bytes
	MaxWaiting = 20   // requests of one person that wait at once
	MaxList    = 200  // requests in one list
)

// Kind is an act that takes two people, and the right that both must hold.
type Kind struct {
	Act   string
	Right member.Act
}

// State is what became of a request.
type State string

// The states.
const (
	Waiting State = "waiting"
	Expired State = "expired" // nobody decided in time
	Doing   State = "doing"   // approved; that it was done is not known (yet): if the process ended meanwhile, look before asking again
	Done    State = "done"
	Refused State = "refused" // the second person said no
	Failed  State = "failed"  // approved, and then it could not be done
)

// states are the kept ones; the numbers are stored.
var states = [...]State{Waiting, Doing, Done, Refused, Failed}

// Request is something that somebody asked a second person for.
type Request struct {
	ID      int64
	Act     string
	Arg     string // JSON
	Reason  string
	Member  member.ID
	Asker   int64 // of package person
	Asked   time.Time
	Until   time.Time
	State   State
	Decider int64 // 0 while nobody decided
	Decided time.Time
	Outcome string // why it failed
}

// Desk is where requests wait. It is safe for concurrent use.
type Desk struct {
	db    *store.DB
	logID int64
	kinds []Kind
}

// New makes the desk of a log with the acts that take two people there; Migrate
// must have run once.
func New(db *store.DB, logID int64, kinds ...Kind) *Desk {
	return &Desk{db: db, logID: logID, kinds: kinds}
}

// may tells whether a session is a person who holds the right for an act.
func (d *Desk) may(s member.Session, act string) error {
	i := slices.IndexFunc(d.kinds, func(k Kind) bool { return k.Act == act })
	if i < 0 {
		return fault.New(fault.NotFound, "there is no such act that takes two people")
	}
	if s.Person == 0 {
		return fault.New(fault.Forbidden, "this takes two people who are signed in; a key is nobody")
	}
	return s.May(d.kinds[i].Right)
}

// Ask puts a request up for a second person. arg is the JSON of what is to be done
// exactly. fault.Forbidden when the session may not do the act itself,
// fault.Busy when too many requests of this person wait.
func (d *Desk) Ask(ctx context.Context, s member.Session, act, arg, reason string) (Request, error) {
	if err := d.may(s, act); err != nil {
		return Request{}, err
	}
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n == 0 || n > MaxReason || !utf8.ValidString(reason):
		return Request{}, fault.At(fault.Invalid, "reason", "say why, in at most %d characters: the second person decides by it", MaxReason)
	case len(arg) > MaxArg || !json.Valid([]byte(arg)):
		return Request{}, fault.At(fault.Invalid, "arg", "this is not JSON of at most %d bytes", MaxArg)
	}
	at := time.Now().UTC().Truncate(time.Microsecond)
	r := Request{Act: act, Arg: arg, Reason: reason, Member: s.Member.ID, Asker: s.Person, Asked: at, Until: at.Add(Life), State: Waiting}
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		if err := still(ctx, tx, s); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO approval_head (log_id, id) VALUES ($1, 0) ON CONFLICT DO NOTHING`, d.logID); err != nil {
			return fmt.Errorf("beginning the requests: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE approval_head SET id = id + 1 WHERE log_id = $1`, d.logID); err != nil {
			return fmt.Errorf("numbering a request: %w", err)
		}
		if err := tx.QueryRowContext(ctx, `SELECT id FROM approval_head WHERE log_id = $1`, d.logID).Scan(&r.ID); err != nil {
			return fmt.Errorf("numbering a request: %w", err)
		}
		var waiting int64
		err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM approval WHERE log_id = $1 AND member = $2 AND asker = $3 AND state = 0 AND until > $4`,
			d.logID, int64(r.Member), r.Asker, at.UnixMicro()).Scan(&waiting)
		if err != nil {
			return fmt.Errorf("counting requests: %w", err)
		}
		if waiting >= MaxWaiting {
			return fault.New(fault.Busy, "%d of your requests wait for a second person; let those be decided first", waiting)
		}
		_, err = tx.Exec(ctx, `INSERT INTO approval (log_id, `+columns+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,0,0,0,'')`,
			d.logID, r.ID, r.Act, r.Arg, r.Reason, int64(r.Member), r.Asker, r.Asked.UnixMicro(), r.Until.UnixMicro())
		return err
	})
	if err != nil {
		return Request{}, err
	}
	return r, nil
}

// still tells whether the person may still act, within the transaction.
func still(ctx context.Context, tx *store.Tx, s member.Session) error {
	if s.Still == nil {
		return nil
	}
	return s.Still(ctx, tx)
}

// Approve does what somebody else asked for, once: of two who approve at once one
// does it and the other hears fault.Conflict. asker gives the session that the
// person who asked would have now; do does the act, and its error makes the
// request a failed one, which is not tried again. fault.Gone when it has expired,
// fault.Forbidden when one of the two may not do the act, or they are one person.
func (d *Desk) Approve(ctx context.Context, s member.Session, id int64, asker func(context.Context, Request) (member.Session, error), do func(context.Context, Request) error) (Request, error) {
	r, err := d.decidable(ctx, s, id)
	if err != nil {
		return r, err
	}
	was, err := asker(ctx, r)
	if err == nil && (was.Person != r.Asker || was.Member.ID != r.Member) {
		err = fault.New(fault.Forbidden, "this is not who asked")
	}
	if err == nil {
		err = d.may(was, r.Act)
	}
	if err != nil {
		return r, fault.Because(err, fault.Forbidden, "who asked for it may not do it any more; nothing was done")
	}
	if err := d.decide(ctx, s, &r, Doing); err != nil {
		return r, err
	}
	err = do(ctx, r)
	r.State, r.Outcome = Done, ""
	if err != nil {
		r.State, r.Outcome = Failed, fault.Public(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	noted := d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE approval SET state = $1, outcome = $2 WHERE log_id = $3 AND id = $4`, number(r.State), r.Outcome, d.logID, r.ID)
		return err
	})
	return r, errors.Join(err, noted)
}

// Refuse says no to a request; whoever asked may take it back that way, too.
func (d *Desk) Refuse(ctx context.Context, s member.Session, id int64) (Request, error) {
	r, err := d.Get(ctx, s, id)
	if err == nil {
		err = open(r, time.Now().UTC())
	}
	if err != nil {
		return r, err
	}
	return r, d.decide(ctx, s, &r, Refused)
}

// decidable gives a request that this session may approve.
func (d *Desk) decidable(ctx context.Context, s member.Session, id int64) (Request, error) {
	r, err := d.Get(ctx, s, id)
	if err != nil {
		return r, err
	}
	if r.Asker == s.Person {
		return r, fault.New(fault.Forbidden, "you asked for this; somebody else must approve it")
	}
	return r, open(r, time.Now().UTC())
}

// open tells whether a request still waits.
func open(r Request, now time.Time) error {
	switch {
	case r.State == Expired || r.State == Waiting && !now.Before(r.Until):
		return fault.New(fault.Gone, "nobody approved this within %d minutes; nothing was done; ask again", int(Life.Minutes()))
	case r.State != Waiting:
		return fault.New(fault.Conflict, "this was decided already")
	}
	return nil
}

// decide closes a request, unless somebody was first or its time is over.
func (d *Desk) decide(ctx context.Context, s member.Session, r *Request, state State) error {
	at := time.Now().UTC().Truncate(time.Microsecond)
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		if err := still(ctx, tx, s); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE approval SET state = $1, decider = $2, decided = $3 WHERE log_id = $4 AND id = $5 AND state = 0 AND until > $3`,
			number(state), s.Person, at.UnixMicro(), d.logID, r.ID)
		if err == nil && n == 0 {
			return cmp.Or(open(*r, at), fault.New(fault.Conflict, "this was decided already"))
		}
		return err
	})
	if err == nil {
		r.State, r.Decider, r.Decided = state, s.Person, at
	}
	return err
}

func number(s State) int64 { return int64(slices.Index(states[:], s)) }

const columns = `id, act, arg, reason, member, asker, asked, until, state, decider, decided, outcome`

// Get gives one request to those who may do its act; fault.NotFound to everybody else.
func (d *Desk) Get(ctx context.Context, s member.Session, id int64) (Request, error) {
	none := fault.New(fault.NotFound, "there is no request of this number, or not for you")
	r, err := scan(d.db.Reader().QueryRowContext(ctx, `SELECT `+columns+` FROM approval WHERE log_id = $1 AND id = $2 AND member = $3`, d.logID, id, int64(s.Member.ID)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Request{}, none
	}
	if err != nil {
		return Request{}, fmt.Errorf("reading a request: %w", err)
	}
	if d.may(s, r.Act) != nil {
		return Request{}, none
	}
	return r, nil
}

// List gives the requests of the session's member whose act it may do, newest
// first, at most limit: those that wait, that expired and that were decided.
func (d *Desk) List(ctx context.Context, s member.Session, limit int) (out []Request, err error) {
	rows, err := d.db.Reader().QueryContext(ctx, `SELECT `+columns+fmt.Sprintf(` FROM approval WHERE log_id = $1 AND member = $2 ORDER BY id DESC LIMIT %d`, MaxList), d.logID, int64(s.Member.ID))
	if err != nil {
		return nil, fmt.Errorf("reading requests: %w", err)
	}
	defer rows.Close()
	for rows.Next() && len(out) < limit {
		r, err := scan(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("reading requests: %w", err)
		}
		if d.may(s, r.Act) == nil {
			out = append(out, r)
		}
	}
	return out, rows.Err()
}

func scan(f func(...any) error) (r Request, err error) {
	var who, asked, until, state, decided int64
	if err := f(&r.ID, &r.Act, &r.Arg, &r.Reason, &who, &r.Asker, &asked, &until, &state, &r.Decider, &decided, &r.Outcome); err != nil {
		return r, err
	}
	r.Member, r.Asked, r.Until = member.ID(who), time.UnixMicro(asked).UTC(), time.UnixMicro(until).UTC()
	if decided > 0 {
		r.Decided = time.UnixMicro(decided).UTC()
	}
	if state < 0 || state >= int64(len(states)) {
		return r, fmt.Errorf("request %d is in state %d, which this program doesn't know", r.ID, state)
	}
	r.State = states[state]
	if r.State == Waiting && !time.Now().UTC().Before(r.Until) {
		r.State = Expired
	}
	return r, nil
}
