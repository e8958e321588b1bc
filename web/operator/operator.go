// Package operator is the page of whoever runs the node: how it does, what it
// stores, how far its followers are, when its tree was last checked, and how to
// keep a copy.
package operator

import (
	"embed"
	"time"

	"tocsin/exchange"
	"tocsin/member"
	"tocsin/web/frame"
)

//go:embed *.html words.*.txt
var files embed.FS

type pages struct {
	site    *frame.Site
	set     *frame.Pages
	tree    *exchange.TreeCheck
	started time.Time
}

// body is what the page shows.
type body struct {
	exchange.Health
	Version string
	Up      time.Duration
	Empty   bool // nothing was ever filed
	Checked exchange.TreeChecked
	Never   bool // the tree wasn't checked since the node started
	Keeps   []follower
	Lag     int    // how many of them lag
	State   string // key of the heading: keys, tree, lags, or well
	Newest  int64  // the number of the log's newest entry
}

// follower is one, and whether it keeps up.
type follower struct {
	exchange.Follower
	Lags bool
}

// lagging is how far a follower may be behind before the page says that it lags:
// each looks for work within a second.
const lagging = 10 * time.Second

// Routes is the operator's page.
func Routes(s *frame.Site) []frame.Route {
	p := &pages{site: s, set: s.Pages(files), tree: exchange.NewTreeCheck(s.Exchange), started: time.Now().UTC()}
	return []frame.Route{
		{Pattern: "GET /operator", Act: member.ActOperate, Serve: p.show},
		{Pattern: "POST /operator/tree", Act: member.ActOperate, Serve: p.check},
	}
}

func (p *pages) show(v *frame.Visit) error {
	h, err := p.site.Exchange.Health(v.R.Context(), v.Visitor.Session)
	if err != nil {
		return err
	}
	b := body{Health: h, Version: p.site.Version, Up: time.Since(p.started), Empty: h.Added.IsZero(), Checked: p.tree.Last()}
	b.Never, b.Newest = b.Checked.At.IsZero(), h.Size-1
	for _, f := range h.Followers {
		b.Keeps = append(b.Keeps, follower{f, f.Behind > lagging})
		if f.Behind > lagging {
			b.Lag++
		}
	}
	b.State = heading(b)
	return v.Show(p.set, "operator", frame.Page{Title: p.set.Word(v, "title"), Active: "operator", Body: b})
}

// heading gives the key of the page's heading: the worst that there is to say.
func heading(b body) string {
	switch {
	case !b.KeysMatch:
		return "keys"
	case !b.Never && !b.Checked.OK:
		return "tree"
	case b.Lag > 0:
		return "lags"
	}
	return "well"
}

// check recomputes the log's tree, at most once a minute, and shows the page again.
func (p *pages) check(v *frame.Visit) error {
	found, err := p.tree.Check(v.R.Context())
	if err != nil {
		return err
	}
	if found.Err != nil {
		p.site.Log.ErrorContext(v.R.Context(), "the log's tree is not what its leaves make", "err", found.Err)
	}
	return v.Go("/operator#tree")
}
