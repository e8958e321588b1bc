package archive

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"

	"tocsin/store"
)

// noise gives an object of about n bytes that compresses to half of that.
func noise(n int) Slot {
	b := make([]byte, n/2)
	rand.Read(b)
	id := fmt.Sprintf("note--%x", b[:16])
	return Slot{Aud: 1, ID: id, Raw: fmt.Appendf(nil, `{"id":%q,"content":"%s"}`, id, hex.EncodeToString(b))}
}

// TestAScanHoldsOneLargeBlockAtATime: objects of megabytes, each in a block of its
// own, must not be in memory eight at a time.
func TestAScanHoldsOneLargeBlockAtATime(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var slots []Slot
		for range 6 {
			slots = append(slots, noise(2<<20), noise(1000))
		}
		w.file(t, slots)
		rows, err := w.a.blocks(t.Context(), w.db.Reader(), 1, 0, Want{Bytes: true})
		if err != nil {
			t.Fatal(err)
		}
		held, alone := 0, 0
		for _, r := range rows {
			if held += len(r.data); r.data == nil {
				alone++
			}
		}
		if len(rows) != blocksAtOnce || held > blocksAtOnce*inlineBytes || alone != blocksAtOnce/2 {
			t.Errorf("%d blocks, %d bytes at once, %d large ones alone", len(rows), held, alone)
		}
		i := 0
		err = w.a.Scan(t.Context(), w.db.Reader(), 1, 0, Want{Bytes: true}, func(o Object) bool {
			if i < len(slots) && (o.ID != slots[i].ID || !bytes.Equal(o.Raw, slots[i].Raw)) {
				t.Errorf("object %d is %s with %d bytes", i, o.ID, len(o.Raw))
			}
			i++
			return true
		})
		if err != nil || i != len(slots) {
			t.Errorf("%d of %d objects, %v", i, len(slots), err)
		}
	})
}

// TestALargeObjectIsTakenBackWhileOneReads: its block is sealed anew under another
// key between the reading of the index and that of its bytes.
func TestALargeObjectIsTakenBackWhileOneReads(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		slots := []Slot{noise(1000), noise(2 << 20), noise(1000), noise(3 << 20)}
		p := w.file(t, slots)
		var got []string
		err := w.a.Scan(t.Context(), w.db.Reader(), 1, 0, Want{Bytes: true}, func(o Object) bool {
			if len(got) == 0 {
				err := w.db.Write(t.Context(), func(tx *store.Tx) error {
					return w.a.Erase(t.Context(), tx, 1, []int64{p.Added + 1}, func(int64, []byte) ([32]byte, error) { return [32]byte{}, nil })
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			got = append(got, o.ID)
			return true
		})
		if err != nil || fmt.Sprint(got) != fmt.Sprint([]string{slots[0].ID, slots[2].ID, slots[3].ID}) {
			t.Errorf("%d objects of 3: %v", len(got), err)
		}
	})
}

// BenchmarkWalk reads 20,000 objects with their bytes, in pages of 1,000.
//
//	go test ./archive -run '^$' -bench Walk
func BenchmarkWalk(b *testing.B) {
	w := open(b)
	g := newGenerator(1)
	for range 200 {
		w.file(b, g.envelope(100, 1))
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for after := int64(0); ; {
			k := 0
			err := w.a.Scan(context.Background(), w.db.Reader(), 1, after, Want{Bytes: true}, func(o Object) bool {
				k, after = k+1, o.At
				return k < 1000
			})
			if err != nil {
				b.Fatal(err)
			}
			if n += k; k == 0 {
				break
			}
		}
		if n != 20_000 {
			b.Fatalf("%d objects", n)
		}
	}
}
