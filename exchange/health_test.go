package exchange_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
)

// operator is a member who may operate the node.
func (n *node) operator() member.Session {
	n.Helper()
	if _, err := n.x.Members().AddMember(n.Context(), member.NewMember{Name: "Operations", Role: member.RoleOperator}); err != nil {
		n.Fatal(err)
	}
	s, err := n.x.Members().Session(n.Context(), "Operations")
	if err != nil {
		n.Fatal(err)
	}
	return s
}

// TestHealth: what the operator reads moves with the node, on both engines.
func TestHealth(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
		if err != nil {
			t.Fatal(err)
		}
		n := openNode(t, db, keys)
		operator := n.operator()
		read := func() exchange.Health {
			t.Helper()
			h, err := n.x.Health(t.Context(), operator)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		h := read()
		if h.Size != 0 || !h.Added.IsZero() || !h.KeysMatch || h.Origin != "log.example/test" || h.Waiting != 0 || h.Due != 0 || h.Storage.Bytes <= 0 {
			t.Errorf("an empty node: %+v", h)
		}
		if sqlite := db.Engine() == store.SQLite; sqlite != (h.Storage.WAL >= 0) || sqlite != (h.Storage.Free >= 0) || h.Storage.Engine != string(db.Engine()) {
			t.Errorf("storage of %s: %+v", db.Engine(), h.Storage)
		}
		f := fileHeld(t, n)
		h = read()
		if h.Size != 1 || time.Since(h.Added).Abs() > time.Hour || h.Waiting != int64(len(f.Held)) || h.Due != 0 {
			t.Errorf("after a report with %d passages held: %+v", len(f.Held), h)
		}
		for _, s := range []member.Session{n.bank, n.reviewer, {}} {
			if _, err := n.x.Health(t.Context(), s); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%q reads how the node does: %v", s.Member.Name, err)
			}
		}
	})
}

// TestHealthOfFollowers: a follower that keeps up is not behind the log, one that stands still is.
func TestHealthOfFollowers(t *testing.T) {
	n := newNode(t)
	operator := n.operator()
	n.file(n.bank, bundle(indicator("1", "one.example", "")), exchange.Options{})
	head, err := n.x.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	move := func(name string, to int64) {
		t.Helper()
		if err := n.db.Write(t.Context(), func(tx *store.Tx) error { return store.MoveCursor(t.Context(), tx, exchange.LogID, name, to) }); err != nil {
			t.Fatal(err)
		}
	}
	move("keeps-up", head.Added)
	move("lags", head.Added-90_000_000)
	h, err := n.x.Health(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]time.Duration{}
	for _, f := range h.Followers {
		got[f.Name] = f.Behind
	}
	if got["keeps-up"] != 0 || got["lags"] != 90*time.Second {
		t.Errorf("behind by %v", got)
	}
}

// TestIndexInMemoryIsDone: the search index is behind only while objects are left that
// it hasn't read, whatever its place on disk.
func TestIndexInMemoryIsDone(t *testing.T) {
	n := newNode(t)
	operator := n.operator()
	n.file(n.bank, bundle(indicator("1", "one.example", "")), exchange.Options{})
	before, err := n.x.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := n.db.Write(t.Context(), func(tx *store.Tx) error {
		if err := store.MoveCursor(t.Context(), tx, exchange.LogID, "search", 1); err != nil {
			return err
		}
		return store.MoveCursor(t.Context(), tx, exchange.LogID, "reads", before.Added)
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.x.Recall(t.Context(), n.bank, "one.example", "a mistake"); err != nil {
		t.Fatal(err)
	}
	behind := func() map[string]time.Duration {
		t.Helper()
		h, err := n.x.Health(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]time.Duration{}
		for _, f := range h.Followers {
			out[f.Name] = f.Behind
		}
		return out
	}
	n.file(n.bank, bundle(indicator("2", "two.example", "")), exchange.Options{})
	if got := behind(); got["search"] == 0 || got["reads"] == 0 {
		t.Errorf("with an object to read nobody is behind: %v", got)
	}
	if err := n.x.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := behind(); got["search"] != 0 {
		t.Errorf("the index has all in memory and is behind by %v", got["search"])
	}
}

// TestHealthDue: an indicator is due from its end until a round took it out of force.
func TestHealthDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))) // no receipt is older than the program
		n := newNode(t)
		operator := n.operator()
		due := func(want int) {
			t.Helper()
			if h, err := n.x.Health(t.Context(), operator); err != nil || h.Due != want {
				t.Errorf("%d are due, %v; want %d", h.Due, err, want)
			}
		}
		until := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04:05.000Z")
		n.file(n.bank, bundle(indicator("1", "a.example", `"valid_until":"`+until+`"`), indicator("2", "b.example", "")), exchange.Options{})
		due(0)
		time.Sleep(time.Hour + time.Second)
		due(1)
		if _, err := n.x.ExpireRound(t.Context()); err != nil {
			t.Fatal(err)
		}
		due(0)
		n.x.Close()
		n.db.Close()
	})
}
