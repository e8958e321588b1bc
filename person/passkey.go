package person

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// The sizes of what is kept of passkeys and identities.
const (
	maxPasskeyID   = 1023      // bytes: WebAuthn level 3 section 4, credential id
	maxPasskeyData = 16 * 1024 // bytes
	maxIssuer      = 500       // bytes
	maxSubject     = 255       // bytes: OpenID Connect Core 1.0 section 2, sub
)

// Passkey is a passkey of a person; Data is what package web/passkey keeps of it.
type Passkey struct {
	ID      []byte
	Name    string
	Data    []byte
	Created time.Time
	Used    time.Time // zero: never
}

// AddPasskey keeps a new passkey of a person. fault.Conflict when it is known
// already, fault.Refused when the person has MaxPasskeys.
func (p *People) AddPasskey(ctx context.Context, personID int64, name string, id, data []byte) error {
	if name == "" {
		name = "Passkey"
	}
	name, err := cleanName("passkey", name)
	if err != nil {
		return err
	}
	if len(id) == 0 || len(id) > maxPasskeyID || len(data) > maxPasskeyData {
		return fault.At(fault.Invalid, "passkey", "its id has %d bytes and the rest %d; 1 to %d and %d are kept", len(id), len(data), maxPasskeyID, maxPasskeyData)
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := p.lock(ctx, tx, personID); err != nil {
			return err
		}
		n, err := count(ctx, tx, `SELECT COUNT(*) FROM person_passkey WHERE log_id = $1 AND person = $2`, p.logID, personID)
		if err != nil {
			return err
		}
		if n >= MaxPasskeys {
			return fault.New(fault.Refused, "you have %d passkeys, as many as one may; remove one first", n)
		}
		n, err = tx.Exec(ctx, `INSERT INTO person_passkey (log_id, id, person, name, data, created, used) VALUES ($1,$2,$3,$4,$5,$6,0) ON CONFLICT DO NOTHING`,
			p.logID, id, personID, name, append([]byte{}, data...), time.Now().UTC().UnixMicro())
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "this passkey is known here already")
		}
		return err
	})
}

// lock takes a person's row, so that two don't count what they have at once;
// fault.NotFound when they are not here.
func (p *People) lock(ctx context.Context, tx *store.Tx, personID int64) error {
	n, err := tx.Exec(ctx, `UPDATE person SET seen = seen WHERE log_id = $1 AND id = $2 AND removed = 0`, p.logID, personID)
	return orNobody(n, err)
}

// Passkeys gives the passkeys of a person, the oldest first.
func (p *People) Passkeys(ctx context.Context, personID int64) (out []Passkey, err error) {
	rows, err := p.db.Reader().QueryContext(ctx, `SELECT id, name, data, created, used FROM person_passkey WHERE log_id = $1 AND person = $2 ORDER BY created, id`, p.logID, personID)
	if err != nil {
		return nil, fmt.Errorf("listing passkeys: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k Passkey
		var created, used int64
		if err := rows.Scan(&k.ID, &k.Name, &k.Data, &created, &used); err != nil {
			return nil, err
		}
		k.Created, k.Used = micro(created), micro(used)
		out = append(out, k)
	}
	return out, rows.Err()
}

// PasskeyByID finds a passkey and whose it is; fault.NotFound when it is not known,
// or its person is no longer here.
func (p *People) PasskeyByID(ctx context.Context, id []byte) (Person, Passkey, error) {
	var k Passkey
	var created, used int64
	who, err := scan(p.db.Reader().QueryRowContext(ctx, `SELECT p.id, p.member, p.login, p.name, p.role, k.id, k.name, k.data, k.created, k.used
		FROM person_passkey k JOIN person p ON p.log_id = k.log_id AND p.id = k.person
		WHERE k.log_id = $1 AND k.id = $2 AND p.removed = 0`, p.logID, id).Scan, &k.ID, &k.Name, &k.Data, &created, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, Passkey{}, fault.New(fault.NotFound, "this passkey is not known here")
	}
	if err != nil {
		return Person{}, Passkey{}, fmt.Errorf("reading a passkey: %w", err)
	}
	k.Created, k.Used = micro(created), micro(used)
	return who, k, nil
}

// SavePasskey keeps what changed of a passkey when it was used, such as its
// counter; fault.NotFound when it is not known.
func (p *People) SavePasskey(ctx context.Context, id, data []byte) error {
	if len(data) > maxPasskeyData {
		return fault.At(fault.Invalid, "passkey", "it has %d bytes; at most %d are kept", len(data), maxPasskeyData)
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE person_passkey SET data = $1, used = $2 WHERE log_id = $3 AND id = $4`, append([]byte{}, data...), time.Now().UTC().UnixMicro(), p.logID, id)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "this passkey is not known here")
		}
		return err
	})
}

// RemovePasskey ends a passkey of a person; fault.NotFound when it isn't theirs.
func (p *People) RemovePasskey(ctx context.Context, personID int64, id []byte) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM person_passkey WHERE log_id = $1 AND person = $2 AND id = $3`, p.logID, personID, id)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "this passkey is not known here")
		}
		return err
	})
}

// Handle gives the WebAuthn user handle of a person: 64 random bytes.
func (p *People) Handle(ctx context.Context, personID int64) (handle []byte, err error) {
	err = p.db.Reader().QueryRowContext(ctx, `SELECT handle FROM person WHERE log_id = $1 AND id = $2 AND removed = 0`, p.logID, personID).Scan(&handle)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNobody
	}
	return handle, err
}

// ByHandle finds the person of a user handle; fault.NotFound when there is none.
func (p *People) ByHandle(ctx context.Context, handle []byte) (Person, error) {
	return p.one(ctx, p.db.Reader(), `handle = $2`, handle)
}

// Identity is who a person is at an OpenID provider.
type Identity struct {
	Issuer, Subject string
	Created         time.Time
}

// LinkIdentity lets a person sign in as a subject of an OpenID provider.
// fault.Conflict when that subject is somebody else, fault.Refused when the person
// has MaxIdentities.
func (p *People) LinkIdentity(ctx context.Context, personID int64, issuer, subject string) error {
	if !plainText(issuer, maxIssuer) || !plainText(subject, maxSubject) {
		return fault.At(fault.Invalid, "identity", "an issuer has 1 to %d bytes and a subject 1 to %d, without control characters", maxIssuer, maxSubject)
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := p.lock(ctx, tx, personID); err != nil {
			return err
		}
		n, err := count(ctx, tx, `SELECT COUNT(*) FROM person_identity WHERE log_id = $1 AND person = $2 AND NOT (issuer = $3 AND subject = $4)`, p.logID, personID, issuer, subject)
		if err != nil {
			return err
		}
		if n >= MaxIdentities {
			return fault.New(fault.Refused, "you have %d identities, as many as one may; remove one first", n)
		}
		if _, err = tx.Exec(ctx, `INSERT INTO person_identity (log_id, issuer, subject, person, created) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING`,
			p.logID, issuer, subject, personID, time.Now().UTC().UnixMicro()); err != nil {
			return err
		}
		whose, err := count(ctx, tx, `SELECT person FROM person_identity WHERE log_id = $1 AND issuer = $2 AND subject = $3`, p.logID, issuer, subject)
		if err == nil && whose != personID {
			return fault.New(fault.Conflict, "this identity belongs to somebody else here")
		}
		return err
	})
}

// plainText tells whether a text has 1 to n bytes, none of them invisible.
func plainText(s string, n int) bool {
	return s != "" && len(s) <= n && Visible(s) == s && strings.TrimSpace(s) == s
}

// ByIdentity finds the person who is a subject of a provider; fault.NotFound when nobody is.
func (p *People) ByIdentity(ctx context.Context, issuer, subject string) (Person, error) {
	who, err := scan(p.db.Reader().QueryRowContext(ctx, `SELECT p.id, p.member, p.login, p.name, p.role FROM person_identity i
		JOIN person p ON p.log_id = i.log_id AND p.id = i.person
		WHERE i.log_id = $1 AND i.issuer = $2 AND i.subject = $3 AND p.removed = 0`, p.logID, issuer, subject).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, fault.New(fault.NotFound, "nobody here is known by this identity")
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading an identity: %w", err)
	}
	return who, nil
}

// Identities gives the identities of a person, the oldest first.
func (p *People) Identities(ctx context.Context, personID int64) (out []Identity, err error) {
	rows, err := p.db.Reader().QueryContext(ctx, `SELECT issuer, subject, created FROM person_identity WHERE log_id = $1 AND person = $2 ORDER BY created, issuer, subject`, p.logID, personID)
	if err != nil {
		return nil, fmt.Errorf("listing identities: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var i Identity
		var created int64
		if err := rows.Scan(&i.Issuer, &i.Subject, &created); err != nil {
			return nil, err
		}
		i.Created = micro(created)
		out = append(out, i)
	}
	return out, rows.Err()
}

// UnlinkIdentity ends what LinkIdentity did; fault.NotFound when it isn't theirs.
func (p *People) UnlinkIdentity(ctx context.Context, personID int64, issuer, subject string) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM person_identity WHERE log_id = $1 AND person = $2 AND issuer = $3 AND subject = $4`, p.logID, personID, issuer, subject)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "this identity is not known here")
		}
		return err
	})
}
