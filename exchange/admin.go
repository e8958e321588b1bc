package exchange

import (
	"context"
	"fmt"
	"slices"

	"tocsin/archive"
	"tocsin/audit"
	"tocsin/fault"
	"tocsin/member"
)

// Admin is the register of members in the hands of an operator. What it changes is
// recorded; what takes two people is refused to one (Exchange.Ask).
type Admin struct {
	x *Exchange
	s member.Session
}

// Admin gives the register to an operator; fault.Forbidden to everybody else.
func (x *Exchange) Admin(s member.Session) (Admin, error) {
	if err := s.May(member.ActAdminister); err != nil {
		return Admin{}, err
	}
	return Admin{x: x, s: s}, nil
}

// OnDataFolder gives the register to whoever works on the data folder itself.
func (x *Exchange) OnDataFolder() Admin {
	return Admin{x: x, s: member.Session{Exchange: true}}
}

// do records an administrative act.
func (a Admin) do(ctx context.Context, what audit.Act, about string, f func() (did string, err error)) error {
	return a.x.act(ctx, a.s, member.ActAdminister, what, about, f)
}

// Members lists the members; see member.Registry, here and below.
func (a Admin) Members(ctx context.Context) ([]member.Member, error) {
	return a.x.members.Members(ctx)
}

// AddMember adds a member.
func (a Admin) AddMember(ctx context.Context, n member.NewMember) (m member.Member, err error) {
	err = a.do(ctx, audit.MemberAdd, "", func() (did string, err error) {
		m, err = a.x.members.AddMember(ctx, n)
		return memberRef(m.ID), err
	})
	return m, err
}

// RemoveMember removes a member: two people.
func (a Admin) RemoveMember(ctx context.Context, name string) error {
	return a.do(ctx, audit.MemberRemove, a.x.refOf(ctx, name), func() (string, error) {
		if a.s.Alone() {
			return "", errTwo
		}
		return "", a.x.members.RemoveMember(ctx, name)
	})
}

// SetNamed records a member's consent to be named, or its end.
func (a Admin) SetNamed(ctx context.Context, name string, named bool) error {
	return a.do(ctx, audit.Consent, a.x.refOf(ctx, name), func() (string, error) { return "", a.x.members.SetNamed(ctx, name, named) })
}

// Keys lists keys; memberName "" for all.
func (a Admin) Keys(ctx context.Context, memberName string) ([]member.Key, error) {
	return a.x.members.Keys(ctx, memberName)
}

// AddKey makes a key of any member.
func (a Admin) AddKey(ctx context.Context, memberName string, feed bool) (secret string, k member.Key, err error) {
	return a.x.addKey(ctx, a.s, member.ActAdminister, memberName, feed)
}

// RemoveKey ends a key; an operator's: two people.
func (a Admin) RemoveKey(ctx context.Context, id int64) error {
	return a.do(ctx, audit.KeyRemove, fmt.Sprintf("key %d", id), func() (string, error) {
		if a.s.Alone() {
			of, err := a.x.keyOf(ctx, id)
			if err != nil {
				return "", err
			}
			if of.Role == member.RoleOperator {
				return "", errTwo
			}
		}
		return "", a.x.members.RemoveKey(ctx, id)
	})
}

// RotateKey makes a key in place of one; see Exchange.RotateKey.
func (a Admin) RotateKey(ctx context.Context, id int64) (secret string, k member.Key, err error) {
	return a.x.RotateKey(ctx, a.s, nil, id)
}

// Groups lists the sharing groups.
func (a Admin) Groups(ctx context.Context) ([]member.GroupInfo, error) {
	return a.x.members.Groups(ctx)
}

// AddGroup makes a sharing group.
func (a Admin) AddGroup(ctx context.Context, name string, members []string) (g member.Group, err error) {
	err = a.do(ctx, audit.GroupAdd, "", func() (did string, err error) {
		g, err = a.x.members.AddGroup(ctx, name, members)
		return groupRef(g.Audience), err
	})
	return g, err
}

// RemoveGroup closes a group; one that something was shared with: two people.
func (a Admin) RemoveGroup(ctx context.Context, name string) error {
	about := ""
	aud, err := a.x.groupOf(ctx, name)
	if err == nil {
		about = groupRef(aud)
	}
	return a.do(ctx, audit.GroupRemove, about, func() (string, error) {
		if err == nil && a.s.Alone() {
			if full, err := a.x.HasContent(ctx, aud); err != nil || full {
				return "", orElse(err, errTwo)
			}
		}
		return "", a.x.members.RemoveGroup(ctx, name)
	})
}

// AddToGroup puts a member into a group; the operator's own office into one that
// something was shared with: two people.
func (a Admin) AddToGroup(ctx context.Context, group, memberName string) error {
	aud, about := a.x.aboutGroup(ctx, group)
	return a.do(ctx, audit.GroupJoin, about, func() (string, error) {
		if a.s.Alone() && about != "" {
			s, err := a.x.members.Session(ctx, memberName)
			if err != nil {
				return "", err
			}
			if two, err := a.x.JoinTakesTwo(ctx, aud, s.Member); err != nil || two {
				return "", orElse(err, errTwo)
			}
		}
		return a.x.refOf(ctx, memberName), a.x.members.AddToGroup(ctx, group, memberName)
	})
}

// RemoveFromGroup takes a member out of a group; the last one of a group that
// something was shared with: two people.
func (a Admin) RemoveFromGroup(ctx context.Context, group, memberName string) error {
	aud, about := a.x.aboutGroup(ctx, group)
	return a.do(ctx, audit.GroupLeave, about, func() (string, error) {
		if a.s.Alone() && about != "" {
			all, err := a.x.members.Groups(ctx)
			if err != nil {
				return "", err
			}
			i := slices.IndexFunc(all, func(g member.GroupInfo) bool { return g.Audience == aud })
			if i >= 0 {
				if two, err := a.x.LeaveTakesTwo(ctx, all[i]); err != nil || two {
					return "", orElse(err, errTwo)
				}
			}
		}
		return a.x.refOf(ctx, memberName), a.x.members.RemoveFromGroup(ctx, group, memberName)
	})
}

// aboutGroup gives a group and the audit record's word for it; "" when there is none
// of that name.
func (x *Exchange) aboutGroup(ctx context.Context, name string) (member.Audience, string) {
	aud, err := x.groupOf(ctx, name)
	if err != nil {
		return 0, ""
	}
	return aud, groupRef(aud)
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func memberRef(id member.ID) string     { return fmt.Sprintf("member %d", id) }
func groupRef(a member.Audience) string { return fmt.Sprintf("group %d", a) }

// refOf gives the audit record's word for a member, and "" when there is none of that name.
func (x *Exchange) refOf(ctx context.Context, name string) string {
	s, err := x.members.Session(ctx, name)
	if err != nil {
		return ""
	}
	return memberRef(s.Member.ID)
}

// groupOf finds the audience of a group.
func (x *Exchange) groupOf(ctx context.Context, name string) (member.Audience, error) {
	groups, err := x.members.Groups(ctx)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(groups, func(g member.GroupInfo) bool { return member.SameName(g.Name, name) })
	if i < 0 {
		return 0, fault.New(fault.NotFound, "there is no sharing group of this name")
	}
	return groups[i].Audience, nil
}

// HasContent tells whether anything was shared in an audience that is still there.
func (x *Exchange) HasContent(ctx context.Context, aud member.Audience) (full bool, err error) {
	err = x.archive.Scan(ctx, x.db.Reader(), int32(aud), 0, archive.Want{}, func(archive.Object) bool {
		full = true
		return false
	})
	return full, err
}

// keyOf finds the member that a key belongs to; fault.NotFound when there is no such key.
func (x *Exchange) keyOf(ctx context.Context, id int64) (member.Member, error) {
	m, _, err := x.keyBy(ctx, id)
	return m, err
}

// keyBy finds a key and its member.
func (x *Exchange) keyBy(ctx context.Context, id int64) (member.Member, member.Key, error) {
	none := fault.New(fault.NotFound, "there is no key of this number")
	keys, err := x.members.Keys(ctx, "")
	if err != nil {
		return member.Member{}, member.Key{}, err
	}
	i := slices.IndexFunc(keys, func(k member.Key) bool { return k.ID == id })
	if i < 0 {
		return member.Member{}, member.Key{}, none
	}
	s, err := x.members.Session(ctx, keys[i].Member)
	if err != nil {
		return member.Member{}, member.Key{}, none // it was removed meanwhile, with its keys
	}
	return s.Member, keys[i], nil
}

// KeysOf lists the keys of a member: one's own ("" too) to whoever changes it, any
// member's to an operator.
func (x *Exchange) KeysOf(ctx context.Context, s member.Session, memberName string) ([]member.Key, error) {
	if memberName == "" {
		memberName = s.Member.Name
	}
	if err := s.May(ownOr(s, memberName)); err != nil {
		return nil, err
	}
	return x.members.Keys(ctx, memberName)
}

// AddKey makes a key and shows it this once: of one's own member ("" too), or, for
// an operator, of any. An operator's key takes two people, see AddOnlyOperatorsKey.
func (x *Exchange) AddKey(ctx context.Context, s member.Session, memberName string, feed bool) (secret string, k member.Key, err error) {
	if memberName == "" {
		memberName = s.Member.Name
	}
	return x.addKey(ctx, s, ownOr(s, memberName), memberName, feed)
}

func (x *Exchange) addKey(ctx context.Context, s member.Session, right member.Act, memberName string, feed bool) (secret string, k member.Key, err error) {
	operators := false
	if !feed {
		of, err := x.members.Session(ctx, memberName)
		operators = err == nil && of.Member.Role == member.RoleOperator // of nobody: AddKey says it
	}
	if operators {
		right = member.ActAdminister // who isn't an operator doesn't become one by a key of their member
	}
	err = x.act(ctx, s, right, audit.KeyAdd, x.refOf(ctx, memberName), func() (did string, err error) {
		if operators && s.Alone() {
			return "", errTwo
		}
		secret, k, err = x.members.AddKey(ctx, memberName, feed)
		return fmt.Sprintf("key %d", k.ID), err
	})
	return secret, k, err
}

// RemoveKey ends a key of one's own member, or, for an operator, of any. That a key
// is another member's shows to nobody else: fault.NotFound.
func (x *Exchange) RemoveKey(ctx context.Context, s member.Session, id int64) error {
	if a, err := x.Admin(s); err == nil {
		return a.RemoveKey(ctx, id)
	}
	return x.act(ctx, s, member.ActOwn, audit.KeyRemove, fmt.Sprintf("key %d", id), func() (string, error) {
		of, err := x.keyOf(ctx, id)
		if err == nil && of.Role == member.RoleOperator && of.ID == s.Member.ID {
			err = s.May(member.ActAdminister) // its analysts look after none of its keys
		}
		if err == nil && of.ID != s.Member.ID {
			err = fault.New(fault.NotFound, "there is no key of this number")
		}
		if err != nil {
			return "", err
		}
		return "", x.members.RemoveKey(ctx, id)
	})
}

// RotateKey makes a key in place of one of one's own member, or, for an operator, of
// any, and shows it this once; the old one ends by itself after member.Overlap. An
// operator's full key takes two people where there are two operators (Ask,
// GraveRotate). people is nil for machines.
func (x *Exchange) RotateKey(ctx context.Context, s member.Session, people People, id int64) (secret string, k member.Key, err error) {
	of, old, found := x.keyBy(ctx, id)
	right := member.ActOwn
	if found == nil && of.Role == member.RoleOperator && of.ID == s.Member.ID {
		right = member.ActAdminister // its analysts look after none of its keys
	}
	err = x.act(ctx, s, right, audit.KeyRotate, fmt.Sprintf("key %d", id), func() (did string, err error) {
		if found == nil && of.ID != s.Member.ID && s.May(member.ActAdminister) != nil {
			found = fault.New(fault.NotFound, "there is no key of this number")
		}
		if found != nil {
			return "", found
		}
		if of.Role == member.RoleOperator && !old.Feed && s.Alone() {
			if err := onlyOperator(ctx, people); err != nil {
				return "", err
			}
		}
		secret, k, err = x.members.RotateKey(ctx, id)
		return fmt.Sprintf("key %d", k.ID), err
	})
	return secret, k, err
}

// onlyOperator is nil where nobody could second what the only operator does.
func onlyOperator(ctx context.Context, people People) error {
	if people == nil {
		return errTwo
	}
	n, err := people.Operators(ctx)
	if err == nil && n >= 2 {
		err = errTwo
	}
	return err
}

// ownOr gives what it takes to change a member: ActOwn for one's own.
func ownOr(s member.Session, name string) member.Act {
	if member.SameName(name, s.Member.Name) {
		return member.ActOwn
	}
	return member.ActAdminister
}

// Consent records that a member agrees to be named, or no longer does: its own
// word, which an operator may enter for it.
func (x *Exchange) Consent(ctx context.Context, s member.Session, name string, named bool) error {
	right := ownOr(s, name)
	if right != member.ActOwn && s.May(right) != nil {
		return fault.New(fault.Forbidden, "a member's consent is its own to give")
	}
	return x.act(ctx, s, right, audit.Consent, x.refOf(ctx, name), func() (string, error) { return "", x.members.SetNamed(ctx, name, named) })
}

// TrustWords lists what the session's member said of others' reports.
func (x *Exchange) TrustWords(ctx context.Context, s member.Session) ([]member.TrustWord, error) {
	if err := s.May(member.ActOwn); err != nil {
		return nil, err
	}
	return x.members.TrustWords(ctx, s.Member.ID)
}

// Trust records what the session's member lets a source do at its own defences.
// The audit record doesn't say which source: whom one distrusts is one's own affair.
func (x *Exchange) Trust(ctx context.Context, s member.Session, source string, t member.Trust) error {
	return x.act(ctx, s, member.ActOwn, audit.Trust, "", func() (string, error) { return "", x.members.SetTrust(ctx, s.Member.Name, source, t) })
}
