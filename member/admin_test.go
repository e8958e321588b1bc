package member_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/store"
	"tocsin/store/storetest"
)

func names(ms []member.Member) string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Name)
	}
	return strings.Join(out, ", ")
}

func TestMembersAreAddedListedAndRemoved(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, db *store.DB) {
		ctx := t.Context()
		add(t, r, "Beta", "Alpha")
		m := must(r.AddMember(ctx, member.NewMember{Name: "Gamma", Domains: []string{"www.gamma.example", "gamma.example"}}))(t)
		if m.Role != member.RoleMember || m.ID != 3 || !strings.HasPrefix(m.Identity, "identity--") || m.Named {
			t.Errorf("added %+v", m)
		}
		all := must(r.Members(ctx))(t)
		if names(all) != "Beta, Alpha, Gamma" || !slices.Equal(all[2].Domains, []string{"gamma.example", "www.gamma.example"}) {
			t.Errorf("members %s, domains %v", names(all), all[2].Domains)
		}
		secret, _ := key(t, r, "Gamma", false)
		must(r.AddGroup(ctx, "Finance", []string{"gamma", "beta"}))(t)
		for _, err := range []error{r.SetTrust(ctx, "gamma", seen(r, 1, 0), member.TrustNone), r.SetTrust(ctx, "beta", seen(r, 3, 0), member.TrustAlert), r.RemoveMember(ctx, "GAMMA")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := r.Authenticate(ctx, secret)
		wantKind(t, "the key of a removed member", err, fault.Unauthenticated)
		if got := names(must(r.Members(ctx))(t)); got != "Beta, Alpha" {
			t.Errorf("after the removal: %s", got)
		}
		if keys := must(r.Keys(ctx, ""))(t); len(keys) != 0 {
			t.Errorf("keys of a removed member: %v", keys)
		}
		if g := must(r.Groups(ctx))(t); !slices.Equal(g[0].Members, []string{"Beta"}) {
			t.Errorf("the group holds %v", g[0].Members)
		}
		if d := must(r.Distrusted(ctx, db.Reader(), 1))(t); !slices.Equal(d, []member.Distrust{{Source: 3}}) {
			t.Errorf("what Beta thinks of the removed member's reports was lost: %v", d)
		}
		wantKind(t, "removing it again", r.RemoveMember(ctx, "Gamma"), fault.NotFound)
		again := must(r.AddMember(ctx, member.NewMember{Name: "Gamma", Domains: []string{"gamma.example"}}))(t)
		if again.ID == m.ID || again.Identity == m.Identity {
			t.Errorf("a new member got the number or identity of a removed one: %+v", again)
		}
		if s := must(r.Session(ctx, "Gamma"))(t); len(s.Groups) != 0 {
			t.Errorf("a new member got the groups of a removed one: %v", s.Groups)
		}
	})
}

func TestWhatIsRefusedOfAMember(t *testing.T) {
	r, _ := registry(t, storetest.Open(t))
	ctx := t.Context()
	const id = "identity--11111111-1111-4111-8111-111111111111"
	must(r.AddMember(ctx, member.NewMember{Name: "Alpha", Domains: []string{"alpha.example"}, Identity: id}))(t)
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = fmt.Sprintf("d%d.example", i)
	}
	for name, c := range map[string]struct {
		m    member.NewMember
		want fault.Kind
		fine bool
	}{
		"longest name":             {m: member.NewMember{Name: strings.Repeat("ä", 100)}, fine: true},
		"name too long":            {m: member.NewMember{Name: strings.Repeat("ä", 101)}, want: fault.Invalid},
		"no name":                  {m: member.NewMember{}, want: fault.Invalid},
		"blank name":               {m: member.NewMember{Name: " \t "}, want: fault.Invalid},
		"control character":        {m: member.NewMember{Name: "Al\x07pha"}, want: fault.Invalid},
		"line break":               {m: member.NewMember{Name: "Al\npha"}, want: fault.Invalid},
		"invisible character":      {m: member.NewMember{Name: "Al\u200bpha"}, want: fault.Invalid},
		"text direction":           {m: member.NewMember{Name: "Al\u202epha"}, want: fault.Invalid},
		"not UTF-8":                {m: member.NewMember{Name: "Al\xff"}, want: fault.Invalid},
		"same name":                {m: member.NewMember{Name: "Alpha"}, want: fault.Conflict},
		"same name, letter case":   {m: member.NewMember{Name: "ALPHA"}, want: fault.Conflict},
		"same name, other width":   {m: member.NewMember{Name: "Ａlpha"}, want: fault.Conflict},
		"another name":             {m: member.NewMember{Name: "Alpha 2"}, fine: true},
		"unknown role":             {m: member.NewMember{Name: "r", Role: "root"}, want: fault.Invalid},
		"auditor":                  {m: member.NewMember{Name: "auditor", Role: member.RoleAuditor}, fine: true},
		"same domain":              {m: member.NewMember{Name: "d1", Domains: []string{"ALPHA.example"}}, want: fault.Conflict},
		"no domain":                {m: member.NewMember{Name: "d2", Domains: []string{"alpha"}}, want: fault.Invalid},
		"an address":               {m: member.NewMember{Name: "d3", Domains: []string{"192.0.2.1"}}, want: fault.Invalid},
		"a mailbox":                {m: member.NewMember{Name: "d4", Domains: []string{"a@alpha.example"}}, want: fault.Invalid},
		"a URL":                    {m: member.NewMember{Name: "d5", Domains: []string{"https://b.example"}}, want: fault.Invalid},
		"a public suffix":          {m: member.NewMember{Name: "d6", Domains: []string{"co.uk"}}, want: fault.Invalid},
		"below a public suffix":    {m: member.NewMember{Name: "d7", Domains: []string{"tocsin-test.co.uk"}}, fine: true},
		"international":            {m: member.NewMember{Name: "d8", Domains: []string{"bäcker.example"}}, fine: true},
		"as many domains as go":    {m: member.NewMember{Name: "d9", Domains: hundred}, fine: true},
		"one domain too many":      {m: member.NewMember{Name: "d10", Domains: append(hundred, "more.example")}, want: fault.Invalid},
		"same identity":            {m: member.NewMember{Name: "i1", Identity: strings.ToUpper(id)}, want: fault.Conflict},
		"same identity, as it was": {m: member.NewMember{Name: "i2", Identity: id}, want: fault.Conflict},
		"not an identity":          {m: member.NewMember{Name: "i3", Identity: "malware--11111111-1111-4111-8111-111111111111"}, want: fault.Invalid},
	} {
		m, err := r.AddMember(ctx, c.m)
		if c.fine != (err == nil) || !c.fine && fault.KindOf(err) != c.want {
			t.Errorf("%s: %v; want fine %v, kind %v", name, err, c.fine, c.want)
		}
		if !c.fine && m.ID != 0 {
			t.Errorf("%s: refused, and yet %+v came back", name, m)
		}
	}
	if m := must(r.Session(ctx, "d8"))(t).Member; !slices.Equal(m.Domains, []string{"xn--bcker-gra.example"}) {
		t.Errorf("international domain kept as %v", m.Domains)
	}
	if _, err := r.Session(ctx, "d1"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a refused member is half there: %v", err)
	}
}

func TestARemovedMembersIdentityStaysItsOwn(t *testing.T) {
	r, _ := registry(t, storetest.Open(t))
	m := must(r.AddMember(t.Context(), member.NewMember{Name: "Alpha"}))(t)
	if err := r.RemoveMember(t.Context(), "Alpha"); err != nil {
		t.Fatal(err)
	}
	_, err := r.AddMember(t.Context(), member.NewMember{Name: "Beta", Identity: m.Identity})
	wantKind(t, "another member under its identity", err, fault.Conflict)
}

func TestKeysAreListedWithoutTheirSecrets(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, _ *store.DB) {
		ctx := t.Context()
		add(t, r, "Alpha", "Beta")
		s1, k1 := key(t, r, "Alpha", false)
		_, k2 := key(t, r, "Beta", true)
		_, k3 := key(t, r, "Alpha", true)
		if err := r.RemoveKey(ctx, k3.ID); err != nil {
			t.Fatal(err)
		}
		all := must(r.Keys(ctx, ""))(t)
		if !slices.Equal(all, []member.Key{k1, k2}) || all[0].Member != "Alpha" || !all[1].Feed || time.Since(all[0].Created) > time.Minute {
			t.Errorf("keys %+v", all)
		}
		if one := must(r.Keys(ctx, "BETA"))(t); !slices.Equal(one, []member.Key{k2}) {
			t.Errorf("keys of Beta: %+v", one)
		}
		if strings.Contains(fmt.Sprintf("%+v", all), s1) {
			t.Error("the list shows a key")
		}
		_, err := r.Keys(ctx, "Gamma")
		wantKind(t, "keys of nobody", err, fault.NotFound)
		_, _, err = r.AddKey(ctx, "Gamma", false)
		wantKind(t, "a key for nobody", err, fault.NotFound)
		wantKind(t, "removing no key", r.RemoveKey(ctx, 99), fault.NotFound)
	})
}

func TestGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, _ *store.DB) {
		ctx := t.Context()
		add(t, r, "Alpha", "Beta", "Gamma")
		g := must(r.AddGroup(ctx, "Finance", []string{"beta", "ALPHA", "Beta"}))(t)
		h := must(r.AddGroup(ctx, "Energy & Water", nil))(t)
		if g.Audience != member.FirstGroup || h.Audience != member.FirstGroup+1 {
			t.Errorf("audiences %d and %d", g.Audience, h.Audience)
		}
		for _, err := range []error{r.AddToGroup(ctx, "energy & water", "gamma"), r.AddToGroup(ctx, "Finance", "Gamma"), r.AddToGroup(ctx, "finance", "gamma"), r.RemoveFromGroup(ctx, "FINANCE", "beta")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if got, want := fmt.Sprint(must(r.Groups(ctx))(t)), "[{{Finance 16} [Alpha Gamma]} {{Energy & Water 17} [Gamma]}]"; got != want {
			t.Errorf("groups %s, want %s", got, want)
		}
		for what, err := range map[string]error{
			"a member that isn't in it": r.RemoveFromGroup(ctx, "finance", "beta"),
			"a member that isn't there": r.AddToGroup(ctx, "finance", "delta"),
			"out of no group":           r.RemoveFromGroup(ctx, "nonsense", "beta"),
			"into no group":             r.AddToGroup(ctx, "nonsense", "beta"),
			"nobody out of a group":     r.RemoveFromGroup(ctx, "finance", "delta"),
			"no group removed":          r.RemoveGroup(ctx, "nonsense"),
		} {
			wantKind(t, what, err, fault.NotFound)
		}
		_, err := r.AddGroup(ctx, "FINANCE", nil)
		wantKind(t, "the same name", err, fault.Conflict)
		_, err = r.AddGroup(ctx, "Health", []string{"Alpha", "Delta"})
		wantKind(t, "with an unknown member", err, fault.NotFound)
		if n := len(must(r.Groups(ctx))(t)); n != 2 {
			t.Errorf("%d groups: a refused one is half there", n)
		}
	})
}

// TestAClosedGroupsContentStaysClosed: the audience is never given again.
func TestAClosedGroupsContentStaysClosed(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, _ *store.DB) {
		ctx := t.Context()
		add(t, r, "Alpha")
		g := must(r.AddGroup(ctx, "Finance", []string{"Alpha"}))(t)
		if err := r.RemoveGroup(ctx, "finance"); err != nil {
			t.Fatal(err)
		}
		if s := must(r.Session(ctx, "Alpha"))(t); s.CanRead(g.Audience) || len(s.Groups) != 0 {
			t.Errorf("the closed group is still read: %+v", s)
		}
		again := must(r.AddGroup(ctx, "Finance", []string{"Alpha"}))(t)
		if s := must(r.Session(ctx, "Alpha"))(t); again.Audience == g.Audience || s.CanRead(g.Audience) || !s.CanRead(again.Audience) {
			t.Errorf("group %v after %v", again, g)
		}
	})
}

func TestGroupNamesStandInAddresses(t *testing.T) {
	r, _ := registry(t, storetest.Open(t))
	for name, fine := range map[string]bool{
		"Finance": true, "Água": true, strings.Repeat("g", 100): true, "energy-2.eu": true, "...": true,
		"": false, "clear": false, "Default": false, "GREEN": false, "amber": false, "Amber+Strict": false, "amber-strict": false, "red": false, "TLP:RED": false,
		"community": false, ".": false, "..": false, "a/b": false, "a?b": false, "a#b": false, "100%": false, `a\b`: false,
		strings.Repeat("g", 101): false, "a\x00b": false, "11111111-1111-4111-8111-111111111111": false,
	} {
		_, err := r.AddGroup(t.Context(), name, nil)
		if fine != (err == nil) || !fine && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v, want fine %v", name, err, fine)
		}
	}
}

// TestEveryChangeRaisesTheRights: else sessions would outlive them. What is
// refused raises nothing.
func TestEveryChangeRaisesTheRights(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, seq *store.Sequencer, _ *store.DB) {
		ctx := t.Context()
		rights := func() int64 { return must(seq.Head(ctx))(t).Rights }
		var k member.Key
		for _, c := range []struct {
			what string
			do   func() error
		}{
			{"a member", func() error { _, err := r.AddMember(ctx, member.NewMember{Name: "Alpha"}); return err }},
			{"another member", func() error { _, err := r.AddMember(ctx, member.NewMember{Name: "Beta"}); return err }},
			{"a key", func() (err error) { _, k, err = r.AddKey(ctx, "Alpha", false); return err }},
			{"consent", func() error { return r.SetNamed(ctx, "Alpha", true) }},
			{"a group", func() error { _, err := r.AddGroup(ctx, "Finance", nil); return err }},
			{"joining", func() error { return r.AddToGroup(ctx, "Finance", "Alpha") }},
			{"leaving", func() error { return r.RemoveFromGroup(ctx, "Finance", "Alpha") }},
			{"closing", func() error { return r.RemoveGroup(ctx, "Finance") }},
			{"trust", func() error { return r.SetTrust(ctx, "Alpha", seen(r, 2, 0), member.TrustAlert) }},
			{"a key's end", func() error { return r.RemoveKey(ctx, k.ID) }},
			{"a member's end", func() error { return r.RemoveMember(ctx, "Alpha") }},
		} {
			before := rights()
			if err := c.do(); err != nil {
				t.Fatalf("%s: %v", c.what, err)
			}
			if got := rights(); got != before+1 {
				t.Errorf("%s: rights went from %d to %d", c.what, before, got)
			}
		}
		before := rights()
		wantKind(t, "a member that is gone", r.SetNamed(ctx, "Alpha", true), fault.NotFound)
		if got := rights(); got != before {
			t.Errorf("a refused change raised the rights from %d to %d", before, got)
		}
	})
}

func TestConsentToBeNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, r *member.Registry, _ *store.Sequencer, _ *store.DB) {
		ctx := t.Context()
		add(t, r, "Alpha")
		for _, named := range []bool{true, false} {
			if err := r.SetNamed(ctx, "alpha", named); err != nil {
				t.Fatal(err)
			}
			if got := must(r.Session(ctx, "Alpha"))(t).Member.Named; got != named {
				t.Errorf("named %v, want %v", got, named)
			}
		}
	})
}
