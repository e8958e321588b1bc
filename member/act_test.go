package member_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/archive"
	"tocsin/audit"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
)

// expected is the whole table, written out by hand: who may do what. The code has
// its own; the tests below hold every door to this one.
const expected = `
who           read file recall own review audit administer operate feeds
analyst       yes  yes  yes    yes -      -     -          -       yes
member-key    yes  yes  yes    yes -      -     -          -       yes
reviewer      yes  -    -      -   yes    -     -          -       yes
reviewer-key  yes  -    -      -   yes    -     -          -       yes
auditor       yes  -    -      -   -      yes   -          -       yes
auditor-key   yes  -    -      -   -      yes   -          -       yes
operator      yes  yes  yes    yes yes    yes   yes        yes     yes
operator-key  yes  yes  yes    yes yes    yes   yes        yes     yes
feed-key      -    -    -      -   -      -     -          -       yes
nobody        -    -    -      -   -      -     -          -       -
`

// table reads expected: who, then what.
func table(t *testing.T) map[string]map[string]bool {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(expected), "\n")
	head := strings.Fields(lines[0])
	out := map[string]map[string]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(head) {
			t.Fatalf("the row %q has %d cells of %d", line, len(cells), len(head))
		}
		row := map[string]bool{}
		for i, c := range cells[1:] {
			row[head[i+1]] = c == "yes"
		}
		out[cells[0]] = row
	}
	return out
}

const bank = "Harbor Bank"

// house is a node with one of each: keys by the name of their member, and the
// sessions of all of them as the spine gets them.
type house struct {
	*apptest.Node
	x        *exchange.Exchange
	people   *person.People
	sessions map[string]member.Session
	keys     map[string]string // name in apptest.Node.Keys
}

func newHouse(t *testing.T) *house {
	t.Helper()
	n := apptest.Start(t, bank)
	n.Add(member.NewMember{Name: "Review Office", Role: member.RoleReviewer})
	n.Add(member.NewMember{Name: "Audit Office", Role: member.RoleAuditor})
	n.AddKey(bank, true)
	h := &house{n, n.App.Node().Exchange, n.App.Node().People, map[string]member.Session{"nobody": {}}, map[string]string{
		"member-key": bank, "reviewer-key": "Review Office", "auditor-key": "Audit Office", "operator-key": apptest.Operator, "feed-key": bank + " feed", "nobody": "",
	}}
	for who, key := range h.keys {
		if key == "" {
			continue
		}
		s, err := h.x.Members().Authenticate(t.Context(), n.Keys[key])
		if err != nil {
			t.Fatal(err)
		}
		h.sessions[who] = s
	}
	for who, secret := range map[string]string{"analyst": n.Person(bank), "operator": n.Person(apptest.Operator), "reviewer": n.PersonAs(member.RoleReviewer), "auditor": n.PersonAs(member.RoleAuditor)} {
		v, err := h.people.Authenticate(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		h.sessions[who] = v.Session
	}
	return h
}

func (h *house) hold(t *testing.T, door, who, act string, got bool) {
	t.Helper()
	if want := table(t)[who][act]; got != want {
		t.Errorf("%s: %s may %s: %v; want %v", door, who, act, got, want)
	}
}

// TestTheTable holds the code's table to the one above.
func TestTheTable(t *testing.T) {
	h := newHouse(t)
	if len(h.sessions) != len(table(t)) {
		t.Fatalf("%d sessions for %d rows", len(h.sessions), len(table(t)))
	}
	for who, s := range h.sessions {
		for _, a := range member.Acts() {
			err := s.May(a)
			h.hold(t, "the table", who, string(a), err == nil)
			if err != nil && (fault.KindOf(err) != fault.Forbidden || fault.Public(err) == "") {
				t.Errorf("%s is refused %s with %v", who, a, err)
			}
		}
		h.hold(t, "the table", who, "feeds", s.MayFeeds() == nil)
	}
	// Roles that a member's machines don't have count for nothing with its people.
	for _, m := range []member.Role{member.RoleMember, member.RoleReviewer, member.RoleAuditor} {
		s := member.Session{Member: member.Member{ID: 2, Role: m}, Person: 1, Role: member.RoleOperator}
		for _, a := range member.Acts() {
			if s.May(a) == nil {
				t.Errorf("an operator of a %s may %s", m, a)
			}
		}
	}
	removed := h.sessions["operator"]
	removed.Member.Removed = true
	if removed.May(member.ActRead) == nil || removed.MayFeeds() == nil {
		t.Error("a removed member reads")
	}
}

// A probe does an act at one door; what it is about need not be there.
type probe struct {
	act string
	do  func(ctx context.Context, h *house, s member.Session) error
}

func spine() map[string]probe {
	ignore := func(_ any, err error) error { return err }
	report := func() *strings.Reader {
		return strings.NewReader(apptest.Bundle(apptest.Indicator("1", "spine.example")))
	}
	admin := func(ctx context.Context, h *house, s member.Session, f func(exchange.Admin) error) error {
		a, err := h.x.Admin(s)
		if err != nil {
			return err
		}
		return f(a)
	}
	return map[string]probe{
		"Scan": {"read", func(ctx context.Context, h *house, s member.Session) error {
			return h.x.Scan(ctx, s, member.AudienceGreen, 0, archive.Want{}, func(archive.Object) bool { return false })
		}},
		"Versions": {"read", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Versions(ctx, s, member.AudienceGreen, []string{"indicator--x"}))
		}},
		"Object": {"read", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Object(ctx, s, archive.Stored{Aud: int32(member.AudienceGreen), At: 1}))
		}},
		"Look": {"read", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Look(ctx, s, "a.example"))
		}},
		"Receipt": {"read", func(ctx context.Context, h *house, s member.Session) error { return ignore(h.x.Receipt(ctx, s, 0)) }},
		"Status":  {"read", func(ctx context.Context, h *house, s member.Session) error { return ignore(h.x.Status(ctx, s, "x")) }},
		"Find": {"read", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Find(ctx, s, exchange.Query{Text: "one"}))
		}},
		"Accept": {"file", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Accept(ctx, s, report(), exchange.Options{}))
		}},
		"Preview": {"file", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Preview(ctx, s, report(), exchange.Options{}))
		}},
		"Show": {"file", func(ctx context.Context, h *house, s member.Session) error {
			_, _, err := h.x.Show(ctx, s, report(), exchange.Options{})
			return err
		}},
		"Recall": {"recall", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Recall(ctx, s, "no.example", "why"))
		}},
		"RecallIn": {"recall", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.RecallIn(ctx, s, member.AudienceGreen, "no", "why"))
		}},
		"Trust": {"own", func(ctx context.Context, h *house, s member.Session) error {
			return h.x.Trust(ctx, s, "nobody", member.TrustNone)
		}},
		"Consent": {"own", func(ctx context.Context, h *house, s member.Session) error {
			return h.x.Consent(ctx, s, s.Member.Name, false)
		}},
		"KeysOf": {"own", func(ctx context.Context, h *house, s member.Session) error { return ignore(h.x.KeysOf(ctx, s, "")) }},
		"AddKey": {"own", func(ctx context.Context, h *house, s member.Session) error {
			_, _, err := h.x.AddKey(ctx, s, "", true)
			return err
		}},
		"RemoveKey": {"own", func(ctx context.Context, h *house, s member.Session) error { return h.x.RemoveKey(ctx, s, 999) }},
		"RemovePerson": {"own", func(ctx context.Context, h *house, s member.Session) error {
			return h.x.RemovePerson(ctx, s, h.people, 999)
		}},
		"ReviewQueue": {"review", func(ctx context.Context, h *house, s member.Session) error { return ignore(h.x.ReviewQueue(ctx, s, 1)) }},
		"Decided":     {"review", func(ctx context.Context, h *house, s member.Session) error { return ignore(h.x.Decided(ctx, s, 1)) }},
		"ReviewShow": {"review", func(ctx context.Context, h *house, s member.Session) error {
			_, _, err := h.x.ReviewShow(ctx, s, "held-0000000000000000")
			return err
		}},
		"Release": {"review", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Decide(ctx, s, "held-0000000000000000", true, ""))
		}},
		"Remove": {"review", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.Decide(ctx, s, "held-0000000000000000", false, ""))
		}},
		"KeysOf another": {"administer", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.KeysOf(ctx, s, "another"))
		}},
		"AddKey of another": {"administer", func(ctx context.Context, h *house, s member.Session) error {
			_, _, err := h.x.AddKey(ctx, s, "another", true)
			return err
		}},
		"Consent of another": {"administer", func(ctx context.Context, h *house, s member.Session) error {
			return h.x.Consent(ctx, s, "another", true)
		}},
		"SetRole": {"administer", func(ctx context.Context, h *house, s member.Session) error {
			return h.x.SetRole(ctx, s, h.people, 999, member.RoleAnalyst)
		}},
		"NewLink": {"administer", func(ctx context.Context, h *house, s member.Session) error {
			return ignore(h.x.NewLink(ctx, s, h.people, 999))
		}},
		"Admin.Members": {"administer", func(ctx context.Context, h *house, s member.Session) error {
			return admin(ctx, h, s, func(a exchange.Admin) error { return ignore(a.Members(ctx)) })
		}},
		"Admin.AddMember": {"administer", func(ctx context.Context, h *house, s member.Session) error {
			return admin(ctx, h, s, func(a exchange.Admin) error { return ignore(a.AddMember(ctx, member.NewMember{})) })
		}},
	}
}

// reached tells whether an act was let through, whatever became of it then.
func reached(err error) bool {
	k := fault.KindOf(err)
	return err == nil || k != fault.Forbidden && k != fault.Unauthenticated && k != fault.Internal
}

// TestTheSpine tries every act of the spine as everybody.
func TestTheSpine(t *testing.T) {
	h := newHouse(t)
	for name, p := range spine() {
		for who, s := range h.sessions {
			if err := p.do(t.Context(), h, s); err != nil && fault.KindOf(err) == fault.Internal {
				t.Errorf("%s as %s: %v", name, who, err)
			} else {
				h.hold(t, name, who, p.act, reached(err))
			}
		}
	}
	// The audit record: everything to whoever audits, one's own people's to whoever changes their member.
	for who, s := range h.sessions {
		all := table(t)[who]["audit"]
		foreign := 0
		err := h.x.ExportAudit(t.Context(), s, 0, func(r audit.Row) error {
			if r.Member != int64(s.Member.ID) || r.Person == 0 {
				foreign++
			}
			return nil
		})
		if want := all || table(t)[who]["own"]; (err == nil) != want || (foreign > 0) != all {
			t.Errorf("%s exports the audit record: %v, %d rows of others", who, err, foreign)
		}
	}
}

// TestTheDoors tries every route of every HTTP door with every key.
func TestTheDoors(t *testing.T) {
	h := newHouse(t)
	report := apptest.Bundle(apptest.Indicator("1", "door.example"))
	h.Want(201, bank, "POST", "/api/v1/reports", report)
	const green, id = "/exchange/collections/default", "indicator--00000000-0000-4000-8000-000000000001"
	const stix = "application/taxii+json;version=2.1"
	fresh := 10 // below it, of two digits, stands what else is filed here
	for _, p := range []struct{ act, method, path, body string }{
		{"read", "GET", "/api/v1/things?value=door.example", ""},
		{"read", "GET", "/api/v1/receipts/0", ""},
		{"read", "GET", "/api/v1/me", ""},
		{"read", "GET", "/api/v1/stream", ""},
		{"read", "GET", "/taxii2/", ""},
		{"read", "GET", "/exchange/", ""},
		{"read", "GET", "/exchange/collections/", ""},
		{"read", "GET", green + "/", ""},
		{"read", "GET", green + "/manifest/", ""},
		{"read", "GET", green + "/objects/", ""},
		{"read", "GET", green + "/objects/" + id + "/", ""},
		{"read", "GET", green + "/objects/" + id + "/versions/", ""},
		{"read", "GET", "/exchange/status/00000000-0000-4000-8000-000000000001/", ""},
		{"file", "POST", "/api/v1/preview", report},
		{"file", "POST", "/api/v1/reports", report},
		{"file", "POST", green + "/objects/", report},
		{"recall", "POST", "/api/v1/recalls", `{"ref":"nothing.example","reason":"a test"}`},
		{"recall", "DELETE", green + "/objects/indicator--00000000-0000-4000-8000-0000000000FRESH/", ""},
		{"own", "PUT", "/api/v1/trust/nobody", `{"trust":"none"}`},
		{"own", "POST", "/api/v1/keys", `{"feed":true}`},
		{"own", "GET", "/api/v1/keys", ""},
		{"own", "DELETE", "/api/v1/keys/999", ""},
		{"own", "POST", "/api/v1/keys/999/rotate", ""},
		{"review", "GET", "/api/v1/review", ""},
		{"review", "GET", "/api/v1/review/held-0000000000000000", ""},
		{"review", "POST", "/api/v1/review/held-0000000000000000", `{"verdict":"remove"}`},
		{"audit", "GET", "/metrics", ""},
		{"administer", "GET", "/api/v1/members", ""},
		{"administer", "POST", "/api/v1/members", `{"name":""}`},
		{"administer", "DELETE", "/api/v1/members/nobody", ""},
		{"administer", "PUT", "/api/v1/members/nobody/consent", `{"named":true}`},
		{"administer", "GET", "/api/v1/keys?member=nobody", ""},
		{"administer", "POST", "/api/v1/keys", `{"member":"nobody"}`},
		{"administer", "GET", "/api/v1/groups", ""},
		{"administer", "POST", "/api/v1/groups", `{"name":""}`},
		{"administer", "DELETE", "/api/v1/groups/nothing", ""},
		{"administer", "PUT", "/api/v1/groups/nothing/members/nobody", ""},
		{"administer", "DELETE", "/api/v1/groups/nothing/members/nobody", ""},
		{"feeds", "GET", "/feeds/domains.txt", ""},
		{"feeds", "GET", "/k/KEY/feeds/domains.txt", ""},
	} {
		for who, key := range h.keys {
			path := strings.Replace(p.path, "/KEY/", "/"+h.Keys[key]+"/", 1)
			if path != p.path && who != "feed-key" {
				continue // only a feed key may stand in an address: feeds' own tests
			}
			if strings.Contains(path, "FRESH") {
				fresh++
				filer := bank
				if table(t)[who]["file"] {
					filer = key // whoever filed it may take it back
				}
				h.Want(201, filer, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprint(fresh), "fresh.example")))
				path = strings.Replace(path, "FRESH", fmt.Sprint(fresh), 1)
			}
			code := h.code(t, key, p.method, path, p.body, stix)
			if code >= 500 || p.act == "read" && table(t)[who]["read"] && code != 200 && !strings.Contains(path, "/status/") && !strings.Contains(path, "/receipts/") {
				t.Errorf("%s %s as %s: %d", p.method, p.path, who, code)
			}
			want := table(t)[who][p.act]
			if refused := code == 401 || code == 403; refused == want || who == "nobody" && code != 401 {
				t.Errorf("%s %s as %s: %d; may %s: %v", p.method, p.path, who, code, p.act, want)
			}
		}
	}
	for who, key := range h.keys { // GET /api/v1/audit is for two acts, see TestTheSpine
		code := h.code(t, key, "GET", "/api/v1/audit", "", stix)
		if want := table(t)[who]["audit"] || table(t)[who]["own"]; (code == 200) != want {
			t.Errorf("GET /api/v1/audit as %s: %d", who, code)
		}
	}
}

// code gives the code of an answer whose body may never end.
func (h *house) code(t *testing.T, key, method, path, body, accept string) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+h.Keys[key])
	}
	if strings.HasPrefix(path, "/exchange/") || strings.HasPrefix(path, "/taxii2/") {
		r.Header.Set("Accept", accept)
		r.Header.Set("Content-Type", accept)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	return a.StatusCode
}

// TestTheDocument holds docs/operating.md, "Who may do what", to the table.
func TestTheDocument(t *testing.T) {
	b, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "\n## Who may do what\n")
	if !ok {
		t.Fatal(`docs/operating.md has no section "Who may do what"`)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	columns := map[int]string{2: "analyst", 3: "reviewer", 4: "auditor", 5: "operator", 6: "feed-key"}
	seen := []string{}
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 8 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "**") {
			continue
		}
		act, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(cells[1]), "**"), "**")
		seen = append(seen, act)
		for i, who := range columns {
			if got := strings.TrimSpace(cells[i]) == "yes"; got != table(t)[who][act] {
				t.Errorf("the document says of %s for %s: %v", act, who, got)
			}
		}
	}
	want := []string{}
	for _, a := range member.Acts() {
		want = append(want, string(a))
	}
	if want = append(want, "feeds"); !slices.Equal(seen, want) {
		t.Errorf("the document's rows are %q, want %q", seen, want)
	}
	for _, who := range []string{"analyst", "reviewer", "auditor", "operator"} { // one column for people and machines
		key := map[string]string{"analyst": "member-key"}[who]
		if key == "" {
			key = who + "-key"
		}
		if fmt.Sprint(table(t)[who]) != fmt.Sprint(table(t)[key]) {
			t.Errorf("%s and %s differ: the document needs a column for each", who, key)
		}
	}
}
