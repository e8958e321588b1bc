package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"tocsin/fault"
	"tocsin/intake/scan"
	"tocsin/privacy"
	"tocsin/stix"
)

// maxLine bounds one JSON line: a report of the largest size, escaped.
const maxLine = 64 << 20

// lines reads lines of up to maxLine.
type lines struct{ r *bufio.Reader }

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, 64<<10)} }

// next gives a line without its end; io.EOF after the last.
func (l *lines) next() ([]byte, error) {
	var whole []byte
	for {
		part, err := l.r.ReadSlice('\n')
		if whole = append(whole, part...); len(whole) > maxLine {
			return nil, fault.New(fault.TooLarge, "a line has more than %d MB", maxLine>>20)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(whole) > 0:
			return whole, nil
		case err != nil:
			return nil, err
		}
		return bytes.TrimRight(whole, "\r\n"), nil
	}
}

// each decodes every JSON line of in into a fresh T and calls f.
func each[T any](in io.Reader, f func(v T) error) error {
	l := newLines(in)
	for n := 1; ; n++ {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var v T
		if json.Unmarshal(line, &v) != nil {
			return fault.At(fault.Invalid, "line "+itoa(int64(n)), "is not JSON of the form that --help shows")
		}
		if err := f(v); err != nil {
			return err
		}
	}
}

type gateCmd struct{}

// Help is the example that --help shows.
func (gateCmd) Help() string {
	return "Example:\n  echo '{\"id\":\"1\",\"kind\":\"text\",\"text\":\"Mail from Ana Lima\"}' | tocsin gate\n\n" +
		"In: {\"id\",\"kind\":\"text\"|\"stix\",\"text\"}. Out, in order: {\"id\",\"output\",\"spans\":[{\"start\",\"end\",\"type\",\"verdict\"}]};\noffsets in code points of the input."
}

type gateIn struct {
	ID   json.RawMessage `json:"id"`
	Kind string          `json:"kind"`
	Text string          `json:"text"`
}

type gateSpan struct {
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Type    string `json:"type"`
	Verdict string `json:"verdict"`
}

func (gateCmd) Run(c *call) error {
	g := privacy.New()
	out := bufio.NewWriter(c.Out)
	cw := &call{c.ctx, Streams{Out: out, Err: c.Err}}
	err := each(c.In, func(in gateIn) error {
		var spans []privacy.Span
		var text string
		switch in.Kind {
		case "stix":
			var edits []stix.Edit
			spans, edits = g.JSON([]byte(in.Text))
			text = string(stix.Splice([]byte(in.Text), edits))
		default:
			spans = g.Text(in.Text)
			text = privacy.Scrub(in.Text, spans)
		}
		list := []gateSpan{}
		points := newPoints(in.Text)
		for _, s := range spans {
			list = append(list, gateSpan{points.at(s.Start), points.at(s.End), s.Type, string(s.Verdict)})
		}
		if err := cw.json(map[string]any{"id": in.ID, "output": text, "spans": list}); err != nil {
			return err
		}
		return out.Flush() // a caller may wait for each answer
	})
	return errors.Join(err, out.Flush())
}

// points turns byte offsets that rise into offsets in code points.
type points struct {
	s         string
	byte, pos int
}

func newPoints(s string) *points { return &points{s: s} }

func (p *points) at(b int) int {
	if b < p.byte {
		p.byte, p.pos = 0, 0
	}
	p.pos += utf8.RuneCountInString(p.s[p.byte:b])
	p.byte = b
	return p.pos
}

type extractCmd struct {
	File      []string `sep:"none" arg:"" optional:"" help:"Files to search; - is standard input."`
	JSONLines bool     `name:"json-lines" help:"{\"id\",\"text\"} lines in, {\"id\",\"iocs\":[{\"type\",\"value\",\"start\",\"end\"}]} lines out."`
}

// Help is the example that --help shows.
func (extractCmd) Help() string { return "Example:\n  tocsin extract report.txt" }

type ioc struct {
	Type  string `json:"type"`
	Value string `json:"value"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func (cmd extractCmd) Run(c *call) error {
	if cmd.JSONLines {
		out := bufio.NewWriter(c.Out)
		cw := &call{c.ctx, Streams{Out: out}}
		err := each(c.In, func(in struct {
			ID   json.RawMessage `json:"id"`
			Text string          `json:"text"`
		}) error {
			if err := cw.json(map[string]any{"id": in.ID, "iocs": indicators(in.Text)}); err != nil {
				return err
			}
			return out.Flush()
		})
		return errors.Join(err, out.Flush())
	}
	files := cmd.File
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		text, err := c.readText(name)
		if err != nil {
			return err
		}
		for _, i := range indicators(text) {
			c.say("%s\t%s\t%d", i.Type, oneLine(i.Value), i.Start)
		}
	}
	return nil
}

func indicators(text string) []ioc {
	list := []ioc{}
	points := newPoints(text)
	for _, f := range scan.Find(text) {
		if !f.Context {
			list = append(list, ioc{string(f.Thing.Kind), f.Thing.Value, points.at(f.Start), points.at(f.End)})
		}
	}
	return list
}
