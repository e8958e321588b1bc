package csv

import (
	"slices"
	"strings"

	"tocsin/observable"
)

// table is how a list is laid out.
type table struct {
	sep     byte // 0: one value a line, what follows it after white space is looked at too
	header  bool // the first row is the header
	columns []column
	victims bool // its addresses are those of whom it hit
}

// Looks tells whether the beginning of a text is a list rather than prose: most
// of its lines are values, or a header with known names stands above rows.
func Looks(head []byte) bool {
	lines := sampleLines(head)
	if len(lines) == 0 {
		return false
	}
	t := survey(head)
	if t.columns != nil && t.sep != 0 && len(lines) > 1 {
		return true
	}
	body := lines
	if t.header {
		body = lines[1:]
	}
	hits := 0
	for _, l := range body {
		cells, _ := split(l, t.sep)
		if t.sep == 0 {
			// One value and little beside it is a list; a sentence with a value in it is none.
			if cells = strings.Fields(l); !listLine(cells) {
				continue
			}
		}
		if slices.ContainsFunc(cells, strong) {
			hits++
		}
	}
	return len(body) > 0 && hits*10 >= len(body)*8
}

// survey finds out the layout from the beginning of a list.
func survey(head []byte) *table {
	lines := sampleLines(head)
	t := &table{sep: separator(lines)}
	first := ""
	if len(lines) > 0 {
		first = lines[0]
	}
	cells, _ := split(first, t.sep)
	if header(cells) || t.strange(lines) {
		t.header = true
	} else if cells = above(head, t.sep); len(cells) == 0 {
		return t
	}
	for _, c := range cells {
		t.columns = append(t.columns, named(c))
	}
	t.victims = aboutVictims(cells)
	body := lines
	if t.header {
		body = lines[1:]
	}
	t.judge(body)
	if !slices.ContainsFunc(t.columns, func(c column) bool { return c.role == value || c.role == fileName }) {
		t.columns = nil // the names don't say where the values are
	}
	return t
}

// aboutVictims tells reports about infected, open or breached hosts by columns
// that only such have, as those of Shadowserver do: what their addresses are
// blocked for is having been hit.
func aboutVictims(cells []string) bool {
	sector, severity, public := false, false, false
	for _, c := range cells {
		switch p := plain(c); {
		case strings.HasSuffix(p, "naics"):
			sector = true
		case p == "severity":
			severity = true
		case p == "publicsource":
			public = true
		}
	}
	return severity && (sector || public)
}

// sampleLines gives the first lines that are neither blank nor remarks.
func sampleLines(head []byte) []string {
	var out []string
	for len(head) > 0 && len(out) < 200 {
		end, width, ok := lineEnd(head)
		if !ok && len(out) > 0 && len(head) > 0 && end+width == len(head) && len(head) > 200 {
			break // the sample ends within this line
		}
		line := decode(head[:end])
		head = head[end+width:]
		if strings.TrimSpace(line) != "" && !comment(line, 0) {
			out = append(out, line)
		}
	}
	return out
}

// separator finds the byte that cuts most lines into the same number of cells,
// 0 for lists of one value a line.
func separator(lines []string) byte {
	whole := 0
	for _, l := range lines {
		if _, ok := observable.Guess(unquoted(strings.TrimSpace(l))); ok {
			whole++
		}
	}
	if whole*10 >= len(lines)*9 {
		return 0
	}
	best, bestScore := byte(0), 0
	for _, sep := range [...]byte{',', ';', '\t', '|'} {
		counts := map[int]int{}
		for _, l := range lines {
			cells, open := split(l, sep)
			if !open {
				counts[len(cells)]++
			}
		}
		for n, c := range counts {
			// All lines of one width weigh most; of two such, the wider.
			if score := c*1000 + min(n, 100); n > 1 && c*10 >= len(lines)*6 && score > bestScore {
				best, bestScore = sep, score
			}
		}
		if h, _ := split(first(lines), sep); len(h) > 1 && header(h) && best == 0 {
			best, bestScore = sep, 1
		}
	}
	return best
}

func first(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// header tells a row of names: some are known, and no cell is a value.
func header(cells []string) bool {
	n := 0
	for _, c := range cells {
		if strong(c) {
			return false
		}
		if known(c) {
			n++
		}
	}
	return n > 0 && (n > 1 || len(cells) < 4)
}

// strange tells a header of names that nobody knows: values stand in most rows,
// and only words in the first.
func (t *table) strange(lines []string) bool {
	if t.sep == 0 || len(lines) < 2 {
		return false
	}
	hits := 0
	for i, l := range lines {
		cells, _ := split(l, t.sep)
		hit := slices.ContainsFunc(cells, strong)
		switch {
		case i == 0 && (hit || slices.ContainsFunc(cells, func(c string) bool { return !wordy(c) || len(c) > 40 })):
			return false
		case hit:
			hits++
		}
	}
	return hits*10 >= (len(lines)-1)*6
}

// above gives the names of a header that stands in the last remark before the
// rows, as some feeds write it.
func above(head []byte, sep byte) []string {
	last := ""
	for len(head) > 0 {
		end, width, _ := lineEnd(head)
		line := decode(head[:end])
		head = head[end+width:]
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !comment(line, sep) {
			cells, _ := split(strings.TrimLeft(last, "#/; "), sep)
			width, _ := split(line, sep)
			if sep != 0 && last != "" && len(cells) == len(width) && header(cells) {
				return cells
			}
			return nil
		}
		if strings.Trim(line, "#/;-=* \t") != "" {
			last = line
		}
	}
	return nil
}

// judge looks at the columns whose names say nothing: those that hold little
// else than values are taken as such.
func (t *table) judge(lines []string) {
	filled, hits := make([]int, len(t.columns)), make([]int, len(t.columns))
	for _, l := range lines {
		cells, _ := split(l, t.sep)
		for i := range min(len(cells), len(t.columns)) {
			if t.columns[i].role != shaped || cells[i] == "" {
				continue
			}
			if filled[i]++; strong(cells[i]) {
				hits[i]++
			}
		}
	}
	for i := range t.columns {
		c := &t.columns[i]
		if c.role != shaped {
			continue
		}
		if c.role = other; hits[i] > 0 && hits[i]*10 >= filled[i]*6 {
			c.role = value
		}
	}
}

// strong tells values that can be nothing else: names of files and numbers of
// networks also occur as remarks.
func strong(cell string) bool {
	t, ok := observable.Guess(cell)
	return ok && t.Kind != observable.FileName && t.Kind != observable.ASN
}

// listLine tells a line of a list: a value, behind which only numbers, dates and
// remarks stand.
func listLine(cells []string) bool {
	if hostsLine(cells) {
		return true
	}
	if len(cells) == 0 || !strong(strings.Trim(cells[0], `"',;`)) {
		return false
	}
	for _, c := range cells[1:] {
		if strings.HasPrefix(c, "#") || strings.HasPrefix(c, "//") || strings.HasPrefix(c, ";") {
			return true
		}
		if wordy(c) && !strong(c) {
			return false
		}
	}
	return true
}

// hostsLine tells a line of a hosts file, which sends names nowhere.
func hostsLine(cells []string) bool {
	if len(cells) < 2 {
		return false
	}
	switch cells[0] {
	case "0.0.0.0", "127.0.0.1", "::", "::1", "0":
		return true
	}
	return false
}
