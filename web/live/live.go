// Package live is the page on which a day begins: what arrived, newest first, as
// the log took it, and what was taken back of it.
//
// The page is whole without script. With script it follows the event stream at
// /live/events (events.go), which tells each row once for all who see the same.
package live

import (
	"embed"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/stream"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

//go:embed live.js
var script []byte

//go:embed words.en.txt
var words string

// rows is how many rows a page has.
const rows = 50

// refresh is how many seconds a browser without script waits before it asks again.
const refresh = 30

// live is what the pages share.
type live struct {
	pages  *frame.Pages
	x      *exchange.Exchange
	tally  tally
	tell   *teller
	stream *stream.Stream
	script string
}

// Routes is the page and what follows it.
func Routes(s *frame.Site) []frame.Route {
	l := &live{pages: s.Pages(files), x: s.Exchange, tell: newTeller(s.Exchange, words)}
	l.tally.count = s.Exchange.Tally
	l.stream = newStream(s.Exchange, l.tell)
	l.script = s.Asset("live.js", "text/javascript; charset=utf-8", script)
	return []frame.Route{
		{Pattern: "GET /live", Act: member.ActRead, Serve: l.page},
		{Pattern: "GET /live/events", Act: member.ActRead, Serve: l.events},
		{Pattern: "GET /live/figures", Act: member.ActRead, Serve: l.figures},
	}
}

// The words of ?show= beside the name of a collection.
const (
	showAll  = ""
	showBack = "back"
	showMine = "mine" // for who may file

	// The lists behind the figures.
	showForce     = "in-force"
	showToday     = "today"
	showMineToday = "mine-today" // for who may file
	showBackToday = "back-today"
)

// option is one choice of what to show.
type option struct {
	Value, Text string
	Chosen      bool
}

// body is what the page shows.
type body struct {
	Day     exchange.Day
	Counted bool // else Day is being counted
	Rows    []row
	Show    string
	Options []option
	Head    bool // the newest page, which goes on by itself
	Still   bool // without script: don't ask again
	Refresh int
	Older   string // addresses; "" for none
	Newer   string
	NoNewer bool   // the list isn't read forwards
	Again   string // of this page
	Pause   string // of this page, standing still or not
	CanFile bool
	Since   string   // where the stream goes on
	Own     string   // identities of the reader's own member, with spaces between
	Names   []string // of the collections, for the script's markings
	From    string   // positions of the last and the first row
	To      string
}

func (l *live) page(v *frame.Visit) error {
	q := v.R.URL.Query()
	s := v.Visitor.Session
	ask, b, err := l.read(s, q)
	if err != nil {
		return err
	}
	// Read before the list: what comes in between is told twice rather than not at all.
	head, err := l.x.Head(v.R.Context())
	if err != nil {
		return err
	}
	b.Since = since(head.Size)
	found, err := l.x.Arrived(v.R.Context(), s, ask)
	if err != nil {
		return err
	}
	if ask.After != 0 && len(found) < ask.Limit {
		return v.Go(address("/live", "show", b.Show)) // that is the newest page
	}
	if b.Rows, err = l.tell.rows(v.R.Context(), s, found); err != nil {
		return err
	}
	b.Day, b.Counted = l.tally.of(v.R.Context(), s, head.Size, time.Now().UTC())
	b.Options = l.options(v, s, b.Show)
	b.Own = l.own(s)
	for _, a := range s.Audiences {
		b.Names = append(b.Names, member.CollectionName(s, a))
	}
	b.CanFile = s.May(member.ActFile) == nil
	b.link(found, ask)
	return v.Show(l.pages, "live", frame.Page{Title: l.pages.Word(v, "title"), Active: "live", Scripts: []string{l.script}, Body: b})
}

// read reads what is asked for.
func (l *live) read(s member.Session, q url.Values) (ask exchange.Ask, b body, err error) {
	ask.Limit = rows
	b = body{Show: q.Get("show"), Refresh: refresh, Still: q.Get("still") != ""}
	b.NoNewer = true
	mayFile := s.May(member.ActFile) == nil
	switch {
	case b.Show == showAll:
		b.NoNewer = false
	case b.Show == showForce:
		ask.InForce = true
	case b.Show == showToday:
		ask.Since = midnight(time.Now())
	case b.Show == showMineToday && mayFile:
		ask.Own, ask.Since = true, midnight(time.Now())
	case b.Show == showBack:
		ask.Recalled = true
	case b.Show == showBackToday:
		ask.Recalled, ask.Since = true, midnight(time.Now())
	case b.Show == showMine && mayFile:
		ask.Own = true
	default:
		b.NoNewer = false
		i := slices.IndexFunc(s.Audiences, func(a member.Audience) bool { return "in:"+member.CollectionName(s, a) == b.Show })
		if i < 0 {
			return ask, b, fault.At(fault.NotFound, "show", "no such collection, or not for you")
		}
		ask.Audiences = s.Audiences[i : i+1]
	}
	for name, to := range map[string]*int64{"before": &ask.Before, "after": &ask.After} {
		if text := q.Get(name); text != "" && (name == "before" || q.Get("before") == "") {
			if *to, err = parseCursor(text); err != nil {
				return ask, b, fault.Within(name, err)
			}
		}
	}
	if b.NoNewer {
		ask.After = 0
	}
	b.Head = ask.Before == 0 && ask.After == 0
	return ask, b, nil
}

// sinceStart stands for the end of an empty log: no position comes before the first.
const sinceStart = "start"

// since is the end of a log as a position.
func since(size int64) string {
	if size == 0 {
		return sinceStart
	}
	return archive.Position{Index: size - 1, N: math.MaxInt32}.String()
}

func (l *live) own(s member.Session) string {
	var out []string
	for _, a := range s.Audiences {
		out = append(out, l.tell.own(s, a)...)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// link makes the addresses of the pages beside this one.
func (b *body) link(found []exchange.Arrival, ask exchange.Ask) {
	b.Again = address("/live", "show", b.Show)
	b.Pause = address("/live", "show", b.Show, "still", "1")
	if b.Still {
		b.Again, b.Pause = b.Pause, b.Again
	}
	if len(found) == 0 {
		return
	}
	first, last := found[0], found[len(found)-1]
	b.To, b.From = first.Position.String(), last.Position.String()
	if len(found) == ask.Limit {
		b.Older = address("/live", "show", b.Show, "before", cursor(last.At))
	}
	if !b.Head && !b.NoNewer {
		b.Newer = address("/live", "show", b.Show, "after", cursor(first.At))
	}
}

// address writes an address with the parameters that have a value.
func address(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (l *live) options(v *frame.Visit, s member.Session, show string) []option {
	var out []option
	for _, value := range []string{showAll, showForce, showToday, showBack, showBackToday, showMine, showMineToday} {
		if strings.HasPrefix(value, showMine) && s.May(member.ActFile) != nil {
			continue
		}
		word := "show." + value
		if value == showAll {
			word = "show.all"
		}
		out = append(out, option{value, l.pages.Word(v, word), show == value})
	}
	for _, a := range s.Audiences {
		name := member.CollectionName(s, a)
		text := l.pages.Word(v, "show.in", "name", collectionWord(name))
		out = append(out, option{"in:" + name, text, show == "in:"+name})
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
	return name
}

// Figure tells whether the list is of indicators only, as a figure counts them.
func (b body) Figure() bool {
	return b.Show == showForce || b.Show == showToday || b.Show == showMineToday
}

// midnight is when the day began.
func midnight(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }
