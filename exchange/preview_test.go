package exchange_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/stix"
)

const phish = "Return-Path: <bounce@quota-alert.example>\r\nReceived: from mx7.quota-alert.example ([203.0.113.19]) by mx.fernhill.example; Mon, 23 Nov 2026 13:58:00 +0000\r\n" +
	"From: \"Mail Admin\" <postmaster@quota-alert.example>\r\nTo: Helena Brightman <hbrightman@fernhill.example>\r\nSubject: Storage limit reached\r\n" +
	"Date: Mon, 23 Nov 2026 13:57:00 +0000\r\nMessage-ID: <1@quota-alert.example>\r\n\r\n" +
	"Dear Helena Brightman, your mailbox is full. Sign in at hxxps://owa.quota-alert[.]example/login to keep it.\r\n"

// show previews a report for a person and checks what holds of every preview.
func (n *node) show(body string, o exchange.Options) (exchange.Filed, *exchange.Shown) {
	n.Helper()
	f, s, err := n.x.Show(n.Context(), n.bank, strings.NewReader(body), o)
	if err != nil {
		n.Fatal(err)
	}
	sound(n, f, s)
	return f, s
}

// sound holds a preview to its promises: spans in order and inside their text, and
// a text with its spans replaced is the field as others get it.
func sound(t testing.TB, f exchange.Filed, s *exchange.Shown) {
	t.Helper()
	fields := map[string]map[string]string{}
	var all strings.Builder
	for _, o := range f.Objects {
		fields[o.ID] = map[string]string{}
		all.Write(o.Raw)
		stix.Walk(o.Raw, func(l stix.Field) error {
			if !l.IsKey {
				fields[o.ID][l.Path.String()] = l.Value
			}
			return nil
		})
	}
	size := 0
	for _, m := range s.Texts {
		at := 0
		for _, sp := range m.Spans {
			if sp.Start < at || sp.End <= sp.Start || sp.End > len(m.Text) {
				t.Fatalf("%s %s: a span from %d to %d behind one that ends at %d, in %d bytes", m.Type, m.Path, sp.Start, sp.End, at, len(m.Text))
			}
			at = sp.End
			if sp.Verdict != exchange.VerdictShare && sp.Label == "" && !m.Source {
				t.Fatalf("%s %s: nothing stands in the place of %+v", m.Type, m.Path, sp)
			}
			if v := m.Text[sp.Start:sp.End]; sp.Reason == exchange.ReasonNotSent && strings.Contains(all.String(), v) {
				t.Fatalf("%q is said to go nowhere and goes out", v)
			}
			if sp.Verdict == exchange.VerdictHold && (sp.Label != "[held]" || sp.Passage == "") {
				t.Fatalf("held as %+v", sp)
			}
		}
		size += len(m.Text)
		published, there := fields[m.Object]
		if m.Source || m.Waits || !there {
			continue
		}
		if got := m.Apply(); got != published[m.Path] && (m.Cut == 0 || !strings.HasPrefix(published[m.Path], got)) {
			t.Fatalf("%s %s: the marks give %q; others get %q", m.Type, m.Path, got, published[m.Path])
		}
	}
	if size > exchange.MaxShown {
		t.Fatalf("%d bytes are shown", size)
	}
}

// spans gives the values of a verdict in all texts.
func spans(s *exchange.Shown, verdict string) (out []string) {
	for _, m := range s.Texts {
		for _, sp := range m.Spans {
			if sp.Verdict == verdict {
				out = append(out, m.Text[sp.Start:sp.End])
			}
		}
	}
	return out
}

func has(list []string, want string) bool {
	for _, s := range list {
		if strings.Contains(s, want) {
			return true
		}
	}
	return false
}

// TestMailShown: who was mailed sees the whole mail once, the header too, with what
// goes, what stays and what becomes a thing.
func TestMailShown(t *testing.T) {
	n := newNode(t)
	f, s := n.show(phish, exchange.Options{Name: "quota.eml"})
	if s.Format != intake.EML || len(s.Texts) != 2 || !s.Texts[0].Source {
		t.Fatalf("%s shown as %d texts: %+v; want the header and the text", s.Format, len(s.Texts), s.Texts)
	}
	gone, shared := spans(s, exchange.VerdictRemove), spans(s, exchange.VerdictShare)
	for _, v := range []string{"Helena Brightman", "hbrightman@fernhill.example"} {
		if !has(gone, v) {
			t.Errorf("%s isn't marked as removed: %q", v, gone)
		}
		for _, o := range f.Objects {
			if strings.Contains(string(o.Raw), v) {
				t.Errorf("%s goes out in %s", v, o.Raw)
			}
		}
	}
	if !has(shared, "owa.quota-alert[.]example/login") {
		t.Errorf("the link isn't marked as shared: %q", shared)
	}
	var text strings.Builder
	for _, m := range s.Texts {
		text.WriteString(m.Text)
	}
	if strings.Count(text.String(), "Dear ") != 1 || strings.Count(text.String(), "To: ") != 1 {
		t.Errorf("the mail isn't there once:\n%s", text.String())
	}
	if len(s.Readers) != 1 || s.Readers[0].Members != 4 || len(s.Values) == 0 || len(s.Shared) == 0 {
		t.Errorf("readers %+v, values %+v, counts %+v", s.Readers, s.Values, s.Shared)
	}
	total := 0
	for _, c := range s.Removed {
		total += c.N
	}
	if total+s.NotSent != len(gone) || s.NotSent == 0 {
		t.Errorf("%d removed are counted and %d not sent, %d marked", total, s.NotSent, len(gone))
	}
}

// TestTextShown: what a text calls by name is there once, known values say how many
// report them, and what nothing blocks says why.
func TestTextShown(t *testing.T) {
	n := newNode(t)
	n.file(n.hospital, bundle(indicator("7", "evil.example", "")), exchange.Options{})
	_, s := n.show("Fox campaign\n\nVictim jane.roe@customer.example opened evil[.]example and new[.]example; it asked 8.8.8.8.\n", exchange.Options{Format: intake.Text})
	if len(s.Texts) != 1 {
		t.Fatalf("shown as %+v; want one text", s.Texts)
	}
	if got := spans(s, exchange.VerdictRemove); len(got) != 1 || got[0] != "jane.roe@customer.example" {
		t.Errorf("removed %q", got)
	}
	if got := strings.Join(spans(s, exchange.VerdictShare), " "); got != "evil[.]example new[.]example" {
		t.Errorf("shared %q", got)
	}
	if len(s.Values) != 2 || s.Values[0].Reporters != 1 || s.Values[1].Reporters != 0 {
		t.Errorf("values %+v; want the first known by one", s.Values)
	}
	if len(s.Benign) != 1 || s.Benign[0].Value != "8.8.8.8" || s.Benign[0].Reason != "resolver" {
		t.Errorf("never blocked: %+v; want the resolver", s.Benign)
	}
	if len(s.Shared) != 1 || s.Shared[0] != (exchange.Count{Kind: "domain", N: 2}) {
		t.Errorf("counts %+v", s.Shared)
	}
}

// twoDoubts is a report with passages that a person must decide on, and more text.
func twoDoubts(more string) string {
	return bundle(indicator("1", "evil.example", `"description":"`+doubtful+more+`"`),
		object("note", "2", `"content":"Sent from the compromised account of a supplier, eva.moor@supplier.example, to nobody.","object_refs":["indicator--`+uuid("1")+`"]`))
}

// heldIn gives the passages of a preview that would wait.
func heldIn(s *exchange.Shown) (ids []string) {
	for _, m := range s.Texts {
		for _, sp := range m.Spans {
			if sp.Verdict == exchange.VerdictHold {
				ids = append(ids, sp.Passage)
			}
		}
	}
	return ids
}

// TestTakeOut: the submitter's choice makes a removal of a doubtful passage, and is
// void for any other text.
func TestTakeOut(t *testing.T) {
	n := newNode(t)
	body := twoDoubts("")
	_, s := n.show(body, exchange.Options{})
	ids := heldIn(s)
	if len(ids) < 2 {
		t.Fatalf("%d passages are held in %+v; the test needs two", len(ids), s.Texts)
	}
	one := exchange.Options{TakeOut: exchange.TakeOut{Passages: ids[:1]}}
	_, less := n.show(body, one)
	if got := heldIn(less); len(got) != len(ids)-1 || got[0] != ids[1] {
		t.Errorf("with %v taken out %v wait; want the others under their names", ids[:1], got)
	}
	n.refused(n.bank, strings.Replace(body, "Viktor Petrovich", "Viktor", 1), one, fault.Conflict, "not in this report")
	n.refused(n.bank, body, exchange.Options{TakeOut: exchange.TakeOut{Passages: []string{"1.0000"}}}, fault.Conflict, "not in this report")
	n.refused(n.bank, body, exchange.Options{TakeOut: exchange.TakeOut{Passages: []string{"2.0000"}}}, fault.Conflict, "not in this report")
	n.refused(n.bank, body, exchange.Options{TakeOut: exchange.TakeOut{Passages: []string{"x"}}}, fault.Conflict, "not in this report")
	n.refused(n.hospital, body, one, fault.Conflict, "not in this report")
	all := exchange.Options{TakeOut: exchange.TakeOut{All: true}}
	p, none := n.show(body, all)
	if len(heldIn(none)) != 0 || len(p.Held) != 0 {
		t.Errorf("all were taken out, and %v wait", p.Held)
	}
	all.Seen = none.Seen
	f := n.file(n.bank, body, all)
	if len(f.Held) != 0 {
		t.Errorf("%d passages wait", len(f.Held))
	}
	mine := 0
	for _, r := range f.Removed {
		if r.Reason == "submitter" {
			mine += r.Count
		}
	}
	if mine != len(ids) {
		t.Errorf("the account has %d removals of the submitter: %+v", mine, f.Removed)
	}
	if q, _ := n.x.ReviewQueue(t.Context(), n.reviewer, 10); len(q) != 0 {
		t.Errorf("the queue has %d passages", len(q))
	}
	for id, raw := range n.sees(n.hospital, 2) {
		if strings.Contains(raw, "[held]") {
			t.Errorf("%s has a place for something that will never come: %s", id, raw)
		}
	}
	n.clean()
}

// TestFiledAsSeen: what was shown is what may be filed, and nothing else under its mark.
func TestFiledAsSeen(t *testing.T) {
	n := newNode(t)
	body := bundle(indicator("1", "evil.example", ""))
	o := exchange.Options{TLP: stix.Amber, Name: "a"}
	_, s := n.show(body, o)
	o.Seen = s.Seen
	for name, c := range map[string]func(o *exchange.Options, body *string){
		"another text":  func(_ *exchange.Options, b *string) { *b += " " },
		"a wider level": func(o *exchange.Options, _ *string) { o.TLP = stix.Clear },
		"the name on":   func(o *exchange.Options, _ *string) { o.Named = true },
		"another title": func(o *exchange.Options, _ *string) { o.Name = "b" },
		"a choice":      func(o *exchange.Options, _ *string) { o.TakeOut.All = true },
		"more parts":    func(o *exchange.Options, _ *string) { o.Seen = append(o.Seen[:1:1], o.Seen[0]) },
		"made up":       func(o *exchange.Options, _ *string) { o.Seen = []string{"x"} },
	} {
		with, b := o, body
		c(&with, &b)
		t.Run(name, func(t *testing.T) { n.refused(n.bank, b, with, fault.Conflict, "not what you were shown") })
	}
	if head, _ := n.x.Head(t.Context()); head.Size != 0 {
		t.Fatalf("the log has %d entries", head.Size)
	}
	n.file(n.bank, body, o)
}

// TestShownBounds: long texts, many texts and hostile ones are cut and said to be.
func TestShownBounds(t *testing.T) {
	n := newNode(t)
	word := "é wrote to victim jane.roe@customer.example again and "
	for name, body := range map[string]string{
		"one long text": bundle(object("note", "1", `"content":"`+strings.Repeat(word, 8000)+`","object_refs":["indicator--`+uuid("1")+`"]`)),
		"many texts": func() string {
			var all []string
			for i := range 3000 {
				all = append(all, indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i), `"description":"`+word+fmt.Sprint(i)+`"`))
			}
			return bundle(all...)
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			_, s := n.show(body, exchange.Options{})
			if s.Cut == 0 {
				t.Error("nothing is said to be cut")
			}
			total := 0
			for _, c := range s.Removed {
				total += c.N
			}
			if total < 3000 {
				t.Errorf("%d removals are counted; want those of what was cut too", total)
			}
		})
	}
}

// TestShownIsFiled: of random reports the preview shows what then goes out.
func TestShownIsFiled(t *testing.T) {
	n := newNode(t)
	i := 0
	rapid.Check(t, func(t *rapid.T) {
		i++
		var objs []string
		for k := range rapid.IntRange(1, 4).Draw(t, "objects") {
			text, err := json.Marshal(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12).Draw(t, "text"), " "))
			if err != nil {
				t.Fatal(err)
			}
			id := fmt.Sprintf("%d%d", i, k)
			objs = append(objs, rapid.SampledFrom([]string{
				indicator(id, "d"+id+".example", `"description":`+string(text)),
				object("note", id, `"content":`+string(text)+`,"object_refs":["indicator--`+uuid("1")+`"]`),
				object("identity", id, `"identity_class":"individual","name":`+string(text)),
				`{"type":"email-addr","spec_version":"2.1","id":"email-addr--` + uuid(id) + `","value":"p` + id + `@customer.example","display_name":` + string(text) + `}`,
				object("indicator", id, `"created_by_ref":"identity--`+uuid("77")+`","pattern_type":"stix","valid_from":"`+when+`","pattern":"[url:value = 'http://evil.example/']","description":`+string(text)),
			}).Draw(t, "object"))
		}
		body := bundle(objs...)
		o := exchange.Options{TakeOut: exchange.TakeOut{All: rapid.Bool().Draw(t, "take out")}}
		p, s, err := n.x.Show(n.Context(), n.bank, strings.NewReader(body), o)
		if err != nil {
			if _, ferr := n.x.Accept(n.Context(), n.bank, strings.NewReader(body), o); fault.KindOf(ferr) != fault.KindOf(err) {
				t.Fatalf("the preview says %v, the filing %v", err, ferr)
			}
			return
		}
		sound(n, p, s)
		o.Seen = s.Seen
		f, err := n.x.Accept(n.Context(), n.bank, strings.NewReader(body), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Objects) != len(p.Objects) || len(f.Held) != len(p.Held) || len(f.Removed) != len(p.Removed) {
			t.Fatalf("shown %d objects, %d held, %d lines; filed %d, %d, %d", len(p.Objects), len(p.Held), len(p.Removed), len(f.Objects), len(f.Held), len(f.Removed))
		}
		got := n.sees(n.hospital, 2)
		for k, ob := range p.Objects {
			raw, there := got[f.Objects[k].ID]
			if there && alike(raw) != alike(string(ob.Raw)) {
				t.Fatalf("shown %s\nfiled %s", ob.Raw, raw)
			}
		}
	})
}

// alike takes the random identifiers out.
func alike(raw string) string {
	for at := 0; ; {
		i := strings.Index(raw[at:], "--")
		if i < 0 || at+i+38 > len(raw) {
			return raw
		}
		raw = raw[:at+i] + raw[at+i+38:]
		at += i
	}
}

// pieces are what random texts are made of.
var pieces = []string{"victim jane.roe@customer.example", "Mr. Adam Keller", "the attacker", "boss@evil.example", "spoke with", "Robin Hale", "+44 20 7946 0958", "see", "email-addr--" + uuid("11"),
	"indicator--" + uuid("10"), uuid("20"), "[held]", "[person-1]", doubtful, "sent from the compromised account of a supplier, eva.moor@supplier.example,", "é", "\n", "http://evil.example/?u=jane.roe@customer.example", "203.0.113.9", `C:\Users\hvogel\a.exe`, "born 1984-03-07"}

// TestRealReportsShown: the marks hold on the field's own reports.
func TestRealReportsShown(t *testing.T) {
	dir := shared(t, "")
	n := newNode(t)
	var files []string
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (strings.Contains(p, "reports") || strings.HasSuffix(p, ".eml") || strings.HasSuffix(p, ".csv") || strings.HasSuffix(p, ".json")) {
			if info, err := d.Info(); err == nil && info.Size() < 400<<10 {
				files = append(files, p)
			}
		}
		return nil
	})
	shown := 0
	for i, p := range files {
		if i%(len(files)/150+1) != 0 {
			continue
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		f, s, err := n.x.Show(t.Context(), n.bank, strings.NewReader(string(raw)), exchange.Options{Name: filepath.Base(p)})
		if err != nil {
			continue // other tests say what is refused
		}
		shown++
		sound(t, f, s)
	}
	if shown < 20 {
		t.Errorf("only %d of %d files could be shown", shown, len(files))
	}
	t.Logf("%d of %d files", shown, len(files))
}
