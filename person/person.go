// Package person is the people who sign in: who they are, of which member, in
// which role, how they prove it, and the sessions that they have open.
//
// A person comes in by a one-time link (Invite, Welcome, NewLink, TakeLink) and
// then sets up a way back: a passkey, a password with a second factor, or an
// OpenID identity. Each sign-in opens a session with a new secret, which the
// cookie carries and Authenticate knows again:
//
//	token, err := people.Welcome(ctx, "Harbor Bank")      // on the data folder
//	secret, err := people.TakeLink(ctx, token, name, agent) // the link's page, on POST
//	v, err := people.Authenticate(ctx, secret)            // each request
//	err = v.Session.May(member.ActFile)                   // what this person may do
//
// Nothing that opens anything is kept as it is: links, sessions and recovery
// codes as keyed hashes, passwords as argon2id, second factors encrypted.
//
// Invite, NewLink, Remove, SetRole and whatever changes a factor are grave: the
// page asks for a recent proof first (Visitor.Recent).
package person

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
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
		return fmt.Errorf("person schema: %w", err)
	}
	return db.Migrate(ctx, "person", sub)
}

// The times of links and sessions.
const (
	// LinkLife is how long a one-time link may be taken.
	LinkLife = 24 * time.Hour
	// SessionLife is how long a session lasts whatever happens: NIST SP 800-63B
	// (revision 3) section 4.2.3 allows 12 hours.
	SessionLife = 12 * time.Hour
	// IdleLife is how long an unused session lasts. Its last use is known to within SeenEvery.
	IdleLife = 2 * time.Hour
	// FreshFor is how long a proven factor counts before dangerous acts. OWASP ASVS
	// 5.0 section 7.5 asks for a new proof before them and gives no time: ten minutes
	// are enough to read what a page will do, and to do it.
	FreshFor = 10 * time.Minute
	// SeenEvery is how often at most the last use of a session is written.
	SeenEvery = 5 * time.Minute
)

// The bounds.
const (
	MaxPeople     = 1000 // of a member
	MaxSessions   = 20   // of a person; the next one ends the oldest
	MaxLinks      = 100  // of a member, that were not taken yet
	MaxPasskeys   = 20   // of a person
	MaxIdentities = 20   // of a person
	maxWelcome    = 10   // Welcome links of a member that were not taken yet; the next one ends the oldest
	maxNetworks   = 20   // networks of a person that are remembered
)

// Person is somebody of a member who signs in.
type Person struct {
	ID     int64
	Member member.ID
	Login  string // what one types to sign in, unlike every other person's
	Name   string // as colleagues know them
	Role   member.Role
}

// Visitor is a person with an open session.
type Visitor struct {
	Session member.Session // with Person, Role and Still set
	Person  Person
	ID      int64     // of the open session
	Fresh   time.Time // when they last proved who they are with a factor of their own
	Until   time.Time // when the session ends by itself
}

// Recent tells whether the visitor proved who they are less than FreshFor ago.
// A link counts as a proof, too, when it opens the session.
func (v Visitor) Recent(now time.Time) bool {
	return v.ID != 0 && now.Sub(v.Fresh) < FreshFor
}

// Keys gives keyed hashes; *ledger.Keys is one.
type Keys interface {
	MAC(purpose string, parts ...[]byte) [32]byte
}

// The purposes of keyed hashes.
const (
	macSession  = "person-session"
	macLink     = "person-link"
	macRecovery = "person-recovery"
	macNetwork  = "person-network"
	macTry      = "person-try"
	macTOTP     = "person-totp"
)

// People is the register of people of one log. It is safe for concurrent use.
type People struct {
	db      *store.DB
	logID   int64
	members *member.Registry
	keys    Keys
	cache   *cache
	guard   *guard
	hashing chan struct{} // a place for each password that is hashed at once
}

// New makes the register of people of a log.
func New(db *store.DB, logID int64, members *member.Registry, keys Keys) *People {
	return &People{db: db, logID: logID, members: members, keys: keys, cache: newCache(), guard: newGuard(), hashing: make(chan struct{}, hashesAtOnce)}
}

// change runs f in one transaction that first raises the rights counter: such
// changes wait for each other, and every node sees them within rightsFor. f may
// be called again.
func (p *People) change(ctx context.Context, f func(tx *store.Tx) error) error {
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		if err := store.RaiseRights(ctx, tx, p.logID); err != nil {
			return fmt.Errorf("raising the rights counter: %w", err)
		}
		return f(tx)
	})
	p.cache.changed()
	return err
}

// changeBy is change for somebody, whose rights are looked at again within the transaction.
func (p *People) changeBy(ctx context.Context, by member.Session, f func(tx *store.Tx) error) error {
	return p.change(ctx, func(tx *store.Tx) error {
		if err := p.members.Recheck(ctx, tx, by); err != nil {
			return err
		}
		return f(tx)
	})
}

// count reads one number.
func count(ctx context.Context, q store.Querier, text string, args ...any) (n int64, err error) {
	err = q.QueryRowContext(ctx, text, args...).Scan(&n)
	return n, err
}

// errNobody is the answer where there is no such person, or none that one may see.
var errNobody = fault.New(fault.NotFound, "there is no such person, or none that you may see")

func micro(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
