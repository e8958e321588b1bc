package person

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
	"tocsin/member"
	"tocsin/store"
)

// NewPerson says what a person is invited with.
type NewPerson struct {
	Member string // name; "" is the member of whoever invites
	Login  string // 3 to 64 of a to z, digits and . _ - + @; unlike every other person's
	Name   string // 1 to 100 characters
	Role   member.Role
}

const columns = `id, member, login, name, role`

func scan(f func(...any) error, more ...any) (p Person, err error) {
	var who int64
	var role string
	err = f(append([]any{&p.ID, &who, &p.Login, &p.Name, &role}, more...)...)
	p.Member, p.Role = member.ID(who), member.Role(role)
	return p, err
}

// Invite adds a person and makes the one-time link that lets them in: an operator
// for any member, an analyst for its own, and then as an analyst. fault.Conflict
// when the login is somebody else's, fault.Refused when the member has MaxPeople
// people or MaxLinks links that nobody took yet, or when one person alone makes an
// operator where there are two.
func (p *People) Invite(ctx context.Context, by member.Session, n NewPerson) (who Person, token string, err error) {
	m, err := p.target(ctx, by, n.Member)
	if err != nil {
		return Person{}, "", err
	}
	if err := mayGive(by, m, n.Role); err != nil {
		return Person{}, "", err
	}
	add := Person{Member: m.ID, Role: n.Role}
	if add.Login, err = cleanLogin(n.Login); err != nil {
		return Person{}, "", err
	}
	if add.Name, err = cleanName("name", n.Name); err != nil {
		return Person{}, "", err
	}
	token = newSecret()
	err = p.choosing([][]byte{fmt.Appendf(nil, "member %d", by.Member.ID)}, func() error {
		return p.changeBy(ctx, by, func(tx *store.Tx) error {
			if err := p.mayRaise(ctx, tx, by, n.Role); err != nil {
				return err
			}
			if who, err = p.insert(ctx, tx, add); err != nil {
				return err
			}
			return p.insertLink(ctx, tx, m.ID, who.ID, token)
		})
	})
	if err != nil {
		return Person{}, "", err
	}
	return who, token, nil
}

// target finds the member whose people somebody may change: an operator anybody's,
// others their own. Whether another member exists is not told.
func (p *People) target(ctx context.Context, by member.Session, name string) (member.Member, error) {
	refused := by.May(member.ActAdminister)
	if refused == nil && name != "" {
		s, err := p.members.Session(ctx, name)
		return s.Member, err
	}
	if err := by.May(member.ActOwn); err != nil {
		return member.Member{}, err
	}
	if name != "" && !strings.EqualFold(strings.TrimSpace(name), by.Member.Name) {
		return member.Member{}, refused
	}
	return by.Member, nil
}

// mayGive tells whether somebody may give a role at a member. Who doesn't
// administer gives no more than an analyst's: nobody raises themself.
func mayGive(by member.Session, m member.Member, role member.Role) error {
	roles := member.RolesFor(m.Role)
	if !slices.Contains(roles, role) {
		var names []string
		for _, r := range roles {
			names = append(names, string(r))
		}
		return fault.At(fault.Invalid, "role", "a person of this member may be: %s", strings.Join(names, ", "))
	}
	if role != member.RoleAnalyst {
		return by.May(member.ActAdminister)
	}
	return nil
}

// insert adds a person with a free login, within change.
func (p *People) insert(ctx context.Context, tx *store.Tx, n Person) (Person, error) {
	if err := p.loginFree(ctx, tx, n.Login, 0); err != nil {
		return Person{}, err
	}
	there, err := count(ctx, tx, `SELECT COUNT(*) FROM person WHERE log_id = $1 AND member = $2 AND removed = 0`, p.logID, int64(n.Member))
	if err != nil {
		return Person{}, err
	}
	if there >= MaxPeople {
		return Person{}, fault.New(fault.Refused, "this member has %d people, as many as it may; remove some first", there)
	}
	last, err := count(ctx, tx, `SELECT COALESCE(MAX(id), 0) FROM person WHERE log_id = $1`, p.logID)
	if err != nil {
		return Person{}, err
	}
	n.ID = last + 1
	handle := make([]byte, 64) // WebAuthn level 3 section 14.6.1: random, nothing personal
	rand.Read(handle)
	_, err = tx.Exec(ctx, `INSERT INTO person (log_id, `+columns+`, handle, created, seen, removed) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,0,0)`,
		p.logID, n.ID, int64(n.Member), n.Login, n.Name, string(n.Role), handle, time.Now().UTC().UnixMicro())
	return n, err
}

// loginFree makes sure that nobody but self has a login.
func (p *People) loginFree(ctx context.Context, q store.Querier, login string, self int64) error {
	n, err := count(ctx, q, `SELECT COUNT(*) FROM person WHERE log_id = $1 AND login = $2 AND removed = 0 AND id <> $3`, p.logID, login, self)
	if err == nil && n > 0 {
		return fault.At(fault.Conflict, "login", "this login is taken; choose another one")
	}
	return err
}

// Person gives a person; fault.NotFound when there is none, or no longer.
func (p *People) Person(ctx context.Context, id int64) (Person, error) {
	return p.one(ctx, p.db.Reader(), `id = $2`, id)
}

// one reads the person for whom a condition on $2 holds.
func (p *People) one(ctx context.Context, q store.Querier, where string, arg any) (Person, error) {
	who, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+` FROM person WHERE log_id = $1 AND removed = 0 AND `+where, p.logID, arg).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, errNobody
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading a person: %w", err)
	}
	return who, nil
}

// Name gives the name of a person who is or was here, for lists of what was done;
// "" when there never was one.
func (p *People) Name(ctx context.Context, id int64) (name string, err error) {
	err = p.db.Reader().QueryRowContext(ctx, `SELECT name FROM person WHERE log_id = $1 AND id = $2`, p.logID, id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

// ListOf gives the people of a member by number: to an operator those of any, to
// others who may change their own member those of their own. "" is one's own.
func (p *People) ListOf(ctx context.Context, by member.Session, memberName string) (out []Person, err error) {
	m, err := p.target(ctx, by, memberName)
	if err != nil {
		return nil, err
	}
	rows, err := p.db.Reader().QueryContext(ctx, `SELECT `+columns+` FROM person WHERE log_id = $1 AND member = $2 AND removed = 0 ORDER BY id`, p.logID, int64(m.ID))
	if err != nil {
		return nil, fmt.Errorf("listing people: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		who, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, who)
	}
	return out, rows.Err()
}

// Rename changes what a person is called and signs in with; fault.Conflict when
// the login is somebody else's.
func (p *People) Rename(ctx context.Context, id int64, login, name string) error {
	login, err := cleanLogin(login)
	if err != nil {
		return err
	}
	if name, err = cleanName("name", name); err != nil {
		return err
	}
	who, err := p.Person(ctx, id)
	if err != nil {
		return err
	}
	return p.choosing([][]byte{fmt.Appendf(nil, "person %d", id), fmt.Appendf(nil, "member %d", who.Member)}, func() error {
		return p.change(ctx, func(tx *store.Tx) error {
			if err := p.loginFree(ctx, tx, login, id); err != nil {
				return err
			}
			n, err := tx.Exec(ctx, `UPDATE person SET login = $1, name = $2 WHERE log_id = $3 AND id = $4 AND removed = 0`, login, name, p.logID, id)
			return orNobody(n, err)
		})
	})
}

// choosing runs f, in which who, a person or a member or both, chooses a login. Who
// chooses one that is taken again and again waits: fault.Busy (see freeOfTaken).
func (p *People) choosing(who [][]byte, f func() error) error {
	var wait time.Duration
	for _, w := range who {
		wait = max(wait, p.guard.ask(p.keys.MAC(macTry, w), time.Now()))
	}
	if wait > 0 {
		return fault.New(fault.Busy, "too many logins that were taken; wait %s and try again", inWords(wait))
	}
	err := f()
	if fault.KindOf(err) == fault.Conflict {
		for _, w := range who {
			p.guard.hit(p.keys.MAC(macTry, w), time.Now())
		}
	}
	return err
}

func orNobody(n int64, err error) error {
	if err == nil && n == 0 {
		return errNobody
	}
	return err
}

// SetRole gives a person another role; operators do that, and where there are two
// of them it takes both to make another. The last operator keeps theirs.
func (p *People) SetRole(ctx context.Context, by member.Session, id int64, role member.Role) error {
	if err := by.May(member.ActAdminister); err != nil {
		return err
	}
	who, err := p.Person(ctx, id)
	if err != nil {
		return err
	}
	s, err := p.members.SessionOf(ctx, who.Member)
	if err != nil {
		return err
	}
	if err := mayGive(by, s.Member, role); err != nil {
		return err
	}
	live, err := p.operatorMembers(ctx)
	if err != nil {
		return err
	}
	return p.changeBy(ctx, by, func(tx *store.Tx) error {
		if err := p.mayRaise(ctx, tx, by, role); err != nil {
			return err
		}
		if role != member.RoleOperator {
			if err := p.notLast(ctx, tx, id, live); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, `UPDATE person SET role = $1 WHERE log_id = $2 AND id = $3 AND removed = 0`, string(role), p.logID, id)
		return orNobody(n, err)
	})
}

// Remove ends a person: their sessions, links and ways to sign in go at once. An
// operator removes anybody, an analyst analysts of its own member. The last
// operator stays: fault.Refused.
func (p *People) Remove(ctx context.Context, by member.Session, id int64) error {
	live, err := p.operatorMembers(ctx)
	if err != nil {
		return err
	}
	return p.changeBy(ctx, by, func(tx *store.Tx) error {
		who, err := p.one(ctx, tx, `id = $2`, id)
		if err := mayTouch(by, who, err); err != nil {
			return err
		}
		if err := p.notLast(ctx, tx, id, live); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE person SET removed = $1, login = '' WHERE log_id = $2 AND id = $3`, time.Now().UTC().UnixMicro(), p.logID, id); err != nil {
			return err
		}
		for _, table := range [...]string{"person_session", "person_link", "person_password", "person_recovery", "person_network", "person_passkey", "person_identity"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE log_id = $1 AND person = $2`, p.logID, id); err != nil {
				return fmt.Errorf("ending what a person signs in with: %w", err)
			}
		}
		return nil
	})
}

// mayTouch tells whether somebody may remove a person that was looked up with err.
// Of others' people nobody hears whether they exist.
func mayTouch(by member.Session, who Person, err error) error {
	if by.May(member.ActAdminister) == nil {
		return err
	}
	if refused := by.May(member.ActOwn); refused != nil {
		return refused
	}
	if err == nil && who.Member != by.Member.ID {
		return errNobody
	}
	if err == nil && who.Role != member.RoleAnalyst {
		return by.May(member.ActAdminister)
	}
	return err
}

// Operators counts the people who are operators.
func (p *People) Operators(ctx context.Context) (int, error) { return p.operators(ctx, p.db.Reader()) }

func (p *People) operators(ctx context.Context, q store.Querier) (int, error) {
	live, err := p.operatorMembers(ctx)
	if err != nil {
		return 0, err
	}
	there, err := p.withRole(ctx, q, member.RoleOperator)
	return len(slices.DeleteFunc(there, func(who Person) bool { return !live[who.Member] })), err
}

// mayRaise refuses to let one of several operators make another one alone: that
// one could then approve what the first asks for. The only one there is makes the
// second alone. It counts within the transaction, so of two tries at once one is second.
func (p *People) mayRaise(ctx context.Context, tx *store.Tx, by member.Session, role member.Role) error {
	if role != member.RoleOperator || !by.Alone() {
		return nil
	}
	n, err := p.operators(ctx, tx)
	if err == nil && n >= 2 {
		err = fault.At(fault.Refused, "role", "there are %d operators, so it takes two of them to make another: invite them with another role, then ask to change it", n)
	}
	return err
}

// operatorMembers are the members whose people may be operators.
func (p *People) operatorMembers(ctx context.Context) (map[member.ID]bool, error) {
	all, err := p.members.Members(ctx)
	live := map[member.ID]bool{}
	for _, m := range all {
		live[m.ID] = m.Role == member.RoleOperator
	}
	return live, err
}

// notLast refuses what would leave no operator.
func (p *People) notLast(ctx context.Context, tx *store.Tx, id int64, live map[member.ID]bool) error {
	there, err := p.withRole(ctx, tx, member.RoleOperator)
	if err != nil {
		return err
	}
	is, others := false, false
	for _, who := range there {
		is, others = is || who.ID == id, others || who.ID != id && live[who.Member]
	}
	if is && !others {
		return fault.New(fault.Refused, "this is the last operator; make another one first")
	}
	return nil
}

// withRole reads the people with a role.
func (p *People) withRole(ctx context.Context, q store.Querier, role member.Role) (out []Person, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM person WHERE log_id = $1 AND role = $2 AND removed = 0`, p.logID, string(role))
	if err != nil {
		return nil, fmt.Errorf("reading the people with a role: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		who, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, who)
	}
	return out, rows.Err()
}
