package person

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
)

// Link is what a one-time link is for.
type Link struct {
	Member string // name
	Person Person // who signs in; zero when the link makes the member's first person
	Until  time.Time
}

// LinkUse is a link as its person sees it, without its token.
type LinkUse struct {
	Made, Until time.Time
	Used        time.Time // zero: not yet
	Agent       string    // the browser that used it
}

// linksKept is how long a person sees where their links were used.
const linksKept = 90 * 24 * time.Hour

// errLink is the one answer for links that open nothing.
var errLink = fault.New(fault.Gone, "this link was used already, is older than a day, or was never made here; ask whoever gave it to you for a new one, and tell them if it wasn't you who used it")

// newSecret makes a secret of 200 random bits in base 32.
func newSecret() string {
	var b [25]byte
	rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// shapedLikeSecret tells whether a text can be a secret at all, so that anything
// else costs no look-up.
func shapedLikeSecret(s string) bool {
	return len(s) == 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// insertLink keeps a link's hash, within change. A link for a person ends the
// older ones for the same person.
func (p *People) insertLink(ctx context.Context, tx *store.Tx, m member.ID, person int64, token string) error {
	now := time.Now().UTC()
	if _, err := tx.Exec(ctx, `DELETE FROM person_link WHERE log_id = $1 AND member = $2 AND until < $3`, p.logID, int64(m), now.Add(-linksKept).UnixMicro()); err != nil {
		return err
	}
	if person != 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM person_link WHERE log_id = $1 AND person = $2 AND used = 0`, p.logID, person); err != nil {
			return err
		}
	} else if _, err := tx.Exec(ctx, `DELETE FROM person_link WHERE log_id = $1 AND h IN (SELECT h FROM person_link WHERE log_id = $1 AND member = $2 AND person = 0 AND used = 0
		ORDER BY made DESC, h LIMIT 1000 OFFSET `+fmt.Sprint(maxWelcome-1)+`)`, p.logID, int64(m)); err != nil {
		return err
	}
	open, err := count(ctx, tx, `SELECT COUNT(*) FROM person_link WHERE log_id = $1 AND member = $2 AND used = 0 AND until > $3`, p.logID, int64(m), now.UnixMicro())
	if err != nil {
		return err
	}
	if open >= MaxLinks {
		return fault.New(fault.Refused, "%d links of this member wait to be used, as many as may; they end by themselves after a day", open)
	}
	h := p.keys.MAC(macLink, []byte(token))
	_, err = tx.Exec(ctx, `INSERT INTO person_link (log_id, h, member, person, made, until, used, agent) VALUES ($1,$2,$3,$4,$5,$6,0,'')`,
		p.logID, h[:], int64(m), person, now.UnixMicro(), now.Add(LinkLife).UnixMicro())
	return err
}

// Welcome makes a one-time link for the first person of a member: who has the
// member's widest role, or else is made when the link is taken. It asks nobody's
// leave: it is for the command line on the data folder and the first start.
func (p *People) Welcome(ctx context.Context, memberName string) (token string, err error) {
	s, err := p.members.Session(ctx, memberName)
	if err != nil {
		return "", err
	}
	token = newSecret()
	err = p.change(ctx, func(tx *store.Tx) error { return p.insertLink(ctx, tx, s.Member.ID, 0, token) })
	if err != nil {
		return "", err
	}
	return token, nil
}

// NewLink makes a one-time link for somebody who lost every way to sign in, and
// ends their older links; operators do that, and the command line on the data
// folder, which alone does it for an operator where there are two: with such a link
// one of them could be both.
func (p *People) NewLink(ctx context.Context, by member.Session, personID int64) (token string, err error) {
	if err := by.May(member.ActAdminister); err != nil {
		return "", err
	}
	token = newSecret()
	err = p.changeBy(ctx, by, func(tx *store.Tx) error {
		who, err := p.one(ctx, tx, `id = $2`, personID)
		if err != nil {
			return err
		}
		if who.Role == member.RoleOperator && by.Alone() {
			if n, err := p.operators(ctx, tx); err != nil || n >= 2 {
				return cmp.Or(err, fault.New(fault.Refused, "nobody makes a link for an operator alone; `tocsin person link` makes it on the data folder"))
			}
		}
		return p.insertLink(ctx, tx, who.Member, who.ID, token)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// link is a row of person_link.
type link struct {
	h      [32]byte
	member member.Member
	person int64
	until  time.Time
}

// findLink reads a link that may still be taken; fault.Gone otherwise.
func (p *People) findLink(ctx context.Context, token string) (l link, err error) {
	if !shapedLikeSecret(token) {
		return link{}, errLink
	}
	l.h = p.keys.MAC(macLink, []byte(token))
	var m, until, used int64
	err = p.db.Reader().QueryRowContext(ctx, `SELECT member, person, until, used FROM person_link WHERE log_id = $1 AND h = $2`, p.logID, l.h[:]).Scan(&m, &l.person, &until, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return link{}, errLink
	}
	if err != nil {
		return link{}, fmt.Errorf("reading a link: %w", err)
	}
	if l.until = micro(until); used != 0 || !time.Now().Before(l.until) {
		return link{}, errLink
	}
	s, err := p.members.SessionOf(ctx, member.ID(m))
	if fault.KindOf(err) == fault.Unauthenticated { // the member was removed
		return link{}, errLink
	}
	l.member = s.Member
	return l, err
}

// LookLink tells for whom a link is, without using it up: what fetches links by
// itself, such as a mail scanner, takes nothing away. fault.Gone when it was used
// or is too old.
func (p *People) LookLink(ctx context.Context, token string) (Link, error) {
	l, err := p.findLink(ctx, token)
	if err != nil {
		return Link{}, err
	}
	out := Link{Member: l.member.Name, Until: l.until}
	out.Person, err = p.whose(ctx, p.db.Reader(), l)
	if fault.KindOf(err) == fault.NotFound && l.person != 0 { // removed meanwhile
		return Link{}, errLink
	}
	if fault.KindOf(err) == fault.NotFound {
		return out, nil
	}
	return out, err
}

// widest is the role of a member's people that may most.
func widest(m member.Member) member.Role {
	roles := member.RolesFor(m.Role)
	return roles[len(roles)-1]
}

// whose finds the person of a link; fault.NotFound when they are still to be made.
func (p *People) whose(ctx context.Context, q store.Querier, l link) (Person, error) {
	if l.person != 0 {
		return p.one(ctx, q, `id = $2`, l.person)
	}
	first, err := count(ctx, q, `SELECT COALESCE(MIN(id), 0) FROM person WHERE log_id = $1 AND member = $2 AND role = $3 AND removed = 0`, p.logID, int64(l.member.ID), string(widest(l.member)))
	if err != nil {
		return Person{}, err
	}
	return p.one(ctx, q, `id = $2`, first)
}

// TakeLink uses a link up and opens a session: of two who take it at once one
// gets in, the other hears fault.Gone, and Links tells the person where it was
// used. name is what a first person wants to be called; "" takes the member's name.
func (p *People) TakeLink(ctx context.Context, token, name, agent string) (secret string, err error) {
	l, err := p.findLink(ctx, token)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(name) == "" {
		name = l.member.Name
	}
	if name, err = cleanName("name", name); err != nil {
		return "", err
	}
	err = p.change(ctx, func(tx *store.Tx) error {
		who, err := p.whose(ctx, tx, l)
		if fault.KindOf(err) == fault.NotFound && l.person != 0 {
			return errLink
		}
		if fault.KindOf(err) == fault.NotFound {
			who, err = p.first(ctx, tx, l.member, name)
		}
		if err != nil {
			return err
		}
		now := time.Now().UTC().UnixMicro()
		n, err := tx.Exec(ctx, `UPDATE person_link SET used = $1, agent = $2, person = $3 WHERE log_id = $4 AND h = $5 AND used = 0 AND until > $1`, now, cleanAgent(agent), who.ID, p.logID, l.h[:])
		if err != nil {
			return err
		}
		if n == 0 { // somebody was faster
			return errLink
		}
		secret, err = p.open(ctx, tx, who.ID, ByLink, agent)
		return err
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// first makes the first person of a member, with a login from the name.
func (p *People) first(ctx context.Context, tx *store.Tx, m member.Member, name string) (Person, error) {
	base := loginFrom(name)
	login := base
	for i := 2; ; i++ {
		err := p.loginFree(ctx, tx, login, 0)
		if err == nil {
			break
		}
		if fault.KindOf(err) != fault.Conflict {
			return Person{}, err
		}
		if login = fmt.Sprintf("%s-%d", base, i); i > MaxPeople {
			return Person{}, err
		}
	}
	return p.insert(ctx, tx, Person{Member: m.ID, Login: login, Name: name, Role: widest(m)})
}

// Links gives the links of a person, newest first: which were used, when and where.
func (p *People) Links(ctx context.Context, personID int64) (out []LinkUse, err error) {
	rows, err := p.db.Reader().QueryContext(ctx, `SELECT made, until, used, agent FROM person_link WHERE log_id = $1 AND person = $2 ORDER BY made DESC, h LIMIT 100`, p.logID, personID)
	if err != nil {
		return nil, fmt.Errorf("listing links: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var u LinkUse
		var made, until, used int64
		if err := rows.Scan(&made, &until, &used, &u.Agent); err != nil {
			return nil, err
		}
		u.Made, u.Until, u.Used = micro(made), micro(until), micro(used)
		out = append(out, u)
	}
	return out, rows.Err()
}
