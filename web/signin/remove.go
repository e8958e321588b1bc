package signin

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"time"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/person"
	"tocsin/web/frame"
)

// removal is a way to sign in that somebody wants to remove, as the page asks about it.
type removal struct {
	What   string // passkey, identity or password
	Name   string // of the passkey, or who keeps the identity
	Fields [][2]string
	Last   bool // nothing else lets this person in
	Others int  // other open sessions, that the page offers to end
	Until  time.Time

	do func() error
}

// sureOfLast is what the page answers with that said it is the last way: somebody
// who agreed to less is asked again.
const sureOfLast = "last"

// remove asks whether to remove a way, on a page of its own; then does it.
func (d *desk) remove(v *frame.Visit, f url.Values, r removal) error {
	ctx, who := v.R.Context(), v.Visitor
	had, err := d.people.Factors(ctx, who.Person.ID)
	if err != nil {
		return err
	}
	r.Last, r.Until = lastWay(had), who.Until
	if sure := f.Get("sure"); sure == "" || r.Last && sure != sureOfLast {
		open, err := d.people.List(ctx, who.Person.ID)
		if err != nil {
			return err
		}
		r.Others = len(open) - 1
		return v.Show(d.p, "remove", d.page(v, "remove.title", r))
	}
	if err := d.record(v, audit.FactorChange, "", r.do); err != nil {
		return err
	}
	d.hint(v, r.Last)
	if f.Get("others") != "" {
		if err := d.endOthers(v); err != nil {
			return err
		}
	}
	return v.Go("/account#ways")
}

// lastWay tells whether a person has one way to sign in.
func lastWay(f person.Factors) bool {
	n := f.Passkeys + f.Identities
	if !f.Password.IsZero() {
		n++
	}
	return n == 1
}

func (d *desk) removePasskey(v *frame.Visit) error {
	f := v.Form()
	ref := f.Get("passkey")
	id, err := base64.RawURLEncoding.DecodeString(ref)
	if err != nil {
		return fault.New(fault.Invalid, "this is no passkey")
	}
	ctx, who := v.R.Context(), v.Visitor.Person.ID
	keys, err := d.people.Passkeys(ctx, who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(keys, func(k person.Passkey) bool { return bytes.Equal(k.ID, id) })
	if i < 0 {
		return fault.New(fault.NotFound, "you have no such passkey, or no longer")
	}
	return d.remove(v, f, removal{What: "passkey", Name: keys[i].Name, Fields: [][2]string{{"passkey", ref}}, do: func() error {
		return d.people.RemovePasskey(ctx, who, id)
	}})
}

func (d *desk) removeIdentity(v *frame.Visit) error {
	f := v.Form()
	ctx, who := v.R.Context(), v.Visitor.Person.ID
	issuer, subject := f.Get("issuer"), f.Get("subject")
	all, err := d.people.Identities(ctx, who)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(i person.Identity) bool { return i.Issuer == issuer && i.Subject == subject }) {
		return fault.New(fault.NotFound, "no such account is connected to yours, or no longer")
	}
	return d.remove(v, f, removal{What: "identity", Name: issuer, Fields: [][2]string{{"issuer", issuer}, {"subject", subject}}, do: func() error {
		return d.people.UnlinkIdentity(ctx, who, issuer, subject)
	}})
}

func (d *desk) removePassword(v *frame.Visit) error {
	f := v.Form()
	ctx, who := v.R.Context(), v.Visitor.Person.ID
	had, err := d.people.Factors(ctx, who)
	if err != nil {
		return err
	}
	if had.Password.IsZero() {
		return fault.New(fault.NotFound, "you have no password here, or no longer")
	}
	return d.remove(v, f, removal{What: "password", do: func() error {
		return d.people.RemovePassword(ctx, who, v.Visitor.ID) // it ends the other sessions
	}})
}
