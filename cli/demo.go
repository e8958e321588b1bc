package cli

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"tocsin/api"
	"tocsin/app"
	"tocsin/fault"
	"tocsin/ledger"
	"tocsin/member"
)

// demoReport is the report that the program carries: an invented phish that an
// invented analyst forwards, on reserved names and addresses.
//
//go:embed demo/report.eml
var demoReport []byte

type demoCmd struct {
	File string `arg:"" optional:"" help:"Your own report instead of the one that the program carries."`
	Once bool   `help:"Remove everything and exit, instead of going on to serve."`
	JSON bool   `help:"Print a line of JSON per step."`
}

// Help is the example that --help shows.
func (demoCmd) Help() string {
	return "Example:\n  tocsin demo --once\n\nA real node with two companies in a fresh folder, on a free port. Nothing leaves this machine."
}

// The companies of the demonstration.
const (
	demoSender   = "Harbor Bank"
	demoReceiver = "Lakeside Hospital"
)

// demo is one run: each step prints what it saw and gives an error if it isn't so.
type demo struct {
	*call
	cmd    demoCmd
	app    *app.App
	dir    string
	keys   map[string]string
	answer api.Answer
	values []string // of the report, that the receiver's feeds should have
	stream *demoStream
}

func (cmd demoCmd) Run(c *call) (err error) {
	ctx, stop := signal.NotifyContext(c.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "tocsin-demo-")
	if err != nil {
		return fault.Because(err, fault.Full, "no fresh folder can be made")
	}
	d := &demo{call: &call{ctx, c.Streams}, cmd: cmd, dir: dir, keys: map[string]string{}}
	if cmd.Once {
		defer os.RemoveAll(dir)
	}
	if err := d.start(); err != nil {
		return err
	}
	for _, step := range []func() error{d.listen, d.preview, d.file, d.verify, d.arrived, d.recall, d.gone} {
		if err := step(); err != nil {
			d.step("failed", err.Error(), nil)
			d.app.Stop()
			return ended(exitFailed)
		}
	}
	if cmd.Once {
		return d.app.Stop()
	}
	for _, name := range []string{demoSender, demoReceiver} {
		link, err := d.app.SignInLink(d.ctx, name)
		if err != nil {
			return err
		}
		d.step("sign in", fmt.Sprintf("%s: %s", name, link), map[string]any{"member": name, "link": link})
		d.step("key", fmt.Sprintf("%s: %s", name, d.keys[name]), map[string]any{"member": name, "key": d.keys[name]})
	}
	d.step("serving", d.app.URL()+" until you press Ctrl-C", map[string]any{"url": d.app.URL()})
	<-ctx.Done()
	return d.app.Stop()
}

// step prints one step as a line for people or programs.
func (d *demo) step(name, text string, more map[string]any) {
	if d.cmd.JSON {
		v := map[string]any{"step": name, "text": text}
		maps.Copy(v, more)
		_ = d.json(v) // standard output that is gone has nobody to tell
		return
	}
	d.say("%-10s %s", name, text)
}

func (d *demo) start() error {
	began := time.Now().UTC()
	var err error
	if d.app, err = app.New(d.ctx, app.Config{Data: filepath.Join(d.dir, "data"), Listen: "127.0.0.1:0"}); err != nil {
		return err
	}
	if err := d.app.Start(d.ctx); err != nil {
		return err
	}
	reg := d.app.Node().Exchange.Members()
	for _, m := range []member.NewMember{{Name: demoSender, Domains: []string{"harborbank.example"}}, {Name: demoReceiver, Domains: []string{"lakeside.example"}}} {
		if _, err := reg.AddMember(d.ctx, m); err != nil {
			return err
		}
		if d.keys[m.Name], _, err = reg.AddKey(d.ctx, m.Name, false); err != nil {
			return err
		}
	}
	d.step("node", fmt.Sprintf("%s, in %s, ready in %d ms, with two companies: %s and %s", d.app.URL(), d.dir, time.Since(began).Milliseconds(), demoSender, demoReceiver),
		map[string]any{"url": d.app.URL(), "folder": d.dir})
	return nil
}

func (d *demo) as(name string) *client {
	return remote{Server: d.app.URL(), Key: d.keys[name]}.client()
}

// body is the report and the name of its file.
func (d *demo) body() (string, io.ReadCloser, error) {
	if d.cmd.File == "" {
		return "report.eml", io.NopCloser(bytes.NewReader(demoReport)), nil
	}
	f, err := d.open(d.cmd.File)
	return filepath.Base(d.cmd.File), f, err
}

func (d *demo) query(name string) url.Values {
	return url.Values{"format": {"auto"}, "tlp": {"green"}, "name": {name}}
}

// preview shows what would be shared, removed and held, before anything leaves.
func (d *demo) preview() error {
	name, body, err := d.body()
	if err != nil {
		return err
	}
	defer body.Close()
	var p api.PreviewAnswer
	if err := d.as(demoSender).file(d.ctx, "/api/v1/preview", d.query(name), body, "", &p); err != nil {
		return err
	}
	for _, o := range firsts(p.Shared, 12) {
		d.step("shared", summary(o), map[string]any{"object": o.Object})
	}
	if n := len(p.Shared) - 12; n > 0 {
		d.step("shared", fmt.Sprintf("and %d more", n), nil)
	}
	for _, r := range firsts(p.Removed, 12) {
		d.step("removed", fmt.Sprintf("%s in %s (%s)", r.Type, r.Path, r.Reason), nil)
	}
	if n := len(p.Removed) - 12; n > 0 {
		d.step("removed", fmt.Sprintf("and %d more", n), nil)
	}
	for _, h := range firsts(p.Held, 12) {
		d.step("held", fmt.Sprintf("%s in %s waits for a person (%s)", h.Type, h.Path, h.Reason), nil)
	}
	for _, o := range p.Shared {
		d.values = append(d.values, blocked(o)...)
	}
	return nil
}

func firsts[T any](s []T, n int) []T { return s[:min(n, len(s))] }

// file files the report for real and notes when the answer came.
func (d *demo) file() error {
	name, body, err := d.body()
	if err != nil {
		return err
	}
	defer body.Close()
	began := time.Now().UTC()
	d.stream.sent = began
	if err := d.as(demoSender).file(d.ctx, "/api/v1/reports", d.query(name), body, "", &d.answer); err != nil {
		return err
	}
	took := time.Since(began)
	d.step("filed", fmt.Sprintf("%s by %s: %d objects, %d values removed, %d passages held, in the log as entry %d; receipt in %s",
		name, demoSender, len(d.answer.Objects), len(d.answer.Removed), len(d.answer.Held), d.answer.Index, ms(took)),
		map[string]any{"id": d.answer.ID, "index": d.answer.Index, "objects": len(d.answer.Objects), "removed": len(d.answer.Removed), "held": len(d.answer.Held), "ms": millis(took)})
	return os.WriteFile(filepath.Join(d.dir, d.answer.ID+".receipt"), []byte(d.answer.Receipt), 0o600)
}

func millis(t time.Duration) float64 { return float64(t.Microseconds()) / 1000 }

func ms(t time.Duration) string { return fmt.Sprintf("%.1f ms", millis(t)) }

// verify checks the receipt as anyone would, offline.
func (d *demo) verify() error {
	checks := ledger.Verify([]byte(d.answer.Receipt), d.app.Node().Keys.VerifierKey(), nil)
	for _, k := range checks {
		if !k.OK {
			return fmt.Errorf("the receipt does not hold: %s: %s", k.Name, k.Detail)
		}
	}
	d.step("verified", fmt.Sprintf("the receipt holds, offline: %d checks; try `tocsin verify`", len(checks)), map[string]any{"checks": len(checks)})
	return nil
}

// arrived shows the report in the other company's stream and feeds.
func (d *demo) arrived() error {
	seen, err := d.stream.wait(d.ctx, "object", d.answer.Objects[0].ID)
	if err != nil {
		return fmt.Errorf("%s did not see it on its stream: %w", demoReceiver, err)
	}
	d.step("arrived", fmt.Sprintf("%s saw it on its event stream %s after it was sent", demoReceiver, ms(seen.Sub(d.stream.sent))), map[string]any{"ms": millis(seen.Sub(d.stream.sent))})
	return d.feeds("blocked", true)
}

// feeds waits until the receiver's feeds have (or no longer have) the report's values.
func (d *demo) feeds(word string, want bool) error {
	if len(d.values) == 0 {
		d.step(word, "the report names nothing that a feed carries", nil)
		return nil
	}
	cl := d.as(demoReceiver)
	began := time.Now().UTC()
	err := until(d.ctx, 5*time.Second, func() (bool, error) {
		var all strings.Builder
		for _, name := range []string{"domains.txt", "ips.txt", "urls.txt"} {
			text, _, err := cl.text(d.ctx, "/feeds/"+name)
			if fault.KindOf(err) == fault.Busy {
				return false, nil // the list is being made
			}
			if err != nil {
				return false, err
			}
			all.WriteString(text)
		}
		for _, v := range d.values {
			if strings.Contains(all.String(), v+"\n") != want {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("the feeds of %s did not change: %w", demoReceiver, err)
	}
	took := time.Since(began)
	verb := "have"
	if !want {
		verb = "no longer have"
	}
	d.step(word, fmt.Sprintf("the feeds of %s %s %s, %s later", demoReceiver, verb, strings.Join(firsts(d.values, 4), ", "), ms(took)), map[string]any{"values": d.values, "ms": millis(took)})
	return nil
}

func (d *demo) recall() error {
	d.stream.sent = time.Now().UTC()
	var a api.Answer
	in := map[string]string{"ref": d.answer.ID, "reason": "demonstration: everything that goes out can be taken back"}
	if err := d.as(demoSender).json(d.ctx, http.MethodPost, "/api/v1/recalls", in, &a); err != nil {
		return err
	}
	d.step("recalled", fmt.Sprintf("%s took %d objects back, as entry %d", demoSender, len(a.Objects), a.Index), map[string]any{"index": a.Index})
	return nil
}

func (d *demo) gone() error {
	seen, err := d.stream.wait(d.ctx, "withdraw", d.answer.Objects[0].ID)
	if err != nil {
		return fmt.Errorf("%s did not hear of the recall: %w", demoReceiver, err)
	}
	d.step("heard", fmt.Sprintf("%s heard of the recall %s after it was sent", demoReceiver, ms(seen.Sub(d.stream.sent))), map[string]any{"ms": millis(seen.Sub(d.stream.sent))})
	return d.feeds("gone", false)
}

// listen opens the receiver's event stream before anything is filed.
func (d *demo) listen() error {
	events, err := d.as(demoReceiver).events(d.ctx, "")
	if err != nil {
		return err
	}
	d.stream = &demoStream{events: make(chan demoEvent, 1<<16)}
	go d.stream.read(d.ctx, events)
	return nil
}

// demoStream is what the receiver's event stream told, with the time when it did.
type demoStream struct {
	events chan demoEvent
	sent   time.Time // when what is waited for was sent
}

type demoEvent struct {
	name, data string
	at         time.Time
}

func (s *demoStream) read(ctx context.Context, events io.ReadCloser) {
	defer events.Close()
	_ = follow(ctx, events, func(e event) error { // whoever waits says what did not come
		s.events <- demoEvent{e.name, string(e.data), time.Now().UTC()}
		return nil
	})
}

// wait gives the time at which an event about an object came.
func (s *demoStream) wait(ctx context.Context, name, id string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for {
		select {
		case e := <-s.events:
			if e.name == name && strings.Contains(e.data, id) {
				return e.at, nil
			}
		case <-ctx.Done():
			return time.Time{}, fmt.Errorf("nothing came within 5 s")
		}
	}
}
