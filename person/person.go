// Package person is the people who sign in: who they are, of which member, in
// which role, how they prove it, and the sessions that they have open.
package person

import (
	"context"
	"time"

	"tocsin/member"
)

// Person is somebody of a member who signs in.
type Person struct {
	ID     int64
	Member member.ID
	Login  string // what one types to sign in, unlike every other person's
	Name   string // as colleagues know them
	Role   member.Role
}

// Visitor is a person with an open session.
type Visitor struct {
	Session member.Session // with Person, Role and Still set
	Person  Person
	ID      int64     // of the open session
	Fresh   time.Time // when they last proved who they are with a factor of their own
	Until   time.Time // when the session ends by itself
}

// People is the register of people of one log. It is safe for concurrent use.
type People struct{}

// Authenticate finds who a session's secret (the cookie) belongs to;
// fault.Unauthenticated when it is unknown, ended or too old.
func (p *People) Authenticate(ctx context.Context, secret string) (Visitor, error) { panic("stub") }
