package search

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"tocsin/store"
)

// The states of a segment.
const (
	making   = 0
	inUse    = 1
	replaced = 2
)

// blockBytes is how large a block gets: with its row it just fits a page of SQLite's.
const blockBytes = 4000

// partPlaces is from how many places on a list is cut where the next chunk begins,
// so that the newest of a common word are found without reading the others.
const partPlaces = 2048

// segment is a row of search_segment.
type segment struct {
	seg         int64
	aud         int32
	docs        int
	first, last int64
	starts      []int64 // dates of each chunk's first object
}

// block is a row of search_block.
type block struct {
	first int64
	data  []byte
}

// A writer makes the blocks of lists that come in the order of their words.
type writer struct {
	emit    func(block) error
	first   int64
	data    []byte
	scratch []byte
	word    Word
}

// add adds all places of a word.
func (w *writer) add(word Word, places []uint32) error {
	for len(places) > 0 {
		n := len(places)
		if n > partPlaces {
			for n = partPlaces; n < len(places) && places[n]>>chunkBits == places[n-1]>>chunkBits; n++ {
			}
		}
		if err := w.part(list{word, places[:n]}); err != nil {
			return err
		}
		places = places[n:]
	}
	return nil
}

func (w *writer) part(l list) error {
	w.scratch = appendList(w.scratch[:0], w.word, l)
	if len(w.data) > 0 && len(w.data)+len(w.scratch) > blockBytes {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if len(w.data) == 0 {
		w.first = firstKey(l.word, l.places[0])
		w.scratch = appendList(w.scratch[:0], l.word, l)
	}
	w.data = append(w.data, w.scratch...)
	w.word = l.word
	return nil
}

// flush ends the block.
func (w *writer) flush() error {
	if len(w.data) == 0 {
		return nil
	}
	b := block{w.first, slices.Clone(w.data)}
	w.data = w.data[:0]
	return w.emit(b)
}

// wordOf gives the word with which a block begins.
func (b *block) wordOf() Word { return Word(b.first >> (placeBits - chunkBits)) }

func (b *block) reader() blockReader { return blockReader{b: b.data, word: b.wordOf()} }

// find gives the list of a word with the largest key up to one.
func (b *block) find(w Word, upTo int64) (found posting, ok bool, err error) {
	r := b.reader()
	for {
		p, more, err := r.next()
		if err != nil || !more || r.word > w {
			return found, ok, err
		}
		if r.word == w && firstKey(w, p.first) <= upTo {
			found, ok = p, true
		}
	}
}

// dateBlocks makes the rows that hold the dates of a segment's objects.
func dateBlocks(ats []int64) (out []block, starts []int64) {
	for part := range slices.Chunk(ats, chunkDocs) {
		out = append(out, block{-1 - int64(len(starts)), appendDates(nil, part)})
		starts = append(starts, part[0])
	}
	return out, starts
}

// packStarts and unpackStarts write and read the dates of chunks.
func packStarts(starts []int64) []byte {
	b := []byte{}
	before := int64(0)
	for _, s := range starts {
		b = binary.AppendUvarint(b, uint64(s-before))
		before = s
	}
	return b
}

func unpackStarts(b []byte) (out []int64, err error) {
	r := blockReader{b: b}
	at := int64(0)
	for len(r.b) > 0 {
		gap := r.uvarint()
		if r.b == nil || gap >= 1<<62 {
			return nil, errDamaged
		}
		at += int64(gap)
		out = append(out, at)
	}
	return out, nil
}

// insert writes a segment's row and blocks.
func (x *Index) insert(ctx context.Context, tx *store.Tx, s segment, state int, blocks []block) error {
	_, err := tx.Exec(ctx, `INSERT INTO search_segment (log_id, seg, aud, state, docs, first, last, starts) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		x.logID, s.seg, s.aud, state, s.docs, s.first, s.last, packStarts(s.starts))
	if err != nil {
		return fmt.Errorf("a segment: %w", err)
	}
	return x.insertBlocks(ctx, tx, s.seg, blocks)
}

func (x *Index) insertBlocks(ctx context.Context, tx *store.Tx, seg int64, blocks []block) error {
	args := make([]any, 0, 4*len(blocks))
	for _, b := range blocks {
		args = append(args, x.logID, seg, b.first, b.data)
	}
	if _, err := tx.InsertRows(ctx, "INSERT INTO search_block (log_id, seg, first, data) VALUES", 4, args, ""); err != nil {
		return fmt.Errorf("blocks of a segment: %w", err)
	}
	return nil
}

// numbers gives the first of so many numbers for segments, and makes this
// transaction the only one that changes segments.
func (x *Index) numbers(ctx context.Context, tx *store.Tx, n int) (first int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO search_head (log_id, next, merger, until) VALUES ($1, CAST($2 AS BIGINT) + 1, 0, 0)
		ON CONFLICT (log_id) DO UPDATE SET next = search_head.next + CAST($2 AS BIGINT) RETURNING next`, x.logID, n).Scan(&first)
	if err != nil {
		return 0, fmt.Errorf("number of a segment: %w", err)
	}
	return first - int64(n), nil
}

// segments gives the segments in a state, of some audiences or of all (nil), the
// newest of each audience first.
func (x *Index) segments(ctx context.Context, q store.Querier, state int, auds []int32) (out []segment, err error) {
	text := `SELECT seg, aud, docs, first, last, starts FROM search_segment WHERE log_id = $1 AND state = $2`
	if auds != nil {
		text += ` AND aud IN (` + list32(auds) + `)`
	}
	rows, err := q.QueryContext(ctx, text, x.logID, state)
	if err != nil {
		return nil, fmt.Errorf("segments: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s segment
		var starts []byte
		if err := rows.Scan(&s.seg, &s.aud, &s.docs, &s.first, &s.last, &starts); err != nil {
			return nil, err
		}
		if s.starts, err = unpackStarts(starts); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b segment) int {
		return cmp.Or(cmp.Compare(a.aud, b.aud), cmp.Compare(b.last, a.last))
	})
	return out, rows.Err()
}

// list32 writes audiences into a statement: they are numbers of ours.
func list32(ns []int32) string {
	var b strings.Builder
	for i, n := range ns {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d", n)
	}
	return b.String()
}

// blockUpTo gives the block of a segment in which a key stands or would stand:
// that with the largest first up to it.
func (x *Index) blockUpTo(ctx context.Context, q store.Querier, seg, key int64) (b block, err error) {
	rows, err := q.QueryContext(ctx, `SELECT first, data FROM search_block WHERE log_id = $1 AND seg = $2 AND first >= 0 AND first <= $3 ORDER BY first DESC LIMIT 1`, x.logID, seg, key)
	if err != nil {
		return b, fmt.Errorf("a block of words: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&b.first, &b.data); err != nil {
			return b, err
		}
	}
	return b, rows.Err()
}

// dates gives the dates of one chunk of a segment's objects.
func (x *Index) dates(ctx context.Context, q store.Querier, seg int64, chunk int) ([]int64, error) {
	var data []byte
	err := q.QueryRowContext(ctx, `SELECT data FROM search_block WHERE log_id = $1 AND seg = $2 AND first = $3`, x.logID, seg, -1-int64(chunk)).Scan(&data)
	if err != nil {
		return nil, fmt.Errorf("dates of a segment: %w", err)
	}
	return dates(data)
}
