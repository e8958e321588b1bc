// Package recall is the page on which a member takes back what it filed: what goes,
// in numbers, before it goes; why, which everyone who acted on it reads; and one
// button that says from how many.
//
// What the page shows is computed by the code that does it, and done only while it
// is still that.
package recall

import (
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

type pages struct {
	*frame.Pages
	x *exchange.Exchange
}

// Routes is the page, and the act.
func Routes(s *frame.Site) []frame.Route {
	p := pages{s.Pages(files), s.Exchange}
	return []frame.Route{
		{Pattern: "GET /recall", Act: member.ActRecall, Serve: p.ask},
		{Pattern: "POST /recall", Act: member.ActRecall, Serve: p.do},
	}
}

// body is what the page shows.
type body struct {
	exchange.RecallPreview
	Found  bool // there is something to take back
	Types  []frame.Counted
	Names  []string
	Thing  string // the name of a value in addresses, when that is what goes; else Ref does
	Reason string // as typed
	Reads  string // how it will read, when that is another text
	Error  string // what is wrong with the reason or the reference
	At     string // the field that it is about

	Cut, CutReason int    // how many characters of the reference and the reason are not put back
	Change         bool   // what goes is not what was shown before
	Back           string // where who keeps it goes
	Parts          string // the report's page, which lists what goes; "" when it is no report
	More           int    // objects that Names leaves out
	Others         int    // organisations that see something of it, without one's own
	What           string // heading: a key of words
}

// ask shows what would go.
func (p pages) ask(v *frame.Visit) error {
	q := v.R.URL.Query()
	b := body{Thing: q.Get("i")}
	b.Ref = strings.TrimSpace(q.Get("ref"))
	if b.Ref == "" && b.Thing == "" {
		return p.show(v, http.StatusOK, b)
	}
	return p.preview(v, http.StatusOK, b)
}

// ref gives what a form or an address means, in the words of exchange.Recall.
func (p pages) ref(v *frame.Visit, b *body) (string, error) {
	if b.Thing == "" {
		return b.Ref, nil
	}
	t, err := p.x.ThingOf(v.R.Context(), v.Visitor.Session, b.Thing)
	return t.Value, err
}

// preview fills in what would go, and shows the page.
func (p pages) preview(v *frame.Visit, code int, b body) error {
	ref, err := p.ref(v, &b)
	if err == nil {
		err = p.fill(v, ref, &b)
	}
	if err != nil {
		switch fault.KindOf(err) {
		case fault.NotFound: // the same words for what isn't there and for what is another's
			b.Error = p.Word(v, "none")
		case fault.Invalid, fault.Forbidden:
			b.Error = fault.Public(err)
		default:
			return err
		}
		b.At = "ref"
		return p.show(v, http.StatusUnprocessableEntity, b)
	}
	return p.show(v, code, b)
}

func (p pages) fill(v *frame.Visit, ref string, b *body) error {
	preview, err := p.x.RecallPreview(v.R.Context(), v.Visitor.Session, ref)
	if err != nil {
		return err
	}
	preview.Ref = b.Ref
	b.RecallPreview, b.Found, b.Others = preview, true, max(0, preview.Members-1)
	b.Types, b.More = p.Counted(v, "type.", preview.Types), max(0, preview.Objects-len(preview.Names))
	if n, ok := strings.CutPrefix(b.Ref, "report-"); ok && b.Thing == "" {
		b.Parts = "/report/" + url.PathEscape(n)
	}
	for i, c := range b.Types {
		if b.Parts != "" && c.Kind != "" {
			b.Types[i].Link = b.Parts + "?type=" + url.QueryEscape(c.Kind) + "#objects"
		}
	}
	for _, name := range preview.Names {
		b.Names = append(b.Names, frame.OneLine(name, 100))
	}
	if b.Reason != "" && b.Error == "" {
		reads, err := p.x.RecallReason(v.Visitor.Session, b.Reason)
		if err == nil && reads != b.Reason {
			b.Reads = reads
		}
	}
	return nil
}

// do takes it back: only what was shown, and only with a reason that was shown as
// it will read.
func (p pages) do(v *frame.Visit) error {
	f := v.Form()
	b := body{Thing: f.Get("i"), Reason: strings.TrimSpace(f.Get("reason"))}
	b.Ref = strings.TrimSpace(f.Get("ref"))
	reads, err := p.x.RecallReason(v.Visitor.Session, b.Reason)
	if err != nil {
		b.Error, b.At = fault.Public(err), "reason"
		return p.preview(v, http.StatusUnprocessableEntity, b)
	}
	ref, err := p.ref(v, &b)
	if err != nil {
		return p.preview(v, http.StatusOK, b)
	}
	now, err := p.x.RecallPreview(v.R.Context(), v.Visitor.Session, ref)
	if err != nil {
		return p.preview(v, http.StatusOK, b)
	}
	if now.Mark != f.Get("mark") {
		b.Change = f.Get("mark") != ""
		return p.preview(v, http.StatusConflict, b)
	}
	if reads != b.Reason && f.Get("reads") != reads {
		b.Reads = reads
		return p.preview(v, http.StatusUnprocessableEntity, b)
	}
	filed, err := p.x.Recall(v.R.Context(), v.Visitor.Session, ref, b.Reason)
	if err != nil {
		return err
	}
	return v.Go(fmt.Sprintf("/receipt/%d?new=1", filed.Index))
}

func (p pages) show(v *frame.Visit, code int, b body) error {
	b.What = "title"
	if !b.Found {
		b.What = "title.ask"
		b.Ref, b.Cut = frame.PutBack(b.Ref) // nothing comes of it: its beginning is enough to see what was typed
	}
	b.Reason, b.CutReason = frame.PutBack(b.Reason)
	b.Back = "/reports"
	if b.Thing != "" {
		b.Back = "/i/" + url.PathEscape(b.Thing)
	} else if b.Parts != "" {
		b.Back = b.Parts
	}
	title := p.Word(v, b.What)
	if b.Error != "" {
		title = p.Word(v, "error.prefix") + ": " + title
	}
	return v.ShowAs(code, p.Pages, "recall", frame.Page{Title: title, Active: "reports", Body: b})
}
