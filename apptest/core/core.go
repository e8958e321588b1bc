// Package core is what the pages stand on, in a test: the exchange over a fresh store
// and the people who sign in, without the program around them. It serves the tests
// within packages that the program imports; all others use package apptest.
//
//	c := core.Start(t)
//	secret := c.Someone("Harbor Bank")
package core

import (
	"path/filepath"
	"testing"

	"tocsin/exchange"
	"tocsin/ledger"
	"tocsin/member"
	"tocsin/person"
	"tocsin/store/storetest"
)

// Core is an exchange and its people, until the test ends.
type Core struct {
	testing.TB
	Exchange *exchange.Exchange
	People   *person.People
}

// Start makes them over a fresh store.
func Start(t testing.TB) *Core {
	t.Helper()
	ctx, db := t.Context(), storetest.Open(t)
	for _, err := range []error{exchange.Migrate(ctx, db), person.Migrate(ctx, db)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/test")
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(ctx, db, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return &Core{t, x, person.New(db, exchange.LogID, x.Members(), keys)}
}

// Someone adds a member and signs its first person in.
func (c *Core) Someone(name string) (secret string) {
	c.Helper()
	if _, err := c.Exchange.Members().AddMember(c.Context(), member.NewMember{Name: name}); err != nil {
		c.Fatal(err)
	}
	return SignIn(c, c.People, name)
}

// SignIn signs somebody of a member in by a link, and gives the secret of the session.
func SignIn(t testing.TB, people *person.People, name string) (secret string) {
	t.Helper()
	token, err := people.Welcome(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if secret, err = people.TakeLink(t.Context(), token, "Ana of "+name, "a test"); err != nil {
		t.Fatal(err)
	}
	return secret
}
