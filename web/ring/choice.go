package ring

import (
	"net/url"
	"slices"
	"strings"

	"tocsin/draft"
	"tocsin/exchange"
	"tocsin/intake"
	"tocsin/stix"
)

// The levels as forms name them.
const (
	defaultTLP = "amber" // who shares too widely by mistake can't take that back
	stixRed    = "red"
)

// levels are the choices of a marking, from the widest.
var levels = []string{"clear", "green", "amber", "amber-strict", "red"}

// choices is everything that a person chooses on the check page. All of it stands
// in the page's address.
type choices struct {
	As    string   // format; "" to find out
	TLP   string   // one of levels
	Group string   // "" for the community
	Named bool     // show the member's name with this report
	All   bool     // take every doubtful passage out
	Take  []string // take these out
}

// maxTake bounds the passages that are chosen one by one.
const maxTake = 200

// isPassage tells what may be the name of a passage: PART.HEX, as exchange.Span has it.
func isPassage(id string) bool {
	part, hex, ok := strings.Cut(id, ".")
	return ok && part != "" && len(part) <= 6 && part[0] != '0' && strings.Trim(part, "0123456789") == "" &&
		len(hex) == 16 && strings.Trim(hex, "0123456789abcdef") == ""
}

// parseChoices reads a form or an address; what is none of the choices is left out.
func parseChoices(q url.Values) choices {
	c := choices{TLP: q.Get("tlp"), Named: q.Get("named") != "", Group: q.Get("group")}
	if f, err := intake.ParseFormat(q.Get("as")); err == nil {
		c.As = string(f)
	}
	if !slices.Contains(levels, c.TLP) {
		c.TLP = defaultTLP
	}
	if len(c.Group) > 200 {
		c.Group = ""
	}
	for _, id := range q["take"] {
		switch {
		case id == "all":
			c.All = true
		case len(c.Take) < maxTake && isPassage(id) && !slices.Contains(c.Take, id):
			c.Take = append(c.Take, id)
		}
	}
	if c.All {
		c.Take = nil
	}
	slices.Sort(c.Take) // the same choice is the same report, in whatever order it was made
	return c
}

// values gives the choices as fields.
func (c choices) values() url.Values {
	q := url.Values{"tlp": {c.TLP}}
	if c.As != "" {
		q.Set("as", c.As)
	}
	if c.Group != "" {
		q.Set("group", c.Group)
	}
	if c.Named {
		q.Set("named", "1")
	}
	if c.All {
		q.Set("take", "all")
	}
	for _, id := range c.Take {
		q.Add("take", id)
	}
	return q
}

// query gives the choices as the query of an address, with more fields: name, value.
func (c choices) query(more ...string) string {
	q := c.values()
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "?" + q.Encode()
}

// field is a hidden field of a form.
type field struct{ Name, Value string }

// fields gives the choices as hidden fields, but for those that the form itself asks for.
func (c choices) fields(without ...string) (out []field) {
	q := c.values()
	for _, name := range []string{"as", "tlp", "group", "named", "take"} {
		if slices.Contains(without, name) {
			continue
		}
		for _, v := range q[name] {
			out = append(out, field{name, v})
		}
	}
	return out
}

// options are the choices as the exchange takes them.
func (c choices) options(d draft.Draft) exchange.Options {
	level, _ := stix.ParseTLP(c.TLP) // one of levels
	return exchange.Options{Format: intake.Format(c.As), Name: d.Name, TLP: level, Group: c.Group, Named: c.Named,
		Idempotent: d.ID, Door: exchange.DoorWeb, Size: d.Size, TakeOut: exchange.TakeOut{All: c.All, Passages: c.Take}}
}
