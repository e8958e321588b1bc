package report

import (
	"fmt"
	"strconv"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/web/frame"
)

// lines is how many reports one page of the list has.
const lines = 50

// mine is the list of what the visitor's member filed.
type mine struct {
	Rows         []ownRow
	Older, Newer string
	First        bool // the newest page
}

type ownRow struct {
	exchange.OwnReport
	Heading string
	Long    bool   // it has a word that no line can break
	Tag     string // state of the frame's list; "" for words alone
}

func (p pages) mine(v *frame.Visit) error {
	q := v.R.URL.Query()
	before, after := int64(0), int64(-1)
	for name, to := range map[string]*int64{"before": &before, "after": &after} {
		if text := q.Get(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 {
				return fault.At(fault.Invalid, name, "this is no place in the list; go on from its first page")
			}
			*to = n
		}
	}
	if q.Get("before") == "0" {
		return v.Go("/reports") // nothing is before the first entry
	}
	reports, more, err := p.x.OwnReports(v.R.Context(), v.Visitor.Session, before, after, lines)
	if err != nil {
		return err
	}
	if after >= 0 && !more && len(reports) < lines {
		return v.Go("/reports") // that is the newest page
	}
	b := mine{First: before == 0 && after < 0}
	for _, r := range reports {
		row := ownRow{OwnReport: r, Heading: p.heading(v, r.Title, r.Named, p.Word(v, "title.report", "n", r.Index)), Tag: r.State}
		row.Long = frame.Unbroken(row.Heading)
		if r.State == exchange.StatePartly {
			row.Tag = ""
		}
		b.Rows = append(b.Rows, row)
	}
	if n := len(reports); n > 0 {
		if more && after < 0 || after >= 0 {
			b.Older = fmt.Sprintf("/reports?before=%d", reports[n-1].Index)
		}
		if before > 0 || after >= 0 && more {
			b.Newer = fmt.Sprintf("/reports?after=%d", reports[0].Index)
		}
	}
	return v.Show(p.Pages, "mine", frame.Page{Title: p.Word(v, "mine"), Active: "reports", Body: b})
}
