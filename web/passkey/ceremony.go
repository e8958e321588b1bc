package passkey

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/web/frame"
)

// owner is a person as the library asks for one.
type owner struct {
	person.Person
	handle []byte
	keys   []webauthn.Credential
}

func (o *owner) WebAuthnID() []byte                         { return o.handle }
func (o *owner) WebAuthnName() string                       { return o.Login }
func (o *owner) WebAuthnDisplayName() string                { return o.Name }
func (o *owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// owner reads a person with all their passkeys.
func (d *desk) owner(v *frame.Visit) (*owner, error) {
	ctx, o := v.R.Context(), &owner{Person: v.Visitor.Person}
	var err error
	if o.handle, err = d.people.Handle(ctx, o.ID); err != nil {
		return nil, err
	}
	keys, err := d.people.Passkeys(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		c, err := unpack(k.Data)
		if err != nil {
			return nil, err
		}
		o.keys = append(o.keys, c)
	}
	return o, nil
}

// pack writes what is kept of a passkey: its public key, counter, flags and ways of
// transport. The attestation isn't kept: nothing here acts on it.
func pack(c webauthn.Credential) ([]byte, error) {
	c.Attestation = webauthn.CredentialAttestation{}
	return json.Marshal(c)
}

func unpack(data []byte) (c webauthn.Credential, err error) {
	err = json.Unmarshal(data, &c)
	return c, err
}

type beginning struct {
	Options any `json:"options"`
}

type done struct {
	Done bool `json:"done"`
}

func (d *desk) beginAdd(v *frame.Visit, _ []byte) (any, error) {
	party, origin, err := d.here(v)
	if err != nil {
		return nil, err
	}
	if err := d.fresh(v); err != nil {
		return nil, err
	}
	o, err := d.owner(v)
	if err != nil {
		return nil, err
	}
	if len(o.keys) >= person.MaxPasskeys {
		return nil, fault.New(fault.Refused, "you have %d passkeys, as many as one may; remove one first", len(o.keys))
	}
	var known []protocol.CredentialDescriptor
	for _, k := range o.keys {
		known = append(known, k.Descriptor())
	}
	options, data, err := party.BeginRegistration(o, webauthn.WithExclusions(known))
	if err != nil {
		return nil, err
	}
	d.begin(v, ceremony{what: add, origin: origin, data: *data})
	return beginning{options.Response}, nil
}

func (d *desk) finishAdd(v *frame.Visit, body []byte) (any, error) {
	a, err := parseAnswer(body)
	if err != nil {
		return nil, err
	}
	c, err := d.end(v, add)
	if err != nil {
		return nil, err
	}
	party, err := d.party(c.origin)
	if err != nil {
		return nil, err
	}
	o := &owner{Person: v.Visitor.Person, handle: c.data.UserID}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(a.Credential)
	if err != nil {
		return nil, refused(err)
	}
	key, err := party.CreateCredential(o, c.data, parsed)
	if err != nil {
		return nil, refused(err)
	}
	data, err := pack(*key)
	if err != nil {
		return nil, err
	}
	ctx, who := v.R.Context(), v.Visitor
	return done{true}, d.site.Exchange.Record(ctx, who.Session, audit.FactorChange, "", func() (string, error) {
		return "", d.people.AddPasskey(ctx, who.Person.ID, a.Name, key.ID, data)
	})
}

func (d *desk) beginSignIn(v *frame.Visit, _ []byte) (any, error) {
	party, origin, err := d.here(v)
	if err != nil {
		return nil, err
	}
	options, data, err := party.BeginDiscoverableLogin()
	if err != nil {
		return nil, err
	}
	d.begin(v, ceremony{what: signIn, origin: origin, data: *data})
	return beginning{options.Response}, nil
}

func (d *desk) finishSignIn(v *frame.Visit, body []byte) (any, error) {
	who, err := d.check(v, signIn, body)
	if err != nil {
		return nil, err
	}
	secret, err := d.people.StartSession(v.R.Context(), who.ID, person.ByPasskey, v.R.UserAgent())
	if err != nil {
		return nil, err
	}
	_, err = v.Enter(secret, nil)
	return done{true}, err
}

func (d *desk) beginStepUp(v *frame.Visit, _ []byte) (any, error) {
	party, origin, err := d.here(v)
	if err != nil {
		return nil, err
	}
	o, err := d.owner(v)
	if err != nil {
		return nil, err
	}
	if len(o.keys) == 0 {
		return nil, fault.New(fault.Refused, "you have no passkey here; prove it another way")
	}
	options, data, err := party.BeginLogin(o)
	if err != nil {
		return nil, err
	}
	// The library compares this list with the passkeys that the person has at the
	// end; check reads the one that was used, and that it is theirs.
	data.UserID, data.AllowedCredentialIDs = nil, nil
	d.begin(v, ceremony{what: stepUp, origin: origin, data: *data})
	return beginning{options.Response}, nil
}

func (d *desk) finishStepUp(v *frame.Visit, body []byte) (any, error) {
	if _, err := d.check(v, stepUp, body); err != nil {
		return nil, err
	}
	ctx, who := v.R.Context(), v.Visitor
	return done{true}, d.site.Exchange.Record(ctx, who.Session, audit.StepUp, "", func() (string, error) {
		return "", d.people.Prove(ctx, who.ID, person.ByPasskey)
	})
}

// check ends a ceremony with the proof of a passkey and gives whose it is: for a
// step-up the visitor's, for a sign-in anybody's who is here.
func (d *desk) check(v *frame.Visit, what string, body []byte) (person.Person, error) {
	a, err := parseAnswer(body)
	if err != nil {
		return person.Person{}, err
	}
	c, err := d.end(v, what)
	if err != nil {
		return person.Person{}, err
	}
	party, err := d.party(c.origin)
	if err != nil {
		return person.Person{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(a.Credential)
	if err != nil {
		return person.Person{}, refused(err)
	}
	d.checking.Lock()
	defer d.checking.Unlock()
	o, err := d.byPasskey(v, parsed.RawID)
	if err != nil {
		return person.Person{}, err
	}
	if err = d.verify(v, party, o, c, parsed); err != nil {
		return person.Person{}, d.failed(v, what, o.Person, err)
	}
	return o.Person, nil
}

// failed records that somebody tried a passkey that is known here, and wasn't taken.
func (d *desk) failed(v *frame.Visit, what string, who person.Person, err error) error {
	s, act := v.Visitor.Session, audit.StepUp
	if what == signIn {
		s, act = member.Session{Member: member.Member{ID: who.Member}, Person: who.ID, Role: who.Role}, audit.SignIn
	}
	return errors.Join(err, d.site.Exchange.Note(v.R.Context(), s, act, "", err))
}

// verify checks an answer against the ceremony and the passkey that made it, and
// keeps the passkey's counter.
func (d *desk) verify(v *frame.Visit, party *webauthn.WebAuthn, o *owner, c ceremony, parsed *protocol.ParsedCredentialAssertionData) (err error) {
	if c.what == stepUp && o.ID != v.Visitor.Person.ID {
		return refused(nil)
	}
	if o.keys[0].Authenticator.CloneWarning {
		return errCopied()
	}
	var key *webauthn.Credential
	if c.what == stepUp && len(parsed.Response.UserHandle) == 0 {
		// Who signs is known, so an authenticator may leave it out.
		c.data.UserID = o.handle
		key, err = party.ValidateLogin(o, c.data, parsed)
	} else {
		_, key, err = party.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			if !bytes.Equal(handle, o.handle) {
				return nil, refused(nil)
			}
			return o, nil
		}, c.data, parsed)
	}
	if err != nil {
		return refused(err)
	}
	return d.used(v, o.Person, key)
}

// byPasskey reads the owner of a passkey, with this one alone.
func (d *desk) byPasskey(v *frame.Visit, id []byte) (*owner, error) {
	ctx := v.R.Context()
	who, kept, err := d.people.PasskeyByID(ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.Unauthenticated, "this passkey is not known here, or no longer; sign in another way and add it again")
	}
	if err != nil {
		return nil, err
	}
	handle, err := d.people.Handle(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	key, err := unpack(kept.Data)
	if err != nil {
		return nil, err
	}
	return &owner{who, handle, []webauthn.Credential{key}}, nil
}

// used keeps a passkey's counter. One that went back means that two have the same
// key (WebAuthn level 3 section 6.1.1): which of them is its owner's can't be told,
// so neither is let in any more.
func (d *desk) used(v *frame.Visit, who person.Person, key *webauthn.Credential) error {
	data, err := pack(*key)
	if err != nil {
		return err
	}
	if err := d.people.SavePasskey(v.R.Context(), key.ID, data); err != nil {
		return err
	}
	if key.Authenticator.CloneWarning {
		d.site.Log.WarnContext(v.R.Context(), "the counter of a passkey went back: it is refused from now on", "person", who.ID)
		return errCopied()
	}
	return nil
}

func errCopied() error {
	return fault.New(fault.Refused, "the counter of this passkey went back: somebody may have a copy of it; it is not accepted any more; sign in another way, remove it and tell your operator")
}

// refused says no to an answer without saying which check it failed; the cause is
// for the operator.
func refused(err error) error {
	return fault.Because(err, fault.Unauthenticated, "this passkey's answer was not accepted; nothing was done; try again, or go another way")
}
