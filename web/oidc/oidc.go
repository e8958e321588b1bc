// Package oidc lets people sign in by their organisation's OpenID provider: the code
// flow of OpenID Connect Core 1.0 with PKCE (RFC 7636, S256), a state, a nonce, and
// the issuer's name in the answer (RFC 9207).
//
//	routes := oidc.Routes(site, config)
//
// A page leads to /oidc/start?for=sign-in, link or step-up, with next for where to go
// then; the provider sends people back to /oidc/callback, which is what its operator
// registers: ORIGIN/oidc/callback.
//
// The provider says who somebody is, never that they may come in: only an identity
// that a person here connected to their account (for=link, in a session that an
// invitation opened) signs in. For a step-up the provider has to ask again, whatever
// it remembers. It is asked about itself when the first person needs it, so one that
// is down stops nobody else.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/person"
	"tocsin/web/frame"
	"tocsin/web/pending"
)

// What a login is for.
const (
	signIn = "sign-in"
	link   = "link"
	stepUp = "step-up"
)

const (
	// skew is how far the provider's clock may be behind, when it says when it asked.
	skew = time.Minute
	// maxNext bounds the address to go to afterwards, in bytes.
	maxNext = 2000
)

// Config names the provider. The zero value is none.
type Config struct {
	Issuer       string // https, or http on the loopback
	ClientID     string
	ClientSecret string
	Name         string // on the button; "" for the issuer's host
	ACR          string // the authentication context that every login must have, such as phr; "" for any
}

// Provider is the provider's name as pages show it; "" when there is none.
func (c Config) Provider() string {
	if c.Issuer == "" || c.Name != "" {
		return c.Name
	}
	if u, err := url.Parse(c.Issuer); err == nil && u.Host != "" {
		return u.Host
	}
	return c.Issuer
}

// desk serves the two addresses.
type desk struct {
	site     *frame.Site
	people   *person.People
	provider *provider
	pending  *pending.Set[login]
	acr      string
}

// Routes gives the addresses; none without a provider, or without the site's Origin,
// to which it sends people back.
func Routes(s *frame.Site, c Config) []frame.Route {
	if c.Issuer == "" || s.Origin == "" {
		return nil
	}
	d := newDesk(s, c)
	return []frame.Route{
		{Pattern: "GET /oidc/start", Open: true, Serve: d.start},
		{Pattern: "GET /oidc/callback", Open: true, Serve: d.callback},
	}
}

func newDesk(s *frame.Site, c Config) *desk {
	c.Name = c.Provider()
	return &desk{site: s, people: s.People, provider: newProvider(c, s.Origin+"/oidc/callback"), pending: pending.New[login](loginLife, maxLogins), acr: c.ACR}
}

// start sends somebody to the provider.
func (d *desk) start(v *frame.Visit) error {
	q := v.R.URL.Query()
	l := login{what: q.Get("for"), next: q.Get("next"), state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	switch l.what {
	case signIn, "":
		l.what = signIn
	case link, stepUp:
		if !v.In() {
			return v.Go("/sign-in?next=" + url.QueryEscape("/account"))
		}
		l.session = v.Visitor.ID
	default:
		return fault.At(fault.Invalid, "for", "this is sign-in, link or step-up")
	}
	if len(l.next) > maxNext || l.next == "" {
		l.next = "/"
	}
	if l.what == link {
		if err := d.mayLink(v); err != nil {
			return err
		}
		to, err := d.fresh(v)
		if err != nil {
			return err
		}
		if to != "" {
			return v.Go(to)
		}
	}
	p, err := d.provider.find(v.R.Context())
	if err != nil {
		return d.note(v, err)
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(l.nonce), oauth2.S256ChallengeOption(l.verifier)}
	if l.what == stepUp {
		options = append(options, oauth2.SetAuthURLParam("max_age", "0"), oauth2.SetAuthURLParam("prompt", "login"))
	}
	if d.acr != "" {
		options = append(options, oauth2.SetAuthURLParam("acr_values", d.acr))
	}
	l.began = time.Now().UTC()
	d.cookie(v, d.pending.Put(l), int(loginLife/time.Second))
	http.Redirect(v.W, v.R, p.oauth.AuthCodeURL(l.state, options...), http.StatusSeeOther)
	return nil
}

// mayLink refuses a link that another site's page began: with somebody else's login
// at the provider it would let them in here.
func (d *desk) mayLink(v *frame.Visit) error {
	site := v.R.Header.Get("Sec-Fetch-Site")
	if site == "" { // an old browser
		if u, err := url.Parse(v.R.Referer()); err == nil && u.Host != "" && u.Host == v.R.Host {
			return nil
		}
	}
	if site != "same-origin" {
		return fault.New(fault.Forbidden, "connecting an account begins on your account page here; nothing was done")
	}
	return nil
}

// fresh asks for a recent proof before another way in is set up; the first one is
// set up without, in the session that a link opened. It gives where to prove.
func (d *desk) fresh(v *frame.Visit) (to string, err error) {
	if v.Visitor.Recent(time.Now().UTC()) {
		return "", nil
	}
	f, err := d.people.Factors(v.R.Context(), v.Visitor.Person.ID)
	if err != nil || f.None() {
		return "", err
	}
	// Not to this address: a browser's policy lets no form lead to the provider.
	return "/step-up?next=" + url.QueryEscape("/account"), nil
}

// callback takes what the provider sent somebody back with.
func (d *desk) callback(v *frame.Visit) error {
	q := v.R.URL.Query()
	l, err := d.end(v, q.Get("state"))
	if err != nil {
		return err
	}
	p, err := d.provider.find(v.R.Context())
	if err != nil {
		return d.note(v, err)
	}
	issuer := d.provider.config.Issuer
	if got := q.Get("iss"); got != issuer && (got != "" || p.saysISS) {
		return d.refuse(v, "the answer names another issuer")
	}
	if code := q.Get("error"); code != "" {
		if code == "access_denied" {
			return fault.New(fault.Unauthenticated, "you left the sign-in at %s; nothing was done", d.provider.config.Name)
		}
		return d.refuse(v, "it answers "+cut(code))
	}
	claims, err := d.claims(v.R.Context(), p, l, q.Get("code"))
	if err != nil {
		return d.note(v, err)
	}
	return d.finish(v, l, issuer, claims)
}

// claims are what an ID token says, beyond what the library checks.
type claims struct {
	Subject  string   `json:"sub"`
	Nonce    string   `json:"nonce"`
	Party    string   `json:"azp"`
	ACR      string   `json:"acr"`
	AuthTime *float64 `json:"auth_time"`
}

// claims fetches the ID token for a code and checks it (OpenID Connect Core 1.0
// section 3.1.3.7): the library its signature, issuer, audience and times.
func (d *desk) claims(ctx context.Context, p *found, l login, code string) (c claims, err error) {
	ctx, cancel := context.WithTimeout(d.provider.context(ctx), patience)
	defer cancel()
	token, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(l.verifier))
	if err != nil {
		if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.ErrorCode != "" {
			return c, d.refusal("it answers " + cut(e.ErrorCode)) // the rest of the error might hold more than we'd log
		}
		return c, d.provider.down(errors.New("it doesn't answer for tokens"))
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return c, d.refusal("its token is not valid here")
	}
	if err := id.Claims(&c); err != nil {
		return c, d.refusal("its token has claims of another kind")
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(l.nonce)) != 1:
		return c, d.refusal("its token is for another login: the nonce")
	case (c.Party != "" || len(id.Audience) > 1) && c.Party != p.oauth.ClientID:
		return c, d.refusal("its token is for another program: azp")
	case d.acr != "" && c.ACR != d.acr:
		return c, d.refusal("its token lacks the required acr")
	case l.what == stepUp && (c.AuthTime == nil || time.Unix(int64(*c.AuthTime), 0).Before(l.began.Add(-skew))):
		return c, d.refusal("it didn't ask again: auth_time")
	}
	return c, nil
}

// finish does what the login was begun for.
func (d *desk) finish(v *frame.Visit, l login, issuer string, c claims) error {
	ctx := v.R.Context()
	if l.what == link {
		if err := d.site.Exchange.Record(ctx, v.Visitor.Session, audit.FactorChange, "", func() (string, error) {
			return "", d.people.LinkIdentity(ctx, v.Visitor.Person.ID, issuer, c.Subject)
		}); err != nil {
			return err
		}
		return v.Go(l.next)
	}
	who, err := d.people.ByIdentity(ctx, issuer, c.Subject)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if l.what == stepUp {
		if fault.KindOf(err) == fault.NotFound || who.ID != v.Visitor.Person.ID {
			err = fault.New(fault.Forbidden, "that is not your account at %s, or you haven't connected it here; nothing was done", d.provider.config.Name)
			return errors.Join(err, d.site.Exchange.Note(ctx, v.Visitor.Session, audit.StepUp, "", err))
		}
		if err := d.site.Exchange.Record(ctx, v.Visitor.Session, audit.StepUp, "", func() (string, error) {
			return "", d.people.Prove(ctx, v.Visitor.ID, person.ByOIDC)
		}); err != nil {
			return err
		}
		return v.Go(l.next)
	}
	if err != nil {
		err = fault.New(fault.Forbidden, "%s says who you are, but nobody here has connected that account; nothing was done; ask your operator for an invitation, sign in with it, and connect the account on your account page", d.provider.config.Name)
		return errors.Join(err, d.site.Exchange.Note(ctx, member.Session{}, audit.SignIn, "", err))
	}
	secret, err := d.people.StartSession(ctx, who.ID, person.ByOIDC, v.R.UserAgent())
	if err != nil {
		return err
	}
	if _, err := v.Enter(secret, nil); err != nil {
		return err
	}
	return v.Go(l.next)
}

// refusal says no without saying which check failed; why is for the operator.
func (d *desk) refusal(why string) error {
	return fault.Because(errors.New(why), fault.Unauthenticated, "the answer of %s was not accepted; nothing was done; begin again", d.provider.config.Name)
}

func (d *desk) refuse(v *frame.Visit, why string) error { return d.note(v, d.refusal(why)) }

// note tells the operator why a login failed: no token, code or name is in it.
func (d *desk) note(v *frame.Visit, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Err != nil {
		d.site.Log.WarnContext(v.R.Context(), "a login by the OpenID provider failed", "err", e.Err)
	}
	return err
}

// cut keeps of an error code what the codes of RFC 6749 are made of.
func cut(code string) string {
	keep := func(r rune) rune {
		if r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}
	return strings.Map(keep, code[:min(len(code), 60)])
}
