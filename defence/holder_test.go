package defence

import (
	"context"
	"slices"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/rights"
	"tocsin/store"
	"tocsin/thing"
)

var _ rights.Holder = Holder{}

// TestErasedValue: a person finds a mailbox that is in a list; it can't be taken
// out while it is in force, and afterwards is in no table; readers who may hold it
// are given the list anew.
func TestErasedValue(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme := w.member("acme")
		h := NewHolder(w.views)
		at := w.file(acme, member.AudienceGreen, inAYear(), "jane.roe@mail.example")
		w.file(acme, member.AudienceGreen, inAYear(), "a.example")
		before := w.view(acme)
		find := func() []rights.Item {
			t.Helper()
			items, err := h.Find(t.Context(), w.db.Reader(), []string{"Jane.Roe@mail.example"})
			if err != nil {
				t.Fatal(err)
			}
			return items
		}
		erase := func(it rights.Item) error {
			return w.db.Write(t.Context(), func(tx *store.Tx) error { return h.Erase(context.WithoutCancel(t.Context()), tx, it) })
		}
		found := find()
		if len(found) != 1 || slices.Contains([]string{found[0].Ref, found[0].What}, "jane") {
			t.Fatalf("found %+v", found)
		}
		if err := erase(found[0]); fault.KindOf(err) != fault.Refused {
			t.Errorf("while it is in force: %v", err)
		}
		w.recall(at) // no follower has seen it yet
		if err := erase(found[0]); err != nil {
			t.Fatal(err)
		}
		if err := erase(found[0]); fault.KindOf(err) != fault.NotFound {
			t.Errorf("erased twice: %v", err)
		}
		if left := find(); len(left) != 0 || w.values(acme) != "a.example" {
			t.Errorf("left: %+v, the list is %q", left, w.values(acme))
		}
		if _, ok := w.changes(before.ID, before.Serial); ok {
			t.Error("a reader who has the value isn't told to forget its list")
		}
	})
}

// TestErasedName: a value that was taken back is erased among things by itself. Who
// asks within ten minutes what changed is told of the removal; afterwards who asks
// from before is given everything anew, and who asks from after isn't.
func TestErasedName(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world, _ func() *world) {
		acme := w.member("acme")
		at := w.file(acme, member.AudienceGreen, inAYear(), "jane.roe@mail.example")
		before := w.view(acme)
		w.recall(at)
		recalled := time.Now().UTC()
		things := thing.NewHolder(w.things)
		forget := func(now time.Time) []rights.Item {
			t.Helper()
			if err := w.views.forget(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			items, err := things.Find(t.Context(), w.db.Reader(), []string{"jane.roe"})
			if err != nil {
				t.Fatal(err)
			}
			return items
		}
		if items := forget(afterTold()); len(items) != 1 {
			t.Fatal("erased before the view has read of its end")
		}
		after := w.view(acme)
		items := forget(recalled.Add(tellFor - time.Second))
		if cs, ok := w.changes(before.ID, before.Serial); !ok || len(cs) != 1 || cs[0].Op != Removed || len(items) != 1 {
			t.Fatalf("within ten minutes: %v, %v", cs, ok)
		}
		err := w.db.Write(t.Context(), func(tx *store.Tx) error { return things.Erase(t.Context(), tx, items[0]) })
		if fault.KindOf(err) != fault.Refused {
			t.Errorf("erased while defences are told: %v", err)
		}
		if items := forget(afterTold()); len(items) != 0 {
			t.Errorf("kept after ten minutes: %v", items)
		}
		if _, ok := w.changes(before.ID, before.Serial); ok {
			t.Error("the removal can't be told, and nobody says so")
		}
		if cs, ok := w.changes(after.ID, after.Serial); !ok || len(cs) != 0 {
			t.Errorf("who knows of the removal: %v, %v", cs, ok)
		}
	})
}
