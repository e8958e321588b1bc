package member

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// AddGroup makes a sharing group of members. A name that is in use is
// fault.Conflict, an unknown member fault.NotFound.
func (r *Registry) AddGroup(ctx context.Context, name string, members []string) (g Group, err error) {
	if g.Name, err = cleanGroup(name); err != nil {
		return Group{}, err
	}
	err = r.change(ctx, func(tx *store.Tx) error {
		switch _, err := r.groupByName(ctx, tx, g.Name); {
		case err == nil:
			return fault.New(fault.Conflict, "a sharing group of this name is there already")
		case fault.KindOf(err) != fault.NotFound:
			return err
		}
		last, err := r.next(ctx, tx, `SELECT COALESCE(MAX(aud), 0) FROM sharing_group WHERE log_id = $1`)
		if err != nil {
			return err
		}
		g.Audience = max(FirstGroup, Audience(last)+1)
		if _, err := tx.Exec(ctx, `INSERT INTO sharing_group (log_id, aud, name, fold, created, removed) VALUES ($1,$2,$3,$4,$5,0)`,
			r.logID, int64(g.Audience), g.Name, fold(g.Name), time.Now().UTC().UnixMicro()); err != nil {
			return fmt.Errorf("adding a group: %w", err)
		}
		for _, m := range members {
			if err := r.join(ctx, tx, g, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Group{}, err
	}
	return g, nil
}

func (r *Registry) join(ctx context.Context, tx *store.Tx, g Group, memberName string) error {
	m, err := r.byName(ctx, tx, memberName)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO group_member (log_id, aud, member) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`, r.logID, int64(g.Audience), int64(m.ID))
	return err
}

// AddToGroup puts a member into a group; one that is in it already stays in it.
func (r *Registry) AddToGroup(ctx context.Context, group, memberName string) error {
	return r.change(ctx, func(tx *store.Tx) error {
		g, err := r.groupByName(ctx, tx, group)
		if err != nil {
			return err
		}
		return r.join(ctx, tx, g, memberName)
	})
}

// RemoveFromGroup takes a member out of a group; fault.NotFound when it isn't in it.
func (r *Registry) RemoveFromGroup(ctx context.Context, group, memberName string) error {
	return r.change(ctx, func(tx *store.Tx) error {
		g, err := r.groupByName(ctx, tx, group)
		if err != nil {
			return err
		}
		m, err := r.byName(ctx, tx, memberName)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM group_member WHERE log_id = $1 AND aud = $2 AND member = $3`, r.logID, int64(g.Audience), int64(m.ID))
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "this member is not in the group")
		}
		return err
	})
}

// Groups lists the sharing groups, by audience.
func (r *Registry) Groups(ctx context.Context) (out []GroupInfo, err error) {
	defer fault.Wrap(&err, "listing groups")
	err = r.db.Snapshot(ctx, func(q store.Querier) error {
		groups, err := scanGroups(q.QueryContext(ctx, `SELECT name, aud FROM sharing_group WHERE log_id = $1 AND removed = 0 ORDER BY aud`, r.logID))
		if err != nil {
			return err
		}
		out = nil
		for _, g := range groups {
			in, err := texts(q.QueryContext(ctx, `SELECT m.name FROM group_member g JOIN member m ON m.log_id = g.log_id AND m.id = g.member
				WHERE g.log_id = $1 AND g.aud = $2`, r.logID, int64(g.Audience)))
			if err != nil {
				return err
			}
			out = append(out, GroupInfo{Group: g, Members: in})
		}
		return nil
	})
	return out, err
}

// RemoveGroup closes a group: nobody reads or writes its audience any more. The
// name may be given again, to a group that sees nothing of this one's.
func (r *Registry) RemoveGroup(ctx context.Context, name string) error {
	return r.change(ctx, func(tx *store.Tx) error {
		g, err := r.groupByName(ctx, tx, name)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE sharing_group SET removed = $1 WHERE log_id = $2 AND aud = $3`, time.Now().UTC().UnixMicro(), r.logID, int64(g.Audience)); err != nil {
			return fmt.Errorf("closing a group: %w", err)
		}
		_, err = tx.Exec(ctx, `DELETE FROM group_member WHERE log_id = $1 AND aud = $2`, r.logID, int64(g.Audience))
		return err
	})
}

func (r *Registry) groupByName(ctx context.Context, q store.Querier, name string) (Group, error) {
	var g Group
	var aud int64
	err := q.QueryRowContext(ctx, `SELECT name, aud FROM sharing_group WHERE log_id = $1 AND fold = $2 AND removed = 0`, r.logID, fold(name)).Scan(&g.Name, &aud)
	g.Audience = Audience(aud)
	if errors.Is(err, sql.ErrNoRows) {
		return Group{}, fault.New(fault.NotFound, "there is no sharing group of this name; `tocsin group list` shows them")
	}
	return g, err
}

// groupsOf gives the groups that a member is in, by audience.
func (r *Registry) groupsOf(ctx context.Context, q store.Querier, who ID) ([]Group, error) {
	return scanGroups(q.QueryContext(ctx, `SELECT s.name, s.aud FROM group_member g JOIN sharing_group s ON s.log_id = g.log_id AND s.aud = g.aud
		WHERE g.log_id = $1 AND g.member = $2 AND s.removed = 0 ORDER BY s.aud`, r.logID, int64(who)))
}

func scanGroups(rows *sql.Rows, err error) ([]Group, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Group
	for rows.Next() {
		var g Group
		var aud int64
		if err := rows.Scan(&g.Name, &aud); err != nil {
			return nil, err
		}
		g.Audience = Audience(aud)
		out = append(out, g)
	}
	return out, rows.Err()
}
