package cli

import (
	"tocsin/app"
	"tocsin/defence/secondary"
	"tocsin/exchange"
)

type defenceCmd struct {
	Add defenceAddCmd `cmd:"" help:"Register a defence."`
}

type defenceAddCmd struct {
	RPZ rpzCmd `cmd:"" name:"rpz" help:"A name server that will transfer the response policy zones."`
}

type rpzCmd struct {
	local
	Member  string `help:"Whose defence it is." required:"" placeholder:"M"`
	Address string `help:"Where it is told of changes." required:"" placeholder:"IP[:PORT]"`
	TSIG    string `name:"tsig" help:"Make a TSIG key of this name." placeholder:"NAME"`
	JSON    bool   `help:"Print JSON."`
}

// Help is the example that --help shows.
func (rpzCmd) Help() string {
	return "Example:\n  tocsin defence add rpz --member \"Harbor Bank\" --address 192.0.2.53 --tsig bank-key --json\n\nThe secret is shown here and never again."
}

type rpzAnswer struct {
	ID      int64    `json:"id"`
	Member  string   `json:"member"`
	Address string   `json:"address"`
	TSIG    *tsigKey `json:"tsig,omitempty"`
}

type tsigKey struct {
	Name      string `json:"name"`
	Algorithm string `json:"algorithm"`
	Secret    string `json:"secret"`
}

func (cmd rpzCmd) Run(c *call) error {
	return withNode(c.ctx, cmd.local, false, func(n *app.Node) error {
		s, err := n.Exchange.Members().Session(c.ctx, cmd.Member)
		if err != nil {
			return err
		}
		got, secret, err := secondary.NewRegister(n.DB, exchange.LogID, n.Keys).Add(c.ctx, secondary.New{Member: s.Member.ID, Address: cmd.Address, TSIG: cmd.TSIG})
		if err != nil {
			return err
		}
		out := rpzAnswer{ID: got.ID, Member: s.Member.Name, Address: got.Address.String()}
		if got.TSIG != "" {
			out.TSIG = &tsigKey{got.TSIG, secondary.Algorithm, secret}
		}
		if cmd.JSON {
			return c.json(out)
		}
		c.say("%s of %s is registered; the zones are served once this program has its DNS door", out.Address, out.Member)
		if out.TSIG != nil {
			c.say("key \"%s\" { algorithm %s; secret \"%s\"; };", out.TSIG.Name, out.TSIG.Algorithm, out.TSIG.Secret)
		}
		return nil
	})
}
