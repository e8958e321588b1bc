// Package ring is how a person reports: paste or upload, check what leaves and to
// whom in the text itself, ring the bell.
//
//	GET  /ring               paste a text, choose files; what is not filed yet
//	POST /ring               keeps each as a draft, and leads to
//	GET  /ring/{id}          the check: everything that is chosen stands in its address
//	POST /ring/{id}/file     files exactly what was shown, and leads to the receipt
//	POST /ring/{id}/discard  forgets it
//
// The check is computed by the code that files (exchange.Show), and what it showed
// goes with the form: anything else is not filed but shown again. Without script
// everything works; a choice then takes the button "Show again".
package ring

import (
	"embed"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"tocsin/draft"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

// desk is what the pages share.
type desk struct {
	pages  *frame.Pages
	x      *exchange.Exchange
	drafts *draft.Drafts
}

// Routes is all of it, for whoever may file.
func Routes(s *frame.Site, drafts *draft.Drafts) []frame.Route {
	d := &desk{s.Pages(files), s.Exchange, drafts}
	return []frame.Route{
		{Pattern: "GET /ring", Act: member.ActFile, Serve: d.paste},
		{Pattern: "POST /ring", Act: member.ActFile, Most: maxPlain, Serve: d.upload},
		{Pattern: "GET /ring/{id}", Act: member.ActFile, Serve: d.check},
		{Pattern: "POST /ring/{id}/file", Act: member.ActFile, Most: maxForm, Serve: d.file},
		{Pattern: "POST /ring/{id}/discard", Act: member.ActFile, Serve: d.discard},
	}
}

// owner is whose drafts a visitor sees.
func owner(v *frame.Visit) draft.Owner {
	return draft.Owner{Member: int64(v.Visitor.Session.Member.ID), Person: v.Visitor.Person.ID}
}

// problem is one line of the summary of errors: it leads to its field.
type problem struct{ Field, Text string }

// pastePage is the first step.
type pastePage struct {
	Errors    []problem
	Failures  []failure // parts of what was sent that could not be read
	More      int       // failures that are not listed
	Text      string
	Formats   []option
	Drafts    []waiting
	Kept      *draft.Draft // what could not be read is still there, and may be read as something else
	KeptLink  string
	Discarded bool
}

// waiting is a draft that was not filed yet.
type waiting struct {
	draft.Draft
	Left time.Duration
}

type option struct {
	Value, Text string
	Chosen      bool
}

type failure struct{ Place, Detail string }

// formats are the choices of "Read as".
func (d *desk) formats(v *frame.Visit, chosen string) []option {
	out := []option{{"", d.pages.Word(v, "format.auto"), chosen == ""}}
	for _, f := range []intake.Format{intake.EML, intake.Text, intake.CSV, intake.STIX, intake.MISP} {
		out = append(out, option{string(f), d.pages.Word(v, "format."+string(f)), chosen == string(f)})
	}
	return out
}

func (d *desk) paste(v *frame.Visit) error {
	return d.showPaste(v, http.StatusOK, pastePage{Discarded: v.R.URL.Query().Has("discarded")}, "")
}

// showPaste shows the first step, with what is not filed yet.
func (d *desk) showPaste(v *frame.Visit, code int, b pastePage, format string) error {
	all, err := d.drafts.List(v.R.Context(), owner(v))
	if err != nil {
		return err
	}
	for _, dr := range all {
		b.Drafts = append(b.Drafts, waiting{dr, time.Until(dr.Ends)})
	}
	b.Formats = d.formats(v, format)
	title := d.pages.Word(v, "paste.title")
	if len(b.Errors) > 0 {
		title = d.pages.Word(v, "error.prefix") + ": " + title
	}
	return v.ShowAs(code, d.pages, "paste", frame.Page{Title: title, Active: "ring", Body: b})
}

// gone says of a draft that isn't there, is over, or is another's what is true of all three.
func (d *desk) gone(v *frame.Visit) error {
	return v.ShowAs(http.StatusNotFound, d.pages, "gone", frame.Page{Title: d.pages.Word(v, "gone"), Active: "ring"})
}

func (d *desk) discard(v *frame.Visit) error {
	err := d.drafts.Discard(v.R.Context(), owner(v), v.R.PathValue("id"))
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return d.gone(v)
	}
	if err != nil {
		return err
	}
	return v.Go("/ring?discarded")
}

// maxForm bounds the form of the last step: its choices and what was seen.
const maxForm = 1 << 20

// file files what was shown. The draft's number is its idempotency key: however
// often the form comes, there is one report and one receipt.
func (d *desk) file(v *frame.Visit) error {
	ctx, id := v.R.Context(), v.R.PathValue("id")
	dr, err := d.drafts.Get(ctx, owner(v), id)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return d.gone(v)
	}
	if err != nil {
		return err
	}
	if dr.Done {
		return v.Go(receipt(dr.Index))
	}
	c := parseChoices(v.Form())
	again := "/ring/" + dr.ID + c.query("changed", "1")
	seen := v.Form().Get("seen")
	if seen == "" || c.TLP == stixRed && c.Group == "" {
		return v.Go(again)
	}
	o := c.options(dr)
	o.Seen = strings.Split(seen, ",")
	f, err := d.accept(v, id, o)
	if fault.KindOf(err) == fault.Conflict {
		// Another tab may have filed it in this moment: then the second look finds its receipt.
		f, err = d.accept(v, id, o)
	}
	if err == errOpen {
		if _, err = d.drafts.Open(ctx, owner(v), id); err == nil {
			return v.Go(again)
		}
		return d.afterOpen(v, err)
	}
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Invalid, fault.Refused, fault.NotFound, fault.TooLarge, fault.Unsupported:
		// Something is not as it was shown: the check says what, and nothing was shared.
		return v.Go(again)
	}
	if err != nil {
		return err
	}
	// What was filed is filed: a draft that can't be deleted now goes with the next sweep,
	// and its form, sent again, gives the same receipt.
	_ = d.drafts.Filed(ctx, owner(v), id, f.Index)
	return v.Go(receipt(f.Index))
}

// errOpen says that the draft can't be opened any more; why, is asked again.
var errOpen = errors.New("the draft can't be opened")

// accept files a draft.
func (d *desk) accept(v *frame.Visit, id string, o exchange.Options) (exchange.Filed, error) {
	body, err := d.drafts.Open(v.R.Context(), owner(v), id)
	if err != nil {
		return exchange.Filed{}, errOpen
	}
	return d.x.Accept(v.R.Context(), v.Visitor.Session, body, o)
}

// afterOpen is for a draft that was filed or went between two looks.
func (d *desk) afterOpen(v *frame.Visit, err error) error {
	switch fault.KindOf(err) {
	case fault.Gone:
		if dr, err := d.drafts.Get(v.R.Context(), owner(v), v.R.PathValue("id")); err == nil && dr.Done {
			return v.Go(receipt(dr.Index))
		}
		return d.gone(v)
	case fault.NotFound:
		return d.gone(v)
	}
	return err
}

func receipt(index int64) string { return fmt.Sprintf("/receipt/%d?new=1", index) }
