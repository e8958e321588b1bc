package person_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/rights"
	"tocsin/store"
)

func TestPasskeys(t *testing.T) {
	onBoth(t, func(w *world) {
		jane, rob := w.invite(w.bank, "", "jane", member.RoleAnalyst), w.invite(w.clinic, "", "rob", member.RoleAnalyst)
		id := []byte{0, 1, 2, 255}
		w.ok(w.AddPasskey(w.Context(), jane.ID, "Phone \u202eof Jane", id, []byte("public key")))
		w.want(fault.Conflict, "the same again", w.AddPasskey(w.Context(), jane.ID, "", id, nil))
		w.want(fault.Conflict, "somebody else's", w.AddPasskey(w.Context(), rob.ID, "", id, nil))
		who, k, err := w.PasskeyByID(w.Context(), id)
		if err != nil || who != jane || k.Name != "Phone of Jane" || string(k.Data) != "public key" || !k.Used.IsZero() || time.Since(k.Created) > time.Minute {
			t.Errorf("found %+v of %+v: %v", k, who, err)
		}
		w.ok(w.SavePasskey(w.Context(), id, []byte("counter 2")))
		if l := must(w.Passkeys(w.Context(), jane.ID))(t); len(l) != 1 || string(l[0].Data) != "counter 2" || l[0].Used.IsZero() || !bytes.Equal(l[0].ID, id) {
			t.Errorf("after a use: %+v", l)
		}
		if l := must(w.Passkeys(w.Context(), rob.ID))(t); len(l) != 0 {
			t.Errorf("somebody else has %+v", l)
		}
		if f := must(w.Factors(w.Context(), jane.ID))(t); f.Passkeys != 1 || f.None() {
			t.Errorf("the person has %+v", f)
		}
		w.want(fault.NotFound, "somebody else removes it", w.RemovePasskey(w.Context(), rob.ID, id))
		w.ok(w.RemovePasskey(w.Context(), jane.ID, id))
		w.want(fault.NotFound, "again", w.RemovePasskey(w.Context(), jane.ID, id))
		w.want(fault.NotFound, "saving it", w.SavePasskey(w.Context(), id, nil))
		_, _, err = w.PasskeyByID(w.Context(), id)
		w.want(fault.NotFound, "finding it", err)
		w.want(fault.NotFound, "nobody's", w.AddPasskey(w.Context(), 999, "", id, nil))
		if f := must(w.Factors(w.Context(), jane.ID))(t); !f.None() {
			t.Errorf("the person has %+v", f)
		}
	})
}

func TestBoundsOfPasskeys(t *testing.T) {
	onBoth(t, func(w *world) {
		jane := w.invite(w.bank, "", "jane", member.RoleAnalyst)
		w.ok(w.AddPasskey(w.Context(), jane.ID, strings.Repeat("n", person.MaxName), bytes.Repeat([]byte("i"), 1023), bytes.Repeat([]byte("d"), 16*1024)))
		w.want(fault.Invalid, "a long id", w.AddPasskey(w.Context(), jane.ID, "", bytes.Repeat([]byte("i"), 1024), nil))
		w.want(fault.Invalid, "no id", w.AddPasskey(w.Context(), jane.ID, "", nil, nil))
		w.want(fault.Invalid, "much data", w.AddPasskey(w.Context(), jane.ID, "", []byte("x"), make([]byte, 16*1024+1)))
		w.want(fault.Invalid, "much data later", w.SavePasskey(w.Context(), []byte("x"), make([]byte, 16*1024+1)))
		w.want(fault.Invalid, "a long name", w.AddPasskey(w.Context(), jane.ID, strings.Repeat("n", person.MaxName+1), []byte("x"), nil))
		for i := range person.MaxPasskeys - 1 {
			w.ok(w.AddPasskey(w.Context(), jane.ID, "", []byte(strconv.Itoa(i)), nil))
		}
		w.want(fault.Refused, "one more than one may have", w.AddPasskey(w.Context(), jane.ID, "", []byte("more"), nil))
	})
}

func TestHandles(t *testing.T) {
	onBoth(t, func(w *world) {
		jane, rob := w.invite(w.bank, "", "jane", member.RoleAnalyst), w.invite(w.bank, "", "rob", member.RoleAnalyst)
		h := must(w.Handle(w.Context(), jane.ID))(t)
		if len(h) != 64 || bytes.Equal(h, must(w.Handle(w.Context(), rob.ID))(t)) || bytes.Contains(h, []byte("jane")) {
			t.Errorf("the handle is %x", h)
		}
		if who := must(w.ByHandle(w.Context(), h))(t); who != jane {
			t.Errorf("it is %+v's", who)
		}
		_, err := w.ByHandle(w.Context(), h[:63])
		w.want(fault.NotFound, "an unknown handle", err)
		w.ok(w.Remove(w.Context(), w.bank, jane.ID))
		_, err = w.ByHandle(w.Context(), h)
		w.want(fault.NotFound, "the handle of somebody removed", err)
		_, err = w.Handle(w.Context(), jane.ID)
		w.want(fault.NotFound, "somebody removed", err)
	})
}

func TestIdentities(t *testing.T) {
	onBoth(t, func(w *world) {
		jane, rob := w.invite(w.bank, "", "jane", member.RoleAnalyst), w.invite(w.clinic, "", "rob", member.RoleAnalyst)
		const issuer = "https://login.example"
		w.ok(w.LinkIdentity(w.Context(), jane.ID, issuer, "subject-1"))
		w.ok(w.LinkIdentity(w.Context(), jane.ID, issuer, "subject-1")) // twice is once
		w.want(fault.Conflict, "somebody else", w.LinkIdentity(w.Context(), rob.ID, issuer, "subject-1"))
		w.ok(w.LinkIdentity(w.Context(), rob.ID, "https://other.example", "subject-1"))
		if who := must(w.ByIdentity(w.Context(), issuer, "subject-1"))(t); who != jane {
			t.Errorf("it is %+v", who)
		}
		for _, unknown := range [][2]string{{issuer, "Subject-1"}, {issuer, ""}, {issuer + "/", "subject-1"}, {"", "subject-1"}} {
			_, err := w.ByIdentity(w.Context(), unknown[0], unknown[1])
			w.want(fault.NotFound, "another identity", err)
		}
		if l := must(w.Identities(w.Context(), jane.ID))(t); len(l) != 1 || l[0].Issuer != issuer || l[0].Subject != "subject-1" {
			t.Errorf("identities %+v", l)
		}
		w.want(fault.NotFound, "somebody else's", w.UnlinkIdentity(w.Context(), rob.ID, issuer, "subject-1"))
		w.ok(w.UnlinkIdentity(w.Context(), jane.ID, issuer, "subject-1"))
		w.ok(w.LinkIdentity(w.Context(), rob.ID, issuer, "subject-1"))
		for _, bad := range [][2]string{{"", "x"}, {"x", ""}, {strings.Repeat("x", 501), "x"}, {"x", strings.Repeat("x", 256)}, {"x", "a\x00"}, {"x\u202e", "a"}, {"x", "\xff"}, {"x", " a"}} {
			w.want(fault.Invalid, strconv.Quote(bad[0]+"|"+bad[1]), w.LinkIdentity(w.Context(), jane.ID, bad[0], bad[1]))
		}
		for i := range person.MaxIdentities {
			w.ok(w.LinkIdentity(w.Context(), jane.ID, strings.Repeat("x", 500), strings.Repeat("y", 250)+strconv.Itoa(i)))
		}
		w.want(fault.Refused, "one more than one may have", w.LinkIdentity(w.Context(), jane.ID, issuer, "more"))
		w.ok(w.LinkIdentity(w.Context(), jane.ID, strings.Repeat("x", 500), strings.Repeat("y", 250)+"7")) // one of them again
		w.ok(w.Remove(w.Context(), w.clinic, rob.ID))
		_, err := w.ByIdentity(w.Context(), issuer, "subject-1")
		w.want(fault.NotFound, "the identity of somebody removed", err)
	})
}

// What is held on a person who signs in is found, and taken out once they are removed.
func TestHolder(t *testing.T) {
	onBoth(t, func(w *world) {
		h := person.NewHolder(w.People)
		var _ rights.Holder = h
		jane, _, err := w.Invite(w.Context(), w.bank, person.NewPerson{Login: "jroe@bank.example", Name: "Jane Roe", Role: member.RoleAnalyst})
		w.ok(err)
		w.invite(w.bank, "", "rob", member.RoleAnalyst)
		w.ok(w.LinkIdentity(w.Context(), jane.ID, "https://login.example", "jane-1815@customer.example"))
		w.ok(w.AddPasskey(w.Context(), jane.ID, "Janes Telefon", []byte("k"), nil))
		find := func(value string) []rights.Item {
			return must(h.Find(w.Context(), w.db.Reader(), []string{value}))(t)
		}
		for _, value := range []string{"jane roe", "JROE@bank.example", "jane-1815@customer.example", "janes telefon"} {
			items := find(value)
			if len(items) != 1 || items[0].Table != "person" || items[0].Since.IsZero() || strings.Contains(items[0].What+items[0].Ref, "ane") {
				t.Errorf("%q finds %+v", value, items)
			}
		}
		if items := find("somebody else"); len(items) != 0 {
			t.Errorf("nobody is found: %+v", items)
		}
		it := find("jane roe")[0]
		erase := func(it rights.Item) error {
			return w.db.Write(t.Context(), func(tx *store.Tx) error { return h.Erase(t.Context(), tx, it) })
		}
		w.want(fault.Refused, "an account in use", erase(it))
		w.ok(w.Remove(w.Context(), w.bank, jane.ID))
		if items := find("jroe@bank.example"); len(items) != 0 {
			t.Errorf("after the removal the login is held: %+v", items)
		}
		it = find("jane roe")[0]
		w.ok(erase(it))
		if items := find("jane roe"); len(items) != 0 {
			t.Errorf("after the erasure: %+v", items)
		}
		w.want(fault.NotFound, "again", erase(it))
		for _, bad := range []rights.Item{{Table: "person", Ref: "999"}, {Table: "person", Ref: "x"}, {Table: "held", Ref: "1"}} {
			w.want(fault.NotFound, "what isn't there", erase(bad))
		}
		if name := must(w.Name(w.Context(), jane.ID))(t); strings.Contains(name, "Jane") {
			t.Errorf("the name is %q", name)
		}
		tables := map[string]bool{}
		for _, name := range h.Tables() {
			tables[name] = true
		}
		for _, name := range must(w.db.Tables(w.Context()))(t) {
			if strings.HasPrefix(name, "person") && !tables[name] {
				t.Errorf("%s is claimed by nobody", name)
			}
		}
	})
}
