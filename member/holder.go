package member

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"tocsin/fault"
	"tocsin/rights"
	"tocsin/store"
)

// Holder answers for the register what it holds on a person. Members are
// organisations, but a sole trader's name, a domain or the name of a group may be
// a person's.
type Holder struct{ r *Registry }

// NewHolder makes the holder of a register; it implements rights.Holder.
func NewHolder(r *Registry) Holder { return Holder{r} }

// Tables names the register's tables.
func (h Holder) Tables() []string {
	return []string{"member", "member_domain", "member_key", "sharing_group", "group_member", "trust"}
}

// Find gives the members, removed ones too, domains and groups whose name holds a value.
func (h Holder) Find(ctx context.Context, q store.Querier, values []string) (out []rights.Item, err error) {
	defer fault.Wrap(&err, "looking for a person among members")
	find := func(table, what, text string) error {
		rows, err := q.QueryContext(ctx, text, h.r.logID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var ref, name string
			var created int64
			if err := rows.Scan(&ref, &name, &created); err != nil {
				return err
			}
			if rights.Mentions(name, values) {
				it := rights.Item{Table: table, Ref: ref, What: what}
				if created > 0 {
					it.Since = time.UnixMicro(created).UTC()
				}
				out = append(out, it)
			}
		}
		return rows.Err()
	}
	for _, t := range [...][3]string{
		{"member", "the name of a member of the exchange", `SELECT CAST(id AS TEXT), name, created FROM member WHERE log_id = $1 ORDER BY id`},
		{"member_domain", "a domain that a member registered", `SELECT domain, domain, 0 FROM member_domain WHERE log_id = $1 ORDER BY domain`},
		{"sharing_group", "the name of a sharing group", `SELECT CAST(aud AS TEXT), name, created FROM sharing_group WHERE log_id = $1 ORDER BY aud`},
	} {
		if err := find(t[0], t[1], t[2]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Erase takes a domain out, or the name of a member or group that was removed; one
// that is still there must be removed first.
func (h Holder) Erase(ctx context.Context, tx *store.Tx, it rights.Item) error {
	if err := store.RaiseRights(ctx, tx, h.r.logID); err != nil {
		return fmt.Errorf("raising the rights counter: %w", err)
	}
	gone := fault.New(fault.NotFound, "the register holds no such item")
	if it.Table == "member_domain" {
		n, err := tx.Exec(ctx, `DELETE FROM member_domain WHERE log_id = $1 AND domain = $2`, h.r.logID, it.Ref)
		if err == nil && n == 0 {
			return gone
		}
		return err
	}
	column, ok := map[string]string{"member": "id", "sharing_group": "aud"}[it.Table]
	id, err := strconv.ParseInt(it.Ref, 10, 64)
	if !ok || err != nil {
		return gone
	}
	name := fmt.Sprintf("removed %d", id)
	n, err := tx.Exec(ctx, `UPDATE `+it.Table+` SET name = $1, fold = $1 WHERE log_id = $2 AND `+column+` = $3 AND removed > 0 AND name <> $1`, name, h.r.logID, id)
	if err != nil || n > 0 {
		return err
	}
	var there int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+it.Table+` WHERE log_id = $1 AND `+column+` = $2 AND removed = 0`, h.r.logID, id).Scan(&there); err != nil {
		return err
	}
	if there > 0 {
		return fault.New(fault.Refused, "it is still in use; remove the member or the group first")
	}
	return gone
}
