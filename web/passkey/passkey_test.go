package passkey

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/person"
)

// TestPasskey: added in a session, it opens another one in an empty browser, and
// proves again whose it is.
func TestPasskey(t *testing.T) {
	w := newWorld(t, home)
	o := w.ana.ok("add/begin", nil).Options
	if o.RP.ID != rpID || o.RP.Name != "Tocsin" || o.AuthenticatorSelection.UserVerification != "required" || o.AuthenticatorSelection.ResidentKey != "required" || o.Timeout != int(5*time.Minute/time.Millisecond) {
		t.Errorf("a new passkey is asked for as %+v", o)
	}
	k := w.ana.add(newKey(t, home, rpID))
	ana, _ := w.ana.who()
	if handle, err := w.People.Handle(t.Context(), ana.Person.ID); err != nil || !bytes.Equal(handle, k.handle) {
		t.Errorf("the passkey names its person %x, %v", k.handle, err)
	}

	phone := w.browser()
	o = phone.ok("sign-in/begin", nil).Options
	if o.RPID != rpID || o.UserVerification != "required" || len(o.AllowCredentials) != 0 {
		t.Errorf("a sign-in is asked for as %+v", o)
	}
	phone.ok("sign-in/finish", answerOf(k.get(t, o.Challenge)))
	v, in := phone.who()
	if !in || v.Person.ID != ana.Person.ID || !v.Recent(time.Now().UTC()) {
		t.Errorf("the passkey signs in %+v, %v", v.Person, in)
	}
	if len(phone.cookies) != 1 {
		t.Errorf("the browser keeps %v", phone.cookies)
	}
	sessions, err := w.People.List(t.Context(), ana.Person.ID)
	if err != nil || len(sessions) != 2 || sessions[0].How != person.ByPasskey {
		t.Errorf("the sessions are %+v, %v", sessions, err)
	}

	o = phone.ok("step-up/begin", nil).Options
	if len(o.AllowCredentials) != 1 || o.AllowCredentials[0].ID != b64(k.id) || o.UserVerification != "required" {
		t.Errorf("a proof is asked for as %+v", o)
	}
	phone.ok("step-up/finish", answerOf(k.get(t, o.Challenge)))
	if again, _ := phone.who(); !again.Fresh.After(v.Fresh) {
		t.Errorf("the proof counts from %v, as before", again.Fresh)
	}
	// An authenticator may leave out whose it is when it was asked for one passkey.
	o = phone.ok("step-up/begin", nil).Options
	k.handle = nil
	phone.ok("step-up/finish", answerOf(k.get(t, o.Challenge)))

	keys, err := w.People.Passkeys(t.Context(), ana.Person.ID)
	if err != nil || len(keys) != 1 || keys[0].Name != "Phone" || keys[0].Used.IsZero() {
		t.Errorf("kept: %+v, %v", keys, err)
	}
	if kept, err := unpack(keys[0].Data); err != nil || kept.Authenticator.SignCount != 3 || len(kept.Attestation.Object) != 0 || len(kept.Attestation.ClientDataJSON) != 0 {
		t.Errorf("kept: %+v, %v", kept, err)
	}
	if w.log.Len() > 0 {
		t.Errorf("the log says %s", w.log.String())
	}
}

// TestSignInEndsTheOldSession: whoever signs in again leaves no session behind that
// nobody would end.
func TestSignInEndsTheOldSession(t *testing.T) {
	w := newWorld(t, home)
	k := w.ana.add(newKey(t, home, rpID))
	before := w.ana.clone()
	w.ana.ok("sign-in/finish", answerOf(k.get(t, w.ana.ok("sign-in/begin", nil).Options.Challenge)))
	if _, in := before.who(); in {
		t.Error("the session that the browser had is still open")
	}
	if _, in := w.ana.who(); !in {
		t.Error("nobody is signed in")
	}
}

// TestNotAccepted: what isn't the answer of the right passkey, here, now and for this
// is refused with one text, opens nothing and leaves the passkey as it was.
func TestNotAccepted(t *testing.T) {
	w := newWorld(t, home)
	w.bob.add(newKey(t, home, rpID))
	for name, spoil := range map[string]func(k *key, c map[string]any) map[string]any{
		"another origin": func(k *key, _ map[string]any) map[string]any {
			k.origin = "https://exchange.example.evil.example"
			return nil
		},
		"another port": func(k *key, _ map[string]any) map[string]any { k.origin = home + ":8443"; return nil },
		"without TLS":  func(k *key, _ map[string]any) map[string]any { k.origin = "http://exchange.example"; return nil },
		"another relying party": func(k *key, _ map[string]any) map[string]any {
			k.rp = "example"
			return nil
		},
		"a user who was not verified": func(k *key, _ map[string]any) map[string]any { k.flags = flagUP; return nil },
		"a user who was not there":    func(k *key, _ map[string]any) map[string]any { k.flags = flagUV; return nil },
		"another key":                 func(k *key, _ map[string]any) map[string]any { k.private = newKey(t, home, rpID).private; return nil },
		"another user's handle": func(k *key, _ map[string]any) map[string]any {
			k.handle = bytes.Repeat([]byte{7}, 64)
			return nil
		},
		"no handle at a sign-in": func(k *key, _ map[string]any) map[string]any { k.handle = nil; return nil },
		"a challenge of one's own": func(k *key, _ map[string]any) map[string]any {
			return k.get(t, b64(bytes.Repeat([]byte{1}, 32)))
		},
		"a registration": func(k *key, _ map[string]any) map[string]any {
			o := options{Challenge: b64(bytes.Repeat([]byte{1}, 32))}
			o.User.ID = b64(k.handle)
			return k.create(t, o)
		},
		"a signature cut short": func(k *key, c map[string]any) map[string]any {
			r := c["response"].(map[string]any)
			r["signature"] = r["signature"].(string)[:40]
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			ana := w.someone("Company of " + name)
			k := ana.add(newKey(t, home, rpID))
			stranger := w.browser()
			challenge := stranger.ok("sign-in/begin", nil).Options.Challenge
			bad := *k
			credential := spoil(&bad, k.get(t, challenge))
			if credential == nil {
				credential = bad.get(t, challenge)
			}
			a := stranger.post("sign-in/finish", answerOf(credential))
			if a.Code != http.StatusUnauthorized || !strings.HasPrefix(a.Error, "This passkey's answer was not accepted; nothing was done") || len(stranger.cookies) != 0 {
				t.Errorf("%d %s, and the browser keeps %v", a.Code, a.text, stranger.cookies)
			}
			// The passkey itself works on.
			stranger.ok("sign-in/finish", answerOf(k.get(t, stranger.ok("sign-in/begin", nil).Options.Challenge)))
		})
	}
}

// TestOnce: an answer counts once, for what was begun, in the browser that began it.
func TestOnce(t *testing.T) {
	w := newWorld(t, home)
	k := w.ana.add(newKey(t, home, rpID))
	over := func(what string, a answer) {
		t.Helper()
		if a.Code != http.StatusGone || !strings.Contains(a.Error, "begin again") {
			t.Errorf("%s: %d %s", what, a.Code, a.text)
		}
	}
	phone := w.browser()
	challenge := phone.ok("sign-in/begin", nil).Options.Challenge
	stolen := phone.clone()
	said := answerOf(k.get(t, challenge))
	over("an answer from a browser that began nothing", w.browser().post("sign-in/finish", said))
	phone.ok("sign-in/finish", said)
	over("the same again, cookie and all", stolen.post("sign-in/finish", said))

	stolen = w.browser()
	challenge = stolen.ok("sign-in/begin", nil).Options.Challenge
	retry := stolen.clone()
	if a := stolen.post("sign-in/finish", answerOf(k.get(t, b64(make([]byte, 32))))); a.Code != http.StatusUnauthorized {
		t.Errorf("a wrong challenge: %d %s", a.Code, a.text)
	}
	over("a second try at the same challenge", retry.post("sign-in/finish", answerOf(k.get(t, challenge))))

	challenge = phone.ok("step-up/begin", nil).Options.Challenge
	over("the proof as a sign-in", phone.post("sign-in/finish", answerOf(k.get(t, challenge))))
	challenge = phone.ok("sign-in/begin", nil).Options.Challenge
	over("the sign-in as a proof", phone.post("step-up/finish", answerOf(k.get(t, challenge))))
	challenge = phone.ok("step-up/begin", nil).Options.Challenge
	w.bob.cookies["__Host-tocsin-passkey"] = phone.cookies["__Host-tocsin-passkey"]
	over("a proof in somebody else's session", w.bob.post("step-up/finish", answerOf(k.get(t, challenge))))
	over("a guess", phone.post("step-up/finish", answerOf(k.get(t, challenge))))
}

// TestOthersPasskey: nobody proves anything with somebody else's passkey, and the
// same passkey isn't added twice.
func TestOthersPasskey(t *testing.T) {
	w := newWorld(t, home)
	anas, bobs := w.ana.add(newKey(t, home, rpID)), w.bob.add(newKey(t, home, rpID))
	before, _ := w.bob.who()
	for _, handle := range [][]byte{anas.handle, bobs.handle, nil} {
		k := *anas
		k.handle = handle
		a := w.bob.post("step-up/finish", answerOf(k.get(t, w.bob.ok("step-up/begin", nil).Options.Challenge)))
		if a.Code != http.StatusUnauthorized || a.Error == "" {
			t.Errorf("%d %s", a.Code, a.text)
		}
	}
	if after, _ := w.bob.who(); !after.Fresh.Equal(before.Fresh) {
		t.Error("somebody else's passkey proved who Bob is")
	}
	o := w.bob.ok("add/begin", nil).Options
	if len(o.ExcludeCredentials) != 1 || o.ExcludeCredentials[0].ID != b64(bobs.id) {
		t.Errorf("a second one is asked for without naming the first: %+v", o.ExcludeCredentials)
	}
	if a := w.bob.post("add/finish", answerOf(anas.create(t, o))); a.Code != http.StatusConflict {
		t.Errorf("a passkey that is known: %d %s", a.Code, a.text)
	}
	unknown := newKey(t, home, rpID)
	unknown.handle = bobs.handle
	stranger := w.browser()
	if a := stranger.post("sign-in/finish", answerOf(unknown.get(t, stranger.ok("sign-in/begin", nil).Options.Challenge))); a.Code != http.StatusUnauthorized || !strings.Contains(a.Error, "not known here") {
		t.Errorf("a passkey that nobody has: %d %s", a.Code, a.text)
	}
}

// TestNotAdded: a registration is checked like a sign-in.
func TestNotAdded(t *testing.T) {
	w := newWorld(t, home)
	for name, spoil := range map[string]func(*key, *options){
		"another origin":              func(k *key, _ *options) { k.origin = "https://evil.example" },
		"another relying party":       func(k *key, _ *options) { k.rp = "evil.example" },
		"another challenge":           func(_ *key, o *options) { o.Challenge = b64(make([]byte, 32)) },
		"a user who was not verified": func(k *key, _ *options) { k.flags = flagUP },
	} {
		k, o := newKey(t, home, rpID), w.ana.ok("add/begin", nil).Options
		spoil(k, &o)
		if a := w.ana.post("add/finish", answerOf(k.create(t, o))); a.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, a.Code, a.text)
		}
	}
	v, _ := w.ana.who()
	if keys, err := w.People.Passkeys(t.Context(), v.Person.ID); err != nil || len(keys) != 0 {
		t.Errorf("kept: %d passkeys, %v", len(keys), err)
	}
	if a := w.ana.post("step-up/begin", nil); a.Code != http.StatusForbidden && a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Error, "no passkey") {
		t.Errorf("a proof without a passkey: %d %s", a.Code, a.text)
	}
}

// TestCopy: when a counter goes back two have the same key, and neither gets in.
func TestCopy(t *testing.T) {
	w := newWorld(t, home)
	k := w.ana.add(newKey(t, home, rpID))
	try := func(k *key) answer {
		stranger := w.browser()
		a := stranger.post("sign-in/finish", answerOf(k.get(t, stranger.ok("sign-in/begin", nil).Options.Challenge)))
		if _, in := stranger.who(); in != (a.Code == http.StatusOK) {
			t.Errorf("%d, and signed in: %v", a.Code, in)
		}
		return a
	}
	clone := *k
	for range 3 {
		if a := try(&clone); a.Code != http.StatusOK {
			t.Fatalf("%d %s", a.Code, a.text)
		}
	}
	for i, k := range []*key{k, &clone} { // the one behind, which is found out, and the one ahead
		if a := try(k); a.Code == http.StatusOK || !strings.Contains(a.Error, "counter of this passkey went back") {
			t.Errorf("copy %d: %d %s", i, a.Code, a.text)
		}
	}
	if !strings.Contains(w.log.String(), "counter of a passkey went back") || strings.Contains(w.log.String(), "Someone") {
		t.Errorf("the operator's log says %q", w.log.String())
	}
	// Passkeys that are kept in step by their maker don't count: always 0.
	synced := w.bob.add(newKey(t, home, rpID))
	for range 3 {
		synced.counter--
		if a := try(synced); a.Code != http.StatusOK {
			t.Errorf("without a counter: %d %s", a.Code, a.text)
		}
		synced.counter = 0
	}
}
