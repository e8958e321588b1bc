package pattern

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/fault"
)

// MaxLine bounds a line of [Serve]; a longer one is answered with an error.
const MaxLine = 16 << 20

// Question is a line of the commands pattern check and pattern match.
type Question struct {
	Pattern      *string          `json:"pattern"`
	Observations []jsontext.Value `json:"observations,omitempty"`
}

// Answer is the line that answers. Valid says that the pattern can be read and,
// where it is only checked, that it breaks no rule. An evaluation that was refused
// has Error and no Match. Warnings name rules that a pattern breaks although it was evaluated.
type Answer struct {
	Valid    bool     `json:"valid"`
	Error    string   `json:"error,omitempty"`
	Match    *bool    `json:"match,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// Ask answers one question: without observations whether the pattern is valid,
// with observations (an empty list too) whether it matches.
func Ask(q Question) Answer {
	if q.Pattern == nil {
		return Answer{Error: "pattern: is missing"}
	}
	p, err := Parse(*q.Pattern)
	if err != nil {
		return Answer{Error: fault.Public(err)}
	}
	if q.Observations == nil {
		if len(p.breaks) > 0 {
			return Answer{Error: fault.Public(p.breaks[0])}
		}
		return Answer{Valid: true}
	}
	a := Answer{Valid: true}
	for _, b := range p.breaks {
		a.Warnings = append(a.Warnings, fault.Public(b))
	}
	found, err := p.Match(q.Observations)
	if err != nil {
		a.Error = fault.Public(err)
		return a
	}
	a.Match = &found
	return a
}

// Serve answers questions line by line, in order, as [Ask] does; empty lines are
// passed over. It fails only when in can't be read or out can't be written.
func Serve(in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		line, tooLong, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(line) > 0 || tooLong {
			if err := reply(out, line, tooLong); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

func reply(out io.Writer, line []byte, tooLong bool) error {
	var q Question
	var a Answer
	switch err := json.Unmarshal(line, &q); {
	case tooLong:
		a = Answer{Error: "the line is longer than 16 MiB"}
	case err != nil:
		a = Answer{Error: `the line is not a JSON object {"pattern": "...", "observations": [...]}`}
	default:
		a = Ask(q)
	}
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = out.Write(append(b, '\n'))
	return err
}

// readLine reads a line without its end; of one that is too long it keeps nothing.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > MaxLine {
			tooLong, line = true, nil
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSpace(line), tooLong, err
		}
	}
}
