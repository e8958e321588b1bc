package archive

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tocsin/store"
	"tocsin/store/storetest"
)

// slotsOf makes objects of some types in one audience.
func slotsOf(aud int32, from, n int, types ...string) (out []Slot) {
	for i := range n {
		id := fmt.Sprintf("%s--%08d-0000-4000-8000-000000000000", types[i%len(types)], from+i)
		out = append(out, Slot{Aud: aud, ID: id, Version: "2026-11-01T08:00:00Z", Raw: fmt.Appendf(nil, `{"id":%q}`, id)})
	}
	return out
}

// TestBackIsScanTurnedRound: whatever the blocks and the bounds, a walk back gives
// what a walk forward gives, from its end.
func TestBackIsScanTurnedRound(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open(t))
		n := 0
		for i := range 60 { // more blocks than are read at once
			size := 1 + i%3
			w.file(t, slotsOf(2, n, size, "indicator", "relationship", "malware"))
			w.file(t, slotsOf(3, 100_000+n, 1, "indicator"))
			n += size
		}
		var all []int64
		mask := TypeMask([]string{"indicator", "malware"})
		if err := w.a.Scan(t.Context(), w.db.Reader(), 2, 0, Want{Versions: true, Types: mask}, func(o Object) bool { all = append(all, o.At); return true }); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(all)
		rapid.Check(t, func(rt *rapid.T) {
			before := rapid.SampledFrom(append([]int64{0, 1, all[0] + 1}, all...)).Draw(rt, "before")
			limit := rapid.IntRange(1, 70).Draw(rt, "limit")
			got, err := w.a.Back(t.Context(), w.db.Reader(), 2, before, mask, limit)
			if err != nil {
				rt.Fatal(err)
			}
			want := slices.DeleteFunc(slices.Clone(all), func(at int64) bool { return before != 0 && at >= before })
			want = want[:min(limit, len(want))]
			for i, p := range got {
				if i >= len(want) || p.At != want[i] || p.Aud != 2 || p.Erased || p.Raw != nil {
					rt.Fatalf("place %d is %+v; want %v", i, p, want)
				}
			}
			if len(got) != len(want) {
				rt.Fatalf("%d places, want %d", len(got), len(want))
			}
		})
	})
}

// TestBackShowsGaps: of what was taken back its place is left, whatever its type was.
func TestBackShowsGaps(t *testing.T) {
	w := open(t)
	p := w.file(t, slotsOf(2, 0, 3, "indicator", "malware", "relationship"))
	err := w.db.Write(t.Context(), func(tx *store.Tx) error {
		return w.a.Erase(t.Context(), tx, 2, []int64{p.Added + 1}, func(int64, []byte) ([32]byte, error) { return [32]byte{1}, nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.a.Back(t.Context(), w.db.Reader(), 2, 0, TypeMask([]string{"indicator"}), 10)
	if err != nil || len(got) != 2 || !got[0].Erased || got[0].ID != "" || got[0].At != p.Added+1 || got[1].Erased {
		t.Errorf("%+v, %v; want the gap, then the indicator", got, err)
	}
}

// TestPlacesOfOneEntry: of all its audiences, and of no other entry.
func TestPlacesOfOneEntry(t *testing.T) {
	w := open(t)
	w.file(t, slotsOf(2, 0, 2, "indicator"))
	p := w.file(t, Arrange(append(slotsOf(2, 10, 2, "indicator", "relationship"), slotsOf(3, 20, 1, "malware")...)))
	got, err := w.a.PlacesOf(t.Context(), w.db.Reader(), p.Index, TypeMask([]string{"indicator", "malware"}))
	if err != nil || len(got) != 2 || got[0].Aud != 3 || got[1].Aud != 2 || got[0].At < got[1].At || got[1].At != p.Added {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := w.a.PlacesOf(t.Context(), w.db.Reader(), 99, 0); err != nil || len(got) != 0 {
		t.Errorf("of an entry that isn't there: %+v, %v", got, err)
	}
}

func TestRecalls(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		w := begin(t, open(t))
		p := w.file(t, slotsOf(2, 0, 6, "indicator"))
		put := func(kind Kind, ref string, aud int32, targets ...int64) store.Place {
			f := w.filing(t, nil)
			f.kind, f.n = kind, len(targets)
			f.write = func(ctx context.Context, tx *store.Tx, at store.Place) error {
				var ws []Withdrawal
				for i, target := range targets {
					ws = append(ws, Withdrawal{At: at.Added + int64(i), Index: at.Index, Aud: aud, Target: target, Kind: kind, Ref: ref})
				}
				return w.a.PutWithdrawals(ctx, tx, ws)
			}
			return w.keep(t, f)
		}
		put(Expiry, "", 2, p.Added, p.Added+1)
		first := put(Recall, "indicator--x", 2, p.Added, p.Added+2)
		put(Recall, "relationship--x", 2, p.Added+3)
		last := put(Recall, "indicator--y", 3, p.Added+4)
		but := []string{"relationship"}
		q, ctx := w.db.Reader(), t.Context()
		all, err := w.a.RecallsBack(ctx, q, []int32{2, 3}, but, 0, 10)
		if err != nil || len(all) != 3 || all[0].At != last.Added || all[2].At != first.Added {
			t.Errorf("recalls: %+v, %v", all, err)
		}
		if some, err := w.a.RecallsBack(ctx, q, []int32{2}, but, all[1].At, 10); err != nil || len(some) != 1 || some[0].Target != p.Added {
			t.Errorf("before the second: %+v, %v", some, err)
		}
		if none, err := w.a.RecallsBack(ctx, q, nil, but, 0, 10); err != nil || len(none) != 0 {
			t.Errorf("of no audience: %v, %v", none, err)
		}
		for since, want := range map[int64]string{0: "map[2:2 3:1]", first.Added + 1: "map[2:1 3:1]", last.Added: "map[3:1]", last.Added + 1: "map[]"} {
			if got, err := w.a.Recalls(ctx, q, since, but); err != nil || fmt.Sprint(got) != want {
				t.Errorf("since %d: %v, %v; want %s", since, got, err, want)
			}
		}
		of, err := w.a.WithdrawalsOf(ctx, q, []int64{p.Added, p.Added + 1, p.Added + 5})
		if err != nil || len(of) != 2 || of[p.Added].Kind != Recall || of[p.Added+1].Kind != Expiry {
			t.Errorf("what ended them: %+v, %v; want the recall where both did", of, err)
		}
		if of, err := w.a.WithdrawalsOf(ctx, q, nil); err != nil || len(of) != 0 {
			t.Errorf("of nothing: %v, %v", of, err)
		}
	})
}
