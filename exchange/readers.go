package exchange

import (
	"context"
	"slices"

	"tocsin/member"
)

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
