package browser

import (
	"strings"
	"testing"
)

// TestAuthenticator: what was kept by one tab's device is found again there, and by
// no other tab's.
func TestAuthenticator(t *testing.T) {
	url := strings.Replace(site(t, map[string]string{"/": good}), "127.0.0.1", "localhost", 1)
	b := Start(t)
	p, other := b.Page(t, url).Authenticator(), b.Page(t, url).Authenticator()
	p.Go("/")
	other.Go("/")
	made := Eval[string](p, `navigator.credentials.create({publicKey:{rp:{name:"Harbour"},user:{id:new Uint8Array([1]),name:"ana",displayName:"Ana"},challenge:new Uint8Array(16),
		pubKeyCredParams:[{type:"public-key",alg:-7}],authenticatorSelection:{residentKey:"required",userVerification:"required"}}}).then(c=>c.id)`)
	const find = `navigator.credentials.get({publicKey:{challenge:new Uint8Array(16),timeout:1000,userVerification:"required"}}).then(c=>c.id,e=>e.name)`
	if found := Eval[string](p, find); made == "" || found != made {
		t.Errorf("made %q, found %q", made, found)
	}
	if found := Eval[string](other, find); found != "NotAllowedError" {
		t.Errorf("the other tab found %q", found)
	}
}
