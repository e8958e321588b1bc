package member_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tocsin/fault"
	"tocsin/member"
	"tocsin/stix"
)

// session is a member of the community and of the groups given.
func session(role member.Role, groups ...member.Group) member.Session {
	s := member.Session{Member: member.Member{ID: 7, Name: "Alpha", Role: role}, Audiences: member.Community(), Groups: groups}
	for _, g := range groups {
		s.Audiences = append(s.Audiences, g.Audience)
	}
	return s
}

var (
	finance = member.Group{Name: "Finance", Audience: 16}
	energy  = member.Group{Name: "Energy", Audience: 17}
)

const statement = "marking-definition--3f1c2a52-1f0e-4a50-9c5e-0d5c6f9b7a11"

// TestAllowEveryCombination goes through role x level x collection x default x
// group x other markings and compares with the rules written down once more, the
// other way round: from the answer.
func TestAllowEveryCombination(t *testing.T) {
	n := 0
	for _, role := range []member.Role{member.RoleMember, member.RoleReviewer, member.RoleAuditor, member.RoleOperator} {
		for level := stix.TLPNone; level <= stix.Red; level++ {
			for _, aud := range []member.Audience{0, 1, 2, 3, 4, 16, 17} {
				for def := stix.TLPNone; def <= stix.Red; def++ {
					for _, group := range []string{"", "finance", "energy", "nonsense"} {
						for _, others := range [][]string{nil, {statement}} {
							target := member.Target{Audience: aud, Default: def, Group: group}
							var levels []stix.TLP
							if level != stix.TLPNone {
								levels = []stix.TLP{level}
							}
							got, err := member.Allow(session(role, finance), levels, others, target)
							want, kind := expect(level, len(others) > 0, target)
							if got != want || want == 0 && fault.KindOf(err) != kind || want != 0 && err != nil {
								t.Errorf("%s, TLP %q, others %v, %+v: audience %d, %v; want %d, %v", role, level.Name(), others, target, got, err, want, kind)
							}
							n++
						}
					}
				}
			}
		}
	}
	t.Logf("%d combinations", n)
}

// expect is the rule for a member of the group finance (16) and not of energy (17).
func expect(level stix.TLP, others bool, t member.Target) (member.Audience, fault.Kind) {
	inGroup := t.Group == "finance" || t.Group == "" && t.Audience == 16
	switch {
	case t.Group == "energy", t.Group == "nonsense", t.Group == "" && t.Audience == 17:
		return 0, fault.NotFound
	case inGroup && t.Audience != 0 && t.Audience != 16:
		return 0, fault.Invalid
	case inGroup:
		return 16, 0
	case level == stix.TLPNone && t.Audience != 0:
		return t.Audience, 0
	case level == stix.TLPNone:
		switch {
		case t.Default == stix.TLPNone, t.Default == stix.Clear && others:
			return member.AudienceGreen, 0
		case t.Default == stix.Red:
			return 0, fault.Refused
		}
		return member.Audience(t.Default), 0
	case level == stix.Red:
		return 0, fault.Refused
	case t.Audience != 0 && member.Audience(level) > t.Audience:
		return 0, fault.Refused
	}
	return member.Audience(level), 0
}

func TestAllowTakesTheNarrowestLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		levels := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) stix.TLP { return stix.TLP(rapid.IntRange(0, int(stix.Red)).Draw(t, "level")) }), 1, 6).Draw(t, "levels")
		most := stix.TLPNone
		for _, l := range levels {
			most = max(most, l)
		}
		target := member.Target{Audience: member.Audience(rapid.IntRange(0, 4).Draw(t, "collection"))}
		got, err := member.Allow(session(member.RoleMember), levels, nil, target)
		alone, errAlone := member.Allow(session(member.RoleMember), []stix.TLP{most}, nil, target)
		if got != alone || (err == nil) != (errAlone == nil) {
			t.Fatalf("%v gives %d (%v), the narrowest alone %d (%v)", levels, got, err, alone, errAlone)
		}
		if err == nil && most != stix.TLPNone && got < member.Audience(most) {
			t.Fatalf("%v was widened to audience %d", levels, got)
		}
	})
}

func TestWhatNoRuleGrantsIsRefused(t *testing.T) {
	removed := session(member.RoleMember, finance)
	removed.Member.Removed = true
	feed := session(member.RoleMember)
	feed.FeedOnly = true
	noRights := session(member.RoleOperator)
	noRights.Audiences = nil
	onlyListed := session(member.RoleMember)
	onlyListed.Groups = []member.Group{finance} // without its audience
	for name, c := range map[string]struct {
		s      member.Session
		levels []stix.TLP
		target member.Target
		want   fault.Kind
	}{
		"the zero session":                      {member.Session{}, nil, member.Target{}, fault.Forbidden},
		"a session without audiences":           {noRights, nil, member.Target{}, fault.Forbidden},
		"a removed member":                      {removed, nil, member.Target{}, fault.Forbidden},
		"a removed member, to its group":        {removed, nil, member.Target{Group: "finance"}, fault.NotFound},
		"a feed key":                            {feed, nil, member.Target{}, fault.Forbidden},
		"a group without its audience":          {onlyListed, nil, member.Target{Group: "finance"}, fault.NotFound},
		"a group's audience without the group":  {session(member.RoleMember), nil, member.Target{Audience: 16}, fault.NotFound},
		"an audience that was never given":      {session(member.RoleMember), nil, member.Target{Audience: 9}, fault.NotFound},
		"a negative audience":                   {session(member.RoleMember), nil, member.Target{Audience: -1}, fault.NotFound},
		"a level that is not known":             {session(member.RoleMember), []stix.TLP{stix.Red + 1}, member.Target{}, fault.Refused},
		"a level that is not known, to a group": {session(member.RoleMember, finance), []stix.TLP{stix.Red + 1}, member.Target{Group: "finance"}, fault.Refused},
		"a default that is not known":           {session(member.RoleMember), nil, member.Target{Default: stix.Red + 1}, fault.Refused},
		"RED among wider levels":                {session(member.RoleMember), []stix.TLP{stix.Clear, stix.Red, stix.Green}, member.Target{}, fault.Refused},
	} {
		if aud, err := member.Allow(c.s, c.levels, nil, c.target); err == nil || fault.KindOf(err) != c.want || aud != 0 {
			t.Errorf("%s: audience %d, %v; want %v", name, aud, err, c.want)
		}
	}
}

func TestAnUnknownGroupLooksLikeOneThatTheMemberIsNotIn(t *testing.T) {
	s := session(member.RoleMember, finance)
	_, foreign := member.Allow(s, nil, nil, member.Target{Group: energy.Name})
	_, unknown := member.Allow(s, nil, nil, member.Target{Group: "Nonsense"})
	if foreign == nil || foreign.Error() != unknown.Error() {
		t.Errorf("foreign: %v\nunknown: %v", foreign, unknown)
	}
	_, foreign = member.Allow(s, nil, nil, member.Target{Audience: energy.Audience})
	_, unknown = member.Allow(s, nil, nil, member.Target{Audience: 99})
	if foreign == nil || foreign.Error() != unknown.Error() {
		t.Errorf("foreign collection: %v\nunknown collection: %v", foreign, unknown)
	}
}

func TestARefusalNamesTheCollectionThatTakesIt(t *testing.T) {
	_, err := member.Allow(session(member.RoleMember), []stix.TLP{stix.AmberStrict}, nil, member.Target{Audience: member.AudienceGreen})
	if want := "is marked TLP:AMBER+STRICT, which is narrower than the collection default; post it to amber-strict"; fault.Public(err) != want {
		t.Errorf("%q, want %q", fault.Public(err), want)
	}
}

func TestWhoReadsWhat(t *testing.T) {
	in, out := session(member.RoleMember, finance, energy), session(member.RoleMember)
	for aud := member.Audience(-1); aud <= 20; aud++ {
		community := aud >= 1 && aud <= 4
		if got := out.CanRead(aud); got != community {
			t.Errorf("a member in no group reads audience %d: %v", aud, got)
		}
		if got, want := in.CanRead(aud), community || aud == 16 || aud == 17; got != want {
			t.Errorf("a member of two groups reads audience %d: %v", aud, got)
		}
		if (member.Session{}).CanRead(aud) {
			t.Errorf("the zero session reads audience %d", aud)
		}
	}
	in.Member.Removed = true
	if in.CanRead(member.AudienceClear) {
		t.Error("a removed member reads")
	}
}

func TestCollectionNames(t *testing.T) {
	s := session(member.RoleMember, finance)
	var got []string
	for _, a := range []member.Audience{1, 2, 3, 4, 16, 17, 0} {
		got = append(got, member.CollectionName(s, a))
	}
	if want := []string{"clear", "default", "amber", "amber-strict", "Finance", "", ""}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestGroupsAreFoundInAnyLetterCase(t *testing.T) {
	s := session(member.RoleMember, finance)
	for _, name := range []string{"Finance", "finance", " FINANCE ", "ｆｉｎａｎｃｅ"} {
		if g, err := s.Group(name); err != nil || g != finance {
			t.Errorf("%q: %v %v", name, g, err)
		}
	}
	for _, name := range []string{"", " ", "fin", "energy"} {
		if _, err := s.Group(name); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
}
