package app

import (
	"bytes"
	"errors"
	"net/url"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/fault"
)

// Site is what the pages say about the exchange and how its people may sign in:
// the file of `serve --site`. The zero value works: pages call it Tocsin,
// passkeys are possible at http://localhost only, and nobody signs in by OpenID.
//
//	[site]
//	name = "Northwater Exchange"
//	origin = "https://exchange.example"     # where people reach it: binds passkeys and links
//	contact = "privacy@exchange.example"    # on the privacy notice
//	responsible = "Northwater Exchange e.V., 1 Quay, Northwater"
//
//	[oidc]
//	issuer = "https://login.example"
//	client_id = "tocsin"
//	client_secret_file = "/etc/tocsin/oidc-secret"
//	name = "Northwater login"
type Site struct {
	Name        string `toml:"name"`
	Origin      string `toml:"origin"`
	Contact     string `toml:"contact"`
	Responsible string `toml:"responsible"`
	OIDC        OIDC   `toml:"-"`
}

// OIDC names the OpenID provider by which people may sign in; no Issuer, none.
type OIDC struct {
	Issuer       string `toml:"issuer"`
	ClientID     string `toml:"client_id"`
	SecretFile   string `toml:"client_secret_file"`
	Name         string `toml:"name"` // on the button
	ClientSecret string `toml:"-"`    // what the file holds
}

// ReadSite reads the file of --site. A setting that this program doesn't know is
// refused: a misspelt one must not silently do nothing.
func ReadSite(file string) (Site, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return Site{}, fault.Because(err, fault.Invalid, "the file of --site can't be read")
	}
	s, err := parseSite(b)
	if err != nil || s.OIDC.Issuer == "" {
		return s, err
	}
	secret, err := os.ReadFile(s.OIDC.SecretFile)
	if err != nil {
		return Site{}, fault.Because(err, fault.Invalid, "oidc.client_secret_file can't be read")
	}
	s.OIDC.ClientSecret = strings.TrimSpace(string(secret))
	return s, nil
}

func parseSite(b []byte) (Site, error) {
	var f struct {
		Site Site `toml:"site"`
		OIDC OIDC `toml:"oidc"`
	}
	d := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
			return Site{}, fault.New(fault.Invalid, "there is no setting %s in the file of --site", strings.Join(strict.Errors[0].Key(), "."))
		}
		if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ := bad.Position()
			return Site{}, fault.New(fault.Invalid, "line %d of the file of --site is not TOML, or not of the kind that its setting takes", line)
		}
		return Site{}, fault.New(fault.Invalid, "the file of --site is not TOML")
	}
	s := f.Site
	s.OIDC = f.OIDC
	if s.Origin != "" {
		u, err := url.Parse(s.Origin)
		if err != nil || u.Scheme != "https" && u.Hostname() != "localhost" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
			return Site{}, fault.New(fault.Invalid, "site.origin is https://HOST or https://HOST:PORT, nothing more")
		}
	}
	if o := s.OIDC; o != (OIDC{}) {
		if o.Issuer == "" || o.ClientID == "" || o.SecretFile == "" || s.Origin == "" {
			return Site{}, fault.New(fault.Invalid, "oidc needs issuer, client_id and client_secret_file, and site.origin, to which the provider sends people back")
		}
	}
	return s, nil
}
