package privacy

import "slices"

// maxRounds bounds how often a text is looked at again.
const maxRounds = 6

// again judges what would be left of a text, until nothing more is found: a
// removed value may have hidden another one, and a second gate (a member's, then
// the centre's) must come to the same result. Texts of which nothing was taken
// out, as most are, are not looked at again.
func (g *Gate) again(s string, at field, spans []Span, m *memory) []Span {
	for range maxRounds {
		if !slices.ContainsFunc(spans, func(sp Span) bool { return sp.Verdict != Keep }) {
			return spans
		}
		out := Scrub(s, spans)
		fresh := newMemory(g)
		var more []Span
		for _, sp := range settled(g.recall(out, g.judge(out, at, fresh), fresh)) {
			if sp.Verdict != Keep {
				more = append(more, sp)
			}
		}
		m.work += fresh.work
		if len(more) == 0 {
			return spans
		}
		spans = m.settle(s, append(inSource(spans, more), spans...))
	}
	return spans
}

// inSource maps spans of the scrubbed form back to the text that it was made of.
// One that touches a placeholder takes in all of the value that stood there.
func inSource(spans, more []Span) []Span {
	shift, k := 0, 0 // what to add to a byte of the scrubbed form
	back := func(at int, end bool) int {
		for k < len(spans) {
			sp := spans[k]
			if sp.Verdict == Keep {
				k++
				continue
			}
			from := sp.Start - shift
			if at < from || at == from && !end {
				break
			}
			to := from + len(sp.placeholder())
			if at < to || at == to && end {
				if end {
					return sp.End
				}
				return sp.Start
			}
			shift = sp.End - to
			k++
		}
		return at + shift
	}
	out := make([]Span, 0, len(more))
	for _, sp := range more {
		sp.Start = back(sp.Start, false)
		sp.End = back(sp.End, true)
		if sp.Start < sp.End {
			out = append(out, sp)
		}
	}
	return out
}
