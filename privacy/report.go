package privacy

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tocsin/stix"
)

// report is the work on the objects of one report.
type report struct {
	g     *Gate
	m     *memory
	objs  []stix.Object
	index map[string]int // identifier to its role; versions of one object share it
	role  []int          // the role of each object
	roles []role
	keys  int     // property names replaced
	room  int     // fields that the object before had
	toks  []token // for ownWords, used again
}

// judged is one field of an object with what was decided on it.
type judged struct {
	path       string
	top        string // name of the top-level property
	value      string // decoded
	start, end int    // token in Raw
	spans      []Span
	instead    string // replaces the whole token's text where a placeholder would break the type
	at         field
	kind       stix.Kind
	key        bool
	very       bool // the value that the object is about
	prose      bool // what other texts said of a value holds here too
}

func newReport(g *Gate, objs []stix.Object) *report {
	r := &report{g: g, m: newMemory(g), objs: objs, index: make(map[string]int, len(objs)), role: make([]int, len(objs))}
	for i := range objs {
		n, known := r.index[objs[i].ID]
		if !known || objs[i].ID == "" {
			n = len(r.roles)
			r.index[objs[i].ID] = n
			r.roles = append(r.roles, role{})
		}
		r.role[i] = n
	}
	return r
}

// strip judges all fields, then applies what was learnt from all to each.
func (r *report) strip(o Order) []Stripped {
	out := make([]Stripped, len(r.objs))
	r.m.own = o.Own
	for i, fields := range r.judge() {
		if o.Own != nil {
			r.takeOwn(i, fields)
		}
		if o.TakeOut != nil {
			r.takeOut(i, fields, o.TakeOut)
		}
		out[i] = r.apply(i, fields)
		if o.Texts {
			out[i].Texts = r.texts(fields)
		}
	}
	return out
}

// judge gives the fields of each object, spans settled.
func (r *report) judge() [][]judged {
	r.assignRoles()
	all := make([][]judged, len(r.objs))
	for i := range r.objs {
		all[i] = r.object(i)
	}
	for i := range all {
		for k := range all[i] {
			f := &all[i][k]
			if f.prose {
				f.spans = r.g.recall(f.value, f.spans, r.m)
			} else {
				r.m.recallMails(f.value, f.spans)
			}
			f.spans = r.m.settle(f.value, f.spans)
			if f.prose {
				f.spans = r.g.again(f.value, f.at, f.spans, r.m)
			}
		}
		follow(all[i])
	}
	return all
}

// follow lets what was held for the sake of a mailbox follow it once that is decided.
func follow(fields []judged) {
	for _, v := range fields {
		if !v.very || len(v.spans) == 0 || v.spans[0].Type != "email" || v.spans[0].Verdict == Hold {
			continue
		}
		for k := range fields {
			if d := fields[k].spans; fields[k].top == "display_name" && len(d) == 1 && d[0].Verdict == Hold {
				d[0].Verdict, d[0].Reason = v.spans[0].Verdict, v.spans[0].Reason
			}
		}
	}
}

// object judges the fields of object i by their rules.
func (r *report) object(i int) []judged {
	o := &r.objs[i]
	out := make([]judged, 0, r.room)                // as many as the object before had: most are of one kind
	below, belowAs := "", ""                        // a property whose name went, and what it is called now
	_ = stix.Walk(o.Raw, func(f stix.Field) error { // a part that can't be walked was refused by Parse
		j := judged{path: f.Path.String(), top: topOf(f.Path), value: f.Value, start: f.Start, end: f.End, kind: f.Kind, key: f.IsKey}
		r.field(o, r.roles[r.role[i]], f, &j)
		switch {
		case below != "" && j.path+"." == below:
			j.path = strings.TrimSuffix(belowAs, ".")
			j.hide()
		case below != "" && strings.HasPrefix(j.path, below):
			j.path = belowAs + j.path[len(below):]
			j.hide()
		case f.IsKey && len(j.spans) > 0:
			parent := f.Path[:len(f.Path)-1].String()
			if parent != "" {
				parent += "."
			}
			below, belowAs = j.path+".", parent+j.instead+"."
			j.path = parent + "(name)"
		}
		out = append(out, j)
		return nil
	})
	r.room = min(len(out), maxRoom)
	return out
}

// maxRoom bounds the fields for which there is room before there are any.
const maxRoom = 256

// change is an edit of an object and the verdict behind it; bytes count in Raw.
type change struct {
	edit stix.Edit
	span Span
}

// changes gives the edits of a field, and its kept spans with no edit.
func (f *judged) changes(raw []byte) []change {
	out := make([]change, 0, len(f.spans))
	if len(f.spans) == 0 {
		return nil
	}
	if f.kind == stix.Number && !f.key {
		sp := f.spans[0]
		sp.Start, sp.End = f.start, f.end
		return append(out, change{stix.Edit{Start: f.start, End: f.end, With: []byte(f.instead)}, sp})
	}
	at := offsets(raw[f.start:f.end], f.spans)
	for i, sp := range f.spans {
		sp.Start, sp.End = f.start+at[2*i], f.start+at[2*i+1]
		out = append(out, change{stix.Edit{Start: sp.Start, End: sp.End, With: []byte(f.with(sp))}, sp})
	}
	return out
}

// offsets maps the ends of sorted spans of a decoded string to bytes of its
// token, in one pass.
func offsets(token []byte, spans []Span) []int {
	out := make([]int, 0, 2*len(spans))
	raw, dec := 1, 0
	step := func(to int) int {
		for dec < to && raw < len(token)-1 {
			if token[raw] != '\\' {
				raw++
				dec++
				continue
			}
			w, n := escape(token[raw:])
			raw += w
			dec += n
		}
		return raw
	}
	for _, sp := range spans {
		out = append(out, step(sp.Start), step(sp.End))
	}
	return out
}

// escape gives the bytes of an escape in a token and of what it stands for.
func escape(b []byte) (width, decoded int) {
	if len(b) < 6 || b[1] != 'u' {
		return 2, 1
	}
	v, err := strconv.ParseUint(string(b[2:6]), 16, 32)
	if err != nil {
		return 2, 1
	}
	if v >= 0xd800 && v < 0xdc00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		return 12, 4
	}
	switch {
	case v < 0x80:
		return 6, 1
	case v < 0x800:
		return 6, 2
	}
	return 6, 3
}

// apply makes the stripped form of object i and its account.
func (r *report) apply(i int, fields []judged) Stripped {
	o := &r.objs[i]
	s := Stripped{Raw: o.Raw}
	var edits []stix.Edit
	for k := range fields {
		f := &fields[k]
		touched := false
		for n, c := range f.changes(o.Raw) {
			switch c.span.Verdict {
			case Keep:
				continue
			case Remove:
				s.Removed = append(s.Removed, Removal{Path: f.path, Type: c.span.Type, Reason: c.span.Reason})
			case Hold:
				s.Held = append(s.Held, Passage{Path: f.path, From: f.spans[n].Start, To: f.spans[n].End, Very: f.very, Type: c.span.Type, Reason: c.span.Reason})
				s.Whole = s.Whole || f.very
			}
			touched = true
			edits = append(edits, c.edit)
		}
		if touched && stix.Contributes(o.Type, f.top) {
			s.IDTainted = true
		}
		if !touched && !f.key {
			s.Released++
		}
	}
	if len(edits) > 0 {
		s.Raw, s.Changed = stix.Splice(o.Raw, edits), true
	}
	return s
}

// hide removes what would be held: under a name that went, no decision could find
// its place again.
func (f *judged) hide() {
	for i := range f.spans {
		if f.spans[i].Verdict == Hold {
			f.spans[i].Verdict = Remove
		}
	}
}

// topOf gives the name of the top-level property; of what stands in a bundle
// itself there is none.
func topOf(p stix.Path) string {
	if len(p) == 0 {
		return ""
	}
	return p[0].Key
}

// labelOf turns the names that lead to a value into words: x_reporter.phone is
// "reporter phone".
func labelOf(p stix.Path) string {
	var names []string
	for k := len(p) - 1; k >= 0 && len(names) < 2; k-- {
		if p[k].Key != "" {
			names = append(names, p[k].Key)
		}
	}
	slices.Reverse(names)
	var b strings.Builder
	for _, n := range names {
		if len(n) > 60 {
			return ""
		}
		n = strings.TrimPrefix(n, "x_")
		var last rune
		for _, c := range n {
			switch {
			case c == '_' || c == '-' || c == ' ' || c == '.':
				c = ' '
			case unicode.IsUpper(c) && unicode.IsLower(last):
				b.WriteByte(' ')
			case !unicode.IsLetter(c) && !unicode.IsDigit(c):
				return ""
			}
			b.WriteRune(c)
			last = c
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}
