// Package thing is the page of a value: who reports it and how it stands, what
// refers to it, what became of it, and the acts on it.
//
// Its address, /i/ID, names the value by a keyed hash: it can be sent to a colleague,
// and tells nobody else what it is about.
package thing

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/stix"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

type pages struct {
	*frame.Pages
	x *exchange.Exchange
}

// Routes is the page of a value, and the sighting that one files there.
func Routes(s *frame.Site) []frame.Route {
	p := pages{s.Pages(files), s.Exchange}
	return []frame.Route{
		{Pattern: "GET /i/{value...}", Act: member.ActRead, Serve: p.show},
		{Pattern: "POST /i/{value...}", Act: member.ActFile, Serve: p.saw},
	}
}

// body is what the page shows.
type body struct {
	exchange.ThingPage
	Heading   string // the value, defanged, without its middle when it is long
	Plain     string // as it is copied
	Kind      string // word
	Grade     string // confidence with its word; "" when nobody says one
	GradeLink string // where it is said
	Past      []event
	Marks     []string // collections
	Relations []relation
	Groups    []group // the same, by how they are related
	Reports   []mention
	Seen      []sighting
	Drawing   *drawing
	CanFile   bool
	CanRecall bool
	SeeToo    bool // a sighting may be filed
	Recall    string
	Benign    string
	First     time.Time // date of the first and the last indicator
	Last      time.Time
	Unlisted  int // indicators that are not in the timeline
}

// event is a line of the timeline.
type event struct {
	At         time.Time
	Word       string
	Who        string
	Why        string // as its filer gave it, through the gate
	Collection string
	Link       string
	Next       bool // it is still to come
}

// relation is one line of what it is related to.
type relation struct {
	Word, Name, Type, Link, Collection string
}

// group is those that are related in one way.
type group struct {
	Word string
	List []relation
}

// mention is an object that holds it.
type mention struct {
	Name, Type, Link, Collection string
	At                           time.Time
}

// sighting is somebody who saw it.
type sighting struct {
	At         time.Time
	Count      int
	Own        bool
	Who        string
	Collection string
	Link       string
}

// read finds the value of an address. A value itself is led to its own address.
func (p pages) read(v *frame.Visit) (t observable.Thing, to string, err error) {
	text := v.R.PathValue("value")
	_, last, ok := strings.Cut(text, "/")
	id := text
	if ok {
		id = last
	}
	ctx, s := v.R.Context(), v.Visitor.Session
	if len(id) == 16 && strings.Trim(id, "0123456789abcdef") == "" {
		t, err = p.x.ThingOf(ctx, s, id)
		if err == nil && ok {
			return t, "/i/" + id, nil
		}
		if fault.KindOf(err) != fault.NotFound || err == nil {
			return t, "", err
		}
	}
	if g, known := observable.Guess(text); known {
		if _, err := p.x.ThingOf(ctx, s, p.x.ThingID(g)); err == nil {
			return g, "/i/" + p.x.ThingID(g), nil
		}
	}
	return t, "", fault.New(fault.NotFound, "nobody has filed this value, or not for you")
}

func (p pages) show(v *frame.Visit) error {
	t, to, err := p.read(v)
	if fault.KindOf(err) == fault.NotFound {
		return p.missing(v)
	}
	if err != nil {
		return err
	}
	if to != "" {
		return v.Go(to)
	}
	return p.page(v, t)
}

// missing is the page of every value that isn't there for this reader: whether it
// never was, was erased, or isn't his to see.
func (p pages) missing(v *frame.Visit) error {
	b := struct{ CanFile bool }{v.Visitor.Session.May(member.ActFile) == nil}
	return v.ShowAs(http.StatusNotFound, p.Pages, "missing", frame.Page{Title: p.Word(v, "missing"), Active: "search", Body: b})
}

func (p pages) page(v *frame.Visit, t observable.Thing) error {
	ctx, s := v.R.Context(), v.Visitor.Session
	page, err := p.x.ThingPage(ctx, s, t)
	if err != nil {
		return err
	}
	b := &body{ThingPage: page, Heading: frame.OneLine(t.Value, 100), Plain: t.Value, Kind: p.WordOr(v, "kind.", string(t.Kind))}
	b.First, b.Last = time.UnixMicro(page.Record.First).UTC(), time.UnixMicro(page.Record.Last).UTC()
	b.CanFile = s.May(member.ActFile) == nil
	b.SeeToo = b.CanFile && page.State == exchange.StateInForce
	b.CanRecall = page.Own && s.May(member.ActRecall) == nil
	b.Recall = "/recall?i=" + page.ID // the address shows nothing of the value
	if page.Never != "" {
		b.Benign = p.WordOr(v, "never.", page.Never)
	}
	names, err := p.names(ctx, page)
	if err != nil {
		return err
	}
	back, err := p.x.TakenBackBy(ctx, page.Indicators)
	if err != nil {
		return err
	}
	p.timeline(v, b, names, back)
	p.around(v, b, names)
	p.grade(v, b)
	if v.R.URL.Query().Get("graph") != "" && len(b.Relations) > 0 {
		b.Drawing = draw(b)
	}
	return v.Show(p.Pages, "thing", frame.Page{Title: p.Word(v, "title", "kind", b.Kind), Active: "search", Body: b})
}

// names gives the names under which the members who made some objects are shown.
func (p pages) names(ctx context.Context, page exchange.ThingPage) (map[int64]string, error) {
	var all []exchange.Found
	all = append(append(all, page.Indicators...), page.Sightings...)
	return p.x.FiledAs(ctx, all)
}

// eventsShown bounds the timeline; the newest stand in it.
const eventsShown = 40

// timeline tells what happened to the value, and what will by itself.
func (p pages) timeline(v *frame.Visit, b *body, names map[int64]string, back map[int64]exchange.TakenBack) {
	until := time.Time{}
	for _, f := range b.Indicators {
		if !slices.Contains(b.Marks, f.Collection) {
			b.Marks = append(b.Marks, f.Collection)
		}
		e := event{At: f.Filed, Word: p.Word(v, "did.filed"), Who: names[f.At], Collection: f.Collection, Link: fmt.Sprintf("/report/%d", f.Index)}
		if f.Own {
			e.Who = p.Word(v, "you")
		}
		switch {
		case f.State == exchange.StateTaken:
			if by, ok := back[f.At]; ok {
				b.Past = append(b.Past, event{At: by.At, Word: p.Word(v, "did.back"), Why: by.Reason, Collection: f.Collection, Link: fmt.Sprintf("/report/%d", by.Index)})
			} else {
				e.Word = p.Word(v, "did.replaced")
			}
		case f.State == exchange.StateExpired:
			b.Past = append(b.Past, event{At: f.Until, Word: p.Word(v, "did.expired"), Collection: f.Collection})
		case f.Until.After(until):
			until = f.Until
		}
		if m := f.Version; f.State != exchange.StateTaken && m != "" && f.ID != "" {
			if first, err := stix.ParseTime(textOf(f.Raw, "created")); err == nil {
				if last, err := stix.ParseTime(m); err == nil && last.After(first) {
					e.Word = p.Word(v, "did.version")
				}
			}
		}
		b.Past = append(b.Past, e)
	}
	for _, f := range b.Sightings {
		e := event{At: f.Filed, Word: p.Word(v, "did.sighted"), Who: names[f.At], Collection: f.Collection, Link: fmt.Sprintf("/report/%d", f.Index)}
		if f.Own {
			e.Who = p.Word(v, "you")
		}
		b.Past = append(b.Past, e)
	}
	slices.SortFunc(b.Past, func(a, c event) int { return a.At.Compare(c.At) })
	if n := len(b.Past) - eventsShown; n > 0 {
		b.Past = b.Past[n:]
		b.Unlisted = n
	}
	b.Unlisted += b.All - len(b.Indicators)
	if !until.IsZero() {
		b.Past = append(b.Past, event{At: until, Word: p.Word(v, "will.expire"), Next: true})
	}
}

// around tells what refers to the value.
func (p pages) around(v *frame.Visit, b *body, names map[int64]string) {
	for _, r := range b.ThingPage.Relations {
		verb := strings.ReplaceAll(frame.OneLine(r.Verb, 40), "-", " ")
		if !r.Out {
			verb = p.Word(v, "inverse", "verb", verb)
		}
		typ, _, _ := strings.Cut(r.Other, "--")
		name := frame.OneLine(r.Name, 80)
		if name == "" {
			name = p.WordOr(v, "type.", typ)
		}
		b.Relations = append(b.Relations, relation{verb, name, p.WordOr(v, "type.", typ), "/search?q=" + url.QueryEscape(r.Other), r.Collection})
	}
	for _, r := range b.Relations {
		i := slices.IndexFunc(b.Groups, func(g group) bool { return g.Word == r.Word })
		if i < 0 {
			i, b.Groups = len(b.Groups), append(b.Groups, group{Word: r.Word})
		}
		b.Groups[i].List = append(b.Groups[i].List, r)
	}
	for _, f := range b.Mentions {
		m := mention{Name: frame.OneLine(nameOf(f.Raw), 100), Type: p.WordOr(v, "type.", typeOf(f.ID)), Link: fmt.Sprintf("/report/%d", f.Index), Collection: f.Collection, At: f.Filed}
		if m.Name == "" {
			m.Name = m.Type
		}
		b.Reports = append(b.Reports, m)
	}
	for _, f := range b.Sightings {
		s := sighting{At: f.Filed, Count: max(1, numberOf(f.Raw, "count")), Own: f.Own, Who: names[f.At], Collection: f.Collection, Link: fmt.Sprintf("/report/%d", f.Index)}
		if seen, err := stix.ParseTime(textOf(f.Raw, "last_seen")); err == nil {
			s.At = seen
		}
		b.Seen = append(b.Seen, s)
	}
}

// grade gives the highest confidence of the indicators in force (STIX 2.1 appendix A:
// none, low, medium, high).
func (p pages) grade(v *frame.Visit, b *body) {
	best := -1
	for _, f := range b.Indicators {
		if f.State == exchange.StateInForce {
			if n := numberOf(f.Raw, "confidence"); n > best {
				best, b.GradeLink = n, fmt.Sprintf("/report/%d", f.Index)
			}
		}
	}
	if best < 0 {
		return
	}
	b.Grade = p.Word(v, "grade", "n", best, "word", p.Word(v, "grade."+gradeOf(best)))
}

// gradeOf gives the word of a confidence on the None / Low / Med / High scale of STIX
// 2.1, appendix A.
func gradeOf(n int) string {
	switch {
	case n <= 0:
		return "none"
	case n < 30:
		return "low"
	case n < 70:
		return "medium"
	}
	return "high"
}

func typeOf(id string) string {
	typ, _, _ := strings.Cut(id, "--")
	return typ
}

// textOf gives a property at the top of an object.
func textOf(raw []byte, name string) (out string) {
	_ = stix.Walk(raw, func(f stix.Field) error { // it was parsed before it was kept
		if !f.IsKey && len(f.Path) == 1 && f.Path[0].Key == name {
			out = f.Value
		}
		return nil
	})
	return out
}

// numberOf gives a number at the top of an object; -1 when there is none.
func numberOf(raw []byte, name string) int {
	n, err := strconv.Atoi(textOf(raw, name))
	if err != nil {
		return -1
	}
	return n
}

// nameOf gives what names an object that has no value.
func nameOf(raw []byte) string {
	for _, p := range []string{"name", "abstract", "content", "explanation"} {
		if t := textOf(raw, p); t != "" {
			return t
		}
	}
	return ""
}
