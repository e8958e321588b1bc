// Package browser is a real Chromium in a test: it opens pages as a person would,
// by mouse or by keyboard alone, with and without script, and says what is wrong
// with them.
//
//	b := browser.Start(t)
//	p := b.Page(t, node.URL).Cookie("session", secret).Zoom()
//	p.Go("/ring")
//	p.Key("Tab", "Tab", "Enter")
//	p.Axe()
//
// What each page of the product must pass at once, in both schemes and at three
// sizes, is one call:
//
//	b.Sweep(t, node.URL, []browser.Check{{Name: "ring", URL: "/ring"}})
//
// A page that reports a script error or a broken content security policy, or that
// asks another host than its own for anything, fails its test at the end, without
// being asked (see Expect).
//
// Chromium is found in PATH or named by TOCSIN_CHROMIUM, axe-core is the file that
// TOCSIN_AXE names (npm's axe-core, axe.min.js). Where either is missing the test
// is skipped, in CI it fails. Pictures go to the folder TOCSIN_SHOTS, else to the
// test's artifacts.
package browser

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long one step on a page may take: far more than any needs, so
// that a busy machine is no failure.
const patience = 60 * time.Second

// Browser is one running Chromium. Start one for a test and take pages of it for
// its subtests: a start costs most of a second, a page a few hundredths.
type Browser struct{ ctx context.Context }

// Start starts a browser with an empty profile; it ends with the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	if testing.Short() { // as in CI's race phase, which has tried every page before
		t.Skip("a browser takes its time")
	}
	program := find(os.Getenv("TOCSIN_CHROMIUM"), exec.LookPath)
	if program == "" {
		missing(t, "no Chromium: install chromium, or name it in TOCSIN_CHROMIUM")
	}
	// The profile's folder is made first, so it is removed last, after the browser's end.
	options := append(flags(os.Geteuid() == 0), chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()))
	// The test's own context ends before its cleanups: the browser would be killed instead of closed.
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	quiet := func(string, ...any) {} // events of a newer browser than the library knows are no finding
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet), chromedp.WithDebugf(nil))
	t.Cleanup(func() {
		end, done := context.WithTimeout(ctx, patience)
		defer done()
		if err := chromedp.Cancel(end); err != nil {
			t.Logf("closing the browser: %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", program, err)
	}
	return &Browser{ctx}
}

// find gives the path of Chromium, "" when there is none.
func find(named string, look func(string) (string, error)) string {
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if file, err := look(name); err == nil {
			return file
		}
	}
	return ""
}

// flags make the browser headless and silent: it asks nobody for anything but the pages under test.
func flags(root bool) []chromedp.ExecAllocatorOption {
	options := []chromedp.ExecAllocatorOption{chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless}
	for _, name := range []string{
		"disable-gpu", "disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-dev-shm-usage", "disable-default-apps", "disable-extensions", "disable-client-side-phishing-detection",
		"disable-breakpad", "disable-hang-monitor", "disable-renderer-backgrounding", "disable-background-timer-throttling",
		"disable-backgrounding-occluded-windows", "metrics-recording-only", "mute-audio", "hide-scrollbars",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	options = append(options,
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("password-store", "basic"),
		// A foreign name is asked of nobody: the request is seen and fails.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]"),
	)
	if root {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to run as root with it
	}
	return options
}

// missing skips a test that lacks a tool; in CI nothing may lack.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}
