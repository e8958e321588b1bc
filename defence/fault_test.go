package defence

import (
	"fmt"
	"slices"
	"testing"

	"tocsin/member"
	"tocsin/store/storetest"
)

// TestBrokenWrites breaks every single write of a fold, before and after it took
// effect: whatever is left, the next fold brings the view to what is in force,
// and the journal tells just that to who asks from before.
func TestBrokenWrites(t *testing.T) {
	for _, mode := range []storetest.Mode{storetest.Before, storetest.After} {
		t.Run(fmt.Sprint("mode ", mode), func(t *testing.T) {
			t.Parallel()
			var b storetest.Breaker
			w := newWorld(t, storetest.Open(t, b.Config), newKeys(t))
			acme := w.member("acme")
			at := w.file(acme, member.AudienceGreen, inAYear(), "0.example")
			held := byValue(w.list(w.view(acme).ID))
			for n := 1; ; n++ {
				before := w.view(acme)
				w.recall(at)
				at = w.file(acme, member.AudienceGreen, inAYear(), fmt.Sprintf("%d.example", n), "198.51.100.7")
				b.Fail(n, mode)
				_, err := w.views.catchUp(t.Context())
				broke := b.Heal()
				if !broke && err != nil {
					t.Fatal(err)
				}
				v := w.view(acme)
				list := w.list(v.ID)
				if !slices.Contains(values(list), fmt.Sprintf("%d.example", n)) || slices.Contains(values(list), fmt.Sprintf("%d.example", n-1)) {
					t.Fatalf("write %d broken: the view has %q", n, list)
				}
				cs, ok := w.changes(v.ID, before.Serial)
				for _, c := range cs {
					if held[c.Item.Thing.Value] = show(c.Item); c.Op == Removed {
						delete(held, c.Item.Thing.Value)
					}
				}
				if !ok || !slices.Equal(values(list), sortedKeys(held)) {
					t.Fatalf("write %d broken: who follows the changes has %v, the view %q", n, held, list)
				}
				if !broke {
					t.Logf("a fold makes %d writes", n-1)
					if n < 5 {
						t.Error("hardly anything was broken")
					}
					return
				}
			}
		})
	}
}

func values(list []string) (out []string) {
	for _, l := range list {
		var kind, value string
		fmt.Sscan(l, &kind, &value)
		out = append(out, value)
	}
	return out
}

func sortedKeys(m map[string]string) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
