package privacy

import "tocsin/stix"

// Order is what a report is stripped with. The zero value is what Report does.
type Order struct {
	// Texts asks for the fields with what was decided in them, for a preview.
	Texts bool
	// TakeOut is the submitter's own word on a doubtful passage: true takes it out for
	// good instead of holding it. object counts in the report, value is the whole field.
	TakeOut func(object int, p Passage, value string) bool
	// Own is what tells who files; it is removed too. nil for one that may be named.
	Own *Own
}

// BySubmitter is the reason of what its own submitter had taken out.
const BySubmitter = "submitter"

// Text is a field of an object as it was submitted, with what was decided in it.
type Text struct {
	Path  string
	Value string // decoded
	Prose bool   // words that somebody wrote: what is no identifier, time, number or switch
	Very  bool   // the value that the object is about
	Marks []Mark // sorted; they don't overlap
}

// Mark is a value that doesn't go out, by the bytes of Text.Value, and what stands
// in its place.
type Mark struct {
	Span
	With string
}

// texts gives the fields of an object that say something, with their marks: what
// stands in each place is what apply writes there.
func (r *report) texts(fields []judged) []Text {
	var out []Text
	for k := range fields {
		f := &fields[k]
		if f.key || f.kind == stix.Bool {
			continue
		}
		t := Text{Path: f.path, Value: f.value, Prose: f.prose, Very: f.very}
		for _, sp := range f.spans {
			if sp.Verdict != Keep {
				t.Marks = append(t.Marks, Mark{sp, f.with(sp)})
			}
		}
		if f.prose || len(t.Marks) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// with is what stands in the place of a span.
func (f *judged) with(sp Span) string {
	if f.instead != "" && (sp.Verdict == Remove || f.kind == stix.Number) {
		return f.instead
	}
	return sp.placeholder()
}

// takeOut removes the doubtful passages of object i that its submitter had taken
// out. What must keep its type gets the value that stands for a removed one.
func (r *report) takeOut(i int, fields []judged, take func(int, Passage, string) bool) {
	for k := range fields {
		f := &fields[k]
		for n := range f.spans {
			sp := &f.spans[n]
			if sp.Verdict != Hold || !take(i, Passage{f.path, sp.Start, sp.End, f.very, sp.Type, sp.Reason}, f.value) {
				continue
			}
			switch {
			case f.instead != "":
			case sp.Reason == "unread-content":
				f.instead = removedBytes
			case f.very && f.top == "value":
				f.instead = substitutes[r.objs[i].Type]
			}
			sp.Verdict, sp.Reason = Remove, BySubmitter
		}
	}
}
