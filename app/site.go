package app

import (
	"bytes"
	"errors"
	"net/url"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/fault"
	"tocsin/web/oidc"
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
//
//	[review]
//	two_for_names = true    # releasing a passage that names a person takes two reviewers
type Site struct {
	Name, Origin, Contact, Responsible string
	OIDC                               oidc.Config
	TwoForNames                        bool
}

// ReadSite reads the file of --site. A setting that this program doesn't know is
// refused: a misspelt one must not silently do nothing.
func ReadSite(file string) (Site, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return Site{}, fault.Because(err, fault.Invalid, "the file of --site can't be read")
	}
	s, secretFile, err := parseSite(b)
	if err != nil || secretFile == "" {
		return s, err
	}
	secret, err := os.ReadFile(secretFile)
	if err != nil {
		return Site{}, fault.Because(err, fault.Invalid, "oidc.client_secret_file can't be read")
	}
	s.OIDC.ClientSecret = strings.TrimSpace(string(secret))
	return s, nil
}

// siteFile is the form of the file.
type siteFile struct {
	Site struct {
		Name        string `toml:"name"`
		Origin      string `toml:"origin"`
		Contact     string `toml:"contact"`
		Responsible string `toml:"responsible"`
	} `toml:"site"`
	OIDC struct {
		Issuer     string `toml:"issuer"`
		ClientID   string `toml:"client_id"`
		SecretFile string `toml:"client_secret_file"`
		Name       string `toml:"name"`
		ACR        string `toml:"acr"`
	} `toml:"oidc"`
	Review struct {
		TwoForNames bool `toml:"two_for_names"`
	} `toml:"review"`
}

// parseSite reads the file's text, and gives where the provider's secret lies.
func parseSite(b []byte) (s Site, secretFile string, err error) {
	var f siteFile
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&f); err != nil {
		if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
			return s, "", fault.New(fault.Invalid, "there is no setting %s in the file of --site", strings.Join(strict.Errors[0].Key(), "."))
		}
		if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ := bad.Position()
			return s, "", fault.New(fault.Invalid, "line %d of the file of --site is not TOML, or not of the kind that its setting takes", line)
		}
		return s, "", fault.New(fault.Invalid, "the file of --site is not TOML")
	}
	s = Site{Name: f.Site.Name, Origin: f.Site.Origin, Contact: f.Site.Contact, Responsible: f.Site.Responsible, TwoForNames: f.Review.TwoForNames}
	if s.Origin != "" {
		u, err := url.Parse(s.Origin)
		if err != nil || u.Scheme != "https" && u.Hostname() != "localhost" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
			return Site{}, "", fault.New(fault.Invalid, "site.origin is https://HOST or https://HOST:PORT, nothing more")
		}
	}
	o := f.OIDC
	if o == (siteFile{}.OIDC) {
		return s, "", nil
	}
	if o.Issuer == "" || o.ClientID == "" || o.SecretFile == "" || s.Origin == "" {
		return Site{}, "", fault.New(fault.Invalid, "oidc needs issuer, client_id and client_secret_file, and site.origin, to which the provider sends people back")
	}
	s.OIDC = oidc.Config{Issuer: o.Issuer, ClientID: o.ClientID, Name: o.Name, ACR: o.ACR}
	return s, o.SecretFile, nil
}
