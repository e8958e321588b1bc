package draft

import (
	"context"
	"fmt"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// used is what a draft takes of the room, until when.
type used struct {
	id     string
	member int64
	size   int64 // bytes
	ends   time.Time
}

// using reads what takes room, the oldest first. There are few: of each person MaxEach.
func (d *Drafts) using(ctx context.Context, tx *store.Tx) (out []used, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, member, size, made FROM draft WHERE log_id = $1 AND state <> $2 AND size > 0 ORDER BY made, id`, d.logID, filed)
	if err != nil {
		return nil, fmt.Errorf("drafts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var u used
		var made int64
		if err := rows.Scan(&u.id, &u.member, &u.size, &made); err != nil {
			return nil, err
		}
		u.ends = time.UnixMicro(made).UTC().Add(Life)
		out = append(out, u)
	}
	return out, rows.Err()
}

// share deletes the oldest drafts of a member until r fits into its MaxMember.
func (d *Drafts) share(ctx context.Context, tx *store.Tx, o Owner, r *row) error {
	all, err := d.using(ctx, tx)
	if err != nil {
		return err
	}
	var sum int64
	for _, u := range all {
		if u.member == o.Member {
			sum += u.size
		}
	}
	for _, u := range all {
		if sum <= MaxMember {
			return nil
		}
		if u.member != o.Member || u.id == r.ID {
			continue
		}
		if err := d.delete(ctx, tx, u.id); err != nil {
			return err
		}
		sum -= u.size
	}
	return nil // r alone is less than MaxMember
}

// room refuses r when all drafts would be too much, and says for how long.
func (d *Drafts) room(ctx context.Context, tx *store.Tx, r *row) error {
	all, err := d.using(ctx, tx)
	if err != nil {
		return err
	}
	most := int64(MaxAll)
	if r.Size > Small {
		most -= Reserve
	}
	var sum int64
	members := map[int64]bool{}
	for _, u := range all {
		if sum += u.size; u.id != r.ID {
			members[u.member] = true
		}
	}
	if sum <= most {
		return nil
	}
	wait := Life
	need := sum - most
	if r.Size > Small {
		need += MaxBytes - r.Size // how long it will be is not known: as for the longest
	}
	for _, u := range all {
		if u.id == r.ID {
			continue
		}
		if need -= u.size; need <= 0 {
			wait = u.ends.Sub(now())
			break
		}
	}
	minutes := max(1, int((wait+time.Minute-1)/time.Minute))
	if r.Size > Small {
		return fault.New(fault.Busy, "the texts that people of %d of the members here have not filed yet leave no room for one of over %d kB; nothing of this one was kept; in %d min at the latest the oldest of them are over; a text of at most %d kB has room of its own", len(members), Small>>10, minutes, Small>>10)
	}
	return fault.New(fault.Busy, "the texts that people of %d of the members here have not filed yet leave no room; nothing of this one was kept; in %d min at the latest the oldest of them are over", len(members), minutes)
}
