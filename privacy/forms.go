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
	return from < i && i <= end && t.mark(from+1, '-') && k.kind == word && (k.shape == capital || k.shape == lower) && k.end-k.start > 4 && k.f&^fAnyName == 0 && strings.HasSuffix(strings.ToLower(t.str(from)), "s") &&
		strings.Contains(" iphone ipad macbook thinkpad imac galaxy pixel surface ", " "+strings.ToLower(t.str(i))+" ")
}
