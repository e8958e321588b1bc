// Package rights is what a person can ask of the exchange: what is held on me,
// and take it out (GDPR articles 15 and 17). Each idea that keeps personal data
// implements Holder; a test reads the live schema of both engines and fails on a
// table that no Holder claims and no line declares free of personal data.
//
//	for _, h := range holders {
//		items, err := h.Find(ctx, q, []string{"jane.roe@customer.example"})
//		...
//		err = h.Erase(ctx, tx, items[0])
//	}
package rights

import (
	"context"
	"strings"
	"time"
	"unicode"

	"tocsin/fault"
	"tocsin/store"
)

// Item is one thing that is held on a person. It never carries the value itself.
type Item struct {
	Table string    // where it stands
	Ref   string    // what the Holder finds it by again; opaque to everyone else
	What  string    // in plain words, for the person
	Since time.Time // zero when that is not known
}

// Holder is an idea that keeps personal data in tables of its own.
type Holder interface {
	// Tables names the tables that it answers for: all that it says of the person is in them.
	Tables() []string
	// Find gives what it holds on the person with these values (a name, a mailbox, a number), as
	// they were given to the exchange by the person; Check has passed them.
	Find(ctx context.Context, q store.Querier, values []string) ([]Item, error)
	// Erase takes one item out for good: fault.NotFound when it is gone already, fault.Refused, with
	// what to do first, when something else rests on it.
	Erase(ctx context.Context, tx *store.Tx, it Item) error
}

// Bounds of a request: shorter values match half of what is held, and nobody has more names.
const (
	MinValue  = 4 // characters
	MaxValue  = 500
	MaxValues = 20
)

// Check tells whether values can be looked for; fault.Invalid says which can't.
func Check(values []string) error {
	if len(values) == 0 || len(values) > MaxValues {
		return fault.New(fault.Invalid, "give 1 to %d values to look for", MaxValues)
	}
	for i, v := range values {
		if n := len([]rune(Fold(v))); n < MinValue || n > MaxValue {
			return fault.New(fault.Invalid, "value %d has %d characters; %d to %d can be looked for", i+1, n, MinValue, MaxValue)
		}
	}
	return nil
}

// Fold gives the form in which values are compared: lower case, one space
// wherever there is white space, none around.
func Fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), unicode.IsSpace), " ")
}

// Mentions tells whether a text holds one of the values.
func Mentions(text string, values []string) bool {
	text = Fold(text)
	for _, v := range values {
		if v = Fold(v); v != "" && strings.Contains(text, v) {
			return true
		}
	}
	return false
}
