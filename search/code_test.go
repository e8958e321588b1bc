package search

import (
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// lists draws lists in the order of their words.
func lists(t *rapid.T) (out []list) {
	word := Word(0)
	for range rapid.IntRange(0, 20).Draw(t, "lists") {
		word = min(word+Word(rapid.Uint64Range(1, 1<<30).Draw(t, "step")), 1<<wordBits-1)
		if len(out) > 0 && out[len(out)-1].word == word {
			break
		}
		at := uint64(rapid.Uint32Range(0, 1<<20).Draw(t, "first"))
		most := rapid.SampledFrom([]uint32{1, 2, 30, 100_000}).Draw(t, "gaps up to")
		l := list{word: word}
		for range rapid.SampledFrom([]int{1, 2, plainGaps, plainGaps + 1, 100, 5000}).Draw(t, "places") {
			if at >= 1<<placeBits {
				break
			}
			l.places = append(l.places, uint32(at))
			at += uint64(rapid.Uint32Range(1, most).Draw(t, "gap"))
		}
		out = append(out, l)
	}
	return out
}

// What is written is read, whatever the gaps are like, and no block but one of a
// single list is larger than a page holds.
func TestBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := lists(t)
		var blocks []block
		w := writer{emit: func(b block) error { blocks = append(blocks, b); return nil }}
		for _, l := range in {
			if err := w.add(l.word, l.places); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		var out []list
		before := int64(-1)
		for _, b := range blocks {
			if b.first <= before {
				t.Fatalf("a block's key %d is not above %d", b.first, before)
			}
			before = b.first
			if len(b.data) > 2*blockBytes {
				t.Errorf("a block of %d bytes", len(b.data))
			}
			r := b.reader()
			for {
				p, ok, err := r.next()
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					break
				}
				if key := firstKey(r.word, p.first); key > before {
					before = key
				}
				places, err := p.places(nil)
				if err != nil {
					t.Fatal(err)
				}
				if n := len(out); n > 0 && out[n-1].word == r.word {
					out[n-1].places = append(out[n-1].places, places...)
				} else {
					out = append(out, list{r.word, places})
				}
			}
		}
		if !slices.EqualFunc(in, out, func(a, b list) bool { return a.word == b.word && slices.Equal(a.places, b.places) }) {
			t.Fatalf("%d lists became %d, or others", len(in), len(out))
		}
	})
}

// A word that all objects hold takes about a bit of each, and one that few hold a
// few bytes, wherever they stand.
func TestSizes(t *testing.T) {
	every, clustered, rare := make([]uint32, 8000), make([]uint32, 0, 1000), []uint32{7, 500_000, 1 << 23}
	for i := range every {
		every[i] = uint32(i)
	}
	for i := range 1000 {
		clustered = append(clustered, uint32(i%500+i/500*(1<<23)))
	}
	for _, c := range []struct {
		what   string
		places []uint32
		most   int
	}{{"every", every, 1010}, {"clustered", clustered, 2600}, {"rare", rare, 12}, {"one", rare[1:2], 5}} {
		if n := len(appendList(nil, 0, list{1, c.places})); n > c.most {
			t.Errorf("%s: %d bytes, more than %d", c.what, n, c.most)
		}
	}
}

func TestDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in []int64
		at := int64(0)
		for range rapid.IntRange(0, chunkDocs).Draw(t, "objects") {
			at += rapid.SampledFrom([]int64{1, 1, 1, 7, 1 << 40}).Draw(t, "gap")
			in = append(in, at)
		}
		out, err := dates(appendDates(nil, in))
		if err != nil || !slices.Equal(in, out) {
			t.Fatalf("%v became %v, %v", in, out, err)
		}
		starts, err := unpackStarts(packStarts(in))
		if err != nil || !slices.Equal(in, starts) {
			t.Fatalf("starts %v became %v, %v", in, starts, err)
		}
	})
	if _, err := dates(appendDates(nil, make([]int64, chunkDocs+1))); err == nil {
		t.Error("more dates than a chunk holds are read")
	}
}

// Whoever edits the table makes searches fail, not the node.
func FuzzBlock(f *testing.F) {
	f.Add(appendList(nil, 0, list{5, []uint32{1}}))
	f.Add(appendList(nil, 0, list{5, []uint32{1, 2, 900}}))
	f.Add(appendList(nil, 0, list{5, []uint32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 4000}}))
	f.Add(binary.AppendUvarint(nil, 1<<63))
	f.Add(appendDates(nil, []int64{1, 2, 9}))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := blockReader{b: data}
		for {
			p, ok, err := r.next()
			if err != nil || !ok {
				break
			}
			places, err := p.places(nil)
			if err == nil && (len(places) != p.n || !slices.IsSorted(places)) {
				t.Fatalf("%d places of %d: %v", len(places), p.n, places)
			}
		}
		b := block{first: firstKey(5, 0), data: data}
		_, _, _ = b.find(5, firstKey(6, 0)) // it ends
		if ats, err := dates(data); err == nil && len(ats) > chunkDocs {
			t.Fatalf("%d dates", len(ats))
		}
		_, _ = unpackStarts(data)
	})
}
