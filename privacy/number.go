package privacy

import "strings"

// digits is a number as written: groups of digits with single characters between.
type digits struct {
	all    string
	groups []int
	seps   string // one byte a gap; ' ' for a space
	end    int    // last token
	plus   bool
}

// gather reads the number that begins at token i; false if none does.
func (t *text) gather(i int) (digits, bool) {
	var d digits
	k := i
	if t.mark(k, '+') {
		d.plus = true
		k++
	}
	if t.mark(k, '(') && k+1 < len(t.toks) {
		k++
	}
	if k >= len(t.toks) || t.toks[k].kind != number || k > i && t.toks[k].lead != 0 {
		return d, false
	}
	var b strings.Builder
	for k < len(t.toks) && t.toks[k].kind == number && t.toks[k].in == free && b.Len() < 26 && len(d.groups) < 10 {
		b.WriteString(t.str(k))
		d.groups = append(d.groups, t.toks[k].end-t.toks[k].start)
		d.end = k
		next, sep := k+1, byte(' ')
		for next < len(t.toks) && next < k+4 && t.toks[next].kind == mark && strings.IndexByte("-./()", t.toks[next].c) >= 0 && t.toks[next].lead != '\n' {
			if sep == ' ' || sep == ')' {
				sep = t.toks[next].c
			}
			next++
		}
		if next >= len(t.toks) || t.toks[next].kind != number || t.toks[next].lead == '\n' {
			break
		}
		d.seps += string(sep)
		k = next
	}
	if len(d.groups) == 0 {
		return d, false
	}
	d.seps = d.seps[:len(d.groups)-1]
	d.all = b.String()
	return d, true
}

// one tells whether all gaps are the same character.
func (d digits) one(sep byte) bool {
	for i := range len(d.seps) {
		if d.seps[i] != sep {
			return false
		}
	}
	return d.seps != ""
}

// shape tells whether the groups have these lengths.
func (d digits) is(groups ...int) bool {
	if len(groups) != len(d.groups) {
		return false
	}
	for i, g := range groups {
		if d.groups[i] != g {
			return false
		}
	}
	return true
}

// numbers finds phones, cards, accounts, identity numbers and dates of birth.
func (t *text) numbers() {
	for i := 0; i < len(t.toks); i++ {
		k := &t.toks[i]
		t.work++
		if k.in != free && k.in != inHost {
			continue
		}
		switch {
		case k.kind == mixed || k.kind == word && k.shape == upper && k.end-k.start == 2:
			if j, ok := t.accountOrID(i); ok {
				i = j
			}
		case k.in != free:
		case k.kind == number, k.c == '+' && k.kind == mark, k.c == '(' && k.kind == mark:
			if k.kind == number && k.lead == 0 && i > 0 && t.toks[i-1].kind == mark && strings.IndexByte("-./_#", t.toks[i-1].c) >= 0 && t.glued(i-1) {
				continue // the rest of something longer
			}
			if d, ok := t.gather(i); ok {
				t.work += len(d.groups)
				if t.digitsAt(i, d) {
					i = d.end
				} else if k.kind != number {
					continue
				} else if d.end > i && !d.one(' ') {
					i = d.end
				}
			}
		}
	}
}

// digitsAt judges a number.
func (t *text) digitsAt(i int, d digits) bool {
	// A wider or a tighter reading: spaces may join what is not one number.
	if glued := t.tail(d.end); glued {
		return t.letterID(i, d)
	}
	lab := t.labels(i)
	switch {
	case lab&fBirth != 0 && t.isDate(d):
		t.found(i, d.end, "date_of_birth", Remove, "birth-date")
	case cardNumber(d.all) && !d.plus && (d.seps == "" || d.is(4, 4, 4, 4) || d.is(4, 6, 5) || d.is(4, 6, 4)) && lab&fIMEI == 0:
		v := Remove
		if t.around(i, d.end).score <= -2*decisive {
			v = Hold
		}
		t.found(i, d.end, "payment_card", v, "card-number")
	case lab&fIMEI != 0 && len(d.all) >= 14 && len(d.all) <= 20:
		t.personal(i, d.end, "imei", "device-number")
	case t.nationalNumber(d, lab):
		t.personal(i, d.end, "national_id", "id-number")
	case t.phone(i, d, lab):
	case lab&fBank != 0 && len(d.all) >= 8 && !d.plus && len(d.groups) < 4:
		t.personal(i, d.end, "bank_account", "account-number")
	default:
		return false
	}
	for k := i; k <= d.end; k++ {
		t.toks[k].in = inValue
	}
	return true
}

// personal removes a value that belongs to a person unless the words around say
// that it is the attacker's.
func (t *text) personal(i, j int, typ, reason string) {
	s := t.around(i, j)
	switch {
	case s.doubt && s.score > -decisive && s.score < decisive:
		t.found(i, j, typ, Hold, "role-doubtful")
	case s.score <= -decisive:
		t.found(i, j, typ, Keep, "role-attacker")
		t.toks[j].f |= fAttacker
	default:
		t.found(i, j, typ, Remove, reason)
	}
}

// tail tells whether letters are glued to the end of a number.
func (t *text) tail(j int) bool {
	return j+1 < len(t.toks) && t.glued(j+1) && (t.toks[j+1].kind == word || t.toks[j+1].kind == mixed || t.toks[j+1].c == '-' && t.glued(j+2) && t.toks[min(j+2, len(t.toks)-1)].kind == mixed)
}

// letterID judges numbers with a letter glued behind, such as the Finnish one.
func (t *text) letterID(i int, d digits) bool {
	j := d.end + 1
	for j+1 < len(t.toks) && t.glued(j+1) && t.toks[j+1].kind != mark && j < d.end+3 {
		j++
	}
	if s := t.s[t.toks[i].start:t.toks[min(j, len(t.toks)-1)].end]; hetu(s) {
		t.personal(i, j, "national_id", "id-number")
		return true
	}
	return false
}

// labels gives the classes of the words that label token i: those of the few
// tokens before it on its line.
func (t *text) labels(i int) flags {
	var f flags
	words := 0
	for k := i - 1; k >= 0 && k > i-9 && words < 4; k-- {
		if t.toks[k+1].lead == '\n' || t.sentenceEnd(k) && !t.has(k-1, fPhone|fBirth|fID) {
			break
		}
		tok := &t.toks[k]
		if tok.kind == mark {
			if tok.c == ',' || tok.c == ';' || tok.c == ')' {
				break
			}
			continue
		}
		f |= tok.f & (fBirth | fPhone | fID | fCard | fBank | fIMEI | fEmployee | fMedical | fCall | fAge)
		if tok.kind == ideo {
			f |= t.wideLabels(k)
		}
		if tok.kind == number || tok.in != free {
			break
		}
		words++
	}
	return f
}

// wideLabels gives the classes of labels in a run of wide characters.
func (t *text) wideLabels(k int) flags {
	var f flags
	s := t.str(k)
	for _, l := range []struct {
		word string
		f    flags
	}{{"电话", fPhone}, {"연락처", fPhone}, {"휴대폰", fPhone}, {"联系方式", fPhone}, {"連絡先", fPhone}, {"内線", fPhone}, {"分机", fPhone}, {"내선", fPhone}, {"手机", fPhone}, {"電話", fPhone}, {"携帯", fPhone}, {"전화", fPhone}, {"身份证", fID}, {"身分證", fID}, {"护照", fID}, {"マイナンバー", fID}, {"주민등록", fID}, {"出生", fBirth}, {"生年月日", fBirth}, {"생년월일", fBirth}, {"卡号", fCard}, {"账号", fBank}, {"口座", fBank}} {
		if strings.Contains(s, l.word) {
			f |= l.f
		}
	}
	return f
}

// isDate tells a date of three groups.
func (t *text) isDate(d digits) bool {
	if d.plus || len(d.groups) != 3 {
		return len(d.all) == 8 && len(d.groups) == 1
	}
	return d.is(4, 2, 2) || d.groups[2] == 4 || d.groups[2] == 2 && d.groups[0] <= 2 && d.groups[1] <= 2
}

// nationalNumber tells identity numbers of digits only. Those with a weak check
// need a label.
func (t *text) nationalNumber(d digits, lab flags) bool {
	id := lab&fID != 0
	n := d.all
	switch len(n) {
	case 9:
		return d.is(3, 2, 4) && d.one('-') && ssn(n) || id && (d.seps == "" || d.one(' ') || d.one('-') || d.one('.')) && (ssn(n) || bsn(n) || luhn(n) || len(d.groups) == 1)
	case 10:
		return (d.is(6, 4) && (d.one('-') || d.one('+')) || id) && (personnummer(n) || d.is(6, 4) && dayMonth(n[:2], n[2:4], 100)) || id && len(d.groups) == 1
	case 11:
		switch {
		case d.is(3, 3, 3, 2) && d.seps == "..-":
			return cpf(n)
		case d.is(2, 2, 2, 3, 2):
			return belgian(n)
		}
		return id && (mod11_10(n) || pesel(n) || cpf(n) || norwegian(n) || belgian(n) || len(d.groups) == 1)
	case 12:
		return d.is(8, 4) && personnummer(n) || d.is(4, 4, 4) && d.one(' ') && aadhaar(n) || id && (aadhaar(n) || personnummer(n) || len(d.groups) == 1)
	case 13:
		return ahv(n) && (id || len(d.groups) == 4) || d.is(6, 7) && d.one('-') && dayMonth(n[4:6], n[2:4], 100) || id
	case 15:
		return nir(n) && (id || len(d.groups) > 3 || d.seps == "")
	case 18:
		return chinese(n)
	}
	return id && len(n) >= 6 && len(n) <= 14 && len(d.groups) <= 4
}

// accountOrID judges what begins with letters: IBANs and identity numbers.
func (t *text) accountOrID(i int) (int, bool) {
	k := &t.toks[i]
	if k.lead == 0 && i > 0 && t.toks[i-1].kind == mark && strings.IndexByte("./\\-_@#", t.toks[i-1].c) >= 0 && t.glued(i-1) {
		return i, false
	}
	s := t.str(i)
	if n := ibanLengths[strings.ToUpper(s[:min(2, len(s))])]; n > 0 && k.kind == mixed && len(s) <= n {
		joined, j := strings.ToUpper(s), i
		for len(joined) < n && j+1 < len(t.toks) && t.toks[j+1].kind != mark && t.toks[j+1].lead == ' ' && t.toks[j+1].end-t.toks[j+1].start <= 4 {
			j++
			joined += strings.ToUpper(t.str(j))
		}
		if iban(joined) {
			t.account(i, j)
			return j, true
		}
	}
	up := strings.ToUpper(s)
	j := i
	if len(up) == 2 {
		for j+1 < len(t.toks) && t.toks[j+1].lead == ' ' && len(up) < 9 && (t.toks[j+1].kind == number && len(t.str(j+1)) == 2 || len(up) == 8 && len(t.str(j+1)) == 1 && t.toks[j+1].kind == word) {
			j++
			up += strings.ToUpper(t.str(j))
		}
	}
	if t.glued(j+1) && (t.toks[j+1].c == '.' && t.glued(j+2) || t.toks[j+1].c == '/' || t.toks[j+1].c == '\\' || t.toks[j+1].c == '@') {
		return i, false
	}
	if dni(up) || codiceFiscale(up) || chinese(up) || nino(up) && (j > i || t.labels(i)&fID != 0) {
		t.personal(i, j, "national_id", "id-number")
		for k := i; k <= j; k++ {
			t.toks[k].in = inValue
		}
		return j, true
	}
	return i, false
}

// account judges a bank account: a mule's is how the money is followed.
func (t *text) account(i, j int) {
	way := t.preposition(i)
	if p := t.before(i); t.has(p, fReply) && t.toks[p].kind == word { // paid DK50...
		way = 7
	}
	if p := t.before(i); p > 0 && strings.Contains(" auf sur su op till til na konto conta cuenta compte hesabına hesabina ", " "+fold(t.str(p))+" ") && t.near(i, 12, fVerb|fVictim|fReply) {
		way = 7
	}
	s := t.aroundWith(i, j, -3*way) // money goes to the attacker, from the victim
	v, reason := s.said(Remove)
	if v == Remove && reason == "personal" {
		v, reason = Hold, "account-unclear"
	}
	t.found(i, j, "bank_account", v, reason)
	for k := i; k <= j; k++ {
		t.toks[k].in = inValue
	}
}
