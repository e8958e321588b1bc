package exchange

import (
	"context"
	"slices"

	"tocsin/fault"
	"tocsin/member"
)

// Admin is the register of members in the hands of an operator.
type Admin struct{ *member.Registry }

// Admin gives the register to an operator; fault.Forbidden to everybody else.
func (x *Exchange) Admin(s member.Session) (Admin, error) {
	if s.FeedOnly || s.Member.Role != member.RoleOperator {
		return Admin{}, fault.New(fault.Forbidden, "only an operator administers members, keys and groups")
	}
	return Admin{x.members}, nil
}

// Consent records that a member agrees to be named, or no longer does: its own
// word, which an operator may enter for it.
func (x *Exchange) Consent(ctx context.Context, s member.Session, name string, named bool) error {
	if s.FeedOnly || name != s.Member.Name && s.Member.Role != member.RoleOperator {
		return fault.New(fault.Forbidden, "a member's consent is its own to give")
	}
	return x.members.SetNamed(ctx, name, named)
}

// Trust records what the session's member lets a source do at its own defences.
func (x *Exchange) Trust(ctx context.Context, s member.Session, source string, t member.Trust) error {
	if s.FeedOnly {
		return fault.New(fault.Forbidden, "a feed key only reads feeds")
	}
	return x.members.SetTrust(ctx, s.Member.Name, source, t)
}

// Readers says how many members would see what went into a collection.
type Readers struct {
	Collection string   `json:"collection"`
	Objects    int      `json:"objects"`
	Members    int      `json:"members"`         // its submitter included
	Names      []string `json:"names,omitempty"` // of a sharing group, whose members know each other
}

// ReadersOf says who would see the objects of a preview, or sees those of a report.
func (x *Exchange) ReadersOf(ctx context.Context, s member.Session, f *Filed) ([]Readers, error) {
	all, err := x.members.Members(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := x.members.Groups(ctx)
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, o := range f.Objects {
		count[o.Collection]++
	}
	out := []Readers{}
	for _, a := range s.Audiences {
		r := Readers{Collection: member.CollectionName(s, a), Members: len(all)}
		if r.Objects = count[r.Collection]; r.Objects == 0 {
			continue
		}
		if i := slices.IndexFunc(groups, func(g member.GroupInfo) bool { return g.Audience == a }); i >= 0 {
			r.Members, r.Names = len(groups[i].Members), groups[i].Members
		}
		out = append(out, r)
	}
	return out, nil
}
