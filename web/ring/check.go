package ring

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"tocsin/draft"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/intake"
	"tocsin/web/frame"
)

// checkPage is the second step.
type checkPage struct {
	Draft    draft.Draft
	Errors   []problem
	Changed  bool // what was to be filed was not what had been shown
	Title    string
	Counts   counts
	View     string
	Tabs     []tab
	Sections []section
	Alone    bool   // there is one text, and it needs no title
	Cut      bool   // there is more than any page shows
	CutSize  string // of that
	Next     string
	First    string // back to the beginning; "" on the first page
	Objects  objects
	Failures []failure
	More     int
	Held     []passage
	HeldMore int
	Why      []why
	Choices  choices
	Sees     sees
	Happens  happens
	Fields   fieldsets
	CanFile  bool
	Kept     string // until when
	Others   int    // drafts of the same person that are not filed yet
	there    map[string]bool
}

// counts is the legend.
type counts struct{ Shared, Removed, NotSent, Held int }

type tab struct {
	Key, Link string
	Here      bool
}

// objects is the table of what goes out.
type objects struct {
	Counts []string // "2 domains"
	Others []string // "1 report"
	All    string   // where they all stand
	Rows   []row
	More   int
	Next   string
}

// row is a value that goes out.
type row struct {
	Value, Kind string
	Known       int
}

// passage is a text that waits for a person, unless its sender takes it out.
type passage struct {
	ID, Text, Type, Why string
	Link                string // to where it stands in the text
	Short, Out          bool
}

// why is a reason with how often it holds on this page.
type why struct {
	ID, Text string
	N        int
	Link     string // to the first in the text; "" where that isn't shown
}

// fieldsets are the hidden fields of the page's forms.
type fieldsets struct{ Audience, Held, File []field }

// The views of the check page.
const (
	viewText   = "text"
	viewOthers = "others"
	viewSTIX   = "stix"
)

const (
	maxListed   = 20 // failures and passages
	rowsShown   = 25
	maxRowValue = 300
	maxTitle    = 100
)

func (d *desk) check(v *frame.Visit) error {
	ctx := v.R.Context()
	dr, err := d.drafts.Get(ctx, owner(v), v.R.PathValue("id"))
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return d.gone(v)
	}
	if err != nil {
		return err
	}
	if dr.Done {
		return v.Go(receipt(dr.Index))
	}
	q := v.R.URL.Query()
	b := checkPage{Draft: dr, Choices: parseChoices(q), Changed: q.Has("changed"), View: viewText, CanFile: true, there: map[string]bool{}}
	if view := q.Get("view"); view == viewOthers || view == viewSTIX {
		b.View = view
	}
	f, shown, err := d.show(v, &b)
	switch fault.KindOf(err) {
	case fault.Gone, fault.NotFound:
		if err != nil {
			return d.afterOpen(v, err)
		}
	case fault.Invalid, fault.Unsupported, fault.TooLarge, fault.Refused, fault.Forbidden, fault.Conflict:
		return d.unreadable(v, &b, f, err)
	}
	if err != nil {
		return err
	}
	if err := d.fill(v, &b, f, shown, q); err != nil {
		return err
	}
	code, title := http.StatusOK, d.pages.Word(v, "check.title")
	if len(b.Errors) > 0 {
		code, title = http.StatusUnprocessableEntity, d.pages.Word(v, "error.prefix")+": "+title
	}
	return v.ShowAs(code, d.pages, "check", frame.Page{Title: title, Active: "ring", Body: b})
}

// show previews the draft. A choice that can't be is said to be so, and the text is
// shown all the same.
func (d *desk) show(v *frame.Visit, b *checkPage) (f exchange.Filed, s *exchange.Shown, err error) {
	wrong := func(field, word string) {
		b.Errors = append(b.Errors, problem{field, d.pages.Word(v, word)})
		b.CanFile = false
	}
	o := b.Choices.options(b.Draft)
	if b.Choices.Group != "" {
		if _, err := v.Visitor.Session.Group(b.Choices.Group); err != nil {
			wrong("group", "wrong.group")
			o.Group, b.Choices.Group = "", ""
		}
	}
	if b.Choices.TLP == stixRed && b.Choices.Group == "" {
		wrong("group", "wrong.red")
		safe := choices{TLP: defaultTLP}
		o.TLP = safe.options(b.Draft).TLP
	}
	for range 2 {
		body, err := d.drafts.Open(v.R.Context(), owner(v), b.Draft.ID)
		if err != nil {
			return f, nil, err
		}
		f, s, err = d.x.Show(v.R.Context(), v.Visitor.Session, body, o)
		if fault.KindOf(err) != fault.Conflict || err == nil || len(o.TakeOut.Passages) == 0 {
			return f, s, err
		}
		// What was to be taken out isn't there: the choice was made on another reading of the text.
		b.Choices.Take, o.TakeOut.Passages, b.Changed = nil, nil, true
	}
	return f, s, err
}

// unreadable shows the first step again, with what is wrong and what was typed.
func (d *desk) unreadable(v *frame.Visit, b *checkPage, f exchange.Filed, cause error) error {
	p := pastePage{Errors: []problem{{"text", frame.Said(cause)}}, Kept: &b.Draft, KeptLink: "/ring/" + b.Draft.ID}
	if p.Failures, p.More = listed(f.Failures); len(f.Failures) > 0 {
		p.Errors = []problem{{"refused", d.pages.Number(v, "unread.all", len(f.Failures))}}
	}
	body, err := d.drafts.Open(v.R.Context(), owner(v), b.Draft.ID)
	if err != nil {
		return d.afterOpen(v, err)
	}
	text, err := io.ReadAll(io.LimitReader(body, maxTyped+1))
	if err != nil {
		return err
	}
	if len(text) <= maxTyped && utf8.Valid(text) && !strings.ContainsRune(string(text), 0) {
		p.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	return d.showPaste(v, http.StatusUnprocessableEntity, p, b.Choices.As)
}

func listed(all []exchange.Failure) (out []failure, more int) {
	for _, x := range all[:min(maxListed, len(all))] {
		out = append(out, failure{x.Place, x.Detail})
	}
	return out, max(0, len(all)-maxListed)
}

// fill puts what was computed on the page.
func (d *desk) fill(v *frame.Visit, b *checkPage, f exchange.Filed, s *exchange.Shown, q url.Values) error {
	b.Title = b.Draft.Name
	if b.Title == "" {
		b.Title = d.pages.Word(v, "untitled")
	}
	b.Counts = counts{sum(s.Shared), sum(s.Removed), s.NotSent, len(f.Held)}
	b.Failures, b.More = listed(f.Failures)
	b.Cut, b.CutSize = s.Cut > 0, frame.Bytes(int64(s.Cut))
	b.Kept = b.Draft.Ends.Format("15:04")
	for _, view := range []string{viewText, viewOthers, viewSTIX} {
		b.Tabs = append(b.Tabs, tab{view, "/ring/" + b.Draft.ID + b.Choices.query("view", view) + "#doc", view == b.View})
	}
	d.sections(v, b, f, s, parseCursor(q.Get("at")))
	d.objects(v, b, f, s, q)
	d.held(v, b, s)
	var err error
	if b.Sees, err = d.sees(v, b.Choices); err != nil {
		return err
	}
	d.happens(v, b, f, s)
	drafts, err := d.drafts.List(v.R.Context(), owner(v))
	if err != nil {
		return err
	}
	b.Others = len(drafts) - 1
	b.Fields = fieldsets{Audience: b.Choices.fields("tlp", "group", "named"), Held: b.Choices.fields("take"), File: append(b.Choices.fields(), field{"seen", strings.Join(s.Seen, ",")})}
	if b.View != viewText {
		b.Fields.Audience = append(b.Fields.Audience, field{"view", b.View})
		b.Fields.Held = append(b.Fields.Held, field{"view", b.View})
	}
	return nil
}

func sum(list []exchange.Count) (n int) {
	for _, c := range list {
		n += c.N
	}
	return n
}

// sections is the text of the page, in the view that was asked for.
func (d *desk) sections(v *frame.Visit, b *checkPage, f exchange.Filed, s *exchange.Shown, from cursor) {
	r := reader{}
	switch b.View {
	case viewSTIX:
		all := s.Objects
		if len(all) == 0 {
			all = f.Objects // there already, or waiting
		}
		r.text = stixOf(all)
	case viewOthers:
		var out []exchange.MarkedText
		for _, t := range s.Texts {
			if !t.Source && !t.Waits {
				out = append(out, t)
			}
		}
		r.text, r.piece = d.textsOf(v, out, s.Format), othersSee
	default:
		r.text = d.textsOf(v, s.Texts, s.Format)
		r.piece = func(t *exchange.MarkedText, sp exchange.Span) piece { return d.marked(v, t, sp) }
	}
	var next *cursor
	b.Sections, next = r.page(from)
	at := "/ring/" + b.Draft.ID
	if next != nil {
		b.Next = at + b.Choices.query("view", b.View, "at", next.String()) + "#doc"
	}
	b.Alone = b.View != viewSTIX && len(b.Sections) == 1 && next == nil && from == (cursor{}) && b.Sections[0].Note == ""
	for i := len(b.Sections) - 1; i > 0; i-- {
		if s, before := &b.Sections[i], b.Sections[i-1]; s.Title == before.Title && s.Note+before.Note == "" {
			s.Title = "" // one heading over a row of patterns
		}
	}
	if from != (cursor{}) {
		b.First = at + b.Choices.query("view", b.View) + "#doc"
	}
}

// textsOf gives texts with their titles, and with notes on those that others don't get so.
func (d *desk) textsOf(v *frame.Visit, all []exchange.MarkedText, f intake.Format) func(int) (exchange.MarkedText, string, string, bool) {
	return func(i int) (t exchange.MarkedText, title, note string, ok bool) {
		if i >= len(all) {
			return t, "", "", false
		}
		t = all[i]
		if t.Source {
			return t, d.pages.Word(v, "source."+t.Path), d.pages.Word(v, "source."+t.Path+".note"), true
		}
		if t.Type == "report" && t.Path == "description" && (f == intake.EML || f == intake.Text) {
			word := "source.text"
			if f == intake.EML {
				word = "source.mail"
			}
			return t, d.pages.Word(v, word), "", true
		}
		typ, _ := short(d.word(v, "object."+t.Type, t.Type), maxTitle)
		path, _ := short(d.word(v, "field."+t.Path, t.Path), maxTitle)
		title = typ + ", " + path
		if t.Waits {
			note = d.pages.Word(v, "waits.note")
		}
		return t, title, note, true
	}
}

// marked is a span as its sender sees it.
func (d *desk) marked(v *frame.Visit, t *exchange.MarkedText, sp exchange.Span) piece {
	p := piece{Kind: cut, Text: t.Text[sp.Start:sp.End], Mark: sp.Reason, Link: "#why-" + sp.Reason}
	if sp.Passage != "" {
		p.Mark, p.Link = sp.Passage, "#held"
	}
	switch sp.Verdict {
	case exchange.VerdictShare:
		p.Kind, p.Mark, p.Link = "go", "", "#objects"
	case exchange.VerdictHold:
		p.Kind = "held"
	default:
		if sp.Label != "" {
			p.Label = d.label(v, sp.Label)
		}
	}
	return p
}

// othersSee is a span as others get it.
func othersSee(t *exchange.MarkedText, sp exchange.Span) piece {
	switch sp.Verdict {
	case exchange.VerdictShare:
		return piece{Text: t.Text[sp.Start:sp.End]}
	case exchange.VerdictHold:
		return piece{Kind: "held", Text: sp.Label}
	}
	return piece{Kind: cut, Text: sp.Label}
}

// stixOf gives the objects as they would go out, each written over several lines.
func stixOf(all []exchange.ObjectResult) func(int) (exchange.MarkedText, string, string, bool) {
	return func(i int) (t exchange.MarkedText, title, note string, ok bool) {
		if i >= len(all) || all[i].Raw == nil {
			return t, "", "", false
		}
		var b bytes.Buffer
		if json.Indent(&b, all[i].Raw, "", "  ") != nil {
			b.Write(all[i].Raw)
		}
		t.Text = b.String()
		return t, all[i].ID, "", true
	}
}

// number writes a count with its thousands marked.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
