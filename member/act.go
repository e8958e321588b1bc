package member

import (
	"slices"

	"tocsin/fault"
)

// Act is something that a session may do or not; every door asks before it is
// done, below the handlers.
type Act string

// The acts.
const (
	ActRead       Act = "read"       // see what one's member may see: live, search, things, feeds, TAXII
	ActFile       Act = "file"       // preview and file reports
	ActRecall     Act = "recall"     // take back one's member's own reports
	ActOwn        Act = "own"        // one's own member: keys, invitations, consent to be named, trust in others
	ActReview     Act = "review"     // see and decide held passages
	ActAudit      Act = "audit"      // read the audit record and the node's figures
	ActAdminister Act = "administer" // members, groups, everybody's keys and people
	ActOperate    Act = "operate"    // health, storage, followers, backup
)

// RoleAnalyst is a person who shares: what RoleMember is for a machine.
const RoleAnalyst Role = "analyst"

// permissions is the whole table of who may do what; docs/operating.md shows it,
// and a test holds the two equal and tries every cell at every door.
var permissions = map[Role][]Act{
	RoleMember:   {ActRead, ActFile, ActRecall, ActOwn},
	RoleAnalyst:  {ActRead, ActFile, ActRecall, ActOwn},
	RoleReviewer: {ActRead, ActReview},
	RoleAuditor:  {ActRead, ActAudit},
	RoleOperator: {ActRead, ActFile, ActRecall, ActOwn, ActReview, ActAudit, ActAdminister, ActOperate},
}

// Acts gives all acts, in the order of the table.
func Acts() []Act {
	return []Act{ActRead, ActFile, ActRecall, ActOwn, ActReview, ActAudit, ActAdminister, ActOperate}
}

// RolesFor gives the roles that a person of a member with a role may have: a
// person never may more than the member's own machines.
func RolesFor(r Role) []Role {
	switch r {
	case RoleMember:
		return []Role{RoleAnalyst}
	case RoleReviewer:
		return []Role{RoleReviewer}
	case RoleAuditor:
		return []Role{RoleAuditor}
	case RoleOperator:
		return []Role{RoleAnalyst, RoleReviewer, RoleAuditor, RoleOperator}
	}
	return nil
}

// ActsAs is the role that counts: the person's, for a machine the member's.
func (s Session) ActsAs() Role {
	if s.Person != 0 {
		return s.Role
	}
	return s.Member.Role
}

// May is the one check of what a session may do: nil, or fault.Forbidden with who
// may. What no row of the table grants is refused.
func (s Session) May(a Act) error {
	if s.Exchange {
		return nil
	}
	if s.FeedOnly {
		return fault.New(fault.Forbidden, "a feed key only reads feeds; use a member's key here")
	}
	role := s.ActsAs()
	// A person's role counts only as far as the member's own reaches.
	bounded := s.Person == 0 || slices.Contains(RolesFor(s.Member.Role), role)
	if s.Member.ID == 0 || s.Member.Removed || !bounded || !slices.Contains(permissions[role], a) {
		return fault.New(fault.Forbidden, "%s", refusals[a])
	}
	return nil
}

// refusals say who may, in place of whoever may not.
var refusals = map[Act]string{
	ActRead:       "only members read here",
	ActFile:       "only an analyst or an operator files reports",
	ActRecall:     "only an analyst or an operator takes reports back",
	ActOwn:        "only an analyst of this member, or an operator, changes this",
	ActReview:     "only a reviewer or an operator sees and decides held passages",
	ActAudit:      "only an auditor or an operator reads this",
	ActAdminister: "only an operator administers members, keys and groups",
	ActOperate:    "only an operator sees how the node does",
}

// MayFeeds tells whether a session reads feeds: a feed key does, and everybody who
// reads at all.
func (s Session) MayFeeds() error {
	s.FeedOnly = false
	return s.May(ActRead)
}

// SameName tells whether two names of members or groups are the same to the register.
func SameName(a, b string) bool { return fold(a) == fold(b) }
