package rights_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/rights"
	"tocsin/store"
	"tocsin/store/storetest"
	"tocsin/submission"
	"tocsin/thing"
)

const (
	person    = "Jane Roe"
	mailbox   = "jane.roe@customer.example"
	submitted = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" // renamed by the gate: somebody else created it
)

// node is a real exchange that holds much on a person who asks.
type node struct {
	t     *testing.T
	db    *store.DB
	x     *exchange.Exchange
	who   member.Session // a publisher: what it files is kept byte for byte
	queue *held.Queue
	hs    map[string]rights.Holder
}

func newNode(t *testing.T, db *store.DB) *node {
	t.Helper()
	ctx := t.Context()
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "tocsin.example/rights")
	if err == nil {
		err = exchange.Migrate(ctx, db)
	}
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(ctx, db, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	n := &node{t: t, db: db, x: x, queue: held.New(exchange.LogID, keys)}
	n.hs = map[string]rights.Holder{
		"archive": archive.NewHolder(archive.New(exchange.LogID, keys)), "thing": thing.NewHolder(thing.New(exchange.LogID, keys)),
		"held": held.NewHolder(n.queue), "submission": submission.NewHolder(submission.New(exchange.LogID, keys)), "member": member.NewHolder(x.Members()),
	}
	for name, publisher := range map[string]bool{"Press": true, "Jane Roe Consulting": false} {
		m := member.NewMember{Name: name, Publisher: publisher}
		if !publisher {
			m.Domains = []string{"jane.roe-consulting.example"}
		}
		if _, err := x.Members().AddMember(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	n.who = n.session("Press")
	return n
}

func (n *node) session(name string) member.Session {
	n.t.Helper()
	s, err := n.x.Members().Session(n.t.Context(), name)
	if err != nil {
		n.t.Fatal(err)
	}
	return s
}

func (n *node) file(who member.Session, o exchange.Options, objects ...string) exchange.Filed {
	n.t.Helper()
	f, err := n.x.Accept(n.t.Context(), who, strings.NewReader(`{"objects":[`+strings.Join(objects, ",")+`]}`), o)
	if err != nil {
		n.t.Fatal(err)
	}
	return f
}

// find asks one holder and gives the tables of what it found.
func (n *node) find(holder string, values ...string) (items []rights.Item, tables string) {
	n.t.Helper()
	items, err := n.hs[holder].Find(n.t.Context(), n.db.Reader(), values)
	if err != nil {
		n.t.Fatalf("%s: %v", holder, err)
	}
	for _, it := range items {
		tables += it.Table + " "
		for _, v := range values {
			if strings.Contains(it.What, v) {
				n.t.Errorf("%s says the value itself: %+v", holder, it)
			}
		}
	}
	return items, strings.TrimSpace(tables)
}

func (n *node) erase(holder string, it rights.Item) error {
	return n.db.Write(n.t.Context(), func(tx *store.Tx) error { return n.hs[holder].Erase(n.t.Context(), tx, it) })
}

func (n *node) want(holder, tables string, values ...string) []rights.Item {
	n.t.Helper()
	items, got := n.find(holder, values...)
	if got != tables {
		n.t.Errorf("%s holds %q on %v, want %q", holder, got, values, tables)
	}
	return items
}

func (n *node) kind(what string, err error, want fault.Kind) {
	n.t.Helper()
	if err == nil || fault.KindOf(err) != want {
		n.t.Errorf("%s: %v; want %v", what, err, want)
	}
}

func indicator(id, more string) string {
	return `{"type":"indicator","spec_version":"2.1","id":"` + id + `","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z",` + more + `}`
}

// onSQLite runs a test on one engine: the statements that it is about are those
// of tests that run on both.
func onSQLite(t *testing.T, f func(n *node, ctx context.Context)) {
	t.Helper()
	f(newNode(t, storetest.Open(t)), t.Context())
}

func onBoth(t *testing.T, f func(n *node, ctx context.Context)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) { f(newNode(t, open(t)), t.Context()) })
}

// TestSharedTextIsFoundAndErased: escaped or not, in any version and audience.
func TestSharedTextIsFoundAndErased(t *testing.T) {
	onBoth(t, func(n *node, ctx context.Context) {
		const id = "indicator--2b0f6d4a-0f6b-4f5e-9d0c-6d0f0c1b2a33"
		plain := indicator(id, `"pattern":"[domain-name:value = 'a.example']","description":"Bought by Jane Roe in 2025"`)
		escaped := indicator("indicator--3b0f6d4a-0f6b-4f5e-9d0c-6d0f0c1b2a33", `"pattern":"[domain-name:value = 'b.example']","x_example":{"JANE\u0020ROE":1}`)
		other := indicator("indicator--4b0f6d4a-0f6b-4f5e-9d0c-6d0f0c1b2a33", `"pattern":"[domain-name:value = 'c.example']"`)
		n.file(n.who, exchange.Options{}, plain, escaped, other)
		n.file(n.who, exchange.Options{}, strings.Replace(plain, `"modified":"2026-11-01T`, `"modified":"2026-11-02T`, 1))
		items := n.want("archive", "block block block", person)
		n.want("archive", "", "John Doe")
		for _, it := range items {
			if it.Since.IsZero() || it.What == "" {
				n.t.Errorf("item %+v", it)
			}
			if err := n.erase("archive", it); err != nil {
				n.t.Fatal(err)
			}
			n.kind("erased again", n.erase("archive", it), fault.NotFound)
		}
		n.want("archive", "", person)
		left, err := n.x.Versions(ctx, n.who, member.AudienceGreen, []string{id})
		if err != nil || len(left) != 0 {
			n.t.Errorf("versions that can still be read: %v %v", left, err)
		}
		var ids []string
		err = n.x.Scan(ctx, n.who, member.AudienceGreen, 0, archive.Want{Bytes: true, Versions: true}, func(o archive.Object) bool {
			if ids = append(ids, o.ID); bytes.Contains(bytes.ToLower(o.Raw), []byte("jane")) {
				n.t.Errorf("still read: %s", o.Raw)
			}
			return true
		})
		if err != nil || !slices.Contains(ids, "indicator--4b0f6d4a-0f6b-4f5e-9d0c-6d0f0c1b2a33") || len(ids) != 1 {
			n.t.Errorf("left is %v, %v; want the one object that doesn't mention the person", ids, err)
		}
	})
}

// TestTheRecordOfAnEntryIsNotErased: the log's proof opens to it. What it can hold
// is a member's name and the words of a recall.
func TestTheRecordOfAnEntryIsNotErased(t *testing.T) {
	onSQLite(t, func(n *node, ctx context.Context) {
		n.file(n.session("Jane Roe Consulting"), exchange.Options{}, indicator("indicator--2b0f6d4a-0f6b-4f5e-9d0c-6d0f0c1b2a33", `"pattern":"[domain-name:value = 'a.example']"`))
		items := n.want("archive", "entry", person)
		n.kind("the record of an entry", n.erase("archive", items[0]), fault.Refused)
		n.kind("what isn't there", n.erase("archive", rights.Item{Table: "block", Ref: "x"}), fault.NotFound)
		n.kind("a slot that isn't there", n.erase("archive", rights.Item{Table: "block", Ref: "2/1"}), fault.NotFound)
	})
}

// TestAThingIsErasedOnceNothingNamesIt: defences hear of it first, and then nobody need ask.
func TestAThingIsErasedOnceNothingNamesIt(t *testing.T) {
	onSQLite(t, func(n *node, ctx context.Context) {
		const id = "indicator--2b0f6d4a-0f6b-4f5e-9d0c-6d0f0c1b2a33"
		n.file(n.who, exchange.Options{}, indicator(id, `"pattern":"[email-addr:value = '`+mailbox+`']"`))
		items := n.want("thing", "thing", mailbox)
		if len(items) == 0 || items[0].Since.IsZero() || !strings.Contains(items[0].What, "email") {
			n.t.Fatalf("items %+v", items)
		}
		n.kind("while an indicator names it", n.erase("thing", items[0]), fault.Refused)
		if _, err := n.x.Recall(ctx, n.who, id, "asked by the person"); err != nil {
			n.t.Fatal(err)
		}
		n.kind("while defences are being told", n.erase("thing", items[0]), fault.Refused)
		err := n.db.Write(ctx, func(tx *store.Tx) error {
			gone, _, err := thing.New(exchange.LogID, n.x.Keys()).Forget(ctx, tx, 1<<62)
			if gone != 1 {
				n.t.Errorf("%d things are gone, not 1", gone)
			}
			return err
		})
		if err != nil {
			n.t.Fatal(err)
		}
		n.want("thing", "", mailbox) // gone by itself, now that all have heard of it
		n.kind("erased already", n.erase("thing", items[0]), fault.NotFound)
		n.kind("what isn't there", n.erase("thing", rights.Item{Table: "thing", Ref: "x"}), fault.NotFound)
		n.want("archive", "", mailbox)
	})
}

func TestAWaitingPassageIsFoundInItsContextAndErased(t *testing.T) {
	onSQLite(t, func(n *node, ctx context.Context) {
		put := func(s held.Secret) string {
			p := held.Passage{ID: held.NewID(), Object: "note--2b0f6d4a-0f6b-4f5e-9d0c-6d0f0c1b2a33", Path: "content", Kind: "person", Created: 1}
			if err := n.queue.Seal(&p, "2026-11", s); err != nil {
				n.t.Fatal(err)
			}
			if err := n.db.Write(ctx, func(tx *store.Tx) error { return n.queue.Put(ctx, tx, []held.Passage{p}) }); err != nil {
				n.t.Fatal(err)
			}
			return p.ID
		}
		want := []string{put(held.Secret{Text: "Jane Roe"}), put(held.Secret{Before: "Opened by Jane ", Text: "Roe", After: "."}), put(held.Secret{Object: []byte(`{"value":"jane roe"}`)})}
		for i := range 120 { // more than are opened at once
			put(held.Secret{Text: fmt.Sprintf("somebody else %d", i)})
		}
		items := n.want("held", "held held held", person)
		for _, it := range items {
			if !slices.Contains(want, it.Ref) {
				n.t.Errorf("found %s", it.Ref)
			}
			if err := n.erase("held", it); err != nil {
				n.t.Fatal(err)
			}
			n.kind("erased again", n.erase("held", it), fault.NotFound)
		}
		n.want("held", "", person)
		p, err := n.queue.Get(ctx, n.db.Reader(), want[0])
		if err != nil || p.State != held.Void {
			n.t.Errorf("passage %+v, %v", p, err)
		}
		if _, err := n.queue.Open(p); fault.KindOf(err) != fault.Gone {
			n.t.Errorf("its text can still be opened: %v", err)
		}
	})
}

// TestIdentifiersAreForgotten: the one that a member submitted, in the book, in
// the remembered answer, and in the status of an Add.
func TestIdentifiersAreForgotten(t *testing.T) {
	onBoth(t, func(n *node, ctx context.Context) {
		who := n.session("Jane Roe Consulting")
		o := indicator(submitted, `"created_by_ref":"identity--311b2d2d-f010-4473-83ec-1edf84858f4c","pattern":"[domain-name:value = 'a.example']","description":"Opened by our customer, `+mailbox+`, on her laptop."`)
		n.file(who, exchange.Options{}, o)
		n.file(who, exchange.Options{Door: exchange.DoorTAXII, StatusID: "5a9f3a6e-93b7-4f0e-8b3c-0f1f9f2f7d11"}, o)
		items := n.want("submission", "published submission taxii_status", submitted)
		n.want("submission", "", "indicator--9e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
		for _, it := range items {
			if err := n.erase("submission", it); err != nil {
				n.t.Fatalf("%s: %v", it.Table, err)
			}
			n.kind(it.Table+" again", n.erase("submission", it), fault.NotFound)
		}
		n.want("submission", "", submitted)
		for _, ref := range []string{"", "x", "1", "1/zz", "1/ab", "1/ab/x"} {
			for _, table := range []string{"published", "submission", "taxii_status"} {
				n.kind(table+" "+ref, n.erase("submission", rights.Item{Table: table, Ref: ref}), fault.NotFound)
			}
		}
	})
}

func TestNamesInTheRegister(t *testing.T) {
	onBoth(t, func(n *node, ctx context.Context) {
		if _, err := n.x.Members().AddGroup(ctx, "Friends of Jane Roe", []string{"Press"}); err != nil {
			n.t.Fatal(err)
		}
		items := n.want("member", "member sharing_group", person)
		n.want("member", "member_domain", "jane.roe")
		n.want("member", "", "John Doe")
		for _, it := range items {
			n.kind(it.Table+" in use", n.erase("member", it), fault.Refused)
		}
		domain := n.want("member", "member_domain", "jane.roe-consulting")
		if err := n.erase("member", domain[0]); err != nil {
			n.t.Fatal(err)
		}
		n.kind("the domain again", n.erase("member", domain[0]), fault.NotFound)
		for _, err := range []error{n.x.Members().RemoveMember(ctx, "Jane Roe Consulting"), n.x.Members().RemoveGroup(ctx, "Friends of Jane Roe")} {
			if err != nil {
				n.t.Fatal(err)
			}
		}
		items = n.want("member", "member sharing_group", person)
		for _, it := range items {
			if err := n.erase("member", it); err != nil {
				n.t.Fatalf("%s: %v", it.Table, err)
			}
			n.kind(it.Table+" again", n.erase("member", it), fault.NotFound)
		}
		n.want("member", "", person)
		for _, it := range []rights.Item{{Table: "member", Ref: "99"}, {Table: "member", Ref: "x"}, {Table: "trust", Ref: "1"}, {Table: "member_domain", Ref: "b.example"}} {
			n.kind(fmt.Sprint(it), n.erase("member", it), fault.NotFound)
		}
	})
}
