package person

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// errWrong is the one answer to a wrong login, password or code.
var errWrong = fault.New(fault.Unauthenticated, "the login, the password or the code is wrong")

// Enrolment is a password that waits for its first code.
type Enrolment struct {
	Secret string // in base 32, to be typed into an authenticator
	URI    string // otpauth://, to be shown as a QR code
}

// enrolLife is how long an enrolment waits for its first code.
const enrolLife = 15 * time.Minute

// Factors is how a person may sign in.
type Factors struct {
	Password   time.Time // when it was set up; zero: none
	Recovery   int       // codes that were not used yet
	Passkeys   int
	Identities int
}

// None tells whether a person has no way back in.
func (f Factors) None() bool { return f.Password.IsZero() && f.Passkeys == 0 && f.Identities == 0 }

// Factors tells how a person may sign in.
func (p *People) Factors(ctx context.Context, personID int64) (f Factors, err error) {
	var made int64
	err = p.db.Reader().QueryRowContext(ctx, `SELECT
		(SELECT COALESCE(MAX(made), 0) FROM person_password WHERE log_id = $1 AND person = $2 AND pending = 0),
		(SELECT COUNT(*) FROM person_recovery WHERE log_id = $1 AND person = $2),
		(SELECT COUNT(*) FROM person_passkey WHERE log_id = $1 AND person = $2),
		(SELECT COUNT(*) FROM person_identity WHERE log_id = $1 AND person = $2)`, p.logID, personID).Scan(&made, &f.Recovery, &f.Passkeys, &f.Identities)
	if err != nil {
		return Factors{}, fmt.Errorf("reading how a person signs in: %w", err)
	}
	f.Password = micro(made)
	return f, nil
}

// BeginPassword sets up a password with a second factor, or both anew: it gives
// what an authenticator needs. Nothing changes until ConfirmPassword, within 15
// minutes. issuer is what the authenticator shows beside the login. fault.Invalid
// says why it is no good password.
func (p *People) BeginPassword(ctx context.Context, personID int64, password, issuer string) (Enrolment, error) {
	who, hash, err := p.newPassword(ctx, personID, password)
	if err != nil {
		return Enrolment{}, err
	}
	secret := make([]byte, totpSecret)
	rand.Read(secret)
	sealed, err := p.sealSecret(who.ID, secret)
	if err != nil {
		return Enrolment{}, err
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := p.one(ctx, tx, `id = $2`, who.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO person_password (log_id, person, pending, hash, totp, step, made) VALUES ($1,$2,1,$3,$4,0,$5)
			ON CONFLICT (log_id, person, pending) DO UPDATE SET hash = excluded.hash, totp = excluded.totp, made = excluded.made`,
			p.logID, who.ID, hash, sealed, time.Now().UTC().UnixMicro())
		return err
	})
	text := base32Text(secret)
	return Enrolment{Secret: text, URI: otpauth(issuer, who.Login, text)}, err
}

// newPassword checks and hashes a new password of a person.
func (p *People) newPassword(ctx context.Context, personID int64, password string) (who Person, hash []byte, err error) {
	if who, err = p.Person(ctx, personID); err != nil {
		return Person{}, nil, err
	}
	m, err := p.memberOf(ctx, who)
	if err != nil {
		return Person{}, nil, err
	}
	text, err := cleanPassword(password, who.Login, who.Name, m.Name)
	if err != nil {
		return Person{}, nil, err
	}
	hash, err = p.hash(ctx, text)
	return who, hash, err
}

// ConfirmPassword makes the password and second factor of BeginPassword count, by
// a first code of the authenticator. It ends the person's other sessions and gives
// new recovery codes, which are shown this once. fault.Invalid when the code is
// wrong; fault.Gone when nothing waits.
func (p *People) ConfirmPassword(ctx context.Context, personID, session int64, code string) (recovery []string, err error) {
	code, _ = foldCode(code)
	recovery = newRecovery()
	err = p.change(ctx, func(tx *store.Tx) error {
		now := time.Now().UTC()
		var sealed []byte
		err := tx.QueryRowContext(ctx, `SELECT totp FROM person_password WHERE log_id = $1 AND person = $2 AND pending = 1 AND made > $3`, p.logID, personID, now.Add(-enrolLife).UnixMicro()).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Gone, "no password waits for its first code, or for more than 15 minutes; begin again")
		}
		if err != nil {
			return fmt.Errorf("reading an enrolment: %w", err)
		}
		secret, err := p.openSecret(personID, sealed)
		if err != nil {
			return err
		}
		step, ok := totpMatch(secret, code, 0, now)
		if !ok {
			return fault.At(fault.Invalid, "code", "this isn't the code that the authenticator shows now; look whether the clock of its device is right, and type the next one")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM person_password WHERE log_id = $1 AND person = $2 AND pending = 0`, p.logID, personID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE person_password SET pending = 0, step = $1, made = $2 WHERE log_id = $3 AND person = $4`, step, now.UnixMicro(), p.logID, personID); err != nil {
			return err
		}
		if err := p.keepRecovery(ctx, tx, personID, recovery); err != nil {
			return err
		}
		return p.endOthers(ctx, tx, personID, session)
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

func (p *People) keepRecovery(ctx context.Context, tx *store.Tx, personID int64, codes []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM person_recovery WHERE log_id = $1 AND person = $2`, p.logID, personID); err != nil {
		return err
	}
	for _, c := range codes {
		c, _ = foldCode(c)
		h := p.recoveryHash(personID, c)
		if _, err := tx.Exec(ctx, `INSERT INTO person_recovery (log_id, person, h) VALUES ($1,$2,$3)`, p.logID, personID, h[:]); err != nil {
			return err
		}
	}
	return nil
}

// NewRecovery gives new recovery codes in place of the old ones; fault.NotFound
// when the person has no password.
func (p *People) NewRecovery(ctx context.Context, personID int64) ([]string, error) {
	codes := newRecovery()
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		if err := p.hasPassword(ctx, tx, personID); err != nil {
			return err
		}
		return p.keepRecovery(ctx, tx, personID, codes)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

func (p *People) hasPassword(ctx context.Context, q store.Querier, personID int64) error {
	n, err := count(ctx, q, `SELECT COUNT(*) FROM person_password WHERE log_id = $1 AND person = $2 AND pending = 0`, p.logID, personID)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "no password is set up")
	}
	return err
}

// ChangePassword sets another password and keeps the second factor. It ends the
// person's other sessions.
func (p *People) ChangePassword(ctx context.Context, personID, session int64, password string) error {
	if err := p.hasPassword(ctx, p.db.Reader(), personID); err != nil {
		return err
	}
	_, hash, err := p.newPassword(ctx, personID, password)
	if err != nil {
		return err
	}
	return p.change(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE person_password SET hash = $1, made = $2 WHERE log_id = $3 AND person = $4 AND pending = 0`, hash, time.Now().UTC().UnixMicro(), p.logID, personID)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "no password is set up")
		}
		if err != nil {
			return err
		}
		return p.endOthers(ctx, tx, personID, session)
	})
}

// RemovePassword takes password, second factor and recovery codes away, and ends
// the person's other sessions. Whether another way is left is for the page to say.
func (p *People) RemovePassword(ctx context.Context, personID, session int64) error {
	return p.change(ctx, func(tx *store.Tx) error {
		for _, table := range [...]string{"person_password", "person_recovery", "person_network"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE log_id = $1 AND person = $2`, p.logID, personID); err != nil {
				return err
			}
		}
		return p.endOthers(ctx, tx, personID, session)
	})
}

// SignInPassword opens a session for a login, its password and a code of the
// authenticator or a recovery code. addr is the client's address, with or without
// a port. Whatever is wrong, the answer and the work are the same:
// fault.Unauthenticated. After too many failures it is fault.Busy, with how long
// to wait (see the bounds in guard.go).
func (p *People) SignInPassword(ctx context.Context, login, password, code, addr, agent string) (secret string, err error) {
	err = p.prove(ctx, foldLogin(login), 0, password, code, addr, func(tx *store.Tx, who int64) error {
		secret, err = p.open(ctx, tx, who, ByPassword, agent)
		return err
	})
	p.cache.changed() // the oldest session may have ended
	if err != nil {
		return "", err
	}
	return secret, nil
}

// ProvePassword lets the visitor of a session prove again who they are, with
// password and code; as SignInPassword, and then Prove. Failures are counted of this
// session alone, so nobody outside it makes its visitor wait.
func (p *People) ProvePassword(ctx context.Context, v Visitor, password, code, addr string) error {
	who, err := p.Person(ctx, v.Person.ID)
	if err != nil {
		return err
	}
	if err := p.prove(ctx, who.Login, v.ID, password, code, addr, func(*store.Tx, int64) error { return nil }); err != nil {
		return err
	}
	return p.Prove(ctx, v.ID, ByPassword)
}

// ByLogin finds the person of a login as it was typed; fault.NotFound when nobody
// has it. For the record of what failed: what it finds is never told to who typed.
func (p *People) ByLogin(ctx context.Context, login string) (Person, error) {
	who, err := scan(p.db.Reader().QueryRowContext(ctx, `SELECT id, member, login, name, role FROM person
		WHERE log_id = $1 AND login = $2 AND removed = 0`, p.logID, foldLogin(login)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, fault.New(fault.NotFound, "nobody here has this login")
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading the person of a login: %w", err)
	}
	return who, nil
}

// credential is what a password is checked against.
type credential struct {
	person, step int64
	hash, totp   []byte
}

// prove checks login, password and code, uses the code up, and runs then in the
// same transaction. session is the one whose visitor proves again who they are; 0 for none.
func (p *People) prove(ctx context.Context, login string, session int64, password, code, addr string, then func(tx *store.Tx, who int64) error) error {
	c, err := p.credentialOf(ctx, login)
	if err != nil {
		return err
	}
	network := networkOf(addr)
	from := p.keys.MAC(macNetwork, fmt.Append(nil, c.person), []byte(network))
	known, err := count(ctx, p.db.Reader(), `SELECT COUNT(*) FROM person_network WHERE log_id = $1 AND person = $2 AND h = $3`, p.logID, c.person, from[:])
	if err != nil {
		return err
	}
	t := try{
		pair:    p.keys.MAC(macTry, []byte(login), []byte(network)),
		network: p.keys.MAC(macTry, []byte(network)),
		login:   p.keys.MAC(macTry, []byte(login), []byte("*"), nil),
		known:   known > 0,
	}
	if session != 0 {
		t.session, t.pair = true, p.keys.MAC(macTry, []byte("session"), fmt.Append(nil, session), nil)
	}
	if wait := p.guard.enter(t, time.Now()); wait > 0 {
		return fault.New(fault.Busy, "too many wrong tries; wait %s and try again; a passkey or a link works at once", inWords(wait))
	}
	done, err := p.guard.turn(ctx, t)
	if err != nil {
		p.guard.undo(t)
		return err
	}
	defer done()
	used, right, matches, err := p.check(ctx, c, password, code)
	if err != nil {
		p.guard.undo(t)
		return err
	}
	if !right || !p.guard.code(t, time.Now()) || !matches {
		return errWrong
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, used.text, used.args...)
		if err == nil && n == 0 { // somebody was faster with the same code
			err = errWrong
		}
		if err != nil {
			return err
		}
		if err := p.keepNetwork(ctx, tx, c.person, from); err != nil {
			return err
		}
		return then(tx, c.person)
	})
	if err != errWrong {
		p.guard.rightCode(t)
	}
	switch {
	case err == nil:
		p.guard.passed(t)
	case err != errWrong: // no wrong code: the database, or an account that ended
		p.guard.undo(t)
	}
	return err
}

// credentialOf reads what a login is checked against; nothing when there is none.
func (p *People) credentialOf(ctx context.Context, login string) (c credential, err error) {
	err = p.db.Reader().QueryRowContext(ctx, `SELECT p.id, w.step, w.hash, w.totp FROM person p JOIN person_password w ON w.log_id = p.log_id AND w.person = p.id
		WHERE p.log_id = $1 AND p.login = $2 AND p.removed = 0 AND w.pending = 0`, p.logID, login).Scan(&c.person, &c.step, &c.hash, &c.totp)
	if errors.Is(err, sql.ErrNoRows) {
		return credential{}, nil
	}
	if err != nil {
		return credential{}, fmt.Errorf("reading how a person signs in: %w", err)
	}
	return c, nil
}

// statement is what uses a code up: it changes one row, or somebody was faster.
type statement struct {
	text string
	args []any
}

// check does the same work whatever is right or wrong: right is the password of
// somebody who is here, matches the code.
func (p *People) check(ctx context.Context, c credential, password, code string) (used statement, right, matches bool, err error) {
	text, fits := normal(password)
	right, err = p.verify(ctx, text, c.hash)
	if err != nil {
		return statement{}, false, false, err
	}
	// One that doesn't open (another keys folder, after a restore) is like a wrong code:
	// a failure of its own would tell that the login is there.
	secret, unreadable := p.openSecret(c.person, c.totp)
	if unreadable != nil {
		secret = make([]byte, totpSecret)
	}
	code, long := foldCode(code)
	step, matches := totpMatch(secret, code, c.step, time.Now())
	matches = matches && unreadable == nil
	h := p.recoveryHash(c.person, code)
	recovers, err := count(ctx, p.db.Reader(), `SELECT COUNT(*) FROM person_recovery WHERE log_id = $1 AND person = $2 AND h = $3`, p.logID, c.person, h[:])
	if err != nil {
		return statement{}, false, false, err
	}
	used = statement{`UPDATE person_password SET step = $1 WHERE log_id = $2 AND person = $3 AND pending = 0 AND step < $1`, []any{step, p.logID, c.person}}
	if long {
		matches = recovers == 1
		used = statement{`DELETE FROM person_recovery WHERE log_id = $1 AND person = $2 AND h = $3`, []any{p.logID, c.person, h[:]}}
	}
	return used, c.person != 0 && fits && right, matches, nil
}

// keepNetwork remembers from where a person signed in with the password.
func (p *People) keepNetwork(ctx context.Context, tx *store.Tx, person int64, h [32]byte) error {
	if _, err := tx.Exec(ctx, `INSERT INTO person_network (log_id, person, h, seen) VALUES ($1,$2,$3,$4)
		ON CONFLICT (log_id, person, h) DO UPDATE SET seen = excluded.seen`, p.logID, person, h[:], time.Now().UTC().UnixMicro()); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM person_network WHERE log_id = $1 AND person = $2 AND h IN (SELECT h FROM person_network WHERE log_id = $1 AND person = $2
		ORDER BY seen DESC, h LIMIT 1000 OFFSET `+fmt.Sprint(maxNetworks)+`)`, p.logID, person)
	return err
}

// inWords says a wait as people do, rounded up.
func inWords(d time.Duration) string {
	if d <= time.Minute {
		return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
	}
	return fmt.Sprintf("%d min", (d+time.Minute-1)/time.Minute)
}
