package passkey

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/fault"
	"tocsin/web/frame"
)

// origin gives where passkeys are bound for a request: the configured origin, or
// localhost at whatever port it is asked at. Browsers make no passkeys for an
// address without a name (WebAuthn level 3 section 5.1.3: the effective domain is a
// domain), and a name that nobody configured could be anybody's.
func (d *desk) origin(r *http.Request) (string, error) {
	if o := d.site.Origin; o != "" {
		if from := r.Header.Get("Origin"); from != "" && !strings.EqualFold(from, o) {
			return "", fault.New(fault.Refused, "passkeys belong to %s: open the page there; nothing was done", o)
		}
		return o, nil
	}
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host, port = r.Host, ""
	}
	scheme := "http"
	if d.site.Secure {
		scheme = "https"
	}
	here := scheme + "://localhost"
	if port != "" {
		here += ":" + port
	}
	if strings.EqualFold(host, "localhost") {
		return here, nil
	}
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if ip.IsLoopback() {
			return "", fault.New(fault.Refused, "a passkey needs a name, and this page was opened by an IP address: open it as %s; nothing was done", here)
		}
		return "", fault.New(fault.Refused, "a passkey needs a name, and this page was opened by an IP address: open it by its name, which its operator sets as site.origin; nothing was done")
	}
	return "", fault.New(fault.Refused, "passkeys are not set up here: the operator sets site.origin to the address of these pages; nothing was done")
}

// party is the relying party of an origin.
func (d *desk) party(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, err
	}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: d.site.Name, RPOrigins: []string{origin},
		// What made the key says nothing that we'd act on, and tells people apart.
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: new(true), ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{
			Login: webauthn.TimeoutConfig{Timeout: ceremonyLife}, Registration: webauthn.TimeoutConfig{Timeout: ceremonyLife},
		},
	})
}

// here gives the relying party of a request and its origin.
func (d *desk) here(v *frame.Visit) (*webauthn.WebAuthn, string, error) {
	origin, err := d.origin(v.R)
	if err != nil {
		return nil, "", err
	}
	w, err := d.party(origin)
	return w, origin, err
}
