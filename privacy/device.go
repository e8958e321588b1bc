package privacy

import (
	"net/netip"
	"strings"
)

// labelled finds numbers and words that only their label tells: badges, records,
// documents, diagnoses.
func (t *text) labelled() {
	for i := range t.toks {
		k := &t.toks[i]
		if k.kind == word && k.in == free && t.has(i-1, fRole|fEmployee) && strings.Contains(" id no nr number nummer ", " "+strings.ToLower(t.str(i))+" ") {
			t.labelledID(i, "employee_id", 3)
			continue
		}
		if k.kind == mark || k.in != free || k.f&(fID|fEmployee|fMedical|fHealth|fIMEI|fBirth) == 0 {
			continue
		}
		t.work++
		switch {
		case k.f&fBirth != 0:
			t.birthDate(i)
		case k.f&fHealth != 0:
			t.healthFact(i)
		case k.f&fEmployee != 0:
			t.labelledID(i, "employee_id", 3)
		case k.f&fMedical != 0:
			t.labelledID(i, "medical_record", 4)
		case k.f&fIMEI != 0:
			t.labelledID(i, "imei", 4)
		default:
			t.labelledID(i, "national_id", 5)
		}
	}
}

// labelledID takes the next identifier behind a label if it has enough digits.
func (t *text) labelledID(i int, typ string, least int) {
	v := i + 1
	for v < len(t.toks) && v < i+5 && t.toks[v].lead != '\n' {
		k := &t.toks[v]
		if k.kind == mark && strings.IndexByte(":#=\".>", k.c) >= 0 && k.c != 0 || k.kind == word && strings.Contains(" no nr num number is id nummer numero record ", " "+strings.ToLower(t.str(v))+" ") {
			v++
			continue
		}
		break
	}
	if v >= len(t.toks) || t.toks[v].kind == mark || t.toks[v].in != free || t.toks[v].lead == '\n' {
		return
	}
	j, n := v, 0
	for {
		if t.toks[j].kind == number || t.toks[j].kind == mixed {
			for c := t.toks[j].start; c < t.toks[j].end; c++ {
				if t.s[c] >= '0' && t.s[c] <= '9' {
					n++
				}
			}
		}
		if j+1 >= len(t.toks) || j > v+8 || t.toks[j+1].in != free {
			break
		}
		next := &t.toks[j+1]
		if next.lead == 0 && (next.kind != mark || (next.c == '-' || next.c == '/' || next.c == '.') && t.glued(j+2) && t.toks[min(j+2, len(t.toks)-1)].kind != mark) {
			j++
			continue
		}
		if next.lead == ' ' && next.kind == number && t.toks[j].kind != word && j < v+5 {
			j++
			continue
		}
		break
	}
	if n >= least && t.toks[v].end-t.toks[v].start <= 24 {
		t.personal(v, j, typ, "labelled-number")
		t.region(v, j+1, inValue)
	}
}

// months tells names of months by their first letters, in several languages.
const months = " jan feb mar apr may jun jul aug sep oct nov dec mai okt dez fev fevrier avr juin juil aout mars ene abr ago dic gen mag giu lug set ott maa mei sty lut kwi maj cze lip sie wrz paz lis gru out янв фев мар апр мая июн июл авг сен окт ноя дек "

func isMonth(w string) bool {
	w = fold(w)
	for n := 3; n <= 6 && n <= len(w); n++ {
		if strings.Contains(months, " "+w[:n]+" ") {
			return true
		}
	}
	return false
}

// birthDate takes the date behind a word of birth.
func (t *text) birthDate(i int) {
	from, to, digitsSeen := -1, -1, 0
	for k := i + 1; k < len(t.toks) && k <= i+11 && t.toks[k].lead != '\n'; k++ {
		tok := &t.toks[k]
		if tok.in == inValue || tok.in == inPlaceholder {
			return
		}
		switch {
		case tok.kind == number:
			digitsSeen += tok.end - tok.start
			if from < 0 {
				from = k
			}
			to = k
		case tok.kind == mixed && tok.end-tok.start <= 4 && tok.f == 0: // 3rd
			if from < 0 {
				from = k
			}
			to = k
		case tok.kind == word && isMonth(t.str(k)) && tok.end-tok.start <= 12:
			if from < 0 {
				from = k
			}
			to = k
		case from >= 0 && tok.kind == mark && (tok.c == '-' || tok.c == '.' || tok.c == '/' || tok.c == ',' && digitsSeen < 4):
		case from >= 0 && tok.kind == word && (tok.f&fFrom != 0 || strings.EqualFold(t.str(k), "of")):
		case from < 0 && (tok.kind == word && tok.end-tok.start <= 5 || tok.kind == mark):
		default:
			k = len(t.toks)
		}
		if digitsSeen >= 8 || digitsSeen >= 5 && t.toks[to].end-t.toks[to].start == 4 && to > from {
			break
		}
	}
	if from >= 0 && digitsSeen >= 4 {
		t.found(from, to, "date_of_birth", Remove, "birth-date")
		t.region(from, to+1, inValue)
	}
}

// healthFact takes the words behind a diagnosis of somebody.
func (t *text) healthFact(i int) {
	if !t.near(i, 14, fNamed|fMedical) && !t.near(i, 14, fRole) {
		return
	}
	k := i + 1
	for k < len(t.toks) && k < i+4 && (t.toks[k].kind == mark && (t.toks[k].c == ':' || t.toks[k].c == '=') || t.toks[k].kind == word && strings.Contains(" with of is as mit de di ", " "+strings.ToLower(t.str(k))+" ")) {
		k++
	}
	from := k
	for k < len(t.toks) && k < from+6 && t.toks[k].lead != '\n' && (t.toks[k].kind != mark || t.toks[k].c == '-' || t.toks[k].c == '.' && t.glued(k) && t.glued(k+1)) && t.toks[k].in == free {
		if t.toks[k].kind == word && k > from && strings.Contains(" and was is has who in on at from ", " "+t.str(k)+" ") {
			break
		}
		k++
	}
	if k > from && t.toks[from].lead != '\n' {
		t.found(from, k-1, "health", Remove, "health-fact")
	}
}

// devices finds hardware addresses, home addresses of the network, and devices
// that bear a person's name.
func (t *text) devices() {
	for i := range t.toks {
		t.work++
		k := &t.toks[i]
		if k.in == inPlaceholder || k.in == inURL || k.in == inValue || k.kind == mark {
			continue
		}
		if k.end-k.start == 2 && (i == 0 || !t.glued(i)) || k.end-k.start == 2 && t.toks[max(i-1, 0)].kind == mark && t.toks[i-1].c != ':' && t.toks[i-1].c != '-' {
			t.hardware(i)
		}
		if k.kind == number && (i == 0 || !t.glued(i) || t.toks[i-1].c != '.') {
			t.homeAddress(i)
		}
		if k.f&fDevice != 0 {
			t.deviceName(i)
		}
	}
}

// hardware judges a MAC address: that of a victim's device goes.
func (t *text) hardware(i int) {
	j := i
	for range 5 {
		if j+2 >= len(t.toks) || !t.glued(j+1) || !t.glued(j+2) || !(t.mark(j+1, ':') || t.mark(j+1, '-')) || t.toks[j+2].end-t.toks[j+2].start != 2 {
			return
		}
		j += 2
	}
	if t.glued(j+1) && (t.mark(j+1, ':') || t.toks[j+1].kind != mark) {
		return
	}
	for k := i; k <= j; k += 2 {
		if !hexPair(t.str(k)) {
			return
		}
	}
	if s := t.s[t.toks[i].start:t.toks[j].end]; strings.Trim(s, "0:-") == "" || strings.Trim(s, "fF:-") == "" {
		return // nobody's, everybody's
	}
	if t.labels(i)&fIMEI != 0 {
		return // the serial number of a certificate
	}
	s := t.around(i, j)
	for k := max(0, i-16); k < i; k++ {
		if w := strings.ToLower(t.str(k)); w == "dhcpack" || w == "dhcprequest" || w == "dhcpoffer" || w == "dhcpdiscover" || w == "dhcpd" {
			s.score += 8
		}
	}
	v, reason := s.said(Hold)
	t.found(i, j, "mac_address", v, reason)
	t.region(i, j+1, inValue)
	if v == Keep {
		t.toks[j].f |= fAttacker
	}
}

func hexPair(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return len(s) == 2
}

// homeAddress removes the network address of a home: only words directly beside
// it say so, for an address is how an attack is blocked.
func (t *text) homeAddress(i int) {
	j := i
	for range 3 {
		if j+2 >= len(t.toks) || !t.glued(j+1) || !t.glued(j+2) || !t.mark(j+1, '.') || t.toks[j+2].kind != number {
			return
		}
		j += 2
	}
	a, err := netip.ParseAddr(t.s[t.toks[i].start:t.toks[j].end])
	if err != nil || a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() {
		return
	}
	home := false
	p := t.before(i)
	for k := p; k >= 0 && k > p-4 && t.toks[k+1].lead != '\n'; k-- {
		if t.toks[k].in != free || t.has(k, fAttacker) {
			break
		}
		home = home || t.has(k, fHome)
	}
	if t.mark(j+1, '(') {
		for k := j + 2; k < len(t.toks) && k < j+8 && !t.mark(k, ')'); k++ {
			if t.has(k, fAttacker) {
				return
			}
			home = home || t.has(k, fHome|fRole) || strings.EqualFold(t.str(k), "victim")
		}
	}
	if home {
		t.found(i, j, "ip_address", Remove, "home-address")
	}
}

// deviceName judges Petras-MacBook and "Anna's iPhone".
func (t *text) deviceName(i int) {
	from := i
	for from > 0 && t.glued(from) && i-from < 8 && (t.mark(from-1, '-') || t.mark(from-1, '_') || t.mark(from-1, '\'') || t.toks[from-1].kind == word) {
		from--
	}
	if from == i && i >= 3 && t.toks[i].lead == ' ' && fold(t.str(i-1)) == "s" && t.mark(i-2, '\'') {
		from = i - 3
	}
	end := i
	for end+2 < len(t.toks) && t.mark(end+1, '-') && t.glued(end+1) && t.glued(end+2) && end < i+6 {
		end += 2
	}
	if t.ownDevice(from, end, i) {
		t.found(from, end, "hostname", Remove, "device-of-person")
		return
	}
	for k := from; k <= end; k++ {
		if k == i || t.toks[k].kind != word {
			continue
		}
		w := t.str(k)
		f := t.g.look(w) | t.g.look(strings.TrimSuffix(strings.ToLower(w), "s"))
		if f&fGiven != 0 || f&fSurname != 0 && len(w) > 3 {
			t.found(from, end, "hostname", Remove, "device-of-person")
			return
		}
	}
}
