package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/apptest"
	"tocsin/fault"
)

// TestListener: keys never go over a network in the clear by mistake.
func TestListener(t *testing.T) {
	for _, c := range []struct {
		cfg app.Config
		ok  bool
	}{
		{app.Config{Listen: "127.0.0.1:0"}, true}, {app.Config{Listen: "[::1]:0"}, true}, {app.Config{Listen: "localhost:0"}, true},
		{app.Config{Listen: "0.0.0.0:0"}, false}, {app.Config{Listen: ":0"}, false}, {app.Config{Listen: "192.0.2.1:8470"}, false},
		{app.Config{Listen: "0.0.0.0:0", BehindProxy: true}, true}, {app.Config{Listen: "nonsense"}, false},
		{app.Config{Listen: "127.0.0.1:0", TLSCert: "cert.pem"}, false},
	} {
		c.cfg.Data = filepath.Join(t.TempDir(), "data")
		a, err := app.New(t.Context(), c.cfg)
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.cfg.Listen, err)
		}
		if err == nil {
			a.Stop()
		}
	}
}

// TestStop: stopping is safe to repeat, and a node that never started stops too.
func TestStop(t *testing.T) {
	a, err := app.New(t.Context(), app.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.Stop(); err != nil {
			t.Errorf("stopping: %v", err)
		}
	}
}

// TestStopEndsReaders: a reader of the stream doesn't keep the node from stopping.
func TestStopEndsReaders(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank")
	r, err := http.NewRequestWithContext(t.Context(), "GET", n.URL+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+n.Keys["Harbor Bank"])
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	done := make(chan error, 1)
	began := time.Now()
	go func() { done <- n.App.Stop() }()
	io.Copy(io.Discard, a.Body) // ends when the node ends it
	if err := <-done; err != nil {
		t.Errorf("stopping: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %v; the contract says 5 s", took)
	}
}

// TestMissingKeys: a store without its keys is refused, and nothing new is made in their place.
func TestMissingKeys(t *testing.T) {
	dir := t.TempDir()
	cfg := app.Config{Data: filepath.Join(dir, "data"), Listen: "127.0.0.1:0"}
	n, err := app.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	n.Close()
	if err := os.Rename(cfg.Data+"-keys", filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), cfg); fault.KindOf(err) != fault.Refused {
		t.Errorf("opened without keys: %v", err)
	}
	if _, err := os.Stat(cfg.Data + "-keys"); err == nil {
		t.Error("new keys were made for an old store")
	}
	cfg.Keys = filepath.Join(dir, "elsewhere")
	again, err := app.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("with the keys in their new place: %v", err)
	}
	if again.First {
		t.Error("an old node looks new")
	}
	again.Close()
}

// TestBusyPort says which address it was.
func TestBusyPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a, err := app.New(t.Context(), app.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	err = a.Run(t.Context(), func() { t.Error("it says that it is ready") })
	if fault.KindOf(err) != fault.Unreachable || !strings.Contains(err.Error(), ln.Addr().String()) {
		t.Errorf("got %v", err)
	}
}

// TestStalledClients: many clients that begin a report and go silent, or read
// nothing, cost nobody else anything.
func TestStalledClients(t *testing.T) {
	n := apptest.Start(t, "Harbor Bank", "Lakeside Hospital")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for i := range 30 {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", n.App.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		key := n.Keys["Harbor Bank"]
		if i%2 == 0 {
			fmt.Fprintf(c, "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 1000\r\n\r\n{\"type\":", key)
		} else {
			fmt.Fprintf(c, "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", key)
		}
	}
	defer func() { // and the node stops all the same, in time, without an error
		began := time.Now()
		if err := n.App.Stop(); err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("stopping: %v after %v", err, time.Since(began))
		}
	}()
	for i := range 20 {
		n.Want(201, "Lakeside Hospital", "POST", "/api/v1/reports", apptest.Bundle(apptest.Indicator(fmt.Sprint(i), fmt.Sprintf("d%d.example", i))))
	}
}

// TestQuietLog: requests of every kind, and no line of the log names a key,
// a token or a personal value.
func TestQuietLog(t *testing.T) {
	dir := t.TempDir()
	w := begin(t, app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys")})
	p := serve(t, append(w.args, "--verbose")...)
	for _, path := range []string{"/k/" + w.bank + "/feeds/domains.txt", "/api/v1/things?value=jane.roe@customer.example", "/welcome/guessedtoken"} {
		r, err := http.NewRequest("GET", p.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+w.hospital)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, a.Body)
		a.Body.Close()
	}
	p.kill()
	for _, secret := range []string{w.bank, w.hospital, "jane.roe", "guessedtoken"} {
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the log has a secret in it: %s", p.log.String())
		}
	}
	if !strings.Contains(p.log.String(), `"route"`) {
		t.Errorf("the log has no line per request: %q", p.log.String())
	}
}
