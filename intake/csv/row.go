package csv

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/intake"
	"tocsin/observable"
	"tocsin/stix"
)

// finding is one value of a row.
type finding struct{ thing observable.Thing }

// row is what a row gave.
type row struct {
	findings    []finding
	description string
	labels      []string
	markings    []string
	confidence  int
	from, until time.Time
	context     bool   // not to be detected: an observable is made, not an indicator
	problem     string // why there are no findings although there should be
}

// Bounds of what is taken over from a row beside its values.
const (
	maxText   = 4000 // bytes of a description
	maxLabels = 50
)

// row reads one row.
func (t *table) row(rec record, o intake.Options) row {
	if t.columns == nil {
		return t.bare(rec, o)
	}
	r := row{}
	if o.Marking != "" {
		r.markings = []string{o.Marking}
	}
	word := ""
	var texts []string
	for i, c := range t.columns {
		cell := ""
		if i < len(rec.cells) {
			cell = rec.cells[i]
		}
		if cell == "" {
			continue
		}
		switch c.role {
		case typed:
			word = plain(cell)
		case describe:
			texts = append(texts, cell)
		case titled, fileName:
			texts = append(texts, c.name+": "+cell)
		default:
			r.meta(c.role, cell, o)
		}
	}
	if r.problem != "" {
		return r
	}
	if r.description = strings.Join(texts, "; "); len(r.description) > maxText {
		r.description = strings.ToValidUTF8(r.description[:maxText], "")
	}
	if word != "" && strings.Contains(notIndicators, " "+word+" ") {
		return r
	}
	t.values(&r, rec, word)
	return r
}

// values finds the values of a row with known columns.
func (t *table) values(r *row, rec record, word string) {
	filled, named := false, ""
	for i, c := range t.columns {
		if i >= len(rec.cells) || rec.cells[i] == "" {
			continue
		}
		cell := rec.cells[i]
		switch c.role {
		case value:
			filled = filled || !nothing(cell)
			kind := c.kind
			if kind == "" {
				kind = kindsNamed[word]
			}
			r.take(cell, kind)
		case fileName:
			if t, ok := observable.Guess(cell); ok && t.Kind != observable.FileName && t.Kind != observable.Domain {
				r.find(t)
				continue
			}
			named = cell
		}
	}
	if len(r.findings) == 0 && named != "" {
		filled = true
		r.take(named, observable.FileName)
	}
	if len(r.findings) == 0 && filled {
		r.problem = "no cell of this row is a value of a known kind"
		if kindsNamed[word] != "" {
			r.problem = "the value is not of the type that the row gives it"
		}
	}
}

// nothing tells cells that say that there is no value.
func nothing(cell string) bool {
	switch plain(cell) {
	case "", "na", "none", "null", "nil", "unknown", "nan", "tbd":
		return true
	}
	return false
}

// take finds the value or values of a cell.
func (r *row) take(cell string, kind observable.Kind) {
	if one(cell) && r.single(cell, kind) {
		return
	}
	if cut, _, ok := strings.Cut(cell, " #"); ok {
		cell = cut
	}
	before := len(r.findings)
	for p := range strings.FieldsFuncSeq(cell, func(c rune) bool {
		return c == ',' || c == ';' || c == '|' || c == '\n' || c == '\r' || c == ' ' || c == '\t'
	}) {
		r.single(strings.Trim(p, `"'`), kind)
	}
	// The name of a file decides nothing beside its hash.
	isName := func(f finding) bool { return f.thing.Kind == observable.FileName }
	if found := r.findings[before:]; slices.ContainsFunc(found, func(f finding) bool { return !isName(f) }) {
		r.findings = append(r.findings[:before], slices.DeleteFunc(found, isName)...)
	}
}

// one tells cells that hold one value: in a list of URLs a second scheme follows.
func one(cell string) bool {
	if !strings.ContainsAny(cell, ",;|\n ") {
		return true
	}
	lower := strings.ToLower(cell)
	for _, sep := range [...]string{",", ";", "|", "\n", " "} {
		if strings.Contains(lower, sep+"http") || strings.Contains(lower, sep+"hxxp") || strings.Contains(lower, sep+" http") || strings.Contains(lower, sep+" hxxp") {
			return false
		}
	}
	return true
}

// single takes one value: of the kind that is promised, else by its shape.
func (r *row) single(s string, kind observable.Kind) bool {
	if nothing(s) {
		return false
	}
	if kind != "" {
		if t, err := observable.Canonical(kind, s); err == nil {
			r.find(t)
			return true
		}
		switch kind { // any text is one of these, so shape decides nothing
		case observable.Mutex, observable.UserAgent, observable.FileName, observable.ASN:
			return false
		}
	}
	t, ok := observable.Guess(s)
	if ok {
		r.find(t)
	}
	return ok
}

func (r *row) find(t observable.Thing) { r.findings = append(r.findings, finding{t}) }

// bare reads a row of a table without names: each cell by its shape.
func (t *table) bare(rec record, o intake.Options) row {
	r := row{}
	if o.Marking != "" {
		r.markings = []string{o.Marking}
	}
	if t.sep == 0 {
		r.plainLine(rec.cells[0])
		return r
	}
	var texts, files []string
	word := observable.Kind("")
	for _, c := range rec.cells {
		if k := kindsNamed[plain(c)]; k != "" && len(c) < 20 {
			word = k
		}
	}
	for _, c := range rec.cells {
		if kindsNamed[plain(c)] != "" || nothing(c) {
			continue
		}
		before := len(r.findings)
		if !strong(c) && (strings.ContainsRune(c, ' ') && !strings.ContainsAny(c, ",;|\n") || word == "") {
			if t, ok := observable.Guess(c); ok && t.Kind == observable.FileName {
				files = append(files, c)
			}
		} else {
			r.take(c, word)
		}
		if len(r.findings) == before && wordy(c) {
			texts = append(texts, c)
		}
	}
	if len(r.findings) == 0 {
		for _, f := range files {
			r.take(f, observable.FileName)
		}
	}
	r.description = strings.ToValidUTF8(strings.Join(texts, "; ")[:min(maxText, len(strings.Join(texts, "; ")))], "")
	if len(r.findings) == 0 && slices.ContainsFunc(rec.cells, func(c string) bool { return !nothing(c) }) {
		r.problem = "no cell of this row is a value of a known kind"
	}
	return r
}

// plainLine reads a line of a list: the value, then perhaps a remark or columns.
func (r *row) plainLine(line string) {
	for _, mark := range [...]string{" #", "\t#", " //", "\t//", " ;", "\t;"} {
		if at := strings.Index(line, mark); at > 0 {
			line = strings.TrimSpace(line[:at])
		}
	}
	if one(line) && r.single(line, "") {
		return
	}
	cells := strings.Fields(line)
	if hostsLine(cells) {
		cells = cells[1:]
	}
	for _, c := range cells {
		if c = strings.Trim(c, `"',;`); strong(c) {
			r.take(c, "")
		} else if strings.ContainsAny(c, ",;|") {
			r.take(c, "")
		}
	}
	if len(r.findings) == 0 && !(len(cells) > 0 && slices.Contains(ownNames, cells[0])) {
		r.problem = "this line is not a value of a known kind"
	}
}

// ownNames stand in every hosts file for the machine itself.
var ownNames = []string{"localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts"}

// wordy tells text that says something from numbers, dates and marks.
func wordy(s string) bool {
	letters := 0
	for _, c := range s {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c > 127 {
			letters++
		}
	}
	_, date := parseDate(s)
	return letters > 2 && !date
}

// meta reads a cell that is about the row's values.
func (r *row) meta(role role, cell string, o intake.Options) {
	switch role {
	case confidence:
		r.confidence = parseConfidence(cell)
	case firstSeen:
		if t, ok := parseDate(cell); ok && !t.After(o.Now) && (r.from.IsZero() || t.Before(r.from)) {
			r.from = t
		}
	case validUntil:
		if t, ok := parseDate(cell); ok {
			r.until = t
		}
	case tags:
		for tag := range strings.FieldsFuncSeq(cell, func(c rune) bool { return c == ',' || c == ';' || c == '|' }) {
			if tag = strings.TrimSpace(tag); strings.HasPrefix(strings.ToLower(tag), "tlp:") {
				r.mark(tag)
			} else if tag != "" && len(tag) < 250 && len(r.labels) < maxLabels {
				r.labels = append(r.labels, tag)
			}
		}
	case tlp:
		r.mark(cell)
	case toIDs:
		switch strings.ToLower(cell) {
		case "0", "false", "no", "n":
			r.context = true
		}
	}
}

// mark takes a row's own level. One that is not understood must not go out
// under a wider one.
func (r *row) mark(cell string) {
	level, ok := stix.ParseTLP(cell)
	if !ok {
		r.problem = "the row has a TLP level that is not known: clear, green, amber, amber+strict or red"
		return
	}
	r.markings = []string{level.MarkingID()}
}

// parseConfidence reads 0 to 100, per cent, a fraction, or words (STIX 2.1
// appendix A); 0 means that nothing is said.
func parseConfidence(s string) int {
	s = strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%")))
	switch s {
	case "low":
		return 15
	case "medium", "med", "moderate":
		return 50
	case "high":
		return 85
	case "very high", "certain", "confirmed":
		return 95
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || math.IsNaN(f) || f <= 0 || f > 100:
		return 0
	case f < 1 || f == 1 && strings.Contains(s, "."):
		return int(math.Round(f * 100))
	}
	return int(math.Round(f))
}

// dates are the ways in which lists write times that can be read in one way only.
var dates = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "20060102", "2 Jan 2006", "Jan 2, 2006", "January 2, 2006"}

// parseDate reads a time; where it has no zone, UTC is meant.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 8 || len(s) > 40 || !strings.ContainsAny(s, "0123456789") {
		return time.Time{}, false
	}
	for _, f := range dates {
		if t, err := time.Parse(f, s); err == nil && t.Year() >= 1990 && t.Year() < 2200 {
			return t.UTC(), true
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
	case len(s) == 10 && n > 0:
		return time.Unix(n, 0).UTC(), true
	case len(s) == 13 && n > 0:
		return time.UnixMilli(n).UTC(), true
	}
	return time.Time{}, false
}

// draft makes the object of a value.
func (r *row) draft(f finding, o intake.Options) ([]byte, bool) {
	d := observable.Draft{Thing: f.thing, NewID: o.NewID, Now: o.Now, Description: r.description, CreatedBy: o.CreatedBy, Markings: r.markings,
		Labels: r.labels, ValidFrom: r.from, ValidUntil: r.until, Confidence: r.confidence}
	if !r.context {
		if raw, ok := d.Indicator(); ok {
			return raw, true
		}
	}
	return d.Object()
}
