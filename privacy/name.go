package privacy

import "strings"

// names finds the names of persons: after titles and role words, by the lists,
// beside what persons do, in greetings and below farewells.
func (t *text) names() {
	for i := 0; i < len(t.toks); i++ {
		t.work++
		if t.mark(i+1, '^') && t.toks[i].kind == word && !t.mark(i-1, '^') {
			t.caretName(i)
		}
		if !t.loose(i) || t.toks[i].in != free || t.toks[i].f&fNamed != 0 {
			continue
		}
		if j, ok := t.name(i); ok {
			i = j
		}
	}
}

// loose tells whether token i is a word of prose, not part of an identifier.
func (t *text) loose(i int) bool {
	k := &t.toks[i]
	if k.kind != word {
		return false
	}
	if k.lead == 0 && i > 0 {
		switch t.toks[i-1].c {
		case '.':
			if i > 1 && t.toks[i-1].lead == 0 && t.toks[i-2].kind != mark && !t.initial(i-2) {
				return false
			}
		case '/', '\\', '@', '%', '&', '#', '$', '~', '?':
			return false
		}
	}
	if i+1 < len(t.toks) && t.toks[i+1].lead == 0 {
		switch t.toks[i+1].c {
		case '.':
			return i+2 >= len(t.toks) || t.toks[i+2].lead != 0 || t.toks[i+2].kind == mark || t.initial(i)
		case '/', '\\', '@', '=', '%':
			return false
		case '(':
			return i+2 >= len(t.toks) || t.toks[i].shape == capital
		}
	}
	return true
}

// initial tells a single capital letter.
func (t *text) initial(i int) bool {
	k := &t.toks[i]
	return k.kind == word && k.shape == upper && len([]rune(t.s[k.start:k.end])) == 1
}

// part tells whether token k can be a word of a name after its first.
func (t *text) part(k int) bool {
	tok := &t.toks[k]
	if !t.loose(k) || tok.in != free || tok.f == 0 && abstract(t.str(k)) || tok.f&(fStop|fThing|fTitle|fRole) != 0 && tok.f&fAnyName == 0 {
		return false
	}
	return tok.shape == capital || tok.shape == upper
}

// span of a name from token i: its last token and how many words it has.
func (t *text) extent(i int) (j, words int) {
	j, words = i, 1
	for words < 5 {
		k := j + 1
		if k < len(t.toks) && t.mark(k, '.') && t.initial(j) && t.toks[k].lead == 0 {
			k++
		}
		switch {
		case k >= len(t.toks) || t.toks[k].lead == '\n':
			return j, words
		case (t.mark(k, '-') || t.mark(k, '\'')) && t.glued(k) && t.glued(k+1) && t.toks[k+1].kind == word && (t.toks[k+1].shape == capital || t.toks[k+1].shape == upper):
			j = k + 1
			continue
		case t.mark(k, '-') && t.glued(k) && t.glued(k+1) && t.toks[k+1].kind == word && t.toks[k+1].end-t.toks[k+1].start <= 6 && k+2 < len(t.toks) && t.toks[k+2].lead == ' ' && words == 1 && t.part(k+2) && (t.toks[j].f|t.toks[k+1].f)&^(fAnyName|fWeak|fWeakSurname) == 0:
			j = k + 1 // Hye-jin Pak
			continue
		case t.has(k, fParticle) && !t.part(k) && t.toks[k].kind == word && (!t.initial(k) || t.mark(k+1, '\'')):
			k++
			if t.mark(k, '\'') {
				k++
			}
			if k < len(t.toks) && t.has(k, fParticle) && !t.part(k) {
				k++
			}
		}
		if k >= len(t.toks) || t.toks[k].lead == '\n' || !t.part(k) {
			return j, words
		}
		j = k
		words++
	}
	return j, words
}

// evidence is how sure it is that words are a name.
type evidence uint8

const (
	none evidence = iota
	likely
	certain
)

// name judges the name that may begin at token i, and gives its last token.
func (t *text) name(i int) (int, bool) {
	tok := &t.toks[i]
	if tok.shape == lower {
		return t.lowerName(i)
	}
	if tok.shape == caseless || tok.shape == camel || tok.f&fTitle != 0 && (tok.f&fGiven == 0 || tok.f&fWeak != 0) {
		return i, false
	}
	if t.cited(i) || tok.f&(fRole|fVictim|fAttacker|fDoubt) != 0 && tok.f&fAnyName == 0 {
		return i, false // Victim Anna Keller: the name begins behind it
	}
	j, n := t.extent(i)
	ev, reason := t.evidence(i, j, n)
	if ev == none {
		return i, false
	}
	if t.mark(j+1, ']') && t.mark(j+2, '(') && t.glued(j+2) && tok.f&fAnyName == 0 {
		return j, true // the title that a link shows
	}
	if (t.isThing(j) || t.isPlace(i, j)) && reason != "name-title" {
		return j, true
	}
	s := t.aroundName(i, j)
	otherwise := Hold
	if ev == certain {
		otherwise = Remove
	}
	v, why := s.said(otherwise)
	switch {
	case v == Hold:
		reason = "name-doubtful"
	case v == Keep:
		reason = "name-attacker"
	case why == "personal" || reason == "":
		reason = "name"
	}
	from := i
	if v == Remove {
		from = t.withTitle(i)
	}
	t.found(from, j, "person", v, reason)
	f := fNamed
	if v == Keep {
		f = fAttacker
	}
	for k := i; k <= j; k++ {
		t.toks[k].f = t.toks[k].f&^(fAttacker|fVictim|fRole) | f
	}
	return j, true
}

// withTitle gives where the titles before a name begin.
func (t *text) withTitle(i int) int {
	for i > 0 && t.toks[i].lead == ' ' {
		p := i - 1
		if t.mark(p, '.') && t.glued(p) {
			p--
		}
		if p >= 2 && t.glued(p) && t.mark(p-1, '.') && t.has(p-2, fTitle) {
			p -= 2
		} else if q := p - 1; q >= 0 && (t.mark(p, '&') || strings.Contains(" and und et y e en ", " "+t.str(p)+" ")) && t.has(q, fTitle) && t.toks[p].lead == ' ' && t.toks[q].kind == word && t.has(p+1, fTitle) {
			p = q // Mr and Mrs
		} else if !t.kinTitle(p) && (!t.has(p, fTitle) || !t.titleHere(p, i)) || t.toks[p].in != free || t.toks[p].kind != word {
			break
		}
		i = p
	}
	return i
}

// kinTitle tells kinship that is part of a name: grandpa Gerrit.
func (t *text) kinTitle(p int) bool {
	return t.has(p, fKin) && strings.Contains(" grandpa grandma grandfather grandmother granny uncle aunt auntie opa oma onkel tante oncle papi mamie abuelo abuela tio tia nonno nonna zio zia dziadek babcia wujek ciocia ", " "+fold(t.str(p))+" ")
}

// isThing tells whether the word behind a name makes it a thing: Morris worm.
func (t *text) isThing(j int) bool {
	k := j + 1
	if k < len(t.toks) && t.mark(k, '\'') && t.glued(k) {
		k += 2
	}
	return t.has(k, fThing) && t.toks[k].lead == ' '
}

// beforeName gives the word before a name that begins at token i, over the dot of a title.
func (t *text) beforeName(i int) int {
	p := t.before(i)
	if p >= 2 && t.toks[p].kind == word && t.glued(p) && t.mark(p-1, '.') && t.glued(p-1) && t.has(p-2, fTitle) && t.toks[i].lead == ' ' { // Sig.ra, Dott.ssa
		p -= 2
	}
	if t.mark(p, '.') && t.has(p-1, fTitle) && t.toks[p].lead == 0 {
		p--
	}
	return p
}

// evidence weighs what says that tokens i..j, of n words, are a person's name.
func (t *text) evidence(i, j, n int) (evidence, string) {
	tok := &t.toks[i]
	p := t.beforeName(i)
	paren := t.mark(i-1, '(')
	sameLine := p >= 0 && t.toks[p+1].lead != '\n' && t.toks[i].lead != '\n'
	stop := tok.f&fStop != 0
	if sameLine && t.has(p, fTitle) && t.titleHere(p, i) && (!stop || tok.f&fAnyName != 0) && (tok.f&fAnyName != 0 || t.surnameLike(i, j)) {
		return certain, "name-title"
	}
	if stop && tok.f&fAnyName == 0 || tok.f&fThing != 0 && tok.f&fAnyName == 0 {
		return none, ""
	}
	strong := tok.f&fGiven != 0 && tok.f&fWeak == 0
	last := &t.toks[j]
	if n >= 2 {
		switch {
		case t.initial(i) && (t.introduced(p) || sameLine && t.has(p, fRole) && t.toks[p].kind == word) && last.shape == capital:
			return certain, "name-role"
		case tok.f&fWeak != 0 && last.f == 0 && tok.shape == capital && t.aroundName(i, j).score >= 2*decisive:
			return certain, "name-role"
		case t.agedBehind(j) && (p < 0 || !t.has(p, fAttacker)):
			return certain, "name-age"
		case t.has(j+1, fAct) && t.toks[j+1].kind == word && tok.shape == capital:
			return certain, "name-act"
		case n == 2 && tok.f == 0 && last.f&fSurname != 0 && last.f&fWeakSurname == 0 && tok.shape == capital && last.shape == capital:
			return likely, "name-full"
		case n > 2 && (tok.f&fSurname != 0 || tok.f == 0 && t.s[tok.start] >= 0xd0) && t.strongBetween(i+1, j):
			return certain, "name-full"
		case strong && (last.f&fSurname != 0 || last.f&fStop == 0):
			return certain, "name-full"
		case tok.f&fSurname != 0 && last.f&fGiven != 0 && last.f&fWeak == 0:
			return certain, "name-full"
		case tok.f&fGiven != 0 && last.f&fSurname != 0:
			return likely, "name-full"
		case t.initial(i) && last.f&fSurname != 0:
			return likely, "name-full"
		}
	}
	if t.toks[i].side != 0 && t.boxBehind(j) {
		return certain, "name-header"
	}
	if n >= 2 && tok.shape == upper && sameLine && t.toks[p].kind == word && fold(t.str(p)) == "name" && t.near(i, 14, fCard) {
		return certain, "name-label" // the name on a card
	}
	if !sameLine {
		return t.lineName(i, j, n, strong)
	}
	if t.label(p) && (n >= 2 && t.labelOfPerson(p) || tok.f&fGiven != 0 && !(tok.f&fWeak != 0 && tok.shape == upper)) {
		return certain, "name-label"
	}
	if l := t.labelWord(p); l >= 0 && t.has(l, fRole|fDoubt) && (!t.has(l, fGeneric) || tok.f&fAnyName != 0) && (n >= 2 && tok.shape == capital || tok.f&fAnyName != 0) {
		return certain, "name-label"
	}
	if n >= 2 && (t.has(j+1, fFrom) && t.has(j+2, fOrg) || (tok.f&fAnyName != 0 || last.f&fAnyName != 0 || tok.f == 0 && last.f == 0 && t.s[t.toks[i].start] >= 0x80) && t.introduced(p)) {
		return certain, "name-act"
	}
	if t.has(p, fRole|fKin|fDoubt) && t.toks[p].kind == word && !t.mark(i-1, '.') {
		switch {
		case t.toks[p].shape == upper && !t.initial(p) && tok.shape != upper, t.has(p, fGeneric) && tok.f&fAnyName == 0 && last.f&fAnyName == 0:
		case paren && n == 1 || n == 1 && tok.shape == upper && (tok.f&fWeak != 0 || tok.end-tok.start < 4):
		case tok.f&fAnyName != 0 || last.f&fAnyName != 0, t.has(p, fKin) && tok.shape == capital, n >= 2 && tok.shape == capital && !t.titleCase(p):
			return certain, "name-role"
		}
	}
	if n == 1 || tok.f&fAnyName != 0 {
		return t.oneName(i, j, p, n == 1 && strong)
	}
	if n == 2 && tok.f == 0 && last.f == 0 && tok.shape == capital && last.shape == capital && tok.end-tok.start > 2 && t.at.lean == 0 && !t.at.byline && t.near(i, 4, fRole|fKin) && !t.near(i, 4, fGeneric) && !t.titleCase(i-1) && !(t.toks[i].lead == ' ' && t.toks[i-1].kind == word && t.toks[i-1].shape == capital && t.toks[i-1].lead == ' ') && !t.mark(i-1, '-') && t.aroundName(i, j).score >= 3*decisive {
		return likely, "name-role"
	}
	if t.has(p, fDear) || t.has(p, fBye) || t.mark(p, ',') && t.has(p-1, fBye) {
		return certain, "name-greeting"
	}
	return none, ""
}

// titleCase tells a role word inside a heading, where all words are capital.
func (t *text) titleCase(p int) bool {
	return t.toks[p].shape == capital && p > 0 && t.toks[p].lead == ' ' && t.toks[p-1].kind == word && t.toks[p-1].shape != lower
}

// surnameLike tells whether an unknown word behind a title can be a name: titles
// are also abbreviations (Rev. Stat., M.G.L., Gen. Laws).
func (t *text) surnameLike(i, j int) bool {
	k := &t.toks[i]
	p := t.before(i)
	if t.mark(p, '.') {
		p--
	}
	return k.shape == capital && t.toks[max(p, 0)].shape != upper && k.end-k.start > 2 && !(t.mark(j+1, '.') && j+2 < len(t.toks) && t.toks[j+2].kind == number) && !(j+1 < len(t.toks) && t.toks[j+1].kind == number)
}

// agedBehind tells an age in parentheses behind a name: (54).
func (t *text) agedBehind(j int) bool {
	return t.mark(j+1, '(') && t.mark(j+3, ')') && t.toks[j+2].kind == number && t.toks[j+2].end-t.toks[j+2].start == 2
}

// strongBetween tells whether one of the tokens i..j is surely a given name.
func (t *text) strongBetween(i, j int) bool {
	for k := i; k <= j; k++ {
		if t.toks[k].f&(fGiven|fWeak) == fGiven {
			return true
		}
	}
	return false
}

// titleHere tells whether the word at p is a title before i, not a word that is
// spelt like one.
func (t *text) titleHere(p, i int) bool {
	w := t.str(p)
	if t.toks[p].in != free || i-p > 4 {
		return false
	}
	if len(w) <= 2 && t.toks[p].shape == lower {
		return t.mark(p+1, '.')
	}
	return len(w) > 1 || t.mark(p+1, '.')
}

// oneName weighs a single given or family name.
func (t *text) oneName(i, j, p int, strong bool) (evidence, string) {
	tok := &t.toks[i]
	switch {
	case strong && tok.shape == capital && tok.f&^fAnyName == 0 && t.aroundName(i, j).score >= 2*decisive:
		return certain, "name-role"
	case t.agedBehind(j) && tok.shape == capital && tok.f&^(fAnyName|fWeak|fWeakSurname) == 0 && (tok.f != 0 || t.near(i, 4, fKin|fRole)):
		return certain, "name-age"
	case t.has(p, fDear), tok.f&fAnyName != 0 && tok.shape == capital && (t.greeted(j, p) || t.coordinated(p)):
		return certain, "name-greeting"
	case tok.shape == capital && t.has(t.labelWord(p), fPart):
		return certain, "name-label"
	case tok.f&fAnyName == 0 || tok.shape == upper && (tok.f&fWeak != 0 || tok.end-tok.start < 4):
		return none, ""
	case t.has(j+1, fVerb) && tok.f&fGiven != 0:
		return certain, "name-act"
	case t.has(j+1, fFrom) && t.has(j+2, fOrg):
		return certain, "name-act"
	case t.has(p, fMeet) && tok.f&fGiven != 0 && tok.f&fWeak == 0:
		return certain, "name-met"
	}
	return none, ""
}

// boxBehind tells whether the mailbox of a name stands behind it: Anna Bell <a@b.example>.
func (t *text) boxBehind(j int) bool {
	k := j + 1
	for k < len(t.toks) && k < j+4 && (t.mark(k, '"') || t.mark(k, '\'') || t.mark(k, ')')) {
		k++
	}
	if !t.mark(k, '<') {
		return false
	}
	for end := k + 12; k < len(t.toks) && k < end && t.toks[k].lead != '\n'; k++ {
		if w, _ := t.atSign(k); w > 0 {
			return true
		}
	}
	return false
}

// lineName weighs a name at the start of a line: an act, or the name below a farewell.
func (t *text) lineName(i, j, n int, strong bool) (evidence, string) {
	if t.toks[i].f&fGiven != 0 && (t.has(j+1, fVerb) || t.has(j+1, fFrom) && t.has(j+2, fOrg)) {
		return certain, "name-act"
	}
	if j+1 < len(t.toks) && t.toks[j+1].lead != '\n' {
		return none, ""
	}
	for k := i - 1; k >= 0 && k > i-5; k-- {
		if t.mark(k, ',') && k > 0 && t.toks[k-1].lead == '\n' && t.toks[i].shape == capital && strings.Contains(" best lg vg gr br ", " "+fold(t.str(k-1))+" ") {
			return certain, "name-farewell"
		}
		if t.has(k, fBye) && t.toks[k].kind == word {
			return certain, "name-farewell"
		}
	}
	return none, ""
}

// nameLabels are labels of a person's name, folded.
const nameLabels = " name fullname full firstname lastname surname nom nombre nome naam nazwisko vorname nachname cognome apellido имя фамилия displayname cardholder holder kontakt contact contacto contatto contactpersoon ansprechpartner artist photographer "

// label tells whether token p is a label of a name, with its colon behind.
func (t *text) label(p int) bool {
	p = t.labelWord(p)
	return p >= 0 && t.toks[p].kind != mark && strings.Contains(nameLabels, " "+fold(t.str(p))+" ")
}

// labelWord steps back over : = and quotes to the word before, or -1.
func (t *text) labelWord(p int) int {
	sep := false
	for p >= 0 && t.toks[p].kind == mark && t.toks[p].in == free {
		switch t.toks[p].c {
		case ':', '=', '>':
			sep = true
		case '"', '\'', '\\':
		case '[':
			if !t.mark(p+1, '"') {
				return -1
			}
		default:
			return -1
		}
		p--
	}
	if !sep || p < 0 {
		return -1
	}
	return p
}

// labelOfPerson tells whether the label is a person's for sure: full name, reporter name.
func (t *text) labelOfPerson(p int) bool {
	p = t.labelWord(p)
	w := fold(t.str(p))
	return w != "name" && w != "displayname" || t.near(p, 6, fRole|fVictim|fCard|fBank)
}

// lowerInitial finds "pt r. hargrove": an initial and a word behind a role.
func (t *text) lowerInitial(i int) (int, bool) {
	tok := &t.toks[i]
	if tok.end-tok.start != 1 || tok.lead != ' ' || !t.mark(i+1, '.') || !t.glued(i+1) || !t.has(i-1, fRole|fTitle) || t.has(i-1, fGeneric) {
		return i, false
	}
	j := i + 2
	if j >= len(t.toks) || t.toks[j].lead != ' ' || t.toks[j].kind != word || t.toks[j].f&^fAnyName != 0 || t.toks[j].end-t.toks[j].start < 4 {
		return i, false
	}
	t.found(i, j, "person", Remove, "name-lower")
	t.toks[j].f |= fNamed
	return j, true
}

// caretName finds names as HL7 and DICOM join them: FAMILY^GIVEN^MIDDLE.
func (t *text) caretName(i int) {
	j := i
	for j+2 < len(t.toks) && t.mark(j+1, '^') && t.glued(j+1) && t.glued(j+2) && t.toks[j+2].kind == word && j < i+12 {
		j += 2
	}
	if j == i || t.toks[i].f&fNamed != 0 || t.toks[i].end-t.toks[i].start < 2 {
		return
	}
	if p := i - 1; t.any(i, j+1, fAnyName) || p >= 0 && (t.mark(p, '[') || t.mark(p, '|') || t.mark(p, ':') || t.mark(p, '=')) {
		t.found(i, j, "person", Remove, "name-joined")
		t.region(i, j+1, inValue)
	}
}

// lowerName finds names written without capitals: after a word that a person follows.
func (t *text) lowerName(i int) (int, bool) {
	tok := &t.toks[i]
	if j, ok := t.lowerInitial(i); ok {
		return j, true
	}
	if tok.f&fGiven == 0 || tok.f&(fWeak|fStop|fVerb|fParticle) != 0 || tok.end-tok.start < 3 {
		return i, false
	}
	p := t.before(i)
	if t.mark(p, '.') && t.glued(p) && t.has(p-1, fTitle) {
		p--
	}
	if t.owns(i) {
		t.found(i, i, "person", Remove, "name-lower")
		t.toks[i].f |= fNamed
		return i, true
	}
	if p < 0 || tok.lead == '\n' || !t.has(p, fMeet|fRole|fKin|fTitle|fDear) || t.toks[p].kind != word {
		return i, false
	}
	j := i
	if k := i + 1; k < len(t.toks) && t.loose(k) && t.toks[k].lead == ' ' && t.toks[k].in == free && t.toks[k].shape == lower && (t.toks[k].f&^fGiven == 0 || t.toks[k].f&fSurname != 0) && t.toks[k].end-t.toks[k].start > 2 {
		j = k
	}
	s := t.aroundName(i, j)
	v, _ := s.said(Remove)
	reason := "name-lower"
	if v == Keep {
		reason = "name-attacker"
	}
	t.found(i, j, "person", v, reason)
	for k := i; k <= j; k++ {
		t.toks[k].f |= fNamed
	}
	return j, true
}
