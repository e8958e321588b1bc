package cli

import (
	"io"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/stix/pattern"
	"tocsin/stix/validate"
)

// read reads a file of at most the size of a report.
func (c *call) read(name string, most int64) ([]byte, error) {
	f, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "%s can't be read to its end", name)
	}
	if int64(len(b)) > most {
		return nil, fault.New(fault.TooLarge, "%s has more than %d MB", name, most>>20)
	}
	return b, nil
}

func (c *call) readText(name string) (string, error) {
	b, err := c.read(name, intake.MaxBytes)
	return string(b), err
}

type stixCmd struct {
	Validate validateCmd `cmd:"" help:"Check files against the rules of STIX 2.1."`
}

type validateCmd struct {
	File []string `sep:"none" arg:"" help:"Files: an object, a bundle, or a list."`
	JSON bool     `help:"Print a line of JSON per object."`
}

// Help is the example that --help shows.
func (validateCmd) Help() string { return "Example:\n  tocsin stix validate bundle.json --json" }

func (cmd validateCmd) Run(c *call) error {
	bad := false
	for _, name := range cmd.File {
		b, err := c.read(name, 256<<20)
		if err != nil {
			return err
		}
		for _, r := range validate.File(b) {
			bad = bad || !r.Valid
			if cmd.JSON {
				if err := c.json(r); err != nil {
					return err
				}
				continue
			}
			word := "valid"
			if !r.Valid {
				word = "refused"
			}
			c.say("%s\t%s", word, r.ID)
			for _, e := range r.Errors {
				c.say("\terror\t%s\t%s", e.Path, e.Message)
			}
			for _, w := range r.Warnings {
				c.say("\twarning\t%s\t%s", w.Path, w.Message)
			}
		}
	}
	if bad {
		return ended(exitFailed)
	}
	return nil
}

type patternCmd struct {
	Check patternRun `cmd:"" help:"Is it a valid STIX pattern?"`
	Match patternRun `cmd:"" help:"Does it match the observations?"`
}

type patternRun struct{}

// Help is the example that --help shows.
func (patternRun) Help() string {
	return "Example:\n  echo '{\"pattern\":\"[ipv4-addr:value = '\\''192.0.2.1'\\'']\"}' | tocsin pattern check\n\n" +
		"In: {\"pattern\",\"observations\"?}, observations being a list of bundles. Out, in order: {\"valid\",\"error\"?,\"match\"?}."
}

func (patternRun) Run(c *call) error { return pattern.Serve(c.In, c.Out) }
