package scan

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/intake/scan/draft"
	"tocsin/observable"
)

// Mention finds what stands in s and tells m. Hashes of different kinds that stand on
// one line are those of one file.
func Mention(m *draft.Maker, s string) { MentionFound(m, s, Find(s)) }

// MentionFound tells m of the finds of s that the caller keeps, in their order. The
// lines of s are rows of their own, apart from those of texts mentioned before.
func MentionFound(m *draft.Maker, s string, found []Found) {
	base, line, at := m.LastRow(), 1, 0
	for i := 0; i < len(found); {
		line += strings.Count(s[at:found[i].Start], "\n")
		at = found[i].Start
		j := i + 1
		for j < len(found) && strings.IndexByte(s[found[j-1].Start:found[j].Start], '\n') < 0 {
			j++
		}
		mentionLine(m, found[i:j], base, line)
		i = j
	}
}

// mentionLine tells what stands on one line, which is a row of its own.
func mentionLine(m *draft.Maker, found []Found, base, line int) {
	place := fmt.Sprintf("line %d", line)
	var hashes []observable.Thing
	name, together := "", true
	for _, f := range found {
		switch {
		case f.Thing.Kind == observable.FileName && name == "":
			name = f.Thing.Value
		case !f.Context && fileHash(f.Thing.Kind):
			if slices.Contains(hashes, f.Thing) {
				continue
			}
			together = together && !slices.ContainsFunc(hashes, func(t observable.Thing) bool { return t.Kind == f.Thing.Kind })
			hashes = append(hashes, f.Thing)
		}
	}
	if len(hashes) > 0 && together {
		m.Mention(draft.Mention{Things: hashes, Name: name, Place: place, Row: base + line})
	}
	for _, f := range found {
		if f.Context || together && fileHash(f.Thing.Kind) {
			continue
		}
		m.Mention(draft.Mention{Things: []observable.Thing{f.Thing}, Place: place, Row: base + line})
	}
}

// fileHash tells the hashes of whole files.
func fileHash(k observable.Kind) bool {
	switch k {
	case observable.MD5, observable.SHA1, observable.SHA256, observable.SHA512, observable.SSDEEP, observable.TLSH:
		return true
	}
	return false
}
