package cli

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"tocsin/api"
	"tocsin/app"
	"tocsin/exchange"
	"tocsin/member"
)

// either is the flags of administration: on a data folder with --data (also of a
// running node), else over the API.
type either struct {
	Server string `help:"Address of the node." env:"TOCSIN_SERVER" default:"http://127.0.0.1:8470" placeholder:"URL"`
	Key    string `help:"The operator's key." env:"TOCSIN_KEY" placeholder:"KEY"`
	Data   string `help:"Work on this data folder instead." placeholder:"DIR"`
	Keys   string `help:"Folder of the keys (default: DIR-keys)." placeholder:"DIR"`
	DB     string `help:"Work on this PostgreSQL instead." placeholder:"URL"`
	JSON   bool   `help:"Print JSON."`
}

// admin does f on the data folder, or else a request.
func (e either) admin(c *call, f func(ctx context.Context, r exchange.Admin) (any, error), method, path string, in, out any) error {
	if e.Data != "" || e.DB != "" {
		return withNode(c.ctx, local{e.Data, e.Keys, e.DB}, false, func(n *app.Node) error {
			got, err := f(c.ctx, n.Exchange.OnDataFolder())
			if err != nil {
				return err
			}
			return convert(got, out)
		})
	}
	return remote{e.Server, e.Key}.client().json(c.ctx, method, path, in, out)
}

// print prints an answer as JSON, or its lines.
func (e either) print(c *call, v any, lines ...string) error {
	if e.JSON {
		return c.json(v)
	}
	for _, l := range lines {
		c.say("%s", l)
	}
	return nil
}

type memberCmd struct {
	Add    memberAddCmd    `cmd:"" help:"Add a member."`
	List   memberListCmd   `cmd:"" help:"List members."`
	Remove memberRemoveCmd `cmd:"" help:"End a member's keys and groups; what it shared stays."`
	Named  memberNamedCmd  `cmd:"" help:"Record a member's consent to be named, or its end."`
}

type memberAddCmd struct {
	either
	Name      string   `arg:"" help:"Name of the company."`
	Role      string   `help:"member, reviewer, auditor or operator." default:"member" placeholder:"R"`
	Publisher bool     `help:"Material that its creator published to everyone passes byte for byte (record-only)."`
	Domain    []string `sep:"none" help:"A domain of the company; may be given several times." placeholder:"D"`
}

// Help is the example that --help shows.
func (memberAddCmd) Help() string {
	return "Example:\n  tocsin member add \"Harbor Bank\" --domain harborbank.example --data tocsin-data"
}

func (cmd memberAddCmd) Run(c *call) error {
	var out api.MemberInfo
	in := map[string]any{"name": cmd.Name, "role": cmd.Role, "publisher": cmd.Publisher, "domains": cmd.Domain}
	err := cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		m, err := r.AddMember(ctx, member.NewMember{Name: cmd.Name, Role: member.Role(cmd.Role), Publisher: cmd.Publisher, Domains: cmd.Domain})
		return api.MemberInfoOf(m), err
	}, http.MethodPost, "/api/v1/members", in, &out)
	if err != nil {
		return err
	}
	return cmd.print(c, out, out.Name+" is a member now; `tocsin key add` makes its key")
}

type memberListCmd struct{ either }

func (cmd memberListCmd) Run(c *call) error {
	var out struct {
		Members []api.MemberInfo `json:"members"`
	}
	err := cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		ms, err := r.Members(ctx)
		list := []api.MemberInfo{}
		for _, m := range ms {
			list = append(list, api.MemberInfoOf(m))
		}
		return map[string]any{"members": list}, err
	}, http.MethodGet, "/api/v1/members", nil, &out)
	if err != nil {
		return err
	}
	var lines []string
	for _, m := range out.Members {
		lines = append(lines, strings.Join([]string{m.Name, m.Role, m.Created.Format("2006-01-02"), strings.Join(m.Domains, " ")}, "\t"))
	}
	return cmd.print(c, out, lines...)
}

type memberRemoveCmd struct {
	either
	Name string `arg:"" help:"Name of the member."`
}

func (cmd memberRemoveCmd) Run(c *call) error {
	return cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) { return nil, r.RemoveMember(ctx, cmd.Name) },
		http.MethodDelete, "/api/v1/members/"+url.PathEscape(cmd.Name), nil, nil)
}

type memberNamedCmd struct {
	either
	Name string `arg:"" help:"Name of the member."`
	Off  bool   `help:"End the consent."`
}

func (cmd memberNamedCmd) Run(c *call) error {
	return cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		return nil, r.SetNamed(ctx, cmd.Name, !cmd.Off)
	}, http.MethodPut, "/api/v1/members/"+url.PathEscape(cmd.Name)+"/consent", map[string]bool{"named": !cmd.Off}, nil)
}

type keyCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make a key and show it, once."`
	List   keyListCmd   `cmd:"" help:"List keys."`
	Remove keyRemoveCmd `cmd:"" help:"End a key."`
	Rotate keyRotateCmd `cmd:"" help:"Make a key in place of one, which works for 24 more hours."`
}

type keyAddCmd struct {
	either
	Member string `arg:"" help:"Whose key."`
	Feed   bool   `help:"A feed key: read-only, for feeds only; it may stand in a path."`
}

// Help is the example that --help shows.
func (keyAddCmd) Help() string {
	return "Example:\n  tocsin key add \"Harbor Bank\" --feed --data tocsin-data"
}

func (cmd keyAddCmd) Run(c *call) error {
	var out api.KeyInfo
	err := cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		secret, k, err := r.AddKey(ctx, cmd.Member, cmd.Feed)
		return api.KeyInfoOf(k, secret), err
	}, http.MethodPost, "/api/v1/keys", map[string]any{"member": cmd.Member, "feed": cmd.Feed}, &out)
	if err != nil {
		return err
	}
	return printKey(c, out, cmd.JSON)
}

type keyListCmd struct {
	either
	Member string `arg:"" optional:"" help:"Only this member's."`
}

func (cmd keyListCmd) Run(c *call) error {
	var out struct {
		Keys []api.KeyInfo `json:"keys"`
	}
	err := cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		ks, err := r.Keys(ctx, cmd.Member)
		list := []api.KeyInfo{}
		for _, k := range ks {
			list = append(list, api.KeyInfoOf(k, ""))
		}
		return map[string]any{"keys": list}, err
	}, http.MethodGet, "/api/v1/keys?member="+url.QueryEscape(cmd.Member), nil, &out)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return c.json(out)
	}
	for _, k := range out.Keys {
		if err := printKey(c, k, false); err != nil {
			return err
		}
	}
	return nil
}

type keyRemoveCmd struct {
	either
	ID int64 `arg:"" help:"Number of the key; the list shows it."`
}

func (cmd keyRemoveCmd) Run(c *call) error {
	return cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) { return nil, r.RemoveKey(ctx, cmd.ID) },
		http.MethodDelete, "/api/v1/keys/"+url.PathEscape(itoa(cmd.ID)), nil, nil)
}

type keyRotateCmd struct {
	either
	ID int64 `arg:"" help:"Number of the key; the list shows it."`
}

// Help is the example that --help shows.
func (keyRotateCmd) Help() string {
	return "Example:\n  tocsin key rotate 3 --data tocsin-data"
}

func (cmd keyRotateCmd) Run(c *call) error {
	var out api.KeyInfo
	err := cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		secret, k, err := r.RotateKey(ctx, cmd.ID)
		return api.KeyInfoOf(k, secret), err
	}, http.MethodPost, "/api/v1/keys/"+url.PathEscape(itoa(cmd.ID))+"/rotate", nil, &out)
	if err != nil {
		return err
	}
	return printKey(c, out, cmd.JSON)
}

type groupCmd struct {
	Add    groupAddCmd    `cmd:"" help:"Make a sharing group."`
	List   groupListCmd   `cmd:"" help:"List sharing groups."`
	Remove groupRemoveCmd `cmd:"" help:"Close a sharing group, or take a member out of it."`
	Join   groupJoinCmd   `cmd:"" help:"Put a member into a group."`
}

type groupAddCmd struct {
	either
	Name   string   `arg:"" help:"Name of the group."`
	Member []string `sep:"none" help:"A member of it; may be given several times." placeholder:"NAME"`
}

// Help is the example that --help shows.
func (groupAddCmd) Help() string {
	return "Example:\n  tocsin group add hospitals --member \"Lakeside Hospital\" --data tocsin-data"
}

func (cmd groupAddCmd) Run(c *call) error {
	var out api.GroupInfo
	err := cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		g, err := r.AddGroup(ctx, cmd.Name, cmd.Member)
		return api.GroupInfo{Name: g.Name, Members: cmd.Member}, err
	}, http.MethodPost, "/api/v1/groups", api.GroupInfo{Name: cmd.Name, Members: cmd.Member}, &out)
	if err != nil {
		return err
	}
	return cmd.print(c, out, out.Name+" is a sharing group now")
}

type groupListCmd struct{ either }

func (cmd groupListCmd) Run(c *call) error {
	var out struct {
		Groups []api.GroupInfo `json:"groups"`
	}
	err := cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		gs, err := r.Groups(ctx)
		list := []api.GroupInfo{}
		for _, g := range gs {
			list = append(list, api.GroupInfo{Name: g.Name, Members: g.Members})
		}
		return map[string]any{"groups": list}, err
	}, http.MethodGet, "/api/v1/groups", nil, &out)
	if err != nil {
		return err
	}
	var lines []string
	for _, g := range out.Groups {
		lines = append(lines, g.Name+"\t"+strings.Join(g.Members, ", "))
	}
	return cmd.print(c, out, lines...)
}

type groupRemoveCmd struct {
	either
	Name   string `arg:"" help:"Name of the group."`
	Member string `help:"Take only this member out." placeholder:"NAME"`
}

func (cmd groupRemoveCmd) Run(c *call) error {
	path := "/api/v1/groups/" + url.PathEscape(cmd.Name)
	if cmd.Member == "" {
		return cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) { return nil, r.RemoveGroup(ctx, cmd.Name) },
			http.MethodDelete, path, nil, nil)
	}
	return cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		return nil, r.RemoveFromGroup(ctx, cmd.Name, cmd.Member)
	}, http.MethodDelete, path+"/members/"+url.PathEscape(cmd.Member), nil, nil)
}

type groupJoinCmd struct {
	either
	Name   string `arg:"" help:"Name of the group."`
	Member string `arg:"" help:"Name of the member."`
}

func (cmd groupJoinCmd) Run(c *call) error {
	return cmd.admin(c, func(ctx context.Context, r exchange.Admin) (any, error) {
		return nil, r.AddToGroup(ctx, cmd.Name, cmd.Member)
	}, http.MethodPut, "/api/v1/groups/"+url.PathEscape(cmd.Name)+"/members/"+url.PathEscape(cmd.Member), nil, nil)
}

type trustCmd struct {
	remote
	Source string `arg:"" help:"The source as you see it: the identity id in created_by_ref of its reports, or the name of that identity."`
	Trust  string `arg:"" help:"block, alert or none." enum:"block,alert,none"`
}

// Help is the example that --help shows.
func (trustCmd) Help() string {
	return "Examples:\n  tocsin trust \"Member 1A2B3C\" alert\n  tocsin trust \"Careless Ltd\" none     (a member that agreed to be named)\n\nMembers of one node block at each other until the receiver says otherwise."
}

func (cmd trustCmd) Run(c *call) error {
	return cmd.client().json(c.ctx, http.MethodPut, "/api/v1/trust/"+url.PathEscape(cmd.Source), map[string]string{"trust": cmd.Trust}, nil)
}
