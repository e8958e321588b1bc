// Package member is who may do what: members, their keys, sharing groups, the
// audiences that follow from TLP 2.0 and groups, consent to be named, pseudonyms.
package member

import (
	"context"
	"time"

	"tocsin/stix"
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

// Member is a company, a centre, or the operator's own office.
type Member struct {
	ID        ID
	Name      string
	Role      Role
	Identity  string   // STIX identity id under which it is known when it is named
	Domains   []string // its registered domains, lower case
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
type Session struct {
	Member    Member
	KeyID     int64
	FeedOnly  bool  // a feed key: reads feeds, nothing else
	Exchange  bool  // the exchange itself (expiry rounds)
	Rights    int64 // of the head row when the rights were read
	Audiences []Audience
	Groups    []Group
}

// CanRead tells whether the session's member may see an audience.
func (s Session) CanRead(a Audience) bool { panic("stub") }

// Group gives the sharing group of that name; fault.NotFound when there is none or the member isn't in it (the two look alike).
func (s Session) Group(name string) (Group, error) { panic("stub") }

// Target is where a report is asked to go.
type Target struct {
	Audience Audience // collection that it was posted to (TAXII); 0 for by marking
	Default  stix.TLP // for what carries no marking; TLPNone means Green
	Group    string   // sharing group; "" for the community
}

// Allow decides the one audience of an object from its TLP levels, its other marking ids, and the target.
func Allow(s Session, levels []stix.TLP, others []string, t Target) (Audience, error) { panic("stub") }

// CollectionName names the audience as the contract does: clear, default, amber, amber-strict, or the group's name.
func CollectionName(s Session, a Audience) string { panic("stub") }

// Migrate brings the tables up to date.
func Migrate(ctx context.Context, db *store.DB) error { panic("stub") }

// Registry is the register of members of one log.
type Registry struct{}

// New makes the registry; mac gives keyed hashes (ledger.Keys.MAC).
func New(db *store.DB, logID int64, mac func(purpose string, parts ...[]byte) [32]byte) *Registry {
	panic("stub")
}

// Authenticate finds the session of a key; fault.Unauthenticated when it is unknown or removed.
func (r *Registry) Authenticate(ctx context.Context, key string) (Session, error) { panic("stub") }

// Session makes the session of a member by name, for administration on a data folder.
func (r *Registry) Session(ctx context.Context, name string) (Session, error) { panic("stub") }

// Recheck reads the rights anew within the transaction; an error when the session may no longer do what it could.
func (r *Registry) Recheck(ctx context.Context, tx *store.Tx, s Session) error { panic("stub") }

// Pseudonym gives identity id and name under which a member's objects appear to an audience: its own if it is named, else
// the same pseudonym for the same member within one group (the community is one).
func (r *Registry) Pseudonym(m Member, a Audience) (id, name string) { panic("stub") }

// OwnIdentity tells whether an identity object is the member's own: the registered id, or one that bears its registered name or domain.
func (r *Registry) OwnIdentity(m Member, id, name, contact string) bool { panic("stub") }

// NewMember says what a member is added with.
type NewMember struct {
	Name      string
	Role      Role // "" means RoleMember
	Publisher bool
	Domains   []string
}

// AddMember adds a member and gives it; fault.Conflict when the name is taken.
func (r *Registry) AddMember(ctx context.Context, n NewMember) (Member, error) { panic("stub") }

// Members lists all that were not removed, by id.
func (r *Registry) Members(ctx context.Context) ([]Member, error) { panic("stub") }

// RemoveMember ends a member's keys and group memberships; what it shared stays.
func (r *Registry) RemoveMember(ctx context.Context, name string) error { panic("stub") }

// SetNamed records a member's consent to be named, or its end.
func (r *Registry) SetNamed(ctx context.Context, name string, named bool) error { panic("stub") }

// Key is a key without its secret.
type Key struct {
	ID      int64
	Member  string
	Feed    bool
	Created time.Time
	Hint    string // first characters, to tell keys apart
}

// AddKey makes a key and shows it this once.
func (r *Registry) AddKey(ctx context.Context, memberName string, feed bool) (secret string, k Key, err error) {
	panic("stub")
}

// Keys lists keys that were not removed; memberName "" for all.
func (r *Registry) Keys(ctx context.Context, memberName string) ([]Key, error) { panic("stub") }

// RemoveKey ends a key.
func (r *Registry) RemoveKey(ctx context.Context, id int64) error { panic("stub") }

// AddGroup makes a sharing group of members.
func (r *Registry) AddGroup(ctx context.Context, name string, members []string) (Group, error) {
	panic("stub")
}

// AddToGroup and RemoveFromGroup change who is in it.
func (r *Registry) AddToGroup(ctx context.Context, group, memberName string) error { panic("stub") }

// RemoveFromGroup takes a member out of a group.
func (r *Registry) RemoveFromGroup(ctx context.Context, group, memberName string) error {
	panic("stub")
}

// GroupInfo is a group with who is in it.
type GroupInfo struct {
	Group
	Members []string
}

// Groups lists the sharing groups.
func (r *Registry) Groups(ctx context.Context) ([]GroupInfo, error) { panic("stub") }

// RemoveGroup closes a group: nobody reads or writes its audience any more.
func (r *Registry) RemoveGroup(ctx context.Context, name string) error { panic("stub") }

// SetTrust says what a receiver lets a source do at its defences: block, alert or nothing.
func (r *Registry) SetTrust(ctx context.Context, receiver, source string, t Trust) error {
	panic("stub")
}

// Trust is a receiver's word on a source.
type Trust string

// What a source may do at a receiver. Members of one node begin with TrustBlock; what comes from outside with TrustAlert.
const (
	TrustBlock Trust = "block"
	TrustAlert Trust = "alert"
	TrustNone  Trust = "none"
)

// Distrusted gives, sorted, the members that a receiver does not let block.
func (r *Registry) Distrusted(ctx context.Context, q store.Querier, receiver ID) ([]ID, error) {
	panic("stub")
}
