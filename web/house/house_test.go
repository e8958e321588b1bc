package house_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/apptest"
	"tocsin/member"
)

const (
	bank     = "Harbor Bank"
	hospital = "Lakeside Hospital"
)

// house is a node with an analyst of a company and two operators who are signed in.
type house struct {
	*apptest.Node
	ana, first, second string // secrets of sessions
}

func newHouse(t *testing.T) *house {
	t.Helper()
	n := apptest.Start(t, bank, hospital)
	h := &house{Node: n, ana: n.Person(bank), first: n.Person(apptest.Operator)}
	h.second = n.PersonAs(member.RoleOperator)
	return h
}

// page asks for a page, or posts name, value, ...; it must be answered with a code.
func (h *house) page(code int, who, path string, fields ...string) string {
	h.Helper()
	got, header, page := h.Page(who, path, form(fields))
	if got != code {
		h.Fatalf("%s: %d, want %d\n%s", path, got, code, text(page))
	}
	return page + header.Get("Location")
}

func form(fields []string) url.Values {
	if len(fields) == 0 {
		return nil
	}
	f := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		f.Set(fields[i], fields[i+1])
	}
	return f
}

// text is what a page says.
func text(page string) string {
	_, main, _ := strings.Cut(page, "<main")
	return html.UnescapeString(strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(main, " ")), " "))
}

func (h *house) says(page string, want ...string) {
	h.Helper()
	for _, w := range want {
		if !strings.Contains(text(page), w) {
			h.Errorf("the page doesn't say %q: %s", w, text(page))
		}
	}
}

func (h *house) id(name string) int64 {
	h.Helper()
	s, err := h.App.Node().Exchange.Members().Session(h.Context(), name)
	if err != nil {
		h.Fatal(err)
	}
	return int64(s.Member.ID)
}

func (h *house) there(name string) bool {
	_, err := h.App.Node().Exchange.Members().Session(h.Context(), name)
	return err == nil
}

var key = regexp.MustCompile(`tocsin_(feed_)?[a-z2-7]{40}`)

func TestAnAnalystsOwnHouse(t *testing.T) {
	h := newHouse(t)
	own := fmt.Sprintf("/members/%d", h.id(bank))
	h.says(h.page(200, h.ana, "/members"), bank, "Ana of Harbor Bank", "you", "Others see a pseudonym", "full key", "Trust in others")
	shown := h.page(200, h.ana, own+"/keys", "kind", "feed")
	secret := key.FindString(shown)
	if !strings.HasPrefix(secret, "tocsin_feed_") {
		t.Fatalf("no key is shown: %s", text(shown))
	}
	h.says(shown, "You won't see it again", "it reads lists and nothing else")
	page := h.page(200, h.ana, "/members")
	if key.MatchString(page) {
		t.Error("a key is shown twice")
	}
	h.Keys["new"] = secret
	h.Want(200, "new", "GET", "/feeds/domains.txt", "")
	h.Want(403, "new", "GET", "/api/v1/me", "")
	// Consent and trust.
	h.page(303, h.ana, own+"/named", "named", "yes")
	h.says(h.page(200, h.ana, own), "Others see this organisation's name")
	h.says(h.page(422, h.ana, own+"/trust", "source", "Nobody At All", "trust", "alert"), "You see no one source under this name")
	if page := h.page(422, h.ana, own+"/trust", "source", "Nobody At All", "trust", "none"); !strings.Contains(page, `name="source" value="Nobody At All"`) || !strings.Contains(page, `<option value="none" selected>`) {
		t.Error("what was typed and chosen is gone")
	}
	// A key is removed on a page of its own, with its beginning typed.
	remove := regexp.MustCompile(`/remove/key/\d+`).FindString(page)
	h.says(h.page(200, h.ana, remove), "Defences that use it read no more lists", "It can't be undone.")
	h.says(h.page(422, h.ana, remove, "typed", "tocsin_"), "This is not its name")
	h.Want(200, "new", "GET", "/feeds/domains.txt", "")
	h.page(303, h.ana, remove, "typed", secret[:len("tocsin_feed_")+4])
	h.Want(401, "new", "GET", "/feeds/domains.txt", "")
	// Another member's house is not there.
	other := fmt.Sprintf("/members/%d", h.id(hospital))
	for _, path := range []string{other, "/members/999", "/members/x", fmt.Sprintf("/remove/member/%d", h.id(bank)), "/remove/key/1", "/remove/group/16", "/remove/person/2", "/remove/world/1"} {
		h.page(404, h.ana, path)
	}
	for _, path := range []string{other + "/keys", other + "/named", other + "/invite", other + "/trust"} {
		h.page(404, h.ana, path, "kind", "full", "named", "yes", "login", "xyz", "name", "X", "role", "analyst")
	}
	for _, path := range []string{"/groups", "/members", "/people/1/link"} {
		h.page(403, h.ana, path, "name", "x")
	}
}

func TestInvitation(t *testing.T) {
	h := newHouse(t)
	own := fmt.Sprintf("/members/%d", h.id(bank))
	h.says(h.page(422, h.ana, own+"/invite", "login", "bo lund", "name", "Bo Lund", "role", "analyst"), "A login has 3 to 64")
	h.says(h.page(422, h.ana, own+"/invite", "login", "bo.lund", "name", "Bo Lund", "role", "operator"), "A person of this member may be: analyst")
	shown := h.page(200, h.ana, own+"/invite", "login", "bo.lund", "name", "Bo Lund", "role", "analyst")
	h.says(shown, "Give it to Bo Lund yourself", "You won't see it again")
	link := regexp.MustCompile(`data-copy="[^"]*(/welcome/[^"]+)"`).FindStringSubmatch(shown)
	if link == nil {
		t.Fatalf("no link is shown: %s", text(shown))
	}
	page := h.page(200, h.ana, own)
	h.says(page, "Bo Lund", "bo.lund")
	if strings.Contains(page, "/welcome/") {
		t.Error("the link is shown twice")
	}
	h.says(h.page(200, "", link[1]), "Bo Lund")
	// An operator makes a new one, and a colleague is removed.
	bo := regexp.MustCompile(`/remove/person/(\d+)"[^>]*>Remove<span class="vh"> Bo Lund`).FindStringSubmatch(page)
	if bo == nil {
		t.Fatal("Bo can't be removed")
	}
	again := h.page(200, h.first, "/people/"+bo[1]+"/link", "x", "y")
	h.says(again, "Give it to Bo Lund yourself")
	h.page(410, "", link[1])
	page = h.page(200, h.ana, "/remove/person/"+bo[1])
	h.says(page, "can't sign in any more", "stays in the audit record")
	if !strings.Contains(page, `href="/audit?person=`+bo[1]+`"`) {
		t.Error("what stays isn't linked")
	}
	h.page(303, h.ana, "/remove/person/"+bo[1], "typed", "bo.lund")
	if strings.Contains(h.page(200, h.ana, own), "Bo Lund") {
		t.Error("Bo is still there")
	}
}

func TestAnOperatorsHouse(t *testing.T) {
	h := newHouse(t)
	h.says(h.page(200, h.first, "/members"), "3 members share here", bank, hospital, "never")
	where := h.page(303, h.first, "/members", "name", "Port City", "role", "member")
	h.says(h.page(200, h.first, where), "Port City", "Nobody signs in for this member yet", "There is no key")
	h.says(h.page(422, h.first, "/members", "name", "port  city", "role", "member"), "A member of this name is there already")
	h.says(h.page(200, h.first, "/groups"), "There is no sharing group yet")
	h.page(303, h.first, "/groups", "name", "harbour")
	h.says(h.page(422, h.first, "/groups", "name", "red"), "This name is the community's")
	h.page(303, h.first, "/groups/16/members", "member", "Port City", "do", "in")
	h.says(h.page(200, h.first, where), "harbour")
	h.page(303, h.first, "/groups/16/members", "member", "Port City", "do", "out")
	h.page(404, h.first, "/groups/99/members", "member", "Port City", "do", "in")
	// An empty group takes one person; one with content takes two.
	h.page(303, h.first, "/groups/16/members", "member", bank, "do", "in")
	h.says(h.page(200, h.first, "/remove/group/16"), "1 member reads it no more", "It can't be undone.")
	h.Want(201, bank, "POST", "/api/v1/reports?group=harbour", apptest.Bundle(apptest.Indicator("1", "grouped.example")))
	h.says(h.page(200, h.first, "/remove/group/16"), "What was shared with it is read by nobody any more", "takes a second person")
}

func TestTwoPeopleRemoveAMember(t *testing.T) {
	h := newHouse(t)
	h.Want(201, bank, "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator("1", "one.example")))
	remove := fmt.Sprintf("/remove/member/%d", h.id(bank))
	page := h.page(200, h.first, remove)
	h.says(page, "1 key stops at once", "1 person is signed out", "1 of its reports stays", "Ask a second person")
	if strings.Contains(page, "autofocus") {
		t.Error("something has the focus on a page that removes")
	}
	h.says(h.page(422, h.first, remove, "typed", bank, "reason", " "), "Say why")
	h.says(h.page(422, h.first, remove, "typed", hospital, "reason", "It left."), "This is not its name", "Nothing was done")
	where := h.page(303, h.first, remove, "typed", "harbor bank", "reason", "It left the exchange.")
	h.says(h.page(200, h.first, where), "You asked for this", "Take the request back", "It left the exchange.")
	h.says(h.page(403, h.first, where, "do", "approve"), "somebody else must approve it")
	h.says(h.page(422, h.second, where, "do", "perhaps"), "approve or refuse")
	for name, who := range map[string]string{"an analyst": h.ana, "a reviewer": h.PersonAs(member.RoleReviewer)} {
		if code, _, _ := h.Page(who, where, url.Values{"do": {"approve"}}); code != 404 {
			t.Errorf("%s approves: %d", name, code)
		}
		h.says(h.page(200, who, "/approvals"), "Nothing waits for a second person.")
	}
	if !h.there(bank) {
		t.Fatal("one person did it alone")
	}
	h.says(h.page(200, h.second, "/approvals"), "1 act waits", "Remove a member: Harbor Bank", "nobody yet")
	h.says(h.page(200, h.second, where), "1 key stops at once", "Approve: it is done now")
	h.page(303, h.second, where, "do", "approve")
	if h.there(bank) {
		t.Error("it is still there")
	}
	h.says(h.page(422, h.second, where, "do", "approve"), "decided already")
	h.says(h.page(200, h.first, "/approvals"), "Nothing waits", "Done")
	h.Want(401, bank, "GET", "/api/v1/me", "")
	// Refused, and taken back.
	remove = fmt.Sprintf("/remove/member/%d", h.id(hospital))
	for _, who := range []string{h.second, h.first} {
		where = h.page(303, h.first, remove, "typed", hospital, "reason", "A mistake.")
		h.page(303, who, where, "do", "refuse")
		h.says(h.page(200, h.first, where), "Refused", "decided it")
	}
	if !h.there(hospital) {
		t.Error("a refused request was done")
	}
}

func TestAuditPage(t *testing.T) {
	h := newHouse(t)
	h.Want(201, apptest.Operator, "POST", "/api/v1/members", `{"name":"Port City"}`)
	own := fmt.Sprintf("/members/%d", h.id(bank))
	h.page(200, h.ana, own+"/keys", "kind", "full")
	page := h.page(200, h.first, "/audit")
	h.says(page, "Who did what", "Added a member", "Made a key", "Ana of Harbor Bank", "within a minute")
	if err := h.App.Node().Exchange.AuditRound(t.Context()); err != nil {
		t.Fatal(err)
	}
	page = h.page(200, h.first, "/audit?act=add+key")
	h.says(page, "Made a key", "entry 0")
	if strings.Contains(text(page), "Port City") || !strings.Contains(page, `href="/receipt/0"`) {
		t.Errorf("the list isn't narrowed: %s", text(page))
	}
	mine := h.page(200, h.ana, "/audit")
	h.says(mine, "Ana of Harbor Bank", "Made a key")
	if strings.Contains(text(mine), "data folder") || strings.Contains(text(mine), apptest.Operator) {
		t.Errorf("an analyst sees others' acts: %s", text(mine))
	}
	h.says(h.page(200, h.ana, "/audit?since=2099-01-01"), "Nothing fits")
	for _, q := range []string{"?person=x", "?since=yesterday"} {
		h.page(400, h.first, "/audit"+q)
	}
	reviewer := h.PersonAs(member.RoleReviewer)
	h.page(403, reviewer, "/audit")
	h.page(403, reviewer, "/audit/export")
	all, some := h.page(200, h.first, "/audit/export"), h.page(200, h.ana, "/audit/export")
	if strings.Count(all, "\n") <= strings.Count(some, "\n") || !strings.Contains(all, `"hash":"`) || !strings.Contains(some, `"act":"add key"`) {
		t.Errorf("exports: %q and %q", all, some)
	}
	// Pages of 50, without a seam.
	ctx, x := t.Context(), h.App.Node().Exchange
	for range 60 {
		if _, err := x.OnDataFolder().AddMember(ctx, member.NewMember{}); err == nil {
			t.Fatal("a member without a name")
		}
	}
	first := h.page(200, h.first, "/audit?act=add+member")
	older := html.UnescapeString(regexp.MustCompile(`/audit\?[^"]*before=\d+`).FindString(first))
	if strings.Count(first, "<tr role") != 50 || older == "" {
		t.Fatalf("%d rows, then %q", strings.Count(first, "<tr role"), older)
	}
	if second := h.page(200, h.first, older); strings.Count(second, "<tr role") != 11 || !strings.Contains(second, "Newest") {
		t.Errorf("%d rows on the last page", strings.Count(second, "<tr role"))
	}
}

// Names that somebody chose to do harm are shown, not obeyed.
func TestHostileNames(t *testing.T) {
	h := newHouse(t)
	const evil = `"><script>alert(1)</script>{{.B}}`
	where := h.page(303, h.first, "/members", "name", evil, "role", "member")
	h.page(303, h.first, "/groups", "name", `<b onmouseover=x>`)
	h.page(303, h.first, "/groups/16/members", "member", evil, "do", "in")
	h.page(200, h.first, where+"/invite", "login", "mallory", "name", "Mal<i>lory", "role", "analyst")
	ask := h.page(303, h.first, strings.Replace(where, "/members/", "/remove/member/", 1), "typed", evil, "reason", "<img src=x>")
	for _, path := range []string{"/members", where, "/groups", "/remove/group/16", strings.Replace(where, "/members/", "/remove/member/", 1), "/approvals", ask, "/audit"} {
		page := h.page(200, h.first, path)
		for _, bad := range []string{"<script>alert", "<b onmouseover", "<i>lory", "<img src"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s obeys %q", path, bad)
			}
		}
	}
}

// A form that another site sends does nothing.
func TestForeignForms(t *testing.T) {
	h := newHouse(t)
	own := fmt.Sprintf("/members/%d", h.id(bank))
	for path, f := range map[string]url.Values{own + "/keys": {"kind": {"full"}}, own + "/named": {"named": {"yes"}}, "/members": {"name": {"X"}, "role": {"member"}}} {
		for _, who := range []string{h.ana, h.first} {
			code, _, page := h.Page(who, path, f, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
			if code != 403 || key.MatchString(page) {
				t.Errorf("%s from another site: %d", path, code)
			}
		}
	}
	if h.there("X") {
		t.Error("a member was added from another site")
	}
}

// What the record is about leads to its page, for those who may see that.
func TestLinksOfTheRecord(t *testing.T) {
	h := newHouse(t)
	own := fmt.Sprintf("/members/%d", h.id(bank))
	h.page(303, h.first, "/groups", "name", "harbour")
	h.page(303, h.first, "/groups/16/members", "member", bank, "do", "in")
	h.page(303, h.ana, own+"/named", "named", "yes")
	for who, c := range map[string]struct{ some, none []string }{
		h.first:                        {[]string{`href="/groups/16"`, `href="` + own + `"`}, nil},
		h.ana:                          {[]string{`href="` + own + `"`}, []string{"/groups/"}},
		h.PersonAs(member.RoleAuditor): {[]string{"group 16"}, []string{"/groups/", own}},
	} {
		page := h.page(200, who, "/audit")
		_, page, _ = strings.Cut(page, "<main")
		for _, want := range c.some {
			if !strings.Contains(page, want) {
				t.Errorf("no %s on %s", want, text("<main"+page))
			}
		}
		for _, bad := range c.none {
			if strings.Contains(page, `href="`+bad) {
				t.Errorf("a link to %s, where they may not go", bad)
			}
		}
	}
	person := regexp.MustCompile(`/audit\?person=\d+`).FindString(h.page(200, h.ana, "/audit"))
	h.says(h.page(200, h.ana, person), "What Ana of Harbor Bank did.")
}
