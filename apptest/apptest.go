// Package apptest is the whole product in a test: a node on a free port of the
// loopback, with companies and their keys.
//
//	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
//	code, body := n.Do("Harbor Bank", "POST", "/api/v1/reports", report)
package apptest

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/app"
	"tocsin/member"
)

// Operator is the name of the operator's member, and of its key.
const Operator = app.OperatorName

// Node is a node that runs until the test ends.
type Node struct {
	testing.TB
	App  *app.App
	URL  string
	Keys map[string]string // by member
}

// Start starts a node over a fresh store with these companies.
func Start(t testing.TB, members ...string) *Node {
	t.Helper()
	return StartSite(t, app.Site{}, members...)
}

// StartSite is Start with the settings of a file of `serve --site`.
func StartSite(t testing.TB, site app.Site, members ...string) *Node {
	t.Helper()
	dir := t.TempDir()
	a, err := app.New(t.Context(), app.Config{Data: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", Site: site, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(); err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := &Node{TB: t, App: a, URL: a.URL(), Keys: map[string]string{}}
	n.AddKey(Operator, false)
	for _, name := range members {
		n.Add(member.NewMember{Name: name})
	}
	return n
}

// Add adds a member and its key.
func (n *Node) Add(m member.NewMember) {
	n.Helper()
	if _, err := n.App.Node().Exchange.Members().AddMember(n.Context(), m); err != nil {
		n.Fatal(err)
	}
	n.AddKey(m.Name, false)
}

// AddKey makes a key of a member; a feed key is kept as "NAME feed".
func (n *Node) AddKey(name string, feed bool) {
	n.Helper()
	secret, _, err := n.App.Node().Exchange.Members().AddKey(n.Context(), name, feed)
	if err != nil {
		n.Fatal(err)
	}
	if feed {
		name += " feed"
	}
	n.Keys[name] = secret
}

// Do makes a request as a member, or as nobody for "". Further arguments are
// headers: name, value.
func (n *Node) Do(as, method, path, body string, headers ...string) (code int, answer string) {
	n.Helper()
	r, err := http.NewRequestWithContext(n.Context(), method, n.URL+path, strings.NewReader(body))
	if err != nil {
		n.Fatal(err)
	}
	if as != "" {
		if n.Keys[as] == "" {
			n.Fatalf("%s has no key", as)
		}
		r.Header.Set("Authorization", "Bearer "+n.Keys[as])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		n.Fatalf("%s %s: %v", method, path, err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		n.Fatalf("%s %s: %v", method, path, err)
	}
	return a.StatusCode, string(b)
}

// Want makes a request that must be answered with a code, and gives the answer.
func (n *Node) Want(code int, as, method, path, body string, headers ...string) string {
	n.Helper()
	got, answer := n.Do(as, method, path, body, headers...)
	if got != code {
		n.Errorf("%s %s as %q: %d %s; want %d", method, path, as, got, answer, code)
	}
	return answer
}

// Indicator is the JSON of a STIX indicator on a domain; id is 1 to 12 hexadecimal digits.
func Indicator(id, domain string) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-%012s","created":"2026-11-01T08:00:00.000Z","modified":"2026-11-01T08:00:00.000Z",`+
		`"pattern":"[domain-name:value = '%s']","pattern_type":"stix","valid_from":"2026-11-01T08:00:00Z"}`, id, domain)
}

// Bundle is the JSON of a STIX bundle.
func Bundle(objects ...string) string {
	return `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[` + strings.Join(objects, ",") + `]}`
}
