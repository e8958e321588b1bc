// Package text reads reports that people wrote: plain text, Markdown, AsciiDoc
// and HTML. What the text names becomes indicators, vulnerabilities and
// techniques; the text itself becomes the description of a report object.
//
//	batch, err := text.Read(raw, options)
//
// Values that the text names without calling them dangerous, such as links to a
// publisher, give no object.
package text

import (
	"strings"

	"tocsin/fault"
	"tocsin/intake"
	"tocsin/intake/scan"
	"tocsin/intake/scan/draft"
	"tocsin/intake/scan/page"
)

// Read makes a report of a text in any encoding that it can tell. Errors are
// fault.TooLarge, and fault.Invalid for what is no text or names nothing.
func Read(raw []byte, o intake.Options) (intake.Batch, error) {
	if len(raw) > intake.MaxBytes {
		return intake.Batch{}, fault.New(fault.TooLarge, "a text has at most %d bytes", intake.MaxBytes)
	}
	s, err := page.Decode(raw)
	if err != nil {
		return intake.Batch{}, err
	}
	title := ""
	if page.IsHTML(s, o.Name) {
		title, s = page.Text(s)
	} else {
		title = heading(s)
	}
	m := draft.New(o)
	scan.Mention(m, s)
	if err := m.Report(draft.Report{Name: title, Description: strings.TrimSpace(s)}); err != nil {
		return intake.Batch{}, err
	}
	return m.Batch(intake.Text, raw), nil
}

// heading gives the first heading of Markdown or AsciiDoc, or else the first
// line when it is short enough for a title.
func heading(s string) string {
	first := ""
	prev := ""
	n := 0
	matter := strings.HasPrefix(s, "---\n") // settings of a site generator, up to the next ---
	for l := range strings.Lines(s) {
		l = strings.TrimSpace(l)
		if n++; n > 200 {
			break
		}
		if matter {
			if t, ok := strings.CutPrefix(l, "title:"); ok {
				return clean(strings.Trim(t, " \"'"))
			}
			matter = n == 1 || l != "---"
			continue
		}
		if t := strings.TrimLeft(l, "#="); len(t) < len(l) && strings.HasPrefix(t, " ") && len(l)-len(t) <= 6 {
			return clean(t)
		}
		if prev != "" && len(l) >= 3 && (strings.Trim(l, "=") == "" || strings.Trim(l, "-") == "" && n < 4) {
			return clean(prev)
		}
		if first == "" && l != "" && !strings.HasPrefix(l, ":") && l != "---" {
			first = l
		}
		prev = l
	}
	if len(first) > 120 || len(scan.Find(first)) > 0 {
		return ""
	}
	return clean(first)
}

// clean takes the marks of a heading off.
func clean(t string) string { return strings.Trim(t, " \t#=*_`:") }
