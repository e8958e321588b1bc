package draft

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/store"
	"tocsin/store/storetest"
)

// grow makes a draft look as long as it says, as if many bytes of it were there.
func (d desk) grow(id string, size int64) {
	d.Helper()
	must(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(d.Context(), `UPDATE draft SET size = $1 WHERE id = $2`, size, id)
		return err
	}))
}

// TestShareOfAMember: with more than a member's share the oldest drafts of that
// member go, whoever of its people has them, and never another member's.
func TestShareOfAMember(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		stranger := Owner{Member: 4, Person: 9}
		theirs := d.put(stranger, "x", "of another member").ID
		d.age(theirs, 50*time.Minute) // the oldest of all
		oldest, second := d.put(jane, "a", "text").ID, d.put(john, "b", "text").ID
		d.age(oldest, 3*time.Minute)
		d.age(second, 2*time.Minute)
		d.grow(oldest, MaxMember/2)
		d.grow(second, MaxMember/2-3)
		d.put(john, "c", "abc") // just what fits
		if l, err := d.List(t.Context(), jane); err != nil || len(l) != 1 {
			t.Errorf("within the share %d are left, %v", len(l), err)
		}
		d.put(john, "d", "e") // a byte more
		d.gone(oldest, 0)
		if l, err := d.List(t.Context(), john); err != nil || len(l) != 3 {
			t.Errorf("more went than had to: %d are left, %v", len(l), err)
		}
		if _, err := d.Get(t.Context(), stranger, theirs); err != nil {
			t.Errorf("another member's went: %v", err)
		}
		// One that is being sent makes room, too, and isn't deleted for itself.
		big := d.put(john, "f", strings.Repeat("a", MaxBytes)).ID
		if got, err := d.Get(t.Context(), john, big); err != nil || got.Size != MaxBytes {
			t.Errorf("the newest: %+v, %v", got, err)
		}
	})
}

// TestOneMemberLeavesRoom: whatever the people of one member send, those of another
// are taken.
func TestOneMemberLeavesRoom(t *testing.T) {
	onOne(t, func(t *testing.T, d desk) {
		for i := range 14 { // 224 MB
			d.grow(d.put(Owner{Member: 3, Person: int64(10 + i)}, "a", "text").ID, MaxBytes)
		}
		for _, text := range []string{strings.Repeat("b", 250), strings.Repeat("b", MaxBytes)} {
			if _, err := d.Put(t.Context(), Owner{Member: 4, Person: 9}, About{}, strings.NewReader(text)); err != nil {
				t.Errorf("%d bytes of another member: %v", len(text), err)
			}
		}
	})
}

// onOne runs f on one engine: what would take long on two.
func onOne(t *testing.T, f func(t *testing.T, d desk)) {
	t.Helper()
	db := storetest.Open(t)
	must(t, Migrate(t.Context(), db))
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	must(t, err)
	f(t, desk{t, New(db, 1, keys), keys, nil})
}

// TestAllTogether: where all is full of large ones a small one is taken, up to the
// bound of all; the refusal says how long, and room comes back when something goes.
func TestAllTogether(t *testing.T) {
	engines(t, func(t *testing.T, d desk) {
		id := d.put(Owner{Member: 5, Person: 11}, "a", "text").ID
		d.grow(id, MaxAll-Reserve-Small-1)
		d.age(id, 20*time.Minute)
		late := Owner{Member: 4, Person: 9}
		large := strings.Repeat("b", Small+1)
		first, err := d.Put(t.Context(), late, About{}, strings.NewReader(large)) // just what fits
		must(t, err)
		if _, err = d.Put(t.Context(), late, About{}, strings.NewReader(large)); fault.KindOf(err) != fault.Busy {
			t.Errorf("a large one over: %v; want busy", err)
		} else if !strings.Contains(fault.Public(err), "2 of the members") || !strings.Contains(fault.Public(err), "in 40 min at the latest") || !strings.Contains(fault.Public(err), "at most 64 kB has room of its own") {
			t.Errorf("the refusal says %q", fault.Public(err))
		}
		d.put(late, "c", large[:Small])
		d.grow(id, MaxAll-first.Size-Small-3)
		d.put(john, "d", "abc")
		if _, err := d.Put(t.Context(), late, About{}, strings.NewReader("d")); fault.KindOf(err) != fault.Busy || !strings.Contains(fault.Public(err), "40 min") {
			t.Errorf("a byte over: %v; want busy", err)
		}
		must(t, d.Discard(t.Context(), Owner{Member: 5, Person: 11}, id))
		if _, err := d.Put(t.Context(), late, About{}, strings.NewReader(large)); err != nil {
			t.Errorf("after one went: %v", err)
		}
	})
}
