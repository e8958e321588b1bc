package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
)

// everythingKept reads every text of the store that is not encrypted.
func everythingKept(n *node) string {
	n.Helper()
	var all strings.Builder
	for _, q := range []string{`SELECT value FROM thing`, `SELECT rec FROM entry`, `SELECT object || path || reason FROM held`, `SELECT pub FROM published`} {
		rows, err := n.db.Reader().QueryContext(n.Context(), q)
		if err != nil {
			n.Fatal(err)
		}
		for rows.Next() {
			var v []byte
			if err := rows.Scan(&v); err != nil {
				n.Fatal(err)
			}
			all.Write(v)
			all.WriteByte('\n')
		}
		rows.Close()
	}
	return all.String()
}

// TestRemovedIsNowhere: what the gate took out of a pattern, a text, an
// identifier or a reason stands in no table, no object and no receipt.
func TestRemovedIsNowhere(t *testing.T) {
	n := newNode(t)
	const secret = "marta.oliveira"
	raw, id := address(t, secret+"@customer.example")
	pattern := func(i int, p string) string {
		return object("indicator", fmt.Sprint(i), `"pattern_type":"stix","valid_from":"`+when+`","pattern":"`+p+`","description":"The victim `+secret+`@customer.example clicked."`)
	}
	f := n.file(n.bank, bundle(
		pattern(1, "[url:value = 'https://evil.example/track?email="+secret+"@customer.example']"),
		pattern(2, "[email-message:to_refs[*].value = '"+secret+"@customer.example']"),
		pattern(3, "[file:name = 'C:\\\\\\\\Users\\\\\\\\"+secret+"\\\\\\\\x.exe' AND file:hashes.MD5 = '79054025255fb1a26e4bc422aef54eb4']"),
		raw,
		object("note", "4", `"content":"Seen by `+secret+`@customer.example, a victim; see `+strings.ToUpper(id)+` and `+id[len("email-addr--"):]+`.","object_refs":["`+id+`"],"x_map":{"`+id+`":true}`),
	), exchange.Options{Name: "report on " + secret + ".json"})
	for _, o := range n.sees(n.hospital, member.AudienceGreen) {
		if strings.Contains(o, secret) || strings.Contains(strings.ToLower(o), id[len("email-addr--"):]) {
			t.Errorf("a reader sees %s", o)
		}
	}
	if _, err := n.x.Recall(t.Context(), n.bank, f.ID, "false positive, says the victim "+secret+"@customer.example"); err != nil {
		t.Fatal(err)
	}
	if kept := everythingKept(n); strings.Contains(kept, secret) || strings.Contains(kept, id[len("email-addr--"):]) {
		t.Errorf("it is kept in the clear:\n%s", kept)
	}
	if strings.Contains(string(f.Receipt), secret) {
		t.Error("it stands in the receipt")
	}
	// Another member that has the identifier from elsewhere doesn't publish it either.
	other := n.file(n.city, bundle(object("note", "5", `"content":"As reported.","object_refs":["`+id+`"]`)), exchange.Options{})
	if got := n.sees(n.hospital, member.AudienceGreen)[other.Objects[0].ID]; strings.Contains(got, id) {
		t.Errorf("another member published it: %s", got)
	}
	// and one that files the same mailbox itself gets an identifier of its own.
	if g := n.file(n.city, bundle(raw), exchange.Options{}); len(g.Failures) > 0 || g.Objects[0].ID == id {
		t.Errorf("another member's own: %+v %+v", g.Objects, g.Failures)
	}
	n.clean()
}

// TestWholeObjectIsGated: an object whose very value was released comes out as the
// gate left the rest of it, not as it came in; and it waits once.
func TestWholeObjectIsGated(t *testing.T) {
	n := newNode(t)
	body := bundle(`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + uuid("71") + `","value":"sergei.volkov@freemail.example","x_acct":"IBAN DE89370400440532013000","x_src":"` + n.bank.Member.Identity + `"}`)
	f := n.file(n.bank, body, exchange.Options{})
	if len(f.Held) != 1 {
		t.Fatalf("held %+v; want the mailbox", f.Held)
	}
	again := n.file(n.bank, bundle(strings.TrimSuffix(strings.TrimPrefix(body, bundle()[:len(bundle())-2]), "]}"), indicator("9", "nine.example", "")), exchange.Options{})
	if q, _ := n.x.ReviewQueue(t.Context(), n.reviewer, 10); len(q) != 1 || len(again.Held) != 0 {
		t.Errorf("%d passages wait after the object was filed twice", len(q))
	}
	d, err := n.x.Decide(t.Context(), n.reviewer, f.Held[0].ID, true, "")
	if err != nil {
		t.Fatal(err)
	}
	raw := n.sees(n.hospital, member.AudienceGreen)[d.Objects[0].ID]
	if !strings.Contains(raw, "sergei.volkov") || strings.Contains(raw, "DE8937") || strings.Contains(raw, n.bank.Member.Identity) {
		t.Errorf("released as %s", raw)
	}
	n.clean()
}

// TestNotInAnothersName: nobody files as another member's pseudonym, as the
// exchange, or as another's registered identity; a copy of theirs may be filed again.
func TestNotInAnothersName(t *testing.T) {
	n := newNode(t)
	f := n.file(n.bank, bundle(indicator("1", "a.example", `"created_by_ref":"`+n.bank.Member.Identity+`"`)), exchange.Options{})
	copied := n.sees(n.city, member.AudienceGreen)[f.Objects[0].ID]
	pseudonym := property(t, copied, "created_by_ref")
	for _, forged := range []string{pseudonym, n.x.Identity(), n.bank.Member.Identity} {
		n.refused(n.city, bundle(indicator("2", "b.example", `"created_by_ref":"`+forged+`"`)), exchange.Options{}, fault.Forbidden, "created_by_ref")
		n.refused(n.city, bundle(object("identity", forged, `"name":"Somebody","identity_class":"organization"`)), exchange.Options{}, fault.Forbidden, "")
	}
	again := n.file(n.city, bundle(copied), exchange.Options{})
	if !again.Objects[0].Duplicate {
		t.Errorf("a copy of what is there: %+v", again.Objects)
	}
	n.clean()
}

// TestStrangersRevocation: the same identifier and version with another content is
// refused in every collection that its filer would be mistaken in.
func TestStrangersRevocation(t *testing.T) {
	n := newNode(t)
	n.file(n.bank, bundle(indicator("1", "a.example", `"object_marking_refs":["`+green+`"]`)), exchange.Options{})
	n.refused(n.city, bundle(indicator("1", "a.example", `"revoked":true`)), exchange.Options{TLP: 1}, fault.Forbidden, "first filed")
}

// TestHeldOfOthers: a recall voids what waits of its own report, in its own audience.
func TestHeldOfOthers(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddGroup(t.Context(), "health", []string{"Harbor Bank"}); err != nil {
		t.Fatal(err)
	}
	n.refresh()
	n.file(n.bank, bundle(indicator("1", "evil.example", `"description":"`+doubtful+`"`)), exchange.Options{Group: "health"})
	before, _ := n.x.ReviewQueue(t.Context(), n.reviewer, 10)
	stranger := n.file(n.city, bundle(indicator("1", "x.example", "")), exchange.Options{})
	if _, err := n.x.Recall(t.Context(), n.city, stranger.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	if after, _ := n.x.ReviewQueue(t.Context(), n.reviewer, 10); len(after) != len(before) || len(before) == 0 {
		t.Errorf("%d passages wait after a stranger's recall; want %d", len(after), len(before))
	}
}

// TestLiteralPlaceholder: a text that says [held] itself doesn't lead a passage astray.
func TestLiteralPlaceholder(t *testing.T) {
	n := newNode(t)
	text := "The page said [held] twice: [held]. " + doubtful
	f := n.file(n.bank, bundle(indicator("1", "evil.example", `"description":"`+text+`"`)), exchange.Options{})
	for _, h := range f.Held {
		if _, err := n.x.Decide(t.Context(), n.reviewer, h.ID, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	got := property(t, n.sees(n.hospital, member.AudienceGreen)[f.Objects[0].ID], "description")
	if !strings.HasPrefix(got, "The page said [held] twice: [held]. Sent from") {
		t.Errorf("put back as %q", got)
	}
	// A passage of an older version has no place in a newer one.
	g := n.file(n.bank, bundle(indicator("2", "two.example", `"description":"`+doubtful+`"`)), exchange.Options{})
	n.file(n.bank, bundle(later(indicator("2", "two.example", `"description":"Other words. `+doubtful+`"`), 1)), exchange.Options{})
	if _, err := n.x.Decide(t.Context(), n.reviewer, g.Held[0].ID, true, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a passage of an older version: %v", err)
	}
	n.clean()
}
