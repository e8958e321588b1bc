package member_test

import (
	"regexp"
	"strings"
	"testing"

	"tocsin/member"
)

// register is one that only names: it needs no database.
func register(secret string) *member.Registry {
	return member.New(nil, logID, func(purpose string, parts ...[]byte) [32]byte {
		return mac(secret+purpose, parts...)
	})
}

func TestPseudonymsAreTheSameWithinAGroupAndNowhereElse(t *testing.T) {
	r, m := register(""), member.Member{ID: 3, Name: "Alpha Bank", Identity: "identity--22222222-2222-4222-8222-222222222222"}
	other := member.Member{ID: 4, Name: "Beta"}
	shape := regexp.MustCompile(`^identity--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	called := regexp.MustCompile(`^Member [0-9A-F]{6}$`)
	first, name := r.Pseudonym(m, member.AudienceClear)
	if !shape.MatchString(first) || !called.MatchString(name) {
		t.Errorf("pseudonym %s, %s", first, name)
	}
	for _, a := range []member.Audience{member.AudienceGreen, member.AudienceAmber, member.AudienceAmberStrict, member.AudienceClear} {
		if id, n := r.Pseudonym(m, a); id != first || n != name {
			t.Errorf("the community knows it as %s and %s", first, id)
		}
	}
	seen := map[string]string{first: "community"}
	for what, c := range map[string]struct {
		r *member.Registry
		m member.Member
		a member.Audience
	}{
		"a group": {r, m, 16}, "another group": {r, m, 17}, "another member": {r, other, 1}, "another member in a group": {r, other, 16},
		"another node": {register("other"), m, 1},
	} {
		id, n := c.r.Pseudonym(c.m, c.a)
		if before, ok := seen[id]; ok || n == name {
			t.Errorf("%s: %s (%s) is also that of: %s", what, id, n, before)
		}
		seen[id] = what
		if strings.Contains(strings.ToLower(id+n), "alpha") {
			t.Errorf("%s: the pseudonym shows the name: %s %s", what, id, n)
		}
	}
	again := m
	again.Name, again.Role, again.Domains = "Alpha Holding", member.RoleOperator, []string{"alpha.example"}
	if id, _ := r.Pseudonym(again, 1); id != first {
		t.Error("the pseudonym changes with the member's name")
	}
	m.Named = true
	if id, n := r.Pseudonym(m, 16); id != m.Identity || n != m.Name {
		t.Errorf("a named member appears as %s, %s", id, n)
	}
}

func TestOwnIdentity(t *testing.T) {
	const registered, some = "identity--22222222-2222-4222-8222-222222222222", "identity--33333333-3333-4333-8333-333333333333"
	m := member.Member{ID: 1, Name: "Alpha Bank AG", Identity: registered, Domains: []string{"alpha.example", "xn--bcker-gra.example"}}
	for _, c := range []struct {
		id, name, contact string
		own               bool
	}{
		{registered, "", "", true},
		{strings.ToUpper(registered), "Anyone", "", true},
		{some, "Alpha Bank AG", "", true},
		{some, "ALPHA  bank", "", true},
		{some, "Alpha Bank, Inc.", "", true},
		{some, "Alpha-Bank GmbH & Co. KG", "", true},
		{some, "Alpha Bank S.A.", "", true},
		{some, "Alpha Bank Co., Ltd.", "", true},
		{some, "alpha.example", "", true},
		{some, "Security team", "cert@alpha.example", true},
		{some, "Security team", "Write to <mailto:CERT@Alpha.Example>, or call.", true},
		{some, "Security team", "https://www.alpha.example/security?x=1", true},
		{some, "Security team", "info@bäcker.example.", true},
		{some, "Beta", "", false},
		{some, "", "", false},
		{some, "AG", "", false},
		{some, "Alpha", "", false},
		{some, "Alpha Bank Customers", "", false},
		{some, "The Alpha Bank", "", false},
		{some, "Beta", "info@beta.example", false},
		{some, "Beta", "info@notalpha.example", false},
		{some, "Beta", "alpha.example.evil.test", false},
		{some, "Beta", "alpha example", false},
		{some, "Beta", strings.Repeat(" ", 10_000) + "cert@alpha.example", false},
		{"malware--33333333-3333-4333-8333-333333333333", "Alpha Bank AG", "", false},
		{"", "Alpha Bank AG", "", false},
	} {
		if got := register("").OwnIdentity(m, c.id, c.name, c.contact); got != c.own {
			t.Errorf("%s %q %.60q: %v", c.id, c.name, c.contact, got)
		}
	}
	nobody := member.Member{ID: 2}
	if register("").OwnIdentity(nobody, some, "", "") || register("").OwnIdentity(nobody, "", "", "") {
		t.Error("what has no name belongs to a member without one")
	}
}

func TestALegalFormAloneIsAName(t *testing.T) {
	r := register("")
	const some = "identity--33333333-3333-4333-8333-333333333333"
	if !r.OwnIdentity(member.Member{ID: 1, Name: "SE"}, some, "se", "") {
		t.Error("a company called like a legal form isn't itself")
	}
	if r.OwnIdentity(member.Member{ID: 1, Name: "SE"}, some, "AG", "") {
		t.Error("two legal forms are one company")
	}
}

func FuzzOwnIdentity(f *testing.F) {
	f.Add("Alpha Bank GmbH & Co. KG", "cert@alpha.example")
	f.Add("&&&", "..@--")
	f.Add("\xff", "\u2028")
	r := register("")
	m := member.Member{ID: 1, Name: "Alpha Bank", Identity: "identity--22222222-2222-4222-8222-222222222222", Domains: []string{"alpha.example"}}
	f.Fuzz(func(t *testing.T, name, contact string) {
		const some = "identity--33333333-3333-4333-8333-333333333333"
		if ascii(name+contact) && r.OwnIdentity(m, some, name, contact) != r.OwnIdentity(m, some, strings.ToUpper(name), strings.ToUpper(contact)) {
			t.Errorf("letter case decides: %q %q", name, contact)
		}
		self := m
		self.Name = name
		if strings.TrimSpace(name) != "" && strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz") && !r.OwnIdentity(self, some, name, "") {
			t.Errorf("a member called %q isn't itself", name)
		}
	})
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c > 126 || c < ' ' }) < 0
}
