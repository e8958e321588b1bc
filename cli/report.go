package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/api"
	"tocsin/exchange"
	"tocsin/fault"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// convert carries a value into another of the same JSON form.
func convert(from, to any) error {
	if from == nil || to == nil {
		return nil
	}
	b, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, to)
}

// filing is the flags that report and preview share.
type filing struct {
	remote
	File   []string `sep:"none" arg:"" optional:"" help:"Files in any supported format; - is standard input."`
	Value  []string `sep:"none" help:"A bad domain, address, URL or hash by itself; may be given several times." placeholder:"V"`
	Format string   `help:"auto, stix, misp, csv, text or eml." default:"auto" enum:"auto,stix,misp,csv,text,eml"`
	TLP    string   `name:"tlp" help:"Marking of what carries none." default:"green" enum:"clear,green,amber,amber-strict,red"`
	Group  []string `sep:"none" help:"Share with this group only; may be given several times." placeholder:"NAME"`
	Named  bool     `help:"Show your company's name on this report."`
	JSON   bool     `help:"Print JSON."`
}

// one is one request: a body, for one group or the community.
type one struct {
	name, format, group string
	body                io.Reader
}

// each sends what is to be sent, one body after another, to each group. An error
// ends one body only; the first is given at the end, as partly done when something
// else was.
func (f filing) each(c *call, send func(one) error) error {
	if len(f.File) == 0 && len(f.Value) == 0 {
		return fault.New(fault.Invalid, "name a file, or a value with --value")
	}
	groups := f.Group
	if len(groups) == 0 {
		groups = []string{""}
	} else if slices.Contains(groups, "") {
		return fault.New(fault.Invalid, "--group is empty; leave it out to share with the community")
	}
	if len(groups) > 1 && slices.Contains(f.File, "-") {
		return fault.New(fault.Invalid, "standard input can be read once only: name one group, or a file")
	}
	var first error
	done := 0
	for _, group := range groups {
		if len(f.Value) > 0 {
			body := strings.NewReader(strings.Join(f.Value, "\n") + "\n")
			f.one(c, one{format: "csv", group: group, body: body}, send, &done, &first)
		}
		for _, name := range f.File {
			body, err := c.open(name)
			if err != nil {
				first = cmp.Or(first, err)
				continue
			}
			f.one(c, one{filepath.Base(name), f.Format, group, body}, send, &done, &first)
			body.Close()
		}
	}
	if first != nil && done > 0 {
		c.end(first)
		return ended(exitPartly)
	}
	return first
}

func (f filing) one(c *call, o one, send func(one) error, done *int, first *error) {
	if err := send(o); err == nil {
		*done++
	} else if *first == nil {
		*first = err
	} else {
		c.end(err) // said, and the first one decides the code
	}
}

func (f filing) query(o one) url.Values {
	q := url.Values{"format": {o.format}, "tlp": {f.TLP}}
	if o.name != "" && o.name != "-" {
		q.Set("name", o.name)
	}
	if o.group != "" {
		q.Set("group", o.group)
	}
	if f.Named {
		q.Set("named", "true")
	}
	return q
}

type reportCmd struct {
	filing
	Yes     bool   `help:"Don't ask before sending."`
	Receipt string `help:"Write the receipt here (default: report-INDEX.receipt)." placeholder:"FILE"`
}

// Help is the example that --help shows.
func (reportCmd) Help() string {
	return "Examples:\n  tocsin report phish.eml\n  tocsin report --value login-harborbank.example --tlp amber\n\nThe gate takes personal information out first; what it doubts waits for a person."
}

func (cmd reportCmd) Run(c *call) error {
	cl := cmd.client()
	me, err := cl.me(c.ctx)
	if err != nil {
		return err
	}
	if err := pin(me.LogKey); err != nil {
		return err
	}
	if err := cmd.ask(c, cl); err != nil {
		return err
	}
	partly, n := false, 0
	err = cmd.each(c, func(o one) error {
		var a api.Answer
		if err := cl.file(c.ctx, "/api/v1/reports", cmd.query(o), o.body, "", &a); err != nil {
			return err
		}
		n++
		partly = partly || len(a.Failures) > 0
		return cmd.answer(c, &a, n)
	})
	if err == nil && partly {
		return ended(exitPartly)
	}
	return err
}

// ask shows the preview and asks, on a terminal and unless --yes.
func (cmd reportCmd) ask(c *call, cl *client) error {
	if cmd.Yes || cmd.JSON || !c.Terminal || slices.Contains(cmd.File, "-") {
		return nil
	}
	if err := cmd.preview(c, cl); err != nil {
		return err
	}
	fmt.Fprint(c.Err, "Send it? [y/N] ")
	var answer string
	fmt.Fscanln(c.In, &answer)
	if !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes") {
		return fault.New(fault.Refused, "nothing was sent")
	}
	return nil
}

// answer says what became of a report and keeps the receipt.
func (cmd reportCmd) answer(c *call, a *api.Answer, n int) error {
	file := cmd.Receipt
	if file == "" && !cmd.JSON {
		file = a.ID + ".receipt"
	}
	if file != "" {
		if n > 1 && cmd.Receipt != "" {
			file += "." + strconv.Itoa(n)
		}
		if err := os.WriteFile(file, []byte(a.Receipt), 0o600); err != nil {
			return fault.Because(err, fault.Invalid, "the report is filed as %s, but its receipt can't be written to %s; `tocsin verify` needs it: read it again from /api/v1/receipts/%d", a.ID, file, a.Index)
		}
	}
	if cmd.JSON {
		return c.json(a)
	}
	c.say("filed as %s (entry %d): %d objects shared, %d values removed, %d passages held; receipt in %s", a.ID, a.Index, len(a.Objects), len(a.Removed), len(a.Held), file)
	for _, f := range a.Failures {
		c.say("not taken: %s: %s", f.Place, f.Detail)
	}
	return nil
}

type previewCmd struct{ filing }

// Help is the example that --help shows.
func (previewCmd) Help() string { return "Example:\n  tocsin preview phish.eml" }

func (cmd previewCmd) Run(c *call) error { return cmd.preview(c, cmd.client()) }

func (f filing) preview(c *call, cl *client) error {
	return f.each(c, func(o one) error {
		var a api.PreviewAnswer
		if err := cl.file(c.ctx, "/api/v1/preview", f.query(o), o.body, "", &a); err != nil {
			return err
		}
		if f.JSON {
			return c.json(a)
		}
		for _, o := range a.Shared {
			c.say("shared\t%s\t%s", o.Collection, summary(o))
		}
		printAccount(c, a.Removed, a.Held)
		for _, x := range a.Failures {
			c.say("not taken\t%s\t%s", x.Place, x.Detail)
		}
		for _, r := range a.Readers {
			c.say("%d objects would be seen by %d members (%s)", r.Objects, r.Members, r.Collection)
		}
		return nil
	})
}

func printAccount(c *call, removed []exchange.Removed, held []exchange.HeldResult) {
	for _, r := range removed {
		c.say("removed\t%s\t%s (%s)", r.Path, r.Type, r.Reason)
	}
	for _, h := range held {
		c.say("held\t%s\t%s (%s)", h.Path, h.Type, h.Reason)
	}
}

// summary says what an object is in a few words.
func summary(o api.PreviewObject) string {
	var v struct{ Type, Name, Pattern, Value string }
	if json.Unmarshal(o.Object, &v) != nil {
		return o.ID
	}
	for _, s := range []string{v.Pattern, v.Value, v.Name} {
		if s != "" {
			return v.Type + " " + oneLine(s)
		}
	}
	return o.ID
}

type recallCmd struct {
	remote
	Ref    string `arg:"" help:"An object's id, a report's id, or a value."`
	Reason string `help:"Why; everyone who acted on it will ask." required:"" placeholder:"R"`
	JSON   bool   `help:"Print JSON."`
}

// Help is the example that --help shows.
func (recallCmd) Help() string {
	return "Example:\n  tocsin recall login-harborbank.example --reason \"false positive: it is our own test\""
}

func (cmd recallCmd) Run(c *call) error {
	var a api.Answer
	err := cmd.client().json(c.ctx, http.MethodPost, "/api/v1/recalls", map[string]string{"ref": cmd.Ref, "reason": cmd.Reason}, &a)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return c.json(a)
	}
	c.say("%d objects taken back (entry %d); every reader is told", len(a.Objects), a.Index)
	return nil
}

type watchCmd struct {
	remote
	Since string `help:"Begin after this position." placeholder:"POSITION"`
}

// Help is the example that --help shows.
func (watchCmd) Help() string { return "Example:\n  tocsin watch --since 17.0" }

func (cmd watchCmd) Run(c *call) error {
	stream, err := cmd.client().events(c.ctx, cmd.Since)
	if err != nil {
		return err
	}
	defer stream.Close()
	return follow(c.ctx, stream, func(e event) error {
		_, err := fmt.Fprintf(c.Out, "%s\n", e.data)
		return err
	})
}

// event is one event of the stream.
type event struct {
	id, name string
	data     []byte
}

// events opens the event stream after a position, or "" for from now on.
func (c *client) events(ctx context.Context, since string) (io.ReadCloser, error) {
	header := http.Header{"Accept": {"text/event-stream"}}
	if since != "" {
		header.Set("Last-Event-ID", since)
	}
	a, err := c.send(ctx, http.MethodGet, "/api/v1/stream", nil, header)
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

// follow reads an event stream until ctx ends or the node does.
func follow(ctx context.Context, stream io.Reader, each func(event) error) error {
	lines := newLines(stream)
	var e event
	for {
		line, err := lines.next()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fault.New(fault.Unreachable, "the node ended the stream; go on with --since %s", e.id)
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) {
		case "id":
			e.id = string(value)
		case "event":
			e.name = string(value)
		case "data":
			e.data = bytes.Clone(value)
		case "":
			if len(line) == 0 && e.data != nil {
				if err := each(e); err != nil {
					return err
				}
				e = event{id: e.id}
			}
		}
	}
}

type feedCmd struct {
	remote
	Name  string `arg:"" help:"domains.txt, ips.txt, urls.txt, indicators.csv, indicators.jsonl or rpz.zone."`
	Since string `help:"Only what changed since." placeholder:"TOKEN"`
}

// Help is the example that --help shows.
func (feedCmd) Help() string { return "Example:\n  tocsin feed domains.txt > blocklist.txt" }

func (cmd feedCmd) Run(c *call) error {
	path := "/feeds/" + url.PathEscape(cmd.Name)
	if cmd.Since != "" {
		path += "?since=" + url.QueryEscape(cmd.Since)
	}
	a, err := cmd.client().send(c.ctx, http.MethodGet, path, nil, nil)
	// The first list under new rights is made while one waits.
	for range 5 {
		if fault.KindOf(err) != fault.Busy {
			break
		}
		select {
		case <-time.After(time.Second):
		case <-c.ctx.Done():
		}
		a, err = cmd.client().send(c.ctx, http.MethodGet, path, nil, nil)
	}
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if _, err = io.Copy(c.Out, a.Body); err != nil {
		return fault.Because(err, fault.Unreachable, "the feed ended too early")
	}
	return nil
}
