package frame

import (
	"errors"
	"fmt"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
)

// Enter lets a visitor in whose session was opened just now, in whatever way: it
// records the sign-in, ends the session that the browser had, which nobody could end
// any more, and gives the browser the secret of the new one. What else is to be
// recorded before the browser gets it is done by also, which may be nil. What can't
// be recorded isn't done: the new session ends.
func (v *Visit) Enter(secret string, also func(member.Session) error) (person.Visitor, error) {
	ctx := v.R.Context()
	now, err := v.site.People.Authenticate(ctx, secret)
	if err != nil {
		return now, err
	}
	err = v.site.Exchange.Note(ctx, now.Session, audit.SignIn, "", nil)
	if err == nil && also != nil {
		err = also(now.Session)
	}
	if err != nil {
		return now, errors.Join(err, v.site.People.End(ctx, now.Person.ID, now.ID))
	}
	if err := v.Leave(audit.SessionEnd); err != nil {
		return now, err
	}
	v.signIn(secret)
	return now, nil
}

// Leave ends the session that the request came with, if there is one, as an act.
func (v *Visit) Leave(act audit.Act) error {
	if !v.In() {
		return nil
	}
	ctx := v.R.Context()
	err := v.site.Exchange.Record(ctx, v.Visitor.Session, act, fmt.Sprint("session ", v.Visitor.ID), func() (string, error) {
		return "", v.site.People.End(ctx, v.Visitor.Person.ID, v.Visitor.ID)
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil // it ended already
	}
	return err
}
