package privacy

import "strings"

// Forms of logs and records in which the place says that a value is a person's.

// slackNick judges NAME HH:MM [AM] that stands alone on a line, as chats are exported.
func (t *text) slackNick(i int) {
	if t.toks[i].lead != '\n' || t.toks[i].shape != lower {
		return
	}
	j := t.value(i)
	k := j + 1
	if k+2 >= len(t.toks) || t.toks[k].lead != ' ' || t.toks[k].kind != number || !t.mark(k+1, ':') || t.toks[k+2].kind != number {
		return
	}
	k += 3
	if k < len(t.toks) && t.toks[k].lead == ' ' && (strings.EqualFold(t.str(k), "am") || strings.EqualFold(t.str(k), "pm")) {
		k++
	}
	if k >= len(t.toks) || t.toks[k].lead == '\n' {
		t.login(i, j, i, false)
	}
}

// handle holds an @account that somebody seized: its owner is a real person.
func (t *text) handle(i int) {
	v := i + 1
	if v >= len(t.toks) || !t.glued(v) || t.toks[v].kind == mark || t.glued(i) && t.toks[i-1].kind != mark || t.dotBehind(v) {
		return
	}
	if _, doubt := t.leftCue(i, 8); doubt {
		t.found(i, t.value(v), "username", Hold, "role-doubtful")
		t.region(i, v+1, inValue)
	}
}

// dotBehind tells whether a host goes on behind token v.
func (t *text) dotBehind(v int) bool {
	return t.mark(v+1, '.') && t.glued(v+1) && v+2 < len(t.toks) && t.toks[v+2].lead == 0
}

// patientTags are the elements of group 0010 of DICOM (PS3.6) that identify a patient.
var patientTags = map[string]string{"0010": "person", "0020": "medical_record", "0030": "date_of_birth", "1000": "medical_record", "1001": "person", "1040": "address", "1060": "person", "2154": "phone"}

// dicom judges (0010,0010) PN [NAME^GIVEN] from its bracket at token i.
func (t *text) dicom(i int) {
	if i+6 >= len(t.toks) || t.str(i+1) != "0010" || !t.mark(i+2, ',') || !t.mark(i+4, ')') {
		return
	}
	typ := patientTags[t.str(i+3)]
	k := i + 5
	if t.toks[k].kind == word && t.toks[k].shape == upper { // the value representation
		k++
	}
	if typ == "" || !t.mark(k, '[') {
		return
	}
	from := k + 1
	for k = from; k < len(t.toks) && k < from+24 && t.toks[k].lead != '\n' && !t.mark(k, ']'); k++ {
		t.work++
	}
	if t.mark(k, ']') && k > from && t.toks[from].in != inPlaceholder {
		t.cell(from, k-1, typ)
	}
}

// basicAuth judges "Basic" with the user and password of HTTP behind it (RFC 7617).
func (t *text) basicAuth(i int) {
	if i+1 >= len(t.toks) || t.toks[i+1].lead != ' ' || t.toks[i+1].kind == mark || !t.mark(i-1, ':') && !t.mark(i-1, '"') {
		return
	}
	j := t.untilSpace(i + 1)
	if plain, ok := decode(t.s[t.toks[i+1].start:t.toks[j].end]); ok && strings.Contains(plain, ":") {
		t.secret(i, i+1, j)
	}
}

// roleSession judges the session's name in arn:aws:sts::N:assumed-role/ROLE/NAME
// behind the second slash at token i.
func (t *text) roleSession(i int) {
	p := i - 1
	for n := 0; n < 8 && p > 0 && t.toks[p+1].lead == 0 && !t.mark(p, '/'); n++ {
		p--
	}
	if p > 2 && t.mark(p, '/') && strings.EqualFold(t.str(p-1), "role") && t.mark(p-2, '-') && strings.EqualFold(t.str(p-3), "assumed") && i+1 < len(t.toks) && t.glued(i+1) && t.toks[i+1].kind != mark {
		t.login(i+1, t.value(i+1), i+1, false)
	}
}

// ownDevice tells a device whose maker's name follows somebody's with an s:
// Thandis-ThinkPad.
func (t *text) ownDevice(from, end, i int) bool {
	k := &t.toks[from]
	return from < i && i <= end && t.mark(from+1, '-') && k.kind == word && k.shape == capital && k.end-k.start > 4 && k.f&^fAnyName == 0 && strings.HasSuffix(strings.ToLower(t.str(from)), "s") &&
		strings.Contains(" iphone ipad macbook thinkpad imac galaxy pixel surface ", " "+strings.ToLower(t.str(i))+" ")
}

// handleOf takes the @account in parentheses behind a person's name.
func (t *text) handleOf(i int) bool {
	if !t.mark(i-1, '(') || !t.glued(i) || !t.has(i-2, fNamed) || i+1 >= len(t.toks) || t.toks[i+1].kind == mark || !t.glued(i+1) {
		return false
	}
	v, reason := Remove, "login"
	if _, doubt := t.leftCue(i, 8); doubt {
		v, reason = Hold, "role-doubtful"
	}
	t.found(i+1, t.value(i+1), "username", v, reason)
	return true
}

// logLine tells whether an address stands within a few tokens behind token i: the
// line is one of a log, not of prose.
func (t *text) logLine(i int) bool {
	for k := i; k < len(t.toks) && k < i+16 && (k == i || t.toks[k].lead != '\n'); k++ {
		if t.toks[k].kind == number && t.toks[k].in == inHost && t.mark(k+1, '.') {
			return true
		}
	}
	return false
}

// keyOfMaker judges keys that begin with their maker's mark and a joiner: glpat-...
func (t *text) keyOfMaker(i int) {
	j := i + 1
	if j+1 >= len(t.toks) || !t.glued(j) || !t.mark(j, '-') && !t.mark(j, '_') || t.glued(i) && t.toks[i-1].kind != mark {
		return
	}
	switch t.str(i) {
	case "glpat", "xoxb", "xoxp", "xapp", "sk", "pypi", "npm", "dckr", "shpat", "glrt", "hvs":
	default:
		return
	}
	j = t.untilSpace(i)
	for k := i + 2; k <= j && t.toks[i].in != inURL; k++ {
		if t.toks[k].kind == mixed && t.toks[k].end-t.toks[k].start >= 16 {
			t.secret(i, i, j)
			return
		}
	}
}

// attributeOf judges {"type":"target-user","value":"NAME"}, as MISP writes it,
// from the type at token i.
func (t *text) attributeOf(i int) {
	k := i + 1
	for n := 0; k < len(t.toks) && k < i+12 && t.str(k) != "value"; n++ {
		k++
	}
	if k >= len(t.toks) || k >= i+12 || !t.mark(i+1, '"') || !t.mark(i-1, '-') {
		return
	}
	if v := t.afterLabel(k); v >= 0 && t.has(i-2, fVictim|fUser) {
		t.login(v, t.value(v), i-3, false)
	}
}

// tuple judges a row that a database was told to insert, ('a','b','c@d.example'):
// with a mailbox or a phone in it, its strings are somebody's.
func (t *text) tuple(i int) {
	if !t.mark(i, '(') || i+2 >= len(t.toks) || t.toks[i+1].kind == word {
		return
	}
	end, quotes, box := i+1, 0, false
	for ; end < len(t.toks) && end < i+120 && t.toks[end].lead != '\n' && !t.mark(end, ')'); end++ {
		t.work++
		if t.mark(end, '\'') {
			quotes++
		}
		box = box || t.toks[end].in == free && t.mark(end, '@') && quotes%2 == 1
	}
	if !box || quotes < 4 || quotes%2 == 1 || !t.mark(end, ')') {
		return
	}
	for k := i + 1; k < end; k++ {
		if !t.mark(k, '\'') {
			continue
		}
		to := k + 1
		for to < end && !t.mark(to, '\'') {
			to++
		}
		typ := "username"
		switch first := &t.toks[k+1]; {
		case to == k+1 || t.mailIn(k+1, to) || first.in == inPlaceholder || first.kind == number || first.kind == mark:
			typ = ""
		case first.shape == capital:
			typ = "person"
		case t.toks[to-1].end-first.start >= 32:
			typ = "secret"
		case first.end-first.start < 3:
			typ = ""
		}
		if typ != "" {
			t.cell(k+1, to-1, typ)
		}
		k = to
	}
}

func (t *text) mailIn(from, to int) bool {
	for k := from; k < to; k++ {
		if t.mark(k, '@') {
			return true
		}
	}
	return false
}

// addressLabels are names of properties that hold a part of a postal address.
const addressLabels = " street streetaddress addressline addr address zip zipcode postcode postalcode plz cap strasse anschrift direccion indirizzo adresse "

// quotedAddress judges "street":"VALUE" from its label at token i.
func (t *text) quotedAddress(i int) {
	if !strings.Contains(addressLabels, " "+fold(t.str(i))+" ") || !t.mark(i+1, '"') || !t.mark(i+2, ':') || !t.mark(i+3, '"') {
		return
	}
	from := i + 4
	to, digit := from, false
	for ; to < len(t.toks) && to < from+24 && t.toks[to].lead != '\n' && !t.mark(to, '"'); to++ {
		t.work++
		digit = digit || t.toks[to].kind == number || t.toks[to].kind == mixed
	}
	if digit && to > from && t.mark(to, '"') && t.toks[from].in != inPlaceholder && t.toks[from].in != inMail && t.toks[from].in != inHost {
		t.personal(from, to-1, "address", "postal-address")
		t.region(from, to, inValue)
	}
}

// prompt judges NAME@HOST:~$ at the start of a line of a shell.
func (t *text) prompt(i int) {
	j := t.value(i)
	if !t.mark(j+1, '@') || !t.glued(j+1) || !t.glued(j+2) {
		return
	}
	for k := j + 2; k < len(t.toks) && k < j+10 && t.toks[k].lead == 0; k++ {
		if t.mark(k, ':') && (t.mark(k+1, '~') || t.mark(k+1, '/')) {
			t.login(i, j, i, false)
			return
		}
	}
}

// chatLine judges [HH:MM] NAME: at the start of a line.
func (t *text) chatLine(i int) {
	if !t.mark(i, '[') || i+7 >= len(t.toks) || t.toks[i+1].kind != number || !t.mark(i+2, ':') || t.toks[i+3].kind != number {
		return
	}
	k := i + 4
	for k < i+8 && k < len(t.toks) && !t.mark(k, ']') {
		k++
	}
	from := k + 1
	if !t.mark(k, ']') || from >= len(t.toks) || t.toks[from].kind == mark || t.toks[from].lead != ' ' || t.toks[from].f&(fStop|fThing|fAttacker) != 0 {
		return
	}
	for k = from + 1; k < len(t.toks) && k < from+7 && t.toks[k].lead != '\n' && !t.mark(k, ':'); k++ {
		if t.toks[k].kind == mark && t.toks[k].c != '(' && t.toks[k].c != ')' && t.toks[k].c != '.' && t.toks[k].c != '-' {
			return
		}
	}
	to := from
	for to+1 < k && t.toks[to+1].kind != mark {
		to++
	}
	if t.mark(k, ':') && (k == to+1 && to == from || t.mark(to+1, '(')) && (t.toks[from].shape == capital && t.toks[from].f&fAnyName != 0 || t.toks[from].shape == lower && t.toks[from].kind == mixed) {
		t.login(from, to, from, false)
	}
}

// unixID judges uid=1004(NAME), as id prints it.
func (t *text) unixID(i int) {
	if i < 3 || !t.glued(i) || t.toks[i-1].kind != number || !t.mark(i-2, '=') || i+2 >= len(t.toks) || !t.mark(i+2, ')') || t.toks[i+1].kind == mark {
		return
	}
	switch t.str(i - 3) {
	case "uid", "euid", "gid", "egid", "auid":
		t.login(i+1, i+1, i+1, false)
	}
}
