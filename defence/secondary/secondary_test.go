package secondary_test

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/defence/secondary"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/store/storetest"
)

func TestRegister(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		keys, err := ledger.CreateKeys(filepath.Join(t.TempDir(), "keys"), "log.example/x")
		if err != nil {
			t.Fatal(err)
		}
		if err := secondary.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		r := secondary.NewRegister(db, 1, keys)
		s, secret, err := r.Add(t.Context(), secondary.New{Member: 3, Address: "192.0.2.53", TSIG: "Bank-Key."})
		if err != nil || s.Address.String() != "192.0.2.53:53" || s.TSIG != "bank-key" {
			t.Fatalf("added %+v, %v", s, err)
		}
		want, err := base64.StdEncoding.DecodeString(secret)
		if err != nil || len(want) != 32 {
			t.Errorf("the secret is %q, %v", secret, err)
		}
		if got, err := r.Secret(t.Context(), s.ID); err != nil || string(got) != string(want) {
			t.Errorf("the kept secret differs: %v", err)
		}
		plain, none, err := r.Add(t.Context(), secondary.New{Member: 4, Address: "[2001:db8::53]:5353"})
		if err != nil || none != "" {
			t.Errorf("without a key: %+v, %q, %v", plain, none, err)
		}
		if _, err := r.Secret(t.Context(), plain.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a secret that there is not: %v", err)
		}
		if _, _, err := r.Add(t.Context(), secondary.New{Member: 5, Address: "192.0.2.53:53"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same address twice: %v", err)
		}
		list, err := r.List(t.Context())
		if err != nil || len(list) != 2 || list[0] != s || list[1].Member != 4 {
			t.Errorf("the list is %+v, %v", list, err)
		}
	})
}

func TestRefused(t *testing.T) {
	r := secondary.NewRegister(storetest.Open(t), 1, nil)
	for _, n := range []secondary.New{
		{Address: ""}, {Address: "ns1.bank.example"}, {Address: "192.0.2.53:0"}, {Address: "192.0.2.53:65536"}, {Address: "0.0.0.0"}, {Address: "224.0.0.1"}, {Address: "fe80::1%eth0"},
		{Address: "192.0.2.53", TSIG: "a b"}, {Address: "192.0.2.53", TSIG: "a..b"}, {Address: "192.0.2.53", TSIG: strings.Repeat("x", 64)}, {Address: "192.0.2.53", TSIG: "key\n"},
	} {
		if _, _, err := r.Add(t.Context(), n); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", n, err)
		}
	}
}
