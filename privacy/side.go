package privacy

import "strings"

// The words around a value say on which side it is. Only a few tokens on either
// side count, and not beyond the sentence: the nearer, the heavier.

const (
	leftReach  = 14
	rightReach = 9
	decisive   = 4 // weight from which a side counts as said
)

// sense is what the words around a value say of it.
type sense struct {
	score int  // positive: the victim's; negative: the attacker's
	doubt bool // a person must decide
}

// around weighs the words around tokens i..j.
func (t *text) around(i, j int) sense { return t.aroundWith(i, j, t.preposition(i)) }

func (t *text) aroundWith(i, j, left int) sense {
	var s sense
	l, dl := t.leftCue(i, leftReach)
	if p := t.before(i); left != 0 && p > 0 && (t.toks[p-1].in == inValue || t.toks[p-1].in == inMail) {
		l = 0 // from A to B: A says nothing of B
	}
	right, dr := t.rightCue(j)
	s.score += left + l + right + t.wideParticle(i, j)
	return t.own(s, i, j, dl || dr)
}

// aroundName weighs the words around the name of a person. What an attacker did
// to somebody makes nobody an attacker: only words directly beside the name can.
func (t *text) aroundName(i, j int) sense {
	var s sense
	l, dl := t.leftCue(i, 3)
	if l >= 0 {
		far, _ := t.leftCue(i, leftReach)
		l = max(l, far)
	}
	r, dr := t.rightCue(j)
	if r < 0 && !t.mark(j+1, '(') && !t.mark(j+2, '(') {
		r = 0
	}
	if t.has(j+1, fVerb) {
		r += 8
	}
	if p := t.before(t.withTitle(i)); t.has(p, fTo) && l < 0 && !t.near(p, 2, fReply) {
		l = 4 // wrote to X
	}
	if t.assumed(i) || t.invented(j) {
		r -= 30
	}
	s.score = l + r
	return t.own(s, i, j, dl || dr)
}

// assumed tells a name in quotes that somebody gave himself: said he was "X".
func (t *text) assumed(i int) bool {
	for i > 0 && t.has(i-1, fTitle) && t.toks[i].lead == ' ' {
		i--
	}
	if !t.mark(i-1, '"') && !t.mark(i-1, '\'') {
		return false
	}
	if i < 2 || t.toks[i-1].lead != ' ' {
		return false
	}
	switch strings.ToLower(t.str(i - 2)) {
	case "was", "himself", "herself", "themselves", "be", "as", "named", "name", "called", "sich", "als", "namens", "nommer", "llamarse", "chiamarsi":
		return true
	}
	return false
}

// own adds what tokens i..j and their field say themselves.
func (t *text) own(s sense, i, j int, doubt bool) sense {
	s.score += 12 * int(t.toks[i].side)
	for k := i; k <= j; k++ {
		doubt = doubt || t.toks[k].f&fDoubt != 0
	}
	s.doubt = doubt
	if t.at.side != 0 {
		s.score += 6 * int(t.at.side)
	}
	return s
}

// weigh gives the direction of a word: 1, -1 or 0.
func weigh(f flags) int {
	switch {
	case f&fAttacker != 0:
		return -1
	case f&(fRole|fVictim|fKin|fNamed) != 0:
		return 1
	}
	return 0
}

// sentenceEnd tells whether token k ends a sentence.
func (t *text) sentenceEnd(k int) bool {
	c := t.toks[k].c
	if t.toks[k].kind != mark || t.toks[k].in != free {
		return false
	}
	if c == '!' || c == '?' || c == '|' {
		return t.toks[k].lead != 0 || k+1 < len(t.toks) && t.toks[k+1].lead != 0
	}
	if c != '.' || k+1 >= len(t.toks) || t.toks[k+1].lead == 0 {
		return false
	}
	return !t.has(k-1, fTitle) && (k == 0 || t.toks[k-1].end-t.toks[k-1].start > 1)
}

// preposition weighs the word directly before token i: from or to.
func (t *text) preposition(i int) int {
	p := t.before(i)
	if l := t.labelWord(p); l >= 0 && t.mark(l+1, '=') { // from=<a@b.example> to=<c@d.example>
		switch strings.ToLower(t.str(l)) {
		case "from", "sender", "mailfrom":
			return -30
		case "to", "rcpt", "recipient", "orig_to":
			return 30
		}
	}
	if p > 0 && t.has(p, fNoun) && t.toks[p].kind == word && t.toks[p].lead == ' ' && t.str(p-1) != "a" {
		p--
	}
	switch {
	case p < 0 || t.toks[p].kind != word:
	case t.has(p, fFrom) && t.near(p, 4, fLetter):
		return -30
	case t.str(p) == "by" && !t.near(p, 2, fLetter|fAttacker|fReply) && !t.has(p-1, fVerb):
		return 0
	case t.has(p, fFrom):
		return -7
	case t.has(p, fTo):
		if t.near(p, 4, fReply) || t.near(p, 2, fAttacker) {
			return -7
		}
		return 7
	}
	return 0
}

// wideParticle weighs particles of origin and direction that Chinese, Japanese
// and Korean write without spaces before or behind a value.
func (t *text) wideParticle(i, j int) int {
	p := t.before(i)
	if t.mark(p, ':') {
		p--
	}
	if p >= 0 && t.toks[p].kind == ideo {
		s := t.str(p)
		switch {
		case strings.HasSuffix(s, "来自"), strings.HasSuffix(s, "發自"), strings.HasSuffix(s, "发自"), strings.HasSuffix(s, "發件人"), strings.HasSuffix(s, "发件人"), strings.HasSuffix(s, "差出人"):
			return -30
		case strings.HasSuffix(s, "发给"), strings.HasSuffix(s, "给"), strings.HasSuffix(s, "至"), strings.HasSuffix(s, "收件人"), strings.HasSuffix(s, "宛先"):
			return 10
		}
	}
	if j+1 < len(t.toks) && t.toks[j+1].kind == ideo {
		s := t.str(j + 1)
		switch {
		case strings.HasPrefix(s, "から"), strings.HasPrefix(s, "より"), strings.HasPrefix(s, "에서"), strings.HasPrefix(s, "로부터"):
			return -30
		case strings.HasPrefix(s, "に"), strings.HasPrefix(s, "へ"), strings.HasPrefix(s, "宛"), strings.HasPrefix(s, "에게"):
			return 10
		}
	}
	return 0
}

// leftCue weighs the nearest cue among the reach words to the left of token i.
func (t *text) leftCue(i, reach int) (score int, doubt bool) {
	weight, first := 12, 0
	words, hers := 0, 0
	for k := i - 1; k >= 0 && k >= i-leftReach && words < reach; k-- {
		t.work++
		if t.sentenceEnd(k) || t.toks[k+1].lead == '\n' {
			break
		}
		tok := &t.toks[k]
		if tok.kind == mark && (tok.c == ';' || tok.c == ',') {
			weight = weight * 2 / 3
		}
		if tok.in == inURL || tok.in == inHost || tok.in == inMail && tok.f&fNamed == 0 {
			continue
		}
		if reach == 3 && tok.f&fVerb != 0 && tok.f&fAttacker == 0 {
			break
		}
		if tok.f&fPoss != 0 && words < 4 && t.toks[k+1].f&(fNoun|fPhone|fBank|fID|fCard|fSecret|fAddress) != 0 {
			hers = 5
		}
		if tok.f&fDoubt != 0 && i-k < 8 {
			doubt = true
		}
		if w := weigh(tok.f); w != 0 {
			n := weight
			if tok.f&(fVerb|fRole|fKin) == fVerb && w > 0 {
				n = min(n, 3) // what happened says less than who it was
			}
			if t.mark(k+1, ':') || t.mark(k+1, '=') || t.mark(k+1, '"') && t.mark(k+2, ':') || i-k <= 2 {
				n += 6
			}
			if first == 0 {
				score += w * n
				if n > 3 {
					first = w
				}
			} else if w == first {
				score += w
			}
		}
		if tok.kind != mark && tok.kind != number {
			weight--
			words++
		}
	}
	if first >= 0 {
		score += hers
	}
	return score, doubt
}

// rightCue weighs the nearest cue to the right of token j; a remark in
// parentheses directly behind the value weighs most.
func (t *text) rightCue(j int) (score int, doubt bool) {
	weight := 6
	k := j + 1
	for k < len(t.toks) && (t.mark(k, '"') || t.mark(k, '\'') || t.mark(k, '>')) {
		k++
	}
	remark := t.mark(k, '(') || t.mark(k, '-')
	if remark {
		weight = 20
	}
	for ; k < len(t.toks) && k <= j+rightReach; k++ {
		t.work++
		tok := &t.toks[k]
		if tok.lead == '\n' || t.sentenceEnd(k) || remark && tok.c == ')' && tok.kind == mark {
			break
		}
		if tok.kind == mark && (tok.c == ',' || tok.c == ';') && !(k == j+1 && t.has(k+1, fStop) && t.has(k+2, fRole|fVictim|fAttacker)) {
			if weight = weight / 3; weight == 0 {
				break
			}
		}
		if tok.in == inURL || tok.in == inHost || tok.in == inMail || tok.in == inPlaceholder && t.str(k) == "email" {
			continue
		}
		if tok.f&fDoubt != 0 {
			doubt = true
		}
		if w := weigh(tok.f); w != 0 {
			return w * max(weight, 1), doubt
		}
		if tok.kind != mark {
			weight--
		}
		if weight <= 0 {
			break
		}
	}
	return 0, doubt
}

// before gives the token before i that isn't a quote or bracket, or -1.
func (t *text) before(i int) int {
	k := i - 1
	for k >= 0 && k > i-4 && t.toks[k].kind == mark && (t.toks[k].c == '"' || t.toks[k].c == '\'' || t.toks[k].c == '<' || t.toks[k].c == '(' || t.toks[k].c == '`') {
		k--
	}
	return k
}

// near tells whether one of the n tokens before i, on its line, has a class.
func (t *text) near(i, n int, f flags) bool {
	for k := i - 1; k >= 0 && k >= i-n; k-- {
		if k+1 < len(t.toks) && t.toks[k+1].lead == '\n' {
			return false
		}
		if t.toks[k].f&f != 0 && t.toks[k].in == free {
			return true
		}
	}
	return false
}

// any tells whether one of the tokens from..to, exclusive, has a class.
func (t *text) any(from, to int, f flags) bool {
	for k := from; k < to; k++ {
		if t.toks[k].f&f != 0 {
			return true
		}
	}
	return false
}

// said turns the sense into a verdict; otherwise is for what nothing is said of.
func (s sense) said(otherwise Verdict) (Verdict, string) {
	switch {
	case s.doubt && s.score > -decisive*3:
		return Hold, "role-doubtful"
	case s.score >= decisive:
		return Remove, "role-victim"
	case s.score <= -decisive:
		return Keep, "role-attacker"
	}
	switch otherwise {
	case Remove:
		return Remove, "personal"
	case Keep:
		return Keep, "no-person"
	}
	return Hold, "role-unknown"
}
