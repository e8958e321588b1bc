// Package find is the page of the one box: it reads what was typed, says as what it
// was read, and shows what is known of it to this reader.
//
// A value, an identifier, words, a report's or receipt's number, a receipt's text, a
// list of up to 1,000 values: exchange.ReadQuery decides, the same for the box at the
// top of each page. Short questions have an address; a list may be posted.
package find

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

// maxBody bounds what is posted: 1,000 of the longest values.
const maxBody = 9 << 20

// finder is what the routes share.
type finder struct {
	pages *frame.Pages
	x     *exchange.Exchange
}

// Routes is the page, and a list as a file.
func Routes(s *frame.Site) []frame.Route {
	f := &finder{s.Pages(files), s.Exchange}
	return []frame.Route{
		{Pattern: "GET /search", Act: member.ActRead, Serve: f.page},
		{Pattern: "POST /search", Act: member.ActRead, Most: maxBody, Serve: f.page},
		{Pattern: "POST /search/list.csv", Act: member.ActRead, Most: maxBody, Serve: f.csv},
	}
}

// body is what the page shows.
type body struct {
	Asked    string // as it was typed
	Shown    string // its beginning, as far as it is put back into its field
	Cut      int    // how many characters of it are not
	Long     bool   // it is too long for an address: nothing goes on from here
	Question string // its beginning, as the page repeats it above its answer; "" where the answer names it
	Read     string // the word for what it was read as; "" for nothing
	ReadAs   string // the kind of a value
	Errors   []problem
	Filters  filters
	Heading  string
	Counts   []count
	Thing    *thingRow
	Receipt  int64 // a number that may be a receipt's; -1 for none
	Rows     []row
	Never    string
	List     *list
	Older    string // addresses; "" for none
	Newer    string
	Nothing  bool   // nothing is known of what was asked
	Filtered bool   // and a filter may be why
	Narrow   bool   // filters make sense
	Plain    string // address without filters
	CanFile  bool
}

// problem is what is wrong with a question, and the field where.
type problem struct{ At, Text string }

// Wrong says what is wrong with a field; "" for nothing.
func (b *body) Wrong(at string) string {
	if i := slices.IndexFunc(b.Errors, func(p problem) bool { return p.At == at }); i >= 0 {
		return b.Errors[i].Text
	}
	return ""
}

// count is one of the numbers that stand first, and where it leads: "" when all that
// it counts is all there is.
type count struct {
	N    int
	Word string
	Link string
}

// page answers what was asked.
func (f *finder) page(v *frame.Visit) error {
	form, err := read(v)
	if err != nil {
		return err
	}
	asked := exchange.ReadQuery(form.Get("q"))
	b := &body{Asked: asked.Text, Receipt: -1, CanFile: v.Visitor.Session.May(member.ActFile) == nil}
	b.Shown, b.Cut = frame.PutBack(asked.Text)
	b.Filters = f.filters(v, form)
	switch asked.Kind {
	case exchange.AskedReport:
		return v.Go("/report/" + strconv.FormatInt(asked.Index, 10))
	case exchange.AskedReceipt:
		if strings.ContainsRune(asked.Text, '\n') {
			return v.Go("/receipt/" + strconv.FormatInt(asked.Index, 10))
		}
	}
	if len(b.Filters.Bad) > 0 {
		b.Errors = b.Filters.Bad
	} else if err := f.answer(v, form, asked, b); err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		b.Errors = append(b.Errors, problem{"question", frame.Said(err)})
		b.Read, b.Question = "", ""
	}
	return f.show(v, b)
}

func (f *finder) show(v *frame.Visit, b *body) error {
	title := f.pages.Word(v, "title")
	code := http.StatusOK
	if len(b.Errors) > 0 {
		title = f.pages.Word(v, "error.prefix") + ": " + title
		code = http.StatusUnprocessableEntity
	}
	return v.ShowAs(code, f.pages, "find", frame.Page{Title: title, Active: "search", Body: b})
}

// short tells whether a question fits into an address.
func short(asked string) bool {
	return len(asked) <= maxAddress && len(url.QueryEscape(asked)) <= maxAddress
}

// read gives the parameters of a request, posted ones first: those of a form the
// frame has read.
func read(v *frame.Visit) (url.Values, error) {
	if err := v.R.ParseForm(); err != nil {
		return nil, fault.New(fault.Invalid, "the address can't be read")
	}
	return v.R.Form, nil
}

// answer finds what was asked for.
func (f *finder) answer(v *frame.Visit, form url.Values, asked exchange.Asked, b *body) error {
	ctx, s := v.R.Context(), v.Visitor.Session
	q, err := b.Filters.query(form)
	if err != nil {
		return err
	}
	b.Read = string(asked.Kind)
	if asked.Kind != exchange.AskedList {
		b.Question = line(frame.Defang(asked.Text), maxName)
	}
	switch asked.Kind {
	case exchange.AskedNothing:
		if len(q.Types) == 0 && q.State == "" {
			return nil
		}
		b.Read = "filter"
	case exchange.AskedList:
		return f.list(v, form, asked.Values, b)
	case exchange.AskedID:
		return f.id(v, asked.ID, b)
	case exchange.AskedValue:
		b.ReadAs = string(asked.Thing.Kind)
		if q.Older == 0 && q.Newer == 0 {
			p, err := f.x.ThingPage(ctx, s, asked.Thing)
			if err != nil {
				return err
			}
			b.Never = p.Never
			b.thing(&p)
		}
		q.Text = `"` + strings.ReplaceAll(asked.Thing.Value, `"`, " ") + `"`
	case exchange.AskedReceipt:
		head, err := f.x.Head(ctx)
		if err != nil {
			return err
		}
		if asked.Index < head.Size {
			b.Receipt = asked.Index
		}
		q.Text = asked.Text
	default:
		q.Text = asked.Text
	}
	return f.find(v, q, b)
}

// find fills in a page of objects.
func (f *finder) find(v *frame.Visit, q exchange.Query, b *body) error {
	r, err := f.x.Find(v.R.Context(), v.Visitor.Session, q)
	if err != nil && !(fault.KindOf(err) == fault.Invalid && b.Thing != nil) { // a value of which nothing is a word
		return err
	}
	for i := range r.Found {
		b.Rows = append(b.Rows, f.row(&r.Found[i]))
	}
	b.Long = !short(b.Asked)
	if r.Older > 0 && !b.Long {
		b.Older = b.Filters.address(b.Asked, "older", cursor(r.Older))
	}
	if r.Newer > 0 && !b.Long {
		b.Newer = b.Filters.address(b.Asked, "newer", cursor(r.Newer))
	}
	b.Nothing = len(b.Rows) == 0 && b.Thing == nil && r.Older == 0
	b.Filtered = b.Nothing && b.Filters.Any()
	b.Narrow = !b.Long && (len(b.Rows) > 1 || b.Older != "" || b.Filters.Any())
	if !b.Long {
		b.Plain = (&filters{}).address(b.Asked)
	}
	b.count(v, f, r.Found)
	b.Long = b.Long && len(b.Rows) > 0
	return nil
}

// count puts the numbers first: of each type on this page, in words. Each leads to
// those alone, where they can be asked for and there are others.
func (b *body) count(v *frame.Visit, f *finder, found []exchange.Found) {
	by := map[string]int{}
	for i := range found {
		by[typeOf(&found[i])]++
	}
	for _, typ := range append(slices.Concat(types, further), "other") {
		n := by[typ]
		if n == 0 {
			continue
		}
		form := ".other"
		if n == 1 {
			form = ".one"
		}
		c := count{N: n, Word: f.pages.Word(v, "type."+typ+form)}
		if b.Narrow && b.Filters.Type == "" && n < len(found) && slices.Contains(types, typ) {
			c.Link = b.Filters.address(b.Asked, "type", typ)
		}
		b.Counts = append(b.Counts, c)
	}
}

// id shows an object and what refers to it.
func (f *finder) id(v *frame.Visit, id string, b *body) error {
	ctx, s := v.R.Context(), v.Visitor.Session
	found, err := f.x.FindID(ctx, s, id)
	if err != nil {
		return err
	}
	refer, err := f.x.Referring(ctx, s, id, nil, 50)
	if err != nil {
		return err
	}
	found = append(found, refer...)
	for i := range found {
		b.Rows = append(b.Rows, f.row(&found[i]))
	}
	b.count(v, f, found)
	b.Nothing = len(found) == 0
	return nil
}

// cursor writes a date of the log in an address; readCursor reads it.
func cursor(at int64) string { return strconv.FormatInt(at, 36) }

func readCursor(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	at, err := strconv.ParseInt(text, 36, 64)
	if err != nil || at <= 0 || len(text) > 13 {
		return 0, fault.New(fault.Invalid, "this is no place among results; go on from the first page")
	}
	return at, nil
}

// filters narrow what is found.
type filters struct {
	Types, Ins, States []option
	Type, In, State    string
	From, To           string
	Bad                []problem // what of it can't be read
}

type option struct {
	Value, Text string
	Chosen      bool
}

// small gives a small field; no more of it than tells that it is wrong.
func small(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}

// types are those that one looks for; further have a word, too. What isn't among
// them is told as another object.
var (
	types   = []string{"indicator", "report", "sighting", "malware", "campaign", "threat-actor", "intrusion-set", "attack-pattern", "infrastructure", "tool", "vulnerability", "note", "relationship", "observed-data"}
	further = []string{"grouping", "incident", "course-of-action", "opinion", "malware-analysis", "location", "identity",
		"email-message", "email-addr", "domain-name", "ipv4-addr", "ipv6-addr", "url", "file", "artifact", "autonomous-system", "directory", "mac-addr",
		"mutex", "network-traffic", "process", "software", "user-account", "windows-registry-key", "x509-certificate"}
)

func (f *finder) filters(v *frame.Visit, form url.Values) (out filters) {
	out = filters{Type: small(form.Get("type")), In: small(form.Get("in")), State: small(form.Get("state")), From: small(form.Get("from")), To: small(form.Get("to"))}
	choose := func(chosen, all string, values []string, text func(string) string) (list []option) {
		list = append(list, option{"", f.pages.Word(v, all), chosen == ""})
		for _, value := range values {
			list = append(list, option{value, text(value), chosen == value})
		}
		return list
	}
	out.Types = choose(out.Type, "types.all", types, func(t string) string { return f.pages.Word(v, "types."+t) })
	out.States = choose(out.State, "states.all", []string{exchange.StateInForce, exchange.StateExpired}, func(s string) string { return f.pages.Word(v, "state."+s) })
	var ins []string
	for _, a := range v.Visitor.Session.Audiences {
		ins = append(ins, member.CollectionName(v.Visitor.Session, a))
	}
	out.Ins = choose(out.In, "ins.all", ins, collectionWord)
	bad := func(at, word string) {
		out.Bad = append(out.Bad, problem{at, f.pages.Word(v, word, "field", f.pages.Word(v, "f."+at))})
	}
	if out.Type != "" && !slices.Contains(types, out.Type) {
		bad("type", "bad.filter")
	}
	if out.State != "" && out.State != exchange.StateInForce && out.State != exchange.StateExpired {
		bad("state", "bad.filter")
	}
	if out.In != "" && !slices.Contains(ins, out.In) {
		bad("in", "bad.filter")
	}
	if _, err := date(out.From); err != nil {
		bad("from", "bad.date")
	}
	if _, err := date(out.To); err != nil {
		bad("to", "bad.date")
	}
	return out
}

// collectionWord names a collection as its marking does.
func collectionWord(name string) string {
	switch name {
	case "default":
		return "TLP:GREEN"
	case "clear", "amber":
		return "TLP:" + strings.ToUpper(name)
	case "amber-strict":
		return "TLP:AMBER+STRICT"
	}
	return frame.Visible(name)
}

// date reads a day or a minute, UTC; the zero time for nothing.
func date(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse("2006-01-02", text)
	if err != nil {
		t, err = time.Parse("2006-01-02 15:04", text)
	}
	return t, err
}

// Any tells whether there is a filter.
func (l *filters) Any() bool { return l.Type+l.In+l.State+l.From+l.To != "" }

// query gives what to look for, without its text.
func (l *filters) query(form url.Values) (q exchange.Query, err error) {
	if l.Type != "" {
		q.Types = []string{l.Type}
	}
	q.Collection, q.State = l.In, l.State
	if q.From, err = date(l.From); err != nil {
		return q, fault.New(fault.Invalid, "the first date can't be read")
	}
	if q.To, err = date(l.To); err != nil {
		return q, fault.New(fault.Invalid, "the second date can't be read")
	}
	if len(l.To) == len("2006-01-02") {
		q.To = q.To.AddDate(0, 0, 1) // that day too
	}
	if q.Older, err = readCursor(form.Get("older")); err != nil {
		return q, err
	}
	if q.Newer, err = readCursor(form.Get("newer")); err != nil {
		return q, err
	}
	return q, nil
}

// address is that of the same question, with one more parameter.
func (l *filters) address(asked string, more ...string) string {
	q := url.Values{"q": {asked}}
	pairs := append([]string{"type", l.Type, "in", l.In, "state", l.State, "from", l.From, "to", l.To}, more...)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return "/search?" + q.Encode()
}
