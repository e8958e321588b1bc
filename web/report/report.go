// Package report is the page of a report: what one entry of the log brought that
// the reader may see, and the list of one's own member's reports.
//
// An entry of which the reader sees nothing answers as one that isn't there.
package report

import (
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

type pages struct {
	*frame.Pages
	x *exchange.Exchange
}

// Routes is the page of a report, each of its objects, and the list of one's own.
func Routes(s *frame.Site) []frame.Route {
	p := pages{s.Pages(files), s.Exchange}
	return []frame.Route{
		{Pattern: "GET /report/{index}", Act: member.ActRead, Serve: p.report},
		{Pattern: "GET /report/{index}/object/{n}", Act: member.ActRead, Serve: p.object},
		{Pattern: "GET /reports", Act: member.ActFile, Serve: p.mine},
	}
}

// body is what the page of a report shows.
type body struct {
	exchange.EntryView
	What     string // report, decision, recall, expiry: a key of words
	Heading  string // safe to show
	Long     bool   // it has a word that no line can break
	Counts   []line
	Values   []line
	Groups   []group
	Texts    []text
	MoreText int // further texts on this page of objects
	Marks    bool
	Past     []frame.Happened
	Waits    []passage
	Removed  []line
	Asked    exchange.EntryPart
	First    int    // number of the first object that is shown
	Older    string // address of the next objects; "" for none
	Newer    string
	To       int
	May      bool // the reader may take it back
	Receipt  bool
	Name     string // report-17: what a recall takes
}

// line is a count with its word and where it leads.
type line struct {
	Kind string
	N    int
	Word string
	Link string
}

// group is the objects of one type.
type group struct {
	Word string
	Rows []row
}

// row is one object, in texts that are safe to show.
type row struct {
	Name, Link string
	Plain      bool // the name is words, not a value
	Long       bool // it has a word that no line can break
	More       int
	Collection string
	State      string // word; without its icon, which 200 times over has no room
	Class      string
	Position   string
	Raw        string // address
}

// passage is a line of what was held.
type passage struct {
	Kind, Path, State string
	Link              string // to the desk of who decides
}

func (p pages) report(v *frame.Visit) error {
	idx, err := v.Entry()
	if err != nil {
		return err
	}
	from, asked := 0, exchange.EntryPart{Type: v.R.URL.Query().Get("type"), Kind: v.R.URL.Query().Get("kind")}
	if text := v.R.URL.Query().Get("from"); text != "" {
		if from, err = strconv.Atoi(text); err != nil || from < 0 {
			return fault.At(fault.Invalid, "from", "is the number of an object within the report")
		}
	}
	s := v.Visitor.Session
	e, err := p.x.EntryOf(v.R.Context(), s, idx, asked, from)
	if err != nil {
		return err
	}
	b := &body{EntryView: e, Asked: asked, What: e.Kind.String(), Marks: len(e.Places) > 1, First: e.From + 1, To: e.From + len(e.Objects), Name: fmt.Sprintf("report-%d", e.Index)}
	b.May = e.Own && e.Kind == archive.Report && s.May(member.ActRecall) == nil && len(e.Objects) > 0
	b.Receipt = e.Own || s.May(member.ActOperate) == nil
	p.count(v, b)
	p.table(v, b)
	b.Texts, b.MoreText = p.texts(v, e.Objects)
	b.Past = p.Past(v, e.History, e.Index)
	b.lead()
	b.pages()
	title := p.Word(v, "title."+b.What, "n", e.Index)
	b.Heading = p.heading(v, e.Title, e.Named, title)
	b.Long = frame.Unbroken(b.Heading)
	active := ""
	if e.Own {
		active = "reports"
	}
	return v.Show(p.Pages, "report", frame.Page{Title: title, Active: active, Body: b})
}

// heading names a report by what names its first object: a story by its title, an
// indicator by its value and how many more there are.
func (p pages) heading(v *frame.Visit, name string, of int, otherwise string) string {
	name = frame.OneLine(name, 100)
	switch {
	case name == "":
		return otherwise
	case of > 1:
		return p.Word(v, "heading", "name", name, "n", of-1)
	}
	return name
}

// count says how many there are of each kind, with where the number leads.
func (p pages) count(v *frame.Visit, b *body) {
	for _, c := range b.EntryView.Values {
		b.Values = append(b.Values, line{Kind: c.Kind, N: c.N, Word: p.words(v, "kind.", c.Kind, c.N), Link: b.address(exchange.EntryPart{Kind: c.Kind}, 0)})
	}
	for _, c := range b.EntryView.Counts {
		b.Counts = append(b.Counts, line{Kind: c.Kind, N: c.N, Word: p.WordOr(v, "type.", c.Kind), Link: b.address(exchange.EntryPart{Type: c.Kind}, 0)})
	}
	for _, c := range b.EntryView.Removed {
		b.Removed = append(b.Removed, line{Kind: c.Kind, N: c.N, Word: p.words(v, "label.", c.Kind, c.N)})
	}
	for _, h := range b.EntryView.Held {
		w := passage{Kind: p.WordOr(v, "label.", h.Kind), Path: h.Path, State: held.StateName(h.State)}
		if v.Visitor.Session.May(member.ActReview) == nil {
			w.Link = "/review/" + h.ID
		}
		b.Waits = append(b.Waits, w)
	}
}

// words is word for so many.
func (p pages) words(v *frame.Visit, group, name string, n int) string {
	form := map[bool]string{true: ".one", false: ".other"}[n == 1]
	if key := group + name + form; p.Word(v, key) != key {
		return p.Word(v, key)
	}
	return p.Word(v, group+"else"+form)
}

// table makes the rows, type by type.
func (p pages) table(v *frame.Visit, b *body) {
	last := ""
	for _, o := range b.Objects {
		if o.Type != last {
			last = o.Type
			b.Groups = append(b.Groups, group{Word: p.WordOr(v, "type.", o.Type)})
		}
		g := &b.Groups[len(b.Groups)-1]
		g.Rows = append(g.Rows, p.row(v, &o))
	}
}

func (p pages) row(v *frame.Visit, o *exchange.EntryObject) row {
	r := row{Collection: o.Collection, More: o.More, Position: o.Position().String(), Raw: fmt.Sprintf("/report/%d/object/%d", o.Index, o.N)}
	switch {
	case o.Verb != "":
		r.Name, r.Plain = frame.OneLine(o.Source, 60)+" "+frame.OneLine(strings.ReplaceAll(o.Verb, "-", " "), 40)+" "+frame.OneLine(o.Target, 60), true
	case o.Type == "sighting":
		r.Name, r.Plain = frame.OneLine(o.Target, 100), true
	case o.Thing.Value != "":
		r.Name = frame.OneLine(o.Name, 100)
		if o.Type == "indicator" {
			r.Link = "/i/" + p.x.ThingID(o.Thing)
		}
	default:
		r.Name, r.Plain = frame.OneLine(o.Name, 100), true
	}
	if r.Name == "" {
		r.Name = o.ID
	}
	r.Long = frame.Unbroken(r.Name)
	switch {
	case o.Revoked:
		r.State = p.Word(v, "state.taken-back")
	case o.Newer:
		r.State = p.Word(v, "newer")
	case o.State == exchange.StateInForce:
		r.State, r.Class = p.Word(v, "state.in-force"), "go"
	case o.State == exchange.StateExpired:
		r.State = p.Word(v, "state.expired")
	}
	return r
}

// address is where objects of the report stand: those that are asked for, from a place on.
func (b *body) address(a exchange.EntryPart, from int) string {
	q := url.Values{}
	for name, value := range map[string]string{"type": a.Type, "kind": a.Kind} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if from > 0 {
		q.Set("from", strconv.Itoa(from))
	}
	to := fmt.Sprintf("/report/%d", b.Index)
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	return to
}

// pages makes the addresses of the pages beside this one.
func (b *body) pages() {
	if b.To < b.Total {
		b.Older = b.address(b.Asked, b.To)
	}
	if b.From > 0 {
		b.Newer = b.address(b.Asked, max(0, b.From-exchange.EntryObjects))
	}
}

// object answers one object as it is kept, for a program or a careful look.
func (p pages) object(v *frame.Visit) error {
	idx, err := v.Entry()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(v.R.PathValue("n"), 10, 64)
	if err != nil || n < 0 {
		return fault.New(fault.NotFound, "there is no such object, or it isn't yours to see")
	}
	o, err := p.x.EntryObjectOf(v.R.Context(), v.Visitor.Session, idx, n)
	if err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Type", "application/stix+json;version=2.1")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="report-%d-object-%d.json"`, idx, n))
	v.W.WriteHeader(http.StatusOK)
	v.W.Write(o.Raw) // an error is a client that went away
	return nil
}
