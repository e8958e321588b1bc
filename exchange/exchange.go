// Package exchange is the spine: a report goes in, and what may leave reaches
// every reader of the log. accept.go is the way of a report, in the numbered
// steps of docs/way-of-a-report.md; follow.go is what happens after.
//
// Shells call it with a session and get objects, events and receipts; which of
// them a reader may see is decided here and in package member, for every door.
package exchange

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"tocsin/approval"
	"tocsin/archive"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/intake"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/privacy"
	"tocsin/search"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/submission"
	"tocsin/thing"
)

// Exchange is one node's part in one log. It is safe for concurrent use.
type Exchange struct {
	db       *store.DB
	logID    int64
	keys     *ledger.Keys
	tree     *ledger.Tree
	seq      *store.Sequencer
	members  *member.Registry
	archive  *archive.Archive
	things   *thing.Things
	index    *search.Index
	queue    *held.Queue
	book     *submission.Book
	gate     *privacy.Gate
	trail    *audit.Trail
	desk     *approval.Desk
	two      atomic.Bool // a person's name is released by two reviewers
	work     *semaphore.Weighted
	identity string
	shares   sync.Map    // of *semaphore.Weighted by member.ID
	flates   sync.Pool   // of *flate.Writer
	erasing  atomic.Bool // something was taken back whose old bytes are still in the write-ahead log
}

// LogID is the number of a node's log in its database; a database holds one.
const LogID = 1

// Migrate brings the tables of all ideas that the spine uses up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	for _, f := range []func(context.Context, *store.DB) error{ledger.Migrate, member.Migrate, archive.Migrate, thing.Migrate, search.Migrate, held.Migrate, submission.Migrate, audit.Migrate, approval.Migrate} {
		if err := f(ctx, db); err != nil {
			return err
		}
	}
	return nil
}

// New opens the exchange over a migrated database and its keys folder. A folder
// other than the one that the log was begun with is refused.
func New(ctx context.Context, db *store.DB, keys *ledger.Keys) (*Exchange, error) {
	x, head, err := begin(ctx, db, keys)
	if err != nil {
		return nil, err
	}
	switch head.Fingerprint {
	case keys.Fingerprint():
		return x, nil
	case "":
		err = db.Write(ctx, func(tx *store.Tx) error { return x.seq.SetFingerprint(ctx, tx, keys.Fingerprint()) })
	default:
		err = fault.New(fault.Refused, "the keys folder is not the one that this log was begun with; place that one (docs/operating.md, \"Keys\")")
	}
	if err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// begin puts the exchange together, whatever keys the log is under.
func begin(ctx context.Context, db *store.DB, keys *ledger.Keys) (*Exchange, store.Head, error) {
	x := &Exchange{
		db: db, logID: LogID, keys: keys, tree: ledger.NewTree(LogID), gate: privacy.New(), work: semaphore.NewWeighted(bytesInWork),
		members: member.New(db, LogID, keys.MAC), archive: archive.New(LogID, keys), things: thing.New(LogID, keys),
		queue: held.New(LogID, keys), book: submission.New(LogID, keys), trail: audit.New(db, LogID), desk: approval.New(db, LogID, graveKinds()...),
	}
	x.identity, x.flates.New = identityID(keys), newFlate
	x.index = search.New(db, LogID, keys, indexed{x})
	x.erasing.Store(true) // whatever stopped this log before may have been erasing
	seq, err := store.NewSequencer(ctx, db, LogID, x.tree)
	if err != nil {
		return nil, store.Head{}, err
	}
	x.seq = seq
	head, err := seq.Head(ctx)
	if err != nil {
		return nil, head, errors.Join(err, seq.Close())
	}
	return x, head, nil
}

// Close ends what runs for the exchange; the database stays open.
func (x *Exchange) Close() error { return x.seq.Close() }

// Members gives the register of members.
func (x *Exchange) Members() *member.Registry { return x.members }

// Keys gives the keys of the log.
func (x *Exchange) Keys() *ledger.Keys { return x.keys }

// Identity is the STIX identity under which the exchange publishes what it had to change.
func (x *Exchange) Identity() string { return x.identity }

// Gate gives the privacy gate.
func (x *Exchange) Gate() *privacy.Gate { return x.gate }

func identityID(keys *ledger.Keys) string {
	return "identity--" + uuid4(keys.MAC("identity of the exchange"))
}

// NewID makes an identifier TYPE--UUIDv4.
func NewID(typ string) string {
	var b [32]byte
	rand.Read(b[:16])
	return typ + "--" + uuid4(b)
}

// uuid4 writes the first 16 bytes as a UUID of version 4 (RFC 9562 section 5.4).
func uuid4(b [32]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// Options is what the one who files says beside the report.
type Options struct {
	Format     intake.Format   // "" to find out
	Name       string          // file name or title; may be empty
	TLP        stix.TLP        // for what carries no marking
	Group      string          // sharing group; "" for the community
	Collection member.Audience // where it was posted to (TAXII); 0 for by marking
	Named      bool            // this report may carry the member's name
	Idempotent string          // the client's key; "" for the hash of the report
	StatusID   string          // id of a TAXII status resource to keep with it; "" for none
	Door       string          // api, taxii: for the facts
	Size       int64           // bytes of the body as declared; 0 when unknown or compressed on the way
	TakeOut    TakeOut         // doubtful passages to be removed instead of held
	Seen       []string        // Shown.Seen: file only what was shown then; empty for whatever it is
}

// Filed is what became of a report.
type Filed struct {
	ID       string // of the report: report-INDEX of its first entry
	Index    int64  // of its first entry
	Repeat   bool   // every part had been filed before: the same receipt again
	Parts    []Part
	Objects  []ObjectResult
	Failures []Failure
	Removed  []Removed
	Held     []HeldResult
	Receipt  []byte // one file, with a proof per part
	uuid     string // joins the parts in their records
}

// Part is one entry of a report.
type Part struct {
	Index   int64
	Receipt []byte
}

// ObjectResult is an object that is in the log now.
type ObjectResult struct {
	ID         string `json:"id"`
	Submitted  string `json:"submitted,omitempty"` // when published under another identifier
	Version    string `json:"version,omitempty"`
	Collection string `json:"collection"`
	Duplicate  bool   `json:"duplicate,omitempty"`
	Raw        []byte `json:"-"` // only of a preview
}

// Failure is an object, or a piece of the input, that was not taken.
type Failure struct {
	Place   string     `json:"place"`
	ID      string     `json:"id,omitempty"`
	Version string     `json:"version,omitempty"`
	Kind    fault.Kind `json:"-"`
	Detail  string     `json:"detail"`
}

// Removed is a line of the account of removals.
type Removed struct {
	Object string `json:"object"` // published identifier
	privacy.Removal
	Count int `json:"count,omitempty"` // values of this kind in this place
}

// HeldResult is a passage that waits for a person.
type HeldResult struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Path   string `json:"path"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// bytesInWork bounds the bodies that are worked on at once; more wait, then are
// told to come again (architecture, "The way of a report").
const bytesInWork = 48 << 20

// patience is how long a body waits for its turn.
const patience = 10 * time.Second

// share is how much of the bytes in work one member may take: one that sends
// slowly must not stop the others.
const share = bytesInWork / 2

// inWork reserves the bytes of a body that is about to be read, and gives what
// gives them back. size is what the client declared, 0 for unknown: then a whole
// part is reserved.
func (x *Exchange) inWork(ctx context.Context, who member.ID, size int64) (give func(), err error) {
	if size <= 0 || size > intake.MaxBytes {
		size = intake.MaxBytes
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	own, _ := x.shares.LoadOrStore(who, semaphore.NewWeighted(share))
	mine := own.(*semaphore.Weighted)
	if mine.Acquire(ctx, size) != nil {
		return nil, fault.New(fault.Busy, "too many of your reports are in work at once; nothing was kept; try again when they are answered")
	}
	if x.work.Acquire(ctx, size) != nil {
		mine.Release(size)
		return nil, fault.New(fault.Busy, "too many reports are in work at once; nothing was kept; try again in a few seconds")
	}
	return func() {
		x.work.Release(size)
		mine.Release(size)
	}, nil
}
