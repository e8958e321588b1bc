package signin_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tocsin/web/signin"
)

// TestRemoveWays: a way is removed by whoever said so on a page that says what it
// means; of the last one the page says that it is the last.
func TestRemoveWays(t *testing.T) {
	s := start(t, signin.Config{Passkeys: "/assets/passkey.js", Provider: "Northwater"}, false)
	b := s.in("Harbor Bank")
	ctx, people := t.Context(), s.people()
	const issuer = "https://login.example/<x>"
	for _, err := range []error{
		people.AddPasskey(ctx, 1, "Phone <of> Ana", []byte{0, 250, 251}, nil),
		people.LinkIdentity(ctx, 1, issuer, "subject&1"),
		people.AddPasskey(ctx, 1, "Key", []byte{1}, nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	phone, key := base64.RawURLEncoding.EncodeToString([]byte{0, 250, 251}), base64.RawURLEncoding.EncodeToString([]byte{1})
	ways := func(want int) {
		t.Helper()
		if f, err := people.Factors(ctx, 1); err != nil || f.Passkeys+f.Identities != want {
			t.Fatalf("%+v are left, %v; want %d", f, err, want)
		}
	}
	b.post(http.StatusBadRequest, "/account/passkey/remove", "passkey", "***", "sure", "yes")
	b.post(http.StatusNotFound, "/account/passkey/remove", "passkey", "AAAA", "sure", "yes")
	b.post(http.StatusNotFound, "/account/identity/remove", "issuer", issuer, "subject", "x", "sure", "yes")
	b.post(http.StatusNotFound, "/account/password/remove", "sure", "yes")

	// Asked first; with no other session there is none to end.
	page := b.post(http.StatusOK, "/account/passkey/remove", "passkey", phone).body
	b.shows(page, "Passkey: Phone &lt;of&gt; Ana", `name="passkey" value="`+phone+`"`, `name="sure" value="yes"`, "Your device may go on offering it")
	if strings.Contains(page, "your last way") || strings.Contains(page, `name="others"`) {
		t.Errorf("one of three ways, in the only session: %s", page)
	}
	ways(3)

	// What it is removed for may have let somebody in: the other sessions end if one says so.
	second := s.in("Harbor Bank")
	b.shows(b.post(http.StatusOK, "/account/passkey/remove", "passkey", phone).body, `name="others" value="yes"`, "Also end my 1 other session")
	b.goes(b.post(http.StatusSeeOther, "/account/passkey/remove", "passkey", phone, "sure", "yes", "others", "yes"), "/account#ways")
	second.get(http.StatusSeeOther, "/account")
	ways(2)
	third := s.in("Harbor Bank")
	b.shows(b.post(http.StatusOK, "/account/identity/remove", "issuer", issuer, "subject", "subject&1").body, "Account at https://login.example/&lt;x&gt;", `value="subject&amp;1"`)
	b.post(http.StatusSeeOther, "/account/identity/remove", "issuer", issuer, "subject", "subject&1", "sure", "yes")
	third.get(http.StatusOK, "/account") // nobody asked for its end
	ways(1)

	// Whoever agreed when it wasn't the last one is asked again.
	b.shows(b.post(http.StatusOK, "/account/passkey/remove", "passkey", key, "sure", "yes").body, "This is your last way to sign in", "ask your operator for a new link", `name="sure" value="last"`)
	ways(1)
	if b.cookies["way-back"] != "" {
		t.Error("there is a way back, and the notice says that there is none")
	}
	b.post(http.StatusSeeOther, "/account/passkey/remove", "passkey", key, "sure", "last")
	ways(0)
	b.shows(b.get(http.StatusOK, "/account"), "Nothing is set up yet")
	if b.cookies["way-back"] == "" {
		t.Error("nothing says that there is no way back")
	}
	want := []string{"change way to sign in", "end session", "change way to sign in", "change way to sign in"}
	if got := s.done(1, "change way to sign in", "end session"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("recorded: %q, not %q", got, want)
	}
}
