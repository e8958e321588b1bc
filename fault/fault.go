// Package fault is the one kind of error that crosses folders: a kind that a
// shell maps to its wire, a place in the input, and a detail that its reader can
// act on.
//
// An error without a kind is Internal: its text goes to the operator's log and
// never to a client.
//
//	return fault.At(fault.Invalid, "objects[3].id", "the identifier is not TYPE--UUID")
//	defer fault.Wrap(&err, "reading %s", name)
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure it is; each shell has one table from kinds to
// its own codes.
type Kind uint8

// The kinds. Internal is the zero value, so that an error nobody classified is
// treated as our own fault.
const (
	Internal        Kind = iota // a defect or a broken machine: nothing of it leaves
	Invalid                     // the input breaks a rule of its format
	Unsupported                 // a format, type or version that is not read here
	NotAcceptable               // the answer can't be given in a form the client takes
	TooLarge                    // over a stated bound
	Unauthenticated             // no key, or one that is not known
	Forbidden                   // known, but may not do this
	NotFound                    // not there, or its existence is a secret
	Conflict                    // contradicts what is already kept
	Refused                     // a rule says no: the gate, a marking, an order
	Busy                        // too much in work; try again
	Full                        // the disk is full; nothing was kept
	Unreachable                 // another party doesn't answer
	Gone                        // was there, and has been taken back
)

var names = [...]string{"internal", "invalid", "unsupported", "not acceptable", "too large", "unauthenticated",
	"forbidden", "not found", "conflict", "refused", "busy", "full", "unreachable", "gone"}

// String names the kind in lower case, as it stands in JSON answers.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return names[Internal]
}

// Error is a failure with a kind. Detail is written for the one who sent the
// input; it holds no value that may be personal or secret.
type Error struct {
	Kind   Kind
	Place  string // where in the input, such as "objects[3].pattern"; may be empty
	Detail string
	Err    error // cause, for the operator only; may be nil
}

// Error gives place, detail and cause on one line, for the operator.
func (e *Error) Error() string {
	s := e.Public()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Public gives place and detail without the cause: what may leave.
func (e *Error) Public() string {
	if e.Place == "" {
		return e.Detail
	}
	return e.Place + ": " + e.Detail
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind.
func New(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Detail: fmt.Sprintf(format, args...)}
}

// At makes an error that names the place in the input.
func At(k Kind, place, format string, args ...any) error {
	return &Error{Kind: k, Place: place, Detail: fmt.Sprintf(format, args...)}
}

// Because makes an error with a cause that stays with the operator.
func Because(err error, k Kind, format string, args ...any) error {
	return &Error{Kind: k, Detail: fmt.Sprintf(format, args...), Err: err}
}

// Within puts prefix before the place of err when it has a kind, and leaves
// every other error as it is.
func Within(prefix string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	c := *e
	switch {
	case c.Place == "":
		c.Place = prefix
	case c.Place[0] == '[':
		c.Place = prefix + c.Place
	default:
		c.Place = prefix + "." + c.Place
	}
	return &c
}

// KindOf gives the kind of the first Error in the chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Public gives the text of err that may leave: place and detail of the first
// Error in the chain, or a fixed sentence.
func Public(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind != Internal {
		return e.Public()
	}
	return "something went wrong here; nothing was kept; the operator's log says more"
}

// Wrap adds context to *errp when it is not nil; for use with defer.
func Wrap(errp *error, format string, args ...any) {
	if *errp != nil {
		*errp = fmt.Errorf(format+": %w", append(args, *errp)...)
	}
}
