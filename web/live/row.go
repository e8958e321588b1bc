package live

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tocsin/archive"
	"tocsin/exchange"
	"tocsin/fault"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/stix"
	"tocsin/web/frame"
)

// row is one line of the list, as the page and the script show it: every text in
// it is safe to show, none is a link to what is hostile.
type row struct {
	Position   string    `json:"at"`
	ID         string    `json:"id"` // of the object
	Time       time.Time `json:"-"`
	Stamp      string    `json:"time"`
	Value      string    `json:"value"`         // "" when it was taken back
	Link       string    `json:"link"`          // its page; that of its entry when it was taken back
	What       string    `json:"what"`          // of what kind it is, in words
	Who        string    `json:"who,omitempty"` // as the reader sees who filed it
	By         string    `json:"by,omitempty"`  // identity of who filed it, as the audience knows it
	Collection string    `json:"in"`
	Gone       string    `json:"gone,omitempty"`   // taken-back or expired
	Of         string    `json:"of,omitempty"`     // title of the report that it is a part of
	OfLink     string    `json:"oflink,omitempty"` // where that is
	After      string    `json:"-"`                // how long it was in force
	Today      bool      `json:"-"`
	Yours      bool      `json:"-"`
}

// cursor writes a date of the log; parseCursor reads it.
func cursor(at int64) string { return strconv.FormatInt(at, 36) }

func parseCursor(text string) (int64, error) {
	at, err := strconv.ParseInt(text, 36, 64)
	if err != nil || at <= 0 || len(text) > 13 {
		return 0, fault.New(fault.Invalid, "this is no place in the list; go on from its first page")
	}
	return at, nil
}

// maxShown bounds a value in a list, in characters; its page has it whole.
const maxShown = 72

// shorten leaves out the middle of what is too long for a line: both ends tell
// hashes and hosts apart.
func shorten(s string) string {
	r := []rune(s)
	if len(r) <= maxShown {
		return s
	}
	return string(r[:maxShown*2/3]) + " … " + string(r[len(r)-maxShown/4:])
}

// safe gives a text that somebody else wrote as a list shows it; one that may be
// taken for a value stands so that no program makes a link of it.
func safe(s string) string {
	words := strings.Fields(s)
	if len(words) == 1 || strings.Contains(s, "://") {
		for i, w := range words {
			words[i] = frame.Defang(w)
		}
	}
	return shorten(frame.Visible(strings.Join(words, " ")))
}

// names are the properties that name an object which has no value of its own, the
// best first.
var names = [...]string{"name", "value", "abstract", "content", "path", "display_name", "account_login", "subject", "explanation", "product", "sighting_of_ref", "key"}

// describe says what an object is: its value, where it leads, and of what kind it is.
func (t *teller) describe(r *row, at archive.Position, raw []byte) {
	o, err := stix.Parse(raw, stix.Limits{})
	if err != nil {
		return // it was parsed before it was kept
	}
	r.ID, r.By = o.ID, o.CreatedBy
	if o.Revoked {
		r.Gone = goneRecall
		return
	}
	texts := topTexts(raw)
	if ts := observable.FromObject(&o); len(ts) > 0 {
		r.What, r.Value = t.words["kind."+string(ts[0].Kind)], safe(ts[0].Value)
		r.Link = "/i/" + t.x.ThingID(ts[0])
		if n := len(ts) - 1; n > 0 {
			r.What += " " + strings.ReplaceAll(t.words["more"], "{n}", strconv.Itoa(n))
		}
	} else {
		r.Link = fmt.Sprintf("/report/%d", at.Index)
		for _, name := range names {
			if r.Value = safe(texts[name]); r.Value != "" {
				break
			}
		}
		if r.Value == "" {
			r.Value = o.ID
		}
	}
	// STIX 2.1 section 10.11, indicator-type-ov: a word that isn't one of those says nothing.
	if m := t.words["means."+texts["indicator_types"]]; m != "" {
		r.What += ", " + m
	}
}

// topTexts gives the texts at the top of an object, of a list its first.
func topTexts(raw []byte) map[string]string {
	out := map[string]string{}
	_ = stix.Walk(raw, func(f stix.Field) error { // parsed before
		if !f.IsKey && f.Kind == stix.String && len(f.Path) > 0 && len(f.Path) <= 2 {
			if name := f.Path[0].Key; out[name] == "" && (len(f.Path) == 1 || f.Path[1].Key == "") {
				out[name] = f.Value
			}
		}
		return nil
	})
	return out
}

// What became of a row: words of state.
const (
	goneRecall = "taken-back"
	goneExpiry = "expired"
)

// goneOf gives the word for a kind of withdrawal; "" for a version in whose place
// another one stands.
func goneOf(kind string) string {
	switch kind {
	case "recall":
		return goneRecall
	case "expiry":
		return goneExpiry
	}
	return ""
}

// teller makes rows, and knows the names of who filed.
type teller struct {
	x     *exchange.Exchange
	words map[string]string // kind.domain, type.malware, means.benign

	mu     sync.Mutex
	rights int64
	last   whole
	faces  map[face][]alias // as one audience sees them
}

// face is a member, or the exchange as 0, before an audience.
type face struct {
	aud member.Audience
	who member.ID
}

// alias is one of the identities under which an audience knows a member: first its
// pseudonym, then, if it agreed to be named, its own.
type alias struct{ id, name string }

// newTeller takes its words from the page's: the stream tells a row once for all
// readers, in the one language that these pages have.
func newTeller(x *exchange.Exchange, words string) *teller {
	t := &teller{x: x, words: map[string]string{}}
	for line := range strings.Lines(words) {
		if key, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && key[0] != '#' {
			t.words[key] = text
		}
	}
	return t
}

// typeWord is what objects of a type are called.
func (t *teller) typeWord(id string) string {
	typ, _, _ := strings.Cut(id, "--")
	if id == "" {
		typ = "gone"
	}
	if w := t.words["type."+typ]; w != "" {
		return w
	}
	return t.words["type.other"]
}

// rows makes the rows of a page. A revoked version is told by the row of the one
// before it, when that stands on the same page.
func (t *teller) rows(ctx context.Context, s member.Session, found []exchange.Arrival) ([]row, error) {
	if err := t.learn(ctx, s.Rights); err != nil {
		return nil, err
	}
	t.forget()
	today := midnight(time.Now())
	told := map[string]bool{}
	for _, a := range found {
		if a.Gone == "recall" && a.ID != "" {
			told[a.ID] = true
		}
	}
	out := make([]row, 0, len(found))
	for _, a := range found {
		r := t.row(a, member.CollectionName(s, a.Aud))
		if r.Gone == goneRecall && a.Raw != nil && told[r.ID] {
			continue
		}
		r.Today = !r.Time.Before(today)
		r.Yours = slices.Contains(t.own(s, a.Aud), r.By)
		out = append(out, r)
	}
	return out, nil
}

// own gives the identities under which an audience knows the reader's own member.
func (t *teller) own(s member.Session, a member.Audience) []string {
	m := s.Member
	var out []string
	for _, m.Named = range []bool{false, true} {
		if id, _ := t.x.Members().Pseudonym(m, a); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// row makes one row, the same for all who see its audience.
func (t *teller) row(a exchange.Arrival, collection string) row {
	r := row{Position: a.Position.String(), ID: a.ID, Time: time.UnixMicro(a.At).UTC(), Collection: collection}
	r.Stamp = r.Time.Format("2006-01-02T15:04:05.000Z")
	r.What = t.typeWord(a.ID)
	if a.Raw != nil {
		t.describe(&r, a.Position, a.Raw)
	}
	if a.Gone != "" {
		r.Gone = goneOf(a.Gone)
	}
	if a.Gone != "" && a.Ended.Sub(a.Filed) >= time.Second {
		r.After = frame.Left(a.Ended.Sub(a.Filed))
	}
	if r.Value == "" {
		r.Link = fmt.Sprintf("/report/%d", a.Position.Index) // which says what became of it
	}
	if a.Raw != nil && r.Gone != goneRecall {
		t.partOf(&r, a)
	}
	as := t.face(face{a.Aud, a.Filer}, r.By)
	r.By, r.Who = as.id, frame.Visible(as.name)
	return r
}

// whole is the entry that was told last: rows of one entry come together.
type whole struct {
	idx         int64
	aud         member.Audience
	head, title string // the object that names it, and how
}

// forget has the title read anew: it may have been taken back since.
func (t *teller) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = whole{}
}

// partOf joins a row to the report that it came in with.
func (t *teller) partOf(r *row, a exchange.Arrival) {
	t.mu.Lock()
	w := t.last
	t.mu.Unlock()
	if w.idx != a.Position.Index || w.aud != a.Aud || w.head == "" && w.title == "" {
		w = whole{idx: a.Position.Index, aud: a.Aud}
		n, head, err := t.x.Together(context.Background(), w.idx, w.aud) // for all who see it
		if err != nil {
			return // the row is told without it
		}
		if head != nil {
			texts := topTexts(head.Raw)
			w.head, w.title = head.ID, safe(texts["name"])
		}
		if w.title == "" && n > 1 {
			w.title = strings.ReplaceAll(t.words["of.many"], "{n}", strconv.Itoa(n))
		}
		t.mu.Lock()
		t.last = w
		t.mu.Unlock()
	}
	if w.title != "" && r.ID != w.head {
		r.Of, r.OfLink = w.title, fmt.Sprintf("/report/%d", w.idx)
	}
}

// face is the alias under which an audience sees who filed something: the one that
// stands in the object itself, else the pseudonym, so that nothing ties what was
// filed without a name to one that was agreed to later. A member that is new here
// is learnt about by the next look at what there is.
func (t *teller) face(f face, creator string) alias {
	if creator == t.x.Identity() {
		return alias{creator, "Tocsin"}
	}
	if f.who == 0 {
		return alias{}
	}
	t.mu.Lock()
	all, ok := t.faces[f]
	known := t.rights
	t.mu.Unlock()
	if !ok {
		ctx := context.Background() // for whoever reads next, too
		if head, err := t.x.Head(ctx); err != nil || head.Rights == known || t.learn(ctx, head.Rights) != nil {
			return alias{}
		}
		t.mu.Lock()
		all = t.faces[f]
		t.mu.Unlock()
	}
	for _, a := range all {
		if a.id == creator {
			return a
		}
	}
	if len(all) == 0 {
		return alias{}
	}
	return all[0]
}

// learn reads the names of members as each audience sees them; they change with
// the rights.
func (t *teller) learn(ctx context.Context, rights int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.faces != nil && rights <= t.rights {
		return nil
	}
	all, err := t.x.Members().Members(ctx)
	if err != nil {
		return err
	}
	groups, err := t.x.Members().Groups(ctx)
	if err != nil {
		return err
	}
	auds := member.Community()
	for _, g := range groups {
		auds = append(auds, g.Audience)
	}
	faces := map[face][]alias{}
	for _, a := range auds {
		for _, m := range all {
			named := m.Named
			for _, m.Named = range []bool{false, true} {
				if id, name := t.x.Members().Pseudonym(m, a); !m.Named || named {
					faces[face{a, m.ID}] = append(faces[face{a, m.ID}], alias{id, name})
				}
			}
		}
	}
	t.faces, t.rights = faces, rights
	return nil
}
