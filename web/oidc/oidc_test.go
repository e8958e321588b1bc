package oidc

import (
	"io"
	"net/http"
	"net/url"
)

// begin begins a login without going to the provider, and gives its state.
func (b *browser) begin() string { return b.asked("/oidc/start").Get("state") }

// asked gives what the provider is asked when somebody starts.
func (b *browser) asked(path string) url.Values {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, b.origin+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	still := *b.Client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a, err := still.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusSeeOther {
		page, _ := io.ReadAll(a.Body)
		b.Fatalf("%s answers %d: %s", path, a.StatusCode, page)
	}
	to, err := a.Location()
	if err != nil {
		b.Fatal(err)
	}
	return to.Query()
}
