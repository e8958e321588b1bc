package privacy

import (
	"strings"
	"testing"
)

func TestUnitMailForms(t *testing.T) {
	verdicts(t, []verdict{
		{"victim jane.doe@bank.example", "email=jane.doe@bank.example"},
		{"victim jane[.]doe[@]bank[.]example", "email=jane[.]doe[@]bank[.]example"},
		{"victim jane(at)bank(dot)example", "email=jane(at)bank(dot)example"},
		{"victim jane&#64;bank.example", "email=jane&#64;bank.example"},
		{"victim jane+tag@bank.example", "email=jane+tag@bank.example"},
		{"victim o.brien-smith@bank.example", "email=o.brien-smith@bank.example"},
		{"victim JANE.DOE@BANK.EXAMPLE", "email=JANE.DOE@BANK.EXAMPLE"},
		{"victim <jane.doe@bank.example>,", "email=jane.doe@bank.example"},
		{"victim jane_doe7@sub.bank.example.", "email=jane_doe7@sub.bank.example"},
		{"victim jürgen@bank.example", "email=jürgen@bank.example"},
		{"http://evil.example/?e=jane.doe@bank.example", "email=jane.doe@bank.example"},
		{"http://evil.example/?e=jane.doe%40bank.example", "email=jane.doe%40bank.example"},
		{"ftp://user:pw@evil.example/x", ""},
		{"@everyone read this", ""},
		{"a @ b", ""},
		{"jane@", ""},
		{"@bank.example", ""},
		{"jane@localhost", ""},
		{"git@2.41.0 and react@18.2", ""},
	})
}

func TestUnitMailSides(t *testing.T) {
	verdicts(t, []verdict{
		{"sender boss@evil.example wrote", ""},
		{"from boss@evil.example to ann@bank.example", "email=ann@bank.example"},
		{"boss@evil.example (attacker) and ann@bank.example (victim)", "email=ann@bank.example"},
		{"reply to boss@evil.example", ""},
		{"credentials were exfiltrated to boss@evil.example", ""},
		{"sent an e-mail to ann@bank.example", "email=ann@bank.example"},
		{"a mailbox otto@gmail.com occurs", "?email=otto@gmail.com"},
		{"boss[@]evil[.]example", ""},
		{"abuse@bank.example and soc@bank.example", ""},
		{"From: boss@evil.example\nTo: ann@bank.example", "email=ann@bank.example"},
		{"Von: boss@evil.example\nAn: ann@bank.example", "email=ann@bank.example"},
		{"De : boss@evil.example\nÀ : ann@bank.example", "email=ann@bank.example"},
		{"Od: boss@evil.example\nDo: ann@bank.example", "email=ann@bank.example"},
		{"От: boss@evil.example\nКому: ann@bank.example", "email=ann@bank.example"},
		{"Return-Path: <boss@evil.example>\nDelivered-To: ann@bank.example", "email=ann@bank.example"},
		{"From: Ann <ann@bank.example>\nTo: phishing@cert.example\nSubject: Fwd: odd", "person=Ann; email=ann@bank.example"},
		{"From: \"Leon Fischer\" <leon@firm.example>\nTo: ann@bank.example\nNote: genuine mailbox, taken over", "?person=Leon Fischer; ?email=leon@firm.example; email=ann@bank.example"},
		{"Victims:\nann@bank.example\nbob.roy@bank.example\n\nSenders:\nboss@evil.example", "email=ann@bank.example; email=bob.roy@bank.example"},
		{"ann@bank.example:Summer!2024", "email=ann@bank.example; secret=Summer!2024"},
		{"ann@CORP.EXAMPLE logged in", "email=ann@CORP.EXAMPLE"},
		{"hard-coded drop mailbox keylog@drop.example", ""},
		{"Registrant Email: x@evil.example", ""},
		{"Received: from x (203.0.113.7) by mx for <ann@bank.example>; Mon", "email=ann@bank.example"},
	})
}

// What one line says of a mailbox holds in the others of the text, also of others
// at the same organisation, but not at a provider of mailboxes for everybody.
func TestUnitMailMemory(t *testing.T) {
	verdicts(t, []verdict{
		{"Victim ann@bank.example paid.\nLater ann@bank.example called.", "email=ann@bank.example; email=ann@bank.example"},
		{"Later ann@bank.example called.\n\nVictim ann@bank.example paid.", "email=ann@bank.example; email=ann@bank.example"},
		{"Victim ann@bank.example paid.\n\nAlso bob.roy@bank.example.", "email=ann@bank.example; email=bob.roy@bank.example"},
		{"Sender boss@evil.example wrote.\n\nAlso aide@evil.example.", ""},
		{"Victim ann@gmail.com paid.\n\nAlso otto.b@gmail.com.", "email=ann@gmail.com; ?email=otto.b@gmail.com"},
	})
}

func TestUnitMailHost(t *testing.T) {
	for in, want := range map[string]string{"bank.example": "bank.example", "bank[.]example": "bank[.]example", "a-b.example": "a-b.example", "bank": "bank", "bank.": "bank", "bank. Next": "bank", "a.b.c.example/x": "a.b.c.example", "": "", "-x": ""} {
		tx := segmentFor(in)
		got := ""
		if end, _, _ := tx.mailHost(0); end > 0 || in != "" && len(tx.toks) > 0 && tx.toks[0].kind != mark {
			got = in[:tx.toks[end].end]
		}
		if got != want {
			t.Errorf("%q: host %q, want %q", in, got, want)
		}
	}
}

func TestUnitMailKey(t *testing.T) {
	for _, v := range []string{"Ann@Bank.example", "ann[@]bank[.]example", "ann(at)bank(dot)example", "ann%40bank.example", "ann&#64;bank.example", "ann@bank{.}example"} {
		if got := mailKey(v); got != "ann@bank.example" {
			t.Errorf("%s is remembered as %s", v, got)
		}
	}
}

// The headers of a mail inside a mail belong to another one.
func TestUnitForwardedMail(t *testing.T) {
	g := New()
	for _, s := range []string{
		"From: ⟦r:Ann Keller⟧ <⟦r:ann@bank.example⟧>\nTo: soc@bank.example\nSubject: FW: Bonus\n\n> From: HR <⟦k:hr@evil.example⟧>\n> To: ⟦r:Ann Keller⟧ <⟦r:ann@bank.example⟧>",
		"Betreff: WG: Rechnung\nVon: ⟦r:Uwe Brinkmann⟧ <⟦r:u.brinkmann@werke.example⟧>\nAn: phishing@cert.example\n\n-----Original-----\nVon: <⟦k:rechnung@evil.example⟧>\nAn: <⟦r:u.brinkmann@werke.example⟧>",
		"From: <⟦k:a@evil.example⟧>\nTo: <⟦r:ann@bank.example⟧>\n\nFrom: <⟦k:b@evil2.example⟧>\nTo: <⟦r:bob.roy@bank.example⟧>",
		"Subject: Invoice\nFrom: \"⟦k:Accounts⟧\" <⟦k:pay@evil.example⟧>\nCc: ⟦r:Cleo Marsh⟧ <⟦r:cleo@bank.example⟧>, ⟦r:d.finch@bank.example⟧",
	} {
		check(t, g, s)
	}
}

// A header is a header only at the start of its line and when short.
func TestUnitHeaderLine(t *testing.T) {
	for in, want := range map[string]int8{
		"From: a": -1, "Reply-To: a": -1, "To: a": 1, "CC: a": 1, "Delivered-To: a": 1, "Absender: a": -1, "Кому: a": 1, "宛先: a": 1, "From:": 0, "Fromage: a": 0, "It went to: a": 0, "X-Mailer: a": 0, "From a": 0, strings.Repeat("x", 40) + ": a": 0,
	} {
		tx := segmentFor(in)
		_, side, ok := tx.headerLine(0, len(tx.toks))
		if !ok {
			side = 0
		}
		if side != want {
			t.Errorf("%q is of side %d, want %d", in, side, want)
		}
	}
}

func TestUnitTables(t *testing.T) {
	verdicts(t, []verdict{
		{"name,ssn,dob\nAudrey Pellerin,078-05-1120,1980-05-05", "person=Audrey Pellerin; national_id=078-05-1120; date_of_birth=1980-05-05"},
		{"email;password;note\nann@bank.example;sommer19;x", "email=ann@bank.example; secret=sommer19"},
		{"first_name|last_name|phone\nZelda|Quux|06 39 98 12 34", "person=Zelda; person=Quux; phone=06 39 98 12 34"},
		{"Vorname\tNachname\tIBAN\nUwe\tBrinkmann\tDE12500105170648489890", "person=Uwe; person=Brinkmann; bank_account=DE12500105170648489890"},
		{"username,password\nroot,x\nannk,hunter2", "secret=x; username=annk; secret=hunter2"},
		{"\"name\",\"email\"\n\"Keller, Ann\",\"ann@bank.example\"", "person=Keller, Ann; email=ann@bank.example"},
		{"domain,first_seen,type\nanna-keller.example,2026-01-01,c2", ""},
		{"indicator,type,notes\n192.0.2.77,ipv4,seen twice", ""},
		{"name,size,hash\nanna.exe,100,0cc175b9c0f1b6a831c399e269772661", ""},
		{"sender,recipient\nboss@evil.example,ann@bank.example", "email=ann@bank.example"},
		{"name,ssn\nAudrey Pellerin,078-05-1120\n\nAudrey, texts after the table", "person=Audrey Pellerin; national_id=078-05-1120; person=Audrey"},
	})
}

func TestUnitCells(t *testing.T) {
	for in, want := range map[string]string{"": "[]", "a": "[a]", "a,b": "[a][b]", ",": "[][]", `"a,b",c`: `["a,b"][c]`, `"a,b`: `["a,b]`, "a,,b": "[a][][b]"} {
		got := ""
		cells(in, ',', func(n, start, end int) { got += "[" + in[start:end] + "]" })
		if got != want {
			t.Errorf("%q has the cells %s, want %s", in, got, want)
		}
	}
}

func TestUnitHL7(t *testing.T) {
	verdicts(t, []verdict{
		{"PID|1||7781204||NDLOVU^SIPHO||19710923|M", "medical_record=7781204; person=NDLOVU^SIPHO; date_of_birth=19710923"},
		{"NK1|1|NDLOVU^NOMSA|SPO", "person=NDLOVU^NOMSA"},
		{"MSH|^~\\&|LAB|HOSP|EHR|HOSP|202603010930||ORU^R01|1|P|2.5", ""},
		{"PIDX|1||7781204", ""},
		{"PID", ""},
		{"PID|", ""},
	})
}
