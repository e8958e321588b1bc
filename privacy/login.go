package privacy

import "strings"

// logins finds user names: behind labels, in log lines of logins, behind the name
// of a domain, in home directories, in chats, and in cloud identities.
func (t *text) logins() {
	for i := range t.toks {
		t.work++
		k := &t.toks[i]
		if k.in == inPlaceholder || k.in == inValue {
			continue
		}
		if k.lead == '\n' && k.kind != mark {
			t.slackNick(i)
			t.prompt(i)
		} else if k.lead == '\n' {
			t.chatLine(i)
		}
		switch {
		case k.kind == mark && k.c == '<' && (k.lead == '\n' || i > 0 && k.lead == ' ' && (t.mark(i-1, ']') || t.toks[i-1].kind == number)):
			t.nick(i)
		case k.kind == mark && (k.c == '\\' || k.c == '/'):
			t.afterSlash(i)
		case k.kind == mark && k.c == '@':
			if !t.handleOf(i) {
				t.handle(i)
			}
		case k.kind == mark && k.c == '(':
			t.dicom(i)
			t.tuple(i)
			t.unixID(i)
		case k.kind == word && t.str(i) == "actor" && k.lead != 0 && t.mark(i+1, '=') && t.glued(i+1):
			if v := t.afterLabel(i); v >= 0 { // audit logs call so whoever did something
				t.login(v, t.value(v), 0, false)
			}
		case k.f&fUser != 0 && k.kind != mark:
			t.attributeOf(i)
			t.labelledLogin(i)
			t.proseLogin(i)
		case k.kind != mark && t.mark(i-1, '-'):
			t.clfUser(i)
		case k.kind == word && k.shape == lower && k.in == inHost && t.mark(i+1, '.'):
			t.dottedLogin(i)
		case k.kind == word && i > 4 && t.mark(i+1, '"') && t.str(i) == "name":
			t.namedUser(i)
		case k.kind == word && k.in == free && strings.EqualFold(t.str(i), "for"):
			t.loginLine(i)
		case k.kind == word && k.in == free && t.str(i) == "sudo" && t.mark(i+1, ':') && t.mark(i+3, ':'):
			t.login(i+2, i+2, i+2, false)
		}
	}
}

// nick judges <nick> at the start of a chat line.
func (t *text) nick(i int) {
	j := i + 1
	for j < len(t.toks) && j < i+8 && t.toks[j].lead == 0 && !t.mark(j, '>') {
		if t.mark(j, '@') || t.mark(j, '/') || t.mark(j, '=') {
			return
		}
		j++
	}
	if j > i+1 && t.mark(j, '>') && j+1 < len(t.toks) && t.toks[j+1].lead == ' ' {
		t.login(i+1, j-1, i, false)
	}
}

// value gives the last token of the identifier that begins at token i.
func (t *text) value(i int) int {
	j := i
	for j+1 < len(t.toks) && t.toks[j+1].lead == 0 && j < i+12 {
		n := &t.toks[j+1]
		if n.kind == mark && !(n.c == '.' || n.c == '-' || n.c == '$' || n.c == '+') || n.kind == ideo {
			break
		}
		if n.kind == mark && n.c != '$' && (j+2 >= len(t.toks) || t.toks[j+2].lead != 0 || t.toks[j+2].kind == mark) {
			break
		}
		j++
	}
	return j
}

// afterLabel gives the token behind : or = and quotes, or -1.
func (t *text) afterLabel(i int) int {
	k, sep := i+1, false
	for k < len(t.toks) && k < i+6 && t.toks[k].kind == mark && t.toks[k].lead != '\n' {
		switch t.toks[k].c {
		case ':', '=':
			sep = true
		case '"', '\'', '>':
		case '\\':
			if !t.mark(k+1, '"') {
				return -1
			}
		default:
			return -1
		}
		k++
	}
	if !sep || k >= len(t.toks) || t.toks[k].lead == '\n' || t.toks[k].kind == mark {
		return -1
	}
	return k
}

// labelledLogin judges user=NAME, TargetUserName: NAME and their like.
func (t *text) labelledLogin(i int) {
	v := t.afterLabel(i)
	if v < 0 && i+1 < len(t.toks) && t.toks[i+1].lead == ' ' && strings.EqualFold(t.str(i+1), "name") {
		v = t.afterLabel(i + 1) // Account Name: X
	}
	if v < 0 || t.toks[v].in == inPlaceholder || t.toks[v].in == inURL {
		return
	}
	j := t.value(v)
	if t.str(v) == "NT" {
		return // NT AUTHORITY\SYSTEM
	}
	if t.mark(j+1, '\\') && t.glued(j+1) { // the user stands behind the domain
		return
	}
	if t.mark(j+1, '@') && t.glued(j+1) || t.mark(j+1, '/') && t.glued(j+1) {
		return
	}
	if t.mark(j+1, '[') && t.glued(j+1) || t.mark(j+1, '(') && t.glued(j+1) {
		return
	}
	colon := t.mark(i+1, ':') && t.toks[v].lead == ' '
	if colon && (t.toks[v].f&(fStop|fVictim|fVerb) != 0 || t.has(v+1, fStop|fVerb) && t.toks[v+1].shape == lower && t.toks[v+1].lead == ' ') {
		return // prose
	}
	if colon && j == v && t.toks[v].shape == capital && t.toks[v].f&fAnyName == 0 && j+1 < len(t.toks) && t.toks[j+1].lead == ' ' && t.toks[j+1].kind == word {
		return // User Account: Modifying attributes
	}
	t.login(v, j, i, false)
}

// proseLogin judges "user hgreene reports", "account jdoe42": a name that is no
// word of the lists, and that somebody acts by or that has digits or joiners.
func (t *text) proseLogin(i int) {
	v := i + 1
	said := false
	for v < i+3 && v < len(t.toks) && t.toks[v].kind == word && strings.Contains(" name is was ist war est es era ", " "+strings.ToLower(t.str(v))+" ") {
		v++
		said = t.near(i, 1, fPoss)
	}
	quoted := !t.glued(v) && (t.mark(v, '\'') || t.mark(v, '"') || t.mark(v, '`'))
	if quoted {
		v++
	}
	if v >= len(t.toks) || !quoted && t.toks[v].lead != ' ' || t.toks[v].kind != word && t.toks[v].kind != mixed || t.toks[v].in != free && t.toks[v].in != inHost || t.toks[i].in != free {
		return
	}
	if i > 0 && strings.Contains(" invalid illegal unknown nonexistent ", " "+strings.ToLower(t.str(i-1))+" ") {
		t.login(v, t.value(v), i, true)
		return
	}
	j := t.value(v)
	if t.toks[v].f&^fAnyName != 0 && !quoted || t.toks[v].shape != lower || t.toks[j].kind == mark || t.glued(j+1) && (t.mark(j+1, '@') || t.mark(j+1, '\\') || t.mark(j+1, '/') || t.mark(j+1, '(') || t.mark(j+1, '=')) {
		return
	}
	if j > v && t.mark(v+1, '-') && t.toks[v].kind == word && t.toks[j].kind == word {
		return // user-defined, account-based
	}
	if quoted && (t.mark(j+1, '\'') || t.mark(j+1, '"') || t.mark(j+1, '`')) || t.toks[v].kind == mixed || j > v || said || t.has(j+1, fVerb) || j+1 < len(t.toks) && t.toks[j+1].kind == number && t.toks[j+1].in == inHost || t.logLine(j+1) && (j+1 >= len(t.toks) || t.toks[j+1].kind == mark) || t.has(j+1, fFrom) && t.has(v, fAnyName) || t.has(j+1, fFrom) && (j+2 < len(t.toks)) && t.toks[j+2].in == inHost || t.loginLike(t.str(v)) {
		t.login(v, j, i, false)
	}
}

// loginLike tells an initial with a surname, such as cjohnson.
func (t *text) loginLike(w string) bool {
	if len(w) < 6 || len(w) > 24 || t.g.look(w) != 0 {
		return false
	}
	f := t.g.look(w[1:])
	return f&fAnyName != 0 && f&(fWeak|fWeakSurname|fStop|fThing|fVerb) == 0
}

// dottedLogin judges k.olesen and stina.holm where they stand by themselves, as
// logs write who it was.
func (t *text) dottedLogin(i int) {
	j := i + 2
	if j >= len(t.toks) || !t.glued(i+1) || !t.glued(j) || t.toks[j].kind != word || t.toks[j].shape != lower || t.toks[j].end-t.toks[j].start < 4 {
		return
	}
	if t.glued(i) && (t.toks[i-1].kind != mark || strings.IndexByte("[(\"'=|<,;:", t.toks[i-1].c) < 0 || t.toks[i-1].c == 0) {
		return
	}
	if t.glued(j+1) && (t.toks[j+1].kind != mark || strings.IndexByte("])\"'|>,;:/", t.toks[j+1].c) < 0 || t.toks[j+1].c == 0 || t.mark(j+1, '/') && j+2 < len(t.toks) && t.toks[j+2].kind != number) {
		return
	}
	first, second := t.toks[i].f, t.toks[j].f
	initial := t.toks[i].end-t.toks[i].start == 1
	if (initial || first&(fGiven|fWeak) == fGiven) && second&fAnyName != 0 && second&^fAnyName == 0 && second&fWeak == 0 {
		t.login(i, j, i, false)
	} else if initial && second == 0 && t.toks[j].end-t.toks[j].start > 4 && (t.glued(i) && t.mark(j+1, ']') && t.toks[i-1].lead != 0 || t.mark(j+1, '/')) {
		t.login(i, j, i, false)
	}
}

// clfUser judges the user of a line of a web server: 203.0.113.4 - NAME [date].
func (t *text) clfUser(i int) {
	if i > 1 && t.mark(i-1, '-') && t.toks[i-1].lead == ' ' && t.toks[i].lead == ' ' && t.toks[i-2].in == inHost {
		if j := t.value(i); t.mark(j+1, '[') && t.toks[j+1].lead == ' ' {
			t.login(i, j, i, false)
		}
	}
}

// namedUser judges "user":{"name":"NAME"}.
func (t *text) namedUser(i int) {
	if v := t.afterLabel(i); v >= 0 && t.near(i, 5, fUser) && t.mark(i-1, '"') && (t.toks[v].kind == mixed || t.toks[v].shape == lower) {
		t.login(v, t.value(v), i-4, false)
	}
}

// loginLine judges "Failed password for NAME", "session opened for user NAME".
func (t *text) loginLine(i int) {
	if i < 2 {
		return
	}
	p := i - 1
	if t.mark(i-2, '/') || t.mark(i-2, '-') { // keyboard-interactive/pam for
		p = max(i-5, 1)
	}
	switch strings.ToLower(t.str(p - 1)) {
	case "accepted", "failed", "postponed", "session", "invalid", "authentication", "login", "logon":
	default:
		return
	}
	switch strings.ToLower(t.str(p)) {
	case "password", "publickey", "keyboard", "gssapi", "opened", "closed", "failure", "login", "logon", "failed", "none", "ok", "succeeded":
	default:
		return
	}
	v, unknown := i+1, false
	for v < len(t.toks) && v < i+4 && t.toks[v].kind == word {
		switch strings.ToLower(t.str(v)) {
		case "invalid", "illegal", "unknown":
			unknown = true
		case "user", "account":
		default:
			goto named
		}
		v++
	}
named:
	if t.mark(v, '\'') && v+1 < len(t.toks) && t.toks[v+1].kind != mark {
		t.login(v+1, t.value(v+1), i, unknown)
		return
	}
	if v >= len(t.toks) || t.toks[v].kind == mark || t.toks[v].lead != ' ' || t.toks[v].f&fStop != 0 && t.toks[v].f&(fAnyName|fBuiltin) == 0 {
		return
	}
	t.login(v, t.value(v), i, unknown)
}

// login judges the user name of tokens i..j, whose label or path begins at token
// cue; unknown ones exist nowhere.
func (t *text) login(i, j, cue int, unknown bool) {
	for j > i && t.toks[j].kind == mark && t.toks[j].c != '$' {
		j--
	}
	if t.toks[i].in == inPlaceholder || t.toks[i].in == inMail || t.toks[i].f&fNamed != 0 && t.toks[i].in == inValue {
		return
	}
	v, reason := Remove, "login"
	l, doubt := t.leftCue(cue, 6)
	r, d2 := t.rightCue(j)
	score := l + 12*int(t.toks[i].side) + 6*int(t.at.side)
	if r < 0 && (t.mark(j+1, '(') || t.at.side < 0) {
		score += r
	}
	switch {
	case unknown:
		v, reason = Keep, "login-tried"
	case t.builtin(i, j):
		v, reason = Keep, "login-builtin"
	case score <= -2*decisive && !(doubt || d2):
		v, reason = Keep, "role-attacker"
	}
	t.found(i, j, "username", v, reason)
	for k := i; k <= j; k++ {
		t.toks[k].in = inValue
		if v == Remove {
			t.toks[k].f |= fNamed
		}
	}
}

// builtin tells accounts that every system has, computer accounts and services.
func (t *text) builtin(i, j int) bool {
	if t.mark(j, '$') || i == j && t.has(i, fBuiltin) {
		return true
	}
	w := strings.ToLower(t.s[t.toks[i].start:t.toks[j].end])
	_, known := builtinJoined[w]
	return known || allDigits(w) || strings.HasPrefix(w, "svc") || strings.HasPrefix(w, "admini") || strings.HasPrefix(w, "dwm-") || strings.HasPrefix(w, "umfd-")
}

var builtinJoined = map[string]struct{}{"www-data": {}, "ec2-user": {}, "default.migrated": {}, "font-driver": {}, "web-admin": {}, "sys-admin": {}}

// afterSlash judges what stands behind \ or /: home directories, DOMAIN\user and
// cloud identities.
func (t *text) afterSlash(i int) {
	c := t.toks[i].c
	next := i + 1
	if c == '\\' && t.mark(next, '\\') && t.glued(next) {
		next++
	}
	if next >= len(t.toks) || t.toks[next].lead != 0 || t.toks[next].kind == mark || i == 0 || !t.glued(i) {
		return
	}
	switch strings.ToLower(t.str(i - 1)) {
	case "users", "usuarios", "utilisateurs", "benutzer", "home", "profiles", "utenti":
		if t.toks[i].in == inURL && c == '/' && !(t.mark(i-5, ':') && t.mark(i-4, '/') && t.mark(i-3, '/') && strings.EqualFold(t.str(i-6), "file")) {
			return
		}
		if c == '/' && t.str(i-1) == "users" {
			return // /users/view of an interface; a home is in /Users
		}
		if i >= 2 && (t.mark(i-2, '\\') || t.mark(i-2, '/')) {
			t.home(next, c)
		}
		return
	case "personal": // OneDrive: /personal/user_domain_tld/
		if t.toks[i].in == inURL && c == '/' && t.toks[next].kind == mixed {
			t.found(next, next, "username", Remove, "login")
		}
		return
	case "settings":
		if c == '\\' && i >= 3 && strings.EqualFold(t.str(i-3), "documents") {
			t.home(next, c)
		}
		return
	case "user":
		if c == '/' && t.mark(i-2, ':') && t.glued(i-1) {
			t.login(next, t.value(next), next, false)
		}
		return
	}
	if c == '\\' {
		t.domainUser(i, next)
	} else {
		t.roleSession(i)
	}
}

// home judges the user's part of a home directory, which may hold spaces.
func (t *text) home(i int, sep byte) {
	j := t.value(i)
	for k := j; k+1 < len(t.toks) && k < j+3 && sep == '\\'; k++ { // C:\Users\John Smith\x
		n := &t.toks[k+1]
		if n.lead == '\n' || n.kind == mark && (n.c != '\\' || k == j) {
			break
		}
		if n.c == '\\' && n.kind == mark && n.lead == 0 && k > j {
			j = k
			break
		}
	}
	if t.pdb(j) {
		t.found(i, j, "username", Keep, "build-path")
		return
	}
	t.login(i, j, i, false)
}

// pdb tells whether the path that goes on behind token j is that of debug
// symbols, which the maker of a program leaves in it.
func (t *text) pdb(j int) bool {
	for k := j + 1; k < len(t.toks) && k < j+40 && t.toks[k].lead == 0; k++ {
		switch strings.ToLower(t.str(k)) {
		case "pdb", "visual", "repos", "vcxproj", "obj":
			return true
		}
	}
	return false
}

// domainUser judges DOMAIN\user.
func (t *text) domainUser(i, next int) {
	d := &t.toks[i-1]
	if d.kind == mark || d.kind == ideo || d.lead == 0 && i >= 2 && (t.toks[i-2].kind != mark || t.toks[i-2].c == '\\' || t.toks[i-2].c == '.' && t.glued(i-2) || t.toks[i-2].c == '/' || t.toks[i-2].c == '%') {
		return
	}
	j := t.value(next)
	if t.mark(j+1, '\\') && t.glued(j+1) || t.toks[next].in == inURL || t.toks[j].end-t.toks[next].start == 1 { // "v1\n"
		return
	}
	for k := i - 2; k >= 0 && k > i-6 && t.toks[k+1].lead == ' ' && d.lead == ' '; k-- { // ...\Windows NT\DNSClient
		if t.toks[k].kind == mark {
			break
		}
		if t.glued(k) && t.mark(k-1, '\\') {
			return
		}
	}
	switch strings.ToLower(t.str(i - 1)) {
	case "registry", "global", "local", "session", "basenamedobjects", "device", "pipe", "hklm", "hkcu", "hkcr", "hku", "hkey_local_machine", "hkey_current_user", "software", "system", "authority", "builtin", "service", "windows", "system32", "manager":
		return
	}
	if j > next && t.toks[next].in == inHost && t.toks[j].kind == word && t.toks[j].shape == lower && len(t.str(j)) <= 4 && !t.has(j, fAnyName) {
		return // a file
	}
	if w := t.str(next); len(w) >= 5 && (w[0] == 'u' || w[0] == 'x') && j == next && t.toks[i+1].start == t.toks[next].start && hexPair(w[1:3]) {
		return // an escape
	}
	if d.shape == lower && d.kind == word && t.toks[i-1].in != inHost && !t.near(i-1, 4, fUser) {
		return // a relative path
	}
	t.login(next, j, next, false)
}
