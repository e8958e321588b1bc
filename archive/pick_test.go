package archive

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/store"
	"tocsin/store/storetest"
)

// mixed gives n slots in three audiences, of which some take a block of their own.
func mixed(from, n int) []Slot {
	var out []Slot
	for i := range n {
		size := 40
		if i%7 == 3 {
			size = 50_000 // several make a block, and the tests cut inside
		}
		if i == 5 {
			size = inlineBytes + 10_000
		}
		id := fmt.Sprintf("note--00000000-0000-4000-8000-%012d", from+i)
		out = append(out, Slot{Aud: int32(1 + i%3), ID: id, Raw: fmt.Appendf(nil, `{"type":"note","id":%q,"content":"%s"}`, id, strings.Repeat("x", size))})
	}
	return Arrange(out)
}

// From wherever one begins, After gives what the log has after it, each once and in order.
func TestAfter(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open(t))
		type place struct {
			at  int64
			aud int32
			id  string
		}
		var all []place
		for e := range 12 {
			slots := mixed(100*e, 1+5*(e%3)+e)
			p := w.file(t, slots)
			for i, s := range slots {
				all = append(all, place{p.Added + int64(i), s.Aud, s.ID})
			}
		}
		for _, from := range []int{-1, 0, 1, 5, 17, len(all) - 2, len(all) - 1} {
			after := int64(0)
			if from >= 0 {
				after = all[from].at
			}
			var got []place
			err := w.a.After(t.Context(), w.db.Reader(), after, func(o Object) bool {
				if !strings.Contains(string(o.Raw), o.ID) {
					t.Errorf("the bytes of %s are another object's", o.ID)
				}
				got = append(got, place{o.At, o.Aud, o.ID})
				return true
			})
			if err != nil || !slices.Equal(got, all[from+1:]) {
				t.Errorf("after %d: %d objects, not %d; %v", from, len(got), len(all)-from-1, err)
			}
		}
		n := 0
		if err := w.a.After(t.Context(), w.db.Reader(), 0, func(Object) bool { n++; return n < 3 }); err != nil || n != 3 {
			t.Errorf("it was stopped after 3 objects and gave %d, %v", n, err)
		}
	})
}

// Pick gives what stands at the dates, and says what was taken back.
func TestPick(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open(t))
		slots := mixed(0, 30)
		p := w.file(t, slots)
		var ats []int64
		ids := map[int64]string{}
		for i, s := range slots {
			if s.Aud == 2 {
				ats = append(ats, p.Added+int64(i))
				ids[p.Added+int64(i)] = s.ID
			}
		}
		gone := ats[2]
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			return w.a.Erase(t.Context(), tx, 2, []int64{gone}, func(int64, []byte) ([32]byte, error) { return [32]byte{1}, nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		asked := append([]int64{ats[0], ats[0], 1, p.Added + 1_000_000, p.Added}, ats[1:]...) // some twice, before, behind, in another audience
		var got []int64
		err = w.a.Pick(t.Context(), w.db.Reader(), 2, asked, func(o Object, erased bool) error {
			got = append(got, o.At)
			if erased != (o.At == gone) || erased && (o.Raw != nil || o.ID != "") || !erased && (o.ID != ids[o.At] || !strings.Contains(string(o.Raw), o.ID)) {
				t.Errorf("at %d stands %q, %d bytes, taken back: %v", o.At, o.ID, len(o.Raw), erased)
			}
			if o.Index != p.Index || o.N != o.At-p.Added || o.Aud != 2 {
				t.Errorf("at %d stands %v of audience %d", o.At, o.Position(), o.Aud)
			}
			return nil
		})
		if err != nil || !slices.Equal(got, ats) {
			t.Errorf("%v were picked, not %v; %v", got, ats, err)
		}
	})
}
