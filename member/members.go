package member

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/stix"
	"tocsin/store"
)

const memberColumns = `id, name, role, identity, named, publisher, created`

// AddMember adds a member and gives it; fault.Conflict when the name, a domain or
// the identity belongs to another member, fault.Invalid when it breaks a rule.
func (r *Registry) AddMember(ctx context.Context, n NewMember) (m Member, err error) {
	m = Member{Role: n.Role, Publisher: n.Publisher, Identity: strings.ToLower(n.Identity)}
	if m.Name, err = cleanName("member", n.Name); err != nil {
		return Member{}, err
	}
	if m.Domains, err = cleanDomains(n.Domains); err != nil {
		return Member{}, err
	}
	switch m.Role {
	case "":
		m.Role = RoleMember
	case RoleMember, RoleReviewer, RoleAuditor, RoleOperator:
	default:
		return Member{}, fault.At(fault.Invalid, "role", "the roles are member, reviewer, auditor, operator")
	}
	if m.Identity == "" {
		var b [16]byte
		rand.Read(b[:])
		m.Identity = "identity--" + uuid4(b)
	} else if typ, ok := stix.CheckID(m.Identity); !ok || typ != "identity" {
		return Member{}, fault.At(fault.Invalid, "identity", "this is not identity--UUID")
	}
	m.Created = time.Now().UTC().Truncate(time.Microsecond)
	err = r.change(ctx, func(tx *store.Tx) error {
		if err := r.free(ctx, tx, m); err != nil {
			return err
		}
		return r.insertMember(ctx, tx, &m)
	})
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

// free makes sure that nobody else has the name, the identity or a domain.
func (r *Registry) free(ctx context.Context, q store.Querier, m Member) error {
	taken := func(text string, arg any) (bool, error) {
		var n int64
		err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+text, r.logID, arg).Scan(&n)
		return n > 0, err
	}
	yes, err := taken(`member WHERE log_id = $1 AND fold = $2 AND removed = 0`, fold(m.Name))
	if err != nil || yes {
		return orConflict(err, "a member of this name is there already")
	}
	// A removed member's identity stays its own: objects that it filed under it are still there.
	if yes, err = taken(`member WHERE log_id = $1 AND identity = $2`, m.Identity); err != nil || yes {
		return orConflict(err, "this identity is another member's")
	}
	for i, d := range m.Domains {
		if yes, err = taken(`member_domain WHERE log_id = $1 AND domain = $2`, d); err != nil || yes {
			return orConflict(err, "domain %d of them is another member's", i+1)
		}
	}
	return nil
}

func orConflict(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, format, args...)
}

func (r *Registry) insertMember(ctx context.Context, tx *store.Tx, m *Member) error {
	id, err := r.next(ctx, tx, `SELECT COALESCE(MAX(id), 0) FROM member WHERE log_id = $1`)
	if err != nil {
		return err
	}
	m.ID = ID(id + 1)
	if _, err := tx.Exec(ctx, `INSERT INTO member (log_id, id, name, fold, role, identity, named, publisher, created, removed) VALUES ($1,$2,$3,$4,$5,$6,0,$7,$8,0)`,
		r.logID, int64(m.ID), m.Name, fold(m.Name), string(m.Role), m.Identity, bit(m.Publisher), m.Created.UnixMicro()); err != nil {
		return fmt.Errorf("adding a member: %w", err)
	}
	for _, d := range m.Domains {
		if _, err := tx.Exec(ctx, `INSERT INTO member_domain (log_id, domain, member) VALUES ($1,$2,$3)`, r.logID, d, int64(m.ID)); err != nil {
			return fmt.Errorf("adding a domain: %w", err)
		}
	}
	return nil
}

// next reads the highest number given so far. The head row, taken by change,
// keeps two from reading the same.
func (r *Registry) next(ctx context.Context, q store.Querier, text string) (n int64, err error) {
	err = q.QueryRowContext(ctx, text, r.logID).Scan(&n)
	return n, err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Members lists all that were not removed, by id.
func (r *Registry) Members(ctx context.Context) (out []Member, err error) {
	defer fault.Wrap(&err, "listing members")
	err = r.db.Snapshot(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, `SELECT `+memberColumns+` FROM member WHERE log_id = $1 AND removed = 0 ORDER BY id`, r.logID)
		if err != nil {
			return err
		}
		defer rows.Close()
		out = nil
		for rows.Next() {
			m, err := scanMember(rows.Scan)
			if err != nil {
				return err
			}
			out = append(out, m)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		for i := range out {
			if out[i].Domains, err = r.domainsOf(ctx, q, out[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func scanMember(scan func(...any) error) (m Member, err error) {
	var id, named, publisher, created int64
	var role string
	err = scan(&id, &m.Name, &role, &m.Identity, &named, &publisher, &created)
	m.ID, m.Role, m.Named, m.Publisher, m.Created = ID(id), Role(role), named != 0, publisher != 0, time.UnixMicro(created).UTC()
	return m, err
}

func (r *Registry) domainsOf(ctx context.Context, q store.Querier, who ID) (out []string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT domain FROM member_domain WHERE log_id = $1 AND member = $2`, r.logID, int64(who))
	return texts(rows, err)
}

// memberByID reads a member that was not removed; sql.ErrNoRows when there is none.
func (r *Registry) memberByID(ctx context.Context, q store.Querier, id ID) (Member, error) {
	m, err := scanMember(q.QueryRowContext(ctx, `SELECT `+memberColumns+` FROM member WHERE log_id = $1 AND id = $2 AND removed = 0`, r.logID, int64(id)).Scan)
	if err != nil {
		return Member{}, err
	}
	m.Domains, err = r.domainsOf(ctx, q, m.ID)
	return m, err
}

// byName finds a member that was not removed; fault.NotFound when there is none.
func (r *Registry) byName(ctx context.Context, q store.Querier, name string) (Member, error) {
	m, err := scanMember(q.QueryRowContext(ctx, `SELECT `+memberColumns+` FROM member WHERE log_id = $1 AND fold = $2 AND removed = 0`, r.logID, fold(name)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Member{}, fault.New(fault.NotFound, "there is no member of this name; `tocsin member list` shows them")
	}
	if err != nil {
		return Member{}, err
	}
	m.Domains, err = r.domainsOf(ctx, q, m.ID)
	return m, err
}

// RemoveMember ends a member's keys, group memberships, domains and its word on
// others; what it shared stays, and so does what others think of it. Its name may
// be given again, to another member with another number.
func (r *Registry) RemoveMember(ctx context.Context, name string) error {
	return r.change(ctx, func(tx *store.Tx) error {
		m, err := r.byName(ctx, tx, name)
		if err != nil {
			return err
		}
		now := time.Now().UTC().UnixMicro()
		if _, err := tx.Exec(ctx, `UPDATE member SET removed = $1 WHERE log_id = $2 AND id = $3`, now, r.logID, int64(m.ID)); err != nil {
			return fmt.Errorf("removing a member: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE member_key SET removed = $1 WHERE log_id = $2 AND member = $3 AND removed = 0`, now, r.logID, int64(m.ID)); err != nil {
			return fmt.Errorf("ending a member's keys: %w", err)
		}
		for _, text := range []string{
			`DELETE FROM group_member WHERE log_id = $1 AND member = $2`,
			`DELETE FROM member_domain WHERE log_id = $1 AND member = $2`,
			`DELETE FROM trust WHERE log_id = $1 AND receiver = $2`,
		} {
			if _, err := tx.Exec(ctx, text, r.logID, int64(m.ID)); err != nil {
				return fmt.Errorf("ending what belongs to a member: %w", err)
			}
		}
		return nil
	})
}

// SetNamed records a member's consent to be named, or its end. What was filed
// before keeps the identity that it was published under.
func (r *Registry) SetNamed(ctx context.Context, name string, named bool) error {
	return r.change(ctx, func(tx *store.Tx) error {
		m, err := r.byName(ctx, tx, name)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE member SET named = $1 WHERE log_id = $2 AND id = $3`, bit(named), r.logID, int64(m.ID))
		return err
	})
}

// texts reads rows of one text column, sorted here: the engines sort text differently.
func texts(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out, rows.Err()
}
