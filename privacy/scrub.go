package privacy

import (
	"strconv"
	"strings"
)

// Scrub gives s with removed values replaced by typed placeholders such as
// [person-1] and held ones by [held]. Spans are those of Text for s.
func Scrub(s string, spans []Span) string {
	var b strings.Builder
	at := 0
	for _, sp := range spans {
		if sp.Verdict == Keep {
			continue
		}
		b.WriteString(s[at:sp.Start])
		b.WriteString(sp.placeholder())
		at = sp.End
	}
	b.WriteString(s[at:])
	return b.String()
}

// placeholder is what stands in the place of a value that doesn't go out.
func (sp Span) placeholder() string {
	switch {
	case sp.Verdict == Hold:
		return HeldPlaceholder
	case sp.Person > 0:
		return "[" + sp.Type + "-" + strconv.Itoa(sp.Person) + "]"
	}
	return "[" + sp.Type + "]"
}
