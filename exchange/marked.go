package exchange

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/intake"
	"tocsin/intake/scan"
	"tocsin/member"
	"tocsin/observable"
	"tocsin/privacy"
	"tocsin/stix"
)

// add takes a part into what is shown.
func (s *Shown) add(x *Exchange, k *kept) {
	for _, it := range k.previewed {
		s.values(k, it)
	}
	s.written(k)
	source := s.source(k)
	var mine []MarkedText
	if source != nil {
		source.people(x.gate, k.work.own, k.previewed)
		mine = append(mine, *source)
	}
	for _, it := range k.previewed {
		mine = append(mine, x.marked(k, it)...)
	}
	// Of what the reader of the format made, the richest text is the submitted one: shorter ones repeat it.
	made := k.work.batch.Format != intake.STIX && k.work.batch.Format != intake.MISP
	if made {
		slices.SortStableFunc(mine, func(a, b MarkedText) int {
			return cmp.Or(boolOrder(a.Source, b.Source), cmp.Compare(len(b.Text), len(a.Text)), boolOrder(a.Path == "description", b.Path == "description"))
		})
	}
	var chosen []MarkedText
	for _, t := range mine {
		if !s.repeated(chosen, &t, made) {
			chosen = append(chosen, t)
		}
	}
	for i := range chosen {
		t := &chosen[i]
		for _, sp := range t.Spans {
			if sp.Reason == ReasonNotSent {
				s.NotSent++
			}
		}
		s.take(t)
	}
}

// written notes the objects that would be written.
func (s *Shown) written(k *kept) {
	for _, it := range k.items {
		if it.implied && slices.ContainsFunc(s.Objects, func(o ObjectResult) bool {
			return o.ID == it.obj.ID && o.Collection == member.CollectionName(k.work.session, it.aud)
		}) {
			continue // written with the part before
		}
		o := ObjectResult{ID: it.obj.ID, Version: it.obj.Version(), Collection: member.CollectionName(k.work.session, it.aud)}
		if len(s.Objects) < intake.MaxObjects {
			o.Raw = it.obj.Raw // of a large report those of its first objects
		}
		s.Objects = append(s.Objects, o)
	}
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// values counts what an object names.
func (s *Shown) values(k *kept, it *item) {
	for _, t := range observable.FromObject(&it.obj) {
		switch reason, special := observable.Special(t); {
		case special && reason != "documentation":
			s.never(t, reason)
		case it.stripped.Whole || s.counted[t] || it.stripped.Changed && privacy.HasPlaceholder(t.Value):
		default:
			s.counted[t] = true
			s.Shared = count(s.Shared, string(t.Kind), 1)
			if len(s.Values) < maxValues {
				s.Values = append(s.Values, Value{Thing: t, Object: it.obj.ID})
			}
		}
	}
}

func (s *Shown) never(t observable.Thing, reason string) {
	if !s.benign[t] && len(s.Benign) < maxValues {
		s.benign[t] = true
		s.Benign = append(s.Benign, Benign{t, reason})
	}
}

// typeIdentifier is the type of a span in which an identifier was replaced that
// would lead to what was removed.
const typeIdentifier = "identifier"

// marked gives the texts of an object: what people wrote in it, and whatever the
// gate changed.
func (x *Exchange) marked(k *kept, it *item) (out []MarkedText) {
	published := map[string]string{}
	if len(it.stripped.Texts) > 0 {
		_ = stix.Walk(it.obj.Raw, func(f stix.Field) error { // parsed before
			if !f.IsKey {
				published[f.Path.String()] = f.Value
			}
			return nil
		})
	}
	for _, t := range it.stripped.Texts {
		// The description of what was made of a text is that text, however short.
		written := t.Prose && (strings.Count(t.Value, " ") >= 2 || it.made && t.Path == "description") && !(it.made && t.Path == "pattern")
		if !written && len(t.Marks) == 0 {
			continue
		}
		m := MarkedText{Object: it.obj.ID, Type: it.obj.Type, Path: t.Path, Text: t.Value, Waits: it.stripped.Whole}
		for _, g := range t.Marks {
			sp := Span{Start: g.Start, End: g.End, Verdict: VerdictRemove, Type: g.Type, Label: g.With, Reason: g.Reason}
			if g.Verdict == privacy.Hold {
				sp.Verdict = VerdictHold
			}
			if g.Verdict == privacy.Hold || g.Reason == privacy.BySubmitter {
				sp.Passage = x.passageID(k.work, it.place, t.Path, g.Start, g.End, t.Value)
			}
			m.Spans = append(m.Spans, sp)
		}
		if p, ok := published[t.Path]; ok {
			m.renamed(p)
		}
		out = append(out, m)
	}
	return out
}

// Apply gives what others get of the text: every removed and held span is replaced
// by its label.
func (m *MarkedText) Apply() string {
	var b strings.Builder
	at := 0
	for _, sp := range m.Spans {
		if sp.Verdict == VerdictShare {
			continue
		}
		b.WriteString(m.Text[at:sp.Start])
		b.WriteString(sp.Label)
		at = sp.End
	}
	b.WriteString(m.Text[at:])
	return b.String()
}

// renamed marks the identifiers in a text that go out as others. Those are as long
// as the ones they replace.
func (m *MarkedText) renamed(published string) {
	now := m.Apply()
	if now == published || len(now) != len(published) {
		return
	}
	var more []Span
	at, next := 0, 0 // in m.Text behind the last mark, and which mark is next
	shift := 0       // what is added to a byte of now to give that of m.Text
	for i := 0; i < len(now); i++ {
		for next < len(m.Spans) && i+shift >= m.Spans[next].Start {
			sp := m.Spans[next]
			at, next = sp.End, next+1
			i += len(sp.Label)
			shift = at - i
		}
		if i >= len(now) || now[i] == published[i] {
			continue
		}
		for from := max(0, i-uuidLen+1); from <= i && from+uuidLen <= len(now); from++ {
			if isUUID(now[from : from+uuidLen]) {
				more = append(more, Span{Start: from + shift, End: from + shift + uuidLen, Verdict: VerdictRemove, Type: typeIdentifier, Label: published[from : from+uuidLen], Reason: typeIdentifier})
				i = from + uuidLen - 1
				break
			}
		}
	}
	m.Spans = append(m.Spans, more...)
	slices.SortFunc(m.Spans, byStart)
}

func byStart(a, b Span) int { return cmp.Compare(a.Start, b.Start) }

// repeated tells a text that stands in a chosen one already, with the same verdicts.
// Of objects as received only the texts of the same object are looked at.
func (s *Shown) repeated(chosen []MarkedText, t *MarkedText, made bool) bool {
	if t.Source || s.size > MaxShown {
		return false
	}
	for i := len(chosen) - 1; i >= 0 && len(chosen)-i <= maxShownTexts; i-- {
		c := &chosen[i]
		if !made && c.Object != t.Object {
			return false
		}
		if at := strings.Index(c.Text, t.Text); at >= 0 && c.covers(t, at) {
			return true
		}
	}
	return false
}

// covers tells whether everything that goes in t, which stands at a byte of m, goes
// in m too. Of the source it is known then what stands in the place of a value.
func (m *MarkedText) covers(t *MarkedText, at int) bool {
	found := make([]int, len(t.Spans))
	for n, sp := range t.Spans {
		i, there := slices.BinarySearchFunc(m.Spans, sp.Start+at, func(a Span, start int) int { return cmp.Compare(a.Start, start) })
		if !there || m.Spans[i].End != sp.End+at || m.Spans[i].Verdict != sp.Verdict {
			return false
		}
		found[n] = i
	}
	for n, sp := range t.Spans {
		if to := &m.Spans[found[n]]; m.Source && to.Label == "" {
			to.Label, to.Reason, to.Type, to.Passage = sp.Label, sp.Reason, sp.Type, sp.Passage
		}
	}
	return true
}

// take shows a text, as much of it as there is room for, and marks what is shared.
func (s *Shown) take(t *MarkedText) {
	room := MaxShown - s.size
	if len(s.Texts) >= maxShownTexts {
		room = 0
	}
	if len(t.Text) > room {
		end := max(0, room)
		for end > 0 && !utf8.RuneStart(t.Text[end]) {
			end--
		}
		keep := t.Spans[:0:0]
		for _, sp := range t.Spans {
			if sp.Start < end && sp.End > end {
				end = sp.Start
			}
			if sp.End <= end {
				keep = append(keep, sp)
			}
		}
		t.Cut = len(t.Text) - end
		s.Cut += t.Cut
		t.Text, t.Spans = t.Text[:end], keep
		if end == 0 {
			return
		}
	}
	s.size += len(t.Text)
	s.share(t)
	s.Texts = append(s.Texts, *t)
}

// share marks the values in a text that go out as things.
func (s *Shown) share(t *MarkedText) {
	gone, end := len(t.Spans), 0 // finds stand in their order
	for _, f := range scan.Find(t.Text) {
		if !s.counted[f.Thing] || f.Start < end {
			continue
		}
		i, _ := slices.BinarySearchFunc(t.Spans[:gone], f.Start, func(a Span, start int) int { return cmp.Compare(a.End, start+1) })
		if i < gone && t.Spans[i].Start < f.End {
			continue // it goes, or waits
		}
		end = f.End
		t.Spans = append(t.Spans, Span{Start: f.Start, End: f.End, Verdict: VerdictShare, Type: string(f.Thing.Kind)})
	}
	slices.SortFunc(t.Spans, byStart)
	s.special(t.Text)
}

// special finds the addresses in a text that nothing blocks, of which readers of
// texts make nothing.
func (s *Shown) special(text string) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF.:[]", r) }) {
		a, err := netip.ParseAddr(strings.Trim(observable.Refang(word), ".:"))
		if err != nil {
			continue
		}
		t := observable.Thing{Kind: observable.IPv4, Value: a.String()}
		if a.Is6() {
			t.Kind = observable.IPv6
		}
		if reason, special := observable.Special(t); special && reason != "documentation" {
			s.never(t, reason)
		}
	}
}
