package exchange

import (
	"context"

	"tocsin/fault"
	"tocsin/member"
)

// creators knows which identities are the exchange's to use: its own, and those
// under which it shows other members. Nobody else publishes in their name.
type creators struct {
	theirs map[member.Audience]map[string]bool
}

// creators reads the other members once, if any object names a creator at all.
func (x *Exchange) creators(ctx context.Context, k *kept, items []*item) (*creators, error) {
	c := &creators{theirs: map[member.Audience]map[string]bool{}}
	auds := map[member.Audience]bool{}
	for _, it := range items {
		if it.creator != "" || it.obj.Type == "identity" {
			auds[it.aud] = true
		}
	}
	if len(auds) == 0 {
		return c, nil
	}
	all, err := x.members.Members(ctx)
	if err != nil {
		return nil, err
	}
	for aud := range auds {
		ids := map[string]bool{x.identity: true}
		for _, m := range all {
			if m.ID == k.work.session.Member.ID {
				continue
			}
			m.Named = false
			pseudonym, _ := x.members.Pseudonym(m, aud)
			m.Named = true
			registered, _ := x.members.Pseudonym(m, aud)
			ids[pseudonym], ids[registered] = true, true
		}
		c.theirs[aud] = ids
	}
	return c, nil
}

// check refuses an object that is new here and was filed in somebody else's name.
func (c *creators) check(it *item) error {
	theirs := c.theirs[it.aud]
	if it.implied || theirs == nil || !theirs[it.creator] && !(it.obj.Type == "identity" && theirs[it.submitted]) {
		return nil
	}
	return fault.At(fault.Forbidden, "created_by_ref", "names another member, or the exchange; file your own object with a relationship to theirs")
}
