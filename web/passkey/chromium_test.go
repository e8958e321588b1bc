package passkey

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"tocsin/web/frame"
)

// chromium starts a browser with one tab. Package browser has no virtual
// authenticator, so this is done here.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	program := os.Getenv("TOCSIN_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && program == "" {
			program = found
		}
	}
	if program == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium: CI must have one")
		}
		t.Skip("no Chromium: install chromium, or name it in TOCSIN_CHROMIUM")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless}
	for _, name := range []string{"disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "disable-extensions"} {
		options = append(options, chromedp.Flag(name, true))
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to run as root with it
	}
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithLogf(func(string, ...any) {}), chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("closing the browser: %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// tab is a page in Chromium.
type tab struct {
	*testing.T
	ctx  context.Context
	base string
}

func (b *tab) step(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, time.Minute)
	defer done()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// press presses a button of the page and waits for what it leads to, or says.
func (b *tab) press(what, end string) string {
	b.Helper()
	b.step("opening the page", chromedp.Navigate(b.base+"/test"))
	b.step("pressing "+what, chromedp.Click(chromedp.CSS(`[data-passkey="`+what+`"]`)))
	b.step("waiting after "+what, chromedp.WaitVisible(chromedp.CSS(end)))
	ctx, done := context.WithTimeout(b.ctx, time.Minute)
	defer done()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(end)))
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(text)
}

const (
	arrived = "#arrived"         // of the page that data-next names
	told    = ".why:not(:empty)" // what the script says
	noJSON  = `delete PublicKeyCredential.parseCreationOptionsFromJSON; delete PublicKeyCredential.parseRequestOptionsFromJSON; delete PublicKeyCredential.prototype.toJSON;`
	page    = `<!doctype html><html lang="en"><title>x</title>%s<p><button data-passkey="add" data-next="/test/arrived" hidden>add</button></p><p><button data-passkey="sign-in" data-next="/test/arrived" hidden>in</button></p><p><button data-passkey="step-up" data-next="/test/arrived" hidden>prove</button></p><script src="%s" defer></script>`
)

// TestInChromium: the script with a real browser's WebAuthn: add, sign in, prove,
// also as older browsers do it; and what it says when that can't be.
func TestInChromium(t *testing.T) {
	w := newWorld(t, "")
	old := false
	server := httptest.NewServer(nil)
	defer server.Close()
	src := Script(w.site)
	legacy := w.site.Asset("legacy.js", "text/javascript; charset=utf-8", []byte(noJSON))
	server.Config.Handler = w.site.Handler(append(w.desk.routes(),
		frame.Route{Pattern: "GET /test", Open: true, Serve: func(v *frame.Visit) error {
			before := ""
			if old {
				before = `<script src="` + legacy + `"></script>`
			}
			v.W.Header().Set("Content-Type", "text/html")
			_, err := fmt.Fprintf(v.W, page, before, src)
			return err
		}},
		frame.Route{Pattern: "GET /test/arrived", Open: true, Serve: func(v *frame.Visit) error {
			v.W.Header().Set("Content-Type", "text/html")
			_, err := fmt.Fprintf(v.W, `<!doctype html><p id="arrived">person %d, proved %d</p>`, v.Visitor.Person.ID, v.Visitor.Fresh.UnixMicro())
			return err
		}}))
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	b := &tab{t, chromium(t), "http://localhost:" + port}

	cookie := func(value string) {
		t.Helper()
		if _, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: "tocsin", Value: value, URL: b.base}); err != nil {
			t.Fatal(err)
		}
	}
	ana, bob := w.ana.cookies["tocsin"], w.bob.cookies["tocsin"]
	cookie(ana)
	if _, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	device, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}

	b.press("add", arrived)
	if said := b.press("add", told); !strings.HasPrefix(said, "This device has a passkey of yours already") {
		t.Errorf("adding it twice: %q", said)
	}
	cookie("nobody")
	first := b.press("sign-in", arrived)
	v, err := w.People.Authenticate(t.Context(), ana)
	if err != nil || !strings.HasPrefix(first, fmt.Sprintf("person %d,", v.Person.ID)) {
		t.Errorf("signed in: %q, not person %d, %v", first, v.Person.ID, err)
	}
	if second := b.press("step-up", arrived); second == first || !strings.HasPrefix(second, first[:strings.Index(first, ",")]) {
		t.Errorf("proved: %q after %q", second, first)
	}

	old = true
	cookie(bob)
	b.press("add", arrived)
	b.press("step-up", arrived)
	old = false

	cookie("nobody")
	if _, err := chromedp.Call(b.ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: device.AuthenticatorID, IsUserVerified: false}); err != nil {
		t.Fatal(err)
	}
	if said := b.press("sign-in", told); !strings.HasPrefix(said, "The passkey was not used") {
		t.Errorf("a wrong finger: %q", said)
	}
	if said := b.press("add", told); !strings.HasPrefix(said, "That didn't work. Nothing was done.") {
		t.Errorf("adding while signed out: %q", said)
	}
	b.base = server.URL
	if said := b.press("sign-in", told); !strings.Contains(said, "open it as http://localhost:"+port) {
		t.Errorf("at an IP address: %q", said)
	}
	b.step("opening the page", chromedp.Navigate(b.base+"/test"))
	server.Config.Handler = http.NotFoundHandler()
	server.CloseClientConnections()
	b.step("pressing the button", chromedp.Click(chromedp.CSS(`[data-passkey="sign-in"]`)), chromedp.WaitVisible(chromedp.CSS(told)))
}
