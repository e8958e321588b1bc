package search

import (
	"slices"
)

// A tail holds the words of the objects after the last segment, in the order of
// the log. What was appended is never changed, so a copy of the struct stays valid.
type tail struct {
	after int64 // it begins after this date
	upTo  int64 // and is complete up to this one
	docs  []tailDoc
	words []Word
}

type tailDoc struct {
	at       int64
	aud      int32
	from, to int // in words
}

// View is what a node holds in memory at a moment.
type View struct{ t tail }

// View gives what is in memory now. It is taken before the snapshot that it is
// used with is begun: an object that became a segment in between is in both, and
// counted once.
func (x *Index) View() View {
	x.mu.Lock()
	defer x.mu.Unlock()
	return View{x.tail}
}

// UpTo is the date of the last object that is in the index, in memory or not.
func (v View) UpTo() int64 { return v.t.upTo }

// add appends an object.
func (t *tail) add(l Lexicon, d Doc) {
	from := len(t.words)
	t.words = l.Object(t.words, d.Raw, d.Type)
	t.docs = append(t.docs, tailDoc{d.At, d.Aud, from, len(t.words)})
	t.upTo = d.At
}

// trim drops what is not after a date, into memory of its own.
func (t *tail) trim(after int64) {
	i, _ := slices.BinarySearchFunc(t.docs, after+1, func(d tailDoc, at int64) int { return int(d.at - at) })
	fresh := tail{after: max(after, t.after), upTo: max(after, t.upTo)}
	for _, d := range t.docs[i:] {
		from := len(fresh.words)
		fresh.words = append(fresh.words, t.words[d.from:d.to]...)
		fresh.docs = append(fresh.docs, tailDoc{d.at, d.aud, from, len(fresh.words)})
	}
	*t = fresh
}

// find appends the hits among the objects after a date, the newest first.
func (t *tail) find(into []Hit, aud int32, w *Wish, after int64, limit int) []Hit {
	for i := len(t.docs) - 1; i >= 0 && limit > 0; i-- {
		d := t.docs[i]
		if d.at <= after {
			break
		}
		if d.aud != aud || w.Before != 0 && d.at >= w.Before || !t.has(d, w) {
			continue
		}
		into = append(into, Hit{d.at, d.aud})
		limit--
	}
	return into
}

func (t *tail) has(d tailDoc, w *Wish) bool {
	of := t.words[d.from:d.to]
	holds := func(w Word) bool { return slices.Contains(of, w) }
	for _, word := range w.Words {
		if !holds(word) {
			return false
		}
	}
	return len(w.Any) == 0 || slices.ContainsFunc(w.Any, holds)
}

// cut gives for each audience the objects of the tail as a segment, without its
// number, and its blocks.
func (t *tail) cut() (segs []segment, blocks [][]block, err error) {
	byAud := map[int32][]int{}
	for i, d := range t.docs {
		byAud[d.aud] = append(byAud[d.aud], i)
	}
	for aud, docs := range byAud {
		ats := make([]int64, len(docs))
		var all []uint64 // word and place
		for place, i := range docs {
			d := t.docs[i]
			ats[place] = d.at
			for _, w := range t.words[d.from:d.to] {
				all = append(all, uint64(w)<<placeBits|uint64(place))
			}
		}
		slices.Sort(all)
		all = slices.Compact(all)
		bs, starts := dateBlocks(ats)
		w := writer{emit: func(b block) error { bs = append(bs, b); return nil }}
		var places []uint32
		for i, pair := range all {
			places = append(places, uint32(pair&(1<<placeBits-1)))
			if i+1 == len(all) || all[i+1]>>placeBits != pair>>placeBits {
				if err := w.add(Word(pair>>placeBits), places); err != nil {
					return nil, nil, err
				}
				places = places[:0]
			}
		}
		if err := w.flush(); err != nil {
			return nil, nil, err
		}
		segs = append(segs, segment{aud: aud, docs: len(docs), first: ats[0], last: ats[len(ats)-1], starts: starts})
		blocks = append(blocks, bs)
	}
	return segs, blocks, nil
}
