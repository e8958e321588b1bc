package oidc

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tocsin/fault"
)

const (
	// patience is how long the provider may take for one answer.
	patience = 10 * time.Second
	// stale is how long what the provider says about itself counts: somebody who would
	// be sent to one that is down since hears so here instead.
	stale = time.Minute
	// retry is how long a provider that was down isn't asked again.
	retry = 5 * time.Second
	// maxAnswer bounds an answer of the provider, in bytes.
	maxAnswer = 1 << 20
)

// provider is what the OpenID provider says about itself, asked for when somebody
// wants to sign in.
type provider struct {
	config   Config
	client   *http.Client
	redirect string

	mu    sync.Mutex
	found *found
	err   error     // instead, when it was down
	asked time.Time // zero: not yet
}

// found is a provider that answered.
type found struct {
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	// saysISS: its answers name their issuer (RFC 9207), so one that doesn't isn't its own.
	saysISS bool
}

func newProvider(c Config, redirect string) *provider {
	return &provider{config: c, redirect: redirect, client: &http.Client{Timeout: patience, Transport: bounded{http.DefaultTransport}, CheckRedirect: stay}}
}

// stay follows no redirect that would send a secret in the clear, and not many.
func stay(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || !safe(r.URL.String()) {
		return fmt.Errorf("the provider redirects to where this program doesn't go")
	}
	return nil
}

// bounded ends answers that are too long.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	a, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		a.Body = http.MaxBytesReader(nil, a.Body, maxAnswer)
	}
	return a, err
}

// context carries the client to the libraries.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// find gives the provider, and asks it first when what is known of it is old.
func (p *provider) find(ctx context.Context) (*found, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	life := stale
	if p.err != nil {
		life = retry
	}
	if p.asked.IsZero() || time.Since(p.asked) >= life {
		p.found, p.err = p.discover(ctx)
		p.asked = time.Now().UTC()
	}
	return p.found, p.err
}

// discover asks the provider (OpenID Connect Discovery 1.0 section 4). Whoever asks
// first and goes away spoils it for nobody.
func (p *provider) discover(ctx context.Context) (*found, error) {
	if !safe(p.config.Issuer) {
		return nil, p.down(fmt.Errorf("the issuer isn't an https address"))
	}
	ctx = context.WithoutCancel(ctx)
	o, err := oidc.NewProvider(p.context(ctx), p.config.Issuer)
	if err != nil {
		return nil, p.down(err)
	}
	var more struct {
		AuthorizationEndpoint string `json:"authorization_endpoint"`
		TokenEndpoint         string `json:"token_endpoint"`
		Keys                  string `json:"jwks_uri"`
		ISS                   bool   `json:"authorization_response_iss_parameter_supported"`
	}
	if err := o.Claims(&more); err != nil {
		return nil, p.down(err)
	}
	for _, address := range []string{more.AuthorizationEndpoint, more.TokenEndpoint, more.Keys} {
		if !safe(address) {
			return nil, p.down(fmt.Errorf("the provider names an endpoint that isn't https"))
		}
	}
	return &found{
		verifier: o.VerifierContext(p.context(ctx), &oidc.Config{ClientID: p.config.ClientID}),
		oauth:    oauth2.Config{ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, Endpoint: o.Endpoint(), RedirectURL: p.redirect, Scopes: []string{oidc.ScopeOpenID}},
		saysISS:  more.ISS,
	}, nil
}

// safe tells whether an address is fit for secrets: https, or this machine's own.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "::1")
}

// down says that the provider can't be used now; the cause is for the operator.
func (p *provider) down(err error) error {
	return fault.Because(err, fault.Unreachable, "%s doesn't answer as it should, so nobody can sign in by it now; nothing was done; try again in a minute, or sign in another way", p.config.Name)
}
