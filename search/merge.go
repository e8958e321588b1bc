package search

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

const (
	leaseFor    = time.Minute // a process that merges says so again at least so often
	writeAtOnce = 64          // blocks a transaction: filing waits for the same writer
	readAtOnce  = 32          // blocks of each segment that is merged in memory
	cleanAtOnce = 128
)

// Merge makes few large segments of many small ones until nothing is left to do,
// and deletes what was replaced. Only one process merges at a time; in the others
// it returns at once.
func (x *Index) Merge(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "merging the search index")
	return x.rewrite(ctx, func(segs []segment, _ []Gone) []segment { return x.due(segs) })
}

// Forget writes anew the segments that still hold words of objects that were
// taken back, without those. Follow calls it every hour.
func (x *Index) Forget(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "forgetting words of what was taken back")
	if err := x.neverIndexed(ctx); err != nil {
		return err
	}
	return x.rewrite(ctx, func(segs []segment, gone []Gone) []segment {
		for _, s := range segs {
			if slices.ContainsFunc(gone, s.holds) {
				return []segment{s}
			}
		}
		return nil
	})
}

// neverIndexed drops the marks of what was taken back before it came into the index.
func (x *Index) neverIndexed(ctx context.Context) error {
	return x.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM search_gone WHERE log_id = $1 AND NOT EXISTS (SELECT 1 FROM search_segment s
			WHERE s.log_id = search_gone.log_id AND s.aud = search_gone.aud AND s.first <= search_gone.at AND s.last >= search_gone.at)`, x.logID)
		return err
	})
}

func (s *segment) holds(g Gone) bool { return g.Aud == s.aud && g.At >= s.first && g.At <= s.last }

// rewrite replaces what pick gives, one after the other.
func (x *Index) rewrite(ctx context.Context, pick func([]segment, []Gone) []segment) error {
	leased := false
	for {
		segs, err := x.segments(ctx, x.db.Reader(), inUse, nil)
		if err != nil {
			return err
		}
		gone, err := x.gone(ctx)
		if err != nil {
			return err
		}
		of := pick(segs, gone)
		if len(of) == 0 {
			return nil
		}
		if !leased {
			if leased, err = x.lease(ctx); err != nil || !leased {
				return err
			}
			if err := x.clean(ctx); err != nil { // what a process that was stopped left
				return err
			}
			continue // what is there may have changed before this was the one
		}
		if err := x.mergeOne(ctx, of, gone); err != nil {
			return err
		}
		if err := x.clean(ctx); err != nil {
			return err
		}
	}
}

// due gives neighbouring segments of one audience that are to become one, the
// oldest first: so many of about one size that the next size is reached.
func (x *Index) due(segs []segment) []segment {
	for len(segs) > 0 {
		n := 1
		for n < len(segs) && segs[n].aud == segs[0].aud {
			n++
		}
		of := segs[:n] // the newest first
		segs = segs[n:]
		for size := x.flushDocs; ; size *= x.mergeOf {
			run, docs := 0, 0
			for run < len(of) && of[run].docs <= size {
				run++
			}
			if run < x.mergeOf {
				if run == len(of) || size > x.maxDocs {
					break
				}
				continue
			}
			out := slices.Clone(of[run-x.mergeOf : run])
			for _, s := range out {
				docs += s.docs
			}
			if docs > x.maxDocs {
				break
			}
			slices.Reverse(out)
			return out
		}
	}
	return nil
}

// lease makes this process the one that merges, unless another one is.
func (x *Index) lease(ctx context.Context) (ok bool, err error) {
	err = x.db.Write(ctx, func(tx *store.Tx) error {
		now := time.Now().UTC()
		n, err := tx.Exec(ctx, `UPDATE search_head SET merger = $1, until = $2 WHERE log_id = $3 AND (merger = $1 OR until < $4)`,
			x.self, now.Add(leaseFor).UnixMicro(), x.logID, now.UnixMicro())
		ok = n == 1
		return err
	})
	return ok, err
}

var errLeaseLost = fault.New(fault.Conflict, "another process merges now")

// mine goes on with the lease, in the transaction of a piece of the work.
func (x *Index) mine(ctx context.Context, tx *store.Tx) error {
	n, err := tx.Exec(ctx, `UPDATE search_head SET until = $1 WHERE log_id = $2 AND merger = $3`, time.Now().UTC().Add(leaseFor).UnixMicro(), x.logID, x.self)
	if err == nil && n != 1 {
		err = errLeaseLost
	}
	return err
}

// mergeOne writes the segment that replaces some, in pieces, and puts it in their
// place in one transaction.
func (x *Index) mergeOne(ctx context.Context, of []segment, gone []Gone) error {
	m := merger{x: x, ctx: ctx, out: segment{aud: of[0].aud, first: of[0].first, last: of[len(of)-1].last}}
	gone = slices.DeleteFunc(slices.Clone(gone), func(g Gone) bool { return !slices.ContainsFunc(of, func(s segment) bool { return s.holds(g) }) })
	err := x.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err = x.mine(ctx, tx); err != nil {
			return err
		}
		if m.out.seg, err = x.numbers(ctx, tx, 1); err != nil {
			return err
		}
		return x.insert(ctx, tx, m.out, making, nil)
	})
	if err != nil {
		return err
	}
	for _, s := range of {
		if err := m.dates(s, gone); err != nil {
			return err
		}
	}
	if err := m.words(); err != nil {
		return err
	}
	return x.db.Write(ctx, func(tx *store.Tx) error {
		if err := x.mine(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE search_segment SET state = $1, docs = $2, starts = $3 WHERE log_id = $4 AND seg = $5`, inUse, m.out.docs, packStarts(m.out.starts), x.logID, m.out.seg)
		if err != nil {
			return err
		}
		for _, s := range of {
			if _, err := tx.Exec(ctx, `UPDATE search_segment SET state = $1 WHERE log_id = $2 AND seg = $3`, replaced, x.logID, s.seg); err != nil {
				return err
			}
		}
		for _, g := range gone {
			if _, err := tx.Exec(ctx, `DELETE FROM search_gone WHERE log_id = $1 AND aud = $2 AND at = $3`, x.logID, g.Aud, g.At); err != nil {
				return err
			}
		}
		return nil
	})
}

// merger writes one segment.
type merger struct {
	x       *Index
	ctx     context.Context
	out     segment
	ats     []int64 // dates of the chunk that is not full yet
	pending []block
	sources []source
	skip    []uint32 // places of objects that were taken back
}

// emit takes a block; a few are written at once.
func (m *merger) emit(b block) error {
	if m.pending = append(m.pending, b); len(m.pending) < writeAtOnce {
		return nil
	}
	return m.write()
}

func (m *merger) write() error {
	began := time.Now()
	err := m.x.db.Write(m.ctx, func(tx *store.Tx) error {
		if err := m.x.mine(m.ctx, tx); err != nil {
			return err
		}
		return m.x.insertBlocks(m.ctx, tx, m.out.seg, m.pending)
	})
	m.pending = m.pending[:0]
	pause(m.ctx, time.Since(began)) // reports wait for the same writer
	return err
}

// dates takes the dates of a segment over, and notes where in the new one it begins.
func (m *merger) dates(s segment, gone []Gone) error {
	m.sources = append(m.sources, source{m: m, seg: s.seg, offset: uint32(m.out.docs), after: -1})
	for chunk := range s.starts {
		ats, err := m.x.dates(m.ctx, m.x.db.Reader(), s.seg, chunk)
		if err != nil {
			return err
		}
		for _, at := range ats {
			if slices.Contains(gone, Gone{s.aud, at}) {
				m.skip = append(m.skip, uint32(m.out.docs))
			}
			m.out.docs++
			if m.ats = append(m.ats, at); len(m.ats) == chunkDocs {
				if err := m.chunk(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m *merger) chunk() error {
	b := block{-1 - int64(len(m.out.starts)), appendDates(nil, m.ats)}
	m.out.starts = append(m.out.starts, m.ats[0])
	m.ats = m.ats[:0]
	return m.emit(b)
}

// words merges the lists of all sources.
func (m *merger) words() error {
	if len(m.ats) > 0 {
		if err := m.chunk(); err != nil {
			return err
		}
	}
	for i := range m.sources {
		if err := m.sources[i].next(); err != nil {
			return err
		}
	}
	w := writer{emit: m.emit}
	var places []uint32
	for {
		word, found := Word(0), false
		for i := range m.sources {
			if s := &m.sources[i]; s.ok && (!found || s.r.word < word) {
				word, found = s.r.word, true
			}
		}
		if !found {
			break
		}
		places = places[:0]
		for i := range m.sources {
			for s := &m.sources[i]; s.ok && s.r.word == word; {
				from := len(places)
				var err error
				if places, err = s.p.places(places); err != nil {
					return err
				}
				for j := from; j < len(places); j++ {
					places[j] += s.offset
				}
				if err := s.next(); err != nil {
					return err
				}
			}
		}
		if len(m.skip) > 0 {
			places = slices.DeleteFunc(places, func(p uint32) bool { _, gone := slices.BinarySearch(m.skip, p); return gone })
		}
		if err := w.add(word, places); err != nil {
			return err
		}
	}
	if err := w.flush(); err != nil {
		return err
	}
	return m.write()
}

// source reads the lists of one segment in order.
type source struct {
	m      *merger
	seg    int64
	offset uint32
	after  int64 // first of the last block that was read
	blocks []block
	r      blockReader
	p      posting
	ok     bool
}

func (s *source) next() (err error) {
	for {
		if s.p, s.ok, err = s.r.next(); err != nil || s.ok {
			return err
		}
		if len(s.blocks) == 0 {
			if err := s.load(); err != nil || len(s.blocks) == 0 {
				return err
			}
		}
		s.r = s.blocks[0].reader()
		s.blocks = s.blocks[1:]
	}
}

func (s *source) load() error {
	rows, err := s.m.x.db.Reader().QueryContext(s.m.ctx, fmt.Sprintf(`SELECT first, data FROM search_block WHERE log_id = $1 AND seg = $2 AND first > $3 ORDER BY first LIMIT %d`, readAtOnce), s.m.x.logID, s.seg, s.after)
	if err != nil {
		return fmt.Errorf("reading a segment: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b block
		if err := rows.Scan(&b.first, &b.data); err != nil {
			return err
		}
		s.blocks = append(s.blocks, b)
		s.after = b.first
	}
	return rows.Err()
}

// clean deletes the segments that were replaced, and those whose making was cut
// off, a bounded piece at a time. The process has the lease.
func (x *Index) clean(ctx context.Context) error {
	for _, state := range []int{making, replaced} {
		segs, err := x.segments(ctx, x.db.Reader(), state, nil)
		if err != nil {
			return err
		}
		for _, s := range segs {
			if err := x.drop(ctx, s.seg); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *Index) drop(ctx context.Context, seg int64) error {
	for n := int64(1); n > 0; {
		began := time.Now()
		err := x.db.Write(ctx, func(tx *store.Tx) (err error) {
			if err := x.mine(ctx, tx); err != nil {
				return err
			}
			n, err = tx.Exec(ctx, fmt.Sprintf(`DELETE FROM search_block WHERE log_id = $1 AND seg = $2 AND first IN
				(SELECT first FROM search_block WHERE log_id = $1 AND seg = $2 ORDER BY first LIMIT %d)`, cleanAtOnce), x.logID, seg)
			if err == nil && n == 0 {
				_, err = tx.Exec(ctx, `DELETE FROM search_segment WHERE log_id = $1 AND seg = $2`, x.logID, seg)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("deleting a segment: %w", err)
		}
		pause(ctx, time.Since(began))
	}
	return nil
}

// withdrawnAtOnce bounds what is read of withdrawals in one go.
const withdrawnAtOnce = 1000

// withdrawn gives all that was taken back between two dates.
func (x *Index) withdrawn(ctx context.Context, after, until int64) (out []Gone, err error) {
	for after < until {
		some, upTo, err := x.src.Withdrawn(ctx, after, until, withdrawnAtOnce)
		if err != nil {
			return nil, err
		}
		if upTo <= after {
			break
		}
		out, after = append(out, some...), upTo
	}
	return out, nil
}

func (x *Index) putGone(ctx context.Context, tx *store.Tx, gone []Gone) error {
	args := make([]any, 0, 3*len(gone))
	for _, g := range gone {
		args = append(args, x.logID, g.Aud, g.At)
	}
	_, err := tx.InsertRows(ctx, "INSERT INTO search_gone (log_id, aud, at) VALUES", 3, args, "ON CONFLICT DO NOTHING")
	return err
}

func (x *Index) gone(ctx context.Context) (out []Gone, err error) {
	rows, err := x.db.Reader().QueryContext(ctx, `SELECT aud, at FROM search_gone WHERE log_id = $1 ORDER BY aud, at`, x.logID)
	if err != nil {
		return nil, fmt.Errorf("what was taken back: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var g Gone
		if err := rows.Scan(&g.Aud, &g.At); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, rows.Err()
}
