package scan

import (
	"strings"

	"tocsin/observable"
)

// folded joins a hash that was broken over two or more lines, and steps over its
// pieces. Which pieces belong together follows from their lengths, from the kind
// of hash that the text names, and from where they stand.
func (sc *scanner) folded(c chain, w string) int {
	want := sc.hints.length(c.start)
	if len(w) < 6 || len(w) >= 128 || want != 0 && want <= len(w) {
		return c.end
	}
	whole := hashLengths[len(w)] != "" // the first piece could be a hash itself
	if whole && want == 0 && sc.at(c.end) == '-' {
		return c.end
	}
	total, end, aligned := w, c.end, true
	for range 8 {
		j, k, ok := sc.piece(end)
		if !ok {
			break
		}
		aligned = aligned && sc.under(c.start, j)
		if hashLengths[k-j] != "" && want == 0 && !aligned {
			break // a whole hash stands in the next line: what is here is no piece
		}
		total += sc.s[j:k]
		end = k
		if len(total) > 128 {
			return c.end
		}
		kind := hashLengths[len(total)]
		switch {
		case kind == "", want > len(total):
			continue
		case want == 0 && whole && !aligned && hashLengths[k-j] != "":
			return c.end
		case want == 0 && !aligned && !sc.foldEnds(end, len(w)):
			continue
		case want == 0 && aligned && !sc.foldEnds(end, 0) && kind != observable.SHA512 && sc.under(c.start, sc.wrap(end)):
			continue
		case !variety(total) || isDigits(total):
			return c.end
		}
		if kind == observable.MD5 && sc.hints.hash(c.start) == hintImphash {
			kind = observable.Imphash
		}
		sc.add(observable.Thing{Kind: kind, Value: lowered(total)}, c.start, end, false)
		return end
	}
	return c.end
}

// piece reads hexadecimal digits alone at the beginning of the next line.
func (sc *scanner) piece(end int) (j, k int, ok bool) {
	j = sc.wrap(end)
	if j == end && (sc.at(end) == '-' || sc.at(end) == '\\') {
		j = sc.wrap(end + 1)
	}
	if j == end || j > end && j == end+1 && sc.at(end) == '-' {
		return 0, 0, false
	}
	k = j
	for k < len(sc.s) && k < j+129 && isHexByte(sc.s[k]) {
		k++
	}
	ok = k-j >= 2 && !isWordByte(sc.at(k)) && sc.at(k) != '-' && !(sc.at(k) == '.' && isWordByte(sc.at(k+1)))
	return j, k, ok
}

// under tells whether the piece at j stands in the column of the one at i, before
// which the line has a number or a bullet: it goes on with that item.
func (sc *scanner) under(i, j int) bool {
	line := sc.hints.line
	before := strings.TrimSpace(sc.s[line:i])
	if before == "" || i-line > 64 || strings.Trim(before, "0123456789.)-*#|•") != "" {
		return false
	}
	k := j
	for k > i && sc.s[k-1] != '\n' {
		k--
	}
	return j-k == i-line
}

// foldEnds tells that no further piece follows the joined one.
func (sc *scanner) foldEnds(end, piece int) bool {
	j, k, ok := sc.piece(end)
	return !ok || k-j >= 32 || k-j == piece || k-j < 6
}
