package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
)

// TestRenamedMarked: an identifier that would lead to what was removed is marked in
// the texts that mention it.
func TestRenamedMarked(t *testing.T) {
	n := newNode(t)
	theirs := "identity--" + uuid("77")
	victim := `{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + uuid("5") + `","value":"jane.roe@customer.example"}`
	message := `{"type":"email-message","spec_version":"2.1","id":"email-message--` + uuid("6") + `","is_multipart":false,"to_refs":["email-addr--` + uuid("5") + `"],"subject":"Your storage is full now"}`
	about := object("note", "7", `"created_by_ref":"`+theirs+`","content":"See email-addr--`+uuid("5")+` of victim adam.keller@customer.example, é, and email-addr--`+uuid("5")+` again.","object_refs":["email-addr--`+uuid("5")+`"]`)
	f, s := n.show(bundle(victim, message, about), exchange.Options{})
	found := 0
	for _, m := range s.Texts {
		for _, sp := range m.Spans {
			if sp.Reason == "identifier" {
				found++
				if m.Text[sp.Start:sp.End] != uuid("5") || sp.Label == uuid("5") {
					t.Errorf("marked %q as %q", m.Text[sp.Start:sp.End], sp.Label)
				}
			}
		}
	}
	if found != 2 {
		t.Errorf("%d identifiers are marked in %+v; want both; out go %d objects", found, s.Texts, len(f.Objects))
	}
	for _, c := range s.Removed {
		if c.Kind == "identifier" {
			t.Error("a replaced identifier is counted as a removed value")
		}
	}
}

// TestListShown: of a list the rows are shown as they came, and what is removed of
// a remark says what stands there for others.
func TestListShown(t *testing.T) {
	n := newNode(t)
	_, s := n.show("type,value,comment\ndomain,one.example,seen by victim jane.roe@customer.example at night\ndomain,two.example,nothing else is known of it\n", exchange.Options{Name: "list.csv"})
	if s.Format != intake.CSV || len(s.Texts) == 0 || !s.Texts[0].Source || !strings.HasPrefix(s.Texts[0].Text, "type,value,comment") {
		t.Fatalf("%s shown as %+v", s.Format, s.Texts)
	}
	if len(s.Texts) != 1 {
		t.Errorf("rows and remarks are shown twice: %+v", s.Texts)
	}
	var labels strings.Builder
	for _, sp := range s.Texts[0].Spans {
		labels.WriteString(sp.Verdict + " " + s.Texts[0].Text[sp.Start:sp.End] + " " + sp.Label + "; ")
	}
	if labels.String() != "share one.example ; remove jane.roe@customer.example [email]; share two.example ; " {
		t.Errorf("marked %s", labels.String())
	}
}

// TestPublisherShown: what a publisher's material has in it is kept, and shown so;
// a choice on passages of it is refused rather than ignored.
func TestPublisherShown(t *testing.T) {
	n := newNode(t)
	if _, err := n.x.Members().AddMember(t.Context(), member.NewMember{Name: "Press", Publisher: true}); err != nil {
		t.Fatal(err)
	}
	press, err := n.x.Members().Session(t.Context(), "Press")
	if err != nil {
		t.Fatal(err)
	}
	f, s, err := n.x.Show(t.Context(), press, strings.NewReader(twoDoubts("")), exchange.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Removed)+len(s.Held)+len(spans(s, exchange.VerdictRemove))+len(spans(s, exchange.VerdictHold)) > 0 || len(f.Objects) != 2 {
		t.Errorf("shown %+v", s)
	}
	n.refused(press, twoDoubts(""), exchange.Options{TakeOut: exchange.TakeOut{Passages: []string{"1.0123456789abcdef"}}}, fault.Conflict, "not in this report")
}

// TestShownInParts: a report of several parts is shown as one, and filed part by part
// as it was seen.
func TestShownInParts(t *testing.T) {
	n := newNode(t)
	var all []string
	for i := range intake.MaxObjects + 1 {
		all = append(all, indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i), ""))
	}
	body := bundle(all...)
	f, s := n.show(body, exchange.Options{})
	if len(s.Seen) != 2 || len(f.Objects) != intake.MaxObjects+1 || s.Shared[0].N != intake.MaxObjects+1 || len(s.Values) != 1000 {
		t.Fatalf("%d parts, %d objects, %+v, %d values", len(s.Seen), len(f.Objects), s.Shared, len(s.Values))
	}
	n.refused(n.bank, body, exchange.Options{Seen: s.Seen[:1]}, fault.Conflict, "not what you were shown")
	n.refused(n.bank, body, exchange.Options{Seen: []string{s.Seen[1], s.Seen[0]}}, fault.Conflict, "not what you were shown")
	if g := n.file(n.bank, body, exchange.Options{Seen: s.Seen, Idempotent: "parts"}); len(g.Parts) != 2 {
		t.Errorf("filed as %d parts", len(g.Parts))
	}
}

// TestHeaderBounds: of a mail with an endless header the beginning is shown.
func TestHeaderBounds(t *testing.T) {
	n := newNode(t)
	for name, more := range map[string]string{"short": "X-A: b\r\n", "long": strings.Repeat("X-Long: "+strings.Repeat("a", 60)+"\r\n", 500), "a byte that is no letter": "X-A: \xff\xfe\r\n"} {
		_, s := n.show("From: \"Mail Admin\" <postmaster@quota-alert.example>\r\n"+more+"Subject: Storage limit\r\n\r\nSign in at hxxps://owa.quota-alert[.]example/login now.\r\n", exchange.Options{Format: intake.EML})
		if h := s.Texts[0]; !h.Source || len(h.Text) > 17<<10 || !strings.HasPrefix(h.Text, "From: ") || strings.Contains(h.Text, "Sign in") {
			t.Errorf("%s: the header is shown as %d bytes: %.80q", name, len(h.Text), h.Text)
		}
	}
}

// TestForwardedShown: of a mail that was attached to another both headers are shown,
// and nobody of either gets out unseen.
func TestForwardedShown(t *testing.T) {
	n := newNode(t)
	f, s := n.show("From: Adam Keller <akeller@harborbank.example>\r\nTo: desk@harborbank.example\r\nSubject: FW: is this real?\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain\r\n\r\nI got this today.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"+phish+"\r\n--b--\r\n", exchange.Options{})
	gone := spans(s, exchange.VerdictRemove)
	for _, v := range []string{"hbrightman@fernhill.example", "Helena Brightman", "Adam Keller"} {
		if !has(gone, v) {
			t.Errorf("%s isn't marked as removed: %q", v, gone)
		}
	}
	for _, o := range f.Objects {
		for _, v := range []string{"hbrightman", "akeller"} {
			if strings.Contains(string(o.Raw), v) {
				t.Errorf("%s goes out in %s", v, o.Raw)
			}
		}
	}
	if h := s.Texts[0].Text; !strings.Contains(h, "FW: is this real?") || !strings.Contains(h, "Return-Path: <bounce@") || strings.Contains(h, "your mailbox is full") {
		t.Errorf("the headers are shown as %q", h)
	}
}

// FuzzShown: whatever is pasted, the marks are in order and give exactly what goes out.
func FuzzShown(f *testing.F) {
	for _, s := range []string{phish, "Fox\n\nVictim jane.roe@customer.example opened evil[.]example 8.8.8.8", "type,value\ndomain,one.example\n", twoDoubts(""), "Subject: a\n\nb evil[.]example", "Subject: a\r\ncontent-type: message/rfc822\r\n\r\n\n\n"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	n := newNode(f)
	f.Fuzz(func(t *testing.T, s string, take bool) {
		o := exchange.Options{TakeOut: exchange.TakeOut{All: take}}
		got, shown, err := n.x.Show(t.Context(), n.bank, strings.NewReader(s), o)
		if err != nil {
			return
		}
		sound(t, got, shown)
		if take && len(got.Held) > 0 {
			t.Fatalf("all is taken out, and %+v waits", got.Held)
		}
	})
}
