package ring

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"tocsin/exchange"
	"tocsin/member"
	"tocsin/web/frame"
)

// objects is the table of what goes out, counts first.
func (d *desk) objects(v *frame.Visit, b *checkPage, f exchange.Filed, s *exchange.Shown, q url.Values) {
	o := &b.Objects
	for _, c := range s.Shared {
		o.Counts = append(o.Counts, d.counted(v, "kind.", c.Kind, c.N))
	}
	o.All = "/ring/" + b.Draft.ID + b.Choices.query("view", viewSTIX) + "#doc"
	types := map[string]int{}
	for _, ob := range s.Objects {
		typ, _, _ := strings.Cut(ob.ID, "--")
		types[typ]++
	}
	for _, typ := range slices.Sorted(maps.Keys(types)) {
		o.Others = append(o.Others, d.counted(v, "object.", typ, types[typ]))
	}
	from := min(parseCursor(q.Get("from")).text, len(s.Values))
	end := min(from+rowsShown, len(s.Values))
	for _, val := range s.Values[from:end] {
		text, _ := short(val.Value, maxRowValue)
		o.Rows = append(o.Rows, row{Value: text, Kind: d.word(v, "kind."+string(val.Kind)+".one", string(val.Kind)), Known: val.Reporters})
	}
	if o.More = sum(s.Shared) - end; o.More > 0 && end < len(s.Values) {
		o.Next = "/ring/" + b.Draft.ID + b.Choices.query("view", b.View, "from", cursor{text: end}.String()) + "#objects"
	}
}

// counted says how many there are of a kind, as in "2 domains".
func (d *desk) counted(v *frame.Visit, prefix, kind string, n int) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return number(n) + " " + d.word(v, prefix+kind+form, kind)
}

// held lists the passages that wait or were taken out by choice, and the reasons of
// what was removed on this page.
func (d *desk) held(v *frame.Visit, b *checkPage, s *exchange.Shown) {
	reasons, first := map[string]int{}, map[string]cursor{}
	for i, t := range s.Texts {
		for _, sp := range t.Spans {
			switch {
			case sp.Passage != "":
				if len(b.Held) == maxListed {
					b.HeldMore++
					continue
				}
				p := passage{ID: sp.Passage, Type: d.word(v, "type."+sp.Type, strings.ReplaceAll(sp.Type, "_", " ")), Out: sp.Verdict == exchange.VerdictRemove,
					Why: d.word(v, "held."+sp.Reason, d.pages.Word(v, "held.other"))}
				p.Text, p.Short = short(t.Text[sp.Start:sp.End], maxRowValue)
				if p.Out {
					p.Why = d.pages.Word(v, "held.out")
				}
				b.Held, first[sp.Passage] = append(b.Held, p), cursor{i, sp.Start}
			case sp.Verdict == exchange.VerdictRemove:
				if _, there := reasons[sp.Reason]; !there && len(b.Why) >= maxListed*2 {
					continue
				}
				if reasons[sp.Reason]++; reasons[sp.Reason] == 1 {
					first[sp.Reason] = cursor{i, sp.Start}
					b.Why = append(b.Why, why{ID: sp.Reason, Text: d.word(v, "why."+sp.Reason, d.pages.Word(v, "why.other"))})
				}
			}
		}
	}
	b.marks(first)
	for i, w := range b.Why {
		b.Why[i].N, b.Why[i].Link = reasons[w.ID], b.where(w.ID, first[w.ID])
	}
	for i, p := range b.Held {
		b.Held[i].Link = b.where(p.ID, first[p.ID])
	}
}

// marks names the first mark of each reason and passage that stand in first, where it
// is on this page, and leads from a passage to the choice about it.
func (b *checkPage) marks(first map[string]cursor) {
	for i, s := range b.Sections {
		for j, p := range s.Pieces {
			if _, ok := first[p.Mark]; !ok || b.there[p.Mark] {
				continue
			}
			b.there[p.Mark] = true
			b.Sections[i].Pieces[j].ID = "in-" + p.Mark
			if isPassage(p.Mark) {
				b.Sections[i].Pieces[j].Link = "#" + p.Mark
			}
		}
	}
}

// where is the address of a mark: on this page, or the page of the text that begins
// with it.
func (b *checkPage) where(mark string, at cursor) string {
	if b.there[mark] {
		return "#in-" + mark
	}
	return "/ring/" + b.Draft.ID + b.Choices.query("at", at.String()) + "#doc"
}

// audience is a sharing group that may be chosen.
type audience struct {
	Name    string // "" for the community
	Members int
	Chosen  bool
}

// sees is who would see it, as far as it is chosen here.
type sees struct {
	Levels []option
	Groups []audience
	Always bool   // the member is always named
	As     string // what it is called otherwise
}

func (d *desk) sees(v *frame.Visit, c choices) (s sees, err error) {
	ctx, session := v.R.Context(), v.Visitor.Session
	for _, l := range levels {
		s.Levels = append(s.Levels, option{l, "tlp." + l, c.TLP == l})
	}
	all, err := d.x.Members().Members(ctx)
	if err != nil {
		return s, err
	}
	groups, err := d.x.Members().Groups(ctx)
	if err != nil {
		return s, err
	}
	s.Groups = []audience{{"", len(all), c.Group == ""}}
	aud := member.AudienceAmber
	for _, g := range groups {
		if !session.CanRead(g.Audience) {
			continue
		}
		chosen := strings.EqualFold(g.Name, c.Group)
		if chosen {
			aud = g.Audience
		}
		s.Groups = append(s.Groups, audience{g.Name, len(g.Members), chosen})
	}
	m := session.Member
	s.Always = m.Named
	_, s.As = d.x.Members().Pseudonym(m, aud)
	return s, nil
}

// happens is what filing will do, in numbers.
type happens struct {
	Readers []exchange.Readers
	Members int // who would see all of it at most
	Values  int
	Known   int
	Checked int // values that were looked up for Known
	Benign  []benign
	BenMore int
	Held    int
	Refused int
}

type benign struct{ Value, Reason string }

func (d *desk) happens(v *frame.Visit, b *checkPage, f exchange.Filed, s *exchange.Shown) {
	h := happens{Readers: s.Readers, Values: b.Counts.Shared, Checked: len(s.Values), Held: b.Counts.Held, Refused: len(f.Failures)}
	for _, r := range s.Readers {
		h.Members = max(h.Members, r.Members)
	}
	for _, val := range s.Values {
		if val.Reporters > 0 {
			h.Known++
		}
	}
	const most = 5
	for _, n := range s.Benign[:min(most, len(s.Benign))] {
		text, _ := short(n.Value, maxRowValue)
		h.Benign = append(h.Benign, benign{text, d.word(v, "benign."+n.Reason, n.Reason)})
	}
	h.BenMore = max(0, len(s.Benign)-most)
	b.Happens = h
}
