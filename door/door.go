// Package door is what every HTTP shell does before its own work: it finds the
// key that a request carries, bounds and unpacks its body, and turns a fault into
// a status code and an answer without anything internal in it.
//
//	d := door.New(x.Members(), log)
//	s, err := d.Session(r)          // any key but a feed key
//	body, err := door.Body(w, r, limit)
//	d.Problem(w, r, err)            // RFC 9457
package door

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"tocsin/fault"
	"tocsin/member"
)

// Authenticator finds the session of a key; *member.Registry is one.
type Authenticator interface {
	Authenticate(ctx context.Context, key string) (member.Session, error)
}

// Door is safe for concurrent use.
type Door struct {
	keys Authenticator
	log  *slog.Logger
}

// New makes a door. What must not leave, internal errors, goes to log.
func New(keys Authenticator, log *slog.Logger) *Door { return &Door{keys: keys, log: log} }

// Key gives the key that a request carries, in one of the forms that the field's
// clients send (contract, "Keys and doors"): Authorization as Bearer KEY, as
// Basic with any user name and KEY as password, or KEY bare; else X-Api-Key. ""
// when there is none. More than one of a header is as good as none: proxies
// disagree on which one counts.
func Key(r *http.Request) string {
	if v := r.Header.Values("Authorization"); len(v) > 0 {
		if len(v) > 1 {
			return ""
		}
		if _, password, ok := r.BasicAuth(); ok {
			return password
		}
		scheme, rest, two := strings.Cut(strings.TrimSpace(v[0]), " ")
		switch {
		case !two:
			return scheme
		case strings.EqualFold(scheme, "Bearer"):
			return strings.TrimSpace(rest)
		}
		return ""
	}
	if v := r.Header.Values("X-Api-Key"); len(v) == 1 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

// Session finds who makes a request, for every door but feeds:
// fault.Unauthenticated without a key that is known, fault.Forbidden with a feed
// key.
func (d *Door) Session(r *http.Request) (member.Session, error) {
	s, err := d.Any(r)
	if err == nil && s.FeedOnly {
		return member.Session{}, fault.New(fault.Forbidden, "a feed key only reads feeds; use a member's key here")
	}
	return s, err
}

// Any finds who makes a request, a feed key included: for feeds.
func (d *Door) Any(r *http.Request) (member.Session, error) {
	key := Key(r)
	if key == "" {
		return member.Session{}, fault.New(fault.Unauthenticated, "send a key: Authorization: Bearer KEY")
	}
	return d.keys.Authenticate(r.Context(), key)
}

// InPath finds the session of a key that stood in the path of an address. Only a
// feed key may: paths end up in logs and histories.
func (d *Door) InPath(ctx context.Context, key string) (member.Session, error) {
	s, err := d.keys.Authenticate(ctx, key)
	if err == nil && !s.FeedOnly {
		return member.Session{}, fault.New(fault.Forbidden, "only a feed key may stand in an address; this key has been in a path now and should be replaced")
	}
	return s, err
}
