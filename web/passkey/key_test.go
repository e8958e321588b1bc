package passkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// The flags of authenticator data (WebAuthn level 3 section 6.1).
const (
	flagUP = 1 << 0
	flagUV = 1 << 2
	flagAT = 1 << 6
)

// key is a passkey as an authenticator holds it, which does as it is told: a copy
// of the struct is a clone.
type key struct {
	id, handle []byte
	private    *ecdsa.PrivateKey
	counter    uint32
	rp, origin string
	flags      byte
}

func newKey(t testing.TB, origin, rp string) *key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &key{id: make([]byte, 32), private: private, origin: origin, rp: rp, flags: flagUP | flagUV}
	rand.Read(k.id)
	return k
}

// options is what a ceremony asks for.
type options struct {
	Challenge string
	RPID      string `json:"rpId"`
	RP        struct{ ID, Name string }
	User      struct{ ID, Name, DisplayName string }

	UserVerification       string
	AuthenticatorSelection struct{ ResidentKey, UserVerification string }
	AllowCredentials       []struct{ ID string }
	ExcludeCredentials     []struct{ ID string }
	Timeout                int
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (k *key) clientData(kind, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	return b
}

func (k *key) authData(more byte) []byte {
	rp := sha256.Sum256([]byte(k.rp))
	b := append(rp[:], k.flags|more)
	return binary.BigEndian.AppendUint32(b, k.counter)
}

// create answers a registration.
func (k *key) create(t testing.TB, o options) map[string]any {
	t.Helper()
	var err error
	if k.handle, err = base64.RawURLEncoding.DecodeString(o.User.ID); err != nil {
		t.Fatal(err)
	}
	point, err := k.private.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	data := append(k.authData(flagAT), make([]byte, 16)...) // an AAGUID that says nothing
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "authenticatorAttachment": "platform",
		"response": map[string]any{"clientDataJSON": b64(k.clientData("webauthn.create", o.Challenge)), "attestationObject": b64(object), "transports": []string{"internal"}}}
}

// get answers a sign-in or a step-up, and counts.
func (k *key) get(t testing.TB, challenge string) map[string]any {
	t.Helper()
	k.counter++
	client, data := k.clientData("webauthn.get", challenge), k.authData(0)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	response := map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)}
	if k.handle != nil {
		response["userHandle"] = b64(k.handle)
	}
	return map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response}
}
