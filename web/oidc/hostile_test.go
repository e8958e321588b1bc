package oidc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/audit"
	"tocsin/member"
)

// hostile is a provider that answers as it is told.
type hostile struct {
	*httptest.Server
	mu        sync.Mutex
	key       *ecdsa.PrivateKey
	discovery map[string]any
	broken    int // the status of every answer instead; 0 for none
	token     http.HandlerFunc
	asked     []url.Values // of its token endpoint
}

func newHostile(t *testing.T) *hostile {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.json(w, h.discovery)
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		h.json(w, map[string]any{"keys": []any{map[string]any{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "1", "x": b64(point[1:33]), "y": b64(point[33:])}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.asked = append(h.asked, r.PostForm)
		answer := h.token
		h.mu.Unlock()
		answer(w, r)
	})
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		broken := h.broken
		h.mu.Unlock()
		if broken != 0 {
			w.WriteHeader(broken)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	h.discovery = map[string]any{"issuer": h.URL, "authorization_endpoint": h.URL + "/auth", "token_endpoint": h.URL + "/token", "jwks_uri": h.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"ES256"}, "authorization_response_iss_parameter_supported": true}
	return h
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (h *hostile) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (h *hostile) set(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// sign makes an ID token.
func (h *hostile) sign(t *testing.T, alg string, claims map[string]any) string {
	t.Helper()
	head, err := json.Marshal(map[string]any{"alg": alg, "kid": "1"})
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text := b64(head) + "." + b64(body)
	if alg == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	r, v, err := ecdsa.Sign(rand.Reader, h.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...) // RFC 7518 section 3.4
	return text + "." + b64(signature)
}

// claims are those of a token that is right for what was asked.
func (h *hostile) claims(asked url.Values) map[string]any {
	now := time.Now().Unix()
	return map[string]any{"iss": h.URL, "sub": "ana.northwater", "aud": "tocsin", "nonce": asked.Get("nonce"), "iat": now, "exp": now + 300, "auth_time": now}
}

// answers makes the token endpoint answer with a token.
func (h *hostile) answers(token string) {
	h.set(func() {
		h.token = func(w http.ResponseWriter, _ *http.Request) {
			h.json(w, map[string]any{"access_token": "eyJ-an-access-token", "token_type": "Bearer", "id_token": token})
		}
	})
}

// under is a world with a hostile provider, whose ana.northwater is Ana.
func under(t *testing.T, acr string) (*world, *hostile, *browser) {
	t.Helper()
	h := newHostile(t)
	w := newWorld(t, func(string) Config {
		return Config{Issuer: h.URL, ClientID: "tocsin", ClientSecret: secret, Name: "Northwater login", ACR: acr}
	})
	ana := w.someone("Harbor Bank")
	v, _ := ana.who()
	if err := w.People.LinkIdentity(t.Context(), v.Person.ID, h.URL, "ana.northwater"); err != nil {
		t.Fatal(err)
	}
	return w, h, ana
}

// back comes back from the provider.
func (b *browser) back(h *hostile, asked url.Values) answer {
	b.Helper()
	return b.get("/oidc/callback?" + url.Values{"code": {"a-code"}, "state": {asked.Get("state")}, "iss": {h.URL}}.Encode())
}

// TestAsked: what the provider is asked, and how the code is redeemed.
func TestAsked(t *testing.T) {
	w, h, ana := under(t, "phr")
	phone := w.browser()
	asked := phone.asked("/oidc/start?for=sign-in&next=/ring")
	for key, want := range map[string]string{"response_type": "code", "client_id": "tocsin", "scope": "openid", "code_challenge_method": "S256", "redirect_uri": w.origin + "/oidc/callback", "acr_values": "phr", "max_age": "", "prompt": ""} {
		if got := asked.Get(key); got != want {
			t.Errorf("%s is %q, not %q", key, got, want)
		}
	}
	if len(asked.Get("state")) < 22 || len(asked.Get("nonce")) < 22 || asked.Get("state") == asked.Get("nonce") || strings.Contains(asked.Encode(), secret) {
		t.Errorf("asked %v", asked)
	}
	claims := h.claims(asked)
	claims["acr"] = "phr"
	h.answers(h.sign(t, "ES256", claims))
	phone.want("signing in", phone.back(h, asked), http.StatusOK, "you are at /ring")
	sum := sha256.Sum256([]byte(h.asked[0].Get("code_verifier")))
	if h.asked[0].Get("code") != "a-code" || b64(sum[:]) != asked.Get("code_challenge") {
		t.Errorf("the code is redeemed with %v", h.asked[0])
	}
	if again := phone.asked("/oidc/start"); again.Get("state") == asked.Get("state") || again.Get("nonce") == asked.Get("nonce") || again.Get("code_challenge") == asked.Get("code_challenge") {
		t.Error("two logins share a secret")
	}
	if asked := ana.asked("/oidc/start?for=step-up"); asked.Get("max_age") != "0" || asked.Get("prompt") != "login" {
		t.Errorf("a step-up asks %v", asked)
	}
}

// TestTokens: a token that isn't for this login, signed by this provider, now, opens
// nothing.
func TestTokens(t *testing.T) {
	w, h, ana := under(t, "")
	before, _ := ana.who()
	other := newHostile(t)
	hour := int64(3600)
	for name, c := range map[string]struct {
		stepUp bool
		claims map[string]any // changed; nil takes one out
		alg    string
		by     *hostile
		code   int
		says   string
	}{
		"right":                      {code: 200, says: "you are at /ring"},
		"right, for a proof":         {stepUp: true, code: 200, says: "you are at /ring"},
		"right, for several":         {claims: map[string]any{"aud": []string{"tocsin", "another"}, "azp": "tocsin"}, code: 200},
		"a clock a bit behind":       {stepUp: true, claims: map[string]any{"auth_time": time.Now().Unix() - 50}, code: 200},
		"another login's nonce":      {claims: map[string]any{"nonce": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, code: 401},
		"no nonce":                   {claims: map[string]any{"nonce": nil}, code: 401},
		"another issuer":             {claims: map[string]any{"iss": "https://login.example"}, code: 401},
		"another program":            {claims: map[string]any{"aud": "another"}, code: 401},
		"several, for whom it isn't": {claims: map[string]any{"aud": []string{"tocsin", "another"}}, code: 401},
		"another azp":                {claims: map[string]any{"azp": "another"}, code: 401},
		"too old":                    {claims: map[string]any{"exp": time.Now().Unix() - hour}, code: 401},
		"another key":                {by: other, code: 401},
		"no signature":               {alg: "none", code: 401},
		"a claim of another kind":    {claims: map[string]any{"auth_time": "now"}, code: 401},
		"nobody who is known":        {claims: map[string]any{"sub": "bob.northwater"}, code: 403, says: "nobody here has connected that account"},
		"another's proof":            {stepUp: true, claims: map[string]any{"sub": "bob.northwater"}, code: 403, says: "not your account"},
		"a login from before":        {stepUp: true, claims: map[string]any{"auth_time": time.Now().Unix() - 70}, code: 401},
		"a login from whenever":      {stepUp: true, claims: map[string]any{"auth_time": nil}, code: 401},
	} {
		t.Run(name, func(t *testing.T) {
			who, path := w.browser(), "/oidc/start?for=sign-in&next=/ring"
			if c.stepUp {
				who, path = ana, "/oidc/start?for=step-up&next=/ring"
			}
			asked := who.asked(path)
			claims := h.claims(asked)
			for k, v := range c.claims {
				if claims[k] = v; v == nil {
					delete(claims, k)
				}
			}
			if c.alg == "" {
				c.alg = "ES256"
			}
			if c.by == nil {
				c.by = h
			}
			h.answers(c.by.sign(t, c.alg, claims))
			if c.says == "" && c.code == 401 {
				c.says = "was not accepted"
			}
			start, _ := ana.who()
			who.want(name, who.back(h, asked), c.code, c.says)
			after, in := who.who()
			if good := c.code == 200; in != (good || c.stepUp) || c.stepUp && after.Fresh.After(start.Fresh) != good {
				t.Errorf("signed in: %v, fresh from %v", in, after.Fresh)
			}
		})
	}
	if after, _ := ana.who(); !after.Fresh.After(before.Fresh) {
		t.Error("the right proof didn't count")
	}
}

// TestRequired: where an authentication context is required, another doesn't do.
func TestRequired(t *testing.T) {
	w, h, _ := under(t, "phr")
	for acr, code := range map[string]int{"phr": 200, "phrh": 401, "": 401} {
		phone := w.browser()
		asked := phone.asked("/oidc/start")
		claims := h.claims(asked)
		claims["acr"] = acr
		h.answers(h.sign(t, "ES256", claims))
		phone.want("acr "+acr, phone.back(h, asked), code, "")
		if _, in := phone.who(); in != (code == 200) {
			t.Errorf("acr %q signs in: %v", acr, in)
		}
	}
}

// TestMixedUp: an answer that names another issuer, or none where the provider names
// itself, redeems no code.
func TestMixedUp(t *testing.T) {
	w, h, _ := under(t, "")
	for name, iss := range map[string][]string{"another": {"https://login.example"}, "none": nil, "the same with a slash": {h.URL + "/"}} {
		phone := w.browser()
		q := url.Values{"code": {"a-code"}, "state": {phone.begin()}, "iss": iss}
		phone.want(name, phone.get("/oidc/callback?"+q.Encode()), http.StatusUnauthorized, "was not accepted")
	}
	if len(h.asked) != 0 {
		t.Errorf("%d codes went to a provider that they aren't of", len(h.asked))
	}
	h.set(func() { delete(h.discovery, "authorization_response_iss_parameter_supported") })
	plain := newWorld(t, func(string) Config { return Config{Issuer: h.URL, ClientID: "tocsin", ClientSecret: secret} })
	phone := plain.browser()
	asked := phone.asked("/oidc/start")
	h.answers(h.sign(t, "ES256", h.claims(asked)))
	phone.want("a provider that never names itself", phone.get("/oidc/callback?code=a-code&state="+asked.Get("state")), http.StatusForbidden, "nobody here")
}

// TestProviderSaysNo: what goes wrong at the provider is said in our words.
func TestProviderSaysNo(t *testing.T) {
	w, h, _ := under(t, "")
	for name, c := range map[string]struct {
		query string
		token http.HandlerFunc
		code  int
		says  string
	}{
		"left":             {query: "error=access_denied&error_description=%3Cb%3Ehe%20left", code: 401, says: "You left the sign-in at Northwater login"},
		"another error":    {query: "error=%3Cscript%3Eserver_error", code: 401, says: "was not accepted"},
		"a refused code":   {token: says(400, `{"error":"invalid_grant","error_description":"`+secret+`"}`), code: 401, says: "was not accepted"},
		"an error page":    {token: says(500, secret), code: 502, says: "sign in another way"},
		"no JSON":          {token: says(200, "<html>"+secret), code: 502, says: "sign in another way"},
		"no ID token":      {token: says(200, `{"access_token":"x","token_type":"Bearer"}`), code: 401, says: "was not accepted"},
		"no token at all":  {token: says(200, `{"access_token":"x","token_type":"Bearer","id_token":"a.b.c"}`), code: 401, says: "was not accepted"},
		"an ID of numbers": {token: says(200, `{"access_token":"x","token_type":"Bearer","id_token":7}`), code: 401, says: "was not accepted"},
		"an endless answer": {token: func(w http.ResponseWriter, _ *http.Request) {
			for range maxAnswer/1024 + 1 {
				w.Write(make([]byte, 1024))
			}
		}, code: 502, says: "sign in another way"},
		"a redirect elsewhere": {token: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusTemporaryRedirect)
		}, code: 502, says: "sign in another way"},
	} {
		h.set(func() { h.token = c.token })
		phone := w.browser()
		query := c.query
		if query == "" {
			query = "code=a-code"
		}
		a := phone.get("/oidc/callback?" + query + "&iss=" + url.QueryEscape(h.URL) + "&state=" + phone.begin())
		phone.want(name, a, c.code, c.says)
		if strings.Contains(a.page, "he left") || strings.Contains(a.page, secret) || strings.Contains(a.page, "server_error") {
			t.Errorf("%s: the page shows the provider's words: %s", name, a.page)
		}
	}
	if !strings.Contains(w.log.String(), "invalid_grant") || strings.Contains(w.log.String(), "<script") {
		t.Errorf("the log says %s", w.log.String())
	}
}

func says(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

// TestRecorded: the audit record tells who connected an account, signed in by it,
// proved themselves, and that somebody whom nobody knows tried.
func TestRecorded(t *testing.T) {
	w, h, ana := under(t, "")
	v, _ := ana.who()
	as := func(who *browser, path, subject string) {
		t.Helper()
		asked := who.asked(path)
		claims := h.claims(asked)
		claims["sub"] = subject
		h.answers(h.sign(t, "ES256", claims))
		who.back(h, asked)
	}
	as(ana, "/oidc/start?for=link", "ana.at.home")
	as(w.browser(), "/oidc/start", "ana.at.home")
	as(ana, "/oidc/start?for=step-up", "ana.at.home")
	as(ana, "/oidc/start?for=step-up", "bob.northwater")
	as(w.browser(), "/oidc/start", "bob.northwater")
	var got []string
	if err := w.Exchange.Audit().Export(t.Context(), member.Session{Exchange: true}, 0, func(r audit.Row) error {
		if r.Outcome != "" {
			got = append(got, fmt.Sprintf("%d %s: %s", r.Person, r.Act, r.Outcome))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{fmt.Sprintf("%d change way to sign in: done", v.Person.ID), fmt.Sprintf("%d sign in: done", v.Person.ID), fmt.Sprintf("%d prove identity: done", v.Person.ID),
		fmt.Sprintf("%d prove identity: refused (forbidden)", v.Person.ID), "0 sign in: refused (forbidden)"}
	if !slices.Equal(got, want) {
		t.Errorf("recorded: %q\nnot %q", got, want)
	}
}
