package privacy

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// roleBoxes are local parts that name a function, not a person.
const roleBoxes = " abuse admin administrator billing bounce careers cert contact csirt customerservice dns dpo desk donotreply enquiries feedback finance helpdesk help hello hostmaster hr incident info informatica infosec inquiries invoice invoices it itsupport jobs kontakt legal mail mailer-daemon marketing media news newsletter no-reply noc noreply notifications office orders payments phishing postmaster press privacy purchasing quality reception recepcion registrar reports root sales security service servicedesk soc spam support sysadmin team tech webmaster www accounts payroll buchhaltung einkauf vertrieb verkauf poststelle datenschutz redaktion bewerbung contacto ventas comptabilite accueil amministrazione segreteria ufficio biuro sekretariat kadry contato vendas comercial administratie inkoop verkoop "

// freeMail are providers whose mailboxes belong to persons.
var freeMail = map[string]bool{
	"gmail.com": true, "googlemail.com": true, "yahoo.com": true, "yahoo.co.uk": true, "yahoo.fr": true, "yahoo.de": true, "hotmail.com": true, "hotmail.fr": true, "outlook.com": true, "outlook.de": true, "live.com": true, "msn.com": true, "aol.com": true,
	"icloud.com": true, "me.com": true, "mac.com": true, "gmx.de": true, "gmx.net": true, "gmx.com": true, "gmx.at": true, "web.de": true, "t-online.de": true, "freenet.de": true, "posteo.de": true, "orange.fr": true, "wanadoo.fr": true, "free.fr": true, "laposte.net": true, "sfr.fr": true,
	"libero.it": true, "virgilio.it": true, "tiscali.it": true, "alice.it": true, "wp.pl": true, "onet.pl": true, "o2.pl": true, "interia.pl": true, "uol.com.br": true, "bol.com.br": true, "terra.com.br": true, "seznam.cz": true, "ziggo.nl": true, "kpnmail.nl": true, "xs4all.nl": true,
	"btinternet.com": true, "sky.com": true, "comcast.net": true, "verizon.net": true, "att.net": true, "sbcglobal.net": true, "cox.net": true, "bluewin.ch": true, "qq.com": true, "163.com": true, "126.com": true, "naver.com": true, "daum.net": true, "rediffmail.com": true,
}

// at tells whether an at sign, also a defanged or encoded one, begins at token i,
// and its width in tokens.
func (t *text) atSign(i int) (width int, defanged bool) {
	k := &t.toks[i]
	if k.kind != mark {
		return 0, false
	}
	switch k.c {
	case '@':
		return 1, false
	case '[', '(', '{':
		if i+2 < len(t.toks) && (t.mark(i+2, ']') || t.mark(i+2, ')') || t.mark(i+2, '}')) && (t.mark(i+1, '@') || t.toks[i+1].kind == word && strings.EqualFold(t.str(i+1), "at")) {
			return 3, true
		}
	case '&':
		if t.mark(i+1, '#') && i+3 < len(t.toks) && t.mark(i+3, ';') && (t.str(i+2) == "64" || strings.EqualFold(t.str(i+2), "x40")) {
			return 4, false
		}
	case '\\':
		if i+1 < len(t.toks) && t.glued(i+1) && strings.HasPrefix(t.str(i+1), "u0040") {
			return 1, false
		}
	}
	return 0, false
}

// mailboxes finds mailboxes and judges them.
func (t *text) mailboxes() {
	for i := range t.toks {
		if t.toks[i].kind != mark || t.toks[i].in == inPlaceholder {
			continue
		}
		if w, defanged := t.atSign(i); w > 0 {
			t.mailbox(i, w, defanged)
		} else if t.toks[i].c == '%' && t.glued(i+1) && strings.HasPrefix(t.str(i+1), "40") && i > 0 && t.glued(i) {
			t.percentMail(i)
		}
	}
}

// localByte tells characters of local parts (RFC 5322 section 3.2.3, those in use).
func localMark(c byte) bool {
	return c == '.' || c == '-' || c == '+' || c == '\'' || c == '~'
}

// mailbox judges the mailbox around the at sign at token i.
func (t *text) mailbox(i, width int, defanged bool) {
	from := i
	for from > 0 && i-from < 24 {
		p := from - 1
		k := &t.toks[p]
		if from < i && t.toks[from].lead != 0 || from == i && t.toks[from].lead == '\n' {
			break
		}
		if from == i && t.toks[i].lead != 0 && !defanged || k.kind == ideo {
			break
		}
		if t.mark(p, ']') || t.mark(p, ')') {
			if p >= 2 && t.dot(p-2) == 3 {
				from = p - 2
				defanged = true
				continue
			}
			break
		}
		if k.kind == mark && !(k.c == '.' || k.c == '-' || k.c == '+' || k.c == '~') || k.in == inPlaceholder {
			break
		}
		from = p
	}
	for from < i && t.toks[from].kind == mark {
		from++
	}
	if from == i {
		return
	}
	end, ok, defangedHost := t.mailHost(i + width)
	if !ok {
		return
	}
	if t.toks[i+width-1].c == '\\' { // \u0040name: the escape and the host are one token
		return
	}
	t.judgeMail(from, i-1, i+width, end, defanged || defangedHost)
}

// mailHost reads the host of a mailbox from token i.
func (t *text) mailHost(i int) (end int, ok, defanged bool) {
	if i >= len(t.toks) || t.toks[i].kind == mark || i > 0 && t.toks[i].lead == '\n' {
		return 0, false, false
	}
	end = i
	dots := 0
	for end+1 < len(t.toks) && end-i < 40 {
		n := t.dot(end + 1)
		if n == 0 && !t.mark(end+1, '-') {
			break
		}
		next := end + 1 + max(n, 1)
		if next >= len(t.toks) || t.toks[end+1].lead != 0 || t.toks[next].lead != 0 || t.toks[next].kind == mark {
			break
		}
		if n > 0 {
			dots++
			defanged = defanged || n == 3
		}
		end = next
	}
	if t.toks[end].kind == number && (dots != 3 || !t.octets(i, end+1)) {
		return end, false, false // package@1.2.3
	}
	return end, dots > 0, defanged
}

// boxHost gives the registered domain of tokens i..j.
func (t *text) boxHost(i, j int) string {
	h := refanged.Replace(strings.ToLower(t.s[t.toks[i].start:t.toks[j].end]))
	if d, err := publicsuffix.EffectiveTLDPlusOne(h); err == nil {
		return d
	}
	return h
}

// judgeMail decides on the mailbox of tokens local1..local2 @ host1..host2.
func (t *text) judgeMail(local1, local2, host1, host2 int, defanged bool) {
	was := t.toks[host2].in
	if t.toks[local1].in != inURL {
		t.region(local1, host2+1, inMail)
	}
	local := fold(t.s[t.toks[local1].start:t.toks[local2].end])
	host := t.boxHost(host1, host2)
	if host == removedHost {
		return
	}
	if t.mark(local1-1, '/') && t.glued(local1) && strings.Contains(" host http https cifs ldap krbtgt imap smtp nfs mssqlsvc termsrv ", " "+strings.ToLower(t.str(max(local1-2, 0)))+" ") {
		return // the principal of a service
	}
	boxed := strings.Contains(roleBoxes, " "+local+" ")
	s := t.around(local1, host2)
	if was == inURL {
		// In a URL the page is the attacker's and the mailbox that it was made for the victim's.
		if t.mark(local1-1, '/') && t.mark(local1-2, '/') || t.mark(local1-1, ':') {
			return // user information before the host
		}
		s = sense{score: 12}
	}
	if (t.mark(host2+1, ':') || t.mark(host2+1, ';')) && t.glued(host2+1) && host2+2 < len(t.toks) && t.toks[host2+2].lead == 0 && s.score > -decisive && !t.has(host2+2, fUser) {
		s.score += 8 // mailbox:password, as dumps write it
	}
	if defanged {
		s.score -= 4
	}
	if l := t.labelWord(t.before(local1)); l >= 0 && t.has(l, fUser) && s.score > -decisive {
		s.score += 8 // who logs in exists
	}
	v, reason := s.said(Hold)
	if reason == "role-unknown" {
		v, reason = t.mailByHost(host, defanged, boxed, t.toks[host1].shape == upper && t.toks[host2].shape == upper && t.toks[local1].shape == lower, t.near(local1, 12, fUse))
	}
	switch {
	case boxed && v != Keep && !s.doubt:
		v, reason = Keep, "mail-function"
	case boxed && v == Hold:
		v, reason = Keep, "mail-function"
	}
	f := fNamed
	if v == Keep {
		f = 0
		if reason != "mail-function" {
			f = fAttacker
		}
	}
	t.found(local1, host2, "email", v, mailReason(reason))
	if v == Remove && (t.mark(host2+1, ':') || t.mark(host2+1, ';') && t.lineEnd(t.untilSpace(min(host2+2, len(t.toks)-1)))) && t.glued(host2+1) && host2+2 < len(t.toks) && t.toks[host2+2].lead == 0 && t.toks[host2+2].in != inPlaceholder {
		j := t.untilSpace(host2 + 2)
		t.found(host2+2, j, "secret", Remove, "dump-password")
		t.region(host2+2, j+1, inValue)
	}
	for k := local1; k <= host2; k++ {
		if t.toks[k].in == inMail {
			t.toks[k].f = f
		}
	}
}

// mailByHost decides on a mailbox of which the words around say nothing.
func (t *text) mailByHost(host string, defanged, boxed, shouted, uses bool) (Verdict, string) {
	switch side := t.m.hosts[host]; {
	case freeMail[host] && !defanged: // who writes a[.]b says that it is bad
		return Hold, "role-unknown"
	case side > 0:
		return Remove, "host-of-victim"
	case side < 0 || defanged:
		return Keep, "role-attacker"
	case boxed:
		return Keep, "mail-function"
	case shouted:
		return Remove, "login" // user@REALM
	case t.at.lean < 0 && uses:
		return Keep, "role-attacker"
	}
	return Hold, "role-unknown"
}

func mailReason(r string) string {
	switch r {
	case "role-victim":
		return "mail-victim"
	case "role-attacker":
		return "mail-attacker"
	case "role-unknown", "role-doubtful":
		return "mail-" + r[len("role-"):]
	}
	return r
}

// percentMail judges a mailbox whose at sign is written %40, in a URL or a form.
func (t *text) percentMail(i int) {
	from := i
	for from > 0 && i-from < 16 && t.glued(from) {
		k := &t.toks[from-1]
		if k.kind == mark && !localMark(k.c) {
			break
		}
		from--
	}
	end, _, _ := t.mailHost(i + 1)
	if from == i || end <= i+1 {
		return
	}
	v, reason := Remove, "mail-victim"
	if t.around(from, end).score <= -2*decisive && t.toks[from].in != inURL {
		v, reason = Keep, "mail-attacker"
	}
	t.found(from, end, "email", v, reason)
}
