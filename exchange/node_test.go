package exchange_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/stix"
	"tocsin/store"
	"tocsin/store/storetest"
)

// node is an exchange over a fresh store, with three companies and a reviewer.
type node struct {
	testing.TB
	x              *exchange.Exchange
	db             *store.DB
	keys           *ledger.Keys
	bank, hospital member.Session
	city           member.Session
	reviewer       member.Session
}

func newNode(t testing.TB) *node {
	t.Helper()
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	if err != nil {
		t.Fatal(err)
	}
	return openNode(t, storetest.Open(t), keys)
}

// openNode opens a node over a store that may have been used before.
func openNode(t testing.TB, db *store.DB, keys *ledger.Keys) *node {
	t.Helper()
	ctx := t.Context()
	if err := exchange.Migrate(ctx, db); err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(ctx, db, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	n := &node{TB: t, x: x, db: db, keys: keys}
	for _, m := range []member.NewMember{
		{Name: "Harbor Bank", Domains: []string{"harborbank.example"}}, {Name: "Lakeside Hospital"}, {Name: "Port City"}, {Name: "Review Office", Role: member.RoleReviewer},
	} {
		if _, err := x.Members().AddMember(ctx, m); err != nil && fault.KindOf(err) != fault.Conflict {
			t.Fatal(err)
		}
	}
	n.refresh()
	return n
}

// refresh reads the sessions anew, as a door does for each request.
func (n *node) refresh() {
	n.Helper()
	for name, s := range map[string]*member.Session{"Harbor Bank": &n.bank, "Lakeside Hospital": &n.hospital, "Port City": &n.city, "Review Office": &n.reviewer} {
		got, err := n.x.Members().Session(n.Context(), name)
		if err != nil {
			n.Fatal(err)
		}
		*s = got
	}
}

func (n *node) file(s member.Session, body string, o exchange.Options) exchange.Filed {
	n.Helper()
	f, err := n.x.Accept(n.Context(), s, strings.NewReader(body), o)
	if err != nil {
		n.Fatalf("filing: %v\n%+v", err, f.Failures)
	}
	n.holds(f.Receipt)
	return f
}

func (n *node) holds(receipt []byte) {
	n.Helper()
	for _, c := range ledger.Verify(receipt, n.keys.VerifierKey(), nil) {
		if !c.OK {
			n.Fatalf("the receipt does not hold: %s: %s", c.Name, c.Detail)
		}
	}
}

// refused files something that must be refused with a kind, and says something of.
func (n *node) refused(s member.Session, body string, o exchange.Options, want fault.Kind, says string) {
	n.Helper()
	f, err := n.x.Accept(n.Context(), s, strings.NewReader(body), o)
	if fault.KindOf(err) != want || err == nil || !strings.Contains(err.Error(), says) {
		n.Errorf("got %v (%v), %+v; want %v with %q", err, fault.KindOf(err), f.Failures, want, says)
	}
}

// sees gives the bytes of all objects of an audience, newest versions only.
func (n *node) sees(s member.Session, a member.Audience) map[string]string {
	n.Helper()
	out := map[string]string{}
	err := n.x.Scan(n.Context(), s, a, 0, archive.Want{Bytes: true}, func(o archive.Object) bool {
		if out[o.ID] != "" {
			n.Errorf("%s is there twice", o.ID)
		}
		out[o.ID] = string(o.Raw)
		return true
	})
	if err != nil {
		n.Fatal(err)
	}
	return out
}

// clean runs fsck.
func (n *node) clean() exchange.Checked {
	n.Helper()
	c, err := n.x.Fsck(n.Context(), func(int64, int64) {})
	if err != nil {
		n.Fatal(err)
	}
	for _, f := range c.Findings {
		n.Errorf("fsck: %s: %s", f.Place, f.Detail)
	}
	return c
}

const (
	green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
	red   = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
	when  = "2026-11-01T08:00:00.000Z"
)

// object writes a STIX object with the usual properties, then more, as JSON text.
func object(typ, id, more string) string {
	if !strings.Contains(id, "--") {
		id = typ + "--" + uuid(id)
	}
	s := fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":%q,"created":%q,"modified":%q`, typ, id, when, when)
	if more != "" {
		s += "," + more
	}
	return s + "}"
}

// uuid makes a version 4 UUID of up to 12 hexadecimal digits.
func uuid(n string) string { return fmt.Sprintf("00000000-0000-4000-8000-%012s", n) }

func indicator(id, value, more string) string {
	pattern := `"pattern_type":"stix","valid_from":"` + when + `","pattern":"[domain-name:value = '` + value + `']"`
	if more != "" {
		pattern += "," + more
	}
	return object("indicator", id, pattern)
}

func bundle(objects ...string) string {
	return `{"type":"bundle","id":"bundle--` + uuid("b") + `","objects":[` + strings.Join(objects, ",") + `]}`
}

// later raises the version of an object.
func later(obj string, minutes int) string {
	t, err := time.Parse(time.RFC3339, when)
	if err != nil {
		panic(err)
	}
	return strings.Replace(obj, `"modified":"`+when, `"modified":"`+stix.FormatTime(t.Add(time.Duration(minutes)*time.Minute)), 1)
}

func property(t testing.TB, raw, name string) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	s, _ := v[name].(string)
	return s
}

// shared gives the path of a real file, or skips: in CI its absence is a failure.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing; CI has the real data", path)
		}
		t.Skipf("%s is not here: the real data is not part of the repository", path)
	}
	return path
}
