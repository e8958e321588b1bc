package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"tocsin/api"
	"tocsin/app"
	"tocsin/fault"
	"tocsin/member"
)

// local is the flags that say where a node's own store and keys lie.
type local struct {
	Data string `help:"Folder of the embedded store." default:"tocsin-data" env:"TOCSIN_DATA" placeholder:"DIR"`
	Keys string `help:"Folder of the keys (default: beside the data, DIR-keys)." env:"TOCSIN_KEYS" placeholder:"DIR"`
	DB   string `help:"PostgreSQL instead of the embedded store: postgres://..." env:"TOCSIN_DB" placeholder:"URL"`
}

func (l local) config() app.Config { return app.Config{Data: l.Data, Keys: l.Keys, DB: l.DB} }

type serveCmd struct {
	local
	Listen      string `help:"Where to listen; port 0 picks a free one." default:"127.0.0.1:8470" env:"TOCSIN_LISTEN" placeholder:"HOST:PORT"`
	TLSCert     string `name:"tls-cert" help:"Certificate (PEM)." env:"TOCSIN_TLS_CERT" placeholder:"FILE"`
	TLSKey      string `name:"tls-key" help:"Its key (PEM)." env:"TOCSIN_TLS_KEY" placeholder:"FILE"`
	BehindProxy bool   `help:"A proxy in front ends TLS." env:"TOCSIN_BEHIND_PROXY"`
	Site        string `help:"TOML file: what the pages say about the exchange, and its OpenID provider (docs/operating.md, \"The site\")." env:"TOCSIN_SITE" placeholder:"FILE"`
	Verbose     bool   `help:"Log every request, not only what went wrong."`
}

// Help is the example that --help shows.
func (serveCmd) Help() string {
	return "Example:\n  tocsin serve --data /var/lib/tocsin --listen 127.0.0.1:8470\n\nPrints `ready URL` once it answers, and at the first start a one-time link for the operator."
}

func (cmd serveCmd) Run(c *call) error {
	ctx, stop := signal.NotifyContext(c.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	tendMemory(ctx)
	if _, _, err := net.SplitHostPort(cmd.Listen); err != nil {
		fmt.Fprintln(c.Err, "tocsin: --listen is HOST:PORT, such as 127.0.0.1:8470")
		return ended(exitUsage)
	}
	level := slog.LevelWarn
	if cmd.Verbose {
		level = slog.LevelInfo
	}
	cfg := cmd.config()
	cfg.Listen, cfg.TLSCert, cfg.TLSKey, cfg.BehindProxy = cmd.Listen, cmd.TLSCert, cmd.TLSKey, cmd.BehindProxy
	if cmd.Site != "" {
		var err error
		if cfg.Site, err = app.ReadSite(cmd.Site); err != nil {
			return err
		}
	}
	cfg.Log = slog.New(slog.NewJSONHandler(c.Err, &slog.HandlerOptions{Level: level}))
	a, err := app.New(ctx, cfg)
	if err != nil {
		return err
	}
	return a.Run(ctx, func() {
		c.say("ready %s", a.URL())
		if a.Node().Unused {
			link, err := a.SignInLink(ctx, app.OperatorName)
			if err != nil {
				cfg.Log.Error("no sign-in link; make one with `tocsin person link operator`", "err", err)
				return
			}
			c.say("sign in once, as the operator: %s", link)
		}
	})
}

type initCmd struct {
	local
	Member []string `sep:"none" help:"A member to add; may be given several times." placeholder:"NAME"`
	JSON   bool     `help:"Print JSON."`
}

// Help is the example that --help shows.
func (initCmd) Help() string {
	return "Example:\n  tocsin init --data tocsin-data --member \"Harbor Bank\" --json\n\nKeys are shown here and never again."
}

// initAnswer is the form of `init --json` in the contract.
type initAnswer struct {
	Operator struct {
		Key string `json:"key"`
	} `json:"operator"`
	Members []initMember `json:"members"`
	LogKey  string       `json:"log_public_key"`
}

type initMember struct {
	Name string `json:"name"`
	ID   int64  `json:"id"`
	Key  string `json:"key"`
}

func (cmd initCmd) Run(c *call) error {
	return withNode(c.ctx, cmd.local, true, func(n *app.Node) error {
		if !n.First {
			return fault.New(fault.Conflict, "there is a node here already; add members to it with `tocsin member add`")
		}
		reg := n.Exchange.OnDataFolder()
		out := initAnswer{Members: []initMember{}, LogKey: n.Keys.VerifierKey()}
		var err error
		if out.Operator.Key, _, err = reg.AddKey(c.ctx, app.OperatorName, false); err != nil {
			return err
		}
		for _, name := range cmd.Member {
			m, err := reg.AddMember(c.ctx, member.NewMember{Name: name})
			if err != nil {
				return err
			}
			key, _, err := reg.AddKey(c.ctx, m.Name, false)
			if err != nil {
				return err
			}
			out.Members = append(out.Members, initMember{m.Name, int64(m.ID), key})
		}
		if err := pin(out.LogKey); err != nil {
			return err
		}
		if cmd.JSON {
			return c.json(out)
		}
		c.say("operator\t%s", out.Operator.Key)
		for _, m := range out.Members {
			c.say("%s\t%s", m.Name, m.Key)
		}
		c.say("log key\t%s", out.LogKey)
		return nil
	})
}

// withNode opens the parts of a node below its wires, also beside a running one.
func withNode(ctx context.Context, l local, mayMake bool, f func(n *app.Node) error) error {
	if !mayMake && l.DB == "" {
		if _, err := os.Stat(l.Data); err != nil {
			return fault.New(fault.NotFound, "there is no node in %s; name its folder with --data, or reach one with --server", l.Data)
		}
	}
	n, err := app.Open(ctx, l.config())
	if err != nil {
		return err
	}
	return errors.Join(f(n), n.Close())
}

func programVersion() string { return app.Version() }

// printKey prints one key; a secret only right after it was made.
func printKey(c *call, k api.KeyInfo, asJSON bool) error {
	if asJSON {
		return c.json(k)
	}
	kind := "key"
	if k.Feed {
		kind = "feed key"
	}
	if k.Key != "" {
		c.say("%s of %s, shown only now:\n%s", kind, k.Member, k.Key)
		return nil
	}
	more := "\tnot used yet"
	if !k.Used.IsZero() {
		more = "\tused " + k.Used.Format("2006-01-02 15:04Z")
	}
	if !k.Until.IsZero() {
		more += "\tends " + k.Until.Format("2006-01-02 15:04Z")
	}
	c.say("%d\t%s\t%s\t%s...\t%s%s", k.ID, k.Member, kind, k.Hint, k.Created.Format("2006-01-02"), more)
	return nil
}
