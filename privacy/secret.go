package privacy

import "strings"

// secrets finds passwords, cookies and tokens, and the pairs of forms.
func (t *text) secrets() {
	for i := range t.toks {
		t.work++
		k := &t.toks[i]
		if k.in == inPlaceholder || k.in == inValue || k.kind == mark && k.c != '=' {
			continue
		}
		switch {
		case k.kind == mark:
			t.formPair(i)
		case k.f&fSecret != 0 && k.in != inURL:
			t.labelledSecret(i)
		case k.kind == word && k.end-k.start == 5 && strings.EqualFold(t.str(i), "basic"):
			t.basicAuth(i)
		case k.kind == mixed || k.kind == word:
			if k.end-k.start <= 5 {
				t.keyOfMaker(i)
			} else if k.end-k.start >= 16 {
				t.knownToken(i)
			}
		}
		if k.kind == word && (strings.EqualFold(t.str(i), "is") || t.str(i) == "as" && t.mark(i-1, '!')) {
			t.isPassword(i)
		}
	}
}

// untilSpace gives the last token of what stands without spaces from token i;
// quotes and separators of lists end it.
func (t *text) untilSpace(i int) int {
	j := i
	for j+1 < len(t.toks) && t.toks[j+1].lead == 0 && j < i+400 {
		n := &t.toks[j+1]
		if n.kind == mark && (n.c == '"' || n.c == ';' || n.c == ',' || n.c == '&' || n.c == '<' || n.c == '>' || n.c == '\'' || n.c == '|' || n.c == ')') {
			break
		}
		j++
	}
	for j > i && t.toks[j].kind == mark && (t.toks[j].c == '.' || t.toks[j].c == '\\') {
		j--
	}
	return j
}

// vague labels are also words of prose: their value must look like one.
const vague = " session sid auth token pin secret pass cookie ticketgranting clave bearer "

// labelledSecret judges password=VALUE, cvv 737, Bearer VALUE.
func (t *text) labelledSecret(i int) {
	w := fold(t.str(i))
	v, bare := t.afterSecret(i), false
	if v < 0 {
		if bare = t.bareSecret(i); bare {
			w = "bare"
		}
		switch w {
		case "bare", "bearer", "cvv", "cvc", "cvv2", "pin", "otp", "clave", "pincode", "tan", "codigo":
			v = i + 1
		default:
			if t.mark(i+1, '(') && i+3 < len(t.toks) && t.toks[i+2].kind == mixed { // password (X)
				if j := t.untilSpace(i + 2); t.mark(j+1, ')') {
					t.secret(i, i+2, j)
				}
			}
			return
		}
		if v >= len(t.toks) || t.toks[v].lead != ' ' || t.toks[v].kind == mark || w != "bearer" && t.toks[v].kind != number && !bare {
			return
		}
	}
	if t.toks[v].in == inPlaceholder || t.toks[v].in == inURL {
		return
	}
	j := t.untilSpace(v)
	if t.toks[v].kind == mark && v == j {
		return
	}
	val := t.s[t.toks[v].start:t.toks[j].end]
	strict := strings.Contains(vague, " "+w+" ") && !(len(w) == 3 && t.toks[v].kind == number && w == "pin")
	switch {
	case strings.Contains(" yes no true false none null ", " "+strings.ToLower(val)+" "):
		return // (using password: YES)
	case t.has(v, fSecret|fUser) && t.afterLabel(v) >= 0: // cookie: session=...
		return
	case t.toks[v].f&fStop != 0 && j == v, t.toks[v].kind == word && t.toks[v].shape == lower && t.mark(i+1, ':') && t.toks[v].lead == ' ' && j == v && !t.lineEnd(v):
		return
	case strict && (len(val) < 6 || !strings.ContainsAny(val, "0123456789") || allDigits(val) && len(val) < 9):
		return
	case strict && t.mark(j+1, '(') && t.glued(j+1):
		return
	}
	t.secret(i, v, j)
}

// bareSecret tells "heslo Praha2020": a word for password, and behind it one that
// mixes capitals or marks with digits as no word of prose does.
func (t *text) bareSecret(i int) bool {
	v := i + 1
	if strings.Contains(vague, " "+fold(t.str(i))+" ") || v >= len(t.toks) || t.toks[v].lead != ' ' || t.toks[v].kind != mixed || t.toks[v].in != free {
		return false
	}
	s := t.str(v)
	last := s[len(s)-1]
	return len(s) >= 6 && s[0] >= 'A' && s[0] <= 'Z' && last >= '0' && last <= '9' && strings.ToUpper(s) != s
}

// lineEnd tells whether a line ends behind token j.
func (t *text) lineEnd(j int) bool { return j+1 >= len(t.toks) || t.toks[j+1].lead == '\n' }

// afterSecret is afterLabel for values that may begin with a mark.
func (t *text) afterSecret(i int) int {
	k, sep := i+1, false
	for k < len(t.toks) && k < i+5 && t.toks[k].kind == mark && t.toks[k].lead != '\n' && t.toks[k].in == free {
		c := t.toks[k].c
		if c == ':' || c == '=' {
			if sep {
				break
			}
			sep = true
		} else if !(c == '"' || c == '\'') {
			break
		}
		k++
	}
	if k >= len(t.toks) || t.toks[k].lead == '\n' {
		return -1
	}
	if !sep && k == i+1 && t.toks[k].kind == word && strings.Contains(" is was war ist era est est: het jest было ", " "+strings.ToLower(t.str(k))+" ") && k+1 < len(t.toks) && t.toks[k+1].lead == ' ' {
		j := t.untilSpace(k + 1) // the password was Winter!2024
		if v := t.s[t.toks[k+1].start:t.toks[j].end]; strings.ContainsAny(v, "0123456789") && len(v) >= 6 {
			return k + 1
		}
		return -1
	}
	if !sep {
		return -1
	}
	return k
}

// secret judges the value of tokens v..j behind the label at token i.
func (t *text) secret(i, v, j int) {
	s, doubt := t.leftCue(i, 8)
	if t.near(i, 3, fThing) { // malware config password: what the attacker made
		s -= 8
	}
	r, _ := t.rightCue(j)
	s += 6*int(t.at.side) + 12*int(t.toks[v].side)
	if t.mark(j+1, '(') {
		s += r
	}
	if s < -decisive/2 && !doubt {
		t.found(v, j, "secret", Keep, "role-attacker")
	} else {
		t.found(v, j, "secret", Remove, "secret")
	}
	t.region(v, j+1, inValue)
}

// isPassword judges "VALUE is your password".
func (t *text) isPassword(i int) {
	if t.mark(i-1, '!') && i > 1 && t.toks[i-2].kind == mixed {
		i-- // Juve1897! as password
		if k := i + 2; t.has(k, fSecret) || t.has(k+1, fSecret) {
			t.found(i-1, i, "secret", Remove, "secret")
			t.region(i-1, i+1, inValue)
		}
		return
	}
	if i == 0 || t.toks[i-1].kind != mixed && t.toks[i-1].kind != word || !t.near3(i, "your", "his", "her", "their", "my") {
		return
	}
	k := i + 2
	for k < len(t.toks) && k < i+5 && t.toks[k].f&fSecret == 0 {
		k++
	}
	if t.has(k, fSecret) && t.toks[i-1].f&fStop == 0 {
		from := i - 1
		for from > 0 && t.toks[from].lead == 0 && t.toks[from-1].lead == 0 && i-from < 12 {
			from--
		}
		for t.toks[from].kind == mark {
			from++
		}
		t.found(from, i-1, "secret", Remove, "secret")
		t.region(from, i, inValue)
	}
}

// near3 tells whether the token behind i is one of the words.
func (t *text) near3(i int, words ...string) bool {
	if i+1 >= len(t.toks) {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(t.str(i+1), w) {
			return true
		}
	}
	return false
}

// formKeys are short names that forms give to who and what.
var formKeys = map[string]string{
	"u": "username", "usr": "username", "user": "username", "username": "username", "login": "username", "uname": "username", "uid": "username", "e": "email", "em": "email", "email": "email", "mail": "email",
	"p": "secret", "pw": "secret", "pwd": "secret", "pass": "secret", "passwd": "secret", "password": "secret", "name": "person", "fullname": "person", "fname": "person", "lname": "person", "firstname": "person", "fn": "person", "ln": "person", "lastname": "person",
	"phone": "phone", "tel": "phone", "mobile": "phone", "ssn": "national_id", "dob": "date_of_birth", "cc": "payment_card", "cvv": "secret", "address": "address", "token": "secret", "session": "secret",
}

// formPair judges KEY=VALUE in a query or a form, around the sign at token i.
func (t *text) formPair(i int) {
	if i == 0 || i+1 >= len(t.toks) || !t.glued(i) || !t.glued(i+1) || t.toks[i+1].kind == mark && t.toks[i+1].c != '%' && t.toks[i+1].c != '+' {
		return
	}
	typ, ok := formKeys[fold(t.str(i-1))]
	before := i >= 2 && t.glued(i-1) && (t.mark(i-2, '?') || t.mark(i-2, '&') || t.mark(i-2, ';') && t.mark(i-3, 'p'))
	if !ok {
		return
	}
	j := i + 1
	for j+1 < len(t.toks) && t.toks[j+1].lead == 0 && j < i+200 {
		c := t.toks[j+1].c
		if t.toks[j+1].kind == mark && (c == '&' || c == '"' || c == ' ' || c == '#' || c == '<' || c == '>' || c == '\'' || c == ')') {
			break
		}
		j++
	}
	if !before && !t.mark(j+1, '&') || !t.glued(j+1) && !before {
		return
	}
	if len(t.str(i-1)) == 1 && (!t.mark(j+1, '&') && !t.mark(i-2, '&') || j == i+1 && t.toks[j].kind == number) {
		return // ?p=1640 is a page
	}
	if t.toks[i+1].in == inPlaceholder || typ == "username" && j == i+1 && t.has(j, fBuiltin) {
		return
	}
	if typ == "email" {
		for k := i + 1; k <= j; k++ {
			if t.mark(k, '@') || t.mark(k, '%') {
				return // the mailbox detector has it
			}
		}
	}
	if typ == "person" && !t.any(i+1, j+1, fAnyName) {
		return
	}
	t.found(i+1, j, typ, Remove, "form-field")
}

// knownToken judges keys and tokens that their makers gave a mark of their own.
func (t *text) knownToken(i int) {
	s := t.str(i)
	for _, p := range []string{"AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_", "xoxb", "xoxp", "glpat", "AIza", "sk_live_", "eyJhbGci", "eyJ0eXAi", "ya29"} {
		if strings.HasPrefix(s, p) {
			j := t.untilSpace(i)
			t.secret(i, i, j)
			return
		}
	}
}
