package member

import (
	"tocsin/fault"
	"tocsin/stix"
)

// Target is where a report is asked to go. Group and Audience together must
// mean the same.
type Target struct {
	Audience Audience // collection that it was posted to (TAXII); 0 for by marking
	Default  stix.TLP // for what carries no marking; TLPNone means Green
	Group    string   // sharing group; "" for the community
}

// Allow decides the one audience of an object from its TLP levels, its other
// marking ids, and the target. The rules (contract, "/taxii2/"):
//
//   - The narrowest of several levels counts.
//   - To a sharing group goes every level, RED too; the group is the audience. The member must be in it, else
//     fault.NotFound, as for a group that doesn't exist.
//   - In the community an object goes to the collection of its own level, also when it was posted to a narrower one: a
//     CLEAR object posted to GREEN is filed under CLEAR, since its marking lets everyone have it there.
//   - A level narrower than the collection that it was posted to is fault.Refused, and so is RED.
//   - Without a level it takes the collection that it was posted to, else the default, else GREEN.
//   - Other markings say nothing about who may see an object, but may well restrict it: they never widen, so the default
//     counts for such an object only from GREEN on.
//
// What the member may not see it may not write: a session without audiences is
// refused everything.
func Allow(s Session, levels []stix.TLP, others []string, t Target) (Audience, error) {
	if s.FeedOnly {
		return 0, fault.New(fault.Forbidden, "a feed key only reads feeds")
	}
	level, err := narrowest(append([]stix.TLP{}, levels...))
	if err != nil {
		return 0, err
	}
	group, err := groupOf(s, t)
	if err != nil {
		return 0, err
	}
	if group != 0 {
		return group, nil
	}
	aud, err := inCommunity(level, len(others) > 0, t)
	if err != nil {
		return 0, err
	}
	if !s.CanRead(aud) {
		return 0, fault.New(fault.Forbidden, "this member may not file anything in the collection %s", communityName(aud))
	}
	return aud, nil
}

// narrowest gives the narrowest level; TLPNone when there is none.
func narrowest(levels []stix.TLP) (stix.TLP, error) {
	n := stix.TLPNone
	for _, l := range levels {
		if l > stix.Red {
			return 0, fault.New(fault.Refused, "carries a marking level that is not known here")
		}
		n = max(n, l)
	}
	return n, nil
}

// groupOf gives the audience of the sharing group that the target means, 0 for the community.
func groupOf(s Session, t Target) (Audience, error) {
	if t.Group != "" {
		g, err := s.Group(t.Group)
		if err != nil {
			return 0, err
		}
		if t.Audience != 0 && t.Audience != g.Audience {
			return 0, fault.New(fault.Invalid, "the collection and the sharing group differ; name one of them")
		}
		return g.Audience, nil
	}
	switch {
	case t.Audience == 0 || t.Audience >= AudienceClear && t.Audience <= AudienceAmberStrict:
		return 0, nil
	case t.Audience >= FirstGroup && s.CanRead(t.Audience):
		return t.Audience, nil
	}
	return 0, fault.New(fault.NotFound, "there is no such collection, or you are not in it")
}

// inCommunity gives the audience of an object for the community.
func inCommunity(level stix.TLP, others bool, t Target) (Audience, error) {
	if level == stix.TLPNone {
		if t.Audience != 0 {
			return t.Audience, nil
		}
		level = t.Default
		if level == stix.TLPNone || others {
			level = max(level, stix.Green)
		}
	}
	aud := communityOf(level)
	switch {
	case aud == 0:
		return 0, fault.New(fault.Refused, "TLP:RED goes only to a sharing group; name one")
	case t.Audience != 0 && aud > t.Audience:
		return 0, fault.New(fault.Refused, "is marked TLP:%s, which is narrower than the collection %s; post it to %s", tlpWord(level), communityName(t.Audience), communityName(aud))
	}
	return aud, nil
}

// communityOf gives the community's audience of a level, 0 when it has none.
func communityOf(l stix.TLP) Audience {
	if l >= stix.Clear && l <= stix.AmberStrict {
		return Audience(l)
	}
	return 0
}

// tlpWord writes a level as TLP 2.0 does.
func tlpWord(l stix.TLP) string {
	return [...]string{"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}[l]
}

// communityName gives the contract's name of a community collection, "" for others.
func communityName(a Audience) string {
	if a < AudienceClear || a > AudienceAmberStrict {
		return ""
	}
	return [...]string{"clear", "default", "amber", "amber-strict"}[a-1]
}

// CollectionName names the audience as the contract does: clear, default, amber,
// amber-strict, or the group's name; "" when the session may not see it.
func CollectionName(s Session, a Audience) string {
	if !s.CanRead(a) {
		return ""
	}
	if n := communityName(a); n != "" {
		return n
	}
	for _, g := range s.Groups {
		if g.Audience == a {
			return g.Name
		}
	}
	return ""
}
