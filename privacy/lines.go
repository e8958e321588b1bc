package privacy

import "strings"

// headerSides tells mail headers and the side of whom they name: of the mail of
// an attack, the sender is the attacker's and the recipients are victims.
var headerSides = map[string]int8{
	"from": -1, "reply-to": -1, "return-path": -1, "sender": -1, "envelope-from": -1, "x-sender": -1, "mail from": -1, "x-envelope-from": -1, "resent-from": 1,
	"von": -1, "expediteur": -1, "remitente": -1, "mittente": -1, "afzender": -1, "nadawca": -1, "remetente": -1, "absender": -1, "от": -1, "от кого": -1, "de": -1, "da": -1, "van": -1, "od": -1, "fra": -1, "fran": -1, "发件人": -1, "差出人": -1,
	"to": 1, "cc": 1, "bcc": 1, "delivered-to": 1, "x-original-to": 1, "envelope-to": 1, "resent-to": 1, "apparently-to": 1, "rcpt to": 1, "x-rcpt-to": 1, "x-envelope-to": 1, "x-forwarded-to": 1, "disposition-notification-to": -1,
	"an": 1, "a": 1, "para": 1, "destinataire": 1, "destinatario": 1, "aan": 1, "do": 1, "till": 1, "til": 1, "кому": 1, "empfanger": 1, "recipient": 1, "recipients": 1, "收件人": 1, "宛先": 1,
}

// desks are local parts of mailboxes that take in reports: what is sent there
// was forwarded by somebody who isn't the attacker.
const desks = " soc abuse security phishing csirt cert spam helpdesk servicedesk it-support itsupport infosec phish report reportphishing spamreport it-security itsecurity incident incidents dfir "

// header is one line of a mail's header.
type header struct {
	from, to int // tokens of the value
	side     int8
	sender   bool
}

// lines gives tokens the side of the header, the heading or the column they stand in.
func (t *text) lines() {
	var block []header
	forwarded, doubtful := false, false
	section, depth := int8(0), 0
	table := []column(nil)
	for i := 0; i < len(t.toks); {
		end := i + 1
		for end < len(t.toks) && t.toks[end].lead != '\n' {
			end++
		}
		if t.blankBefore(i) {
			t.close(block, forwarded, doubtful)
			block, forwarded, doubtful, section, table = block[:0], false, false, 0, nil
		}
		line := i
		for i < end-1 && t.mark(i, '>') {
			i++
		}
		if i+1 < end && (t.mark(i, '-') || t.mark(i, '*')) && t.toks[i+1].lead == ' ' {
			i, line = i+1, line+1 // an item of a list
		}
		if i-line != depth || len(block) > 0 && t.original(i, end) {
			t.close(block, forwarded, doubtful)
			block, forwarded, doubtful, depth = block[:0], false, false, i-line
		}
		if value, side, ok := t.headerLine(i, end); ok {
			block = append(block, header{value, end, side, side < 0})
			forwarded = forwarded || side > 0 && t.toDesk(value, end)
		} else if v, ok := t.subject(i, end); ok {
			forwarded = forwarded || v
		} else if heading, s := t.heading(i, end); heading {
			section = s
		} else if cols := t.tableHead(i, end); cols != nil {
			table = cols
		} else if t.segmentOf(i, end) || table != nil && t.row(table, i, end) {
		} else if section != 0 {
			t.sides(i, end, section)
		}
		if len(block) > 0 && (t.any(i, end, fDoubt) || takenOver(t.s[t.toks[i].start:t.toks[end-1].end])) {
			doubtful = true
		}
		i = end
	}
	t.close(block, forwarded, doubtful)
}

// takenOver tells whether a line says that a mailbox is a real one in wrong hands.
func takenOver(line string) bool {
	line = fold(line)
	for _, w := range []string{"taken over", "took over", "compromised mailbox", "compromised account", "genuine mailbox", "ubernommen", "kompromittiert", "compte pirate", "compromise par", "cuenta comprometida", "account compromesso", "przejet", "gehackt"} {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// original tells whether a line begins the header of a mail inside another one.
func (t *text) original(i, end int) bool {
	if t.mark(i, '-') && t.mark(i+1, '-') {
		return true
	}
	_, side, ok := t.headerLine(i, end)
	return ok && side < 0 && headerFirst[fold(t.str(i))]
}

// headerFirst are the headers that a quoted mail begins with.
var headerFirst = map[string]bool{"from": true, "von": true, "de": true, "da": true, "van": true, "od": true, "fra": true, "от": true}

// close gives a block of headers its sides.
func (t *text) close(block []header, forwarded, doubtful bool) {
	for _, h := range block {
		side := h.side
		if h.sender && forwarded {
			side = 1
		}
		if !h.sender || !doubtful || forwarded {
			t.sides(h.from, h.to, side)
		} else {
			for k := h.from; k < h.to; k++ {
				t.toks[k].f |= fDoubt
			}
		}
	}
}

func (t *text) sides(from, to int, side int8) {
	for k := from; k < to; k++ {
		t.toks[k].side = side
	}
}

// blankBefore tells whether an empty line stands before token i.
func (t *text) blankBefore(i int) bool {
	return i > 0 && strings.Count(t.s[t.toks[i-1].end:t.toks[i].start], "\n") > 1
}

// headerLine reads NAME: VALUE at the start of a line.
func (t *text) headerLine(i, end int) (value int, side int8, ok bool) {
	for k := i; k < end && k < i+6; k++ {
		if !t.mark(k, ':') {
			continue
		}
		if t.toks[k].start-t.toks[i].start > 32 {
			return 0, 0, false
		}
		side, ok = headerSides[strings.TrimSpace(fold(t.s[t.toks[i].start:t.toks[k].start]))]
		return k + 1, side, ok && k+1 < end
	}
	return 0, 0, false
}

// toDesk tells whether a mail went to those who take in reports.
func (t *text) toDesk(from, end int) bool {
	for k := from + 1; k < end; k++ {
		if t.mark(k, '@') && t.toks[k-1].kind == word && strings.Contains(desks, " "+fold(t.str(k-1))+" ") {
			return true
		}
	}
	return false
}

// subject tells whether a subject says that the mail was forwarded.
func (t *text) subject(i, end int) (forwarded, ok bool) {
	if !t.mark(i+1, ':') || i+2 >= end {
		return false, false
	}
	switch fold(t.str(i)) {
	case "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "temat", "assunto":
	default:
		return false, false
	}
	switch fold(t.str(i + 2)) {
	case "fwd", "fw", "wg", "tr", "rv", "enc", "doorst", "pd", "vb", "vs":
		return t.mark(i+3, ':'), true
	}
	return false, true
}

// heading tells a short line that ends with a colon, and its side.
func (t *text) heading(i, end int) (ok bool, side int8) {
	if !t.mark(end-1, ':') || end-i > 10 {
		return false, 0
	}
	sum := 0
	for k := i; k < end; k++ {
		sum += weigh(t.toks[k].f)
	}
	return true, int8(max(-1, min(1, sum)))
}

// column is what the cells of a table's column hold.
type column struct {
	typ  string // "" for what is judged as prose
	side int8
}

// columns names columns of dumps and exports, folded, without spaces and joiners.
var columns = map[string]column{
	"name": {typ: "person"}, "fullname": {typ: "person"}, "firstname": {typ: "person"}, "lastname": {typ: "person"}, "surname": {typ: "person"}, "givenname": {typ: "person"}, "cardholder": {typ: "person"}, "holder": {typ: "person"},
	"patient": {typ: "person"}, "customer": {typ: "person"}, "employee": {typ: "person"}, "contact": {typ: "person"}, "reporter": {typ: "person"}, "analyst": {typ: "person"}, "victim": {typ: "person"}, "nombre": {typ: "person"}, "apellido": {typ: "person"}, "apellidos": {typ: "person"},
	"nom": {typ: "person"}, "prenom": {typ: "person"}, "vorname": {typ: "person"}, "nachname": {typ: "person"}, "nome": {typ: "person"}, "cognome": {typ: "person"}, "naam": {typ: "person"}, "imie": {typ: "person"}, "nazwisko": {typ: "person"},
	"email": {typ: "email", side: 1}, "mail": {typ: "email", side: 1}, "emailaddress": {typ: "email", side: 1}, "recipient": {side: 1}, "to": {side: 1}, "sender": {side: -1}, "src": {side: -1}, "dst": {side: 1}, "emailsrc": {side: -1}, "emaildst": {side: 1}, "from": {side: -1}, "replyto": {side: -1},
	"phone": {typ: "phone"}, "phonenumber": {typ: "phone"}, "mobile": {typ: "phone"}, "tel": {typ: "phone"}, "telephone": {typ: "phone"}, "telefon": {typ: "phone"}, "telefono": {typ: "phone"}, "cell": {typ: "phone"},
	"ssn": {typ: "national_id"}, "passport": {typ: "national_id"}, "nationalid": {typ: "national_id"}, "dni": {typ: "national_id"}, "nie": {typ: "national_id"}, "pesel": {typ: "national_id"}, "bsn": {typ: "national_id"}, "cpf": {typ: "national_id"}, "steuerid": {typ: "national_id"}, "codicefiscale": {typ: "national_id"}, "aadhaar": {typ: "national_id"}, "nino": {typ: "national_id"},
	"dob": {typ: "date_of_birth"}, "birthdate": {typ: "date_of_birth"}, "dateofbirth": {typ: "date_of_birth"}, "birthday": {typ: "date_of_birth"}, "geburtsdatum": {typ: "date_of_birth"},
	"address": {typ: "address"}, "street": {typ: "address"}, "adresse": {typ: "address"}, "direccion": {typ: "address"}, "indirizzo": {typ: "address"},
	"password": {typ: "secret"}, "pass": {typ: "secret"}, "passwd": {typ: "secret"}, "pwd": {typ: "secret"}, "passwort": {typ: "secret"}, "cvv": {typ: "secret"}, "cvc": {typ: "secret"}, "pin": {typ: "secret"}, "cookie": {typ: "secret"}, "token": {typ: "secret"},
	"username": {typ: "username"}, "user": {typ: "username"}, "login": {typ: "username"}, "benutzername": {typ: "username"}, "iban": {typ: "bank_account"}, "accountnumber": {typ: "bank_account"},
	"pan": {typ: "payment_card"}, "card": {typ: "payment_card"}, "cardnumber": {typ: "payment_card"}, "ccnum": {typ: "payment_card"}, "creditcard": {typ: "payment_card"}, "mrn": {typ: "medical_record"}, "diagnosis": {typ: "health"}, "employeeid": {typ: "employee_id"}, "imei": {typ: "imei"},
}

// separators cut cells; the first that a head line has is the table's.
const separators = ",;\t|:"

var joiners = strings.NewReplacer(" ", "", "-", "", "\"", "", "'", "")

// cells calls f with the bytes of each cell of a line, quotes respected.
func cells(s string, sep byte, f func(n, start, end int)) {
	n, start, quoted := 0, 0, false
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || s[i] == sep && !quoted:
			f(n, start, i)
			n, start = n+1, i+1
		case s[i] == '"':
			quoted = !quoted
		}
	}
}

// tableHead reads the names of columns; nil if the line is no head of personal data.
func (t *text) tableHead(i, end int) []column {
	for k := i; k < end; k++ { // names of columns have no digits
		if kind := t.toks[k].kind; k > i+60 || kind == number || t.toks[k].in == inURL {
			return nil
		}
	}
	line := t.s[t.toks[i].start:t.toks[end-1].end]
	at := strings.IndexAny(line, separators)
	if at < 0 || len(line) > 400 {
		return nil
	}
	cols := []column{{typ: line[at : at+1]}} // the separator goes first
	known, sure, plain := 0, 0, true
	cells(line, line[at], func(n, start, to int) {
		name := joiners.Replace(fold(strings.TrimSpace(line[start:to])))
		c, ok := columns[name]
		plain = plain && strings.Count(strings.TrimSpace(line[start:to]), " ") < 2 && len(name) > 0
		if !ok && t.g.look(name)&fAttacker == 0 {
			for part := range strings.FieldsFuncSeq(fold(line[start:to]), func(r rune) bool { return r == '_' || r == '-' || r == ' ' }) {
				if t.g.look(part)&fAttacker != 0 {
					c.side = -1 // iban_mule
				}
			}
		}
		if ok || c.side != 0 {
			known++
			if c.typ != "person" {
				sure++
			}
		}
		cols = append(cols, c)
	})
	if sure < 1 || (known < 2 || 2*known < len(cols)-1) && !(plain && (len(cols) > 4 || len(cols) == 4 && t.toks[i].lead == '\n') && line[at] != ':' && line[at] != ' ') {
		return nil
	}
	return cols
}

// row judges the cells of a line under a head.
func (t *text) row(cols []column, i, end int) bool {
	base := t.toks[i].start
	line := t.s[base:t.toks[end-1].end]
	if !strings.Contains(line, cols[0].typ) {
		return false
	}
	k := i
	cells(line, cols[0].typ[0], func(n, start, to int) {
		if n+1 >= len(cols) {
			return
		}
		from := k
		for k < end && t.toks[k].start < base+to {
			t.toks[k].side = cols[n+1].side
			k++
		}
		for from < k && t.toks[from].kind == mark && t.toks[from].c != '+' && t.toks[from].c != '(' {
			from++
		}
		to2 := k - 1
		for to2 > from && t.toks[to2].kind == mark && (t.toks[to2].c == '"' || t.toks[to2].c == cols[0].typ[0]) {
			to2--
		}
		typ := cols[n+1].typ
		if from <= to2 && from < k && typ != "" && typ != "email" && t.toks[from].in != inPlaceholder && !builtinOnly(t, from, to2, typ) {
			t.cell(from, to2, typ)
		}
	})
	return true
}

// patientFields are the fields of HL7 version 2 segments that identify a person
// (chapter 3 and 6 of the standard).
var patientFields = map[string]map[int]string{
	"PID": {2: "medical_record", 3: "medical_record", 4: "medical_record", 5: "person", 6: "person", 7: "date_of_birth", 9: "person", 11: "address", 13: "phone", 14: "phone", 18: "medical_record", 19: "national_id", 20: "national_id"},
	"NM1": {3: "person", 4: "person", 5: "person", 9: "medical_record"}, // X12
	"DMG": {2: "date_of_birth"},
	"DG1": {3: "health", 4: "health"},
	"AL1": {3: "health"},
	"NK1": {2: "person", 4: "address", 5: "phone", 6: "phone"},
	"IN1": {16: "person", 18: "date_of_birth", 19: "address", 36: "national_id"},
	"GT1": {3: "person", 5: "address", 6: "phone", 8: "date_of_birth", 12: "national_id"},
}

// segmentOf judges a segment of HL7: PID|1||552811||NAME^GIVEN.
func (t *text) segmentOf(i, end int) bool {
	if t.str(i) == "N" && t.toks[i].lead == '\n' && t.mark(i+1, ':') && t.glued(i+1) && t.mark(i+3, ';') { // vCard
		t.cell(i+2, end-1, "person")
		return true
	}
	if t.toks[i].end-t.toks[i].start != 3 || !t.mark(i+1, '|') && !t.mark(i+1, '*') {
		return false
	}
	sep := t.toks[i+1].c
	fields := patientFields[t.str(i)]
	if fields == nil {
		return false
	}
	n, from := 0, i
	for k := i; k <= end; k++ {
		if k < end && !t.mark(k, sep) {
			continue
		}
		if typ := fields[n]; typ != "" && from < k && t.toks[from].in != inPlaceholder {
			t.cell(from, k-1, typ)
		}
		n, from = n+1, k+1
	}
	return true
}

// builtinOnly tells a cell that names an account of the system.
func builtinOnly(t *text, from, to int, typ string) bool {
	return typ == "username" && from == to && t.has(from, fBuiltin)
}

// cell removes a cell whose column says what it is.
func (t *text) cell(from, to int, typ string) {
	t.found(from, to, typ, Remove, "table-column")
	for k := from; k <= to; k++ {
		t.toks[k].in = inValue
		t.toks[k].f |= fNamed
	}
}
