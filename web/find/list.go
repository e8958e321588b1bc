package find

import (
	"encoding/csv"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/web/frame"
)

// list is what is known of many values.
type list struct {
	Total, Known, Unknown, Unread int
	Show                          string // known, unknown, unread, or "" for all
	Rows                          []listRow
	Cut, From, To, Next           int  // how many rows there are, when not all are shown, and which are; 0 for no next
	Kept                          bool // it is sent back with its page
	Short                         bool // it fits into an address
	All, KnownAt, UnknownAt       string
	UnreadAt                      string
}

// listRow is one value of a list.
type listRow struct {
	Value, Link  string
	Kind         string
	Read, Known  bool
	State, Never string
	Members      int
	Last         time.Time // zero when all was taken back
}

// maxAddress is how long a list may be that stands in an address: a longer one is posted.
const maxAddress = 2000

// maxPage bounds the list that is sent back and the rows together, in bytes of HTML: a
// page has 36 kB. A list that takes more than maxKept of it is not sent back. The rows
// that don't fit come with the next page, and the file has them all.
const (
	maxPage = 27 << 10
	maxKept = 18 << 10
)

// fit cuts a page out of the rows: from the row that was asked for, as many as have room.
// Of a list that isn't sent back no other page can be asked for: what is known comes first.
func (l *list) fit(asked, row string) {
	room := maxPage
	if kept := len(asked); kept <= maxKept {
		if kept = len(template.HTMLEscapeString(asked)); kept <= maxKept {
			l.Kept = true
			room -= kept
		}
	}
	if !l.Kept {
		slices.SortStableFunc(l.Rows, func(a, b listRow) int { return b.rank() - a.rank() })
	}
	from, err := strconv.Atoi(row)
	if err != nil || from < 0 || from >= len(l.Rows) || !l.Kept {
		from = 0
	}
	to := from
	for to < len(l.Rows) && room > 0 {
		if room -= l.Rows[to].size(); room > 0 {
			to++
		}
	}
	if from > 0 || to < len(l.Rows) {
		l.Cut, l.From, l.To = len(l.Rows), from+1, to
		if to < len(l.Rows) {
			l.Next = to
		}
		l.Rows = l.Rows[from:to]
	}
}

// rank is how much a row has to say.
func (r *listRow) rank() int {
	switch {
	case r.Known:
		return 2
	case r.Read:
		return 1
	}
	return 0
}

// size is about how many bytes of HTML a row has, rather too many.
func (r *listRow) size() int {
	n := 340 + len(template.HTMLEscapeString(r.Value))
	if r.Known {
		n += 240
	}
	if r.Never != "" {
		n += 60
	}
	return n
}

// list looks many values up.
func (f *finder) list(v *frame.Visit, form url.Values, values []string, b *body) error {
	found, err := f.x.LookMany(v.R.Context(), v.Visitor.Session, values)
	if err != nil {
		return err
	}
	l := &list{Total: len(found), Show: form.Get("show"), Short: short(b.Asked)}
	if l.Show != "known" && l.Show != "unknown" && l.Show != "unread" {
		l.Show = ""
	}
	for i := range found {
		one := &found[i]
		is := "unread"
		switch {
		case one.Known:
			is = "known"
			l.Known++
		case one.Read:
			is = "unknown"
			l.Unknown++
		default:
			l.Unread++
		}
		if l.Show == "" || l.Show == is {
			l.Rows = append(l.Rows, f.listRow(one))
		}
	}
	l.fit(b.Asked, form.Get("row"))
	if l.Short {
		at := func(show string) string { return (&filters{}).address(b.Asked, "show", show) }
		l.All, l.KnownAt, l.UnknownAt, l.UnreadAt = at(""), at("known"), at("unknown"), at("unread")
	}
	b.List = l
	return nil
}

func (f *finder) listRow(one *exchange.Looked) listRow {
	r := listRow{Value: line(frame.Defang(one.Asked), maxName), Read: one.Read, Known: one.Known, State: one.State, Never: one.Never, Members: one.Record.Reporters}
	if one.Read {
		r.Kind = string(one.Thing.Kind)
		r.Value = line(frame.Defang(one.Thing.Value), maxName)
	}
	if one.Known {
		r.Link = "/i/" + f.x.ThingID(one.Thing)
		if one.Record.All > 0 {
			r.Last = time.UnixMicro(one.Record.Last).UTC()
		}
	}
	return r
}

// csv answers with a list as a file.
func (f *finder) csv(v *frame.Visit) error {
	form, err := read(v)
	if err != nil {
		return err
	}
	asked := exchange.ReadQuery(form.Get("q"))
	if asked.Kind != exchange.AskedList {
		return fault.New(fault.Invalid, "this is no list of values")
	}
	found, err := f.x.LookMany(v.R.Context(), v.Visitor.Session, asked.Values)
	if err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="list.csv"`)
	w := csv.NewWriter(v.W)
	w.UseCRLF = true
	rows := [][]string{{"asked", "value", "kind", "known", "state", "members", "first_filed", "last_filed", "until", "never_blocked"}}
	for i := range found {
		rows = append(rows, record(&found[i]))
	}
	for _, r := range rows {
		for i := range r {
			r[i] = defuse(r[i])
		}
		if w.Write(r) != nil {
			return nil // the client went away
		}
	}
	w.Flush()
	return nil
}

// record gives the cells of one value.
func record(one *exchange.Looked) []string {
	known := "unknown"
	switch {
	case one.Known:
		known = "known"
	case !one.Read:
		known = "not read"
	}
	r := []string{one.Asked, one.Thing.Value, string(one.Thing.Kind), known, one.State, "", "", "", "", one.Never}
	if one.Known {
		r[5] = strconv.Itoa(one.Record.Reporters)
		if one.Record.All > 0 {
			r[6], r[7] = stamp(time.UnixMicro(one.Record.First)), stamp(time.UnixMicro(one.Record.Last))
		}
		if !one.Record.Until.IsZero() {
			r[8] = stamp(one.Record.Until)
		}
	}
	return r
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// defuse keeps a spreadsheet from computing what a cell says (OWASP, "CSV
// injection"): a cell that begins like a formula gets an apostrophe before it.
func defuse(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
