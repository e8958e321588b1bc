package apptest

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"tocsin/apptest/core"
	"tocsin/member"
	"tocsin/person"
)

// Person signs somebody of a member in, and gives the secret of the session, which
// a browser holds as the cookie "tocsin". The first person of a member has the
// widest role that it allows.
func (n *Node) Person(memberName string) string {
	n.Helper()
	return core.SignIn(n, n.App.Node().People, memberName)
}

// PersonAs signs somebody of the operator's member in who has a narrower role.
func (n *Node) PersonAs(role member.Role) string {
	n.Helper()
	people := n.App.Node().People
	v, err := people.Authenticate(n.Context(), n.Person(Operator))
	if err != nil {
		n.Fatal(err)
	}
	_, token, err := people.Invite(n.Context(), v.Session, person.NewPerson{Member: Operator, Login: "bo-" + string(role), Name: "Bo", Role: role})
	if err != nil {
		n.Fatal(err)
	}
	secret, err := people.TakeLink(n.Context(), token, "Bo", "a test")
	if err != nil {
		n.Fatal(err)
	}
	return secret
}

// Page asks for a page as a browser with a session's secret does, or as nobody for
// "", and gives the code, the headers and the page. A form that isn't nil is posted.
func (n *Node) Page(secret, path string, form url.Values, headers ...string) (code int, header http.Header, page string) {
	n.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(n.Context(), method, n.URL+path, strings.NewReader(body))
	if err != nil {
		n.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", n.URL)
	}
	if secret != "" {
		r.AddCookie(&http.Cookie{Name: "tocsin", Value: secret})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := http.DefaultTransport.RoundTrip(r) // redirects are answers of their own
	if err != nil {
		n.Fatalf("%s %s: %v", method, path, err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		n.Fatalf("%s %s: %v", method, path, err)
	}
	return a.StatusCode, a.Header, string(b)
}
