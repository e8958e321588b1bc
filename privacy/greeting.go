package privacy

import "strings"

// How people give names: introductions, greetings, farewells, pairs of names.

// introductions are the two words before a name that somebody gives as his own, folded.
const introductions = "|name is|this is|i am|i'm|name ist|ich bin|ich heisse|je suis|me llamo|mi chiamo|naam is|nombre es|nome e|aqui soy|dias soy|tardes soy|hola soy|salve sono|giorno sono|ciao sono|sou a|sou o|dia sou|nazywam sie|jmenuji se|volam sa|jag heter|det ar|det er|jeg hedder|jeg heter|hej jeg|hei olen|nimeni on|nevem a|numele meu|ma numesc|ben de|adim|zovem se|меня зовут|мене звати|ειμαι η|ειμαι ο|είμαι η|είμαι ο|με λένε|met mevrouw|met meneer|hoi met|hallo met|"

// introduced tells whether somebody gives a name before token p+1: my name is, this is.
func (t *text) introduced(p int) bool {
	if p < 1 || t.toks[p].kind != word {
		return false
	}
	q := p - 1
	if t.toks[q].kind == mark { // Hola, soy X
		q--
	}
	if q >= 0 && t.toks[q].kind == word && t.toks[p].lead != '\n' && strings.Contains(introductions, "|"+fold(t.str(q))+" "+fold(t.str(p))+"|") {
		return true
	}
	switch fold(t.str(p)) {
	case "ben", "olen", "soy", "sono", "sou", "numesc", "heter", "hedder": // Merhaba, ben X
		if t.toks[p].shape == lower && (q < 0 || t.mark(p-1, ',') || t.has(q, fDear)) {
			return true
		}
	}
	return t.has(p-1, fSeen) && t.has(p, fFrom)
}

// coordinated tells a name that and joins to another one: Ulrike and Tamsin.
func (t *text) coordinated(p int) bool {
	if p > 3 && t.mark(p-1, ')') && t.mark(p-3, '(') { // Noor (11) and Jip (12)
		return t.toks[p].kind == word && t.has(p-4, fNamed)
	}
	if p < 1 || t.toks[p].kind != word || !t.has(p-1, fNamed) || t.toks[p-1].in != free {
		return false
	}
	switch fold(t.str(p)) {
	case "and", "und", "et", "y", "e", "en", "i", "och", "og", "ja", "ve", "и", "та":
		return true
	}
	return false
}

// greeted tells a name behind Good morning, and one that Thanks is said to or by:
// at the end of a line, behind a comma.
func (t *text) greeted(j, p int) bool {
	if p < 1 {
		return false
	}
	switch fold(t.str(p-1)) + " " + fold(t.str(p)) {
	case "good morning", "good afternoon", "good evening", "good day", "guten morgen", "guten tag", "guten abend", "buenos dias", "buenas tardes", "buon giorno", "bom dia", "boa tarde", "boa noite", "dzien dobry", "dobry den", "god morgon", "god dag", "god morgen", "goede morgen", "goede middag", "добрый день", "доброе утро", "добрий день", "hi all":
		return true
	}
	return t.mark(p, ',') && t.has(p-1, fBye|fDear) && (t.lineEnd(j) || t.toks[j+1].kind == mark)
}

// placeFirst are first words of places that bear a person's name, placeLast their last.
const (
	placeFirst = " san santa santo sao st saint sankt port fort mount mt lake cape los las puerto villa point camp east west north south new old "
	placeLast  = " springs beach heights falls hills rapids grove harbor harbour ridge bay creek island islands mills junction crossing village "
)

// isPlace tells Santa Clara, Port Elizabeth and Alice Springs.
func (t *text) isPlace(i, j int) bool {
	first, last := t.str(i), t.str(j)
	if j > i && t.toks[i].shape == capital && (strings.Contains(placeFirst, " "+strings.ToLower(first)+" ") || strings.Contains(placeLast, " "+strings.ToLower(last)+" ")) {
		return true
	}
	if i == 0 || t.toks[i].lead != ' ' {
		return false
	}
	p := i - 1
	if t.mark(p, '.') && t.glued(p) && p > 0 {
		p--
	}
	return t.toks[p].kind == word && t.toks[p].shape == capital && strings.Contains(placeFirst, " "+strings.ToLower(t.str(p))+" ")
}

// abstract tells words such as Modification, which no person is called.
func abstract(w string) bool {
	for _, e := range []string{"ation", "ations", "ments", "ness", "ility", "ology", "ware"} {
		if len(w) > len(e)+2 && strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// cited tells a word inside (Citation: ...), by which ATT&CK names a public source.
func (t *text) cited(i int) bool {
	for k := i - 1; k > 0 && k > i-10 && !t.mark(k, ')'); k-- {
		if t.mark(k, ':') && t.mark(k-2, '(') && t.str(k-1) == "Citation" {
			return true
		}
	}
	return false
}

// owns tells a name written small whose bearer owns something: priscilla's card.
func (t *text) owns(i int) bool {
	return t.mark(i+1, '\'') && t.glued(i+1) && t.glued(i+2) && i+3 < len(t.toks) && t.str(i+2) == "s" && t.has(i+3, fCard|fSecret|fDevice|fPhone|fBank|fKin|fAddress) && t.toks[i+3].lead == ' '
}

// invented tells a name of which the words behind it say that somebody made it up.
func (t *text) invented(j int) bool {
	for k := j + 1; k < len(t.toks) && k < j+7 && t.toks[k].lead != '\n' && !t.sentenceEnd(k); k++ {
		if strings.Contains(" invented made-up fictitious fictional fake bogus nonexistent erfundene erfundener fiktive fictive fictif ficticio ficticia inventado inventada fittizio fittizia verzonnen ", " "+fold(t.str(k))+" ") {
			return true
		}
		if t.toks[k].kind == word && (t.toks[k].f&fStop == 0 || t.toks[k].shape == capital) {
			return false
		}
	}
	return false
}
