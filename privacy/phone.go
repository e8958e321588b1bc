package privacy

// tollFree are the prefixes of numbers whose owner pays: a person has none.
var tollFree = []string{"800", "888", "877", "866", "855", "844", "833", "1800", "1888", "1877", "1866", "1855", "1844", "1833", "0800", "0808", "44800", "49800", "33800", "39800", "34900", "34800", "48800", "31800", "47800", "45800", "46800", "351800", "55800", "900"}

// phone judges telephone numbers: with a country code, after a label, or in a
// form that only they have.
func (t *text) phone(i int, d digits, lab flags) bool {
	n := len(d.all)
	if len(d.groups) >= 3 && d.groups[0] == 4 && d.groups[1] == 2 && d.groups[2] == 2 && (d.all[:2] == "20" || d.all[:2] == "19") && dayMonth(d.all[6:8], d.all[4:6], 100) {
		return false // a date
	}
	national := d.is(3, 3, 4) && !d.one(' ') || d.is(1, 3, 3, 4) && d.all[0] == '1' && !d.one(' ') || (d.is(2, 2, 2, 2, 2) || d.is(4, 3, 2, 2)) && d.all[0] == '0' || t.mark(i, '(') && d.is(3, 3, 4)
	international := d.plus && n >= 7 && n <= 15 && d.all[0] != '0' || n >= 10 && n <= 15 && d.all[:2] == "00" && d.all[2] != '0' && len(d.groups) > 1
	labelled := lab&fPhone != 0 && n >= 6 && n <= 15 && len(d.groups) <= 6 && !t.isPort(i)
	extension := lab&fPhone != 0 && n >= 2 && n <= 6 && len(d.groups) == 1 && t.extension(i)
	if !national && !international && !labelled && !extension {
		return false
	}
	s := t.around(i, d.end)
	free := false
	for _, p := range tollFree {
		free = free || n >= 10 && len(p) < n && d.all[:len(p)] == p
	}
	switch {
	case free && s.score < 4*decisive:
		s.score -= 20
	case lab&fCall != 0:
		s.score -= 8
	}
	otherwise := Hold
	if labelled || extension {
		otherwise = Remove
	}
	v, reason := s.said(otherwise)
	if reason == "personal" {
		reason = "phone"
	}
	t.found(i, d.end, "phone", v, reason)
	if v == Keep {
		t.toks[d.end].f |= fAttacker
	}
	return true
}

// extension tells whether the word directly before token i says "extension".
func (t *text) extension(i int) bool {
	p := i - 1
	for p > 0 && t.toks[p].kind == mark {
		p--
	}
	if p < 0 {
		return false
	}
	switch fold(t.str(p)) {
	case "ext", "extension", "durchwahl", "poste", "interno", "dw", "x", "内線", "分机", "내선", "anknytning", "wewn", "wew", "toestel", "klapp", "linka", "mellek", "dahili":
		return true
	}
	return false
}

// isPort tells numbers that the line gives another meaning.
func (t *text) isPort(i int) bool {
	p := t.before(i)
	if p < 0 {
		return false
	}
	switch fold(t.str(p)) {
	case "port", "ports", "version", "build", "line", "ticket", "case", "order", "pid", "id", "event", "eventid", "cve", "as", "asn":
		return true
	}
	return false
}
