package thing

import (
	"context"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/observable"
	"tocsin/store"
)

// This file is for readers that ask of many things, or of many indicators, at once.

// LookMany gives the records of those of the things that something in the audiences
// mentions or did until it was taken back, in a few queries.
func (r *Things) LookMany(ctx context.Context, q store.Querier, ts []observable.Thing, auds []int32) (map[observable.Thing]Record, error) {
	keys := make([]int64, 0, len(ts))
	for _, t := range ts {
		keys = append(keys, r.Key(t))
	}
	found, err := r.LookKeys(ctx, q, keys, auds)
	if err != nil {
		return nil, err
	}
	out := make(map[observable.Thing]Record, len(found))
	for i, t := range ts {
		if rec, ok := found[keys[i]]; ok {
			rec.Thing = t
			out[t] = rec
		}
	}
	return out, nil
}

// LookKeys is LookMany for things of which only the keys are known; the records
// don't say which thing they are of.
func (r *Things) LookKeys(ctx context.Context, q store.Querier, keys []int64, auds []int32) (_ map[int64]Record, err error) {
	defer fault.Wrap(&err, "looking up things")
	out := make(map[int64]Record, len(keys))
	if len(auds) == 0 {
		return out, nil
	}
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	for part := range slices.Chunk(keys, keysAtOnce) {
		of, err := r.supportsWhere(ctx, q, `t IN (`+keyList+`) AND aud IN (`+ints(auds)+`) ORDER BY t, at, k`, r.keyArgs(part)...)
		if err != nil {
			return nil, err
		}
		for len(of) > 0 {
			n := 1
			for n < len(of) && of[n].T == of[0].T {
				n++
			}
			same := make([]Support, n)
			for i := range same {
				same[i] = of[i].Support
			}
			out[of[0].T] = RecordOf(same)
			of = of[n:]
		}
	}
	return out, nil
}

// At gives the supports by the indicators at some dates, by date. The caller has
// checked that its reader may see those.
func (r *Things) At(ctx context.Context, q store.Querier, ats []int64) (out []Keyed, err error) {
	defer fault.Wrap(&err, "what indicators support")
	ats = slices.Compact(slices.Sorted(slices.Values(ats)))
	for part := range slices.Chunk(ats, keysAtOnce) {
		some, err := r.supportsWhere(ctx, q, `at IN (`+keyList+`) ORDER BY at, k`, r.keyArgs(part)...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// Keyed is a support with the key of its thing, whose value it doesn't have.
type Keyed struct {
	T int64
	Support
}

func (r *Things) supportsWhere(ctx context.Context, q store.Querier, where string, args ...any) (out []Keyed, err error) {
	rows, err := q.QueryContext(ctx, `SELECT t, at, aud, member, until, state FROM support WHERE log_id = $1 AND `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Keyed
		var until int64
		if err := rows.Scan(&s.T, &s.At, &s.Aud, &s.Member, &until, &s.State); err != nil {
			return nil, err
		}
		s.Until = time.Unix(until, 0).UTC()
		out = append(out, s)
	}
	return out, rows.Err()
}

// RecordOf makes the record of supports of one thing, which are in the order of their
// dates; it doesn't say of which thing.
func RecordOf(all []Support) (rec Record) {
	who := map[int64]bool{}
	ever, now, gone := int64(-1), int64(-1), int64(-1) // the last indicator that was counted: several members may have filed it
	for _, s := range all {
		if s.State == Taken {
			if s.At != gone {
				gone = s.At
				rec.Taken++
			}
			continue
		}
		if s.At != ever {
			ever = s.At
			rec.All++
		}
		if rec.First == 0 || s.At < rec.First {
			rec.First = s.At
		}
		rec.Last = max(rec.Last, s.At)
		if s.State == InForce {
			who[s.Member] = true
			if s.At != now {
				now = s.At
				rec.Reports++
			}
			if s.Until.After(rec.Until) {
				rec.Until = s.Until
			}
		}
	}
	rec.Reporters = len(who)
	return rec
}
