package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/archive"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
)

// This file joins acts with the audit record, below the doors, so that none of
// them can forget it; and the audit record with the log.

// act does f if the session has the right to, and records it: before, that it is
// begun (no record, no act), and after, what came of it. f gives an identifier of
// what it made or changed, or "". What a machine files isn't recorded: its entry says it.
func (x *Exchange) act(ctx context.Context, s member.Session, right member.Act, a audit.Act, about string, f func() (did string, err error)) error {
	if err := s.May(right); err != nil {
		if s.Person != 0 {
			// A refused try of a person is told, too; that it can't be recorded changes nothing for it.
			_ = x.trail.Note(ctx, s, a, about, audit.OutcomeOf(err))
		}
		return err
	}
	if a == audit.File && s.Person == 0 {
		_, err := f()
		return err
	}
	return x.Record(ctx, s, a, about, f)
}

// Record does f as an act that the audit record tells, for shells whose acts are
// not the exchange's own (people and how they sign in). The caller, or f, checks the
// right to it. f gives an identifier of what it made or changed, or "".
func (x *Exchange) Record(ctx context.Context, s member.Session, a audit.Act, about string, f func() (did string, err error)) error {
	t, err := x.trail.Begin(ctx, s, a, about)
	if err != nil {
		return err
	}
	did, err := f()
	// An outcome that can't be written now is kept for the next row: what was done is done.
	_ = x.trail.End(ctx, t, audit.OutcomeOf(err), did)
	return err
}

// Note records something that has happened: a sign-in, one that failed (with a
// session that says nothing, or whose Person is known), the end of a session. err
// is what it ended with.
func (x *Exchange) Note(ctx context.Context, s member.Session, a audit.Act, about string, err error) error {
	return x.trail.Note(ctx, s, a, about, audit.OutcomeOf(err))
}

// Audit gives the audit record, whose functions ask themselves what a session may
// see. An export goes through ExportAudit.
func (x *Exchange) Audit() *audit.Trail { return x.trail }

// ExportAudit calls f for each row of the audit record after number since that the
// session may see, in order: an auditor everything, whoever changes their own
// member what its people did. That it was exported is recorded.
func (x *Exchange) ExportAudit(ctx context.Context, s member.Session, since int64, f func(audit.Row) error) error {
	right := member.ActAudit
	if s.May(right) != nil && s.May(member.ActOwn) == nil {
		right = member.ActOwn
	}
	return x.act(ctx, s, right, audit.Export, "", func() (string, error) { return "", x.trail.Export(ctx, s, since, f) })
}

// The log commits to the audit record within a minute after a new row, and at
// least each 10,000 rows.
const (
	auditEvery = time.Minute
	auditRows  = 10_000
)

// auditFacts is what an entry says of the audit record.
type auditFacts struct {
	Format string `json:"format"`
	Upto   int64  `json:"upto"` // number of the newest row
	Chain  string `json:"chain"`
}

const auditFormat = "audit"

// auditDue commits to the audit record when it is time, and gives when it did last.
func (x *Exchange) auditDue(ctx context.Context, last time.Time) (time.Time, error) {
	_, rows, err := x.trail.Uncommitted(ctx, x.db.Reader())
	if err != nil || rows == 0 || rows < auditRows && time.Since(last) < auditEvery {
		return last, err
	}
	err = x.AuditRound(ctx)
	return time.Now().UTC(), err
}

// AuditRound makes an entry of the log that commits to the audit record as it is
// now, unless nothing is new.
func (x *Exchange) AuditRound(ctx context.Context) error {
	c, rows, err := x.trail.Uncommitted(ctx, x.db.Reader())
	if err != nil || rows == 0 {
		return err
	}
	self := member.Session{Member: member.Member{Name: "exchange"}, Exchange: true}
	j, err := x.newJob(ctx, self, archive.Audit, nil, 0, []ledger.Part{text(ledger.PartFacts, auditFacts{auditFormat, c.Upto, c.Hash})})
	if err != nil {
		return err
	}
	j.write = func(ctx context.Context, tx *store.Tx, p store.Place) error {
		ok, err := x.trail.Committed(ctx, tx, c, p.Index)
		if err == nil && !ok {
			err = errStale // another node was first
		}
		return err
	}
	if _, _, err = x.seq.Do(ctx, j); errors.Is(err, errStale) {
		return nil
	}
	return err
}

// audit checks the audit record against the entries that commit to it.
func (f *fsck) audit(ctx context.Context) error {
	n, err := f.x.trail.Check(ctx, f.q, f.commits, func(n int64, detail string) {
		f.find(fmt.Sprintf("audit row %d", n), "%s", detail)
	})
	f.c.Audit = n
	return err
}

// errTwo is what one person alone hears of an act that takes two.
var errTwo = fault.New(fault.Refused, "this takes a second person: ask for it with a reason, and somebody else of your office approves it; nothing was done")
