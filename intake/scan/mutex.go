package scan

import (
	"strings"

	"tocsin/observable"
)

// named reads the name that follows the word mutex: in quotes, or behind a colon
// or an equals sign. It gives i when there is none.
func (sc *scanner) named(i int) int {
	j := i
	for range 3 {
		j = sc.blanks(j, 3)
		k := j
		for k < len(sc.s) && k < j+8 && classes[sc.s[k]] == letter {
			k++
		}
		switch lowered(sc.s[j:k]) {
		case "name", "named", "called", "object", "is", "objects", "value", "created", "names":
			j = k
			continue
		}
		break
	}
	marked := false
	for n := 0; n < 4 && j < len(sc.s) && strings.IndexByte(" :=(\t", sc.s[j]) >= 0; n++ {
		marked = marked || sc.s[j] == ':' || sc.s[j] == '=' || sc.s[j] == '('
		j++
	}
	if strings.HasPrefix(sc.s[j:], "“") || strings.HasPrefix(sc.s[j:], "‘") {
		if end := strings.IndexAny(sc.s[j+3:min(len(sc.s), j+200)], "”’\n"); end > 0 {
			return sc.mutex(i, j+3, j+3+end)
		}
		return i
	}
	if quote := closer(sc.at(j)); quote != 0 && quote != '|' {
		if end := sc.quoted(j+1, quote); end > 0 {
			return sc.mutex(i, j+1, end)
		}
		return i
	}
	if !marked {
		return i
	}
	end := j
	for end < len(sc.s) && end < j+200 && classes[sc.s[end]] != space && strings.IndexByte("\"'`<>|,;", sc.s[end]) < 0 {
		end++
	}
	return sc.mutex(i, j, sc.unpoint(j, end))
}

// mutex keeps the name from j to end, unless it is a word that says nothing.
func (sc *scanner) mutex(i, j, end int) int {
	name := sc.s[j:end]
	if len(name) < 4 || strings.IndexByte(name, '\n') >= 0 || isWordOnly(name) && !strings.ContainsAny(name, "0123456789") && lowered(name) == name {
		return i
	}
	t, ok := canonical(observable.Mutex, strings.ReplaceAll(name, `\\`, `\`))
	if !ok {
		return i
	}
	sc.add(t, j, end, false)
	return end
}

func isWordOnly(s string) bool {
	for i := range len(s) {
		if classes[s[i]] != letter {
			return false
		}
	}
	return true
}

// listItem reads the line at i as the name of a mutex, when the heading above
// says that the lines below are such names, and gives where it ends.
func (sc *scanner) listItem(i int) int {
	if sc.hints.heading != hintMutex {
		return i
	}
	j := i
	for n := 0; n < 12 && j < len(sc.s) && strings.IndexByte(" \t-*+`\"'•|", sc.s[j]) >= 0; n++ {
		j++
	}
	end := j
	for end < len(sc.s) && end < j+120 && sc.s[end] != '\n' && sc.s[end] != '\r' && sc.s[end] != '`' && sc.s[end] != '"' && sc.s[end] != '|' {
		end++
	}
	name := strings.TrimRight(sc.s[j:end], " \t,;'+")
	if len(name) < 3 || len(name) > 110 || strings.Count(name, " ") > 1 || name[len(name)-1] == ':' || name[0] == '#' || name[0] == '=' || strings.HasPrefix(name, `Global\`) || strings.HasPrefix(name, `Local\`) {
		return i
	}
	t, ok := canonical(observable.Mutex, name)
	if !ok {
		return i
	}
	sc.add(t, j, j+len(name), false)
	return j + len(name)
}
