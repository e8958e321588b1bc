package house

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tocsin/audit"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/web/frame"
)

// auditRow is one act as the page shows it.
type auditRow struct {
	audit.Item
	Who, Member string
	Word        string // of the act
	What        string // what it is about, the outcome's if that says more
	Link        string // of what it is about; "" for none
	State       string // word of state
	Says        string // the outcome as it is recorded
}

type auditPage struct {
	Rows         []auditRow
	All          bool // the whole record, not one's own members'
	Acts         []choice
	Act          audit.Act
	Person       string
	Since        string
	Older, First string // addresses; "" for none
	Filtered     bool
	Of           string // whose acts alone these are
}

// choice is an act that the list can be narrowed to.
type choice struct {
	Act  audit.Act
	Word string
}

func choices() (out []choice) {
	for _, a := range audit.Acts() {
		out = append(out, choice{a, word(a)})
	}
	return out
}

// word gives the key of an act's word.
func word(a audit.Act) string { return "act." + strings.ReplaceAll(string(a), " ", "-") }

// auditRows is how many acts stand on one page.
const auditRows = 50

func (d *desk) audit(v *frame.Visit) error {
	ctx, s, q := v.R.Context(), v.Visitor.Session, v.R.URL.Query()
	b := auditPage{All: s.May(member.ActAudit) == nil, Acts: choices(), Act: audit.Act(q.Get("act")), Person: q.Get("person"), Since: q.Get("since")}
	f := audit.Filter{Act: b.Act}
	var err error
	if b.Person != "" {
		if f.Person, err = strconv.ParseInt(b.Person, 10, 64); err != nil {
			return fault.At(fault.Invalid, "person", "is the number of a person")
		}
	}
	if b.Since != "" {
		if f.Since, err = time.Parse(time.DateOnly, b.Since); err != nil {
			return fault.At(fault.Invalid, "since", "is a date such as 2026-11-25")
		}
	}
	b.Filtered = f != (audit.Filter{})
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64) // no number is the newest page
	items, err := d.x.Audit().List(ctx, s, before, auditRows+1, f)
	if err != nil {
		return err
	}
	keep := url.Values{}
	for _, k := range []string{"act", "person", "since"} {
		if q.Get(k) != "" {
			keep.Set(k, q.Get(k))
		}
	}
	if before > 0 {
		b.First = "/audit?" + keep.Encode()
	}
	people := make([]int64, len(items))
	for i, it := range items {
		people[i] = it.Row.Person
	}
	n, err := d.names(ctx, people...)
	if err != nil {
		return err
	}
	rows := make([]auditRow, len(items))
	for i, it := range items {
		rows[i] = rowOf(it, n)
		rows[i].Link = link(v.Visitor.Session, rows[i].What)
	}
	page := part(rows, newest, auditRows, pageRoom, func(r auditRow) int64 { return -r.N }, func(r auditRow) int {
		return 560 + width(r.Who) + width(r.Member) + width(r.Says) + 2*width(r.What)
	})
	if f.Person != 0 && len(rows) > 0 {
		b.Of = rows[0].Who
	}
	if b.Rows = page.Rows; page.More {
		keep.Set("before", strconv.FormatInt(-page.Next, 10))
		b.Older = "/audit?" + keep.Encode()
	}
	return d.show(v, "audit", d.Word(v, "audit.title"), "audit", problem{}, b)
}

func rowOf(it audit.Item, n names) auditRow {
	row := auditRow{Item: it, Word: word(it.Act), Who: n.people[it.Row.Person], Member: n.members[it.Row.Member], What: it.About, Says: it.Outcome}
	if it.Ended != nil {
		row.What, row.Says = it.Ended.About, it.Ended.Outcome
	}
	switch {
	case row.Says == "done":
		row.State = "done"
	case row.Says == "failed":
		row.State = "failed"
	case row.Says == "":
		row.State = "unknown"
	default:
		row.State = "refused"
	}
	return row
}

// link leads from a reference of the record to its page, for those who may see that.
func link(s member.Session, ref string) string {
	word, number, ok := strings.Cut(ref, " ")
	if !ok {
		word, number, _ = strings.Cut(ref, "-")
	}
	switch word {
	case "report", "decision", "entry":
		return "/receipt/" + number
	case "request":
		return "/approvals/" + number
	case "held":
		if s.May(member.ActReview) == nil {
			return "/review/" + ref
		}
	case "person":
		if s.May(member.ActAudit) == nil || s.May(member.ActOwn) == nil {
			return "/audit?person=" + number
		}
	case "member":
		if s.May(member.ActAdminister) == nil || s.May(member.ActOwn) == nil && number == fmt.Sprint(s.Member.ID) {
			return "/members/" + number
		}
	case "group":
		if s.May(member.ActAdminister) == nil {
			return "/groups/" + number
		}
	}
	return ""
}

// export is the record as JSON lines, for whoever checks it elsewhere.
func (d *desk) export(v *frame.Visit) error {
	out := bufio.NewWriter(v.W)
	begun := false
	begin := func() {
		begun = true
		v.W.Header().Set("Content-Type", "application/x-ndjson")
		v.W.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="audit-%s.jsonl"`, time.Now().UTC().Format(time.DateOnly)))
	}
	err := d.x.ExportAudit(v.R.Context(), v.Visitor.Session, 0, func(r audit.Row) error {
		if !begun {
			begin()
		}
		out.Write(r.Line())
		return out.WriteByte('\n')
	})
	switch {
	case err != nil && !begun:
		return err
	case err != nil:
		panic(http.ErrAbortHandler) // an answer that ends early must not look whole
	case !begun:
		begin()
	}
	out.Flush() // an error is a client that went away
	return nil
}
