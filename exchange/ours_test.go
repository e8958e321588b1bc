package exchange_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
)

// elm gives a session of a member of whom the name and two domains are known.
func (n *node) elm() member.Session {
	n.Helper()
	if _, err := n.x.Members().AddMember(n.Context(), member.NewMember{Name: "Elm Bank Ltd", Domains: []string{"elmbank.example", "elm-pay.test"}}); err != nil {
		n.Fatal(err)
	}
	s, err := n.x.Members().Session(n.Context(), "Elm Bank Ltd")
	if err != nil {
		n.Fatal(err)
	}
	return s
}

// tells gives what of Elm Bank stands in some text.
func tells(text string) string {
	low := strings.ToLower(text)
	low = strings.NewReplacer("login-elmbank.example", "", "elmbank.login.example", "", "elmbank.example.evil.test", "").Replace(low)
	for _, v := range []string{"elm bank", "elmbank", "elm-bank", "elm_bank", "elm-pay"} {
		if strings.Contains(low, v) {
			return v
		}
	}
	return ""
}

const ownText = "Fox hits banks\n\nWe at Elm Bank saw evil.example hit www.elmbank.example, elm-pay[.]test and the lure login-elmbank.example.\nTell soc@elmbank.example or https://intra.elmbank.example/wiki?x=1. User svc_elmbank01 was used.\n\nElm Bank Ltd SOC\n"

const ownMail = "From: \"Mail Admin\" <postmaster@quota-alert.example>\r\nTo: Accounts <accounts@elmbank.example>\r\nSubject: Elm Bank: storage limit reached\r\n" +
	"Date: Mon, 23 Nov 2026 13:57:00 +0000\r\nMessage-ID: <1@quota-alert.example>\r\n\r\nSign in at hxxps://owa.quota-alert[.]example/login to keep it.\r\n-- \r\nSecurity, ELM BANK LTD\r\nwww.elmbank.example\r\n"

// ownReports are reports of Elm Bank that tell who filed them.
func ownReports() map[string]string {
	return map[string]string{
		"text": ownText,
		"mail": ownMail,
		"stix": bundle(indicator("e1", "evil.example", `"description":"Seen at Elm\u0020Bank, mail soc@elmbank.example"`), indicator("e2", "vpn.elmbank.example", ""),
			object("note", "e3", `"content":"by elmbank","abstract":"Elm-Bank","x_elmbank":"1","object_refs":["indicator--`+uuid("e1")+`"]`),
			`{"type":"domain-name","spec_version":"2.1","id":"domain-name--`+uuid("e4")+`","value":"mx.elmbank.example"}`,
			`{"type":"email-addr","spec_version":"2.1","id":"email-addr--`+uuid("e5")+`","value":"abuse@elmbank.example","display_name":"Elm Bank"}`,
			`{"type":"url","spec_version":"2.1","id":"url--`+uuid("e6")+`","value":"https://www.elmbank.example/login"}`,
			`{"type":"artifact","spec_version":"2.1","id":"artifact--`+uuid("e7")+`","payload_bin":"`+base64.StdEncoding.EncodeToString([]byte("welcome to Elm Bank"))+`"}`,
			object("identity", "e8", `"identity_class":"organization","name":"Elm Bank Fraud Desk"`)),
		"misp": `{"Event":{"uuid":"` + uuid("f1") + `","info":"Fox at Elm Bank","date":"2026-11-01","timestamp":"1793523600","Orgc":{"name":"ELMBANK","uuid":"` + uuid("f2") + `"},"Attribute":[` +
			`{"uuid":"` + uuid("f3") + `","type":"domain","category":"Network activity","value":"evil2.example","to_ids":true,"comment":"blocked by Elm Bank on proxy.elmbank.example","timestamp":"1793523600"},` +
			`{"uuid":"` + uuid("f4") + `","type":"domain","category":"Network activity","value":"www.elmbank.example","to_ids":true,"comment":"","timestamp":"1793523600"}]}}`,
	}
}

// published gives everything that a session reads of an audience.
func (n *node) published(s member.Session, a member.Audience) string {
	n.Helper()
	var b strings.Builder
	for _, raw := range n.sees(s, a) {
		b.WriteString(raw)
		b.WriteByte('\n')
	}
	return b.String()
}

// TestUnnamedIsUnnamed: through every format, what an unnamed member files tells
// nobody who it is; a lure that bears its name is still reported.
func TestUnnamedIsUnnamed(t *testing.T) {
	for name, body := range ownReports() {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			elm := n.elm()
			p, shown, err := n.x.Show(t.Context(), elm, strings.NewReader(body), exchange.Options{})
			if err != nil {
				t.Fatal(err)
			}
			sound(t, p, shown)
			f := n.file(elm, body, exchange.Options{Seen: shown.Seen})
			if at := tells(n.published(n.hospital, 2)); at != "" {
				t.Errorf("%q goes out: %s", at, n.published(n.hospital, 2))
			}
			own := 0
			for _, r := range f.Removed {
				if r.Type == "organisation" && (r.Reason == "own-name" || r.Reason == "own-domain") {
					own += r.Count
				}
			}
			counted := 0
			for _, c := range shown.Removed {
				if c.Kind == "organisation" {
					counted = c.N
				}
			}
			if own == 0 || own != counted {
				t.Errorf("the account has %d of its own, the preview counts %d: %+v", own, counted, f.Removed)
			}
			for _, v := range []string{"www.elmbank.example", "vpn.elmbank.example", "elm-pay.test", "https://www.elmbank.example/login"} {
				if _, err := n.x.Look(t.Context(), n.hospital, v); fault.KindOf(err) != fault.NotFound || err == nil {
					t.Errorf("%s is a thing: %v", v, err)
				}
			}
			n.clean()
		})
	}
}

// TestLureStays: an attacker's host that bears the name is blocked.
func TestLureStays(t *testing.T) {
	n := newNode(t)
	n.file(n.elm(), ownText, exchange.Options{Format: intake.Text})
	for _, v := range []string{"evil.example", "login-elmbank.example"} {
		if rec, err := n.x.Look(t.Context(), n.hospital, v); err != nil || rec.Reporters != 1 {
			t.Errorf("%s: %+v, %v", v, rec, err)
		}
	}
	out := n.published(n.hospital, 2)
	if !strings.Contains(out, "We at [organisation] saw evil.example hit [organisation], [organisation] and the lure login-elmbank.example") {
		t.Errorf("others read %s", out)
	}
}

// TestNamedKeepsIt: consent, the choice for one report, and a publisher keep the text.
func TestNamedKeepsIt(t *testing.T) {
	for name, c := range map[string]struct {
		o    exchange.Options
		make func(n *node)
	}{
		"this report": {exchange.Options{Named: true}, func(*node) {}},
		"consent": {exchange.Options{}, func(n *node) {
			if err := n.x.Members().SetNamed(n.Context(), "Elm Bank Ltd", true); err != nil {
				n.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			n.elm()
			c.make(n)
			elm, err := n.x.Members().Session(t.Context(), "Elm Bank Ltd")
			if err != nil {
				t.Fatal(err)
			}
			f := n.file(elm, ownText, c.o)
			if out := n.published(n.hospital, 2); !strings.Contains(out, "We at Elm Bank saw") || !strings.Contains(out, "www.elmbank.example") {
				t.Errorf("others read %s", out)
			}
			for _, r := range f.Removed {
				if r.Type == "organisation" {
					t.Errorf("removed %+v", r)
				}
			}
		})
	}
}

// TestUnnamedInGroup: a group is told as little.
func TestUnnamedInGroup(t *testing.T) {
	n := newNode(t)
	n.elm()
	g, err := n.x.Members().AddGroup(t.Context(), "Banks", []string{"Elm Bank Ltd", "Harbor Bank"})
	if err != nil {
		t.Fatal(err)
	}
	n.refresh()
	elm, err := n.x.Members().Session(t.Context(), "Elm Bank Ltd")
	if err != nil {
		t.Fatal(err)
	}
	n.file(elm, ownText, exchange.Options{Group: "Banks"})
	out := n.published(n.bank, g.Audience)
	if at := tells(out); at != "" || !strings.Contains(out, "[organisation]") {
		t.Errorf("%q goes out: %s", at, out)
	}
}

// TestOnlyOnesOwn: the name of another member is content; a member without domains has
// its name taken out only.
func TestOnlyOnesOwn(t *testing.T) {
	n := newNode(t)
	n.elm()
	n.file(n.hospital, bundle(object("note", "1", `"content":"Lakeside Hospital warns Elm Bank, www.elmbank.example","object_refs":["indicator--`+uuid("1")+`"]`)), exchange.Options{})
	if out := n.published(n.bank, 2); !strings.Contains(out, "[organisation] warns Elm Bank, www.elmbank.example") {
		t.Errorf("others read %s", out)
	}
}

// TestTypeThatTells: an object whose very type bears the name is refused by name.
func TestTypeThatTells(t *testing.T) {
	n := newNode(t)
	n.refused(n.elm(), bundle(object("x-elm-bank", "1", `"name":"a"`)), exchange.Options{}, fault.Refused, "tells who you are")
}

// TestReasonScrubbed: of a reason nothing can wait, and everybody reads it.
func TestReasonScrubbed(t *testing.T) {
	n := newNode(t)
	elm := n.elm()
	for _, c := range []struct{ reason, gone, want string }{
		{"Jonas Brandt says it is our own test site, call +49 30 901820 44", "901820", "[person-1] says it is our own test site, call [phone]"},
		{"+1 202 555 0143", "555", "[phone]"},
		{"ask eva.moor@supplier.example", "eva.moor", "ask [email]"},
		{"the attacker's mailbox eva.moor@supplier.example was wrong", "eva.moor", ""},
		{"Elm Bank's own scanner at scan.elmbank.example", "elm", "[organisation]'s own scanner at [organisation]"},
		{"the site evil.example is a test site", "nothing", "the site evil.example is a test site"},
	} {
		got, err := n.x.RecallReason(elm, c.reason)
		if err != nil || strings.Contains(strings.ToLower(got), c.gone) || c.want != "" && got != c.want || strings.Contains(got, "[held]") {
			t.Errorf("%q is read as %q, %v; want %q", c.reason, got, err, c.want)
		}
	}
	f := n.file(elm, bundle(indicator("1", "evil.example", "")), exchange.Options{})
	r, err := n.x.Recall(t.Context(), elm, f.ID, "Jonas Brandt of Elm Bank, call +49 30 901820 44")
	if err != nil {
		t.Fatal(err)
	}
	if all := string(r.Receipt); strings.Contains(all, "901820") || strings.Contains(all, "Elm Bank,") {
		t.Error("the record of the recall has the number or the name")
	}
}

// TestPreviewCounts: what the check counts is what the receipt says.
func TestPreviewCounts(t *testing.T) {
	for name, body := range ownReports() {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			elm := n.elm()
			_, shown, err := n.x.Show(t.Context(), elm, strings.NewReader(body), exchange.Options{})
			if err != nil {
				t.Fatal(err)
			}
			f := n.file(elm, body, exchange.Options{})
			r, err := n.x.ReceiptOf(t.Context(), elm, f.Index)
			if err != nil {
				t.Fatal(err)
			}
			if r.Objects != len(shown.Objects) || fmt.Sprint(sumOf(r.Removed)) != fmt.Sprint(sumOf(shown.Removed)) {
				t.Errorf("the check says %d objects, %d removed; the receipt %d, %d", len(shown.Objects), sumOf(shown.Removed), r.Objects, sumOf(r.Removed))
			}
		})
	}
}

func sumOf(list []exchange.Count) (n int) {
	for _, c := range list {
		n += c.N
	}
	return n
}

// TestNoByteTells: whatever is written around them, no name and no domain goes out.
func TestNoByteTells(t *testing.T) {
	n := newNode(t)
	elm := n.elm()
	own := []string{"Elm Bank", "ELM BANK LTD", "elmbank", "Elm-Bank", "www.elmbank.example", "a@elmbank.example", "hxxps://x[.]elmbank[.]example/a", "elm-pay.test", "Elm\nBank", "svc_elmbank"}
	i := 0
	rapid.Check(t, func(t *rapid.T) {
		i++
		words := rapid.SliceOfN(rapid.SampledFrom(append(own, pieces...)), 1, 12).Draw(t, "text")
		text := strings.Join(words, rapid.SampledFrom([]string{" ", ", ", "\n", "/", "=", " (", "\\n", "%20"}).Draw(t, "between"))
		id := fmt.Sprintf("a%d", i)
		body := bundle(object("note", id, `"content":`+quoted(text)+`,"object_refs":["indicator--`+uuid("1")+`"]`), indicator("b"+id, "d"+id+".example", `"name":`+quoted(text)))
		f, err := n.x.Accept(n.Context(), elm, strings.NewReader(body), exchange.Options{})
		if err != nil {
			t.Fatalf("%v %+v", err, f.Failures)
		}
		if at := tells(n.published(n.hospital, 2)); at != "" {
			t.Fatalf("%q goes out of %q", at, text)
		}
	})
}

// quoted writes a JSON string.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
