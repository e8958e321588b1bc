package cli

import (
	"fmt"
	"strings"

	"tocsin/app"
	"tocsin/audit"
	"tocsin/member"
	"tocsin/person"
)

// personCmd administers people where the store lies. Over the wire people invite
// each other on the pages; this is for the first one, and for who lost every way in.
type personCmd struct {
	Add    personAddCmd    `cmd:"" help:"Invite somebody of a member: prints a one-time link."`
	Link   personLinkCmd   `cmd:"" help:"Make a one-time link for the first person of a member, or for somebody who lost every way in."`
	List   personListCmd   `cmd:"" help:"List the people of a member."`
	Remove personRemoveCmd `cmd:"" help:"End somebody's access and sessions."`
}

// Help says where it works.
func (personCmd) Help() string {
	return "Example:\n  tocsin person link \"Harbor Bank\" --data tocsin-data\n\nWorks on a data folder, also of a running node; its keys folder opens everything, so whoever runs this may."
}

// folder is the flags of the commands that work on a data folder only.
type folder struct {
	local
	URL  string `help:"Address of the node, as people reach it." default:"http://127.0.0.1:8470" placeholder:"URL"`
	JSON bool   `help:"Print JSON."`
}

// personInfo is somebody as the commands print them.
type personInfo struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Link  string `json:"link,omitempty"`
}

func infoOf(p person.Person) personInfo {
	return personInfo{ID: p.ID, Login: p.Login, Name: p.Name, Role: string(p.Role)}
}

// as does f as the operator's member, whose data folder this is.
func (cmd folder) as(c *call, f func(n *app.Node, operator member.Session) error) error {
	return withNode(c.ctx, cmd.local, false, func(n *app.Node) error {
		s, err := n.Exchange.Members().Session(c.ctx, app.OperatorName)
		if err != nil {
			return err
		}
		return f(n, s)
	})
}

func (cmd folder) link(token string) string {
	return strings.TrimSuffix(cmd.URL, "/") + "/welcome/" + token
}

func (cmd folder) print(c *call, p personInfo) error {
	if cmd.JSON {
		return c.json(p)
	}
	c.say("%d\t%s\t%s\t%s", p.ID, p.Login, p.Name, p.Role)
	if p.Link != "" {
		c.say("one-time link, for a day: %s", p.Link)
	}
	return nil
}

type personAddCmd struct {
	folder
	Member string `arg:"" help:"Name of the member."`
	Name   string `arg:"" help:"Name of the person, as colleagues know them."`
	Login  string `help:"What they type to sign in." required:"" placeholder:"L"`
	Role   string `help:"analyst, reviewer, auditor or operator, as the member's own role allows." default:"analyst" placeholder:"R"`
}

func (cmd personAddCmd) Run(c *call) error {
	return cmd.as(c, func(n *app.Node, operator member.Session) error {
		p, token, err := n.Exchange.Invite(c.ctx, operator, n.People, person.NewPerson{Member: cmd.Member, Login: cmd.Login, Name: cmd.Name, Role: member.Role(cmd.Role)})
		if err != nil {
			return err
		}
		out := infoOf(p)
		out.Link = cmd.link(token)
		return cmd.print(c, out)
	})
}

type personLinkCmd struct {
	folder
	Member string `arg:"" help:"Name of the member."`
	Person int64  `help:"Number of somebody who is known already (tocsin person list)." placeholder:"ID"`
}

func (cmd personLinkCmd) Run(c *call) error {
	return cmd.as(c, func(n *app.Node, operator member.Session) error {
		var token string
		var err error
		if cmd.Person != 0 {
			token, err = n.Exchange.NewLink(c.ctx, operator, n.People, cmd.Person)
		} else {
			err = n.Exchange.Record(c.ctx, operator, audit.PersonLink, "", func() (string, error) {
				token, err = n.People.Welcome(c.ctx, cmd.Member)
				return "", err
			})
		}
		if err != nil {
			return err
		}
		if cmd.JSON {
			return c.json(map[string]string{"link": cmd.link(token)})
		}
		c.say("%s", cmd.link(token))
		return nil
	})
}

type personListCmd struct {
	folder
	Member string `arg:"" help:"Name of the member."`
}

func (cmd personListCmd) Run(c *call) error {
	return cmd.as(c, func(n *app.Node, operator member.Session) error {
		all, err := n.People.ListOf(c.ctx, operator, cmd.Member)
		if err != nil {
			return err
		}
		list := []personInfo{}
		for _, p := range all {
			list = append(list, infoOf(p))
		}
		if cmd.JSON {
			return c.json(map[string]any{"people": list})
		}
		for _, p := range list {
			c.say("%s", fmt.Sprintf("%d\t%s\t%s\t%s", p.ID, p.Login, p.Name, p.Role))
		}
		return nil
	})
}

type personRemoveCmd struct {
	folder
	ID int64 `arg:"" help:"Number of the person."`
}

func (cmd personRemoveCmd) Run(c *call) error {
	return cmd.as(c, func(n *app.Node, operator member.Session) error {
		return n.Exchange.RemovePerson(c.ctx, operator, n.People, cmd.ID)
	})
}
