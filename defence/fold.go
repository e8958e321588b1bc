package defence

import (
	"context"
	"time"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/store"
	"tocsin/thing"
)

// foldAtOnce bounds a transaction of the follower, and what it holds in memory:
// rows of each sort that tell of things touched. It is small because reports wait
// for the same writer: 500 things take some 15 ms.
const foldAtOnce = 500

// itemsAtOnce bounds how many items a transaction may write, over its views.
const itemsAtOnce = 2000

// fold folds one step into the views that have the least to do, and tells whether
// there was anything. Views that stand at the same date are folded together, from
// one reading of what was touched.
func (v *Views) fold(ctx context.Context) (did bool, err error) {
	defer fault.Wrap(&err, "folding views")
	head, err := v.log.Head(ctx)
	if err != nil {
		return false, err
	}
	all, err := v.rows(ctx, v.db.Reader(), ` AND gone = 0`)
	if err != nil {
		return false, err
	}
	if len(pick(all, head.Added)) == 0 {
		return false, nil
	}
	err = v.db.Write(ctx, func(tx *store.Tx) error {
		did = false
		if err := v.take(ctx, tx); err != nil {
			return err
		}
		all, err := v.rows(ctx, tx, ` AND gone = 0`)
		if err != nil {
			return err
		}
		group := pick(all, head.Added)
		if len(group) == 0 {
			return nil // another process was faster
		}
		did = true
		return v.foldGroup(ctx, tx, group, head.Added)
	})
	return did, err
}

// pick gives the views to fold next: of those that are read those that lag most,
// so that none waits for ever; and while those are all at the head, of those that
// are being made the ones that are furthest, so that a new view that reads the
// whole log delays nobody.
func pick(all []row, head int64) (group []row) {
	for _, r := range all {
		if r.pos >= head {
			continue
		}
		better := len(group) == 0 || r.ready() && (!group[0].ready() || r.pos < group[0].pos) ||
			!r.ready() && !group[0].ready() && r.pos > group[0].pos
		switch {
		case better:
			group = []row{r}
		case r.pos == group[0].pos && r.ready() == group[0].ready():
			group = append(group, r)
		}
	}
	return group
}

func (v *Views) foldGroup(ctx context.Context, tx *store.Tx, group []row, until int64) error {
	ts, upTo, err := v.things.Touched(ctx, tx, group[0].pos, until, foldAtOnce)
	if err != nil {
		return err
	}
	if len(ts) > 0 { // the others have their turn in the next transactions
		group = group[:min(len(group), max(1, itemsAtOnce/len(ts)))]
	}
	var names map[int64]observable.Thing
	var backings []thing.Backing
	if len(ts) > 0 {
		if names, err = v.things.Names(ctx, tx, ts); err != nil {
			return err
		}
		if backings, err = v.things.Backings(ctx, tx, ts); err != nil {
			return err
		}
	}
	by := byThing(backings)
	for i := range group {
		r := &group[i]
		if len(ts) > 0 {
			if err := v.foldView(ctx, tx, r, ts, names, by); err != nil {
				return err
			}
		}
		wasReady := r.ready()
		r.pos = upTo
		if r.ready() && !wasReady {
			r.pruned = r.serial // whoever reads it from here on has seen it whole
		}
		if err := v.moved(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// byThing groups backings, which come sorted by thing.
func byThing(bs []thing.Backing) map[int64][]thing.Backing {
	out := map[int64][]thing.Backing{}
	for len(bs) > 0 {
		n := 1
		for n < len(bs) && bs[n].T == bs[0].T {
			n++
		}
		out[bs[0].T] = bs[:n:n]
		bs = bs[n:]
	}
	return out
}

// foldView brings the touched things of one view to what they are now, and
// writes what changed into its journal.
func (v *Views) foldView(ctx context.Context, tx *store.Tx, r *row, ts []int64, names map[int64]observable.Thing, by map[int64][]thing.Backing) error {
	have, err := v.present(ctx, tx, r.id, names)
	if err != nil {
		return err
	}
	var set, gone []entry
	var journal []any
	serial := max(r.serial+1, time.Now().UTC().Unix())
	for _, t := range ts {
		name, known := names[t]
		if !known || name.Kind == "" {
			continue
		}
		want, inForce := r.spec.weigh(by[t])
		want.Thing = name
		had, was := have[name]
		op := Added
		switch {
		case !inForce && !was, inForce && was && had == want:
			continue
		case !inForce:
			op = Removed
			gone = append(gone, entry{t, had})
		case was:
			op = Changed
			set = append(set, entry{t, want})
		default:
			set = append(set, entry{t, want})
		}
		journal = append(journal, v.logID, r.id, serial, t, int(op))
	}
	if len(journal) == 0 {
		return nil
	}
	r.serial = serial
	if err := v.put(ctx, tx, r.id, set, gone); err != nil || !r.ready() {
		return err // nobody has seen a view that isn't complete, so nobody asks what changed in it
	}
	_, err = tx.InsertRows(ctx, "INSERT INTO defence_change (log_id, view, serial, t, op) VALUES", 5, journal, "")
	return err
}
