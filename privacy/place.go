package privacy

import "strings"

// places finds postal addresses, coordinates and ages.
func (t *text) places() {
	for i := range t.toks {
		t.work++
		k := &t.toks[i]
		if k.in != free && k.in != inHost {
			continue
		}
		switch {
		case k.kind == word && t.mark(i-1, '"') && t.mark(i+1, '"'):
			t.quotedAddress(i)
		case k.kind == word && k.in == free && t.isStreet(i):
			t.address(i)
		case k.kind == number && k.end-k.start >= 4 && k.end-k.start <= 5 && t.mark(i-1, ',') && t.houseBefore(i-2):
			t.byPostcode(i)
		case k.kind == number && k.in == free || k.kind == number && k.in == inHost:
			t.coordinates(i)
			t.age(i)
		}
	}
}

// isStreet tells a word that names a street, also as the end of one: Gartenweg.
func (t *text) isStreet(i int) bool {
	k := &t.toks[i]
	w := fold(t.str(i))
	if k.f&fStreet != 0 && k.lead != 0 {
		return k.shape != lower || strings.Contains(" rue avenue boulevard chemin impasse quai calle plaza ulica ul rua ул улица street ", " "+w+" ")
	}
	if len(w) < 6 || k.shape == lower {
		return false
	}
	for _, e := range []string{"strasse", "weg", "gasse", "platz", "allee", "str", "straat", "laan", "gracht", "plein", "vagen", "gatan", "gata", "gaten", "plassen", "torget", "vegen", "vej", "gade", "veien", "katu", "tie"} {
		if strings.HasSuffix(w, e) && len(w) > len(e)+2 {
			return true
		}
	}
	return false
}

// address judges a postal address around the street word at token i: a house
// number on either side, and town and postcode behind.
func (t *text) address(i int) {
	from, to, house := i, i, false
	for k := i - 1; k >= 0 && k >= i-5 && t.toks[k+1].lead != '\n' && !house; k-- { // 4 Rimu Street
		tok := &t.toks[k]
		switch {
		case tok.kind == number && tok.end-tok.start <= 5 && tok.in == free, tok.kind == mixed && tok.end-tok.start <= 5 && t.s[tok.start] <= '9':
			from, house = k, true
		case tok.kind == word && (tok.shape == capital || tok.f&fParticle != 0 || tok.f&fStreet != 0) || tok.kind == mark && (tok.c == '\'' || tok.c == ',' && k < i-1 && false):
		case tok.kind == mark && tok.c == ',' && k == i-1: // 12, rue de la Paix
		default:
			k = -1
		}
		if k < 0 {
			break
		}
	}
	if !house { // Gartenweg 5, calle Mayor 12, rue X
		for k := i + 1; k < len(t.toks) && k <= i+6 && t.toks[k].lead != '\n'; k++ {
			tok := &t.toks[k]
			if tok.kind == number && tok.end-tok.start <= 4 || tok.kind == mixed && tok.end-tok.start <= 5 && t.s[tok.start] <= '9' {
				to, house = k, true
				break
			}
			if tok.kind == word && (tok.shape == capital || tok.f&fParticle != 0) || tok.kind == mark && (tok.c == ',' || tok.c == '.' && k == i+1 && strings.Contains(" st str ave rd blvd ln dr sq ct ul av c ", " "+fold(t.str(i))+" ") || tok.c == '\'') {
				continue
			}
			break
		}
	}
	if !house || to == i && from == i {
		return
	}
	for from < i && to+1 < len(t.toks) && t.toks[to+1].lead == ' ' && t.toks[i].shape == lower { // 8 rue des Lilas
		n := &t.toks[to+1]
		if n.kind != word || n.shape != capital && n.f&fParticle == 0 && to > i {
			break
		}
		to++
	}
	to = t.town(to)
	if from == i && t.toks[i].f&fStreet != 0 && t.toks[i].shape == lower && t.toks[to].kind != number && to < i+2 {
		return
	}
	t.personal(from, to, "address", "postal-address")
	for k := from; k <= to; k++ {
		t.toks[k].in = inValue
	}
}

// houseBefore tells a house number at token i with the name of a street before it.
func (t *text) houseBefore(i int) bool {
	return i > 0 && t.toks[i].end-t.toks[i].start <= 4 && (t.toks[i].kind == number || t.toks[i].kind == mixed && t.s[t.toks[i].start] <= '9') &&
		t.toks[i-1].kind == word && t.toks[i-1].shape == capital && t.toks[i].lead == ' ' && t.toks[i-1].f&fStop == 0
}

// byPostcode judges an address that only its form tells: Am Wehr 3, 97070 Town.
func (t *text) byPostcode(i int) {
	if i+1 >= len(t.toks) || t.toks[i+1].kind != word || t.toks[i+1].shape != capital || t.toks[i+1].lead != ' ' {
		return
	}
	from := i - 3
	for from > 0 && i-from < 7 && t.toks[from].lead == ' ' && t.toks[from-1].kind == word && t.toks[from-1].shape == capital && t.toks[from-1].f&(fRole|fTitle|fNamed) == 0 {
		from--
	}
	if from > 0 && t.toks[from].lead == ' ' && t.has(from-1, fStreet) {
		from-- // via Garibaldi
	}
	t.personal(from, i+1, "address", "postal-address")
	t.region(from, i+2, inValue)
}

// town extends an address over town and postcode, to the end of its line at most.
func (t *text) town(to int) int {
	last := to
	for k := to + 1; k < len(t.toks) && k <= to+9 && t.toks[k].lead != '\n'; k++ {
		tok := &t.toks[k]
		switch {
		case tok.kind == mark && (tok.c == ',' || tok.c == '-'):
			continue
		case tok.kind == number && tok.end-tok.start >= 4 && tok.end-tok.start <= 6:
			last = k
			continue
		case tok.kind == number && tok.end-tok.start <= 3 && k+1 < len(t.toks) && (t.toks[k+1].kind == number || t.mark(k+1, '-') || t.toks[k-1].kind == number || t.mark(k-1, '-') && t.glued(k)):
			last = k // 752 28, 30-702
			continue
		case tok.kind == mixed && tok.end-tok.start <= 4:
			last = k
			continue
		case tok.kind == word && (tok.shape == capital || tok.shape == upper && tok.end-tok.start <= 3) && tok.f&(fTitle|fRole|fVerb) == 0:
			last = k
			continue
		}
		break
	}
	for last > to && !t.postcodeIn(to, last) && !t.mark(last-1, ',') {
		last--
	}
	return last
}

// postcodeIn tells whether a postcode stands among tokens from+1..to.
func (t *text) postcodeIn(from, to int) bool {
	for k := from + 1; k <= to; k++ {
		if t.toks[k].kind == number && t.toks[k].end-t.toks[k].start >= 4 || t.toks[k].kind == mixed {
			return true
		}
	}
	return false
}

// coordinates judges a pair of decimal degrees with three decimals or more: an
// exact place.
func (t *text) coordinates(i int) {
	decimals := func(k int) (end int, ok bool) {
		if k+2 >= len(t.toks) || t.toks[k].kind != number || !t.mark(k+1, '.') || !t.glued(k+1) || !t.glued(k+2) || t.toks[k+2].kind != number || t.toks[k].end-t.toks[k].start > 3 {
			return 0, false
		}
		return k + 2, t.toks[k+2].end-t.toks[k+2].start >= 3
	}
	if i > 0 && t.glued(i) && t.mark(i-1, '.') {
		return
	}
	a, ok := decimals(i)
	if !ok {
		return
	}
	labelled := t.near(i, 8, fGeo)
	k := a + 1
	for k < len(t.toks) && k < a+8 && (t.toks[k].kind == mark && t.toks[k].c != '.' && (labelled || t.toks[k].c != '"') || t.toks[k].kind == word && (t.toks[k].end-t.toks[k].start == 1 || t.has(k, fGeo))) {
		k++
	}
	b, ok := decimals(k)
	exact := t.toks[a].end-t.toks[a].start > 3 && ok && t.toks[b].end-t.toks[b].start > 3
	for sep := a + 1; sep < k && !labelled; sep++ { // columns of figures are no places
		exact = exact && !t.mark(sep, '|') && !t.mark(sep, '>') && !t.mark(sep, '=')
	}
	if !ok || !labelled && !exact || k == a+1 && t.toks[k].lead == 0 || num(t.str(i)) > 180 || num(t.str(k)) > 180 {
		return
	}
	from := i
	if t.mark(i-1, '-') && t.glued(i) {
		from--
	}
	t.found(from, b, "geo_coordinates", Remove, "exact-position")
}

// age judges the age of a person who is spoken of.
func (t *text) age(i int) {
	k := &t.toks[i]
	if k.end-k.start > 3 || k.end-k.start < 1 {
		return
	}
	next := i + 1
	if t.mark(next, '-') && t.glued(next) {
		next++
	}
	labelled := t.has(i-1, fAge) && t.toks[i-1].kind == word && fold(t.str(i-1)) == "aged" || t.labelWord(i-1) >= 0 && t.has(t.labelWord(i-1), fAge) && fold(t.str(t.labelWord(i-1))) == "age" ||
		t.has(next, fAge) && next < len(t.toks) && t.toks[next].lead != '\n'
	beside := (t.mark(i-1, ',') || t.mark(i-1, '(')) && t.has(i-2, fNamed) && t.toks[i-2].kind != mark && (t.mark(i+1, ',') || t.mark(i+1, ')')) && k.end-k.start == 2
	if beside || labelled && (t.near(i, 10, fNamed) || t.near(min(i+6, len(t.toks)), 5, fNamed|fRole|fKin) || t.near(i, 8, fRole|fKin)) {
		t.found(i, i, "age", Remove, "age")
	}
}
