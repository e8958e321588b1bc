package privacy

import "testing"

// Reports as they come: whole texts of several styles, each with both sides in it.
func TestReports(t *testing.T) {
	g := New()
	for _, s := range []string{
		"Incident summary: On 12 March ⟦r:Leticia Bonham⟧ (Accounts Payable) received an e-mail from ⟦k:ap-notice@vendor-update.example⟧ that posed as a supplier. She forwarded it to her manager ⟦r:Tobias Wren⟧, who called the number in it, ⟦k:+1 888 555 0177⟧. EUR 40,000 went to ⟦k:ES9121000418450200051332⟧.",
		"Ticket 48213: user ⟦r:hgreene⟧ reports a pop-up. Callback ⟦r:+1 206 555 0144⟧. Lure domain ⟦k:support-win.example⟧.",
		"Hello team, this is ⟦r:Fatou Ndiaye⟧ from finance. I clicked the link in the mail from ⟦k:payroll@hr-portal.example⟧ :( My number is ⟦x:+221 77 555 01 23⟧.",
		"MISP event 991: email-src ⟦k:noreply@bonus-card.example⟧; email-dst ⟦r:c.aubert@mairie.example⟧; comment \"seen by ⟦r:Luc Ferrand⟧\"",
		"src,dst,subject\n⟦k:alerts@bank-verify.example⟧,⟦x:p.oneal@shire.example⟧,Verify now",
		"email,password,country\n⟦r:jan.kok@home.example⟧,⟦r:welkom123⟧,NL\n⟦r:els.bos@home.example⟧,⟦r:zomer2019⟧,NL",
		"Name;Geburtsdatum;IBAN\n⟦r:Heiner Vollmer⟧;⟦r:03.09.1957⟧;⟦r:DE02120300000000202051⟧",
		"PID|1||⟦r:552811⟧||⟦r:HARTLEY^ROSALIND⟧||⟦r:19620714⟧|F",
		"Radius: User-Name = \"⟦r:f.demir⟧\", Calling-Station-Id = \"⟦x:a4-83-e7-10-22-3f⟧\", NAS-IP-Address = 10.0.0.4",
		"krb5kdc: AS_REQ ⟦r:wchan⟧@CORP.EXAMPLE for krbtgt/CORP.EXAMPLE",
		"Domain Name: bad-bank.example\nRegistrant Name: ⟦k:Ivan Drago⟧\nRegistrant Email: ⟦k:idrago@mail.example⟧\nRegistrant Phone: ⟦k:+7.4955550100⟧",
		"title: Suspicious LNK\nauthor: ⟦h:Nora Feldman⟧\nlogsource: windows",
		"The ransom note reads: contact us at ⟦k:restore_files@onion-mail.example⟧ or Telegram ⟦k:@unlockteam⟧.",
		"The skimmer's Bluetooth MAC was ⟦k:98:d3:31:f5:10:aa⟧ and its PIN 1234.",
		"Stealer log: URL https://bank.example/login Username: ⟦r:gerda.pohl⟧ Password: ⟦r:Kater2011⟧",
		"whoami => corp\\⟦r:lhansen⟧",
		"2026-03-01T10:00:00Z vpn01 login ok user=⟦r:s.okafor⟧ src=198.51.100.23",
		"The malware author left the string ⟦k:coded by Zeus_Kid⟧ in the binary.",
		"Victim's neighbour ⟦r:Bert Claes⟧ saw a man with a card skimmer.",
		"Her daughter ⟦r:Sofie⟧, ⟦r:14⟧, was contacted by the account ⟦k:@cool_model_x⟧.",
		"La víctima, ⟦r:Doña Remedios Castaño⟧, de ⟦r:81⟧ años, transfirió 3.000 € a ⟦k:ES7921000813610123456789⟧.",
		"Le titulaire du compte, ⟦r:Bernard Lacombe⟧ (né le ⟦r:02/11/1949⟧), habite ⟦r:8 rue des Lilas, 69003 Lyon⟧.",
		"Anruferin: ⟦r:Hannelore Pietsch⟧, Telefon ⟦r:030 5550123⟧, wohnhaft ⟦r:Lindenallee 14, 14050 Berlin⟧.",
		"Il cliente ⟦r:Fabrizio Colonna⟧ ha ricevuto un SMS dal numero ⟦k:+39 350 555 0101⟧ (truffatore).",
		"Klient ⟦r:Zbigniew Sikora⟧ (PESEL ⟦r:44051401359⟧) kliknął w link ⟦k:https://paczka-doplata.example⟧.",
		"O cliente ⟦r:Márcio Tavares⟧, CPF ⟦r:529.982.247-25⟧, recebeu a mensagem de ⟦k:+55 11 5555-0199⟧ (golpista).",
		"Потерпевшая ⟦r:Галина Петровна Орлова⟧ перевела деньги, телефон мошенника ⟦k:+7 495 555-01-00⟧.",
		"用户⟦r:王芳⟧收到来自⟦k:kefu@bank-x.example⟧的邮件",
		"担当者：⟦r:佐藤⟧様 宛",
		"Offeret ⟦r:Kirsten Lund⟧ modtog en besked fra ⟦k:post@pakke-dk.example⟧.",
		"Actor infrastructure: ⟦k:admin@evil-panel.example⟧ registered 12 domains; C2 203.0.113.45:8443; user-agent Mozilla/5.0.",
		"hidden in the loader: C:\\Users\\⟦k:dev1⟧\\Desktop\\stealer\\obj\\stealer.pdb",
		"Photo GPS: ⟦r:52.520008, 13.404954⟧; home of the complainant.",
		"From: ⟦r:Sanne Visser⟧ <⟦r:s.visser@gemeente.example⟧>\nTo: phishing@cert.example\nSubject: FW: Uw pakket\n\n> From: PostNL <⟦k:track@postni-nl.example⟧>\n> To: ⟦r:Sanne Visser⟧ <⟦r:s.visser@gemeente.example⟧>",
		"Received: from mail.bad.example (203.0.113.7) by mx.shire.example for <⟦r:m.duffy@shire.example⟧>; Mon, 2 Mar 2026",
		"\"⟦r:Ewa Malec⟧\" opened \"faktura.pdf.exe\"",
		"Bitte Frau ⟦r:Schuster⟧ zurückrufen, Handy ⟦r:0176 5550199⟧",
		"login failed for user '⟦r:acastro⟧' from 203.0.113.66",
		"My name is ⟦r:Ravi Menon⟧ and I think I was scammed.",
		"contact: ⟦r:Ingeborg Thalberg⟧, CISO of the utility",
	} {
		check(t, g, s)
	}
}
