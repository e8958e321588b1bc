// Package review is the desk on which a person decides what the gate could not:
// the passages that wait, oldest first, one of them in its context, and two
// verdicts of which neither is the default.
//
// Each address works without script; with it, a number chooses the reason and a
// letter the verdict, and the next passage follows.
package review

import (
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/held"
	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

//go:embed review.js
var script []byte

// Target is how long a passage should wait at most (interface.md, the sketch of the
// desk, counts down from it). Nothing happens by itself when it is over.
const Target = 4 * time.Hour

// soon is how much time is left when a passage is marked as due.
const soon = time.Hour

// queueMax is how many passages a list shows at once, and lastMax how many decisions
// the median wait is of.
const (
	queueMax = 50
	asideMax = 12 // beside a passage
	readMax  = 1000
	lastMax  = 50
)

type desk struct {
	pages  *frame.Pages
	x      *exchange.Exchange
	script string
}

// Routes is the queue, a passage, and the decision on it.
func Routes(s *frame.Site) []frame.Route {
	d := &desk{pages: s.Pages(files), x: s.Exchange, script: s.Asset("review.js", "text/javascript; charset=utf-8", script)}
	return []frame.Route{
		{Pattern: "GET /review", Act: member.ActReview, Serve: d.queue},
		{Pattern: "GET /review/{id}", Act: member.ActReview, Serve: d.show},
		{Pattern: "POST /review/{id}", Act: member.ActReview, Serve: d.decide},
	}
}

// waiting is one line of the queue.
type waiting struct {
	held.Passage
	Title  string // of what kind it is, in words
	Since  time.Time
	Waited time.Duration
	Late   bool
	Soon   bool          // it will be late within the hour
	Left   time.Duration // to the target, or past it
	Here   bool          // the one that is shown
}

// side is the queue beside whatever is shown, and the figures above it.
type side struct {
	Queue    []waiting
	Waiting  int64
	Late     int
	Skipped  int   // how many stand before the first of the list
	More     int64 // that come after its last
	Last     *exchange.Decision
	Median   time.Duration // of the last decisions; 0 without any
	Place    int           // of the passage shown, from 1; 0 for none
	Next     string        // ids, "" for none
	Previous string
	Show     string // of the queue: all of it, or one of the below
	Aside    bool   // it stands beside what is shown
}

// What else the queue's page shows.
const (
	showLate    = "late"
	showDecided = "decided" // those of which the median is
)

func (d *desk) side(v *frame.Visit, here string) (out side, err error) {
	ctx, s := v.R.Context(), v.Visitor.Session
	all, err := d.x.ReviewQueue(ctx, s, readMax)
	if err != nil {
		return out, err
	}
	if out.Waiting = int64(len(all)); len(all) == readMax {
		if out.Waiting, err = d.x.WaitingPassages(ctx); err != nil {
			return out, err
		}
	}
	last, err := d.x.Decided(ctx, s, lastMax)
	if err != nil {
		return out, err
	}
	if len(last) > 0 {
		out.Last, out.Median = &last[0], median(last)
	}
	out.Aside = here != ""
	now := time.Now().UTC()
	for i, p := range all {
		w := d.waits(v, p, now)
		w.Here = p.ID == here
		if w.Late {
			out.Late++
		}
		if w.Here {
			out.Place = i + 1
		}
		out.Queue = append(out.Queue, w)
	}
	out.neighbours()
	return out, nil
}

// FirstLink and MoreLink are where a list goes on.
func (s side) FirstLink() string { return s.listLink(0) }

func (s side) MoreLink() string {
	if s.Aside {
		return s.listLink(0)
	}
	return s.listLink(s.Skipped + len(s.Queue))
}

func (s side) listLink(from int) string {
	q := url.Values{}
	if s.Show != "" {
		q.Set("show", s.Show)
	}
	if from > 0 {
		q.Set("from", strconv.Itoa(from))
	}
	if len(q) == 0 {
		return "/review"
	}
	return "/review?" + q.Encode()
}

// cut leaves most of the list, from one on, of all that are counted.
func (s *side) cut(from, most int, all int64) {
	s.Skipped = max(0, min(from, len(s.Queue)-1))
	s.Queue = s.Queue[s.Skipped:min(len(s.Queue), s.Skipped+most)]
	s.More = all - int64(s.Skipped+len(s.Queue))
}

func (d *desk) waits(v *frame.Visit, p held.Passage, now time.Time) waiting {
	w := waiting{Passage: p, Title: d.kind(v, p.Kind), Since: time.UnixMicro(p.Created).UTC()}
	w.at(now)
	return w
}

// at says how long a passage has waited by now.
func (w *waiting) at(now time.Time) {
	w.Waited = max(0, now.Sub(w.Since))
	w.Late, w.Left = w.Waited > Target, Target-w.Waited
	w.Soon = !w.Late && w.Left < soon
}

// neighbours finds what comes before and after the passage shown, and cuts the
// list beside it to what stands around it.
func (s *side) neighbours() {
	i := s.Place - 1
	if i > 0 {
		s.Previous = s.Queue[i-1].ID
	}
	if s.Place > 0 && i+1 < len(s.Queue) {
		s.Next = s.Queue[i+1].ID
	}
	if s.Aside {
		s.cut(min(i-asideMax/2, len(s.Queue)-asideMax), asideMax, s.Waiting)
		s.Skipped, s.More = 0, s.Waiting-int64(len(s.Queue))
	}
}

// median is the median time from held to decided.
func median(ds []exchange.Decision) time.Duration {
	waits := make([]time.Duration, 0, len(ds))
	for _, d := range ds {
		waits = append(waits, d.At.Sub(time.UnixMicro(d.Passage.Created)))
	}
	slices.Sort(waits)
	return waits[len(waits)/2]
}

// notice is what was done just now.
type notice struct {
	Word  string // released, removed, asked
	Entry int64  // of what was decided, or number of the request
}

type queueBody struct {
	side
	Done   *notice
	Lately []lately
}

// lately is one of the last decisions.
type lately struct {
	held.Passage
	Title  string
	Word   string // of its state
	Waited time.Duration
	At     time.Time
}

func (d *desk) queue(v *frame.Visit) error {
	s, err := d.side(v, "")
	if err != nil {
		return err
	}
	b := queueBody{side: s, Done: done(v.R.URL.Query())}
	from, _ := strconv.Atoi(v.R.URL.Query().Get("from")) // else from the oldest
	switch b.Show = v.R.URL.Query().Get("show"); b.Show {
	case "":
		b.cut(from, queueMax, b.Waiting)
	case showLate:
		b.Queue = slices.DeleteFunc(b.Queue, func(w waiting) bool { return !w.Late })
		b.cut(from, queueMax, int64(b.Late))
	case showDecided:
		if b.Lately, err = d.lately(v); err != nil {
			return err
		}
	default:
		return fault.At(fault.NotFound, "show", "the desk has no such list")
	}
	return d.reply(v, http.StatusOK, "queue", b)
}

// lately gives the decisions of which the median is.
func (d *desk) lately(v *frame.Visit) (out []lately, err error) {
	last, err := d.x.Decided(v.R.Context(), v.Visitor.Session, lastMax)
	for _, one := range last {
		p := one.Passage
		word := "removed"
		if held.StateName(p.State) == "released" {
			word = "shared"
		}
		out = append(out, lately{p, d.kind(v, p.Kind), word, one.At.Sub(time.UnixMicro(p.Created)), one.At})
	}
	return out, err
}

// done reads from an address what was done just now; anything else says nothing.
func done(q url.Values) *notice {
	n, err := strconv.ParseInt(q.Get("entry"), 10, 64)
	was := q.Get("was")
	if err != nil || n < 0 || was != "released" && was != "removed" && was != "asked" {
		return nil
	}
	return &notice{was, n}
}

// reply shows a page of the desk.
func (d *desk) reply(v *frame.Visit, code int, name string, body any) error {
	title := d.pages.Word(v, "title")
	if b, ok := body.(passageBody); ok {
		if title = b.P.Title + " - " + title; b.Wrong != "" {
			title = d.pages.Word(v, "error.prefix") + ": " + title
		}
	}
	return v.ShowAs(code, d.pages, name, frame.Page{Title: title, Active: "review", Scripts: []string{d.script}, Body: body})
}

// kind names a kind of passage; one that has no word is shown as the gate calls it.
func (d *desk) kind(v *frame.Visit, code string) string { return d.word(v, "kind.", code) }

func (d *desk) word(v *frame.Visit, prefix, code string) string {
	if w := d.pages.Word(v, prefix+code); w != prefix+code {
		return w
	}
	return d.pages.Word(v, prefix+"other", "code", code)
}

// choice is one reason of the form.
type choice struct {
	held.Why
	Key    int
	Chosen bool
}

type passageBody struct {
	side
	P          waiting
	Secret     held.Secret
	From       string // who filed it, as its readers see them
	Collection string
	Reason     string
	Length     int
	Two        bool // its release takes a second reviewer
	Releases   []choice
	Removes    []choice
	Done       *notice
	Wrong      string // what is wrong with the form; "" for nothing
	Opened     time.Time
}

func (d *desk) show(v *frame.Visit) error { return d.passage(v, http.StatusOK, "", "") }

// passage shows one passage. Looking at it is recorded by whoever gives its text.
func (d *desk) passage(v *frame.Visit, code int, wrong, why string) error {
	ctx, s, id := v.R.Context(), v.Visitor.Session, v.R.PathValue("id")
	p, secret, err := d.x.ReviewShow(ctx, s, id)
	if fault.KindOf(err) == fault.Gone {
		return d.decided(v, id, http.StatusOK, false)
	}
	if err != nil {
		return err
	}
	b := passageBody{Secret: secret, Done: done(v.R.URL.Query()), Wrong: wrong, Opened: time.Now().UTC()}
	if b.side, err = d.side(v, id); err != nil {
		return err
	}
	b.P = d.waits(v, p, b.Opened)
	b.Reason = d.word(v, "reason.", p.Reason)
	b.Two = d.x.TakesTwo(p)
	b.Length = len([]rune(secret.Text))
	b.Collection = d.marking(s, p.Aud)
	if b.From, err = d.filer(v, p); err != nil {
		return err
	}
	for i, w := range held.Whys() {
		c := choice{w, i + 1, w.Code == why}
		if w.Release {
			b.Releases = append(b.Releases, c)
		} else {
			b.Removes = append(b.Removes, c)
		}
	}
	return d.reply(v, code, "passage", b)
}

// marking names the collection of an audience; a group that the reviewer isn't in
// is not named.
func (d *desk) marking(s member.Session, aud int32) string {
	a := member.Audience(aud)
	if name := member.CollectionName(s, a); name != "" {
		return name
	}
	all := s
	all.Audiences = member.Community()
	return member.CollectionName(all, a)
}

// filer is the name under which the passage's readers see whoever filed it.
func (d *desk) filer(v *frame.Visit, p held.Passage) (string, error) {
	all, err := d.x.Members().Members(v.R.Context())
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(all, func(m member.Member) bool { return int64(m.ID) == p.Member })
	if i < 0 {
		return "", nil
	}
	_, name := d.x.Members().Pseudonym(all[i], member.Audience(p.Aud))
	return name, nil
}

type decidedBody struct {
	side
	D      exchange.Decision
	Title  string
	Word   string
	Why    string
	First  bool // somebody decided while this reviewer was about to
	Waited time.Duration
	Since  time.Time
}

// decided shows what became of a passage that doesn't wait any more.
func (d *desk) decided(v *frame.Visit, id string, code int, first bool) error {
	dec, err := d.x.DecisionOn(v.R.Context(), v.Visitor.Session, id)
	if err != nil {
		return err
	}
	b := decidedBody{D: dec, Word: held.StateName(dec.Passage.State), First: first, Since: time.UnixMicro(dec.Passage.Created).UTC()}
	b.Title = d.kind(v, dec.Passage.Kind)
	if dec.Why != "" {
		b.Why = d.word(v, "why.", dec.Why)
	}
	b.Waited = dec.At.Sub(b.Since)
	if b.side, err = d.side(v, id); err != nil {
		return err
	}
	return d.reply(v, code, "decided", b)
}

func (d *desk) decide(v *frame.Visit) error {
	id, verdict, why := v.R.PathValue("id"), v.Form().Get("verdict"), v.Form().Get("why")
	release := verdict == "release"
	switch {
	case !release && verdict != "remove":
		return d.passage(v, http.StatusUnprocessableEntity, "verdict", why)
	case why == "":
		return d.passage(v, http.StatusUnprocessableEntity, "why", why)
	case held.CheckWhy(why, release) != nil:
		return d.passage(v, http.StatusUnprocessableEntity, "fit."+verdict, why)
	}
	// What comes next is read before: afterwards this passage has no place any more.
	before, err := d.side(v, id)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(before.Queue, func(w waiting) bool { return w.Here }); release && i >= 0 && d.x.TakesTwo(before.Queue[i].Passage) {
		r, err := d.x.Ask(v.R.Context(), v.Visitor.Session, v.Site().People, exchange.Grave{Act: exchange.GraveRelease, Passage: id}, d.word(v, "why.", why))
		if err != nil {
			return err
		}
		return v.Go(before.after("asked", r.ID))
	}
	f, err := d.x.Decide(v.R.Context(), v.Visitor.Session, id, release, why)
	if fault.KindOf(err) == fault.Conflict {
		if _, gone := d.x.DecisionOn(v.R.Context(), v.Visitor.Session, id); gone == nil {
			return d.decided(v, id, http.StatusConflict, true)
		}
	}
	if err != nil {
		return err
	}
	return v.Go(before.after(verdict+"d", f.Index))
}

// after is where a reviewer goes on: to the next passage, else to what is left.
func (s *side) after(was string, entry int64) string {
	to := s.Next
	if to == "" && s.Place > 1 {
		to = s.Previous
	}
	if to != "" {
		to = "/" + url.PathEscape(to)
	}
	return fmt.Sprintf("/review%s?was=%s&entry=%d", to, was, entry)
}
