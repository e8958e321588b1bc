package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tocsin/fault"
	"tocsin/store"
)

// Wish is what is looked for.
type Wish struct {
	Audiences []int32
	Words     []Word // all of them
	Any       []Word // and one of these, if there are any
	Before    int64  // added before this date, microseconds; 0 for no bound
	After     int64  // added after it
	Limit     int    // hits, the newest
}

// Hit is where an object stands that has the words.
type Hit struct {
	At  int64
	Aud int32
}

// cursorName is under which the store keeps how far segments go.
const cursorName = "search"

// Find gives the newest objects that have the words, the newest first. q is a
// snapshot that was begun after the view was taken.
func (x *Index) Find(ctx context.Context, q store.Querier, v View, w Wish) (hits []Hit, err error) {
	defer fault.Wrap(&err, "searching")
	if len(w.Words)+len(w.Any) == 0 || w.Limit < 1 || len(w.Audiences) == 0 {
		return nil, nil
	}
	done, err := store.Cursor(ctx, q, x.logID, cursorName)
	if err != nil {
		return nil, err
	}
	segs, err := x.segments(ctx, q, inUse, w.Audiences)
	if err != nil {
		return nil, err
	}
	segs = slices.DeleteFunc(segs, func(s segment) bool { return s.last <= w.After || w.Before != 0 && s.first >= w.Before })
	newest, err := x.newest(ctx, q, segs, w.Audiences, slices.Concat(w.Words, w.Any))
	if err != nil {
		return nil, err
	}
	for _, aud := range w.Audiences {
		hits = v.t.find(hits, aud, &w, max(done, w.After), w.Limit)
		hits = best(hits, &w)
	}
	for _, s := range segs {
		if s.last <= w.After {
			continue // by now so many newer ones were found
		}
		f := finder{x: x, ctx: ctx, q: q, seg: s, chunk: -1}
		if !f.prepare(&w, newest) {
			continue
		}
		if hits, err = f.find(hits, &w); err != nil {
			return nil, err
		}
		hits = best(hits, &w)
	}
	return hits, nil
}

// best keeps the newest hits, and no longer wishes for older ones when there are enough.
func best(hits []Hit, w *Wish) []Hit {
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Compare(b.At, a.At) })
	if len(hits) >= w.Limit {
		hits = hits[:w.Limit]
		w.After = max(w.After, hits[w.Limit-1].At)
	}
	return hits
}

// newest gives, by word and segment, the block in which the end of the word's list
// stands if the segment has the word.
func (x *Index) newest(ctx context.Context, q store.Querier, segs []segment, auds []int32, words []Word) (map[Word]map[int64]block, error) {
	out := make(map[Word]map[int64]block, len(words))
	if len(segs) == 0 {
		return out, nil
	}
	for i, w := range words {
		if out[w] != nil {
			continue
		}
		of := map[int64]block{}
		out[w] = of
		rows, err := q.QueryContext(ctx, `SELECT b.seg, b.first, b.data FROM search_segment s JOIN search_block b ON b.log_id = s.log_id AND b.seg = s.seg AND b.first =
			(SELECT MAX(c.first) FROM search_block c WHERE c.log_id = s.log_id AND c.seg = s.seg AND c.first >= 0 AND c.first <= $1)
			WHERE s.log_id = $2 AND s.state = $3 AND s.aud IN (`+list32(auds)+`)`, firstKey(w, 1<<placeBits-1), x.logID, inUse)
		if err != nil {
			return nil, fmt.Errorf("word %d: %w", i, err)
		}
		for rows.Next() {
			var seg int64
			var b block
			if err := rows.Scan(&seg, &b.first, &b.data); err != nil {
				rows.Close()
				return nil, err
			}
			of[seg] = b
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// finder looks through one segment.
type finder struct {
	x        *Index
	ctx      context.Context
	q        store.Querier
	seg      segment
	all, any []*listReader
	chunk    int // whose dates are at hand
	ats      []int64
}

// prepare tells whether the segment can have a hit.
func (f *finder) prepare(w *Wish, newest map[Word]map[int64]block) bool {
	reader := func(w Word) *listReader {
		b, ok := newest[w][f.seg.seg]
		if !ok {
			return nil
		}
		p, ok, err := b.find(w, firstKey(w, 1<<placeBits-1))
		if err == nil && !ok {
			return nil
		}
		return &listReader{f: f, word: w, b: b, n: p.n}
	}
	for _, word := range w.Words {
		r := reader(word)
		if r == nil {
			return false
		}
		f.all = append(f.all, r)
	}
	for _, word := range w.Any {
		if r := reader(word); r != nil {
			f.any = append(f.any, r)
		}
	}
	// The rarest leads.
	slices.SortFunc(f.all, func(a, b *listReader) int { return cmp.Compare(a.n, b.n) })
	return len(w.Any) == 0 || len(f.any) > 0
}

// find appends the hits of the segment, the newest first.
func (f *finder) find(hits []Hit, w *Wish) ([]Hit, error) {
	place, ok, err := f.below(w.Before)
	if err != nil || !ok {
		return hits, err
	}
	for limit := w.Limit; limit > 0; limit-- {
		if place, ok, err = f.match(place); err != nil || !ok {
			return hits, err
		}
		at, err := f.date(place)
		if err != nil || at <= w.After {
			return hits, err
		}
		hits = append(hits, Hit{at, f.seg.aud})
		if place == 0 {
			return hits, nil
		}
		place--
	}
	return hits, nil
}

// match gives the last place up to one at which all lists agree.
func (f *finder) match(place uint32) (uint32, bool, error) {
again:
	for {
		if err := f.ctx.Err(); err != nil {
			return 0, false, err
		}
		for _, r := range f.all {
			p, ok, err := r.upTo(place)
			if err != nil || !ok {
				return 0, false, err
			}
			if p < place {
				place = p
				if r != f.all[0] {
					continue again
				}
			}
		}
		if len(f.any) == 0 {
			return place, true, nil
		}
		best, found := uint32(0), false
		for _, r := range f.any {
			p, ok, err := r.upTo(place)
			if err != nil {
				return 0, false, err
			}
			if ok && (!found || p > best) {
				best, found = p, true
			}
		}
		if !found || best == place {
			return best, found, nil
		}
		place = best
	}
}

// below gives the last place that is dated before a date; 0 for no bound.
func (f *finder) below(before int64) (uint32, bool, error) {
	if before == 0 || f.seg.last < before {
		return uint32(f.seg.docs - 1), f.seg.docs > 0, nil
	}
	chunk, _ := slices.BinarySearch(f.seg.starts, before)
	if chunk--; chunk < 0 {
		return 0, false, nil
	}
	if _, err := f.date(uint32(chunk) << chunkBits); err != nil {
		return 0, false, err
	}
	n, _ := slices.BinarySearch(f.ats, before)
	return uint32(chunk<<chunkBits + n - 1), n > 0, nil
}

// date gives the date of the object at a place.
func (f *finder) date(place uint32) (int64, error) {
	if chunk := int(place >> chunkBits); chunk != f.chunk {
		ats, err := f.x.dates(f.ctx, f.q, f.seg.seg, chunk)
		if err != nil {
			return 0, err
		}
		f.chunk, f.ats = chunk, ats
	}
	if i := int(place & (chunkDocs - 1)); i < len(f.ats) {
		return f.ats[i], nil
	}
	return 0, errDamaged
}

// listReader reads a word's list in one segment from its end towards its beginning.
type listReader struct {
	f      *finder
	word   Word
	b      block
	n      int      // places in the last part, for choosing who leads
	places []uint32 // the part at hand
	done   bool
}

// upTo gives the last place of the list up to one; it must not be asked for a
// later place than before.
func (r *listReader) upTo(place uint32) (uint32, bool, error) {
	for !r.done {
		if len(r.places) > 0 && r.places[0] <= place {
			i, found := slices.BinarySearch(r.places, place)
			if !found {
				i--
			}
			return r.places[i], true, nil
		}
		if err := r.load(place); err != nil {
			return 0, false, err
		}
	}
	return 0, false, nil
}

// load reads the part of the list in which the last place up to one stands.
func (r *listReader) load(place uint32) error {
	key := firstKey(r.word, place)
	if len(r.places) > 0 { // the part at hand begins later; parts begin in different chunks
		key = min(key, firstKey(r.word, r.places[0])-1)
	}
	r.places = r.places[:0]
	if key < firstKey(r.word, 0) {
		r.done = true
		return nil
	}
	if key < r.b.first {
		var err error
		if r.b, err = r.f.x.blockUpTo(r.f.ctx, r.f.q, r.f.seg.seg, key); err != nil {
			return err
		}
	}
	if r.b.data == nil {
		r.done = true
		return nil
	}
	p, ok, err := r.b.find(r.word, key)
	if err != nil || !ok {
		r.done = true
		return err
	}
	r.places, err = p.places(r.places)
	return err
}
