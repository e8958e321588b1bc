package person

import (
	"context"
	"fmt"
	"strconv"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
)

// Holder answers for the register what it holds on a person who signs in.
type Holder struct{ p *People }

// NewHolder makes the holder of a register; it implements rights.Holder.
func NewHolder(p *People) Holder { return Holder{p} }

// Tables names the register's tables.
func (h Holder) Tables() []string {
	return []string{"person", "person_link", "person_session", "person_password", "person_recovery", "person_network", "person_passkey", "person_identity"}
}

// Find gives the accounts, removed ones too, whose name, login, OpenID subject or
// passkey's name holds a value. With an account stand its sessions, links and ways
// to sign in.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) (out []rights.Item, err error) {
	defer fault.Wrap(&err, "looking for a person among those who sign in")
	rows, err := q.QueryContext(ctx, `SELECT id, name, login, created, removed FROM person WHERE log_id = $1
		UNION ALL SELECT p.id, i.subject, '', p.created, p.removed FROM person_identity i JOIN person p ON p.log_id = i.log_id AND p.id = i.person WHERE i.log_id = $1
		UNION ALL SELECT p.id, k.name, '', p.created, p.removed FROM person_passkey k JOIN person p ON p.log_id = k.log_id AND p.id = k.person WHERE k.log_id = $1
		ORDER BY 1`, h.p.logID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	last := int64(0)
	for rows.Next() {
		var id, created, removed int64
		var name, login string
		if err := rows.Scan(&id, &name, &login, &created, &removed); err != nil {
			return nil, err
		}
		if id == last || !rights.Mentions(name, values) && !rights.Mentions(login, values) {
			continue
		}
		last = id
		it := rights.Item{Table: "person", Ref: strconv.FormatInt(id, 10), Since: micro(created),
			What: "an account that signs in here: name, login, ways to sign in, sessions and the browsers they were opened in"}
		if removed != 0 {
			it.What = "the name of somebody who signed in here until they were removed: it says who did what"
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// Erase takes out the name of an account that was removed; one that is still there
// must be removed first, which deletes all but the name.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	gone := fault.New(fault.NotFound, "the register holds no such item")
	id, err := strconv.ParseInt(it.Ref, 10, 64)
	if err != nil || it.Table != "person" {
		return gone
	}
	n, err := tx.Exec(ctx, `UPDATE person SET name = $1 WHERE log_id = $2 AND id = $3 AND removed > 0 AND name <> $1`, fmt.Sprintf("removed %d", id), h.p.logID, id)
	if err != nil || n > 0 {
		return err
	}
	there, err := count(ctx, tx, `SELECT COUNT(*) FROM person WHERE log_id = $1 AND id = $2 AND removed = 0`, h.p.logID, id)
	if err == nil && there > 0 {
		return fault.New(fault.Refused, "the account is still in use; remove it first")
	}
	if err == nil {
		err = gone
	}
	return err
}
