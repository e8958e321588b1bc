package person

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

// How a session was opened, or its person proved who they are.
const (
	ByLink     = "link"
	ByPassword = "password"
	ByPasskey  = "passkey"
	ByOIDC     = "oidc"
)

// Session is an open session as its person sees it, without its secret.
type Session struct {
	ID      int64
	How     string // it was opened
	Agent   string // the browser's own words, at most 200 characters
	Started time.Time
	Seen    time.Time // last used, to within SeenEvery
	Until   time.Time // it ends by itself, or sooner when it isn't used
}

var errSignedOut = fault.New(fault.Unauthenticated, "you are not signed in, or no longer; sign in again")

// StartSession opens a session for a person who has just proved who they are, and
// gives its secret, always a new one; how is one of ByLink, ByPassword, ByPasskey,
// ByOIDC. It counts as fresh from now. fault.Unauthenticated when the person or
// their member was removed.
func (p *People) StartSession(ctx context.Context, personID int64, how, agent string) (secret string, err error) {
	if err := p.welcome(ctx, personID); err != nil {
		return "", err
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		secret, err = p.open(ctx, tx, personID, how, agent)
		return err
	})
	p.cache.changed() // the oldest may have ended
	if err != nil {
		return "", err
	}
	return secret, nil
}

// welcome tells whether a person and their member are here.
func (p *People) welcome(ctx context.Context, personID int64) error {
	who, err := p.Person(ctx, personID)
	if fault.KindOf(err) == fault.NotFound {
		return errSignedOut
	}
	if err != nil {
		return err
	}
	_, err = p.members.SessionOf(ctx, who.Member)
	return err
}

// open opens a session within a transaction. Over MaxSessions the oldest ends.
func (p *People) open(ctx context.Context, tx *store.Tx, personID int64, how, agent string) (secret string, err error) {
	if !slices.Contains([]string{ByLink, ByPassword, ByPasskey, ByOIDC}, how) {
		return "", fmt.Errorf("nobody signs in by %q", how)
	}
	now := time.Now().UTC()
	// The person's row keeps two sign-ins from counting at once.
	n, err := tx.Exec(ctx, `UPDATE person SET seen = $1 WHERE log_id = $2 AND id = $3 AND removed = 0`, now.UnixMicro(), p.logID, personID)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", errSignedOut
	}
	if _, err := tx.Exec(ctx, `DELETE FROM person_session WHERE log_id = $1 AND person = $2 AND until <= $3`, p.logID, personID, now.UnixMicro()); err != nil {
		return "", err
	}
	n, err = tx.Exec(ctx, `DELETE FROM person_session WHERE log_id = $1 AND id IN (SELECT id FROM person_session WHERE log_id = $1 AND person = $2
		ORDER BY started DESC, id LIMIT 1000 OFFSET `+fmt.Sprint(MaxSessions-1)+`)`, p.logID, personID)
	if err != nil {
		return "", err
	}
	if n > 0 { // another node may know the one that ended
		if err := store.RaiseRights(ctx, tx, p.logID); err != nil {
			return "", err
		}
	}
	secret = newSecret()
	h := p.keys.MAC(macSession, []byte(secret))
	_, err = tx.Exec(ctx, `INSERT INTO person_session (log_id, id, person, h, how, agent, started, seen, fresh, until) VALUES ($1,$2,$3,$4,$5,$6,$7,$7,$7,$8)`,
		p.logID, newID(), personID, h[:], how, cleanAgent(agent), now.UnixMicro(), now.Add(SessionLife).UnixMicro())
	return secret, err
}

// newID makes the number of a session: random, so that it tells nothing and needs
// no counter, and small enough for a script's numbers.
func newID() int64 {
	var b [8]byte
	rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:])>>11) | 1
}

// Authenticate finds who a session's secret (the cookie) belongs to;
// fault.Unauthenticated when it is unknown, ended or too old. A known secret costs
// no database access but one read of the rights counter each 100 ms.
func (p *People) Authenticate(ctx context.Context, secret string) (Visitor, error) {
	if !shapedLikeSecret(secret) {
		return Visitor{}, errSignedOut
	}
	h := p.keys.MAC(macSession, []byte(secret))
	rights, err := p.rights(ctx)
	if err != nil {
		return Visitor{}, err
	}
	now := time.Now().UTC()
	v, ok := p.cache.get(h, rights, now)
	if !ok {
		if v, err = p.bySecret(ctx, h, now); err != nil {
			return Visitor{}, err
		}
		p.cache.put(h, rights, v, now)
	}
	// The lists are the caller's own.
	v.Session.Member.Domains = slices.Clone(v.Session.Member.Domains)
	v.Session.Audiences = slices.Clone(v.Session.Audiences)
	v.Session.Groups = slices.Clone(v.Session.Groups)
	return v, nil
}

// bySecret reads the visitor of a secret's hash.
func (p *People) bySecret(ctx context.Context, h [32]byte, now time.Time) (v Visitor, err error) {
	var seen, fresh, until int64
	v.Person, err = scan(p.db.Reader().QueryRowContext(ctx, `SELECT p.id, p.member, p.login, p.name, p.role, s.id, s.seen, s.fresh, s.until
		FROM person_session s JOIN person p ON p.log_id = s.log_id AND p.id = s.person
		WHERE s.log_id = $1 AND s.h = $2 AND p.removed = 0`, p.logID, h[:]).Scan, &v.ID, &seen, &fresh, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return Visitor{}, errSignedOut
	}
	if err != nil {
		return Visitor{}, fmt.Errorf("reading a session: %w", err)
	}
	v.Fresh, v.Until = micro(fresh), micro(until)
	last := micro(seen)
	if noted := p.cache.lastUse(v.ID); noted.After(last) {
		last = noted
	}
	if !now.Before(v.Until) || now.Sub(last) >= IdleLife {
		return Visitor{}, errSignedOut
	}
	if v.Session, err = p.members.SessionOf(ctx, v.Person.Member); err != nil {
		return Visitor{}, err
	}
	v.Session.Person, v.Session.Role = v.Person.ID, v.Person.Role
	v.Session.Still = p.still(v.ID, v.Person)
	return v, nil
}

// still tells, within the transaction of an act, whether a session and the role in
// which it acts still stand.
func (p *People) still(id int64, who Person) func(context.Context, store.Querier) error {
	return func(ctx context.Context, q store.Querier) error {
		var until int64
		now, err := scan(q.QueryRowContext(ctx, `SELECT p.id, p.member, p.login, p.name, p.role, s.until
			FROM person_session s JOIN person p ON p.log_id = s.log_id AND p.id = s.person
			WHERE s.log_id = $1 AND s.id = $2 AND s.person = $3 AND p.removed = 0`, p.logID, id, who.ID).Scan, &until)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !time.Now().Before(micro(until)) {
			return fault.New(fault.Unauthenticated, "you were signed out while this was in work; nothing was kept; sign in again")
		}
		if err != nil {
			return fmt.Errorf("looking at a session again: %w", err)
		}
		if now.Role != who.Role || now.Member != who.Member {
			return fault.New(fault.Forbidden, "your role was changed while this was in work; nothing was kept; try again as what you are now")
		}
		return nil
	}
}

// List gives the open sessions of a person, the newest first.
func (p *People) List(ctx context.Context, personID int64) (out []Session, err error) {
	now := time.Now().UTC()
	rows, err := p.db.Reader().QueryContext(ctx, `SELECT id, how, agent, started, seen, until FROM person_session WHERE log_id = $1 AND person = $2 AND until > $3 ORDER BY started DESC, id`,
		p.logID, personID, now.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s Session
		var started, seen, until int64
		if err := rows.Scan(&s.ID, &s.How, &s.Agent, &started, &seen, &until); err != nil {
			return nil, err
		}
		s.Started, s.Seen, s.Until = micro(started), micro(seen), micro(until)
		if noted := p.cache.lastUse(s.ID); noted.After(s.Seen) {
			s.Seen = noted
		}
		if now.Sub(s.Seen) < IdleLife {
			out = append(out, s)
		}
	}
	return out, rows.Err()
}

// End ends a session of a person; fault.NotFound when they have none of this number.
func (p *People) End(ctx context.Context, personID, sessionID int64) error {
	return p.change(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM person_session WHERE log_id = $1 AND person = $2 AND id = $3`, p.logID, personID, sessionID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "this session has ended already")
		}
		return err
	})
}

// EndOthers ends all sessions of a person but one; 0 ends them all.
func (p *People) EndOthers(ctx context.Context, personID, keep int64) error {
	return p.change(ctx, func(tx *store.Tx) error { return p.endOthers(ctx, tx, personID, keep) })
}

func (p *People) endOthers(ctx context.Context, tx *store.Tx, personID, keep int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM person_session WHERE log_id = $1 AND person = $2 AND id <> $3`, p.logID, personID, keep)
	return err
}

// Prove records that the person of a session has just proved who they are again,
// by how; fault.Unauthenticated when the session has ended.
func (p *People) Prove(ctx context.Context, sessionID int64, how string) error {
	if !slices.Contains([]string{ByPassword, ByPasskey, ByOIDC}, how) {
		return fmt.Errorf("nobody proves who they are by %q", how)
	}
	return p.change(ctx, func(tx *store.Tx) error {
		now := time.Now().UTC().UnixMicro()
		n, err := tx.Exec(ctx, `UPDATE person_session SET fresh = $1 WHERE log_id = $2 AND id = $3 AND until > $1`, now, p.logID, sessionID)
		if err == nil && n == 0 {
			return errSignedOut
		}
		return err
	})
}

// KeepSeen writes when sessions were last used, and deletes those that are over:
// once each SeenEvery, because no read writes (architecture). What isn't written
// when the process ends is lost: then a session may end idle that much too early.
func (p *People) KeepSeen(ctx context.Context) error {
	uses := p.cache.uses()
	now := time.Now().UTC().UnixMicro()
	over, err := count(ctx, p.db.Reader(), `SELECT COUNT(*) FROM person_session WHERE log_id = $1 AND until <= $2`, p.logID, now)
	if err != nil || over == 0 && len(uses) == 0 {
		return err
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		for id, at := range uses {
			if _, err := tx.Exec(ctx, `UPDATE person_session SET seen = $1 WHERE log_id = $2 AND id = $3 AND seen < $1`, at.UnixMicro(), p.logID, id); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM person_session WHERE log_id = $1 AND until <= $2`, p.logID, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping when sessions were used: %w", err)
	}
	p.cache.written(uses)
	return nil
}

// Run calls KeepSeen each SeenEvery until ctx ends, and then once more; failed
// hears of errors.
func (p *People) Run(ctx context.Context, failed func(error)) {
	t := time.NewTicker(SeenEvery)
	defer t.Stop()
	for done := false; !done; {
		select {
		case <-t.C:
		case <-ctx.Done():
			done = true
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		if err := p.KeepSeen(last); err != nil {
			failed(err)
		}
		cancel()
	}
}

// memberOf reads the member of a person, for checks on names.
func (p *People) memberOf(ctx context.Context, who Person) (member.Member, error) {
	s, err := p.members.SessionOf(ctx, who.Member)
	return s.Member, err
}
