package cli

import (
	"net/http"
	"net/url"

	"tocsin/api"
)

type reviewCmd struct {
	List    reviewListCmd   `cmd:"" help:"What waits, oldest first, without its text."`
	Show    reviewShowCmd   `cmd:"" help:"One passage in its context."`
	Release reviewDecideCmd `cmd:"" help:"Publish a passage: the next version of its object."`
	Remove  reviewDropCmd   `cmd:"" help:"Delete a passage for good."`
}

type reviewListCmd struct {
	remote
	JSON bool `help:"Print JSON."`
}

// Help is the example that --help shows.
func (reviewListCmd) Help() string { return "Example:\n  tocsin review list" }

func (cmd reviewListCmd) Run(c *call) error {
	var out struct {
		Passages []api.Passage `json:"passages"`
	}
	if err := cmd.client().json(c.ctx, http.MethodGet, "/api/v1/review", nil, &out); err != nil {
		return err
	}
	if cmd.JSON {
		return c.json(out)
	}
	for _, p := range out.Passages {
		c.say("%s\t%s\t%s\t%s\t%s", p.ID, p.Since.Format("2006-01-02 15:04"), p.Type, p.Reason, p.Path)
	}
	return nil
}

type reviewShowCmd struct {
	remote
	ID   string `arg:"" help:"Id of the passage; the list shows it."`
	JSON bool   `help:"Print JSON."`
}

func (cmd reviewShowCmd) Run(c *call) error {
	var p api.Passage
	if err := cmd.client().json(c.ctx, http.MethodGet, "/api/v1/review/"+url.PathEscape(cmd.ID), nil, &p); err != nil {
		return err
	}
	if cmd.JSON {
		return c.json(p)
	}
	c.say("%s of %s in %s (%s, %s)\n%s>>> %s <<<%s", p.ID, p.Object, p.Path, p.Type, p.Reason, p.Before, p.Text, p.After)
	return nil
}

type reviewDecideCmd struct {
	remote
	ID   string `arg:"" help:"Id of the passage."`
	JSON bool   `help:"Print JSON."`
}

func (cmd reviewDecideCmd) Run(c *call) error { return cmd.decide(c, "release") }

type reviewDropCmd reviewDecideCmd

func (cmd reviewDropCmd) Run(c *call) error { return reviewDecideCmd(cmd).decide(c, "remove") }

func (cmd reviewDecideCmd) decide(c *call, verdict string) error {
	var a api.Answer
	err := cmd.client().json(c.ctx, http.MethodPost, "/api/v1/review/"+url.PathEscape(cmd.ID), map[string]string{"verdict": verdict}, &a)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return c.json(a)
	}
	c.say("decided (%s), as entry %d", verdict, a.Index)
	return nil
}
