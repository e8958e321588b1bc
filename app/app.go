// Package app is the whole product in one process: it opens the store and the
// keys, wires the ideas to the shells, listens, follows the log, and stops
// cleanly.
//
//	a, err := app.New(ctx, app.Config{Data: "tocsin-data", Listen: "127.0.0.1:8470"})
//	err = a.Start(ctx)
//	fmt.Println("ready", a.URL())
//	err = a.Stop(ctx)
package app

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"tocsin/defence"
	"tocsin/exchange"
	"tocsin/fault"
)

// Config says what to run. The zero value of each field means its default.
type Config struct {
	Data        string // folder of the embedded store; default tocsin-data
	Keys        string // folder of the keys; default beside Data: Data + "-keys"
	DB          string // postgres://... instead of the embedded store
	Listen      string // HOST:PORT; default 127.0.0.1:8470; port 0 picks a free one
	TLSCert     string // PEM files; both or none
	TLSKey      string
	BehindProxy bool // a proxy in front ends TLS: a listener beyond loopback is then allowed without it
	Site        Site // of the file of --site
	Log         *slog.Logger
	// Wrap, if set, wraps the engine's connector: tests use it to break single writes.
	Wrap func(driver.Connector) driver.Connector
}

// stopWithin bounds a clean stop (contract, `serve`: within 5 s).
const stopWithin = 5 * time.Second

// App is one node. New opens it, Start serves, Stop undoes both in reverse.
type App struct {
	cfg   Config
	node  *Node
	views *defence.Views
	http  *http.Server

	ln   net.Listener
	undo []func() error
	bg   sync.WaitGroup
	stop context.CancelFunc

	mu      sync.Mutex // guards stopped
	stopped bool
}

// New opens the store and the keys (making both at the first start) and wires
// everything. Nothing listens yet. A failed New leaves nothing open.
func New(ctx context.Context, cfg Config) (a *App, err error) {
	cfg = cfg.withDefaults()
	if err := cfg.checkListener(); err != nil {
		return nil, err
	}
	a = &App{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.unwind())
		}
	}()
	if a.node, err = Open(ctx, cfg); err != nil {
		return a, err
	}
	a.undo = append(a.undo, a.node.Close)
	x := a.node.Exchange
	x.TwoToRelease(cfg.Site.TwoForNames)
	a.views = defence.New(a.node.DB, exchange.LogID, x)
	a.http = &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	return a, nil
}

func (c Config) withDefaults() Config {
	if c.Data == "" {
		c.Data = "tocsin-data"
	}
	if c.Keys == "" {
		c.Keys = c.Data + "-keys"
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8470"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// checkListener refuses to send keys in the clear beyond this machine.
func (c Config) checkListener() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fault.New(fault.Invalid, "give both --tls-cert and --tls-key, or neither")
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fault.New(fault.Invalid, "--listen is HOST:PORT, such as 127.0.0.1:8470")
	}
	if c.TLSCert != "" || c.BehindProxy || host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return nil
	}
	return fault.New(fault.Refused, "a listener beyond loopback needs TLS: give --tls-cert and --tls-key, or --behind-proxy when a proxy in front ends TLS")
}

// Start listens and begins to follow the log. It returns once the node answers.
func (a *App) Start(ctx context.Context) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.Listen)
	if err != nil {
		return fault.Because(err, fault.Unreachable, "%s can't be listened on; is another program using it?", a.cfg.Listen)
	}
	if a.cfg.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(a.cfg.TLSCert, a.cfg.TLSKey)
		if err != nil {
			ln.Close()
			return fault.Because(err, fault.Invalid, "the TLS certificate and key can't be read")
		}
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	}
	a.ln = ln
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = cancel
	// Whoever waits in a request, such as a reader of the event stream, hears that the node stops.
	a.http.BaseContext = func(net.Listener) context.Context { return run }
	a.bg.Go(func() { a.node.Exchange.Follow(run, a.cfg.Log, a.views.Follow) })
	a.bg.Go(func() { a.node.People.Run(run, a.failed("keeping when people were seen")) })
	a.bg.Go(func() { a.node.Exchange.Members().Run(run, a.failed("keeping when keys were used")) })
	a.bg.Go(func() { a.sweepDrafts(run) })
	a.bg.Go(func() {
		if err := a.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.cfg.Log.Error("serving", "err", err)
		}
	})
	a.undo = append(a.undo, func() error { a.bg.Wait(); return nil }, a.shutdown)
	return nil
}

// failed logs what goes wrong behind the scenes.
func (a *App) failed(what string) func(error) {
	return func(err error) { a.cfg.Log.Error(what, "err", err) }
}

// sweepDrafts deletes what nobody filed within its hour.
func (a *App) sweepDrafts(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := a.node.Drafts.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.failed("sweeping drafts")(err)
		}
	}
}

// shutdown ends readers first, then waits for reports in work.
func (a *App) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin-time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- a.http.Shutdown(ctx) }()
	// Reports in work get a moment to finish before their requests are told to stop.
	select {
	case err := <-done:
		a.stop()
		return err
	case <-time.After(500 * time.Millisecond):
		a.stop()
	}
	if err := <-done; err != nil {
		a.cfg.Log.Warn("clients that stood still were cut off", "err", err)
		return a.http.Close()
	}
	return nil
}

// Stop ends everything that New and Start began, in reverse. It may be called twice.
func (a *App) Stop() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopped {
		return nil
	}
	a.stopped = true
	return a.unwind()
}

func (a *App) unwind() error {
	var errs []error
	for i := len(a.undo) - 1; i >= 0; i-- {
		errs = append(errs, a.undo[i]())
	}
	a.undo = nil
	return errors.Join(errs...)
}

// Run starts the node, calls ready, and stops it when ctx ends.
func (a *App) Run(ctx context.Context, ready func()) error {
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Stop())
	}
	ready()
	<-ctx.Done()
	a.cfg.Log.Info("stopping", "cause", context.Cause(ctx))
	return a.Stop()
}

// Addr is the address that is listened on, with the port that was picked.
func (a *App) Addr() string { return a.ln.Addr().String() }

// URL is the address as a client writes it.
func (a *App) URL() string {
	scheme := "http"
	if a.cfg.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + a.Addr()
}

// Node gives the parts below the wires.
func (a *App) Node() *Node { return a.node }

// SignInLink makes a one-time link for the first person of a member.
func (a *App) SignInLink(ctx context.Context, member string) (string, error) {
	token, err := a.node.People.Welcome(ctx, member)
	return a.URL() + "/welcome/" + token, err
}
