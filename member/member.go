// Package member is who may do what: members, their keys, sharing groups, the
// audiences that follow from TLP 2.0 and groups, consent to be named, pseudonyms.
//
// A door turns a key into a Session (Registry.Authenticate) and passes it on.
// Session.CanRead is the one check of what may be seen, Allow the one decision on
// where an object may go: both are pure, and what no rule grants is refused.
//
//	s, err := reg.Authenticate(ctx, key)
//	aud, err := member.Allow(s, levels, others, member.Target{Group: "finance"})
package member

import (
	"context"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// ID numbers a member within its log, from 1. 0 is the exchange itself.
type ID int64

// Role is what a member's people and machines may do beside sharing.
type Role string

// The roles.
const (
	RoleMember   Role = "member"
	RoleReviewer Role = "reviewer" // decides held passages
	RoleAuditor  Role = "auditor"  // reads counts and decisions
	RoleOperator Role = "operator" // administers the node
)

// Audience is who may see an object: an interned number. The community's are fixed (1 to 4); sharing groups get 16 and up.
type Audience int32

// The community's audiences, one per TLP. TLP:RED goes only to a sharing group.
const (
	AudienceClear       Audience = 1
	AudienceGreen       Audience = 2
	AudienceAmber       Audience = 3
	AudienceAmberStrict Audience = 4
)

// FirstGroup is the lowest audience of a sharing group.
const FirstGroup Audience = 16

// Community gives the community's audiences, from the widest to the narrowest.
// Every member reads and writes all four (contract, "/taxii2/"): the levels
// say what a member may pass on outside, not which members see it.
func Community() []Audience {
	return []Audience{AudienceClear, AudienceGreen, AudienceAmber, AudienceAmberStrict}
}

// Member is a company, a centre, or the operator's own office.
type Member struct {
	ID        ID
	Name      string
	Role      Role
	Identity  string   // STIX identity id under which it is known when it is named
	Domains   []string // its registered domains, lower case, sorted
	Named     bool     // agreed to be named
	Publisher bool     // record-only mode of the gate (way of a report, step 3)
	Created   time.Time
	Removed   bool
}

// Group is a sharing group.
type Group struct {
	Name     string
	Audience Audience
}

// Session is a member at a door, with the rights that it had when it came in.
// The zero Session may do nothing.
type Session struct {
	Member    Member
	KeyID     int64     // 0 for administration on a data folder
	KeyUntil  time.Time // when that key ends; zero: it doesn't by itself
	Person    int64     // who acts, of package person; 0 for a machine
	Role      Role      // what that person may do; a machine may what its member may
	FeedOnly  bool      // a feed key: reads feeds, nothing else
	Exchange  bool      // the exchange itself (expiry rounds)
	Seconded  bool      // a second person approved what it does now (package approval)
	Rights    int64     // of the head row when the rights were read
	Audiences []Audience
	Groups    []Group
	// Still tells, within the transaction of an act, whether the person may still
	// act; nil for a machine, whose key is looked at again by Recheck itself.
	Still func(ctx context.Context, q store.Querier) error
}

// CanRead tells whether the session's member may see an audience. It is the one
// check for every way out.
func (s Session) CanRead(a Audience) bool {
	return !s.Member.Removed && slices.Contains(s.Audiences, a)
}

// Group gives the sharing group of that name; fault.NotFound when there is none
// or the member isn't in it (the two look alike).
func (s Session) Group(name string) (Group, error) {
	want := fold(name)
	for _, g := range s.Groups {
		if want != "" && fold(g.Name) == want && s.CanRead(g.Audience) {
			return g, nil
		}
	}
	return Group{}, fault.New(fault.NotFound, "there is no such sharing group, or you are not in it")
}

// Alone tells whether one person acts by themself. The rule of two is for people:
// machines and whoever has the data folder answer for themselves (docs/decisions.md).
func (s Session) Alone() bool { return s.Person != 0 && !s.Seconded && !s.Exchange }

// Trust is a receiver's word on a source.
type Trust string

// What a source may do at a receiver. Members of one node begin with TrustBlock; what comes from outside with TrustAlert.
const (
	TrustBlock Trust = "block"
	TrustAlert Trust = "alert"
	TrustNone  Trust = "none"
)

// NewMember says what a member is added with.
type NewMember struct {
	Name      string // 1 to 100 characters, unlike every other member's
	Role      Role   // "" means RoleMember
	Publisher bool
	Domains   []string // at most 100; each belongs to one member only
	Identity  string   // its own STIX identity, if it has one already; "" makes one
}

// Key is a key without its secret.
type Key struct {
	ID      int64
	Member  string
	Feed    bool
	Created time.Time
	Hint    string    // first characters, to tell keys apart
	Until   time.Time // it was rotated, and ends then; zero: it doesn't end by itself
	Used    time.Time // last, about; zero: not yet, as far as is known
}

// GroupInfo is a group with who is in it.
type GroupInfo struct {
	Group
	Members []string // names, sorted
}
