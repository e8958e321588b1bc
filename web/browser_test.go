package web_test

import (
	"testing"

	"tocsin/apptest"
	"tocsin/browser"
)

// TestFrameInBrowser: the frame by itself, in every width and both schemes.
func TestFrameInBrowser(t *testing.T) {
	b := browser.Start(t)
	n := apptest.Start(t, "Harbor Bank")
	ana := n.Person("Harbor Bank")
	b.Sweep(t, n.URL, []browser.Check{
		{Name: "keys", URL: "/keys", CookieName: "tocsin", Cookie: ana},
		{Name: "missing", URL: "/nothing", CookieName: "tocsin", Cookie: ana, Status: 404},
		{Name: "missing-open", URL: "/nothing", Status: 404},
	})
}
