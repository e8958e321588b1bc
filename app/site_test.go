package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSite(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("not for logs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "tocsin.toml")
	text := "[site]\nname = \"Northwater Exchange\"\norigin = \"https://exchange.example\"\ncontact = \"privacy@exchange.example\"\n" +
		"[oidc]\nissuer = \"https://login.example\"\nclient_id = \"tocsin\"\nname = \"Northwater\"\nclient_secret_file = \"" + filepath.ToSlash(secret) + "\"\n[review]\ntwo_for_names = true\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSite(file)
	if err != nil || s.Name != "Northwater Exchange" || s.OIDC.ClientSecret != "not for logs" || s.OIDC.ClientID != "tocsin" || !s.TwoForNames {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := ReadSite(filepath.Join(dir, "missing")); err == nil {
		t.Error("a file that isn't there was read")
	}
}

func TestSiteRefused(t *testing.T) {
	for text, want := range map[string]string{
		"[site]\nnaem = \"x\"":                               "site.naem",
		"[sites]\nname = \"x\"":                              "sites",
		"[site]\nname = 3":                                   "line 2",
		"[review]\ntwo_for_name = true":                      "review.two_for_name",
		"[review]\ntwo_for_names = \"yes\"":                  "line 2",
		"[site\n":                                            "line 1",
		"[site]\norigin = \"http://exchange.example\"":       "site.origin",
		"[site]\norigin = \"https://exchange.example/path\"": "site.origin",
		"[site]\norigin = \"https://user@exchange.example\"": "site.origin",
		"[oidc]\nissuer = \"https://login.example\"":         "oidc needs",
		"[oidc]\nclient_secret_file = \"x\"":                 "oidc needs",
		"[site]\norigin = \"https://exchange.example?x=1\"":  "site.origin",
	} {
		if s, _, err := parseSite([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want an error about %s", text, s, err, want)
		}
	}
	for _, good := range []string{"", "[site]\n", "[site]\norigin = \"https://exchange.example:8443\"", "[site]\norigin = \"http://localhost:8470\""} {
		if s, _, err := parseSite([]byte(good)); err != nil || s.TwoForNames {
			t.Errorf("%q: %+v, %v", good, s, err)
		}
	}
}

func FuzzSite(f *testing.F) {
	f.Add([]byte("[site]\nname = \"x\"\n[oidc]\nissuer = \"y\""))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, _, err := parseSite(b)
		if err == nil && s.Origin != "" && !strings.HasPrefix(s.Origin, "http") {
			t.Fatalf("%q", s.Origin)
		}
	})
}
