package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/api"
	"tocsin/apptest"
	"tocsin/ledger"
	"tocsin/member"
)

const (
	bank     = "Harbor Bank"
	hospital = "Lakeside Hospital"
)

func decode[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// problem is what every error answer has (RFC 9457).
type problem struct {
	Title, Detail, Kind string
	Status              int
	Failures            []struct{ Place, ID, Detail string }
}

func (p problem) check(t *testing.T, code int, says string) {
	t.Helper()
	if p.Status != code || p.Title == "" || !strings.Contains(p.Detail, says) {
		t.Errorf("the problem is %+v; want status %d, saying %q", p, code, says)
	}
}

// TestReports: filed, answered, repeated, looked up, taken back.
func TestReports(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	body := apptest.Bundle(apptest.Indicator("1", "evil.example"), apptest.Indicator("2", "bad.example"))
	a := decode[api.Answer](t, n.Want(201, bank, "POST", "/api/v1/reports", body, "Idempotency-Key", "one"))
	if len(a.Objects) != 2 || a.Objects[0].Collection != "default" || a.Removed == nil || a.Held == nil {
		t.Errorf("the answer is %+v", a)
	}
	me := decode[api.Me](t, n.Want(200, bank, "GET", "/api/v1/me", ""))
	for _, c := range ledger.Verify([]byte(a.Receipt), me.LogKey, nil) {
		if !c.OK {
			t.Errorf("the receipt: %s: %s", c.Name, c.Detail)
		}
	}
	if !slices.Equal(me.Collections, []string{"clear", "default", "amber", "amber-strict"}) || me.Member != bank {
		t.Errorf("me is %+v", me)
	}
	again := decode[api.Answer](t, n.Want(200, bank, "POST", "/api/v1/reports", body, "Idempotency-Key", "one"))
	if again.Receipt != a.Receipt || !again.Repeat {
		t.Errorf("a repeat is answered %+v", again)
	}
	decode[problem](t, n.Want(409, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("3", "c.example")), "Idempotency-Key", "one")).check(t, 409, "new key")
	if got := n.Want(200, bank, "GET", fmt.Sprintf("/api/v1/receipts/%d", a.Index), ""); got != a.Receipt {
		t.Error("the receipt read again is another one")
	}
	n.Want(404, hospital, "GET", fmt.Sprintf("/api/v1/receipts/%d", a.Index), "")
	n.Want(200, apptest.Operator, "GET", "/api/v1/receipts/report-"+fmt.Sprint(a.Index), "")
	n.Want(400, bank, "GET", "/api/v1/receipts/x", "")
	n.Want(404, bank, "GET", "/api/v1/receipts/99", "")
	thing := decode[api.Thing](t, n.Want(200, hospital, "GET", "/api/v1/things?value=evil[.]example", ""))
	if !thing.InForce || thing.Reporters != 1 || thing.Kind != "domain" || thing.FirstSeen.IsZero() {
		t.Errorf("the thing is %+v", thing)
	}
	n.Want(404, hospital, "GET", "/api/v1/things?value=unheard.example", "")
	n.Want(400, hospital, "GET", "/api/v1/things?value=", "")
	decode[problem](t, n.Want(404, hospital, "POST", "/api/v1/recalls", `{"ref":"evil.example","reason":"x"}`)).check(t, 404, "only the member")
	r := decode[api.Answer](t, n.Want(201, bank, "POST", "/api/v1/recalls", `{"ref":"report-0","reason":"a test"}`))
	if len(r.Objects) != 2 || r.Index != 1 {
		t.Errorf("the recall is %+v", r)
	}
	n.Want(404, hospital, "GET", "/api/v1/things?value=evil.example", "")
}

// TestPreview keeps nothing and says who would see it.
func TestPreview(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	p := decode[api.PreviewAnswer](t, n.Want(200, bank, "POST", "/api/v1/preview", apptest.Bundle(apptest.Indicator("1", "evil.example"))))
	if len(p.Shared) != 1 || len(p.Readers) != 1 || p.Readers[0].Members != 3 || p.Readers[0].Collection != "default" {
		t.Errorf("the preview is %+v", p)
	}
	if head, _ := n.App.Node().Exchange.Head(t.Context()); head.Size != 0 {
		t.Error("a preview was kept")
	}
}

// TestBadRequests: a clear error, the right code, nothing kept, no 500.
func TestBadRequests(t *testing.T) {
	n := apptest.Start(t, bank)
	n.AddKey(bank, true)
	good := apptest.Bundle(apptest.Indicator("1", "evil.example"))
	for _, c := range []struct {
		as, method, path, body string
		code                   int
		says                   string
	}{
		{"", "POST", "/api/v1/reports", good, 401, "key"},
		{bank + " feed", "POST", "/api/v1/reports", good, 403, "feed key"},
		{bank, "POST", "/api/v1/reports?format=docx", good, 400, "auto, stix"},
		{bank, "POST", "/api/v1/reports?tlp=purple", good, 400, "amber-strict"},
		{bank, "POST", "/api/v1/reports?colour=red", good, 400, "format, tlp"},
		{bank, "POST", "/api/v1/reports?group=", good, 400, "empty"},
		{bank, "POST", "/api/v1/reports?tlp=green&tlp=red", good, 400, "more than once"},
		{bank, "POST", "/api/v1/reports?group=a&group=b", good, 400, "more than once"},
		{bank, "POST", "/api/v1/reports?named=maybe", good, 400, "true or false"},
		{bank, "POST", "/api/v1/reports?group=nobody", good, 404, "group"},
		{bank, "POST", "/api/v1/reports?tlp=red", good, 422, "RED"},
		{bank, "POST", "/api/v1/reports?name=" + strings.Repeat("x", 256), good, 400, "255"},
		{bank, "POST", "/api/v1/reports", "", 400, ""},
		{bank, "POST", "/api/v1/reports", good[:100], 400, ""},
		{bank, "POST", "/api/v1/reports", "\x7fELF\x02\x01\x01\x00\x00", 415, ""},
		{bank, "POST", "/api/v1/recalls", `{"ref":"x"`, 400, "openapi"},
		{bank, "POST", "/api/v1/recalls", `{"ref":"x","reason":"y"} {}`, 400, "follows"},
		{bank, "POST", "/api/v1/recalls", `{"ref":"x","reason":"` + strings.Repeat("y", 70_000) + `"}`, 413, "64 kB"},
		{bank, "POST", "/api/v1/recalls", `{"ref":"x","purpose":"y"}`, 400, ""},
		{bank, "GET", "/api/v1/members", "", 403, "operator"},
		{bank, "GET", "/api/v1/review", "", 403, "reviewer"},
		{bank, "GET", "/api/v1/nothing", "", 404, "openapi"},
		{bank, "DELETE", "/api/v1/reports", "", 404, "method"},
		{apptest.Operator, "POST", "/api/v1/members", `{"name":""}`, 400, ""},
		{apptest.Operator, "POST", "/api/v1/members", `{"name":"X Ltd","role":"king"}`, 400, ""},
		{apptest.Operator, "DELETE", "/api/v1/keys/x", "", 400, "number"},
		{apptest.Operator, "DELETE", "/api/v1/keys/999", "", 404, ""},
		{apptest.Operator, "POST", "/api/v1/keys/x/rotate", "", 400, "number"},
		{apptest.Operator, "POST", "/api/v1/keys/999/rotate", "", 404, ""},
		{apptest.Operator, "POST", "/api/v1/review/held-1", `{"verdict":"maybe"}`, 400, "release or remove"},
		{apptest.Operator, "POST", "/api/v1/review/held-1", `{"verdict":"release"}`, 404, ""},
		{apptest.Operator, "GET", "/api/v1/review/held-1", "", 404, ""},
	} {
		t.Run(c.method+" "+c.path[:min(len(c.path), 40)], func(t *testing.T) {
			answer := n.Want(c.code, c.as, c.method, c.path, c.body)
			decode[problem](t, answer).check(t, c.code, c.says)
			if strings.Contains(answer, "goroutine") || strings.Contains(answer, ".go:") {
				t.Errorf("the answer has our insides in it: %s", answer)
			}
		})
	}
	p := decode[problem](t, n.Want(400, bank, "POST", "/api/v1/reports", apptest.Bundle(`{"type":"malware","id":"malware--1"}`)))
	if len(p.Failures) != 1 || p.Failures[0].Place != "objects[0]" {
		t.Errorf("failures %+v; want the place of the object", p.Failures)
	}
	if head, _ := n.App.Node().Exchange.Head(t.Context()); head.Size != 0 {
		t.Errorf("%d entries were kept", head.Size)
	}
}

// TestAdministration: an operator's acts, each seen to take effect at once.
func TestAdministration(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	op := apptest.Operator
	m := decode[api.MemberInfo](t, n.Want(201, op, "POST", "/api/v1/members", `{"name":"Port City","domains":["portcity.example"],"publisher":true}`))
	if m.Name != "Port City" || m.Role != string(member.RoleMember) || !m.Publisher {
		t.Errorf("added %+v", m)
	}
	k := decode[api.KeyInfo](t, n.Want(201, op, "POST", "/api/v1/keys", `{"member":"Port City"}`))
	n.Keys["Port City"] = k.Key
	n.Want(200, "Port City", "GET", "/api/v1/me", "")
	if list := n.Want(200, op, "GET", "/api/v1/keys?member=Port+City", ""); strings.Contains(list, k.Key) {
		t.Error("a key is shown twice")
	}
	n.Want(201, op, "POST", "/api/v1/groups", `{"name":"harbour","members":["Harbor Bank"]}`)
	n.Want(204, op, "PUT", "/api/v1/groups/harbour/members/Port%20City", "")
	n.Want(201, bank, "POST", "/api/v1/reports?group=harbour", apptest.Bundle(apptest.Indicator("1", "grouped.example")))
	n.Want(200, "Port City", "GET", "/api/v1/things?value=grouped.example", "")
	n.Want(404, hospital, "GET", "/api/v1/things?value=grouped.example", "")
	n.Want(204, op, "DELETE", "/api/v1/groups/harbour/members/Port%20City", "")
	n.Want(404, "Port City", "GET", "/api/v1/things?value=grouped.example", "")
	if gs := n.Want(200, op, "GET", "/api/v1/groups", ""); !strings.Contains(gs, "harbour") || strings.Contains(gs, "Port City") {
		t.Errorf("groups: %s", gs)
	}
	n.Want(204, op, "DELETE", "/api/v1/groups/harbour", "")
	n.Want(403, hospital, "PUT", "/api/v1/members/Harbor%20Bank/consent", `{"named":true}`)
	n.Want(204, bank, "PUT", "/api/v1/members/Harbor%20Bank/consent", `{"named":true}`)
	if me := decode[api.Me](t, n.Want(200, bank, "GET", "/api/v1/me", "")); !me.Named {
		t.Error("the consent was not kept")
	}
	n.Want(204, hospital, "PUT", "/api/v1/trust/Harbor%20Bank", `{"trust":"alert"}`)
	n.Want(400, hospital, "PUT", "/api/v1/trust/Harbor%20Bank", `{"trust":"blindly"}`)
	rotated := decode[api.KeyInfo](t, n.Want(201, op, "POST", fmt.Sprintf("/api/v1/keys/%d/rotate", k.ID), ""))
	if rotated.Key == "" || rotated.ID == k.ID || rotated.Member != k.Member {
		t.Errorf("rotated gives %+v", rotated)
	}
	if list := n.Want(200, op, "GET", "/api/v1/keys?member=Port+City", ""); strings.Count(list, `"until"`) != 1 {
		t.Errorf("the list doesn't say which key ends: %s", list)
	}
	n.Want(409, op, "POST", fmt.Sprintf("/api/v1/keys/%d/rotate", k.ID), "")
	n.Want(204, op, "DELETE", fmt.Sprintf("/api/v1/keys/%d", rotated.ID), "")
	n.Want(204, op, "DELETE", fmt.Sprintf("/api/v1/keys/%d", k.ID), "")
	n.Want(401, "Port City", "GET", "/api/v1/me", "")
	n.Want(204, op, "DELETE", "/api/v1/members/Port%20City", "")
	if ms := n.Want(200, op, "GET", "/api/v1/members", ""); strings.Contains(ms, "Port City") || !strings.Contains(ms, bank) {
		t.Errorf("members: %s", ms)
	}
}

// eventually asks again until f is true; each asking waits for the node.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !f(); {
		if time.Now().After(end) {
			t.Fatal("not within 10 s: ", what)
		}
	}
}

// TestTrustBySight: a receiver names a source as it sees it; what a company's name
// is answered, and what it changes, is the same whether it is a member or not.
func TestTrustBySight(t *testing.T) {
	n := apptest.Start(t, bank, hospital)
	s, err := n.App.Node().Exchange.Members().Session(t.Context(), bank)
	if err != nil {
		t.Fatal(err)
	}
	n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(strings.Replace(apptest.Indicator("1", "evil.example"), `"pattern"`,
		`"created_by_ref":"`+s.Member.Identity+`","pattern"`, 1)))
	list := func() string { return n.Want(200, hospital, "GET", "/feeds/domains.txt", "") }
	eventually(t, "the value is in the list", func() bool { return list() == "evil.example\n" })
	stranger := n.Want(404, hospital, "PUT", "/api/v1/trust/Nobody%20At%20All", `{"trust":"none"}`)
	for _, name := range []string{"Harbor%20Bank", s.Member.Identity} {
		if got := n.Want(404, hospital, "PUT", "/api/v1/trust/"+name, `{"trust":"none"}`); got != stranger {
			t.Errorf("a member's name is answered %s, a stranger's %s", got, stranger)
		}
	}
	if got := list(); got != "evil.example\n" {
		t.Errorf("a company's name took its values out of the list: %q", got)
	}
	objects := n.Want(200, hospital, "GET", "/exchange/collections/default/objects/?match[type]=indicator", "", "Accept", "application/taxii+json;version=2.1")
	_, after, _ := strings.Cut(objects, `"created_by_ref":"`)
	seen, _, _ := strings.Cut(after, `"`)
	n.Want(204, hospital, "PUT", "/api/v1/trust/"+seen, `{"trust":"none"}`)
	eventually(t, "the value is out of the list", func() bool { return list() == "" })
}

// TestReview: the queue over the API, for reviewers only.
func TestReview(t *testing.T) {
	n := apptest.Start(t, bank)
	n.Add(member.NewMember{Name: "Review Office", Role: member.RoleReviewer})
	held := strings.Replace(apptest.Indicator("1", "evil.example"), `"pattern"`, `"description":"Sent from the compromised account of a supplier, tom.baker@supplier.example; the indicted suspect is named Viktor Petrovich Sokolov.","pattern"`, 1)
	a := decode[api.Answer](t, n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(held)))
	if len(a.Held) == 0 {
		t.Fatal("nothing was held")
	}
	list := decode[struct{ Passages []api.Passage }](t, n.Want(200, "Review Office", "GET", "/api/v1/review", ""))
	if len(list.Passages) != len(a.Held) || list.Passages[0].Text != "" || list.Passages[0].State != "waiting" {
		t.Errorf("the queue is %+v", list.Passages)
	}
	id := a.Held[0].ID
	p := decode[api.Passage](t, n.Want(200, "Review Office", "GET", "/api/v1/review/"+id, ""))
	if p.Text == "" || p.Before == "" {
		t.Errorf("the passage is %+v", p)
	}
	n.Want(403, bank, "GET", "/api/v1/review/"+id, "")
	d := decode[api.Answer](t, n.Want(201, "Review Office", "POST", "/api/v1/review/"+id, `{"verdict":"release"}`))
	if len(d.Objects) != 1 || d.Index != 1 {
		t.Errorf("the decision is %+v", d)
	}
	n.Want(409, "Review Office", "POST", "/api/v1/review/"+id, `{"verdict":"remove"}`)
}

// TestDescription: openapi.json names exactly the endpoints that there are.
func TestDescription(t *testing.T) {
	n := apptest.Start(t, bank)
	d := decode[struct {
		Paths map[string]map[string]json.RawMessage
	}](t, n.Want(200, "", "GET", "/api/openapi.json", ""))
	source, err := os.ReadFile("api.go")
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]bool{"GET /api/v1/stream": true} // served by package stream
	for line := range strings.Lines(string(source)) {
		if pattern, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), `{"`), `", h.`); ok && strings.Contains(pattern, " /api/") {
			in[pattern] = true
		}
	}
	described := map[string]bool{}
	for path, methods := range d.Paths {
		for method := range methods {
			described[strings.ToUpper(method)+" "+path] = true
		}
	}
	for r := range in {
		if !described[r] {
			t.Errorf("%s is not described", r)
		}
	}
	for r := range described {
		if !in[r] {
			t.Errorf("%s is described, but not there", r)
		}
	}
	if len(in) < 20 {
		t.Errorf("only %d routes were found in api.go", len(in))
	}
}

// TestLog: the transparency log is readable by anyone.
func TestLog(t *testing.T) {
	n := apptest.Start(t, bank)
	for i := range 3 {
		n.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i))))
	}
	key := strings.TrimSpace(n.Want(200, "", "GET", "/log/key", ""))
	c, err := ledger.OpenCheckpoint([]byte(n.Want(200, "", "GET", "/log/checkpoint", "")), key)
	if err != nil || c.Size != 3 {
		t.Errorf("the checkpoint is %+v, %v", c, err)
	}
	if tile := n.Want(200, "", "GET", "/log/tile/0/000.p/3", ""); len(tile) != 3*32 {
		t.Errorf("the tile has %d bytes", len(tile))
	}
	if bundle := n.Want(200, "", "GET", "/log/tile/entries/000.p/3", ""); len(bundle) != 3*34 {
		t.Errorf("the entry bundle has %d bytes", len(bundle))
	}
	if proof := n.Want(200, "", "GET", "/log/proof/3/1", ""); !strings.HasPrefix(proof, "c2sp.org/tlog-proof@v1\n") {
		t.Errorf("the proof is %q", proof)
	}
	for _, path := range []string{"/log/tile/0/000", "/log/tile/0/001.p/1", "/log/proof/4/1", "/log/proof/2/2", "/log/nothing"} {
		n.Want(http.StatusNotFound, "", "GET", path, "")
	}
	n.Want(400, "", "GET", "/log/proof/a/b", "")
}
